//! The page in a real browser. Without one these tests say that they are skipped.

use super::http::Server;
use super::webdriver::{Browser, RIGHT, SPACE, TAB};
use crate::support::{CALM, Folder};
use serde_json::Value;

/// Everything of the latest run is there.
pub(super) const DONE: &str =
    "document.getElementById('progress').value === 4 && document.getElementById('cancel').disabled";

/// The plain figures of the latest run are whole.
const FIGURES: &str = "!document.getElementById('pin').disabled";

/// Studies that run where they are opened.
pub(super) const STUDIES: [&str; 3] = ["phaseMap", "tornado", "forecast"];

/// A page with a small scenario, its plain figures there.
fn page(test: &str) -> Option<(Server, Browser, Folder)> {
    page_of(test, CALM)
}

fn page_of(test: &str, scenario: &str) -> Option<(Server, Browser, Folder)> {
    let browser = Browser::start(test)?;
    let (folder, file) = Folder::with("calm.yaml", scenario);
    let server = Server::start(&[&file]);
    browser.open(&server.url());
    browser.until(FIGURES);
    Some((server, browser, folder))
}

fn text(browser: &Browser, selector: &str) -> String {
    let found = browser.run(&format!("return document.querySelector({selector:?}).innerText"));
    found.as_str().unwrap().to_owned()
}

/// Moves a slider as a pointer does.
pub(super) fn slide(browser: &Browser, knob: &str, place: u32) {
    browser.run(&format!(
        "const slider = document.getElementById('knob-{knob}'); slider.value = {place}; \
         slider.dispatchEvent(new Event('input', {{ bubbles: true }})); \
         slider.dispatchEvent(new Event('change', {{ bubbles: true }}));"
    ));
}

fn is_shown(browser: &Browser, selector: &str) -> bool {
    browser.run(&format!("return document.querySelector({selector:?}).checkVisibility()")) == true
}

#[test]
#[ignore = "in a browser, one at a time: run by .ci/run"]
fn a_slider_changes_figures_and_undo_brings_them_back() {
    let Some((server, browser, _folder)) = page("a_slider_changes_figures_and_undo_brings_them_back") else {
        return;
    };
    browser.until(DONE);
    let (before, command) = (text(&browser, "#figures"), text(&browser, "#command"));
    assert!(before.contains("daemonset") && text(&browser, "#table").contains("Cluster scale"));
    assert!(!command.contains("--set"), "{command}");
    slide(&browser, "nodes", 100);
    browser.until("document.getElementById('command').textContent.includes('cluster.pools[0].nodes=')");
    browser.until(FIGURES);
    let after = text(&browser, "#figures");
    assert_ne!(before, after);
    browser.click("#undo");
    browser.until("!document.getElementById('command').textContent.includes('--set')");
    browser.until(FIGURES);
    assert_eq!(text(&browser, "#figures"), before);
    // Nothing of all this was complained of, or came from elsewhere.
    assert_eq!(browser.complaints(), Vec::<String>::new());
    let own = server.url();
    let outside: Vec<String> = browser
        .requests()
        .into_iter()
        .filter(|url| !url.starts_with(&own) && !url.starts_with("data:") && !url.starts_with("chrome"))
        .collect();
    assert_eq!(outside, Vec::<String>::new());
}

#[test]
#[ignore = "in a browser, one at a time: run by .ci/run"]
fn a_pinned_result_is_compared_with_and_an_address_carries_everything() {
    let Some((_server, browser, _folder)) =
        page("a_pinned_result_is_compared_with_and_an_address_carries_everything")
    else {
        return;
    };
    assert!(!is_shown(&browser, "#difference-section"));
    browser.click("#pin");
    browser.click("[data-rehearsal=outage]");
    browser.until("document.getElementById('command').textContent.includes('outage')");
    browser.until(&format!("{FIGURES} && document.getElementById('difference').textContent !== ''"));
    let (figures, difference) = (text(&browser, "#figures"), text(&browser, "#difference"));
    assert!(difference.contains("replications are paired"), "{difference}");
    let address = browser.run("return location.href");
    let address = address.as_str().unwrap();
    assert!(address.contains("play=outage") && address.contains("pin="), "{address}");
    browser.new_tab();
    browser.open(address);
    browser.until(&format!("{FIGURES} && document.getElementById('difference').textContent !== ''"));
    assert_eq!((text(&browser, "#figures"), text(&browser, "#difference")), (figures, difference));
    assert_eq!(browser.run("return document.querySelector('[data-rehearsal=outage]').ariaPressed"), "true");
}

#[test]
#[ignore = "in a browser, one at a time: run by .ci/run"]
fn files_are_taken_and_refused() {
    let Some((_server, browser, folder)) = page("files_are_taken_and_refused") else { return };
    let other = folder.put("other.yaml", CALM.replace("name: calm", "name: dropped"));
    browser.type_into("#file", &other);
    browser.until("document.getElementById('what').textContent.startsWith('dropped')");
    browser.until(FIGURES);
    // As kubectl prints it.
    let cluster = folder.put("cluster.json", CLUSTER);
    browser.type_into("#file", &cluster);
    browser.until("document.getElementById('what').textContent.startsWith('cluster')");
    browser.until(FIGURES);
    assert!(text(&browser, "#what").contains("1 nodes"), "{}", text(&browser, "#what"));
    assert!(browser.run("return document.querySelectorAll('#notes li').length").as_u64().unwrap() > 0);
    // 17 MiB are refused with a word, and the page goes on.
    let large = folder.put("large.yaml", " ".repeat(17 << 20));
    browser.type_into("#file", &large);
    browser.until("!document.getElementById('error').hidden");
    assert!(text(&browser, "#error").contains("16 MiB"));
    let wrong = folder.put("wrong.yaml", CALM.replace("tenants:", "tenants: []\nfoo:"));
    browser.type_into("#file", &wrong);
    browser.until("document.getElementById('error').textContent.includes('wrong.yaml')");
    slide(&browser, "nodes", 60);
    browser.until(FIGURES);
}

/// A node and a pod, as `kubectl get nodes,pods -A -o json` prints them.
const CLUSTER: &str = r#"{"apiVersion":"v1","kind":"List","items":[
 {"apiVersion":"v1","kind":"Node","metadata":{"name":"n1"},"status":{"allocatable":{"cpu":"4","memory":"16Gi","pods":"110"},
  "capacity":{"cpu":"4","memory":"16Gi","pods":"110"}}},
 {"apiVersion":"v1","kind":"Pod","metadata":{"name":"web-1","namespace":"shop"},"spec":{"nodeName":"n1",
  "containers":[{"name":"web","image":"web","resources":{"requests":{"cpu":"100m","memory":"128Mi"}}}]},
  "status":{"phase":"Running"}}]}"#;

#[test]
#[ignore = "in a browser, one at a time: run by .ci/run"]
fn a_run_is_cancelled_and_the_language_switched() {
    let Some((_server, browser, _folder)) = page("a_run_is_cancelled_and_the_language_switched") else {
        return;
    };
    browser.type_into("#set", "duration=6h");
    browser.click("#reps");
    browser.until("!document.getElementById('cancel').disabled");
    browser.click("#cancel");
    browser.until("document.getElementById('status').textContent === 'cancelled'");
    browser.run("document.getElementById('set').value = ''");
    browser.click("#reset");
    browser.until("!document.getElementById('command').textContent.includes('duration')");
    browser.until(FIGURES);
    assert!(is_shown(&browser, "#figures .en") && !is_shown(&browser, "#figures .zh"));
    browser.click("#lang");
    assert!(is_shown(&browser, "#figures .zh") && !is_shown(&browser, "#figures .en"));
    assert!(text(&browser, "#figures").contains("新鲜度") && text(&browser, "legend").contains("场景"));
    assert_eq!(browser.run("return document.documentElement.lang"), "zh");
    // Figures are still those of the run: nothing was run for it.
    assert_eq!(browser.run(&format!("return {FIGURES}")), true);
}

/// A study's panel, and whether what it shows is of the latest run.
pub(super) fn panel(study: &str) -> String {
    format!("details[data-study={study}]")
}

pub(super) fn is_there(study: &str) -> String {
    let slot = format!("document.querySelector('{} .slot')", panel(study));
    format!("{slot}.querySelector('svg') !== null && !{slot}.classList.contains('stale')")
}

#[test]
#[ignore = "in a browser, one at a time: run by .ci/run"]
fn a_study_runs_where_it_is_opened_and_follows_what_is_turned() {
    let Some((_server, browser, _folder)) =
        page("a_study_runs_where_it_is_opened_and_follows_what_is_turned")
    else {
        return;
    };
    browser.until(DONE);
    // Nothing that nobody has opened was run.
    assert_eq!(browser.run("return document.querySelectorAll('.part svg').length"), 0);
    browser.click(&format!("{} summary", panel("forecast")));
    browser.until(&is_there("forecast"));
    let shown = text(&browser, &format!("{} .slot", panel("forecast")));
    assert!(shown.contains("If growth goes on") && shown.contains("--growth 5%/month"), "{shown}");
    assert!(text(&browser, &format!("{} .study p", panel("forecast"))).starts_with("done in"));
    assert!(!is_shown(&browser, &format!("{} .cancel", panel("forecast"))));
    // The report to download has it, and nothing that was not asked for.
    let report = "const link = document.querySelector('[data-download=html]').href; window.report = null; \
                  fetch(link).then((answer) => answer.text()).then((text) => { window.report = text; });";
    browser.run(report);
    browser.until("window.report !== null");
    let counts = browser.run(
        "return ['The months ahead', 'What the verdict depends on'].map((title) => window.report.split(`<summary>${title}<`).length - 1)",
    );
    assert_eq!(counts, serde_json::json!([1, 0]));
    // What is turned makes it stale until all else is there again.
    let before = shown;
    slide(&browser, "nodes", 100);
    browser.until("document.getElementById('command').textContent.includes('cluster.pools[0].nodes=')");
    browser.until(&format!("{DONE} && {}", is_there("forecast")));
    let after = text(&browser, &format!("{} .slot", panel("forecast")));
    assert!(after.contains("--set 'cluster.pools[0].nodes=") && after != before, "{after}");
    // An address carries which are open; in Chinese the same is there without another run.
    let address = browser.run("return location.href");
    assert!(address.as_str().unwrap().contains("more=forecast"), "{address}");
    browser.new_tab();
    browser.open(address.as_str().unwrap());
    browser.until(&format!("{DONE} && {}", is_there("forecast")));
    browser.click("#lang");
    assert!(text(&browser, &format!("{} .slot", panel("forecast"))).contains("前提是"));
    assert_eq!(browser.complaints(), Vec::<String>::new());
}

/// A backend that takes a third of what is written: studies of it are not over before somebody can cancel them.
const BUSY: &str = "name: busy\nduration: 2m\n\
    cluster: { pools: [ { name: general, nodes: 2, cpu: '8', memory: 32Gi } ] }\n\
    tenants: [ { name: shop, workloads: [ { name: web, replicas: 40, \
    logs: [ { stream: stdout, rate: 200/s } ] } ] } ]\nbackend: { capacity: 1MB/s }\n";

#[test]
#[ignore = "in a browser, one at a time: run by .ci/run"]
fn a_study_is_cancelled_by_its_button_and_by_closing_it() {
    let name = "a_study_is_cancelled_by_its_button_and_by_closing_it";
    let Some((_server, browser, _folder)) = page_of(name, BUSY) else {
        return;
    };
    let (cancel, again) = (format!("{} .cancel", panel("tornado")), format!("{} .again", panel("tornado")));
    browser.until(DONE);
    browser.click(&format!("{} summary", panel("tornado")));
    browser.until(&format!("document.querySelector('{cancel}').checkVisibility()"));
    browser.click(&cancel);
    let status = format!("document.querySelector('{} .study p').textContent", panel("tornado"));
    browser.until(&format!("{status} === 'cancelled'"));
    // At the push of a button it goes on; closed, it is given up, and the next one has its turn.
    browser.click(&again);
    browser.until(&format!("document.querySelector('{cancel}').checkVisibility()"));
    browser.click(&format!("{} summary", panel("forecast")));
    let next = format!("document.querySelector('{} .study p').textContent", panel("forecast"));
    browser.until(&format!("{next} === 'waits for all else'"));
    browser.click(&format!("{} summary", panel("tornado")));
    browser.until(&is_there("forecast"));
    assert_eq!(browser.run(&format!("return {}", is_there("tornado"))), false);
    assert_eq!(browser.complaints(), Vec::<String>::new());
}

#[test]
#[ignore = "in a browser, one at a time: run by .ci/run"]
fn a_keyboard_is_enough() {
    let Some((_server, browser, _folder)) = page("a_keyboard_is_enough") else { return };
    // The first stop leads past the controls.
    browser.press(&[TAB]);
    assert_eq!(browser.run("return document.activeElement.getAttribute('href')"), "#results");
    let mut stops = Vec::new();
    for _ in 0..120 {
        browser.press(&[TAB]);
        let stop = browser.run(
            "const e = document.activeElement; const ring = getComputedStyle(e).outlineStyle; \
             return [e.id || e.dataset.rehearsal || e.name || e.tagName, ring]",
        );
        let id = stop[0].as_str().unwrap().to_owned();
        if id == "BODY" || stops.first() == Some(&id) {
            break;
        }
        assert_ne!(stop[1], "none", "{id} does not show that it has the focus");
        if id == "knob-nodes" && !stops.contains(&id) {
            browser.press(&[RIGHT]);
            browser.until("document.getElementById('command').textContent.includes('nodes=')");
        }
        if id == "upgrade" {
            browser.press(&[SPACE]);
            browser.until("document.getElementById('command').textContent.includes('upgrade')");
            browser.until(FIGURES);
        }
        stops.push(id);
    }
    let wanted = [
        "lang",
        "scenario",
        "file",
        "agent",
        "knob-nodes",
        "knob-outage",
        "upgrade",
        "reps",
        "run",
        "pin",
        "SUMMARY",
    ];
    for id in wanted {
        assert!(stops.iter().any(|stop| stop == id), "{id} cannot be reached: {stops:?}");
    }
}

/// Rules of axe-core, where `LOGHAUL_AXE` names its script (`npm pack axe-core`).
#[test]
#[ignore = "in a browser, one at a time: run by .ci/run"]
fn nothing_serious_stands_in_the_way_of_assistive_technology() {
    let Some(script) = std::env::var_os("LOGHAUL_AXE").and_then(|path| std::fs::read_to_string(path).ok())
    else {
        eprintln!("axe-core is skipped: LOGHAUL_AXE names no script");
        return;
    };
    let Some((_server, browser, _folder)) = page("axe-core") else { return };
    for study in STUDIES {
        browser.click(&format!("{} summary", panel(study)));
    }
    for study in STUDIES {
        browser.until(&is_there(study));
    }
    for dark in [false, true] {
        browser.dark(dark);
        browser.run(&script);
        browser.run("window.found = null; axe.run().then((found) => { window.found = found; });");
        browser.until("window.found !== null");
        let serious = browser.run(
            "return window.found.violations.filter((v) => ['serious', 'critical'].includes(v.impact))\
             .map((v) => v.id + ': ' + v.nodes.map((n) => n.html + ' ' + n.failureSummary).join(' | '))",
        );
        assert_eq!(serious, Value::Array(Vec::new()), "dark: {dark}");
    }
}
