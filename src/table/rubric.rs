//! How figures become grades: thresholds with reasons, as data.

use super::RubricError;
use crate::lang::Text;
use serde::Deserialize;
use std::collections::BTreeMap;

/// A grading of every row.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Rubric {
    rows: Vec<RowRubric>,
    /// What members of sets are called.
    members: BTreeMap<String, Text>,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct RowRubric {
    row: String,
    #[serde(default)]
    figure: Option<String>,
    #[serde(default)]
    grades: Vec<Grade>,
    #[serde(default)]
    members: Option<Members>,
}

/// A grade and up to where it holds.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub(super) struct Grade {
    id: String,
    text: Text,
    #[serde(default)]
    at_most: Option<f64>,
    #[allow(dead_code)] // Asked for in the file, shown by whoever reads it.
    reason: String,
}

/// From which figure on something counts as a member of the set that a row names.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
struct Members {
    at_least: f64,
    #[allow(dead_code)] // Asked for in the file, shown by whoever reads it.
    reason: String,
}

/// A grade derived from figures.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Grading {
    /// The grade's name, or the members' names joined by `+`.
    pub id: String,
    /// What it is called.
    pub text: Text,
}

const EMBEDDED: &str = include_str!("../../rubrics/article.yaml");

impl Rubric {
    /// The rubric that ships with the program.
    ///
    /// # Errors
    /// Never, as a test reads it.
    pub fn embedded() -> Result<Self, RubricError> {
        Self::from_yaml("rubrics/article.yaml", EMBEDDED)
    }

    /// Reads a rubric.
    ///
    /// # Errors
    /// It is no rubric, or its thresholds do not ascend.
    pub fn from_yaml(file: &str, yaml: &str) -> Result<Self, RubricError> {
        let error = |problem| RubricError { file: file.to_owned(), problem };
        let rubric: Self = serde_saphyr::from_str(yaml).map_err(|e| error(e.to_string()))?;
        for row in &rubric.rows {
            let bounds: Vec<f64> = row.grades.iter().map(|g| g.at_most.unwrap_or(f64::INFINITY)).collect();
            if row.figure.is_some() == row.members.is_some() {
                return Err(error(format!("row {:?} needs either figure and grades, or members", row.row)));
            }
            if row.figure.is_some() && (!bounds.is_sorted() || bounds.last() != Some(&f64::INFINITY)) {
                return Err(error(format!(
                    "row {:?}: thresholds must ascend, and the last grade has none",
                    row.row
                )));
            }
        }
        Ok(rubric)
    }

    fn row(&self, row: &str) -> Option<&RowRubric> {
        self.rows.iter().find(|r| r.row == row)
    }

    /// The figure that a row is graded by.
    pub fn figure_of(&self, row: &str) -> Option<&str> {
        self.row(row)?.figure.as_deref()
    }

    /// The grade of a value in a row.
    pub fn grade(&self, row: &str, value: f64) -> Option<Grading> {
        let grades = &self.row(row).filter(|_| value.is_finite())?.grades;
        let grade = grades.iter().find(|g| g.at_most.is_none_or(|bound| value <= bound))?;
        Some(Grading { id: grade.id.clone(), text: grade.text.clone() })
    }

    /// The set of those whose figure counts, in a row that grades by members; `None` where a figure is missing.
    pub fn set(&self, row: &str, figures: &[(String, Option<f64>)]) -> Option<Grading> {
        let at_least = self.row(row)?.members.as_ref()?.at_least;
        let mut ids = Vec::new();
        for (name, value) in figures {
            if (*value)? >= at_least {
                ids.push(name.as_str());
            }
        }
        let names: Vec<&str> = if ids.is_empty() { vec!["nothing"] } else { ids.clone() };
        let called = |pick: fn(&Text) -> &str, and: &str| {
            let words: Vec<&str> = names.iter().map(|n| self.members.get(*n).map_or(*n, pick)).collect();
            words.join(and)
        };
        let text = Text::new(called(|t| &t.en, ", "), called(|t| &t.zh, "、"));
        Some(Grading { id: ids.join("+"), text })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_gets_the_first_grade_that_holds_it() {
        let rubric = Rubric::embedded().unwrap();
        let id = |value| rubric.grade("resource_use", value).unwrap().id;
        assert_eq!(
            [0.0, 0.001, 0.002, 0.03, 0.5].map(id),
            ["low", "low", "rather_low", "rather_high", "high"]
        );
    }

    #[test]
    fn a_set_holds_who_reaches_the_threshold() {
        let rubric = Rubric::embedded().unwrap();
        let figures = |a, b| vec![("stdout".to_owned(), a), ("file".to_owned(), b)];
        assert_eq!(rubric.set("log_types", &figures(Some(1.0), Some(0.2))).unwrap().id, "stdout");
        assert_eq!(rubric.set("log_types", &figures(Some(0.0), Some(0.2))).unwrap().text.en, "nothing");
        assert_eq!(rubric.set("log_types", &figures(Some(1.0), None)), None);
    }

    #[test]
    fn a_rubric_that_cannot_grade_is_refused() {
        let wrong = "rows: [ { row: query, figure: x, grades: [ { id: a, text: { en: a, zh: a }, reason: r, atMost: 2 }, \
                     { id: b, text: { en: b, zh: b }, reason: r, atMost: 1 } ] } ]\nmembers: {}";
        assert!(Rubric::from_yaml("r.yaml", wrong).is_err());
        assert!(Rubric::from_yaml("r.yaml", "rows: 3").is_err());
    }
}
