//! What can be turned on the page: where a scenario stands, how far it may be moved, and which settings move it.
//!
//! Every knob becomes settings as `--set` takes them, so that what the page runs is what the command line runs.

use crate::scenario::{LineSize, LogSpec, Scenario};
use crate::study::{Axis, apportion};
use crate::units::Bytes;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

macro_rules! knobs {
    ($($knob:ident: $en:literal, $zh:literal, $unit:literal, $least:literal to $most:literal, $scale:ident;)*) => {
        /// Something that can be turned.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
        #[serde(rename_all = "camelCase")]
        pub enum Knob {
            $(#[doc = $en] $knob,)*
        }

        impl Knob {
            /// Every knob, in the order of the page.
            pub const ALL: &[Self] = &[$(Self::$knob,)*];

            /// What it is called, in English and Chinese.
            pub fn title(self) -> (&'static str, &'static str) {
                match self { $(Self::$knob => ($en, $zh),)* }
            }

            /// The unit of its values.
            pub fn unit(self) -> &'static str {
                match self { $(Self::$knob => $unit,)* }
            }

            /// The values that it may have.
            pub fn range(self) -> (f64, f64) {
                match self { $(Self::$knob => ($least, $most),)* }
            }

            /// How its slider moves, and whether values are whole.
            pub fn scale(self) -> Scale {
                match self { $(Self::$knob => Scale::$scale,)* }
            }
        }
    };
}

/// How a slider moves along its values.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub enum Scale {
    /// Equal steps are equal ratios.
    Ratio,
    /// The same in whole numbers.
    WholeRatio,
    /// Equal steps are equal differences, in whole numbers.
    Whole,
}

knobs! {
    Nodes: "nodes", "节点数", "", 1.0 to 5000.0, WholeRatio;
    PodsPerNode: "pods a node", "每节点 Pod 数", "", 1.0 to 250.0, WholeRatio;
    LinesPerSecond: "lines/s of a pod", "每 Pod 每秒行数", "/s", 0.1 to 10000.0, Ratio;
    LineBytes: "line size", "行大小", "B", 20.0 to 16384.0, WholeRatio;
    Tenants: "tenants", "租户数", "", 1.0 to 1000.0, WholeRatio;
    LogSize: "log file size at rotation", "日志轮转大小", "MiB", 1.0 to 1024.0, WholeRatio;
    MemBufLimit: "memBufLimit", "memBufLimit", "MB", 0.1 to 1000.0, Ratio;
    Flush: "flush", "flush", "s", 0.05 to 30.0, Ratio;
    RefreshInterval: "refreshInterval", "refreshInterval", "s", 1.0 to 300.0, Ratio;
    NodeAgentMemory: "memory limit of an agent a node", "节点采集器内存上限", "MiB", 16.0 to 8192.0, WholeRatio;
    NodeAgentCpu: "CPU limit of an agent a node", "节点采集器 CPU 上限", "m", 10.0 to 8000.0, WholeRatio;
    SidecarMemory: "memory limit of a sidecar", "Sidecar 内存上限", "MiB", 16.0 to 8192.0, WholeRatio;
    Outage: "outage of the backend", "后端中断", "s", 0.0 to 600.0, Whole;
}

/// Bytes of a mebibyte and of a megabyte.
const MIB: f64 = 1_048_576.0;
const MB: f64 = 1e6;

impl Knob {
    /// Its name in states and addresses.
    pub fn id(self) -> String {
        serde_json::to_value(self).ok().and_then(|id| id.as_str().map(str::to_owned)).unwrap_or_default()
    }

    /// Where a scenario stands; `None` where it leaves that to the agent.
    pub fn of(self, scenario: &Scenario) -> Option<f64> {
        let own = &scenario.collection;
        let mebibytes = |bytes: Bytes| bytes.as_f64() / MIB;
        match self {
            Self::Nodes => Some(Axis::Nodes.of(scenario)),
            Self::PodsPerNode => Some(Axis::PodsPerNode.of(scenario)),
            Self::LinesPerSecond => Some(Axis::LinesPerSecond.of(scenario)),
            Self::LineBytes => Some(middle_line(scenario)),
            Self::Tenants => Some(Axis::Tenants.of(scenario)),
            Self::LogSize => Some(mebibytes(scenario.cluster.kubelet.container_log_max_size)),
            Self::MemBufLimit => own.with.mem_buf_limit.map(|bytes| bytes.as_f64() / MB),
            Self::Flush => own.with.flush.map(|time| time.as_secs_f64()),
            Self::RefreshInterval => own.with.refresh_interval.map(|time| time.as_secs_f64()),
            Self::NodeAgentMemory => own.daemonset.memory_limit.map(mebibytes),
            Self::NodeAgentCpu => own.daemonset.cpu_limit.map(|cpu| cpu.get() as f64),
            Self::SidecarMemory => own.sidecar.memory_limit.map(mebibytes),
            Self::Outage => Some(Axis::Outage.of(scenario)),
        }
    }
}

/// The settings that put knobs where they are wanted, in the order in which they are applied. Values beyond a knob's
/// range become its ends.
pub(super) fn settings(scenario: &Scenario, knobs: &BTreeMap<Knob, f64>) -> Vec<String> {
    let wanted = |knob: Knob| {
        let (least, most) = knob.range();
        let value = knobs.get(&knob)?.clamp(least, most);
        Some(if knob.scale() == Scale::Ratio { value } else { value.round() })
    };
    let mut all = shape(scenario, [Knob::Nodes, Knob::PodsPerNode, Knob::Tenants].map(wanted));
    if let Some(lines) = wanted(Knob::LinesPerSecond) {
        let factor = lines / Axis::LinesPerSecond.of(scenario).max(f64::MIN_POSITIVE);
        all.extend(each_log(scenario, |log| format!("rate={}/s", short(log.rate.get() * factor))));
    }
    if let Some(bytes) = wanted(Knob::LineBytes) {
        let factor = bytes / middle_line(scenario).max(1.0);
        all.extend(each_log(scenario, |log| format!("line={}", resized(&log.line, factor))));
    }
    let plain = [
        (Knob::LogSize, "cluster.kubelet.containerLogMaxSize", "Mi"),
        (Knob::Flush, "collection.with.flush", "s"),
        (Knob::RefreshInterval, "collection.with.refreshInterval", "s"),
        (Knob::NodeAgentMemory, "collection.daemonset.memoryLimit", "Mi"),
        (Knob::NodeAgentCpu, "collection.daemonset.cpuLimit", "m"),
        (Knob::SidecarMemory, "collection.sidecar.memoryLimit", "Mi"),
    ];
    let plain = plain.iter().filter_map(|(knob, path, unit)| Some((path, short(wanted(*knob)?), unit)));
    all.extend(plain.map(|(path, value, unit)| format!("{path}={value}{unit}")));
    if let Some(megabytes) = wanted(Knob::MemBufLimit) {
        all.push(format!("collection.with.memBufLimit={}kB", (megabytes * 1e3).round()));
    }
    if let Some(seconds) = wanted(Knob::Outage) {
        all.extend(outage(scenario, seconds));
    }
    all
}

/// Nodes, pods a node and tenants: where one of them moves, replicas follow so that the others hold, as near as whole
/// pods of a tenant allow.
fn shape(scenario: &Scenario, [nodes, density, tenants]: [Option<f64>; 3]) -> Vec<String> {
    let mut all = Vec::new();
    let now = (scenario.nodes(), scenario.pods());
    let nodes_then = nodes.map_or(now.0, |nodes| nodes as u64);
    if nodes_then != now.0 {
        let weights: Vec<f64> = scenario.cluster.pools.iter().map(|pool| pool.nodes.get() as f64).collect();
        let counts = apportion(&weights, nodes_then).into_iter().enumerate();
        all.extend(counts.map(|(at, count)| format!("cluster.pools[{at}].nodes={}", count.max(1))));
    }
    if nodes.is_none() && density.is_none() && tenants.is_none() {
        return all;
    }
    let density_now = now.1 as f64 / now.0.max(1) as f64;
    let pods_then = ((density.unwrap_or(density_now) * nodes_then as f64).round() as u64).max(1);
    let counts: Vec<f64> = scenario.tenants.iter().map(|tenant| tenant.count.get() as f64).collect();
    let counts_then: Vec<u64> = match tenants {
        Some(tenants) => apportion(&counts, tenants as u64).into_iter().map(|count| count.max(1)).collect(),
        None => scenario.tenants.iter().map(|tenant| tenant.count.get()).collect(),
    };
    let weights: Vec<f64> = scenario
        .tenants
        .iter()
        .flat_map(|t| t.workloads.iter().map(|w| (t.count.get() * w.replicas.get()) as f64))
        .collect();
    let mut totals = apportion(&weights, pods_then).into_iter();
    // A denser node has smaller pods: what all of them request together stays.
    let share = density.map_or(1.0, |density| density_now / density.max(1.0));
    for (at, (tenant, count)) in scenario.tenants.iter().zip(&counts_then).enumerate() {
        if *count != tenant.count.get() {
            all.push(format!("tenants[{at}].count={count}"));
        }
        for (number, workload) in tenant.workloads.iter().enumerate() {
            let place = format!("tenants[{at}].workloads[{number}]");
            let total = totals.next().unwrap_or(0) as f64;
            let replicas = ((total / *count as f64).round() as u64).max(1);
            if replicas != workload.replicas.get() {
                all.push(format!("{place}.replicas={replicas}"));
            }
            let moved = replicas != workload.replicas.get() || nodes_then != now.0;
            if moved && !workload.placed.is_empty() {
                all.push(format!("{place}.placed={{}}"));
            }
            if share != 1.0 {
                let cpu = ((workload.requests.cpu.get() as f64 * share).floor() as u64).max(1);
                let memory = ((workload.requests.memory.as_f64() * share / MIB).floor() as u64).max(1);
                all.push(format!("{place}.requests={{cpu: {cpu}m, memory: {memory}Mi}}"));
            }
        }
    }
    all
}

/// The outages of the scenario together last so long: the first of them, or a new one after a quarter of the time.
fn outage(scenario: &Scenario, seconds: f64) -> Vec<String> {
    let first = scenario.faults.iter().position(|fault| fault.name() == "outage");
    match first {
        Some(at) => vec![format!("faults[{at}].outage.for={}s", short(seconds.max(1.0)))],
        None if seconds < 1.0 => Vec::new(),
        None => vec![super::rehearsal::outage(scenario, seconds)],
    }
}

/// A setting of every log.
fn each_log(scenario: &Scenario, setting: impl Fn(&LogSpec) -> String) -> Vec<String> {
    let mut all = Vec::new();
    for (at, tenant) in scenario.tenants.iter().enumerate() {
        for (number, workload) in tenant.workloads.iter().enumerate() {
            let logs = workload.logs.iter().enumerate();
            all.extend(
                logs.map(|(k, log)| format!("tenants[{at}].workloads[{number}].logs[{k}].{}", setting(log))),
            );
        }
    }
    all
}

/// Bytes of the middle line: the median of each log's sizes, weighted by its lines.
fn middle_line(scenario: &Scenario) -> f64 {
    let (mut bytes, mut lines) = (0.0, 0.0);
    for tenant in &scenario.tenants {
        for workload in &tenant.workloads {
            for log in &workload.logs {
                let own = (tenant.count.get() * workload.replicas.get()) as f64 * log.rate.get();
                let middle = match &log.line {
                    LineSize::Constant(size) => size.as_f64(),
                    LineSize::Lognormal(law) => law.median.as_f64(),
                    LineSize::Quantiles(sizes) => sizes.get(sizes.len() / 2).map_or(0.0, |b| b.as_f64()),
                };
                bytes += own * middle;
                lines += own;
            }
        }
    }
    if lines > 0.0 { bytes / lines } else { 0.0 }
}

/// Sizes of lines times a factor, as a scenario has them.
fn resized(line: &LineSize, factor: f64) -> String {
    let times = |size: &Bytes| format!("{}B", (size.as_f64() * factor).round().max(1.0));
    match line {
        LineSize::Constant(size) => format!("{{constant: {}}}", times(size)),
        LineSize::Lognormal(law) => {
            format!("{{lognormal: {{median: {}, p99: {}}}}}", times(&law.median), times(&law.p99))
        }
        LineSize::Quantiles(sizes) => {
            let sizes: Vec<String> = sizes.iter().map(times).collect();
            format!("{{quantiles: [{}]}}", sizes.join(", "))
        }
    }
}

/// A number without needless digits.
fn short(value: f64) -> String {
    let text = format!("{value:.6}");
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scenario::{Amendments, embedded};

    fn try_turned(scenario: &str, knobs: &[(Knob, f64)]) -> Result<Scenario, String> {
        let text = embedded(scenario).unwrap();
        let plain = Amendments::default().read(scenario, text).unwrap();
        let settings = settings(&plain, &knobs.iter().copied().collect());
        let settings = settings.iter().map(|s| s.parse().unwrap()).collect();
        Amendments { profiles: None, settings }.read(scenario, text).map_err(|error| error.to_string())
    }

    fn turned(scenario: &str, knobs: &[(Knob, f64)]) -> Scenario {
        try_turned(scenario, knobs).unwrap()
    }

    #[test]
    fn a_scenario_stands_where_each_knob_was_turned() {
        let wanted = [
            (Knob::Nodes, 40.0),
            (Knob::PodsPerNode, 60.0),
            (Knob::LinesPerSecond, 5.0),
            (Knob::LineBytes, 400.0),
            (Knob::Tenants, 40.0),
            (Knob::LogSize, 3.0),
            (Knob::MemBufLimit, 0.5),
            (Knob::Flush, 2.5),
            (Knob::RefreshInterval, 5.0),
            (Knob::NodeAgentMemory, 64.0),
            (Knob::NodeAgentCpu, 250.0),
            (Knob::SidecarMemory, 32.0),
            (Knob::Outage, 60.0),
        ];
        assert_eq!(wanted.len(), Knob::ALL.len());
        for (knob, value) in wanted {
            let found = knob.of(&turned("reference", &[(knob, value)])).unwrap();
            // Sizes are whole bytes of three logs.
            let slack = if knob == Knob::LineBytes { 1.0 } else { 1e-3 * value };
            assert!((found - value).abs() <= slack, "{knob:?} {value} {found}");
        }
    }

    #[test]
    fn what_was_not_turned_holds() {
        // 20 nodes of 30 pods at 8,600/600 lines/s: twice the nodes have twice the pods, and the rate of a pod stays.
        let wide = turned("reference", &[(Knob::Nodes, 40.0)]);
        assert_eq!((wide.nodes(), wide.pods()), (40, 1200));
        assert!((Knob::LinesPerSecond.of(&wide).unwrap() - 8600.0 / 600.0).abs() < 1e-9);
        let many = turned("reference", &[(Knob::Tenants, 10.0)]);
        assert_eq!((many.tenant_count(), many.pods()), (10, 600));
    }

    #[test]
    fn every_scenario_can_be_turned_all_at_once() {
        for name in crate::scenario::embedded_names() {
            let least: Vec<(Knob, f64)> = Knob::ALL.iter().map(|knob| (*knob, knob.range().0)).collect();
            match try_turned(name, &least) {
                Ok(scenario) => assert!(scenario.nodes() <= scenario.cluster.pools.len() as u64, "{name}"),
                // A fault of three nodes has to be turned off first, and is named.
                Err(error) => assert!(error.ends_with("write as many or fewer"), "{name}: {error}"),
            }
        }
    }
}
