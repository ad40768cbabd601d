//! Where the best strategy changes: a page, JSON, CSV, and all of it with a chart in a folder.

mod fields;
mod found;

pub use found::{Found, Mapped};
pub(in crate::report) use found::{nobody, strategies, tick};

use super::chart::PhaseMap;
use super::csv::{Sheet, plain};
use super::format::quantity;
use super::page::{self, Finding, Page, Prose, json};
use super::terminal::wrap::width;
use super::words::{self, pick};
use super::{ReportError, provenance, write_files};
use crate::lang::Lang;
use crate::observe::estimates;
use crate::report::json::Estimated;
use crate::report::sourced;
use crate::study::{Crossing, Point, Stretch};
use serde_json::{Value, json};
use std::fmt::Write as _;
use std::path::{Path, PathBuf};

/// The version of the JSON document's shape.
pub const SCHEMA: &str = "loghaul.break-even/v1";

impl Finding for Found<'_> {
    fn page(&self, lang: Lang) -> Page {
        let Self { metric, provenance: p, .. } = self;
        let result = self.result;
        let name = words::metric(*metric, lang);
        let (title, subtitle) = match lang {
            Lang::En => (
                format!("the best strategy by {name} that meets the objectives, in slices of {}", p.scenario),
                format!("{}, one at each point", provenance::simulated(p, lang)),
            ),
            Lang::Zh => (
                format!("{} 的切片：满足目标的方案中按{name}最优者", p.scenario),
                format!("每点一个：{}", provenance::simulated(p, lang)),
            ),
        };
        let mut page = Page::new(lang, title);
        page.subtitle = subtitle.into();
        self.along(&mut page, &result.x, result.y.map(|y| (y, result.here.1)), &result.along_x);
        if let Some(y) = result.y {
            self.along(&mut page, &y, Some((result.x, Some(result.here.0))), &result.along_y);
            page.code("", self.map(&y, lang));
        }
        provenance::remake(&mut page, provenance::of_study(p, lang), &p.command);
        page
    }

    fn illustrated(&self, lang: Lang) -> Result<Page, ReportError> {
        let mut page = self.page(lang);
        let title = pick(lang, "The best strategy over the plane", "各处的最优方案").to_owned();
        let svg = Some(PhaseMap { found: *self, lang }.svg()?);
        let chart = page::Chart { title, path: "phase-map".to_owned(), svg };
        // The map in letters gives way to the chart, beside it the same in words.
        page.blocks.retain(|block| !matches!(block, page::Block::Code { .. }));
        page.blocks.insert(0, page::Block::Chart(chart));
        // Where it comes from stands last, in two notes.
        let at = page.blocks.len().saturating_sub(2);
        let heading = page::Block::Heading(2, fields::title(self, lang).into());
        page.blocks.splice(at..at, [heading, page::Block::Table(fields::table(self, lang))]);
        Ok(page)
    }

    fn document(&self, _: Lang) -> Result<String, ReportError> {
        json(&self.to_json())
    }

    fn records(&self, _: Lang) -> Result<String, ReportError> {
        self.points_csv()
    }
}

impl Found<'_> {
    /// Changes along an axis, the other one standing where the scenario does.
    fn along(
        &self,
        page: &mut Page,
        stretch: &Stretch,
        other: Option<(Stretch, Option<f64>)>,
        crossings: &[Crossing],
    ) {
        let lang = page.lang;
        let shown = |v: f64| quantity(v, stretch.axis.unit(), lang);
        let (from, until) = (shown(stretch.from), shown(stretch.until));
        let at =
            other.and_then(|(o, value)| Some((o.axis, value?))).map_or(String::new(), |(axis, value)| {
                let value = quantity(value, axis.unit(), lang);
                match lang {
                    Lang::En => format!(", with {} {value}", axis.id()),
                    Lang::Zh => format!("（{} 为 {value}）", axis.id()),
                }
            });
        let axis = stretch.axis.id();
        page.heading(match lang {
            Lang::En => format!("{axis} from {from} to {until}{at}"),
            Lang::Zh => format!("{axis} 从 {from} 到 {until}{at}"),
        });
        let mut found: Vec<Prose> = crossings.iter().map(|c| sentence(c, lang).into()).collect();
        if crossings.is_empty() {
            let winner = self.result.points.first().and_then(|p| p.contest.winner());
            let none = pick(lang, "no crossing in this range", "此范围内无交叉");
            found.push(match other {
                None => format!("{none}: {}", named(winner, lang)).into(),
                Some(_) => none.into(),
            });
        }
        page.list(found);
    }

    /// The plane in letters, the second axis upwards.
    fn map(&self, y: &Stretch, lang: Lang) -> String {
        let strategies = strategies(self.result);
        let letters = letters(&strategies);
        let letter = |winner: Option<&str>| {
            winner.and_then(|w| strategies.iter().position(|s| *s == w)).map_or('·', |i| letters[i])
        };
        let columns = self.result.x.points();
        let rows = y.points();
        let labels: Vec<String> = rows.iter().map(|v| quantity(*v, y.axis.unit(), lang)).collect();
        let wide = labels.iter().map(|l| width(l)).max().unwrap_or(0);
        let mut out = format!("{} ↑  {} →\n", y.axis.id(), self.result.x.axis.id());
        for (row, label) in labels.iter().enumerate().rev() {
            let points = &self.result.points[row * columns.len()..(row + 1) * columns.len()];
            let line: String = points.iter().map(|p| format!(" {}", letter(p.contest.winner()))).collect();
            // Writing to a string cannot fail.
            let _ = writeln!(out, "  {}{label} │{line}", " ".repeat(wide - width(label)));
        }
        let ends = [columns.first(), columns.last()]
            .map(|v| v.map_or(String::new(), |v| quantity(*v, self.result.x.axis.unit(), lang)));
        let span = (2 * columns.len()).saturating_sub(width(&ends[0]) + width(&ends[1]));
        let _ = writeln!(out, "  {:wide$} └{}", "", "─".repeat(2 * columns.len()));
        let _ = writeln!(out, "  {:wide$}   {}{}{}", "", ends[0], " ".repeat(span.max(1)), ends[1]);
        let mut legend: Vec<String> =
            letters.iter().zip(&strategies).map(|(letter, name)| format!("{letter} {name}")).collect();
        legend.push(format!("· {}", nobody(lang)));
        let _ = writeln!(out, "  {}", legend.join("   "));
        out
    }

    /// The outcome as JSON.
    fn to_json(self) -> Value {
        let Self { result, metric, provenance: p } = self;
        let crossings = |all: &[Crossing]| all.iter().map(crossing).collect::<Vec<_>>();
        let points: Vec<Value> = result
            .points
            .iter()
            .map(|point| {
                let entrants: Vec<Value> = point
                    .contest
                    .entrants
                    .iter()
                    .map(|e| {
                        json!({
                            "strategy": e.strategy,
                            "value": Estimated::from(&estimates::of_values(metric, &e.values)),
                            "feasible": e.is_feasible(),
                            "infeasible": e.infeasible,
                            "missed": e.missed.iter().map(ToString::to_string).collect::<Vec<_>>(),
                            "undecided": e.undecided.iter().map(ToString::to_string).collect::<Vec<_>>(),
                        })
                    })
                    .collect();
                json!({
                    "x": point.x,
                    "y": point.y,
                    "best": point.contest.winner(),
                    "agreement": self.agreement(point),
                    "strategies": entrants,
                })
            })
            .collect();
        let document = json!({
            "agent": p.agent,
            "metric": metric.id(),
            "unit": metric.unit(),
            "x": stretch(&result.x),
            "y": result.y.as_ref().map(stretch),
            "here": { "x": result.here.0, "y": result.here.1 },
            "slice_nodes": result.nodes,
            "slice_s": p.slice.map(|slice| slice.seconds),
            "along_x": crossings(&result.along_x),
            "along_y": crossings(&result.along_y),
            "boundary": crossings(&result.boundary),
            "points": points,
        });
        sourced::document(SCHEMA, p, document)
    }

    /// What the best strategy comes to at a point, by the mean over replications; `None` where nobody meets the objectives.
    pub(super) fn figure_at(&self, point: &Point) -> Option<f64> {
        let winner = point.contest.winner()?;
        let entrant = point.contest.entrants.iter().find(|entrant| entrant.strategy == winner)?;
        estimates::of_values(self.metric, &entrant.values).mean
    }

    /// Share of the replications in which the best is the best of the means.
    pub(super) fn agreement(&self, point: &Point) -> f64 {
        let all = self.provenance.replications.max(1);
        let winner = point.contest.winner();
        (0..all).filter(|r| point.contest.winner_in(*r as usize) == winner).count() as f64 / all as f64
    }

    /// Every strategy at every point, one a row.
    ///
    /// # Errors
    /// It cannot be written: a defect.
    fn points_csv(&self) -> Result<String, ReportError> {
        let mut sheet = Sheet::new([
            "x_axis", "x", "y_axis", "y", "strategy", "best", "feasible", "metric", "mean", "ci_low",
            "ci_high", "unit", "missed",
        ])?;
        let result = self.result;
        let y_axis = result.y.map_or("", |y| y.axis.id());
        for point in &result.points {
            let winner = point.contest.winner();
            for entrant in &point.contest.entrants {
                let e = estimates::of_values(self.metric, &entrant.values);
                let mut missed: Vec<String> = entrant.missed.iter().map(ToString::to_string).collect();
                missed.extend(entrant.infeasible.clone());
                sheet.row([
                    result.x.axis.id(),
                    &point.x.to_string(),
                    y_axis,
                    &plain(point.y),
                    entrant.strategy,
                    &(winner == Some(entrant.strategy)).to_string(),
                    &entrant.is_feasible().to_string(),
                    self.metric.id(),
                    &plain(e.mean),
                    &plain(e.lo),
                    &plain(e.hi),
                    self.metric.unit(),
                    &missed.join("; "),
                ])?;
            }
        }
        sheet.finish()
    }

    /// Every change found, one a row.
    ///
    /// # Errors
    /// It cannot be written: a defect.
    fn crossings_csv(&self) -> Result<String, ReportError> {
        let mut sheet = Sheet::new([
            "line",
            "axis",
            "other_axis",
            "other",
            "below",
            "above",
            "at",
            "ci_low",
            "ci_high",
            "replications_crossing",
            "replications",
            "unit",
        ])?;
        let r = self.result;
        let y_axis = r.y.map_or("", |y| y.axis.id());
        let all = [
            ("here", y_axis, &r.along_x),
            ("here", r.x.axis.id(), &r.along_y),
            ("grid", y_axis, &r.boundary),
        ];
        for (line, other_axis, crossings) in all {
            for c in crossings {
                let interval = c.interval();
                sheet.row([
                    line,
                    c.axis.id(),
                    other_axis,
                    &plain(c.other),
                    c.below.unwrap_or_default(),
                    c.above.unwrap_or_default(),
                    &c.at.to_string(),
                    &plain(interval.map(|i| i.0)),
                    &plain(interval.map(|i| i.1)),
                    &c.each.len().to_string(),
                    &c.replications.to_string(),
                    c.axis.unit(),
                ])?;
            }
        }
        sheet.finish()
    }

    /// Writes JSON, CSV and the phase map into a folder and gives the paths.
    ///
    /// # Errors
    /// The map cannot be drawn, or the system refuses a file.
    pub fn write_folder(&self, dir: &Path, lang: Lang) -> Result<Vec<PathBuf>, ReportError> {
        let map = PhaseMap { found: *self, lang };
        let files = [
            ("break-even.txt", page::text(&self.page(Lang::En)).into_bytes()),
            ("break-even.json", self.document(Lang::En)?.into_bytes()),
            ("points.csv", self.points_csv()?.into_bytes()),
            ("crossings.csv", self.crossings_csv()?.into_bytes()),
            ("phase-map.svg", map.svg()?.into_bytes()),
            ("phase-map.png", map.png()?),
        ];
        write_files(dir, &files.map(|(name, bytes)| (name.to_owned(), bytes)))
    }
}

fn stretch(s: &Stretch) -> Value {
    json!({ "axis": s.axis.id(), "unit": s.axis.unit(), "from": s.from, "until": s.until, "points": s.points() })
}

fn crossing(c: &Crossing) -> Value {
    let interval = c.interval();
    json!({
        "axis": c.axis.id(),
        "other": c.other,
        "below": c.below,
        "above": c.above,
        "at": c.at,
        "lo": interval.map(|i| i.0),
        "hi": interval.map(|i| i.1),
        "each": c.each,
    })
}

/// A change in words.
fn sentence(c: &Crossing, lang: Lang) -> String {
    let shown = |v: f64| quantity(v, c.axis.unit(), lang);
    let at = match c.interval() {
        Some((lo, hi)) if lo < hi => format!("{} [{}, {}]", shown(c.at), shown(lo), shown(hi)),
        _ => shown(c.at),
    };
    let certainty = match (c.each.len() as u64, lang) {
        (n, _) if n == c.replications => String::new(),
        (n, Lang::En) => format!("; {n} of {} replications cross so", c.replications),
        (n, Lang::Zh) => format!("；{} 次重复中 {n} 次如此", c.replications),
    };
    let (below, above) = (named(c.below, lang), named(c.above, lang));
    match lang {
        Lang::En => format!("{below} → {above} from {at} on{certainty}"),
        Lang::Zh => format!("{below} → {above}，自 {at} 起{certainty}"),
    }
}

fn named(winner: Option<&'static str>, lang: Lang) -> &'static str {
    winner.unwrap_or_else(|| nobody(lang))
}

/// A letter a strategy: the first of its name that is free, and a sign where none is.
fn letters(strategies: &[&str]) -> Vec<char> {
    let mut letters: Vec<char> = Vec::new();
    for name in strategies {
        let own = name.chars().filter(|c| c.is_alphabetic()).map(|c| c.to_ascii_uppercase());
        let free = own.chain('a'..='z').find(|c| !letters.contains(c));
        letters.push(free.unwrap_or('?'));
    }
    letters
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_strategy_has_a_letter_of_its_own() {
        let names = ["native", "native-driver", "daemonset", "sidecar", "sidecar-streaming", "direct"];
        assert_eq!(letters(&names), ['N', 'A', 'D', 'S', 'I', 'R']);
    }
}
