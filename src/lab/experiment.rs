//! One measurement: files are written, agents started, what they send is accounted for, what they cost is read.

mod course;

use super::agent::{Facts, Found, Input};
use super::cgroup::Cgroup;
use super::disk::Disk;
use super::error::LabError;
use super::generator::{Generator, unix_ns};
use super::ledger::{Account, Ledger, Written};
use super::line::{self, Stamp};
use super::load::{Load, path_of};
use super::machine::Busy;
use super::meter::{Meter, Usage, is_runnable};
use super::process::{Launcher, Process, ending};
use super::setup::{Layout, Setup, real};
use super::sink::{Counts, Mood, SharedLedger, Sink, locked};
use course::{Course, Look};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

/// How often the lab looks at what happens.
const LOOK: Duration = Duration::from_millis(10);

/// Nothing for so long after the load means that nothing more comes; longer after an outage, for back-off.
const QUIET: Duration = Duration::from_secs(2);

/// Times of a measurement.
#[derive(Clone, Copy, Debug)]
pub struct Times {
    /// Time that is written before the span that is measured.
    pub lead: Duration,
    /// The span that is measured.
    pub window: Duration,
    /// Time at most that late lines have to arrive in.
    pub drain: Duration,
}

/// What was measured.
#[derive(Clone, Debug)]
pub struct Outcome {
    /// What the agents used in the span: counters are differences, memory is as at its end.
    pub usage: Usage,
    /// CPU by their cgroups, where there are any.
    pub cgroup_cpu: Option<Duration>,
    /// How long the span was.
    pub lasted: Duration,
    /// Lines written in the span.
    pub written_in_window: u64,
    /// The account over all files when everything was over.
    pub all: Account,
    /// The same without the loud file.
    pub quiet: Account,
    /// The same of the loud file alone.
    pub loud: Account,
    /// Lines written and not arrived when the span began and when it ended.
    pub backlog: (u64, u64),
    /// What the sink did in the span.
    pub sink: Counts,
    /// CPU of the generator in the span.
    pub generator_cpu: Duration,
    /// The most that the generator was behind in the span.
    pub behind: Duration,
    /// Rotations in all.
    pub rotations: u64,
    /// Rotations while the sink was not as it should be.
    pub rotations_in_outage: u64,
    /// How long lines were written.
    pub wrote_for: Duration,
    /// How long was waited for late lines.
    pub drained_for: Duration,
    /// Cores that others used in the span.
    pub others_cores: f64,
    /// The first line that came after the outage, from its end.
    pub back_after: Option<Duration>,
    /// The most memory at the end of the outage, in KiB: RSS, where there was one.
    pub rss_in_outage_kib: Option<u64>,
    /// What happened that was not planned: an agent that ended, or fell silent.
    pub notes: Vec<String>,
}

/// Where and how a measurement is made.
#[derive(Debug)]
pub struct Bench<'a> {
    /// A folder that is removed afterwards.
    pub folder: &'a Path,
    /// How agents are started; the cgroup is added.
    pub launcher: &'a Launcher,
    /// Whether the user has asked to stop.
    pub stop: &'a AtomicBool,
}

/// Measures a set-up. An agent that fails is no error: the outcome, or the reason in words, says so.
///
/// # Errors
/// The user has interrupted, or the system refuses what the lab itself needs.
pub fn measure(
    found: &Found,
    setup: &Setup,
    times: Times,
    bench: &Bench<'_>,
) -> Result<Result<Outcome, String>, LabError> {
    let mut experiment = Experiment::prepare(found, setup, times, bench)?;
    experiment.start_agents()?;
    if let Some(reason) = experiment.wait_for_first_lines()? {
        return Ok(Err(reason));
    }
    experiment.run().map(Ok)
}

struct Experiment<'a> {
    found: &'a Found,
    setup: &'a Setup,
    times: Times,
    bench: &'a Bench<'a>,
    load: Load,
    logs: PathBuf,
    written: Written,
    ledger: SharedLedger,
    sink: Sink,
    cgroups: Vec<Cgroup>,
    agents: Vec<Process>,
    disk: Option<Disk>,
    notes: Vec<String>,
}

impl<'a> Experiment<'a> {
    fn prepare(
        found: &'a Found,
        setup: &'a Setup,
        times: Times,
        bench: &'a Bench<'a>,
    ) -> Result<Self, LabError> {
        let load = setup.load();
        let logs = bench.folder.join("logs");
        let files = load.files_in(times.lead + times.window + Duration::from_secs(1));
        let written = Written::new(files as usize);
        // Bounds of its histograms are constants.
        let ledger =
            Ledger::new(written.clone(), load.sizes).map_err(|e| LabError::input("ledger", e.to_string()))?;
        let ledger = Arc::new(Mutex::new(ledger));
        let speaks =
            found.agent.speaks.ok_or_else(|| LabError::input(&found.agent.name, "speaks nothing"))?;
        let sink = Sink::start(speaks, Arc::clone(&ledger));
        let sink = sink.map_err(LabError::system("cannot listen on 127.0.0.1"))?;
        let work = bench.folder.join("agents");
        let disk = setup.disk.map(|bytes| Disk::mount(&work, bytes.get())).transpose()?;
        let mut experiment = Self {
            found,
            setup,
            times,
            bench,
            load,
            logs,
            written,
            ledger,
            sink,
            cgroups: Vec::new(),
            agents: Vec::new(),
            disk,
            notes: Vec::new(),
        };
        experiment.limit()?;
        experiment.write_first_lines().map_err(LabError::system("cannot write log files"))?;
        Ok(experiment)
    }

    /// Makes cgroups where limits are asked for.
    fn limit(&mut self) -> Result<(), LabError> {
        if self.setup.cpu_limit.is_none() && self.setup.memory_limit.is_none() {
            return Ok(());
        }
        for index in 0..self.setup.agents() {
            let cgroup = Cgroup::create(&format!("loghaul-lab-{}-{index}", std::process::id()))?;
            if let Some(limit) = self.setup.cpu_limit {
                cgroup.limit_cpu(limit.cores())?;
            }
            if let Some(limit) = self.setup.memory_limit {
                cgroup.limit_memory(limit.get())?;
            }
            self.cgroups.push(cgroup);
        }
        Ok(())
    }

    /// One line for each file: when they have come, agents are ready.
    fn write_first_lines(&self) -> std::io::Result<()> {
        let (mut stamp, mut text) = (Stamp::default(), Vec::new());
        for file in 0..self.load.slots() {
            let path = path_of(&self.logs, file);
            std::fs::create_dir_all(path.parent().unwrap_or(&self.logs))?;
            stamp.set(unix_ns());
            text.clear();
            let payload = self.load.sizes.payload(file, 0) as usize;
            line::write(&mut text, self.load.form, &stamp, file, 0, payload);
            self.written.set(file as usize, 1);
            std::fs::write(path, &text)?;
        }
        Ok(())
    }

    fn start_agents(&mut self) -> Result<(), LabError> {
        self.agents.clear();
        for index in 0..self.setup.agents() {
            let settings = &self.found.agent.settings;
            let mut facts = Facts {
                work: self.bench.folder.join("agents").join(format!("{index:03}")),
                layout: self.setup.layout.name(),
                inputs: self.inputs(index),
                host: self.sink.address().ip().to_string(),
                port: self.sink.address().port(),
                settings: settings.clone(),
                ..Facts::without_inputs(&self.found.program)
            };
            let wanted = self.setup.settings.get(&self.found.agent.name);
            for (name, value) in wanted.into_iter().flatten() {
                if facts.settings.insert(name.clone(), value.clone()).is_none() {
                    let known: Vec<&str> = settings.keys().map(String::as_str).collect();
                    let problem = format!("has no setting {name:?}; it has {}", known.join(", "));
                    return Err(LabError::input(&self.found.agent.name, problem));
                }
            }
            let cgroup = self.cgroups.get(index as usize).map(|c| c.path().to_owned());
            let launcher = Launcher { cgroup, ..self.bench.launcher.clone() };
            self.agents.push(Process::start(self.found, &facts, &launcher)?);
        }
        Ok(())
    }

    /// What an agent is to tail.
    fn inputs(&self, agent: u32) -> Vec<Input> {
        let one = |file: u32| {
            let path = path_of(&self.logs, file);
            let folder = path.parent().unwrap_or(&self.logs).to_owned();
            Input { path, folder, name: "app.log".into(), many: false }
        };
        match (self.setup.layout, self.setup.configs) {
            (Layout::Sidecar, _) => vec![one(agent)],
            (Layout::Daemonset, 0) => {
                let (path, folder) = (self.logs.join("*").join("app.log"), self.logs.clone());
                vec![Input { path, folder, name: "app.log".into(), many: true }]
            }
            // The first have files, the others nothing to read yet.
            (Layout::Daemonset, configs) => (0..configs).map(one).collect(),
        }
    }

    /// Waits until the first line of every file has come; the reason, where that does not happen.
    fn wait_for_first_lines(&mut self) -> Result<Option<String>, LabError> {
        let (start, within) = (Instant::now(), real(self.found.agent.ready_within));
        loop {
            self.check_stop()?;
            let slots = self.load.slots() as usize;
            if locked(&self.ledger).has_heard_of(slots) {
                return Ok(None);
            }
            if let Some(words) = self.end_of_an_agent() {
                return Ok(Some(format!("did not start: {words}")));
            }
            if start.elapsed() >= within {
                let account = locked(&self.ledger).account_of(|_| true);
                let words = self.agents.first().map(|a| a.last_words(300)).unwrap_or_default();
                return Ok(Some(format!(
                    "runs, but after {} s only {} of {slots} files had sent their first line, with {} messages that \
                     hold none and {} damaged; it says: {words:?}",
                    within.as_secs_f64(),
                    account.delivered,
                    account.garbage,
                    account.damaged
                )));
            }
            std::thread::park_timeout(LOOK);
        }
    }

    fn check_stop(&self) -> Result<(), LabError> {
        if self.bench.stop.load(Ordering::Relaxed) { Err(LabError::Interrupted) } else { Ok(()) }
    }

    /// The end of an agent that was not asked to, in words.
    fn end_of_an_agent(&mut self) -> Option<String> {
        let ended =
            self.agents.iter_mut().find_map(|agent| agent.has_ended().map(|s| (s, agent.last_words(300))));
        ended.map(|(status, words)| format!("it ended with {}; it says: {words:?}", ending(status)))
    }

    fn run(&mut self) -> Result<Outcome, LabError> {
        let generator =
            Generator::start(&self.load, &self.logs, &self.written, self.times.lead + self.times.window);
        let generator = generator.map_err(LabError::system("cannot write log files"))?;
        let mut course = Course::default();
        let start = Instant::now();
        let mut meter = Meter::default();
        self.go_on(&mut course, &generator, start, self.times.lead)?;
        // Being late before the span is nobody's concern.
        generator.take_most_behind();
        let before = self.look(&mut meter, &generator);
        let until = start + self.times.lead + self.times.window;
        let window_ns = unix_ns();
        locked(&self.ledger).watch(window_ns, window_ns + self.times.window.as_nanos() as u64);
        self.go_on(&mut course, &generator, start, until - start)?;
        let after = self.look(&mut meter, &generator);
        let behind = generator.take_most_behind();
        self.note_silence(window_ns);
        // On a disturbed machine it may be late; everything that was due is written all the same.
        while !generator.has_ended() {
            self.check_stop()?;
            self.happen(&mut course, start.elapsed(), generator.rotations())?;
            std::thread::park_timeout(LOOK);
        }
        let report = generator.finish().map_err(LabError::system("cannot write log files"))?;
        let drained_for = self.drain(&mut course, start)?;
        let stopped: Vec<bool> = self.agents.iter_mut().map(Process::stop).collect();
        if stopped.contains(&false) {
            self.notes.push("did not stop when told to, and was killed".into());
        }
        self.settle();
        let loud = self.setup.loud.map(|_| self.setup.files as usize - 1);
        let ledger = locked(&self.ledger);
        let lasted = after.at - before.at;
        let others = after.busy.work + after.busy.stolen - before.busy.work - before.busy.stolen;
        let own = (after.usage.cpu - before.usage.cpu)
            + (after.generator_cpu - before.generator_cpu)
            + (after.sink.cpu - before.sink.cpu);
        let mut usage = after.usage;
        usage.cpu -= before.usage.cpu;
        usage.wakeups -= before.usage.wakeups;
        usage.preemptions -= before.usage.preemptions;
        usage.read_bytes -= before.usage.read_bytes;
        Ok(Outcome {
            usage,
            cgroup_cpu: after.cgroup_cpu.zip(before.cgroup_cpu).map(|(a, b)| a - b),
            lasted,
            written_in_window: after.written - before.written,
            all: ledger.account_of(|_| true),
            quiet: ledger.account_of(|file| Some(file) != loud),
            loud: ledger.account_of(|file| Some(file) == loud),
            backlog: (before.backlog(), after.backlog()),
            sink: after.sink.since(&before.sink),
            generator_cpu: after.generator_cpu - before.generator_cpu,
            behind,
            rotations: report.rotations,
            rotations_in_outage: course.rotations_in_outage,
            wrote_for: report.lasted,
            drained_for,
            others_cores: others.saturating_sub(own).as_secs_f64() / lasted.as_secs_f64(),
            back_after: course.back_after,
            rss_in_outage_kib: course.rss_kib,
            notes: std::mem::take(&mut self.notes),
        })
    }

    /// Says where nothing came any more in the later half of the span, though lines were written and taken.
    fn note_silence(&mut self, window_ns: u64) {
        let last_ns = locked(&self.ledger).last_arrival_ns();
        let half_ns = window_ns + self.times.window.as_nanos() as u64 / 2;
        if last_ns < half_ns
            && self.setup.rate > 0.0
            && self.setup.outage.is_none()
            && self.setup.kill.is_none()
        {
            let silent_s = unix_ns().saturating_sub(last_ns) as f64 / 1e9;
            self.notes.push(format!("nothing came in the last {silent_s:.1} s of the span"));
        }
    }

    /// Lets time pass up to an instant of the load, with all that is planned to happen in it.
    fn go_on(
        &mut self,
        course: &mut Course,
        generator: &Generator,
        start: Instant,
        until: Duration,
    ) -> Result<(), LabError> {
        while start.elapsed() < until {
            self.check_stop()?;
            self.happen(course, start.elapsed(), generator.rotations())?;
            if generator.has_ended() && start.elapsed() + LOOK < until {
                // It cannot write; what it says is said when it is finished.
                return Ok(());
            }
            std::thread::park_timeout(LOOK.min(until.saturating_sub(start.elapsed())));
        }
        Ok(())
    }

    /// What is planned for now.
    fn happen(&mut self, course: &mut Course, elapsed: Duration, rotations: u64) -> Result<(), LabError> {
        if let Some(outage) = self.setup.outage {
            let (from, until) = (real(outage.at), real(outage.at) + real(outage.lasts));
            if !course.outage_begun && elapsed >= from {
                course.outage_begun = true;
                course.rotations_before = rotations;
                self.sink.set(outage.mood());
            }
            if course.outage_begun && !course.outage_ended && elapsed >= until {
                course.outage_ended = true;
                course.rotations_in_outage = rotations - course.rotations_before;
                let now = Meter::default().look(self.agents.iter().map(Process::id));
                course.rss_kib = Some(now.rss_kib);
                self.sink.set(Mood::Open);
                course.ended_ns = unix_ns();
            }
            let last_ns = locked(&self.ledger).last_arrival_ns();
            if course.outage_ended && course.back_after.is_none() && last_ns > course.ended_ns {
                course.back_after = Some(Duration::from_nanos(last_ns - course.ended_ns));
            }
        }
        if let Some(kill) = self.setup.kill {
            if !course.killed && elapsed >= real(kill.at) {
                course.killed = true;
                self.agents.iter_mut().for_each(Process::kill);
            }
            if course.killed && !course.restarted {
                if elapsed >= real(kill.at) + real(kill.restart) {
                    course.restarted = true;
                    self.start_agents()?;
                }
                return Ok(());
            }
        }
        if !course.end_told
            && let Some(words) = self.end_of_an_agent()
        {
            course.end_told = true;
            self.notes.push(format!("after {:.1} s {words}", elapsed.as_secs_f64()));
        }
        Ok(())
    }

    /// Waits for late lines; returns for how long.
    fn drain(&mut self, course: &mut Course, start: Instant) -> Result<Duration, LabError> {
        let from = Instant::now();
        let quiet = if self.setup.outage.is_some() { QUIET * 15 } else { QUIET };
        let mut last = (0, Instant::now());
        while from.elapsed() < self.times.drain {
            self.check_stop()?;
            self.happen(course, start.elapsed(), 0)
                .or_else(|e| if e.is_input() { Err(e) } else { Ok(()) })?;
            let delivered = locked(&self.ledger).delivered();
            // An agent that waits for a core is not quiet, and says nothing while others have it.
            if delivered != last.0 || self.agents.iter().any(|agent| is_runnable(agent.id())) {
                last = (delivered, Instant::now());
            }
            // Waited as long as that, with everything here already: duplicates may still come.
            let complete = delivered == self.written.total() && last.1.elapsed() >= LOOK * 20;
            if complete || last.1.elapsed() >= quiet {
                break;
            }
            std::thread::park_timeout(LOOK);
        }
        Ok(from.elapsed())
    }

    /// Waits until the sink has read what agents sent before they stopped.
    fn settle(&self) {
        let mut last = self.sink.counts();
        for _ in 0..100 {
            std::thread::park_timeout(LOOK * 5);
            let now = self.sink.counts();
            if now.bytes == last.bytes && now.requests == last.requests {
                return;
            }
            last = now;
        }
    }

    fn look(&self, meter: &mut Meter, generator: &Generator) -> Look {
        let usage = meter.look(self.agents.iter().map(Process::id));
        let cgroups: Option<Vec<Duration>> = self.cgroups.iter().map(Cgroup::cpu).collect();
        Look {
            at: Instant::now(),
            usage,
            cgroup_cpu: cgroups.filter(|c| !c.is_empty()).map(|c| c.iter().sum()),
            sink: self.sink.counts(),
            generator_cpu: generator.cpu(),
            busy: Busy::now(),
            written: self.written.total(),
            delivered: locked(&self.ledger).delivered(),
        }
    }
}

impl Drop for Experiment<'_> {
    fn drop(&mut self) {
        // Agents go first: cgroups can only be removed, and disks unmounted, when nobody is there any more.
        self.agents.clear();
        self.cgroups.clear();
        self.disk = None;
        let _ = std::fs::remove_dir_all(&self.logs);
        let _ = std::fs::remove_dir_all(self.bench.folder.join("agents"));
    }
}
