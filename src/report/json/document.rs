//! The shape of the JSON document.

use crate::lang::Lang;
use crate::report::agent_use::AgentUseDocument;
use crate::report::band::BandDocument;
use schemars::JsonSchema;
use serde::ser::SerializeMap;
use serde::{Serialize, Serializer};
use std::borrow::Cow;
use std::collections::BTreeMap;

/// A map that keeps the order in which it was made: strategies and metrics stand in the order of reports.
#[derive(Clone, Debug)]
pub struct Ordered<V>(pub Vec<(&'static str, V)>);

impl<V: Serialize> Serialize for Ordered<V> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(Some(self.0.len()))?;
        for (key, value) in &self.0 {
            map.serialize_entry(key, value)?;
        }
        map.end()
    }
}

impl<V: JsonSchema> JsonSchema for Ordered<V> {
    fn inline_schema() -> bool {
        true
    }
    fn schema_name() -> Cow<'static, str> {
        BTreeMap::<String, V>::schema_name()
    }
    fn json_schema(generator: &mut schemars::SchemaGenerator) -> schemars::Schema {
        BTreeMap::<String, V>::json_schema(generator)
    }
}

/// A comparison of strategies on one scenario.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct Document {
    /// The version of this document's shape.
    pub schema: &'static str,
    /// The scenario's name.
    pub scenario: String,
    /// The simulated cluster.
    pub cluster: Cluster,
    /// How the cluster grew because pods did not fit, in sentences; left out where it did not.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub grown: Vec<String>,
    /// The seed.
    pub seed: u64,
    /// Replications.
    pub replications: u64,
    /// Each strategy's figures.
    pub strategies: Ordered<StrategyDocument>,
    /// The article's table, regenerated.
    pub table: Vec<RowDocument>,
    /// How many cells agree with the article if something were otherwise.
    pub variants: Vec<VariantDocument>,
    /// How far conclusions hang on what agents cost; left out where that was not run.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub band: Option<BandDocument>,
    /// The answer, a sentence each: which strategy, at what cost, what it misses, what decides that, how sure.
    pub answer: AnswerDocument,
    /// Where the figures come from and how to remake them.
    pub provenance: ProvenanceDocument,
}

/// The answer in both languages.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct AnswerDocument {
    /// English.
    pub en: Vec<String>,
    /// Chinese.
    pub zh: Vec<String>,
}

/// The simulated cluster.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct Cluster {
    /// Nodes.
    pub nodes: u64,
    /// Pods.
    pub pods: u64,
    /// Simulated seconds.
    pub duration_s: f64,
    /// Tenants.
    pub tenants: u64,
}

/// One strategy.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct StrategyDocument {
    /// Every recorded metric; empty where the strategy is infeasible.
    pub metrics: Ordered<Measured>,
    /// Where every line is, summed over replications.
    pub ledger: LedgerDocument,
    /// What agents use at their fullest beside what they request, by kind and pool; left out where there are none.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub agents: Vec<AgentUseDocument>,
    /// Whether the strategy can be run on this cluster.
    pub feasible: bool,
    /// Why it cannot.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub infeasible: Option<String>,
    /// The scenario's objectives.
    pub objectives: Vec<ObjectiveDocument>,
    /// Loss that still grows when the run ends; left out where it does not.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub still_growing: Option<GrowingDocument>,
}

/// Loss that still grows when the run ends.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct GrowingDocument {
    /// Share of the lines lost so far.
    pub so_far: f64,
    /// What it comes to in a long run.
    pub towards: f64,
    /// Lines a second that are written and not delivered.
    pub lines_per_s: f64,
}

/// An objective and whether it is met.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct ObjectiveDocument {
    /// The objective, as in the scenario.
    pub objective: String,
    /// Whether it is met, by the whole of its figure's interval; null where the interval reaches over the bound, or where
    /// there is nothing to judge by.
    pub met: Option<bool>,
    /// `met`, `missed` or `undecided`; null where there is nothing to judge by.
    pub verdict: Option<&'static str>,
}

/// A mean over replications with its 95 % confidence interval.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct Estimated {
    /// The mean; null where it is beyond the horizon.
    pub mean: Option<f64>,
    /// Lower end of the interval; null with one replication.
    pub lo: Option<f64>,
    /// Upper end of the interval; null with one replication.
    pub hi: Option<f64>,
}

/// From the least to the most that a figure is.
#[derive(Clone, Copy, Debug, Serialize, JsonSchema)]
pub struct Ends {
    /// The least.
    pub lo: f64,
    /// The most; null where lines are never delivered there.
    pub hi: Option<f64>,
}

/// A metric of a strategy.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct Measured {
    /// Mean and interval.
    #[serde(flatten)]
    pub value: Estimated,
    /// The unit of the numbers.
    pub unit: &'static str,
    /// What the mean is between the low and the high end of the agents' costs; left out where that was not run, or is less
    /// than a hundredth of the mean.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub band: Option<Ends>,
    /// True where lines that this quantile counts were never delivered within the run and its drain.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub beyond_horizon: bool,
}

/// Where every line is: emitted = delivered + retained + in_flight + lost.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct LedgerDocument {
    /// Lines that applications wrote.
    pub emitted: u64,
    /// First copies that the backend accepted.
    pub delivered: u64,
    /// Lines on a node's disk that no agent will read.
    pub retained: u64,
    /// Lines written or buffered that an agent would still deliver.
    pub in_flight: u64,
    /// Lines lost, by cause; causes without any are left out.
    pub lost: BTreeMap<&'static str, u64>,
    /// Further copies that the backend accepted; outside the balance.
    pub duplicated: u64,
    /// Lines that a blocked application never wrote; outside the balance.
    pub withheld: u64,
}

/// The table if something were otherwise.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct VariantDocument {
    /// What is otherwise.
    pub what: String,
    /// Cells that agree with the article.
    pub agrees: usize,
    /// Cells that are compared.
    pub compared: usize,
    /// Cells whose agreement is another, as row/strategy, and what it is; null where it is not counted.
    pub turned: BTreeMap<String, Option<bool>>,
}

/// A row of the table.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct RowDocument {
    /// The row's name.
    pub row: &'static str,
    /// Its title.
    pub title: String,
    /// Its cells by strategy.
    pub cells: Ordered<CellDocument>,
}

/// A cell of the table.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct CellDocument {
    /// The cell in the article's manner.
    pub text: String,
    /// The grade; null where a figure is not computed.
    pub grade: Option<String>,
    /// The article's own cell, word for word; null where it has none.
    pub article: Option<String>,
    /// The same in English.
    pub article_en: Option<String>,
    /// Whether measurement and article agree; null where that is not counted.
    pub agrees: Option<bool>,
    /// True where the cell follows from what the strategy is, so that no simulation could have come out otherwise.
    pub by_construction: bool,
    /// True where the cell contradicts the article, by simulation or by construction.
    pub contradicts: bool,
    /// What else is worth saying about it, such as what gives way first.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub notes: Vec<String>,
    /// The figures it rests on, the graded one first.
    pub figures: Vec<FigureDocument>,
}

/// A figure of a cell.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct FigureDocument {
    /// Its name.
    pub name: String,
    /// What it is.
    pub label: String,
    /// Its value; null where it is not computed.
    pub value: Option<Estimated>,
    /// Its unit.
    pub unit: &'static str,
}

/// Where a warm-up comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum WarmupDocument {
    /// The scenario says so, or its default does.
    Stated,
    /// MSER-5 on a pilot run.
    Mser5,
    /// MSER-5 found no steady state; the default stands in.
    NotFound,
}

/// A precision that replications were added for.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct PrecisionDocument {
    /// Half the width of the 95 % interval that was asked for, as a share of the mean.
    pub asked: f64,
    /// Replications allowed.
    pub max_replications: u64,
    /// Whether every headline figure and paired difference is as precise.
    pub reached: bool,
    /// What is not.
    pub not_reached: Vec<WideDocument>,
}

/// A figure that is less precise than asked.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct WideDocument {
    /// The strategy.
    pub strategy: &'static str,
    /// For a paired difference, the strategy that it is to; null for a figure itself.
    pub against: Option<&'static str>,
    /// The metric.
    pub metric: &'static str,
    /// Half the width of its interval as a share of its mean, or, for a difference, of the larger mean; null where
    /// some replications lie beyond the horizon.
    pub half_width: Option<f64>,
}

/// Where the figures come from and how to remake them.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct ProvenanceDocument {
    /// Version of the program.
    pub version: &'static str,
    /// Hash of the scenario with all defaults filled in.
    pub scenario_hash: String,
    /// The scenario's question.
    pub question: String,
    /// Seconds left out of freshness.
    pub warmup_s: f64,
    /// Where they come from.
    pub warmup_by: WarmupDocument,
    /// Whether the precision that was asked for is reached; null where the number of replications was given.
    pub precision: Option<PrecisionDocument>,
    /// Seconds in which agents may deliver what they hold, nothing being written any more.
    pub drain_s: f64,
    /// The agent.
    pub agent: String,
    /// The language of titles and texts.
    #[schemars(with = "String")]
    pub lang: Lang,
    /// The command that remakes it.
    pub command: String,
}
