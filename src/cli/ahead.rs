//! Before anything is run: how long it will take and what makes it so, and whether it may.

use super::limits::in_force;
use super::{BadInput, output, watch};
use crate::footprint::Footprint;
use crate::scenario::Scenario;
use crate::strategy::Strategy;
use crate::study::{Replications, slice};
use crate::units::{Bytes, SimTime};
use std::io::IsTerminal;

/// What takes longer is announced, in seconds.
const LONG_S: f64 = 5.0;

/// What is to be run.
#[derive(Debug, Default)]
pub(super) struct Ahead {
    runs: f64,
    /// Seconds of one processor.
    seconds: f64,
    /// Bytes of the largest run, and of what is remembered of all of them.
    bytes: f64,
    remembered: f64,
    /// What takes the longest, and what takes most memory: strategy, how much, and of what.
    longest: Option<(f64, &'static str, String)>,
    largest: Option<(f64, &'static str, String)>,
}

impl Ahead {
    /// So many runs of a scenario under each of these strategies.
    pub(super) fn of(scenario: &Scenario, strategies: &[&'static Strategy], runs: f64) -> Self {
        Self::default().and(scenario, strategies, runs)
    }

    /// The same with more runs.
    pub(super) fn and(mut self, scenario: &Scenario, strategies: &[&'static Strategy], runs: f64) -> Self {
        if runs == 0.0 {
            return self;
        }
        for strategy in strategies {
            let nodes = scenario.nodes();
            let one = Footprint::of(
                &strategy.blueprint(scenario, nodes),
                nodes,
                scenario.one_node_in.get(),
                rayon::current_num_threads(),
            );
            self.runs += runs;
            self.seconds += runs * one.seconds;
            self.bytes = self.bytes.max(one.peak_bytes());
            self.remembered += runs * (RUN_BYTES + TENANT_BYTES * scenario.tenant_count() as f64);
            for (most, part, size) in [
                (&mut self.longest, one.longest(), runs * one.seconds),
                (&mut self.largest, one.largest(), one.bytes),
            ] {
                if let Some(part) = part.filter(|_| most.as_ref().is_none_or(|(known, ..)| size > *known)) {
                    *most = Some((size, strategy.name, part.thing.told(&part.whose)));
                }
            }
        }
        self
    }

    /// The same with runs of a slice of a scenario: of so many nodes, for so long.
    pub(super) fn and_slices(
        self,
        scenario: &Scenario,
        strategies: &[&'static Strategy],
        nodes: u64,
        runs: f64,
    ) -> Self {
        self.and(&slice(scenario, nodes, SLICE_TIME), strategies, runs)
    }

    /// The same with everything of another.
    pub(super) fn and_all(mut self, other: Self) -> Self {
        self.runs += other.runs;
        self.seconds += other.seconds;
        self.bytes = self.bytes.max(other.bytes);
        self.remembered += other.remembered;
        for (own, theirs) in [(&mut self.longest, other.longest), (&mut self.largest, other.largest)] {
            let size = |of: &Option<(f64, &'static str, String)>| of.as_ref().map_or(0.0, |(size, ..)| *size);
            if size(&theirs) > size(own) {
                *own = theirs;
            }
        }
        self
    }

    /// Says what will be long, on a terminal, and lets whoever watches know.
    ///
    /// # Errors
    /// It fits neither into memory nor into time.
    pub(super) fn announce(self) -> anyhow::Result<()> {
        let (limits, threads) = (in_force(), rayon::current_num_threads() as f64);
        let (_, strategy, mostly) = self.largest.as_ref().cloned().unwrap_or_default();
        // An upper bound: plain replications of large runs are not beside each other, those of other studies may be.
        let at_once = self.bytes * threads.min(self.runs.max(1.0)) + self.remembered;
        if let Some(allowed) = limits.bytes.filter(|allowed| at_once > *allowed as f64) {
            let alone = match self.bytes <= allowed as f64 && threads > 1.0 {
                true => "run one at a time (RAYON_NUM_THREADS=1), ",
                false => "",
            };
            return Err(BadInput::of(format!(
                "{strategy} would take about {} of memory, and {} are allowed (--max-memory): mostly {mostly}; {alone}\
                 simulate one node in some (--set oneNodeIn=10), or leave the strategy out",
                Bytes::about(at_once),
                Bytes::about(allowed as f64)
            )));
        }
        let (_, strategy, mostly) = self.longest.as_ref().cloned().unwrap_or_default();
        let takes = self.seconds / threads;
        if let Some(time) = limits.time.filter(|time| takes > time.as_secs_f64()) {
            return Err(BadInput::of(format!(
                "this would take about {}, and --max-time allows {}: mostly {strategy}, by {mostly}; shorten it, simulate one \
                 node in some (--set oneNodeIn=10), or leave the strategy out",
                about(takes),
                about(time.as_secs_f64())
            )));
        }
        if takes > LONG_S && std::io::stderr().is_terminal() {
            output::tell(&format!("this takes about {}: mostly {strategy}, by {mostly}", about(takes)));
        }
        watch::expect(self.seconds);
        Ok(())
    }
}

/// Bytes that are remembered of a run: a histogram of ages and a timeline; and of each tenant in it.
const RUN_BYTES: f64 = 25e3;
const TENANT_BYTES: f64 = 100.0;

/// Trials of settings that a search comes to, a strategy and replication: measured over the shipped scenarios, 20 to 90.
pub(super) const TRIALS: f64 = 50.0;

/// Simulated time of a slice.
const SLICE_TIME: SimTime = SimTime::from_secs(120);

/// Runs that replications come to at most.
pub(super) fn most(replications: Replications) -> f64 {
    match replications {
        Replications::Fixed(n) => n as f64,
        Replications::Auto { most, .. } => most as f64,
    }
}

/// A time to one or two digits, for people.
fn about(seconds: f64) -> String {
    match seconds {
        s if s < 90.0 => format!("{s:.0} s"),
        s if s < 5_400.0 => format!("{:.0} min", s / 60.0),
        s if s < 172_800.0 => format!("{:.0} h", s / 3_600.0),
        s => format!("{:.0} days", s / 86_400.0),
    }
}
