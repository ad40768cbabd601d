//! `loghaul lab` on systems that it cannot measure on.

use super::BadInput;

/// Measure real agents on this machine: on Linux alone.
#[derive(Debug, clap::Args)]
pub(super) struct Lab {
    /// What would be asked for on Linux
    #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
    words: Vec<String>,
}

impl Lab {
    pub fn execute(self) -> anyhow::Result<()> {
        let asked = self.words.first().map_or("lab", String::as_str);
        let problem =
            "needs Linux: what agents cost is read from /proc; everything else of loghaul runs here";
        Err(BadInput::of(format!("{asked} {problem}")))
    }
}
