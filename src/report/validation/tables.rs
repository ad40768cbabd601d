//! Scores and points as tables.

use super::super::ReportError;
use crate::lang::Lang;
use crate::report::format::{NOTHING, quantity};
use crate::validate::{Figure, Point, Regime, Score, Validation};
use comfy_table::{CellAlignment, Table, presets};
use std::collections::BTreeMap;

/// How many of the worst predictions are listed.
const WORST: usize = 15;

/// For a terminal.
pub(super) fn terminal(validation: &Validation) -> String {
    let mut table = scores(validation);
    table.load_style(presets::NOTHING);
    let mut text = format!(
        "{} points of {}, {} rows without a prediction",
        validation.points.len(),
        validation.files.join(", "),
        validation.skipped.len()
    );
    if !validation.points.is_empty() {
        text.push_str(&format!("\n\n{table}"));
    }
    let wrong = most_wrong(validation);
    if !wrong.is_empty() {
        let mut list = listed(&wrong);
        list.load_style(presets::NOTHING);
        text.push_str(&format!("\n\nwhat the model gets most wrong\n\n{list}"));
    }
    if !validation.skipped.is_empty() {
        text.push_str("\n\nnot predicted\n\n");
        let mut list = reasons(validation);
        list.load_style(presets::NOTHING);
        text.push_str(&list.to_string());
    }
    text
}

/// Scores of measurements that are not the project's own: figures, no rows. Markdown.
pub(super) fn elsewhere(validation: &Validation) -> String {
    let mut counts = reasons_counted(validation);
    counts.load_style(presets::ASCII_MARKDOWN);
    align_right(&mut counts, 1, 2);
    let mut text = format!(
        "## Measured elsewhere\n\nWhat others have published, predicted without any fit to their machines: {} points of \
         {}. Made with `--elsewhere FILE.csv…`; the files are read in place, and their rows are not repeated here. \
         Figures that a profile was made from ([profiles.md](profiles.md)) are among them.\n\n{}",
        validation.points.len(),
        validation.files.join(" and "),
        as_markdown(scores(validation), 4)
    );
    if !validation.skipped.is_empty() {
        text.push_str(&format!("\n\nRows that cannot be predicted, by the reason:\n\n{counts}"));
    }
    text
}

/// Scores of figures over all layouts: Markdown.
pub(super) fn overview(validation: &Validation) -> String {
    let mut groups: BTreeMap<(Figure, &str, Regime), Vec<&Point>> = BTreeMap::new();
    for point in &validation.points {
        groups.entry((point.figure, point.agent.as_str(), point.regime)).or_default().push(point);
    }
    let mut table = Table::new();
    table.set_header([
        "figure",
        "agent",
        "state",
        "fitted",
        "not fitted",
        "means of repetitions",
        "within interval",
    ]);
    for ((figure, agent, regime), points) in groups {
        let part =
            |keep: &dyn Fn(&&Point) -> bool| short(Score::of(points.iter().copied().filter(keep)).as_ref());
        let all = Score::of(points.iter().copied());
        table.add_row([
            figure.id().to_owned(),
            agent.to_owned(),
            regime.words().to_owned(),
            part(&|p| p.fitted),
            part(&|p| !p.fitted),
            part(&|p| p.repetitions > 1),
            all.map_or_else(|| NOTHING.into(), |s| percent(s.coverage)),
        ]);
    }
    format!("## Errors by figure\n\n{}", as_markdown(table, 3))
}

/// Scores by layout: Markdown.
pub(super) fn by_layout(validation: &Validation) -> String {
    format!("## By layout\n\n{}", as_markdown(scores(validation), 4))
}

/// What is furthest off: Markdown.
pub(super) fn worst(validation: &Validation) -> String {
    let wrong = most_wrong(validation);
    if wrong.is_empty() {
        return String::new();
    }
    format!(
        "## What the model gets most wrong\n\nComputed: the largest errors among measurements outside of their \
         interval.\n\n{}",
        as_markdown(listed(&wrong), 2)
    )
}

/// Rows without a prediction: Markdown.
pub(super) fn skipped(validation: &Validation) -> String {
    if validation.skipped.is_empty() {
        return String::new();
    }
    format!("## Not predicted\n\n{}", as_markdown(reasons(validation), 9))
}

/// Every point: CSV.
pub(super) fn csv(validation: &Validation) -> Result<String, ReportError> {
    let mut writer = csv::Writer::from_writer(Vec::new());
    let failed = |e: &dyn std::fmt::Display| ReportError::encode("CSV", e);
    let header = [
        "file",
        "line",
        "row",
        "figure",
        "unit",
        "agent",
        "layout",
        "regime",
        "fitted",
        "repetitions",
        "measured",
        "predicted",
        "lo",
        "hi",
    ];
    writer.write_record(header).map_err(|e| failed(&e))?;
    for p in &validation.points {
        let record = [
            p.file.clone(),
            p.line.to_string(),
            p.row.clone(),
            p.figure.id().to_owned(),
            p.figure.unit().to_owned(),
            p.agent.clone(),
            p.layout.clone(),
            p.regime.words().to_owned(),
            p.fitted.to_string(),
            p.repetitions.to_string(),
            p.measured.to_string(),
            p.predicted.to_string(),
            p.lo.to_string(),
            p.hi.to_string(),
        ];
        writer.write_record(record).map_err(|e| failed(&e))?;
    }
    let bytes = writer.into_inner().map_err(|e| failed(&e))?;
    String::from_utf8(bytes).map_err(|e| failed(&e))
}

fn scores(validation: &Validation) -> Table {
    let mut table = Table::new();
    table.set_header([
        "figure",
        "agent",
        "layout",
        "state",
        "n",
        "error",
        "bias",
        "worst",
        "fitted",
        "not fitted",
        "within",
    ]);
    for s in &validation.figures {
        table.add_row([
            s.figure.id().to_owned(),
            s.agent.clone(),
            s.layout.clone(),
            s.regime.words().to_owned(),
            s.all.n.to_string(),
            percent(s.all.mape),
            signed(s.all.bias),
            signed(s.all.worst),
            short(s.fitted.as_ref()),
            short(s.not_fitted.as_ref()),
            percent(s.all.coverage),
        ]);
    }
    align_right(&mut table, 4, 11);
    table
}

/// Points outside of their interval, the largest errors first.
fn most_wrong(validation: &Validation) -> Vec<&Point> {
    let mut points: Vec<&Point> = validation.points.iter().filter(|p| !p.covered()).collect();
    points.sort_by(|a, b| b.error().abs().total_cmp(&a.error().abs()).then_with(|| a.row.cmp(&b.row)));
    points.truncate(WORST);
    points
}

fn listed(points: &[&Point]) -> Table {
    let mut table = Table::new();
    table.set_header(["row", "figure", "measured", "predicted", "expected from", "to", "off"]);
    for p in points {
        let show = |value: f64| quantity(value, p.figure.unit(), Lang::En);
        table.add_row([
            p.row.clone(),
            p.figure.id().to_owned(),
            show(p.measured),
            show(p.predicted),
            show(p.lo),
            show(p.hi),
            signed(p.error()),
        ]);
    }
    align_right(&mut table, 2, 7);
    table
}

/// Reasons, each with its rows.
fn reasons(validation: &Validation) -> Table {
    let mut by_reason: Vec<(&str, Vec<&str>)> = Vec::new();
    for skipped in &validation.skipped {
        match by_reason.iter_mut().find(|(reason, _)| *reason == skipped.reason) {
            Some((_, rows)) => rows.push(&skipped.row),
            None => by_reason.push((&skipped.reason, vec![&skipped.row])),
        }
    }
    let mut table = Table::new();
    table.set_header(["reason", "rows"]);
    for (reason, rows) in by_reason {
        table.add_row([reason.to_owned(), together(&rows)]);
    }
    table
}

/// Reasons, each with the number of its rows.
fn reasons_counted(validation: &Validation) -> Table {
    let mut by_reason: BTreeMap<&str, usize> = BTreeMap::new();
    for skipped in &validation.skipped {
        *by_reason.entry(&skipped.reason).or_default() += 1;
    }
    let mut table = Table::new();
    table.set_header(["reason", "rows"]);
    for (reason, rows) in by_reason {
        table.add_row([reason.to_owned(), rows.to_string()]);
    }
    table
}

/// Rows of the same file together: `layouts.csv:57, 58`.
fn together(rows: &[&str]) -> String {
    let mut text = String::new();
    let mut last_file = "";
    for row in rows {
        let (file, line) = row.rsplit_once(':').unwrap_or(("", row));
        if !text.is_empty() {
            text.push_str(", ");
        }
        text.push_str(if file == last_file { line } else { row });
        last_file = file;
    }
    text
}

fn short(score: Option<&Score>) -> String {
    score.map_or_else(|| NOTHING.into(), |s| format!("{} ({}, {})", percent(s.mape), signed(s.bias), s.n))
}

fn percent(fraction: f64) -> String {
    format!("{:.1}%", fraction * 100.0)
}

fn signed(fraction: f64) -> String {
    format!("{:+.1}%", fraction * 100.0).replace('-', "−")
}

fn as_markdown(mut table: Table, right_from: usize) -> String {
    table.load_style(presets::ASCII_MARKDOWN);
    let columns = table.column_count();
    align_right(&mut table, right_from, columns);
    table.to_string()
}

fn align_right(table: &mut Table, from: usize, until: usize) {
    for column in from..until {
        if let Some(column) = table.column_mut(column) {
            column.set_cell_alignment(CellAlignment::Right);
        }
    }
}
