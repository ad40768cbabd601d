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
    /// The file is packed in a way that is not read.
    #[error("{file} is {what}: {how}")]
    Packed {
        /// The file.
        file: String,
        /// What it is.
        what: &'static str,
        /// What to do.
        how: &'static str,
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
    /// The file holds no nodes and no pods.
    #[error(
        "{file} {found}; allowed are lists, nodes and pods of Kubernetes' v1, as JSON or YAML, as files, folders or \
         archives; {HOW}"
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
    /// A node, a pod or a sum of them is beyond what a scenario may hold.
    #[error("{object}: {problem}")]
    TooLarge {
        /// Which, by kind and name.
        object: String,
        /// What it has and what is allowed.
        problem: String,
    },
    /// Nothing that counts lines of containers.
    #[error("{files}: no rates of containers; {advice}")]
    NoRates {
        /// All files given.
        files: String,
        /// What to do.
        advice: &'static str,
    },
    /// Counters at one instant.
    #[error(
        "{figures}: a counter at one instant says nothing of its rate; ask for a range (query_range), for rate(…[1d]), or \
         give two answers of different times"
    )]
    OneSample {
        /// Their names.
        figures: String,
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
    /// The scenario that was made is none that the checker takes.
    #[error("the cluster is no scenario that can be simulated: {0}")]
    Refused(String),
    /// The scenario format refused its own defaults: a fault of the program.
    #[error("the scenario's defaults cannot be filled in: {0}")]
    Defaults(String),
}

impl ImportError {
    /// From what the JSON parser says; it closes its messages with the place, which stands in front here.
    /// The value began at this line and column.
    pub(super) fn from_json(file: &str, error: &serde_json::Error, line: usize, column: usize) -> Self {
        let column = if error.line() <= 1 { column - 1 + error.column() } else { error.column() };
        let (file, line) = (file.to_owned(), line + error.line().max(1) - 1);
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

impl ImportError {
    /// From what the YAML parser says of a piece that began at this line.
    pub(super) fn from_yaml(file: &str, error: &serde_saphyr::Error, line: usize) -> Self {
        let plain = error.without_snippet();
        let place = plain.location().filter(|place| place.line() > 0);
        let (line, column) = place.map_or((line, 1), |place| {
            (
                line + usize::try_from(place.line()).unwrap_or(1) - 1,
                usize::try_from(place.column()).unwrap_or(1),
            )
        });
        let mut problem = plain.to_string().replace(['\n', '\r'], " ");
        if let Some(at) = problem.find(" at line ") {
            problem.truncate(at);
        }
        Self::Field {
            file: file.to_owned(),
            line,
            column,
            problem: format!("is no object of Kubernetes: {problem}"),
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
