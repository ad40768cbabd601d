//! The page: one document, two style sheets, one script, nothing from anywhere else.

use super::{Knob, Rehearsal, Scale};
use crate::profile;
use crate::scenario::embedded_names;
use crate::strategy;
use crate::study::Further;
use maud::{DOCTYPE, Markup, html};

/// The page's own style, beside that of reports.
pub const STYLE: &str = include_str!("assets/workshop.css");

/// The page's script: a plain module.
pub const SCRIPT: &str = include_str!("assets/workshop.js");

/// What the script imports, by the name of its file: studies that run where they are opened, and talking to the server.
pub const MODULES: [(&str, &str); 2] =
    [("studies.js", include_str!("assets/studies.js")), ("talk.js", include_str!("assets/talk.js"))];

/// What a browser may load and run: this server's own files, and no script or style within the page.
pub const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self' data:; \
     base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

/// Text in both languages, of which one is shown.
fn both(en: &str, zh: &str) -> Markup {
    html! { span.en lang="en" { (en) } span.zh lang="zh" { (zh) } }
}

/// Returns the document.
pub fn document() -> String {
    let markup = html! {
        (DOCTYPE)
        html lang="en" {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1";
                meta name="color-scheme" content="light dark";
                title { "Loghaul: workshop" }
                link rel="icon" href="data:,";
                link rel="stylesheet" href="/report.css";
                link rel="stylesheet" href="/workshop.css";
                script type="module" src="/workshop.js" {}
            }
            body {
                a.skip href="#results" { (both("to the results", "跳到结果")) }
                header {
                    h1 { "Loghaul " span { (both("workshop", "研讨")) } }
                    div.tools {
                        button #undo type="button" disabled { (both("Undo", "撤销")) }
                        button #reset type="button" { (both("Reset", "重置")) }
                        button #link type="button" { (both("Copy address", "复制地址")) }
                        button #lang type="button" { span.en lang="zh" { "中文" } span.zh lang="en" { "English" } }
                    }
                }
                noscript { p.note.bad { "This page needs its script. 本页需要脚本。" } }
                div.layout {
                    form #controls aria-label="scenario" { (source()) (knobs()) (rehearsals()) (run_settings()) }
                    main #results tabindex="-1" { (results()) }
                }
            }
        }
    };
    markup.into_string()
}

/// Which scenario.
fn source() -> Markup {
    html! {
        fieldset {
            legend { (both("Scenario", "场景")) }
            label for="scenario" { (both("shipped", "内置")) }
            select #scenario {
                @for name in embedded_names() { option value=(name) { (name) } }
                option value="" hidden data-dropped {}
            }
            p #question .faint hidden { (both("", "")) }
            div #drop {
                label for="file" {
                    (both("or drop or choose a file: a scenario (YAML), or what kubectl get nodes,pods -A -o json printed",
                        "或拖入/选择文件：场景（YAML），或 kubectl get nodes,pods -A -o json 的输出"))
                }
                input #file type="file" accept=".yaml,.yml,.json,.gz,.txt";
            }
            ul #notes .faint {}
            label for="agent" { (both("agent", "采集器")) }
            select #agent {
                option value="" data-en="the scenario's own" data-zh="场景自带" { "the scenario's own" }
                @for name in profile::names() { option value=(name) { (name) } }
            }
        }
    }
}

/// What can be turned.
fn knobs() -> Markup {
    html! {
        fieldset {
            legend { (both("Turn", "调节")) }
            @for knob in Knob::ALL { (slider(*knob)) }
        }
    }
}

fn slider(knob: Knob) -> Markup {
    let (id, (en, zh), (least, most)) = (knob.id(), knob.title(), knob.range());
    let scale = match knob.scale() {
        Scale::Ratio => "ratio",
        Scale::WholeRatio => "wholeRatio",
        Scale::Whole => "whole",
    };
    html! {
        div.knob data-knob=(id) data-least=(least) data-most=(most) data-scale=(scale) data-unit=(knob.unit()) {
            label for={ "knob-" (id) } { (both(en, zh)) }
            span.value {}
            input id={ "knob-" (id) } type="range" min="0" max="200" step="1" value="0";
            button.back type="button" hidden data-en={ "back to the scenario: " (en) } data-zh={ "恢复场景值：" (zh) }
                aria-label={ "back to the scenario: " (en) } { "↺" }
        }
    }
}

/// What can go wrong.
fn rehearsals() -> Markup {
    html! {
        fieldset {
            legend { (both("Rehearse", "演练")) }
            div.buttons {
                @for rehearsal in Rehearsal::ALL {
                    @let (en, zh) = rehearsal.title();
                    button type="button" data-rehearsal=(rehearsal.id()) aria-pressed="false" { (both(en, zh)) }
                }
            }
        }
    }
}

/// How it is run.
fn run_settings() -> Markup {
    html! {
        fieldset {
            legend { (both("Run", "运行")) }
            div.strategies {
                @for strategy in strategy::ALL {
                    label { input type="checkbox" name="strategy" value=(strategy.name); " " (strategy.name) }
                }
            }
            div.pair {
                label for="reps" { (both("replications", "重复次数")) }
                input #reps type="number" min="1" max="20" value="5";
                label for="seed" { (both("seed", "种子")) }
                input #seed type="number" min="0" value="1";
            }
            label for="set" { (both("further settings, one PATH=VALUE a line", "其他设置，每行一个 PATH=VALUE")) }
            textarea #set rows="2" spellcheck="false" {}
        }
    }
}

/// Where results arrive.
fn results() -> Markup {
    html! {
        div.status {
            p #status role="status" aria-live="polite" {}
            progress #progress max="4" value="0" aria-label="progress" {}
            button #cancel type="button" disabled { (both("Cancel", "取消")) }
            button #run type="button" { (both("Run", "运行")) }
            button #pin type="button" disabled { (both("Pin this result", "固定此结果")) }
            button #unpin type="button" hidden { (both("Unpin", "取消固定")) }
        }
        p #error .note .bad role="alert" hidden {}
        section aria-labelledby="figures-title" {
            h2 #figures-title { (both("Figures", "数字")) }
            p #what .faint {}
            div #figures .slot {}
        }
        section #difference-section hidden aria-labelledby="difference-title" {
            h2 #difference-title { (both("Against what is pinned", "与固定结果相比")) }
            div #difference .slot {}
        }
        section aria-labelledby="charts-title" {
            h2 #charts-title { (both("Charts", "图表")) }
            div #charts .slot {}
        }
        section aria-labelledby="table-title" {
            h2 #table-title { (both("The table", "对比表")) }
            div #table .slot {}
        }
        section aria-labelledby="studies-title" {
            h2 #studies-title { (both("More pods a node", "每节点更多 Pod")) }
            div #studies .slot {}
        }
        (further())
        section aria-labelledby="remake-title" {
            h2 #remake-title { (both("The same on the command line", "对应的命令行")) }
            pre tabindex="0" { code #command {} }
            p #downloads {
                button #save-scenario type="button" disabled { (both("Scenario (YAML)", "场景 (YAML)")) } " "
                @for (kind, en, zh) in [("csv", "Figures (CSV)", "数字 (CSV)"), ("json", "Result (JSON)", "结果 (JSON)"),
                    ("html", "Report (HTML)", "报告 (HTML)")] {
                    a data-download=(kind) hidden { (both(en, zh)) } " "
                }
            }
        }
    }
}

/// Studies that run where they are opened, when all else is there.
fn further() -> Markup {
    html! {
        section aria-labelledby="further-title" {
            h2 #further-title { (both("Further studies", "更多实验")) }
            p.faint {
                (both("What is open runs when all else is there, one after the other.", "展开的实验在其他结果完成后依次运行。"))
            }
            @for study in Further::ALL {
                @let (en, zh) = study.title();
                details.part data-study=(study.id()) {
                    summary { (both(en, zh)) }
                    div.study {
                        p role="status" aria-live="polite" {}
                        button.cancel type="button" hidden { (both("Cancel", "取消")) }
                        button.again type="button" hidden { (both("Run", "运行")) }
                    }
                    p.note.bad role="alert" hidden {}
                    div.slot {}
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_page_holds_every_control_and_nothing_that_its_policy_forbids() {
        let page = document();
        for knob in Knob::ALL {
            assert!(page.contains(&format!("data-knob=\"{}\"", knob.id())), "{knob:?}");
        }
        for rehearsal in Rehearsal::ALL {
            assert!(page.contains(&format!("data-rehearsal=\"{}\"", rehearsal.id())));
        }
        for study in Further::ALL {
            assert!(page.contains(&format!("<details class=\"part\" data-study=\"{}\">", study.id())));
        }
        for name in embedded_names() {
            assert!(page.contains(&format!("<option value=\"{name}\"")));
        }
        for forbidden in ["<style", "style=\"", "onclick", "http://", "https://", "<script>"] {
            assert!(!page.contains(forbidden), "{forbidden}");
        }
        assert_eq!(page.matches("<script").count(), 1);
        for script in MODULES.iter().map(|(_, script)| *script).chain([SCRIPT]) {
            assert!(!script.contains("http://") && !script.contains("https://"));
            // Whatever is imported is served.
            for from in script.split("from \"./").skip(1) {
                let name = from.split('"').next().unwrap();
                assert!(MODULES.iter().any(|(known, _)| *known == name), "{name}");
            }
        }
        assert!(!STYLE.contains("url("));
    }

    #[test]
    fn every_text_stands_there_in_both_languages() {
        let page = document();
        assert_eq!(page.matches("class=\"en\"").count(), page.matches("class=\"zh\"").count());
        assert_eq!(page.matches("data-en=").count(), page.matches("data-zh=").count());
    }
}
