//! How a cell came to be: its rule, how far its figures are from what would change it, the article's claim.

use super::cell::{Cell, Figure, Table};
use super::reference::Claim;
use super::rubric::{Band, Rule};
use super::{Reference, Rubric};
use crate::lang::Text;

/// A row of the table with everything that its cells follow from.
#[derive(Clone, Debug)]
pub struct Explanation {
    /// The row's name.
    pub row: &'static str,
    /// Its title.
    pub title: Text,
    /// What its figures were taken from.
    pub method: Text,
    /// Where the article's row stands, if not in the article of the whole table.
    pub source: Option<String>,
    /// How it is graded.
    pub rule: Rule,
    /// Its cells.
    pub cells: Vec<CellExplanation>,
}

/// A cell and why it is what it is.
#[derive(Clone, Debug)]
pub struct CellExplanation {
    /// The cell itself.
    pub cell: Cell,
    /// What would change its grade, the nearest first.
    pub changes: Vec<Change>,
    /// What the article claims here; `None` where it has no such cell.
    pub claim: Option<Claimed>,
}

/// A threshold, and how far a figure is from it.
#[derive(Clone, Debug, PartialEq)]
pub struct Change {
    /// The figure.
    pub figure: String,
    /// Its unit.
    pub unit: &'static str,
    /// Its mean.
    pub value: f64,
    /// The threshold, in the same unit.
    pub bound: f64,
    /// Which side of it is the other one.
    pub side: Side,
    /// What the cell would be on the other side.
    pub becomes: Text,
    /// Whether the interval of the mean reaches across the threshold, so that other seeds may grade otherwise;
    /// `None` with a single replication.
    pub within_interval: Option<bool>,
}

/// The side of a threshold on which a cell would be another.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Side {
    /// Below it.
    Below,
    /// Below it, and on it.
    AtMost,
    /// Above it, and on it.
    AtLeast,
    /// Above it.
    Above,
}

/// The article's claim, put against the rule.
#[derive(Clone, Debug, PartialEq)]
pub struct Claimed {
    /// The claim in the rubric's words.
    pub text: Text,
    /// The band that would agree; `None` where the claim is a set, or a grade that the rubric does not give.
    pub band: Option<Band>,
}

impl Change {
    /// What the figure would have to be multiplied by; `None` where no factor leads from one to the other.
    pub fn factor(&self) -> Option<f64> {
        let factor = self.bound / self.value;
        (factor.is_finite() && factor > 0.0).then_some(factor)
    }

    /// How far the threshold is: in ratios where there is one, infinitely far otherwise.
    fn distance(&self) -> f64 {
        self.factor().map_or(f64::INFINITY, |factor| libm::log(factor).abs())
    }
}

/// Explains a row of a table, all of its columns or one; `None` where the table has no such row.
pub fn explain(
    table: &Table,
    row: &str,
    strategy: Option<&str>,
    rubric: &Rubric,
    reference: &Reference,
) -> Option<Explanation> {
    let row = table.rows.iter().find(|r| r.id == row)?;
    let rule = rubric.rule(row.id)?;
    let cells = row.cells.iter().filter(|c| strategy.is_none_or(|s| s == c.strategy)).map(|cell| {
        let mut changes = match cell.grade {
            Some(_) => changes(cell, &rule, rubric),
            None => Vec::new(),
        };
        changes.sort_by(|a, b| a.distance().total_cmp(&b.distance()));
        let claim = reference.claim(row.id, cell.strategy).map(|claim| claimed(claim, &rule, rubric));
        CellExplanation { cell: cell.clone(), changes, claim }
    });
    let cells = cells.collect();
    let source = reference.source(row.id).map(str::to_owned);
    Some(Explanation {
        row: row.id,
        title: row.title.clone(),
        method: row.method.clone(),
        source,
        rule,
        cells,
    })
}

/// Every cell that disagrees with the article, by simulation or by construction, as one explanation a row.
pub fn disagreements(table: &Table, rubric: &Rubric, reference: &Reference) -> Vec<Explanation> {
    let rows = table.rows.iter().filter_map(|row| {
        let mut explanation = explain(table, row.id, None, rubric, reference)?;
        explanation.cells.retain(|c| c.cell.agreement.contradicts());
        (!explanation.cells.is_empty()).then_some(explanation)
    });
    rows.collect()
}

fn changes(cell: &Cell, rule: &Rule, rubric: &Rubric) -> Vec<Change> {
    let change = |figure: &Figure, bound: f64, side: Side, becomes: Text| {
        let estimate = figure.value?;
        let value = estimate.mean?;
        let across = |(lo, hi)| match side {
            Side::Below => lo < bound,
            Side::AtMost => lo <= bound,
            Side::AtLeast => hi >= bound,
            Side::Above => hi > bound,
        };
        let within_interval = estimate.lo.zip(estimate.hi).map(across);
        Some(Change {
            figure: figure.name.clone(),
            unit: figure.unit,
            value,
            bound,
            side,
            becomes,
            within_interval,
        })
    };
    match rule {
        Rule::Bands { figure, bands } => {
            let Some(figure) = cell.figures.iter().find(|f| f.name == *figure) else { return Vec::new() };
            let Some(at) = bands.iter().position(|b| Some(&b.id) == cell.grade.as_ref()) else {
                return Vec::new();
            };
            let below = at
                .checked_sub(1)
                .and_then(|i| change(figure, bands[i].at_most?, Side::AtMost, bands[i].text.clone()));
            let above = bands
                .get(at + 1)
                .and_then(|next| change(figure, bands[at].at_most?, Side::Above, next.text.clone()));
            [below, above].into_iter().flatten().collect()
        }
        Rule::Members { at_least, .. } => cell
            .figures
            .iter()
            // Who wins or does not has no distance from a threshold.
            .filter(|figure| figure.unit != "count" && figure.is_member())
            .filter_map(|figure| {
                let is_in = figure.value?.mean? >= *at_least;
                let name = rubric.member(&figure.name);
                let (side, en, zh) = if is_in {
                    (Side::Below, "without", "不含")
                } else {
                    (Side::AtLeast, "with", "包含")
                };
                change(
                    figure,
                    *at_least,
                    side,
                    Text::new(format!("{en} {}", name.en), format!("{zh}{}", name.zh)),
                )
            })
            .collect(),
    }
}

fn claimed(claim: &Claim, rule: &Rule, rubric: &Rubric) -> Claimed {
    match (claim, rule) {
        (Claim::Grade(id), Rule::Bands { bands, .. }) => {
            let band = bands.iter().find(|b| b.id == *id).cloned();
            let text = band.as_ref().map_or_else(|| Text::new(id, id), |b| b.text.clone());
            Claimed { text, band }
        }
        (Claim::Grade(id), Rule::Members { .. }) => Claimed { text: Text::new(id, id), band: None },
        (Claim::Members(members), _) => {
            let names: Vec<Text> = members.iter().map(|m| rubric.member(m)).collect();
            let joined =
                |pick: fn(&Text) -> &str, and: &str| names.iter().map(pick).collect::<Vec<_>>().join(and);
            Claimed { text: Text::new(joined(|t| &t.en, ", "), joined(|t| &t.zh, "、")), band: None }
        }
    }
}
