//! The machine, and how much it is disturbed while something is measured.

use procfs::{Current, CurrentSI, KernelStats};
use std::time::{Duration, Instant};

/// What rows say of the machine that they come from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Machine {
    /// The processor's name.
    pub cpu: String,
    /// Cores that can be used.
    pub cores: usize,
    /// Memory, in GiB.
    pub memory_gib: u64,
    /// The kernel's release.
    pub kernel: String,
    /// The distribution.
    pub system: String,
}

impl Machine {
    /// This one; what cannot be read is `unknown`.
    pub fn here() -> Self {
        let unknown = || "unknown".to_owned();
        let cpu = procfs::CpuInfo::current().ok();
        let release = std::fs::read_to_string("/etc/os-release").unwrap_or_default();
        let system = release.lines().find_map(|line| line.strip_prefix("PRETTY_NAME="));
        Self {
            cpu: cpu.and_then(|c| c.model_name(0).map(str::to_owned)).unwrap_or_else(unknown),
            cores: std::thread::available_parallelism().map_or(1, std::num::NonZero::get),
            memory_gib: procfs::Meminfo::current().map_or(0, |m| m.mem_total >> 30),
            kernel: std::fs::read_to_string("/proc/sys/kernel/osrelease")
                .map_or_else(|_| unknown(), |r| r.trim().into()),
            system: system.map_or_else(unknown, |name| name.trim_matches('"').to_owned()),
        }
    }

    /// In a line.
    pub fn words(&self) -> String {
        let Self { cpu, cores, memory_gib, kernel, system } = self;
        format!("{cpu}, {cores} cores, {memory_gib} GiB, Linux {kernel}, {system}")
    }
}

/// The time that all cores have spent working, and the time that others took from this machine.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Busy {
    /// Working for anybody on this machine.
    pub work: Duration,
    /// Ready to work while the host ran something else.
    pub stolen: Duration,
}

impl Busy {
    /// Up to now; the kernel counts in steps of a hundredth of a second.
    pub fn now() -> Self {
        let Ok(stats) = KernelStats::current() else { return Self::default() };
        let total = stats.total;
        let ticks =
            total.user + total.nice + total.system + total.irq.unwrap_or(0) + total.softirq.unwrap_or(0);
        let time = |ticks: u64| Duration::from_secs_f64(ticks as f64 / procfs::ticks_per_second() as f64);
        Self { work: time(ticks), stolen: time(total.steal.unwrap_or(0)) }
    }
}

/// What the machine does when nothing of ours runs, and how fast it is.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Probe {
    /// Cores that others use.
    pub others_cores: f64,
    /// How late a sleep of a millisecond ends, in 99 of 100 cases, in milliseconds.
    pub late_p99_ms: f64,
    /// CPU for a fixed piece of work, in milliseconds.
    pub work_cpu_ms: f64,
    /// How much longer that took than its CPU: 1 where nobody else wanted the core.
    pub stretch: f64,
}

impl Probe {
    /// Takes about a third of a second.
    pub fn take() -> Self {
        const SLEEPS: usize = 150;
        let (busy, own, start) = (Busy::now(), super::generator::thread_cpu(), Instant::now());
        let mut late: Vec<Duration> = (0..SLEEPS)
            .map(|_| {
                let from = Instant::now();
                std::thread::sleep(Duration::from_millis(1));
                from.elapsed().saturating_sub(Duration::from_millis(1))
            })
            .collect();
        late.sort();
        let lasted = start.elapsed().as_secs_f64();
        let own = (super::generator::thread_cpu() - own).as_secs_f64();
        let after = Busy::now();
        let others = (after.work + after.stolen).saturating_sub(busy.work + busy.stolen).as_secs_f64() - own;
        let (cpu, start) = (super::generator::thread_cpu(), Instant::now());
        std::hint::black_box(fixed_work());
        let (wall, cpu) =
            (start.elapsed().as_secs_f64(), (super::generator::thread_cpu() - cpu).as_secs_f64());
        Self {
            others_cores: others.max(0.0) / lasted,
            late_p99_ms: late[SLEEPS * 99 / 100].as_secs_f64() * 1e3,
            work_cpu_ms: cpu * 1e3,
            stretch: wall / cpu.max(1e-9),
        }
    }
}

/// Some tens of milliseconds of arithmetic, always the same.
fn fixed_work() -> u64 {
    let mut state = 1_u64;
    for _ in 0..20_000_000 {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        state ^= state >> 29;
    }
    state
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn this_machine_has_a_kernel_and_cores() {
        let machine = Machine::here();
        assert!(
            machine.cores >= 1 && machine.kernel.starts_with(|c: char| c.is_ascii_digit()),
            "{machine:?}"
        );
    }

    #[test]
    fn a_probe_sees_time_pass() {
        let probe = Probe::take();
        // Wall time is never shorter than CPU, but for what clocks cannot tell apart.
        assert!(probe.stretch > 0.9 && probe.work_cpu_ms > 0.1 && probe.late_p99_ms >= 0.0, "{probe:?}");
        assert!(probe.others_cores >= 0.0 && probe.others_cores <= 4096.0, "{probe:?}");
    }
}
