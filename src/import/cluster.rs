//! A cluster as it is, read from files: `kubectl get nodes,pods -A -o json > cluster.json`.
//!
//! Takes a v1 `List`, `NodeList`, `PodList`, single nodes or pods, in one file or several; gives a scenario
//! with a pool for each size of node, a tenant for each namespace and a workload for each owner and request.
//! Only sizes, names, owners, requests and phases are read: nothing of environments, secrets or annotations
//! is ever held.
//!
//! ```
//! use loghaul::import::{ClusterOptions, read_cluster};
//! let json = r#"{ "kind": "List", "items": [
//!   { "kind": "Node", "metadata": { "name": "n1" },
//!     "status": { "allocatable": { "cpu": "4", "memory": "16Gi", "pods": "110" } } },
//!   { "kind": "Pod", "metadata": { "name": "web-0", "namespace": "shop",
//!       "ownerReferences": [ { "kind": "StatefulSet", "name": "web", "controller": true } ] },
//!     "spec": { "containers": [ { "resources": { "requests": { "cpu": "100m" } } } ] },
//!     "status": { "phase": "Running" } } ] }"#;
//! let files = [("cluster.json".to_owned(), json.as_bytes().to_vec())];
//! let import = read_cluster(&files, &ClusterOptions::named("ours")).unwrap();
//! assert_eq!(import.scenario.cluster.pools[0].name, "cpu4-mem16Gi");
//! assert_eq!(import.scenario.tenants[0].workloads[0].name, "web");
//! ```

mod objects;
mod parse;
mod pools;
mod quantity;
mod requests;
mod workloads;

use super::error::{HOW, file_list};
use super::{ImportError, MAX_RATE, counted, log_spec};
use crate::scenario::{LogSource, LogSpec, Pool, Scenario};
use crate::units::LineRate;
use parse::Objects;
use workloads::{MAX_WORKLOADS, Pods};

/// Lines a second of a pod, where nothing is said.
const DEFAULT_RATE: LineRate = LineRate::per_sec(10.0);

/// What the files do not say.
#[derive(Clone, Debug)]
pub struct ClusterOptions {
    /// The scenario's name.
    pub name: String,
    /// Mean lines a second of a pod. Default: 10/s, or what `logs` say. With `logs`, these are scaled so
    /// that together they have this rate.
    pub rate: Option<LineRate>,
    /// What every pod writes. Default: one stdout stream with the scenario format's defaults.
    pub logs: Option<Vec<LogSpec>>,
}

impl ClusterOptions {
    /// Options with nothing but a name.
    pub fn named(name: impl Into<String>) -> Self {
        Self { name: name.into(), rate: None, logs: None }
    }
}

/// A cluster that was read.
#[derive(Clone, Debug)]
pub struct ClusterImport {
    /// The cluster as a scenario, complete with defaults.
    pub scenario: Scenario,
    /// What was left out, rounded or assumed: sentences for people.
    pub notes: Vec<String>,
}

/// Reads files (what to call each, and its bytes) into a scenario.
///
/// # Errors
/// A file is empty, no UTF-8, no JSON, cut off, or not Kubernetes'; a quantity is none; there are no nodes
/// or no running pods; the rate is beyond what a stream may have.
pub fn read_cluster(
    files: &[(String, Vec<u8>)],
    options: &ClusterOptions,
) -> Result<ClusterImport, ImportError> {
    if files.is_empty() {
        return Err(ImportError::NoFile { advice: HOW });
    }
    let mut objects = Objects::default();
    for (file, bytes) in files {
        objects.read(file, bytes)?;
    }
    let mut scenario = bare_scenario(&options.name)?;
    let like = scenario.cluster.pools.pop().ok_or_else(|| ImportError::Defaults("no pool".into()))?;
    let (pools, pool_notes) = pools::pools(&objects.nodes, &like);
    let pods = Pods::group(&objects.pods, MAX_WORKLOADS);
    missing(files, &objects, &pools, &pods)?;

    let logs = logs_of_each(options)?;
    let (nodes, running) = (pools.iter().map(|p| p.nodes.get()).sum(), pods.running());
    scenario.tenants = pods.tenants(&logs);
    let mut notes = vec![format!(
        "{} in {} and {} in {} of {}",
        counted(nodes, "node"),
        counted(pools.len() as u64, "pool"),
        counted(running, "pod"),
        counted(pods.workloads() as u64, "workload"),
        counted(scenario.tenants.len() as u64, "tenant"),
    )];
    scenario.cluster.pools = pools;
    notes.extend(objects.notes());
    notes.extend(pool_notes);
    notes.extend(pods.notes());
    notes.push(format!(
        "every node has the default price ({}) and log disk ({}), whatever its size: set them for each pool",
        like.price, like.log_disk
    ));
    if options.logs.is_none() {
        let rate = options.rate.unwrap_or(DEFAULT_RATE);
        notes.push(format!(
            "every pod writes {rate} to stdout, lines of the default sizes: learn real ones with import logs"
        ));
    }
    Ok(ClusterImport { scenario, notes })
}

/// A scenario with the format's defaults and one pool to take other defaults from.
fn bare_scenario(name: &str) -> Result<Scenario, ImportError> {
    let written = serde_json::json!({
        "name": name,
        "question": "How should this cluster collect its logs?",
        "cluster": { "pools": [ { "name": "like", "nodes": 1 } ] },
        "tenants": [],
    });
    serde_json::from_value(written).map_err(ImportError::defaults)
}

fn missing(
    files: &[(String, Vec<u8>)],
    objects: &Objects,
    pools: &[Pool],
    pods: &Pods,
) -> Result<(), ImportError> {
    let verb = if files.len() == 1 { "has" } else { "have" };
    let have = match (pools.is_empty(), pods.running() == 0) {
        (false, false) => return Ok(()),
        (true, true) => "neither running pods nor".to_owned(),
        (true, false) => format!("{} but no", counted(pods.running(), "pod")),
        (false, true) => format!("{} but no", counted(objects.nodes.len() as u64, "node")),
    };
    let missing = match (pools.is_empty(), pods.left_out()) {
        (true, _) if objects.nodes.is_empty() => "nodes",
        (true, _) => "nodes with CPU, memory and pods",
        (false, 0) => "pods",
        (false, _) => "running pods (all are finished or pending)",
    };
    let files = file_list(files.iter().map(|(name, _)| name.as_str()));
    Err(ImportError::Missing { files, have: format!("{verb} {have}"), missing })
}

/// The streams of each pod.
fn logs_of_each(options: &ClusterOptions) -> Result<Vec<LogSpec>, ImportError> {
    let Some(logs) = options.logs.as_ref().filter(|logs| !logs.is_empty()) else {
        return Ok(vec![log_spec(LogSource::Stdout, options.rate.unwrap_or(DEFAULT_RATE))?]);
    };
    let mut logs = logs.clone();
    if let Some(rate) = options.rate {
        if !(0.0..=MAX_RATE).contains(&rate.get()) {
            return Err(ImportError::Rate { rate });
        }
        let total: f64 = logs.iter().map(|log| log.rate.get()).sum();
        let even = 1.0 / logs.len() as f64;
        for log in &mut logs {
            let share = if total > 0.0 { log.rate.get() / total } else { even };
            log.rate = LineRate::per_sec(rate.get() * share);
        }
    }
    Ok(logs)
}

#[cfg(test)]
mod tests {
    use super::*;

    const NODE: &str =
        r#"{"kind":"Node","metadata":{"name":"n"},"status":{"capacity":{"cpu":"4","memory":"8Gi"}}}"#;
    const POD: &str = r#"{"kind":"Pod","metadata":{"name":"p"},"spec":{"containers":[{"env":[{"value":"hush"}]}]},
                          "status":{"phase":"Running"}}"#;

    fn files(texts: &[&str]) -> Vec<(String, Vec<u8>)> {
        texts.iter().enumerate().map(|(i, t)| (format!("f{i}.json"), t.as_bytes().to_vec())).collect()
    }

    #[test]
    fn the_scenario_reads_back_and_a_pod_without_requests_requests_nothing() {
        let import = read_cluster(&files(&[NODE, POD]), &ClusterOptions::named("ours")).unwrap();
        let yaml = import.scenario.to_yaml().unwrap();
        let back = crate::scenario::from_yaml("ours.yaml", &yaml).unwrap();
        assert_eq!((back.nodes(), back.pods(), back.tenant_count()), (1, 1, 1));
        let workload = &back.tenants[0].workloads[0];
        assert_eq!((back.tenants[0].name.as_str(), workload.name.as_str()), ("default", "p"));
        assert_eq!((workload.requests.cpu.get(), workload.requests.memory.get()), (0, 0));
        assert_eq!((workload.logs.len(), workload.logs[0].rate.get()), (1, 10.0));
        assert!(!format!("{yaml}{:?}", import.notes).contains("hush"));
    }

    #[test]
    fn half_a_cluster_says_which_half_is_missing() {
        let refused = |texts: &[&str]| {
            read_cluster(&files(texts), &ClusterOptions::named("x")).unwrap_err().to_string()
        };
        assert!(refused(&[NODE]).starts_with("f0.json has 1 node but no pods;"), "{}", refused(&[NODE]));
        assert!(refused(&[POD]).starts_with("f0.json has 1 pod but no nodes;"), "{}", refused(&[POD]));
        let done = POD.replace("Running", "Failed");
        let all_done = refused(&[NODE, &done]);
        assert!(all_done.contains("f0.json, f1.json have 1 node but no running pods (all"), "{all_done}");
        assert!(refused(&[]).starts_with("no file is given"));
        let nothing = refused(&[r#"{"kind":"List","items":[]}"#]);
        assert!(nothing.contains("has neither running pods nor nodes; "), "{nothing}");
    }

    #[test]
    fn given_logs_keep_their_proportions_at_a_given_rate() {
        let log = |rate| log_spec(LogSource::File, LineRate::per_sec(rate)).unwrap();
        let mut options = ClusterOptions::named("x");
        options.logs = Some(vec![log(30.0), log(10.0)]);
        let rates = |options: &ClusterOptions| -> Vec<f64> {
            let import = read_cluster(&files(&[NODE, POD]), options).unwrap();
            import.scenario.tenants[0].workloads[0].logs.iter().map(|l| l.rate.get()).collect()
        };
        assert_eq!(rates(&options), [30.0, 10.0]);
        options.rate = Some(LineRate::per_sec(8.0));
        assert_eq!(rates(&options), [6.0, 2.0]);
        options.rate = Some(LineRate::per_sec(2e6));
        assert!(read_cluster(&files(&[NODE, POD]), &options).is_err());
    }
}
