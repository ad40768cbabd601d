//! The article's table, regenerated: rows, rubric, reference cells, agreement.
//!
//! Takes the results of studies; gives a [`Table`] whose every cell holds measured figures, the grade that
//! the rubric derives from them, the article's own cell and whether the two agree. No grade and no text is
//! written down: they follow from figures and rubric.

mod cell;

pub use cell::{Agreement, Cell, Figure, Row, Table};
