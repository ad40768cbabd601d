//! Columns of a table whose columns are strategies.
//!
//! Every strategy has two columns, a mark and a text, so that wrapped lines hang under the text and marks
//! stand in a line of their own. Text is wrapped here, knowing Chinese; comfy-table pads and paints.

use super::wrap::{width, wrap};
use comfy_table::{
    Attribute, Cell, Color, ColumnConstraint, ContentArrangement, LineStyle, Table, TableStyle, Width,
};
use std::ops::Range;

/// The narrowest terminal that lines are made for.
pub(in crate::report) const NARROWEST: usize = 40;
/// A strategy's text is no narrower than this; strategies that do not fit go into a block below.
const NARROWEST_TEXT: usize = 19;
/// A space at which a paragraph does not break.
pub(in crate::report) const TIE: char = '\u{a0}';
/// As wide as a mark in brackets, and a space.
const MARK: usize = 4;
const GAP: usize = 2;

/// How a text looks where colours are wanted.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(in crate::report) enum Style {
    /// As it is.
    Plain,
    /// Bold.
    Strong,
    /// Dim.
    Faint,
    /// Green.
    Good,
    /// Red.
    Bad,
}

/// One strategy's place in a line.
pub(in crate::report) struct Entry {
    /// The mark in front; may be empty.
    pub mark: &'static str,
    /// How the mark looks.
    pub style: Style,
    /// The text.
    pub text: String,
}

/// A line of the table, which may wrap over several of the terminal.
pub(in crate::report) struct Line {
    /// What it is about.
    pub title: String,
    /// An entry a strategy; none at all for a rule.
    pub entries: Vec<Entry>,
}

impl Line {
    /// A rule between parts of the table.
    pub(crate) fn rule() -> Self {
        Self { title: String::new(), entries: Vec::new() }
    }
}

/// Widths and paint.
pub(in crate::report) struct Layout {
    total: usize,
    title: usize,
    colour: bool,
}

/// A text in lines of the terminal's width.
pub(in crate::report) fn paragraph(text: &str, style: Style, columns: usize, colour: bool) -> String {
    let lines = wrap(text, columns);
    lines.iter().map(|line| paint(&line.replace(TIE, " "), style, colour) + "\n").collect()
}

fn paint(text: &str, style: Style, colour: bool) -> String {
    let code = match style {
        _ if !colour => return text.into(),
        Style::Plain => return text.into(),
        Style::Strong => "1",
        Style::Faint => "2",
        Style::Good => "32",
        Style::Bad => "31",
    };
    format!("\u{1b}[{code}m{text}\u{1b}[0m")
}

impl Layout {
    /// A layout for titles as wide as the widest of them, and for a terminal.
    pub(crate) fn new(widest_title: usize, total: usize, colour: bool) -> Self {
        Self { total, title: (widest_title + 1).clamp(8, 20).min(total / 4), colour }
    }

    /// So many strategies in blocks that fit beside each other, as even as can be.
    pub(crate) fn blocks(&self, strategies: usize) -> Vec<Range<usize>> {
        let fit = ((self.total - self.title) / (GAP + MARK + NARROWEST_TEXT)).max(1);
        let blocks = strategies.div_ceil(fit).max(1);
        let size = strategies.div_ceil(blocks).max(1);
        (0..strategies).step_by(size).map(|from| from..(from + size).min(strategies)).collect()
    }

    /// A block of the table: the names of its strategies, and its lines.
    pub(crate) fn table(&self, names: &[String], lines: &[Line]) -> String {
        let room = (self.total - self.title) / names.len().max(1);
        let widest = lines.iter().flat_map(|l| &l.entries).map(|e| width(&e.text)).max().unwrap_or(0);
        let widest_name = names.iter().map(|name| width(name)).max().unwrap_or(0);
        let text = room.saturating_sub(GAP + MARK).min(widest.max(widest_name)).max(8);

        let mut table = Table::new();
        let rule = LineStyle::none().fill('─');
        table.load_style(TableStyle::new().header_separator(rule));
        table.set_content_arrangement(ContentArrangement::Disabled);
        if self.colour {
            table.enforce_styling();
        } else {
            table.force_no_tty();
        }
        let mut header = vec![Cell::new("")];
        for name in names {
            header.push(Cell::new(""));
            header.push(Cell::new(wrap(name, text).join("\n")).add_attribute(Attribute::Bold));
        }
        table.set_header(header);
        let ruled = self.title + names.len() * (GAP + MARK + text);
        for line in lines {
            table.add_row(self.cells(line, text));
        }
        self.constrain(&mut table, text);
        let shown = table.lines().map(|l| l.trim_end().to_owned());
        // A rule is a row without any text; it is drawn as wide as the table.
        let shown = shown.map(|l| if l.is_empty() { "─".repeat(ruled) } else { l });
        shown.map(|l| l + "\n").collect()
    }

    fn cells(&self, line: &Line, text: usize) -> Vec<Cell> {
        // The following lines of a title are set in, to be told from the next title.
        let title = wrap(&line.title, self.title.saturating_sub(1)).join("\n ");
        let mut cells = vec![Cell::new(title)];
        for entry in &line.entries {
            cells.push(styled(Cell::new(entry.mark), entry.style));
            cells.push(Cell::new(wrap(&entry.text, text).join("\n")));
        }
        cells
    }

    fn constrain(&self, table: &mut Table, text: usize) {
        for (i, column) in table.column_iter_mut().enumerate() {
            let (content, padding) = match i {
                0 => (self.title, (0, 0)),
                i if i % 2 == 1 => (MARK, (GAP, 0)),
                _ => (text, (0, 0)),
            };
            column.set_padding((padding.0 as u16, padding.1));
            let whole = content + padding.0;
            column.set_constraint(ColumnConstraint::Absolute(Width::Fixed(whole as u16)));
        }
    }
}

fn styled(cell: Cell, style: Style) -> Cell {
    match style {
        Style::Plain => cell,
        Style::Strong => cell.add_attribute(Attribute::Bold),
        Style::Faint => cell.add_attribute(Attribute::Dim),
        Style::Good => cell.fg(Color::Green),
        Style::Bad => cell.fg(Color::Red),
    }
}
