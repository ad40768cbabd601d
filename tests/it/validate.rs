//! `loghaul validate`: what it predicts, what it says of rows that it cannot predict or read.

use super::support::{Folder, holds, json, loghaul, root, stdout};
use serde_json::Value;

const HEADER: &str = "agent,variant,layout,files,agents,rate_node_lps,payload_bytes,duration_s,cpu_cores_schedstat,\
rss_sum_kib,pss_sum_kib,lines_recv_in_window,lat_p50_ms,lat_p99_ms";

fn validated(rows: &str) -> Value {
    let (_folder, path) = Folder::with("rows.csv", format!("{HEADER}\n{rows}"));
    json(&["validate", "-o", "json", &path])
}

fn points<'v>(document: &'v Value, figure: &str) -> Vec<&'v Value> {
    document["points"].as_array().unwrap().iter().filter(|p| p["figure"] == figure).collect()
}

fn number(point: &Value, field: &str) -> f64 {
    point[field].as_f64().unwrap_or_else(|| panic!("{field} of {point}"))
}

#[test]
fn without_a_file_the_labs_own_rows_are_predicted() {
    let document = json(&["validate", "-o", "json"]);
    assert_eq!(document["schema"], "loghaul.validate/v1");
    let figures = document["figures"].as_array().unwrap();
    for name in ["agent_cpu", "cpu_ratio", "memory_pss", "memory_rss", "throughput", "freshness_p50", "loss"]
    {
        assert!(figures.iter().any(|f| f["figure"] == name), "{name}");
    }
    for figure in figures {
        for field in ["n", "mape", "bias", "worst", "coverage"] {
            assert!(figure[field].is_number(), "{field} of {figure}");
        }
        for field in ["figure", "agent", "layout", "regime"] {
            assert!(figure[field].is_string(), "{field} of {figure}");
        }
        // Fitted and not fitted together are all.
        let n = |part: &str| figure[part]["n"].as_u64().unwrap_or(0);
        assert_eq!(figure["n"].as_u64().unwrap(), n("fitted") + n("not_fitted"), "{figure}");
    }
    for point in document["points"].as_array().unwrap() {
        assert!(number(point, "lo") <= number(point, "predicted"), "{point}");
        assert!(number(point, "predicted") <= number(point, "hi"), "{point}");
        assert!(point["row"].is_string() && point["file"].is_string(), "{point}");
    }
    // The ceiling that a buffer limit and a flush interval impose together: within 1 % wherever it was measured.
    let paused: Vec<&Value> =
        points(&document, "throughput").into_iter().filter(|p| p["regime"] == "paused").collect();
    assert!(paused.len() >= 10);
    for point in paused {
        let off = number(point, "predicted") / number(point, "measured") - 1.0;
        assert!(off.abs() < 0.01, "{off:.3} of {point}");
    }
    // Rotation's losses are a matter of luck: nine in ten within what luck allows.
    let losses = points(&document, "loss");
    let within =
        |p: &&&Value| (number(p, "lo") - 1e-9..=number(p, "hi") + 1e-9).contains(&number(p, "measured"));
    assert!(losses.iter().filter(within).count() * 10 >= losses.len() * 9 - 5, "{losses:#?}");
}

#[test]
fn the_same_rows_from_files_give_the_same_points() {
    let folder = root().join("measurements/lab");
    let paths: Vec<String> = ["configs", "layouts", "noisy-neighbour", "repeats", "rotation", "saturation"]
        .iter()
        .map(|name| folder.join(format!("{name}.csv")).to_str().unwrap().to_owned())
        .collect();
    let mut args = vec!["validate", "-o", "json"];
    args.extend(paths.iter().map(String::as_str));
    assert_eq!(stdout(&args), stdout(&["validate", "-o", "json"]));
}

#[test]
fn set_ups_that_were_never_measured_are_predicted_and_unknown_ones_skipped() {
    let document = validated(
        "fluent-bit,mlcri+tick2ms,daemonset,7,1,30000,333,9.0,0.2,20000,18000,90000,900,1900\n\
         fluent-bit,mlcri+buf9MB,sidecar,7,7,700,80,9.0,0.05,90000,30000,6300,500,990\n\
         fluent-bit,mlcri+warp9,daemonset,1,1,10,200,9.0,0.01,12000,10000,90,500,990\n\
         nobody,mlcri,daemonset,1,1,10,200,9.0,0.01,12000,10000,90,500,990\n\
         fluent-bit,mlcri,hovering,1,1,10,200,9.0,0.01,12000,10000,90,500,990\n\
         fluent-bit,mlcri,daemonset,1,1,900000000,200,9.0,0.01,12000,10000,90,500,990\n\
         fluent-bit,mlcri,daemonset,1,1,10,200,9e9,0.01,12000,10000,90,500,990\n\
         fluent-bit,mlcri,daemonset,90000000000,1,10,200,9.0,0.01,12000,10000,90,500,990\n",
    );
    let ceilings = points(&document, "throughput");
    assert_eq!(ceilings.len(), 2);
    // 5 MB a flush of a second, records of 333 + 78 bytes: 12,165 lines/s.
    let predicted = number(ceilings[0], "predicted");
    assert!((predicted / (5e6 / 411.0) - 1.0).abs() < 0.02, "{predicted}");
    assert!((number(ceilings[1], "predicted") / 700.0 - 1.0).abs() < 0.02);
    let reasons: Vec<(&str, &str)> = document["skipped"]
        .as_array()
        .unwrap()
        .iter()
        .map(|s| (s["row"].as_str().unwrap(), s["reason"].as_str().unwrap()))
        .collect();
    for (line, part) in
        [(4, "warp9"), (5, "nobody"), (6, "hovering"), (7, "rate"), (8, "86400"), (9, "whole number")]
    {
        assert!(
            reasons.iter().any(|(row, reason)| *row == format!("rows.csv:{line}") && reason.contains(part)),
            "line {line}: {reasons:?}"
        );
    }
    assert_eq!(reasons.len(), 6);
}

#[test]
fn bad_rows_are_refused_with_their_place() {
    let good = "fluent-bit,mlcri,daemonset,1,1,1000,200,9.0,0.03,12000,10000,9000,500,990\n";
    let with = |row: &str| format!("{HEADER}\n{good}{row}");
    let cases: [(String, &[&str]); 10] = [
        (String::new(), &["bad.csv", "empty"]),
        (format!("{HEADER}\n"), &["bad.csv", "no rows"]),
        (with(&good.replace("0.03", "NaN")), &["bad.csv:3", "cpu_cores_schedstat", "NaN", "0 or more"]),
        (with(&good.replace("0.03", "-0.03")), &["bad.csv:3", "-0.03", "0 or more"]),
        (with(&good.replace("1000,", "1k,")), &["bad.csv:3", "rate_node_lps", "1k", "without unit"]),
        (with(&good.replace("500,990", "500ms,990")), &["bad.csv:3", "lat_p50_ms", "500ms", "without unit"]),
        (with(&good.replace("daemonset,1,", "daemonset,0,")), &["bad.csv:3", "files", "1 or more"]),
        (with("fluent-bit,mlcri\n"), &["bad.csv:3", "2 fields", "14 columns"]),
        (
            format!("{}\n{good}", HEADER.replace("rate_node_lps", "rate")),
            &["bad.csv", "lacks the column rate_node_lps", "layouts"],
        ),
        ("a,b\n1,2\n".to_owned(), &["bad.csv", "no kind of measurement", "rotation"]),
    ];
    for (text, parts) in cases {
        let (_folder, path) = Folder::with("bad.csv", &text);
        let output = loghaul(&["validate", &path]).output().unwrap();
        let message = String::from_utf8_lossy(&output.stderr).into_owned();
        assert_eq!(output.status.code(), Some(2), "{message}");
        for part in parts {
            assert!(message.contains(part), "{part:?} is not in {message}");
        }
        assert!(output.stdout.is_empty());
    }
    let output = loghaul(&["validate", "gone.csv"]).output().unwrap();
    assert_eq!(output.status.code(), Some(2));
    let (_folder, path) = Folder::with("bytes.csv", [0xff, 0xfe, 0x00]);
    let output = loghaul(&["validate", &path]).output().unwrap();
    assert_eq!(output.status.code(), Some(2));
    assert!(String::from_utf8_lossy(&output.stderr).contains("UTF-8"));
}

#[test]
fn a_folder_gets_report_chart_and_points() {
    let folder = Folder::new();
    let row = "fluent-bit,mlcri,daemonset,1,1,1000,200,9.0,0.03,12000,10000,9000,500,990\n";
    let path = folder.put("rows.csv", format!("{HEADER}\n{row}"));
    let out = folder.path("out");
    stdout(&["validate", &path, "--out", out.to_str().unwrap(), "-o", "md"]);
    let report = std::fs::read_to_string(out.join("validation.md")).unwrap();
    assert!(report.contains("# Validation") && report.contains("validation/predicted-over-measured.svg"));
    assert!(report.contains("agent\\_cpu"));
    let names = ["predicted-over-measured.svg", "predicted-over-measured.png", "points.csv"];
    holds(&out.join("validation"), &names);
}

const PUBLISHED: &str = "id,agent,layout,input,files,lines_per_s,event_bytes,cpu_cores,mem_mb,use\n\
predicted,Fluent Bit,DaemonSet,CRI stdout tail + k8s metadata,10,1000,200,0.05,40,calib\n\
in words,Vector,host process,file tail,1,1000,200,,>100 MB,calib\n\
context,Fluentd,any,,,13000,200,1.0,30-40,context\n\
no rate,Filebeat,host process,file tail glob,10,,,1.37,170.7,calib\n\
no profile,Logstash,host process,file tail glob,10,100,200,2.0,763.7,calib\n\
nothing used,rsyslog,host process,file tail,1,100,200,0,0,calib\n";

#[test]
fn every_row_is_predicted_or_its_skip_is_explained() {
    let (_folder, path) = Folder::with("published.csv", PUBLISHED);
    let document = json(&["validate", "-o", "json", &path]);
    let points = document["points"].as_array().unwrap();
    let skipped = document["skipped"].as_array().unwrap();
    for line in 2..=7 {
        let is_predicted = points.iter().any(|p| p["line"] == line);
        let reason = skipped.iter().find(|s| s["row"] == format!("published.csv:{line}"));
        assert!(is_predicted != reason.is_some(), "line {line}: {document:#}");
        assert_eq!(is_predicted, line == 2, "line {line}");
        assert!(reason.is_none_or(|r| r["reason"].as_str().unwrap().len() > 20), "line {line}: {reason:?}");
    }
}

#[test]
fn of_streams_that_were_measured_apart_the_worst_is_predicted() {
    // Vector reads more than 10,000 lines/s: three pods of 100 are no burden to it, and none loses more than another.
    let text = "image,stressors,lps_each,duration,bytes,lat_mean_s,expected_lines,seq_last_plus1,collected,\
                min_stream_pct_reported\n\
                vector:1,3,100,1m,256,2.0,18000,18000,18000,100\n\
                vector:1,1,100,1m,256,2.0,6000,6000,6000,100\n\
                vector:1,1,100,1m,256,2.0,6000,3000,3000,100\n";
    let (_folder, path) = Folder::with("runs.csv", text);
    let document = json(&["validate", "-o", "json", &path]);
    let worst = points(&document, "worst_stream_loss");
    assert_eq!(worst.len(), 1, "{document:#}");
    assert_eq!((number(worst[0], "measured"), number(worst[0], "line")), (0.0, 2.0));
    assert!(number(worst[0], "predicted") < 0.01);
    assert_eq!(document["skipped"][0]["row"], "runs.csv:4");
}

#[test]
fn what_others_measured_has_its_scores_apart_and_no_rows() {
    let folder = Folder::new();
    let own = folder.put(
        "rows.csv",
        format!("{HEADER}\nfluent-bit,mlcri,daemonset,1,1,1000,200,9.0,0.03,12000,10000,9000,500,990\n"),
    );
    let other = folder.put("published.csv", PUBLISHED);
    let report = stdout(&["validate", &own, "--elsewhere", &other, "-o", "md"]);
    let (before, section) = report.split_once("## Measured elsewhere").unwrap();
    assert!(!before.contains("published.csv") && section.contains("published.csv"));
    assert!(
        section.contains("agent\\_cpu")
            && section.contains("no profile for the agent")
            && !section.contains(":2")
    );
    let document = json(&["validate", &own, "--elsewhere", &other, "-o", "json"]);
    assert_eq!(document["elsewhere"]["files"][0], "published.csv");
    assert!(document["elsewhere"]["points"].is_null());
    assert!(document["points"].as_array().unwrap().iter().all(|p| p["file"] == "rows.csv"));
}
