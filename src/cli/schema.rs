//! `loghaul schema`: the JSON Schema of scenarios and of results, for editors and for checking.

use super::output;
use crate::{report, scenario};

/// Print a JSON Schema.
#[derive(Debug, clap::Args)]
#[command(after_help = "Example: loghaul schema result")]
pub(super) struct Schema {
    /// What the schema is of
    #[arg(value_enum, default_value_t)]
    of: Of,
}

/// What a schema is of.
#[derive(Clone, Copy, Debug, Default, clap::ValueEnum)]
enum Of {
    /// What a user writes
    #[default]
    Scenario,
    /// What `compare -o json` prints
    Result,
    /// What `tune -o json` prints
    Tune,
    /// What `sensitivity -o json` prints
    Sensitivity,
}

impl Schema {
    pub(super) fn execute(self) -> anyhow::Result<()> {
        let schema = match self.of {
            Of::Scenario => scenario::json_schema(),
            Of::Result => report::json::schema().to_value(),
            Of::Tune => report::tuning::schema().to_value(),
            Of::Sensitivity => report::sensitivity::schema().to_value(),
        };
        output::print(&format!("{schema:#}"))
    }
}
