//! What a page is told: the figures of the command line, in their order, for as long as somebody listens.

use super::http::{Server, of_kind};
use crate::support::{CALM, Folder};
use serde_json::{Value, json};
use std::process::Command;

/// A state of a small scenario, turned.
fn turned() -> Value {
    json!({
        "file": { "name": "calm.yaml", "yaml": CALM }, "agent": "vector",
        "knobs": { "nodes": 4, "linesPerSecond": 12.5, "flush": 2 }, "rehearsals": ["outage"], "reps": 2
    })
}

/// More than a debug build does in any of these tests.
fn endless() -> Value {
    json!({ "scenario": "reference", "reps": 20, "set": ["duration=6h"] })
}

#[test]
fn the_page_has_the_figures_of_the_command_that_it_shows() {
    let server = Server::start(&[]);
    let events = server.all(turned());
    let accepted = of_kind(&events, "accepted");
    assert_eq!((&accepted["nodes"], &accepted["tenants"]), (&json!(4), &json!(3)));
    // The command, typed where the scenario lies.
    let (folder, _) = Folder::with("calm.yaml", CALM);
    let typed = accepted["command"].as_str().unwrap();
    let typed = typed.replacen("loghaul ", &format!("'{}' ", env!("CARGO_BIN_EXE_loghaul")), 1);
    let output =
        Command::new("sh").args(["-c", &format!("{typed} -o json")]).current_dir(folder.path("")).output();
    let output = output.unwrap();
    assert!(output.status.success(), "{typed}: {}", String::from_utf8_lossy(&output.stderr));
    let number = of_kind(&events, "done")["result"].as_str().unwrap();
    let downloaded = server.get(&format!("/results/{number}/json"));
    assert_eq!(downloaded.text(), String::from_utf8(output.stdout).unwrap());
    // And the figures that were shown first are those of the document: the mean over replications.
    let document = downloaded.json();
    let whole = events.iter().rfind(|event| event["kind"] == "figures").unwrap();
    assert_eq!(whole["replications"], 2);
    for strategy in ["daemonset", "sidecar"] {
        let values: Vec<f64> =
            serde_json::from_value(whole["values"][strategy]["agent_cpu"].clone()).unwrap();
        let mean = document["strategies"][strategy]["metrics"]["agent_cpu"]["mean"].as_f64().unwrap();
        assert!(mean > 0.0 && ((values[0] + values[1]) / 2.0 - mean).abs() < 1e-12, "{values:?} {mean}");
    }
    // Other formats of the same.
    let csv = server.get(&format!("/results/{number}/csv"));
    assert!(csv.text().contains("daemonset") && csv.headers["content-disposition"].contains("summary.csv"));
    assert!(server.get(&format!("/results/{number}/html")).text().starts_with("<!DOCTYPE html>"));
}

#[test]
fn results_come_in_the_order_in_which_they_are_sure() {
    let server = Server::start(&[]);
    let events = server.all(turned());
    let kinds: Vec<&str> =
        events.iter().map(|e| e["kind"].as_str().unwrap()).filter(|kind| *kind != "progress").collect();
    assert_eq!(kinds, ["accepted", "figures", "figures", "charts", "table", "studies", "table", "done"]);
    // The table waits for nothing that it can be told without: other agents are set beside it later, and change no cell.
    let tables: Vec<&str> =
        events.iter().filter(|e| e["kind"] == "table").map(|e| e["en"].as_str().unwrap()).collect();
    assert!(!tables[0].contains("the agent logtail") && tables[1].contains("the agent logtail"));
    let cells = |html: &str| {
        html.split("<td class=\"judged")
            .skip(1)
            .map(|cell| cell.split("</td>").next().unwrap().to_owned())
            .collect::<Vec<_>>()
    };
    assert_eq!(cells(tables[0]), cells(tables[1]));
    let figures: Vec<&Value> = events.iter().filter(|event| event["kind"] == "figures").collect();
    assert_eq!([&figures[0]["replications"], &figures[1]["replications"]], [1, 2]);
    for (at, lang, words) in [(0, "en", "one run"), (1, "en", "2 replications"), (0, "zh", "一次运行")] {
        assert!(figures[at]["html"][lang].as_str().unwrap().contains(words), "{words}");
    }
    // The first replication is not run again, and not another one.
    let first = |at: usize| figures[at]["values"]["sidecar"]["agent_memory"][0].clone();
    assert_eq!(first(0), first(1));
}

#[test]
fn large_clusters_are_shown_by_a_sample_first() {
    let server = Server::start(&[]);
    // 60 nodes of 30 pods for 600 s: 1,080,000 pod-seconds, of which every third node is looked at first.
    let state =
        json!({ "scenario": "reference", "knobs": { "nodes": 60 }, "reps": 1, "strategies": ["native"] });
    let mut events = server.run(&json!({ "state": state, "only": "figures" }));
    let figures: Vec<Value> = events.by_ref().filter(|event| event["kind"] == "figures").collect();
    assert_eq!(figures.len(), 2);
    assert_eq!([&figures[0]["isSample"], &figures[1]["isSample"]], [true, false]);
    assert!(figures[0]["html"]["en"].as_str().unwrap().contains("one node in 3"));
}

#[test]
fn what_is_pinned_is_compared_in_pairs() {
    let server = Server::start(&[]);
    let figures = |state: Value| {
        let ask = json!({ "state": state, "only": "figures" });
        server.run(&ask).filter(|event| event["kind"] == "figures").last().unwrap()
    };
    let pinned = figures(turned());
    let pinned = json!({ "name": "before", "seed": pinned["seed"], "values": pinned["values"] });
    let mut then = turned();
    then["knobs"]["linesPerSecond"] = json!(25);
    let events: Vec<Value> = server.run(&json!({ "state": then, "pinned": pinned })).collect();
    let html = of_kind(&events, "difference")["en"].as_str().unwrap();
    assert!(html.contains("replications are paired") && html.contains("agent CPU"), "{html}");
    // Against itself nothing differs.
    let events: Vec<Value> = server.run(&json!({ "state": turned(), "pinned": pinned })).collect();
    let html = of_kind(&events, "difference")["en"].as_str().unwrap();
    assert!(!html.contains("<table"), "{html}");
}

#[test]
fn a_run_that_nobody_listens_to_makes_room_at_once() {
    let server = Server::start(&["--max-runs", "1"]);
    let mut left = server.run(&json!({ "state": endless() }));
    assert_eq!(left.next().unwrap()["kind"], "accepted");
    let mut waiting = server.run(&json!({ "state": turned(), "only": "figures" }));
    assert_eq!(waiting.next().unwrap()["kind"], "waiting");
    // The place is free when the work has ended, which is between two nodes: hours before the run would be done.
    drop(left);
    assert!(waiting.any(|event| event["kind"] == "accepted"));
    assert!(waiting.any(|event| event["kind"] == "done"));
}

#[test]
fn a_run_that_takes_too_long_says_so_and_makes_room() {
    let server = Server::start(&["--max-runs", "1", "--max-seconds", "1"]);
    let events = server.all(endless());
    let error = of_kind(&events, "failed")["error"].as_str().unwrap();
    assert!(error.contains("longer than the 1 s allowed"), "{error}");
    let mut next = server.run(&json!({ "state": turned(), "only": "figures" }));
    assert_ne!(next.next().unwrap()["kind"], "waiting");
}

#[test]
fn a_scenario_to_begin_with_is_on_the_page() {
    let (_folder, file) = Folder::with("mine.yaml", CALM);
    let start = Server::start(&[&file, "--lang", "zh"]).get("/api/start").json();
    assert_eq!((&start["state"]["file"]["name"], &start["lang"]), (&json!("mine.yaml"), &json!("zh")));
    let start = Server::start(&["upgrade"]).get("/api/start").json();
    assert_eq!(start["state"]["scenario"], "upgrade");
    let stands = Server::start(&[]).post("/api/stand", &json!({ "scenario": "reference" })).json();
    assert_eq!((&stands["knobs"]["nodes"], &stands["knobs"]["podsPerNode"]), (&json!(20.0), &json!(30.0)));
    assert_eq!(stands["knobs"]["flush"], Value::Null);
}

#[test]
fn the_scenario_as_it_was_turned_is_a_file_that_reads_back() {
    let server = Server::start(&[]);
    let yaml = server.post("/api/scenario", &turned()).text();
    let read = loghaul::scenario::from_yaml("saved", &yaml).unwrap();
    assert_eq!((read.nodes(), read.faults.len()), (4, 1));
}
