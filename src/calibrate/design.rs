//! What each cost contributes to each point: the columns of the linear fits.

use super::point::Point;
use crate::profile::Profile;

/// The costs in question, by their paths in a profile, and what a unit of each contributes to each row.
pub(super) struct Design {
    /// Paths, in the order of the columns.
    pub paths: Vec<&'static str>,
    /// A row for each measured value.
    pub rows: Vec<Row>,
}

/// One measured value and what makes it up.
pub(super) struct Row {
    /// The point's line in the file.
    pub line: u64,
    /// What it is of.
    pub of: &'static str,
    /// What was measured, in cores or bytes.
    pub measured: f64,
    /// What a unit of each cost contributes, in cores or bytes.
    pub columns: Vec<f64>,
}

const CPU: [&str; 8] = [
    "cpu.idle",
    "cpu.wakeup",
    "cpu.read",
    "cpu.line",
    "cpu.byte",
    "cpu.enrich",
    "cpu.config",
    "cpu.configSquared",
];

const MEMORY: [&str; 7] = [
    "memory.resident",
    "memory.shared",
    "memory.proportional",
    "memory.file",
    "memory.config",
    "memory.bufferedByte",
    "memory.bufferedRoot",
];

/// Cores in a nanosecond and in a microsecond of CPU a second.
const NS: f64 = 1e-9;
const US: f64 = 1e-6;

/// Events of a point, a second, over all agents.
struct Events {
    reads: f64,
    /// Reads, each weighted with how much dearer its gap makes it.
    weighted_reads: f64,
    /// Wake-ups, those of load weighted likewise.
    weighted_wakeups: f64,
}

/// How much dearer an event is after a gap of so many seconds (model.md, section 9).
fn coldness(base: &Profile, gap_s: f64) -> f64 {
    let half_s = base.cpu.cold_gap.value * 1e-3;
    1.0 + base.cpu.cold_factor.value * gap_s / (gap_s + half_s).max(f64::MIN_POSITIVE)
}

fn events(point: &Point, base: &Profile) -> Events {
    let cpu = &base.cpu;
    let per_file = point.lines_per_s / point.files;
    let reads_per_file = match point.tick_s {
        // Everything that is written at one instant is one read.
        Some(tick) => per_file.min(1.0 / tick),
        None => per_file / (1.0 + per_file * cpu.coalesce.value * US),
    };
    let reads = point.files * reads_per_file;
    let weighted_reads = if reads > 0.0 { reads * coldness(base, 1.0 / reads_per_file) } else { 0.0 };
    let idle = cpu.idle_wakeups.value * point.agents;
    let wakeups = point.wakeups_per_s.unwrap_or_else(|| idle + derived_wakeups(point, base, weighted_reads));
    // Wake-ups of the idle loop are not weighted.
    let idle = idle.min(wakeups);
    let gap_s = if wakeups > 0.0 { point.agents / wakeups } else { 0.0 };
    Events { reads, weighted_reads, weighted_wakeups: (wakeups - idle) * coldness(base, gap_s) + idle }
}

/// Wake-ups by load where they were not counted, as the model has them with the base's costs: instants at which an
/// agent has something to read and is not busy.
fn derived_wakeups(point: &Point, base: &Profile, weighted_reads: f64) -> f64 {
    let (cpu, agents) = (&base.cpu, point.agents);
    let per_agent = point.lines_per_s / agents;
    let instants = match point.tick_s {
        Some(tick) => per_agent.min(1.0 / tick),
        None => {
            let per_file = point.lines_per_s / point.files;
            point.files / agents * per_file / (1.0 + per_file * cpu.coalesce.value * US)
        }
    };
    if instants <= 0.0 {
        return 0.0;
    }
    let content = per_agent * (cpu.line.value * US + point.line_bytes * cpu.byte.value * NS);
    let busy = weighted_reads / agents * cpu.read.value * US + content * cpu.reader_share.value;
    let own = instants * cpu.wakeup.value * US * coldness(base, 1.0 / instants);
    agents * instants * (1.0 - busy).max(0.0) / (1.0 + own)
}

/// Cores.
pub(super) fn cpu(points: &[Point], base: &Profile) -> Design {
    let rows = points.iter().map(|point| {
        let events = events(point, base);
        let lines = point.lines_per_s;
        let columns = vec![
            point.agents,
            events.weighted_wakeups * US,
            // Without a load there is nothing to read.
            if events.reads > 0.0 { events.weighted_reads * US } else { 0.0 },
            lines * US,
            lines * point.line_bytes * NS,
            if point.enriched { lines * US } else { 0.0 },
            point.agents * point.configs,
            point.agents * point.configs.powi(2),
        ];
        Row { line: point.line, of: "cpu", measured: point.cpu_cores, columns }
    });
    Design { paths: CPU.to_vec(), rows: rows.collect() }
}

/// Bytes: RSS and PSS together, which have their variable part in common.
pub(super) fn memory(points: &[Point], base: &Profile) -> Design {
    let mut rows = Vec::new();
    for point in points {
        let agents = point.agents;
        let record = point.payload_bytes + base.wire.record_overhead.value;
        let flush_s = base.behaviour.flush.value.as_secs_f64();
        let limit = point.buffer_bytes.unwrap_or(base.behaviour.buffer_limit.value.as_f64());
        // What is read between two flushes, of each agent.
        let held = (point.lines_per_s / agents * record * flush_s).min(limit);
        let variable =
            [point.files, agents * (point.configs - 1.0).max(0.0), agents * held, agents * held.sqrt()];
        let fixed =
            [("rss", point.rss_bytes, [agents, 0.0, 0.0]), ("pss", point.pss_bytes, [0.0, 1.0, agents])];
        for (of, measured, fixed) in fixed {
            let Some(measured) = measured else { continue };
            rows.push(Row { line: point.line, of, measured, columns: [&fixed[..], &variable].concat() });
        }
    }
    Design { paths: MEMORY.to_vec(), rows }
}
