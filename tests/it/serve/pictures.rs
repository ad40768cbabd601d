//! For people: pictures of page and report to be looked at, and how long a change takes to show.

use super::browser::{DONE, STUDIES, is_there, panel, slide};
use super::http::{Server, program};
use super::webdriver::Browser;
use crate::support::Folder;
use std::path::PathBuf;
use std::process::Command;

/// How a picture is taken.
struct Picture {
    name: &'static str,
    width: u32,
    dark: bool,
    chinese: bool,
    /// What stands at its top; the page's own top where nothing is said.
    from: Option<&'static str>,
}

const fn picture(name: &'static str, width: u32, from: Option<&'static str>) -> Picture {
    Picture { name, width, dark: false, chinese: false, from }
}

const PAGE: [Picture; 7] = [
    picture("page-desktop.png", 1280, None),
    picture("page-charts.png", 1280, Some("#charts-title")),
    picture("page-map.png", 1280, Some("details[data-study=phaseMap]")),
    Picture { dark: true, ..picture("page-tornado-dark.png", 1280, Some("details[data-study=tornado]")) },
    Picture { chinese: true, ..picture("page-forecast-zh.png", 1280, Some("details[data-study=forecast]")) },
    picture("page-phone.png", 390, Some("#figures-title")),
    Picture {
        dark: true,
        chinese: true,
        ..picture("page-phone-zh-dark.png", 390, Some("details[data-study=phaseMap]"))
    },
];

const REPORT: [Picture; 4] = [
    picture("report-desktop.png", 1280, None),
    Picture {
        dark: true,
        chinese: true,
        ..picture("report-studies-zh-dark.png", 1280, Some("article.zh details.part"))
    },
    picture("report-phone.png", 390, None),
    Picture { chinese: true, ..picture("report-phone-zh.png", 390, Some("article.zh details.part")) },
];

/// Pictures of page and report into the folder that `LOGHAUL_PICTURES` names.
#[test]
#[ignore = "for people to look at"]
fn pictures() {
    let Some(folder) = std::env::var_os("LOGHAUL_PICTURES").map(PathBuf::from) else {
        eprintln!("pictures are skipped: LOGHAUL_PICTURES names no folder");
        return;
    };
    let Some(browser) = Browser::start("pictures") else { return };
    let server = Server::start(&["reference"]);
    browser.open(&server.url());
    for study in STUDIES {
        browser.click(&format!("{} summary", panel(study)));
    }
    browser.until(DONE);
    for study in STUDIES {
        browser.until(&is_there(study));
    }
    let switch = "document.getElementById('lang').click()";
    PAGE.iter().for_each(|one| take(&browser, &folder, one, switch));
    let made = Folder::new();
    let report = made.path("report.html");
    let status = Command::new(program()).args(["report", "reference", "--out"]).arg(&report).status();
    assert!(status.unwrap().success());
    browser.open(&format!("file://{}", report.display()));
    browser.run("document.querySelectorAll('details.part').forEach((one) => { one.open = true; })");
    // Nothing is chosen by a script of the report: the labels switch.
    let switch = "document.querySelector('input[name=lang]:not(:checked)').click()";
    REPORT.iter().for_each(|one| take(&browser, &folder, one, switch));
    // As on paper: 210 mm at 96 dots an inch, everything open and no switch.
    browser.run("document.querySelectorAll('details').forEach((one) => { one.open = false; })");
    browser.dark(false);
    browser.paper(true);
    take(&browser, &folder, &picture("report-printed.png", 794, Some("article.en details.part")), switch);
}

fn take(browser: &Browser, folder: &std::path::Path, picture: &Picture, switch: &str) {
    let Picture { name, width, dark, chinese, from } = *picture;
    browser.resize(width, 860);
    if width != 794 {
        browser.dark(dark);
    }
    let is_shown = "return document.documentElement.lang === 'zh' || document.querySelector('#lang-zh:checked') !== null";
    if (browser.run(is_shown) == true) != chinese {
        browser.run(switch);
    }
    let to = from.map_or_else(
        || "scrollTo(0, 0)".to_owned(),
        |id| format!("document.querySelector('{id}').scrollIntoView()"),
    );
    browser.run(&to);
    assert_eq!(
        browser.run("return document.documentElement.scrollWidth <= innerWidth"),
        true,
        "{name} is wider than its window"
    );
    std::fs::write(folder.join(name), browser.screenshot()).unwrap();
}

/// Milliseconds from a change to figures that were not there, to whole ones and to the table, on the scenario that
/// `LOGHAUL_TIMES` names.
#[test]
#[ignore = "for people to look at"]
fn times() {
    const CHANGES: u32 = 9;
    let Ok(scenario) = std::env::var("LOGHAUL_TIMES") else {
        eprintln!("times are skipped: LOGHAUL_TIMES names no scenario");
        return;
    };
    let Some(browser) = Browser::start("times") else { return };
    let server = Server::start(&[&scenario]);
    browser.open(&server.url());
    browser.until(DONE);
    let names = ["figures", "whole", "table"];
    let mut all = [Vec::new(), Vec::new(), Vec::new()];
    for change in 0..CHANGES {
        browser.run(
            "(window.watching ?? []).forEach((one) => one.disconnect()); window.watching = []; window.seen = {}; \
             const since = performance.now(); const now = () => performance.now() - since; \
             const watch = (id, then) => { const one = new MutationObserver(then); \
             one.observe(document.getElementById(id), { childList: true }); window.watching.push(one); }; \
             watch('figures', () => { window.seen.figures ??= now(); \
             if (!document.getElementById('pin').disabled) window.seen.whole ??= now(); }); \
             watch('table', () => { window.seen.table ??= now(); window.seen.whole ??= now(); });",
        );
        // Other lines a second each time, near to where the scenario stands.
        slide(&browser, "linesPerSecond", 97 + change);
        browser.until("window.seen.table");
        let seen = browser.run("return window.seen");
        names.iter().zip(&mut all).for_each(|(name, all)| all.push(seen[*name].as_f64().unwrap_or(f64::NAN)));
        browser.until(DONE);
    }
    for (name, all) in names.iter().zip(&mut all) {
        all.sort_by(f64::total_cmp);
        let (least, middle, most) = (all[0], all[all.len() / 2], all[all.len() - 1]);
        eprintln!(
            "{scenario}: {name} after {least:.0} / {middle:.0} / {most:.0} ms (least, median, most of {CHANGES})"
        );
    }
}
