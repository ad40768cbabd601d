//! What the table is made of.

use crate::lang::Text;
use crate::stats::Estimate;

/// The whole table.
#[derive(Clone, Debug)]
pub struct Table {
    /// The strategies that are its columns.
    pub strategies: Vec<&'static str>,
    /// Its rows, in the article's order.
    pub rows: Vec<Row>,
    /// The same if something were otherwise: thresholds, or the agent.
    pub variants: Vec<Variant>,
}

/// The table if something were otherwise: how many cells agree with the article then.
#[derive(Clone, Debug)]
pub struct Variant {
    /// What is otherwise.
    pub what: Text,
    /// Cells that agree.
    pub agrees: usize,
    /// Cells that are compared.
    pub compared: usize,
    /// Cells whose agreement is another, by row and strategy, and what it is.
    pub turned: Vec<(&'static str, &'static str, Agreement)>,
}

impl Variant {
    /// Cells that agree of those that are compared; a dash where there are none.
    pub fn share(&self) -> String {
        if self.compared == 0 { "–".to_owned() } else { format!("{}/{}", self.agrees, self.compared) }
    }
}

/// One row.
#[derive(Clone, Debug)]
pub struct Row {
    /// The row's name in JSON and on the command line.
    pub id: &'static str,
    /// The row's title.
    pub title: Text,
    /// What its figures were taken from, in a sentence.
    pub method: Text,
    /// One cell a strategy.
    pub cells: Vec<Cell>,
}

/// One cell.
#[derive(Clone, Debug)]
pub struct Cell {
    /// The strategy.
    pub strategy: &'static str,
    /// The cell in the article's manner, made from grade and figures.
    pub text: Text,
    /// The grade's name; `None` where a figure is not computed.
    pub grade: Option<String>,
    /// The figures it rests on, the graded one first.
    pub figures: Vec<Figure>,
    /// What else is worth saying about it, such as what gives way first; phrases made from results.
    pub notes: Vec<Text>,
    /// The article's own cell, word for word; `None` where the article has none.
    pub article: Option<String>,
    /// The same in English.
    pub article_en: Option<String>,
    /// Whether measurement and article agree.
    pub agreement: Agreement,
}

/// Whether a cell agrees with the article.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Agreement {
    /// The grade, and the number where the article states one, are the article's.
    Agrees,
    /// They are not.
    Disagrees,
    /// No draw, no load and no figure of a scenario can change the cell: it follows from what the strategy is, and is not
    /// counted with those that could have come out otherwise. Whether it agrees; `None` where there is nothing to compare.
    ByConstruction(Option<bool>),
    /// There is nothing to compare.
    Unknown,
}

impl Agreement {
    /// Whether it follows from what the strategy is.
    pub fn is_by_construction(self) -> bool {
        matches!(self, Self::ByConstruction(_))
    }

    /// Whether it contradicts the article, by simulation or by construction.
    pub fn contradicts(self) -> bool {
        matches!(self, Self::Disagrees | Self::ByConstruction(Some(false)))
    }

    /// A sign for it, in brackets where it could not have come out otherwise.
    pub fn mark(self) -> &'static str {
        match self {
            Self::Agrees => "✓",
            Self::Disagrees => "✗",
            Self::ByConstruction(Some(true)) => "(✓)",
            Self::ByConstruction(Some(false)) => "(✗)",
            Self::ByConstruction(None) => "(·)",
            Self::Unknown => "·",
        }
    }

    /// As it stands in JSON.
    pub fn as_bool(self) -> Option<bool> {
        match self {
            Self::Agrees => Some(true),
            Self::Disagrees => Some(false),
            Self::ByConstruction(_) | Self::Unknown => None,
        }
    }
}

/// A measured figure in a cell.
#[derive(Clone, Debug)]
pub struct Figure {
    /// Its name.
    pub name: String,
    /// How it reads in a cell, `{}` standing for its value.
    pub phrase: Text,
    /// Its value with interval; `None` where it is not computed.
    pub value: Option<Estimate>,
    /// Its unit.
    pub unit: &'static str,
}

impl Figure {
    /// Whether something is in a set by it; over which time a set holds is no member of it.
    pub fn is_member(&self) -> bool {
        self.unit != "s"
    }

    /// What it is, in a few words, without its value.
    pub fn label(&self) -> Text {
        let without =
            |phrase: &str| phrase.replace("{}", "").split_whitespace().collect::<Vec<_>>().join(" ");
        Text::new(without(&self.phrase.en), without(&self.phrase.zh))
    }
}

impl Table {
    /// Notes what another table of the same rows and strategies says of the article.
    pub fn set_beside(&mut self, what: Text, other: &Self) {
        let (agrees, compared) = other.agreement();
        let turned = self.rows.iter().zip(&other.rows).flat_map(|(row, turned)| {
            let pairs = row.cells.iter().zip(&turned.cells);
            let differ = pairs.filter(|(a, b)| a.agreement != b.agreement);
            differ.map(|(_, b)| (row.id, b.strategy, b.agreement))
        });
        let turned = turned.collect();
        self.variants.push(Variant { what, agrees, compared, turned });
    }

    /// Cells that agree and cells that were compared.
    pub fn agreement(&self) -> (usize, usize) {
        let compared: Vec<bool> =
            self.rows.iter().flat_map(|r| &r.cells).filter_map(|c| c.agreement.as_bool()).collect();
        (compared.iter().filter(|a| **a).count(), compared.len())
    }
}
