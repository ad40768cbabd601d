//! What a run records: the ledger of lines, freshness, resources over time.
//!
//! Takes integer counts while the world runs, in any order; gives an [`Observation`], and, of several replications, what
//! they say of each figure ([`estimates`]).

pub mod estimates;
mod freshness;
mod ledger;
mod observation;
mod usage;

pub use freshness::{Freshness, Spread};
pub use ledger::{Imbalance, Ledger, Unpaid};
pub use observation::{Observation, ProxyFigures, TenantFigures, TimelineBin};
pub use usage::{AgentUse, Excess, Levels, Usage};
