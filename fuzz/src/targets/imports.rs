//! What users have: clusters, logs, lives of pods, rates. What an import gives, a scenario takes.

use super::{Target, Verdict};
use loghaul::import::{
    ClusterOptions, LifetimesOptions, LogsOptions, RatesOptions, learn_lifetimes_in, learn_logs,
    learn_rates_in, read_cluster,
};
use loghaul::run::growth_of;
use loghaul::scenario::{from_yaml, logs_from_yaml, logs_to_yaml};
use loghaul::units::{LineRate, SimTime};

/// What stands for a file in memory.
fn file(input: &[u8]) -> [(String, Vec<u8>); 1] {
    [("in".to_owned(), input.to_vec())]
}

pub(super) const CLUSTER: Target = Target {
    name: "cluster",
    run: cluster,
    make: None,
    words: &[
        "Node",
        "Pod",
        "List",
        "items",
        "kind",
        "metadata",
        "spec",
        "status",
        "allocatable",
        "capacity",
        "cpu",
        "memory",
        "pods",
        "Running",
        "Succeeded",
        "containers",
        "resources",
        "requests",
        "ownerReferences",
        "DaemonSet",
        "fluent-bit",
        "4000000",
        "250000000",
        "9e30",
        "16Ei",
        "1e18",
        "100000000m",
        "ephemeral-storage",
        "labels",
        "taints",
    ],
    also: &[],
    placed: "in",
    whole: &[
        " is empty; get it with",
        "has neither nodes nor pods",
        " but no ",
        "neither running pods nor",
        "is neither JSON nor YAML",
        // The object that is too large, by kind and name.
        "node ",
        "pod ",
        "workload ",
        "tenant ",
        "namespace ",
        "cannot be read",
        " is compressed by ",
        "the cluster ",
        "in is ",
    ],
};

fn cluster(input: &[u8]) -> Verdict {
    let import = match read_cluster(&file(input), &ClusterOptions::named("in")) {
        Ok(import) => import,
        Err(error) => return Verdict::Refused(error.to_string()),
    };
    let back = from_yaml("out.yaml", &import.yaml)
        .unwrap_or_else(|error| panic!("an import that is refused: {error}"));
    assert_eq!(back.to_yaml(), import.scenario.to_yaml(), "what is written is not what was read");
    // Its pods are placed, or it is said why not.
    let _ = growth_of(&back);
    Verdict::Accepted
}

pub(super) const LOGS: Target = Target {
    name: "logs",
    run: logs,
    make: None,
    words: &[
        "2015-07-29T17:41:44Z",
        "1438191704",
        "INFO",
        "\"ts\":",
        "stdout F ",
        "{\"log\":\"",
        "Jul 29 17:41:44",
        "0000-00-00",
    ],
    also: &[],
    placed: "in",
    whole: &[
        "in is empty; give log files",
        "so the rate of lines is unknown",
        "cannot be read",
        "is compressed by",
        "rate is ",
        "no file is given",
        "in is ",
    ],
};

fn logs(input: &[u8]) -> Verdict {
    let rate = input.first().filter(|byte| **byte % 2 == 0).map(|_| LineRate::per_sec(5.0));
    let learned = match learn_logs(&file(input), &LogsOptions { rate, ..LogsOptions::default() }) {
        Ok(learned) => learned,
        Err(error) => return Verdict::Refused(error.to_string()),
    };
    let written = logs_to_yaml(&learned.logs).expect("what was learned can be written");
    logs_from_yaml("out.yaml", &written).unwrap_or_else(|error| panic!("an import that is refused: {error}"));
    Verdict::Accepted
}

pub(super) const STREAMS: Target = Target {
    name: "streams",
    run: streams,
    make: None,
    words: &[
        "stream",
        "stdout",
        "file",
        "hostPath",
        "rate",
        "line",
        "arrivals",
        "rotate",
        "wants",
        "quantiles",
        "burst",
    ],
    also: &[],
    placed: "in.yaml",
    whole: &[" is empty; needed is a list of log streams", "has no log stream; needed is a list"],
};

fn streams(input: &[u8]) -> Verdict {
    let Ok(text) = std::str::from_utf8(input) else { return Verdict::Accepted };
    let logs = match logs_from_yaml("in.yaml", text) {
        Ok(logs) => logs,
        Err(error) => return Verdict::Refused(error.to_string()),
    };
    let written = logs_to_yaml(&logs).expect("what was read can be written");
    logs_from_yaml("out.yaml", &written).unwrap_or_else(|error| panic!("refused once written: {error}"));
    Verdict::Accepted
}

pub(super) const LIFETIMES: Target = Target {
    name: "lifetimes",
    run: lifetimes,
    make: None,
    words: &[
        "creation_time",
        "deletion_time",
        "1631544836",
        "1631544836000",
        "2021-09-13T14:53:56Z",
        "<none>",
        "1e18",
        "-5",
    ],
    also: &[],
    placed: "in.csv",
    whole: &["cannot be read", "in.csv is ", "in.csv has "],
};

fn lifetimes(input: &[u8]) -> Verdict {
    let options = LifetimesOptions { begin: "creation_time".to_owned(), end: "deletion_time".to_owned() };
    match learn_lifetimes_in("in.csv", input, &options) {
        Ok(learned) => {
            let allowed = SimTime::from_secs(1)..=SimTime::from_secs(720 * 3600);
            assert!(
                learned.quantiles.is_sorted() && learned.quantiles.iter().all(|life| allowed.contains(life))
            );
            Verdict::Accepted
        }
        Err(error) => Verdict::Refused(error.to_string()),
    }
}

pub(super) const RATES: Target = Target {
    name: "rates",
    run: rates,
    make: None,
    words: &[
        "namespace",
        "workload",
        "pod",
        "container",
        "value",
        "unit",
        "lines/s",
        "bytes/s",
        "resultType",
        "matrix",
        "vector",
        "metric",
        "values",
        "1e308",
        "-1",
        "usageNanoCores",
        "+Inf",
    ],
    also: &[],
    placed: "in",
    whole: &["no rates of containers", "a counter at one instant", "cannot be read", "in is ", "rate is "],
};

fn rates(input: &[u8]) -> Verdict {
    let learned = match learn_rates_in(&file(input), &RatesOptions::default()) {
        Ok(learned) => learned,
        Err(error) => return Verdict::Refused(error.to_string()),
    };
    let total = learned.total();
    assert!(total.is_finite() && total >= 0.0, "{total} lines/s");
    let table = learned.to_csv().expect("what was learned can be written");
    let again = learn_rates_in(&file(table.as_bytes()), &RatesOptions::default());
    // Six digits are written.
    let again = again.unwrap_or_else(|error| panic!("refused once written: {error}\n{table}")).total();
    assert!((again - total).abs() <= 1e-5 * total.max(1e-6), "{total} lines/s, and {again} once written");
    Verdict::Accepted
}
