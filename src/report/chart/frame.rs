//! What all charts share: title, a line below it, where the figures come from.

use super::Chart;
use super::canvas::{Anchor, Canvas, Drawn};
use super::palette::{FAINT, INK};
use crate::lang::Lang;
use crate::report::words::pick;
use crate::report::{Report, format, provenance};
use crate::study::Provenance;
use plotters::prelude::DrawingBackend;

/// Width of every chart.
pub(super) const WIDTH: f64 = 960.0;
/// Free space at the sides.
pub(super) const MARGIN: f64 = 24.0;
/// Where the chart proper begins.
pub(super) const TOP: f64 = 78.0;
/// What is left free at the bottom, for the source.
pub(super) const BOTTOM: f64 = 36.0;

/// Size of labels.
pub(super) const LABEL: f64 = 13.0;
/// Size of ticks and notes.
pub(super) const SMALL: f64 = 12.0;

/// Title, a line on what is shown how, and the source at the bottom.
pub(super) fn draw<B: DrawingBackend>(
    canvas: &Canvas<B>,
    report: &Report,
    chart: Chart,
    note: &str,
    height: f64,
) -> Drawn {
    titled(canvas, chart.title(canvas.lang), note, &report.comparison.provenance, height)
}

/// The same for what is no chart of a report.
pub(super) fn titled<B: DrawingBackend>(
    canvas: &Canvas<B>,
    title: &str,
    note: &str,
    from: &Provenance,
    height: f64,
) -> Drawn {
    canvas.text((MARGIN, 27.0), title, 20.0, INK, Anchor::Left)?;
    canvas.text((MARGIN, 52.0), note, LABEL, FAINT, Anchor::Left)?;
    canvas.text((MARGIN, height - 16.0), &source(from, canvas.lang), 11.0, FAINT, Anchor::Left)
}

/// Scenario, cluster, agent, seed and version. Names that the font cannot show are left out.
fn source(p: &Provenance, lang: Lang) -> String {
    let count = |n: u64, en: &str, zh: &str| match lang {
        Lang::En => format!("{} {en}{}", format::integer(n), if n == 1 { "" } else { "s" }),
        Lang::Zh => format!("{} {zh}", format::integer(n)),
    };
    let mut parts = Vec::new();
    // What stands for the cluster is said where it is not all of it.
    match p.slice {
        Some(_) => parts.push(provenance::simulated(p, lang)),
        None => {
            parts.push(p.scenario.clone());
            parts.push(format!("{}, {}", count(p.nodes, "node", "个节点"), count(p.pods, "pod", "个 Pod")));
        }
    }
    if p.slice.is_none() && p.subject.one_node_in > 1 {
        parts.push(match lang {
            Lang::En => format!("one node in {} simulated", format::integer(p.subject.one_node_in)),
            Lang::Zh => format!("每 {} 个节点模拟一个", format::integer(p.subject.one_node_in)),
        });
    }
    if p.slice.is_none() {
        parts.push(format::duration(p.duration_s, lang));
    }
    parts.push(p.agent.clone());
    parts.push(count(p.replications, "replication", "次重复"));
    parts.push(format!("{} {}", pick(lang, "seed", "种子"), p.seed));
    parts.push(format!("loghaul {}", p.version));
    parts.push(format!("{} {}", pick(lang, "scenario", "场景"), p.scenario_hash));
    let can_be_set = |c: char| !c.is_control() && (lang == Lang::Zh || c < '\u{250}');
    parts.retain(|part| !part.is_empty() && part.chars().all(can_be_set));
    parts.join("  ·  ")
}
