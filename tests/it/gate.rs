//! `check` and `diff`: exit codes as CI servers see them, and what they say.

use super::support::{CALM, Folder, STORM, json, loghaul, refused, stdout};

fn code(args: &[&str]) -> i32 {
    loghaul(args).output().unwrap().status.code().unwrap()
}

#[test]
fn a_check_is_met_missed_or_undecided() {
    let (folder, file) = Folder::with("storm.yaml", STORM);
    let check = |objective: &str, more: &[&str]| {
        let own = ["check", &file, "--strategies", "daemonset", "--objective", objective];
        code(&[&own[..], more].concat())
    };
    // A collector's share of a cluster of idle nodes is below a tenth, and lines are not a nanosecond old.
    assert_eq!(check("collector_share <= 10%", &["--reps", "2"]), 0);
    assert_eq!(check("freshness_p50 <= 1ms", &["--reps", "2"]), 99);
    // A bound in the middle of the interval that the same replications give.
    let args = ["check", &file, "--strategies", "daemonset", "--reps", "3", "-o", "json"];
    let found = json(&[&args[..], &["--objective", "agent_cpu <= 100"]].concat());
    let judged = &found["objectives"][0];
    let (lo, hi) = (judged["lo"].as_f64().unwrap(), judged["hi"].as_f64().unwrap());
    assert!(lo < hi && judged["verdict"] == "met", "{judged}");
    assert_eq!(check(&format!("agent_cpu <= {}", (lo + hi) / 2.0), &["--reps", "3"]), 4);
    let junit = folder.path("junit.xml");
    check("freshness_p50 <= 1ms", &["--reps", "2", "--junit", junit.to_str().unwrap()]);
    let xml = std::fs::read_to_string(junit).unwrap();
    assert!(xml.contains("failures=\"1\"") && xml.contains("name=\"freshness_p50 &lt;= 1ms\""), "{xml}");
}

#[test]
fn who_delivers_nothing_does_not_pass_by_losing_nothing() {
    let (_folder, file) = Folder::with("calm.yaml", CALM);
    let args = ["check", &file, "--strategies", "native", "--objective", "loss <= 50%", "--reps", "1"];
    assert_eq!(code(&args), 99);
    let output = loghaul(&[&args[..], &["--github"]].concat()).output().unwrap();
    assert!(String::from_utf8_lossy(&output.stdout).contains("nothing is delivered"));
    let annotations = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(annotations.starts_with("::error title=native missed::loss <= 50%25:"), "{annotations}");
}

#[test]
fn what_cannot_be_checked_is_bad_input() {
    let (_folder, file) = Folder::with("calm.yaml", CALM);
    assert!(refused(&["check", &file, "--objective", "los <= 1%"]).contains("los"));
    assert!(refused(&["check", &file, "--strategies", "deamonset"]).contains("daemonset"));
    assert!(refused(&["check", "no-such-scenario"]).contains("no-such-scenario"));
}

#[test]
fn a_result_does_not_differ_from_itself_and_a_worse_one_is_a_regression() {
    let (folder, file) = Folder::with("calm.yaml", CALM);
    let (one, two) = (folder.path("one"), folder.path("two"));
    let (one, two) = (one.to_str().unwrap(), two.to_str().unwrap());
    let compare = ["compare", &file, "--reps", "3", "--strategies", "daemonset,sidecar"];
    stdout(&[&compare[..], &["--out", one]].concat());
    stdout(&[&compare[..], &["--out", two, "--set", "collection.with.flush=3s"]].concat());
    let same = ["diff", one, one, "--fail-on", "regression"];
    assert_eq!(code(&same), 0);
    assert!(stdout(&same).contains("No figure differs."));
    // Ages are even over the flush interval: two seconds more of it make the middle line a second older.
    let later = ["diff", one, two, "--metrics", "freshness_p50", "--fail-on", "regression"];
    assert_eq!(code(&later), 3);
    assert_eq!(code(&["diff", two, one, "--metrics", "freshness_p50", "--fail-on", "regression"]), 0);
    assert_eq!(code(&[&later[..], &["--least", "100000%"]].concat()), 0);
    let document = json(&["diff", one, two, "-o", "json"]);
    let of = |metric: &str| {
        let changes = document["changes"].as_array().unwrap();
        changes.iter().find(|c| c["strategy"] == "sidecar" && c["metric"] == metric).unwrap().clone()
    };
    assert_eq!(of("freshness_p50")["significance"], "worse");
    assert!((of("freshness_p50")["difference"]["mean"].as_f64().unwrap() - 1.0).abs() < 0.3);
    // A scenario is no result.
    assert!(refused(&["diff", one, &file]).contains("a scenario with a scenario"));
    assert!(refused(&["diff", folder.path("none.json").to_str().unwrap(), one]).contains("compare --out"));
}

#[test]
fn two_scenarios_are_run_and_their_fields_compared() {
    let (folder, calm) = Folder::with("calm.yaml", CALM);
    let more = folder.put("more.yaml", CALM.replace("replicas: 3", "replicas: 4"));
    let document = json(&["diff", &calm, &more, "--reps", "2", "--strategies", "daemonset", "-o", "json"]);
    let fields = document["scenario"].as_array().unwrap();
    assert_eq!(fields.len(), 1, "{fields:?}");
    assert_eq!((&fields[0]["before"], &fields[0]["after"]), (&"3".into(), &"4".into()));
    assert!(fields[0]["path"].as_str().unwrap().ends_with("workloads[0].replicas"), "{fields:?}");
}
