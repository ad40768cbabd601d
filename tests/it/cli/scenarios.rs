//! Where scenarios come from: files, the program, a real cluster; and what remakes a result.

use super::balanced;
use crate::support::{CALM, Folder, STORM, STRATEGIES, json, root, stdout, violations};
use serde_json::{Map, Value};

/// The example of the design's section on interfaces, word for word but for the question.
const DESIGN: &str = r#"
# yaml-language-server: $schema=../schema/scenario.schema.json
name: mixed-paas
question: Which strategy keeps forty tenants apart, and at what cost?
duration: 10m
cluster:
  pools:
    - { name: general, nodes: 20, cpu: "16", memory: 64Gi, logDisk: 50Gi, price: 0.40/h }
  kubelet: { containerLogMaxSize: 10Mi, containerLogMaxFiles: 5 }
tenants:
  - name: payments
    count: 40                        # payments-1 … payments-40
    workloads:
      - name: checkout
        replicas: 10
        requests: { cpu: 250m, memory: 256Mi }
        logs:
          - { stream: stdout, rate: 120/s, line: { lognormal: { median: 180B, p99: 1200B } } }
          - { stream: file, rate: 5/s, line: { constant: 400B }, wants: { parse: json, store: audit } }
collection:
  agent: fluent-bit
  with: { memBufLimit: 5MB, flush: 1s }
backend: { capacity: 200MB/s, latency: 20ms }
faults:
  - outage: { of: backend, at: 3m, for: 60s }
objectives: [ "loss <= 0.1%", "freshness_p99 <= 10s" ]
"#;

#[test]
fn the_scenario_that_is_shown_is_the_scenario_that_is_run() {
    for scenario in [CALM, STORM, DESIGN] {
        let (folder, file) = Folder::with("given.yaml", scenario);
        let shown = stdout(&["run", &file, "--show"]);
        let again = folder.put("shown.yaml", &shown);
        assert_eq!(stdout(&["run", &again, "--show"]), shown);
        for default in ["rotateWait", "memBufLimit"] {
            // Settings of the agent that nobody has set are the profile's: they are not made up here.
            assert_eq!(shown.contains(default), scenario.contains(default), "{shown}");
        }
        assert!(shown.contains("containerLogMonitorInterval") && shown.contains("drain: 1m15s"), "{shown}");
        if scenario == DESIGN {
            continue;
        }
        let result = |file: &str| {
            let mut result = json(&["compare", file, "--reps", "1", "--agents", "", "-o", "json"]);
            // Commands name their file.
            result["provenance"]["command"].take();
            result["answer"].take();
            result
        };
        assert_eq!(result(&file), result(&again));
    }
}

#[test]
fn the_example_of_the_design_runs() {
    let (_folder, file) = Folder::with("mixed.yaml", DESIGN);
    let result = json(&["compare", &file, "--reps", "1", "--agents", "", "-o", "json"]);
    assert_eq!((&result["cluster"]["nodes"], &result["cluster"]["pods"]), (&20.into(), &400.into()));
    assert_eq!(result["cluster"]["tenants"], 40);
    let emitted = STRATEGIES.map(|name| balanced(&result["strategies"][name]["ledger"]));
    assert_eq!(emitted, [emitted[0]; 3]);
    // 400 pods · (120 + 5) lines/s · 600 s.
    assert!((emitted[0] as f64 / 30e6 - 1.0).abs() < 0.05, "{emitted:?}");
    // A minute without backend shows in the age of the last lines: the oldest of them waits for most of it.
    for name in ["daemonset", "sidecar"] {
        let p99 = &result["strategies"][name]["metrics"]["freshness_p99"]["mean"];
        assert!(p99.as_f64().is_none_or(|p99| p99 > 10.0), "{name}: {p99}");
    }
}

#[test]
fn without_arguments_the_reference_study_is_run() {
    let text = stdout(&[]);
    let head = "reference\nWhat do native, DaemonSet and Sidecar collection cost and lose on 20 nodes";
    assert!(text.starts_with(head), "{text}");
    for row in ["Kinds of logs", "Deployment and", "Resource use", "Where it fits", "freshness p99"] {
        assert!(text.contains(row), "{row}: {text}");
    }
    assert!(text.contains("5 replications") && text.contains("--seed 1"), "{text}");
}

/// Keys of a scenario, wherever they are, must be keys of the schema.
#[test]
fn shipped_scenarios_are_what_the_schema_says() {
    let schema = json(&["schema"]);
    assert_eq!(schema, json(&["schema", "scenario"]));
    assert!(schema["$schema"].as_str().unwrap().starts_with("https://json-schema.org/"));
    for entry in std::fs::read_dir(root().join("scenarios")).unwrap() {
        let text = std::fs::read_to_string(entry.unwrap().path()).unwrap();
        let value: Map<String, Value> = serde_saphyr::from_str(&text).unwrap();
        assert_eq!(violations(&schema, &value.into()), [""; 0]);
    }
    for scenario in [CALM, STORM, DESIGN] {
        let mut value: Value = serde_saphyr::from_str(scenario).unwrap();
        assert_eq!(violations(&schema, &value), [""; 0]);
        value["colour"] = "red".into();
        value["duration"] = true.into();
        value["cluster"]["pools"][0].as_object_mut().unwrap().remove("nodes");
        assert_eq!(violations(&schema, &value).len(), 3);
    }
}

#[test]
fn embedded_scenarios_are_run_by_their_names() {
    let result = json(&["compare", "proof-of-concept", "--reps", "1", "-o", "json"]);
    assert_eq!(result["scenario"], "proof-of-concept");
    let command = result["provenance"]["command"].as_str().unwrap();
    // What the report says remakes it does.
    let mut args: Vec<&str> = command.split(' ').skip(1).collect();
    args.extend(["-o", "json"]);
    assert_eq!(json(&args), result);
}

#[test]
fn a_rubric_of_ones_own_is_part_of_what_remakes_the_result() {
    let (folder, file) = Folder::with("calm.yaml", CALM);
    let rubric = std::fs::read_to_string(root().join("rubrics/article.yaml")).unwrap();
    // Everything up to half of the cluster is called low.
    let from = "id: low, text: { en: low, zh: 低 }, atMost: 0.001";
    assert!(rubric.contains(from));
    let mild = from.replace("0.001", "0.5");
    let rubric = rubric.replace(from, &mild).replace("atMost: 0.01, reason: A h", "atMost: 0.6, reason: A h");
    let rubric = folder
        .put("my rubric.yaml", rubric.replace("atMost: 0.05, reason: A tw", "atMost: 0.7, reason: A tw"));
    let result = json(&["compare", &file, "--reps", "1", "--rubric", &rubric, "-o", "json"]);
    let cells = &result["table"][5]["cells"];
    assert_eq!((&cells["daemonset"]["grade"], &cells["sidecar"]["grade"]), (&"low".into(), &"low".into()));
    let command = result["provenance"]["command"].as_str().unwrap();
    assert!(command.contains(&format!(" --rubric '{rubric}' ")), "{command}");
}

#[test]
fn a_real_cluster_goes_all_the_way() {
    let (folder, file) = Folder::with(
        "cluster.json",
        r#"{ "kind": "List", "items": [
        { "kind": "Node", "metadata": { "name": "n1" }, "status": { "allocatable": { "cpu": "4", "memory": "16Gi", "pods": "110" } } },
        { "kind": "Node", "metadata": { "name": "n2" }, "status": { "allocatable": { "cpu": "4", "memory": "16Gi", "pods": "110" } } },
        { "kind": "Pod", "metadata": { "name": "web-0", "namespace": "shop" },
          "spec": { "containers": [ { "env": [ { "name": "PASSWORD", "value": "hunter2" } ],
                                      "resources": { "requests": { "cpu": "100m", "memory": "64Mi" } } } ] },
          "status": { "phase": "Running" } } ] }"#,
    );
    let log: String =
        (0..500).map(|i| format!("2024-05-01 10:00:{:02} INFO request {i} done\n", i / 10)).collect();
    let log = folder.put("app.log", log);
    let block = folder.put("logs.yaml", stdout(&["import", "logs", &log, "--stream", "file"]));
    let yaml = stdout(&["import", "cluster", &file, "--name", "ours", "--logs", &block, "--rate", "5/s"]);
    assert!(!yaml.contains("hunter2") && !yaml.contains("PASSWORD"), "{yaml}");
    let scenario = folder.put("ours.yaml", yaml.replace("duration: 10m", "duration: 30s"));
    let result = json(&["compare", &scenario, "--reps", "1", "-o", "json"]);
    assert_eq!((&result["scenario"], &result["cluster"]["nodes"]), (&"ours".into(), &2.into()));
    let emitted = balanced(&result["strategies"]["sidecar"]["ledger"]);
    // One pod, 5 lines/s, 30 s; half or twice that at most.
    assert!((75..=300).contains(&emitted), "{emitted}");
}
