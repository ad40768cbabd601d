//! What an agent spends: the cost functions shared by the world and by the sizing rule.

use super::Profile;
use crate::units::{NS_PER_SEC, SimTime};

/// Seconds in a nanosecond.
const SEC_PER_NS: f64 = 1.0 / NS_PER_SEC as f64;

/// The costs of a profile as plain numbers, in nanoseconds and bytes.
#[derive(Clone, Debug)]
pub struct Costs {
    idle_cores: f64,
    idle_wakeups_per_s: f64,
    wakeup_ns: f64,
    read_ns: f64,
    line_ns: f64,
    byte_ns: f64,
    cold_factor: f64,
    cold_gap_s: f64,
    coalesce_s: f64,
    /// 1 where new lines wake the process, 0 where a timer does that whether or not there are any.
    woken: f64,
    reader_share: f64,
    workers: f64,
    file_cores: f64,
    config_cores: f64,
    config_squared_cores: f64,
    read_chunk_bytes: f64,
    resident_bytes: f64,
    shared_bytes: f64,
    proportional_bytes: f64,
    file_bytes: f64,
    config_bytes: f64,
    buffered_byte_bytes: f64,
    buffered_root_bytes: f64,
}

/// What one agent has read in some span of time.
#[derive(Clone, Copy, Debug, Default)]
pub struct Work {
    /// One over the span, in 1/s.
    inverse_span: f64,
    /// Lines.
    pub lines: f64,
    /// Bytes on disk.
    pub bytes: f64,
    /// Read events.
    pub reads: f64,
    /// Read events, each weighted with how much dearer its gap made it.
    pub weighted_reads: f64,
    /// Of the read events, those of files that are written together at ticks.
    ticked_reads: f64,
    /// Ticks a second at most.
    ticks_per_s: f64,
}

/// An agent's expected load, for sizing it.
#[derive(Clone, Copy, Debug, Default)]
pub struct Load {
    /// Files that it tails.
    pub files: f64,
    /// Collection configs that it loads.
    pub configs: f64,
    /// Lines a second over all files.
    pub lines_per_s: f64,
    /// Bytes on disk a second over all files.
    pub bytes_per_s: f64,
    /// Record bytes held at the fullest.
    pub buffered_bytes: f64,
}

/// What was counted of some processes in a measurement, a second over all of them.
#[derive(Clone, Copy, Debug, Default)]
pub struct Counted {
    /// Processes.
    pub agents: f64,
    /// Files that they tail together.
    pub files: f64,
    /// Lines.
    pub lines_per_s: f64,
    /// Bytes on disk.
    pub bytes_per_s: f64,
    /// Looks at one file that found new lines.
    pub reads_per_s: f64,
    /// Times that an idle process was woken by new lines.
    pub wakeups_per_s: f64,
}

impl Work {
    /// Nothing yet, in a span of so many seconds.
    pub fn in_span(seconds: f64) -> Self {
        Self { inverse_span: 1.0 / seconds, ..Self::default() }
    }

    /// Reads and weighted reads of lines of one file, as [`Costs::live_reads`], in the span of this work.
    pub fn live_reads(&self, costs: &Costs, lines: f64) -> (f64, f64) {
        costs.live_reads(lines, self.inverse_span)
    }

    /// Adds lines and bytes, and the reads that took them.
    #[inline]
    pub fn add(&mut self, lines: f64, bytes: f64, reads: f64, weighted_reads: f64) {
        self.lines += lines;
        self.bytes += bytes;
        self.reads += reads;
        self.weighted_reads += weighted_reads;
    }
}

impl Costs {
    /// The costs of `profile`; lines also pay `parse_us` for how they are parsed, in microseconds a line on
    /// average, and for metadata where the agent `enriches` them.
    pub fn new(profile: &Profile, enriches: bool, parse_us: f64) -> Self {
        let (cpu, memory) = (&profile.cpu, &profile.memory);
        let more_us = parse_us + if enriches { cpu.enrich.value } else { 0.0 };
        Self {
            idle_cores: cpu.idle.value,
            idle_wakeups_per_s: cpu.idle_wakeups.value,
            wakeup_ns: cpu.wakeup.value * 1e3,
            read_ns: cpu.read.value * 1e3,
            line_ns: (cpu.line.value + more_us) * 1e3,
            byte_ns: cpu.byte.value,
            cold_factor: cpu.cold_factor.value,
            cold_gap_s: cpu.cold_gap.value * 1e-3,
            coalesce_s: cpu.coalesce.value * 1e-6,
            woken: 1.0,
            reader_share: cpu.reader_share.value,
            workers: profile.behaviour.workers.value.max(1.0),
            file_cores: cpu.file.value,
            config_cores: cpu.config.value,
            config_squared_cores: cpu.config_squared.value,
            read_chunk_bytes: profile.behaviour.read_chunk.value.as_f64().max(1.0),
            resident_bytes: memory.resident.value,
            shared_bytes: memory.shared.value,
            proportional_bytes: memory.proportional.value,
            file_bytes: memory.file.value,
            config_bytes: memory.config.value,
            buffered_byte_bytes: memory.buffered_byte.value,
            buffered_root_bytes: memory.buffered_root.value,
        }
    }

    /// Returns these costs where the agent keeps the metadata of so many pods of the whole cluster.
    pub fn seeing(mut self, profile: &Profile, pods: f64) -> Self {
        self.idle_cores += pods * profile.cpu.pod.value;
        let bytes = pods * profile.memory.pod.value;
        self.resident_bytes += bytes;
        self.proportional_bytes += bytes;
        self
    }

    /// Returns these costs where the agent looks at its files every `interval` instead of being told of new lines: a timer
    /// wakes it so often in any case, and all that a file got between two looks is one read.
    pub fn polling(mut self, interval: SimTime) -> Self {
        self.coalesce_s = interval.as_secs_f64();
        self.idle_wakeups_per_s += 1.0 / self.coalesce_s;
        self.woken = 0.0;
        self
    }

    /// Returns these costs where lines of `overhead` bytes more on the network are compressed, at `byte_ns` a byte.
    pub fn compressing(mut self, byte_ns: f64, overhead: f64) -> Self {
        self.line_ns += overhead * byte_ns;
        self.byte_ns += byte_ns;
        self
    }

    /// How much dearer an event is, `per_s` of which happen: `1 + coldFactor · g / (g + coldGap)`, `g` = 1/`per_s`.
    #[inline]
    fn coldness(&self, per_s: f64) -> f64 {
        1.0 + self.cold_factor / (1.0 + per_s * self.cold_gap_s)
    }

    /// Reads of lines of one file as they are written, in a span of one over `inverse_span` seconds; and the same, each
    /// weighted with how much dearer its gap made it.
    #[inline]
    pub fn live_reads(&self, lines: f64, inverse_span: f64) -> (f64, f64) {
        // With rate a and D = 1 + a·coalesce, reads happen at a/D, and what one costs more after a gap of D/a is
        // coldFactor·D/(D + a·coldGap).
        let per_s = lines * inverse_span;
        let spaced = 1.0 + per_s * self.coalesce_s;
        let reads = lines / spaced;
        let coldness = 1.0 + self.cold_factor * spaced / (spaced + per_s * self.cold_gap_s);
        (reads, reads * coldness)
    }

    /// Adds what one file gave in the span of the work, read as it was written: whenever a line is, or, where
    /// `ticks_per_s` is not 0, at each tick that wrote any.
    #[inline]
    pub fn add_live(&self, work: &mut Work, lines: f64, bytes: f64, ticks_per_s: f64) {
        if ticks_per_s > 0.0 {
            return self.add_ticked(work, lines, bytes, ticks_per_s);
        }
        let (reads, weighted_reads) = self.live_reads(lines, work.inverse_span);
        work.add(lines, bytes, reads, weighted_reads);
    }

    /// A file that is written at ticks is read once a tick that wrote to it.
    fn add_ticked(&self, work: &mut Work, lines: f64, bytes: f64, ticks_per_s: f64) {
        let per_s = (lines * work.inverse_span).min(ticks_per_s);
        let reads = per_s / work.inverse_span;
        work.add(lines, bytes, reads, reads * self.coldness(per_s));
        work.ticked_reads += reads;
        work.ticks_per_s = work.ticks_per_s.max(ticks_per_s);
    }

    /// Nanoseconds of wake-ups where some or all files are written at ticks, the reader's thread being `busy` for this
    /// share of the time.
    fn ticked_wakeups_ns(&self, work: &Work, busy: f64) -> f64 {
        let spare_reads = (work.ticked_reads - work.ticks_per_s / work.inverse_span).max(0.0);
        let events = work.reads - spare_reads;
        let events_per_s = events * work.inverse_span;
        let (wakeup_ns, thinned) = self.wakeups_at(events_per_s);
        let wakeups = if work.ticked_reads < work.reads {
            events * (1.0 - busy).max(0.0) * thinned
        } else {
            // Ticks are apart: the reader is done with one before the next comes, unless it has no time at all.
            events * if busy < 1.0 { 1.0 } else { 0.0 }
        };
        wakeups * self.woken * wakeup_ns
    }

    /// Adds a backlog that is read in large chunks.
    #[inline]
    pub fn add_bulk(&self, work: &mut Work, lines: f64, bytes: f64) {
        let reads = bytes / self.read_chunk_bytes;
        work.add(lines, bytes, reads, reads);
    }

    /// Nanoseconds of CPU beyond [`Costs::idle_cores`] that the work takes.
    ///
    /// An agent that is busy takes further events without a new wake-up: of `L` reads a second, wake-ups are
    /// those that find it idle, `W = L (1 − ρ)` with ρ the busy share of its reading thread, W's own part in
    /// ρ included.
    #[inline]
    pub fn cpu_ns(&self, work: &Work) -> f64 {
        let reads_per_s = work.reads * work.inverse_span;
        if reads_per_s <= 0.0 {
            return 0.0;
        }
        self.cpu_ns_at(work, self.wakeups_at(reads_per_s))
    }

    /// What a wake-up takes at so many reads a second, in nanoseconds, and by what it divides their number.
    #[inline]
    pub fn wakeups_at(&self, reads_per_s: f64) -> (f64, f64) {
        let wakeup_ns = self.wakeup_ns * self.coldness(reads_per_s);
        (wakeup_ns, 1.0 / (1.0 + reads_per_s * wakeup_ns / NS_PER_SEC as f64))
    }

    /// [`Costs::cpu_ns`] where [`Costs::wakeups_at`] is known.
    #[inline]
    pub fn cpu_ns_at(&self, work: &Work, (wakeup_ns, thinned): (f64, f64)) -> f64 {
        let content_ns = work.lines * self.line_ns + work.bytes * self.byte_ns;
        let reads_ns = work.weighted_reads * self.read_ns;
        let busy = (reads_ns + content_ns * self.reader_share) * work.inverse_span * SEC_PER_NS;
        if work.ticked_reads > 0.0 {
            return self.ticked_wakeups_ns(work, busy) + reads_ns + content_ns;
        }
        let wakeups = work.reads * (1.0 - busy).max(0.0) * thinned * self.woken;
        wakeups * wakeup_ns + reads_ns + content_ns
    }

    /// Share of the time in which the reading thread is at work, wake-ups included, and nanoseconds that one read takes it.
    pub fn occupation(&self, work: &Work) -> (f64, f64) {
        if work.reads <= 0.0 {
            return (0.0, 0.0);
        }
        let per_s = work.inverse_span * SEC_PER_NS;
        let reading_ns =
            work.weighted_reads * self.read_ns + self.content_ns(work.lines, work.bytes) * self.reader_share;
        let (wakeup_ns, thinned) = self.wakeups_at(work.reads * work.inverse_span);
        let idle = (1.0 - reading_ns * per_s).max(0.0);
        let all_ns = reading_ns + work.reads * idle * thinned * wakeup_ns;
        ((all_ns * per_s).min(1.0), all_ns / work.reads)
    }

    /// Nanoseconds of CPU that lines and their bytes take whenever they are read: what no agent can do without.
    #[inline]
    pub fn content_ns(&self, lines: f64, bytes: f64) -> f64 {
        lines * self.line_ns + bytes * self.byte_ns
    }

    /// Nanoseconds that the reading thread takes for a backlog read in large chunks: the fastest it can be.
    #[inline]
    pub fn bulk_reader_ns(&self, lines: f64, bytes: f64) -> f64 {
        self.content_ns(lines, bytes) * self.reader_share + bytes / self.read_chunk_bytes * self.read_ns
    }

    /// Nanoseconds from a flush until its last line is on its way: what the cost of lines and bytes leaves to others
    /// than the reading thread, one after the other. In whole milliseconds: flushes of few lines take none.
    #[inline]
    pub fn output_ns(&self, lines: u64, bytes: u64) -> u64 {
        let content_ns = lines as f64 * self.line_ns + bytes as f64 * self.byte_ns;
        (content_ns * self.others() * 1e-6 + 0.5) as u64 * 1_000_000
    }

    /// Share of the cost of lines and bytes that passes until a flush is on its way: what is left to others than the reader,
    /// shared among the workers.
    fn others(&self) -> f64 {
        (1.0 - self.reader_share()).max(0.0) / self.workers
    }

    /// Nanoseconds of [`Costs::output_ns`] a line and a byte.
    pub fn output_rates(&self) -> (f64, f64) {
        let others = self.others();
        (self.line_ns * others, self.byte_ns * others)
    }

    /// Bytes on disk that are read at once from a file that is behind.
    pub fn read_chunk_bytes(&self) -> f64 {
        self.read_chunk_bytes
    }

    /// Share of the CPU for lines and bytes that falls on the reading thread; all of it where nothing is known.
    pub fn reader_share(&self) -> f64 {
        if self.reader_share > 0.0 { self.reader_share } else { 1.0 }
    }

    /// Cores in use whatever the load: the idle loop, and what tailed files and loaded configs cost.
    pub fn idle_cores(&self, files: f64, configs: f64) -> f64 {
        self.idle_cores
            + files * self.file_cores
            + self.idle_wakeups_per_s * self.wakeup_ns / NS_PER_SEC as f64
            + configs * self.config_cores
            + configs * configs * self.config_squared_cores
    }

    /// Memory of a process beyond the idle program, in bytes.
    pub fn variable_bytes(&self, files: f64, configs: f64, buffered_bytes: f64) -> f64 {
        files * self.file_bytes
            + (configs - 1.0).max(0.0) * self.config_bytes
            + buffered_bytes * self.buffered_byte_bytes
            + buffered_bytes.sqrt() * self.buffered_root_bytes
    }

    /// RSS of one process.
    pub fn rss_bytes(&self, files: f64, configs: f64, buffered_bytes: f64) -> f64 {
        self.resident_bytes + self.variable_bytes(files, configs, buffered_bytes)
    }

    /// RSS of one idle process.
    pub fn rss_idle_bytes(&self) -> f64 {
        self.resident_bytes
    }

    /// PSS of one idle process, without what a node's processes share.
    pub fn pss_idle_bytes(&self) -> f64 {
        self.proportional_bytes
    }

    /// PSS that is counted once a node that runs any process of this profile.
    pub fn pss_shared_bytes(&self) -> f64 {
        self.shared_bytes
    }

    /// Cores of processes that were woken and read as often as was counted: for comparing with measurements
    /// whose writers were not independent of each other.
    pub fn counted_cores(&self, counted: &Counted) -> f64 {
        let Counted { agents, files, lines_per_s, bytes_per_s, reads_per_s, wakeups_per_s } = *counted;
        let reads_ns = reads_per_s * self.read_ns * self.coldness(reads_per_s / files.max(1.0));
        let wakeups_ns = wakeups_per_s * self.wakeup_ns * self.coldness(wakeups_per_s / agents.max(1.0));
        let content_ns = lines_per_s * self.line_ns + bytes_per_s * self.byte_ns;
        agents * self.idle_cores(files / agents.max(1.0), 1.0)
            + (reads_ns + wakeups_ns + content_ns) * SEC_PER_NS
    }

    /// Cores and RSS that one agent is expected to use at a steady load.
    pub fn expected(&self, load: &Load) -> (f64, f64) {
        let mut work = Work::in_span(1.0);
        if load.files > 0.0 {
            let per_file = (load.lines_per_s / load.files, load.bytes_per_s / load.files);
            self.add_live(&mut work, per_file.0, per_file.1, 0.0);
            for total in [&mut work.lines, &mut work.bytes, &mut work.reads, &mut work.weighted_reads] {
                *total *= load.files;
            }
        }
        let cores = self.idle_cores(load.files, load.configs) + self.cpu_ns(&work) / NS_PER_SEC as f64;
        (cores, self.rss_bytes(load.files, load.configs, load.buffered_bytes))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::profile::embedded;

    fn fluent_bit() -> Costs {
        Costs::new(&embedded("fluent-bit").unwrap().unwrap(), false, 0.0)
    }

    #[test]
    fn a_line_in_bulk_costs_what_the_lab_measured() {
        // The lab: about 8 µs a line of 241 bytes (6.2 to 9.3), all threads together.
        let mut work = Work::in_span(1.0);
        let costs = fluent_bit();
        costs.add_bulk(&mut work, 100_000.0, 24_100_000.0);
        let us_per_line = costs.cpu_ns(&work) / 100_000.0 / 1e3;
        assert!((6.2..9.3).contains(&us_per_line), "{us_per_line}");
    }

    #[test]
    fn many_agents_cost_more_than_one_at_the_same_load() {
        let load = |files: f64, share: f64| Load {
            files,
            configs: 1.0,
            lines_per_s: 300.0 * share,
            bytes_per_s: 72_300.0 * share,
            buffered_bytes: 0.0,
        };
        let costs = fluent_bit();
        let (one, one_rss) = costs.expected(&load(30.0, 1.0));
        let (each, each_rss) = costs.expected(&load(1.0, 1.0 / 30.0));
        assert!(30.0 * each > one, "30 agents {} against one {one}", 30.0 * each);
        assert!(30.0 * each_rss > 20.0 * one_rss);
    }

    #[test]
    fn who_polls_reads_once_a_look_and_is_woken_by_a_timer() {
        let mut profile = embedded("fluent-bit").unwrap().unwrap();
        profile.set("cpu.coldFactor", 0.0).unwrap();
        let costs = Costs::new(&profile, false, 0.0).polling(SimTime::from_ns(250_000_000));
        let load = Load {
            files: 10.0,
            configs: 0.0,
            lines_per_s: 200.0,
            bytes_per_s: 48_200.0,
            buffered_bytes: 0.0,
        };
        // Idle and its wake-ups, four of which are the timer's; lines; bytes; 20 ÷ (1 + 20 × 0.25) reads a file.
        let expected =
            1e-4 + 10.4 * 8e-6 + 200.0 * 3.95e-6 + 48_200.0 * 15.7e-9 + 10.0 * 20.0 / 6.0 * 12.2e-6;
        assert!((costs.expected(&load).0 / expected - 1.0).abs() < 1e-9, "{}", costs.expected(&load).0);
    }

    #[test]
    fn a_free_profile_costs_nothing() {
        let mut profile = embedded("fluent-bit").unwrap().unwrap();
        for (_, number) in profile.numbers_mut() {
            number.value = 0.0;
        }
        let costs = Costs::new(&profile, true, 0.0);
        let load =
            Load { files: 10.0, configs: 3.0, lines_per_s: 1e4, bytes_per_s: 1e6, buffered_bytes: 1e6 };
        assert_eq!(costs.expected(&load), (0.0, 0.0));
    }
}
