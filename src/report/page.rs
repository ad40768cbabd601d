//! A page: what a verb found, as people read it, before it has a format.
//!
//! A verb's report fills a [`Page`] (headings, paragraphs, tables of typed cells, notes, charts), a versioned document
//! for programs and tidy records for spreadsheets: that is a [`Finding`]. A format is one writer of one of the three.
//! Nothing here knows a verb, and no verb knows a format: a new format is a file here and a line in [`Format`].

mod html;
mod markdown;
mod prose;
mod table;
mod terminal;

#[cfg(test)]
pub(super) use markdown::escaped;
pub use prose::{Emphasis, Prose, Span};
pub use table::{Cell, Column, Figure, Form, Judged, Kind, Table};

use super::ReportError;
use crate::lang::Lang;

/// How results are printed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, clap::ValueEnum)]
pub enum Format {
    /// For a terminal
    #[default]
    Table,
    /// Everything, as a versioned document of the verb's own
    Json,
    /// One figure a row, plain numbers
    Csv,
    /// A report in Markdown
    Md,
    /// One file for a browser, with charts, in both languages
    Html,
}

/// What a reader's device is like.
#[derive(Clone, Copy, Debug)]
pub struct Look {
    /// The language of texts.
    pub lang: Lang,
    /// Columns of the terminal.
    pub width: usize,
    /// Whether the terminal is to show colours.
    pub colour: bool,
}

/// Columns of text in files.
const TEXT_WIDTH: usize = 120;

/// What a verb found.
pub trait Finding {
    /// Returns it for people, whole.
    fn page(&self, lang: Lang) -> Page;

    /// Returns it for people at a terminal, where that is less than the whole.
    fn brief(&self, lang: Lang) -> Page {
        self.page(lang)
    }

    /// Returns it whole with its charts drawn, for formats that hold charts.
    ///
    /// # Errors
    /// A chart cannot be drawn: a defect.
    fn illustrated(&self, lang: Lang) -> Result<Page, ReportError> {
        Ok(self.page(lang))
    }

    /// Returns it for programs: JSON with its schema's name.
    ///
    /// # Errors
    /// It cannot be written as JSON: a defect.
    fn document(&self, lang: Lang) -> Result<String, ReportError>;

    /// Returns it for spreadsheets: tidy CSV with a unit column.
    ///
    /// # Errors
    /// It cannot be written as CSV: a defect.
    fn records(&self, lang: Lang) -> Result<String, ReportError>;
}

impl Format {
    /// Returns a finding in this format.
    ///
    /// # Errors
    /// The format refuses it: a defect.
    pub fn write(self, finding: &dyn Finding, look: Look) -> Result<String, ReportError> {
        match self {
            Self::Table => Ok(terminal::write(&finding.brief(look.lang), look)),
            Self::Json => finding.document(look.lang),
            Self::Csv => finding.records(look.lang),
            Self::Md => Ok(finding.page(look.lang).to_markdown()),
            Self::Html => {
                let other = if look.lang == Lang::En { Lang::Zh } else { Lang::En };
                let pages = [look.lang, other].map(|lang| finding.illustrated(lang));
                Ok(html::write(&pages.into_iter().collect::<Result<Vec<_>, _>>()?))
            }
        }
    }
}

/// A report before it has a format.
#[derive(Clone, Debug, Default)]
pub struct Page {
    /// The language of its texts.
    pub lang: Lang,
    /// What it is about.
    pub title: Prose,
    /// The level of its title where formats have levels: 1, or 2 for a page that goes into another.
    pub level: u8,
    /// A line below the title; may be empty.
    pub subtitle: Prose,
    /// Everything else, in the order of reading.
    pub blocks: Vec<Block>,
}

/// A part of a page.
#[derive(Clone, Debug)]
pub enum Block {
    /// A heading and its level, the page's title being 1.
    Heading(u8, Prose),
    /// Sentences.
    Paragraph(Prose),
    /// The reader's own words, such as a scenario's question.
    Quote(Prose),
    /// Something to know beside the figures: where they come from, what is to be doubted.
    Note(Tone, Prose),
    /// Entries of one kind.
    List(Vec<Prose>),
    /// Rows of cells.
    Table(Table),
    /// Text as it is typed or drawn: a command, a scenario, a plane in letters.
    Code {
        /// What it is written in, such as `sh`; empty for none.
        language: &'static str,
        /// The text.
        text: String,
    },
    /// A chart.
    Chart(Chart),
    /// Parts behind a line that opens onto them, where formats can open; below it elsewhere.
    Opens(Prose, Vec<Block>),
    /// A text of the project's documentation, in Markdown; left out at a terminal.
    Standing(&'static str),
}

/// How a note is meant.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tone {
    /// To be read like everything else.
    Plain,
    /// Small print.
    Faint,
    /// Something is wrong.
    Bad,
}

/// A chart that lies beside the page, or that is to be drawn into it.
#[derive(Clone, Debug)]
pub struct Chart {
    /// What it shows, in a few words: also what stands for it where it cannot be seen.
    pub title: String,
    /// Where it lies: a path without its ending, relative to the page.
    pub path: String,
    /// The drawing, where it belongs into the page.
    pub svg: Option<String>,
}

impl Page {
    /// A page with a title.
    pub fn new(lang: Lang, title: impl Into<Prose>) -> Self {
        Self { lang, title: title.into(), level: 1, ..Self::default() }
    }

    /// Adds a heading of the second level.
    pub fn heading(&mut self, text: impl Into<Prose>) {
        self.blocks.push(Block::Heading(2, text.into()));
    }

    /// Adds sentences.
    pub fn paragraph(&mut self, text: impl Into<Prose>) {
        self.blocks.push(Block::Paragraph(text.into()));
    }

    /// Adds a note in small print.
    pub fn note(&mut self, text: impl Into<Prose>) {
        self.blocks.push(Block::Note(Tone::Faint, text.into()));
    }

    /// Adds a list, unless it is empty.
    pub fn list(&mut self, entries: Vec<Prose>) {
        if !entries.is_empty() {
            self.blocks.push(Block::List(entries));
        }
    }

    /// Adds a table.
    pub fn table(&mut self, table: Table) {
        self.blocks.push(Block::Table(table));
    }

    /// Adds text as it is typed.
    pub fn code(&mut self, language: &'static str, text: impl Into<String>) {
        self.blocks.push(Block::Code { language, text: text.into() });
    }

    /// Returns the page's parts as HTML that goes into another page styled by [`style`]: no script, every text escaped.
    pub fn to_fragment(&self) -> String {
        html::fragment(self)
    }

    /// The page's parts to be put into another one, below a heading of its second level: subtitle first, no title.
    #[must_use]
    pub fn into_parts(self) -> Vec<Block> {
        let below = |block| match block {
            Block::Heading(level, text) => Block::Heading(level.saturating_add(1), text),
            other => other,
        };
        let subtitle = (!self.subtitle.is_empty()).then_some(Block::Paragraph(self.subtitle));
        subtitle.into_iter().chain(self.blocks.into_iter().map(below)).collect()
    }

    /// Returns the page as Markdown, as GitHub shows it.
    pub fn to_markdown(&self) -> String {
        markdown::write(self)
    }
}

/// Returns the style sheet of HTML pages and of fragments of them.
pub fn style() -> &'static str {
    html::style()
}

/// Returns a page as text, as files hold it.
pub(super) fn text(page: &Page) -> String {
    terminal::write(page, Look { lang: page.lang, width: TEXT_WIDTH, colour: false })
}

/// Returns a value as JSON for people and programs, with a line break at its end.
///
/// # Errors
/// It cannot be written: a defect.
pub(super) fn json(value: &impl serde::Serialize) -> Result<String, ReportError> {
    let mut text =
        serde_json::to_string_pretty(value).map_err(|error| ReportError::encode("JSON", &error))?;
    text.push('\n');
    Ok(text)
}
