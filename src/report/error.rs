//! What can go wrong with a report.

use std::io;
use std::path::{Path, PathBuf};
use thiserror::Error;

/// Why a report could not be made or written.
#[derive(Debug, Error)]
pub enum ReportError {
    /// The folder cannot be made or written to. Nothing was simulated or written yet.
    #[error("cannot write a report into {}: {source}; {advice}", path.display())]
    Folder {
        /// The folder.
        path: PathBuf,
        /// What to do about it.
        advice: &'static str,
        /// What the system said.
        source: io::Error,
    },
    /// A file cannot be written. Files of an earlier report are as they were, or replaced whole.
    #[error("cannot write {}: {source}; make room or choose another folder with --out", path.display())]
    File {
        /// The file.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// A chart cannot be drawn: a defect of the program. Nothing was written.
    #[error("cannot draw the chart {chart}: {problem}; this is a defect of loghaul, please report it")]
    Chart {
        /// The chart's name.
        chart: &'static str,
        /// What the drawing library said.
        problem: String,
    },
    /// A format refused the figures: a defect of the program. Nothing was written.
    #[error("cannot put the report into {format}: {problem}; this is a defect of loghaul, please report it")]
    Encode {
        /// The format.
        format: &'static str,
        /// What the encoder said.
        problem: String,
    },
}

impl ReportError {
    pub(super) fn folder(path: &Path, source: io::Error) -> Self {
        let advice = match source.kind() {
            io::ErrorKind::NotADirectory | io::ErrorKind::AlreadyExists => {
                "it is a file; name a folder with --out"
            }
            io::ErrorKind::StorageFull => "make room or choose another folder with --out",
            _ => "allow writing there or choose another folder with --out",
        };
        Self::Folder { path: path.to_owned(), advice, source }
    }

    pub(super) fn encode(format: &'static str, problem: &dyn std::fmt::Display) -> Self {
        Self::Encode { format, problem: problem.to_string() }
    }
}
