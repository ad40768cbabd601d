//! Experiments over runs.
//!
//! Takes a scenario; gives results that tables and reports rest on. The base runs are shared by most rows of
//! the table; pairs, searches and archetypes use small companion clusters of stated size, made of the
//! scenario's own agent, log mix and density, so that the whole table stays within its time.

mod archetypes;
mod axis;
mod band;
mod blast;
mod break_even;
mod check;
mod companion;
mod companions;
mod comparison;
mod contest;
mod density;
mod difference;
mod further;
mod growing;
mod isolation;
mod lasting;
mod layout;
mod log_types;
mod neighbours;
mod objectives;
mod observed;
mod query;
mod replicate;
mod resize;
mod result;
mod rollout;
mod scale;
mod show_back;
mod single_point;
mod standing;
mod subject;
mod sweep;
mod table_study;
mod upgrade;
mod warmup;

pub use crate::run::{Grown, Short, Shortage};
pub use archetypes::{Archetype, Rotating};
pub use axis::Axis;
pub use band::{Band, Banded, Sign, Turned, band};
pub use blast::{BlastRadius, Reach};
pub use break_even::{BreakEven, Crossing, POINT_TIME, Point, Stretch, break_even};
pub use check::{Check, Judged, Reason, check};
pub use companions::RestsOn;
pub use comparison::{Comparison, compare, provenance};
pub use contest::{Contest, Entrant, Keeps, Rules};
pub use density::{density, density_slice};
pub use difference::{Change, Difference, FieldChange, Recorded, Significance, difference};
pub use further::Further;
pub use growing::Growing;
pub use isolation::{Behind, Isolation, Saturates, isolation};
pub use lasting::DAY_S;
pub use layout::{ConfigCost, Layout};
pub use log_types::LogTypes;
pub use neighbours::{Neighbours, neighbours};
pub use objectives::{Verdict, missed};
pub use query::{PAST_S, Query};
pub use replicate::{HEADLINES, Precision, Replicated, Replications, Wide, replicate};
pub use resize::{Slice, apportion, slice, slice_of};
pub use result::{DensityPoint, Provenance, StrategyResult};
pub use rollout::{Operations, Rollout};
pub use scale::{GivesWay, ScaleLimit, Search, scale_limits};
pub use show_back::{ShowBack, ShownBack, show_back};
pub use single_point::SinglePoint;
pub use standing::Standing;
pub use subject::{Agent, Mark, Subject, lines_per_s};
pub use sweep::{Sweep, SweepPoint, Variation, combinations, sweep, sweep_point};
pub use table_study::{TableStudy, table_study};
pub use upgrade::Upgraded;
pub use warmup::{WarmupBy, settle_on_slice, settle_warmup};
