//! The load generator: one thread that writes lines into files at exact rates.

use super::ledger::Written;
use super::line::{self, Stamp};
use super::load::{Calls, Group, Load, path_of};
use super::log_file::LogFile;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::thread::JoinHandle;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

/// What the generator did.
#[derive(Clone, Debug, Default)]
pub struct Report {
    /// Rotations of all files.
    pub rotations: u64,
    /// The most that a tick began after it was due, while it was writing.
    pub most_behind: Duration,
    /// How long it wrote.
    pub lasted: Duration,
}

/// A generator at work.
#[derive(Debug)]
pub struct Generator {
    thread: JoinHandle<io::Result<Report>>,
    stop: Arc<AtomicBool>,
    shared: Arc<Shared>,
}

/// What can be read while it works.
#[derive(Debug, Default)]
struct Shared {
    cpu_ns: AtomicU64,
    behind_ns: AtomicU64,
    rotations: AtomicU64,
}

impl Generator {
    /// Begins to write under a folder, and writes what is due in so much time, however long that takes. `written` has a
    /// place for every file that there will be; numbers go on from what is written there.
    ///
    /// # Errors
    /// Files cannot be created.
    pub fn start(load: &Load, logs: &Path, written: &Written, lasts: Duration) -> io::Result<Self> {
        let stop = Arc::new(AtomicBool::new(false));
        let shared = Arc::new(Shared::default());
        let mut writer = Writer::new(load.clone(), logs, written.clone())?;
        let thread = {
            let (stop, shared) = (Arc::clone(&stop), Arc::clone(&shared));
            let builder = std::thread::Builder::new().name("lab-generator".into());
            builder.spawn(move || writer.run(lasts, &stop, &shared))?
        };
        Ok(Self { thread, stop, shared })
    }

    /// CPU that it has used so far.
    pub fn cpu(&self) -> Duration {
        Duration::from_nanos(self.shared.cpu_ns.load(Ordering::Relaxed))
    }

    /// The most that it has been behind since this was last asked.
    pub fn take_most_behind(&self) -> Duration {
        Duration::from_nanos(self.shared.behind_ns.swap(0, Ordering::Relaxed))
    }

    /// Rotations so far.
    pub fn rotations(&self) -> u64 {
        self.shared.rotations.load(Ordering::Relaxed)
    }

    /// Whether it has ended by itself: it has written everything, or cannot write.
    pub fn has_ended(&self) -> bool {
        self.thread.is_finished()
    }

    /// Ends it.
    ///
    /// # Errors
    /// A file could not be written or rotated.
    pub fn finish(self) -> io::Result<Report> {
        self.stop.store(true, Ordering::Relaxed);
        self.thread.thread().unpark();
        self.thread.join().unwrap_or_else(|_| Err(io::Error::other("the load generator panicked")))
    }
}

/// Nanoseconds since 1970.
pub fn unix_ns() -> u64 {
    SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |d| d.as_nanos() as u64)
}

/// CPU that the calling thread has used.
pub(super) fn thread_cpu() -> Duration {
    let time = rustix::time::clock_gettime(rustix::time::ClockId::ThreadCPUTime);
    Duration::new(time.tv_sec.cast_unsigned(), time.tv_nsec as u32)
}

/// A place in which one file after the other is written.
struct Slot {
    group: Group,
    file: u32,
    open: LogFile,
    /// Lines of this place before the present file.
    before: u64,
    written: u64,
}

struct Writer {
    load: Load,
    logs: PathBuf,
    written: Written,
    slots: Vec<Slot>,
    /// Files that are no longer written, and when they go.
    ended: Vec<(Duration, LogFile)>,
    buffer: Vec<u8>,
    stamp: Stamp,
    rotations: u64,
}

impl Writer {
    fn new(load: Load, logs: &Path, written: Written) -> io::Result<Self> {
        let mut slots = Vec::new();
        for file in 0..load.slots() {
            let Some(group) = load.group_of(file).copied() else { break };
            let rotation = load.rotation.filter(|_| group.rotates);
            let open = LogFile::create(&path_of(logs, file), rotation)?;
            slots.push(Slot { group, file, open, before: 0, written: written.of(file as usize) });
        }
        let logs = logs.to_owned();
        let (stamp, buffer) = (Stamp::default(), Vec::new());
        Ok(Self { load, logs, written, slots, ended: Vec::new(), buffer, stamp, rotations: 0 })
    }

    fn run(&mut self, lasts: Duration, stop: &AtomicBool, shared: &Shared) -> io::Result<Report> {
        let start = Instant::now();
        let mut report = Report::default();
        let head_start: Vec<u64> = self.slots.iter().map(|slot| slot.written).collect();
        let mut tick = 0_u32;
        while !stop.load(Ordering::Relaxed) && self.load.tick * (tick + 1) <= lasts {
            tick += 1;
            let due_at = start + self.load.tick * tick;
            self.wait(due_at, stop)?;
            if stop.load(Ordering::Relaxed) {
                break;
            }
            let now = Instant::now();
            let behind = now.saturating_duration_since(due_at);
            report.most_behind = report.most_behind.max(behind);
            shared.behind_ns.fetch_max(behind.as_nanos() as u64, Ordering::Relaxed);
            // What is due at this tick, however late it is: a late tick writes no more than its own.
            let elapsed = self.load.tick * tick;
            self.replace(elapsed)?;
            for (index, head_start) in head_start.iter().enumerate() {
                self.write(index, elapsed, *head_start)?;
            }
            shared.cpu_ns.store(thread_cpu().as_nanos() as u64, Ordering::Relaxed);
            let rotations = self.rotations + self.slots.iter().map(|s| s.open.rotations()).sum::<u64>();
            shared.rotations.store(rotations, Ordering::Relaxed);
            report.rotations = rotations;
        }
        report.lasted = start.elapsed();
        Ok(report)
    }

    /// Waits until the next tick, and opens files anew whose time comes before it.
    fn wait(&mut self, until: Instant, stop: &AtomicBool) -> io::Result<()> {
        loop {
            let reopening = self.slots.iter().filter_map(|slot| slot.open.reopens_at()).min();
            let next = reopening.map_or(until, |at| at.min(until));
            loop {
                let left = next.saturating_duration_since(Instant::now());
                if left.is_zero() || stop.load(Ordering::Relaxed) {
                    break;
                }
                // A sleep ends up to some 60 µs late; for gaps below a millisecond that is too coarse.
                match left.checked_sub(Duration::from_micros(150)).filter(|_| reopening.is_some()) {
                    Some(sleep) => std::thread::park_timeout(sleep),
                    None if reopening.is_some() => std::hint::spin_loop(),
                    None => std::thread::park_timeout(left),
                }
            }
            if reopening.is_none() || stop.load(Ordering::Relaxed) {
                return Ok(());
            }
            let now = Instant::now();
            for slot in &mut self.slots {
                if slot.open.reopens_at().is_some_and(|at| now >= at) {
                    slot.open.attend(now)?;
                }
            }
            if now >= until {
                return Ok(());
            }
        }
    }

    /// Replaces files whose life has ended, and deletes those that have remained long enough.
    fn replace(&mut self, elapsed: Duration) -> io::Result<()> {
        let Some(lives) = self.load.lives else { return Ok(()) };
        let gone = self.ended.iter().take_while(|(at, _)| elapsed >= *at).count();
        for (_, file) in self.ended.drain(..gone) {
            file.delete()?;
        }
        let slots = self.load.slots();
        let life = (elapsed.as_nanos() / lives.lasts.as_nanos().max(1)) as u32;
        for (index, slot) in self.slots.iter_mut().enumerate() {
            let file = life * slots + index as u32;
            if file == slot.file || file as usize >= self.written.files() {
                continue;
            }
            let rotation = self.load.rotation.filter(|_| slot.group.rotates);
            let new = LogFile::create(&path_of(&self.logs, file), rotation)?;
            self.rotations += slot.open.rotations();
            let old = std::mem::replace(&mut slot.open, new);
            self.ended.push((elapsed + lives.remains, old));
            (slot.file, slot.before, slot.written) = (file, slot.before + slot.written, 0);
        }
        Ok(())
    }

    /// Writes what is due of a file.
    fn write(&mut self, index: usize, elapsed: Duration, head_start: u64) -> io::Result<()> {
        let slot = &mut self.slots[index];
        slot.open.attend(Instant::now())?;
        if !slot.open.takes_lines() {
            return Ok(());
        }
        let due = (head_start + slot.group.pace.due(elapsed)).saturating_sub(slot.before);
        while slot.written < due {
            if slot.open.is_full() {
                slot.open.attend(Instant::now())?;
                if !slot.open.takes_lines() {
                    break;
                }
            }
            self.buffer.clear();
            self.stamp.set(unix_ns());
            let most = match self.load.calls {
                Calls::Line => 1,
                Calls::Tick => 1024,
            };
            let lines = (due - slot.written).min(most);
            for seq in slot.written..slot.written + lines {
                let payload = self.load.sizes.payload(slot.file, seq) as usize;
                line::write(&mut self.buffer, self.load.form, &self.stamp, slot.file, seq, payload);
            }
            slot.written += lines;
            self.written.set(slot.file as usize, slot.written);
            slot.open.write(&self.buffer)?;
        }
        Ok(())
    }
}
