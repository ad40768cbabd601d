//! What moves: runs of log lines, and what becomes of them.

use serde::Serialize;

/// A stream, by its place among those of its reader: not its number among those of the node.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct OwnStream(u32);

impl OwnStream {
    /// The stream at this place; a reader has fewer than four thousand million.
    #[inline]
    pub fn of(at: usize) -> Self {
        Self(at as u32)
    }

    /// Returns its place among the streams of its reader.
    #[inline]
    pub fn at(self) -> usize {
        self.0 as usize
    }
}

/// A run of lines of one stream, handled as one: `lines` lines of `bytes` bytes in all, written between two
/// instants. Within it, times count as evenly spread.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Chunk {
    /// The stream.
    pub stream: OwnStream,
    /// When the first line may have been written.
    pub from_ns: u64,
    /// When the last line may have been written.
    pub until_ns: u64,
    /// Lines.
    pub lines: u64,
    /// Bytes of the lines as the application wrote them.
    pub bytes: u64,
    /// Whether the backend has these lines already, or they were given up before: they are read or sent once more.
    pub copy: bool,
}

/// Why lines are lost: no longer anywhere from where they could still be delivered or read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Cause {
    /// The file was rotated and deleted before anything had read these lines.
    RotatedBeforeRead,
    /// The file came and went between two scans of the agent, which never opened it.
    NeverDiscovered,
    /// The pod was deleted, and its files with it, before anything had read these lines.
    RemovedWithPod,
    /// The agent's buffer was full, and its policy is to drop.
    BufferOverflow,
    /// The agent gave the chunk up after its last retry.
    RetriesExhausted,
    /// The agent was killed with these lines in its memory, or skipped them when it came back; or a gateway was that had
    /// acknowledged them.
    AgentKilled,
    /// The line was too long for its agent, which passed it over; or a line before it in the same file was, at which the
    /// agent read no further.
    LinesTooLong,
    /// The backend refused the line for good, since it is longer than it takes.
    RejectedByBackend,
    /// The strategy has nothing that could read this stream, and its file is gone.
    NotCollectable,
    /// The node was lost with its disk, and with what agents on it held.
    NodeLost,
}

impl Cause {
    /// Every cause, in the order of reports.
    pub const ALL: [Self; 10] = [
        Self::RotatedBeforeRead,
        Self::NeverDiscovered,
        Self::RemovedWithPod,
        Self::BufferOverflow,
        Self::RetriesExhausted,
        Self::AgentKilled,
        Self::LinesTooLong,
        Self::RejectedByBackend,
        Self::NotCollectable,
        Self::NodeLost,
    ];

    /// The name used in JSON and CSV.
    pub fn id(self) -> &'static str {
        match self {
            Self::RotatedBeforeRead => "rotated_before_read",
            Self::NeverDiscovered => "never_discovered",
            Self::RemovedWithPod => "removed_with_pod",
            Self::BufferOverflow => "buffer_overflow",
            Self::RetriesExhausted => "retries_exhausted",
            Self::AgentKilled => "agent_killed",
            Self::LinesTooLong => "lines_too_long",
            Self::RejectedByBackend => "rejected_by_backend",
            Self::NotCollectable => "not_collectable",
            Self::NodeLost => "node_lost",
        }
    }
}

/// Where a stream's lines go first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Medium {
    /// The container's standard output: the runtime writes a file that the kubelet rotates.
    Stdout,
    /// A file in a volume of the pod, rotated by the application.
    File,
    /// A file in a directory of the node, rotated by the application.
    HostPath,
    /// A file in a volume of the pod, written again to standard output by a process that streams it there.
    Relayed,
    /// Standard output that Docker's `json-file` driver writes to a file.
    JsonFile,
    /// Standard output that Docker's `local` driver writes to a file.
    LocalFile,
    /// Standard output that the runtime hands on as it comes: nothing reaches a disk.
    Pipe,
    /// A call of a library in the application: nothing is written anywhere.
    Memory,
}

impl Medium {
    /// Bytes that a line takes on disk beyond itself: the runtime's CRI format on standard output.
    /// Source: containerd `internal/cri/io/logger.go` (time stamp, stream, tag, blanks); the lab's lines were 41
    /// bytes longer on disk. Docker's drivers, from their formats: `{"log":"…\n","stream":"stdout","time":"…"}` with
    /// a time stamp of 30 characters; and a record of protocol buffers (source, time, line) between two lengths.
    pub fn prefix_bytes(self) -> u64 {
        match self {
            Self::Stdout | Self::Relayed => 41,
            Self::JsonFile => 70,
            Self::LocalFile => 28,
            Self::File | Self::HostPath | Self::Pipe | Self::Memory => 0,
        }
    }

    /// Returns whether the kubelet rotates its file, which the runtime writes; others are rotated by whoever writes
    /// them.
    pub fn is_rotated_by_kubelet(self) -> bool {
        matches!(self, Self::Stdout | Self::Relayed)
    }

    /// Returns whether its rotated files are compressed, all but the last: by the kubelet, or by Docker.
    /// Source: kubelet `container_log_manager.go` (`compressLog`; the latest stays as it is for its readers); moby
    /// `daemon/logger/local/local.go`.
    pub fn is_gzipped(self) -> bool {
        matches!(self, Self::Stdout | Self::Relayed | Self::LocalFile)
    }

    /// Returns whether its lines lie in files.
    pub fn is_on_disk(self) -> bool {
        !matches!(self, Self::Pipe | Self::Memory)
    }
}
