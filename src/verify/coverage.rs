//! Many independent experiments: how often theory lies inside their 95 % intervals, and how near their mean is.
//!
//! An experiment is one long run, begun empty, its first batch left out as warm-up; a batch is hundreds of times longer
//! than it takes the queue to forget. Its interval is Student's over batches. Where a figure is a ratio (a wait for
//! each customer), it is the ratio of sums with the interval of the batches' residuals, so that no batch's own ratio
//! biases it.

use super::Verdict;
use super::batch::Batch;
use super::queue::{Queue, Service};
use super::{slotted, theory};
use crate::engine::marks::Marks;
use crate::engine::random::{named_key, subkey};
use crate::stats::Estimate;
use rayon::prelude::*;
use serde::Serialize;
use statrs::distribution::{ContinuousCDF, Normal};

/// How much to do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Effort {
    /// 300 experiments of a model; some seconds in a test.
    Quick,
    /// 600 longer ones.
    Full,
}

impl Effort {
    fn experiments(self) -> u64 {
        match self {
            Self::Quick => 300,
            Self::Full => 600,
        }
    }

    /// Customers, or slots, of a batch.
    fn customers(self) -> u64 {
        match self {
            Self::Quick => 800,
            Self::Full => 2500,
        }
    }
}

/// Batches of an experiment.
const BATCHES: usize = 20;

/// Coverage that passes. Of 600 experiments that are right in 95 %, fewer than 91 % or more than 98 % are right once in
/// some thousand times.
const COVERAGE: std::ops::RangeInclusive<f64> = 0.91..=0.98;

/// The same of half as many experiments, as the quick form has them: chance moves their share 1.4 times as far.
const QUICK_COVERAGE: std::ops::RangeInclusive<f64> = 0.895..=0.99;

/// How far the mean of all experiments may be from theory, in standard errors: exceeded once in 2,000 by chance.
const MOST_ERRORS: f64 = 3.5;

/// A figure of a model: over and under the line of a ratio.
type Ratio = fn(&Batch) -> (f64, f64);

/// One figure of one model against theory.
#[derive(Clone, Debug, Serialize)]
pub struct Coverage {
    /// The queue, and its load.
    pub model: String,
    /// What was measured. Times are in mean services.
    pub figure: &'static str,
    /// What theory says.
    pub theory: f64,
    /// Mean over all experiments.
    pub simulated: f64,
    /// The standard error of that.
    pub standard_error: f64,
    /// Mean half width of an experiment's interval, as a share of theory.
    pub half_width: f64,
    /// Experiments.
    pub experiments: u64,
    /// Share of experiments whose interval holds theory.
    pub coverage: f64,
    /// Whether coverage is 91 to 98 % (89.5 to 99 % in the quick form) and the mean within 3.5 standard errors.
    pub verdict: Verdict,
}

/// Little's law on one model: customers there = arrivals a second × time there.
#[derive(Clone, Debug, Serialize)]
pub struct Little {
    /// The queue, and its load.
    pub model: String,
    /// Mean customers there.
    pub number: f64,
    /// Customers who leave a second, times their mean stay.
    pub flow_times_stay: f64,
    /// The largest relative difference of any experiment: those who are there at its ends count on one side only.
    pub worst: f64,
    /// Bound of that.
    pub bound: f64,
    /// Whether it is within.
    pub verdict: Verdict,
}

const WAIT: (&str, Ratio) = ("mean wait", |b| (b.wait_s, b.begun));
const NUMBER: (&str, Ratio) = ("mean number there", |b| (b.number, 1.0));
const WAITS: (&str, Ratio) = ("share that waits", |b| (b.waiting, b.arrivals));
const REFUSED: (&str, Ratio) = ("share turned away", |b| (b.refused, b.arrivals));

/// A model with its figures and what theory says of them.
struct Model {
    name: &'static str,
    load: f64,
    queue: Option<Queue>,
    figures: Vec<((&'static str, Ratio), f64)>,
}

fn models() -> Vec<Model> {
    let sizes = lognormal();
    let scv = (sizes.deviation() / sizes.mean()).powi(2);
    let queue = |name, load, servers, room, service, figures| Model {
        name,
        load,
        queue: Some(Queue { load, servers, room, service }),
        figures,
    };
    let one = |a, scv| theory::pollaczek_khinchine(a, scv);
    let five = theory::mm1k(5, 0.9);
    let five_mean = five.iter().enumerate().map(|(n, p)| n as f64 * p).sum();
    let lost = theory::erlang_b(5, 4.0);
    vec![
        queue(
            "M/M/1",
            0.6,
            1,
            None,
            Service::Exponential,
            vec![(WAIT, one(0.6, 1.0)), (NUMBER, 0.6 / 0.4), (WAITS, 0.6)],
        ),
        queue("M/D/1", 0.7, 1, None, Service::Constant, vec![(WAIT, one(0.7, 0.0))]),
        queue("M/G/1 log-normal", 0.6, 1, None, Service::Marks(sizes.clone()), vec![(WAIT, one(0.6, scv))]),
        queue(
            "M/M/4",
            2.8,
            4,
            None,
            Service::Exponential,
            vec![(WAITS, theory::erlang_c(4, 2.8)), (WAIT, theory::mmc_wait(4, 2.8))],
        ),
        queue(
            "M/M/1/5",
            0.9,
            1,
            Some(5),
            Service::Exponential,
            vec![(REFUSED, five[5]), (NUMBER, five_mean)],
        ),
        queue("M/M/5/5", 4.0, 5, Some(5), Service::Exponential, vec![(REFUSED, lost)]),
        queue(
            "M/G/5/5 log-normal",
            4.0,
            5,
            Some(5),
            Service::Marks(sizes),
            vec![(REFUSED, lost), (NUMBER, 4.0 * (1.0 - lost))],
        ),
        Model {
            name: "slotted server",
            load: 0.7,
            queue: None,
            figures: vec![(WAIT, theory::slotted_backlog(0.7))],
        },
    ]
}

/// Line sizes of the scenario format's default: median 180 bytes, one in a hundred above 1,200.
fn lognormal() -> Marks {
    let standard = Normal::standard();
    let sigma = libm::log(1200.0 / 180.0) / standard.inverse_cdf(0.99);
    Marks::from_quantiles(|u| 180.0 * libm::exp(sigma * standard.inverse_cdf(u)))
}

/// All models.
pub(super) fn all(seed: u64, effort: Effort) -> (Vec<Coverage>, Vec<Little>) {
    let (mut coverage, mut little) = (Vec::new(), Vec::new());
    for model in models() {
        let key = named_key(named_key(seed, "verify"), model.name);
        let experiments: Vec<Vec<Batch>> = (0..effort.experiments())
            .into_par_iter()
            .map(|number| {
                let key = subkey(key, number);
                match &model.queue {
                    Some(queue) => queue.run(key, BATCHES, effort.customers()),
                    None => slotted::run(model.load, key, BATCHES, effort.customers()),
                }
            })
            .collect();
        let name = format!("{}, load {}", model.name, model.load);
        for ((figure, ratio), theory) in &model.figures {
            coverage.push(cover(&name, figure, *ratio, *theory, &experiments));
        }
        if let Some(queue) = &model.queue {
            little.push(little_of(name, queue, effort, &experiments));
        }
    }
    (coverage, little)
}

fn cover(
    model: &str,
    figure: &'static str,
    ratio: Ratio,
    theory: f64,
    experiments: &[Vec<Batch>],
) -> Coverage {
    let intervals: Vec<(f64, f64)> = experiments.iter().map(|batches| interval(batches, ratio)).collect();
    let n = intervals.len() as f64;
    let covered = intervals.iter().filter(|(mean, half)| (mean - theory).abs() <= *half).count() as f64 / n;
    let simulated = intervals.iter().map(|(mean, _)| mean).sum::<f64>() / n;
    let variance = intervals.iter().map(|(mean, _)| (mean - simulated).powi(2)).sum::<f64>() / (n - 1.0);
    let standard_error = (variance / n).sqrt();
    let allowed = if experiments.len() < 600 { QUICK_COVERAGE } else { COVERAGE };
    let is_near = (simulated - theory).abs() <= MOST_ERRORS * standard_error;
    Coverage {
        model: model.to_owned(),
        figure,
        theory,
        simulated,
        standard_error,
        half_width: intervals.iter().map(|(_, half)| half).sum::<f64>() / n / theory,
        experiments: experiments.len() as u64,
        coverage: covered,
        verdict: if allowed.contains(&covered) && is_near { Verdict::Ok } else { Verdict::Failed },
    }
}

/// The ratio of sums over batches, and the half width of its 95 % interval.
fn interval(batches: &[Batch], ratio: Ratio) -> (f64, f64) {
    let sum = batches.iter().map(ratio).fold((0.0, 0.0), |s, (over, under)| (s.0 + over, s.1 + under));
    let mean = sum.0 / sum.1;
    let residuals: Vec<Option<f64>> =
        batches.iter().map(ratio).map(|(over, under)| Some(over - mean * under)).collect();
    let of_residuals = Estimate::of(&residuals);
    let half = of_residuals.hi.zip(of_residuals.mean).map_or(0.0, |(hi, mean)| hi - mean);
    (mean, half / (sum.1 / batches.len() as f64))
}

fn little_of(model: String, queue: &Queue, effort: Effort, experiments: &[Vec<Batch>]) -> Little {
    // Seconds of a batch.
    let batch_s = effort.customers() as f64 / queue.load;
    let sides = |batches: &Vec<Batch>| {
        let number = batches.iter().map(|b| b.number).sum::<f64>() / batches.len() as f64;
        let stays = batches.iter().map(|b| b.stay_s).sum::<f64>() / (batches.len() as f64 * batch_s);
        (number, stays)
    };
    let all: Vec<(f64, f64)> = experiments.iter().map(sides).collect();
    let n = all.len() as f64;
    let worst = all.iter().map(|(number, stays)| (stays / number - 1.0).abs()).fold(0.0, f64::max);
    // Twenty customers more or less there at an end, each for some services, of thousands.
    let bound = 0.05;
    Little {
        model,
        number: all.iter().map(|(number, _)| number).sum::<f64>() / n,
        flow_times_stay: all.iter().map(|(_, stays)| stays).sum::<f64>() / n,
        worst,
        bound,
        verdict: if worst <= bound { Verdict::Ok } else { Verdict::Failed },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_wrong_theory_fails_and_the_right_one_does_not() {
        let queue = Queue { load: 0.6, servers: 1, room: None, service: Service::Exponential };
        let experiments: Vec<Vec<Batch>> = (0..200).map(|key| queue.run(key, BATCHES, 800)).collect();
        let verdict = |theory| cover("M/M/1", WAITS.0, WAITS.1, theory, &experiments).verdict;
        assert_eq!(verdict(0.6), Verdict::Ok);
        // Off by 2 %: a third of an interval's half width, seen by the mean of all.
        assert_eq!(verdict(0.588), Verdict::Failed);
    }
}
