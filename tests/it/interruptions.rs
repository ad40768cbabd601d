//! What ends the program from outside: signals at random moments, full disks, closed outputs. Whatever it is, a folder
//! holds the old report or the new one, and nothing else.
#![cfg(unix)]

use super::support::{CALM, Contents, Folder, contents, loghaul, put_back, send, stdout};
use std::fs::{self, File};
use std::os::unix::process::ExitStatusExt;
use std::path::Path;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::time::{Duration, Instant, SystemTime};

/// How often each signal strikes. `LOGHAUL_STRIKES` asks for more.
fn strikes() -> u64 {
    std::env::var("LOGHAUL_STRIKES").ok().and_then(|n| n.parse().ok()).unwrap_or(3)
}

/// A comparison that writes into a folder, with what that holds after each of two seeds, and how long it takes.
struct Writer {
    /// With the scenario.
    from: Folder,
    into: Folder,
    old: Contents,
    new: Contents,
    takes: Duration,
}

impl Writer {
    fn new() -> Self {
        let (from, into) = (Folder::with("calm.yaml", CALM).0, Folder::new());
        let (old, new, takes) = (Contents::new(), Contents::new(), Duration::ZERO);
        let mut writer = Self { from, into, old, new, takes };
        let mut whole = |seed| {
            let args = writer.args(seed);
            let started = Instant::now();
            stdout(&args.iter().map(String::as_str).collect::<Vec<_>>());
            writer.takes = started.elapsed();
            contents(&writer.into.path(""))
        };
        let new = whole("2");
        let old = whole("1");
        assert!(old != new && old.len() > 10 && old.keys().eq(new.keys()), "{:?}", old.keys());
        (writer.old, writer.new) = (old, new);
        writer
    }

    fn args(&self, seed: &str) -> Vec<String> {
        let [file, into] =
            [self.from.path("calm.yaml"), self.into.path("")].map(|path| path.display().to_string());
        ["compare", &file, "--reps", "1", "-o", "csv", "--seed", seed, "--out", &into]
            .map(str::to_owned)
            .to_vec()
    }

    fn begin(&self) -> Child {
        let mut command = Command::new(env!("CARGO_BIN_EXE_loghaul"));
        command.args(self.args("2")).stdout(Stdio::null()).stderr(Stdio::null());
        command.spawn().unwrap()
    }

    /// Puts the old report back, as it was before the strike.
    fn put_back(&self) {
        put_back(&self.into.path(""), &self.old);
    }
}

/// Sends a signal at a moment of a run: so far through it as the share says.
fn strike(writer: &Writer, signal: &str, share: f64) -> ExitStatus {
    let mut child = writer.begin();
    // Nothing is waited for: the moment itself is what is tried.
    std::thread::park_timeout(writer.takes.mul_f64(share));
    send(&child, signal);
    child.wait().unwrap()
}

/// Shares of a run, spread evenly over it and a little beyond, in no order (the golden ratio's multiples).
fn moments(count: u64) -> impl Iterator<Item = f64> {
    (1..=count).map(|n| 1.1 * (n as f64 * 0.618_033_988_749_895).fract())
}

#[test]
fn a_signal_leaves_the_old_report_or_the_new_one() {
    let writer = Writer::new();
    for (signal, code) in [("INT", 130), ("TERM", 143), ("HUP", 129)] {
        let mut struck = 0;
        for share in moments(strikes()) {
            writer.put_back();
            let status = strike(&writer, signal, share);
            let left = contents(&writer.into.path(""));
            match status.code() {
                Some(0) => assert!(left == writer.new, "{signal} at {share}: it had ended"),
                ended => {
                    struck += 1;
                    // Before the program watches, the system ends it.
                    assert!(ended == Some(code) || ended.is_none(), "{signal} at {share}: {status}");
                    let whole = left == writer.old || left == writer.new;
                    assert!(whole, "{signal} at {share} left {:?}", left.keys());
                }
            }
        }
        assert!(struck > 0, "{signal} never struck a run of {:?}", writer.takes);
    }
}

#[test]
fn a_kill_leaves_whole_files_and_the_next_run_clears_the_rest() {
    let writer = Writer::new();
    // As a run that was killed while it wrote leaves it; whether one of these does is a matter of luck.
    fs::write(writer.into.path(".report.md.Ab12Cd.tmp"), "half").unwrap();
    for share in moments(2 * strikes()) {
        writer.put_back();
        let status = strike(&writer, "KILL", share);
        assert!(status.signal() == Some(9) || status.success(), "{status}");
        for (name, bytes) in contents(&writer.into.path("")) {
            if name.starts_with('.') && name.ends_with(".tmp") {
                // Old enough to be left behind.
                let file = File::options().write(true).open(writer.into.path(&name)).unwrap();
                file.set_modified(SystemTime::now() - Duration::from_secs(3600)).unwrap();
            } else {
                let whole = writer.old.get(&name) == Some(&bytes) || writer.new.get(&name) == Some(&bytes);
                assert!(whole, "{name} at {share}");
            }
        }
    }
    assert!(writer.begin().wait().unwrap().success());
    assert!(contents(&writer.into.path("")) == writer.new);
}

#[test]
fn a_full_disk_is_said_and_leaves_the_old_report() {
    let writer = Writer::new();
    writer.put_back();
    // Files of a kilobyte or so at most: what is larger is refused by the system.
    let limited = format!(
        "ulimit -f 2; trap '' XFSZ; exec {} {}",
        env!("CARGO_BIN_EXE_loghaul"),
        writer.args("2").join(" ")
    );
    let output = Command::new("sh").args(["-c", &limited]).stdout(Stdio::null()).output().unwrap();
    let message = String::from_utf8_lossy(&output.stderr).into_owned();
    assert_eq!(output.status.code(), Some(1), "{message}");
    let folder = writer.into.path("");
    assert!(message.starts_with("error: ") && message.contains(folder.to_str().unwrap()), "{message}");
    assert!(contents(&folder) == writer.old, "{:?}", contents(&folder).keys());
}

#[test]
fn output_that_nobody_takes_is_a_failure_and_a_reader_who_has_enough_is_none() {
    if Path::new("/dev/full").exists() {
        let mut command = Command::new(env!("CARGO_BIN_EXE_loghaul"));
        let full = File::options().write(true).open("/dev/full").unwrap();
        let output = command.args(["schema"]).stdout(full).output().unwrap();
        let message = String::from_utf8_lossy(&output.stderr).into_owned();
        assert_eq!(output.status.code(), Some(1), "{message}");
        assert!(message.starts_with("error: ") && !message.contains("panicked"), "{message}");
    }
    let (reader, writer) = std::io::pipe().unwrap();
    drop(reader);
    let mut command = Command::new(env!("CARGO_BIN_EXE_loghaul"));
    let output = command.args(["schema"]).stdout(writer).output().unwrap();
    assert_eq!((output.status.code(), output.stderr.len()), (Some(0), 0));
    assert_eq!(loghaul(&["schema"]).output().unwrap().status.code(), Some(0));
}
