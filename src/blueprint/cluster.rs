//! Kinds of nodes, and what they can give.

use crate::blueprint::{Requests, SizedPrice};

/// Nodes of one kind.
#[derive(Clone, Debug)]
pub struct Pool {
    /// Its name.
    pub name: String,
    /// How many there are.
    pub nodes: u64,
    /// What a node can give.
    pub allocatable: Requests,
    /// Pods a node takes.
    pub max_pods: u64,
    /// Disk for logs, in bytes.
    pub log_disk_bytes: u64,
    /// What of it is taken by other things, in bytes.
    pub other_disk_bytes: u64,
    /// Currency an hour and node.
    pub price_per_hour: f64,
    /// What its pods cost, where each is charged for by its size; the price of a node is 0 then.
    pub sized: Option<SizedPrice>,
    /// Whether nodes can be added.
    pub grows: bool,
    /// Whether its nodes run nothing but the pods placed on them: no agent of the node.
    pub serverless: bool,
}
