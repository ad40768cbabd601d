//! How far a cluster can grow along an axis before something gives way, and what does.
//!
//! A slice of the scenario, moved along the axis, is judged by those objectives that it meets, in the same replication,
//! where the scenario itself stands: what is missed there already is no question of scale. Each replication is searched
//! by itself, by bisection, and then looked at below the limit found: where growth hurts, hurts no more and hurts again,
//! the first limit counts. A replication is searched from the limit of the one before, in steps that double, and only
//! where none has a limit over the whole range: limits of replications are mostly close, and far beyond a limit runs are long.

use super::axis::{Axis, slice_at};
use super::break_even::middle;
use super::objectives::missed;
use crate::metric::Metric;
use crate::run::{RunError, Runner, Setup};
use crate::scenario::{ConfigMode, Objective, Scenario};
use crate::stats::Estimate;
use crate::strategy::Strategy;
use crate::units::SimTime;
use rayon::prelude::*;

/// What a search runs.
#[derive(Clone, Copy, Debug)]
pub struct Search<'a> {
    /// What grows.
    pub axis: Axis,
    /// From where to where.
    pub range: (f64, f64),
    /// Under what.
    pub strategies: &'a [&'static Strategy],
    /// Nodes of the slice.
    pub nodes: u64,
    /// Simulated time of a run, faults aside.
    pub time: SimTime,
    /// The seed.
    pub seed: u64,
    /// Replications, each searched by itself.
    pub replications: u64,
}

/// How far a strategy goes.
#[derive(Clone, Debug)]
pub struct ScaleLimit {
    /// The strategy.
    pub strategy: &'static str,
    /// What grows.
    pub axis: Axis,
    /// Configs as inputs of their own, or as routes of one shared input.
    pub configs: ConfigMode,
    /// From where to where was searched.
    pub range: (f64, f64),
    /// The largest value at which nothing has given way, in each replication: the end of the range where nothing does,
    /// its beginning where an objective is missed there, and 0
    /// where the strategy cannot be run there.
    pub limits: Vec<f64>,
    /// What gives way next, most often first; empty where nothing does in any replication.
    pub gives_way: Vec<GivesWay>,
    /// Objectives that are missed where the scenario stands already, in some replication at least, and were not asked in
    /// it.
    pub missed_before: Vec<Objective>,
}

impl ScaleLimit {
    /// The median over replications with its interval: a search ends at its range, where many replications may.
    pub fn estimate(&self) -> Estimate {
        let limits: Vec<Option<f64>> = self.limits.iter().copied().map(Some).collect();
        Estimate::median(&limits).within(0.0, self.range.1)
    }

    /// How configs are loaded, in words.
    pub fn configs_id(&self) -> &'static str {
        match self.configs {
            ConfigMode::OwnInputs => "own inputs",
            ConfigMode::Routes => "routes",
        }
    }

    /// Replications in which nothing gives way up to the end of the range.
    pub fn unlimited(&self) -> usize {
        self.limits.iter().filter(|limit| **limit >= self.range.1).count()
    }
}

/// What gives way as a cluster grows.
#[derive(Clone, Debug, PartialEq)]
pub enum GivesWay {
    /// The strategy cannot be run any more.
    Infeasible(String),
    /// An objective is missed.
    Objective(Objective),
}

impl GivesWay {
    /// The same thing, whatever numbers are in its words.
    fn is_like(&self, other: &Self) -> bool {
        let letters = |text: &str| text.chars().filter(|c| !c.is_ascii_digit()).collect::<String>();
        match (self, other) {
            (Self::Infeasible(a), Self::Infeasible(b)) => letters(a) == letters(b),
            (a, b) => a == b,
        }
    }
}

/// Searches the limits of all strategies; where tenants grow, under both ways of loading their configs.
///
/// # Errors
/// A ledger does not balance.
pub fn scale_limits(
    runner: &Runner,
    scenario: &Scenario,
    search: Search<'_>,
) -> Result<Vec<ScaleLimit>, RunError> {
    let mut search = search;
    if search.axis == Axis::Nodes {
        // A slice of fewer nodes than the others would be another cluster.
        let least = search.nodes.min(scenario.nodes()) as f64;
        search.range.0 = search.range.0.max(least).min(search.range.1);
    }
    let modes = match search.axis {
        Axis::Tenants => vec![ConfigMode::OwnInputs, ConfigMode::Routes],
        _ => vec![scenario.collection.configs],
    };
    let cases: Vec<(&'static Strategy, ConfigMode)> =
        search.strategies.iter().flat_map(|s| modes.iter().map(move |mode| (*s, *mode))).collect();
    cases
        .into_par_iter()
        .map(|(strategy, configs)| {
            let mut scenario = scenario.clone();
            scenario.collection.configs = configs;
            Case { runner, scenario, strategy, search }.limit()
        })
        .collect()
}

/// The first step from the limit of another replication, as a share of it.
const FIRST_STEP: f64 = 0.02;

/// One strategy's search.
struct Case<'a> {
    runner: &'a Runner,
    scenario: Scenario,
    strategy: &'static Strategy,
    search: Search<'a>,
}

impl Case<'_> {
    fn limit(&self) -> Result<ScaleLimit, RunError> {
        let search = self.search;
        let (from, until) = search.range;
        let (mut found, mut near) = (Vec::new(), None);
        for replication in 0..search.replications {
            let own = self.limit_in(replication, (from, until), near)?;
            near = Some(own.limit).filter(|limit| *limit > from && *limit < until).or(near);
            found.push(own);
        }
        let mut missed_before: Vec<Objective> = Vec::new();
        for objective in found.iter().flat_map(|f| &f.missed_before) {
            if !missed_before.contains(objective) {
                missed_before.push(objective.clone());
            }
        }
        // What gives way most often first, and of equals what does so first.
        let mut reasons: Vec<(usize, GivesWay)> = Vec::new();
        for reason in found.iter().filter_map(|f| f.gives_way.as_ref()) {
            match reasons.iter_mut().find(|(_, known)| known.is_like(reason)) {
                Some((times, _)) => *times += 1,
                None => reasons.push((1, reason.clone())),
            }
        }
        reasons.sort_by_key(|(times, _)| std::cmp::Reverse(*times));
        Ok(ScaleLimit {
            strategy: self.strategy.name,
            axis: search.axis,
            configs: self.scenario.collection.configs,
            range: search.range,
            limits: found.iter().map(|f| f.limit).collect(),
            gives_way: reasons.into_iter().map(|(_, reason)| reason).collect(),
            missed_before,
        })
    }

    /// Objectives that the slice meets where the scenario stands, and those that it does not. Where it cannot be run
    /// there, all are asked.
    fn asked(&self, replication: u64) -> Result<(Vec<Objective>, Vec<Objective>), RunError> {
        let search = self.search;
        let judged = self.scenario.objectives.iter().filter(|o| o.metric != Metric::NeighbourFreshness);
        let judged: Vec<Objective> = judged.cloned().collect();
        let setup = self.setup(search.axis.of(&self.scenario).clamp(search.range.0, search.range.1));
        if setup.infeasible().is_some() {
            return Ok((judged, Vec::new()));
        }
        let observation = self.runner.replication(&setup, search.seed, replication)?;
        Ok(judged.into_iter().partition(|o| o.is_met(observation.get(o.metric))))
    }

    /// The limit in one replication, which may be `near` that of another, a value inside the range.
    fn limit_in(
        &self,
        replication: u64,
        (from, until): (f64, f64),
        near: Option<f64>,
    ) -> Result<Found, RunError> {
        let (asked, missed_before) = self.asked(replication)?;
        let found = |limit: f64, gives_way: Option<GivesWay>| Found { limit, gives_way, missed_before };
        let reason_at = |value: f64| self.at(value, replication, &asked);
        match reason_at(from)? {
            Some(reason @ GivesWay::Infeasible(_)) => return Ok(found(0.0, Some(reason))),
            Some(reason) => return Ok(found(from, Some(reason))),
            None => {}
        }
        let (mut low, mut high, mut reason) = match near {
            Some(near) => self.bracket(near, (from, until), reason_at)?,
            None => (from, until, reason_at(until)?),
        };
        if reason.is_none() {
            // Good at both ends is good between, unless one of a few looks finds otherwise.
            for value in self.looks(from, until) {
                reason = reason_at(value)?;
                if reason.is_some() {
                    (low, high) = (from, value);
                    break;
                }
            }
        }
        if reason.is_none() {
            return Ok(found(until, None));
        }
        loop {
            while let Some(middle) = middle(self.search.axis, low, high) {
                match reason_at(middle)? {
                    Some(why) => (high, reason) = (middle, Some(why)),
                    None => low = middle,
                }
            }
            // The first limit counts: is there one below?
            let mut earlier = None;
            for value in self.looks(from, low) {
                if let Some(why) = reason_at(value)? {
                    earlier = Some((value, why));
                    break;
                }
            }
            let Some((value, why)) = earlier else { break };
            (low, high, reason) = (from, value, Some(why));
        }
        Ok(found(low, reason))
    }

    /// Goes from a value between `from`, where nothing is wrong, and `until` to where that turns, in steps that double.
    /// Gives the last value at which nothing is wrong and the first at which something is, and what that is; `until` and
    /// `None` where nothing is up to there.
    fn bracket(
        &self,
        near: f64,
        (from, until): (f64, f64),
        reason_at: impl Fn(f64) -> Result<Option<GivesWay>, RunError>,
    ) -> Result<(f64, f64, Option<GivesWay>), RunError> {
        let step = near * FIRST_STEP;
        let mut step = if self.search.axis.is_whole() { step.ceil() } else { step };
        let (mut low, mut high, mut value, mut reason) = (from, until, near, None);
        loop {
            match reason_at(value)? {
                Some(why) => (high, reason) = (value, Some(why)),
                None => low = value,
            }
            let next = if reason.is_some() { high - step } else { low + step };
            let is_turned = reason.is_some() && low > from;
            if is_turned || next <= from || low >= until {
                return Ok((low, high, reason));
            }
            (value, step) = (next.min(until), 2.0 * step);
        }
    }

    /// A few values between two, at which what is found by bisection is checked.
    fn looks(&self, from: f64, until: f64) -> Vec<f64> {
        let mut looks = Vec::new();
        let mut high = until;
        for _ in 0..3 {
            let Some(value) = middle(self.search.axis, from, high) else { break };
            looks.push(value);
            high = value;
        }
        looks.reverse();
        looks
    }

    fn setup(&self, value: f64) -> Setup {
        let moves = [(self.search.axis, value)];
        Setup::new(&slice_at(&self.scenario, &moves, self.search.nodes, self.search.time), self.strategy)
    }

    /// What is wrong at a value; `None` where nothing is.
    fn at(
        &self,
        value: f64,
        replication: u64,
        objectives: &[Objective],
    ) -> Result<Option<GivesWay>, RunError> {
        let setup = self.setup(value);
        if let Some(reason) = setup.infeasible() {
            return Ok(Some(GivesWay::Infeasible(reason.to_owned())));
        }
        let observation = self.runner.replication(&setup, self.search.seed, replication)?;
        Ok(missed(objectives, &observation).into_iter().next().cloned().map(GivesWay::Objective))
    }
}

/// What was found in one replication.
struct Found {
    limit: f64,
    gives_way: Option<GivesWay>,
    missed_before: Vec<Objective>,
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scenario::from_yaml;
    use crate::strategy::by_name;

    fn scenario(objective: &str) -> Scenario {
        let yaml = format!(
            "name: t\ncluster: {{ pools: [ {{ name: p, nodes: 4, cpu: 10 }} ] }}\n\
             tenants: [ {{ name: a, workloads: [ {{ name: w, replicas: 40, requests: {{ cpu: 10m }},\n\
             logs: [ {{ stream: stdout, rate: 1/s, line: {{ constant: 100B }} }} ] }} ] }} ]\n\
             collection: {{ sidecar: {{ requests: {{ cpu: 10m, memory: 1Mi }} }} }}\n\
             objectives: [ \"{objective}\" ]\n"
        );
        from_yaml("t.yaml", &yaml).unwrap()
    }

    fn limit(scenario: &Scenario, axis: Axis, strategy: &str, until: f64) -> ScaleLimit {
        let strategies = [by_name(strategy).unwrap()];
        let search = Search {
            axis,
            range: (1.0, until),
            strategies: &strategies,
            nodes: 2,
            time: SimTime::from_secs(12),
            seed: 1,
            replications: 2,
        };
        scale_limits(&Runner::new(), scenario, search).unwrap().remove(0)
    }

    #[test]
    fn pods_a_node_end_where_their_requests_reach_the_bound() {
        // A sidecar asks for 10 m of a node's 10,000 m: 2 % of the cluster are 20 of them a node.
        let found = limit(&scenario("collector_share <= 2%"), Axis::PodsPerNode, "sidecar", 109.0);
        assert_eq!(found.limits, [20.0, 20.0]);
        assert!(
            matches!(&found.gives_way[..], [GivesWay::Objective(o)] if o.metric == Metric::CollectorShare)
        );
        let free = limit(&scenario("collector_share <= 2%"), Axis::PodsPerNode, "native", 109.0);
        assert_eq!((free.limits.clone(), free.unlimited(), free.gives_way.len()), (vec![109.0, 109.0], 2, 0));
    }

    #[test]
    fn nodes_end_where_the_backend_is_full() {
        // Ten pods a node, 205 bytes a line on the wire (100 and 105 more): 2,050 B/s a node. A capacity of 41 kB/s is
        // 20 nodes; above, its queue of 5 s fills, and lines are late. Poisson noise of a slice: 5 %.
        let mut scenario = scenario("freshness_p99 <= 2s");
        scenario.backend.capacity = Some(crate::units::ByteRate::per_sec(41_000.0));
        let found = limit(&scenario, Axis::Nodes, "daemonset", 200.0);
        for limit in found.limits {
            assert!((14.0..=24.0).contains(&limit), "{limit}");
        }
    }

    #[test]
    fn what_is_missed_at_the_beginning_is_not_asked_later() {
        let found = limit(&scenario("freshness_p99 <= 1ms"), Axis::PodsPerNode, "daemonset", 20.0);
        assert_eq!((found.limits, found.missed_before.len()), (vec![20.0, 20.0], 1));
    }
}
