//! How figures become grades: thresholds with reasons, as data.

use super::RubricError;
use super::figures::ROWS;
use crate::lang::Text;
use crate::scenario::{read_yaml, wrong_at};
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
    reason: String,
    /// The reason in Chinese; the other is shown where there is none.
    #[serde(default)]
    reason_zh: Option<String>,
}

/// From which figure on something counts as a member of the set that a row names.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
struct Members {
    at_least: f64,
    reason: String,
    /// The reason in Chinese; the other is shown where there is none.
    #[serde(default)]
    reason_zh: Option<String>,
}

/// A reason in both languages.
fn reason(en: &str, zh: Option<&String>) -> Text {
    Text::new(en, zh.map_or(en, String::as_str))
}

/// How a row is graded: its thresholds and their reasons.
#[derive(Clone, Debug, PartialEq)]
pub enum Rule {
    /// By the band that one figure falls into.
    Bands {
        /// The figure's name.
        figure: String,
        /// The bands, the lowest first.
        bands: Vec<Band>,
    },
    /// By the set of those whose figure is large enough.
    Members {
        /// From here on something is in the set.
        at_least: f64,
        /// Why there.
        reason: Text,
    },
}

/// The span of a figure that gets one grade: above the one bound, up to and with the other.
#[derive(Clone, Debug, PartialEq)]
pub struct Band {
    /// The grade's name.
    pub id: String,
    /// What it is called.
    pub text: Text,
    /// The band below ends here; `None` for the lowest.
    pub above: Option<f64>,
    /// The last value that gets this grade; `None` for the highest.
    pub at_most: Option<f64>,
    /// Why it ends there.
    pub reason: Text,
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
    /// It is no rubric, does not know the table's rows and figures, or its bounds do not ascend.
    pub fn from_yaml(file: &str, yaml: &str) -> Result<Self, RubricError> {
        let needs = "a rubric is a mapping with rows and members";
        let rubric: Self = read_yaml(file, yaml, needs).map_err(RubricError::of)?;
        match rubric.check() {
            Ok(()) => Ok(rubric),
            Err((path, problem)) => Err(RubricError::of(wrong_at(file, yaml, &path, &problem))),
        }
    }

    /// Whether it can grade the table; otherwise the path to what is wrong, and what that is.
    fn check(&self) -> Result<(), (String, String)> {
        for (number, row) in self.rows.iter().enumerate() {
            let name = row.row.as_str();
            let wrong = |field: &str, problem: String| Err((format!("rows/{number}/{field}"), problem));
            let Some(source) = ROWS.iter().find(|source| source.id == name) else {
                let known: Vec<&str> = ROWS.iter().map(|source| source.id).collect();
                return wrong(
                    "row",
                    format!("the table has no row {name:?}; there are {}", known.join(", ")),
                );
            };
            if self.rows[..number].iter().any(|earlier| earlier.row == row.row) {
                return wrong("row", format!("the row {name:?} is there twice"));
            }
            match (&row.figure, &row.members, source.graded) {
                (None, Some(_), []) => continue,
                (_, _, []) => {
                    return wrong(
                        "row",
                        format!("the row {name:?} is graded by members: {{ atLeast, reason }}"),
                    );
                }
                (Some(figure), None, graded) if graded.contains(&figure.as_str()) => {}
                (Some(figure), None, graded) => {
                    let known = graded.join(", ");
                    let problem = format!("the row {name:?} has no figure {figure:?}; there are {known}");
                    return wrong("figure", problem);
                }
                _ => return wrong("row", format!("the row {name:?} is graded by figure and grades")),
            }
            let bounds: Vec<f64> = row.grades.iter().map(|g| g.at_most.unwrap_or(f64::INFINITY)).collect();
            if !bounds.is_sorted() || bounds.last() != Some(&f64::INFINITY) {
                let problem = "the bounds of grades must ascend, and the last grade has none";
                return wrong("grades", format!("row {name:?}: {problem}"));
            }
        }
        match ROWS.iter().find(|source| self.row(source.id).is_none()) {
            Some(missing) => Err(("rows".into(), format!("the row {:?} is missing", missing.id))),
            None => Ok(()),
        }
    }

    fn row(&self, row: &str) -> Option<&RowRubric> {
        self.rows.iter().find(|r| r.row == row)
    }

    /// How a row is graded; `None` for a row that is not there.
    pub fn rule(&self, row: &str) -> Option<Rule> {
        let row = self.row(row)?;
        if let Some(members) = &row.members {
            let reason = reason(&members.reason, members.reason_zh.as_ref());
            return Some(Rule::Members { at_least: members.at_least, reason });
        }
        let mut above = None;
        let bands = row.grades.iter().map(|g| Band {
            id: g.id.clone(),
            text: g.text.clone(),
            above: std::mem::replace(&mut above, g.at_most),
            at_most: g.at_most,
            reason: reason(&g.reason, g.reason_zh.as_ref()),
        });
        let bands = bands.collect();
        Some(Rule::Bands { figure: row.figure.clone()?, bands })
    }

    /// What a member of a set is called.
    pub fn member(&self, id: &str) -> Text {
        self.members.get(id).cloned().unwrap_or_else(|| Text::new(id, id))
    }

    /// The same rubric with every threshold multiplied.
    pub fn scaled(&self, factor: f64) -> Self {
        let mut scaled = self.clone();
        for row in &mut scaled.rows {
            for grade in &mut row.grades {
                grade.at_most = grade.at_most.map(|bound| bound * factor);
            }
            if let Some(members) = &mut row.members {
                members.at_least *= factor;
            }
        }
        scaled
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
        let refused = |from: &str, to: &str| {
            assert!(EMBEDDED.contains(from), "{from}");
            Rubric::from_yaml("r.yaml", &EMBEDDED.replacen(from, to, 1)).unwrap_err().to_string()
        };
        for (from, to, words) in [
            ("row: query", "row: quarry", "no row \"quarry\"; there are log_types, operations"),
            ("row: query", "row: fit", "\"fit\" is graded by members"),
            ("row: query", "row: operations", "\"operations\" is there twice"),
            ("figure: searchable", "figure: searched", "no figure \"searched\"; there are searchable"),
            ("atMost: 0.05,", "atMost: 0.0005,", "bounds of grades must ascend"),
            (
                "members: { atLeast: 0.5, reason: A",
                "figure: x\n    members: { atLeast: 0.5, reason: A",
                "by members",
            ),
        ] {
            let message = refused(from, to);
            assert!(message.starts_with("r.yaml:") && message.contains(words), "{message}");
        }
        let all: Vec<&str> = EMBEDDED.split("  - row: ").filter(|row| !row.starts_with("query")).collect();
        let without = Rubric::from_yaml("r.yaml", &all.join("  - row: ")).unwrap_err().to_string();
        assert!(without.contains("the row \"query\" is missing"), "{without}");
        let shape = Rubric::from_yaml("r.yaml", "rows: 3").unwrap_err().to_string();
        assert!(shape.starts_with("r.yaml:1:7: needed here is a list"), "{shape}");
    }
}
