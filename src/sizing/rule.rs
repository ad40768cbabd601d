//! The arithmetic of sizes: what is used, times headroom, in whole steps as Kubernetes and agents write them.

use crate::scenario::Collection;

/// Whole steps to which sizes are rounded up: those of the scenario's requests (`cpuStep`, `memoryStep`).
#[derive(Clone, Copy, Debug)]
pub struct Steps {
    /// Thousandths of a core.
    pub millicores: u64,
    /// Bytes.
    pub bytes: u64,
}

impl Steps {
    /// The steps of a scenario.
    pub fn of(collection: &Collection) -> Self {
        Self { millicores: collection.cpu_step.get().max(1), bytes: collection.memory_step.get().max(1) }
    }

    /// Thousandths of a core for `cores` and headroom.
    pub fn cpu(self, cores: f64, headroom: f64) -> u64 {
        whole(cores * 1_000.0 * (1.0 + headroom), self.millicores)
    }

    /// Bytes of memory for `bytes` and headroom, where the agent refuses at a share of its limit.
    pub fn memory(self, bytes: f64, headroom: f64, refuses_at: f64) -> u64 {
        whole(bytes * (1.0 + headroom) / refuses_at, self.bytes)
    }
}

/// Rounded up to whole steps, one at least.
fn whole(value: f64, step: u64) -> u64 {
    (value / step as f64).ceil().max(1.0) as u64 * step
}

/// A figure with the profile as it is, and at the low and high that its sources suggest.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Range {
    /// Where the agent costs as little as its profile allows.
    pub low: f64,
    /// With the profile as it is.
    pub value: f64,
    /// Where it costs as much.
    pub high: f64,
}

/// Bytes of a buffer for `bytes` and headroom: three digits, whole hundreds of kilobytes at least.
pub fn buffer(bytes: u64, headroom: f64) -> u64 {
    let wanted = bytes as f64 * (1.0 + headroom);
    let mut step = 1e5;
    while wanted >= 1e3 * step {
        step *= 10.0;
    }
    ((wanted / step).ceil().max(1.0) * step) as u64
}

/// CPU as Kubernetes writes it.
pub fn cpu_text(millicores: u64) -> String {
    if millicores.is_multiple_of(1_000) { (millicores / 1_000).to_string() } else { format!("{millicores}m") }
}

/// Memory as Kubernetes writes it: whole mebibytes, or what there is.
pub fn memory_text(bytes: u64) -> String {
    if bytes.is_multiple_of(1 << 20) { format!("{}Mi", bytes >> 20) } else { bytes.to_string() }
}

/// A buffer as scenarios and Fluent Bit write it: megabytes, or kilobytes.
pub fn buffer_text(bytes: u64) -> String {
    match bytes {
        b if b % 1_000_000 == 0 => format!("{}MB", b / 1_000_000),
        b if b % 1_000 == 0 => format!("{}kB", b / 1_000),
        b => format!("{b}B"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_are_what_is_used_and_headroom_in_whole_steps() {
        let steps = Steps { millicores: 5, bytes: 1 << 20 };
        // 0.101 cores and a fifth are 121.2m: 125m. 50 MB and a fifth are 57.2 MiB: 58Mi.
        assert_eq!(steps.cpu(0.101, 0.2), 125);
        assert_eq!(steps.cpu(0.0, 0.2), 5);
        assert_eq!(steps.memory(50e6, 0.2, 1.0), 58 << 20);
        // Who refuses at 55 % needs 1.2 ÷ 0.55 of it: 104.04 MiB.
        assert_eq!(steps.memory(50e6, 0.2, 0.55), 105 << 20);
        // In coarser steps more.
        let steps = Steps { millicores: 10, bytes: 4 << 20 };
        assert_eq!((steps.cpu(0.101, 0.2), steps.memory(50e6, 0.2, 1.0)), (130, 60 << 20));
    }

    #[test]
    fn buffers_have_three_digits() {
        assert_eq!(buffer(21_833_333, 0.2), 26_200_000);
        assert_eq!(buffer(1_000, 0.2), 100_000);
        assert_eq!(buffer(500_000_000, 0.2), 600_000_000);
        assert_eq!(buffer(501_000_000, 0.2), 602_000_000);
        let texts = [26_200_000, 600_000_000, 1_234].map(buffer_text);
        assert_eq!(texts, ["26200kB", "600MB", "1234B"]);
        assert_eq!([cpu_text(2_000), cpu_text(125), memory_text(58 << 20)], ["2", "125m", "58Mi"]);
    }
}
