//! Charts, as SVG and PNG from one drawing function.
//!
//! A drawing function takes a canvas over any backend of plotters. Both outputs are drawn on a
//! raster four times as fine as the chart: the SVG keeps it as its view box, the PNG is averaged down to
//! twice the chart's size, so that lines and text are smooth. Everything happens in memory.
//!
//! Labels are in English whatever the report's language: the font that goes with the program (Ubuntu Light)
//! has no Chinese, and a chart must look the same on a machine without fonts.

mod axis;
mod canvas;
mod density;
mod frame;
mod freshness;
mod ledger;
mod palette;
mod raster;
mod resources;
mod timeline;
mod validation;

use super::{Report, ReportError};
use crate::lang::Lang;
use crate::metric::Metric;
use canvas::{Canvas, Drawn, FINENESS, Typesetting};
use plotters::prelude::{DrawingBackend, IntoDrawingArea, SVGBackend};
use plotters::style::{FontStyle, register_font};
use std::sync::OnceLock;

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
        let (width, height) = self.size(report);
        let (fine_width, fine_height) = (width * FINENESS, height * FINENESS);
        let mut text = String::new();
        let backend = SVGBackend::with_string(&mut text, (fine_width, fine_height));
        self.on(backend, Typesetting::SVG, report)?;
        // The raster stays, as the view box; the size is the chart's.
        let fine = format!("width=\"{fine_width}\" height=\"{fine_height}\"");
        Ok(text.replacen(&fine, &format!("width=\"{width}\" height=\"{height}\""), 1))
    }

    /// The chart as PNG, twice as large as the SVG.
    ///
    /// # Errors
    /// It cannot be drawn: a defect.
    pub fn png(self, report: &Report) -> Result<Vec<u8>, ReportError> {
        let (width, height) = self.size(report);
        raster::png((width * FINENESS, height * FINENESS), |backend| {
            self.on(backend, Typesetting::BITMAP, report)
        })
        .map_err(|problem| self.failed(problem))?
    }

    /// Width and height, which depend on how many strategies there are.
    fn size(self, report: &Report) -> (u32, u32) {
        let height = match self {
            Self::Resources => resources::height(report),
            Self::Freshness => freshness::HEIGHT,
            Self::Ledger => ledger::height(report),
            Self::Density => density::HEIGHT,
            Self::Timeline => timeline::height(report),
        };
        (frame::WIDTH as u32, height as u32)
    }

    fn on<B: DrawingBackend>(
        self,
        backend: B,
        typesetting: Typesetting,
        report: &Report,
    ) -> Result<(), ReportError> {
        font().map_err(|problem| self.failed(problem))?;
        let canvas = Canvas::new(backend.into_drawing_area(), typesetting);
        self.draw(&canvas, report).map_err(|problem| self.failed(problem))
    }

    fn draw<B: DrawingBackend>(self, canvas: &Canvas<B>, report: &Report) -> Drawn {
        canvas.clear()?;
        match self {
            Self::Resources => resources::draw(canvas, report),
            Self::Freshness => freshness::draw(canvas, report),
            Self::Ledger => ledger::draw(canvas, report),
            Self::Density => density::draw(canvas, report),
            Self::Timeline => timeline::draw(canvas, report),
        }?;
        canvas.finish()
    }

    fn failed(self, problem: impl ToString) -> ReportError {
        ReportError::Chart { chart: self.stem(), problem: problem.to_string() }
    }
}

/// Predicted over measured, as SVG and PNG.
///
/// # Errors
/// It cannot be drawn: a defect.
pub(super) fn predicted_over_measured(
    validation: &crate::validate::Validation,
) -> Result<(String, Vec<u8>), ReportError> {
    let failed = |problem: String| ReportError::Chart { chart: "predicted-over-measured", problem };
    font().map_err(|problem| failed(problem.to_owned()))?;
    let (width, height) = (frame::WIDTH as u32, validation::height(validation) as u32);
    let fine = (width * FINENESS, height * FINENESS);
    let mut text = String::new();
    {
        let area = SVGBackend::with_string(&mut text, fine).into_drawing_area();
        validation::draw(&Canvas::new(area, Typesetting::SVG), validation).map_err(failed)?;
    }
    let size = format!("width=\"{}\" height=\"{}\"", fine.0, fine.1);
    let svg = text.replacen(&size, &format!("width=\"{width}\" height=\"{height}\""), 1);
    let png = raster::png(fine, |backend| {
        validation::draw(&Canvas::new(backend.into_drawing_area(), Typesetting::BITMAP), validation)
    });
    Ok((svg, png.map_err(failed)?.map_err(failed)?))
}

/// Registers the font, once in a process.
fn font() -> Result<(), &'static str> {
    static REGISTERED: OnceLock<bool> = OnceLock::new();
    let register =
        || register_font("sans-serif", FontStyle::Normal, epaint_default_fonts::UBUNTU_LIGHT).is_ok();
    if *REGISTERED.get_or_init(register) { Ok(()) } else { Err("the embedded font cannot be read") }
}

#[cfg(test)]
mod tests;
