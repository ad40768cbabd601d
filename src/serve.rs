//! The workshop page: what is asked of it, what it answers, and what it looks like.
//!
//! Takes a [`State`], which is all that a page's address says, and gives the [`Scenario`](crate::scenario::Scenario) that
//! the command line would run for it, by the same settings; [`Event`]s, which are results on their way to the page; the
//! [`page`] itself. [`Guard`] says which requests are answered at all. Nothing here listens, runs or writes: that is the
//! verb's.

mod event;
mod guard;
mod knob;
pub mod page;
mod rehearsal;
mod state;

pub use event::{Accepted, Event, Fragment, Results, Stage};
pub use guard::Guard;
pub use knob::{Knob, Scale};
pub use rehearsal::Rehearsal;
pub use state::{Dropped, Pinned, Posed, Refusal, State};
