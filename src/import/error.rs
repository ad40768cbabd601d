//! Why an import was refused: where, what is allowed, what to do.

use crate::units::LineRate;
use thiserror::Error;

/// How to get the file that a cluster is read from.
pub(super) const HOW: &str = "get it with: kubectl get nodes,pods -A -o json > cluster.json";

/// Why a file could not be imported.
#[derive(Debug, Error)]
pub enum ImportError {
    /// The file cannot be opened or read.
    #[error("{file} cannot be read: {source}")]
    Unreadable {
        /// The file, as the user called it.
        file: String,
        /// What the system says.
        source: std::io::Error,
    },
    /// The file is no table of the kind that is needed.
    #[error("{file}:{line}: {problem}")]
    Table {
        /// The file.
        file: String,
        /// Line, from 1.
        line: u64,
        /// What is wrong with it.
        problem: String,
    },
    /// The file has nothing in it.
    #[error("{file} is empty; {advice}")]
    Empty {
        /// The file.
        file: String,
        /// What to do.
        advice: &'static str,
    },
    /// The file is no UTF-8 text.
    #[error("{file}:{line}:{column}: is not UTF-8 text{hint}")]
    NotUtf8 {
        /// The file.
        file: String,
        /// Line, from 1.
        line: u64,
        /// Column in characters, from 1.
        column: u64,
        /// What it seems to be instead, and what to do; may be empty.
        hint: &'static str,
    },
    /// The file ends before its JSON does.
    #[error("{file}:{line}:{column}: the file ends in the middle of the JSON; {HOW}")]
    Truncated {
        /// The file.
        file: String,
        /// Line, from 1.
        line: usize,
        /// Column in bytes, from 1.
        column: usize,
    },
    /// The file is no JSON.
    #[error("{file}:{line}:{column}: is no JSON: {problem}; {HOW}")]
    NotJson {
        /// The file.
        file: String,
        /// Line, from 1.
        line: usize,
        /// Column in bytes, from 1.
        column: usize,
        /// What the parser says.
        problem: String,
    },
    /// The JSON is a node or a pod, but a field is not what Kubernetes allows there.
    #[error("{file}:{line}:{column}: {problem}")]
    Field {
        /// The file.
        file: String,
        /// Line, from 1.
        line: usize,
        /// Column in bytes, from 1.
        column: usize,
        /// What is there and what is allowed.
        problem: String,
    },
    /// The JSON holds no nodes and no pods.
    #[error(
        "{file} {found}; allowed are a List, NodeList, PodList, Node or Pod of Kubernetes' v1, as JSON; {HOW}"
    )]
    NotKubernetes {
        /// The file.
        file: String,
        /// What it holds instead.
        found: String,
    },
    /// Nodes without pods, or pods without nodes.
    #[error("{files} {have} {missing}; a scenario needs nodes and running pods: {HOW}")]
    Missing {
        /// All files given.
        files: String,
        /// What is there, with a verb.
        have: String,
        /// What is not.
        missing: &'static str,
    },
    /// A line of a log is longer than any container runtime or agent would take.
    #[error(
        "{file}:{line}: the line is longer than 1 MiB; allowed are lines of up to 1 MiB (is it a text log?)"
    )]
    LongLine {
        /// The file.
        file: String,
        /// Line, from 1.
        line: u64,
    },
    /// The lines carry no usable times, and no rate was given.
    #[error(
        "{files}: {reason}, so the rate of lines is unknown; pass the rate of one pod, such as --rate 50/s"
    )]
    NoRate {
        /// All files given.
        files: String,
        /// Why there is no rate.
        reason: String,
    },
    /// A rate beyond what a stream may have.
    #[error("rate is {rate}; allowed is up to 1M/s a stream")]
    Rate {
        /// The rate.
        rate: LineRate,
    },
    /// No file was given.
    #[error("no file is given; {advice}")]
    NoFile {
        /// What to do.
        advice: &'static str,
    },
    /// The scenario format refused its own defaults: a fault of the program.
    #[error("the scenario's defaults cannot be filled in: {0}")]
    Defaults(String),
}

impl ImportError {
    pub(super) fn defaults(error: serde_json::Error) -> Self {
        Self::Defaults(error.to_string())
    }

    /// From what the JSON parser says; it closes its messages with the place, which stands in front here.
    pub(super) fn from_json(file: &str, error: &serde_json::Error) -> Self {
        let (file, line, column) = (file.to_owned(), error.line(), error.column());
        let mut problem = error.to_string();
        if let Some(at) = problem.rfind(" at line ") {
            problem.truncate(at);
        }
        for (parser, people) in
            [("a sequence", "a list"), (": sequence,", ": list,"), (": map,", ": object,")]
        {
            problem = problem.replace(parser, people);
        }
        match error.classify() {
            serde_json::error::Category::Eof => Self::Truncated { file, line, column },
            serde_json::error::Category::Data => Self::Field { file, line, column, problem },
            _ => Self::NotJson { file, line, column, problem },
        }
    }
}

/// Several file names in one line, the first few of many.
pub(super) fn file_list<'a>(names: impl ExactSizeIterator<Item = &'a str>) -> String {
    const SHOWN: usize = 4;
    let more = names.len().saturating_sub(SHOWN);
    let mut list = names.take(SHOWN).collect::<Vec<_>>().join(", ");
    if more > 0 {
        list.push_str(&format!(" and {more} more"));
    }
    list
}
