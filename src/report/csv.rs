//! Tidy CSV: one observation a row, raw numbers in base units, a unit column.
//!
//! An empty value stands for a freshness beyond the horizon. Figures that were not recorded have no row.

use super::pooled::{freshness as pooled_freshness, timeline as mean_timeline};
use super::{Report, ReportError, estimate};
use crate::flow::Cause;
use crate::metric::Metric;
use crate::study::WarmupBy;

/// All files: their names and contents.
///
/// # Errors
/// The figures cannot be written as CSV: a defect.
pub fn files(report: &Report) -> Result<Vec<(&'static str, String)>, ReportError> {
    Ok(vec![
        ("observations.csv", observations(report)?),
        ("summary.csv", summary(report)?),
        ("ledger.csv", ledger(report)?),
        ("freshness.csv", freshness(report)?),
        ("timeline.csv", timeline(report)?),
        ("table.csv", table(report)?),
        ("provenance.csv", provenance(report)?),
    ])
}

/// Every metric of every replication.
///
/// # Errors
/// As for [`files`].
pub fn observations(report: &Report) -> Result<String, ReportError> {
    let mut sheet = Sheet::new(["scenario", "strategy", "replication", "metric", "value", "unit"])?;
    let scenario = &report.comparison.provenance.scenario;
    for result in report.strategies() {
        for (replication, observation) in result.observations.iter().enumerate() {
            for (metric, value) in &observation.metrics {
                let replication = replication.to_string();
                let (value, unit) = (plain(*value), metric.unit());
                sheet.row([scenario, result.strategy, &replication, metric.id(), &value, unit])?;
            }
        }
    }
    sheet.finish()
}

/// Every metric over all replications: mean and 95 % interval.
///
/// # Errors
/// As for [`files`].
pub fn summary(report: &Report) -> Result<String, ReportError> {
    let mut sheet = Sheet::new(["scenario", "strategy", "metric", "mean", "ci_low", "ci_high", "n", "unit"])?;
    let scenario = &report.comparison.provenance.scenario;
    for result in report.strategies() {
        for metric in Metric::ALL {
            let Some(e) = estimate(result, *metric) else { continue };
            let (mean, lo, hi, n) = (plain(e.mean), plain(e.lo), plain(e.hi), e.n.to_string());
            sheet.row([scenario, result.strategy, metric.id(), &mean, &lo, &hi, &n, metric.unit()])?;
        }
    }
    sheet.finish()
}

/// Where every line is, in every replication; `cause` is empty but for lost lines.
///
/// # Errors
/// As for [`files`].
pub fn ledger(report: &Report) -> Result<String, ReportError> {
    let mut sheet = Sheet::new(["strategy", "replication", "state", "cause", "lines"])?;
    for result in report.strategies() {
        for (replication, observation) in result.observations.iter().enumerate() {
            let (ledger, replication) = (&observation.ledger, replication.to_string());
            let mut write = |state, cause, lines: u64| {
                sheet.row([result.strategy, &replication, state, cause, &lines.to_string()])
            };
            write("emitted", "", ledger.emitted)?;
            write("delivered", "", ledger.delivered)?;
            write("retained", "", ledger.retained)?;
            write("in_flight", "", ledger.in_flight)?;
            for cause in Cause::ALL {
                write("lost", cause.id(), ledger.lost[cause as usize])?;
            }
            write("duplicated", "", ledger.duplicated)?;
            write("withheld", "", ledger.withheld)?;
        }
    }
    sheet.finish()
}

/// Quantiles of freshness over the lines of all replications.
///
/// # Errors
/// As for [`files`].
pub fn freshness(report: &Report) -> Result<String, ReportError> {
    let mut shares: Vec<f64> = (1..=99).map(|percent| f64::from(percent) / 100.0).collect();
    shares.extend([0.995, 0.999, 0.9999]);
    let mut sheet = Sheet::new(["strategy", "quantile", "seconds"])?;
    for result in report.feasible() {
        for (share, seconds) in shares.iter().zip(pooled_freshness(result).quantiles(&shares)) {
            sheet.row([result.strategy, &share.to_string(), &plain(seconds)])?;
        }
    }
    sheet.finish()
}

/// Lines emitted and delivered in each span of time, mean over replications.
///
/// # Errors
/// As for [`files`].
pub fn timeline(report: &Report) -> Result<String, ReportError> {
    let mut sheet = Sheet::new(["strategy", "until_s", "emitted", "delivered"])?;
    for result in report.feasible() {
        for (until_s, emitted, delivered) in mean_timeline(result) {
            let [until_s, emitted, delivered] = [until_s, emitted, delivered].map(|v| v.to_string());
            sheet.row([result.strategy, &until_s, &emitted, &delivered])?;
        }
    }
    sheet.finish()
}

/// The table: a cell a row. `agrees` is empty where a cell is not counted.
///
/// # Errors
/// As for [`files`].
pub fn table(report: &Report) -> Result<String, ReportError> {
    let mut sheet = Sheet::new(["row", "strategy", "grade", "text", "article", "agrees", "by_construction"])?;
    for row in &report.table.rows {
        for cell in &row.cells {
            let agrees = cell.agreement.as_bool().map(|a| a.to_string()).unwrap_or_default();
            let by_construction = cell.agreement.is_by_construction().to_string();
            sheet.row([
                row.id,
                cell.strategy,
                cell.grade.as_deref().unwrap_or_default(),
                cell.text.get(report.lang),
                cell.article.as_deref().unwrap_or_default(),
                &agrees,
                &by_construction,
            ])?;
        }
    }
    sheet.finish()
}

/// Where the figures come from: a name and a value a row.
///
/// # Errors
/// As for [`files`].
pub fn provenance(report: &Report) -> Result<String, ReportError> {
    let p = &report.comparison.provenance;
    let mut sheet = Sheet::new(["name", "value"])?;
    let by = match p.warmup_by {
        WarmupBy::Stated => "stated",
        WarmupBy::Mser5 => "mser5",
        WarmupBy::NotFound => "not_found",
    };
    sheet.row(["version", p.version])?;
    sheet.row(["scenario", &p.scenario])?;
    sheet.row(["scenario_hash", &p.scenario_hash])?;
    sheet.row(["seed", &p.seed.to_string()])?;
    sheet.row(["replications", &p.replications.to_string()])?;
    if let Some(precision) = &p.precision {
        sheet.row(["precision", &precision.asked.to_string()])?;
        sheet.row(["precision_reached", &precision.wide.is_empty().to_string()])?;
    }
    sheet.row(["warmup_s", &p.warmup_s.to_string()])?;
    sheet.row(["warmup_by", by])?;
    sheet.row(["drain_s", &p.drain_s.to_string()])?;
    sheet.row(["duration_s", &p.duration_s.to_string()])?;
    sheet.row(["agent", &p.agent])?;
    sheet.row(["command", &p.command])?;
    sheet.finish()
}

/// A plain number, empty where there is none.
pub(super) fn plain(value: Option<f64>) -> String {
    value.filter(|v| v.is_finite()).map(|v| v.to_string()).unwrap_or_default()
}

/// A CSV under construction.
pub(super) struct Sheet(::csv::Writer<Vec<u8>>);

impl Sheet {
    pub(super) fn new<const N: usize>(header: [&str; N]) -> Result<Self, ReportError> {
        Self::with_header(&header)
    }

    pub(super) fn with_header(header: &[&str]) -> Result<Self, ReportError> {
        let mut sheet = Self(::csv::Writer::from_writer(Vec::new()));
        sheet.record(header.iter().copied())?;
        Ok(sheet)
    }

    pub(super) fn row<const N: usize>(&mut self, fields: [&str; N]) -> Result<(), ReportError> {
        self.record(fields)
    }

    pub(super) fn record<'f>(
        &mut self,
        fields: impl IntoIterator<Item = &'f str>,
    ) -> Result<(), ReportError> {
        self.0.write_record(fields).map_err(|error| ReportError::encode("CSV", &error))
    }

    pub(super) fn finish(self) -> Result<String, ReportError> {
        let bytes = self.0.into_inner().map_err(|error| ReportError::encode("CSV", &error.error()))?;
        String::from_utf8(bytes).map_err(|error| ReportError::encode("CSV", &error))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lang::Lang;
    use crate::report::fixture::Fixture;

    fn read(text: &str) -> (Vec<String>, Vec<Vec<String>>) {
        let mut reader = ::csv::Reader::from_reader(text.as_bytes());
        let header = reader.headers().unwrap().iter().map(str::to_owned).collect();
        let rows = reader.records().map(|r| r.unwrap().iter().map(str::to_owned).collect()).collect();
        (header, rows)
    }

    /// A column's fields are all plain numbers, or empty.
    fn assert_plain(header: &[String], rows: &[Vec<String>], column: &str) {
        let at = header.iter().position(|h| h == column).unwrap();
        for row in rows.iter().filter(|r| !r[at].is_empty()) {
            let value: f64 = row[at].parse().unwrap();
            assert!(value.is_finite() && row[at].bytes().all(|b| b"0123456789.-".contains(&b)), "{row:?}");
        }
    }

    #[test]
    fn files_read_back_with_plain_numbers() {
        let fixture = Fixture::three();
        let numeric = [
            ("observations.csv", vec!["replication", "value"]),
            ("summary.csv", vec!["mean", "ci_low", "ci_high", "n"]),
            ("ledger.csv", vec!["replication", "lines"]),
            ("freshness.csv", vec!["quantile", "seconds"]),
            ("timeline.csv", vec!["until_s", "emitted", "delivered"]),
            ("table.csv", vec![]),
            ("provenance.csv", vec![]),
        ];
        for ((name, text), (expected, columns)) in
            files(&fixture.report(Lang::Zh)).unwrap().iter().zip(numeric)
        {
            assert_eq!(*name, expected);
            let (header, rows) = read(text);
            assert!(!rows.is_empty(), "{name}");
            columns.iter().for_each(|c| assert_plain(&header, &rows, c));
        }
    }

    #[test]
    fn every_observation_is_a_row_and_the_ledger_balances() {
        let fixture = Fixture::three();
        let report = fixture.report(Lang::En);
        let (_, rows) = read(&observations(&report).unwrap());
        assert_eq!(rows.len(), 3 * 5 * fixture.comparison.strategies[0].observations[0].metrics.len());
        let native = rows.iter().find(|r| r[1] == "native" && r[3] == "freshness_p99").unwrap();
        assert_eq!(native[4], "", "beyond the horizon");
        let (_, rows) = read(&ledger(&report).unwrap());
        let sum = |states: &[&str]| -> u64 {
            rows.iter()
                .filter(|r| states.contains(&r[2].as_str()))
                .map(|r| r[4].parse::<u64>().unwrap())
                .sum()
        };
        assert_eq!(sum(&["emitted"]), sum(&["delivered", "retained", "in_flight", "lost"]));
    }

    #[test]
    fn an_infeasible_strategy_has_cells_but_no_figures() {
        let fixture = Fixture::infeasible();
        let report = fixture.report(Lang::En);
        assert!(!summary(&report).unwrap().contains("sidecar"));
        assert!(table(&report).unwrap().contains("sidecar"));
    }
}
