//! Experiments over runs.
//!
//! Takes a scenario; gives results that tables and reports rest on. The base runs are shared by most rows of
//! the table; pairs, searches and archetypes use small companion clusters of stated size, made of the
//! scenario's own agent, log mix and density, so that the whole table stays within its time.

mod archetypes;
mod companion;
mod comparison;
mod density;
mod isolation;
mod log_types;
mod objectives;
mod replicate;
mod result;
mod scale;
mod subject;
mod sweep;
mod table_study;
mod warmup;

pub use archetypes::{Archetype, Contender};
pub use comparison::{Comparison, compare};
pub use density::density;
pub use isolation::Isolation;
pub use log_types::LogTypes;
pub use objectives::missed;
pub use replicate::{HEADLINES, Precision, Replicated, Replications, Wide, replicate};
pub use result::{DensityPoint, Provenance, StrategyResult};
pub use scale::{GivesWay, ScaleLimit};
pub use subject::{Agent, Subject};
pub use sweep::{Sweep, SweepPoint, Variation, combinations, sweep};
pub use table_study::{TableStudy, table_study};
pub use warmup::{WarmupBy, settle_warmup};
