//! Show-back: what each tenant causes of the cost of collecting, under several strategies on the same lines.

use super::comparison::provenance;
use super::observed::observed;
use super::result::Provenance;
use super::warmup::settle_warmup;
use crate::metric::Metric;
use crate::run::{RunError, Runner, show_back as shares};
use crate::scenario::Scenario;
use crate::stats::Estimate;
use crate::strategy::Strategy;

/// What tenants cause.
#[derive(Clone, Debug)]
pub struct ShowBack {
    /// Where it comes from.
    pub provenance: Provenance,
    /// The cost that is shared out.
    pub money: Metric,
    /// The tenants, in the order of the scenario; each of a count by itself.
    pub tenants: Vec<String>,
    /// Lines of each tenant after warm-up, a run.
    pub lines: Vec<f64>,
    /// Every strategy.
    pub strategies: Vec<ShownBack>,
}

/// What tenants cause under a strategy.
#[derive(Clone, Debug)]
pub struct ShownBack {
    /// The strategy.
    pub strategy: &'static str,
    /// Why it cannot be run here; nothing is shared out then.
    pub infeasible: Option<String>,
    /// The whole, currency a month.
    pub whole: Estimate,
    /// Of each tenant, in their order; they add up to the whole.
    pub of: Vec<Estimate>,
}

/// Shares out what collecting costs by the scenario's `rankBy`.
///
/// # Errors
/// A ledger does not balance.
pub fn show_back(
    scenario: &Scenario,
    strategies: &[&'static Strategy],
    seed: u64,
    replications: u64,
    command: &str,
) -> Result<ShowBack, RunError> {
    let runner = Runner::new();
    let (settled, by) = settle_warmup(&runner, scenario, strategies, seed)?;
    let money = scenario.rank_by.metric();
    let (mut tenants, mut lines) = (Vec::new(), Vec::new());
    let mut found = Vec::new();
    for (setup, observations) in observed(&runner, &settled, strategies, seed, replications)? {
        // All strategies have the same tenants, who write the same lines.
        if tenants.is_empty()
            && let Some(first) = observations.first()
        {
            tenants.clone_from(&setup.blueprint.tenants);
            let mean = |at: usize| {
                let all = observations.iter().map(|o| o.tenants[at].lines as f64);
                all.sum::<f64>() / observations.len() as f64
            };
            lines = (0..first.tenants.len()).map(mean).collect();
        }
        let each: Vec<Vec<f64>> =
            observations.iter().filter_map(|observation| shares(&setup, observation, money)).collect();
        let of = |at: usize| Estimate::of(&each.iter().map(|of| of.get(at).copied()).collect::<Vec<_>>());
        let whole: Vec<Option<f64>> = observations.iter().map(|observation| observation.get(money)).collect();
        found.push(ShownBack {
            strategy: setup.strategy.name,
            infeasible: setup.infeasible().map(str::to_owned),
            whole: Estimate::of(&whole),
            of: (0..each.first().map_or(0, Vec::len)).map(of).collect(),
        });
    }
    Ok(ShowBack {
        provenance: provenance(scenario, (&settled, by), strategies, seed, replications, command),
        money,
        tenants,
        lines,
        strategies: found,
    })
}
