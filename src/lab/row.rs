//! Outcomes as rows: the columns of the lab's own tables, which `validate` and `calibrate` read, and behind them what
//! this lab measures beyond and where it was measured.

use super::agent::Found;
use super::experiment::{Outcome, Times};
use super::machine::{Machine, Probe};
use super::plan::Table;
use super::setup::Setup;
use std::time::Duration;

/// What a row is made of.
#[derive(Debug)]
pub struct Row<'a> {
    /// The table.
    pub table: Table,
    /// The agent.
    pub found: &'a Found,
    /// The set-up.
    pub setup: &'a Setup,
    /// Times.
    pub times: Times,
    /// Which repetition, from 1; `None` where there is one alone.
    pub repetition: Option<u32>,
    /// What was measured.
    pub outcome: &'a Outcome,
    /// How the machine was in this round.
    pub probe: &'a Probe,
    /// The machine.
    pub machine: &'a Machine,
    /// Why the machine counts as disturbed; empty where it does not.
    pub disturbed: &'a str,
}

/// Columns with their values, in order.
pub type Fields = Vec<(&'static str, String)>;

/// A number with so many digits behind the point.
fn fixed(value: f64, digits: usize) -> String {
    format!("{value:.digits$}")
}

/// An age in milliseconds; −1 where nothing came.
fn age(ages: Option<[f64; 4]>, which: usize) -> String {
    ages.map_or_else(|| "-1.0".to_owned(), |ages| fixed(ages[which], 2))
}

impl Row<'_> {
    /// Its columns.
    pub fn fields(&self) -> Fields {
        let mut fields = match self.table {
            Table::Layouts => self.layouts(),
            Table::Saturation => self.saturation(),
            Table::NoisyNeighbour => self.noisy_neighbour(),
            Table::Rotation => self.rotation(),
        };
        fields.extend(self.beyond());
        fields
    }

    fn seconds(&self) -> f64 {
        self.outcome.lasted.as_secs_f64()
    }

    fn cores(&self) -> f64 {
        self.outcome.usage.cpu.as_secs_f64() / self.seconds()
    }

    /// Words of the variant: what the agent does, and what differs from the lab's usual load.
    pub fn variant(&self) -> String {
        let mut words = vec![self.found.agent.variant.clone()];
        let tick = self.setup.load().tick;
        if tick != Duration::from_millis(5) {
            words.push(format!("tick{}ms", tick.as_secs_f64() * 1e3));
        }
        if self.setup.configs > 0 {
            words.push(format!("configs={}", self.setup.configs));
        }
        for (name, value) in self.setup.settings.get(&self.found.agent.name).into_iter().flatten() {
            words.push(format!("{name}={}", value.to_string().trim_matches('"')));
        }
        if let Some(repetition) = self.repetition {
            words.push(format!("rep{repetition}"));
        }
        words.join("+")
    }

    fn layouts(&self) -> Fields {
        let (o, load) = (self.outcome, self.setup.load());
        let per_s = |count: u64| fixed(count as f64 / self.seconds(), 1);
        vec![
            ("agent", self.found.agent.name.clone()),
            ("version", self.found.version.clone()),
            ("variant", self.variant()),
            ("layout", self.setup.layout.name().to_owned()),
            ("files", self.setup.files.to_string()),
            ("agents", self.setup.agents().to_string()),
            ("rate_node_lps", self.setup.rate.to_string()),
            ("rate_per_file_lps", (self.setup.rate / f64::from(self.setup.files)).to_string()),
            ("payload_bytes", fixed(load.sizes.mean(), 0)),
            ("line_bytes", if self.setup.rate > 0.0 { fixed(load.line_bytes(), 1) } else { "0".into() }),
            ("duration_s", fixed(self.seconds(), 3)),
            ("cpu_cores_schedstat", fixed(self.cores(), 6)),
            ("wakeups_per_s", per_s(o.usage.wakeups)),
            ("rss_sum_kib", o.usage.rss_kib.to_string()),
            ("pss_sum_kib", o.usage.pss_kib.to_string()),
            ("private_sum_kib", o.usage.private_kib.to_string()),
            ("peak_rss_sum_kib", o.usage.peak_rss_kib.to_string()),
            ("lines_sent", o.all.written.to_string()),
            ("lines_recv", o.all.delivered.to_string()),
            ("lines_recv_in_window", o.all.in_window.to_string()),
            ("dup", o.all.duplicates.to_string()),
            ("lost", o.all.missing.to_string()),
            ("lat_p50_ms", age(o.all.ages_ms, 0)),
            ("lat_p90_ms", age(o.all.ages_ms, 1)),
            ("lat_p99_ms", age(o.all.ages_ms, 2)),
            ("lat_max_ms", age(o.all.ages_ms, 3)),
            ("lat_worst_file_p99_ms", o.all.worst_file_p99_ms.map_or("-1.0".into(), |p99| fixed(p99, 2))),
            ("sink_reqs_per_s", per_s(o.sink.requests)),
            ("sink_bytes_per_s", fixed(o.sink.bytes as f64 / self.seconds(), 0)),
        ]
    }

    fn saturation(&self) -> Fields {
        let o = self.outcome;
        let received = o.all.in_window as f64 / self.seconds();
        vec![
            ("agent", self.found.agent.name.clone()),
            ("version", self.found.version.clone()),
            ("config", self.config()),
            ("files", self.setup.files.to_string()),
            ("offered_lps", fixed(self.setup.rate, 0)),
            ("payload_bytes", fixed(self.setup.sizes().mean(), 0)),
            ("duration_s", fixed(self.seconds(), 2)),
            ("recv_lps", fixed(received, 0)),
            ("keepup_frac", fixed(received / self.setup.rate.max(1.0), 4)),
            ("cpu_cores_schedstat", fixed(self.cores(), 4)),
            ("rss_sum_kib", o.usage.rss_kib.to_string()),
            ("backlog_lines_end", o.backlog.1.to_string()),
            ("backlog_growth_lps", fixed((o.backlog.1 as f64 - o.backlog.0 as f64) / self.seconds(), 0)),
            ("lat_p50_ms", age(o.all.ages_ms, 0)),
        ]
    }

    /// The agent's settings that a plan changed, or `default`.
    fn config(&self) -> String {
        let changed = self.setup.settings.get(&self.found.agent.name);
        let words: Vec<String> = changed
            .into_iter()
            .flatten()
            .map(|(name, value)| format!("{name}={}", value.to_string().trim_matches('"')))
            .collect();
        if words.is_empty() { "default".to_owned() } else { words.join(",") }
    }

    fn noisy_neighbour(&self) -> Fields {
        let o = self.outcome;
        let quiet = self.setup.quiet_files();
        vec![
            ("agent", self.found.agent.name.clone()),
            ("version", self.found.version.clone()),
            ("config", self.config()),
            ("layout", self.setup.layout.name().to_owned()),
            ("quiet_files", quiet.to_string()),
            ("quiet_lps_each", (self.setup.rate / f64::from(quiet)).to_string()),
            ("loud_lps_offered", self.setup.loud.map_or(0.0, |l| l.rate).to_string()),
            ("rotate_bytes", self.setup.rotation.map_or(0, |r| r.size.get()).to_string()),
            ("duration_s", fixed(self.seconds(), 2)),
            ("quiet_sent", o.quiet.written.to_string()),
            ("quiet_undelivered_after_drain", o.quiet.missing.to_string()),
            ("quiet_p50_ms", age(o.quiet.ages_ms, 0)),
            ("quiet_p90_ms", age(o.quiet.ages_ms, 1)),
            ("quiet_p99_ms", age(o.quiet.ages_ms, 2)),
            ("quiet_max_ms", age(o.quiet.ages_ms, 3)),
            ("quiet_worst_file_p99_ms", o.quiet.worst_file_p99_ms.map_or("-1.0".into(), |p99| fixed(p99, 2))),
            ("loud_sent", o.loud.written.to_string()),
            ("loud_recv", o.loud.delivered.to_string()),
            ("loud_missing", o.loud.missing.to_string()),
            ("loud_p50_ms", age(o.loud.ages_ms, 0)),
            ("loud_recv_lps_in_window", fixed(o.loud.in_window as f64 / self.seconds(), 0)),
            ("cpu_cores_sum", fixed(self.cores(), 4)),
            ("rss_sum_kib", o.usage.rss_kib.to_string()),
            ("pss_sum_kib", o.usage.pss_kib.to_string()),
            ("drain_s", fixed(o.drained_for.as_secs_f64(), 1)),
        ]
    }

    fn rotation(&self) -> Fields {
        let (o, load) = (self.outcome, self.setup.load());
        let rotation = load.rotation;
        let bytes_per_s = self.setup.rate * load.line_bytes();
        vec![
            ("agent", self.found.agent.name.clone()),
            ("version", self.found.version.clone()),
            ("config", self.rotation_words()),
            ("outage_mode", self.setup.outage.map_or("none", |outage| outage.name()).to_owned()),
            ("outage_s", self.setup.outage.map_or(0.0, |outage| outage.lasts.as_secs_f64()).to_string()),
            ("outage_at_s", self.setup.outage.map_or(0.0, |outage| outage.at.as_secs_f64()).to_string()),
            ("rate_lps", self.setup.rate.to_string()),
            ("write_MBps", fixed(bytes_per_s / 1e6, 4)),
            // Where files do not rotate, a size that is never reached.
            ("rotate_bytes", rotation.map_or(1000 << 30, |r| r.size).to_string()),
            ("keep_files", rotation.map_or(5, |r| r.keep).to_string()),
            ("rot_check_s", rotation.map_or(0.0, |r| r.check.as_secs_f64()).to_string()),
            ("total_run_s", fixed(o.wrote_for.as_secs_f64(), 1)),
            ("rotations", o.rotations.to_string()),
            ("rotations_during_outage", o.rotations_in_outage.to_string()),
            ("sent", o.all.written.to_string()),
            ("recv_unique", o.all.delivered.to_string()),
            ("dup", o.all.duplicates.to_string()),
            ("lost", o.all.missing.to_string()),
            ("lost_pct", fixed(100.0 * o.all.missing as f64 / o.all.written.max(1) as f64, 3)),
            ("n_gaps", o.all.gaps.to_string()),
            (
                "first_recv_after_outage_end_s",
                o.back_after.map_or(String::new(), |t| fixed(t.as_secs_f64(), 2)),
            ),
            ("rss_in_outage_kib", o.rss_in_outage_kib.map_or(String::new(), |kib| kib.to_string())),
            ("cpu_cores_schedstat", fixed(self.cores(), 6)),
            ("rss_sum_kib", o.usage.rss_kib.to_string()),
            ("files", self.setup.files.to_string()),
            ("drain_s", fixed(o.drained_for.as_secs_f64(), 1)),
        ]
    }

    fn rotation_words(&self) -> String {
        let mut words = Vec::new();
        if let Some(rotation) = self.setup.load().rotation {
            words.push(format!("reopen_gap{}ms", rotation.gap.as_secs_f64() * 1e3));
        }
        if let Some(kill) = self.setup.kill {
            words.push(format!("killed{}s_for{}s", kill.at.as_secs_f64(), kill.restart.as_secs_f64()));
        }
        if let Some(lives) = self.setup.lives {
            words.push(format!("lives{}s_remain{}s", lives.last.as_secs_f64(), lives.remain.as_secs_f64()));
        }
        let config = self.config();
        if config != "default" || words.is_empty() {
            words.push(config);
        }
        words.join(",")
    }

    /// What every table has behind its own columns.
    fn beyond(&self) -> Fields {
        let (o, p) = (self.outcome, self.probe);
        vec![
            ("damaged", o.all.damaged.to_string()),
            ("foreign", o.all.foreign.to_string()),
            ("garbage", o.all.garbage.to_string()),
            ("preemptions_per_s", fixed(o.usage.preemptions as f64 / self.seconds(), 1)),
            ("read_bytes_per_s", fixed(o.usage.read_bytes as f64 / self.seconds(), 0)),
            (
                "cpu_cores_cgroup",
                o.cgroup_cpu.map_or(String::new(), |c| fixed(c.as_secs_f64() / self.seconds(), 6)),
            ),
            ("gen_cpu_cores", fixed(o.generator_cpu.as_secs_f64() / self.seconds(), 4)),
            ("sink_cpu_cores", fixed(o.sink.cpu.as_secs_f64() / self.seconds(), 4)),
            ("gen_maxlag_s", fixed(o.behind.as_secs_f64(), 4)),
            ("lead_s", fixed(self.times.lead.as_secs_f64(), 3)),
            ("others_cores", fixed(o.others_cores, 3)),
            ("probe_others_cores", fixed(p.others_cores, 3)),
            ("probe_late_p99_ms", fixed(p.late_p99_ms, 3)),
            ("probe_work_ms", fixed(p.work_cpu_ms, 2)),
            ("probe_stretch", fixed(p.stretch, 3)),
            (
                "disturbed",
                if self.disturbed.is_empty() { "no".to_owned() } else { self.disturbed.to_owned() },
            ),
            ("notes", o.notes.join("; ").replace(['\n', '\r'], " ")),
            ("machine", self.machine.words()),
            ("kernel", self.machine.kernel.clone()),
        ]
    }
}
