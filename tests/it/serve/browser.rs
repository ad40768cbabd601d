//! The page in a real browser. Without one these tests say that they are skipped.

use super::http::Server;
use super::webdriver::{Browser, RIGHT, SPACE, TAB};
use crate::support::{CALM, Folder};
use serde_json::Value;
use std::path::PathBuf;

/// Everything of the latest run is there.
const DONE: &str =
    "document.getElementById('progress').value === 4 && document.getElementById('cancel').disabled";

/// The plain figures of the latest run are whole.
const FIGURES: &str = "!document.getElementById('pin').disabled";

/// A page with a small scenario, its plain figures there.
fn page(test: &str) -> Option<(Server, Browser, Folder)> {
    let browser = Browser::start(test)?;
    let (folder, file) = Folder::with("calm.yaml", CALM);
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
fn slide(browser: &Browser, knob: &str, place: u32) {
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
    let wanted =
        ["lang", "scenario", "file", "agent", "knob-nodes", "knob-outage", "upgrade", "reps", "run", "pin"];
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

/// Pictures of page and report into the folder that `LOGHAUL_PICTURES` names, to be looked at; and how long a change
/// takes to show.
#[test]
#[ignore = "in a browser, one at a time: run by .ci/run"]
fn pictures_and_times() {
    let Some(folder) = std::env::var_os("LOGHAUL_PICTURES").map(PathBuf::from) else {
        eprintln!("pictures are skipped: LOGHAUL_PICTURES names no folder");
        return;
    };
    let Some(browser) = Browser::start("pictures") else { return };
    let server = Server::start(&["reference"]);
    browser.open(&server.url());
    browser.until(DONE);
    for place in [98, 99, 97] {
        // From the change to figures that were not there, to whole ones, and to the table.
        browser.run(
            "(window.watching ?? []).forEach((one) => one.disconnect()); window.watching = []; window.seen = {}; \
             const since = performance.now(); for (const id of ['figures', 'table']) { \
             const one = new MutationObserver(() => { window.seen[id] ??= performance.now() - since; }); \
             one.observe(document.getElementById(id), { childList: true }); window.watching.push(one); }",
        );
        slide(&browser, "linesPerSecond", place);
        browser.until("window.seen.table");
        eprintln!("milliseconds after a change: {}", browser.run("return window.seen"));
        browser.until(DONE);
    }
    let save = |name: &str| std::fs::write(folder.join(name), browser.screenshot()).unwrap();
    browser.click("#reset");
    browser.until("!document.getElementById('cancel').disabled");
    browser.until(DONE);
    for (name, width, dark, zh, below) in [
        ("desktop.png", 1280, false, false, None),
        ("desktop-dark.png", 1280, true, false, Some("#table-title")),
        ("desktop-zh.png", 1280, false, true, Some("#charts-title")),
        ("phone.png", 390, false, false, None),
        ("phone-results.png", 390, false, false, Some("#figures-title")),
        ("phone-zh-dark.png", 390, true, true, Some("#table-title")),
    ] {
        browser.resize(width, 860);
        browser.dark(dark);
        if (browser.run("return document.documentElement.lang") == "zh") != zh {
            browser.click("#lang");
        }
        let to = below.map_or_else(
            || "scrollTo(0, 0)".to_owned(),
            |id| format!("document.querySelector('{id}').scrollIntoView()"),
        );
        browser.run(&to);
        assert_eq!(
            browser.run("return document.documentElement.scrollWidth <= innerWidth"),
            true,
            "{name} is wider than its window"
        );
        save(name);
    }
}
