//! `loghaul init`: a first scenario of one's own, with a word beside everything that is worth changing.

use super::{BadInput, output};
use crate::scenario::from_yaml;
use crate::units::{ByteRate, Bytes, Fraction, LineRate, Millicores, SimTime};
use std::fmt::Write as _;

/// Write a commented scenario from answers given as options.
#[derive(Debug, clap::Args)]
#[command(after_help = "Example: loghaul init --nodes 60 --pods-per-node 40 --outage 20m > mine.yaml")]
pub(super) struct Init {
    /// How many nodes?
    #[arg(long, value_name = "N", default_value_t = 10, value_parser = clap::value_parser!(u64).range(1..=100_000))]
    nodes: u64,
    /// CPU of a node?
    #[arg(long, default_value = "16")]
    cpu: Millicores,
    /// Memory of a node?
    #[arg(long, default_value = "64Gi")]
    memory: Bytes,
    /// How many pods a node?
    #[arg(long, value_name = "N", default_value_t = 30, value_parser = clap::value_parser!(u64).range(1..=1_000))]
    pods_per_node: u64,
    /// How many tenants share them?
    #[arg(long, value_name = "N", default_value_t = 5, value_parser = clap::value_parser!(u64).range(1..=10_000))]
    tenants: u64,
    /// How many lines does a pod write?
    #[arg(long, default_value = "10/s")]
    rate: LineRate,
    /// How long is the middle line?
    #[arg(long, default_value = "180B")]
    line: Bytes,
    /// Which agent collects them?
    #[arg(long, default_value = "fluent-bit")]
    agent: String,
    /// What does the backend take? [default: all that comes]
    #[arg(long, value_name = "BYTES/s")]
    backend: Option<ByteRate>,
    /// For how long may it be away?
    #[arg(long, value_name = "TIME")]
    outage: Option<SimTime>,
    /// Which share of lines may be lost?
    #[arg(long, default_value = "0.1%")]
    loss: Fraction,
    /// How old may the oldest hundredth of lines be?
    #[arg(long, default_value = "10s")]
    freshness: SimTime,
}

impl Init {
    pub(super) fn execute(self) -> anyhow::Result<()> {
        let text = self.text();
        // What cannot be read back is something that was asked for, such as an agent that is not there.
        from_yaml("these answers", &text).map_err(BadInput::of)?;
        output::print(&text)
    }

    fn text(&self) -> String {
        let pods = self.nodes * self.pods_per_node;
        // A tenant's pods are replicas of one workload; all tenants are alike until you say otherwise.
        let replicas = pods.div_ceil(self.tenants);
        let outage_s = self.outage.map_or(0.0, SimTime::as_secs_f64);
        // Long enough to see the outage and what comes after it.
        let duration_s = (600.0_f64).max(120.0 + 3.0 * outage_s).ceil();
        let mut text = format!(
            "# A first scenario: change what you know better, and run: loghaul compare THIS-FILE\n\
             # Every field and its default: docs/scenario.md, or `loghaul schema` for your editor.\n\
             name: mine\n\
             question: Which way to collect the logs of {} nodes and {pods} pods?\n\
             duration: {duration_s}s\n\
             cluster:\n  \
               pools:\n    \
                 # Allocatable CPU and memory; price is in your currency an hour and node.\n    \
                 - {{ name: general, nodes: {}, cpu: \"{}\", memory: {}, price: 0.40/h }}\n  \
               # What the kubelet keeps of a container's output: it decides what an outage costs.\n  \
               kubelet: {{ containerLogMaxSize: 10Mi, containerLogMaxFiles: 5 }}\n\
             tenants:\n  \
               # tenant-1 to tenant-{}; one that is louder gets an entry of its own.\n  \
               - name: tenant\n    \
                 count: {}\n    \
                 workloads:\n      \
                   - name: service\n        \
                     replicas: {replicas}\n        \
                     # What a pod requests decides what fits beside it.\n        \
                     requests: {{ cpu: 100m, memory: 128Mi }}\n        \
                     logs:\n          \
                       # `stream: file` for logs in a volume; `loghaul import logs` finds rate and sizes in real ones.\n          \
                       - {{ stream: stdout, rate: {}, line: {{ lognormal: {{ median: {}, p99: {} }} }} }}\n\
             collection:\n  \
               agent: {}\n  \
               # `with:` sets the agent's buffer, flush and scan interval, such as {{ memBufLimit: 10MB }}.\n",
            self.nodes,
            self.nodes,
            self.cpu,
            self.memory,
            self.tenants,
            self.tenants,
            self.rate,
            self.line,
            Bytes::new(self.line.get().saturating_mul(6)),
            serde_json::Value::from(self.agent.as_str()),
        );
        // Writing to a string cannot fail.
        if let Some(capacity) = self.backend {
            let _ = writeln!(text, "# What the log service takes.\nbackend: {{ capacity: {capacity} }}");
        }
        if let Some(outage) = self.outage {
            let _ = writeln!(text, "faults:\n  - outage: {{ of: backend, at: 1m, for: {outage} }}");
        }
        let _ = writeln!(
            text,
            "# What is good enough.\nobjectives: [ \"loss <= {}\", \"freshness_p99 <= {}\", \"collector_share <= 5%\" ]",
            self.loss, self.freshness
        );
        text
    }
}
