//! Why a cell of the table is what it is: a page, JSON, figures as CSV.
//!
//! Takes an [`Explanation`]; every sentence is made of its figures, thresholds and claims.

mod json;
mod words;

pub use json::SCHEMA;
use json::to_json;

use super::csv::{Sheet, plain};
use super::markdown::shown;
use super::page::{self, Block, Cell, Column, Finding, Page, Prose, Table};
use super::words::pick;
use super::{ReportError, answer, decided};
use crate::decision::Clue;
use crate::lang::Lang;
use crate::study::Provenance;
use crate::table::{Band, CellExplanation, Explanation, Rule};

/// An explanation, and where its figures come from.
#[derive(Clone, Copy, Debug)]
pub struct Explained<'a> {
    /// Why the cells are what they are.
    pub explanation: &'a Explanation,
    /// Where the figures come from.
    pub provenance: &'a Provenance,
    /// What would turn cells that disagree with the article, and objectives that are missed.
    pub clues: &'a [Clue],
}

impl Finding for Explained<'_> {
    fn page(&self, lang: Lang) -> Page {
        let Self { explanation, provenance, clues } = self;
        // It goes into other documents.
        let mut page = Page { level: 2, ..Page::new(lang, words::heading(explanation, provenance, lang)) };
        page.paragraph(words::method(explanation, lang));
        page.paragraph(sentence(&words::rule(&explanation.rule, lang), lang));
        if let Rule::Bands { bands, .. } = &explanation.rule {
            page.table(rule_table(bands, graded_unit(explanation), lang));
        }
        for cell in &explanation.cells {
            evidence(&mut page, explanation, cell);
            turned(&mut page, clues, cell.cell.strategy);
        }
        words::remake(&mut page, provenance);
        page
    }

    fn document(&self, lang: Lang) -> Result<String, ReportError> {
        page::json(&to_json(self.explanation, self.provenance, self.clues, lang))
    }

    fn records(&self, lang: Lang) -> Result<String, ReportError> {
        let mut sheet = Sheet::new([
            "row", "strategy", "grade", "text", "agrees", "figure", "label", "mean", "ci_low", "ci_high",
            "unit",
        ])?;
        for CellExplanation { cell, .. } in &self.explanation.cells {
            let agrees = cell.agreement.as_bool().map(|a| a.to_string()).unwrap_or_default();
            let grade = cell.grade.as_deref().unwrap_or_default();
            for figure in &cell.figures {
                let e = figure.value.as_ref();
                let [mean, lo, hi] =
                    [e.and_then(|e| e.mean), e.and_then(|e| e.lo), e.and_then(|e| e.hi)].map(plain);
                sheet.row([
                    self.explanation.row,
                    cell.strategy,
                    grade,
                    cell.text.get(lang),
                    &agrees,
                    &figure.name,
                    figure.label().get(lang),
                    &mean,
                    &lo,
                    &hi,
                    figure.unit,
                ])?;
            }
        }
        sheet.finish()
    }
}

/// Thresholds with their reasons.
fn rule_table(bands: &[Band], unit: &str, lang: Lang) -> Table {
    let mut table = Table::titled(&[("grade", "等级"), ("for", "范围"), ("why", "理由")], &[], lang);
    for band in bands {
        let span = words::span(band, unit, lang);
        table.row([band.text.get(lang), &span, band.reason.get(lang)].map(Cell::words));
    }
    table
}

/// What a cell rests on, and what would change it.
fn evidence(page: &mut Page, explanation: &Explanation, cell: &CellExplanation) {
    let lang = page.lang;
    page.blocks.push(Block::Heading(3, cell.cell.strategy.into()));
    page.paragraph(Prose::default().strong(cell.cell.text.get(lang)));
    page.list(sentences(explanation, cell, lang).into_iter().map(Prose::from).collect());
    if !cell.cell.figures.is_empty() {
        let mut table = Table::new([Column::words(pick(lang, "figure", "指标")), Column::figures("")]);
        for figure in &cell.cell.figures {
            table.row([Cell::words(figure.label().get(lang)), shown(figure)]);
        }
        page.table(table);
    }
    if !cell.changes.is_empty() {
        page.paragraph(pick(lang, "What would change it:", "何时改变："));
        page.list(cell.changes.iter().map(|change| words::change(change, lang).into()).collect());
    }
}

/// What decides what is missed, and the setting that would turn it.
fn turned(page: &mut Page, clues: &[Clue], strategy: &str) {
    let lang = page.lang;
    let own: Vec<&Clue> = clues.iter().filter(|clue| clue.tuned.strategy == strategy).collect();
    if own.is_empty() {
        return;
    }
    page.paragraph(pick(
        lang,
        "What decides it, and what would turn it:",
        "决定因素，以及可改变结论的设置：",
    ));
    page.list(own.into_iter().map(|clue| clue_text(clue, lang)).collect());
}

/// A clue in a line.
fn clue_text(clue: &Clue, lang: Lang) -> Prose {
    let mut text = Prose::default().strong(clue.cluster.as_str()).plain(pick(lang, ": ", "："));
    for (at, (objective, decides)) in clue.tuned.decides.iter().enumerate() {
        let (between, by) =
            (if at > 0 { pick(lang, "; ", "；") } else { "" }, decided::phrase(decides, lang));
        text = text.plain(format!("{between}{objective}{}{by}", pick(lang, ": ", "：")));
    }
    let Some(setting) = answer::setting(&clue.tuned, lang) else {
        return text.plain(pick(lang, "; ", "；")).code("--decide").plain(pick(
            lang,
            " searches the setting that would turn it",
            " 可求解能改变结论的设置",
        ));
    };
    let text = text.plain(pick(lang, ". ", "。"));
    setting.spans().iter().fold(text, |prose, span| match span.emphasis {
        page::Emphasis::Code => prose.code(span.text.as_str()),
        page::Emphasis::Strong => prose.strong(span.text.as_str()),
        _ => prose.plain(span.text.as_str()),
    })
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
