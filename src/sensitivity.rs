//! Which inputs decide a verdict: what of all that is not known well would make another strategy win, or an objective missed.
//!
//! Takes a scenario, strategies and the ranges within which its inputs may lie: costs of agents at their profiles' low and
//! high, fields with a declared range, and what every scenario assumes. Gives a [`Sensitivity`]: all inputs screened by
//! Morris' elementary effects ([`morris`]), the foremost ones taken to both ends by themselves ([`Bar`]), with the value at
//! which something turns, and indices after Sobol ([`sobol`]) of the foremost few over all of their ranges at once. Every
//! point meets the same random numbers, so that what differs is due to the inputs alone. `docs/sensitivity.md` says what
//! that promises and what it does not.

mod bootstrap;
mod ground;
mod input;
pub mod morris;
mod outcome;
mod response;
pub mod sobol;
mod study;
mod tornado;

pub use ground::SensitivityError;
pub use input::{ASSUMED, Assumed, Input, Kind, Origin, declared, inputs};
pub use morris::Effects;
pub use outcome::Outcome;
pub use response::{Of, Response};
pub use sobol::Index;
pub use study::{Ask, Indices, Screened, Sensitivity, Share, sensitivity};
pub use tornado::{Bar, End, Flip};
