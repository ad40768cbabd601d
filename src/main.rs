//! The binary: parses the command line and hands over to the library.

use clap::Parser;
use std::process::ExitCode;

fn main() -> ExitCode {
    loghaul::cli::Cli::parse().execute()
}
