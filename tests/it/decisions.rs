//! `tune`, `plan` and the answer of `compare`: what they find on small cases, and what they say.

use super::support::{CALM, Folder, examples_run, json, loghaul, refused, stdout, violations};
use serde_json::Value;

/// Files that are rotated every ten seconds or so and kept twice, an agent that finds new ones only once a minute: what it
/// does not see in time is gone. Found within a second nothing is.
const UNSEEN: &str = "
name: unseen
duration: 2m
warmup: 5s
cluster:
  pools: [ { name: general, nodes: 2 } ]
  kubelet: { containerLogMaxSize: 100Ki, containerLogMaxFiles: 2, reopenGap: 10ms }
tenants:
  - name: shop
    workloads:
      - name: web
        replicas: 4
        logs: [ { stream: stdout, rate: 100/s, line: { constant: 100B } } ]
collection: { agent: fluent-bit, with: { refreshInterval: 60s } }
objectives: [ \"loss <= 0.1%\" ]
";

fn tuned(more: &[&str]) -> (Folder, String, Value) {
    let (folder, file) = Folder::with("unseen.yaml", UNSEEN);
    let args = ["tune", &file, "--strategy", "daemonset", "--reps", "3", "-o", "json"];
    let found = json(&[&args[..], more].concat());
    (folder, file, found)
}

#[test]
fn the_setting_that_is_missing_is_found_and_holds_where_it_is_set() {
    let (_folder, file, found) = tuned(&[]);
    let strategy = &found["strategies"][0];
    assert_eq!(strategy["objectives"][0]["verdict"], "missed", "{strategy}");
    assert!(strategy["objectives"][0]["decided_by"].as_str().unwrap().contains("never discovered"));
    let answer = &strategy["answer"];
    assert_eq!(answer["stage"], "confirmed", "{strategy}");
    let set: Vec<String> =
        answer["set"].as_array().unwrap().iter().map(|s| s.as_str().unwrap().to_owned()).collect();
    // What it names meets the objectives by `check` too, and costs no more.
    assert!(answer["extra_cost"].as_f64().unwrap() <= 0.005, "{answer}");
    let mut check = vec!["check", &file, "--strategies", "daemonset", "--reps", "3", "--seed", "2"];
    set.iter().for_each(|setting| check.extend(["--set", setting]));
    assert_eq!(loghaul(&check).output().unwrap().status.code(), Some(0), "{check:?}");
    // Everything that was tried is there, and it is more than the answer.
    assert!(strategy["tried"].as_array().unwrap().len() > 20);
}

#[test]
fn only_the_knobs_asked_for_are_turned_and_that_nothing_does_is_said() {
    let (_folder, file, found) = tuned(&["--knobs", "flush"]);
    let strategy = &found["strategies"][0];
    assert!(strategy["answer"].is_null(), "{strategy}");
    for tried in strategy["tried"].as_array().unwrap() {
        assert!(tried["set"].as_array().unwrap().iter().all(|s| s.as_str().unwrap().contains(".flush=")));
    }
    let args = ["tune", &file, "--strategy", "daemonset", "--reps", "3", "--knobs", "flush"];
    let text = stdout(&args);
    assert!(text.contains("changes that were tried") && text.contains("meets every objective"), "{text}");
    let chinese = stdout(&[&args[..], &["--lang", "zh"]].concat());
    assert!(chinese.contains("均不能确定满足全部目标"), "{chinese}");
}

#[test]
fn the_document_is_what_its_schema_says_and_the_bytes_are_the_same_at_any_number_of_threads() {
    let (_folder, file, found) = tuned(&["--knobs", "refreshInterval,flush"]);
    assert_eq!(violations(&json(&["schema", "tune"]), &found), [""; 0]);
    let run = |threads: &str| {
        let args =
            ["tune", &file, "--strategy", "daemonset", "--reps", "2", "--knobs", "refreshInterval,flush"];
        loghaul(&args).env("RAYON_NUM_THREADS", threads).output().unwrap().stdout
    };
    assert!(run("1") == run("3"));
}

#[test]
fn what_cannot_be_tuned_is_bad_input_and_what_needs_no_tuning_is_no_failure() {
    let (_folder, file) = Folder::with("calm.yaml", CALM);
    assert!(refused(&["tune", &file, "--knobs", "memBuf"]).contains("memBufLimit"));
    assert!(refused(&["tune", &file, "--strategy", "deamonset"]).contains("daemonset"));
    assert!(refused(&["tune", &file, "--objective", "los <= 1%"]).contains("los"));
    let met = ["--objective", "loss <= 1%"];
    let text = stdout(&[&["tune", &file, "--strategy", "daemonset", "--reps", "1"], &met[..]].concat());
    assert!(text.contains("Every objective is met as the scenario stands."), "{text}");
}

#[test]
fn a_comparison_ends_with_its_answer_in_both_languages() {
    let (_folder, file) = Folder::with("unseen.yaml", UNSEEN);
    let args = ["compare", &file, "--reps", "2", "--agents", ""];
    let text = stdout(&args);
    let end: String =
        text.lines().rev().take(14).collect::<Vec<_>>().into_iter().rev().collect::<Vec<_>>().join(" ");
    assert!(end.contains("cheapest") && end.contains("/month") && end.contains("How sure"), "{end}");
    assert!(stdout(&[&args[..], &["--lang", "zh"]].concat()).contains("可信程度"));
    let document = json(&[&args[..], &["-o", "json"]].concat());
    for lang in ["en", "zh"] {
        assert!(document["answer"][lang].as_array().unwrap().len() >= 2, "{}", document["answer"]);
    }
}

/// Two tenants on a node, of whom one wants what a DaemonSet cannot give it.
const MIXED: &str = "
name: mixed
duration: 60s
warmup: 5s
cluster: { pools: [ { name: general, nodes: 2 } ] }
tenants:
  - name: plain
    workloads: [ { name: web, replicas: 30, logs: [ { stream: stdout, rate: 20/s } ] } ]
  - name: picky
    workloads:
      - { name: books, replicas: 2, logs: [ { stream: file, rate: 5/s, wants: { ownLimits: true } } ] }
objectives: [ \"honoured >= 100%\", \"loss <= 0.1%\" ]
";

#[test]
fn a_plan_gives_sidecars_to_those_who_need_them_and_to_nobody_else() {
    let (_folder, file) = Folder::with("mixed.yaml", MIXED);
    let found = json(&["plan", &file, "--reps", "2", "-o", "json"]);
    // The DaemonSet honours no limits of one's own, and thirty sidecars cost more than two agents of nodes.
    let plan = &found["plan"];
    assert_eq!((&plan["strategy"], &plan["meets_all"]), (&"hybrid".into(), &true.into()), "{found}");
    assert_eq!(plan["sidecars"], serde_json::json!(["picky/books"]));
    let cost = |of: &Value| of["cost"].as_f64().unwrap();
    let other = |name: &str| {
        found["others"].as_array().unwrap().iter().find(|o| o["strategy"] == name).unwrap().clone()
    };
    assert!(cost(plan) <= cost(&other("sidecar")));
    assert_eq!(other("daemonset")["meets_all"], false);
    let picky = found["workloads"].as_array().unwrap().iter().find(|w| w["workloads"][0] == "picky/books");
    assert_eq!(picky.unwrap()["otherwise"]["misses"], serde_json::json!(["honoured >= 100%"]));
    // What it says to write can be written.
    let run = [
        "check",
        &file,
        "--strategies",
        "hybrid",
        "--reps",
        "2",
        "--set",
        "collection.hybrid={wants: false, workloads: [picky/books]}",
    ];
    assert_eq!(loghaul(&run).output().unwrap().status.code(), Some(0));
    assert!(
        refused(&["check", &file, "--set", "collection.hybrid.workloads=[plain/books]"])
            .contains("plain/books")
    );
}

#[test]
fn examples_of_the_help_run() {
    examples_run(&["tune", "plan"]);
}

#[test]
fn the_page_lists_every_knob_with_its_values() {
    use loghaul::decision::{KNOBS, Ladder};
    let page = std::fs::read_to_string(super::support::root().join("docs/decision.md")).unwrap();
    for knob in KNOBS {
        let row = page.lines().find(|line| line.starts_with(&format!("| `{}` |", knob.key)));
        let row = row.unwrap_or_else(|| panic!("docs/decision.md has no {}", knob.key));
        let values: Vec<String> = match knob.ladder {
            Ladder::Values(values) => values.iter().map(|value| format!("`{value}`")).collect(),
            Ladder::Times(factors) => factors.iter().map(|factor| format!("×{factor}")).collect(),
        };
        assert!(row.contains(&format!("| {} |", values.join(", "))), "{}: {row}", knob.key);
        assert!(row.contains(knob.source), "{}: {row}", knob.key);
    }
}
