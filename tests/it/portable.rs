//! The same bytes on other machines: nothing that results depend on asks the platform's mathematics.

use super::support::{CALM, Folder, root, stdout};
use std::path::{Path, PathBuf};
use std::process::Command;

/// Functions whose last bit each platform's library has its own of; `libm` has one for all. Square roots are exact by IEEE 754,
/// and whole powers are multiplications.
const PLATFORM: [&str; 18] = [
    "exp", "exp2", "exp_m1", "ln", "ln_1p", "log2", "log10", "powf", "sin", "cos", "tan", "asin", "acos",
    "atan", "atan2", "tanh", "cbrt", "hypot",
];

fn sources(folder: &Path) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    let mut all: Vec<PathBuf> = entries
        .flat_map(|path| if path.is_dir() { sources(&path) } else { vec![path] })
        .filter(|path| path.extension().is_some_and(|ending| ending == "rs"))
        .collect();
    all.sort();
    all
}

#[test]
fn nothing_asks_the_platforms_mathematics() {
    let mut found = Vec::new();
    // The lab measures this machine, and its figures are this machine's.
    let is_asked = |path: &PathBuf| !path.starts_with(root().join("src/lab")) && !path.ends_with("tests.rs");
    for path in sources(&root().join("src")).into_iter().filter(is_asked) {
        let text = std::fs::read_to_string(&path).unwrap();
        let code = text.split("#[cfg(test)]\nmod tests {").next().unwrap();
        for (number, line) in
            code.lines().enumerate().filter(|(_, line)| !line.trim_start().starts_with("//"))
        {
            let asks =
                |name: &&&str| line.contains(&format!(".{name}(")) || line.contains(&format!("f64::{name}"));
            if let Some(name) = PLATFORM.iter().find(asks) {
                found.push(format!("{}:{}: {name}", path.display(), number + 1));
            }
        }
    }
    assert!(found.is_empty(), "use libm::…: {found:#?}");
}

/// Bursts, days, recorded rates and many lines at once: all that is drawn by samplers of `rand_distr`, whose logarithms are the
/// platform's.
const DRAWN: &str = "
name: drawn
duration: 60s
warmup: 5s
cluster: { pools: [ { name: p, nodes: 2 } ] }
tenants:
  - name: a
    workloads:
      - name: w
        replicas: 6
        logs:
          - { stream: stdout, rate: 300/s, arrivals: { burst: { duty: 20%, slot: 2s } } }
          - { stream: stdout, rate: 900/s, arrivals: { diurnal: { amplitude: 50%, period: 30s } } }
          - { stream: file, rate: 2k/s, arrivals: { trace: { perSecond: [ 0, 1, 5, 100 ] } } }
backend: { capacity: 2MB/s }
";

#[test]
fn processors_without_wide_instructions_give_the_same_bytes() {
    // The C library chooses other code for logarithms and exponentials where these are missing.
    const WITHOUT: &str = "glibc.cpu.hwcaps=-AVX,-AVX2,-FMA,-FMA4,-AVX512F,-AVX512VL";
    for yaml in [CALM, DRAWN] {
        let (_folder, file) = Folder::with("s.yaml", yaml);
        for strategy in ["daemonset", "sidecar"] {
            let args = ["run", &file, "--strategy", strategy, "-o", "json"];
            let with = stdout(&args);
            let output = Command::new(env!("CARGO_BIN_EXE_loghaul"))
                .args(args)
                .env("GLIBC_TUNABLES", WITHOUT)
                .output();
            assert!(with.as_bytes() == output.unwrap().stdout, "{strategy}: other bytes\n{yaml}");
        }
    }
}
