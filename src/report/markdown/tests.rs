use super::*;
use crate::report::fixture::{Fixture, STRATEGIES};
use crate::report::page::escaped;

fn render(report: &Report, beside: bool) -> String {
    page(report, if beside { Charts::Beside } else { Charts::None }).to_markdown()
}

#[test]
fn every_row_cell_and_figure_is_there() {
    let fixture = Fixture::three();
    for lang in [Lang::En, Lang::Zh] {
        let text = render(&fixture.report(lang), true);
        for row in &fixture.table.rows {
            assert!(text.contains(&format!("| **{}** |", row.title.get(lang))));
            for cell in &row.cells {
                assert!(text.contains(&escaped(cell.text.get(lang))));
                assert!(text.contains(&escaped(cell.article.as_deref().unwrap())));
            }
        }
        for chart in Chart::ALL {
            assert!(text.contains(&format!("]({}.svg)", chart.stem())));
        }
        assert!(text.contains("loghaul compare --seed 42"));
    }
}

#[test]
fn all_tables_are_rectangular() {
    for fixture in [Fixture::three(), Fixture::of(&STRATEGIES), Fixture::infeasible(), Fixture::zeros()] {
        let text = render(&fixture.report(Lang::En), false);
        assert!(!text.contains("NaN") && !text.contains(".svg"));
        for block in text.split("\n\n").filter(|b| b.starts_with('|')) {
            let columns = |line: &str| line.replace("\\|", "").matches('|').count();
            let first = columns(block.lines().next().unwrap());
            assert!(block.lines().all(|l| columns(l) == first), "{block}");
        }
    }
}

#[test]
fn differences_are_paired_against_the_daemonset() {
    let fixture = Fixture::three();
    let text = render(&fixture.report(Lang::En), false);
    assert!(text.contains("| cost, allocated | -73.4/month | +539/month |"), "{text}");
    let alone = Fixture::of(&["sidecar"]);
    assert!(!render(&alone.report(Lang::En), false).contains("## Differences"));
}

#[test]
fn signs_in_names_stay_signs() {
    let mut fixture = Fixture::three();
    fixture.comparison.provenance.scenario = "a|b <script> *c*\n# d".into();
    let text = render(&fixture.report(Lang::En), false);
    assert!(text.starts_with("# Log collection compared: a\\|b &lt;script&gt; \\*c\\* \\# d\n"), "{text}");
}

/// `cargo test --lib -- --ignored --nocapture look_at_the_markdown`
#[test]
#[ignore = "for people to look at"]
fn look_at_the_markdown() {
    println!("{}", render(&Fixture::three().report(Lang::En), true));
    println!("{}", render(&Fixture::infeasible().report(Lang::Zh), true));
}
