//! Where points are run: a slice of the scenario under all strategies, with the same random numbers at every point.

use super::input::Input;
use super::outcome::Outcome;
use crate::decision::run;
use crate::metric::Metric;
use crate::run::{RunError, Runner};
use crate::scenario::{Amendments, Scenario, from_yaml};
use crate::strategy::Strategy;
use rayon::prelude::*;

/// Why there is no result.
#[derive(Debug, thiserror::Error)]
pub enum SensitivityError {
    /// Nothing is left open.
    #[error(
        "no input of this scenario has a range: its agents' profiles leave nothing open, and it declares none; declare one \
         with --range path=low:high, or with ranges in the scenario"
    )]
    NoInputs,
    /// There is nothing to turn.
    #[error("{0}")]
    NoResponse(String),
    /// The scenario cannot be what a range says.
    #[error("{input} cannot be {value}: {problem}")]
    Impossible {
        /// The input's name.
        input: String,
        /// The value, as it is written.
        value: String,
        /// What is wrong.
        problem: String,
    },
    /// A run failed.
    #[error(transparent)]
    Run(#[from] RunError),
}

/// A scenario, its inputs, and how it is run.
pub(super) struct Ground<'a> {
    runner: &'a Runner,
    pub scenario: Scenario,
    yaml: String,
    pub inputs: Vec<Input>,
    pub strategies: &'a [&'static Strategy],
    pub money: Metric,
    seed: u64,
    replications: u64,
}

impl<'a> Ground<'a> {
    /// Makes sure that every input can be at both of its ends.
    ///
    /// # Errors
    /// One cannot.
    pub(super) fn new(
        runner: &'a Runner,
        scenario: Scenario,
        inputs: Vec<Input>,
        strategies: &'a [&'static Strategy],
        (seed, replications): (u64, u64),
    ) -> Result<Self, SensitivityError> {
        let yaml = scenario.to_yaml().unwrap_or_default();
        let money = scenario.rank_by.metric();
        let ground = Self { runner, scenario, yaml, inputs, strategies, money, seed, replications };
        for (number, input) in ground.inputs.iter().enumerate() {
            for value in [input.low, input.high] {
                let mut values = vec![None; ground.inputs.len()];
                values[number] = Some(value);
                ground.checked(&values, number)?;
            }
        }
        Ok(ground)
    }

    fn checked(&self, values: &[Option<f64>], number: usize) -> Result<(), SensitivityError> {
        let made = self.scenario_at(values)?;
        let input = &self.inputs[number];
        // A cost at its end makes a profile that nobody can write; its range was checked with the profile.
        if matches!(input.kind, super::Kind::Cost { .. }) {
            return Ok(());
        }
        let read = made.to_yaml().map(|yaml| from_yaml("", &yaml));
        match read {
            Ok(Ok(_)) => Ok(()),
            Ok(Err(error)) => Err(self.impossible(number, values, error.problem())),
            Err(problem) => Err(self.impossible(number, values, &problem)),
        }
    }

    fn impossible(&self, number: usize, values: &[Option<f64>], problem: &str) -> SensitivityError {
        let input = &self.inputs[number];
        SensitivityError::Impossible {
            input: input.name.clone(),
            value: values[number].map_or_else(String::new, |value| input.written(value)),
            problem: problem.to_owned(),
        }
    }

    /// The scenario with these values; an input without one stays as it is.
    fn scenario_at(&self, values: &[Option<f64>]) -> Result<Scenario, SensitivityError> {
        let given = || {
            self.inputs.iter().zip(values).enumerate().filter_map(|(at, (input, v))| Some((at, input, (*v)?)))
        };
        let settings: Vec<_> = given().filter_map(|(.., input, value)| input.setting(value)).collect();
        let mut scenario = match settings.is_empty() {
            true => self.scenario.clone(),
            false => Amendments { profiles: None, settings }.read("", &self.yaml).map_err(|error| {
                let first = given().find(|(_, input, value)| input.setting(*value).is_some());
                self.impossible(first.map_or(0, |(at, ..)| at), values, error.problem())
            })?,
        };
        for (_, input, value) in given() {
            input.set_cost(&mut scenario, value);
        }
        Ok(scenario)
    }

    /// What comes out with these values. Nothing is remembered: every point is another scenario.
    pub(super) fn at(&self, values: &[Option<f64>]) -> Result<Outcome, SensitivityError> {
        let scenario = self.scenario_at(values)?;
        let (runner, objectives) = (self.runner.anew(), scenario.objectives.clone());
        let horizon_s = (scenario.duration.as_secs_f64() + scenario.drain.as_secs_f64()).max(1.0);
        let runs = self
            .strategies
            .par_iter()
            .map(|strategy| run(&runner, &scenario, strategy, self.seed, self.replications))
            .collect::<Result<Vec<_>, _>>()?;
        Ok(Outcome { runs, objectives, money: self.money, horizon_s })
    }

    /// What comes out with every input where the scenario has it.
    pub(super) fn here(&self) -> Result<Outcome, SensitivityError> {
        self.at(&vec![None; self.inputs.len()])
    }

    /// What comes out with one input at a share of its range.
    pub(super) fn with(&self, input: usize, share: f64) -> Result<Outcome, SensitivityError> {
        let mut values = vec![None; self.inputs.len()];
        values[input] = Some(self.inputs[input].at(share));
        self.at(&values)
    }

    /// Something of what comes out at many points, each a share of the range of some of the inputs.
    pub(super) fn at_all<T: Send>(
        &self,
        chosen: &[usize],
        points: &[Vec<f64>],
        of: impl Fn(&Outcome) -> T + Sync,
    ) -> Result<Vec<T>, SensitivityError> {
        let one = |point: &Vec<f64>| {
            let mut values = vec![None; self.inputs.len()];
            for (input, share) in chosen.iter().zip(point) {
                values[*input] = Some(self.inputs[*input].at(*share));
            }
            Ok(of(&self.at(&values)?))
        };
        points.par_iter().map(one).collect()
    }
}
