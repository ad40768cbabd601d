//! Why a cell of the table is what it is: for a terminal, as Markdown, as JSON.
//!
//! Takes an [`Explanation`]; every sentence is made of its figures, thresholds and claims.

mod json;
mod words;

pub use json::{SCHEMA, to_json};

use super::format::{self, NOTHING};
use super::markdown::escaped;
use super::terminal::wrap::{width, wrap};
use super::words::pick;
use crate::lang::Lang;
use crate::study::Provenance;
use crate::table::{Band, CellExplanation, Explanation, Figure, Rule};
use std::fmt::Write as _;

/// The explanation for a terminal of so many columns.
pub fn render(explanation: &Explanation, provenance: &Provenance, lang: Lang, columns: usize) -> String {
    let mut out = String::new();
    let paragraph = |out: &mut String, text: &str| out.push_str(&indented(text, "", columns));
    paragraph(&mut out, &words::heading(explanation, provenance, lang));
    paragraph(&mut out, &words::method(explanation, lang));
    out.push('\n');
    paragraph(&mut out, &words::rule(&explanation.rule, lang));
    if let Rule::Bands { bands, .. } = &explanation.rule {
        let unit = graded_unit(explanation);
        let spans: Vec<String> =
            bands.iter().map(|b| format!("{} {}", b.text.get(lang), words::span(b, unit, lang))).collect();
        let reasons: Vec<String> = bands.iter().map(|b| b.reason.get(lang).to_owned()).collect();
        out += &two_columns(&spans, &reasons, columns);
    }
    for cell in &explanation.cells {
        out.push('\n');
        paragraph(&mut out, &format!("{}: {}", cell.cell.strategy, cell.cell.text.get(lang)));
        for sentence in sentences(explanation, cell, lang) {
            out += &indented(&sentence, "  ", columns);
        }
        if !cell.cell.figures.is_empty() {
            let _ = writeln!(
                out,
                "  {}",
                pick(lang, "figures, mean and 95% interval", "指标（均值与 95% 置信区间）")
            );
        }
        let names: Vec<String> = cell.cell.figures.iter().map(|f| f.label().get(lang).to_owned()).collect();
        out += &two_columns(
            &names,
            &cell.cell.figures.iter().map(|f| value(f, lang)).collect::<Vec<_>>(),
            columns,
        );
        if !cell.changes.is_empty() {
            let _ = writeln!(out, "  {}", pick(lang, "what would change it", "何时改变"));
        }
        for change in &cell.changes {
            out += &indented(&words::change(change, lang), "    ", columns);
        }
    }
    out.push('\n');
    paragraph(&mut out, &words::remake(provenance, lang));
    out
}

/// The explanation as Markdown, its heading one of the second level.
pub fn markdown(explanation: &Explanation, provenance: &Provenance, lang: Lang) -> String {
    let mut out = format!("## {}\n\n", escaped(&words::heading(explanation, provenance, lang)));
    let _ = writeln!(out, "{}\n", escaped(&words::method(explanation, lang)));
    let _ = writeln!(out, "{}\n", escaped(&sentence(&words::rule(&explanation.rule, lang), lang)));
    if let Rule::Bands { bands, .. } = &explanation.rule {
        let unit = graded_unit(explanation);
        let head = [("grade", "等级"), ("for", "范围"), ("why", "理由")].map(|(en, zh)| pick(lang, en, zh));
        let _ = writeln!(out, "| {} | {} | {} |\n|---|---|---|", head[0], head[1], head[2]);
        for band in bands {
            let span = words::span(band, unit, lang);
            let [name, span, why] = [band.text.get(lang), &span, band.reason.get(lang)].map(escaped);
            let _ = writeln!(out, "| {name} | {span} | {why} |");
        }
        out.push('\n');
    }
    for cell in &explanation.cells {
        let _ = writeln!(out, "### {}\n\n**{}**\n", cell.cell.strategy, escaped(cell.cell.text.get(lang)));
        for sentence in sentences(explanation, cell, lang) {
            let _ = writeln!(out, "- {}", escaped(&sentence));
        }
        if !cell.cell.figures.is_empty() {
            let _ = writeln!(out, "\n| {} | |\n|---|--:|", pick(lang, "figure", "指标"));
        }
        for figure in &cell.cell.figures {
            let _ = writeln!(
                out,
                "| {} | {} |",
                escaped(figure.label().get(lang)),
                escaped(&value(figure, lang))
            );
        }
        if !cell.changes.is_empty() {
            let _ = writeln!(out, "\n{}\n", pick(lang, "What would change it:", "何时改变："));
        }
        for change in &cell.changes {
            let _ = writeln!(out, "- {}", escaped(&words::change(change, lang)));
        }
        out.push('\n');
    }
    let _ = writeln!(out, "{}", escaped(&words::remake(provenance, lang)));
    out
}

/// A paragraph on a cell that disagrees with the article: what the article says, what was found, why that is
/// graded so, and what would have to be otherwise.
pub fn paragraph(explanation: &Explanation, cell: &CellExplanation, lang: Lang) -> String {
    let mut parts = Vec::new();
    parts.extend(words::article(explanation, cell, lang));
    parts.push(words::found(cell, lang));
    parts.push(words::method(explanation, lang));
    if let Some(band) = held(explanation, cell) {
        parts.push(words::because(band, lang));
    }
    parts.extend(cell.cell.notes.iter().map(|note| sentence(note.get(lang), lang)));
    parts.extend(words::to_agree(explanation, cell, lang));
    parts.join(if lang == Lang::Zh { "" } else { " " })
}

/// The band that a cell is graded by.
fn held<'e>(explanation: &'e Explanation, cell: &CellExplanation) -> Option<&'e Band> {
    match &explanation.rule {
        Rule::Bands { bands, .. } => bands.iter().find(|b| Some(&b.id) == cell.cell.grade.as_ref()),
        Rule::Members { .. } => None,
    }
}

/// The unit of the figure that a row is graded by.
fn graded_unit(explanation: &Explanation) -> &'static str {
    let Rule::Bands { figure, .. } = &explanation.rule else { return "" };
    let figures = explanation.cells.iter().flat_map(|c| &c.cell.figures);
    figures.into_iter().find(|f| f.name == *figure).map_or("", |f| f.unit)
}

fn sentences(explanation: &Explanation, cell: &CellExplanation, lang: Lang) -> Vec<String> {
    let mut all: Vec<String> = words::article(explanation, cell, lang).into_iter().collect();
    all.push(words::agreement(cell, lang));
    all.extend(cell.cell.notes.iter().map(|note| sentence(note.get(lang), lang)));
    all
}

/// A phrase as a sentence of its own.
fn sentence(phrase: &str, lang: Lang) -> String {
    let mut chars = phrase.chars();
    let capital = chars.next().map(|c| c.to_uppercase().to_string()).unwrap_or_default();
    let end = if phrase.ends_with(['.', '。']) { "" } else { pick(lang, ".", "。") };
    format!("{capital}{}{end}", chars.as_str())
}

fn value(figure: &Figure, lang: Lang) -> String {
    match &figure.value {
        Some(_) => format::estimate(figure.value.as_ref(), figure.unit, lang),
        None => NOTHING.to_owned(),
    }
}

/// A text in lines that begin with an indent.
fn indented(text: &str, indent: &str, columns: usize) -> String {
    let lines = wrap(text, columns.saturating_sub(indent.len()).max(20));
    lines.iter().map(|line| format!("{indent}{line}\n")).collect()
}

/// Two texts beside each other, each line indented; the left one as wide as its widest.
fn two_columns(left: &[String], right: &[String], columns: usize) -> String {
    const INDENT: usize = 4;
    let widest = left.iter().map(|l| width(l)).max().unwrap_or(0).min(columns / 2);
    let mut out = String::new();
    for (left, right) in left.iter().zip(right) {
        let (left, right) =
            (wrap(left, widest), wrap(right, columns.saturating_sub(INDENT + widest + 2).max(20)));
        for row in 0..left.len().max(right.len()) {
            let (l, r) =
                (left.get(row).map_or("", String::as_str), right.get(row).map_or("", String::as_str));
            let gap = " ".repeat(widest.saturating_sub(width(l)) + 2);
            out += format!("{}{l}{gap}{r}", " ".repeat(INDENT)).trim_end();
            out.push('\n');
        }
    }
    out
}
