//! What is printed for people and written into folders.

use crate::support::{CALM, Folder, loghaul, stdout};
use std::process::{Command, Stdio};
use std::time::Instant;

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
