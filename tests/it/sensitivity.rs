//! `sensitivity`: what turns a verdict is found where arithmetic puts it, and what cannot be looked into is refused.

use super::support::{
    Folder, examples_run, holds, json, loghaul, refused, refused_saying, stdout, violations,
};
use serde_json::Value;

/// Requests by hand: an agent of the node asks for 40 m, six sidecars for 10 m each, all for next to no memory; cost is the
/// share of CPU. The DaemonSet is cheaper while its agent asks for less than 60 m.
const CLOSE: &str = "
name: close
duration: 30s
warmup: 5s
cluster: { pools: [ { name: general, nodes: 1 } ] }
tenants:
  - name: shop
    workloads:
      - name: web
        replicas: 6
        requests: { cpu: 100m, memory: 64Mi }
        logs: [ { stream: stdout, rate: 10/s, line: { constant: 200B } } ]
collection:
  daemonset: { requests: { cpu: 40m, memory: 1Mi } }
  sidecar: { requests: { cpu: 10m, memory: 64Ki } }
objectives: [ \"loss <= 50%\" ]
ranges:
  collection.daemonset.requests.cpu: 20m:120m
  backend.latency: 5ms:50ms
";

const FEW: [&str; 8] = ["--strategies", "daemonset,sidecar", "--reps", "2", "--nodes", "1", "--points", "40"];

fn found(more: &[&str]) -> (Folder, String, Value) {
    let (folder, file) = Folder::with("close.yaml", CLOSE);
    let found = json(&[&["sensitivity", &file, "-o", "json"][..], &FEW, more].concat());
    (folder, file, found)
}

#[test]
fn what_turns_the_winner_is_found_where_arithmetic_puts_it() {
    let (_folder, file, found) = found(&[]);
    let requests = "collection.daemonset.requests.cpu";
    assert_eq!(found["winner"], "daemonset", "{found}");
    assert_eq!(found["deciding"], serde_json::json!([requests]));
    assert_eq!(found["inputs"][0]["name"], requests);
    // The range is six times its least wide and walked in ratios: the step of the search is a 128th of what lies between
    // 40 m and 120 m, a factor of 3^(1/128) = 1.0086. Requests are whole thousandths: beyond 60.5 m they are 61.
    let bar = found["bars"].as_array().unwrap().iter().find(|bar| bar["input"] == requests).unwrap();
    let turn = &bar["high"]["turns"][0];
    assert_eq!((&turn["strategy"], &turn["sure"]), (&"sidecar".into(), &true.into()), "{bar}");
    let at = turn["at"].as_f64().unwrap();
    assert!((60.5..=60.5 * 1.0087).contains(&at), "{at}");
    assert_eq!(bar["low"]["turns"], serde_json::json!([]));
    // 16 cores for 0.40 an hour and 730 hours: 20 m more or less are 0.40·730·20/16000 = 0.365, 80 m 1.46. The lead is the
    // rival's cost over the winner's, which goes up as the request goes down.
    let change = |end: &str| bar[end]["change"]["mean"].as_f64().unwrap();
    assert!((change("low") - 0.365).abs() < 1e-9 && (change("high") + 1.46).abs() < 1e-9, "{bar}");
    // Nothing else moves the costs, and so all of the variance is due to it.
    let indices = found["indices"]["inputs"].as_array().unwrap();
    assert_eq!(indices.len(), 1, "{indices:?}");
    assert!(indices[0]["total"]["mean"].as_f64().unwrap() > 0.6, "{indices:?}");
    let text = stdout(&[&["sensitivity", &file][..], &FEW].concat());
    assert!(
        text.contains("One input by itself turns a verdict within its range")
            && text.contains("Measure first")
    );
    assert_eq!(violations(&json(&["schema", "sensitivity"]), &found), [""; 0]);
}

#[test]
fn an_objective_turns_where_its_figure_meets_its_bound() {
    // The share by which collecting counts is that of requests, 40 m of 16 cores being 0.25 %: a bound of 0.5 % is met up to
    // 80 m, and missed by 81, which is what is written from 80.5 on.
    let (_folder, _, found) =
        found(&["--objective", "collector_share <= 0.5%", "--inputs", "collection.daemonset.requests.cpu"]);
    let turn = &found["bars"][0]["high"]["turns"];
    let of =
        turn.as_array().unwrap().iter().find(|turn| turn["objective"] == "collector_share <= 0.5%").unwrap();
    assert_eq!((&of["strategy"], &of["verdict"]), (&"daemonset".into(), &"missed".into()), "{turn}");
    let at = of["at"].as_f64().unwrap();
    assert!((80.5..=80.5 * 1.0087).contains(&at), "{at}");
}

#[test]
fn a_figure_can_be_looked_at_in_place_of_the_verdict() {
    // Lines take longer by what the backend takes longer, and by nothing that agents request.
    let (_folder, _, found) = found(&["--metric", "freshness_p50", "--inputs", "declared"]);
    assert_eq!(found["inputs"][0]["name"], "backend.latency", "{found}");
    let bar = &found["bars"][0];
    assert_eq!(bar["input"], "backend.latency");
    let change = |end: &str| bar[end]["change"]["mean"].as_f64().unwrap();
    // From 20 ms down to 5 and up to 50; ages are counted in bins, a hundredth of them wide.
    assert!((change("low") + 0.015).abs() < 0.008 && (change("high") - 0.03).abs() < 0.008, "{bar}");
}

#[test]
fn the_bytes_are_the_same_at_any_number_of_threads_and_the_folder_holds_everything() {
    let (folder, file) = Folder::with("close.yaml", CLOSE);
    let out = folder.path("out");
    let run = |threads: &str| {
        let args = ["sensitivity", &file, "--inputs", "fluent-bit/cpu.line", "--points", "4", "--top", "1"];
        let more = [
            "--reps",
            "1",
            "--nodes",
            "1",
            "--strategies",
            "daemonset,sidecar",
            "--out",
            out.to_str().unwrap(),
        ];
        loghaul(&[&args[..], &more].concat()).env("RAYON_NUM_THREADS", threads).output().unwrap().stdout
    };
    assert!(run("1") == run("3"));
    let names = ["sensitivity.md", "sensitivity.json", "sensitivity.csv", "tornado.svg", "tornado.png"];
    holds(&out, &names);
}

#[test]
fn what_cannot_be_looked_into_is_bad_input_that_says_what_can() {
    let (_folder, file) = Folder::with("close.yaml", CLOSE);
    let says = |more: &[&str], words: &[&str]| {
        refused_saying(&[&["sensitivity", &file][..], more].concat(), words);
    };
    says(&["--inputs", "fluent-bit/cpu.lin"], &["no input", "fluent-bit/cpu.line", "--range"]);
    says(&["--range", "backend.latencie=5ms:50ms"], &["backend.latencie", "nothing at this path"]);
    says(&["--range", "backend.latency=50ms:5ms"], &["empty", "first end must be below"]);
    says(&["--range", "backend.latency=5ms:50Mi"], &["must be one"]);
    says(&["--range", "backend.latency"], &["path=low:high"]);
    says(&["--range", "collection.headroom=0.1:2"], &["collection.headroom", "0.1"]);
    says(&["--metric", "agent_cup"], &["agent_cup", "agent_cpu"]);
    says(&["--metric", "throttled", "--strategies", "daemonset"], &["throttled", "no part"]);
    says(&["--points", "0"], &["--points"]);
    let (_folder, file) = Folder::with("wrong.yaml", CLOSE.replace("5ms:50ms", "50ms"));
    assert!(refused(&["sensitivity", &file]).contains("low:high"));
}

#[test]
fn the_example_of_the_help_runs() {
    examples_run(&["sensitivity"]);
}
