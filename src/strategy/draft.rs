//! What all strategies draw alike: cluster, tenants, pods, the lines they write, the backend.

use super::faults::add_faults;
use super::laws::{laws_of, lognormal};
use crate::engine::marks::Marks;
use crate::flow::Medium;
use crate::scenario::{Lifecycle, LogSpec, Scenario, Start, Workload};
use crate::units::SimTime;
use crate::world::{
    BackendPlan, Blueprint, FileRotation, Life, PodTemplate, Pool, Reader, Requests, StreamPlan,
};

/// Where a log goes under a strategy, and who reads it there.
pub(super) struct Route {
    pub medium: Medium,
    pub reader: Reader,
}

/// A blueprint without agents.
pub(super) struct Draft {
    pub blueprint: Blueprint,
    /// Collection configs: one for each workload with wishes of its own, and one that covers all others.
    pub configs: u32,
}

/// Draws the scenario, its logs routed by `route`.
pub(super) fn draft(name: &'static str, scenario: &Scenario, route: &dyn Fn(&LogSpec) -> Route) -> Draft {
    let kubelet = &scenario.cluster.kubelet;
    let mut blueprint = Blueprint {
        strategy: name,
        infeasible: None,
        pools: scenario.cluster.pools.iter().map(pool).collect(),
        kubelet: FileRotation {
            size_bytes: kubelet.container_log_max_size.get(),
            files: kubelet.container_log_max_files.get(),
        },
        kubelet_interval_ns: kubelet.container_log_monitor_interval.as_ns(),
        tenants: Vec::new(),
        laws: Vec::new(),
        pods: Vec::new(),
        agents: Vec::new(),
        node_agent: None,
        backend: backend(scenario),
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
    let mut configs = 1;
    for tenant in &scenario.tenants {
        let first_laws: Vec<Vec<usize>> = tenant
            .workloads
            .iter()
            .map(|w| w.logs.iter().map(|log| add_laws(&mut blueprint, log)).collect())
            .collect();
        for number in 1..=tenant.count.get() {
            let name = match tenant.count.get() {
                1 => tenant.name.clone(),
                _ => format!("{}-{number}", tenant.name),
            };
            let tenant_index = blueprint.tenants.len() as u32;
            for (workload, first_laws) in tenant.workloads.iter().zip(&first_laws) {
                let wishes = workload.logs.iter().any(|log| log.wants.is_some());
                let config = if wishes { configs } else { 0 };
                configs += u32::from(wishes);
                let mut template = pod_template(&name, workload, first_laws, route, config);
                template.tenant = tenant_index;
                blueprint.pods.push(template);
            }
            blueprint.tenants.push(name);
        }
    }
    add_faults(scenario, &mut blueprint);
    Draft { blueprint, configs }
}

fn add_laws(blueprint: &mut Blueprint, log: &LogSpec) -> usize {
    let first = blueprint.laws.len();
    blueprint.laws.extend(laws_of(log));
    first
}

fn pod_template(
    tenant: &str,
    workload: &Workload,
    first_laws: &[usize],
    route: &dyn Fn(&LogSpec) -> Route,
    config: u32,
) -> PodTemplate {
    let stream = |(number, (log, first_law)): (usize, (&LogSpec, &usize))| {
        let Route { medium, reader } = route(log);
        StreamPlan {
            name: format!("log-{number}"),
            medium,
            first_law: *first_law,
            reader,
            rotation: FileRotation { size_bytes: log.rotate.size.get(), files: log.rotate.files.get() },
            config: if log.wants.is_some() { config } else { 0 },
            parse: log.wants.as_ref().and_then(|wants| wants.parse).unwrap_or_default(),
        }
    };
    PodTemplate {
        name: format!("{tenant}/{}", workload.name),
        tenant: 0,
        replicas: workload.replicas.get(),
        requests: Requests {
            cpu_millicores: workload.requests.cpu.get(),
            memory_bytes: workload.requests.memory.get(),
        },
        streams: workload.logs.iter().zip(first_laws).enumerate().map(stream).collect(),
        agent: None,
        life: life_of(&workload.lifecycle),
    }
}

/// Lives in whole seconds, rounded up, none shorter than one.
fn life_of(lifecycle: &Lifecycle) -> Option<Life> {
    let seconds = |time: SimTime| time.as_secs_f64().ceil();
    let (lifetime, linger, pause) = match lifecycle {
        Lifecycle::Service => return None,
        Lifecycle::Churn(churn) => (exponential(churn.lifetime.as_secs_f64()), churn.linger, churn.pause),
        Lifecycle::Job(job) => {
            let lifetime = match job.p99 {
                None => Marks::constant(seconds(job.duration) as u32),
                Some(p99) => lognormal(job.duration.as_secs_f64(), p99.as_secs_f64()),
            };
            (lifetime, job.linger, job.pause)
        }
    };
    let lingers_s = seconds(linger) as u64;
    Some(Life { lifetime, lingers_s, pause_s: lingers_s + seconds(pause) as u64 })
}

fn pool(pool: &crate::scenario::Pool) -> Pool {
    Pool {
        name: pool.name.clone(),
        nodes: pool.nodes.get(),
        allocatable: Requests { cpu_millicores: pool.cpu.get(), memory_bytes: pool.memory.get() },
        max_pods: pool.pods.get(),
        log_disk_bytes: pool.log_disk.get(),
        price_per_hour: pool.price.get(),
        grows: pool.grows,
    }
}

fn backend(scenario: &Scenario) -> BackendPlan {
    let backend = &scenario.backend;
    BackendPlan {
        capacity_bytes_per_s: backend.capacity.map(|c| c.get()),
        latency_ns: backend.latency.as_ns(),
        latency_tail: exponential(backend.latency_tail.as_secs_f64() * 1e6),
        queue_ns: backend.queue.as_ns(),
        outages: Vec::new(),
        disturbances: Vec::new(),
    }
}

/// An exponential distribution with this mean.
fn exponential(mean: f64) -> Marks {
    Marks::from_quantiles(|u| -libm::log(1.0 - u) * mean)
}
