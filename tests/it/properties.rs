//! Properties that hold for any scenario, on small ones drawn at random.
//!
//! The scenarios are the same in every run; `PROPTEST_RNG_SEED` and `PROPTEST_CASES` ask for others and for more.

mod engine;
mod monotone;
mod world;

use proptest::prelude::*;
use proptest::test_runner::{Config, RngSeed};

/// So many cases, always the same ones unless the environment says otherwise.
fn cases(cases: u32) -> Config {
    let mut config = Config::default();
    if std::env::var_os("PROPTEST_CASES").is_none() {
        config.cases = cases;
    }
    if config.rng_seed == RngSeed::Random {
        config.rng_seed = RngSeed::Fixed(1);
    }
    config.failure_persistence = None;
    config
}

/// A small scenario: one or two tenants on one to three nodes.
#[derive(Clone, Debug)]
struct Small {
    nodes: u64,
    tenants: Vec<SmallTenant>,
    buffer_kb: u64,
    outage_s: u64,
    refuses: bool,
    capacity_kb: Option<u64>,
    retries: Option<u32>,
    scan_s: u64,
    rotate_kb: u64,
}

#[derive(Clone, Debug)]
struct SmallTenant {
    name: String,
    replicas: u64,
    rate: u64,
    stream: &'static str,
    fixed: bool,
    arrivals: &'static str,
    /// Names of its workloads, in their order.
    workloads: Vec<String>,
}

fn small_tenant(number: usize) -> impl Strategy<Value = SmallTenant> {
    (
        1..5u64,
        prop::sample::select(vec![2u64, 20, 100, 400]),
        prop::sample::select(vec!["stdout", "file", "hostPath"]),
        prop::bool::weighted(0.2),
        prop::sample::select(vec!["poisson", "constant", "{ burst: { duty: 0.3, slot: 4s } }"]),
        1..3usize,
    )
        .prop_map(move |(replicas, rate, stream, fixed, arrivals, workloads)| SmallTenant {
            name: format!("t{number}"),
            replicas,
            rate,
            stream,
            fixed,
            arrivals,
            workloads: (0..workloads).map(|w| format!("w{w}")).collect(),
        })
}

fn small() -> impl Strategy<Value = Small> {
    (
        1..4u64,
        (small_tenant(0), small_tenant(1), any::<bool>()),
        prop::sample::select(vec![60u64, 300, 5_000]),
        (0..20u64, any::<bool>()),
        prop::option::of(prop::sample::select(vec![50u64, 200, 1_000])),
        prop::option::of(0..3u32),
        prop::sample::select(vec![4u64, 11, 60]),
        prop::sample::select(vec![40u64, 300, 10_000]),
    )
        .prop_map(
            |(
                nodes,
                (a, b, both),
                buffer_kb,
                (outage_s, refuses),
                capacity_kb,
                retries,
                scan_s,
                rotate_kb,
            )| Small {
                nodes,
                tenants: if both { vec![a, b] } else { vec![a] },
                buffer_kb,
                outage_s,
                refuses,
                capacity_kb,
                retries,
                scan_s,
                rotate_kb,
            },
        )
}

impl SmallTenant {
    fn yaml(&self, rotate_kb: u64) -> String {
        let workload = |name: &String| {
            format!(
                "{{ name: {name}, replicas: {}, requests: {{ cpu: 10m, memory: 16Mi }}, logs: [ {{ stream: {}, \
                 rate: {}/s, arrivals: {}, fixed: {}, rotate: {{ size: {rotate_kb}kB, files: 3 }} }} ] }}",
                self.replicas, self.stream, self.rate, self.arrivals, self.fixed
            )
        };
        let workloads: Vec<String> = self.workloads.iter().map(workload).collect();
        format!("{{ name: {}, workloads: [ {} ] }}", self.name, workloads.join(", "))
    }
}

impl Small {
    fn scenario(&self) -> loghaul::scenario::Scenario {
        let tenants: Vec<String> = self.tenants.iter().map(|t| t.yaml(self.rotate_kb)).collect();
        let mode = if self.refuses { "refuse" } else { "stall" };
        let faults = match self.outage_s {
            0 => "[]".to_owned(),
            s => format!("[ {{ outage: {{ of: backend, at: 8s, for: {s}s, mode: {mode} }} }} ]"),
        };
        let capacity = self.capacity_kb.map_or(String::new(), |kb| format!("capacity: {kb}kB/s, "));
        let retries = self.retries.map_or(String::new(), |n| format!(", retries: {{ limit: {n} }}"));
        let text = format!(
            "name: small\nduration: 30s\nwarmup: 4s\ndrain: 10s\n\
             cluster: {{ pools: [ {{ name: p, nodes: {} }} ], kubelet: {{ containerLogMaxSize: {}kB, \
             containerLogMaxFiles: 3, containerLogMonitorInterval: 3s }} }}\ntenants: [ {} ]\n\
             collection: {{ with: {{ memBufLimit: {}kB, refreshInterval: {}s{retries} }} }}\n\
             backend: {{ {capacity}latency: 20ms, queue: 3s }}\nfaults: {faults}\n",
            self.nodes,
            self.rotate_kb,
            tenants.join(", "),
            self.buffer_kb,
            self.scan_s
        );
        loghaul::scenario::from_yaml("small", &text).unwrap_or_else(|error| panic!("{error}\n{text}"))
    }
}
