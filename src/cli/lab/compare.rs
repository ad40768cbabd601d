//! `loghaul lab compare`: two agents side by side.

use super::super::{BadInput, output};
use super::of_lab;
use crate::lab::compare::{Side, compare};
use crate::lab::plan::Table as Rows;
use crate::lang::format::number;
use comfy_table::{CellAlignment, Table, presets};
use std::path::Path;

/// Compares two agents.
#[derive(Debug, clap::Args)]
pub(super) struct Compare {
    /// A folder that lab run wrote, or one of its CSV files; with :AGENT where it holds several
    a: String,
    /// The other
    b: String,
}

impl Compare {
    pub(super) fn execute(self) -> anyhow::Result<()> {
        let sides = [side(&self.a)?, side(&self.b)?];
        let compared = compare(&sides);
        if compared.is_empty() {
            return Err(BadInput::of("the two have no set-up in common: carry out one plan with both"));
        }
        let [a, b] = &sides;
        let mut table = Table::new();
        table.load_style(presets::NOTHING);
        table.set_header([
            "figure",
            "set-up",
            &a.name,
            &b.name,
            "unit",
            "second ÷ first",
            "of repetitions",
            "second is",
        ]);
        for row in &compared {
            let (ratio, span) = match row.ratio {
                Some((ratio, least, most)) => {
                    (number(ratio), format!("{} – {}", number(least), number(most)))
                }
                None => ("–".to_owned(), "–".to_owned()),
            };
            let [(first, _), (second, _)] = row.sides;
            let verdict = row.verdict().to_owned();
            table.add_row([
                row.figure.to_owned(),
                row.setup.clone(),
                number(first),
                number(second),
                row.unit.to_owned(),
                ratio,
                span,
                verdict,
            ]);
        }
        for at in [2, 3, 5, 6] {
            if let Some(column) = table.column_mut(at) {
                column.set_cell_alignment(CellAlignment::Right);
            }
        }
        output::print(&format!("{} beside {}\n\n{table}", b.name, a.name))
    }
}

/// The rows that are meant by `DIR`, `FILE.csv`, or one of them with an agent behind a colon.
fn side(text: &str) -> anyhow::Result<Side> {
    let (path, agent) = match text.rsplit_once(':') {
        Some((path, agent)) if !Path::new(text).exists() => (path, Some(agent)),
        _ => (text, None),
    };
    let path = Path::new(path);
    let file = if path.is_dir() {
        let tables = [Rows::Layouts, Rows::Saturation, Rows::NoisyNeighbour, Rows::Rotation];
        let there: Vec<_> = tables.iter().map(|t| path.join(t.file())).filter(|file| file.exists()).collect();
        match there.as_slice() {
            [one] => one.clone(),
            [] => return Err(BadInput::of(format!("{} holds no rows of lab run", path.display()))),
            _ => return Err(BadInput::of(format!("{} holds several tables; name the file", path.display()))),
        }
    } else {
        path.to_owned()
    };
    let text = std::fs::read_to_string(&file)
        .map_err(|e| BadInput::of(format!("{} cannot be read: {e}", file.display())))?;
    Side::read(&file.display().to_string(), &text, agent).map_err(of_lab)
}
