//! Studies that a page asks for by themselves: those of their own verbs, given up with their connection, and in the report.

use super::http::{Server, of_kind};
use crate::support::{CALM, Folder};
use serde_json::{Value, json};
use std::process::Command;

/// A state of a small scenario.
fn calm() -> Value {
    json!({ "file": { "name": "calm.yaml", "yaml": CALM }, "strategies": ["daemonset", "sidecar"], "reps": 1 })
}

fn study(server: &Server, state: &Value, study: &str) -> Vec<Value> {
    server.run(&json!({ "state": state, "study": study })).collect()
}

/// The drawings in a text.
fn drawings(html: &str) -> Vec<&str> {
    html.split("<svg ").skip(1).filter_map(|rest| rest.split("</svg>").next()).collect()
}

/// The command that a fragment names.
fn command(html: &str) -> &str {
    let rest = html.rsplit("<code>loghaul ").next().unwrap();
    rest.split("</code>").next().unwrap()
}

#[test]
fn each_is_what_the_command_gives_that_it_names() {
    let server = Server::start(&[]);
    let (folder, _) = Folder::with("calm.yaml", CALM);
    for (which, verb, en, zh) in [
        ("phaseMap", "break-even", "A coarse map", "粗略的图"),
        ("tornado", "sensitivity", "A first look", "初步结果"),
        ("forecast", "forecast", "If growth goes on", "前提是"),
    ] {
        let events = study(&server, &calm(), which);
        let kinds: Vec<&str> =
            events.iter().map(|e| e["kind"].as_str().unwrap()).filter(|kind| *kind != "progress").collect();
        assert_eq!(kinds, ["accepted", "study", "done"], "{which}: {events:?}");
        assert_eq!(of_kind(&events, "done")["result"], Value::Null);
        let found = of_kind(&events, "study");
        assert_eq!(found["study"], which);
        let [shown, in_chinese] = ["en", "zh"].map(|lang| found["html"][lang].as_str().unwrap());
        // How sure it is, what it shows in words, and the drawing named for those who do not see it.
        assert!(shown.contains(en) && in_chinese.contains(zh), "{which}");
        assert!(shown.contains("role=\"img\" aria-label=\"") && shown.contains("<table"), "{which}");
        let typed = command(shown);
        assert!(typed.starts_with(verb), "{typed}");
        for (html, lang) in [(shown, "en"), (in_chinese, "zh")] {
            let line = format!("'{}' {typed} -o html --lang {lang}", env!("CARGO_BIN_EXE_loghaul"));
            let output =
                Command::new("sh").args(["-c", &line]).current_dir(folder.path("")).output().unwrap();
            assert!(output.status.success(), "{line}: {}", String::from_utf8_lossy(&output.stderr));
            let page = String::from_utf8(output.stdout).unwrap();
            // The asked language stands first in the verb's own page.
            assert_eq!(drawings(html), drawings(&page)[..1], "{which} in {lang}");
        }
    }
}

#[test]
fn what_a_scenario_has_none_of_is_said_and_no_failure() {
    let server = Server::start(&[]);
    // Pods double every month: in two years fifteen of them are a quarter of a billion, of three million allowed.
    let mut state = calm();
    state["set"] = json!(["growth=100%/month"]);
    let events = study(&server, &state, "forecast");
    let html = of_kind(&events, "study")["html"]["en"].as_str().unwrap();
    assert!(html.contains("This scenario has none: in month 24"), "{html}");
    // A study that there is not is refused with the names of those that there are.
    let answer = server.post("/api/run", &json!({ "state": calm(), "study": "magic" }));
    assert!(answer.text().contains("phaseMap"), "{}", answer.text());
}

#[test]
fn a_study_goes_into_the_report_of_the_result_that_it_is_of_and_into_no_other() {
    let server = Server::start(&[]);
    let number = of_kind(&server.all(calm()), "done")["result"].as_str().unwrap().to_owned();
    let report = || server.get(&format!("/results/{number}/html")).text();
    let title = "<summary>The months ahead</summary>";
    assert!(!report().contains(title));
    let ask = |state: &Value| {
        let ask = json!({ "state": state, "study": "forecast", "result": number });
        let events: Vec<Value> = server.run(&ask).collect();
        assert_eq!(events.last().unwrap()["kind"], "done");
    };
    // Of another seed, and of another file with the same name.
    let (mut other, mut file) = (calm(), calm());
    other["seed"] = json!(2);
    file["file"]["yaml"] = json!(CALM.replace("rate: 20/s", "rate: 21/s"));
    ask(&other);
    ask(&file);
    assert!(!report().contains(title));
    ask(&calm());
    assert_eq!(report().matches(title).count(), 1);
    assert!(report().contains("<summary>未来各月</summary>"));
}

#[test]
fn a_study_that_nobody_listens_to_makes_room_at_once() {
    let server = Server::start(&["--max-runs", "1"]);
    // Hours of it; each is stopped between two nodes.
    let endless = json!({ "scenario": "reference", "set": ["duration=6h"] });
    for which in ["tornado", "forecast"] {
        let mut left = server.run(&json!({ "state": endless, "study": which }));
        assert_eq!(left.next().unwrap()["kind"], "accepted");
        let mut waiting = server.run(&json!({ "state": calm(), "only": "figures" }));
        assert_eq!(waiting.next().unwrap()["kind"], "waiting");
        drop(left);
        assert!(waiting.any(|event| event["kind"] == "done"), "{which}");
    }
}

#[test]
fn names_from_files_stay_text_in_studies() {
    const HOSTILE: &str = "<img src=x onerror=alert(1)>";
    let server = Server::start(&[]);
    let yaml = CALM
        .replace("name: calm", &format!("name: \"{HOSTILE}\"\nquestion: \"{HOSTILE}\""))
        .replace("name: general", &format!("name: \"{HOSTILE}\""));
    let file = json!({ "name": HOSTILE, "yaml": yaml });
    let state = json!({ "file": file, "strategies": ["daemonset", "sidecar"], "reps": 1 });
    for which in ["phaseMap", "tornado", "forecast"] {
        let events = study(&server, &state, which);
        let found = of_kind(&events, "study");
        for lang in ["en", "zh"] {
            let html = found["html"][lang].as_str().unwrap();
            assert!(!html.contains("<img") && html.contains("&lt;img"), "{which}: {html}");
        }
    }
}
