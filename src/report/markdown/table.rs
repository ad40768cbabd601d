//! The article's table and what its cells rest on.

use super::{escaped, head};
use crate::lang::Lang;
use crate::report::words::pick;
use crate::report::{Report, cell, format};
use crate::table::{Agreement, Figure, Row};
use std::fmt::Write as _;

/// The table: every cell with its agreement, and the article's own cell below it.
pub(in crate::report) fn cells(report: &Report) -> String {
    let lang = report.lang;
    let mut out = head(report, "", false);
    for row in &report.table.rows {
        let _ = write!(out, "| **{}** |", escaped(row.title.get(lang)));
        for result in report.strategies() {
            let _ = write!(out, " {} |", one(report, row, result.strategy));
        }
        out.push('\n');
    }
    let _ = write!(out, "\n{}\n", legend(report));
    out += &variants(report);
    out
}

/// How many cells agree if something were otherwise, and which ones turn.
fn variants(report: &Report) -> String {
    let lang = report.lang;
    let mut out = String::new();
    if report.table.variants.is_empty() {
        return out;
    }
    let head = [("if", "若"), ("agree", "一致"), ("cells that turn", "变化的单元格")];
    let [what, agree, turned] = head.map(|(en, zh)| pick(lang, en, zh));
    let _ = write!(out, "\n| {what} | {agree} | {turned} |\n|---|--:|---|\n");
    for variant in &report.table.variants {
        let turned: Vec<String> = variant
            .turned
            .iter()
            .map(|(row, strategy, agreement)| {
                let title = report.table.rows.iter().find(|r| r.id == *row).map(|r| r.title.get(lang));
                let sign = match agreement {
                    Agreement::Agrees => "✓",
                    Agreement::Disagrees => "✗",
                    Agreement::ByConstruction | Agreement::Unknown => "–",
                };
                format!("{} ({strategy}) {sign}", escaped(title.unwrap_or(row)))
            })
            .collect();
        let what = escaped(variant.what.get(lang));
        let turned = if turned.is_empty() { format::NOTHING.to_owned() } else { turned.join(", ") };
        let _ = writeln!(out, "| {what} | {} | {turned} |", variant.share());
    }
    out
}

fn one(report: &Report, row: &Row, strategy: &str) -> String {
    let Some(cell) = cell(row, strategy) else { return format::NOTHING.into() };
    let sign = match cell.agreement {
        Agreement::Agrees => "✓ ",
        Agreement::Disagrees => "✗ ",
        Agreement::ByConstruction | Agreement::Unknown => "– ",
    };
    let mut out = format!("{sign}{}", escaped(cell.text.get(report.lang)));
    if cell.agreement == Agreement::ByConstruction {
        let _ = write!(out, " *({})*", pick(report.lang, "by construction", "由定义得出"));
    }
    if let Some(article) = &cell.article {
        let _ =
            write!(out, "<br><sub>{}{}</sub>", pick(report.lang, "article: ", "文章："), escaped(article));
    }
    out
}

/// How many cells agree, and what the signs mean.
fn legend(report: &Report) -> String {
    let tally = report.tally();
    let compared = tally.agrees + tally.disagrees;
    let (agrees, by_construction, unknown) = (tally.agrees, tally.by_construction, tally.unknown);
    match report.lang {
        Lang::En => format!(
            "**{agrees} of {compared} compared cells agree with the article.** ✓ agrees, ✗ does not, – is not \
             counted: {by_construction} by construction (from a declared capability, not a simulated \
             quantity), {unknown} with nothing to compare. In small print the article's own cell, word for \
             word."
        ),
        Lang::Zh => format!(
            "**参与比较的 {compared} 格中，{agrees} 格与文章一致。** ✓ 一致，✗ 不一致，– 不计入：\
             {by_construction} 格由定义得出（来自声明的能力而非模拟量），{unknown} 格无可比较。小字为文章原文。"
        ),
    }
}

/// Row by row: what was run, and the figures of every strategy.
pub(super) fn grounds(report: &Report) -> String {
    let lang = report.lang;
    let mut out = String::new();
    for row in &report.table.rows {
        let title = escaped(row.title.get(lang));
        let _ = writeln!(out, "**{title}** — {}\n", escaped(row.method.get(lang)));
        let figures = names(row);
        if figures.is_empty() {
            continue;
        }
        out += &head(report, "", true);
        for name in figures {
            let of =
                |strategy: &str| cell(row, strategy).and_then(|c| c.figures.iter().find(|f| f.name == name));
            let label = report
                .strategies()
                .iter()
                .find_map(|s| of(s.strategy))
                .map(|f| f.label().get(lang).to_owned());
            let _ = write!(out, "| {} |", escaped(label.as_deref().unwrap_or(name)));
            for result in report.strategies() {
                let _ = write!(
                    out,
                    " {} |",
                    of(result.strategy).map_or(format::NOTHING.into(), |f| shown(f, lang))
                );
            }
            out.push('\n');
        }
        out.push('\n');
    }
    out
}

/// The names of a row's figures, in the order of the cells.
fn names(row: &Row) -> Vec<&str> {
    let mut names: Vec<&str> = Vec::new();
    for figure in row.cells.iter().flat_map(|c| &c.figures) {
        if !names.contains(&figure.name.as_str()) {
            names.push(&figure.name);
        }
    }
    names
}

fn shown(figure: &Figure, lang: Lang) -> String {
    format::estimate(figure.value.as_ref(), figure.unit, lang)
}
