//! The article's table by itself, in both languages, with a paragraph for every cell that disagrees.

use super::explanation::paragraph;
use super::markdown::{provenance_of, table_of};
use super::page::{Block, Page, Prose};
use super::words::pick;
use super::{Report, ReportError, write_files};
use crate::lang::{Lang, question};
use crate::table::Explanation;
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
    let file = |name: &str, lang| {
        (name.to_owned(), page(&Report { lang, ..*report }, disagreements).to_markdown().into_bytes())
    };
    write_files(dir, &[file("README.md", Lang::En), file("README.zh.md", Lang::Zh)])
}

/// The table and the disagreements in the report's language.
fn page(report: &Report, disagreements: &[Explanation]) -> Page {
    let lang = report.lang;
    let provenance = &report.comparison.provenance;
    let title = pick(lang, "The article's table, regenerated", "重新生成的文章对比表");
    let (other, file) = match lang {
        Lang::En => ("中文", "README.zh.md"),
        Lang::Zh => ("English", "README.md"),
    };
    let mut page = Page::new(lang, format!("{title}{}{}", pick(lang, ": ", "："), provenance.scenario));
    page.subtitle = Prose::default().link(other, file);
    if !provenance.question.is_empty() {
        page.blocks.push(Block::Quote(question(&provenance.question, lang).into()));
    }
    table_of(&mut page, report, false);
    page.heading(pick(lang, "Where it does not agree, and why", "不一致之处及原因"));
    if disagreements.is_empty() {
        page.paragraph(pick(lang, "Every cell that is compared agrees.", "参与比较的单元格全部一致。"));
    }
    for explanation in disagreements {
        for cell in &explanation.cells {
            let [comma, stop] = [pick(lang, ", ", "，"), pick(lang, ".", "。")];
            let head = format!("{}{comma}{}{stop}", explanation.title.get(lang), cell.cell.strategy);
            page.paragraph(Prose::default().strong(head).plain(" ").plain(paragraph(
                explanation,
                cell,
                lang,
            )));
        }
    }
    page.heading(pick(lang, "How to remake this report", "如何重现本报告"));
    provenance_of(&mut page, report);
    page
}
