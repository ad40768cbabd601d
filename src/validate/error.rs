//! What can be wrong with measured rows.

use crate::run::RunError;
use thiserror::Error;

/// Why rows could not be validated.
#[derive(Debug, Error)]
pub enum ValidateError {
    /// The file cannot be read at all.
    #[error("{file}: cannot be read: {source}; name a CSV file of measured rows")]
    Unreadable {
        /// The file.
        file: String,
        /// What the system said.
        source: std::io::Error,
    },
    /// The file as a whole is not what it should be.
    #[error("{file}: {problem}")]
    File {
        /// The file.
        file: String,
        /// What is wrong, and what is allowed.
        problem: String,
    },
    /// A row is not what it should be.
    #[error("{file}:{line}: {problem}")]
    Row {
        /// The file.
        file: String,
        /// The line in it, from 1.
        line: u64,
        /// What is wrong, and what is allowed.
        problem: String,
    },
    /// The data that ship with the program are not what they should be: a defect.
    #[error("the embedded {what}: {problem}; this is a defect of loghaul, please report it")]
    Embedded {
        /// Which.
        what: &'static str,
        /// What is wrong.
        problem: String,
    },
    /// A run failed.
    #[error(transparent)]
    Run(#[from] RunError),
}

impl ValidateError {
    /// Whether the user's input is to blame.
    pub fn is_input(&self) -> bool {
        matches!(self, Self::Unreadable { .. } | Self::File { .. } | Self::Row { .. })
    }
}
