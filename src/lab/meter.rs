//! What processes cost, from `/proc`: CPU by the scheduler's own count, memory as RSS and PSS, switches, bytes read.

use procfs::process::Process;
use std::collections::BTreeMap;
use std::time::Duration;

/// What some processes have used so far, and hold now.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Usage {
    /// CPU of all threads that there have been (`/proc/PID/task/TID/schedstat`).
    pub cpu: Duration,
    /// Voluntary context switches: each is a wake-up later.
    pub wakeups: u64,
    /// Involuntary context switches.
    pub preemptions: u64,
    /// Bytes read by system calls (`rchar`).
    pub read_bytes: u64,
    /// Memory in RAM, in KiB.
    pub rss_kib: u64,
    /// The same, with shared pages divided among those who share them.
    pub pss_kib: u64,
    /// The same, without shared pages.
    pub private_kib: u64,
    /// The most that was in RAM, in KiB, each process by itself.
    pub peak_rss_kib: u64,
    /// Processes.
    pub processes: usize,
}

/// A thread's counters.
#[derive(Clone, Copy, Debug, Default)]
struct Thread {
    cpu_ns: u64,
    wakeups: u64,
    preemptions: u64,
}

/// Measures processes with all that they start. What threads used that have ended since the last look is kept.
#[derive(Clone, Debug, Default)]
pub struct Meter {
    threads: BTreeMap<(i32, i32), Thread>,
    read: BTreeMap<i32, u64>,
}

impl Meter {
    /// Looks at some processes and their descendants. Processes that have ended add what they had used before.
    pub fn look(&mut self, roots: impl IntoIterator<Item = u32>) -> Usage {
        let mut usage = Usage::default();
        let mut left: Vec<i32> = roots.into_iter().map(u32::cast_signed).collect();
        while let Some(pid) = left.pop() {
            let Ok(process) = Process::new(pid) else { continue };
            self.look_at(&process, &mut usage, &mut left);
        }
        let all = self.threads.values();
        usage.cpu = Duration::from_nanos(all.clone().map(|t| t.cpu_ns).sum());
        usage.wakeups = all.clone().map(|t| t.wakeups).sum();
        usage.preemptions = all.map(|t| t.preemptions).sum();
        usage.read_bytes = self.read.values().sum();
        usage
    }

    fn look_at(&mut self, process: &Process, usage: &mut Usage, left: &mut Vec<i32>) {
        usage.processes += 1;
        for task in process.tasks().into_iter().flatten().flatten() {
            let thread = self.threads.entry((task.pid, task.tid)).or_default();
            if let Ok(schedule) = task.schedstat() {
                thread.cpu_ns = schedule.sum_exec_runtime;
            }
            if let Ok(status) = task.status() {
                thread.wakeups = status.voluntary_ctxt_switches.unwrap_or(thread.wakeups);
                thread.preemptions = status.nonvoluntary_ctxt_switches.unwrap_or(thread.preemptions);
            }
            left.extend(task.children().into_iter().flatten().map(u32::cast_signed));
        }
        if let Ok(io) = process.io() {
            self.read.insert(process.pid(), io.rchar);
        }
        if let Ok(status) = process.status() {
            usage.peak_rss_kib += status.vmhwm.unwrap_or_default();
        }
        // One entry that sums all mappings, in bytes.
        for map in process.smaps_rollup().into_iter().flat_map(|rollup| rollup.memory_map_rollup) {
            let kib = |name: &str| map.extension.map.get(name).copied().unwrap_or_default() / 1024;
            usage.rss_kib += kib("Rss");
            usage.pss_kib += kib("Pss");
            usage.private_kib += kib("Private_Clean") + kib("Private_Dirty");
        }
    }
}

/// Whether a thread of a process, or of one that it has started, runs or waits for a core.
pub fn is_runnable(root: u32) -> bool {
    let mut left = vec![root.cast_signed()];
    while let Some(pid) = left.pop() {
        let Ok(process) = Process::new(pid) else { continue };
        for task in process.tasks().into_iter().flatten().flatten() {
            if task.stat().is_ok_and(|stat| stat.state == 'R') {
                return true;
            }
            left.extend(task.children().into_iter().flatten().map(u32::cast_signed));
        }
    }
    false
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::process::{Command, Stdio};

    #[test]
    fn what_a_process_and_its_children_use_is_counted() {
        let mut shell = Command::new("sh")
            .args(["-c", "i=0; while [ $i -lt 30000 ]; do i=$((i+1)); done; cat; :"])
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .spawn()
            .unwrap();
        let mut meter = Meter::default();
        let mut usage = Usage::default();
        // The shell counts, and then waits with its child for the end of the input.
        for _ in 0..1000 {
            usage = meter.look([shell.id()]);
            if usage.processes == 2 {
                break;
            }
            std::thread::park_timeout(Duration::from_millis(10));
        }
        assert_eq!(usage.processes, 2);
        // Counting to 30,000 takes more than a millisecond, two programs more than 500 KiB.
        assert!(usage.cpu > Duration::from_millis(1) && usage.cpu < Duration::from_secs(10), "{usage:?}");
        assert!(usage.rss_kib > 500 && usage.pss_kib <= usage.rss_kib, "{usage:?}");
        assert!(usage.private_kib <= usage.pss_kib && usage.peak_rss_kib >= usage.rss_kib, "{usage:?}");
        drop(shell.stdin.take());
        shell.wait().unwrap();
        let after = meter.look([shell.id()]);
        // It is gone, and what it used is not forgotten.
        assert_eq!((after.processes, after.rss_kib), (0, 0));
        assert!(after.cpu >= usage.cpu);
    }
}
