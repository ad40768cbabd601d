//! What every scenario assumes, and within what it may be otherwise where nobody says more.

use super::{Input, Kind};
use crate::metric::Metric;
use crate::scenario::{LineSize, LogNormal, LogSpec, Scenario};
use crate::units::{ByteRate, Bytes, DataPrice, Fraction, LineRate, Millicores, Price, SimTime};
use std::fmt;

/// A quantity that a scenario has whether or not it says so.
#[derive(Clone, Copy)]
pub struct Assumed {
    /// Its name.
    pub name: &'static str,
    /// The least and the most.
    pub range: (f64, f64),
    /// The unit of both; `×` for a factor of what the scenario has.
    pub unit: &'static str,
    /// Why they are taken to be that.
    pub source: &'static str,
    /// How the paths end of which a declared range takes its place.
    pub paths: &'static [&'static str],
    /// What it is in a scenario; `None` where it has none, or where nothing hangs on it.
    now: fn(&Scenario) -> Option<f64>,
    /// Sets it.
    pub(super) set: fn(&mut Scenario, f64),
}

impl fmt::Debug for Assumed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name)
    }
}

const HALF_TO_DOUBLE: (f64, f64) = (0.5, 2.0);
const OURS: &str = "ours: half to double";

/// Everything that is assumed.
pub const ASSUMED: [Assumed; 10] = [
    Assumed {
        name: "lines",
        range: HALF_TO_DOUBLE,
        unit: "×",
        source: OURS,
        paths: &[".rate"],
        now: |_| Some(1.0),
        set: |scenario, factor| {
            of_logs(scenario, |log| log.rate = LineRate::per_sec(log.rate.get() * factor));
        },
    },
    Assumed {
        name: "line-size",
        range: HALF_TO_DOUBLE,
        unit: "×",
        source: OURS,
        paths: &[".line", ".line.constant", ".line.lognormal.median", ".line.lognormal.p99"],
        now: |_| Some(1.0),
        set: |scenario, factor| of_logs(scenario, |log| log.line = times(&log.line, factor)),
    },
    Assumed {
        name: "spread",
        range: (0.0, 2.0),
        unit: "×",
        source: "ours: replicas alike to twice as unlike",
        paths: &[".spread"],
        now: |_| Some(1.0),
        set: |scenario, factor| {
            of_logs(scenario, |log| log.spread = Fraction::new(log.spread.get() * factor));
        },
    },
    Assumed {
        name: "reopen-gap",
        range: (1.0, 10.0),
        unit: "ms",
        source: "docs/scenario.md: a call to the runtime, plausibly 1 to 10 ms",
        paths: &["kubelet.reopenGap"],
        now: |scenario| Some(scenario.cluster.kubelet.reopen_gap.as_secs_f64() * 1e3),
        set: |scenario, ms| scenario.cluster.kubelet.reopen_gap = SimTime::from_secs_f64(ms / 1e3),
    },
    Assumed {
        name: "cpu-step",
        range: (1.0, 10.0),
        unit: "m",
        source: "Kubernetes takes none finer than 1m, charts are written in 5m or 10m",
        paths: &["collection.cpuStep"],
        now: |scenario| Some(scenario.collection.cpu_step.get() as f64),
        set: |scenario, step| scenario.collection.cpu_step = Millicores::new(step.round().max(1.0) as u64),
    },
    Assumed {
        name: "memory-step",
        range: (1.0, 16.0),
        unit: "Mi",
        source: "ours: charts are written in 1Mi to 16Mi",
        paths: &["collection.memoryStep"],
        now: |scenario| Some(scenario.collection.memory_step.as_f64() / MIB),
        set: |scenario, step| scenario.collection.memory_step = Bytes::new((step * MIB) as u64),
    },
    Assumed {
        name: "latency",
        range: HALF_TO_DOUBLE,
        unit: "×",
        source: OURS,
        paths: &["backend.latency", "backend.latencyTail"],
        now: |_| Some(1.0),
        set: |scenario, factor| {
            let times = |time: SimTime| SimTime::from_secs_f64(time.as_secs_f64() * factor);
            let backend = &mut scenario.backend;
            (backend.latency, backend.latency_tail) = (times(backend.latency), times(backend.latency_tail));
        },
    },
    Assumed {
        name: "capacity",
        range: HALF_TO_DOUBLE,
        unit: "×",
        source: OURS,
        paths: &["backend.capacity"],
        now: |scenario| scenario.backend.capacity.map(|_| 1.0),
        set: |scenario, factor| {
            let capacity = scenario.backend.capacity;
            scenario.backend.capacity = capacity.map(|c| ByteRate::per_sec((c.get() * factor).max(1.0)));
        },
    },
    Assumed {
        name: "node-price",
        range: HALF_TO_DOUBLE,
        unit: "×",
        source: OURS,
        paths: &[".price"],
        // Where nothing but nodes is paid for, all costs move alike, and nothing hangs on it but a bound on one.
        now: |scenario| (bounds_money(scenario) || data_is_priced(scenario)).then_some(1.0),
        set: |scenario, factor| {
            for pool in &mut scenario.cluster.pools {
                pool.price = Price::per_hour(pool.price.get() * factor);
            }
        },
    },
    Assumed {
        name: "data-price",
        range: HALF_TO_DOUBLE,
        unit: "×",
        source: OURS,
        paths: &["backend.egressPrice", "backend.ingestPrice"],
        now: |scenario| data_is_priced(scenario).then_some(1.0),
        set: |scenario, factor| {
            let times = |price: Option<DataPrice>| price.map(|p| DataPrice::per_gb(p.get() * factor));
            let backend = &mut scenario.backend;
            (backend.egress_price, backend.ingest_price) =
                (times(backend.egress_price), times(backend.ingest_price));
        },
    },
];

/// Bytes of a mebibyte.
const MIB: f64 = 1_048_576.0;

impl Assumed {
    /// Whether a declared range of this path takes its place.
    pub(super) fn covers(&self, path: &str) -> bool {
        self.paths.iter().any(|end| path.ends_with(end))
    }

    /// It as an input of a scenario; `None` where nothing hangs on it.
    pub(super) fn input(&'static self, scenario: &Scenario) -> Option<Input> {
        let now = (self.now)(scenario)?;
        Some(Input {
            name: self.name.to_owned(),
            kind: Kind::Assumed(self),
            // What a scenario says is possible.
            low: self.range.0.min(now),
            now,
            high: self.range.1.max(now),
            unit: self.unit.to_owned(),
            source: self.source.to_owned(),
            quality: None,
        })
    }
}

fn of_logs(scenario: &mut Scenario, mut change: impl FnMut(&mut LogSpec)) {
    let workloads = scenario.tenants.iter_mut().flat_map(|tenant| &mut tenant.workloads);
    workloads.flat_map(|workload| &mut workload.logs).for_each(&mut change);
}

/// Lines so many times as long.
fn times(line: &LineSize, factor: f64) -> LineSize {
    let times = |size: Bytes| Bytes::new(((size.as_f64() * factor).round() as u64).max(1));
    match line {
        LineSize::Constant(size) => LineSize::Constant(times(*size)),
        LineSize::Lognormal(law) => {
            LineSize::Lognormal(LogNormal { median: times(law.median), p99: times(law.p99) })
        }
        LineSize::Quantiles(sizes) => LineSize::Quantiles(sizes.iter().map(|size| times(*size)).collect()),
    }
}

fn bounds_money(scenario: &Scenario) -> bool {
    scenario.objectives.iter().any(|o| matches!(o.metric, Metric::Cost | Metric::CostMarginal))
}

fn data_is_priced(scenario: &Scenario) -> bool {
    let backend = &scenario.backend;
    backend.egress_price.or(backend.ingest_price).is_some_and(|price| price.get() > 0.0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scenario::{embedded, from_yaml};

    #[test]
    fn what_is_set_can_be_written_and_read_and_is_what_the_scenario_had_at_its_own_value() {
        let yaml = format!(
            "{}backend: {{ capacity: 20MB/s, egressPrice: 0.10/GB }}\n",
            embedded("reference").unwrap()
        );
        let scenario = from_yaml("reference", &yaml).unwrap();
        for one in &ASSUMED {
            let input = one.input(&scenario).unwrap_or_else(|| panic!("{} is not there", one.name));
            let set = |value: f64| {
                let mut changed = scenario.clone();
                (one.set)(&mut changed, value);
                changed.to_yaml().unwrap()
            };
            assert_eq!(set(input.now), scenario.to_yaml().unwrap(), "{}", one.name);
            for end in [input.low, input.high] {
                assert_ne!(set(end), scenario.to_yaml().unwrap(), "{} {end}", one.name);
                from_yaml("made", &set(end)).unwrap_or_else(|error| panic!("{} {end}: {error}", one.name));
            }
        }
    }

    #[test]
    fn prices_that_move_everything_alike_are_no_inputs() {
        let scenario = from_yaml("reference", embedded("reference").unwrap()).unwrap();
        let has = |name: &str| ASSUMED.iter().any(|one| one.name == name && one.input(&scenario).is_some());
        assert!(has("lines") && !has("node-price") && !has("data-price") && !has("capacity"));
    }
}
