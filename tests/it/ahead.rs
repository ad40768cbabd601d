//! The months ahead, prices of a file, and who causes what: `forecast`, `--prices`, `--currency`, `show-back`.

use super::support::{CALM, Folder, examples_run, holds, json, refused, refused_saying, stdout};
use serde_json::Value;

/// Sidecars by hand: 100 m of 16 cores each, at 0.40 an hour for 730 hours 1.825 a month; a bound of 5 % holds eight of them.
const GROWING: &str = "
name: growing
duration: 20s
warmup: 1s
growth: 5%/month
cluster: { pools: [ { name: general, nodes: 1 } ] }
tenants:
  - name: shop
    workloads:
      - name: web
        replicas: 6
        requests: { cpu: 10m, memory: 8Mi }
        logs: [ { stream: stdout, rate: 1/s } ]
collection: { sidecar: { requests: { cpu: 100m, memory: 1Mi } } }
objectives: [ \"collector_share <= 5%\" ]
";

const ALONE: [&str; 4] = ["--strategies", "sidecar", "--reps", "1"];

#[test]
fn the_first_failure_and_the_cost_by_month_are_where_arithmetic_puts_them() {
    let (folder, file) = Folder::with("growing.yaml", GROWING);
    let out = folder.path("ahead");
    let args = ["forecast", &file, "--months", "12", "-o", "json", "--out", out.to_str().unwrap()];
    let found = json(&[&args[..], &ALONE].concat());
    let one = &found["strategies"][0];
    // 6·1.05⁷ = 8.44 are eight pods, 6·1.05⁸ = 8.86 are nine.
    assert_eq!(one["first_failure"], 8, "{one}");
    assert_eq!(one["fails"][0]["open"], Value::Null);
    let months = one["months"].as_array().unwrap();
    for month in months {
        let pods = found["load"][month["month"].as_u64().unwrap() as usize]["pods"].as_u64().unwrap();
        let cost = month["cost"]["mean"].as_f64().unwrap();
        assert!((cost - 1.825 * pods as f64).abs() < 1e-9, "{month}");
    }
    holds(&out, &["forecast.md", "forecast.json", "forecast.csv", "cost-by-month.svg", "cost-by-month.png"]);
    let text = stdout(&[&["forecast", &file, "--months", "12"][..], &ALONE].concat());
    assert!(text.contains("first fails in month 8, by collector_share <= 5%"), "{text}");
    // Where the bound is never reached, that is said.
    let text = stdout(&[&["forecast", &file, "--months", "4"][..], &ALONE].concat());
    assert!(text.contains("misses nothing for sure in 4 months"), "{text}");
}

/// `native` leaves every line where it is, so that none is lost: what misses the bound is that none arrives.
#[test]
fn who_delivers_nothing_is_said_to_deliver_nothing() {
    let (_folder, file) =
        Folder::with("growing.yaml", GROWING.replace("collector_share <= 5%", "loss <= 1%"));
    let native = ["forecast", &file, "--months", "1", "--strategies", "native,daemonset", "--reps", "1"];
    let text = stdout(&native);
    assert!(text.contains("native: delivers nothing, and so misses every objective today"), "{text}");
    assert!(text.contains("daemonset: misses nothing for sure in 1 months"), "{text}");
    let text = stdout(&[&native[..], &["--lang", "zh"]].concat());
    assert!(text.contains("没有任何日志送达，因此现在即未满足全部目标"), "{text}");
    let found = json(&[&native[..], &["-o", "json"]].concat());
    let now = |strategy: usize| &found["strategies"][strategy]["months"][0]["delivers_nothing"];
    assert_eq!((now(0), now(1)), (&true.into(), &false.into()), "{found}");
}

#[test]
fn what_cannot_be_looked_ahead_at_is_bad_input() {
    let (folder, file) = Folder::with("growing.yaml", GROWING);
    let still = folder.put("calm.yaml", CALM);
    assert!(refused(&["forecast", &still]).contains("growth: 5%/month"));
    assert!(refused(&["forecast", &file, "--growth", "5%"]).contains("5%/month"));
    assert!(refused(&["forecast", &file, "--growth", "500%/month"]).contains("too fast"));
    assert!(refused(&["forecast", &file, "--months", "0"]).contains("--months"));
    // Six pods that double every month are more than there may be within three years.
    let far = refused(&["forecast", &file, "--growth", "100%/month", "--months", "36"]);
    assert!(far.contains("in month 36 the scenario cannot be") && far.contains("pods"), "{far}");
}

#[test]
fn prices_of_a_file_take_the_place_of_the_scenarios_and_currencies_are_shown() {
    let (folder, file) = Folder::with("growing.yaml", GROWING);
    let cost = |more: &[&str]| {
        let args = ["show-back", &file, "-o", "json"];
        json(&[&args[..], &ALONE, more].concat())["strategies"][0]["cost"]["mean"].as_f64().unwrap()
    };
    assert!((cost(&[]) - 6.0 * 1.825).abs() < 1e-9);
    // Twice the price, an hour or a month, in YAML or CSV.
    for (name, text) in [
        ("p.yaml", "currency: EUR\nnodes: { general: 0.80/h }\n"),
        ("p.yaml", "nodes: { \"*\": 584/month }\n"),
        ("p.csv", "pool,price\nother,9\ngeneral,$0.80\n"),
    ] {
        let prices = folder.put(name, text);
        assert!((cost(&["--prices", &prices]) - 12.0 * 1.825).abs() < 1e-6, "{text}");
    }
    let prices = folder.put("p.yaml", "currency: EUR\nnodes: { general: 0.80/h }\n");
    let args = [&["show-back", &file][..], &ALONE].concat();
    let shown = stdout(&[&args[..], &["--prices", &prices]].concat());
    assert!(shown.contains("21.9 EUR/month"), "{shown}");
    let shown = stdout(&[&args[..], &["--prices", &prices, "--currency", "¥", "--lang", "zh"]].concat());
    assert!(shown.contains("21.9 ¥/月") && shown.contains("--currency"), "{shown}");
    // Every verb that prints money takes them, and says them in the command that remakes it.
    let run = stdout(&["run", &file, "--strategy", "sidecar", "--currency", "USD"]);
    assert!(run.contains(" USD/month"), "{run}");
    let wrong = |text: &str, words: &[&str]| {
        let prices = folder.put("wrong.yaml", text);
        refused_saying(&[&args[..], &["--prices", &prices]].concat(), words);
    };
    wrong("nodes: { general: dear }\n", &["wrong.yaml:1:", "0.40/h"]);
    wrong("nodes: { other: 1 }\n", &["no price of pool general", "other"]);
    wrong("currency: EUR\n", &["has no price"]);
    wrong("currency: \"E R\"\nnodes: { general: 1 }\n", &["currency", "EUR"]);
    assert!(refused(&[&args[..], &["--currency", ""]].concat()).contains("EUR"));
    assert!(refused(&[&args[..], &["--prices", "nowhere.yaml"]].concat()).contains("nowhere.yaml"));
}

#[test]
fn what_tenants_cause_adds_up_to_the_whole() {
    let (_folder, file) = Folder::with("calm.yaml", CALM);
    let found = json(&["show-back", &file, "--reps", "2", "--strategies", "all", "-o", "json"]);
    for one in found["strategies"].as_array().unwrap() {
        let whole = one["cost"]["mean"].as_f64().unwrap();
        let sum: f64 =
            one["tenants"].as_array().unwrap().iter().map(|t| t["cost"]["mean"].as_f64().unwrap()).sum();
        assert!((sum - whole).abs() <= 1e-9 * whole.max(1.0), "{one}");
    }
    // Two shops with six pods of 20 lines a second each beside three books of five: 240 of 255 lines.
    let daemonset =
        found["strategies"].as_array().unwrap().iter().find(|s| s["strategy"] == "daemonset").unwrap();
    let share = |tenant: &str| {
        let of = daemonset["tenants"].as_array().unwrap().iter().find(|t| t["tenant"] == tenant).unwrap();
        of["share"].as_f64().unwrap()
    };
    assert!(share("shop-1") > 5.0 * share("audit"), "{daemonset}");
}

#[test]
fn what_moving_saves_stands_beside_what_runs_today_in_both_languages() {
    // An agent of the node that asks for 800 m today, and sidecars for 600 m: 3.65 less a month.
    let today = GROWING.replace(
        "collection: { ",
        "collection: { asIs: { node: [ { name: own, agents: 1, terms: { requests: { cpu: 800m, memory: 1Mi } } } ] }, ",
    );
    let (_folder, file) = Folder::with("today.yaml", today);
    let args = ["compare", &file, "--reps", "2", "--agents", "", "--strategies", "sidecar,as-is"];
    let text = stdout(&args);
    let said: String = text.split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(
        said.contains("Moving from what runs today (as-is, 14.6/month): sidecar saves 3.65/month"),
        "{text}"
    );
    assert!(stdout(&[&args[..], &["--lang", "zh"]].concat()).contains("与现状"));
}

#[test]
fn examples_of_the_help_run() {
    examples_run(&["forecast", "show-back"]);
}
