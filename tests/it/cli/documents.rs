//! Documents and records for programs.

use super::{balanced, has_keys, keys, lines};
use crate::support::{CALM, Folder, ROWS, STORM, STRATEGIES, json, stdout, violations};
use loghaul::metric::Metric;
use serde_json::Value;
use std::collections::BTreeSet;

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

#[test]
fn every_strategy_faces_the_same_lines_and_accounts_for_each() {
    for (scenario, reps) in [(CALM, "3"), (STORM, "1")] {
        let (_folder, file) = Folder::with("scenario.yaml", scenario);
        let result = json(&["compare", &file, "--reps", reps, "--agents", "", "-o", "json"]);
        let emitted = STRATEGIES.map(|name| balanced(&result["strategies"][name]["ledger"]));
        assert!(emitted[0] > 0);
        assert_eq!(emitted, [emitted[0]; 3]);
    }
}

#[test]
fn the_storm_is_one() {
    // What the tests above are worth: the scenario does lose lines to rotation, does wait, does congest.
    let (_folder, file) = Folder::with("storm.yaml", STORM);
    let result = json(&["compare", &file, "--reps", "1", "--agents", "", "-o", "json"]);
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
    let text = stdout(&["compare", &file, "--reps", "2", "--agents", "", "-o", "csv"]);
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
fn a_run_gives_what_the_comparison_gives() {
    let (_folder, file) = Folder::with("storm.yaml", STORM);
    let compared = json(&["compare", &file, "--reps", "1", "--seed", "3", "--agents", "", "-o", "json"]);
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
