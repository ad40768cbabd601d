//! `explain` and the article's table by itself: what they say is what the table says, and follows from its figures.

use super::support::{CALM, Folder, ROWS, json, loghaul, root, stdout};
use serde_json::Value;

fn cell<'v>(explained: &'v Value, strategy: &str) -> &'v Value {
    explained["cells"].as_array().unwrap().iter().find(|c| c["strategy"] == strategy).unwrap()
}

#[test]
fn an_explanation_is_that_of_the_table() {
    let (_folder, file) = Folder::with("calm.yaml", CALM);
    let compared = json(&["compare", &file, "--reps", "2", "--agents", "", "-o", "json"]);
    let rows = compared["table"].as_array().unwrap();
    assert_eq!(rows.iter().map(|r| r["row"].as_str().unwrap()).collect::<Vec<_>>(), ROWS);
    for row in ["resource_use", "tenant-isolation", "fit"] {
        let explained = json(&["explain", row, &file, "--reps", "2", "-o", "json"]);
        assert_eq!(explained["schema"], "loghaul.explain/v1");
        let id = row.replace('-', "_");
        let table = rows.iter().find(|r| r["row"] == id.as_str()).unwrap();
        for (strategy, shown) in table["cells"].as_object().unwrap() {
            let cell = cell(&explained, strategy);
            for key in ["text", "grade", "article", "agrees", "by_construction", "figures"] {
                assert_eq!(cell[key], shown[key], "{row} of {strategy}: {key}");
            }
        }
    }
}

#[test]
fn the_nearest_threshold_is_as_far_as_the_rubric_says() {
    let (folder, file) = Folder::with("calm.yaml", CALM);
    let explained = |more: &[&str]| {
        let args = ["explain", "resource_use", &file, "--reps", "2", "-o", "json"];
        json(&[&args[..], more].concat())
    };
    let plain = explained(&[]);
    let sidecar = cell(&plain, "sidecar");
    // Fifteen sidecars of 5 m, the step of the sizing rule, on three nodes of 16 cores.
    let share = 15.0 * 0.005 / 48.0;
    let value = sidecar["figures"][0]["value"]["mean"].as_f64().unwrap();
    assert!((value / share - 1.0).abs() < 1e-9, "{value} is not {share}");
    // "rather low" from a thousandth to a hundredth: 0.0016 is nearer to its lower end.
    assert_eq!(sidecar["grade"], "rather_low");
    let changes = sidecar["changes"].as_array().unwrap();
    let near = |change: &Value, threshold: f64, side: &str, becomes: &str| {
        assert_eq!((&change["threshold"], &change["side"]), (&threshold.into(), &side.into()));
        assert_eq!(change["becomes"], becomes);
        assert!((change["factor"].as_f64().unwrap() / (threshold / share) - 1.0).abs() < 1e-9);
        assert_eq!(change["within_interval"], false, "requests are the same in every replication");
    };
    near(&changes[0], 0.001, "at_most", "low");
    near(&changes[1], 0.01, "above", "rather high");
    // Other thresholds, other distances.
    let text = std::fs::read_to_string(root().join("rubrics/article.yaml")).unwrap();
    let rubric = folder.put("r.yaml", text.replace("atMost: 0.001, reason", "atMost: 0.0015, reason"));
    near(&cell(&explained(&["--rubric", &rubric]), "sidecar")["changes"][0], 0.0015, "at_most", "low");
}

#[test]
fn one_column_can_be_asked_for_in_words() {
    let (_folder, file) = Folder::with("calm.yaml", CALM);
    let of = |more: &[&str]| {
        let args = ["explain", "operations", &file, "--reps", "1", "--strategy", "daemonset"];
        stdout(&[&args[..], more].concat())
    };
    let english = of(&[]);
    // Three nodes for fifteen pods, one minute each.
    for words in ["moderate: 20 containers for 100 pods", "What would change it", "180 s"] {
        assert!(english.contains(words), "{words}: {english}");
    }
    assert!(!english.contains("sidecar:") && english.contains("“一般，需维护DaemonSet”"), "{english}");
    let markdown = of(&["-o", "md"]);
    assert!(
        markdown.starts_with("## Deployment and operation") && markdown.contains("| figure | |"),
        "{markdown}"
    );
    let chinese = of(&["--lang", "zh"]);
    assert!(chinese.contains("何时改变") && chinese.contains("测量方法："), "{chinese}");
    for text in [english, chinese] {
        assert!(text.lines().all(|line| unicode_width::UnicodeWidthStr::width(line) <= 120), "{text}");
    }
}

#[test]
fn what_there_is_not_is_answered_with_what_there_is() {
    for (args, words) in [
        (&["explain", "colour"][..], "there are log_types, operations, classified_storage, tenant_isolation"),
        (
            &["explain", "query", "--strategy", "carrier-pigeon"],
            "there are native, native-driver, daemonset, sidecar",
        ),
        (&["explain"], "<ROW>"),
        (
            &["compare", "proof-of-concept", "--agents", "carrier-pigeon"],
            "there are alloy, filebeat, fluent-bit",
        ),
    ] {
        let output = loghaul(args).output().unwrap();
        let message = String::from_utf8_lossy(&output.stderr).into_owned();
        assert_eq!(output.status.code(), Some(2), "{message}");
        assert!(message.contains(words) && output.stdout.is_empty(), "{message}");
    }
}

#[test]
fn every_disagreement_has_its_paragraph_in_both_languages() {
    let (folder, file) = Folder::with("calm.yaml", CALM);
    let into = folder.path("article-table");
    let args = ["compare", &file, "--reps", "2", "--agents", "", "-o", "json", "--article-table"];
    let compared = json(&[&args[..], &[into.to_str().unwrap()]].concat());
    let (mut disagree, mut agree) = (Vec::new(), Vec::new());
    for row in compared["table"].as_array().unwrap() {
        for (strategy, cell) in row["cells"].as_object().unwrap() {
            // Those that could not have come out otherwise are listed too.
            let disagrees = cell["agrees"] == false || cell["contradicts"] == true;
            let list = if disagrees { &mut disagree } else { &mut agree };
            list.push(format!("**{}, {strategy}.**", row["title"].as_str().unwrap()));
        }
    }
    let english = std::fs::read_to_string(into.join("README.md")).unwrap();
    assert!(!disagree.is_empty() && disagree.iter().all(|head| english.contains(head)), "{english}");
    assert!(!agree.iter().any(|head| english.contains(head)));
    assert!(english.contains(compared["provenance"]["command"].as_str().unwrap()));
    let chinese = std::fs::read_to_string(into.join("README.zh.md")).unwrap();
    assert_eq!(chinese.matches("其主张为").count(), disagree.len());
    // Both thresholds, and the cells that turn with them.
    assert_eq!(compared["variants"].as_array().unwrap().len(), 2, "{}", compared["variants"]);
    assert!(english.contains("all thresholds doubled") && chinese.contains("阈值全部减半"));
}

#[test]
fn another_agent_is_set_beside_the_scenarios_own() {
    let more = "profiles: [ { name: free-reader, base: fluent-bit, set: { cpu.line: 0 } } ]\n";
    let (_folder, file) = Folder::with("calm.yaml", format!("{CALM}{more}"));
    let args = ["compare", &file, "--reps", "1", "--agents", "free-reader,fluent-bit", "-o", "json"];
    let variants = json(&args)["variants"].clone();
    let whats: Vec<&str> = variants.as_array().unwrap().iter().map(|v| v["what"].as_str().unwrap()).collect();
    // The scenario's own agent is the table itself.
    assert_eq!(
        whats,
        ["all thresholds halved", "all thresholds doubled", "the agent free-reader, on a slice of 3 nodes"]
    );
    assert!(variants[2]["compared"].as_u64().unwrap() > 10);
}

#[test]
fn the_clusters_behind_a_row_can_be_opened() {
    let (folder, file) = Folder::with("calm.yaml", CALM);
    let into = folder.path("clusters");
    let of = |row: &str| {
        stdout(&["explain", row, &file, "--reps", "1", "--clusters", into.to_str().unwrap()]);
    };
    of("tenant_isolation");
    let pair = ["with", "without"].map(|name| into.join(format!("calm-{name}-loud-tenant.yaml")));
    // Four nodes with 50,000 lines/s of the loud tenant, for 60 s.
    let written = |path: &std::path::Path| {
        let run = json(&["run", path.to_str().unwrap(), "--strategy", "native", "-o", "json"]);
        run["ledger"]["emitted"].as_f64().unwrap()
    };
    let [loud, quiet] = [&pair[0], &pair[1]].map(|path| written(path));
    // Six pods write them, whose rates differ by 30 %: four standard errors of their mean are a half.
    assert!(((loud - quiet) / (4.0 * 50_000.0 * 60.0) - 1.0).abs() < 0.5, "{loud} and {quiet}");
    for row in ["log_types", "cluster_scale", "fit", "query"] {
        of(row);
    }
    for entry in std::fs::read_dir(&into).unwrap() {
        let path = entry.unwrap().path();
        loghaul::scenario::load(&path).unwrap_or_else(|e| panic!("{e}"));
    }
    assert_eq!(std::fs::read_dir(&into).unwrap().count(), 2 + 1 + 1 + 3 + 1);
}
