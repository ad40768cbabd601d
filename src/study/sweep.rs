//! A scenario over several values of one of its fields, or of several: every strategy at every point.

use super::replicate::{Precision, Replications, replicate};
use super::warmup::{WarmupBy, settle_warmup};
use crate::metric::Metric;
use crate::run::{RunError, Runner, Setup};
use crate::scenario::Scenario;
use crate::strategy::Strategy;
use rayon::prelude::*;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::str::FromStr;

/// The most values of one field.
const MOST_VALUES: usize = 1000;

/// Values of a field, by its path in the scenario. Written `path=a,b,c` or `path=from:until:step`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Variation {
    /// The path, as in a setting.
    pub path: String,
    /// Its values, as they would be written in the file.
    pub values: Vec<String>,
}

impl FromStr for Variation {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let problem = |what: &str| {
            format!(
                "{text:?} {what}; needed is path=a,b,c or path=from:until:step, such as duration=1m,10m or tenants[0].count=10:50:10"
            )
        };
        let (path, values) = text.split_once('=').ok_or_else(|| problem("names no values"))?;
        let parts: Vec<&str> = values.split(':').map(str::trim).collect();
        let is_list = values.contains(['{', '[', '"', '\'']);
        let values = match parts[..] {
            _ if is_list => list(values),
            [from, until, step] => steps(from, until, step).map_err(|what| problem(&what))?,
            [_] => list(values),
            _ => return Err(problem("has two or four bounds")),
        };
        if path.trim().is_empty() || values.iter().any(String::is_empty) {
            return Err(problem("has a path or a value that is empty"));
        }
        Ok(Self { path: path.trim().to_owned(), values })
    }
}

/// Values between commas, but not between commas inside brackets.
fn list(text: &str) -> Vec<String> {
    let (mut values, mut depth) = (vec![String::new()], 0);
    for c in text.chars() {
        match c {
            '[' | '{' => depth += 1,
            ']' | '}' => depth -= 1,
            _ => {}
        }
        match (c, depth, values.last_mut()) {
            (',', 0, _) => values.push(String::new()),
            (_, _, Some(value)) => value.push(c),
            _ => {}
        }
    }
    values.into_iter().map(|value| value.trim().to_owned()).collect()
}

/// Evenly spaced values with the unit of the first, such as 10/s, 20/s, 30/s. The step may leave the unit out.
fn steps(from: &str, until: &str, step: &str) -> Result<Vec<String>, String> {
    let (first, unit) = number_and_unit(from)?;
    let (last, until_unit) = number_and_unit(until)?;
    let (by, step_unit) = number_and_unit(step)?;
    if until_unit != unit || !(step_unit == unit || step_unit.is_empty()) {
        return Err(format!("has the units {unit:?}, {until_unit:?} and {step_unit:?}, which must be one"));
    }
    if by <= 0.0 || last < first {
        return Err("must go upwards, in steps above 0".to_owned());
    }
    // What misses the end by a rounding error is meant to reach it.
    let count = ((last - first) / by * (1.0 + 1e-12) + 1e-9).floor();
    if count >= MOST_VALUES as f64 {
        return Err(format!("has more than {MOST_VALUES} values"));
    }
    let decimals = [from, step]
        .map(|t| t.split_once('.').map_or(0, |(_, d)| d.bytes().take_while(u8::is_ascii_digit).count()));
    let places = decimals[0].max(decimals[1]);
    Ok((0..=count as u64).map(|i| format!("{:.places$}{unit}", first + i as f64 * by)).collect())
}

fn number_and_unit(text: &str) -> Result<(f64, &str), String> {
    let end = text.find(|c: char| !(c.is_ascii_digit() || c == '.')).unwrap_or(text.len());
    let (number, unit) = text.split_at(end);
    number
        .parse()
        .map(|n| (n, unit))
        .map_err(|_| format!("has the bound {text:?}, which does not begin with a number"))
}

/// One point: its values, and every strategy's runs.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SweepPoint {
    /// A value for each path.
    pub values: Vec<String>,
    /// The metrics of each strategy, one map a replication; an infeasible strategy has none.
    pub metrics: Vec<Vec<BTreeMap<Metric, Option<f64>>>>,
    /// Why a strategy cannot be run at this point.
    pub infeasible: Vec<Option<String>>,
    /// Whether a precision that was asked for is reached here.
    pub precision: Option<Precision>,
    /// Seconds left out of freshness, and where they come from.
    pub warmup: (f64, WarmupBy),
}

/// A scenario over several values.
#[derive(Clone, Debug)]
pub struct Sweep {
    /// The paths that vary.
    pub paths: Vec<String>,
    /// Strategies, in the order of the points' observations.
    pub strategies: Vec<&'static str>,
    /// The points, in the order asked for: the last path's values change first.
    pub points: Vec<SweepPoint>,
}

/// Every combination of the variations' values, the last one's changing first.
///
/// # Errors
/// There are more than `most`.
pub fn combinations(variations: &[Variation], most: usize) -> Result<Vec<Vec<String>>, String> {
    let mut all: Vec<Vec<String>> = vec![Vec::new()];
    for variation in variations {
        if all.len() * variation.values.len() > most {
            return Err(format!("more than {most} combinations; vary less at a time"));
        }
        all = all
            .into_iter()
            .flat_map(|before| {
                variation.values.iter().map(move |value| [&before[..], std::slice::from_ref(value)].concat())
            })
            .collect();
    }
    Ok(all)
}

/// Runs every strategy at a point. All points have the same seed: what their scenarios have in common draws the same
/// random numbers, so that differences between points are paired.
///
/// # Errors
/// A ledger does not balance.
pub fn sweep_point(
    values: Vec<String>,
    scenario: &Scenario,
    strategies: &[&'static Strategy],
    seed: u64,
    replications: Replications,
) -> Result<SweepPoint, RunError> {
    // Of a point its metrics are kept: observations of a thousand points would fill the memory.
    let runner = Runner::new();
    let (settled, by) = settle_warmup(&runner, scenario, strategies, seed)?;
    let setups: Vec<Setup> = strategies.iter().map(|s| Setup::new(&settled, s)).collect();
    let infeasible = setups.iter().map(|s| s.infeasible().map(str::to_owned)).collect();
    let (observed, precision) = replicate(&runner, &setups.iter().collect::<Vec<_>>(), seed, replications)?;
    let metrics = observed.iter().map(|all| all.iter().map(|o| o.metrics.clone()).collect()).collect();
    let warmup = (settled.warmup.time().as_secs_f64(), by);
    Ok(SweepPoint { values, metrics, infeasible, precision, warmup })
}

/// Runs every strategy at every point, several points at a time.
///
/// # Errors
/// A ledger does not balance.
pub fn sweep(
    paths: Vec<String>,
    points: Vec<(Vec<String>, Scenario)>,
    strategies: &[&'static Strategy],
    seed: u64,
    replications: Replications,
) -> Result<Sweep, RunError> {
    let points: Vec<SweepPoint> = points
        .into_par_iter()
        .map(|(values, scenario)| sweep_point(values, &scenario, strategies, seed, replications))
        .collect::<Result<_, _>>()?;
    Ok(Sweep { paths, strategies: strategies.iter().map(|s| s.name).collect(), points })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn values(text: &str) -> Vec<String> {
        text.parse::<Variation>().unwrap().values
    }

    #[test]
    fn values_are_listed_or_stepped_through() {
        assert_eq!(values("duration=1m, 10m"), ["1m", "10m"]);
        assert_eq!(values("t[0].w[0].replicas=10:30:10"), ["10", "20", "30"]);
        assert_eq!(values("rate=0.1/s:0.3/s:0.1/s"), ["0.1/s", "0.2/s", "0.3/s"]);
        assert_eq!(values("rate=10/s:35/s:10"), ["10/s", "20/s", "30/s"]);
        assert_eq!(
            values("line={constant: 1B},{ quantiles: [1B, 2B] }"),
            ["{constant: 1B}", "{ quantiles: [1B, 2B] }"]
        );
    }

    #[test]
    fn what_is_no_variation_says_what_is() {
        for (text, word) in [
            ("duration", "names no values"),
            ("=1", "empty"),
            ("d=", "empty"),
            ("d=1,,2", "empty"),
            ("d=1:2", "two or four"),
            ("d=2:1:1", "upwards"),
            ("d=1:2:0", "upwards"),
            ("d=1s:2m:1s", "must be one"),
            ("d=a:b:c", "number"),
            ("d=0:1:0.0001", "more than 1000"),
        ] {
            let error = text.parse::<Variation>().unwrap_err();
            assert!(error.contains(word) && error.contains("path=a,b,c"), "{text}: {error}");
        }
    }

    #[test]
    fn the_last_value_changes_first() {
        let two = ["a=1,2", "b=x,y"].map(|t| t.parse().unwrap());
        let all = combinations(&two, 4).unwrap();
        assert_eq!(all, [["1", "x"], ["1", "y"], ["2", "x"], ["2", "y"]]);
        let many = ["a=1:100:1", "b=1:100:1"].map(|t| t.parse().unwrap());
        assert!(combinations(&many, 9_999).is_err());
    }
}
