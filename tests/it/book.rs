//! The documents as a book: what they tell a reader to type runs as written, and the list of commands is the program's own.

use crate::support::{Folder, loghaul, root, stdout};
use serde_json::{Value, json};
use std::fmt::Write as _;
use std::process::Command;

/// Three nodes with two workloads, as kubectl prints them.
fn cluster() -> Value {
    let node = |number: u32| {
        json!({
            "kind": "Node",
            "metadata": { "name": format!("node-{number}") },
            "status": {
                "allocatable": { "cpu": "8", "memory": "32Gi", "pods": "110" },
                "capacity": { "cpu": "8", "memory": "32Gi", "pods": "110" }
            }
        })
    };
    let pod = |workload: &str, number: u32| {
        json!({
            "kind": "Pod",
            "metadata": {
                "name": format!("{workload}-7d9f8c6b5d-{number:05}"),
                "namespace": "shop",
                "ownerReferences": [ { "kind": "ReplicaSet", "name": format!("{workload}-7d9f8c6b5d"), "controller": true } ]
            },
            "spec": {
                "nodeName": format!("node-{}", number % 3),
                "containers": [ { "name": workload, "resources": { "requests": { "cpu": "100m", "memory": "128Mi" } } } ]
            },
            "status": { "phase": "Running" }
        })
    };
    let nodes = (0..3).map(node);
    let pods = (0..6).map(|number| pod("web", number)).chain((0..3).map(|number| pod("queue", number)));
    json!({ "kind": "List", "apiVersion": "v1", "items": nodes.chain(pods).collect::<Vec<_>>() })
}

/// A quarter of an hour of a pod that writes two lines a second.
fn log() -> String {
    let mut log = String::new();
    for line in 0..1_800 {
        let (minute, second, half) = (line / 120, line / 2 % 60, line % 2 * 5);
        let _ = writeln!(log, "2026-11-29T10:{minute:02}:{second:02}.{half}00000000Z GET /basket/{line} 200");
    }
    log
}

/// The lines of a document's shell blocks.
fn commands(text: &str) -> Vec<&str> {
    let blocks = text.split("```sh\n").skip(1).filter_map(|rest| rest.split("```").next());
    blocks.flat_map(str::lines).filter(|line| !line.is_empty()).collect()
}

#[test]
fn every_command_of_the_tutorial_runs_as_written() {
    let folder = Folder::new();
    folder.put("cluster.json", cluster().to_string());
    folder.put("web.log", log());
    let tutorial = std::fs::read_to_string(root().join("docs/tutorial.md")).unwrap();
    let program = std::path::Path::new(env!("CARGO_BIN_EXE_loghaul")).parent().unwrap();
    let path = format!("{}:{}", program.display(), std::env::var("PATH").unwrap_or_default());
    let mut run = 0;
    // What kubectl prints is there already.
    for line in commands(&tutorial).into_iter().filter(|line| !line.starts_with("kubectl ")) {
        let output = Command::new("sh")
            .args(["-c", line])
            .current_dir(folder.path(""))
            .env("PATH", &path)
            .env_remove("COLUMNS")
            .output()
            .unwrap();
        let errors = String::from_utf8_lossy(&output.stderr);
        // A check may also end with 99 or 4.
        let allowed: &[i32] = if line.starts_with("loghaul check") { &[0, 4, 99] } else { &[0] };
        assert!(output.status.code().is_some_and(|code| allowed.contains(&code)), "{line}: {errors}");
        run += 1;
    }
    assert!(run >= 7, "{run}");
    // Two lines a second are in the log, and six pods of the first workload.
    let scenario = std::fs::read_to_string(folder.path("mine.yaml")).unwrap();
    assert!(scenario.contains("replicas: 6") && scenario.contains("rate: 2"), "{scenario}");
    assert!(folder.path("report/report.md").exists());
}

/// Help as it reads without a terminal, of the program or of one of its commands.
fn help(words: &[&str]) -> String {
    let help = stdout(&[words, &["--help"]].concat());
    help.lines().map(str::trim_end).fold(String::new(), |text, line| text + line + "\n")
}

/// The names below a command, in the order of its help.
fn below(help: &str) -> Vec<String> {
    let list = help.split("\nCommands:\n").nth(1).unwrap_or_default();
    let names = list.lines().take_while(|line| line.starts_with("  "));
    let names = names.filter_map(|line| {
        line.strip_prefix("  ")?.split_whitespace().next().filter(|_| !line.starts_with("   "))
    });
    names.filter(|name| *name != "help").map(str::to_owned).collect()
}

#[test]
fn the_list_of_commands_is_what_the_program_says() {
    let mut page = "# Commands\n\nMade of the program's own help by `LOGHAUL_DOCS=rewrite cargo test --test it book`; do not edit.\n".to_owned();
    let mut chapter = |words: &[&str]| {
        let text = help(words);
        let _ = write!(page, "\n## loghaul {}\n\n```text\n{}```\n", words.join(" "), text);
        text
    };
    let program = help(&[]);
    for name in below(&program) {
        let text = chapter(&[&name]);
        for inner in below(&text) {
            chapter(&[&name, &inner]);
        }
    }
    assert!(page.matches("\n## ").count() > 20);
    let path = root().join("docs/commands.md");
    if std::env::var("LOGHAUL_DOCS").is_ok_and(|word| word == "rewrite") {
        std::fs::write(&path, &page).unwrap();
    }
    let written = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(written == page, "docs/commands.md is stale: LOGHAUL_DOCS=rewrite cargo test --test it book");
}

/// Examples that have tests of their own, where what they write or show is looked at.
const TESTED_ELSEWHERE: [&str; 17] = [
    "check",
    "completions",
    "diff",
    "explain",
    "forecast",
    "init",
    "man",
    "merge",
    "plan",
    "report",
    "sensitivity",
    "serve",
    "show-back",
    "size",
    "sweep",
    "tune",
    "verify",
];

#[test]
fn every_help_ends_with_an_example_that_runs() {
    let folder = Folder::new();
    folder.put("cluster.json", cluster().to_string());
    for verb in below(&help(&[])) {
        let help = help(&[&verb]);
        let Some(example) = help.split("Example: loghaul ").nth(1) else { panic!("{verb} has no example") };
        assert!(example.starts_with(&verb), "{verb}: {example}");
        if TESTED_ELSEWHERE.contains(&verb.as_str()) {
            continue;
        }
        let line = example.lines().next().unwrap().split(" > ").next().unwrap();
        let words: Vec<&str> = line.split_whitespace().collect();
        // Measurements lie in the repository, and a cluster in a folder of one's own.
        let home = if verb == "import" { folder.path("") } else { root().to_owned() };
        let output = loghaul(&words).current_dir(home).output().unwrap();
        assert!(output.status.success(), "{line}: {}", String::from_utf8_lossy(&output.stderr));
    }
}

/// The commands in the table of fifteen questions.
fn questions() -> Vec<(String, String)> {
    let page = std::fs::read_to_string(root().join("docs/workshop.md")).unwrap();
    let table = page.split("## Fifteen questions").nth(1).unwrap();
    let rows = table.lines().filter(|line| line.starts_with("| ") && line.contains("`loghaul "));
    rows.flat_map(|row| {
        let number = row.split('|').nth(1).unwrap().trim().to_owned();
        let cell = row.rsplit('|').nth(1).unwrap().to_owned();
        let commands: Vec<String> =
            cell.split('`').filter(|part| part.starts_with("loghaul ")).map(str::to_owned).collect();
        commands.into_iter().map(move |command| (number.clone(), command))
    })
    .collect()
}

#[test]
fn every_question_of_a_room_has_a_command() {
    let numbers: std::collections::BTreeSet<String> =
        questions().into_iter().map(|(number, _)| number).collect();
    assert_eq!(numbers.len(), 15, "{numbers:?}");
}

/// What takes long without optimisation.
mod slow {
    use super::*;

    #[test]
    #[ignore = "slow: run by .ci/run"]
    fn the_commands_of_the_fifteen_questions_run() {
        for (number, command) in questions() {
            // The lists of those two are long, and have tests of their own.
            if ["loghaul verify", "loghaul validate"].contains(&command.as_str()) {
                continue;
            }
            let words = command.strip_prefix("loghaul ").unwrap().replace('\'', "\"");
            let mut parts = words.split('"');
            let mut args: Vec<String> = Vec::new();
            while let Some(plain) = parts.next() {
                args.extend(plain.split_whitespace().map(str::to_owned));
                args.extend(parts.next().map(str::to_owned));
            }
            let args: Vec<&str> = args.iter().map(String::as_str).collect();
            let output = loghaul(&args).output().unwrap();
            let code = output.status.code();
            let allowed: &[i32] = if args[0] == "check" { &[0, 4, 99] } else { &[0] };
            assert!(
                code.is_some_and(|code| allowed.contains(&code)),
                "{number}: {command}: {}",
                String::from_utf8_lossy(&output.stderr)
            );
        }
    }
}
