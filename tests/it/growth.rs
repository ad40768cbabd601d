//! Scale limits, break-even, and flips of the rows that rest on them.

use super::support::{Folder, json, loghaul, stdout};
use loghaul::metric::Metric;
use loghaul::run::Runner;
use loghaul::scenario::{self, ConfigMode, Objective, Scenario};
use loghaul::stats::Estimate;
use loghaul::strategy::{self, Strategy};
use loghaul::study::{self, Axis, ScaleLimit, Search};
use loghaul::table::{self, Reference, Rubric};
use loghaul::units::SimTime;

/// Four tenants of fifteen pods each on two nodes.
const BASE: &str = "
name: growth
duration: 30s
warmup: 5s
cluster: { pools: [ { name: p, nodes: 2 } ] }
tenants:
  - name: team
    count: 4
    workloads: [ { name: web, replicas: 15, logs: [ { stream: stdout, rate: 20/s, wants: { store: web } } ] } ]
";

fn read(yaml: &str) -> Scenario {
    scenario::from_yaml("growth.yaml", yaml).unwrap_or_else(|e| panic!("{e}\n{yaml}"))
}

fn named(names: &[&str]) -> Vec<&'static Strategy> {
    names.iter().map(|name| strategy::by_name(name).unwrap()).collect()
}

fn tenants(scenario: &Scenario, mode: ConfigMode) -> ScaleLimit {
    let strategies = named(&["daemonset"]);
    let search = Search {
        axis: Axis::Tenants,
        range: (1.0, 10_000.0),
        strategies: &strategies,
        nodes: 2,
        time: SimTime::from_secs(12),
        seed: 1,
        replications: 2,
    };
    let limits = study::scale_limits(&Runner::new(), scenario, search).unwrap();
    limits.into_iter().find(|l| l.configs == mode).unwrap()
}

#[test]
fn free_configs_lift_the_daemonsets_limit() {
    let bounded = read(&format!("{BASE}objectives: [ \"collector_share <= 5%\" ]\n"));
    let dear = tenants(&bounded, ConfigMode::Routes);
    assert!(dear.limits.iter().all(|limit| (1_000.0..9_000.0).contains(limit)), "{:?}", dear.limits);
    assert_eq!(dear.unlimited(), 0);
    let free = "profiles: [ { name: free, base: fluent-bit, \
                set: { cpu.config: 0, cpu.configSquared: 0, memory.config: 0 } } ]\ncollection: { agent: free }\n";
    let free = read(&format!("{BASE}objectives: [ \"collector_share <= 5%\" ]\n{free}"));
    let lifted = tenants(&free, ConfigMode::Routes);
    assert_eq!((lifted.unlimited(), lifted.gives_way.len()), (2, 0));
    // Inputs of their own are limited by the kernel, whatever they cost: 127 is the last that starts.
    assert_eq!(tenants(&free, ConfigMode::OwnInputs).limits, [127.0, 127.0]);
}

#[test]
fn three_pods_a_node_narrow_the_gap_in_resources() {
    // A sidecar more for each pod against an agent more for each node: with thirty pods a node as many times more
    // agents, with three a tenth of that.
    let ratio = |pods_per_node: f64, metric: Metric| {
        let scenario = Axis::PodsPerNode.set(&read(BASE), pods_per_node);
        let strategies = named(&["daemonset", "sidecar"]);
        let found = study::compare(&Runner::new(), &scenario, &strategies, 1, 2, "").unwrap();
        let mean = |name: &str| found.get(name).unwrap().estimate(metric).mean.unwrap();
        mean("sidecar") / mean("daemonset")
    };
    assert!((ratio(30.0, Metric::Agents) - 30.0).abs() < 1e-9);
    assert!((ratio(3.0, Metric::Agents) - 3.0).abs() < 1e-9);
    let memory = [30.0, 3.0].map(|pods| ratio(pods, Metric::AgentMemory));
    assert!(memory[0] > 4.0 && memory[1] < memory[0] / 2.0, "{memory:?}");
}

#[test]
fn the_fit_row_changes_with_the_objectives() {
    let scenario = read(BASE);
    let runner = Runner::new();
    let strategies = named(&["native", "daemonset", "sidecar"]);
    let comparison = study::compare(&runner, &scenario, &strategies, 1, 1, "").unwrap();
    let mut study = study::table_study(&runner, (&scenario, &scenario), &strategies, 1, 1).unwrap();
    let (rubric, reference) = (Rubric::embedded().unwrap(), Reference::embedded().unwrap());
    let fits = |study: &study::TableStudy, strategy: &str| {
        let table = table::build(&comparison, study, &rubric, &reference);
        let row = table.rows.iter().find(|r| r.id == "fit").unwrap();
        row.cells.iter().find(|c| c.strategy == strategy).unwrap().grade.clone().unwrap()
    };
    assert!(!fits(&study, "native").contains("single-purpose"));
    // Who asks for nothing but that lines are not lost gets the cheapest there is.
    let single = study.archetypes.iter_mut().find(|a| a.name == "single-purpose").unwrap();
    single.contest = single.contest.judged_by(&[Objective::parse("loss <= 100%").unwrap()]);
    assert!(fits(&study, "native").contains("single-purpose"));
    // And who asks for what nobody can do gets nothing.
    let single = study.archetypes.iter_mut().find(|a| a.name == "single-purpose").unwrap();
    single.contest = single.contest.judged_by(&[Objective::parse("loss >= 100%").unwrap()]);
    for strategy in ["native", "daemonset", "sidecar"] {
        assert!(!fits(&study, strategy).contains("single-purpose"), "{strategy}");
    }
}

#[test]
fn pairing_replications_narrows_the_interval() {
    let scenario = read(BASE);
    let strategies = named(&["daemonset", "sidecar"]);
    let found = study::compare(&Runner::new(), &scenario, &strategies, 1, 10, "").unwrap();
    let [shared, own] = ["daemonset", "sidecar"].map(|s| found.get(s).unwrap().values(Metric::Network));
    let width = |e: Estimate| e.hi.unwrap() - e.lo.unwrap();
    let paired = width(Estimate::of_differences(&own, &shared));
    // The same runs, each against one with other random numbers.
    let mut turned = shared.clone();
    turned.rotate_left(1);
    let unpaired = width(Estimate::of_differences(&own, &turned));
    assert!(paired < 0.5 * unpaired, "{paired} against {unpaired}");
}

#[test]
fn limits_and_crossings_come_as_text_json_and_csv() {
    let (folder, file) = Folder::with("growth.yaml", BASE);
    let limits = |more: &[&str]| {
        let args =
            ["scale-limit", &file, "--of", "pods-per-node", "--range", "1:20", "--reps", "2", "--nodes", "2"];
        [&args[..], more].concat().iter().map(|s| (*s).to_owned()).collect::<Vec<_>>()
    };
    let run = |args: Vec<String>| stdout(&args.iter().map(String::as_str).collect::<Vec<_>>());
    let text = run(limits(&[]));
    // What was simulated is said, and no figure bears the name of the whole.
    assert!(text.contains("how far pods-per-node can grow in slices of"), "{text}");
    assert!(text.contains("from 1 to 20") && text.contains("slices of 2 nodes of"), "{text}");
    let value: serde_json::Value = serde_json::from_str(&run(limits(&["-o", "json"]))).unwrap();
    assert_eq!(value["schema"], "loghaul.scale-limit/v1");
    assert_eq!(value["limits"].as_array().unwrap().len(), 3);
    let csv = run(limits(&["-o", "csv"]));
    // A header, and two replications of three strategies.
    assert_eq!(csv.lines().count(), 1 + 6, "{csv}");

    let into = folder.path("map");
    let map = [
        "break-even",
        &file,
        "--x",
        "pods-per-node",
        "--y",
        "lines-per-second",
        "--reps",
        "2",
        "--nodes",
        "2",
        "--steps",
        "3",
        "--x-range",
        "1:20",
        "--y-range",
        "1:100",
        "--out",
        into.to_str().unwrap(),
        "-o",
        "json",
    ];
    let found = json(&map);
    assert_eq!(found["points"].as_array().unwrap().len(), 9);
    assert_eq!(found["here"]["x"], 30.0);
    let points = std::fs::read_to_string(into.join("points.csv")).unwrap();
    assert_eq!(points.lines().count(), 1 + 9 * 3);
    let png = std::fs::read(into.join("phase-map.png")).unwrap();
    assert!(png.starts_with(b"\x89PNG"));
    let svg = std::fs::read_to_string(into.join("phase-map.svg")).unwrap();
    assert!(svg.contains("pods a node") && svg.ends_with("</svg>\n"), "{svg}");
    // What the best costs stands in its field: a text of its own in the drawing.
    let texts: Vec<&str> = svg.lines().map(str::trim).collect();
    let mut costs = 0;
    for point in found["points"].as_array().unwrap() {
        let best =
            point["strategies"].as_array().unwrap().iter().find(|one| one["strategy"] == point["best"]);
        let Some(cost) = best.map(|best| best["value"]["mean"].as_f64().unwrap()) else { continue };
        let shown = loghaul::lang::format::number(cost);
        assert!(texts.contains(&shown.as_str()), "{shown} of {point}: {svg}");
        costs += 1;
    }
    assert!(costs > 0, "{found}");
    // For those who do not see it the same stands in a table, in whatever language.
    let args = ["break-even", &file, "--reps", "1", "--nodes", "1", "--steps", "2", "--x-range", "1:20"];
    let page = stdout(&[&args[..], &["--lang", "zh", "-o", "html"]].concat());
    for words in ["最优方案在何处改变", "场景现状", "图中各格：每节点 Pod 数为列"] {
        assert!(page.contains(words), "{words}");
    }
    let none = stdout(&[
        "break-even",
        &file,
        "--x",
        "collected",
        "--strategies",
        "sidecar",
        "--reps",
        "1",
        "--steps",
        "2",
        "--x-range",
        "50%:100%",
        "--nodes",
        "1",
    ]);
    assert!(none.contains("no crossing in this range: sidecar"), "{none}");
}

#[test]
fn axes_and_ranges_that_are_none_are_refused() {
    let (_folder, file) = Folder::with("growth.yaml", BASE);
    for (args, words) in [
        (
            &["scale-limit", &file, "--of", "colour"][..],
            "there are tenants, nodes, pods-per-node, lines-per-second",
        ),
        (&["scale-limit", &file, "--of", "outage"], "there are tenants, nodes"),
        (&["scale-limit", &file, "--of", "nodes", "--range", "9:1"], "does not ascend"),
        (&["scale-limit", &file, "--of", "nodes", "--range", "1.5:9"], "write two values from 1 to"),
        (&["break-even", &file, "--x", "nodes", "--y", "nodes"], "stands on both axes"),
        (&["break-even", &file, "--x", "collected", "--x-range", "5"], "a colon parts its ends"),
        (&["break-even", &file, "--x", "outage", "--x-range", "0s:90d"], "such as 0s:10m"),
        (&["break-even", &file, "--metric", "beauty"], "there is no metric \"beauty\""),
        (&["scale-limit", &file], "--of"),
    ] {
        let output = loghaul(args).output().unwrap();
        let message = String::from_utf8_lossy(&output.stderr).into_owned();
        assert_eq!(output.status.code(), Some(2), "{args:?}: {message}");
        assert!(message.contains(words), "{args:?}: {message}");
    }
}

#[test]
fn what_is_sent_is_paid_for() {
    let priced = |more: &str| {
        let scenario = read(&format!("{BASE}{more}"));
        let found = study::compare(&Runner::new(), &scenario, &named(&["daemonset"]), 1, 1, "").unwrap();
        let result = found.get("daemonset").unwrap();
        [Metric::Cost, Metric::Network].map(|m| result.estimate(m).mean.unwrap())
    };
    let ([plain, network], [dear, _]) =
        (priced(""), priced("backend: { egressPrice: 0.09/GB, ingestPrice: 0.50/GB }\n"));
    // 730 hours a month at 0.59 a gigabyte.
    let expected = network * 730.0 * 3600.0 * 0.59 / 1e9;
    assert!(((dear - plain) / expected - 1.0).abs() < 1e-9, "{plain} and {dear}");
    let wrong =
        scenario::from_yaml("x.yaml", &format!("{BASE}backend: {{ egressPrice: 0.09 }}\n")).unwrap_err();
    assert!(wrong.to_string().contains("a price a gigabyte such as 0.50/GB"), "{wrong}");
}
