//! The model beside measurements: a page, JSON, every point as CSV, a folder with charts.

mod tables;

use super::page::{Block, Chart, Finding, Page, json};
use super::{ReportError, chart, folder};
use crate::lang::Lang;
use crate::validate::Validation;
use serde_json::json;
use std::path::{Path, PathBuf};

/// Where the method is said, in words.
const METHOD: &str = include_str!("validation/method.md");
/// What is known to be missing, in words.
const MISSING: &str = include_str!("validation/missing.md");

/// Predictions for measured rows, and where they are shown.
#[derive(Clone, Copy, Debug)]
pub struct Validated<'a> {
    /// The rows themselves.
    pub own: &'a Validation,
    /// Further rows, whose scores stand apart.
    pub elsewhere: Option<&'a Validation>,
    /// Whether a chart lies beside the page.
    pub chart: bool,
}

impl Finding for Validated<'_> {
    fn page(&self, lang: Lang) -> Page {
        let mut page = Page { lang, level: 1, ..Page::default() };
        page.blocks.push(Block::Standing(METHOD));
        tables::overview(&mut page, self.own);
        if self.chart {
            page.blocks.push(Block::Chart(Chart {
                title: "Predicted over measured, a panel a figure".to_owned(),
                path: "validation/predicted-over-measured".to_owned(),
                svg: None,
            }));
        }
        tables::by_layout(&mut page, self.own);
        page.blocks.push(Block::Standing(MISSING));
        tables::worst(&mut page, self.own);
        tables::skipped(&mut page, self.own);
        if let Some(other) = self.elsewhere {
            tables::elsewhere(&mut page, other);
        }
        page
    }

    fn illustrated(&self, lang: Lang) -> Result<Page, ReportError> {
        let mut page = Validated { chart: true, ..*self }.page(lang);
        for block in &mut page.blocks {
            if let Block::Chart(one) = block {
                one.svg = Some(chart::predicted_over_measured(self.own)?.0);
            }
        }
        Ok(page)
    }

    fn brief(&self, lang: Lang) -> Page {
        let mut page = Page { lang, level: 1, ..Page::default() };
        tables::brief(&mut page, self.own);
        if let Some(other) = self.elsewhere {
            page.heading(tables::heading_elsewhere(lang));
            tables::brief(&mut page, other);
        }
        page
    }

    fn document(&self, _: Lang) -> Result<String, ReportError> {
        let validation = self.own;
        let mut document = json!({
            "schema": "loghaul.validate/v1",
            "version": env!("CARGO_PKG_VERSION"),
            "files": validation.files,
            "figures": validation.figures,
            "points": validation.points,
            "skipped": validation.skipped,
        });
        if let Some(elsewhere) = self.elsewhere {
            document["elsewhere"] = json!({
                "files": elsewhere.files, "figures": elsewhere.figures, "skipped": elsewhere.skipped,
            });
        }
        json(&document)
    }

    fn records(&self, _: Lang) -> Result<String, ReportError> {
        tables::csv(self.own)
    }
}

/// Every row of a measurement beside its prediction, and nothing left out for length.
#[derive(Clone, Copy, Debug)]
pub struct Beside<'a>(pub &'a Validation);

impl Finding for Beside<'_> {
    fn page(&self, lang: Lang) -> Page {
        let mut page = Page { lang, level: 1, ..Page::default() };
        tables::beside(&mut page, self.0);
        page
    }

    fn document(&self, lang: Lang) -> Result<String, ReportError> {
        Validated { own: self.0, elsewhere: None, chart: false }.document(lang)
    }

    fn records(&self, _: Lang) -> Result<String, ReportError> {
        tables::csv(self.0)
    }
}

/// Writes `validation.md` into a folder, and charts and points into `validation` below it; gives their paths.
///
/// # Errors
/// A chart cannot be drawn, and nothing was written; or the system refuses a file.
pub fn write_folder(dir: &Path, validated: Validated, lang: Lang) -> Result<Vec<PathBuf>, ReportError> {
    let (svg, png) = chart::predicted_over_measured(validated.own)?;
    let report = Validated { chart: true, ..validated }.page(lang).to_markdown();
    let files = [
        ("validation/predicted-over-measured.svg".to_owned(), svg.into_bytes()),
        ("validation/predicted-over-measured.png".to_owned(), png),
        ("validation/points.csv".to_owned(), validated.records(lang)?.into_bytes()),
        ("validation.md".to_owned(), report.into_bytes()),
    ];
    // Together: the report shows the charts.
    folder::check_folder(&dir.join("validation"))?;
    folder::write_files(dir, &files)
}
