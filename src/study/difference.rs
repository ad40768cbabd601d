//! Two results beside each other: which figures differ, by how much, and whether that is more than chance.

use crate::metric::{Direction, Metric};
use crate::stats::Estimate;
use std::collections::{BTreeMap, BTreeSet};

/// Each metric's value in each replication.
pub(super) type Replicates = BTreeMap<Metric, Vec<Option<f64>>>;

/// A result, as far as it is compared with another.
#[derive(Clone, Debug, Default)]
pub struct Recorded {
    /// What it is called: its file, folder or scenario.
    pub name: String,
    /// The scenario with all defaults filled in; `None` where the result does not hold it.
    pub scenario: Option<serde_json::Value>,
    /// The seed; results of one seed are paired, replication by replication.
    pub seed: u64,
    /// Every strategy in its order, with each metric's value in each replication; `None` lies beyond the horizon.
    pub strategies: Vec<(String, Replicates)>,
    /// Objectives that a strategy misses, by strategy, as they are written.
    pub missed: BTreeMap<String, BTreeSet<String>>,
}

/// What is to be said of a difference.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Significance {
    /// Both are the same to the bit.
    Same,
    /// The 95 % interval of the difference holds zero.
    Chance,
    /// With one replication there is no interval.
    Unresolved,
    /// Surely better.
    Better,
    /// Surely worse.
    Worse,
}

/// A figure of a strategy in both results.
#[derive(Clone, Debug)]
pub struct Change {
    /// The strategy.
    pub strategy: String,
    /// The figure.
    pub metric: Metric,
    /// In the first result.
    pub before: Estimate,
    /// In the second.
    pub after: Estimate,
    /// The second less the first.
    pub difference: Estimate,
    /// What that is worth.
    pub significance: Significance,
}

/// Two results beside each other.
#[derive(Clone, Debug)]
pub struct Difference {
    /// The first result's name.
    pub before: String,
    /// The second's.
    pub after: String,
    /// Whether replications are paired.
    pub paired: bool,
    /// Fields of the scenario that differ: path, first value, second value; `None` where a result does not hold its
    /// scenario.
    pub scenario: Option<Vec<FieldChange>>,
    /// Every figure that both have, strategy by strategy.
    pub changes: Vec<Change>,
    /// Objectives that are missed in the second result and were not in the first: strategy, objective.
    pub newly_missed: Vec<(String, String)>,
    /// Objectives that were missed in the first result and are not in the second.
    pub newly_met: Vec<(String, String)>,
    /// Strategies that only one of them has.
    pub unmatched: Vec<String>,
}

/// A field that two scenarios do not have alike.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FieldChange {
    /// Its path.
    pub path: String,
    /// The first scenario's value; `None` where it has none.
    pub before: Option<String>,
    /// The second's.
    pub after: Option<String>,
}

impl Change {
    /// Returns the difference as a share of the first value; `None` where that is zero or beyond the horizon.
    pub fn relative(&self) -> Option<f64> {
        let before = self.before.mean.filter(|mean| *mean != 0.0)?;
        Some(self.difference.mean? / before.abs())
    }

    /// Returns whether it is surely worse, by at least this share of what it was.
    pub fn is_regression(&self, least: f64) -> bool {
        // What was zero, or has come to lie beyond the horizon, is worse by more than any share.
        self.significance == Significance::Worse && self.relative().is_none_or(|share| share.abs() >= least)
    }
}

/// Sets two results beside each other.
pub fn difference(before: &Recorded, after: &Recorded) -> Difference {
    let paired = before.seed == after.seed;
    let mut changes = Vec::new();
    let mut unmatched: Vec<String> = Vec::new();
    for (strategy, own) in &before.strategies {
        let Some((_, its)) = after.strategies.iter().find(|(name, _)| name == strategy) else {
            unmatched.push(strategy.clone());
            continue;
        };
        let both = Metric::ALL.iter().filter_map(|m| Some((*m, own.get(m)?, its.get(m)?)));
        changes.extend(both.map(|(metric, a, b)| change(strategy, metric, (a, b), paired)));
    }
    let new =
        after.strategies.iter().filter(|(name, _)| !before.strategies.iter().any(|(own, _)| own == name));
    unmatched.extend(new.map(|(name, _)| name.clone()));
    let only = |own: &Recorded, other: &Recorded| -> Vec<(String, String)> {
        let missed = own.missed.iter().flat_map(|(strategy, all)| all.iter().map(move |o| (strategy, o)));
        missed
            .filter(|(strategy, objective)| {
                !unmatched.contains(strategy)
                    && !other.missed.get(*strategy).is_some_and(|all| all.contains(*objective))
            })
            .map(|(strategy, objective)| (strategy.clone(), objective.clone()))
            .collect()
    };
    let scenario = match (&before.scenario, &after.scenario) {
        (Some(a), Some(b)) => Some(field_changes(a, b)),
        _ => None,
    };
    Difference {
        before: before.name.clone(),
        after: after.name.clone(),
        paired,
        scenario,
        newly_missed: only(after, before),
        newly_met: only(before, after),
        changes,
        unmatched,
    }
}

fn change(strategy: &str, metric: Metric, (a, b): (&[Option<f64>], &[Option<f64>]), paired: bool) -> Change {
    let (before, after) = (Estimate::of(a), Estimate::of(b));
    let difference = if paired { Estimate::of_differences(b, a) } else { Estimate::of_independent(b, a) };
    Change {
        strategy: strategy.to_owned(),
        metric,
        significance: significance(metric, (a, b), &difference),
        before,
        after,
        difference,
    }
}

fn significance(
    metric: Metric,
    (a, b): (&[Option<f64>], &[Option<f64>]),
    difference: &Estimate,
) -> Significance {
    if a == b {
        return Significance::Same;
    }
    let judged = |is_more: bool| match (metric.direction(), is_more) {
        (Direction::Lower, true) | (Direction::Higher, false) => Significance::Worse,
        _ => Significance::Better,
    };
    match (difference.lo, difference.hi) {
        (Some(lo), Some(hi)) if lo > 0.0 || hi < 0.0 => judged(lo > 0.0),
        (Some(_), Some(_)) => Significance::Chance,
        // Beyond the horizon is more than any number. Where some replications lie there and others do not, nobody knows.
        _ => match (a.iter().all(Option::is_none), b.iter().all(Option::is_none)) {
            (true, true) => Significance::Same,
            (false, true) if a.iter().all(Option::is_some) => judged(true),
            (true, false) if b.iter().all(Option::is_some) => judged(false),
            _ => Significance::Unresolved,
        },
    }
}

/// Leaves of two documents that are not alike, by path.
fn field_changes(before: &serde_json::Value, after: &serde_json::Value) -> Vec<FieldChange> {
    let (mut own, mut its) = (BTreeMap::new(), BTreeMap::new());
    leaves(before, String::new(), &mut own);
    leaves(after, String::new(), &mut its);
    let paths: BTreeSet<&String> = own.keys().chain(its.keys()).collect();
    let differing = paths.into_iter().filter(|path| own.get(*path) != its.get(*path));
    differing
        .map(|path| FieldChange {
            path: path.clone(),
            before: own.get(path).cloned(),
            after: its.get(path).cloned(),
        })
        .collect()
}

fn leaves(value: &serde_json::Value, path: String, found: &mut BTreeMap<String, String>) {
    match value {
        serde_json::Value::Object(fields) if !fields.is_empty() => {
            for (key, value) in fields {
                let path = if path.is_empty() { key.clone() } else { format!("{path}.{key}") };
                leaves(value, path, found);
            }
        }
        serde_json::Value::Array(entries) if !entries.is_empty() => {
            for (at, value) in entries.iter().enumerate() {
                leaves(value, format!("{path}[{at}]"), found);
            }
        }
        serde_json::Value::String(text) => drop(found.insert(path, text.clone())),
        value => drop(found.insert(path, value.to_string())),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn recorded(seed: u64, loss: &[f64], p99: &[Option<f64>]) -> Recorded {
        let metrics = BTreeMap::from([
            (Metric::Loss, loss.iter().copied().map(Some).collect()),
            (Metric::FreshnessP99, p99.to_vec()),
        ]);
        Recorded { seed, strategies: vec![("daemonset".to_owned(), metrics)], ..Recorded::default() }
    }

    fn of(difference: &Difference, metric: Metric) -> &Change {
        difference.changes.iter().find(|c| c.metric == metric).unwrap()
    }

    #[test]
    fn a_result_does_not_differ_from_itself() {
        let one = recorded(1, &[0.1, 0.2], &[Some(1.0), None]);
        let difference = difference(&one, &one);
        assert!(difference.changes.iter().all(|c| c.significance == Significance::Same));
        assert!(difference.newly_missed.is_empty() && difference.unmatched.is_empty());
    }

    #[test]
    fn pairs_show_what_independent_samples_do_not() {
        // Each replication is worse by 0.01 with hardly a spread, while they are apart by 0.3 among each other.
        let before = recorded(1, &[0.1, 0.4, 0.7], &[Some(1.0); 3]);
        let paired = difference(&before, &recorded(1, &[0.11, 0.4101, 0.7099], &[Some(1.0); 3]));
        assert_eq!(of(&paired, Metric::Loss).significance, Significance::Worse);
        // Mean difference 0.01 on a standard error of 0.3·√(2/3) = 0.245.
        let apart = difference(&before, &recorded(2, &[0.11, 0.4101, 0.7099], &[Some(1.0); 3]));
        assert_eq!(of(&apart, Metric::Loss).significance, Significance::Chance);
        assert!(!apart.paired);
    }

    #[test]
    fn what_never_comes_any_more_is_worse_than_any_number() {
        let before = recorded(1, &[0.1; 2], &[Some(1.0); 2]);
        let after = recorded(1, &[0.1; 2], &[None; 2]);
        let change = difference(&before, &after);
        let change = of(&change, Metric::FreshnessP99);
        assert_eq!(change.significance, Significance::Worse);
        assert!(change.is_regression(0.5));
        assert_eq!(of(&difference(&after, &before), Metric::FreshnessP99).significance, Significance::Better);
        let some = recorded(1, &[0.1; 2], &[None, Some(1.0)]);
        let unclear = difference(&before, &some);
        assert_eq!(of(&unclear, Metric::FreshnessP99).significance, Significance::Unresolved);
    }

    #[test]
    fn one_replication_decides_nothing() {
        let difference = difference(&recorded(1, &[0.1], &[Some(1.0)]), &recorded(1, &[0.2], &[Some(1.0)]));
        let change = of(&difference, Metric::Loss);
        assert_eq!(change.significance, Significance::Unresolved);
        assert!(!change.is_regression(0.0));
        assert!((change.relative().unwrap() - 1.0).abs() < 1e-12, "0.2 is twice 0.1");
    }

    #[test]
    fn fields_are_compared_leaf_by_leaf() {
        let before = json!({ "a": { "b": [1, 2] }, "c": "x", "d": {} });
        let after = json!({ "a": { "b": [1, 3, 4] }, "d": {} });
        let changes = field_changes(&before, &after);
        let shown: Vec<(&str, Option<&str>, Option<&str>)> =
            changes.iter().map(|c| (c.path.as_str(), c.before.as_deref(), c.after.as_deref())).collect();
        assert_eq!(
            shown,
            [("a.b[1]", Some("2"), Some("3")), ("a.b[2]", None, Some("4")), ("c", Some("x"), None)]
        );
    }
}
