//! What agents used at their fullest, beside what they request.

use crate::blueprint::{Blueprint, Placement};
use crate::metric::Metric;
use crate::observe::{AgentUse, Usage};
use crate::world::Tally;

/// Agents by kind and pool, as far as any of them ran; only those that are processes.
pub(super) fn uses(blueprint: &Blueprint, placement: &Placement, tally: &Tally) -> Vec<AgentUse> {
    let pools = blueprint.pools.len();
    let mut agents = vec![0u64; tally.usage.len()];
    for pool in &placement.nodes {
        if let Some(agent) = blueprint.node_agent_in(*pool) {
            agents[agent * pools + pool] += 1;
        }
    }
    for (node, template) in placement.node_of.iter().zip(&placement.template_of) {
        if let Some(agent) = blueprint.pods[template.at()].agent {
            agents[agent * pools + placement.nodes[*node as usize]] += 1;
        }
    }
    let one = |(group, usage): (usize, &Usage)| {
        let (kind, pool) = (group / pools, group % pools);
        let plan = &blueprint.agents[kind];
        let of_kind = blueprint.pods.iter().filter(|pod| pod.agent == Some(kind));
        AgentUse {
            agent: plan.name.clone(),
            pods: of_kind.map(|pod| pod.name.clone()).collect(),
            pool: blueprint.pools[pool].name.clone(),
            cpu_requested_millicores: plan.requests.cpu_millicores,
            memory_requested_bytes: plan.requests.memory_bytes,
            agents: agents[group],
            usage: usage.clone(),
        }
    };
    let ran = tally.usage.iter().enumerate().filter(|(_, usage)| usage.memory.samples() > 0);
    ran.map(one).collect()
}

/// The same over all agents; nothing where there is none.
pub(super) fn figures(uses: &[AgentUse]) -> Vec<(Metric, Option<f64>)> {
    if uses.is_empty() {
        return Vec::new();
    }
    let mut all = Usage::default();
    uses.iter().for_each(|one| all += &one.usage);
    let agents: u64 = uses.iter().map(|one| one.agents).sum();
    let share = |many: u64| Some((many as f64 / agents.max(1) as f64).min(1.0));
    vec![
        (Metric::AgentCpuP95, Some(all.cpu.quantile(0.95) / 1e6)),
        (Metric::AgentCpuPeak, Some(all.cpu.most() as f64 / 1e6)),
        (Metric::AgentMemoryP95, Some(all.memory.quantile(0.95))),
        (Metric::AgentMemoryPeak, Some(all.memory.most() as f64)),
        (Metric::CpuOverRequest, share(all.cpu_excess.agents)),
        (Metric::MemoryOverRequest, share(all.memory_excess.agents)),
    ]
}
