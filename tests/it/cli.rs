//! The command line as users type it.

use super::support::{CALM, Folder, ROWS, STORM, STRATEGIES, json, loghaul, root, stdout, violations};
use loghaul::metric::Metric;
use serde_json::{Map, Value};
use std::collections::BTreeSet;
use std::process::{Command, Stdio};
use std::time::Instant;

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

fn keys(value: &Value) -> BTreeSet<&str> {
    value.as_object().unwrap().keys().map(String::as_str).collect()
}

/// Whether the keys are those promised, and nothing beyond but what is known to have been added.
fn has_keys(value: &Value, promised: &[&str], added: &[&str]) {
    let found = keys(value);
    let promised: BTreeSet<&str> = promised.iter().copied().collect();
    assert!(promised.is_subset(&found), "{promised:?} of {found:?}");
    let beyond: Vec<_> = found.difference(&promised).filter(|key| !added.contains(key)).collect();
    assert!(beyond.is_empty(), "{beyond:?}");
}

fn lines(ledger: &Value, state: &str) -> u64 {
    ledger[state].as_u64().unwrap_or_else(|| panic!("{state} is no integer: {ledger}"))
}

/// The ledger must balance to the line; gives the emitted lines.
fn balanced(ledger: &Value) -> u64 {
    let promised = ["emitted", "delivered", "retained", "in_flight", "lost", "duplicated", "withheld"];
    has_keys(ledger, &promised, &[]);
    let lost = ledger["lost"].as_object().unwrap();
    let lost: u64 = lost.values().map(|lines| lines.as_u64().unwrap()).sum();
    let accounted =
        lines(ledger, "delivered") + lines(ledger, "retained") + lines(ledger, "in_flight") + lost;
    assert_eq!(lines(ledger, "emitted"), accounted, "{ledger}");
    lines(ledger, "duplicated");
    lines(ledger, "withheld");
    accounted
}

#[test]
fn the_json_has_the_promised_shape() {
    let (_folder, file) = Folder::with("calm.yaml", CALM);
    let result = json(&["compare", &file, "--reps", "2", "--seed", "7", "-o", "json"]);
    has_keys(
        &result,
        &["schema", "scenario", "cluster", "seed", "replications", "strategies", "table"],
        &["provenance", "variants", "answer", "band"],
    );
    assert_eq!(result["schema"], "loghaul.compare/v1");
    assert_eq!(result["scenario"], "calm");
    has_keys(&result["cluster"], &["nodes", "pods", "duration_s"], &["tenants"]);
    // 3 nodes; 2 tenants of 6 pods, one of 3.
    assert_eq!((&result["cluster"]["nodes"], &result["cluster"]["pods"]), (&3.into(), &15.into()));
    assert_eq!(result["cluster"]["duration_s"].as_f64(), Some(30.0));
    assert_eq!((&result["seed"], &result["replications"]), (&7.into(), &2.into()));

    let strategies = result["strategies"].as_object().unwrap();
    assert_eq!(strategies.len(), 3);
    for name in STRATEGIES {
        let strategy = &strategies[name];
        has_keys(strategy, &["metrics", "ledger", "feasible"], &["infeasible", "objectives", "agents"]);
        assert_eq!(strategy["feasible"], true);
        let metrics = strategy["metrics"].as_object().unwrap();
        for (metric, unit) in [
            ("agent_cpu", "cores"),
            ("agent_memory", "bytes"),
            ("agent_memory_rss", "bytes"),
            ("agent_memory_requested", "bytes"),
            ("agent_cpu_requested", "cores"),
            ("freshness_p50", "s"),
            ("freshness_p99", "s"),
            ("loss", "fraction"),
            ("undelivered", "fraction"),
            ("cost", "currency/month"),
        ] {
            assert_eq!(metrics[metric]["unit"], unit, "{metric}");
        }
        for (name, metric) in metrics {
            assert!(Metric::from_id(name).is_some(), "{name}");
            has_keys(metric, &["mean", "lo", "hi", "unit"], &["beyond_horizon", "band"]);
            let [mean, lo, hi] = ["mean", "lo", "hi"].map(|key| metric[key].as_f64());
            match mean {
                Some(mean) => assert!(lo.unwrap() <= mean && mean <= hi.unwrap(), "{name}: {metric}"),
                None => assert!(lo.is_none() && hi.is_none(), "{name}: {metric}"),
            }
        }
        balanced(&strategy["ledger"]);
    }
    // Nothing is shipped, and what never arrives is infinitely late.
    assert!(strategies["native"]["metrics"]["freshness_p50"]["mean"].is_null());
    assert!(strategies["sidecar"]["metrics"]["freshness_p99"]["mean"].is_number());

    let table = result["table"].as_array().unwrap();
    let rows: Vec<&str> = table.iter().map(|row| row["row"].as_str().unwrap()).collect();
    assert_eq!(rows, ROWS);
    for row in table {
        has_keys(row, &["row", "cells"], &["title"]);
        assert_eq!(keys(&row["cells"]), BTreeSet::from(STRATEGIES));
        for (strategy, cell) in row["cells"].as_object().unwrap() {
            has_keys(
                cell,
                &["text", "grade", "article", "agrees"],
                &["by_construction", "contradicts", "article_en", "figures", "notes"],
            );
            assert!(!cell["text"].as_str().unwrap().is_empty());
            assert!(cell["grade"].is_string() || cell["grade"].is_null());
            // The later version, from which the row on coupling is, has no native column.
            let is_known = (&row["row"], strategy.as_str()) != (&"coupling".into(), "native");
            assert_eq!(cell["article"].is_string(), is_known);
            assert!((cell["agrees"].is_boolean() || cell["agrees"].is_null()));
        }
    }
}

#[test]
fn the_result_is_what_its_schema_says() {
    let (_folder, file) = Folder::with("storm.yaml", STORM);
    let schema = json(&["schema", "result"]);
    let result = json(&["compare", &file, "--reps", "1", "-o", "json"]);
    assert_eq!(violations(&schema, &result), [""; 0]);
    // The check itself notices what is wrong.
    let mut wrong = result;
    wrong["seed"] = "one".into();
    wrong.as_object_mut().unwrap().remove("table");
    assert_eq!(violations(&schema, &wrong).len(), 2);
}

#[test]
fn one_replication_has_no_interval() {
    let (_folder, file) = Folder::with("calm.yaml", CALM);
    let result = json(&["compare", &file, "--reps", "1", "-o", "json"]);
    for strategy in result["strategies"].as_object().unwrap().values() {
        for metric in strategy["metrics"].as_object().unwrap().values() {
            assert!(metric["lo"].is_null() && metric["hi"].is_null(), "{metric}");
        }
    }
}

/// A scenario's comparison has the same bytes with one thread and with so many, and others with another seed.
fn same_bytes(scenario: &str, reps: &str, others: &[&str]) {
    let (_folder, file) = Folder::with("scenario.yaml", scenario);
    let run = |threads: &str, seed: &str| {
        let args = ["compare", &file, "--reps", reps, "--seed", seed, "-o", "json"];
        loghaul(&args).env("RAYON_NUM_THREADS", threads).output().unwrap().stdout
    };
    let one = run("1", "1");
    assert!(!one.is_empty());
    for threads in others {
        assert!(run(threads, "1") == one, "{threads} threads give other bytes");
    }
    let other = run("2", "2");
    let strategies = |bytes: &[u8]| serde_json::from_slice::<Value>(bytes).unwrap()["strategies"].take();
    // Not just the seed itself is another.
    assert_ne!(strategies(&one), strategies(&other));
}

#[test]
fn the_same_bytes_whatever_the_threads_and_other_bytes_with_another_seed() {
    same_bytes(CALM, "2", &["2"]);
    same_bytes(STORM, "1", &["5"]);
}

mod slow {
    #[test]
    #[ignore = "slow: run by .ci/run"]
    fn the_same_bytes_time_and_again() {
        super::same_bytes(super::STORM, "2", &["2", "2", "5"]);
    }
}

#[test]
fn every_strategy_faces_the_same_lines_and_accounts_for_each() {
    for (scenario, reps) in [(CALM, "3"), (STORM, "1")] {
        let (_folder, file) = Folder::with("scenario.yaml", scenario);
        let result = json(&["compare", &file, "--reps", reps, "-o", "json"]);
        let emitted = STRATEGIES.map(|name| balanced(&result["strategies"][name]["ledger"]));
        assert!(emitted[0] > 0);
        assert_eq!(emitted, [emitted[0]; 3]);
    }
}

#[test]
fn the_storm_is_one() {
    // What the tests above are worth: the scenario does lose lines to rotation, does wait, does congest.
    let (_folder, file) = Folder::with("storm.yaml", STORM);
    let result = json(&["compare", &file, "--reps", "1", "-o", "json"]);
    for name in ["daemonset", "sidecar"] {
        let strategy = &result["strategies"][name];
        assert!(lines(&strategy["ledger"]["lost"], "rotated_before_read") > 0, "{strategy}");
        assert!(lines(&strategy["ledger"], "delivered") > 0, "{strategy}");
    }
    let wait = &result["strategies"]["sidecar"]["metrics"]["backend_wait"]["mean"];
    assert!(wait.as_f64().unwrap() > 0.0, "{wait}");
    // Files that stay in a pod's volume are read by its sidecar and by nobody else: 3 pods · 5/s · 60 s at a mean,
    // whether retained on the node or lost with their files.
    let native = &result["strategies"]["native"]["ledger"];
    assert_eq!(lines(native, "delivered"), 0);
}

#[test]
fn strategies_are_those_asked_for_in_that_order() {
    let (_folder, file) = Folder::with("calm.yaml", CALM);
    let text = stdout(&["compare", &file, "--reps", "1", "--strategies", "sidecar,native", "-o", "json"]);
    let result: Value = serde_json::from_str(&text).unwrap();
    assert_eq!(keys(&result["strategies"]), BTreeSet::from(["native", "sidecar"]));
    assert!(text.find("\"sidecar\": {").unwrap() < text.find("\"native\": {").unwrap());
}

#[test]
fn csv_is_tidy_and_plain() {
    let (_folder, file) = Folder::with("storm.yaml", STORM);
    let text = stdout(&["compare", &file, "--reps", "2", "-o", "csv"]);
    let mut reader = csv::Reader::from_reader(text.as_bytes());
    let header = reader.headers().unwrap().clone();
    assert_eq!(&header, &["scenario", "strategy", "metric", "mean", "ci_low", "ci_high", "n", "unit"][..]);
    let mut seen = BTreeSet::new();
    for record in reader.records() {
        let record = record.unwrap();
        assert_eq!(&record[0], "storm");
        let metric = Metric::from_id(&record[2]).unwrap();
        assert_eq!((&record[6], &record[7]), ("2", metric.unit()));
        for number in [&record[3], &record[4], &record[5]] {
            assert!(number.is_empty() || number.parse::<f64>().is_ok_and(f64::is_finite), "{number}");
        }
        assert!(seen.insert((record[1].to_owned(), metric)), "{record:?} is there twice");
    }
    assert!(seen.len() > 60);
}

#[test]
fn markdown_and_terminal_speak_both_languages() {
    let (_folder, file) = Folder::with("calm.yaml", CALM);
    let compare = |more: &[&str]| {
        let mut args = vec!["compare", file.as_str(), "--reps", "1"];
        args.extend(more);
        stdout(&args)
    };
    let english = compare(&["-o", "md"]);
    assert!(english.starts_with("# ") && english.contains("| **Resource use** |"), "{english}");
    let chinese = compare(&["-o", "md", "--lang", "zh"]);
    assert!(chinese.starts_with("# ") && chinese.contains("资源占用") && !chinese.contains("Resource use"));
    let terminal = compare(&["--lang", "zh"]);
    assert!(terminal.contains("资源占用"), "{terminal}");
    // Not a terminal: no colours.
    assert!(!terminal.contains('\u{1b}') && !compare(&[]).contains('\u{1b}'));
}

#[test]
fn a_folder_gets_report_csv_json_and_charts() {
    let (folder, file) = Folder::with("calm.yaml", CALM);
    let into = folder.path("new/report");
    let args = ["compare", &file, "--reps", "1", "-o", "json", "--out", into.to_str().unwrap()];
    let printed = stdout(&args);
    let read = |name: &str| std::fs::read(into.join(name)).unwrap_or_else(|e| panic!("{name}: {e}"));
    assert_eq!(String::from_utf8(read("compare.json")).unwrap(), printed);
    let mut names: Vec<String> =
        std::fs::read_dir(&into).unwrap().map(|e| e.unwrap().file_name().into_string().unwrap()).collect();
    names.sort();
    assert!(names.iter().all(|name| !name.starts_with('.')), "{names:?}");
    let ending = |ending: &str| names.iter().filter(|n| n.ends_with(ending)).count();
    // Resource use, freshness, loss by cause, cost against pods a node, and the timeline.
    assert_eq!((ending(".svg"), ending(".png"), ending(".csv"), ending(".md")), (5, 5, 7, 1), "{names:?}");
    let report = String::from_utf8(read("report.md")).unwrap();
    let page = String::from_utf8(read("report.html")).unwrap();
    assert!(
        page.starts_with("<!DOCTYPE html>") && page.matches("<svg ").count() == 2 * 5,
        "charts in two languages"
    );
    for name in &names {
        let bytes = read(name);
        match name.rsplit('.').next().unwrap() {
            "svg" => {
                assert!(bytes.starts_with(b"<svg") && bytes.trim_ascii_end().ends_with(b"</svg>"), "{name}");
                assert!(report.contains(&format!("({name})")), "{name} is not shown in the report");
            }
            "png" => assert!(bytes.starts_with(b"\x89PNG\r\n\x1a\n"), "{name}"),
            "csv" => {
                let mut reader = csv::Reader::from_reader(bytes.as_slice());
                let columns = reader.headers().unwrap().len();
                let rows = reader.records().map(|r| r.unwrap().len()).collect::<Vec<_>>();
                assert!(!rows.is_empty() && rows.iter().all(|n| *n == columns), "{name}");
            }
            _ => {}
        }
    }
    // A second report replaces the first, with the same bytes.
    assert_eq!(stdout(&args), printed);
    assert_eq!(String::from_utf8(read("report.md")).unwrap(), report);
}

#[test]
fn a_folder_that_cannot_be_written_is_found_before_simulating() {
    let (folder, file) = Folder::with("file", "mine");
    for path in [file.clone(), format!("{file}/below"), format!("{file}/far/below")] {
        let started = Instant::now();
        // A study of minutes.
        let output =
            loghaul(&["compare", "kubernetes-limit", "--reps", "100", "--out", &path]).output().unwrap();
        let message = String::from_utf8(output.stderr).unwrap();
        assert_eq!(output.status.code(), Some(2), "{message}");
        assert!(output.stdout.is_empty());
        assert!(message.contains(&path) && message.contains("--out"), "{message}");
        assert!(started.elapsed().as_secs() < 10);
    }
    assert_eq!(std::fs::read_to_string(&file).unwrap(), "mine");
    assert_eq!(folder.names(), ["file"]);
}

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
            let mut result = json(&["compare", file, "--reps", "1", "-o", "json"]);
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
    let result = json(&["compare", &file, "--reps", "1", "-o", "json"]);
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

#[test]
fn a_run_gives_what_the_comparison_gives() {
    let (_folder, file) = Folder::with("storm.yaml", STORM);
    let compared = json(&["compare", &file, "--reps", "1", "--seed", "3", "-o", "json"]);
    for name in STRATEGIES {
        let run = |format| stdout(&["run", &file, "--strategy", name, "--seed", "3", "-o", format]);
        let result: Value = serde_json::from_str(&run("json")).unwrap();
        assert_eq!(result["schema"], "loghaul.run/v1");
        assert_eq!(result["ledger"], compared["strategies"][name]["ledger"]);
        let metrics = result["metrics"].as_object().unwrap();
        for (metric, value) in metrics {
            assert_eq!(value["value"], compared["strategies"][name]["metrics"][metric]["mean"], "{metric}");
        }
        let tenants = result["tenants"].as_array().unwrap();
        assert_eq!(tenants.len(), 3);

        let csv = run("csv");
        let mut reader = csv::Reader::from_reader(csv.as_bytes());
        assert_eq!(reader.headers().unwrap(), &["metric", "value", "unit", "ci_low", "ci_high", "n"][..]);
        assert_eq!(reader.records().map(Result::unwrap).count(), metrics.len());
        let table = run("table");
        assert!(table.contains("where every line is") && table.contains("shop-2"), "{table}");
        let report = run("md");
        assert!(
            report.starts_with("# storm under ") && report.contains("## where every line is"),
            "{report}"
        );
        // Figures, lines, tenants; and what agents use, where there are any.
        let tables = if name == "native" { 3 } else { 4 };
        assert_eq!(report.matches("\n|---").count(), tables, "each table has a header: {report}");
    }
    let chinese = stdout(&["run", &file, "--lang", "zh"]);
    for word in ["策略 daemonset", "新鲜度 p99", "未送达", "丢失：读取前被轮转", "租户"] {
        assert!(chinese.contains(word), "no {word}: {chinese}");
    }
    for word in ["Memory of", "lost:", "tenant"] {
        assert!(!chinese.contains(word), "{word}: {chinese}");
    }
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
fn who_stops_reading_is_told_nothing() {
    let (_folder, file) = Folder::with("calm.yaml", CALM);
    for args in [&["compare", &file, "--reps", "1", "-o", "json"][..], &["run", &file], &["schema"]] {
        let mut child = Command::new(env!("CARGO_BIN_EXE_loghaul"))
            .args(args)
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        drop(child.stdout.take());
        let output = child.wait_with_output().unwrap();
        assert_eq!(String::from_utf8_lossy(&output.stderr), "");
        assert_eq!(output.status.code(), Some(0), "{args:?}");
    }
}

#[cfg(target_os = "linux")]
#[test]
fn a_full_disk_is_a_failure_and_not_the_users_fault() {
    let full = std::fs::File::options().write(true).open("/dev/full").unwrap();
    let output = Command::new(env!("CARGO_BIN_EXE_loghaul")).arg("schema").stdout(full).output().unwrap();
    assert_eq!(output.status.code(), Some(1));
    assert!(String::from_utf8_lossy(&output.stderr).starts_with("error: "));
}

#[test]
fn help_and_version_are_data() {
    assert_eq!(stdout(&["--version"]), format!("loghaul {}\n", env!("CARGO_PKG_VERSION")));
    let help = stdout(&["--help"]);
    for verb in ["compare", "run", "sweep", "import", "calibrate", "schema"] {
        assert!(help.contains(verb), "{help}");
    }
    let compare = stdout(&["compare", "--help"]);
    for option in [
        "--strategies",
        "--reps",
        "--seed",
        "--output",
        "--out",
        "--lang",
        "--rubric",
        "--precision",
        "--set",
    ] {
        assert!(compare.contains(option), "{compare}");
    }
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
