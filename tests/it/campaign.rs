//! Sweeps in folders: killed and gone on with, in parts and merged, always to the same bytes.

use super::support::{Folder, loghaul, refused, root, stdout};
use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};

/// Small, and quick at every point.
const POINT: &str = "
name: point
duration: 20s
warmup: 5s
cluster: { pools: [ { name: general, nodes: 2 } ] }
tenants: [ { name: a, workloads: [ { name: w, replicas: 4, logs: [ { stream: stdout, rate: 10/s } ] } ] } ]
";

/// Twelve points by two fields and the seed.
const VARY: [&str; 8] = [
    "--vary",
    "agent=fluent-bit,vector",
    "--vary",
    "tenants[0].workloads[0].replicas=2:4:1",
    "--vary",
    "seed=1,2",
    "--reps",
    "2",
];

fn sweep<'a>(file: &'a str, folder: &'a str, more: &[&'a str]) -> Vec<&'a str> {
    [&["sweep", file], &VARY[..], &["--out", folder], more].concat()
}

fn at(folder: &Path, name: &str) -> String {
    fs::read_to_string(folder.join(name)).unwrap()
}

#[test]
fn parts_merge_to_what_one_process_writes() {
    let (folder, file) = Folder::with("point.yaml", POINT);
    let (whole, parts) = (folder.path("whole"), folder.path("parts"));
    let csv = stdout(&sweep(&file, whole.to_str().unwrap(), &["-o", "csv"]));
    assert_eq!(at(&whole, "sweep.csv"), csv);
    // 12 points × 3 strategies × 31 metrics that every scenario has, six of agents for the two that have some, four of what
    // the one of nodes asks the API server, and the header.
    assert_eq!(csv.lines().count(), 12 * (3 * 31 + 2 * 6 + 4) + 1);
    for shard in ["2/3", "0/3", "1/3"] {
        let printed = stdout(&sweep(&file, parts.to_str().unwrap(), &["--shard", shard]));
        assert_eq!(printed, "", "a part is data for merge alone");
    }
    let merged = folder.path("merged.csv");
    stdout(&["merge", parts.to_str().unwrap(), "--out", merged.to_str().unwrap()]);
    assert_eq!(fs::read_to_string(merged).unwrap(), csv);
    assert_eq!(stdout(&["merge", parts.to_str().unwrap()]), csv);
    // A seed that varies is the seed.
    let of_seed = |seed: &str| -> Vec<&str> {
        csv.lines().filter(|line| line.starts_with(&format!("vector,3,{seed},sidecar,agent_cpu,"))).collect()
    };
    assert!(of_seed("1").len() == 1 && of_seed("1")[0][11..] != of_seed("2")[0][11..]);
}

#[test]
fn a_killed_sweep_goes_on_to_the_same_bytes() {
    let (folder, file) = Folder::with("point.yaml", POINT);
    let (whole, killed) = (folder.path("whole"), folder.path("killed"));
    let csv = stdout(&sweep(&file, whole.to_str().unwrap(), &["-o", "csv"]));
    let part = killed.join("part-00000-of-00001.jsonl.partial");
    // Killed as soon as it has written another line, until all are there.
    for kills in 0.. {
        assert!(kills < 20, "it does not get on");
        let lines = || fs::read_to_string(&part).map_or(0, |text| text.lines().count());
        let before = lines();
        let mut child = Command::new(env!("CARGO_BIN_EXE_loghaul"))
            .args(sweep(&file, killed.to_str().unwrap(), &["--resume"]))
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let ended = loop {
            if let Some(status) = child.try_wait().unwrap() {
                break status.success();
            }
            if lines() > before + 1 {
                child.kill().unwrap();
                child.wait().unwrap();
                break false;
            }
            std::thread::yield_now();
        };
        if ended {
            break;
        }
    }
    assert_eq!(at(&killed, "sweep.csv"), csv);
}

#[test]
fn folders_and_parts_of_something_else_are_refused() {
    let (folder, file) = Folder::with("point.yaml", POINT);
    let out = folder.path("out");
    let out = out.to_str().unwrap();
    stdout(&sweep(&file, out, &["--shard", "0/2"]));
    for (args, word) in [
        (sweep(&file, out, &["--shard", "0/2"]), "--resume"),
        (sweep(&file, out, &["--shard", "1/3"]), "of 2 parts, where 3 are asked for"),
        (sweep(&file, out, &["--shard", "1/2", "--seed", "9"]), "the seed is 1 there and 9 here"),
        (sweep(&file, out, &["--shard", "2/2"]), "there is no part 2 of 2"),
        (sweep(&file, out, &["--emit", "slurm"]), "--parts"),
        (vec!["merge", out], "of 2 parts 1 is missing: 1"),
        (vec!["merge", "no-such-part"], "no-such-part"),
        (vec!["sweep", &file, "--vary", "seed=x"], "a seed is a whole number"),
        (vec!["sweep", &file, "--vary", "seed=1:2000:1"], "more than 1000"),
        (vec!["sweep", &file, "--vary", "seed=2:1:1"], "must go upwards"),
        (vec!["sweep", &file, "--vary", "duration="], "is empty"),
        (vec!["sweep", &file, "--vary", "colection.agent=vector,fluent-bit"], "did you mean collection?"),
        (vec!["sweep", &file, "--vary", "collection.with.flsh=1s,2s"], "did you mean flush?"),
        (vec!["sweep", &file, "--vary", "tenants[7].count=1,2"], "there is no [7]"),
        (vec!["sweep", &file, "--vary", "seed=1,2", "--design", "lhs"], "--points"),
        (vec!["sweep", &file, "--vary", "seed=1,2", "--shard", "0/2"], "--out"),
    ] {
        // A part that is not there is the system's refusal.
        let code = if word == "no-such-part" { 1 } else { 2 };
        let output = loghaul(&args).output().unwrap();
        let message = String::from_utf8_lossy(&output.stderr).into_owned();
        assert_eq!(output.status.code(), Some(code), "{args:?}: {message}");
        assert!(message.contains(word), "{word}: {message}");
    }
    let foreign = folder.path("foreign.jsonl");
    fs::write(&foreign, "{\"some\": \"file\"}\n").unwrap();
    assert!(refused(&["merge", foreign.to_str().unwrap()]).contains("foreign.jsonl:1: "));
}

#[test]
fn a_full_disk_is_said_and_nothing_that_was_written_is_lost() {
    let (folder, file) = Folder::with("point.yaml", POINT);
    let (whole, full) = (folder.path("whole"), folder.path("full"));
    let csv = stdout(&sweep(&file, whole.to_str().unwrap(), &["-o", "csv"]));
    // Files of a few points at most: what is larger is refused by the system.
    let part = fs::metadata(whole.join("part-00000-of-00001.jsonl")).unwrap().len();
    let limited = format!("ulimit -f {}; trap '' XFSZ; exec \"$0\" \"$@\"", part / 2 / 512);
    let args = sweep(&file, full.to_str().unwrap(), &["--resume"]);
    let command = [&["-c", &limited, env!("CARGO_BIN_EXE_loghaul")][..], &args].concat();
    let output = Command::new("sh").args(command).stdout(Stdio::null()).output().unwrap();
    let message = String::from_utf8_lossy(&output.stderr).into_owned();
    assert_eq!(output.status.code(), Some(1), "{message}");
    assert!(message.starts_with("error: ") && message.contains("part-00000-of-00001"), "{message}");
    // With room again it goes on, and comes to the same bytes.
    assert_eq!(stdout(&sweep(&file, full.to_str().unwrap(), &["--resume", "-o", "csv"])), csv);
}

#[test]
fn a_latin_hypercube_has_as_many_points_as_asked_for() {
    let (_folder, file) = Folder::with("point.yaml", POINT);
    let args = ["--vary", "tenants[0].workloads[0].replicas=1:8:1", "--vary", "agent=fluent-bit,vector"];
    let csv = stdout(
        &[&["sweep", &file, "--design", "lhs", "--points", "8", "--reps", "1", "-o", "csv"], &args[..]]
            .concat(),
    );
    let mut replicas: Vec<&str> = csv
        .lines()
        .filter(|line| line.contains(",native,undelivered,"))
        .map(|line| line.split(',').next().unwrap())
        .collect();
    replicas.sort_unstable();
    assert_eq!(replicas, ["1", "2", "3", "4", "5", "6", "7", "8"]);
}

#[test]
fn an_emitted_script_runs_every_part_and_merges_them() {
    let (folder, file) = Folder::with("point.yaml", POINT);
    let (whole, out) = (folder.path("whole"), folder.path("out"));
    let csv = stdout(&sweep(&file, whole.to_str().unwrap(), &["-o", "csv"]));
    let script = stdout(&sweep(&file, out.to_str().unwrap(), &["--emit", "slurm", "--parts", "3"]));
    // A stand-in for the scheduler: it runs every task of the array at once, with the variables that Slurm sets.
    let bin = folder.path("bin");
    fs::create_dir(&bin).unwrap();
    let program = Path::new(env!("CARGO_BIN_EXE_loghaul")).parent().unwrap();
    let sbatch = "#!/bin/sh\nfor word; do case $word in --array=0-*) last=${word#--array=0-};; esac; done\n\
                  cat > \"$0.task\"\n\
                  for task in $(seq 0 ${last:-0}); do SLURM_ARRAY_TASK_ID=$task sh \"$0.task\" >&2 || exit 1; done\n\
                  echo 1\n";
    fs::write(bin.join("sbatch"), sbatch).unwrap();
    let path = format!("{}:{}:{}", bin.display(), program.display(), std::env::var("PATH").unwrap());
    let chmod = Command::new("chmod").arg("+x").arg(bin.join("sbatch")).status().unwrap();
    assert!(chmod.success());
    let ran = Command::new("sh").arg("-c").arg(&script).env("PATH", path).output().unwrap();
    assert!(ran.status.success(), "{}", String::from_utf8_lossy(&ran.stderr));
    assert_eq!(at(&out, "sweep.csv"), csv);
    let dockerfile = fs::read_to_string(root().join("Dockerfile")).unwrap();
    assert!(dockerfile.contains("USER 65532"), "the Job runs as that user");
}
