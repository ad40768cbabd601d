//! `loghaul schema`: the JSON Schema of scenarios, for editors and for checking.

use super::output;

/// Print the JSON Schema of scenarios.
#[derive(Debug, clap::Args)]
pub(super) struct Schema {}

impl Schema {
    pub fn execute(self) -> anyhow::Result<()> {
        output::print(&format!("{:#}", crate::scenario::json_schema()))
    }
}
