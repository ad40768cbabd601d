//! The article's table, regenerated: rows, rubric, reference cells, agreement.
//!
//! Takes the results of studies; gives a [`Table`] whose every cell holds measured figures, the grade that the
//! rubric derives from them, the article's own cell and whether the two agree. No grade and no text is written
//! down: they follow from figures and rubric. The rubric ([`Rubric`]) and the article's cells ([`Reference`])
//! are data; replacing the one changes grades, replacing the other only what they are compared with.

mod build;
mod cell;
mod explain;
mod figures;
mod reference;
mod rubric;

pub use build::build;
pub use cell::{Agreement, Cell, Figure, Row, Table, Variant};
pub use explain::{CellExplanation, Change, Claimed, Explanation, Side, disagreements, explain};
pub use reference::{Claim, Reference};
pub use rubric::{Band, Grading, Rubric, Rule};

/// What a row is run on; `None` where there is no such row.
pub fn rests_on(row: &str) -> Option<crate::study::RestsOn> {
    figures::ROWS.iter().find(|source| source.id == row).map(|source| source.rests_on)
}

/// Names of the table's rows, in its order.
pub fn row_names() -> impl Iterator<Item = &'static str> {
    figures::ROWS.iter().map(|row| row.id)
}

use thiserror::Error;

/// A rubric or reference that cannot be used: file, line, column, what is wrong, what is allowed.
#[derive(Debug, Error)]
#[error("{0}")]
pub struct RubricError(String);

impl RubricError {
    fn of(error: impl std::fmt::Display) -> Self {
        Self(error.to_string())
    }
}
