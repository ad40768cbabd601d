//! What careless users and broken files get: exit code 2, a message that helps, nothing on standard output.

mod agents;
mod ends;
mod faults;
mod fields;
mod files;
mod verbs;

use super::support::{self, Folder};
#[cfg(target_os = "linux")]
use std::process::Command;
use std::time::Instant;

/// What the program says when it refuses: soon, briefly, and as whoever made the mistake may read it.
fn refused(args: &[&str]) -> String {
    let started = Instant::now();
    let message = support::refused(args);
    assert!(message.starts_with("error: "), "{message}");
    assert!(!message.contains("panicked") && !message.contains("RUST_BACKTRACE"), "{message}");
    assert!(message.len() < 3000, "a message is to be read: {}", message.len());
    assert!(started.elapsed().as_secs() < 20, "{args:?} took {:?}", started.elapsed());
    message
}

/// What `compare` says about a scenario of this text, after `error: FILE`.
fn scenario_refused(yaml: impl AsRef<[u8]>) -> String {
    let (folder, file) = Folder::with("s.yaml", yaml);
    let out = folder.path("out");
    let message = refused(&["compare", &file, "--reps", "1", "--out", out.to_str().unwrap()]);
    assert_eq!(folder.names(), ["s.yaml"], "something is left behind");
    message.strip_prefix(&format!("error: {file}")).unwrap_or_else(|| panic!("{message}")).to_owned()
}

/// A whole scenario with one thing replaced.
fn with(from: &str, to: &str) -> String {
    let whole = "\
name: x
duration: 20s
warmup: 2s
cluster:
  pools:
    - { name: p, nodes: 2 }
tenants:
  - name: a
    workloads:
      - name: w
        replicas: 4
        logs:
          - { stream: stdout, rate: 10/s }
          - { stream: file, rate: 1/s }
";
    assert!(whole.contains(from), "{from}");
    whole.replacen(from, to, 1)
}

/// A whole scenario and more behind it.
fn and(more: &str) -> String {
    format!("{}{more}\n", with("name: x", "name: x"))
}

/// What is written, where that is complained of, and words that the complaint has.
type Case<'c> = (String, &'c str, &'c [&'c str]);

fn are_refused_at_their_place(cases: &[Case]) {
    for (yaml, place, words) in cases {
        let message = scenario_refused(yaml);
        assert!(message.starts_with(place), "not at {place}: {message}\n{yaml}");
        for word in *words {
            assert!(message.contains(word), "no {word:?}: {message}");
        }
    }
}

/// Runs with little memory: 1.5 GB of addresses.
#[cfg(target_os = "linux")]
fn with_little_memory(args: &[&str]) -> (Option<i32>, String) {
    let mut command = Command::new("sh");
    command.args(["-c", "ulimit -v 1500000; exec \"$0\" \"$@\"", env!("CARGO_BIN_EXE_loghaul")]);
    command.args(args).env("RAYON_NUM_THREADS", "2");
    let started = Instant::now();
    let output = command.output().unwrap();
    assert!(started.elapsed().as_secs() < 30, "{args:?} took {:?}", started.elapsed());
    (output.status.code(), String::from_utf8(output.stderr).unwrap())
}
