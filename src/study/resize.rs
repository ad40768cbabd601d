//! The same kind of cluster in another size: pools and workloads in the same proportions.

use crate::scenario::{Cluster, Count, Placed, Scenario, Tenant, Warmup, Workload};
use crate::units::SimTime;

/// A small part of a cluster, standing for the whole: so many nodes of its pools, their share of pods and of the
/// backend's capacity, and no more simulated time than asked for (faults keep theirs). Agents that are shared load
/// as many collection configs as in the whole. A cluster that is no larger keeps its size.
pub fn slice(scenario: &Scenario, nodes: u64, longest: SimTime) -> Scenario {
    let nodes = nodes.clamp(1, scenario.nodes().max(1));
    let share = nodes as f64 / scenario.nodes().max(1) as f64;
    let pods = ((scenario.pods() as f64 * share).round() as u64).max(1);
    let mut small = resized(scenario, nodes, pods);
    small.share_of_backend(scenario, share);
    let faults_end = small.faults.iter().map(|fault| fault.ends().as_ns()).max();
    // After a fault there is to be time to recover.
    let needed = faults_end.map_or(longest.as_ns(), |end| end.saturating_add(longest.as_ns() / 2));
    let duration = small.duration.as_ns().min(needed.max(longest.as_ns()));
    small.duration = SimTime::from_ns(duration);
    if let Warmup::Stated(time) = small.warmup {
        small.warmup = time.min(SimTime::from_ns(duration / 6)).into();
    }
    small.one_node_in = Count::of(1);
    small.name = format!("{}/slice", scenario.name);
    small
}

/// What stood for a cluster where it was not simulated as a whole: a slice of it, for a short time.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Slice {
    /// Nodes.
    pub nodes: u64,
    /// Simulated seconds at each point.
    pub seconds: f64,
}

/// What stands for a cluster where [`slice()`] does.
pub fn slice_of(scenario: &Scenario, nodes: u64, longest: SimTime) -> Slice {
    let small = slice(scenario, nodes, longest);
    Slice { nodes: small.nodes(), seconds: small.duration.as_secs_f64() }
}

/// The scenario on so many nodes, with so many pods. What the backend can take stays.
pub(super) fn resized(scenario: &Scenario, nodes: u64, pods: u64) -> Scenario {
    let mut all = scenario.clone();
    if nodes != scenario.nodes() {
        let counts: Vec<f64> = scenario.cluster.pools.iter().map(|p| p.nodes.get() as f64).collect();
        let pools = scenario.cluster.pools.iter().zip(apportion(&counts, nodes));
        let pools = pools.filter(|(_, n)| *n > 0).map(|(pool, n)| {
            let mut pool = pool.clone();
            pool.nodes = Count::of(n);
            pool
        });
        all.cluster = Cluster { pools: pools.collect(), ..scenario.cluster.clone() };
    }
    if nodes != scenario.nodes() || pods != scenario.pods() {
        // Where pods were seen says nothing of another cluster.
        all.tenants.iter_mut().flat_map(|tenant| &mut tenant.workloads).for_each(|w| w.placed.clear());
    }
    if pods != scenario.pods() {
        all.tenants = tenants(scenario, pods);
        let missing = configs(scenario).saturating_sub(configs(&all));
        all.collection.extra_configs = all.collection.extra_configs.saturating_add(missing as u32);
    }
    all
}

/// The tenants with so many pods in all, each workload with its share. Tenants of one kind become fewer as pods do;
/// what does not divide among them goes to one more.
fn tenants(scenario: &Scenario, pods: u64) -> Vec<Tenant> {
    let share = pods as f64 / scenario.pods().max(1) as f64;
    let each = |t: &Tenant, w: &Workload| (t.count.get() * w.replicas.get()) as f64;
    let weights: Vec<f64> =
        scenario.tenants.iter().flat_map(|t| t.workloads.iter().map(|w| each(t, w))).collect();
    let mut totals = apportion(&weights, pods).into_iter();
    let mut made = Vec::new();
    for tenant in &scenario.tenants {
        let count = ((tenant.count.get() as f64 * share.min(1.0)).round() as u64).max(1);
        let (mut even, mut rest) = (Vec::new(), Vec::new());
        for workload in &tenant.workloads {
            let total = totals.next().unwrap_or(0);
            for (list, replicas) in [(&mut even, total / count), (&mut rest, total % count)] {
                if replicas > 0 {
                    let placed = Placed::new();
                    list.push(Workload { replicas: Count::of(replicas), placed, ..workload.clone() });
                }
            }
        }
        if !even.is_empty() {
            made.push(Tenant { count: Count::of(count), workloads: even, ..tenant.clone() });
        }
        if !rest.is_empty() {
            let name = format!("{}-rest", tenant.name);
            made.push(Tenant { name, count: Count::of(1), loud: tenant.loud, workloads: rest });
        }
    }
    made
}

/// Collection configs of all workloads with wishes, each tenant's by itself.
fn configs(scenario: &Scenario) -> u64 {
    let of = |w: &Workload| u64::from(w.logs.iter().any(|log| log.wants.is_some()));
    let tenant = |t: &Tenant| t.count.get() * t.workloads.iter().map(of).sum::<u64>();
    scenario.tenants.iter().map(tenant).sum()
}

/// Whole numbers in the proportion of weights that add up to a total: what is left over goes to the largest
/// remainders (Hamilton's method), the first of equal ones.
pub fn apportion(weights: &[f64], total: u64) -> Vec<u64> {
    let sum: f64 = weights.iter().sum();
    if sum <= 0.0 {
        return vec![0; weights.len()];
    }
    let exact: Vec<f64> = weights.iter().map(|w| w / sum * total as f64).collect();
    let mut parts: Vec<u64> = exact.iter().map(|e| e.floor() as u64).collect();
    let mut order: Vec<usize> = (0..weights.len()).collect();
    let remainder = |i: &usize| exact[*i] - exact[*i].floor();
    order.sort_by(|a, b| remainder(b).total_cmp(&remainder(a)).then(a.cmp(b)));
    let left = total.saturating_sub(parts.iter().sum());
    order.iter().cycle().take(left as usize).for_each(|i| parts[*i] += 1);
    parts
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scenario::{embedded, from_yaml};

    fn reference() -> Scenario {
        from_yaml("reference", embedded("reference").unwrap()).unwrap()
    }

    fn lines_per_s(scenario: &Scenario) -> f64 {
        let pod = |w: &Workload| w.logs.iter().map(|l| l.rate.get()).sum::<f64>();
        let tenant = |t: &Tenant| {
            t.count.get() as f64 * t.workloads.iter().map(|w| w.replicas.get() as f64 * pod(w)).sum::<f64>()
        };
        scenario.tenants.iter().map(tenant).sum()
    }

    #[test]
    fn parts_add_up_and_keep_the_proportion() {
        assert_eq!(apportion(&[1.0, 1.0, 1.0], 10), [4, 3, 3]);
        assert_eq!(apportion(&[40.0, 360.0, 200.0], 120), [8, 72, 40]);
        assert_eq!(apportion(&[0.0, 0.0], 5), [0, 0]);
    }

    #[test]
    fn a_fifth_of_the_nodes_has_a_fifth_of_the_pods_and_lines_and_all_of_the_configs() {
        let whole = reference();
        let small = slice(&whole, 4, SimTime::from_secs(60));
        assert_eq!((small.nodes(), small.pods(), small.tenant_count()), (4, 120, 4));
        // 20 · (2 · 100 + 18 · 10 + 10 · 5) lines/s, and a fifth of that.
        assert_eq!((lines_per_s(&whole), lines_per_s(&small)), (8600.0, 1720.0));
        // One config a tenant, of which 4 are left.
        assert_eq!(small.collection.extra_configs, 16);
        assert_eq!(small.duration, SimTime::from_secs(60));
    }

    #[test]
    fn a_tenants_quota_is_cut_with_its_pods_and_not_with_the_tenants() {
        let quota = |text: &str| {
            let whole =
                from_yaml("s", &format!("{text}backend: {{ quota: {{ rate: 1MB/s, burst: 2MB }} }}\n"));
            let small = slice(&whole.unwrap(), 4, SimTime::from_secs(60));
            small.backend.quota.unwrap().rate.get()
        };
        // A fifth of the reference's tenants are left, each with all its pods.
        assert_eq!(quota(embedded("reference").unwrap()), 1e6);
        // One tenant has a fifth of its pods.
        let one = "name: one\ncluster: { pools: [ { name: p, nodes: 20 } ] }\ntenants: [ { name: a, workloads: [ { name: \
                   w, replicas: 100, logs: [ { stream: stdout, rate: 10/s } ] } ] } ]\n";
        assert_eq!(quota(one), 2e5);
    }

    #[test]
    fn what_does_not_divide_goes_to_one_tenant_more() {
        let grown = resized(&reference(), 20, 601);
        assert_eq!((grown.nodes(), grown.pods()), (20, 601));
        let shrunk = resized(&reference(), 3, 7);
        assert_eq!((shrunk.nodes(), shrunk.pods()), (3, 7));
    }

    #[test]
    fn a_fault_keeps_its_time() {
        let mut scenario = reference();
        let yaml = format!(
            "{}faults: [ {{ outage: {{ of: backend, at: 5m, for: 60s }} }} ]\n",
            embedded("reference").unwrap()
        );
        scenario.faults = from_yaml("f", &yaml).unwrap().faults;
        assert_eq!(slice(&scenario, 2, SimTime::from_secs(60)).duration, SimTime::from_secs(390));
    }
}
