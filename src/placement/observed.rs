//! Pods stay where they were seen to run.

use super::Room;
use crate::blueprint::{Blueprint, PlacedRun, Placement, PodTemplate, Requests, TemplateId};

/// Places pods on the nodes that they were seen on, in `order` of templates, as far as there is room beside the agents of
/// the strategy. What runs on a node has its room there, whatever the sum of its requests: a pool has the size of its
/// smallest node, and a cluster may have been filled by other rules than ours. `first` is where the pods of each template
/// begin in the placement.
pub(super) fn keep(
    blueprint: &Blueprint,
    order: &[TemplateId],
    first: &[usize],
    placement: &mut Placement,
    rooms: &mut [Room],
) {
    if blueprint.pods.iter().all(|template| template.placed.is_empty()) {
        return;
    }
    let begins = first_nodes(blueprint);
    widen(blueprint, &begins, rooms);
    for &number in order {
        let template = &blueprint.pods[number.at()];
        for (ordinal, node) in nodes_of(blueprint, &begins, template).enumerate() {
            if rooms[node].fits(template.requests) {
                rooms[node].take(template.requests);
                placement.node_of[first[number.at()] + ordinal] = node as u32;
            }
        }
    }
}

/// The number of each pool's first node.
fn first_nodes(blueprint: &Blueprint) -> Vec<u64> {
    let nodes = blueprint.pools.iter().scan(0, |sum, pool| {
        let first = *sum;
        *sum += pool.nodes;
        Some(first)
    });
    nodes.collect()
}

/// The node of each pod of a template, as far as nodes and pods are there.
fn nodes_of<'a>(
    blueprint: &'a Blueprint,
    begins: &'a [u64],
    template: &'a PodTemplate,
) -> impl Iterator<Item = usize> + 'a {
    let of_run = move |run: &'a PlacedRun| {
        let last = run.nodes.end.min(blueprint.pools[run.pool].nodes);
        (run.nodes.start..last)
            .flat_map(move |node| std::iter::repeat_n((begins[run.pool] + node) as usize, run.pods as usize))
    };
    template.placed.iter().flat_map(of_run).take(template.replicas as usize)
}

/// Gives nodes the room that the pods seen on them take without the strategy's agents.
fn widen(blueprint: &Blueprint, begins: &[u64], rooms: &mut [Room]) {
    let mut seen = vec![(Requests::default(), 0u64); rooms.len()];
    for template in &blueprint.pods {
        let agent = template.agent.map_or(Requests::default(), |agent| blueprint.agents[agent].requests);
        let own = Requests {
            cpu_millicores: template.requests.cpu_millicores.saturating_sub(agent.cpu_millicores),
            memory_bytes: template.requests.memory_bytes.saturating_sub(agent.memory_bytes),
        };
        for node in nodes_of(blueprint, begins, template) {
            seen[node].0 += own;
            seen[node].1 += 1;
        }
    }
    let mut node = 0;
    for pool in &blueprint.pools {
        let has = pool.allocatable;
        for _ in 0..pool.nodes {
            let (own, pods) = seen[node];
            let room = &mut rooms[node];
            room.free.cpu_millicores += own.cpu_millicores.saturating_sub(has.cpu_millicores);
            room.free.memory_bytes += own.memory_bytes.saturating_sub(has.memory_bytes);
            room.pods += pods.saturating_sub(pool.max_pods);
            node += 1;
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::placement::place;
    use crate::scenario::from_yaml;
    use crate::strategy::by_name;

    fn pods_by_node(strategy: &str, replicas: u64, cpu: &str, placed: &str) -> Vec<usize> {
        let yaml = format!(
            "name: t\ncluster: {{ pools: [ {{ name: a, nodes: 1, cpu: 2, memory: 8Gi }}, \
             {{ name: p, nodes: 3, cpu: 2, memory: 8Gi }} ] }}\n\
             tenants: [ {{ name: a, workloads: [ {{ name: w, replicas: {replicas}, placed: {{ p: {placed} }}, \
             requests: {{ cpu: {cpu}, memory: 64Mi }}, logs: [ {{ stream: stdout, rate: 1/s }} ] }} ] }} ]"
        );
        let scenario = from_yaml("t.yaml", &yaml).unwrap();
        let placement = place(&by_name(strategy).unwrap().blueprint(&scenario, 4)).unwrap();
        let on = |node| placement.node_of.iter().filter(|n| **n as usize == node).count();
        (0..placement.nodes.len()).map(on).collect()
    }

    #[test]
    fn pods_stay_where_they_were_seen_under_every_strategy() {
        for strategy in ["native", "daemonset", "sidecar"] {
            assert_eq!(pods_by_node(strategy, 9, "10m", "1=6 3=3"), [0, 6, 0, 3], "{strategy}");
        }
        // Two pods more than were seen go to the least allocated nodes.
        assert_eq!(pods_by_node("native", 9, "10m", "1=5 3=2"), [1, 5, 1, 2]);
        // A fourth node that is not there any more, and more pods than there are.
        assert_eq!(pods_by_node("native", 3, "10m", "1=2 3-4=1"), [0, 2, 0, 1]);
        assert_eq!(pods_by_node("native", 2, "10m", "1=1 3=7"), [0, 1, 0, 1]);
    }

    #[test]
    fn what_no_longer_fits_moves_and_what_fitted_stays() {
        // Four pods of 500m fill a node of 2 cores: with an agent beside them one has to go.
        assert_eq!(pods_by_node("native", 4, "500m", "2=4"), [0, 0, 4, 0]);
        assert_eq!(pods_by_node("daemonset", 4, "500m", "2=4"), [1, 0, 3, 0]);
        // Five of them were seen there all the same.
        assert_eq!(pods_by_node("native", 5, "500m", "2=5"), [0, 0, 5, 0]);
    }
}
