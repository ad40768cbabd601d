//! From results to the table.

use super::cell::{Agreement, Cell, Figure, Row, Table};
use super::figures::{ROWS, RowSource, Sources};
use super::{Grading, Reference, Rubric};
use crate::lang::format::quantity;
use crate::lang::{Lang, Text};
use crate::study::{Comparison, StrategyResult, TableStudy};

/// A member of a set with so much of it need not be told how much.
const WHOLE: f64 = 0.995;

/// All thresholds multiplied by so much, to see what hangs on them.
const SCALED: [(f64, &str, &str); 2] =
    [(0.5, "all thresholds halved", "阈值全部减半"), (2.0, "all thresholds doubled", "阈值全部加倍")];

/// Builds the table, and what it would be with other thresholds.
pub fn build(comparison: &Comparison, study: &TableStudy, rubric: &Rubric, reference: &Reference) -> Table {
    let mut table = graded(comparison, study, rubric, reference);
    for (factor, en, zh) in SCALED {
        let other = graded(comparison, study, &rubric.scaled(factor), reference);
        table.set_beside(Text::new(en, zh), &other);
    }
    table
}

fn graded(comparison: &Comparison, study: &TableStudy, rubric: &Rubric, reference: &Reference) -> Table {
    let sources = Sources { comparison, study };
    let row = |source: &RowSource| Row {
        id: source.id,
        title: reference.title(source.id),
        method: Text::new(source.method.0, source.method.1),
        cells: comparison.strategies.iter().map(|s| cell(source, &sources, s, rubric, reference)).collect(),
    };
    Table {
        strategies: comparison.strategies.iter().map(|s| s.strategy).collect(),
        rows: ROWS.iter().map(row).collect(),
        variants: Vec::new(),
    }
}

fn cell(
    source: &RowSource,
    sources: &Sources<'_>,
    result: &StrategyResult,
    rubric: &Rubric,
    reference: &Reference,
) -> Cell {
    let figures = (source.figures)(sources, result);
    // What cannot be run here is not graded here, whatever it does on companion clusters.
    let grading = grade(source.id, &figures, rubric).filter(|_| result.infeasible.is_none());
    let graded = rubric.figure_of(source.id);
    let agrees = grading.as_ref().and_then(|g| reference.agrees(source.id, result.strategy, g));
    let agreement = match agrees {
        _ if (source.by_construction)(result) => Agreement::ByConstruction(agrees),
        Some(true) => Agreement::Agrees,
        Some(false) => Agreement::Disagrees,
        None => Agreement::Unknown,
    };
    Cell {
        strategy: result.strategy,
        text: text(grading.as_ref(), &figures, result, graded, source.missing),
        grade: grading.map(|g| g.id),
        notes: (source.notes)(sources, result),
        figures,
        article: reference.text(source.id, result.strategy).map(str::to_owned),
        article_en: reference.translation(source.id, result.strategy).map(str::to_owned),
        agreement,
    }
}

fn grade(row: &str, figures: &[Figure], rubric: &Rubric) -> Option<Grading> {
    match rubric.figure_of(row) {
        Some(name) => {
            let figure = figures.iter().find(|f| f.name == name)?;
            rubric.grade(row, figure.value?.mean?)
        }
        None if figures.is_empty() => None,
        None => {
            let values: Vec<(String, Option<f64>)> = figures
                .iter()
                .filter(|f| f.is_member())
                .map(|f| (f.name.clone(), f.value.and_then(|e| e.mean)))
                .collect();
            rubric.set(row, &values)
        }
    }
}

/// A cell's words: its grade, then the one figure that it rests on; of a set what is not wholly in it, and for how long it
/// holds.
fn text(
    grading: Option<&Grading>,
    figures: &[Figure],
    result: &StrategyResult,
    graded: Option<&str>,
    missing: (&str, &str),
) -> Text {
    if let Some(reason) = &result.infeasible {
        return Text::new(format!("infeasible: {reason}"), format!("不可行：{reason}"));
    }
    let Some(grading) = grading else {
        return Text::new(format!("not computed: {}", missing.0), format!("未计算：{}", missing.1));
    };
    let phrases: Vec<Text> = figures
        .iter()
        .filter(|f| match graded {
            Some(name) => f.name == name,
            None if !f.is_member() => true,
            None => {
                let is_in = grading.id.split('+').any(|member| member == f.name);
                is_in && f.unit != "count" && f.value.and_then(|v| v.mean).is_some_and(|v| v < WHOLE)
            }
        })
        .filter_map(|f| {
            let mean = f.value?.mean?;
            let phrase = |lang| f.phrase.get(lang).replace("{}", &quantity(mean, f.unit, lang));
            Some(Text::new(phrase(Lang::En), phrase(Lang::Zh)))
        })
        .collect();
    let join = |lang: Lang, separator: &str| {
        phrases.iter().map(|p| p.get(lang).to_owned()).collect::<Vec<_>>().join(separator)
    };
    if phrases.is_empty() {
        return grading.text.clone();
    }
    grading.text.then(&Text::new(": ", "："), &Text::new(join(Lang::En, ", "), join(Lang::Zh, "，")))
}
