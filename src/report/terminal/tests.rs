use super::wrap::width;
use super::*;
use crate::report::fixture::{Fixture, STRATEGIES};
use crate::report::{Format, Look};

fn render(report: &Report, width: usize, colour: bool) -> String {
    Format::Table.write(report, Look { lang: report.lang, width, colour }).unwrap()
}

#[test]
fn no_line_exceeds_the_terminal() {
    let fixtures =
        [Fixture::three(), Fixture::of(&STRATEGIES), Fixture::of(&["sidecar"]), Fixture::infeasible()];
    for fixture in &fixtures {
        for lang in [Lang::En, Lang::Zh] {
            for columns in [40, 57, 80, 100, 120, 200] {
                let shown = render(&fixture.report(lang), columns, false);
                for line in shown.lines() {
                    assert!(width(line) <= columns, "{} of {columns} columns: {line}", width(line));
                }
            }
        }
    }
}

#[test]
fn columns_line_up_in_chinese() {
    let fixture = Fixture::three();
    let shown = render(&fixture.report(Lang::Zh), 100, false);
    let header = shown.lines().find(|l| l.contains("原生（native）")).unwrap();
    let column = |line: &str, text: &str| line.find(text).map(|at| width(&line[..at]));
    let at = column(header, "DaemonSet");
    assert!(at.is_some());
    for text in ["标准输出+部分文件", "一般，20", "较大，1,400", "较低，1.23", "1.23 ±"] {
        let line =
            shown.lines().find(|l| column(l, text) == at).unwrap_or_else(|| panic!("{text}:\n{shown}"));
        assert!(width(line) <= 100);
    }
}

#[test]
fn every_row_mark_and_figure_is_there() {
    let fixture = Fixture::three();
    let shown = render(&fixture.report(Lang::En), 140, false);
    for row in &fixture.table.rows {
        assert!(shown.contains(row.title.get(Lang::En).split(' ').next().unwrap()));
    }
    for expected in [
        "✓ 7 of 8 cells agree",
        "✗ 1 not",
        "(✓) 2 by construction",
        "(✗) 1 not, by construction",
        "73.4/month",
        "never",
        "seed 42",
    ] {
        assert!(shown.contains(expected), "{expected} in\n{shown}");
    }
    assert!(!shown.contains('\u{1b}'), "colours come only when asked for");
    assert!(shown.lines().all(|l| l == l.trim_end()), "no trailing spaces");
}

#[test]
fn colours_change_nothing_but_colours() {
    let fixture = Fixture::three();
    let painted = render(&fixture.report(Lang::En), 100, true);
    assert!(painted.contains("\u{1b}["));
    let mut bare = String::new();
    let mut inside = false;
    for c in painted.chars() {
        match (inside, c) {
            (false, '\u{1b}') => inside = true,
            (true, 'm') => inside = false,
            (false, c) => bare.push(c),
            _ => {}
        }
    }
    let trimmed: Vec<&str> = bare.lines().map(str::trim_end).collect();
    let plain = render(&fixture.report(Lang::En), 100, false);
    assert_eq!(trimmed, plain.lines().collect::<Vec<_>>());
}

#[test]
fn an_infeasible_strategy_says_why() {
    let fixture = Fixture::infeasible();
    let shown = render(&fixture.report(Lang::En), 100, false);
    assert!(shown.contains("sidecar: infeasible here: 600 agents request 30 cores"));
}

/// Shows the real thing: `cargo test --lib -- --ignored --nocapture look_at_the_terminal`.
#[test]
#[ignore = "for people to look at"]
fn look_at_the_terminal() {
    for (fixture, lang, columns) in [
        (Fixture::three(), Lang::En, 100),
        (Fixture::three(), Lang::Zh, 100),
        (Fixture::of(&STRATEGIES), Lang::En, 120),
        (Fixture::infeasible(), Lang::En, 80),
        (Fixture::three(), Lang::En, 140),
    ] {
        println!("{}\n{}", "#".repeat(columns), render(&fixture.report(lang), columns, false));
    }
}
