//! Charts, as SVG and PNG from one drawing function.
//!
//! A drawing function takes a canvas over any backend of plotters. Both outputs are drawn on a
//! raster four times as fine as the chart: the SVG keeps it as its view box, the PNG is averaged down to
//! twice the chart's size, so that lines and text are smooth. Everything happens in memory.
//!
//! Labels of an SVG are in the report's language and in a font of the viewer's. Those of a PNG are in English: the font
//! that goes with the program (Ubuntu Light) has no Chinese, and a PNG must look the same on a machine without fonts.

mod axis;
mod canvas;
mod cost_by_month;
mod density;
mod frame;
mod freshness;
mod image;
mod ledger;
mod palette;
mod phase_map;
mod raster;
mod resources;
mod timeline;
mod tornado;
mod validation;

use super::{Report, ReportError};
use crate::lang::Lang;
use crate::metric::Metric;
use crate::validate::Validation;
use canvas::{Canvas, Drawn};
use image::Picture;
use plotters::prelude::DrawingBackend;

pub use cost_by_month::CostByMonth;
pub use phase_map::PhaseMap;
pub use tornado::Tornado;

/// A chart of a comparison.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Chart {
    /// CPU and memory that agents use and request.
    Resources,
    /// The distribution of freshness.
    Freshness,
    /// Where lines end.
    Ledger,
    /// Cost against pods a node.
    Density,
    /// Lines emitted and delivered over time.
    Timeline,
}

impl Chart {
    /// Every chart, in the order of reports.
    pub const ALL: [Self; 5] =
        [Self::Resources, Self::Freshness, Self::Ledger, Self::Density, Self::Timeline];

    /// The name of its files, without ending.
    pub fn stem(self) -> &'static str {
        match self {
            Self::Resources => "resources",
            Self::Freshness => "freshness",
            Self::Ledger => "lines",
            Self::Density => "cost-by-density",
            Self::Timeline => "timeline",
        }
    }

    /// What it shows, in words.
    pub fn title(self, lang: Lang) -> &'static str {
        let (en, zh) = match self {
            Self::Resources => ("What log collection uses and requests", "日志采集使用和申请的资源"),
            Self::Freshness => ("How long until a line can be queried", "一行日志多久之后可以查询"),
            Self::Ledger => ("Where the lines end up", "日志行的去向"),
            Self::Density => {
                ("What log collection costs as nodes hold more pods", "每节点 Pod 数增加时的采集成本")
            }
            Self::Timeline => ("Lines written and lines delivered over time", "写入与送达的日志行随时间变化"),
        };
        super::words::pick(lang, en, zh)
    }

    /// Whether a report has what the chart shows.
    pub fn has_data(self, report: &Report) -> bool {
        match self {
            Self::Resources => report
                .metrics()
                .iter()
                .any(|m| matches!(m, Metric::AgentCpu | Metric::AgentMemory | Metric::AgentMemoryRequested)),
            Self::Freshness | Self::Ledger => report.feasible().next().is_some(),
            Self::Density => report.pods_per_node.iter().any(|p| p.cost.is_some()),
            Self::Timeline => {
                report.feasible().any(|s| s.observations.iter().any(|o| !o.timeline.is_empty()))
            }
        }
    }

    /// The chart as SVG. Its text is text, shown in the viewer's sans-serif font.
    ///
    /// # Errors
    /// It cannot be drawn: a defect.
    pub fn svg(self, report: &Report) -> Result<String, ReportError> {
        image::svg(&Of(self, report))
    }

    /// The chart as PNG, twice as large as the SVG.
    ///
    /// # Errors
    /// It cannot be drawn: a defect.
    pub fn png(self, report: &Report) -> Result<Vec<u8>, ReportError> {
        image::png(&Of(self, report))
    }
}

/// A chart of a report.
struct Of<'r>(Chart, &'r Report<'r>);

impl Picture for Of<'_> {
    fn stem(&self) -> &'static str {
        self.0.stem()
    }

    fn lang(&self) -> Lang {
        self.1.lang
    }

    /// Width and height, which depend on how many strategies there are.
    fn size(&self) -> (u32, u32) {
        let Self(chart, report) = *self;
        let height = match chart {
            Chart::Resources => resources::height(report),
            Chart::Freshness => freshness::HEIGHT,
            Chart::Ledger => ledger::height(report),
            Chart::Density => density::HEIGHT,
            Chart::Timeline => timeline::height(report),
        };
        (frame::WIDTH as u32, height as u32)
    }

    fn draw<B: DrawingBackend>(&self, canvas: &Canvas<B>) -> Drawn {
        let Self(chart, report) = *self;
        match chart {
            Chart::Resources => resources::draw(canvas, report),
            Chart::Freshness => freshness::draw(canvas, report),
            Chart::Ledger => ledger::draw(canvas, report),
            Chart::Density => density::draw(canvas, report),
            Chart::Timeline => timeline::draw(canvas, report),
        }
    }
}

/// Predicted over measured, as SVG and PNG.
///
/// # Errors
/// It cannot be drawn: a defect.
pub(super) fn predicted_over_measured(validation: &Validation) -> Result<(String, Vec<u8>), ReportError> {
    let picture = PredictedOverMeasured(validation);
    Ok((image::svg(&picture)?, image::png(&picture)?))
}

struct PredictedOverMeasured<'v>(&'v Validation);

impl Picture for PredictedOverMeasured<'_> {
    fn stem(&self) -> &'static str {
        "predicted-over-measured"
    }

    fn size(&self) -> (u32, u32) {
        (frame::WIDTH as u32, validation::height(self.0) as u32)
    }

    fn draw<B: DrawingBackend>(&self, canvas: &Canvas<B>) -> Drawn {
        validation::draw(canvas, self.0)
    }
}

#[cfg(test)]
mod tests;
