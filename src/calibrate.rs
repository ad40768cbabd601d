//! Fits a profile's costs to points that a user has measured.
//!
//! Takes a tidy CSV (a row a measured point: files, agents, rates, line bytes, cores, memory) and the profile to
//! begin from; gives a [`Calibration`]: the costs that the points tell, each with its standard error, those that
//! they do not tell with the reason, residuals, and a block of YAML that a scenario takes under `profiles:`.
//!
//! CPU and memory are linear in their costs once the events are counted (model.md, section 9), and no cost is
//! below zero: constrained linear least squares on relative errors. What bends, the cold factor and gap, stays as
//! in the base.

mod design;
mod error;
mod fit;
mod held_out;
mod point;
mod read;
mod solve;
mod write;

pub use error::CalibrateError;
pub use fit::{Calibration, Figure, Kept, Residual, Term, calibrate};
pub use held_out::{HeldOut, held_out};
pub use point::{Measured, Point};
pub use read::{Filter, ReadOptions, read};

#[cfg(test)]
mod tests;
