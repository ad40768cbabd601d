//! What the types alone cannot hold: names that must exist, values that must fit together, bounds.

mod agents;
mod backend;
mod control;
mod gateway;
mod lifecycle;
mod log;
mod names;
mod proxy;
mod usage;
mod variants;

use super::{Backend, Pool, Scenario, ScenarioError, Tenant, Workload};
use crate::diagnosis::Code;
use crate::units::{Bytes, Millicores, SimTime};
use agents::check_agents;
use control::check_control;
use lifecycle::check_lifecycle;
use serde_saphyr::Spanned;

pub(super) use agents::check_profiles;
pub(super) use log::check_log;
use names::{check_names, check_texts};
use proxy::check_proxy;
use usage::{check_disks, check_usage};

/// The most nodes and pods that a scenario may have: twenty times what Kubernetes supports.
pub(super) const MAX_NODES: u64 = 100_000;
const MAX_PODS: u64 = 3_000_000;

/// The fewest nodes that a sample may have: with fewer, totals would be a matter of luck.
const FEWEST_SAMPLED: u64 = 20;

/// The most tenants: the namespaces that Kubernetes is tested with (sig-scalability thresholds).
const MAX_TENANTS: u64 = 10_000;

/// The most lines that a run may write: what fixed-point sums hold, with room for replications.
const MAX_LINES: f64 = 2e11;

/// The largest node, and with it the largest request: sums over all nodes must fit.
pub(crate) const MAX_CPU: Millicores = Millicores::new(10_000_000);
pub(crate) const MAX_MEMORY: Bytes = Bytes::new(16 << 40);

/// The longest of anything that lasts, as the duration itself.
pub(super) const MONTH: SimTime = SimTime::from_secs(30 * 86_400);

/// The longest that an image takes to be pulled, and an agent to start.
const HOUR: SimTime = SimTime::from_secs(3600);

/// The longest gap of a rotation.
pub(super) const MINUTE: SimTime = SimTime::from_secs(60);

/// The dearest gigabyte.
const MAX_DATA_PRICE: f64 = 1e6;

/// The largest size at which a log file may be rotated.
const MAX_FILE_BYTES: u64 = 1 << 40;

/// What is wrong, and where.
pub(super) struct Problem {
    message: String,
    at: At,
    code: Code,
}

enum At {
    /// A place that was kept when the text was read.
    Place(u64, u64),
    /// A path such as `tenants/0/name`, to be looked for in the text.
    Path(String),
}

impl Problem {
    fn new(path: impl Into<String>, message: String) -> Self {
        Self { message, at: At::Path(path.into()), code: Code::OutOfRange }
    }

    fn at<T>(value: &Spanned<T>, path: impl Into<String>, message: String) -> Self {
        let place = value.referenced;
        let at = match place.line() {
            0 => At::Path(path.into()),
            line => At::Place(line, place.column()),
        };
        Self { message, at, code: Code::OutOfRange }
    }

    /// The same with what was refused; a value out of its range where nobody says.
    pub(super) fn coded(self, code: Code) -> Self {
        Self { code, ..self }
    }

    pub(super) fn into_error(self, file: &str, text: &str) -> ScenarioError {
        let found = match self.at {
            At::Place(line, column) => ScenarioError::at(file, text, line, column, &self.message),
            At::Path(path) => super::wrong_at(file, text, &path, &self.message),
        };
        found.coded(self.code)
    }
}

pub(super) type Checked = Result<(), Problem>;

/// Whether something is allowed; what is not is a problem at a path.
pub(super) fn allow(allowed: bool, path: impl Into<String>, message: impl FnOnce() -> String) -> Checked {
    if allowed { Ok(()) } else { Err(Problem::new(path, message())) }
}

/// The same of a name that must be that of something in the scenario.
pub(super) fn there_is(known: bool, path: impl Into<String>, message: impl FnOnce() -> String) -> Checked {
    if known { Ok(()) } else { Err(Problem::new(path, message()).coded(Code::NoSuch)) }
}

pub(super) fn check(scenario: &Scenario) -> Checked {
    check_texts(scenario)?;
    check_times(scenario)?;
    check_cluster(scenario)?;
    check_tenants(scenario)?;
    check_sample(scenario)?;
    check_profiles(&scenario.profiles)?;
    check_agents(scenario)?;
    variants::check_variants(scenario)?;
    gateway::check_gateway(scenario)?;
    check_backend(&scenario.backend)?;
    backend::check_parts(scenario)?;
    check_control(scenario)?;
    for (number, fault) in scenario.faults.iter().enumerate() {
        fault.check(scenario, &format!("faults/{number}"))?;
    }
    Ok(())
}

/// Whether something takes no longer than it may.
pub(super) fn up_to(most: SimTime, time: SimTime, what: &str, path: impl Into<String>) -> Checked {
    allow(time <= most, path, || format!("{what} is {time}; allowed is up to {most}"))
}

/// A sample is large enough. What fits into memory is not asked here, but by the footprint of what is to be run.
fn check_sample(scenario: &Scenario) -> Checked {
    let one_in = scenario.one_node_in.get();
    allow(one_in == 1 || scenario.nodes() / one_in >= FEWEST_SAMPLED, "oneNodeIn", || {
        let most = (scenario.nodes() / FEWEST_SAMPLED).max(1);
        format!(
            "one node in {one_in} of {}; allowed is up to {most}, for a sample of {FEWEST_SAMPLED}",
            scenario.nodes()
        )
    })
}

fn check_backend(backend: &Backend) -> Checked {
    allow(backend.capacity.is_none_or(|c| c.get() >= 1.0), "backend/capacity", || {
        "capacity is nothing; allowed is 1B/s and more, or none for a backend without bounds".into()
    })?;
    allow(backend.line_limit.is_none_or(|limit| limit.get() > 0), "backend/lineLimit", || {
        "lineLimit is 0B; allowed is 1B and more, such as 256Ki, or none for a backend that takes any line"
            .into()
    })?;
    let hour = SimTime::from_secs(3600);
    for (name, price) in [("egressPrice", backend.egress_price), ("ingestPrice", backend.ingest_price)] {
        allow(price.is_none_or(|p| p.get() <= MAX_DATA_PRICE), format!("backend/{name}"), || {
            format!("{name} is above {MAX_DATA_PRICE}/GB")
        })?;
    }
    up_to(hour, backend.latency, "latency", "backend/latency")?;
    up_to(hour, backend.latency_tail, "latencyTail", "backend/latencyTail")?;
    up_to(MONTH, backend.queue, "queue", "backend/queue")
}

/// Requests, or what a node has: no more than the largest node.
fn check_size(cpu: Millicores, memory: Bytes, path: &dyn Fn(&str) -> String) -> Checked {
    allow(cpu <= MAX_CPU, path("cpu"), || format!("cpu is {cpu}; allowed is up to {MAX_CPU}"))?;
    allow(memory <= MAX_MEMORY, path("memory"), || {
        format!("memory is {memory}; allowed is up to {MAX_MEMORY}")
    })
}

fn check_times(scenario: &Scenario) -> Checked {
    let Scenario { duration, warmup, drain, chunk, .. } = *scenario;
    let in_range = duration >= SimTime::from_secs(1) && duration <= MONTH;
    allow(in_range, "duration", || format!("duration is {duration}; allowed is 1s to 720h"))?;
    if warmup.time().as_ns() * 2 > duration.as_ns() {
        let message = format!(
            "warmup is {}, more than half of the duration of {duration}; \
             set a longer duration or a shorter warmup",
            warmup.time()
        );
        // A warm-up that nobody has written is too long for a duration that somebody has.
        let path = if warmup == super::defaults::warmup() { "duration" } else { "warmup" };
        return Err(Problem::new(path, message).coded(Code::Contradiction));
    }
    allow(drain <= SimTime::from_secs(86_400), "drain", || {
        format!("drain is {drain}; allowed is up to 24h")
    })?;
    if let super::Start::Fresh(fresh) = scenario.start {
        up_to(MONTH, fresh.before, "before", "start/fresh/before")?;
        up_to(MONTH, fresh.within, "within", "start/fresh/within")?;
    }
    let in_range = chunk >= SimTime::from_ns(2_000_000) && chunk <= SimTime::from_secs(1);
    allow(in_range, "chunk", || format!("chunk is {chunk}; allowed is 2ms to 1s"))
}

fn check_cluster(scenario: &Scenario) -> Checked {
    let pools = &scenario.cluster.pools;
    allow(!pools.is_empty(), "cluster/pools", || {
        "pools is empty; a cluster needs at least one pool of nodes".into()
    })?;
    check_names("pool", "cluster/pools", pools.iter().map(|p: &Pool| p.name.as_str()))?;
    for (number, pool) in pools.iter().enumerate() {
        let path = |field: &str| format!("cluster/pools/{number}/{field}");
        allow(pool.cpu.get() > 0, path("cpu"), || "cpu is 0; a node has some, such as 16 or 500m".into())?;
        allow(pool.memory.get() > 0, path("memory"), || {
            "memory is 0B; a node has some, such as 64Gi".into()
        })?;
        check_size(pool.cpu, pool.memory, &path)?;
        allow(pool.price.get() <= 1e6, path("price"), || {
            format!("price is {}; allowed is up to 1000000/h", pool.price)
        })?;
        allow(pool.pod_sizes.is_none() || pool.serverless, path("podSizes"), || {
            "podSizes is of pools whose pods have no node to share; write serverless: true beside it".into()
        })?;
        // The first that is too many, so that the place is one.
        let so_far: u64 = pools[..=number].iter().map(|p| p.nodes.get()).sum();
        allow(so_far <= MAX_NODES, path("nodes"), || {
            format!("the cluster has {} nodes; allowed are up to {MAX_NODES}", scenario.nodes())
        })?;
    }
    check_disks(&scenario.cluster)?;
    let startup = &scenario.cluster.startup;
    for (name, time) in
        [("pull", startup.pull), ("agentPull", startup.agent_pull), ("agentStart", startup.agent_start)]
    {
        up_to(HOUR, time, name, format!("cluster/startup/{name}"))?;
    }
    let kubelet = &scenario.cluster.kubelet;
    let path = |field: &str| format!("cluster/kubelet/{field}");
    let interval = kubelet.container_log_monitor_interval;
    allow(interval >= SimTime::from_secs(3), path("containerLogMonitorInterval"), || {
        format!("containerLogMonitorInterval is {interval}; the kubelet allows 3s and more")
    })?;
    up_to(MONTH, interval, "containerLogMonitorInterval", path("containerLogMonitorInterval"))?;
    up_to(MINUTE, kubelet.reopen_gap, "reopenGap", path("reopenGap"))?;
    allow(kubelet.container_log_max_files.get() >= 2, path("containerLogMaxFiles"), || {
        "containerLogMaxFiles is 1; the kubelet allows 2 and more".into()
    })?;
    let size = kubelet.container_log_max_size;
    allow((1..=MAX_FILE_BYTES).contains(&size.get()), path("containerLogMaxSize"), || {
        format!("containerLogMaxSize is {size}; allowed is 1B to 1Ti")
    })
}

fn check_tenants(scenario: &Scenario) -> Checked {
    let tenants = &scenario.tenants;
    allow(!tenants.is_empty(), "tenants", || {
        "tenants is empty; a scenario needs at least one tenant".into()
    })?;
    check_names("tenant", "tenants", tenants.iter().map(|t| t.name.as_str()))?;
    let (mut pods, mut count) = (0, 0);
    for (number, tenant) in tenants.iter().enumerate() {
        let path = format!("tenants/{number}");
        count += tenant.count.get();
        allow(count <= MAX_TENANTS, format!("{path}/count"), || {
            format!("there are {} tenants; allowed are up to {MAX_TENANTS}", scenario.tenant_count())
        })?;
        if let Some(other) = tenants.iter().find(|other| is_one_of(&tenant.name, other)) {
            let message =
                format!("the tenants {:?} have a count, and {:?} is one of them", other.name, tenant.name);
            return Err(Problem::new(format!("{path}/name"), message).coded(Code::Name));
        }
        let names = tenant.workloads.iter().map(|w| w.name.as_str());
        check_names("workload", &format!("{path}/workloads"), names)?;
        for (number, workload) in tenant.workloads.iter().enumerate() {
            let path = format!("{path}/workloads/{number}");
            let requests = &workload.requests;
            check_size(requests.cpu, requests.memory, &|field| format!("{path}/requests/{field}"))?;
            variants::check_pools(scenario, workload, &path)?;
            up_to(HOUR, workload.pull.unwrap_or_default(), "pull", format!("{path}/pull"))?;
            pods += tenant.count.get() * workload.replicas.get();
            allow(pods <= MAX_PODS, format!("{path}/replicas"), || {
                format!("there are {} pods; allowed are up to {MAX_PODS}", scenario.pods())
            })?;
            check_proxy(workload, &path)?;
            check_usage(workload, &path)?;
            check_lifecycle(&workload.lifecycle, scenario.duration, &format!("{path}/lifecycle"))?;
            for (number, log) in workload.logs.iter().enumerate() {
                check_log(log, &format!("{path}/logs/{number}"))?;
            }
        }
    }
    let mut workloads = tenants.iter().flat_map(|t| &t.workloads);
    allow(workloads.any(|w| !w.all_logs().is_empty()), "tenants", || {
        "nothing writes; give a workload logs, such as logs: [ { stream: stdout, rate: 10/s } ]".into()
    })?;
    let per_second = |t: &Tenant| {
        let rate = |w: &Workload| {
            w.all_logs().iter().map(|log| log.rate.get()).sum::<f64>() * w.replicas.get() as f64
        };
        t.workloads.iter().map(rate).sum::<f64>() * t.count.get() as f64
    };
    let lines = tenants.iter().map(per_second).sum::<f64>() * scenario.duration.as_secs_f64();
    allow(lines <= MAX_LINES, "duration", || {
        format!(
            "the pods write {:.0} billion lines in {}; allowed are up to {:.0} billion: \
             lower rates, fewer pods or a shorter duration",
            lines / 1e9,
            scenario.duration,
            MAX_LINES / 1e9
        )
    })
}

/// Whether a name is that of one of several tenants of a count: name-1, name-2, …
pub(super) fn is_one_of(name: &str, tenant: &Tenant) -> bool {
    let count = tenant.count.get();
    let number = name.strip_prefix(tenant.name.as_str()).and_then(|rest| rest.strip_prefix('-'));
    count > 1
        && number.is_some_and(|n| !n.starts_with(['0', '+']) && n.parse().is_ok_and(|n: u64| n <= count))
}
