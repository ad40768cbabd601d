//! The container runtime and the application's own cost of writing.

/// CPU that an application spends on writing a line, in nanoseconds: one `write(2)` a line.
/// Source: lab, generator's CPU, 2.0–2.5 µs a line.
pub const WRITE_NS_PER_LINE: u64 = 2_100;

/// CPU that the runtime spends on a line of standard output, in nanoseconds.
/// Source: 100,000 lines/s cost Docker Engine one core, developer.aliyun.com/article/747821 (secondary).
pub const STDOUT_NS_PER_LINE: u64 = 10_000;
