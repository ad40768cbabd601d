//! Pools that size a node by its pod: how large and how dear its nodes are under this strategy, and without its agents.

use crate::blueprint::{Blueprint, PodSizes, PodTemplate, Requests, SizedPrice};
use crate::scenario::Scenario;

/// Sizes the nodes of such pools by the pods that may run there alone, each on a node of its own; and says so where a pod is
/// larger than any size.
pub(super) fn fit(scenario: &Scenario, blueprint: &mut Blueprint) {
    for (index, pool) in scenario.cluster.pools.iter().enumerate() {
        let Some(terms) = &pool.pod_sizes else { continue };
        let sizes = PodSizes {
            overhead_bytes: terms.overhead.get(),
            core_price: terms.cpu_price.get(),
            gb_price: terms.memory_price.get(),
        };
        let Some(sized) = sized(blueprint, index, &sizes) else {
            blueprint.infeasible.get_or_insert_with(|| {
                format!("a pod with its agent is larger than any size of pool {:?}", pool.name)
            });
            continue;
        };
        let of_pool = &mut blueprint.pools[index];
        // Nobody reserves a share of such a node: it is charged for as it is.
        (of_pool.max_pods, of_pool.grows, of_pool.price_per_hour) = (1, false, 0.0);
        if sized.pods > 0 {
            (of_pool.nodes, of_pool.allocatable) = (sized.pods, sized.largest);
            of_pool.sized = Some(sized.price);
        }
    }
}

/// What there is of a pool.
struct Sized {
    pods: u64,
    /// The most of CPU and of memory that any node has, so that every pod fits every node.
    largest: Requests,
    price: SizedPrice,
}

/// Returns `None` where a pod has no size.
fn sized(blueprint: &Blueprint, pool: usize, sizes: &PodSizes) -> Option<Sized> {
    let mut all = Sized { pods: 0, largest: Requests::default(), price: SizedPrice::default() };
    let runs_there =
        |pod: &&PodTemplate| pod.pools == [pool] || pod.pools.is_empty() && blueprint.pools.len() == 1;
    for pod in blueprint.pods.iter().filter(runs_there) {
        let size = sizes.size_of(pod.requests)?;
        let bare = sizes.size_of(without_agents(blueprint, pod))?;
        all.pods += pod.replicas;
        all.largest.cpu_millicores = all.largest.cpu_millicores.max(size.cpu_millicores);
        all.largest.memory_bytes = all.largest.memory_bytes.max(size.memory_bytes);
        all.price.per_hour += pod.replicas as f64 * sizes.price_of(size);
        all.price.bare_per_hour += pod.replicas as f64 * sizes.price_of(bare);
    }
    Some(all)
}

/// What a pod requests but for what collects its logs.
fn without_agents(blueprint: &Blueprint, pod: &PodTemplate) -> Requests {
    let mut bare = pod.requests;
    let agent = pod.agent.map(|agent| &blueprint.agents[agent]).filter(|agent| agent.is_process);
    for less in agent.map(|agent| agent.requests).into_iter().chain(pod.relay.map(|relay| relay.requests)) {
        bare.cpu_millicores = bare.cpu_millicores.saturating_sub(less.cpu_millicores);
        bare.memory_bytes = bare.memory_bytes.saturating_sub(less.memory_bytes);
    }
    bare
}
