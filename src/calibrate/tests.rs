//! Known costs are found again, and what points cannot tell is said.

use super::*;
use crate::profile::{Profile, embedded};
use crate::scenario::{Amendments, profiles_from_yaml};
use rand::RngExt as _;
use rand_distr::{Distribution, StandardNormal};
use rand_xoshiro::{Xoshiro256PlusPlus, rand_core::SeedableRng};
use std::fmt::Write as _;

const HEADER: &str = "variant,files,agents,rate_node_lps,payload_bytes,line_bytes,cpu_cores_schedstat,wakeups_per_s,rss_sum_kib,pss_sum_kib";

/// Costs that nobody has, so that finding them is no accident: cores, µs, µs, µs, ns; bytes.
const CPU: [(&str, f64); 5] =
    [("cpu.idle", 2e-4), ("cpu.wakeup", 11.0), ("cpu.read", 7.0), ("cpu.line", 5.5), ("cpu.byte", 9.0)];
const MEMORY: [(&str, f64); 6] = [
    ("memory.resident", 9.0e6),
    ("memory.shared", 6.0e6),
    ("memory.proportional", 3.0e6),
    ("memory.file", 20e3),
    ("memory.bufferedByte", 1.2),
    ("memory.bufferedRoot", 3000.0),
];

fn base() -> Profile {
    embedded("fluent-bit").unwrap().unwrap()
}

fn known(costs: &[(&str, f64)], path: &str) -> f64 {
    costs.iter().find(|(p, _)| *p == path).unwrap().1
}

/// Rows as `CPU` and `MEMORY` would give them, each off by a noise of that size; 1, 10 and 40 files, one agent or one
/// a file, three rates and none, lines of these sizes on disk, written every 5 ms, three times each.
///
/// Cores by hand: idle·A + wakeup·W' + read·R' + line·L + byte·L·s, where R = F·min(rate of a file, 200/s) reads, W
/// wake-ups of which 6.4 an agent are idle, and ' weighs by 1 + 3·g/(g + 3 ms), g the mean gap. Each agent loads one
/// config, which costs what it does in the base: 3.4e-5 and 5.9e-8 cores.
fn rows(line_sizes: &[f64], noise: f64, seed: u64) -> String {
    let mut rng = Xoshiro256PlusPlus::seed_from_u64(seed);
    let mut off = || {
        let z: f64 = StandardNormal.sample(&mut rng);
        1.0 + noise * z
    };
    let cold = |gap: f64| 1.0 + 3.0 * gap / (gap + 0.003);
    let mut text = format!("{HEADER}\n");
    for repetition in 0..3 {
        for files in [1.0_f64, 10.0, 40.0] {
            for agents in [1.0, files] {
                for (rate, line_bytes) in std::iter::once((0.0, 0.0)).chain(
                    [1000.0, 5000.0, 20_000.0].iter().flat_map(|r| line_sizes.iter().map(|s| (*r, *s))),
                ) {
                    let per_file: f64 = (rate / files).min(200.0);
                    let reads = files * per_file;
                    let awake = if agents > 1.0 { reads } else { per_file.max(rate.min(200.0)) };
                    // Busy agents are woken less often; by how much does not matter here.
                    let wakeups = 6.4 * agents + awake * (1.0 - rate / 50_000.0);
                    let weighted = (wakeups - 6.4 * agents) * cold(agents / wakeups) + 6.4 * agents;
                    let weighted_reads = if reads > 0.0 { reads * cold(1.0 / per_file) } else { 0.0 };
                    let cores = (known(&CPU, "cpu.idle") + 3.4e-5 + 5.9e-8) * agents
                        + 1e-6 * known(&CPU, "cpu.wakeup") * weighted
                        + 1e-6 * known(&CPU, "cpu.read") * weighted_reads
                        + 1e-6 * known(&CPU, "cpu.line") * rate
                        + 1e-9 * known(&CPU, "cpu.byte") * rate * line_bytes;
                    let payload = (line_bytes - 41.0_f64).max(0.0);
                    let held = (rate / agents * (payload + 78.0)).min(5e6);
                    let variable = known(&MEMORY, "memory.file") * files
                        + agents
                            * (known(&MEMORY, "memory.bufferedByte") * held
                                + known(&MEMORY, "memory.bufferedRoot") * held.sqrt());
                    let rss = known(&MEMORY, "memory.resident") * agents + variable;
                    let pss = known(&MEMORY, "memory.shared")
                        + known(&MEMORY, "memory.proportional") * agents
                        + variable;
                    let _ = writeln!(
                        text,
                        "made+tick5ms+rep{repetition},{files},{agents},{rate},{payload},{line_bytes},{},{wakeups},{},{}",
                        cores * off(),
                        rss / 1024.0 * off(),
                        pss / 1024.0 * off()
                    );
                }
            }
        }
    }
    text
}

fn fits(csv: &str) -> Vec<Calibration> {
    calibrate(&read("made.csv", csv.as_bytes(), &ReadOptions::default()).unwrap(), &base()).unwrap()
}

fn term<'a>(fits: &'a [Calibration], path: &str) -> &'a Term {
    fits.iter().flat_map(|f| &f.terms).find(|t| t.path == path).unwrap()
}

#[test]
fn costs_without_noise_are_found_exactly() {
    let fits = fits(&rows(&[141.0, 241.0, 1541.0], 0.0, 1));
    for (path, value) in CPU.iter().chain(&MEMORY) {
        let term = term(&fits, path);
        assert!((term.value / value - 1.0).abs() < 1e-6, "{path}: {} of {value}", term.value);
    }
    for fit in &fits {
        let (absolute, _) = fit.errors();
        assert!(absolute < 1e-6, "{absolute}");
    }
    // What no row has stays as it is in the base.
    let enrich = term(&fits, "cpu.enrich");
    assert_eq!((enrich.kept.clone(), enrich.value), (Some(Kept::NoData), 9.0));
    assert_eq!(term(&fits, "cpu.config").kept, Some(Kept::NoData));
}

#[test]
fn known_costs_lie_within_two_standard_errors() {
    // The noise of the lab's repeated points is 9 %. Two standard errors are a little more than 95 %: of 200 sets,
    // fewer than 180 hits (90 %) of any cost has a chance below 1 in 1,000.
    const SETS: u64 = 200;
    let mut hits = std::collections::BTreeMap::new();
    let (mut bias, mut missing) = (std::collections::BTreeMap::new(), 0);
    for seed in 0..SETS {
        let fits = fits(&rows(&[141.0, 241.0, 1541.0], 0.09, seed));
        for (path, value) in CPU.iter().chain(&MEMORY) {
            let term = term(&fits, path);
            // A cost that comes out as 0 has no error to be judged by, and counts as a miss.
            let Some(error) = term.standard_error else {
                missing += 1;
                continue;
            };
            *hits.entry(*path).or_insert(0) += u64::from((term.value - value).abs() <= 2.0 * error);
            *bias.entry(*path).or_insert(0.0) += (term.value - value) / error / SETS as f64;
        }
    }
    assert!(missing < SETS / 20, "{missing}");
    for (path, _) in CPU.iter().chain(&MEMORY) {
        assert!(hits[path] * 100 >= 90 * SETS, "{path}: {} of {SETS}; {hits:?} {bias:?}", hits[path]);
        assert!(f64::abs(bias[path]) < 0.5, "{path} is off by {} standard errors on average", bias[path]);
    }
}

#[test]
fn what_goes_together_is_not_told_apart() {
    // All lines have one size: what a line costs and what a byte costs are one number.
    let fits = fits(&rows(&[241.0], 0.05, 1));
    let (line, byte) = (term(&fits, "cpu.line"), term(&fits, "cpu.byte"));
    let kept = [line, byte].into_iter().filter(|t| t.kept.is_some()).collect::<Vec<_>>();
    assert_eq!(kept.len(), 1, "{line:?} {byte:?}");
    assert!(matches!(kept[0].kept, Some(Kept::Collinear(_))));
    // Their sum is found all the same: 5.5 µs + 241 · 9 ns = 7.67 µs.
    let sum = line.value + 0.241 * byte.value;
    assert!((sum / 7.669 - 1.0).abs() < 0.1, "{sum}");
    // Lines of nearly one size are told apart in name only.
    let near = self::fits(&rows(&[241.0, 251.0], 0.05, 1));
    let warnings: Vec<&str> =
        ["cpu.line", "cpu.byte"].iter().filter_map(|p| term(&near, p).warning.as_deref()).collect();
    assert!(!warnings.is_empty(), "{:?}", near[0].terms);
}

#[test]
fn a_cost_that_would_be_negative_is_zero_with_a_warning() {
    // Cores fall below the line through the origin: nothing but an idle cost below 0 would do that.
    let text = format!(
        "{HEADER}\n{}",
        [1.0, 2.0, 5.0, 10.0, 20.0, 50.0]
            .map(|lines| format!("tick5ms,10,1,{},200,241,{},206.4,,", lines * 1000.0, lines * 0.011 - 0.003))
            .join("\n")
    );
    let fits = fits(&text);
    let zero = fits[0].terms.iter().find(|t| t.kept.is_none() && t.value == 0.0).unwrap();
    assert!(zero.warning.as_ref().unwrap().contains("bound"), "{zero:?}");
    assert!(zero.standard_error.is_none());
}

#[test]
fn too_few_rows_keep_what_matters_least() {
    let text =
        format!("{HEADER}\ntick5ms,10,1,5000,200,241,0.1,206,,\ntick5ms,10,10,5000,200,241,0.2,2100,,\n");
    let fits = fits(&text);
    let fitted = fits[0].terms.iter().filter(|t| t.kept.is_none()).count();
    assert_eq!(fitted, 1, "two rows are enough for one cost and its error");
}

#[test]
fn the_profile_written_is_one_that_a_scenario_collects_with() {
    let measured =
        read("mine.csv", rows(&[141.0, 241.0, 1541.0], 0.09, 7).as_bytes(), &ReadOptions::default()).unwrap();
    let fits = calibrate(&measured, &base()).unwrap();
    let yaml = measured.to_yaml("mine", &base(), &fits).unwrap();
    let profiles = profiles_from_yaml("mine.yaml", &yaml).unwrap();
    for (path, cost) in &profiles[0].set {
        assert_eq!(cost.value.source.as_deref(), Some("calibrated from mine.csv"), "{path}");
        let fitted = term(&fits, path).value;
        // Five digits are written.
        assert!((cost.value.value / fitted - 1.0).abs() <= 1e-4 || fitted == 0.0, "{path}");
    }
    assert_eq!(profiles[0].set.len(), CPU.len() + MEMORY.len());
    let scenario = "name: t\ncluster: { pools: [ { name: p, nodes: 1 } ] }\n\
                    tenants: [ { name: a, workloads: [ { name: w, logs: [ { stream: stdout, rate: 10/s } ] } ] } ]\n";
    let amendments =
        Amendments { profiles: Some(("mine.yaml".to_owned(), yaml.clone())), settings: Vec::new() };
    let with = amendments.read("t.yaml", scenario).unwrap();
    assert_eq!(with.collection.agent.value, "mine");
    // And pasted into it by hand.
    let pasted =
        crate::scenario::from_yaml("t.yaml", &format!("{scenario}{yaml}collection: {{ agent: mine }}\n"));
    assert_eq!(pasted.unwrap().to_yaml(), with.to_yaml());
}

#[test]
fn a_file_that_cannot_be_fitted_names_its_row() {
    let refused =
        |text: &str| read("p.csv", text.as_bytes(), &ReadOptions::default()).unwrap_err().to_string();
    let row = |row: &str| refused(&format!("{HEADER}\ntick5ms,1,1,0,0,0,0.001,6.4,9000,8000\n{row}\n"));
    for (error, words) in [
        (refused(""), ["p.csv is empty", "cpu_cores_schedstat"]),
        (refused(&format!("{HEADER}\n")), ["p.csv has column names, but no rows", "files"]),
        (
            refused("files,agents,rate_node_lps,line_bytes\n1,1,1,1\n"),
            ["p.csv:1:", "cpu_cores_schedstat is missing"],
        ),
        (row("x,1,1,100,200,241,NaN,5,9000,8000"), ["p.csv:3:", "cpu_cores_schedstat is \"NaN\""]),
        (row("x,1,1,100,200,241,-0.1,5,9000,8000"), ["p.csv:3:", "below 0"]),
        (
            row("x,1,1,100,200,241,0.1,5,9000,1e308"),
            ["p.csv:3:", "pss_sum_kib is 1e308; allowed is up to 1e15"],
        ),
        (row("x,1,1,1e999,200,241,0.1,5,9000,8000"), ["p.csv:3:", "allowed is up to 1e15"]),
        (row("x,1,1,100,200,241,350,5,9000,8000"), ["p.csv:3:", "350m is 0.35"]),
        (row("x,1,1,100,200,241,,5,9000,8000"), ["p.csv:3:", "is empty"]),
        (row("x,1,1,100,200,241,0.1,5,9216000,8000"), ["p.csv:3:", "in KiB"]),
        (row("x,1,2,100,200,241,0.1,5,9000,8000"), ["p.csv:3:", "fewer than the 2 agents"]),
        (row("x,0,1,100,200,241,0.1,5,9000,8000"), ["p.csv:3:", "at least 1"]),
        (row("tickle,1,1,100,200,241,0.1,5,9000,8000"), ["p.csv:3:", "\"tickle\""]),
        (row("x,1,1,100,200,0,0.1,5,9000,8000"), ["p.csv:3:", "line_bytes is 0"]),
        (row("x,1,1,100"), ["p.csv:3:", "has 4 fields, but there are 10 columns"]),
    ] {
        words.iter().for_each(|word| assert!(error.contains(word), "{word}: {error}"));
    }
    let two =
        "agent,files,agents,rate_node_lps,line_bytes,cpu_cores_schedstat\na,1,1,0,0,0.1\nb,1,1,0,0,0.1\n";
    assert!(refused(two).contains("measurements of a, b"));
    let filter = |text: &str| ReadOptions { filters: vec![text.parse().unwrap()], tick: None };
    assert_eq!(read("p.csv", two.as_bytes(), &filter("agent=b")).unwrap().points.len(), 1);
    assert!(read("p.csv", two.as_bytes(), &filter("agent=c")).unwrap_err().to_string().contains("no row"));
    assert!(
        read("p.csv", two.as_bytes(), &filter("colour=c")).unwrap_err().to_string().contains("\"colour\"")
    );
    assert!("agent".parse::<Filter>().is_err());
    // Bytes that are no text at all.
    let mut rng = Xoshiro256PlusPlus::seed_from_u64(3);
    let junk: Vec<u8> = (0..500).map(|_| rng.random()).collect();
    assert!(read("p.csv", &junk, &ReadOptions::default()).is_err());
}
