use super::*;
use crate::report::fixture::{Fixture, STRATEGIES};
use crate::study::Mark;

fn fixtures() -> Vec<(&'static str, Fixture)> {
    vec![
        ("three", Fixture::three()),
        ("one", Fixture::of(&["sidecar"])),
        ("infeasible", Fixture::infeasible()),
        ("all-lost", Fixture::all_lost()),
        ("seven", Fixture::of(&STRATEGIES)),
        ("zeros", Fixture::zeros()),
    ]
}

#[test]
fn every_chart_draws_every_report_in_both_formats() {
    for (name, fixture) in fixtures() {
        let report = fixture.report(Lang::Zh);
        for chart in Chart::ALL.into_iter().filter(|c| c.has_data(&report)) {
            let svg = chart.svg(&report).unwrap();
            assert!(svg.starts_with("<svg width=\"960\"") && svg.trim_end().ends_with("</svg>"), "{name}");
            assert!(svg.contains(chart.title(Lang::Zh)) && !svg.contains("NaN"), "{name}");
            assert!(!svg.contains("infeasible") && !svg.contains("lines"), "{name}: {svg}");
            let png = chart.png(&report).unwrap();
            assert_eq!(&png[1..4], b"PNG");
        }
    }
}

#[test]
fn labels_name_strategies_and_numbers() {
    let fixture = Fixture::three();
    let report = fixture.report(Lang::En);
    for chart in Chart::ALL {
        let svg = chart.svg(&report).unwrap();
        for name in ["native", "daemonset", "sidecar"] {
            assert!(svg.contains(name), "{} in {chart:?}", name);
        }
    }
    assert!(Chart::Resources.svg(&report).unwrap().contains("1.23 ±0.05 cores used"));
    assert!(Chart::Freshness.svg(&report).unwrap().contains("nothing is delivered"));
    assert!(Chart::Ledger.svg(&report).unwrap().contains("lost: rotated before read"));
}

#[test]
fn faults_are_named_where_they_begin_and_no_two_names_meet() {
    let mut fixture = Fixture::three();
    let mark = |name: &str, from_s: f64| Mark { name: name.to_owned(), from_s, until_s: from_s + 30.0 };
    // The run lasts 600 s: two at once, one at its very end, one behind it.
    let marks = [mark("outage", 180.0), mark("upgrade", 181.0), mark("nodeLoss", 599.0), mark("drain", 9e9)];
    fixture.comparison.provenance.subject.marks = marks.to_vec();
    let svg = Chart::Timeline.svg(&fixture.report(Lang::En)).unwrap();
    for (name, shown) in [("outage", 1), ("upgrade", 1), ("node loss", 1), ("node drain", 0)] {
        assert_eq!(svg.matches(&format!("\n{name}\n")).count(), shown, "{name}: {svg}");
    }
    let height = |name: &str| -> i32 {
        let before = svg.split(&format!("\n{name}\n")).next().unwrap();
        let y = before.rsplit(" y=\"").next().unwrap();
        y.split('"').next().unwrap().parse().unwrap()
    };
    assert!(height("upgrade") > height("outage"), "names that would meet stand below each other");
    fixture.comparison.provenance.subject.one_node_in = 50;
    let svg = Chart::Ledger.svg(&fixture.report(Lang::En)).unwrap();
    assert!(svg.contains("one node in 50 simulated"), "{svg}");
}

#[test]
fn the_same_report_gives_the_same_bytes() {
    let fixture = Fixture::three();
    let report = fixture.report(Lang::En);
    assert_eq!(Chart::Timeline.svg(&report).unwrap(), Chart::Timeline.svg(&report).unwrap());
    assert_eq!(Chart::Ledger.png(&report).unwrap(), Chart::Ledger.png(&report).unwrap());
}

#[test]
fn a_report_without_figures_has_no_charts_rather_than_empty_ones() {
    let mut fixture = Fixture::three();
    fixture.density.clear();
    fixture.comparison.strategies.iter_mut().for_each(|s| s.observations.clear());
    assert!(Chart::ALL.iter().all(|c| !c.has_data(&fixture.report(Lang::En))));
}

/// Writes every chart into a folder of the system's for temporary files:
/// `cargo test --lib -- --ignored --nocapture look_at_the_charts`.
#[test]
#[ignore = "for people to look at"]
fn look_at_the_charts() {
    let dir = std::env::temp_dir().join("loghaul-charts");
    std::fs::create_dir_all(&dir).unwrap();
    for (name, fixture) in fixtures() {
        let report = fixture.report(Lang::En);
        for chart in Chart::ALL.into_iter().filter(|c| c.has_data(&report)) {
            let path = dir.join(format!("{}-{name}", chart.stem()));
            std::fs::write(path.with_extension("png"), chart.png(&report).unwrap()).unwrap();
            std::fs::write(path.with_extension("svg"), chart.svg(&report).unwrap()).unwrap();
            println!("{}.png", path.display());
        }
    }
}
