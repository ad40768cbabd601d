//! Quantiles of what all replications observed together, with intervals.
//!
//! A quantile of each replication, averaged, is the mean of a figure that may jump: a sidecar's p99 is a second in most
//! replications and twenty in one that has a late file, so that five replications show either. The quantile of all lines
//! of all replications together is one figure of one distribution, and settles as lines are added.
//!
//! Its interval inverts a test. The share of lines that are at most `x` old is a mean over replications, which are
//! independent; its standard error is that of a ratio (lines differ in number), and the quantile may be any `x` at which
//! that share is not significantly different from the share asked for. Sources: Woodruff, "Confidence intervals for
//! medians and other position measures", JASA 47 (1952); Francisco and Fuller, "Quantile estimation with a complex survey
//! design", Annals of Statistics 19 (1991), which invert the test at each point instead of at the estimate alone.
//!
//! Few lines are late, and those that are come file by file: the share of them is near nothing, skewed, and varies more
//! where there is more of it, so that few replications that happen to show little of it also show little variation. On the
//! scale of the logit, log(p ÷ (1 − p)), an error is relative to what is rare, and the interval reaches as far up as it
//! has to. Source: Korn and Graubard, "Analysis of Health Surveys" (1999), 3.2; the default of Stata's `svy: proportion`,
//! `xlogit` in R's `survey`.

use super::Estimate;
use super::estimate::t_quantile_975;

/// One replication's distribution: how many observations are at most as large as each edge.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Curve {
    /// Cumulated at the edges that all replications share, ascending; empty where nothing is finite.
    pub below: Vec<f64>,
    /// All observations, those included that are larger than any edge.
    pub total: f64,
}

/// The quantile of all replications together, with its 95 % interval. `edges` ascend; within two of them observations are
/// spread evenly. A mean of `None` is beyond the last edge; an upper end beyond it is infinite.
pub fn quantile(curves: &[Curve], edges: &[f64], share: f64) -> Estimate {
    let n = curves.len();
    let total: f64 = curves.iter().map(|curve| curve.total).sum();
    if n == 0 || total <= 0.0 {
        return Estimate { mean: None, lo: None, hi: None, n };
    }
    let at = |curve: &Curve, edge: usize| curve.below.get(edge).copied().unwrap_or(0.0);
    let pooled = |edge: usize| curves.iter().map(|curve| at(curve, edge)).sum::<f64>() / total;
    let mean = crossing(edges, share, pooled);
    if n < 2 {
        return Estimate { mean, lo: None, hi: None, n };
    }
    let (t, mean_total) = (t_quantile_975((n - 1) as f64), total / n as f64);
    // The interval of the share below an edge.
    let ends = |edge: usize| {
        let share = pooled(edge);
        let squares: f64 =
            curves.iter().map(|c| ((at(c, edge) - share * c.total) / mean_total).powi(2)).sum();
        share_within(share, t * (squares / (n * (n - 1)) as f64).sqrt())
    };
    let lo = crossing(edges, share, |edge| ends(edge).1);
    let hi = last_crossing(edges, share, |edge| ends(edge).0);
    Estimate { mean, lo: lo.or(mean), hi: Some(hi.unwrap_or(f64::INFINITY)), n }
}

/// The ends of the interval of a share, from half the width that it has on its own scale, on that of the logit. A share of
/// none or all has no width there.
fn share_within(share: f64, half: f64) -> (f64, f64) {
    let rest = 1.0 - share;
    if share <= 0.0 || rest <= 0.0 || half <= 0.0 {
        return (share, share);
    }
    // The derivative of the logit is 1/(p(1 − p)).
    let factor = libm::exp(half / (share * rest));
    (share / (share + rest * factor), share / (share + rest / factor))
}

/// Where a function of the edges first reaches a level, evenly between two edges; `None` where it never does.
fn crossing(edges: &[f64], level: f64, value: impl Fn(usize) -> f64) -> Option<f64> {
    let found = (0..edges.len()).find(|edge| value(*edge) >= level)?;
    Some(between(edges, found, level, value))
}

/// Where it reaches the level for good.
fn last_crossing(edges: &[f64], level: f64, value: impl Fn(usize) -> f64) -> Option<f64> {
    let found = match (0..edges.len()).rev().find(|edge| value(*edge) < level) {
        None => 0,
        Some(last) if last + 1 < edges.len() => last + 1,
        Some(_) => return None,
    };
    Some(between(edges, found, level, value))
}

/// Evenly between the edge before, where the value is lower, and this one.
fn between(edges: &[f64], edge: usize, level: f64, value: impl Fn(usize) -> f64) -> f64 {
    let Some(before) = edge.checked_sub(1) else { return edges[edge] };
    let (from, to) = (value(before), value(edge));
    let part = if to > from { (level - from) / (to - from) } else { 1.0 };
    edges[before] + (edges[edge] - edges[before]) * part.clamp(0.0, 1.0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use rand_distr::{Distribution, Exp1, Poisson};
    use rand_xoshiro::{Xoshiro256PlusPlus, rand_core::SeedableRng};

    /// Edges every tenth of a second up to 30 s.
    fn edges() -> Vec<f64> {
        (0..=300).map(|tenth| f64::from(tenth) / 10.0).collect()
    }

    /// Ages even from 0 to 1 s, but for a share that is even from 19 to 20 s; and some that never arrive.
    fn curve(lines: f64, late: f64, never: f64) -> Curve {
        let below = |age: f64| {
            let soon = age.clamp(0.0, 1.0) * (1.0 - late);
            lines * (1.0 - never) * (soon + (age - 19.0).clamp(0.0, 1.0) * late)
        };
        Curve { below: edges().into_iter().map(below).collect(), total: lines }
    }

    #[test]
    fn one_bad_replication_of_five_does_not_move_the_quantile_of_all() {
        // A twentieth of one replication's lines is late: a hundredth of all. The p99 of that replication is 19.8 s.
        let mut curves = vec![curve(1000.0, 0.0, 0.0); 4];
        curves.push(curve(1000.0, 0.04, 0.0));
        let p50 = quantile(&curves, &edges(), 0.5);
        // 0.992 of the lines are even over the first second: half of all lines are younger than 0.5/0.992 s.
        assert!((p50.mean.unwrap() - 0.5 / 0.992).abs() < 1e-6, "{p50:?}");
        let p99 = quantile(&curves, &edges(), 0.99);
        assert!((p99.mean.unwrap() - 0.99 / 0.992).abs() < 1e-6, "{p99:?}");
        // Whether it is 1 % of all lines that are late is open: the interval reaches there.
        assert!(p99.hi.unwrap() > 19.0 && p99.lo.unwrap() < 1.0 && p99.lo.unwrap() > 0.9, "{p99:?}");
    }

    #[test]
    fn late_files_that_come_now_and_then_are_held_as_often_as_is_said() {
        // So many late files as Poisson's law of mean 2 has it, each of an exponential share of all lines, 1 % on average: 2 %
        // of all lines are late, evenly from 19 to 20 s, and half of those, 1 % of all, are older than 19.5 s.
        let mut rng = Xoshiro256PlusPlus::seed_from_u64(7);
        let files = Poisson::new(2.0_f64).unwrap();
        let mut late = || {
            let files = files.sample(&mut rng) as u64;
            (0..files).map(|_| 0.01 * Distribution::<f64>::sample(&Exp1, &mut rng)).sum::<f64>().min(1.0)
        };
        let held = (0..1000).filter(|_| {
            let curves: Vec<Curve> = (0..5).map(|_| curve(1000.0, late(), 0.0)).collect();
            let p99 = quantile(&curves, &edges(), 0.99);
            p99.lo.unwrap() <= 19.5 && 19.5 <= p99.hi.unwrap()
        });
        // Of 1,000 at 95 % two standard errors are 1.4 points. On the share's own scale, symmetric, it is 90 %.
        let held = held.count();
        assert!((930..=970).contains(&held), "{held}");
    }

    #[test]
    fn what_never_arrives_is_older_than_anything() {
        let all = vec![curve(1000.0, 0.0, 0.02); 3];
        let p99 = quantile(&all, &edges(), 0.99);
        assert_eq!((p99.mean, p99.lo, p99.hi), (None, None, Some(f64::INFINITY)));
        // One of three loses them: a hundred-and-fiftieth of all lines. The upper end is beyond what arrived.
        let some = [curve(1000.0, 0.0, 0.0), curve(1000.0, 0.0, 0.02), curve(1000.0, 0.0, 0.0)];
        let p99 = quantile(&some, &edges(), 0.99);
        assert!(p99.mean.unwrap() < 1.0 && p99.hi == Some(f64::INFINITY), "{p99:?}");
    }

    #[test]
    fn replications_that_agree_have_no_width_and_single_ones_no_interval() {
        let alike = quantile(&vec![curve(1000.0, 0.1, 0.0); 4], &edges(), 0.5);
        assert!((alike.hi.unwrap() - alike.lo.unwrap()).abs() < 1e-9);
        assert_eq!(quantile(&[curve(10.0, 0.0, 0.0)], &edges(), 0.5).lo, None);
        assert_eq!(quantile(&[], &edges(), 0.5).mean, None);
    }

    #[test]
    fn replications_count_by_their_lines() {
        // 3,000 lines even over a second and 1,000 that are all late: three quarters are younger than a second.
        let curves = [curve(3000.0, 0.0, 0.0), curve(1000.0, 1.0, 0.0)];
        let at = |share| quantile(&curves, &edges(), share).mean.unwrap();
        assert!((at(0.375) - 0.5).abs() < 1e-9);
        assert!((at(0.875) - 19.5).abs() < 1e-9);
    }
}
