//! What an agent requests: the chart's word, or one rule for all agents.
//!
//! Where neither scenario nor chart says, requests are what the agent is expected to use at
//! [`headroom`](crate::scenario::Collection::headroom) times the mean load, rounded up to whole steps
//! ([`cpu_step`](crate::scenario::Collection::cpu_step), [`memory_step`](crate::scenario::Collection::memory_step)). A
//! step is a container's: what a library or a driver adds to the application's own container, which has a request already,
//! is rounded up to what Kubernetes can express alone.

use crate::blueprint::{
    AgentPlan, Blueprint, CPU_PERIOD_NS, Central, MetadataUse, PodTemplate, Reader, Requests,
};
use crate::flow::Medium;
use crate::profile::{
    self, Behaviour, Chart, Compress, Costs, Discovery, Inotify, Load, Most, Overflow, Parse, Profile,
    Quality, Scope, Storage, Watching,
};
use crate::scenario::{Collection, CustomProfile, Override, Scenario, Settings};
use crate::units::{Bytes, NS_PER_SEC};

/// Steps to which requests are rounded up: in such they are written.
#[derive(Clone, Copy, Debug)]
pub(super) struct Steps {
    cpu_millicores: f64,
    memory_bytes: f64,
}

impl Steps {
    /// Of a container of its own.
    pub(super) fn of_container(collection: &Collection) -> Self {
        Self {
            cpu_millicores: collection.cpu_step.get() as f64,
            memory_bytes: collection.memory_step.as_f64(),
        }
    }

    /// Within a container of the application: the finest that Kubernetes takes.
    const WITHIN: Self = Self { cpu_millicores: 1.0, memory_bytes: 1.0 };

    /// Requests for such use, rounded up.
    pub(super) fn round_up(self, cores: f64, memory_bytes: f64) -> Requests {
        let whole = |value: f64, step: f64| ((value / step).ceil() * step) as u64;
        Requests {
            cpu_millicores: whole(cores * 1000.0, self.cpu_millicores),
            memory_bytes: whole(memory_bytes, self.memory_bytes),
        }
    }
}

/// A buffer that nothing bounds.
const UNBOUNDED: Bytes = Bytes::new(1 << 40);

/// Who sees new lines so soon need not be asked when it looks.
const SOON_NS: u64 = 1_000_000;

/// Bytes that a receiver acknowledges at once however few they are: two of the smallest segments. Source: RFC 9293, 3.7.1 (536
/// bytes), from which Linux begins to estimate the sender's segments; RFC 1122, 4.2.3.2 (every second one is acknowledged).
const PROMPT_BYTES: f64 = 2.0 * 536.0;

/// Mean load of some streams.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct MeanLoad {
    files: f64,
    pub lines_per_s: f64,
    line_bytes_per_s: f64,
    prefix_bytes_per_s: f64,
    /// Lines of standard output a second.
    stdout_per_s: f64,
    /// Pieces a second beyond the first of a line, which the runtime splits.
    pieces_per_s: f64,
    /// Seconds between two ticks of the streams that write together; 0 where none does.
    tick_s: f64,
    /// Lines a second by how they are parsed.
    parsed_per_s: [f64; Parse::ALL.len()],
}

impl MeanLoad {
    pub(super) fn scaled(self, share: f64) -> Self {
        Self {
            files: self.files * share,
            lines_per_s: self.lines_per_s * share,
            line_bytes_per_s: self.line_bytes_per_s * share,
            prefix_bytes_per_s: self.prefix_bytes_per_s * share,
            stdout_per_s: self.stdout_per_s * share,
            pieces_per_s: self.pieces_per_s * share,
            tick_s: self.tick_s,
            parsed_per_s: self.parsed_per_s.map(|lines| lines * share),
        }
    }

    /// Adds lines that somebody else has read and parsed.
    pub(super) fn add_lines(&mut self, other: &Self) {
        self.lines_per_s += other.lines_per_s;
        self.line_bytes_per_s += other.line_bytes_per_s;
    }

    /// Microseconds that a line takes for parsing, on average over all lines.
    fn parse_us(&self, profile: &Profile) -> f64 {
        let costs = &profile.cpu.parse;
        let kinds = Parse::ALL.into_iter().zip(self.parsed_per_s);
        // A further piece is read as a line of its own and joined to the one before.
        let joined = self.pieces_per_s * (costs.cri.value + costs.multiline.value);
        let all = self.stdout_per_s * costs.cri.value
            + kinds.map(|(kind, n)| n * costs.of(kind)).sum::<f64>()
            + joined;
        if self.lines_per_s > 0.0 { all / self.lines_per_s } else { 0.0 }
    }

    /// Bytes of a line, on average.
    fn line_bytes(&self) -> f64 {
        if self.lines_per_s > 0.0 { self.line_bytes_per_s / self.lines_per_s } else { 0.0 }
    }

    /// Bytes of the runtime's prefix before a line on disk, on average.
    fn prefix_bytes(&self) -> f64 {
        if self.lines_per_s > 0.0 { self.prefix_bytes_per_s / self.lines_per_s } else { 0.0 }
    }

    /// Bytes of a line in the buffer, on average.
    fn record_bytes(&self, overhead: f64) -> f64 {
        self.line_bytes() + overhead
    }

    /// Bytes of a line on the network, on average, as an agent sends it.
    pub(super) fn wire_bytes(&self, agent: &AgentPlan) -> f64 {
        self.line_bytes() + agent.line_overhead_bytes as f64
    }
}

/// The mean load of all streams of these pods that a kind of agent reads.
pub(super) fn load_of(blueprint: &Blueprint, pods: &[PodTemplate], reader: Reader) -> MeanLoad {
    let mut load = MeanLoad::default();
    for template in pods {
        for stream in template.streams.iter().filter(|s| s.reader == reader) {
            let laws = blueprint.laws_of(stream);
            let mean = blueprint.lines_per_s(stream);
            let replicas = template.replicas as f64;
            load.files += replicas;
            load.lines_per_s += replicas * mean;
            load.line_bytes_per_s += replicas * mean * blueprint.line_bytes(stream);
            load.prefix_bytes_per_s += replicas * mean * stream.medium.prefix_bytes() as f64;
            load.stdout_per_s += if stream.medium == Medium::Stdout { replicas * mean } else { 0.0 };
            if stream.medium.is_rotated_by_kubelet() {
                load.pieces_per_s += replicas * mean * laws[0].further_pieces();
            }
            load.parsed_per_s[stream.parse as usize] += replicas * mean;
            if laws[0].arrivals.ticks() > 0.0 {
                load.tick_s = load.tick_s.max(1.0 / laws[0].arrivals.ticks());
            }
        }
    }
    load
}

/// An agent for this load, and how many configs it can load as inputs of their own.
pub(super) fn agent(
    scenario: &Scenario,
    terms: &Override,
    shared: bool,
    own_inputs: bool,
    configs: u32,
    load: &MeanLoad,
) -> (AgentPlan, Most) {
    let collection = &scenario.collection;
    let name = terms.agent.as_ref().unwrap_or(&collection.agent).value.as_str();
    let custom = scenario.profiles.iter().find(|p| p.name == name);
    let profile = profile_of(scenario, name, custom);
    let mut settings = terms.with.or(&collection.with);
    if let Some(custom) = custom {
        settings = settings.or(&custom.with);
    }
    let part = Part { is_process: true, shared, own_inputs, configs };
    plan_of(scenario, &profile, &settings, terms, &part, load)
}

/// A log driver or a library, for a pod's load: no process, and with none of the agent's settings.
pub(super) fn built_in(scenario: &Scenario, name: &str, terms: &Override, load: &MeanLoad) -> AgentPlan {
    let part = Part { is_process: false, shared: false, own_inputs: false, configs: 1 };
    plan_of(scenario, &profile_of(scenario, name, None), &terms.with, terms, &part, load).0
}

/// Collectors between the pods and the backend, `processes` of this profile; and the lines a second that they can take.
/// Each is the process that its profile says, on as many cores as its threads can use.
pub(super) fn central(
    scenario: &Scenario,
    profile: &Profile,
    processes: u64,
    load: &MeanLoad,
) -> (Central, f64) {
    let costs = Costs::new(profile, false, load.parse_us(profile));
    let line_bytes = load.line_bytes();
    let reader_ns = costs.bulk_reader_ns(1.0, line_bytes);
    let lines_per_s =
        processes as f64 * profile.behaviour.threads.value * NS_PER_SEC as f64 / reader_ns.max(1e-9);
    let line_ns = reader_ns / costs.reader_share();
    let idle_cores = costs.idle_cores(0.0, 1.0);
    let many = load.scaled(scenario.collection.headroom / processes as f64);
    let central = Central {
        name: profile.name.clone(),
        processes,
        requests: Steps::of_container(&scenario.collection)
            .round_up(idle_cores + many.lines_per_s * line_ns / NS_PER_SEC as f64, costs.rss_idle_bytes()),
        idle_cores,
        line_ns,
        memory_bytes: costs.rss_idle_bytes() as u64,
    };
    (central, lines_per_s)
}

/// What an agent is a part of.
struct Part {
    is_process: bool,
    shared: bool,
    own_inputs: bool,
    configs: u32,
}

fn plan_of(
    scenario: &Scenario,
    profile: &Profile,
    settings: &Settings,
    terms: &Override,
    part: &Part,
    load: &MeanLoad,
) -> (AgentPlan, Most) {
    let collection = &scenario.collection;
    let Part { is_process, shared, own_inputs, configs } = *part;
    let profile = &Profile { behaviour: settings.applied_to(&profile.behaviour), ..profile.clone() };
    let behaviour = &profile.behaviour;
    let enriches = settings.enrich.unwrap_or(shared);
    let asks = enriches || shared && behaviour.discovery.value != Discovery::Files;
    let sees_cluster = asks && is_process && behaviour.pods_seen.value == Scope::Cluster;
    let polls = settings.inotify == Some(Inotify::Off) && behaviour.watching.value != Watching::Polls;
    let mut costs = costs_of(profile, settings, (enriches, polls), load);
    if sees_cluster {
        costs = costs.seeing(profile, scenario.pods() as f64);
    }
    let looks_ns = looks_ns(profile, polls);
    let record_bytes = load.record_bytes(profile.wire.record_overhead.value);
    let batch = behaviour.batch.value.min(lines_as_bytes(behaviour.batch_lines.value, record_bytes));
    let Buffers { limit: buffer_limit, memory: buffer_memory } =
        buffers_of(behaviour, settings, record_bytes);
    // More lines, and no more files.
    let many = MeanLoad { files: load.files, ..load.scaled(collection.headroom) };
    let use_at_most = used(profile, &costs, &many, configs, (batch, buffer_limit));
    let none = Chart::default();
    let chart = if shared { &profile.chart } else { profile.sidecar_chart.as_ref().unwrap_or(&none) };
    let requests = requests_of(collection, chart, terms, use_at_most, is_process);
    let limit = terms.cpu_limit.or(chart.cpu_limit).map_or(f64::INFINITY, |c| c.cores());
    // Of what a limit allows, the reading thread gets its share.
    let reading_cores = behaviour.threads.value.min(limit * costs.reader_share());
    let max_inputs = behaviour.max_inputs.value;
    let plan = AgentPlan {
        name: profile.name.clone(),
        is_process,
        requests,
        idle_cores: costs.idle_cores(load.files, f64::from(configs)),
        cores: reading_cores.max(0.001),
        quota_ns: (limit < 1.0).then(|| ((limit * CPU_PERIOD_NS as f64) as u64).max(1)),
        memory_limit_bytes: terms.memory_limit.or(chart.memory_limit).map(|m| m.get()),
        configs,
        own_inputs,
        look_ns: if looks_ns < SOON_NS { 0 } else { looks_ns },
        // Wake-ups are spread evenly over the gaps between them.
        look_delay_ns: if looks_ns < SOON_NS { looks_ns / 2 } else { 0 },
        flush_ns: behaviour.flush.value.as_ns(),
        flush_check_ns: behaviour.batch_check.value.as_ns(),
        buffer_limit_bytes: buffer_limit.get(),
        buffer_memory_bytes: buffer_memory.get(),
        batch_bytes: batch.get().max(1),
        sends_full: behaviour.sends_full.value,
        max_in_flight: behaviour.max_in_flight.value as usize,
        line_limit_bytes: behaviour.line_limit.value.get(),
        long_lines: behaviour.long_lines.value,
        limits_joined: behaviour.limits_joined.value,
        multiline_flush_ns: behaviour.multiline_flush.value.as_ns(),
        retries: behaviour.retries.value,
        throttled_retries: settings.throttled_retries.unwrap_or(behaviour.retries.value),
        backoff_base_ns: behaviour.backoff_base.value.as_ns(),
        backoff_cap_ns: behaviour.backoff_cap.value.as_ns(),
        scan_ns: behaviour.scan_interval.value.as_ns(),
        discovery: if shared { behaviour.discovery.value } else { Discovery::Files },
        pod_event_ns: behaviour.pod_event.value.as_ns(),
        transport_wait_ns: transport_wait_ns(profile, load),
        successor: behaviour.successor.value,
        wake_ns: looks_ns,
        rotate_wait_ns: behaviour.rotate_wait.value.as_ns(),
        checkpoints: behaviour.checkpoints.value,
        checkpoint_of: behaviour.checkpoint_of.value,
        checkpoint_every_ns: behaviour.checkpoint_every.value.as_ns(),
        start_at: behaviour.start_at.value,
        request_timeout_ns: behaviour.request_timeout.value.as_ns(),
        watching: if polls { Watching::Polls } else { behaviour.watching.value },
        max_files: behaviour.max_files.value,
        restart_ns: behaviour.restart.value.as_ns(),
        most_a_node: most_a_node(max_inputs, part),
        record_overhead_bytes: profile.wire.record_overhead.value.round() as u64,
        line_overhead_bytes: profile.wire.line_overhead.value.round() as u64,
        compression_ppm: (compression_of(profile, settings) * 1e6).round() as u64,
        // What is more than its files may hold is dropped, the oldest first.
        overflow: match (settings.storage, settings.storage_limit) {
            (Some(Storage::Filesystem), Some(_)) => Overflow::DropOldest,
            _ => behaviour.overflow.value,
        },
        metadata: if asks { metadata_of(profile, sees_cluster) } else { Some(MetadataUse::default()) },
        costs,
    };
    (plan, max_inputs)
}

/// What an agent of this use requests: the scenario's word, the chart's, or the rule's.
fn requests_of(
    collection: &Collection,
    chart: &Chart,
    terms: &Override,
    (cores, rss_bytes): (f64, f64),
    is_process: bool,
) -> Requests {
    let steps = if is_process { Steps::of_container(collection) } else { Steps::WITHIN };
    let rule = steps.round_up(cores, rss_bytes);
    let own = &terms.requests;
    Requests {
        cpu_millicores: own.cpu.or(chart.cpu_request).map_or(rule.cpu_millicores, |c| c.get()),
        memory_bytes: own.memory.or(chart.memory_request).map_or(rule.memory_bytes, |m| m.get()),
    }
}

/// Processes of an agent on one node at most. What limits the inputs of one process are inotify instances, which all processes
/// of root on a node share (`fs.inotify.max_user_instances`); a sidecar has one.
fn most_a_node(max_inputs: Most, part: &Part) -> Option<u32> {
    match max_inputs {
        Most::Limit(most) if part.is_process && !part.shared => Some(most),
        _ => None,
    }
}

/// Share of its bytes that compression leaves of what is sent.
fn compression_of(profile: &Profile, settings: &Settings) -> f64 {
    let own = profile.wire.compression.value;
    match settings.compress {
        Some(Compress::Gzip) => own.min(profile.behaviour.gzip_left.value),
        _ => own,
    }
}

/// How often an agent looks for new lines where nothing tells it of them, or how long it is told too late.
fn looks_ns(profile: &Profile, polls: bool) -> u64 {
    match (polls, profile.behaviour.look.value.as_ns()) {
        (true, _) => profile.behaviour.poll_interval.value.as_ns(),
        (false, 0) => (profile.cpu.coalesce.value * 1e3) as u64,
        (false, looks_ns) => looks_ns,
    }
}

/// Cores and bytes of memory that an agent uses under a steady load.
fn used(
    profile: &Profile,
    costs: &Costs,
    load: &MeanLoad,
    configs: u32,
    (batch, buffer): (Bytes, Bytes),
) -> (f64, f64) {
    let behaviour = &profile.behaviour;
    let per_s = load.line_bytes_per_s + load.lines_per_s * profile.wire.record_overhead.value;
    let mut buffered = per_s * behaviour.flush.value.as_secs_f64();
    if behaviour.sends_full.value {
        // One batch fills while another is on its way.
        buffered = buffered.min(2.0 * batch.as_f64());
    }
    costs.expected(&Load {
        files: load.files,
        configs: f64::from(configs),
        lines_per_s: load.lines_per_s,
        bytes_per_s: load.line_bytes_per_s + load.prefix_bytes_per_s,
        buffered_bytes: buffered.min(buffer.as_f64()),
    })
}

/// What an agent spends: as its profile says, and what settings add to that.
fn costs_of(
    profile: &Profile,
    settings: &Settings,
    (enriches, polls): (bool, bool),
    load: &MeanLoad,
) -> Costs {
    let behaviour = &profile.behaviour;
    let mut costs = Costs::new(profile, enriches, load.parse_us(profile));
    if polls {
        costs = costs.polling(behaviour.poll_interval.value);
    }
    if settings.compress == Some(Compress::Gzip) && profile.wire.compression.value >= 1.0 {
        // The runtime's prefix is read, and not sent.
        let more = profile.wire.line_overhead.value - load.prefix_bytes();
        costs = costs.compressing(behaviour.gzip_byte.value, more);
    }
    costs
}

/// What an agent holds at most, and how much of it in memory.
struct Buffers {
    limit: Bytes,
    memory: Bytes,
}

fn buffers_of(behaviour: &Behaviour, settings: &Settings, record_bytes: f64) -> Buffers {
    if settings.storage == Some(Storage::Filesystem) {
        // Its files bound it; of them so many chunks are in memory too.
        let limit = settings.storage_limit.unwrap_or(UNBOUNDED);
        let up = behaviour.max_chunks_up.value.as_f64() * behaviour.batch.value.as_f64();
        return Buffers { limit, memory: limit.min(Bytes::new(up as u64)) };
    }
    match settings.mem_buf_limit {
        // What a buffer that was given in the scenario holds beyond the profile's stays in memory.
        Some(limit) => Buffers { limit, memory: limit },
        None => {
            let lines = lines_as_bytes(behaviour.buffer_lines.value, record_bytes);
            let limit = behaviour.buffer_limit.value.min(lines);
            Buffers { limit, memory: behaviour.buffer_memory.value.min(limit) }
        }
    }
}

fn lines_as_bytes(lines: Most, record_bytes: f64) -> Bytes {
    Bytes::new((lines.as_f64() * record_bytes) as u64)
}

/// What the agent asks the API server where it adds metadata; `None` where its profile does not say.
fn metadata_of(profile: &Profile, sees_cluster: bool) -> Option<MetadataUse> {
    let known = profile.metadata.as_ref()?;
    Some(MetadataUse { watches: known.watches.value, lookups: known.lookups.value, sees_cluster })
}

/// Returns for how long a line waits in the transport at most, where the agent sends line by line: until the one before is
/// acknowledged, or a segment is full (RFC 896).
///
/// Source: lab, rsyslog over loopback; the p99 of freshness is the lesser of 40 ms and a segment over the bytes a second, and
/// below a millisecond where no more than [`PROMPT_BYTES`] come at once, which the receiver acknowledges as it reads them.
fn transport_wait_ns(profile: &Profile, load: &MeanLoad) -> Option<u64> {
    let behaviour = &profile.behaviour;
    let most_s = behaviour.transport_wait.value.as_secs_f64();
    if most_s == 0.0 {
        return None;
    }
    let overhead = profile.wire.line_overhead.value;
    let bytes_per_s = load.line_bytes_per_s + load.lines_per_s * overhead;
    let together_s = load.tick_s.max(profile.cpu.coalesce.value * 1e-6);
    let at_once = (bytes_per_s * together_s).max(load.line_bytes() + overhead);
    let wait_s = match at_once <= PROMPT_BYTES {
        true => 0.0,
        false => most_s.min(behaviour.segment.value.as_f64() / bytes_per_s),
    };
    Some((wait_s * NS_PER_SEC as f64) as u64)
}

/// The profile of that name: the scenario's own, or an embedded one, with its costs where in their ranges the scenario takes
/// them. Names were checked when it was read.
pub(super) fn profile_of(scenario: &Scenario, name: &str, custom: Option<&CustomProfile>) -> Profile {
    let base = custom.map_or(name, |c| c.base.value.as_str());
    let mut profile = match profile::embedded(base) {
        Some(Ok(profile)) => profile.spending(scenario.collection.costs),
        _ => unreachable!("the scenario's check admits embedded profiles only, and a test parses them all"),
    };
    if let Some(custom) = custom {
        profile.name.clone_from(&custom.name);
        for (path, cost) in &custom.set {
            // Paths and values were checked when the scenario was read.
            let _ = profile.set(path, cost.value.value);
            if let Some(source) = &cost.value.source {
                profile.credit(path, source, cost.value.quality.unwrap_or(Quality::Assumed));
            }
        }
    }
    profile
}
