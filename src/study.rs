//! Experiments over runs.
//!
//! Takes a scenario; gives results that tables and reports rest on. The base runs are shared by most rows of
//! the table; pairs, searches and archetypes use small companion clusters of stated size, made of the
//! scenario's own agent, log mix and density, so that the whole table stays within its time.

mod archetypes;
mod axis;
mod break_even;
mod companion;
mod comparison;
mod contest;
mod density;
mod isolation;
mod log_types;
mod objectives;
mod observed;
mod resize;
mod result;
mod scale;
mod table_study;

pub use archetypes::{Archetype, Contender};
pub use axis::Axis;
pub use break_even::{BreakEven, Crossing, POINT_TIME, Point, Stretch, break_even};
pub use comparison::{Comparison, compare, provenance};
pub use contest::{Contest, Entrant, Rules};
pub use density::density;
pub use isolation::Isolation;
pub use log_types::LogTypes;
pub use objectives::missed;
pub use resize::slice;
pub use result::{DensityPoint, Provenance, StrategyResult};
pub use scale::{GivesWay, ScaleLimit, Search, scale_limits};
pub use table_study::{TableStudy, table_study};
