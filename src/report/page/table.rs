//! Tables of typed cells: a figure is a value with its unit and interval until a format asks how it reads.

use super::{Block, Prose};
use crate::lang::Lang;
use crate::lang::format::{self, NOTHING};
use crate::report::words::pick;
use crate::stats::Estimate;

/// What a column holds, which decides how it is set.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// What rows are about.
    Stub,
    /// Words, set left.
    Words,
    /// Figures, set right.
    Figures,
}

/// A column.
#[derive(Clone, Debug)]
pub struct Column {
    /// What stands above it.
    pub title: Prose,
    /// What it holds.
    pub kind: Kind,
}

/// A table.
#[derive(Clone, Debug, Default)]
pub struct Table {
    /// Its columns.
    pub columns: Vec<Column>,
    /// Its rows: a cell a column; none at all for a rule between parts.
    pub rows: Vec<Vec<Cell>>,
    /// Whether columns are strategies, which a narrow terminal shows below each other in blocks.
    pub blocks: bool,
}

/// A cell.
#[derive(Clone, Debug)]
pub enum Cell {
    /// There is nothing to say.
    Nothing,
    /// Words.
    Words(Prose),
    /// A number with its unit and interval.
    Figure(Figure),
    /// A finding that was judged.
    Judged(Box<Judged>),
}

/// A number with its unit and interval.
#[derive(Clone, Copy, Debug)]
pub struct Figure {
    /// The value with its interval; no mean for one beyond the horizon.
    pub value: Estimate,
    /// Its unit, as metrics name units.
    pub unit: &'static str,
    /// How it is written.
    pub form: Form,
}

/// How a number is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Form {
    /// Three digits, in the unit that suits it, with its interval.
    Suited,
    /// A difference: with its sign, `~` where the interval holds zero.
    Difference,
    /// So many decimals; shares in percent.
    Decimals(usize),
    /// So many decimals, with the sign; shares in percent.
    Signed(usize),
    /// Three digits, small ones as 1.23e-4, without the unit.
    Scientific,
    /// A part of a number of lines: a share that never reads as none or all where it is not.
    PartOf(u64),
    /// A count of lines and which part of a number of lines that is.
    CountOf(u64),
}

/// A finding that was judged: the cell of a strategy in a row of the article's table.
#[derive(Clone, Debug)]
pub struct Judged {
    /// The sign of the judgement, as terminals show it.
    pub mark: &'static str,
    /// Whether it is good news; `None` where it is none at all.
    pub good: Option<bool>,
    /// What was found.
    pub text: Prose,
    /// What is said beside, such as how it was judged.
    pub aside: Option<String>,
    /// What it was judged by, word for word.
    pub quoted: Option<(String, String)>,
    /// What it rests on, for formats in which a cell can be opened.
    pub evidence: Vec<Block>,
}

impl Column {
    /// A column of row titles.
    pub fn stub(title: impl Into<Prose>) -> Self {
        Self { title: title.into(), kind: Kind::Stub }
    }

    /// A column of words.
    pub fn words(title: impl Into<Prose>) -> Self {
        Self { title: title.into(), kind: Kind::Words }
    }

    /// A column of figures.
    pub fn figures(title: impl Into<Prose>) -> Self {
        Self { title: title.into(), kind: Kind::Figures }
    }
}

impl Table {
    /// A table with columns and no rows yet.
    pub fn new(columns: impl Into<Vec<Column>>) -> Self {
        Self { columns: columns.into(), ..Self::default() }
    }

    /// A table with columns of words, then of figures, titled in both languages.
    pub fn titled(words: &[(&str, &str)], figures: &[(&str, &str)], lang: Lang) -> Self {
        let words = words.iter().map(|(en, zh)| Column::words(pick(lang, en, zh)));
        let figures = figures.iter().map(|(en, zh)| Column::figures(pick(lang, en, zh)));
        Self::new(words.chain(figures).collect::<Vec<_>>())
    }

    /// Adds a row.
    pub fn row(&mut self, cells: impl Into<Vec<Cell>>) {
        self.rows.push(cells.into());
    }
}

impl Cell {
    /// Words.
    pub fn words(text: impl Into<Prose>) -> Self {
        Self::Words(text.into())
    }

    /// A mean with its interval; nothing where it was not recorded.
    pub fn estimate(value: Option<Estimate>, unit: &'static str) -> Self {
        value.map_or(Self::Nothing, |value| Self::Figure(Figure { value, unit, form: Form::Suited }))
    }

    /// A value without an interval, in a form.
    pub fn number(value: f64, unit: &'static str, form: Form) -> Self {
        Self::Figure(Figure { value: Estimate { mean: Some(value), lo: None, hi: None, n: 1 }, unit, form })
    }

    /// A value without an interval, in the unit that suits it.
    pub fn quantity(value: f64, unit: &'static str) -> Self {
        Self::number(value, unit, Form::Suited)
    }

    /// The same of a value that may lie beyond the horizon.
    pub fn within_horizon(value: Option<f64>, unit: &'static str) -> Self {
        let value = Estimate { mean: value, lo: None, hi: None, n: 1 };
        Self::Figure(Figure { value, unit, form: Form::Suited })
    }

    /// A count.
    pub fn count(value: u64) -> Self {
        // A count of lines is far below 2^53.
        Self::number(value as f64, "count", Form::Decimals(0))
    }

    /// How it reads, in words alone; what is judged without its sign.
    pub fn shown(&self, lang: Lang) -> Prose {
        match self {
            Self::Nothing => NOTHING.into(),
            Self::Words(text) => text.clone(),
            Self::Figure(figure) => figure.shown(lang).into(),
            Self::Judged(judged) => judged.text.clone(),
        }
    }
}

impl Figure {
    /// How it reads.
    pub fn shown(&self, lang: Lang) -> String {
        let Some(mean) = self.value.mean else { return format::never(self.unit, lang).to_owned() };
        match self.form {
            Form::Suited => format::estimate(Some(&self.value), self.unit, lang),
            Form::Difference => format::difference(&self.value, self.unit, lang),
            Form::Decimals(places) => format::decimal(mean, self.unit, places),
            Form::Signed(places) => format::signed(mean, self.unit, places),
            Form::Scientific => format::scientific(mean),
            Form::PartOf(whole) => format::share(mean as u64, whole),
            Form::CountOf(_) if mean == 0.0 => "0".to_owned(),
            Form::CountOf(whole) => {
                format!("{} ({})", format::integer(mean as u64), format::share(mean as u64, whole))
            }
        }
    }
}
