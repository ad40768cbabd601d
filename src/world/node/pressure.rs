//! A node's disk as its kubelet knows it.

/// What a node's kubelet knows of its disk.
#[derive(Clone, Debug)]
pub(crate) struct Pressure {
    /// When it looks next.
    pub(crate) next_ns: u64,
    /// Bytes of logs above which too little is free.
    pub(crate) most_bytes: u64,
    /// Whether it was too full at the last look, and when it last was.
    pub(crate) is_full: bool,
    pub(crate) full_ns: u64,
    /// Until when something else fills it.
    pub(crate) filled_until_ns: u64,
    /// Places whose pods are taken to be elsewhere.
    pub(crate) elsewhere: Vec<usize>,
}
