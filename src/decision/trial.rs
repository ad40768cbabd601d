//! What was found of one candidate.

use crate::study::Verdict;

/// How far a figure that never comes is beyond its bound, in bounds.
pub(super) const NEVER: f64 = 1e6;

/// What was found of one candidate in some replications.
#[derive(Clone, Debug, PartialEq)]
pub struct Trial {
    /// Of each objective, in each replication: by how much it is missed, in parts of its bound; 0 where it is met.
    pub short: Vec<Vec<f64>>,
    /// Of each objective over all replications: whether it is met.
    pub verdicts: Vec<Verdict>,
    /// Of each objective over all replications: the figure; `None` where it lies beyond the horizon.
    pub figures: Vec<Option<f64>>,
    /// What is to become less, such as the share of lines lost by each cause: what tells which changes go together.
    pub parts: Vec<f64>,
    /// Of each objective: whether it counts. One that nothing meets is set aside, so that the others can be met.
    pub counts: Vec<bool>,
    /// Currency a month beyond what the scenario costs as it stands.
    pub extra_cost: f64,
    /// Replications.
    pub replications: u64,
}

impl Trial {
    /// Whether every objective that counts is met.
    pub fn is_met(&self) -> bool {
        self.counted(&self.verdicts).all(|verdict| *verdict == Verdict::Met)
    }

    /// Whether some objective that counts is missed in every replication.
    pub fn misses_throughout(&self) -> bool {
        let throughout = |all: &Vec<f64>| !all.is_empty() && all.iter().all(|short| *short > 0.0);
        self.counted(&self.short).any(throughout)
    }

    /// Whether an objective is met in every replication.
    pub fn meets(&self, objective: usize) -> bool {
        self.short.get(objective).is_some_and(|all| all.iter().all(|short| *short <= 0.0))
    }

    /// How far it is from meeting everything that counts: the logarithms of what is missing, added up over objectives, so that halving
    /// any of it counts the same.
    pub fn distance(&self) -> f64 {
        // The same order of candidates on every machine.
        self.counted(&self.short).map(|all| libm::log1p(mean(all).min(NEVER))).sum()
    }

    /// By how much an objective is missed on average, in parts of its bound.
    pub fn missing(&self, objective: usize) -> f64 {
        self.short.get(objective).map_or(0.0, |all| mean(all))
    }

    fn counted<'a, T>(&'a self, of: &'a [T]) -> impl Iterator<Item = &'a T> {
        of.iter().zip(&self.counts).filter(|(_, counts)| **counts).map(|(one, _)| one)
    }
}

fn mean(all: &[f64]) -> f64 {
    all.iter().sum::<f64>() / all.len().max(1) as f64
}
