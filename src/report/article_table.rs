//! The article's table by itself, in both languages, with a paragraph for every cell that disagrees.

use super::explanation::paragraph;
use super::markdown::{escaped, provenance_of, table_of};
use super::words::pick;
use super::{Report, ReportError, write_files};
use crate::lang::Lang;
use crate::table::Explanation;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};

/// Writes `README.md` and `README.zh.md` into a folder and gives their paths.
///
/// # Errors
/// The system refuses a file.
pub fn write(
    dir: &Path,
    report: &Report,
    disagreements: &[Explanation],
) -> Result<Vec<PathBuf>, ReportError> {
    let file =
        |name: &str, lang| (name.to_owned(), render(&Report { lang, ..*report }, disagreements).into_bytes());
    write_files(dir, &[file("README.md", Lang::En), file("README.zh.md", Lang::Zh)])
}

/// The table and the disagreements in the report's language.
pub fn render(report: &Report, disagreements: &[Explanation]) -> String {
    let lang = report.lang;
    let provenance = &report.comparison.provenance;
    let title = pick(lang, "The article's table, regenerated", "重新生成的文章对比表");
    let other = pick(lang, "[中文](README.zh.md)", "[English](README.md)");
    let mut out =
        format!("# {title}{}{}\n\n{other}\n\n", pick(lang, ": ", "："), escaped(&provenance.scenario));
    if !provenance.question.is_empty() {
        let _ = writeln!(out, "> {}\n", escaped(&provenance.question));
    }
    out += &table_of(report);
    let heading = pick(lang, "Where it does not agree, and why", "不一致之处及原因");
    let _ = writeln!(out, "\n## {heading}\n");
    if disagreements.is_empty() {
        let _ = writeln!(
            out,
            "{}\n",
            pick(lang, "Every cell that is compared agrees.", "参与比较的单元格全部一致。")
        );
    }
    for explanation in disagreements {
        for cell in &explanation.cells {
            let title = explanation.title.get(lang);
            let words = escaped(&paragraph(explanation, cell, lang));
            let comma = pick(lang, ", ", "，");
            let stop = pick(lang, ".", "。");
            let _ = writeln!(out, "**{}{comma}{}{stop}** {words}\n", escaped(title), cell.cell.strategy);
        }
    }
    let remake = pick(lang, "How to remake this report", "如何重现本报告");
    let _ = writeln!(out, "## {remake}\n\n{}", provenance_of(report).trim_end());
    out
}
