//! Which nodes take a pod: node selectors, required affinities, taints and tolerations, as the scheduler reads them.

use super::node::Node;
use super::objects::{Expression, Spec, Taint, Term, Toleration};
use std::collections::BTreeMap;

/// Labels that stand for one node each: where a pod runs says more.
const OF_ONE_NODE: [&str; 2] = ["kubernetes.io/hostname", "metadata.name"];

/// What a pod demands of a node, and what it bears.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) struct Admission {
    selector: Vec<(String, String)>,
    /// Any of these.
    terms: Vec<Term>,
    tolerations: Vec<Toleration>,
}

impl Admission {
    pub(super) fn of(spec: &Spec) -> Self {
        let selector = spec.node_selector.iter().map(|(key, value)| (key.clone(), value.0.clone()));
        let mut terms = spec.affinity.node_affinity.required.node_selector_terms.clone();
        for term in &mut terms {
            term.match_expressions.retain(|e| !OF_ONE_NODE.contains(&e.key.as_str()));
        }
        // A term without conditions on kinds of nodes holds for all of them.
        if terms.iter().any(|term| term.match_expressions.is_empty()) {
            terms.clear();
        }
        let mut tolerations = spec.tolerations.clone();
        // Every pod bears these for a while: Kubernetes adds them.
        tolerations.retain(|t| {
            !matches!(t.key.as_str(), "node.kubernetes.io/not-ready" | "node.kubernetes.io/unreachable")
        });
        tolerations.sort_unstable();
        tolerations.dedup();
        let selector = selector.filter(|(key, _)| !OF_ONE_NODE.contains(&key.as_str())).collect();
        Self { selector, terms, tolerations }
    }

    /// Keys of labels that it looks at.
    pub(super) fn keys(&self) -> impl Iterator<Item = &str> {
        let of_terms = self.terms.iter().flat_map(|term| &term.match_expressions).map(|e| e.key.as_str());
        self.selector.iter().map(|(key, _)| key.as_str()).chain(of_terms)
    }

    /// Whether the scheduler would put such a pod on such a node, if it had room.
    pub(super) fn admits(&self, node: &Node) -> bool {
        if node.cordoned || node.not_ready {
            return false;
        }
        let has = |(key, value): &(String, String)| node.labels.get(key) == Some(value);
        let asks_for_windows = self.keys().any(|key| key.ends_with("kubernetes.io/os"));
        let bears = |taint: &Taint| {
            !matches!(taint.effect.as_str(), "NoSchedule" | "NoExecute")
                || self.tolerations.iter().any(|toleration| toleration.bears(taint))
        };
        self.selector.iter().all(has)
            && (self.terms.is_empty() || self.terms.iter().any(|term| term.holds(&node.labels)))
            && node.taints.iter().all(bears)
            // Nobody means Windows who does not say so.
            && (!node.windows || asks_for_windows)
    }
}

impl Toleration {
    fn bears(&self, taint: &Taint) -> bool {
        let effect = self.effect.is_empty() || self.effect == taint.effect;
        let key = self.key == taint.key || (self.key.is_empty() && self.operator == "Exists");
        effect && key && (self.operator == "Exists" || self.value == taint.value)
    }
}

impl Term {
    fn holds(&self, labels: &BTreeMap<String, String>) -> bool {
        self.match_expressions.iter().all(|expression| expression.holds(labels))
    }
}

impl Expression {
    fn holds(&self, labels: &BTreeMap<String, String>) -> bool {
        let value = labels.get(&self.key);
        let number = |text: &String| text.parse::<i64>().ok();
        match self.operator.as_str() {
            "In" => value.is_some_and(|value| self.values.contains(value)),
            "NotIn" => value.is_none_or(|value| !self.values.contains(value)),
            "Exists" => value.is_some(),
            "DoesNotExist" => value.is_none(),
            "Gt" => value.and_then(number) > self.values.first().and_then(number),
            "Lt" => value.and_then(number).is_some_and(|v| Some(v) < self.values.first().and_then(number)),
            _ => true,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pod(spec: serde_json::Value) -> Admission {
        Admission::of(&serde_json::from_value(spec).unwrap())
    }

    fn node(labels: &[(&str, &str)], taint: Option<(&str, &str)>) -> Node {
        let labels = labels.iter().map(|(k, v)| ((*k).to_owned(), (*v).to_owned())).collect();
        let taint = taint.map(|(key, value)| Taint {
            key: key.into(),
            value: value.into(),
            effect: "NoSchedule".into(),
        });
        Node { labels, taints: taint.into_iter().collect(), ..Node::default() }
    }

    #[test]
    fn selectors_affinities_and_taints_hold_as_the_scheduler_reads_them() {
        let plain = pod(serde_json::json!({}));
        assert!(plain.admits(&node(&[], None)));
        assert!(!plain.admits(&node(&[], Some(("gpu", "yes")))));
        assert!(!plain.admits(&Node { cordoned: true, ..Node::default() }));
        assert!(!plain.admits(&Node { windows: true, ..Node::default() }));
        let all = pod(serde_json::json!({"tolerations": [{"operator": "Exists"}]}));
        assert!(all.admits(&node(&[], Some(("gpu", "yes")))));
        let one = pod(serde_json::json!({"tolerations": [{"key": "gpu", "value": "yes"}]}));
        assert!(one.admits(&node(&[], Some(("gpu", "yes")))) && !one.admits(&node(&[], Some(("gpu", "no")))));
        let selects = pod(serde_json::json!({"nodeSelector": {"pool": "a"}}));
        assert!(
            selects.admits(&node(&[("pool", "a")], None)) && !selects.admits(&node(&[("pool", "b")], None))
        );
        let required = |expression: serde_json::Value| {
            pod(serde_json::json!({"affinity": {"nodeAffinity": {
                "requiredDuringSchedulingIgnoredDuringExecution": {"nodeSelectorTerms": [
                    {"matchExpressions": [expression]}]}}}}))
        };
        let affine = required(serde_json::json!({"key": "size", "operator": "Gt", "values": ["4"]}));
        assert!(
            affine.admits(&node(&[("size", "8")], None)) && !affine.admits(&node(&[("size", "4")], None))
        );
        let not = required(serde_json::json!({"key": "pool", "operator": "NotIn", "values": ["a"]}));
        assert!(not.admits(&node(&[], None)) && !not.admits(&node(&[("pool", "a")], None)));
        // DaemonSets name the node of each pod: that is its place, and no demand on kinds of nodes.
        let of_daemonset = pod(serde_json::json!({"affinity": {"nodeAffinity": {
            "requiredDuringSchedulingIgnoredDuringExecution": {"nodeSelectorTerms": [
                {"matchFields": [{"key": "metadata.name", "operator": "In", "values": ["n1"]}]}]}}}}));
        assert_eq!(of_daemonset, plain);
    }
}
