//! Why measured points cannot be fitted: file, line, what is wrong, what is allowed.

use thiserror::Error;

/// The columns without which nothing can be fitted.
pub(super) const REQUIRED: [&str; 5] =
    ["files", "agents", "rate_node_lps", "line_bytes", "cpu_cores_schedstat"];

/// Why a file of measured points was refused.
#[derive(Debug, Error)]
pub enum CalibrateError {
    /// The file as a whole is wrong.
    #[error("{file} {problem}")]
    File {
        /// The file.
        file: String,
        /// What is wrong with it, and what to do.
        problem: String,
    },
    /// A row is wrong.
    #[error("{file}:{line}: {problem}")]
    Row {
        /// The file.
        file: String,
        /// Its line, from 1; the header is line 1.
        line: u64,
        /// What is wrong with it, and what is allowed.
        problem: String,
    },
}

impl CalibrateError {
    pub(super) fn file(file: &str, problem: impl Into<String>) -> Self {
        Self::File { file: file.to_owned(), problem: problem.into() }
    }

    pub(super) fn row(file: &str, line: u64, problem: impl Into<String>) -> Self {
        Self::Row { file: file.to_owned(), line, problem: problem.into() }
    }
}
