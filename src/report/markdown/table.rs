//! The article's table and what its cells rest on.

use super::table_by_strategy;
use crate::lang::Lang;
use crate::report::page::{self, Block, Column, Judged, Page, Prose, Table};
use crate::report::words::pick;
use crate::report::{Report, Tally, cell, line};
use crate::table::{Figure, Row};

/// The table: every cell with its agreement, and the article's own cell below it; what the signs mean, and what agrees
/// if something were otherwise. Cells that `open` carry what they rest on.
pub(in crate::report) fn cells(page: &mut Page, report: &Report, open: bool) {
    let lang = report.lang;
    let mut table = Table { blocks: true, ..table_by_strategy(report, Column::stub(""), Column::words) };
    for row in &report.table.rows {
        let title = Prose::default().strong(row.title.get(lang));
        table.row(line(report, title, |s| one(report, row, s.strategy, open)));
    }
    page.table(table);
    page.paragraph(legend(report));
    variants(page, report);
}

/// How many cells agree if something were otherwise, and which ones turn.
fn variants(page: &mut Page, report: &Report) {
    let lang = report.lang;
    if report.table.variants.is_empty() {
        return;
    }
    let head = [("if", "若"), ("agree", "一致"), ("cells that turn", "变化的单元格")];
    let [what, agree, turned] = head.map(|(en, zh)| pick(lang, en, zh));
    let mut table = Table::new([Column::words(what), Column::figures(agree), Column::words(turned)]);
    for variant in &report.table.variants {
        let turned: Vec<String> = variant
            .turned
            .iter()
            .map(|(row, strategy, agreement)| {
                let title = report.table.rows.iter().find(|r| r.id == *row).map(|r| r.title.get(lang));
                format!("{} ({strategy}) {}", title.unwrap_or(row), agreement.mark())
            })
            .collect();
        let turned =
            if turned.is_empty() { page::Cell::Nothing } else { page::Cell::words(turned.join(", ")) };
        table.row([page::Cell::words(variant.what.get(lang)), page::Cell::words(variant.share()), turned]);
    }
    page.table(table);
}

fn one(report: &Report, row: &Row, strategy: &str, open: bool) -> page::Cell {
    let Some(cell) = cell(row, strategy) else { return page::Cell::Nothing };
    let lang = report.lang;
    let by_construction = cell.agreement.is_by_construction();
    let article = |words: &String| {
        let translated = cell.article_en.as_ref().filter(|_| lang == Lang::En);
        let translated = translated.map_or_else(String::new, |english| format!(" ({english})"));
        (pick(lang, "article: ", "文章：").to_owned(), format!("{words}{translated}"))
    };
    page::Cell::Judged(Box::new(Judged {
        mark: cell.agreement.mark(),
        good: cell.agreement.as_bool(),
        text: cell.text.get(lang).into(),
        aside: by_construction.then(|| pick(lang, "by construction", "由定义得出").to_owned()),
        quoted: cell.article.as_ref().map(article),
        evidence: if open { evidence(row, cell, lang) } else { Vec::new() },
    }))
}

/// What a cell rests on: how it was measured, its figures, what is to be known of them.
fn evidence(row: &Row, cell: &crate::table::Cell, lang: Lang) -> Vec<Block> {
    let method = row.method.get(lang);
    let mut page = Page { lang, ..Page::default() };
    page.paragraph(format!("{}{method}", pick(lang, "Measured on: ", "测量方法：")));
    if !cell.figures.is_empty() {
        let mut table = Table::new([
            Column::stub(pick(lang, "figure", "指标")),
            Column::figures(pick(lang, "mean ± 95% interval", "均值 ± 95% 置信区间")),
        ]);
        for figure in &cell.figures {
            table.row([page::Cell::words(figure.label().get(lang)), shown(figure)]);
        }
        page.table(table);
    }
    page.list(cell.notes.iter().map(|note| note.get(lang).into()).collect());
    page.blocks
}

/// How many cells agree, and what the signs mean.
fn legend(report: &Report) -> Prose {
    let tally = report.tally();
    let compared = tally.agrees + tally.disagrees;
    let Tally { agrees, by_construction: [sure, against, open], unknown, .. } = tally;
    match report.lang {
        Lang::En => Prose::default()
            .strong(format!("{agrees} of {compared} compared cells agree with the article."))
            .plain(format!(
                " ✓ agrees, ✗ does not. In brackets, and not counted: what follows from what a strategy is, so that no \
                 simulation could have come out otherwise; {sure} agree by construction, {against} disagree, {open} have \
                 nothing to compare. · {unknown} more with nothing to compare. In small print the article's own cell, \
                 word for word."
            )),
        Lang::Zh => Prose::default().strong(format!("参与比较的 {compared} 格中，{agrees} 格与文章一致。")).plain(format!(
            " ✓ 一致，✗ 不一致。括号内不计入：由该方式的定义得出，仿真不可能有别的结果；其中 {sure} 格一致，{against} 格不一致，\
             {open} 格无可比较。· 另有 {unknown} 格无可比较。小字为文章原文。"
        )),
    }
}

/// Row by row: what was run, and the figures of every strategy.
pub(super) fn grounds(page: &mut Page, report: &Report) {
    let lang = report.lang;
    for row in &report.table.rows {
        let title = Prose::default().strong(row.title.get(lang));
        page.paragraph(title.plain(format!(" — {}", row.method.get(lang))));
        let names = names(row);
        if names.is_empty() {
            continue;
        }
        let mut table = table_by_strategy(report, Column::stub(""), Column::figures);
        for name in names {
            let of =
                |strategy: &str| cell(row, strategy).and_then(|c| c.figures.iter().find(|f| f.name == name));
            let label = report
                .strategies()
                .iter()
                .find_map(|s| of(s.strategy))
                .map(|f| f.label().get(lang).to_owned());
            let label = label.unwrap_or_else(|| name.to_owned());
            table.row(line(report, label, |s| of(s.strategy).map_or(page::Cell::Nothing, shown)));
        }
        page.table(table);
    }
}

/// The names of a row's figures, in the order of the cells.
fn names(row: &Row) -> Vec<&str> {
    let mut names: Vec<&str> = Vec::new();
    for figure in row.cells.iter().flat_map(|c| &c.figures) {
        if !names.contains(&figure.name.as_str()) {
            names.push(&figure.name);
        }
    }
    names
}

pub(in crate::report) fn shown(figure: &Figure) -> page::Cell {
    page::Cell::estimate(figure.value, figure.unit)
}
