//! What was measured beside what the model predicts for it.

use super::super::show;
use crate::lang::Lang;
use crate::report::Format;
use crate::report::validation::Beside;
use crate::validate::{self, Source};
use std::path::Path;

/// Predicts the rows of a file.
///
/// # Errors
/// They cannot be read again, or a run fails: defects.
pub(super) fn beside(file: &Path) -> anyhow::Result<String> {
    let found = validate::predict_alone(&[Source::read(file)?])?;
    Ok(format!("\n{}", Format::Table.write(&Beside(&found), show::look(Lang::En))?))
}
