//! From figures to a decision: which setting would meet what is missed, and which workloads get sidecars.
//!
//! Takes a scenario and the objectives that a strategy misses in it; gives the cheapest change that meets them, with
//! everything that was tried. A candidate is the scenario with some fields set, made as `--set` makes it. Candidates race on
//! common random numbers ([`search`]), on a slice of the cluster where that shows the same ([`bench`](Bench)), and the one
//! that is named has met the objectives on the whole cluster with random numbers of its own. `docs/decision.md` says what
//! that promises and what it does not.

mod cause;
mod clues;
mod forecast;
mod judged;
mod knob;
mod plan;
mod search;
mod site;
mod trial;
mod tune;
mod turn;
mod units;

pub use cause::{Decides, decides};
pub use clues::{Clue, clues};
pub use forecast::{Ahead, Fails, Forecast, Forecasted, Month, forecast, looks};
pub use judged::{Run, run};
pub use knob::{KNOBS, Knob, Ladder, Owner, knobs_named};
pub use plan::{Plan, Planned, Why, plan};
pub use search::{Bench, Outcome, Pace, Stage, Step, Tried, search};
pub use trial::Trial;
pub use tune::{Asked, Tuned, Tuning, tune};
pub use turn::{Turn, turns};
pub use units::Unit;
