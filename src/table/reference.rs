//! The article's own table: what it says, and what that claims.

use super::{Grading, RubricError};
use crate::lang::Text;
use serde::Deserialize;
use std::collections::{BTreeMap, BTreeSet};

/// The article's cells.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Reference {
    rows: Vec<ReferenceRow>,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct ReferenceRow {
    row: String,
    title: Text,
    /// Where the row stands, if not in the article of the whole table.
    #[serde(default)]
    source: Option<String>,
    cells: BTreeMap<String, ReferenceCell>,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct ReferenceCell {
    text: String,
    /// The same in English.
    en: String,
    claim: Claim,
}

/// What a cell of the article claims.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Claim {
    /// This grade.
    Grade(String),
    /// Exactly these members.
    Members(BTreeSet<String>),
}

const EMBEDDED: &str = include_str!("../../rubrics/cells.yaml");

impl Reference {
    /// The article's cells as they ship with the program.
    ///
    /// # Errors
    /// Never, as a test reads them.
    pub fn embedded() -> Result<Self, RubricError> {
        Self::from_yaml("rubrics/cells.yaml", EMBEDDED)
    }

    /// Reads reference cells.
    ///
    /// # Errors
    /// They are none.
    pub fn from_yaml(file: &str, yaml: &str) -> Result<Self, RubricError> {
        let needs = "reference cells are a mapping with rows";
        crate::scenario::read_yaml(file, yaml, needs).map_err(RubricError::of)
    }

    fn cell(&self, row: &str, strategy: &str) -> Option<&ReferenceCell> {
        self.rows.iter().find(|r| r.row == row)?.cells.get(strategy)
    }

    /// The title of a row.
    pub fn title(&self, row: &str) -> Text {
        self.rows.iter().find(|r| r.row == row).map_or_else(|| Text::new(row, row), |r| r.title.clone())
    }

    /// Where a row stands that is not in the article of the whole table.
    pub fn source(&self, row: &str) -> Option<&str> {
        self.rows.iter().find(|r| r.row == row)?.source.as_deref()
    }

    /// A cell's words.
    pub fn text(&self, row: &str, strategy: &str) -> Option<&str> {
        self.cell(row, strategy).map(|c| c.text.as_str())
    }

    /// A cell's words in English.
    pub fn translation(&self, row: &str, strategy: &str) -> Option<&str> {
        self.cell(row, strategy).map(|c| c.en.as_str())
    }

    /// What a cell claims; `None` where the article has no such cell.
    pub fn claim(&self, row: &str, strategy: &str) -> Option<&Claim> {
        self.cell(row, strategy).map(|c| &c.claim)
    }

    /// Whether a grading is what the article claims; `None` where it claims nothing.
    pub fn agrees(&self, row: &str, strategy: &str, grading: &Grading) -> Option<bool> {
        Some(match &self.cell(row, strategy)?.claim {
            Claim::Grade(id) => *id == grading.id,
            Claim::Members(members) => {
                let found: BTreeSet<String> =
                    grading.id.split('+').filter(|m| !m.is_empty()).map(str::to_owned).collect();
                *members == found
            }
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_cell_of_the_article_is_there_with_a_claim_that_the_rubric_can_make() {
        let reference = Reference::embedded().unwrap();
        let rubric = super::super::Rubric::embedded().unwrap();
        assert_eq!(reference.rows.len(), 10);
        for row in &reference.rows {
            // The one row of the later version has no native column.
            assert_eq!(row.cells.len(), if row.source.is_some() { 2 } else { 3 }, "{}", row.row);
            let graded = rubric.figure_of(&row.row).is_some();
            for cell in row.cells.values() {
                assert_eq!(graded, matches!(cell.claim, Claim::Grade(_)), "{}", row.row);
            }
        }
        assert_eq!(reference.text("resource_use", "sidecar"), Some("较高，每个POD运行一个容器"));
    }
}
