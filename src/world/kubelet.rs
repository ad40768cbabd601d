//! What the kubelet does to a node: shares its CPU, starts and restarts pods, rotates files, evicts.

pub(crate) mod cpu;
pub(crate) mod eviction;
pub(crate) mod pods;
pub(crate) mod restarts;
pub(crate) mod rotation;
pub(crate) mod startup;
