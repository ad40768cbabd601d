//! A page for a terminal: no line of prose wider than it, tables in columns, colours where they are wanted.

use super::{Block, Cell, Emphasis, Kind, Look, Page, Prose, Table, Tone};
use crate::lang::Lang;
use crate::plain::is_unseen;
use crate::report::terminal::layout::{self, Entry, Layout, Line, Style, TIE};
use crate::report::terminal::wrap::{width, wrap};
use comfy_table::{CellAlignment, presets};

/// A column of words is not made narrower than this.
const NARROWEST_WORDS: usize = 20;

/// Returns the page with a line break at its end.
pub(super) fn write(page: &Page, look: Look) -> String {
    let look = Look { width: look.width.max(layout::NARROWEST), ..look };
    let mut out = String::new();
    if !page.title.is_empty() {
        out += &lines(&page.title, Style::Strong, look);
    }
    if !page.subtitle.is_empty() {
        out += &lines(&page.subtitle, Style::Plain, look);
    }
    let mut was_note = false;
    for part in &page.blocks {
        let text = block(part, page.lang, look);
        if text.is_empty() {
            continue;
        }
        let is_note = matches!(part, Block::Note(..));
        let joined = is_note && was_note;
        if !joined && !out.is_empty() {
            out.push('\n');
        }
        was_note = is_note;
        out += &text;
    }
    out
}

fn block(block: &Block, lang: Lang, look: Look) -> String {
    match block {
        // A command stays on one line, so that it can be copied.
        Block::Note(_, text) if text.spans().iter().any(|span| span.emphasis == Emphasis::Code) => {
            format!("{}\n", bare(&text.words()))
        }
        Block::Heading(_, text) => lines(text, Style::Strong, look),
        Block::Paragraph(text) | Block::Quote(text) | Block::Note(Tone::Plain, text) => {
            lines(text, Style::Plain, look)
        }
        Block::Note(Tone::Faint, text) => lines(text, Style::Faint, look),
        Block::Note(Tone::Bad, text) => lines(text, Style::Bad, look),
        Block::List(entries) => entries.iter().map(|entry| hanging(&entry.words(), look.width)).collect(),
        Block::Table(table) if table.blocks => by_strategy(table, lang, look),
        Block::Table(table) => columns(table, lang, look.width),
        Block::Code { text, .. } => text.trim_end().lines().map(|line| format!("{}\n", bare(line))).collect(),
        Block::Chart(_) | Block::Standing(_) => String::new(),
        Block::Opens(text, parts) => {
            let below = parts.iter().map(|part| self::block(part, lang, look));
            std::iter::once(lines(text, Style::Strong, look)).chain(below).collect::<Vec<_>>().join("\n")
        }
    }
}

fn lines(text: &Prose, style: Style, look: Look) -> String {
    layout::paragraph(&text.words(), style, look.width, look.colour)
}

/// An entry of a list, its further lines set in like its first.
fn hanging(text: &str, columns: usize) -> String {
    let lines = wrap(text, columns.saturating_sub(2).max(NARROWEST_WORDS));
    lines.iter().map(|line| format!("  {}\n", line.replace(TIE, " "))).collect()
}

/// A line without what would command the terminal.
fn bare(line: &str) -> String {
    line.chars().map(|c| if is_unseen(c) { ' ' } else { c }).collect()
}

/// A table whose columns are strategies, with a mark before each cell that was judged.
fn by_strategy(table: &Table, lang: Lang, look: Look) -> String {
    let names: Vec<String> = table.columns.iter().skip(1).map(|c| c.title.words()).collect();
    let titles = table.rows.iter().filter_map(|row| row.first()).map(|c| width(&c.shown(lang).words()));
    let layout = Layout::new(titles.max().unwrap_or(0), look.width, look.colour);
    let mut out = Vec::new();
    for block in layout.blocks(names.len()) {
        let entries = |row: &[Cell]| row[1..][block.clone()].iter().map(|c| entry(c, lang)).collect();
        let lines: Vec<Line> = table
            .rows
            .iter()
            .map(|row| match row.first() {
                Some(title) => Line { title: title.shown(lang).words(), entries: entries(row) },
                None => Line::rule(),
            })
            .collect();
        out.push(layout.table(&names[block.clone()], &lines));
    }
    out.join("\n")
}

fn entry(cell: &Cell, lang: Lang) -> Entry {
    let text = cell.shown(lang).words();
    let Cell::Judged(judged) = cell else { return Entry { mark: "", style: Style::Plain, text } };
    let style = match judged.good {
        Some(true) => Style::Good,
        Some(false) => Style::Bad,
        None => Style::Faint,
    };
    Entry { mark: judged.mark, style, text }
}

/// A table in columns: figures to the right, and the widest words wrapped where the whole is too wide.
fn columns(table: &Table, lang: Lang, room: usize) -> String {
    const GAPS: usize = 2;
    let head: Vec<String> = table.columns.iter().map(|c| c.title.words()).collect();
    let rows: Vec<Vec<String>> = table
        .rows
        .iter()
        .filter(|row| !row.is_empty())
        .map(|row| row.iter().map(|c| judged(c, lang)).collect())
        .collect();
    let mut widths: Vec<usize> = head.iter().map(|text| width(text)).collect();
    for row in &rows {
        for (wide, text) in widths.iter_mut().zip(row) {
            *wide = (*wide).max(width(text));
        }
    }
    // The widest columns give way first, those of words as far as they can be read.
    while widths.iter().map(|w| w + GAPS).sum::<usize>() > room {
        let words = |at: &usize| table.columns[*at].kind != Kind::Figures && widths[*at] > NARROWEST_WORDS;
        let Some(widest) = (0..widths.len()).filter(words).max_by_key(|at| widths[*at]) else { break };
        widths[widest] -= 1;
    }
    let fitted = |row: &[String]| -> Vec<String> {
        row.iter().zip(&widths).map(|(text, wide)| wrap(text, (*wide).max(2)).join("\n")).collect()
    };
    let mut grid = comfy_table::Table::new();
    grid.load_style(presets::NOTHING);
    grid.set_content_arrangement(comfy_table::ContentArrangement::Disabled);
    grid.force_no_tty();
    if head.iter().any(|title| !title.is_empty()) {
        grid.set_header(fitted(&head));
    }
    for row in &rows {
        grid.add_row(fitted(row));
    }
    for (at, column) in table.columns.iter().enumerate() {
        if let (Kind::Figures, Some(column)) = (column.kind, grid.column_mut(at)) {
            column.set_cell_alignment(CellAlignment::Right);
        }
    }
    grid.lines().map(|line| line.replace(TIE, " ").trim_end().to_owned() + "\n").collect()
}

/// A cell with the sign of its judgement.
fn judged(cell: &Cell, lang: Lang) -> String {
    let text = cell.shown(lang).words();
    match cell {
        Cell::Judged(judged) if text.is_empty() => judged.mark.to_owned(),
        Cell::Judged(judged) if !judged.mark.is_empty() => format!("{} {text}", judged.mark),
        _ => text,
    }
}
