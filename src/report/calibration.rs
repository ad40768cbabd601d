//! Costs fitted to a user's own measurements: what they are, how sure, and how well they fit.

use super::ReportError;
use super::csv::{Sheet, plain};
use super::page::{Block, Cell, Column, Finding, Form, Page, Prose, Table, Tone, json};
use super::words::pick;
use crate::calibrate::{Calibration, Figure, HeldOut, Kept, Measured, Term};
use crate::lang::{Lang, format};
use serde_json::{Value, json};

/// The version of the JSON document's shape.
pub const SCHEMA: &str = "loghaul.calibrate/v1";

/// A new profile's fits.
#[derive(Clone, Copy, Debug)]
pub struct Fitted<'a> {
    /// The new profile's name.
    pub name: &'a str,
    /// The profile that it began from.
    pub base: &'a str,
    /// The points.
    pub measured: &'a Measured,
    /// What was fitted to them, a figure each.
    pub fits: &'a [Calibration],
    /// What the fit does on set-ups that were held out; empty where there are too few.
    pub held_out: &'a [HeldOut],
}

impl Finding for Fitted<'_> {
    fn page(&self, lang: Lang) -> Page {
        let Self { name, base, measured, fits, held_out } = self;
        let (file, points) = (&measured.file, measured.points.len());
        let mut page = Page::new(
            lang,
            match lang {
                Lang::En => format!("{name}: {base} with costs fitted to {file} ({points} points)"),
                Lang::Zh => format!("{name}：{base}，成本按 {file} 拟合（{points} 个测点）"),
            },
        );
        for note in &measured.notes {
            let text = format!("{}: {note}", pick(lang, "note", "注意"));
            page.blocks.push(Block::Note(Tone::Plain, text.into()));
        }
        for fit in *fits {
            page.heading(heading(fit, lang));
            page.table(terms(fit, base, lang));
            page.table(residuals(fit, lang));
        }
        for term in fits.iter().flat_map(|fit| &fit.terms) {
            if let Some(warning) = &term.warning {
                let text = format!("{}: {} {warning}", pick(lang, "warning", "警告"), term.path);
                page.blocks.push(Block::Note(Tone::Bad, text.into()));
            }
        }
        for held in *held_out {
            page.paragraph(judged(held, base, lang));
        }
        page
    }

    fn document(&self, _: Lang) -> Result<String, ReportError> {
        let Self { name, base, measured, fits, held_out } = self;
        let figures: Vec<Value> = fits
            .iter()
            .map(|fit| {
                let (mape, bias) = fit.errors();
                json!({
                    "figure": fit.figure, "n": fit.residuals.len(), "mape": mape, "bias": bias,
                    "condition_index": fit.condition, "terms": fit.terms, "residuals": fit.residuals,
                })
            })
            .collect();
        json(&json!({
            "schema": SCHEMA, "version": env!("CARGO_PKG_VERSION"), "name": name, "base": base,
            "file": measured.file, "points": measured.points.len(), "notes": measured.notes, "figures": figures,
            "held_out": held_out,
        }))
    }

    fn records(&self, _: Lang) -> Result<String, ReportError> {
        let mut sheet =
            Sheet::new(["figure", "cost", "value", "standard_error", "base", "unit", "kept", "warning"])?;
        for fit in self.fits {
            let figure = match fit.figure {
                Figure::AgentCpu => "agent_cpu",
                Figure::Memory => "memory",
            };
            for term in &fit.terms {
                sheet.row([
                    figure,
                    term.path,
                    &term.value.to_string(),
                    &plain(term.standard_error),
                    &term.base.to_string(),
                    unit(term.path),
                    &term.kept.as_ref().map(|kept| kept_words(kept, Lang::En)).unwrap_or_default(),
                    term.warning.as_deref().unwrap_or_default(),
                ])?;
            }
        }
        sheet.finish()
    }
}

/// What the fit improves on set-ups that it has not seen.
fn judged(held: &HeldOut, base: &str, lang: Lang) -> String {
    let figure = match held.figure {
        Figure::AgentCpu => "CPU",
        Figure::Memory => pick(lang, "memory", "内存"),
    };
    let [before, after] = [held.base, held.fitted].map(|error| format::decimal(error, "fraction", 1));
    let (n, better) = (held.n, held.fitted < held.base);
    match (lang, better) {
        (Lang::En, true) => format!(
            "held out, every third set-up: {figure}, {n} values, mean error {after}, better than {before} of {base}"
        ),
        (Lang::En, false) => format!(
            "held out, every third set-up: {figure}, {n} values, mean error {after}, no better than {before} of {base}"
        ),
        (Lang::Zh, true) => {
            format!("留出每第三个配置：{figure}，{n} 个值，平均误差 {after}，优于 {base} 的 {before}")
        }
        (Lang::Zh, false) => {
            format!("留出每第三个配置：{figure}，{n} 个值，平均误差 {after}，不优于 {base} 的 {before}")
        }
    }
}

/// What was fitted, and how well.
fn heading(fit: &Calibration, lang: Lang) -> String {
    let title = match fit.figure {
        Figure::AgentCpu => "CPU",
        Figure::Memory => pick(lang, "memory, RSS and PSS", "内存（RSS 与 PSS）"),
    };
    let (mape, bias) = fit.errors();
    let [mape, bias] = [format::decimal(mape, "fraction", 1), format::signed(bias, "fraction", 1)];
    let (rows, condition) = (fit.residuals.len(), fit.condition);
    match lang {
        Lang::En => {
            format!("{title}: mean error {mape}, bias {bias}, {rows} rows, condition index {condition:.0}")
        }
        Lang::Zh => format!("{title}：平均误差 {mape}，偏差 {bias}，{rows} 行，条件指数 {condition:.0}"),
    }
}

fn terms(fit: &Calibration, base: &str, lang: Lang) -> Table {
    let [cost, value, error, unit_head] =
        [("cost", "成本"), ("value", "数值"), ("± standard error", "± 标准误"), ("unit", "单位")]
            .map(|(en, zh)| pick(lang, en, zh));
    let mut table = Table::new([
        Column::words(cost),
        Column::figures(value),
        Column::figures(error),
        Column::figures(base),
        Column::words(unit_head),
        Column::words(""),
    ]);
    for term in &fit.terms {
        let number = |value| Cell::number(value, unit(term.path), Form::Scientific);
        let error = match (&term.kept, term.standard_error) {
            (None, Some(error)) => number(error),
            _ => Cell::Nothing,
        };
        table.row([
            Cell::Words(Prose::default().code(term.path)),
            number(term.value),
            error,
            number(term.base),
            Cell::words(unit(term.path)),
            Cell::words(note(term, lang)),
        ]);
    }
    table
}

fn residuals(fit: &Calibration, lang: Lang) -> Table {
    let [line, of, measured, fitted, error] =
        [("line", "行"), ("of", "项"), ("measured", "实测"), ("fitted", "拟合"), ("error", "误差")]
            .map(|(en, zh)| pick(lang, en, zh));
    let mut table = Table::new([
        Column::figures(line),
        Column::words(of),
        Column::figures(measured),
        Column::figures(fitted),
        Column::figures(error),
    ]);
    let unit = match fit.figure {
        Figure::AgentCpu => "cores",
        Figure::Memory => "bytes",
    };
    for residual in &fit.residuals {
        table.row([
            Cell::count(residual.line),
            Cell::words(residual.of),
            Cell::quantity(residual.measured, unit),
            Cell::quantity(residual.predicted, unit),
            residual.error().map_or(Cell::Nothing, |e| Cell::number(e, "fraction", Form::Signed(1))),
        ]);
    }
    table
}

/// The unit of a cost, as in the profile.
fn unit(path: &str) -> &'static str {
    match path {
        "cpu.idle" | "cpu.config" | "cpu.configSquared" => "cores",
        "cpu.byte" => "ns",
        path if path.starts_with("cpu.") => "µs",
        "memory.bufferedByte" => "bytes/byte",
        "memory.bufferedRoot" => "bytes/√byte",
        _ => "bytes",
    }
}

fn note(term: &Term, lang: Lang) -> String {
    match &term.kept {
        None if term.warning.is_some() => pick(lang, "see below", "见下").to_owned(),
        None => String::new(),
        Some(kept) => kept_words(kept, lang),
    }
}

fn kept_words(kept: &Kept, lang: Lang) -> String {
    match (kept, lang) {
        (Kept::NoData, Lang::En) => "kept: no row tells".to_owned(),
        (Kept::NoData, Lang::Zh) => "保留原值：没有能说明的行".to_owned(),
        (Kept::TooFewRows, Lang::En) => "kept: too few rows".to_owned(),
        (Kept::TooFewRows, Lang::Zh) => "保留原值：行数太少".to_owned(),
        (Kept::Collinear(others), Lang::En) => format!("kept: cannot be told from {}", others.join(", ")),
        (Kept::Collinear(others), Lang::Zh) => format!("保留原值：无法与 {} 区分", others.join("、")),
    }
}
