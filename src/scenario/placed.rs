//! Where pods were seen to run: counts by pool and node, written compactly.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::fmt;
use std::str::FromStr;

/// Pods of a workload by pool: on which of its nodes, and how many on each.
pub type Placed = BTreeMap<String, NodeCounts>;

/// Successive nodes of a pool with the same number of pods on each.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NodeRun {
    /// The first node, from 1.
    pub first: u32,
    /// The last node.
    pub last: u32,
    /// Pods on each of them.
    pub pods: u32,
}

/// Pods on the nodes of a pool, such as `1-6 7=3 9-10=2`: one on each of the nodes 1 to 6, three on the seventh, two on
/// the ninth and on the tenth.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct NodeCounts(Vec<NodeRun>);

impl NodeCounts {
    /// From pods by node, from 1, in any order.
    pub fn of(counts: &BTreeMap<u32, u32>) -> Self {
        let mut runs: Vec<NodeRun> = Vec::new();
        for (&node, &pods) in counts.iter().filter(|(_, pods)| **pods > 0) {
            match runs.last_mut() {
                Some(run) if run.last + 1 == node && run.pods == pods => run.last = node,
                _ => runs.push(NodeRun { first: node, last: node, pods }),
            }
        }
        Self(runs)
    }

    /// Runs of nodes, in the order in which they were written.
    pub fn runs(&self) -> &[NodeRun] {
        &self.0
    }

    /// All pods.
    pub fn pods(&self) -> u64 {
        self.0.iter().map(|run| u64::from(run.last - run.first + 1) * u64::from(run.pods)).sum()
    }
}

impl fmt::Display for NodeCounts {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (number, run) in self.0.iter().enumerate() {
            if number > 0 {
                f.write_str(" ")?;
            }
            write!(f, "{}", run.first)?;
            if run.last > run.first {
                write!(f, "-{}", run.last)?;
            }
            if run.pods != 1 {
                write!(f, "={}", run.pods)?;
            }
        }
        Ok(())
    }
}

impl FromStr for NodeCounts {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let run = |word: &str| -> Option<NodeRun> {
            let (nodes, pods) = word.split_once('=').unwrap_or((word, "1"));
            let (first, last) = nodes.split_once('-').unwrap_or((nodes, nodes));
            let run =
                NodeRun { first: first.parse().ok()?, last: last.parse().ok()?, pods: pods.parse().ok()? };
            (run.first >= 1 && run.first <= run.last && run.pods >= 1).then_some(run)
        };
        let words = text.split([' ', ',']).filter(|word| !word.is_empty());
        let runs = words.map(|word| {
            run(word).ok_or_else(|| {
                format!(
                    "{word:?} is no pods on nodes; written is 3 for one pod on the third node of the pool, 3=2 for \
                     two, 1-6 for one on each of six"
                )
            })
        });
        runs.collect::<Result<_, _>>().map(Self)
    }
}

impl Serialize for NodeCounts {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for NodeCounts {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Visitor;
        impl serde::de::Visitor<'_> for Visitor {
            type Value = NodeCounts;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("pods on nodes such as \"1-6 7=3\"")
            }
            fn visit_str<E: serde::de::Error>(self, text: &str) -> Result<NodeCounts, E> {
                text.parse().map_err(E::custom)
            }
            fn visit_u64<E: serde::de::Error>(self, node: u64) -> Result<NodeCounts, E> {
                self.visit_str(&node.to_string())
            }
        }
        deserializer.deserialize_any(Visitor)
    }
}

impl JsonSchema for NodeCounts {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "NodeCounts".into()
    }
    fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
        schemars::json_schema!({ "type": ["string", "integer"] })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_are_written_compactly_and_read_back() {
        let counts: BTreeMap<u32, u32> =
            (1..=6).map(|n| (n, 1)).chain([(7, 3), (9, 2), (10, 2), (11, 0)]).collect();
        let written = NodeCounts::of(&counts).to_string();
        assert_eq!(written, "1-6 7=3 9-10=2");
        let back: NodeCounts = written.parse().unwrap();
        assert_eq!((back.clone(), back.pods()), (NodeCounts::of(&counts), 13));
        assert_eq!("".parse::<NodeCounts>().unwrap().pods(), 0);
        for wrong in ["0", "3-1", "2=0", "x", "1=1=1", "-1", "1-2-3"] {
            assert!(wrong.parse::<NodeCounts>().unwrap_err().contains("third node"), "{wrong}");
        }
    }
}
