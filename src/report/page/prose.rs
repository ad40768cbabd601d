//! Text with emphasis, for every format.

/// How a part of a text stands out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Emphasis {
    /// Not at all.
    Plain,
    /// What it says matters most.
    Strong,
    /// A name or a word that is spoken of.
    Stress,
    /// As it is typed.
    Code,
}

/// A part of a text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Span {
    /// How it stands out.
    pub emphasis: Emphasis,
    /// Its words, with whatever signs are in them.
    pub text: String,
    /// Where it leads, for a link.
    pub link: Option<&'static str>,
}

/// A text of parts that stand out differently.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Prose(Vec<Span>);

impl Prose {
    /// Its parts.
    pub fn spans(&self) -> &[Span] {
        &self.0
    }

    /// Whether it has no words.
    pub fn is_empty(&self) -> bool {
        self.0.iter().all(|span| span.text.is_empty())
    }

    /// Its words alone.
    pub fn words(&self) -> String {
        self.0.iter().map(|span| span.text.as_str()).collect()
    }

    /// Adds plain words.
    pub fn plain(self, text: impl Into<String>) -> Self {
        self.with(Emphasis::Plain, text)
    }

    /// Adds words that matter.
    pub fn strong(self, text: impl Into<String>) -> Self {
        self.with(Emphasis::Strong, text)
    }

    /// Adds words that are spoken of.
    pub fn stress(self, text: impl Into<String>) -> Self {
        self.with(Emphasis::Stress, text)
    }

    /// Adds text as it is typed.
    pub fn code(self, text: impl Into<String>) -> Self {
        self.with(Emphasis::Code, text)
    }

    /// Adds a link.
    pub fn link(mut self, text: impl Into<String>, to: &'static str) -> Self {
        self.0.push(Span { emphasis: Emphasis::Plain, text: text.into(), link: Some(to) });
        self
    }

    /// Adds another text.
    pub fn then(mut self, other: Self) -> Self {
        self.0.extend(other.0);
        self
    }

    fn with(mut self, emphasis: Emphasis, text: impl Into<String>) -> Self {
        self.0.push(Span { emphasis, text: text.into(), link: None });
        self
    }
}

impl From<&str> for Prose {
    fn from(text: &str) -> Self {
        Self::default().plain(text)
    }
}

impl From<String> for Prose {
    fn from(text: String) -> Self {
        Self::default().plain(text)
    }
}
