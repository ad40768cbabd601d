//! What all strategies draw alike: cluster, tenants, pods, the lines they write, the backend.

use super::backend::{quota, shards};
use super::control::{add_restarts, control_of, registration_ns};
use super::faults::add_faults;
use super::laws::{by_quantiles, laws_of, lognormal};
use super::proxy;
use crate::blueprint::{
    BackendPlan, Blueprint, CrashLoop, FileRotation, Life, PlacedRun, PodTemplate, Pool, Reader, Requests,
    StreamPlan, Usage,
};
use crate::engine::marks::Marks;
use crate::flow::Medium;
use crate::scenario::{Lifecycle, LogSource, LogSpec, RotationMode, Scenario, Start, Tenant, Workload};
use crate::units::{NS_PER_SEC, SimTime};

/// Where a log goes under a strategy, and who reads it there.
pub(super) struct Route {
    pub medium: Medium,
    pub reader: Reader,
}

impl Route {
    /// The log stays where it is written, and nothing can read it there.
    pub(super) fn out_of_reach(log: &LogSpec) -> Self {
        let medium = match log.stream {
            LogSource::Stdout => Medium::Stdout,
            LogSource::File => Medium::File,
            LogSource::HostPath => Medium::HostPath,
        };
        Self { medium, reader: Reader::Impossible }
    }
}

/// A log, and whose it is.
pub(super) struct Asked<'a> {
    pub tenant: &'a Tenant,
    pub workload: &'a Workload,
    pub log: &'a LogSpec,
}

/// Where logs go.
type Routes<'a> = &'a dyn Fn(&Asked<'_>) -> Route;

/// A blueprint without agents.
pub(super) struct Draft {
    pub blueprint: Blueprint,
    /// Collection configs that an agent of a node loads: one for each workload with wishes of its own that no agent in
    /// its pods collects, and one that covers all others.
    pub configs: u32,
    /// All collection configs, whoever collects.
    pub all_configs: u32,
}

/// Draws the scenario, its logs routed by `route`.
pub(super) fn draft(name: &'static str, scenario: &Scenario, route: Routes<'_>) -> Draft {
    let kubelet = &scenario.cluster.kubelet;
    let proxies = proxy::plans(scenario, &|workload| life_of(&workload.lifecycle));
    let mut blueprint = Blueprint {
        strategy: name,
        infeasible: None,
        pools: scenario.cluster.pools.iter().map(|one| pool(one, scenario.cluster.grow)).collect(),
        kubelet: FileRotation {
            size_bytes: kubelet.container_log_max_size.get(),
            files: kubelet.container_log_max_files.get(),
        },
        kubelet_gap_ns: kubelet.reopen_gap.as_ns(),
        least_free_ppm: (kubelet.eviction_hard.nodefs_available.get() * 1e6).round() as u64,
        kubelet_interval_ns: kubelet.container_log_monitor_interval.as_ns(),
        user_watches: scenario.cluster.inotify_watches.map(|count| count.get()),
        tenants: Vec::new(),
        laws: Vec::new(),
        pods: Vec::new(),
        agents: Vec::new(),
        node_agent: None,
        central: None,
        gateway: None,
        backend: backend(scenario),
        control: control_of(scenario),
        node_proxy: proxy::on_node(&proxies),
        proxies,
        faults: Vec::new(),
        fresh: match scenario.start {
            Start::MidLife => None,
            Start::Fresh(fresh) => Some((fresh.before.as_ns(), fresh.within.as_ns())),
        },
        horizon_ns: scenario.duration.as_ns(),
        warmup_ns: scenario.warmup.time().as_ns(),
        drain_ns: scenario.drain.as_ns(),
        chunk_ns: scenario.chunk.as_ns(),
    };
    let (mut configs, mut all_configs) = (1, 1);
    for tenant in &scenario.tenants {
        let first_laws: Vec<Vec<usize>> = tenant
            .workloads
            .iter()
            .map(|w| w.all_logs().iter().map(|log| add_laws(&mut blueprint, log)).collect())
            .collect();
        for number in 1..=tenant.count.get() {
            let name = match tenant.count.get() {
                1 => tenant.name.clone(),
                _ => format!("{}-{number}", tenant.name),
            };
            let tenant_index = blueprint.tenants.len() as u32;
            for (workload, first_laws) in tenant.workloads.iter().zip(&first_laws) {
                let mut template = pod_template(scenario, (&name, tenant, workload), first_laws, route);
                template.tenant = tenant_index;
                let (mut wishes, mut shared) = (false, false);
                for (stream, log) in template.streams.iter_mut().zip(&workload.logs) {
                    if log.wants.is_some() {
                        wishes = true;
                        shared |= stream.reader != Reader::Pod;
                        stream.config = configs;
                    }
                }
                all_configs += u32::from(wishes);
                configs += u32::from(shared);
                template.registration_ns = registration_ns(scenario, workload);
                blueprint.pods.push(template);
            }
            blueprint.tenants.push(name);
        }
    }
    add_faults(scenario, &mut blueprint);
    add_restarts(&mut blueprint);
    Draft { blueprint, configs, all_configs }
}

fn add_laws(blueprint: &mut Blueprint, log: &LogSpec) -> usize {
    let first = blueprint.laws.len();
    blueprint.laws.extend(laws_of(log));
    first
}

fn pod_template(
    scenario: &Scenario,
    (name, tenant, workload): (&str, &Tenant, &Workload),
    first_laws: &[usize],
    route: Routes<'_>,
) -> PodTemplate {
    let logs = workload.all_logs();
    let proxy = proxy::in_pod(workload);
    let stream = |(number, (log, first_law)): (usize, (&LogSpec, &usize))| {
        let Route { medium, reader } = route(&Asked { tenant, workload, log });
        let (size_bytes, files) = (log.rotate.size.get(), log.rotate.files.get());
        StreamPlan {
            name: format!("log-{number}"),
            medium,
            first_law: *first_law,
            reader,
            rotation: match medium {
                // Nobody rotates what is no file, nor Docker what its default driver writes.
                Medium::JsonFile | Medium::Pipe | Medium::Memory => {
                    FileRotation { size_bytes: u64::MAX, files: 1 }
                }
                Medium::LocalFile => LOCAL_DRIVER,
                _ => FileRotation { size_bytes, files },
            },
            gap_ns: log.rotate.gap.as_ns(),
            is_truncated: log.rotate.mode == RotationMode::CopyTruncate
                && medium.is_on_disk()
                && !medium.is_rotated_by_kubelet(),
            config: 0,
            parse: log.wants.as_ref().and_then(|wants| wants.parse).unwrap_or_default(),
        }
    };
    PodTemplate {
        name: format!("{name}/{}", workload.name),
        tenant: 0,
        replicas: workload.replicas.get(),
        requests: Requests {
            cpu_millicores: workload.requests.cpu.get() + proxy.cpu_millicores,
            memory_bytes: workload.requests.memory.get() + proxy.memory_bytes,
        },
        streams: logs.iter().zip(first_laws).enumerate().map(stream).collect(),
        agent: None,
        agent_start: None,
        pull_ns: whole_ns(workload.pull.unwrap_or(scenario.cluster.startup.pull)),
        life: life_of(&workload.lifecycle),
        crashes: crash_loop_of(&workload.lifecycle),
        max_unavailable: workload.max_unavailable.map(|most| most.rounded_up(workload.replicas.get())),
        needs_backend: false,
        relay: None,
        pools: pools_of(workload, &scenario.cluster.pools),
        placed: placed_of(workload, &scenario.cluster.pools),
        registration_ns: 0,
        usage: workload.usage.as_ref().map(usage),
        priority: workload.priority,
        most_disk_bytes: workload.limits.ephemeral_storage.map(|most| most.get()),
    }
}

fn usage(usage: &crate::scenario::Usage) -> Usage {
    let cores = usage.cpu.cores();
    let slot = |peak: &crate::scenario::Peak| (peak.cpu.cores(), peak.share.get(), peak.slot.as_ns());
    let (peak_cores, peak_share, slot_ns) = usage.peak.as_ref().map_or((cores, 0.0, NS_PER_SEC), slot);
    Usage { cores, peak_cores, peak_share, slot_ns }
}

/// Docker's `local` driver: 20 MiB, five files. Source: moby `daemon/logger/local/local.go`.
const LOCAL_DRIVER: FileRotation = FileRotation { size_bytes: 20 << 20, files: 5 };

/// The pools that take a workload's pods; none where all do.
fn pools_of(workload: &Workload, pools: &[crate::scenario::Pool]) -> Vec<usize> {
    let some = pools.iter().any(|pool| pool.serverless) && pools.iter().any(|pool| !pool.serverless);
    let takes = |pool: &crate::scenario::Pool| match workload.pools.as_slice() {
        [] => !some || !pool.serverless,
        named => named.contains(&pool.name),
    };
    let all = pools.iter().all(takes);
    pools.iter().enumerate().filter(|(_, pool)| !all && takes(pool)).map(|(index, _)| index).collect()
}

/// Where a workload's pods were seen to run; pools that are not there any more aside.
fn placed_of(workload: &Workload, pools: &[crate::scenario::Pool]) -> Vec<PlacedRun> {
    let placed = |(number, pool): (usize, &crate::scenario::Pool)| {
        let runs = workload.placed.get(&pool.name).map_or(&[][..], |counts| counts.runs());
        let run = move |run: &crate::scenario::NodeRun| PlacedRun {
            pool: number,
            nodes: u64::from(run.first - 1)..u64::from(run.last),
            pods: u64::from(run.pods),
        };
        runs.iter().map(run)
    };
    pools.iter().enumerate().flat_map(placed).collect()
}

/// Lives in whole seconds, rounded up, none shorter than one.
fn life_of(lifecycle: &Lifecycle) -> Option<Life> {
    let seconds = |time: SimTime| time.as_secs_f64().ceil();
    let (lifetime, linger, pause) = match lifecycle {
        Lifecycle::Service | Lifecycle::CrashLoop(_) => return None,
        Lifecycle::Churn(churn) => (exponential(churn.lifetime.as_secs_f64()), churn.linger, churn.pause),
        Lifecycle::Job(job) => {
            let lifetime = match (&job.quantiles, job.duration) {
                (Some(quantiles), _) => by_quantiles(quantiles.iter().map(|time| time.as_secs_f64())),
                (None, duration) => lasting(duration.unwrap_or_default(), job.p99),
            };
            (lifetime, job.linger, job.pause)
        }
    };
    let lingers_s = seconds(linger) as u64;
    let pause_s = lingers_s + seconds(pause) as u64;
    Some(Life { lifetime, lingers_s, pause_s, agent_stops_s: 0, sticks: false })
}

/// Nanoseconds, in whole seconds, rounded up.
pub(super) fn whole_ns(time: SimTime) -> u64 {
    time.as_ns().div_ceil(NS_PER_SEC) * NS_PER_SEC
}

/// Seconds with this median, rounded up where all are the same; log-normal where 99 of 100 are below `p99`.
fn lasting(median: SimTime, p99: Option<SimTime>) -> Marks {
    match p99 {
        None => Marks::constant(median.as_secs_f64().ceil() as u32),
        Some(p99) => lognormal(median.as_secs_f64(), p99.as_secs_f64()),
    }
}

/// How containers crash, in whole seconds, rounded up.
fn crash_loop_of(lifecycle: &Lifecycle) -> Option<CrashLoop> {
    let Lifecycle::CrashLoop(crashes) = lifecycle else { return None };
    Some(CrashLoop {
        runs: lasting(crashes.runs, crashes.p99),
        from_ns: crashes.from.as_ns(),
        most: crashes.crashes.map(|most| most.get()),
        starts_s: crashes.starts.as_secs_f64().ceil() as u64,
    })
}

fn pool(pool: &crate::scenario::Pool, may_grow: bool) -> Pool {
    Pool {
        name: pool.name.clone(),
        nodes: pool.nodes.get(),
        allocatable: Requests { cpu_millicores: pool.cpu.get(), memory_bytes: pool.memory.get() },
        max_pods: pool.pods.get(),
        log_disk_bytes: pool.log_disk.get(),
        other_disk_bytes: pool.other_data.get(),
        price_per_hour: pool.price.get(),
        sized: None,
        grows: pool.grows && may_grow,
        serverless: pool.serverless,
    }
}

fn backend(scenario: &Scenario) -> BackendPlan {
    let backend = &scenario.backend;
    BackendPlan {
        capacity_bytes_per_s: backend.capacity.map(|c| c.get()),
        latency_ns: backend.latency.as_ns(),
        latency_tail: exponential(backend.latency_tail.as_secs_f64() * 1e6),
        tail_grows: backend.tail_grows,
        line_limit_bytes: backend.line_limit.map_or(u64::MAX, |limit| limit.get()),
        queue_ns: backend.queue.as_ns(),
        shards: shards(backend),
        quota: quota(backend),
        shard_outages: Vec::new(),
        outages: Vec::new(),
        disturbances: Vec::new(),
    }
}

/// An exponential distribution with this mean.
fn exponential(mean: f64) -> Marks {
    Marks::from_quantiles(|u| -libm::log(1.0 - u) * mean)
}
