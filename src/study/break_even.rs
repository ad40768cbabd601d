//! Where the best strategy changes: along one axis, and over a plane of two.
//!
//! Every point is a slice of the scenario, moved along the axes, on which all strategies are run with the same random
//! numbers. The plane is a grid; between two neighbours of a grid line with different winners the change is bracketed
//! by bisection. An island of another winner between two neighbours with the same one is not seen.

use super::axis::{Axis, slice_at};
use super::contest::{Contest, Rules, contest};
use crate::run::{RunError, Runner};
use crate::scenario::Scenario;
use crate::stats::Estimate;
use crate::units::SimTime;
use rayon::prelude::*;
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

/// Simulated time of a point at most, faults aside: rotations come minutes apart, and their delays decide the tail of
/// freshness.
pub const POINT_TIME: SimTime = SimTime::from_secs(300);

/// A stretch of an axis.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Stretch {
    /// What is varied.
    pub axis: Axis,
    /// Its first value.
    pub from: f64,
    /// Its last value.
    pub until: f64,
    /// Points on it, ends included; at least two.
    pub steps: usize,
}

impl Stretch {
    /// The points: in equal ratios or equal steps; whole where the axis is, and then perhaps fewer.
    pub fn points(&self) -> Vec<f64> {
        let last = self.steps.max(2) - 1;
        let at = |i: usize| {
            let share = i as f64 / last as f64;
            let value = match (i, self.axis.is_logarithmic()) {
                (0, _) => self.from,
                (i, _) if i == last => self.until,
                (_, true) => self.from * libm::pow(self.until / self.from, share),
                (_, false) => self.from + (self.until - self.from) * share,
            };
            if self.axis.is_whole() { value.round() } else { value }
        };
        let mut points: Vec<f64> = (0..=last).map(at).collect();
        points.dedup();
        points
    }
}

/// A point of the plane.
#[derive(Clone, Debug)]
pub struct Point {
    /// The value of the first axis.
    pub x: f64,
    /// The value of the second axis; `None` where there is one only.
    pub y: Option<f64>,
    /// How the strategies do there.
    pub contest: Arc<Contest>,
}

/// A change of the best strategy along an axis.
#[derive(Clone, Debug)]
pub struct Crossing {
    /// The axis.
    pub axis: Axis,
    /// The value of the other axis, where there is one.
    pub other: Option<f64>,
    /// Who is best below; `None` where nobody meets the objectives.
    pub below: Option<&'static str>,
    /// Who is best above.
    pub above: Option<&'static str>,
    /// The first value found above, and for a whole axis the first there is.
    pub at: f64,
    /// The thresholds of those replications that change from the one to the other, with their interval.
    pub each: Vec<f64>,
    /// Replications.
    pub replications: u64,
}

impl Crossing {
    /// Mean and interval over replications; on a logarithmic axis of the logarithms. `None` where not all of them cross,
    /// or where there is one only.
    pub fn interval(&self) -> Option<(f64, f64)> {
        if (self.each.len() as u64) < self.replications || self.replications < 2 {
            return None;
        }
        let logarithmic = self.axis.is_logarithmic();
        let values: Vec<Option<f64>> =
            self.each.iter().map(|v| Some(if logarithmic { libm::log(*v) } else { *v })).collect();
        let estimate = Estimate::of(&values);
        // No interval reaches beyond what there can be.
        let (least, most) = self.axis.bounds();
        let back = |v: f64| if logarithmic { libm::exp(v) } else { v }.clamp(least, most);
        Some((back(estimate.lo?), back(estimate.hi?)))
    }
}

/// The outcome.
#[derive(Clone, Debug)]
pub struct BreakEven {
    /// The first axis.
    pub x: Stretch,
    /// The second axis.
    pub y: Option<Stretch>,
    /// Where the scenario itself stands on them.
    pub here: (f64, Option<f64>),
    /// Nodes of the slice that was run.
    pub nodes: u64,
    /// Every point, the first axis running fastest.
    pub points: Vec<Point>,
    /// Changes along the first axis, the second being where the scenario stands.
    pub along_x: Vec<Crossing>,
    /// Changes along the second axis, the first being where the scenario stands.
    pub along_y: Vec<Crossing>,
    /// Changes along the first axis at every point of the second.
    pub boundary: Vec<Crossing>,
}

/// Looks for changes of the best strategy.
///
/// # Errors
/// A ledger does not balance.
pub fn break_even(
    runner: &Runner,
    scenario: &Scenario,
    rules: Rules<'_>,
    x: Stretch,
    y: Option<Stretch>,
    nodes: u64,
) -> Result<BreakEven, RunError> {
    let plane =
        Plane { runner, scenario, rules, nodes, x: x.axis, y: y.map(|y| y.axis), known: Mutex::default() };
    let rows: Vec<Option<f64>> = y.map_or_else(|| vec![None], |y| y.points().into_iter().map(Some).collect());
    let grid: Vec<(f64, Option<f64>)> =
        rows.iter().flat_map(|y| x.points().into_iter().map(move |x| (x, *y))).collect();
    let contests: Vec<Arc<Contest>> =
        grid.par_iter().map(|(x, y)| plane.at(*x, *y)).collect::<Result<_, _>>()?;
    let points: Vec<Point> =
        grid.iter().zip(contests).map(|((x, y), contest)| Point { x: *x, y: *y, contest }).collect();
    let here = (x.axis.of(scenario), y.map(|y| y.axis.of(scenario)));
    let boundary: Vec<Vec<Crossing>> =
        rows.par_iter().map(|y| plane.crossings(&x, *y, false)).collect::<Result<_, _>>()?;
    let along_x = if y.is_some() { plane.crossings(&x, here.1, false)? } else { boundary.concat() };
    let along_y = match y {
        Some(y) => plane.crossings(&y, Some(here.0), true)?,
        None => Vec::new(),
    };
    let boundary = if y.is_some() { boundary.concat() } else { Vec::new() };
    Ok(BreakEven { x, y, here, nodes: nodes.min(scenario.nodes()), points, along_x, along_y, boundary })
}

/// Contests by the bits of their coordinates.
type Known = BTreeMap<(u64, Option<u64>), Arc<Contest>>;

/// All points, each run once.
struct Plane<'a> {
    runner: &'a Runner,
    scenario: &'a Scenario,
    rules: Rules<'a>,
    nodes: u64,
    x: Axis,
    y: Option<Axis>,
    known: Mutex<Known>,
}

impl Plane<'_> {
    fn at(&self, x: f64, y: Option<f64>) -> Result<Arc<Contest>, RunError> {
        let key = (x.to_bits(), y.map(f64::to_bits));
        // A panic elsewhere leaves no half-made contest behind.
        let lock = || self.known.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(known) = lock().get(&key) {
            return Ok(Arc::clone(known));
        }
        let moves: Vec<(Axis, f64)> = [(self.x, x)].into_iter().chain(self.y.zip(y)).collect();
        let small = slice_at(self.scenario, &moves, self.nodes, POINT_TIME);
        let contest = Arc::new(contest(self.runner, &small, self.rules)?);
        lock().insert(key, Arc::clone(&contest));
        Ok(contest)
    }

    /// Changes along a stretch; `other` is where the other axis stands, and `swapped` whether that is the first.
    fn crossings(
        &self,
        stretch: &Stretch,
        other: Option<f64>,
        swapped: bool,
    ) -> Result<Vec<Crossing>, RunError> {
        let line = Line { plane: self, axis: stretch.axis, other, swapped, points: stretch.points() };
        let mut found = Vec::new();
        for pair in line.points.windows(2) {
            line.between(pair[0], pair[1], &mut found)?;
        }
        let crossings = found.into_iter().map(|(below, above, at)| line.crossing(below, above, at));
        // What no replication shows by itself is the noise of a mean near a bound, and no crossing.
        crossings.filter(|crossing| crossing.as_ref().map_or(true, |one| !one.each.is_empty())).collect()
    }
}

type Winner = Option<&'static str>;

/// A line through the plane.
struct Line<'a> {
    plane: &'a Plane<'a>,
    axis: Axis,
    other: Option<f64>,
    swapped: bool,
    points: Vec<f64>,
}

impl Line<'_> {
    fn at(&self, value: f64) -> Result<Arc<Contest>, RunError> {
        match (self.swapped, self.other) {
            (true, Some(x)) => self.plane.at(x, Some(value)),
            _ => self.plane.at(value, self.other),
        }
    }

    /// Changes between two values, by halving: each half whose ends differ is looked into.
    fn between(&self, low: f64, high: f64, found: &mut Vec<(Winner, Winner, f64)>) -> Result<(), RunError> {
        let (below, above) = (self.at(low)?.winner(), self.at(high)?.winner());
        if below == above {
            return Ok(());
        }
        match middle(self.axis, low, high) {
            None => found.push((below, above, high)),
            Some(middle) => {
                self.between(low, middle, found)?;
                self.between(middle, high, found)?;
            }
        }
        Ok(())
    }

    /// The change as each replication by itself sees it: bracketed anew between the nearest points of the line on which
    /// it has the same winners.
    fn crossing(&self, below: Winner, above: Winner, at: f64) -> Result<Crossing, RunError> {
        let mut each = Vec::new();
        for replication in 0..self.plane.rules.replications as usize {
            each.extend(self.crossing_in(replication, below, above, at)?);
        }
        let (axis, other, replications) = (self.axis, self.other, self.plane.rules.replications);
        Ok(Crossing { axis, other, below, above, at, each, replications })
    }

    fn crossing_in(
        &self,
        replication: usize,
        below: Winner,
        above: Winner,
        at: f64,
    ) -> Result<Option<f64>, RunError> {
        let split = self.points.partition_point(|p| *p < at);
        let (mut low, mut high) = (None, None);
        for point in self.points[..split].iter().rev() {
            if self.at(*point)?.winner_in(replication) == below {
                low = Some(*point);
                break;
            }
        }
        for point in &self.points[split..] {
            if self.at(*point)?.winner_in(replication) == above {
                high = Some(*point);
                break;
            }
        }
        let (Some(mut low), Some(mut high)) = (low, high) else { return Ok(None) };
        while let Some(middle) = middle(self.axis, low, high) {
            if self.at(middle)?.winner_in(replication) == below { low = middle } else { high = middle }
        }
        Ok(Some(high))
    }
}

/// A value between two on an axis; `None` where they are next to each other: whole numbers, or within one in a hundred
/// (of the value, or of a second or a whole on an axis of equal steps).
pub(super) fn middle(axis: Axis, low: f64, high: f64) -> Option<f64> {
    if axis.is_whole() {
        return (high - low > 1.5).then(|| ((low + high) / 2.0).floor());
    }
    match axis.is_logarithmic() {
        true => (high / low > 1.01).then(|| (low * high).sqrt()),
        false => {
            let step = if axis == Axis::Outage { 1.0 } else { 0.01 };
            (high - low > step).then_some((low + high) / 2.0)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::metric::Metric;
    use crate::scenario::from_yaml;
    use crate::strategy::by_name;

    #[test]
    fn points_stand_in_equal_ratios_or_equal_steps() {
        let points = |axis, from, until, steps| Stretch { axis, from, until, steps }.points();
        assert_eq!(points(Axis::Tenants, 1.0, 1000.0, 4), [1.0, 10.0, 100.0, 1000.0]);
        assert_eq!(points(Axis::PodsPerNode, 1.0, 3.0, 9), [1.0, 2.0, 3.0]);
        assert_eq!(points(Axis::Outage, 0.0, 60.0, 3), [0.0, 30.0, 60.0]);
        assert_eq!(middle(Axis::Nodes, 4.0, 5.0), None);
        assert_eq!(middle(Axis::Nodes, 4.0, 7.0), Some(5.0));
    }

    #[test]
    fn the_change_is_where_arithmetic_puts_it() {
        // Requests by hand: an agent a node asks for 100 m, a sidecar for 10 m, memory for next to nothing; cost is the
        // share of CPU. With n pods a node a sidecar a pod costs 10·n m: more than 100 m from the eleventh pod on.
        let yaml = "
name: t
duration: 20s
cluster: { pools: [ { name: p, nodes: 2 } ] }
tenants: [ { name: a, workloads: [ { name: w, replicas: 10, requests: { cpu: 10m, memory: 8Mi },
  logs: [ { stream: stdout, rate: 1/s } ] } ] } ]
collection:
  daemonset: { requests: { cpu: 100m, memory: 1Mi } }
  sidecar: { requests: { cpu: 10m, memory: 1Mi } }
objectives: [ \"undelivered <= 50%\" ]
";
        let scenario = from_yaml("t.yaml", yaml).unwrap();
        let strategies = ["native", "daemonset", "sidecar"].map(|n| by_name(n).unwrap());
        let rules = Rules { strategies: &strategies, metric: Metric::Cost, seed: 1, replications: 2 };
        let x = Stretch { axis: Axis::PodsPerNode, from: 1.0, until: 60.0, steps: 4 };
        let found = break_even(&Runner::new(), &scenario, rules, x, None, 2).unwrap();
        let crossing = &found.along_x[0];
        // At ten they cost the same, and the first of equals is the DaemonSet.
        assert_eq!((found.along_x.len(), crossing.at), (1, 10.0));
        assert_eq!((crossing.below, crossing.above), (Some("sidecar"), Some("daemonset")));
        assert_eq!(crossing.each, [10.0, 10.0]);
        let none = Stretch { axis: Axis::PodsPerNode, from: 20.0, until: 60.0, steps: 3 };
        assert!(break_even(&Runner::new(), &scenario, rules, none, None, 2).unwrap().along_x.is_empty());
    }
}
