//! The files that ship: scenarios, schemas, examples in the documentation.

use super::support::{root, stdout};
use loghaul::lang::{Lang, question};
use loghaul::metric::Metric;
use loghaul::run::{Runner, Setup};
use loghaul::scenario::{self, Fault, Lifecycle, Scenario};
use loghaul::strategy;
use std::collections::BTreeSet;

/// Runs a scenario under strategies; the runner refuses a ledger that does not balance, and so does this.
fn run_under(strategies: &[&'static strategy::Strategy], scenario: &Scenario) {
    let setups: Vec<Setup> = strategies.iter().map(|s| Setup::new(scenario, s)).collect();
    let observed = Runner::new().observe(&setups.iter().collect::<Vec<_>>(), 1, 1).unwrap();
    let ledgers: Vec<_> = observed.iter().map(|runs| runs[0].ledger.clone()).collect();
    for (setup, ledger) in setups.iter().zip(&ledgers) {
        let accounted = ledger.delivered + ledger.retained + ledger.in_flight + ledger.lost_total();
        assert_eq!(ledger.emitted, accounted, "{} under {}", scenario.name, setup.strategy.name);
        // Pods that faults move or replace do not write for a while, and which pods these are is the strategy's own.
        let moves =
            |fault: &Fault| !matches!(fault, Fault::Outage(_) | Fault::Crash(_) | Fault::BadConfig(_));
        // What a blocked application did not write it would have written.
        let wanted = ledger.emitted + ledger.withheld;
        let evicts =
            observed.iter().any(|runs| runs[0].get(Metric::EvictedPods).is_some_and(|pods| pods > 0.0));
        if !evicts && !scenario.faults.iter().any(moves) {
            assert_eq!(wanted, ledgers[0].emitted, "{} under {}", scenario.name, setup.strategy.name);
        }
        assert_eq!(ledger.delivered > 0, setup.strategy.name != "native", "{}", scenario.name);
    }
    // Rates · replicas · duration · share of it in which a pod is there, within what randomness allows.
    let expected: f64 = scenario
        .tenants
        .iter()
        .flat_map(|t| t.workloads.iter().map(move |w| (t.count.get() * w.replicas.get(), w)))
        .map(|(pods, w)| {
            pods as f64
                * w.all_logs().iter().map(|log| log.rate.get()).sum::<f64>()
                * there(&w.lifecycle, scenario.duration.as_secs_f64())
        })
        .sum::<f64>()
        * scenario.duration.as_secs_f64();
    let emitted = ledgers[0].emitted as f64;
    assert!((emitted / expected - 1.0).abs() < 0.15, "{}: {emitted} of {expected}", scenario.name);
}

/// Share of the time in which a place has a pod that writes.
fn there(lifecycle: &Lifecycle, duration_s: f64) -> f64 {
    let (lives, linger, pause) = match lifecycle {
        Lifecycle::Service => return 1.0,
        Lifecycle::CrashLoop(crashes) => return up(crashes, duration_s) / duration_s,
        Lifecycle::Churn(churn) => (churn.lifetime, churn.linger, churn.pause),
        Lifecycle::Job(job) => (job.duration.unwrap(), job.linger, job.pause),
    };
    lives.as_secs_f64() / (lives.as_secs_f64() + linger.as_secs_f64() + pause.as_secs_f64())
}

/// Seconds that a container is up which crashes, its first crash half a run late: the waits are 0, 10, 20, … 300 s.
fn up(crashes: &scenario::CrashLoop, duration_s: f64) -> f64 {
    let run_s = crashes.runs.as_secs_f64();
    let most = crashes.crashes.map_or(u64::MAX, |most| most.get());
    let mut up_s = (crashes.from.as_secs_f64() + 0.5 * run_s).min(duration_s);
    let (mut now_s, mut wait_s) = (up_s, 0.0);
    for number in 1.. {
        now_s += wait_s + crashes.starts.as_secs_f64();
        if now_s >= duration_s {
            break;
        }
        let lasts_s = if number >= most { f64::INFINITY } else { run_s }.min(duration_s - now_s);
        (up_s, now_s) = (up_s + lasts_s, now_s + lasts_s);
        wait_s = if wait_s == 0.0 { 10.0 } else { f64::min(2.0 * wait_s, 300.0) };
    }
    up_s
}

fn shipped() -> Vec<(String, String)> {
    let mut files: Vec<(String, String)> = std::fs::read_dir(root().join("scenarios"))
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .map(|path| {
            (path.file_name().unwrap().to_str().unwrap().to_owned(), std::fs::read_to_string(path).unwrap())
        })
        .collect();
    files.sort();
    files
}

#[test]
fn every_file_is_embedded_says_what_it_asks_and_loads() {
    let mut names = BTreeSet::new();
    for (file, text) in shipped() {
        let name = file.strip_suffix(".yaml").unwrap_or_else(|| panic!("{file} is no scenario")).to_owned();
        assert_eq!(scenario::embedded(&name), Some(text.as_str()), "{file} is not what is embedded");
        let head: Vec<&str> = text.lines().take_while(|line| line.starts_with('#')).collect();
        assert_eq!(head[0], "# yaml-language-server: $schema=../schema/scenario.schema.json", "{file}");
        for word in ["# Question:", "# Expectation:", "# Source:"] {
            let said = head.iter().find_map(|line| line.strip_prefix(word));
            assert!(said.is_some_and(|said| said.trim().len() > 10), "{file} does not say its {word}");
        }
        let loaded = scenario::from_yaml(&file, &text).unwrap();
        assert_eq!(loaded.name, name);
        assert!(!loaded.question.is_empty(), "{file}");
        names.insert(name);
    }
    assert_eq!(names, scenario::embedded_names().map(str::to_owned).collect());
}

#[test]
fn shipped_scenarios_run_under_every_strategy() {
    for (file, text) in shipped() {
        let loaded = scenario::from_yaml(&file, &text).unwrap();
        if loaded.pods() > 1_000 {
            continue;
        }
        run_under(&strategy::ALL, &loaded);
    }
}

mod slow {
    use super::*;

    /// Files rotate, pods come and go, the backend is away for a minute, and five thousand million lines are counted by
    /// blocks and spans: what smaller clusters of a shorter time do not bring together.
    #[test]
    #[ignore = "slow: run by .ci/run"]
    fn the_largest_cluster_accounts_for_every_line() {
        let whole = scenario::from_yaml("whole", scenario::embedded("kubernetes-limit").unwrap()).unwrap();
        run_under(&["daemonset", "sidecar"].map(|name| strategy::by_name(name).unwrap()), &whole);
    }
}

#[test]
fn the_largest_cluster_runs_as_a_small_copy_of_itself() {
    let whole = scenario::embedded("kubernetes-limit").unwrap();
    let loaded = scenario::from_yaml("whole", whole).unwrap();
    assert_eq!((loaded.nodes(), loaded.pods()), (5_000, 150_000));
    // A fiftieth of everything, and twenty seconds of an hour.
    let mut small = whole.to_owned();
    for (from, to) in [
        ("duration: 1h", "duration: 20s\nwarmup: 5s"),
        ("nodes: 5000", "nodes: 100"),
        ("count: 100", "count: 10"),
        ("replicas: 1500", "replicas: 300"),
        ("capacity: 2GB/s", "capacity: 40MB/s"),
        ("at: 20m, for: 60s", "at: 8s, for: 4s"),
    ] {
        assert!(small.contains(from), "{from} is not in the scenario any more");
        small = small.replace(from, to);
    }
    let small = scenario::from_yaml("small", &small).unwrap();
    assert_eq!((small.nodes(), small.pods()), (100, 3_000));
    run_under(&strategy::ALL, &small);
}

#[test]
fn schemas_are_up_to_date() {
    for (name, verb) in [("scenario", "scenario"), ("result", "result")] {
        let file = format!("schema/{name}.schema.json");
        let kept = std::fs::read_to_string(root().join(&file)).unwrap_or_default();
        assert!(
            kept == stdout(&["schema", verb]),
            "{file} is stale; remake it with: cargo run -- schema {verb} > {file}"
        );
    }
}

#[test]
fn scenarios_in_the_documentation_load() {
    let mut found = 0;
    let docs = std::fs::read_dir(root().join("docs")).unwrap().map(|entry| entry.unwrap().path());
    for path in docs.chain([root().join("README.md"), root().join("CONTRIBUTING.md")]) {
        let Ok(text) = std::fs::read_to_string(&path) else { continue };
        for block in text.split("```yaml\n").skip(1) {
            let yaml = block.split("```").next().unwrap();
            if yaml.contains("\ncluster:") && yaml.contains("\ntenants:") {
                let name = path.display().to_string();
                if let Err(error) = scenario::from_yaml(&name, yaml) {
                    panic!("an example does not load: {error}");
                }
                found += 1;
            }
        }
    }
    assert!(found > 0);
}

#[test]
fn every_question_that_ships_is_asked_in_chinese_too() {
    let is_chinese = |text: &str| text.chars().any(|c| ('\u{4e00}'..='\u{9fff}').contains(&c));
    for name in scenario::embedded_names() {
        let asked = scenario::from_yaml(name, scenario::embedded(name).unwrap()).unwrap().question;
        assert!(
            is_chinese(question(&asked, Lang::Zh)),
            "src/lang/questions.rs lacks that of {name}: {asked}"
        );
        assert_eq!(question(&asked, Lang::En), asked);
    }
    // Whoever asks otherwise is quoted.
    assert_eq!(question("Does mine need one?", Lang::Zh), "Does mine need one?");
    let asked = ["compare", "proof-of-concept", "--strategies", "native", "--reps", "1", "--lang", "zh"];
    let shown = stdout(&asked);
    assert!(shown.contains("概念验证究竟需不需要采集器？") && !shown.contains("Does a proof"), "{shown}");
}
