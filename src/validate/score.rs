//! Points, and how far predictions are off.

use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// What is predicted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Figure {
    /// CPU of all agents, in cores.
    AgentCpu,
    /// CPU of the agents of one layout over that of the other at the same load: sidecar over daemonset.
    CpuRatio,
    /// Proportional memory of all agents, in bytes.
    MemoryPss,
    /// Resident memory of all agents, in bytes.
    MemoryRss,
    /// Lines a second that arrive.
    Throughput,
    /// Median age of lines on arrival, in seconds.
    FreshnessP50,
    /// Age that 99 in 100 do not exceed, in seconds.
    FreshnessP99,
    /// Mean age of lines on arrival, in seconds.
    FreshnessMean,
    /// Share of lines that do not arrive.
    Loss,
    /// The same of the stream that lost most.
    WorstStreamLoss,
}

impl Figure {
    /// Every figure, in the order of reports.
    pub const ALL: [Self; 10] = [
        Self::AgentCpu,
        Self::CpuRatio,
        Self::MemoryPss,
        Self::MemoryRss,
        Self::Throughput,
        Self::FreshnessP50,
        Self::FreshnessP99,
        Self::FreshnessMean,
        Self::Loss,
        Self::WorstStreamLoss,
    ];

    /// Its name in JSON and tables.
    pub fn id(self) -> &'static str {
        match self {
            Self::AgentCpu => "agent_cpu",
            Self::CpuRatio => "cpu_ratio",
            Self::MemoryPss => "memory_pss",
            Self::MemoryRss => "memory_rss",
            Self::Throughput => "throughput",
            Self::FreshnessP50 => "freshness_p50",
            Self::FreshnessP99 => "freshness_p99",
            Self::FreshnessMean => "freshness_mean",
            Self::Loss => "loss",
            Self::WorstStreamLoss => "worst_stream_loss",
        }
    }

    /// Whether it is a share of lines: its errors are differences, and it may be nothing.
    pub fn is_share(self) -> bool {
        matches!(self, Self::Loss | Self::WorstStreamLoss)
    }

    /// The unit of its numbers.
    pub fn unit(self) -> &'static str {
        match self {
            Self::AgentCpu => "cores",
            Self::CpuRatio => "ratio",
            Self::MemoryPss | Self::MemoryRss => "bytes",
            Self::Throughput => "lines/s",
            Self::FreshnessP50 | Self::FreshnessP99 | Self::FreshnessMean => "s",
            Self::Loss | Self::WorstStreamLoss => "fraction",
        }
    }
}

/// What the agents were doing: figures of these are not to be averaged.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Regime {
    /// Nothing was written.
    Idle,
    /// What was written arrived.
    KeepingUp,
    /// More was written than arrived: buffers were full.
    Paused,
    /// Files were rotated, or the sink was away.
    Disturbed,
}

impl Regime {
    /// In words.
    pub fn words(self) -> &'static str {
        match self {
            Self::Idle => "idle",
            Self::KeepingUp => "keeping up",
            Self::Paused => "paused",
            Self::Disturbed => "disturbed",
        }
    }
}

/// A measured figure beside its prediction.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Point {
    /// What the row is called: file, line and set-up.
    pub row: String,
    /// What was measured.
    pub figure: Figure,
    /// As measured; the mean, where the row was repeated.
    pub measured: f64,
    /// As predicted: the mean over seeds.
    pub predicted: f64,
    /// The least that a measurement is expected to be.
    pub lo: f64,
    /// The most that a measurement is expected to be.
    pub hi: f64,
    /// How far a measurement would be from the prediction on average if the model were right, by the seed alone, in the
    /// figure's unit. What the instrument adds is not in it.
    pub luck: f64,
    /// The step in which a share can be measured; 0 where there is none.
    #[serde(skip)]
    pub quantum: f64,
    /// The file.
    pub file: String,
    /// Its line, the first where the row was repeated.
    pub line: u64,
    /// Repetitions.
    pub repetitions: usize,
    /// The agent's profile.
    pub agent: String,
    /// The strategy.
    pub layout: String,
    /// What the agents were doing.
    pub regime: Regime,
    /// Whether the model was fitted to this figure of this row.
    pub fitted: bool,
    /// Whether it was measured on other machines and pipelines than the profile.
    #[serde(skip)]
    pub elsewhere: bool,
}

impl Point {
    /// How far the prediction is off: a fraction of what was measured, or, for shares, the difference itself.
    pub fn error(&self) -> f64 {
        let off = self.predicted - self.measured;
        if self.figure.is_share() { off } else { off / self.measured }
    }

    /// The error that luck alone makes on average, as [`Point::error`] counts it and without a sign.
    pub fn error_by_luck(&self) -> f64 {
        if self.figure.is_share() { self.luck } else { self.luck / self.measured }
    }

    /// How wide what is expected is: from end to end as a share of what is predicted, or, for shares, in points.
    pub fn width(&self) -> f64 {
        let width = self.hi - self.lo;
        if self.figure.is_share() || self.predicted == 0.0 { width } else { width / self.predicted }
    }

    /// Whether anything is expected at all: nearly every share, or values a hundred times apart, are no prediction.
    pub fn says_something(&self) -> bool {
        match self.figure.is_share() {
            true => self.width() < EVERYTHING,
            false => self.hi < 100.0 * self.lo,
        }
    }

    /// Whether something is expected, and the measurement lies there.
    pub fn covered(&self) -> bool {
        if !self.says_something() {
            return false;
        }
        let slack = 1e-9 * self.measured.abs();
        (self.lo - slack..=self.hi + slack).contains(&self.measured)
    }
}

/// An interval of a share that is as wide as this says nothing.
const EVERYTHING: f64 = 0.9;

/// How far predictions of some points are off.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Score {
    /// Points.
    pub n: usize,
    /// Mean absolute error, a fraction.
    pub mape: f64,
    /// Mean error, a fraction.
    pub bias: f64,
    /// The mean absolute error that a model which is right would have, as runs differ by their seeds: a fraction.
    pub by_luck: f64,
    /// The largest error, with its sign.
    pub worst: f64,
    /// The row that has it.
    pub worst_row: String,
    /// Share of measurements within their interval; one that covers everything holds nothing.
    pub coverage: f64,
    /// Mean width of the intervals: as a share of what is predicted, or, for shares, in points.
    pub width: f64,
}

impl Score {
    /// The score of some points; `None` of none.
    pub fn of<'p>(points: impl IntoIterator<Item = &'p Point>) -> Option<Self> {
        let points: Vec<&Point> = points.into_iter().collect();
        let n = points.len();
        let worst = points.iter().max_by(|a, b| a.error().abs().total_cmp(&b.error().abs()))?;
        let mean = |of: &dyn Fn(&Point) -> f64| points.iter().map(|p| of(p)).sum::<f64>() / n as f64;
        Some(Self {
            n,
            mape: mean(&|p| p.error().abs()),
            bias: mean(&Point::error),
            by_luck: mean(&Point::error_by_luck),
            worst: worst.error(),
            worst_row: worst.row.clone(),
            coverage: mean(&|p| f64::from(u8::from(p.covered()))),
            width: mean(&Point::width),
        })
    }
}

/// The score of a figure of an agent in a layout and regime.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Summary {
    /// What was measured.
    pub figure: Figure,
    /// The agent's profile.
    pub agent: String,
    /// The strategy.
    pub layout: String,
    /// What the agents were doing.
    pub regime: Regime,
    /// All points.
    #[serde(flatten)]
    pub all: Score,
    /// Those that the model was fitted to.
    pub fitted: Option<Score>,
    /// Those that it was not.
    pub not_fitted: Option<Score>,
}

/// A score for each figure, agent, layout and regime.
pub(super) fn summaries(points: &[Point]) -> Vec<Summary> {
    let mut groups: BTreeMap<_, Vec<&Point>> = BTreeMap::new();
    for point in points {
        let key = (point.figure, point.agent.as_str(), point.regime, point.layout.as_str());
        groups.entry(key).or_default().push(point);
    }
    groups
        .into_iter()
        .filter_map(|((figure, agent, regime, layout), points)| {
            let part = |fitted| Score::of(points.iter().copied().filter(|p| p.fitted == fitted));
            Some(Summary {
                figure,
                agent: agent.to_owned(),
                layout: layout.to_owned(),
                regime,
                all: Score::of(points.iter().copied())?,
                fitted: part(true),
                not_fitted: part(false),
            })
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn point(figure: Figure, measured: f64, predicted: f64, fitted: bool) -> Point {
        Point {
            row: format!("a.csv:{measured}"),
            figure,
            measured,
            predicted,
            lo: predicted * 0.9,
            hi: predicted * 1.1,
            luck: 0.2,
            quantum: 0.0,
            file: "a.csv".into(),
            line: 2,
            repetitions: 1,
            agent: "fluent-bit".into(),
            layout: "daemonset".into(),
            regime: Regime::KeepingUp,
            fitted,
            elsewhere: false,
        }
    }

    #[test]
    fn errors_are_fractions_of_what_was_measured() {
        let points = [point(Figure::AgentCpu, 2.0, 2.2, true), point(Figure::AgentCpu, 10.0, 7.0, false)];
        let score = Score::of(&points).unwrap();
        // +10 % and −30 %; 2.0 lies within 1.98 to 2.42, and 10 not within 6.3 to 7.7.
        assert!((score.mape - 0.2).abs() < 1e-12 && (score.bias + 0.1).abs() < 1e-12);
        assert!((score.worst + 0.3).abs() < 1e-12);
        // A seed alone makes 0.2: a tenth of 2, and a fiftieth of 10.
        assert!((score.by_luck - 0.06).abs() < 1e-12, "{}", score.by_luck);
        assert_eq!((score.n, score.coverage, score.worst_row.as_str()), (2, 0.5, "a.csv:10"));
        // Of a share, points: 0.5 measured, 0.4 predicted.
        assert!((point(Figure::Loss, 0.5, 0.4, false).error() + 0.1).abs() < 1e-12);
    }

    #[test]
    fn an_interval_that_covers_everything_is_no_prediction() {
        let loss = |lo, hi| Point { lo, hi, ..point(Figure::Loss, 0.5, 0.4, false) };
        assert!(loss(0.3, 0.6).covered() && (loss(0.3, 0.6).width() - 0.3).abs() < 1e-12);
        assert!(!loss(0.05, 1.0).covered() && !loss(0.6, 0.7).covered());
        let cpu = |lo, hi| Point { lo, hi, ..point(Figure::AgentCpu, 2.0, 2.2, true) };
        assert!(cpu(0.2, 3.0).covered() && !cpu(0.02, 3.0).covered());
        // From 1.98 to 2.42 around 2.2: a fifth of it.
        let score = Score::of(&[cpu(1.98, 2.42)]).unwrap();
        assert!((score.width - 0.2).abs() < 1e-12, "{}", score.width);
    }

    #[test]
    fn fitted_rows_stand_apart() {
        let points = [point(Figure::AgentCpu, 2.0, 2.2, true), point(Figure::AgentCpu, 10.0, 7.0, false)];
        let [summary] = summaries(&points).try_into().unwrap();
        assert_eq!(summary.fitted.unwrap().n, 1);
        assert!((summary.not_fitted.unwrap().bias + 0.3).abs() < 1e-12);
    }
}
