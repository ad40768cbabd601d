//! The model beside measurements: what it predicts for measured set-ups, and how far it is off.
//!
//! Takes CSV files of measured rows, or the rows of the project's own lab, which are embedded; gives [`Validation`]:
//! every figure measured and predicted, with an interval, scores a figure, agent and layout, and the rows that cannot
//! be predicted with the reason. How a row becomes a scenario is data (`measurements/mapping.yaml`), and so is which
//! rows the model was fitted to (`measurements/split.yaml`). A prediction is a run of the simulator: scenario,
//! strategy, world.

mod error;
mod expression;
mod mapping;
mod plan;
mod predict;
mod rows;
mod score;
mod split;

pub use error::ValidateError;
pub use rows::Source;
pub use score::{Figure, Point, Regime, Score, Summary};

use crate::strategy::{DAEMONSET, SIDECAR};
use mapping::Mapping;
use plan::Plan;
use predict::{Outcome, OverSeeds};
use rayon::prelude::*;
use rows::Row;
use split::Split;
use std::collections::BTreeMap;

/// The lab's rows.
const EMBEDDED: [(&str, &str); 6] = [
    ("configs.csv", include_str!("../measurements/lab/configs.csv")),
    ("layouts.csv", include_str!("../measurements/lab/layouts.csv")),
    ("noisy-neighbour.csv", include_str!("../measurements/lab/noisy-neighbour.csv")),
    ("repeats.csv", include_str!("../measurements/lab/repeats.csv")),
    ("rotation.csv", include_str!("../measurements/lab/rotation.csv")),
    ("saturation.csv", include_str!("../measurements/lab/saturation.csv")),
];

/// Figures with fewer fitted points than this have no spread of their own.
const FEWEST: usize = 5;

/// The normal quantile of 0.975.
const Z975: f64 = 1.959_963_984_540_054;

/// What came of it.
#[derive(Clone, Debug)]
pub struct Validation {
    /// Every measured figure beside its prediction, in the order of files, lines and figures.
    pub points: Vec<Point>,
    /// Scores a figure, agent, layout and regime.
    pub figures: Vec<Summary>,
    /// Rows without a prediction.
    pub skipped: Vec<Skipped>,
    /// Files that the rows came from.
    pub files: Vec<String>,
}

/// A row that is not predicted.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
pub struct Skipped {
    /// File and line.
    pub row: String,
    /// Why.
    pub reason: String,
}

/// The embedded rows of the lab.
pub fn embedded() -> Vec<Source> {
    EMBEDDED.iter().map(|(name, text)| Source { name: (*name).into(), text: (*text).into() }).collect()
}

/// Predicts every row of some files.
///
/// # Errors
/// A file is no CSV of measured rows; the message names file and row. Rows that are well-formed but cannot be
/// predicted are no error.
pub fn validate(sources: &[Source]) -> Result<Validation, ValidateError> {
    let (mapping, split) = (Mapping::embedded()?, Split::embedded()?);
    let mut rows = Vec::new();
    for source in sources {
        rows.extend(rows::read(source, &mapping)?);
    }
    let mut home = Vec::new();
    for source in embedded() {
        home.extend(rows::read(&source, &mapping)?);
    }
    let places = Places::of(&home, &mapping, split);
    let (mut points, skipped) = predicted(&rows, &mapping, &places)?;
    // How far fitted rows are off says how far others may be, whether or not they are asked for now.
    let known: Vec<Vec<String>> = rows.iter().map(|r| r.content(&mapping.kinds[r.kind])).collect();
    let rest: Vec<Row> = home
        .into_iter()
        .filter(|row| places.serves_a_fit(row) && !known.contains(&row.content(&mapping.kinds[row.kind])))
        .collect();
    let (elsewhere, _) = predicted(&rest, &mapping, &places)?;
    let spreads = Spreads::of(points.iter().chain(&elsewhere), &mapping);
    for point in &mut points {
        spreads.widen(point);
    }
    let figures = score::summaries(&points);
    let mut files: Vec<String> = sources.iter().map(|s| s.short_name().to_owned()).collect();
    files.dedup();
    Ok(Validation { points, figures, skipped, files })
}

/// Predicts every row of some files and nothing else: intervals hold what seeds differ by, and not how far fitted rows
/// are off.
///
/// # Errors
/// A file is no CSV of measured rows.
pub fn predict_alone(sources: &[Source]) -> Result<Validation, ValidateError> {
    let (mapping, split) = (Mapping::embedded()?, Split::embedded()?);
    let mut rows = Vec::new();
    for source in sources {
        rows.extend(rows::read(source, &mapping)?);
    }
    let (points, skipped) = predicted(&rows, &mapping, &Places::of(&[], &mapping, split))?;
    let files = sources.iter().map(|s| s.short_name().to_owned()).collect();
    Ok(Validation { figures: score::summaries(&points), points, skipped, files })
}

/// Where rows stand in the embedded files, by what they hold.
struct Places {
    split: Split,
    by_content: BTreeMap<Vec<String>, (String, u64)>,
}

impl Places {
    fn of(home: &[Row], mapping: &Mapping, split: Split) -> Self {
        let place = |row: &Row| (row.content(&mapping.kinds[row.kind]), (row.file.to_string(), row.line()));
        Self { split, by_content: home.iter().map(place).collect() }
    }

    fn is_fitted(&self, figure: Figure, row: &Row, mapping: &Mapping) -> bool {
        self.by_content
            .get(&row.content(&mapping.kinds[row.kind]))
            .is_some_and(|(file, line)| self.split.is_fitted(figure, file, *line))
    }

    fn serves_a_fit(&self, embedded: &Row) -> bool {
        Figure::ALL.iter().any(|figure| self.split.is_fitted(*figure, &embedded.file, embedded.line()))
    }
}

/// A set-up with its measured rows: one, or its repetitions.
struct Group<'r> {
    plan: Plan,
    rows: Vec<(&'r Row, Plan)>,
}

fn predicted(
    rows: &[Row],
    mapping: &Mapping,
    places: &Places,
) -> Result<(Vec<Point>, Vec<Skipped>), ValidateError> {
    let plans: Vec<Result<Plan, String>> = rows.par_iter().map(|row| plan::plan(row, mapping)).collect();
    let mut groups: Vec<Group<'_>> = Vec::new();
    let mut skipped = Vec::new();
    let place = |row: &Row| format!("{}:{}", row.file, row.line());
    for (row, plan) in rows.iter().zip(plans) {
        match plan {
            Err(reason) => skipped.push(Skipped { row: place(row), reason }),
            Ok(plan) => {
                let same = |g: &&mut Group<'_>| {
                    plan.repeated
                        && g.plan.repeated
                        && (&g.plan.text, g.plan.strategy.name, &g.rows[0].0.file)
                            == (&plan.text, plan.strategy.name, &row.file)
                };
                match groups.iter_mut().find(same) {
                    Some(group) => group.rows.push((row, plan)),
                    None => groups.push(Group { plan: plan.clone(), rows: vec![(row, plan)] }),
                }
            }
        }
    }
    let outcomes: Vec<_> = groups.par_iter().map(|g| predict::run(&g.plan)).collect::<Result<_, _>>()?;
    let mut points = Vec::new();
    let mut ratios: BTreeMap<&str, Vec<Point>> = BTreeMap::new();
    for (group, outcome) in groups.iter().zip(&outcomes) {
        match outcome {
            Err(reason) => {
                skipped.extend(
                    group.rows.iter().map(|(row, _)| Skipped { row: place(row), reason: reason.clone() }),
                );
            }
            Ok(outcomes) => {
                let found = points_of(group, outcomes, mapping, places);
                if found.is_empty() {
                    let reason = "nothing that it measures is above zero in both measurement and prediction";
                    skipped.extend(
                        group.rows.iter().map(|(row, _)| Skipped { row: place(row), reason: reason.into() }),
                    );
                }
                if let Some(pair) = &group.plan.pair {
                    let cpu = found.iter().filter(|p| p.figure == Figure::AgentCpu).cloned();
                    ratios.entry(pair).or_default().extend(cpu);
                }
                points.extend(found);
            }
        }
    }
    points.extend(ratios.values().filter_map(|pair| ratio(pair)));
    let order = |p: &Point| (p.file.clone(), p.line, p.figure);
    points.sort_by_key(order);
    Ok((points, skipped))
}

fn points_of(group: &Group<'_>, outcomes: &[Outcome], mapping: &Mapping, places: &Places) -> Vec<Point> {
    let (row, plan) = (group.rows[0].0, &group.plan);
    let regime = regime(group, outcomes);
    let mut points = Vec::new();
    for value in &plan.measured {
        let spec = &value.spec;
        let predicted = outcomes.iter().filter_map(|o| o.figure(spec.figure, spec.tenant.as_deref()));
        let Some(over) = OverSeeds::of(predicted.collect()) else { continue };
        let OverSeeds { mean: predicted, lo, hi, luck } = over;
        let same: Vec<f64> = group
            .rows
            .iter()
            .filter_map(|(_, plan)| plan.measured.iter().find(|v| v.spec.figure == spec.figure))
            .map(|v| v.value)
            .collect();
        let measured = same.iter().sum::<f64>() / same.len() as f64;
        // A share may be nothing; of anything else, nothing is what the instrument could not see.
        if !spec.figure.is_share() && (measured <= 0.0 || predicted <= 0.0) {
            continue;
        }
        let fitted = group.rows.iter().any(|(row, _)| places.is_fitted(spec.figure, row, mapping));
        points.push(Point {
            row: format!("{}:{} {}", row.file, row.line(), plan.name),
            figure: spec.figure,
            measured,
            predicted,
            lo,
            hi,
            luck: luck / (group.rows.len() as f64).sqrt(),
            quantum: value.quantum,
            file: row.file.to_string(),
            line: row.line(),
            repetitions: group.rows.len(),
            agent: plan.agent.clone(),
            layout: plan.strategy.name.to_owned(),
            regime,
            fitted,
            elsewhere: mapping.kinds[row.kind].elsewhere,
        });
    }
    points
}

/// What the agents were doing, by what was measured, or else by the run.
fn regime(group: &Group<'_>, outcomes: &[Outcome]) -> Regime {
    let scenario = &group.plan.scenario;
    let offered: f64 = scenario
        .tenants
        .iter()
        .flat_map(|t| t.workloads.iter().map(move |w| (t.count.get() * w.replicas.get(), w)))
        .map(|(pods, w)| pods as f64 * w.logs.iter().map(|l| l.rate.get()).sum::<f64>())
        .sum();
    if offered == 0.0 {
        return Regime::Idle;
    }
    if group.plan.measured.iter().any(|v| v.spec.figure == Figure::Loss) {
        return Regime::Disturbed;
    }
    let arrived = group.plan.measured.iter().find(|v| v.spec.figure == Figure::Throughput);
    let keeps_up = match arrived {
        Some(arrived) => arrived.value >= 0.97 * offered,
        None => outcomes.iter().map(|o| o.paused).sum::<f64>() < 0.01 * outcomes.len() as f64,
    };
    if keeps_up { Regime::KeepingUp } else { Regime::Paused }
}

/// The ratio of two points that differ in their layout: sidecar over daemonset.
fn ratio(pair: &[Point]) -> Option<Point> {
    let of = |layout: &str| pair.iter().find(|p| p.layout == layout);
    let (above, below) = (of(SIDECAR.name)?, of(DAEMONSET.name)?);
    let predicted = above.predicted / below.predicted;
    Some(Point {
        figure: Figure::CpuRatio,
        measured: above.measured / below.measured,
        predicted,
        lo: predicted,
        hi: predicted,
        // As of a quotient of what varies by little.
        luck: predicted * libm::hypot(above.luck / above.predicted, below.luck / below.predicted),
        fitted: above.fitted && below.fitted,
        ..above.clone()
    })
}

/// How far measurements lie from predictions: standard deviations of logarithms.
struct Spreads {
    by_figure: BTreeMap<(Figure, String), f64>,
    noise: BTreeMap<Figure, f64>,
    elsewhere: f64,
}

impl Spreads {
    /// From the points that the model was fitted to.
    fn of<'p>(points: impl Iterator<Item = &'p Point>, mapping: &Mapping) -> Self {
        let mut squares: BTreeMap<(Figure, String), Vec<f64>> = BTreeMap::new();
        for point in points.filter(|p| p.fitted && !p.figure.is_share()) {
            let off = libm::log(point.measured / point.predicted);
            squares.entry((point.figure, point.agent.clone())).or_default().push(off * off);
        }
        let by_figure = squares
            .into_iter()
            .filter(|(_, squares)| squares.len() >= FEWEST)
            .map(|(key, squares)| (key, (squares.iter().sum::<f64>() / squares.len() as f64).sqrt()))
            .collect();
        Self { by_figure, noise: mapping.noise.clone(), elsewhere: mapping.elsewhere }
    }

    /// Adds the spread to the interval that seeds alone give.
    fn widen(&self, point: &mut Point) {
        // What luck may be is skewed, so that its mean may lie outside of what holds nearly all of it.
        (point.lo, point.hi) = (point.lo.min(point.predicted), point.hi.max(point.predicted));
        if point.figure.is_share() {
            // Shares are off by differences, not by factors.
            let off = Z975 * self.noise.get(&Figure::Loss).copied().unwrap_or(0.0);
            (point.lo, point.hi) = ((point.lo - off).max(0.0), (point.hi + off).min(1.0));
            if point.quantum > 0.0 {
                // Whole files are lost or none: between two steps nothing can be measured.
                let step = |v: f64, round: fn(f64) -> f64| round(v / point.quantum) * point.quantum;
                (point.lo, point.hi) = (step(point.lo, f64::floor), step(point.hi, f64::ceil).min(1.0));
            }
            return;
        }
        let own = self.by_figure.get(&(point.figure, point.agent.clone()));
        let known = own.or_else(|| self.noise.get(&point.figure)).filter(|_| !point.elsewhere);
        let spread = known.copied().unwrap_or(self.elsewhere);
        point.lo *= libm::exp(-Z975 * spread);
        point.hi *= libm::exp(Z975 * spread);
    }
}
