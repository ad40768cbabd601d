//! Nodes of one size become a pool.

use super::objects::Object;
use crate::import::counted;
use crate::scenario::{Count, Pool};
use crate::units::{Bytes, Millicores};
use std::collections::{BTreeMap, BTreeSet};

/// Nodes whose memory differs by no more than this share of the smaller are of one size: machines of one
/// kind differ by what firmware and kernel keep for themselves.
const SAME_MEMORY: f64 = 0.01;

/// Nodes of one size.
#[derive(Debug, PartialEq, Eq)]
struct Group {
    cpu: u64,
    pods: u64,
    /// Of the smallest node, so that no node gets more than it has.
    memory: u64,
    nodes: u64,
    largest: u64,
}

/// Pools of all nodes in a stable order (processor, pods, memory), and what there is to tell.
///
/// `like` is a pool whose other fields the pools take.
pub(super) fn pools(nodes: &[Object], like: &Pool) -> (Vec<Pool>, Vec<String>) {
    let mut sizes: BTreeMap<(u64, u64, u64), u64> = BTreeMap::new();
    let (mut without, mut by_capacity, mut cordoned) = (0, 0, 0);
    for node in nodes {
        let (allocatable, capacity) = (&node.status.allocatable, &node.status.capacity);
        let cpu = allocatable.cpu.or(capacity.cpu).map_or(0, |c| c.0);
        let memory = allocatable.memory.or(capacity.memory).map_or(0, |m| m.0);
        let pods = allocatable.pods.or(capacity.pods).map_or(like.pods.get(), |p| p.0);
        if cpu == 0 || memory == 0 || pods == 0 {
            without += 1;
            continue;
        }
        by_capacity += u64::from(allocatable.cpu.is_none() || allocatable.memory.is_none());
        cordoned += u64::from(node.spec.unschedulable);
        *sizes.entry((cpu, pods.min(Count::MAX), memory)).or_default() += 1;
    }
    let groups = group(&sizes);
    let mut notes = Vec::new();
    let mut note = |n: u64, what: &str| {
        if n > 0 {
            notes.push(format!("{} {what}", counted(n, "node")));
        }
    };
    note(without, "left out: no CPU, memory or pods are allocatable");
    note(by_capacity, "without allocatable CPU or memory: the capacity is taken");
    note(cordoned, "cordoned (unschedulable): counted like any other");
    let rounded = groups.iter().filter(|g| g.largest > g.memory).map(|g| g.nodes).sum();
    note(rounded, "share a pool with others whose memory differs by up to 1%: the pool has the smallest");
    (named(&groups, like), notes)
}

/// Sizes in order, those that differ little in memory together.
fn group(sizes: &BTreeMap<(u64, u64, u64), u64>) -> Vec<Group> {
    let mut groups: Vec<Group> = Vec::new();
    for (&(cpu, pods, memory), &nodes) in sizes {
        match groups.last_mut() {
            Some(last)
                if last.cpu == cpu
                    && last.pods == pods
                    && (memory - last.memory) as f64 <= SAME_MEMORY * last.memory as f64 =>
            {
                last.nodes += nodes;
                last.largest = memory;
            }
            _ => groups.push(Group { cpu, pods, memory, nodes, largest: memory }),
        }
    }
    groups
}

fn named(groups: &[Group], like: &Pool) -> Vec<Pool> {
    let mut used = BTreeSet::new();
    let pool = |group: &Group| {
        let base = shape_name(group.cpu, group.memory);
        let with_pods = format!("{base}-pods{}", group.pods);
        let numbered = (2..).map(|n| format!("{with_pods}-{n}"));
        let mut names = [base, with_pods.clone()].into_iter().chain(numbered);
        let name = names.find(|name| used.insert(name.clone())).unwrap_or_default();
        Pool {
            name,
            nodes: Count::of(group.nodes),
            cpu: Millicores::new(group.cpu),
            memory: Bytes::new(group.memory),
            pods: Count::of(group.pods),
            ..like.clone()
        }
    };
    groups.iter().map(pool).collect()
}

/// A size as a name: `cpu32-mem256Gi`, `cpu1930m-mem6.8Gi`; memory to a tenth, rounded down.
pub(super) fn shape_name(cpu: u64, memory: u64) -> String {
    const GI: u64 = 1 << 30;
    let cpu = Millicores::new(cpu);
    let memory = match memory {
        m if m >= GI && m % GI == 0 => format!("{}Gi", m / GI),
        m if m >= GI => {
            let tenths = u128::from(m) * 10 / u128::from(GI);
            if tenths % 10 == 0 {
                format!("{}Gi", tenths / 10)
            } else {
                format!("{}.{}Gi", tenths / 10, tenths % 10)
            }
        }
        m => format!("{}Mi", m >> 20),
    };
    format!("cpu{cpu}-mem{memory}")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn like() -> Pool {
        serde_json::from_str(r#"{"name":"like","nodes":1}"#).unwrap()
    }

    fn of(statuses: &[&str]) -> (Vec<Pool>, Vec<String>) {
        let node = |s: &&str| serde_json::from_str(&format!(r#"{{"kind":"Node","status":{s}}}"#)).unwrap();
        pools(&statuses.iter().map(node).collect::<Vec<Object>>(), &like())
    }

    #[test]
    fn names_say_the_size() {
        assert_eq!(shape_name(32_000, 256 << 30), "cpu32-mem256Gi");
        assert_eq!(shape_name(250, 256 << 20), "cpu250m-mem256Mi");
        // 3110 Mi are 3.037 Gi; 30770604 Ki are 29.345 Gi.
        assert_eq!(shape_name(2_000, 3110 << 20), "cpu2-mem3Gi");
        assert_eq!(shape_name(8_000, 30_770_604 << 10), "cpu8-mem29.3Gi");
        assert_eq!(shape_name(0, 0), "cpu0-mem0Mi");
    }

    #[test]
    fn nodes_of_one_size_share_a_pool_and_names_stay_apart() {
        let small = r#"{"allocatable":{"cpu":"2","memory":"4Gi","pods":"110"}}"#;
        let fewer_pods = r#"{"allocatable":{"cpu":"2","memory":"4Gi","pods":"58"}}"#;
        let large = r#"{"allocatable":{"cpu":"16","memory":"64Gi"}}"#;
        let (pools, notes) = of(&[large, small, fewer_pods, small]);
        let seen: Vec<_> = pools.iter().map(|p| (p.name.as_str(), p.nodes.get(), p.pods.get())).collect();
        assert_eq!(
            seen,
            [("cpu2-mem4Gi", 1, 58), ("cpu2-mem4Gi-pods110", 2, 110), ("cpu16-mem64Gi", 1, 110)]
        );
        assert!(notes.is_empty(), "{notes:?}");
    }

    #[test]
    fn machines_of_one_kind_share_a_pool_at_the_smallest_memory() {
        // 16393244 Ki and 16393500 Ki differ by 0.002 %; 17 Gi is 8.7 % more.
        let near = ["16393500Ki", "16393244Ki", "17Gi"];
        let statuses = near.map(|m| format!(r#"{{"capacity":{{"cpu":"4","memory":"{m}","pods":"110"}}}}"#));
        let (pools, notes) = of(&statuses.each_ref().map(String::as_str));
        let seen: Vec<_> = pools.iter().map(|p| (p.memory.get() >> 10, p.nodes.get())).collect();
        assert_eq!(seen, [(16_393_244, 2), (17 << 20, 1)]);
        assert_eq!(notes.len(), 2, "{notes:?}");
        assert!(notes[0].starts_with("3 nodes without allocatable"), "{notes:?}");
    }

    #[test]
    fn nodes_without_resources_are_left_out() {
        let (pools, notes) = of(&["{}", r#"{"allocatable":{"cpu":"1","memory":"1Gi","pods":"0"}}"#]);
        assert!(pools.is_empty());
        assert!(notes[0].starts_with("2 nodes left out"), "{notes:?}");
    }
}
