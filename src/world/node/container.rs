//! The container of a pod, where it crashes, as it stands.

use crate::blueprint::CrashLoop;
use crate::world::lines::stream::StreamId;
use smallvec::SmallVec;

/// The container of a pod, where it crashes.
#[derive(Clone, Debug)]
pub(crate) struct Container {
    /// When it crashes or starts next.
    pub(crate) next_ns: u64,
    pub(crate) is_up: bool,
    /// Whether it has crashed and was not started again.
    pub(crate) is_waiting: bool,
    pub(crate) began_ns: u64,
    /// When its pod began.
    pub(crate) pod_began_ns: u64,
    pub(crate) pod_key: u64,
    pub(crate) crashes: u64,
    /// Crashes since it last ran for long.
    pub(crate) failures: u32,
    /// For each stream of the pod the one that holds the log of the container before, or will hold that of the next;
    /// none where the file goes on.
    pub(crate) others: SmallVec<[Option<StreamId>; 2]>,
    pub(crate) crash_loop: CrashLoop,
}
