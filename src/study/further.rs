//! Studies that a report and the workshop page have beside the table: which there are, and what they are called.

use serde::{Deserialize, Serialize};

/// A study beside the table.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Further {
    /// Which strategy is the best as nodes hold more pods and pods write more, and what it costs there.
    PhaseMap,
    /// Which inputs move the verdict within their ranges.
    Tornado,
    /// The months ahead: cost, and when an objective first fails.
    Forecast,
}

impl Further {
    /// Every study, in the order of pages.
    pub const ALL: [Self; 3] = [Self::PhaseMap, Self::Tornado, Self::Forecast];

    /// Its name on pages and in their addresses.
    pub fn id(self) -> &'static str {
        match self {
            Self::PhaseMap => "phaseMap",
            Self::Tornado => "tornado",
            Self::Forecast => "forecast",
        }
    }

    /// Its name on the command line.
    pub fn name(self) -> &'static str {
        match self {
            Self::PhaseMap => "phase-map",
            other => other.id(),
        }
    }

    /// What it answers, in English and Chinese.
    pub fn title(self) -> (&'static str, &'static str) {
        match self {
            Self::PhaseMap => {
                ("Where the best strategy changes, and at what cost", "最优方案在何处改变，成本多少")
            }
            Self::Tornado => ("What the verdict depends on", "结论取决于什么"),
            Self::Forecast => ("The months ahead", "未来各月"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_those_that_are_read() {
        for study in Further::ALL {
            assert_eq!(serde_json::to_value(study).unwrap(), study.id());
            let dashed: String = study
                .id()
                .chars()
                .flat_map(|c| if c.is_uppercase() { vec!['-', c.to_ascii_lowercase()] } else { vec![c] })
                .collect();
            assert_eq!(study.name(), dashed);
        }
    }
}
