//! What people and programs read: terminal, Markdown, JSON, CSV, charts, and a folder of all of them.
//!
//! Takes what a verb found (a [`Finding`]: a comparison, a run, a sweep, limits, a validation) and gives text, images or
//! files. What people read is a page first ([`mod@page`]), and each format has one writer.
//! Nothing is computed here beyond shares, means over replications and paired differences: every number
//! comes from an observation. JSON and CSV carry plain numbers; whatever a person reads is rounded and put
//! into units by [`mod@format`], and nowhere else.
//!
//! [`check_folder`] comes before a long run and [`write_folder`] after it: all files are made in memory,
//! written under temporary names and only then renamed, so that a folder never holds half a report.

pub mod agent_use;
pub mod answer;
pub mod article_table;
pub mod band;
pub mod break_even;
pub mod calibration;
pub mod chart;
pub mod check;
pub mod csv;
pub mod decided;
pub mod diagnosis;
pub mod difference;
mod error;
pub mod explanation;
#[cfg(test)]
mod fixture;
mod folder;
pub mod forecast;
pub mod grown;
pub mod json;
pub mod markdown;
pub mod page;
pub mod planning;
mod pooled;
pub mod provenance;
pub mod recorded;
pub mod run;
pub mod scale_limit;
pub mod sensitivity;
pub mod show_back;
pub mod sizes;
mod sourced;
pub mod studies;
pub mod sweep;
pub mod terminal;
pub mod tuning;
pub mod validation;
pub mod verification;
pub(crate) mod words;
pub mod workshop;

pub use error::ReportError;
pub use folder::{check_folder, write_files, write_folder};
pub use page::{Finding, Format, Look};
pub use studies::Study;

use crate::lang::{Lang, format};
use crate::metric::Metric;
use crate::stats::Estimate;
use crate::study::{Comparison, DensityPoint, StrategyResult};
use crate::table::{Cell, Row, Table};

/// Everything a report shows.
#[derive(Clone, Copy, Debug)]
pub struct Report<'a> {
    /// Every strategy's figures.
    pub comparison: &'a Comparison,
    /// The article's table, regenerated.
    pub table: &'a Table,
    /// Settings that would meet what strategies miss, where they were searched.
    pub tuning: Option<&'a crate::decision::Tuning>,
    /// Cost and use against pods a node; may be empty.
    pub pods_per_node: &'a [DensityPoint],
    /// Studies beside the table; may be empty.
    pub studies: &'a [Study],
    /// The language of texts.
    pub lang: Lang,
}

impl<'a> Report<'a> {
    /// The results, in the order of reports.
    fn strategies(&self) -> &'a [StrategyResult] {
        &self.comparison.strategies
    }

    /// The results that there are figures for.
    fn feasible(&self) -> impl Iterator<Item = &'a StrategyResult> + use<'a> {
        self.comparison.strategies.iter().filter(|s| !s.observations.is_empty())
    }

    /// Metrics that at least one strategy recorded, in the order of reports.
    fn metrics(&self) -> Vec<Metric> {
        let recorded = |m: &Metric| self.feasible().any(|s| records(s, *m));
        Metric::ALL.iter().copied().filter(recorded).collect()
    }

    /// Cells of the table: agreeing, disagreeing, by construction, not compared.
    fn tally(&self) -> Tally {
        use crate::table::Agreement;
        let count = |which| self.cells().filter(|c| c.agreement == which).count();
        Tally {
            agrees: count(Agreement::Agrees),
            disagrees: count(Agreement::Disagrees),
            by_construction: [Some(true), Some(false), None]
                .map(|agrees| count(Agreement::ByConstruction(agrees))),
            unknown: count(Agreement::Unknown),
        }
    }

    fn cells(&self) -> impl Iterator<Item = &'a Cell> + use<'a> {
        self.table.rows.iter().flat_map(|r| &r.cells)
    }
}

impl Finding for Report<'_> {
    fn page(&self, lang: Lang) -> page::Page {
        markdown::page(&Report { lang, ..*self }, markdown::Charts::None)
    }

    fn illustrated(&self, lang: Lang) -> Result<page::Page, ReportError> {
        markdown::illustrated(&Report { lang, ..*self })
    }

    fn brief(&self, lang: Lang) -> page::Page {
        terminal::page(&Report { lang, ..*self })
    }

    fn document(&self, lang: Lang) -> Result<String, ReportError> {
        json::to_string(&Report { lang, ..*self })
    }

    fn records(&self, lang: Lang) -> Result<String, ReportError> {
        csv::summary(&Report { lang, ..*self })
    }
}

/// A row of a table with a column a strategy: its title, and what stands there for each.
fn line(
    report: &Report,
    title: impl Into<page::Prose>,
    of: impl Fn(&StrategyResult) -> page::Cell,
) -> Vec<page::Cell> {
    let own = report.strategies().iter().map(of);
    std::iter::once(page::Cell::words(title)).chain(own).collect()
}

/// How many cells of the table agree with the article.
struct Tally {
    agrees: usize,
    disagrees: usize,
    /// Agreeing, disagreeing, and with nothing to compare.
    by_construction: [usize; 3],
    unknown: usize,
}

/// Whether a strategy recorded a metric in its replications.
fn records(result: &StrategyResult, metric: Metric) -> bool {
    result.observations.first().is_some_and(|o| o.metrics.contains_key(&metric))
}

/// A metric of a strategy; `None` where it was not recorded.
fn estimate(result: &StrategyResult, metric: Metric) -> Option<Estimate> {
    records(result, metric).then(|| result.estimate(metric))
}

/// The cell of a strategy in a row.
fn cell<'r>(row: &'r Row, strategy: &str) -> Option<&'r Cell> {
    row.cells.iter().find(|c| c.strategy == strategy)
}
