//! `loghaul completions` and `loghaul man`: what shells and manuals know of the command line.

use super::{BadInput, Cli, output};
use crate::report;
use clap::CommandFactory;
use clap_complete::Shell;
use std::path::PathBuf;

/// Print a script that completes words of this command line in a shell.
#[derive(Debug, clap::Args)]
#[command(after_help = "Example: loghaul completions bash > loghaul.bash")]
pub(super) struct Completions {
    /// The shell
    #[arg(value_enum)]
    shell: Shell,
}

impl Completions {
    pub(super) fn execute(self) -> anyhow::Result<()> {
        let mut script = Vec::new();
        clap_complete::generate(self.shell, &mut Cli::command(), "loghaul", &mut script);
        output::print(&String::from_utf8(script)?)
    }
}

/// Write manual pages, one a verb.
#[derive(Debug, clap::Args)]
#[command(after_help = "Example: loghaul man --out man1")]
pub(super) struct Man {
    /// The folder of the pages
    #[arg(long, value_name = "DIR")]
    out: PathBuf,
}

impl Man {
    pub(super) fn execute(self) -> anyhow::Result<()> {
        report::check_folder(&self.out).map_err(BadInput::of)?;
        let root = Cli::command();
        let verbs = root.get_subcommands().map(|verb| {
            let name = format!("loghaul-{}", verb.get_name());
            verb.clone().name(name.clone()).display_name(name)
        });
        let mut pages = Vec::new();
        for page in std::iter::once(root.clone()).chain(verbs) {
            let name = format!("{}.1", page.get_name());
            let mut text = Vec::new();
            clap_mangen::Man::new(page).render(&mut text)?;
            pages.push((name, text));
        }
        report::write_files(&self.out, &pages)?;
        Ok(())
    }
}
