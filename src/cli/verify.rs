//! `loghaul verify`: is the engine what theory says, and the world what arithmetic says?

use super::output;
use crate::verify::{Convergence, Effort, Shift, Verdict, Verification, verify};
use comfy_table::{CellAlignment, Table, presets};
use std::fmt::Write as _;

/// Verify the engine and the world.
#[derive(Debug, clap::Args)]
pub(super) struct Verify {
    /// Fewer and shorter experiments
    #[arg(long)]
    quick: bool,
    /// Seed of all random numbers
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// Format on standard output
    #[arg(short, long, value_enum, default_value_t)]
    output: Format,
}

/// How the result is printed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, clap::ValueEnum)]
enum Format {
    /// For a terminal.
    #[default]
    Table,
    /// Everything, as loghaul.verify/v1.
    Json,
    /// A report.
    Md,
}

impl Verify {
    pub fn execute(self) -> anyhow::Result<()> {
        let effort = if self.quick { Effort::Quick } else { Effort::Full };
        let verification = verify(self.seed, effort)?;
        match self.output {
            Format::Json => output::print(&serde_json::to_string_pretty(&verification)?)?,
            Format::Table | Format::Md => output::print(&self.text(&verification))?,
        }
        anyhow::ensure!(verification.passed, "verification failed: see the rows marked ✗");
        Ok(())
    }

    fn text(&self, all: &Verification) -> String {
        let mut text = String::new();
        let mut section = |title: &str, note: &str, table: Table| {
            let title = if self.output == Format::Md { format!("## {title}") } else { title.to_owned() };
            // Writing to a string cannot fail.
            let _ = write!(text, "{title}\n\n{note}\n\n{table}\n\n");
        };
        section(
            "The engine against queueing theory",
            "Times are in mean services. Each experiment is a run begun empty, its first of 21 batches left out;\n\
             theory must lie in 91 to 98 % of their 95 % intervals, and the mean of all within 3.5 standard errors.",
            self.theory(all),
        );
        section(
            "Little's law: customers there = customers a second × time there",
            "In each run apart from those who are there at its ends.",
            self.little(all),
        );
        section("The world against closed forms", "Ten pods, one agent; 200 bytes a line.", self.closed(all));
        section(
            "The world in finer steps",
            "How far figures move from the finest setting: shares of its value, of all lines for loss. CPU is held to\n\
             chunks of 10 ms: a chunk of one line tells no gap between reads.",
            self.convergence(all),
        );
        let verdict = if all.passed { "✓ verified" } else { "✗ not verified" };
        let form = if all.quick { " --quick" } else { "" };
        let _ = writeln!(
            text,
            "{verdict}\nloghaul {} · seed {} · remake: loghaul verify{form} --seed {}",
            all.version, all.seed, all.seed
        );
        text
    }

    fn theory(&self, all: &Verification) -> Table {
        let mut table = self.grid(&[
            "",
            "model",
            "figure",
            "theory",
            "simulated",
            "error",
            "experiments",
            "±",
            "coverage",
        ]);
        for row in &all.theory {
            table.add_row([
                mark(row.verdict).to_owned(),
                row.model.clone(),
                row.figure.to_owned(),
                format!("{:.4}", row.theory),
                format!("{:.4}", row.simulated),
                percent(row.simulated / row.theory - 1.0),
                row.experiments.to_string(),
                format!("{:.1} %", row.half_width * 100.0),
                format!("{:.1} %", row.coverage * 100.0),
            ]);
        }
        align_right(&mut table, 3..9);
        table
    }

    fn little(&self, all: &Verification) -> Table {
        let mut table = self.grid(&["", "model", "number", "flow × stay", "worst of all", "bound"]);
        for row in &all.little {
            table.add_row([
                mark(row.verdict).to_owned(),
                row.model.clone(),
                format!("{:.4}", row.number),
                format!("{:.4}", row.flow_times_stay),
                format!("{:.2} %", row.worst * 100.0),
                format!("{:.2} %", row.bound * 100.0),
            ]);
        }
        align_right(&mut table, 2..6);
        table
    }

    fn closed(&self, all: &Verification) -> Table {
        let mut table = self.grid(&["", "what", "expected", "simulated", "unit", "error", "bound"]);
        for row in &all.closed {
            table.add_row([
                mark(row.verdict).to_owned(),
                row.what.to_owned(),
                format!("{:.4}", row.expected),
                format!("{:.4}", row.simulated),
                row.unit.to_owned(),
                percent(row.error),
                format!("{:.1} %", row.bound * 100.0),
            ]);
        }
        align_right(&mut table, 2..4);
        align_right(&mut table, 5..7);
        table
    }

    fn convergence(&self, all: &Verification) -> Table {
        let first = all.convergence.first();
        let figures: Vec<String> = first
            .iter()
            .flat_map(|row| &row.shifts)
            .map(|s| format!("{}\n≤ {:.1} %", s.figure, s.bound * 100.0))
            .collect();
        let mut header =
            vec!["".to_owned(), "scenario".into(), "strategy".into(), "setting".into(), "held to".into()];
        header.extend(
            figures.iter().map(|f| if self.output == Format::Md { f.replace('\n', " ") } else { f.clone() }),
        );
        let mut table = self.grid(&header);
        for row in &all.convergence {
            let mut cells = vec![
                mark(row.verdict).to_owned(),
                row.scenario.to_owned(),
                row.strategy.to_owned(),
                row.setting.clone(),
                row.against.clone(),
            ];
            for figure in first.iter().flat_map(|row| &row.shifts) {
                cells.push(error_of(row, figure));
            }
            table.add_row(cells);
        }
        align_right(&mut table, 5..5 + figures.len());
        table
    }

    /// An empty table with a header.
    fn grid<S: AsRef<str>>(&self, header: &[S]) -> Table {
        let mut table = Table::new();
        let style = if self.output == Format::Md { presets::ASCII_MARKDOWN } else { presets::NOTHING };
        table.load_style(style);
        table.set_header(header.iter().map(|h| h.as_ref()));
        table
    }
}

/// A row's shift of one figure; that of a window has no bound but zero.
fn error_of(row: &Convergence, figure: &Shift) -> String {
    let shift = row.shifts.iter().find(|s| s.figure == figure.figure);
    shift.map_or_else(|| "–".to_owned(), |s| percent(s.error))
}

fn mark(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::Ok => "✓",
        Verdict::Known => "known",
        Verdict::Failed => "✗",
    }
}

fn percent(share: f64) -> String {
    if share == 0.0 { "0 %".to_owned() } else { format!("{:+.2} %", share * 100.0) }
}

fn align_right(table: &mut Table, columns: std::ops::Range<usize>) {
    for column in columns {
        if let Some(column) = table.column_mut(column) {
            column.set_cell_alignment(CellAlignment::Right);
        }
    }
}
