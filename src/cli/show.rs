//! How results are shown: shared by every verb that finds something.

use super::output;
use crate::lang::Lang;
use crate::report::{Finding, Format, Look};

/// How results are shown.
#[derive(Clone, Copy, Debug, Default, clap::Args)]
pub(super) struct ShowArgs {
    /// Format on standard output
    #[arg(short, long, value_enum, default_value_t)]
    pub output: Format,
}

impl ShowArgs {
    /// Prints what was found.
    pub(super) fn print(self, finding: &dyn Finding, lang: Lang) -> anyhow::Result<()> {
        output::print(&self.output.write(finding, look(lang))?)
    }
}

/// The terminal, for a reader of a language.
pub(super) fn look(lang: Lang) -> Look {
    Look { lang, width: output::width(), colour: output::colours() }
}
