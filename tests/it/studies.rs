//! Options of studies: replications as many as needed, warm-up found, values set and varied by path.

use super::support::{CALM, Folder, STORM, STRATEGIES, json, loghaul, refused, stdout, violations};
use serde_json::Value;
use std::collections::BTreeMap;

/// Rows of a CSV, each by its header.
fn rows(csv: &str) -> Vec<BTreeMap<String, String>> {
    let mut reader = csv::Reader::from_reader(csv.as_bytes());
    reader.deserialize().map(Result::unwrap).collect()
}

#[test]
fn replications_are_added_until_it_is_precise() {
    // A rotation now and then, whose successor is found late or at once, would leave the last percentile open for long.
    precise(&CALM.replace("nodes: 3 } ] }", "nodes: 3 } ], kubelet: { containerLogMaxSize: 100Gi } }"));
}

mod slow {
    #[test]
    #[ignore = "slow: run by .ci/run"]
    fn replications_are_added_until_a_storm_is_precise() {
        super::precise(super::STORM);
    }
}

fn precise(scenario: &str) {
    let (_folder, file) = Folder::with("scenario.yaml", scenario);
    let auto = |most: &str, precision: &str, threads: &str| {
        let args = ["compare", &file, "--reps", "auto", "--precision", precision, "--max-reps", most];
        let args = [&args[..], &["--agents", "", "-o", "json"]].concat();
        let output = loghaul(&args).env("RAYON_NUM_THREADS", threads).output().unwrap();
        assert_eq!(output.status.code(), Some(0));
        output.stdout
    };
    let one = auto("10", "50%", "1");
    assert!(one == auto("10", "50%", "2"), "two threads give other bytes");
    let result: Value = serde_json::from_slice(&one).unwrap();
    assert_eq!(violations(&json(&["schema", "result"]), &result), [""; 0]);
    let precision = &result["provenance"]["precision"];
    assert_eq!((&precision["asked"], &precision["reached"]), (&0.5.into(), &true.into()));
    let n = result["replications"].as_u64().unwrap();
    assert!(n == 5 || n == 10, "{n}");
    // What it found is what as many replications give.
    let fixed = json(&["compare", &file, "--reps", &n.to_string(), "--agents", "", "-o", "json"]);
    assert_eq!(result["strategies"], fixed["strategies"]);
    assert_eq!(fixed["provenance"]["precision"], Value::Null);
    // Every width is as promised.
    for strategy in STRATEGIES {
        for metric in ["agent_cpu", "agent_memory", "freshness_p99", "loss", "undelivered"] {
            let value = &result["strategies"][strategy]["metrics"][metric];
            let [Some(mean), Some(lo), Some(hi)] = ["mean", "lo", "hi"].map(|key| value[key].as_f64()) else {
                continue;
            };
            assert!((hi - lo) / 2.0 <= 0.5 * mean + 1e-12, "{strategy} {metric} {value}");
        }
    }
}

#[test]
fn a_precision_that_is_not_reached_says_where() {
    let (folder, file) = Folder::with("storm.yaml", STORM);
    // One run gives the terminal's table, and a folder with JSON and report.
    let folder_of_report = folder.path("report");
    let into = folder_of_report.to_str().unwrap();
    let args = ["compare", &file, "--precision", "0.1%", "--max-reps", "4", "--agents", "", "--out", into];
    let terminal = stdout(&args).replace('\n', " ");
    let written = |name: &str| std::fs::read_to_string(folder_of_report.join(name)).unwrap();
    let result: Value = serde_json::from_str(&written("compare.json")).unwrap();
    assert_eq!(result["replications"], 4);
    let precision = &result["provenance"]["precision"];
    assert_eq!(precision["reached"], false);
    let wide = precision["not_reached"].as_array().unwrap();
    let cpu = |strategy: &str| {
        wide.iter()
            .find(|w| w["strategy"] == strategy && w["metric"] == "agent_cpu" && w["against"].is_null())
            .unwrap_or_else(|| panic!("{wide:?}"))
    };
    // The width is that of the interval beside it.
    let metric = &result["strategies"]["sidecar"]["metrics"]["agent_cpu"];
    let [mean, hi] = ["mean", "hi"].map(|key| metric[key].as_f64().unwrap());
    assert!((cpu("sidecar")["half_width"].as_f64().unwrap() - (hi - mean) / mean).abs() < 1e-9);
    assert!(wide.iter().any(|w| w["against"] == "daemonset" || w["against"] == "native"), "{wide:?}");
    assert!(terminal.contains("precision 0.1% not reached with 4 replications: "), "{terminal}");
    let report = written("report.md");
    assert!(report.contains("| replications | 4, precision 0.1% not reached"), "{report}");
    for (args, word) in [
        (&["--reps", "4", "--precision", "5%"][..], "--reps auto"),
        (&["--max-reps", "9"], "--reps auto"),
        (&["--reps", "auto", "--precision", "0%"], "0.1% to 100%"),
        (&["--reps", "some"], "auto"),
    ] {
        let message = refused(&[&["compare", &file], args].concat());
        assert!(message.contains(word), "{message}");
    }
}

#[test]
fn a_run_of_several_replications_gives_the_comparisons_means() {
    let (_folder, file) = Folder::with("storm.yaml", STORM);
    let compared = json(&["compare", &file, "--reps", "2", "--agents", "", "-o", "json"]);
    let run = json(&["run", &file, "--strategy", "sidecar", "--reps", "2", "-o", "json"]);
    assert_eq!(run["replications"], 2);
    assert_eq!(run["ledger"], compared["strategies"]["sidecar"]["ledger"]);
    for (metric, value) in run["metrics"].as_object().unwrap() {
        let other = &compared["strategies"]["sidecar"]["metrics"][metric];
        for (key, other_key) in [("value", "mean"), ("lo", "lo"), ("hi", "hi")] {
            assert_eq!(value[key], other[other_key], "{metric} {key}");
        }
    }
    assert_eq!(run["provenance"]["scenario_hash"], compared["provenance"]["scenario_hash"]);
    let table = stdout(&["run", &file, "--reps", "3"]);
    for words in ["3 replications", "±", "warm-up 10 s (stated)", "loghaul run ", "--reps 3"] {
        assert!(table.contains(words), "no {words}: {table}");
    }
}

#[test]
fn a_warm_up_is_found_and_said() {
    // Nothing arrives within the first 6 s, everything afterwards.
    let slow =
        CALM.replace("warmup: 5s", "warmup: auto\ndrain: 15s\nbackend: { latency: 6s, latencyTail: 0s }");
    let (folder, file) = Folder::with("slow.yaml", &slow);
    let result = json(&["compare", &file, "--reps", "2", "--agents", "", "-o", "json"]);
    assert_eq!(result["provenance"]["warmup_by"], "mser5");
    let found = result["provenance"]["warmup_s"].as_f64().unwrap();
    // 45 s in 256 bins at most, a power of two of nanoseconds each: 0.268 s; cuts are multiples of five bins.
    assert!((5.0..=6.0 + 3.0 * 1.35).contains(&found), "{found}");
    // It is used as if it had been stated.
    let stated = folder.put("stated.yaml", slow.replace("warmup: auto", &format!("warmup: {found}s")));
    let same = json(&["compare", &stated, "--reps", "2", "--agents", "", "-o", "json"]);
    assert_eq!(same["provenance"]["warmup_by"], "stated");
    assert_eq!(result["strategies"], same["strategies"]);
    let terminal = stdout(&["compare", &file, "--reps", "2", "--agents", ""]);
    assert!(terminal.replace('\n', " ").contains("(MSER-5)"), "{terminal}");
    assert!(stdout(&["run", &file, "--show"]).contains("warmup: auto"));
}

#[test]
fn what_is_set_is_as_if_it_stood_in_the_file() {
    let (folder, file) = Folder::with("calm.yaml", CALM);
    let by_hand = folder.put("hand.yaml", CALM.replace("replicas: 6", "replicas: 9"));
    let edited = json(&["compare", &by_hand, "--reps", "2", "-o", "json"]);
    let setting = "tenants[0].workloads[0].replicas=9";
    let set = json(&["compare", &file, "--reps", "2", "--set", setting, "-o", "json"]);
    assert_eq!(edited["strategies"], set["strategies"]);
    assert_eq!(edited["provenance"]["scenario_hash"], set["provenance"]["scenario_hash"]);
    // The command that remakes it does.
    let command = set["provenance"]["command"].as_str().unwrap();
    assert!(command.ends_with(&format!("--set '{setting}'")), "{command}");
    for (setting, words) in [
        ("collection.with.flush=fast", ["--set collection.with.flush=fast: \"fast\"", "30s"]),
        ("collection.with.flsh=1s", ["unknown field \"flsh\"", "memBufLimit"]),
        ("tenants[9].count=2", ["tenants has entries [0] to [1]", "[9]"]),
    ] {
        let message = refused(&["run", &file, "--set", setting]);
        words.iter().for_each(|word| assert!(message.contains(word), "{message}"));
    }
}

#[test]
fn a_sweep_is_what_comparisons_of_its_points_give() {
    let (folder, file) = Folder::with("calm.yaml", CALM);
    let vary = "tenants[0].workloads[0].replicas=3:9:3";
    let out = folder.path("swept");
    let args = ["sweep", &file, "--vary", vary, "--vary", "collection.with.flush=1s,3s", "--reps", "3"];
    let csv = stdout(&[&args[..], &["-o", "csv", "--out", out.to_str().unwrap()]].concat());
    assert_eq!(std::fs::read_to_string(out.join("sweep.csv")).unwrap(), csv);
    let rows = rows(&csv);
    // CALM has wishes, so that `honoured` is one metric more; two strategies of three have agents, of which six tell, and one
    // asks the API server, of which four do.
    let metrics = 31 + 1;
    assert_eq!(rows.len(), 3 * 2 * (3 * metrics + 2 * 6 + 4), "points × strategies × metrics");
    for replicas in ["3", "9"] {
        let settings = format!("tenants[0].workloads[0].replicas={replicas}");
        let compared = json(&[
            "compare",
            &file,
            "--reps",
            "3",
            "--set",
            &settings,
            "--set",
            "collection.with.flush=3s",
            "-o",
            "json",
        ]);
        let at_point = |row: &&BTreeMap<String, String>| {
            row["tenants[0].workloads[0].replicas"] == replicas && row["collection.with.flush"] == "3s"
        };
        // A sweep keeps values and no histograms: of freshness it has the middle replication, a comparison pools them.
        let is_pooled = |row: &&BTreeMap<String, String>| {
            row["metric"].starts_with("freshness") || row["metric"].starts_with("arrived")
        };
        for row in rows.iter().filter(at_point).filter(|row| !is_pooled(row)) {
            let value = &compared["strategies"][&row["strategy"]]["metrics"][&row["metric"]];
            for (column, key) in [("mean", "mean"), ("ci_high", "hi")] {
                match (row[column].parse::<f64>().ok(), value[key].as_f64()) {
                    // Reading JSON may lose the last digit.
                    (Some(a), Some(b)) => assert!((a - b).abs() <= 1e-12 * b.abs(), "{row:?} {value}"),
                    (a, b) => assert_eq!(a, b, "{row:?}"),
                }
            }
            assert_eq!(
                (&row["unit"], &row["n"]),
                (&value["unit"].as_str().unwrap().to_owned(), &"3".to_owned())
            );
        }
    }
    // Paired: a longer flush makes older lines by the same lines, so that the difference is sharper than the parts.
    let find = |flush: &str, metric: &str| {
        rows.iter()
            .find(|r| {
                r["tenants[0].workloads[0].replicas"] == "3"
                    && r["collection.with.flush"] == flush
                    && r["strategy"] == "sidecar"
                    && r["metric"] == metric
            })
            .unwrap()
    };
    let number = |row: &BTreeMap<String, String>, key: &str| row[key].parse::<f64>().unwrap();
    let p50 = find("3s", "freshness_p50");
    // Ages are even over the flush interval: half a second against one and a half.
    assert!((number(p50, "diff_to_first") - 1.0).abs() < 0.2, "{p50:?}");
    assert_eq!(number(find("1s", "freshness_p50"), "diff_to_first"), 0.0);
    let table = stdout(&args);
    for words in ["collection.with.flush", "3s", "paired", "remake: loghaul sweep", "--reps 3", "seed 1"] {
        assert!(table.contains(words), "no {words}: {table}");
    }
    for (args, word) in [
        (&["--vary", "duration"][..], "names no values"),
        (&["--vary", "duration=1m", "--vary", "duration=2m"], "varies twice"),
        (&["--vary", "duraton=1m"], "duraton"),
        (&["--vary", "chunk=1s", "--metrics", "cpu"], "agent_cpu"),
        (&[], "--vary"),
    ] {
        let message = refused(&[&["sweep", &file], args].concat());
        assert!(message.contains(word), "{word}: {message}");
    }
}

#[test]
fn every_report_says_where_it_comes_from() {
    let (folder, file) = Folder::with("storm.yaml", STORM);
    let out = folder.path("report");
    let args = ["compare", &file, "--reps", "2", "--seed", "7", "--agents", ""];
    let terminal = stdout(&[&args[..], &["--out", out.to_str().unwrap()]].concat()).replace('\n', " ");
    let read = |name: &str| std::fs::read_to_string(out.join(name)).unwrap();
    let result: Value = serde_json::from_str(&read("compare.json")).unwrap();
    let provenance = &result["provenance"];
    let (hash, command) =
        (provenance["scenario_hash"].as_str().unwrap(), provenance["command"].as_str().unwrap());
    let csv = read("provenance.csv");
    for text in [&read("report.md"), &terminal, &csv] {
        for word in [env!("CARGO_PKG_VERSION"), hash] {
            assert!(text.contains(word), "no {word}: {text}");
        }
    }
    assert!(read("report.md").contains(command) && csv.contains(command));
    assert!(terminal.contains("warm-up 10 s (stated)") && csv.contains("warmup_s,10\n"));
    // The 20 items of STRESS-DES, with what is this scenario's own.
    let chinese = stdout(&[&args[..], &["-o", "md", "--lang", "zh"]].concat());
    for (lang, report) in [("en", read("report.md")), ("zh", chinese)] {
        let appendix = &report[report.find("STRESS-DES").unwrap()..];
        let items: Vec<&str> = appendix
            .lines()
            .filter_map(|line| line.strip_prefix("| ")?.split_once(" |"))
            .map(|(number, _)| number)
            .filter(|number| number.starts_with(|c: char| c.is_ascii_digit()))
            .collect();
        assert_eq!(items.len(), 20, "{items:?}");
        for word in
            ["refuses connections from 20s for 15s", "capacity 800kB/s", "stdout 200/s", "5.1.1", "seed"]
        {
            let is_there = appendix.contains(word) || lang == "zh" && word == "seed";
            assert!(is_there, "no {word}: {appendix}");
        }
        assert!(appendix.contains("```yaml\nname: storm\n"), "{appendix}");
    }
}

/// Points as an agent would give that costs 20 µs a line and 1e-4 cores when idle, whatever else.
const POINTS: &str = "agent,variant,files,agents,rate_node_lps,line_bytes,cpu_cores_schedstat,wakeups_per_s\n\
    a,tick5ms,10,1,0,0,0.00013,6.4\n\
    a,tick5ms,10,1,1000,241,0.0201,6.4\n\
    a,tick5ms,10,1,2000,141,0.0399,6.4\n\
    a,tick5ms,10,1,4000,1541,0.0802,6.4\n\
    a,tick5ms,10,1,8000,241,0.1604,6.4\n\
    a,tick5ms,10,1,9000,641,0.1795,6.4\n\
    a,tick5ms,10,1,12000,441,0.2405,6.4\n";

#[test]
fn a_calibrated_profile_is_collected_with() {
    let (folder, points) = Folder::with("points.csv", POINTS);
    let profile = folder.path("ours.yaml");
    let profile = profile.to_str().unwrap();
    let fit = json(&[
        "calibrate",
        &points,
        "--base",
        "fluent-bit",
        "--name",
        "ours",
        "-o",
        "json",
        "--out",
        profile,
    ]);
    assert_eq!(fit["schema"], "loghaul.calibrate/v1");
    assert_eq!(fit["points"], 7);
    let terms = fit["figures"][0]["terms"].as_array().unwrap();
    let line = terms.iter().find(|t| t["path"] == "cpu.line").unwrap();
    let [value, error] = ["value", "standard_error"].map(|key| line[key].as_f64().unwrap());
    assert!((value - 20.0).abs() <= 3.0 * error, "{line}");
    let yaml = std::fs::read_to_string(profile).unwrap();
    assert!(yaml.contains(&format!("source: calibrated from {points}")), "{yaml}");
    // Dearer lines, and nothing else that is written or delivered.
    let (_other, scenario) = Folder::with("calm.yaml", CALM);
    let cpu = |more: &[&str]| {
        let args = [&["run", &scenario, "--strategy", "sidecar", "-o", "json"], more].concat();
        let run = json(&args);
        (run["metrics"]["agent_cpu"]["value"].as_f64().unwrap(), run["ledger"].clone())
    };
    let ((plain, ledger), (ours, same)) = (cpu(&[]), cpu(&["--profile", profile]));
    assert_eq!(ledger, same);
    assert_ne!(plain, ours);
    let report = stdout(&["compare", &scenario, "--reps", "1", "--profile", profile, "-o", "md"]);
    assert!(
        report.contains("ours, derived from fluent-bit") && report.contains("calibrated from"),
        "{report}"
    );
    // The fit as a table names what it cannot tell.
    let table = stdout(&["calibrate", &points, "-o", "table"]);
    assert!(table.contains("kept: ") && table.contains("condition index"), "{table}");
    assert!(stdout(&["calibrate", &points, "--name", "m"]).contains("profiles:"));
}

#[test]
fn points_that_cannot_be_fitted_are_refused_at_their_row() {
    let (folder, _) = Folder::with("points.csv", POINTS);
    for (from, to, words) in [
        ("cpu_cores_schedstat", "cpu", ["wrong.csv:1:", "cpu_cores_schedstat is missing"]),
        ("0.0201", "nan", ["wrong.csv:3:", "at least 0"]),
        ("0.0201", "-1", ["wrong.csv:3:", "below 0"]),
        ("0.0201", "201000", ["wrong.csv:3:", "in cores"]),
    ] {
        let file = folder.put("wrong.csv", POINTS.replace(from, to));
        let message = refused(&["calibrate", &file]);
        words.iter().for_each(|word| assert!(message.contains(word), "{word}: {message}"));
    }
    let empty = folder.put("empty.csv", "");
    assert!(refused(&["calibrate", &empty]).contains("is empty"));
    let points = folder.path("points.csv");
    let points = points.to_str().unwrap();
    for (args, word) in [
        (&["nowhere.csv"][..], "nowhere.csv cannot be read"),
        (&[points, "--base", "vektor"], "fluent-bit"),
        (&[points, "--name", "fluent-bit"], "there is already"),
        (&[points, "--where", "agent=b"], "--where"),
        (&[points, "--out", "/nowhere/at/all.yaml"], "cannot be written"),
    ] {
        let message = refused(&[&["calibrate"], args].concat());
        assert!(message.contains(word), "{word}: {message}");
    }
}
