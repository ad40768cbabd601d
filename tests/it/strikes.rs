//! Every verb that writes, struck at random moments: signals, kills, full disks, folders that may not be written to or are
//! gone, readers that go away. What is left is what was there before or what was to come, and nothing else.
//!
//! `LOGHAUL_STRIKES=1000 cargo test --test it strikes -- --ignored` strikes a thousand times.
#![cfg(unix)]

mod site;
mod writers;

use super::support::{Folder, contents, send};
use site::Site;
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::os::unix::process::ExitStatusExt;
use std::path::Path;
use std::process::{Command, ExitStatus, Stdio};
use std::time::{Duration, SystemTime};
use writers::{WRITERS, Writer};

/// What strikes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Strike {
    /// A signal, and the exit code of a program that it ends.
    Signal(&'static str, i32),
    Kill,
    /// Files may not grow beyond so many half kibibytes: as on a full disk.
    Full(u64),
    /// A small file system, which is full indeed; where one may be mounted.
    SmallDisk,
    /// The folder may not be written to any more.
    Forbidden,
    /// The folder is moved away.
    Gone,
    /// Whoever reads standard output goes away.
    Pipe,
}

const STRIKES: [Strike; 9] = [
    Strike::Signal("INT", 130),
    Strike::Kill,
    Strike::Signal("TERM", 143),
    Strike::Full(1),
    Strike::Forbidden,
    Strike::Signal("HUP", 129),
    Strike::Gone,
    Strike::Pipe,
    Strike::SmallDisk,
];

/// A number in [0, 1) for each number: multiples of the golden ratio, spread evenly whatever their count.
fn share(number: usize) -> f64 {
    (number as f64 * 0.618_033_988_749_895).fract()
}

/// What came of strikes.
#[derive(Debug, Default)]
struct Counts {
    struck: usize,
    /// Those that came when all was done already.
    late: usize,
    /// Kills that left temporary files for the next run.
    left: usize,
}

fn strike_all(writers: &[Writer], strikes: usize) -> Counts {
    let mut counts = Counts::default();
    let sites: Vec<Site> = writers.iter().map(Site::new).collect();
    for number in 0..strikes {
        let site = &sites[number % sites.len()];
        // Each verb meets each strike, as the two counts have no common divisor.
        let strike = STRIKES[(number / sites.len() + number) % STRIKES.len()];
        site.put_back();
        counts.struck += 1;
        strike_once(site, strike, share(number + 1), &mut counts);
    }
    for site in sites {
        // Whatever was left is cleared by the next run that writes there.
        age_temporary(&site.out());
        site.finish();
        assert!(site.contents() == site.new, "{}: after the last run", site.name);
        assert!(site.temporary().is_empty(), "{}: {:?}", site.name, site.temporary());
    }
    counts
}

fn strike_once(site: &Site, strike: Strike, share: f64, counts: &mut Counts) {
    let moment = site.takes.mul_f64(1.1 * share);
    // Of earlier kills: the next run clears them once it comes to it.
    let earlier = site.temporary();
    let told = format!("{} struck by {strike:?} at {moment:?} of {:?}", site.name, site.takes);
    let (status, message) = match strike {
        Strike::Full(blocks) => run_within(site, blocks),
        Strike::SmallDisk => match on_small_disk(site) {
            Some(ended) => ended,
            None => return,
        },
        _ => run_struck(site, strike, moment),
    };
    assert!(!message.contains("panicked"), "{told}: {message}");
    let contents = site.contents();
    let is_whole = contents == site.old || contents == site.new;
    let temporary: Vec<String> = site.temporary().difference(&earlier).cloned().collect();
    match strike {
        // Nobody can put right what is half done: every file is whole, and what is left over is for the next run.
        Strike::Kill | Strike::Gone | Strike::Forbidden => {
            let ended =
                if strike == Strike::Kill { status.signal() == Some(9) } else { status.code().is_some() };
            assert!(ended || status.success(), "{told}: {status}: {message}");
            counts.left += usize::from(!temporary.is_empty());
            counts.late += usize::from(status.success());
            for (name, bytes) in &contents {
                let is_known = site.old.get(name) == Some(bytes) || site.new.get(name) == Some(bytes);
                assert!(is_known, "{told}: {name}");
            }
            return age_temporary(&site.out());
        }
        Strike::Signal(_, code) => {
            // Before the program watches, the system ends it.
            let ended = status.code() == Some(code) || status.code().is_none() || status.success();
            assert!(ended, "{told}: {status}: {message}");
        }
        Strike::Pipe => assert!(status.success(), "{told}: {status}: {message}"),
        // What stands before the run is asked for is bad input, what fails later a failure.
        _ => {
            assert!(matches!(status.code(), Some(0..=2)), "{told}: {status}: {message}");
            assert!(status.success() || message.starts_with("error: "), "{told}: {message}");
        }
    }
    counts.late += usize::from(status.success());
    assert!(temporary.is_empty(), "{told}: {temporary:?}");
    assert!(is_whole, "{told} ({status}): {:?}\n{message}", contents.keys());
}

/// Runs a verb, and strikes at a moment of it.
fn run_struck(site: &Site, strike: Strike, moment: Duration) -> (ExitStatus, String) {
    let nobody = ["setpriv", "--reuid", "65534", "--regid", "65534", "--clear-groups", "--"];
    let as_nobody = strike == Strike::Forbidden && can_be_nobody();
    if as_nobody {
        site.open_to_all();
    }
    let mut child = site.begin(&site.writer.after(), if as_nobody { &nobody } else { &[] });
    if strike == Strike::Pipe {
        drop(child.stdout.take());
    }
    // Nothing is waited for: the moment itself is what is tried.
    std::thread::park_timeout(moment);
    let away = site.out().with_extension("away");
    match strike {
        Strike::Signal(signal, _) => send(&child, signal),
        Strike::Kill => send(&child, "KILL"),
        Strike::Forbidden => set_mode(&site.out(), 0o555),
        Strike::Gone => fs::rename(site.out(), &away).unwrap(),
        _ => {}
    }
    let output = child.wait_with_output().unwrap();
    set_mode(&if away.exists() { away.clone() } else { site.out() }, 0o755);
    if away.exists() {
        // It may have been made anew, with all in it.
        let made_anew = site.contents();
        let _ = fs::remove_dir_all(site.out());
        fs::rename(&away, site.out()).unwrap();
        assert!(made_anew.is_empty() || made_anew == site.new, "{}: {:?}", site.name, made_anew.keys());
    }
    (output.status, String::from_utf8_lossy(&output.stderr).into_owned())
}

/// Whether a program can be run as nobody: permissions do not bind whoever is root.
fn can_be_nobody() -> bool {
    let args = [
        "--reuid",
        "65534",
        "--regid",
        "65534",
        "--clear-groups",
        "--",
        env!("CARGO_BIN_EXE_loghaul"),
        "--version",
    ];
    let tried = Command::new("setpriv").args(args).stdout(Stdio::null()).stderr(Stdio::null()).status();
    tried.is_ok_and(|status| status.success())
}

fn set_mode(folder: &Path, mode: u32) {
    fs::set_permissions(folder, fs::Permissions::from_mode(mode)).unwrap();
}

/// Runs a verb whose files may not grow beyond so many blocks of 512 bytes.
fn run_within(site: &Site, blocks: u64) -> (ExitStatus, String) {
    let child = site.begin(
        &site.writer.after(),
        &["sh", "-c", &format!("ulimit -f {blocks}; trap '' XFSZ; exec \"$0\" \"$@\"")],
    );
    let output = child.wait_with_output().unwrap();
    (output.status, String::from_utf8_lossy(&output.stderr).into_owned())
}

/// Runs a verb that writes to a file system of a few pages; `None` where none may be mounted.
fn on_small_disk(site: &Site) -> Option<(ExitStatus, String)> {
    let into = site.out();
    let into = into.to_str()?;
    let mounted = Command::new("mount")
        .args(["-t", "tmpfs", "-o", "size=16k", "tmpfs", into])
        .stderr(Stdio::null())
        .status()
        .is_ok_and(|status| status.success());
    if !mounted {
        return None;
    }
    let output = site.begin(&site.writer.after(), &[]).wait_with_output().unwrap();
    let (left, temporary) = (site.contents(), site.temporary());
    let gone = Command::new("umount").arg(into).status().unwrap();
    assert!(gone.success(), "{into} stays mounted");
    // It was empty before: nothing, or everything, is on it.
    assert!(
        temporary.is_empty() && (left.is_empty() || left == site.new),
        "{}: {:?}",
        site.name,
        left.keys()
    );
    Some((output.status, String::from_utf8_lossy(&output.stderr).into_owned()))
}

/// Makes temporary files old enough to be left behind.
fn age_temporary(folder: &Path) {
    for name in contents(folder).into_keys().filter(|name| name.ends_with(".tmp")) {
        let file = fs::File::options().write(true).open(folder.join(name)).unwrap();
        file.set_modified(SystemTime::now() - Duration::from_secs(3600)).unwrap();
    }
}

#[test]
fn whatever_strikes_leaves_what_was_there_or_what_was_to_come() {
    let counts = strike_all(&WRITERS[..4], 8);
    assert!(counts.struck == 8, "{counts:?}");
}

/// A folder that a run may not write to is said before anything is run, whoever runs it.
#[test]
fn a_folder_that_may_not_be_written_to_is_refused_before_the_run() {
    let folder = Folder::new();
    let file = folder.put("file", "mine");
    for below in [file.clone(), format!("{file}/below")] {
        let message = super::support::refused(&["man", "--out", &below]);
        assert!(message.contains(&file) && message.contains("it is a file"), "{message}");
    }
    assert_eq!(fs::read_to_string(&file).unwrap(), "mine");
}

mod slow {
    use super::*;

    /// Strikes before merging; all writers are struck where more are asked for.
    const BEFORE_MERGING: usize = 50;

    #[test]
    #[ignore = "slow: run by .ci/run"]
    fn whatever_strikes_leaves_what_was_there_or_what_was_to_come_many_times() {
        let asked = std::env::var("LOGHAUL_STRIKES").ok().and_then(|n| n.parse().ok());
        let strikes = asked.unwrap_or(BEFORE_MERGING);
        let quick = WRITERS.iter().filter(|writer| writer.is_quick || strikes >= 500).copied();
        let counts = strike_all(&quick.collect::<Vec<_>>(), strikes);
        eprintln!("{counts:?}");
        assert!(counts.struck == strikes && counts.late < strikes, "{counts:?}");
    }
}
