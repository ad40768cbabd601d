//! What pods ask for and nodes have.

/// CPU and memory, requested or available.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Requests {
    /// Thousandths of a core.
    pub cpu_millicores: u64,
    /// Bytes.
    pub memory_bytes: u64,
}

impl std::ops::AddAssign for Requests {
    fn add_assign(&mut self, other: Self) {
        self.cpu_millicores += other.cpu_millicores;
        self.memory_bytes += other.memory_bytes;
    }
}
