//! Discrete events: clock, future event list, random streams, arrivals, fluid servers, windows.
//!
//! Takes keys, rates and closures; gives events in a total order and draws that depend on nothing but their
//! key. It knows no logs, no Kubernetes and no scenario, so that its parts can be held to queueing theory.
//!
//! - [`events`]: the future event list, one pending event an entity.
//! - [`random`]: random numbers by counter, one independent stream for each key.
//! - [`arrivals`]: counting processes on a fixed grid that can be asked for any instant, in any order.
//! - [`coins`]: how many of a number fall into a half, or a part.
//! - [`cells`]: arrivals in a few equal parts of a time, where only the whole was drawn.
//! - [`marks`]: sums of marks (sizes) of arrivals.
//! - [`fluid`]: a server of given capacity whose demand is added up in time slots, in any order.
//! - [`tandem`]: two such servers one after the other, with room between them.
//! - [`search`]: places in a function that only rises.
//! - [`station`]: servers with a queue, first come, first served, with or without room for all.

pub mod arrivals;
pub mod cells;
pub mod coins;
pub mod events;
pub mod fluid;
mod inversion;
pub mod marks;
pub mod random;
pub mod search;
pub mod station;
pub mod tandem;
