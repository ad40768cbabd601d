//! What can go wrong in the lab, and whose doing it is.

use std::io;
use thiserror::Error;

/// Why the lab stopped.
#[derive(Debug, Error)]
pub enum LabError {
    /// A plan, an agent or what was asked for is not what it should be.
    #[error("{what}: {problem}")]
    Input {
        /// The file, or what was asked for.
        what: String,
        /// What is wrong, and what is allowed.
        problem: String,
    },
    /// The system refused something.
    #[error("{doing}: {source}")]
    System {
        /// What was being done.
        doing: String,
        /// What the system said.
        source: io::Error,
    },
    /// The user has asked to stop.
    #[error("interrupted; agents are ended, folders removed, and what was measured before is written")]
    Interrupted,
}

impl LabError {
    pub(super) fn input(what: impl Into<String>, problem: impl Into<String>) -> Self {
        Self::Input { what: what.into(), problem: problem.into() }
    }

    pub(super) fn system(doing: impl Into<String>) -> impl FnOnce(io::Error) -> Self {
        let doing = doing.into();
        move |source| Self::System { doing, source }
    }

    /// Whether the user's input is to blame.
    pub fn is_input(&self) -> bool {
        matches!(self, Self::Input { .. })
    }
}
