//! A cluster as it is, read from files: `kubectl get nodes,pods -A -o json > cluster.json`.
//!
//! Takes lists, nodes and pods of Kubernetes' v1, as JSON or YAML, in files, folders and archives; gives a scenario with a
//! pool for each kind of node, a tenant for each namespace and a workload for each owner and request, its pods where they
//! run. Agents that collect already are taken out and kept as the strategy `as-is`. Nothing of environments, secrets or
//! commands is ever held.
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

mod admission;
mod agents;
mod as_is;
mod facts;
mod jobs;
mod node;
mod objects;
mod parse;
mod pools;
mod quantity;
mod requests;
mod settings;
mod source;
mod stream;
mod streams;
mod text;
mod workloads;
mod yaml;

pub use facts::Namespaces;
pub(super) use facts::key_of;
pub(super) use jobs::lives_of;

use super::error::{HOW, file_list};
use super::input::{self, Paths};
use super::rates::Rates;
use super::{ImportError, counted, written};
use crate::scenario::{LogSpec, Scenario, Tenant, Workload, from_yaml};
use crate::units::LineRate;
use facts::Facts;
use parse::Objects;
use pools::Pools;
use std::collections::BTreeSet;
use streams::{DEFAULT_RATE, Streams, logs_of_each};
use workloads::{MAX_WORKLOADS, Pods};

/// What the files do not say, and what of them counts.
#[derive(Clone, Debug)]
pub struct ClusterOptions {
    /// The scenario's name.
    pub name: String,
    /// Mean lines a second of a pod. Default: 0.25/s, or what `logs` say. With `logs`, these are scaled so
    /// that together they have this rate.
    pub rate: Option<LineRate>,
    /// What every pod writes, all of its containers together. Default: one stdout stream with the scenario format's defaults.
    pub logs: Option<Vec<LogSpec>>,
    /// Measured rates, in place of `rate`; sizes and arrivals of lines are those of `logs`.
    pub rates: Option<Rates>,
    /// Which namespaces count.
    pub namespaces: Namespaces,
    /// Refuses folders and archives with a bad file in them.
    pub strict: bool,
}

impl ClusterOptions {
    /// Options with nothing but a name.
    pub fn named(name: impl Into<String>) -> Self {
        let (name, namespaces) = (name.into(), Namespaces::default());
        Self { name, rate: None, logs: None, rates: None, namespaces, strict: false }
    }
}

/// A cluster that was read.
#[derive(Clone, Debug)]
pub struct ClusterImport {
    /// The cluster as a scenario, complete with defaults.
    pub scenario: Scenario,
    /// The same as YAML, as it reads back.
    pub yaml: String,
    /// What was left out, rounded or assumed: sentences for people.
    pub notes: Vec<String>,
}

/// Reads files (what to call each, and its bytes) into a scenario.
///
/// # Errors
/// As [`read_cluster_paths`].
pub fn read_cluster(
    files: &[(String, Vec<u8>)],
    options: &ClusterOptions,
) -> Result<ClusterImport, ImportError> {
    let mut objects = Objects::new(Facts::of(options.namespaces.clone()), options.strict);
    input::visit_bytes(files, &mut |entry, reader| objects.read(entry, reader))?;
    made(objects, options)
}

/// Reads files, folders, archives or standard input into a scenario; of each no more than a part is held at a time.
///
/// # Errors
/// A file is empty, cut off, or not Kubernetes'; a quantity is none; there are no nodes or no running pods; an object or a
/// rate is beyond what a scenario may have.
pub fn read_cluster_paths(paths: &Paths, options: &ClusterOptions) -> Result<ClusterImport, ImportError> {
    let mut objects = Objects::new(Facts::of(options.namespaces.clone()), options.strict);
    input::visit(paths, &mut |entry, reader| objects.read(entry, reader))?;
    if objects.files.is_empty() {
        objects.files = paths.list.iter().map(|path| path.display().to_string()).collect();
    }
    made(objects, options)
}

fn made(mut objects: Objects, options: &ClusterOptions) -> Result<ClusterImport, ImportError> {
    if objects.files.is_empty() {
        return Err(ImportError::NoFile { advice: HOW });
    }
    objects.facts.settle();
    let facts = &objects.facts;
    let mut scenario = bare_scenario(&options.name)?;
    let like = scenario.cluster.pools.pop().ok_or_else(|| ImportError::Defaults("no pool".into()))?;
    let mut rates = options.rates.clone();
    if let Some(rates) = &mut rates {
        for pod in facts.writing_pods() {
            let kind = &facts.kinds[pod.kind as usize];
            rates.meet(pod.key, &kind.namespace, &kind.name);
        }
    }
    let streams =
        Streams { logs: logs_of_each(options.logs.as_deref(), options.rate)?, rates: rates.as_ref() };
    let pools = Pools::of(facts, &like)?;
    let pods = Pods::group(facts, &pools, &streams, MAX_WORKLOADS);
    missing(&objects, &pools, &pods)?;
    let named = pods.tenants(&pools, &streams)?;
    let found = as_is::as_is(facts, pods.groups(), &named);
    let nodes: u64 = pools.pools.iter().map(|p| p.nodes.get()).sum();
    let mut notes = vec![format!(
        "{} in {} and {} in {} of {}",
        counted(nodes, "node"),
        counted(pools.pools.len() as u64, "pool"),
        counted(pods.running(), "pod"),
        counted(pods.workloads() as u64, "workload"),
        counted(named.tenants.len() as u64, "tenant"),
    )];
    notes.extend(objects.notes());
    notes.extend(about(facts, options));
    notes.extend(pools.notes);
    notes.extend(pods.notes());
    notes.extend(as_is::notes(&found, pods.groups()));
    notes.push(format!(
        "every node has the default price ({}), whatever its size: set it for each pool",
        like.price
    ));
    notes.push(about_rates(options, &named.tenants));
    scenario.tenants = named.tenants;
    scenario.cluster.pools = pools.pools;
    scenario.collection.as_is = found.as_is;
    // What is written is what the checker takes, or is refused here.
    let full = scenario.to_yaml().map_err(ImportError::Defaults)?;
    let compact = written::compact(&full, &defaults_text()?);
    let same = |back: &Scenario| back.to_yaml().is_ok_and(|again| again == full);
    let (scenario, yaml) = match from_yaml(&options.name, &compact) {
        Ok(back) if same(&back) => (back, compact),
        _ => {
            let back = from_yaml(&options.name, &full).map_err(|e| ImportError::Refused(e.to_string()))?;
            (back, full)
        }
    };
    Ok(ClusterImport { scenario, yaml, notes })
}

/// What was filtered and renamed.
fn about(facts: &Facts, options: &ClusterOptions) -> Vec<String> {
    let mut notes = Vec::new();
    if facts.filtered > 0 {
        notes.push(format!(
            "{} of other namespaces left out: their room on the nodes counts as free",
            counted(facts.filtered, "pod")
        ));
    }
    let by_mount = facts.kinds.iter().filter(|kind| kind.agents.iter().any(|a| a.name == agents::BY_MOUNT));
    let by_mount: BTreeSet<String> =
        by_mount.map(|kind| format!("{}/{}", kind.namespace, kind.name)).collect();
    if !by_mount.is_empty() {
        let names: Vec<String> = by_mount.into_iter().collect();
        notes.push(format!("{}: images that are not known, log agents by what they mount", names.join(", ")));
    }
    if facts.renamed > 0 {
        let names = counted(facts.renamed, "name");
        notes.push(format!("{names} with characters that Kubernetes does not allow: replaced by -"));
    }
    if clean_title(&options.name) != options.name {
        notes.push("the scenario's name has characters that are not written: replaced by a blank".to_owned());
    }
    notes
}

fn about_rates(options: &ClusterOptions, tenants: &[Tenant]) -> String {
    let written =
        |w: &Workload| w.replicas.get() as f64 * w.logs.iter().map(|log| log.rate.get()).sum::<f64>();
    match (&options.rates, &options.logs, options.rate) {
        (Some(rates), ..) => format!(
            "{:.4} of {:.4} lines/s that were measured are of pods here: each writes what it was seen to write, the others \
             nothing (agents of nodes and pods that are gone are left out)",
            tenants.iter().flat_map(|tenant| &tenant.workloads).map(written).sum::<f64>(),
            rates.total()
        ),
        (None, Some(_), _) => {
            "every pod writes what the logs say, divided among its containers: give rates for the real ones"
                .to_owned()
        }
        (None, None, Some(rate)) => format!(
            "every pod writes {rate} to stdout, divided among its containers, lines of the default sizes"
        ),
        (None, None, None) => format!(
            "ASSUMED: every pod writes {DEFAULT_RATE} to stdout, the mean of four real clusters; applications under \
             load write a hundred times as much. It decides the answer: measure it (import rates, import logs)"
        ),
    }
}

/// A title of letters, digits, blanks and a few signs: without what terminals, spreadsheets and pages obey.
fn clean_title(name: &str) -> String {
    let plain = |c: char| if c.is_alphanumeric() || "-._:,() ".contains(c) { c } else { ' ' };
    let title: String = name.chars().take(200).map(plain).collect();
    let title = title.trim().trim_start_matches(['-', '.', ' ']);
    if title.is_empty() { "cluster".into() } else { title.to_owned() }
}

/// The text of a scenario of which as little is said as possible: what it has beside is the format's defaults.
fn defaults_text() -> Result<String, ImportError> {
    let written = serde_json::json!({
        "name": "x",
        "cluster": { "pools": [ { "name": "x", "nodes": 1 } ] },
        "tenants": [ { "name": "x", "workloads": [
            { "name": "x", "replicas": 1, "logs": [ { "stream": "stdout", "rate": "1/s" } ] } ] } ],
    });
    let scenario: Scenario = super::with_defaults(&written)?;
    scenario.to_yaml().map_err(ImportError::Defaults)
}

/// A scenario with the format's defaults and one pool to take other defaults from.
fn bare_scenario(name: &str) -> Result<Scenario, ImportError> {
    let written = serde_json::json!({
        "name": clean_title(name),
        "question": "How should this cluster collect its logs?",
        "cluster": { "pools": [ { "name": "like", "nodes": 1 } ] },
        "tenants": [],
    });
    super::with_defaults(&written)
}

fn missing(objects: &Objects, pools: &Pools, pods: &Pods) -> Result<(), ImportError> {
    let verb = if objects.files.len() == 1 { "has" } else { "have" };
    let nodes = objects.facts.nodes.iter().filter(|node| node.is_known()).count() as u64;
    let no_nodes = pools.pools.is_empty();
    let have = match (no_nodes, pods.running() == 0) {
        (false, false) => return Ok(()),
        (true, true) => "neither running pods nor".to_owned(),
        (true, false) => format!("{} but no", counted(pods.running(), "pod")),
        (false, true) => format!("{} but no", counted(nodes, "node")),
    };
    let missing = match (no_nodes, pods.left_out()) {
        (true, _) if nodes == 0 => "nodes",
        (true, _) => "nodes with CPU, memory and pods",
        (false, 0) => "pods",
        (false, _) => "running pods (all are finished or pending)",
    };
    let files = file_list(objects.files.iter().map(String::as_str));
    Err(ImportError::Missing { files, have: format!("{verb} {have}"), missing })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::import::log_spec;
    use crate::scenario::LogSource;

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
        assert_eq!((workload.logs.len(), workload.logs[0].rate.get()), (1, 0.25));
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
        assert!(refused(&[]).contains("no file is given"));
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
