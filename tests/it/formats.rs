//! Every verb that finds something says it in every format and in both languages, and its help names its own JSON. Those
//! that take longest, `compare`, `explain` and `verify`, have tests of their formats with their others.

use super::support::{CALM, Folder, loghaul, stdout};
use serde_json::Value;

const POINTS: &str = "files,agents,rate_node_lps,line_bytes,cpu_cores_schedstat,rss_sum_kib\n\
10,1,1000,200,0.030,12000\n20,1,1000,200,0.034,13000\n10,1,4000,200,0.080,12500\n40,2,2000,400,0.060,25000\n\
20,2,8000,100,0.130,24000\n80,4,500,200,0.050,47000\n10,1,0,200,0.004,11000\n40,1,3000,200,0.070,14000\n";

const MEASURED: &str = "agent,variant,layout,files,agents,rate_node_lps,payload_bytes,duration_s,cpu_cores_schedstat,\
rss_sum_kib,pss_sum_kib,lines_recv_in_window,lat_p50_ms,lat_p99_ms\n\
fluent-bit,mlcri,daemonset,1,1,1000,200,9.0,0.03,12000,10000,9000,500,990\n";

/// Verbs as they are typed on small cases, each with the name of its JSON.
fn verbs(folder: &Folder) -> Vec<(Vec<String>, &'static str)> {
    let scenario = folder.put("calm.yaml", CALM);
    let points = folder.put("points.csv", POINTS);
    let measured = folder.put("measured.csv", MEASURED);
    let typed = |verb: &str, file: &str, more: &str| {
        let words = [verb, file].into_iter().chain(more.split(' ').filter(|word| !word.is_empty()));
        words.map(str::to_owned).collect::<Vec<String>>()
    };
    vec![
        (typed("run", &scenario, "--reps 2"), "run"),
        (typed("size", &scenario, "--reps 2 --objective loss<=1%"), "size"),
        (typed("sweep", &scenario, "--reps 2 --vary duration=30s,45s --strategies daemonset"), "sweep"),
        (
            typed(
                "scale-limit",
                &scenario,
                "--reps 1 --nodes 1 --of pods-per-node --range 1:5 --strategies sidecar",
            ),
            "scale-limit",
        ),
        (
            typed(
                "break-even",
                &scenario,
                "--reps 1 --nodes 1 --steps 2 --x collected --x-range 50%:100% --strategies sidecar",
            ),
            "break-even",
        ),
        (
            typed(
                "sensitivity",
                &scenario,
                "--reps 1 --nodes 1 --points 6 --top 1 --strategies daemonset,sidecar --inputs lines,cpu-step",
            ),
            "sensitivity",
        ),
        (
            typed(
                "forecast",
                &scenario,
                "--growth 20%/month --months 2 --reps 1 --nodes 1 --strategies daemonset",
            ),
            "forecast",
        ),
        (typed("show-back", &scenario, "--reps 1 --strategies daemonset,sidecar"), "show-back"),
        (typed("calibrate", &points, "--name ours"), "calibrate"),
        (typed("validate", &measured, ""), "validate"),
    ]
}

fn printed(args: &[String], more: &[&str]) -> String {
    stdout(&args.iter().map(String::as_str).chain(more.iter().copied()).collect::<Vec<_>>())
}

/// Whether a text has a Chinese character.
fn has_chinese(text: &str) -> bool {
    text.chars().any(|c| ('\u{4e00}'..='\u{9fff}').contains(&c))
}

#[test]
fn every_verb_has_every_format_and_both_languages() {
    let folder = Folder::new();
    for (args, schema) in verbs(&folder) {
        let json: Value = serde_json::from_str(&printed(&args, &["-o", "json"])).unwrap();
        assert_eq!(json["schema"], format!("loghaul.{schema}/v1"));
        let csv = printed(&args, &["-o", "csv"]);
        let mut sheet = csv::Reader::from_reader(csv.as_bytes());
        assert!(sheet.headers().unwrap().iter().all(|name| !name.is_empty()), "{schema}: {csv}");
        assert!(sheet.records().map(Result::unwrap).count() > 0, "{schema}: {csv}");
        let english = printed(&args, &["-o", "md"]);
        // Break-even finds sentences; all others have figures in tables.
        assert!(english.contains("|---|") || schema == "break-even", "{schema}: {english}");
        assert!(english.starts_with('#') && !english.contains('\u{1b}'), "{schema}: {english}");
        let chinese = printed(&args, &["-o", "md", "--lang", "zh"]);
        let table = printed(&args, &["-o", "table", "--lang", "zh"]);
        assert!(has_chinese(&chinese) && has_chinese(&table), "{schema}: {table}");
        let html = printed(&args, &["-o", "html"]);
        assert!(html.starts_with("<!DOCTYPE html>") && html.ends_with("</html>\n"), "{schema}: {html}");
        assert!(html.contains("<article lang=\"en\"") && html.contains("<article lang=\"zh\""), "{schema}");
        let table = printed(&args, &["-o", "table"]);
        assert!(!table.contains("|---|") && !table.contains("**"), "{schema}: {table}");
        assert!(!has_chinese(&table), "{schema}: {table}");
    }
}

#[test]
fn help_names_the_json_of_its_own_verb_and_no_other() {
    for verb in [
        "compare",
        "run",
        "explain",
        "sweep",
        "scale-limit",
        "break-even",
        "sensitivity",
        "calibrate",
        "validate",
        "verify",
    ] {
        let help = String::from_utf8(loghaul(&[verb, "--help"]).output().unwrap().stdout).unwrap();
        let named: Vec<&str> = help
            .split("loghaul.")
            .skip(1)
            .filter_map(|rest| rest.split_once("/v1"))
            .map(|(name, _)| name)
            .collect();
        assert!(!named.is_empty() && named.iter().all(|name| *name == verb), "{verb}: {named:?} in\n{help}");
        for format in ["table", "json", "csv", "md", "html"] {
            assert!(help.contains(&format!("- {format}")), "{verb} has no {format}:\n{help}");
        }
    }
}

#[test]
fn a_report_is_one_file_in_which_names_stay_names() {
    let folder = Folder::new();
    let hostile = "</title><script>alert(1)</script>";
    let scenario = CALM.replacen("name: calm", &format!("name: \"{hostile}\"\nquestion: \"{hostile}\""), 1);
    assert!(scenario.contains(hostile), "{scenario}");
    let (file, out) = (folder.put("calm.yaml", scenario), folder.path("report.html"));
    let out_text = out.to_str().unwrap();
    assert_eq!(stdout(&["report", &file, "--reps", "1", "--out", out_text]), "");
    let html = std::fs::read_to_string(&out).unwrap();
    assert!(html.contains("&lt;script&gt;") && !html.contains("<script"), "a name became code");
    // Addresses of sources stand there as text.
    for outside in ["src=", "url(", "@import", "<link", "href=\"http"] {
        assert!(!html.contains(outside), "{outside}");
    }
    // Both languages, all charts in each, and cells that open.
    let charts = ["resources", "freshness", "lines", "cost", "timeline", "map", "tornado", "forecast"].len();
    assert_eq!(html.matches("<svg ").count(), 2 * charts);
    assert_eq!(html.matches("<details class=\"part\">").count(), 2 * ["map", "tornado", "forecast"].len());
    assert!(html.matches("<details>").count() >= 2 * 3 * 9, "{}", html.matches("<details>").count());
    assert!(html.contains(">The answer<") && html.contains(">结论<"));
    // Only those studies that are asked for, and a word for others.
    let (one, one_text) = (folder.path("one.html"), folder.path("one.html").display().to_string());
    stdout(&["report", &file, "--reps", "1", "--studies", "forecast", "--out", &one_text]);
    let with_one = std::fs::read_to_string(one).unwrap();
    assert_eq!(with_one.matches("<details class=\"part\">").count(), 2);
    assert!(with_one.contains("--studies forecast --out"), "the command that remakes it");
    let message = super::support::refused(&["report", &file, "--studies", "magic", "--out", out_text]);
    assert!(message.contains("phase-map, tornado, forecast, or none"), "{message}");
    // The same file comes out of the folder of a comparison, which holds it.
    let copy = folder.path("copy.html");
    stdout(&["report", out.parent().unwrap().to_str().unwrap(), "--out", copy.to_str().unwrap()]);
    assert_eq!(std::fs::read(&out).unwrap(), std::fs::read(copy).unwrap());
    let empty = folder.path("empty");
    std::fs::create_dir(&empty).unwrap();
    let message = super::support::refused(&["report", empty.to_str().unwrap(), "--out", out_text]);
    assert!(message.contains("loghaul compare SCENARIO --out"), "{message}");
}
