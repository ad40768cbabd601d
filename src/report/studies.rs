//! Studies beside the table: each with its chart, its figures, and how sure it is, as the page of its own verb has them.

use super::ReportError;
use super::break_even::Mapped;
use super::page::{Block, Finding, Page, Tone};
use super::provenance;
use super::words::pick;
use crate::decision::Forecast;
use crate::lang::Lang;
use crate::sensitivity::Sensitivity;
use crate::study::{Further, Provenance};

/// What a study came to.
#[derive(Clone, Debug)]
pub enum Study {
    /// Where the best strategy changes.
    PhaseMap(Box<Mapped>),
    /// What the verdict depends on.
    Tornado(Box<Sensitivity>),
    /// The months ahead.
    Forecast(Box<Forecast>),
    /// It cannot be made of this scenario, and why.
    None(Further, String),
}

impl Study {
    /// Which study it is.
    pub fn kind(&self) -> Further {
        match self {
            Self::PhaseMap(_) => Further::PhaseMap,
            Self::Tornado(_) => Further::Tornado,
            Self::Forecast(_) => Further::Forecast,
            Self::None(kind, _) => *kind,
        }
    }

    /// What it was made of; `None` where there is nothing.
    pub fn provenance(&self) -> Option<&Provenance> {
        match self {
            Self::PhaseMap(mapped) => Some(&mapped.provenance),
            Self::Tornado(found) => Some(&found.provenance),
            Self::Forecast(found) => Some(&found.provenance),
            Self::None(..) => None,
        }
    }

    /// Its title.
    pub fn title(&self, lang: Lang) -> &'static str {
        let (en, zh) = self.kind().title();
        pick(lang, en, zh)
    }

    /// Returns it for a page of its own or a part of one: how sure it is first, then what its verb shows.
    ///
    /// # Errors
    /// Its chart cannot be drawn: a defect.
    pub fn page(&self, lang: Lang) -> Result<Page, ReportError> {
        let found: &dyn Finding = match self {
            Self::PhaseMap(mapped) => &mapped.found(),
            Self::Tornado(found) => found.as_ref(),
            Self::Forecast(found) => found.as_ref(),
            Self::None(_, why) => {
                let mut page = Page { lang, level: 2, ..Page::default() };
                let text = pick(lang, "This scenario has none: ", "该场景没有此项：");
                page.blocks.push(Block::Note(Tone::Plain, format!("{text}{why}").into()));
                return Ok(page);
            }
        };
        // The question stands on the page already, the title in what opens.
        let illustrated = Page { subtitle: "".into(), ..found.illustrated(lang)? };
        let mut page = Page { lang, level: 2, blocks: illustrated.into_parts(), ..Page::default() };
        if let Some(from) = self.provenance() {
            page.blocks.insert(0, Block::Note(Tone::Faint, self.sure(from, lang).into()));
        }
        Ok(page)
    }

    /// How much is behind it.
    fn sure(&self, from: &Provenance, lang: Lang) -> String {
        let (on, reps) = (provenance::simulated(from, lang), from.replications);
        match (self, lang) {
            (Self::PhaseMap(_), Lang::En) => format!(
                "A coarse map: {on}, {reps} replications; a pale field, or ~, is where they do not agree."
            ),
            (Self::PhaseMap(_), Lang::Zh) => {
                format!("粗略的图：{on}，{reps} 次重复；浅色或 ~ 表示各次重复不一致。")
            }
            (Self::Tornado(_), Lang::En) => format!(
                "A first look: {on}, {reps} replications; the foremost inputs are surer than their order and indices."
            ),
            (Self::Tornado(_), Lang::Zh) => {
                format!("初步结果：{on}，{reps} 次重复；哪些输入最重要比其次序与指数更可靠。")
            }
            (_, Lang::En) => format!(
                "If growth goes on as it is said, and nothing else changes: {on}, {reps} replications of each month."
            ),
            (_, Lang::Zh) => format!("前提是按所述增长且其他不变：{on}，每月 {reps} 次重复。"),
        }
    }
}

/// Puts studies into a page, each behind a line that opens onto it.
///
/// # Errors
/// A chart cannot be drawn: a defect.
pub(super) fn put(page: &mut Page, studies: &[Study]) -> Result<(), ReportError> {
    if studies.is_empty() {
        return Ok(());
    }
    page.heading(pick(page.lang, "Further studies", "更多实验"));
    for study in studies {
        let parts = study.page(page.lang)?.blocks;
        page.blocks.push(Block::Opens(study.title(page.lang).into(), parts));
    }
    Ok(())
}
