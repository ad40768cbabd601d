//! Imports of real clusters and logs: `../shared/data`, or the folder that `LOGHAUL_DATA` names.

mod cluster;
mod dumps;
mod hostile;
mod kinds;
#[cfg(target_os = "linux")]
mod large;
mod logs;
mod rates;

use loghaul::engine::arrivals::{Arrivals, Modulation};
use loghaul::import::{
    ClusterImport, ClusterOptions, LifetimesOptions, LogsOptions, Paths, learn_lifetimes, learn_log_files,
    learn_logs, read_cluster,
};
use loghaul::scenario::{self, ArrivalsSpec, LineSize, LogSpec};
use loghaul::units::SimTime;
use std::path::{Path, PathBuf};
use std::time::Instant;

/// The data, or `None` with a word on standard error.
fn data(part: &str) -> Option<PathBuf> {
    let folder = std::env::var_os("LOGHAUL_DATA")
        .map_or_else(|| Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/data"), PathBuf::from);
    let part = folder.join(part);
    if part.exists() {
        return Some(part);
    }
    eprintln!("skipped: {} is not there; LOGHAUL_DATA names the folder of real data", part.display());
    None
}

fn read(paths: &[PathBuf]) -> Vec<(String, Vec<u8>)> {
    paths.iter().map(|p| (p.display().to_string(), std::fs::read(p).unwrap())).collect()
}

fn import(paths: &[PathBuf]) -> ClusterImport {
    read_cluster(&read(paths), &ClusterOptions::named("imported")).unwrap()
}

#[test]
fn a_production_cluster_of_1523_nodes_becomes_a_scenario() {
    let Some(file) = data("openb/cluster.json") else { return };
    let files = read(&[file]);
    let start = Instant::now();
    let import = read_cluster(&files, &ClusterOptions::named("openb")).unwrap();
    let took = start.elapsed();
    let scenario = &import.scenario;
    assert_eq!((scenario.nodes(), scenario.pods(), scenario.tenant_count()), (1_523, 8_152, 4));
    let tenants: Vec<&str> = scenario.tenants.iter().map(|t| t.name.as_str()).collect();
    assert_eq!(tenants, ["qos-be", "qos-burstable", "qos-guaranteed", "qos-ls"]);
    // Nodes of 19 sizes; the largest pool has 596 of 96 cores and 384 Gi.
    assert_eq!(scenario.cluster.pools.len(), 19);
    let largest = scenario.cluster.pools.iter().max_by_key(|p| p.nodes.get()).unwrap();
    assert_eq!((largest.name.as_str(), largest.nodes.get()), ("cpu96-mem384Gi", 596));

    let yaml = scenario.to_yaml().unwrap();
    let back = scenario::from_yaml("openb.yaml", &yaml).unwrap();
    assert_eq!((back.nodes(), back.pods(), back.tenant_count()), (1_523, 8_152, 4));
    assert_eq!(back.to_yaml().unwrap(), yaml);
    eprintln!("read in {took:?}; {:#?}", import.notes);
}

#[test]
fn lives_of_a_production_clusters_pods_become_those_of_jobs() {
    let Some(file) = data("openb/pods.csv") else { return };
    let options = LifetimesOptions { begin: "creation_time".into(), end: "deletion_time".into() };
    let learnt = learn_lifetimes(&Paths::of([file]), &options).unwrap();
    // The table's own median of 8,152 lives is 540 s; the longest are longer than a scenario may last.
    assert_eq!((learnt.quantiles[50], learnt.quantiles.len()), (SimTime::from_secs(540), 101));
    assert_eq!(
        (learnt.quantiles[0], learnt.quantiles[100]),
        (SimTime::from_secs(1), SimTime::from_secs(720 * 3600))
    );
    assert_eq!(learnt.notes[0], "lives of 8,152 pods");
}

#[test]
fn a_cluster_cut_off_says_where_it_ends() {
    let Some(file) = data("openb/cluster.json") else { return };
    let mut files = read(&[file]);
    files[0].1.truncate(1_000_000);
    let refused = read_cluster(&files, &ClusterOptions::named("x")).unwrap_err().to_string();
    assert!(refused.contains("cluster.json:1:1000000: the file ends in the middle"), "{refused}");
}

#[test]
fn real_lists_of_kubectl_are_read_together() {
    let Some(folder) = data("kubectl") else { return };
    let names =
        ["nodes", "pod-default", "pod-other", "pod-message-oomkill-pod", "pod-message-pod-crashloop-backoff"];
    let import = import(&names.map(|name| folder.join(format!("{name}.json"))));
    let scenario = &import.scenario;
    // Four pods, of which one has failed; it was its namespace's only one.
    assert_eq!((scenario.nodes(), scenario.pods(), scenario.tenant_count()), (7, 3, 3));
    let workloads: Vec<(&str, &str)> =
        scenario.tenants.iter().map(|t| (t.name.as_str(), t.workloads[0].name.as_str())).collect();
    assert_eq!(
        workloads,
        [("default", "random-pod"), ("message-pod-crashloop-backoff", "init-demo"), ("other", "other-pod")]
    );
    let pools: Vec<(&str, u64)> =
        scenario.cluster.pools.iter().map(|p| (p.name.as_str(), p.nodes.get())).collect();
    let expected = [
        ("cpu1-mem1.5Gi", 1),
        ("cpu1-mem15.3Gi", 1),
        ("cpu2-mem3Gi", 3),
        ("cpu8-mem28.5Gi", 1),
        ("cpu8-mem29.3Gi", 1),
    ];
    assert_eq!(pools, expected);
    assert!(import.notes.iter().any(|n| n.starts_with("1 pod left out: finished")), "{:#?}", import.notes);
    let back = scenario::from_yaml("k.yaml", &scenario.to_yaml().unwrap()).unwrap();
    assert_eq!((back.nodes(), back.pods()), (7, 3));
    eprintln!("{:#?}", import.notes);
}

#[test]
fn half_a_real_cluster_says_which_half_is_missing() {
    let Some(folder) = data("kubectl") else { return };
    for (file, missing) in [("nodes.json", "7 nodes but no pods"), ("pod-default.json", "1 pod but no nodes")]
    {
        let files = read(&[folder.join(file)]);
        let refused = read_cluster(&files, &ClusterOptions::named("x")).unwrap_err().to_string();
        assert!(refused.contains(missing), "{refused}");
    }
}

/// What is learned of one real log, which must be the same from memory and from disk.
fn learned(name: &str) -> Option<(LogSpec, Vec<String>)> {
    let file = data("loghub")?.join(format!("{name}_2k.log"));
    let options = LogsOptions::default();
    let mut import = learn_log_files(&Paths::of([file.clone()]), &options).unwrap();
    let memory = learn_logs(&read(&[file]), &options).unwrap();
    assert_eq!(format!("{:?}", memory.logs), format!("{:?}", import.logs));
    eprintln!("{:#?}", import.notes);
    let yaml = scenario::logs_to_yaml(&import.logs).unwrap();
    let back = scenario::logs_from_yaml("logs.yaml", &yaml).unwrap();
    assert_eq!(format!("{back:?}"), format!("{:?}", import.logs));
    Some((import.logs.remove(0), import.notes))
}

#[test]
fn five_real_logs_are_recognised() {
    // Lines, seconds between the first and the last, and sizes, by awk.
    for (name, rate, smallest, largest) in [
        ("Apache", 2000.0 / 138_494.0, 59, 111),
        ("HDFS", 2000.0 / 135_843.0, 95, 2522),
        ("OpenStack", 2000.0 / 888.0, 177, 452),
        ("Spark", 2000.0 / 32.0, 52, 200),
        ("Zookeeper", 2000.0 / 2_310_285.0, 78, 389),
    ] {
        let Some((log, notes)) = learned(name) else { return };
        assert!(
            notes[0].contains("2,000 lines, times like") && notes[0].ends_with("(on 2,000 lines)"),
            "{notes:?}"
        );
        // Zookeeper's has the logs of several servers one after the other: their rates are told apart.
        let jumps = notes.iter().any(|n| n.starts_with("time jumps back"));
        assert_eq!(jumps, name == "Zookeeper", "{notes:?}");
        assert!(jumps || (log.rate.get() / rate - 1.0).abs() < 1e-3, "{name}: {}", log.rate);
        let LineSize::Quantiles(sizes) = &log.line else { panic!("{name}: {:?}", log.line) };
        assert_eq!((sizes[0].get(), sizes[sizes.len() - 1].get()), (smallest, largest), "{name}");
        let mean = sizes.windows(2).map(|p| (p[0].as_f64() + p[1].as_f64()) / 2.0).sum::<f64>();
        let mean = mean / (sizes.len() - 1) as f64;
        let bytes = std::fs::metadata(data("loghub").unwrap().join(format!("{name}_2k.log"))).unwrap().len();
        assert!((mean / (bytes as f64 / 2000.0) - 1.0).abs() < 0.012, "{name}: {mean}");
    }
}

#[test]
fn only_a_dense_log_has_a_trace_and_the_engine_repeats_its_bursts() {
    for name in ["Apache", "HDFS", "Spark", "Zookeeper"] {
        let Some((log, notes)) = learned(name) else { return };
        assert!(!matches!(log.arrivals, ArrivalsSpec::Trace(_)), "{name}");
        assert!(notes.iter().any(|n| n.contains("not dense enough")), "{name}: {notes:?}");
    }
    let Some((log, _)) = learned("OpenStack") else { return };
    let ArrivalsSpec::Trace(trace) = &log.arrivals else { panic!("{:?}", log.arrivals) };
    assert_eq!(trace.per_second.len(), 888);
    let mean = trace.per_second.iter().sum::<f32>() / 888.0;
    let weights: Vec<f32> = trace.per_second.iter().map(|w| w / mean).collect();
    let arrivals = Arrivals::poisson(log.rate.get(), Modulation::Trace(weights.into()));
    // Of the file's own counts, variance over mean is 3.53.
    let seconds = 88_800u64;
    let counts: Vec<f64> = (0..seconds).map(|k| arrivals.count(7, k) as f64).collect();
    let mean = counts.iter().sum::<f64>() / seconds as f64;
    let variance = counts.iter().map(|c| (c - mean).powi(2)).sum::<f64>() / seconds as f64;
    assert!((variance / mean / 3.53 - 1.0).abs() < 0.05, "{}", variance / mean);
}
