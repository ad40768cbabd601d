//! A page as Markdown, as GitHub shows it.
//!
//! Plain text is escaped, so that a name with a `|` or a `<` in it stays a name.

use super::{Block, Cell, Emphasis, Judged, Kind, Page, Prose, Span, Table, Tone};
use crate::lang::Lang;
use crate::plain::is_unseen;
use std::fmt::Write as _;

/// Returns the page with a line break at its end.
pub(super) fn write(page: &Page) -> String {
    let mut parts = Vec::new();
    if !page.title.is_empty() {
        parts.push(heading(page.level, &page.title));
    }
    if !page.subtitle.is_empty() {
        parts.push(prose(&page.subtitle));
    }
    parts.extend(page.blocks.iter().map(|part| block(part, page.lang)));
    parts.join("\n\n") + "\n"
}

fn block(block: &Block, lang: Lang) -> String {
    match block {
        Block::Heading(level, text) => heading(*level, text),
        Block::Paragraph(text) | Block::Note(Tone::Plain | Tone::Faint | Tone::Bad, text) => prose(text),
        Block::Quote(text) => format!("> {}", prose(text)),
        Block::List(entries) => {
            entries.iter().map(|e| format!("- {}", prose(e))).collect::<Vec<_>>().join("\n")
        }
        Block::Table(rows) => table(rows, lang),
        Block::Code { language, text } => {
            let fence = "`".repeat(longest_run(text).max(2) + 1);
            format!("{fence}{language}\n{}\n{fence}", text.trim_end())
        }
        Block::Chart(chart) => format!("![{}]({}.svg)", escaped(&chart.title), chart.path),
        Block::Standing(text) => text.trim_end().to_owned(),
        Block::Opens(text, parts) => {
            let below = parts.iter().map(|part| self::block(part, lang));
            std::iter::once(heading(3, text)).chain(below).collect::<Vec<_>>().join("\n\n")
        }
    }
}

fn heading(level: u8, text: &Prose) -> String {
    format!("{} {}", "#".repeat(usize::from(level.max(1))), prose(text))
}

fn table(table: &Table, lang: Lang) -> String {
    let (mut head, mut rule) = ("|".to_owned(), "\n|".to_owned());
    for column in &table.columns {
        // Writing to a string cannot fail.
        let _ = match (column.title.is_empty(), column.kind) {
            (true, Kind::Stub) => write!(head, "  |"),
            (true, _) => write!(head, " |"),
            (false, _) => write!(head, " {} |", prose(&column.title)),
        };
        rule += if column.kind == Kind::Figures { "--:|" } else { "---|" };
    }
    let mut out = head + &rule;
    for row in table.rows.iter().filter(|row| !row.is_empty()) {
        out += "\n|";
        for entry in row {
            let _ = match cell(entry, lang) {
                empty if empty.is_empty() => write!(out, " |"),
                text => write!(out, " {text} |"),
            };
        }
    }
    out
}

fn cell(cell: &Cell, lang: Lang) -> String {
    match cell {
        Cell::Judged(judged) => one(judged),
        other => prose(&other.shown(lang)),
    }
}

fn one(judged: &Judged) -> String {
    let mut out = format!("{} {}", judged.mark, prose(&judged.text)).trim().to_owned();
    if let Some(aside) = &judged.aside {
        let _ = write!(out, " *({})*", escaped(aside));
    }
    if let Some((who, words)) = &judged.quoted {
        let _ = write!(out, "<br><sub>{}{}</sub>", escaped(who), escaped(words));
    }
    out
}

/// A text on one line.
pub(in crate::report) fn prose(text: &Prose) -> String {
    text.spans().iter().map(span).collect()
}

fn span(span: &Span) -> String {
    if span.text.is_empty() {
        return String::new();
    }
    let text = match span.emphasis {
        Emphasis::Plain => escaped(&span.text),
        Emphasis::Strong => format!("**{}**", escaped(&span.text)),
        Emphasis::Stress => format!("*{}*", escaped(&span.text)),
        Emphasis::Code => code(&span.text),
    };
    span.link.map_or(text.clone(), |to| format!("[{text}]({to})"))
}

/// Text as it is typed, within a line: behind a fence longer than any run of backticks in it.
fn code(text: &str) -> String {
    let line: String = text.chars().map(|c| if is_unseen(c) { ' ' } else { c }).collect();
    let fence = "`".repeat(longest_run(&line) + 1);
    let gap = if line.starts_with('`') || line.ends_with('`') { " " } else { "" };
    // A table would take a bar for a border, in code as well.
    format!("{fence}{gap}{}{gap}{fence}", line.replace('|', "\\|"))
}

/// The longest run of backticks.
fn longest_run(text: &str) -> usize {
    text.split(|c| c != '`').map(str::len).max().unwrap_or(0)
}

/// Text as it stands, whatever signs of Markdown or HTML are in it, on one line.
pub(in crate::report) fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => out += "&amp;",
            '<' => out += "&lt;",
            '>' => out += "&gt;",
            '|' | '*' | '_' | '`' | '[' | ']' | '\\' | '#' | '~' => out.extend(['\\', c]),
            c if is_unseen(c) => out.push(' '),
            c => out.push(c),
        }
    }
    out
}
