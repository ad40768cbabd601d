//! Agents: what reads files, holds lines and sends them; one input at a time.

pub(crate) mod answers;
pub(crate) mod batches;
pub(crate) mod blocking;
mod calm;
pub(crate) mod catch_up;
pub(crate) mod checkpoint;
pub(crate) mod credentials;
pub(crate) mod desk;
pub(crate) mod discovery;
pub(crate) mod input;
pub(crate) mod limits;
pub(crate) mod long_lines;
pub(crate) mod meter;
pub(crate) mod metering;
pub(crate) mod offsets;
pub(crate) mod overflow;
pub(crate) mod positions;
mod property;
pub(crate) mod quiet;
pub(crate) mod rates;
pub(crate) mod reading;
mod rehearsal;
pub(crate) mod round;
pub(crate) mod shipping;
pub(crate) mod timing;
pub(crate) mod unanswered;
