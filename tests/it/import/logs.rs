//! Small logs that were read wrong once, each with what is right.

use super::{data, read};
use crate::support::root;
use loghaul::import::{
    LifetimesOptions, LogsImport, LogsOptions, Paths, learn_lifetimes, learn_log_files, learn_logs,
};
use loghaul::scenario::{ArrivalsSpec, LineSize};
use loghaul::units::SimTime;
use std::path::PathBuf;

fn learned(file: &str) -> Option<LogsImport> {
    let path = data(&format!("cases/import/{file}"))?;
    Some(
        learn_log_files(&Paths::of([path]), &LogsOptions::default())
            .unwrap_or_else(|e| panic!("{file}: {e}")),
    )
}

fn rate(import: &LogsImport) -> f64 {
    import.logs[0].rate.get()
}

fn sizes(import: &LogsImport) -> Vec<u64> {
    let LineSize::Quantiles(sizes) = &import.logs[0].line else { panic!("{:?}", import.logs[0].line) };
    sizes.iter().map(|size| size.get()).collect()
}

fn near(found: f64, right: f64) {
    assert!((found / right - 1.0).abs() < 2e-3, "{found} instead of {right}");
}

#[test]
fn a_rate_is_lines_over_the_whole_window() {
    let Some(gaps) = learned("idle-gaps-linux.log") else { return };
    // 2,000 lines from Jun 14 15:16:01 to Jul 27 14:42:00: 3,713,160 s.
    near(rate(&gaps), 2000.0 / 3_713_160.0);
    let Some(quiet) = learned("quiet-pods") else { return };
    // Each over the time from its start to the end of the collection: 1.189 lines/s in all, 32 containers.
    near(rate(&quiet), 1.189 / 32.0);
    assert!(quiet.notes.iter().any(|n| n.contains("32 writers wrote 1.1888")), "{:#?}", quiet.notes);
}

#[test]
fn formats_are_told_line_by_line() {
    let Some(two) = learned("two-formats.log") else { return };
    // 520 lines in 10 s, then 900, one a second: 10:00:00 to 10:15:09.
    near(rate(&two), 1420.0 / 910.0);
    let Some(mixed) = learned("two-notations-traefik.log") else { return };
    // 09:42:40 to 09:43:11.
    near(rate(&mixed), 39.0 / 32.0);
    let Some(crash) = learned("crash-dump.log") else { return };
    let few = crash.notes.iter().find(|n| n.contains("MOST LINES ARE NOT UNDERSTOOD"));
    assert!(few.is_some_and(|n| n.contains("543 lines (97%)")), "{:#?}", crash.notes);
    assert!(crash.notes[0].ends_with("(on 17 lines)"), "{:#?}", crash.notes);
}

#[test]
fn what_tools_put_before_lines_is_not_counted() {
    let Some(path) = data("cases/import/kubectl-timestamps.log") else { return };
    let Some(import) = learned("kubectl-timestamps.log") else { return };
    let text = String::from_utf8(read(&[path])[0].1.clone()).unwrap();
    // Each line has 31 bytes less: 30 of the time and a blank.
    let smallest = text.lines().map(str::len).min().unwrap() as u64 + 1 - 31;
    let largest = text.lines().map(str::len).max().unwrap() as u64 + 1 - 31;
    let sizes = sizes(&import);
    assert_eq!((sizes[0], sizes[sizes.len() - 1]), (smallest, largest));
}

#[test]
fn writers_one_after_the_other_are_told_apart() {
    let Some(three) = learned("three-hosts.log") else { return };
    // Counted by hand: 1,066 lines in 3,367 s, 575 in 3,250, 612 in 3,248.
    near(rate(&three), (1066.0 / 3367.0 + 575.0 / 3250.0 + 612.0 / 3248.0) / 3.0);
    assert!(three.notes.iter().any(|n| n.contains("(0.317, 0.177, 0.188)")), "{:#?}", three.notes);
    let Some(beat) = learned("heartbeat.log") else { return };
    assert!(matches!(beat.logs[0].arrivals, ArrivalsSpec::Constant), "{:?}", beat.logs[0].arrivals);
    near(rate(&beat), 1.0);
}

#[test]
fn formats_of_the_ecosystem_are_understood() {
    let Some(folder) = data("cases/import/formats") else { return };
    let mut files: Vec<PathBuf> =
        std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.sort();
    assert_eq!(files.len(), 22);
    for file in files {
        let name = file.display().to_string();
        let import = learn_log_files(&Paths::of([file]), &LogsOptions::default());
        let import = import.unwrap_or_else(|e| panic!("{name}: {e}"));
        // Two lines three seconds apart: two in four seconds.
        assert_eq!(rate(&import), 0.5, "{name}: {:#?}", import.notes);
        if name.ends_with("latin1.log") {
            let sizes = sizes(&import);
            assert_eq!((sizes[0], sizes[sizes.len() - 1]), (22, 25));
        }
    }
}

#[test]
fn formats_of_applications_runtimes_and_clouds_are_understood() {
    const FORMATS: &str = include_str!("formats.jsonl");
    let (mut all, mut missed) = (0, Vec::new());
    for format in FORMATS.lines() {
        let format: serde_json::Value = serde_json::from_str(format).unwrap();
        let name = format["name"].as_str().unwrap();
        let lines: Vec<&str> =
            format["lines"].as_array().unwrap().iter().map(|l| l.as_str().unwrap()).collect();
        let log = lines.join("\n") + "\n";
        all += 1;
        match learn_logs(&[(format!("{name}.log"), log.into_bytes())], &LogsOptions::default()) {
            // Two moments three seconds apart: a window of four.
            Ok(import) => assert_eq!(rate(&import), lines.len() as f64 / 4.0, "{name}: {:?}", import.notes),
            Err(_) => missed.push(name.to_owned()),
        }
    }
    assert_eq!(missed, ["vpc_flow"]);
    let told = std::fs::read_to_string(root().join("docs/import.md")).unwrap();
    assert!(told.contains(&format!("Of {all} formats")), "{all}");
}

#[test]
fn lives_are_read_in_any_unit_and_what_runs_is_left_out() {
    let options = LifetimesOptions { begin: "creation_time".into(), end: "deletion_time".into() };
    let learn = |file: &str| {
        let path = data(&format!("cases/import/{file}"))?;
        Some(learn_lifetimes(&Paths::of([path]), &options).unwrap())
    };
    let Some(ms) = learn("lifetimes-ms.csv") else { return };
    // The first of the table lives 5 s: 1631544836000 to 1631544841000; none lives an hour.
    assert!(
        ms.quantiles[0] <= SimTime::from_secs(5) && ms.quantiles[100] < SimTime::from_secs(3600),
        "{ms:?}"
    );
    for file in ["lifetimes-none.csv", "lifetimes-zero.csv"] {
        let Some(lives) = learn(file) else { return };
        assert_eq!(lives.notes[0], "lives of 12 pods", "{file}");
        assert_eq!(lives.notes[1], "6 pods without a beginning or an end left out", "{file}");
    }
    let Some(jobs) = learn("jobs.json") else { return };
    assert_eq!(jobs.quantiles[50], SimTime::from_secs(198));
}
