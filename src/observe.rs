//! What a run records: the ledger of lines, freshness, resources over time.
//!
//! Takes integer counts while the world runs, in any order; gives an [`Observation`].

mod freshness;
mod ledger;
mod observation;

pub use freshness::{Freshness, Spread};
pub use ledger::{Imbalance, Ledger};
pub use observation::{Observation, ProxyFigures, TenantFigures, TimelineBin};
