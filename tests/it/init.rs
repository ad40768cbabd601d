//! `loghaul init`, completions and manual pages.

use super::support::{Folder, json, refused, stdout};
use proptest::prelude::*;

#[test]
fn what_init_writes_runs_as_it_stands() {
    let (folder, _) = Folder::with("x", "");
    let yaml =
        stdout(&["init", "--nodes", "4", "--pods-per-node", "10", "--tenants", "2", "--outage", "30s"]);
    let file = folder.put("mine.yaml", &yaml);
    let run = ["run", file.as_str(), "--strategy", "daemonset", "--set", "duration=2m", "-o", "json"];
    let ledger = &json(&run)["ledger"];
    // 40 pods of 10 lines/s for two minutes: 48,000 lines, with the spread of Poisson arrivals of rates that differ.
    let emitted = ledger["emitted"].as_f64().unwrap();
    assert!((emitted / 48_000.0 - 1.0).abs() < 0.3, "{emitted}");
    assert!(yaml.contains("outage: { of: backend, at: 1m, for: 30s }"), "{yaml}");
    // Comments are what it is for.
    assert!(yaml.lines().filter(|line| line.trim_start().starts_with('#')).count() >= 8, "{yaml}");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(40))]
    #[test]
    fn whatever_is_answered_is_a_scenario(
        nodes in 1u64..2000, pods in 1u64..250, tenants in 1u64..300, rate in 1u64..5000, outage in 1u64..3000,
        line in 1u64..100_000,
    ) {
        // The checker allows 200 billion lines; a scenario of init lasts three outages and two minutes, or ten minutes.
        let seconds = (120 + 3 * outage).max(600);
        prop_assume!((nodes * pods + tenants) * rate * seconds < 100_000_000_000);
        let words = [
            ("--nodes", nodes.to_string()), ("--pods-per-node", pods.to_string()), ("--tenants", tenants.to_string()),
            ("--rate", format!("{rate}/s")), ("--outage", format!("{outage}s")), ("--line", format!("{line}B")),
        ];
        let mut args = vec!["init"];
        args.extend(words.iter().flat_map(|(name, value)| [*name, value.as_str()]));
        // `init` reads back what it writes.
        let yaml = stdout(&args);
        let scenario = loghaul::scenario::from_yaml("mine.yaml", &yaml).unwrap();
        prop_assert_eq!(scenario.nodes(), nodes);
        prop_assert!(scenario.pods() >= nodes * pods && scenario.pods() < nodes * pods + tenants);
    }
}

#[test]
fn what_cannot_be_is_refused_with_what_can() {
    assert!(refused(&["init", "--agent", "fluentbit"]).contains("fluent-bit"));
    assert!(refused(&["init", "--agent", "x\ny: z"]).contains("no agent"));
    assert!(refused(&["init", "--rate", "ten"]).contains("/s"));
    assert!(refused(&["init", "--nodes", "0"]).contains("1.."));
}

#[test]
fn shells_and_manuals_know_every_verb() {
    let (folder, _) = Folder::with("x", "");
    let out = folder.path("man1");
    stdout(&["man", "--out", out.to_str().unwrap()]);
    for shell in ["bash", "zsh", "fish", "powershell", "elvish"] {
        let script = stdout(&["completions", shell]);
        for verb in ["compare", "sweep", "merge", "explain"] {
            assert!(script.contains(verb), "{shell} does not know {verb}");
            assert!(out.join(format!("loghaul-{verb}.1")).exists());
        }
    }
}
