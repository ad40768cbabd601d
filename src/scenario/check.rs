//! What the types alone cannot hold: names that must exist, values that must fit together.

use super::place;
use super::{
    ArrivalsSpec, Fault, LineSize, LogSpec, Pool, Scenario, ScenarioError, Settings, Tenant, Workload,
};
use crate::profile;
use crate::units::{Bytes, SimTime};
use serde_saphyr::Spanned;
use std::collections::BTreeSet;

/// The most nodes and pods that a scenario may have: twenty and three times what Kubernetes supports.
const MAX_NODES: u64 = 100_000;
const MAX_PODS: u64 = 500_000;

/// The most tenants: the namespaces that Kubernetes is tested with (sig-scalability thresholds).
const MAX_TENANTS: u64 = 10_000;

/// The most lines that a run may write: what fixed-point sums hold, with room for replications.
const MAX_LINES: f64 = 1e11;

/// Collection configs beyond those of the workloads: a hundred for each tenant that there can be.
const MAX_EXTRA_CONFIGS: u32 = 1_000_000;

/// The largest size at which a log file may be rotated.
const MAX_FILE_BYTES: u64 = 1 << 40;

/// The longest line: beyond, no container runtime or agent takes it for one.
const MAX_LINE: Bytes = Bytes::new(1 << 20);

/// What is wrong, and where.
pub(super) struct Problem {
    message: String,
    at: At,
}

enum At {
    /// A place that was kept when the text was read.
    Place(u64, u64),
    /// A path such as `tenants/0/name`, to be looked for in the text.
    Path(String),
}

impl Problem {
    fn new(path: impl Into<String>, message: String) -> Self {
        Self { message, at: At::Path(path.into()) }
    }

    fn at<T>(value: &Spanned<T>, path: impl Into<String>, message: String) -> Self {
        let place = value.referenced;
        let at = match place.line() {
            0 => At::Path(path.into()),
            line => At::Place(line, place.column()),
        };
        Self { message, at }
    }

    pub(super) fn into_error(self, file: &str, text: &str) -> ScenarioError {
        let place = match self.at {
            At::Place(line, column) => Some((line, column)),
            At::Path(path) => place::find(text, &path),
        };
        match place {
            Some((line, column)) => ScenarioError::at(file, text, line, column, &self.message),
            None => ScenarioError::whole_file(file, format!("is no possible scenario: {}", self.message)),
        }
    }
}

type Checked = Result<(), Problem>;

/// Whether something is allowed; what is not is a problem at a path.
fn allow(allowed: bool, path: impl Into<String>, message: impl FnOnce() -> String) -> Checked {
    if allowed { Ok(()) } else { Err(Problem::new(path, message())) }
}

pub(super) fn check(scenario: &Scenario) -> Checked {
    allow(!scenario.name.trim().is_empty(), "name", || "name is empty".into())?;
    check_times(scenario)?;
    check_cluster(scenario)?;
    check_tenants(scenario)?;
    check_profiles(scenario)?;
    check_agents(scenario)?;
    allow(scenario.backend.capacity.is_none_or(|c| c.get() >= 1.0), "backend/capacity", || {
        "capacity is nothing; allowed is 1B/s and more, or none for a backend without bounds".into()
    })?;
    for (number, fault) in scenario.faults.iter().enumerate() {
        let Fault::Outage(outage) = fault;
        allow(outage.at < scenario.duration, format!("faults/{number}/outage/at"), || {
            format!("an outage at {} begins after the duration of {}", outage.at, scenario.duration)
        })?;
    }
    Ok(())
}

fn check_times(scenario: &Scenario) -> Checked {
    let Scenario { duration, warmup, drain, chunk, .. } = *scenario;
    let in_range = duration >= SimTime::from_secs(1) && duration <= SimTime::from_secs(30 * 86_400);
    allow(in_range, "duration", || format!("duration is {duration}; allowed is 1s to 720h"))?;
    if warmup.as_ns() * 2 > duration.as_ns() {
        let message = format!(
            "warmup is {warmup}, more than half of the duration of {duration}; \
             set a longer duration or a shorter warmup"
        );
        // A warm-up that nobody has written is too long for a duration that somebody has.
        let path = if warmup == super::defaults::warmup() { "duration" } else { "warmup" };
        return Err(Problem::new(path, message));
    }
    allow(drain <= SimTime::from_secs(86_400), "drain", || {
        format!("drain is {drain}; allowed is up to 24h")
    })?;
    let in_range = chunk >= SimTime::from_ns(2_000_000) && chunk <= SimTime::from_secs(1);
    allow(in_range, "chunk", || format!("chunk is {chunk}; allowed is 2ms to 1s"))
}

fn check_cluster(scenario: &Scenario) -> Checked {
    let pools = &scenario.cluster.pools;
    allow(!pools.is_empty(), "cluster/pools", || {
        "pools is empty; a cluster needs at least one pool of nodes".into()
    })?;
    names_are_unique("pool", "cluster/pools", pools.iter().map(|p: &Pool| p.name.as_str()))?;
    for (number, pool) in pools.iter().enumerate() {
        let path = |field: &str| format!("cluster/pools/{number}/{field}");
        allow(pool.cpu.get() > 0, path("cpu"), || "cpu is 0; a node has some, such as 16 or 500m".into())?;
        allow(pool.memory.get() > 0, path("memory"), || {
            "memory is 0B; a node has some, such as 64Gi".into()
        })?;
        // The first that is too many, so that the place is one.
        let so_far: u64 = pools[..=number].iter().map(|p| p.nodes.get()).sum();
        allow(so_far <= MAX_NODES, path("nodes"), || {
            format!("the cluster has {} nodes; allowed are up to {MAX_NODES}", scenario.nodes())
        })?;
    }
    let kubelet = &scenario.cluster.kubelet;
    let path = |field: &str| format!("cluster/kubelet/{field}");
    let interval = kubelet.container_log_monitor_interval;
    allow(interval >= SimTime::from_secs(3), path("containerLogMonitorInterval"), || {
        format!("containerLogMonitorInterval is {interval}; the kubelet allows 3s and more")
    })?;
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
    names_are_unique("tenant", "tenants", tenants.iter().map(|t| t.name.as_str()))?;
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
            return Err(Problem::new(format!("{path}/name"), message));
        }
        // Streams are told apart by tenant/workload.
        allow(!tenant.name.contains('/'), format!("{path}/name"), || {
            format!("{:?} is no name of a tenant: it has a slash", tenant.name)
        })?;
        let names = tenant.workloads.iter().map(|w| w.name.as_str());
        names_are_unique("workload", &format!("{path}/workloads"), names)?;
        for (number, workload) in tenant.workloads.iter().enumerate() {
            let path = format!("{path}/workloads/{number}");
            pods += tenant.count.get() * workload.replicas.get();
            allow(pods <= MAX_PODS, format!("{path}/replicas"), || {
                format!("there are {} pods; allowed are up to {MAX_PODS}", scenario.pods())
            })?;
            for (number, log) in workload.logs.iter().enumerate() {
                check_log(log, &format!("{path}/logs/{number}"))?;
            }
        }
    }
    allow(pods > 0, "tenants", || {
        "tenants have no workloads; a scenario needs at least one with pods in it".into()
    })?;
    let per_second = |t: &Tenant| {
        let rate =
            |w: &Workload| w.logs.iter().map(|log| log.rate.get()).sum::<f64>() * w.replicas.get() as f64;
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
fn is_one_of(name: &str, tenant: &Tenant) -> bool {
    let count = tenant.count.get();
    let number = name.strip_prefix(tenant.name.as_str()).and_then(|rest| rest.strip_prefix('-'));
    count > 1
        && number.is_some_and(|n| !n.starts_with(['0', '+']) && n.parse().is_ok_and(|n: u64| n <= count))
}

fn names_are_unique<'a>(what: &str, path: &str, names: impl Iterator<Item = &'a str>) -> Checked {
    let mut seen = BTreeSet::new();
    for (number, name) in names.enumerate() {
        let path = || format!("{path}/{number}/name");
        allow(!name.trim().is_empty(), path(), || format!("the name of a {what} is empty"))?;
        allow(seen.insert(name), path(), || format!("there are two {what}s of the name {name:?}"))?;
    }
    Ok(())
}

/// `path` is where the log stands in the text.
pub(super) fn check_log(log: &LogSpec, path: &str) -> Checked {
    let path = |field: &str| format!("{path}/{field}");
    allow(log.rate.get() <= 1e6, path("rate"), || {
        format!("rate is {}; allowed is up to 1M/s a stream", log.rate)
    })?;
    let size = log.rotate.size;
    allow((1..=MAX_FILE_BYTES).contains(&size.get()), path("rotate/size"), || {
        format!("size is {size}; allowed is 1B to 1Ti")
    })?;
    allow(log.spread.get() <= 5.0, path("spread"), || {
        format!("spread is {}; allowed is up to 500%", log.spread)
    })?;
    check_line(&log.line, &path("line"))?;
    match &log.arrivals {
        ArrivalsSpec::Burst(burst) => {
            allow(burst.duty.get() > 0.0 && burst.duty.get() <= 1.0, path("arrivals/burst/duty"), || {
                format!("duty is {}; allowed is above 0% and up to 100%", burst.duty)
            })?;
            let second = SimTime::from_secs(1);
            let whole = burst.slot >= second && burst.slot.as_ns().is_multiple_of(second.as_ns());
            allow(whole, path("arrivals/burst/slot"), || {
                format!("slot is {}; allowed are whole seconds", burst.slot)
            })
        }
        ArrivalsSpec::Diurnal(sine) => {
            allow(sine.amplitude.get() <= 1.0, path("arrivals/diurnal/amplitude"), || {
                format!("amplitude is {}; allowed is up to 100%", sine.amplitude)
            })?;
            allow(sine.period >= SimTime::from_secs(2), path("arrivals/diurnal/period"), || {
                format!("period is {}; allowed is 2s and more", sine.period)
            })
        }
        ArrivalsSpec::Trace(trace) => {
            let sum: f32 = trace.per_second.iter().sum();
            let weights = trace.per_second.iter().all(|w| *w >= 0.0) && sum.is_finite() && sum > 0.0;
            allow(weights, path("arrivals/trace/perSecond"), || {
                "perSecond needs weights of at least 0, one of them above 0".into()
            })
        }
        ArrivalsSpec::Poisson | ArrivalsSpec::Constant => Ok(()),
    }
}

fn check_line(line: &LineSize, path: &str) -> Checked {
    match line {
        LineSize::Constant(size) => {
            allow(size.get() > 0 && *size <= MAX_LINE, format!("{path}/constant"), || {
                format!("a line of {size}; allowed is 1B to {MAX_LINE}")
            })
        }
        LineSize::Lognormal(law) => {
            let (median, p99) = (law.median, law.p99);
            allow(median.get() > 0 && median <= p99 && p99 <= MAX_LINE, format!("{path}/lognormal"), || {
                format!("lines of median {median} and p99 {p99}; allowed is 0B < median <= p99 <= {MAX_LINE}")
            })
        }
        LineSize::Quantiles(sizes) => {
            let fine = sizes.len() >= 2 && sizes.is_sorted() && sizes.last() <= Some(&MAX_LINE);
            allow(fine, format!("{path}/quantiles"), || {
                format!("quantiles needs at least two sizes, the smallest first, none above {MAX_LINE}")
            })
        }
    }
}

fn check_profiles(scenario: &Scenario) -> Checked {
    let embedded: Vec<&str> = profile::names().collect();
    names_are_unique("profile", "profiles", scenario.profiles.iter().map(|p| p.name.as_str()))?;
    for (number, custom) in scenario.profiles.iter().enumerate() {
        let path = format!("profiles/{number}");
        allow(!embedded.contains(&custom.name.as_str()), format!("{path}/name"), || {
            format!("{:?} is an agent that there is already; give yours another name", custom.name)
        })?;
        let Some(Ok(mut profile)) = profile::embedded(&custom.base.value) else {
            let message = format!(
                "there is no agent {:?} to derive from; known: {}",
                custom.base.value,
                embedded.join(", ")
            );
            return Err(Problem::at(&custom.base, format!("{path}/base"), message));
        };
        for (name, value) in &custom.set {
            let problem = |message| Problem::at(value, format!("{path}/set/{name}"), message);
            profile.set(name, value.value).map_err(problem)?;
        }
    }
    Ok(())
}

fn check_agents(scenario: &Scenario) -> Checked {
    let mut known: Vec<&str> = profile::names().collect();
    known.extend(scenario.profiles.iter().map(|p| p.name.as_str()));
    let collection = &scenario.collection;
    let named = [
        (Some(&collection.agent), "collection/agent"),
        (collection.daemonset.agent.as_ref(), "collection/daemonset/agent"),
        (collection.sidecar.agent.as_ref(), "collection/sidecar/agent"),
    ];
    for (agent, path) in named {
        let Some(agent) = agent else { continue };
        if !known.contains(&agent.value.as_str()) {
            let message = format!("there is no agent {:?}; known: {}", agent.value, known.join(", "));
            return Err(Problem::at(agent, path, message));
        }
    }
    check_settings(&collection.with, "collection/with")?;
    check_settings(&collection.daemonset.with, "collection/daemonset/with")?;
    check_settings(&collection.sidecar.with, "collection/sidecar/with")?;
    allow(collection.extra_configs <= MAX_EXTRA_CONFIGS, "collection/extraConfigs", || {
        format!("extraConfigs is {}; allowed is up to {MAX_EXTRA_CONFIGS}", collection.extra_configs)
    })?;
    allow((1.0..=100.0).contains(&collection.headroom), "collection/headroom", || {
        format!("headroom is {}; allowed is 1 to 100", collection.headroom)
    })
}

fn check_settings(settings: &Settings, path: &str) -> Checked {
    if let Some(flush) = settings.flush {
        let in_range = flush >= SimTime::from_ns(10_000_000) && flush <= SimTime::from_secs(3600);
        allow(in_range, format!("{path}/flush"), || format!("flush is {flush}; allowed is 10ms to 1h"))?;
    }
    if let Some(scan) = settings.refresh_interval {
        allow(scan >= SimTime::from_ns(100_000_000), format!("{path}/refreshInterval"), || {
            format!("refreshInterval is {scan}; allowed is 100ms and more")
        })?;
    }
    allow(settings.mem_buf_limit.is_none_or(|limit| limit.get() > 0), format!("{path}/memBufLimit"), || {
        "memBufLimit is 0B; an agent needs a buffer".into()
    })
}
