//! Drives readers over mutated and generated input, for as long as one likes.
//!
//! `loghaul-fuzz [--seconds N] [--runs N] [--seed N] [TARGET …]`; without a target all of them share the time. What breaks
//! is made short and written to `fuzz/found/TARGET`, where `cargo test` tries it for ever after.

#[path = "harness.rs"]
mod harness;

use harness::targets::{ALL, Target};
use harness::{Budget, corpus, drive, shortened};
use std::path::Path;
use std::process::ExitCode;
use std::time::{Duration, Instant};

/// What is asked for.
struct Asked {
    seconds: u64,
    runs: u64,
    seed: u64,
    targets: Vec<&'static Target>,
}

fn asked() -> Result<Asked, String> {
    let mut asked = Asked { seconds: 60, runs: u64::MAX >> 1, seed: 1, targets: Vec::new() };
    let mut words = std::env::args().skip(1);
    while let Some(word) = words.next() {
        let mut number =
            || words.next().and_then(|text| text.parse().ok()).ok_or(format!("{word} needs a number"));
        match word.as_str() {
            "--seconds" => asked.seconds = number()?,
            "--runs" => asked.runs = number()?,
            "--seed" => asked.seed = number()?,
            name => match ALL.iter().find(|target| target.name == name) {
                Some(target) => asked.targets.push(target),
                None => {
                    let known: Vec<&str> = ALL.iter().map(|target| target.name).collect();
                    return Err(format!("there is no target {name:?}; there are {}", known.join(", ")));
                }
            },
        }
    }
    if asked.targets.is_empty() {
        asked.targets.extend(&ALL);
    }
    Ok(asked)
}

fn main() -> ExitCode {
    let asked = match asked() {
        Ok(asked) => asked,
        Err(problem) => {
            eprintln!("error: {problem}");
            return ExitCode::from(2);
        }
    };
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap_or(Path::new("."));
    let share = Duration::from_secs(asked.seconds) / asked.targets.len() as u32;
    let mut is_clean = true;
    std::panic::set_hook(Box::new(|_| {}));
    for target in asked.targets {
        let corpus = corpus::of(target, root);
        let budget = Budget { first: 0, runs: asked.runs, until: Some(Instant::now() + share) };
        let tally = drive(target, &corpus, asked.seed, budget);
        println!("{}: {} runs, {} accepted", target.name, tally.runs, tally.accepted);
        is_clean &= tally.is_clean();
        for (what, found) in [("broken", tally.broken), ("without a place", tally.unplaced)] {
            for (message, input) in found {
                let path = keep(root, target, &shortened(target, &input));
                println!("  {what}: {}\n    {path}", message.chars().take(300).collect::<String>());
            }
        }
    }
    if is_clean { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

/// Writes an input among those that were found, and says where.
fn keep(root: &Path, target: &Target, input: &[u8]) -> String {
    let folder = root.join("fuzz/found").join(target.name);
    let name = input.iter().fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| {
        (hash ^ u64::from(*byte)).wrapping_mul(0x100_0000_01b3)
    });
    let path = folder.join(format!("{name:016x}"));
    match std::fs::create_dir_all(&folder).and_then(|()| std::fs::write(&path, input)) {
        Ok(()) => path.display().to_string(),
        Err(error) => format!("{} cannot be written: {error}", path.display()),
    }
}
