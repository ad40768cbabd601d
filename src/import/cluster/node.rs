//! A node as objects tell of it.

use super::objects::Taint;
use std::collections::BTreeMap;

/// A node.
#[derive(Clone, Debug, Default)]
pub(super) struct Node {
    pub(super) name: String,
    pub(super) cpu: u64,
    pub(super) memory: u64,
    pub(super) pods: Option<u64>,
    /// Bytes that pods may use of its disk (`ephemeral-storage`).
    pub(super) disk: Option<u64>,
    pub(super) by_capacity: bool,
    pub(super) labels: BTreeMap<String, String>,
    pub(super) taints: Vec<Taint>,
    pub(super) serverless: bool,
    pub(super) windows: bool,
    pub(super) control_plane: bool,
    pub(super) cordoned: bool,
    pub(super) not_ready: bool,
    /// Whether it was read, and not only named by a pod.
    pub(super) read: bool,
    pub(super) gone: bool,
}
