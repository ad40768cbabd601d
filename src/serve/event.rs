//! What a page is told while its scenario runs: server-sent events whose data are JSON.

use crate::lang::Text;
use crate::metric::Metric;
use crate::study::Further;
use serde::Serialize;
use std::collections::BTreeMap;

/// Something that a page is told.
#[derive(Debug, Serialize)]
#[serde(tag = "kind", rename_all = "camelCase", rename_all_fields = "camelCase")]
pub enum Event {
    /// The run waits for others to end.
    Waiting,
    /// What is run.
    Accepted(Accepted),
    /// How far it is.
    Progress {
        /// What is under way.
        stage: Stage,
        /// Runs done so far.
        runs: u64,
        /// Milliseconds since it was asked for.
        elapsed_ms: u64,
    },
    /// The plain figures; each replaces the one before.
    Figures(Results),
    /// The differences to what was pinned.
    Difference(Fragment),
    /// Charts of what was run.
    Charts(Fragment),
    /// The article's table, and again when it was set beside other agents.
    Table(Fragment),
    /// What was found on companion clusters.
    Studies(Fragment),
    /// A study that was asked for by itself.
    Study {
        /// Which.
        study: Further,
        /// As people read it, with the command that gives the same.
        html: Fragment,
    },
    /// Everything is there.
    Done {
        /// Under which number it can be downloaded; `None` where only part of it was asked for.
        result: Option<String>,
        /// Milliseconds since it was asked for.
        elapsed_ms: u64,
    },
    /// It was refused, or failed.
    Failed {
        /// Why, and what is allowed.
        error: String,
    },
}

/// A part of a run.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub enum Stage {
    /// Plain figures.
    Figures,
    /// The table's own experiments.
    Table,
    /// Companion clusters.
    Studies,
    /// A study that was asked for by itself.
    Study,
}

/// What is run.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Accepted {
    /// The scenario's name.
    pub name: String,
    /// The command that gives the same.
    pub command: String,
    /// Nodes that it comes to.
    pub nodes: u64,
    /// Pods that it comes to.
    pub pods: u64,
    /// Tenants that it comes to.
    pub tenants: u64,
}

/// Figures, for people and for those who compare with them.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Results {
    /// Replications that they rest on.
    pub replications: u64,
    /// Whether they are of a sample of nodes, and not yet of the whole cluster.
    pub is_sample: bool,
    /// The seed.
    pub seed: u64,
    /// Each metric in each replication, by strategy.
    pub values: BTreeMap<&'static str, BTreeMap<Metric, Vec<Option<f64>>>>,
    /// As people read them.
    pub html: Fragment,
}

/// HTML in both languages, every text of it escaped.
pub type Fragment = Text;

impl Event {
    /// The event as it is sent.
    ///
    /// # Errors
    /// It cannot be written as JSON: a defect.
    pub fn to_frame(&self) -> Result<String, serde_json::Error> {
        // JSON has no line breaks of its own.
        Ok(format!("data: {}\n\n", serde_json::to_string(self)?))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_event_is_one_frame_whatever_it_says() {
        let event = Event::Failed { error: "two\nlines\r\n\ndata: x".to_owned() };
        let frame = event.to_frame().unwrap();
        assert_eq!(frame.matches('\n').count(), 2, "{frame:?}");
        assert!(frame.starts_with("data: {\"kind\":\"failed\"") && frame.ends_with("\n\n"));
    }
}
