//! All of it: the list of events, and what each of them does.

mod event;
mod files;
mod sending;

use super::agent::{Agent, Batch, Mode};
use super::backend::Backend;
use super::lines::lines_of;
use super::log::{Fate, Log};
use event::Event;
use loghaul::blueprint::{Blueprint, Placement, Purpose, Reader, StreamPlan, member};
use loghaul::engine::random::{named_key, unit};
use loghaul::flow::{Cause, Medium};
use std::collections::BTreeMap;

/// What came of it.
#[derive(Clone, Debug, Default)]
pub(crate) struct Outcome {
    pub emitted: u64,
    pub delivered: u64,
    pub retained: u64,
    pub in_flight: u64,
    /// By cause, in the order of [`Cause::ALL`].
    pub lost: [u64; Cause::ALL.len()],
    /// Delivered while lines were written.
    pub delivered_in_time: u64,
    /// Bytes sent while lines were written.
    pub sent_bytes: u64,
    pub oom_kills: u64,
    /// Over all readers, while lines were written.
    pub paused_ns: u64,
    pub longest_wait_ns: u64,
    /// Lines of the largest batch that was sent.
    pub largest_batch: u64,
    /// Ages at delivery of all lines written after warm-up, in seconds, in order; infinite where not delivered.
    pub ages_s: Vec<f64>,
}

impl Outcome {
    /// The age that a share of the lines do not exceed; `None` where they were not delivered.
    pub(crate) fn age_s(&self, share: f64) -> Option<f64> {
        let rank = (share * self.ages_s.len() as f64).ceil() as usize;
        self.ages_s.get(rank.clamp(1, self.ages_s.len().max(1)) - 1).copied().filter(|age| age.is_finite())
    }
}

struct Cluster<'a> {
    blueprint: &'a Blueprint,
    events: BTreeMap<(u64, u8, u64), Event>,
    sequence: u64,
    logs: Vec<Log>,
    agents: Vec<Agent<'a>>,
    backend: Backend<'a>,
    out: Outcome,
}

/// Runs a blueprint line by line, with the random numbers that [`loghaul::world::simulate`] would use.
pub(crate) fn simulate(blueprint: &Blueprint, placement: &Placement, key: u64) -> Outcome {
    let mut cluster = Cluster {
        blueprint,
        events: BTreeMap::new(),
        sequence: 0,
        logs: Vec::new(),
        agents: Vec::new(),
        backend: Backend::new(&blueprint.backend),
        out: Outcome::default(),
    };
    for node in 0..placement.nodes.len() {
        cluster.build_node(node, placement, key);
    }
    for agent in 0..cluster.agents.len() {
        let Agent { scan_phase_ns, look_every_ns, look_phase_ns, .. } = cluster.agents[agent];
        cluster.set_timer(agent);
        cluster.at(scan_phase_ns, Event::Scan { agent, life: 0 });
        if look_every_ns > 0 {
            cluster.at(look_phase_ns, Event::Look { agent });
        }
    }
    for log in 0..cluster.logs.len() {
        cluster.schedule_write(log);
    }
    while let Some(((now_ns, _, _), event)) = cluster.events.pop_first() {
        if now_ns >= blueprint.end_ns() {
            break;
        }
        cluster.happen(now_ns, event);
    }
    cluster.close()
}

impl Cluster<'_> {
    fn at(&mut self, at_ns: u64, event: Event) {
        self.sequence += 1;
        self.events.insert((at_ns, event.rank(), self.sequence), event);
    }

    fn build_node(&mut self, node: usize, placement: &Placement, key: u64) {
        let blueprint = self.blueprint;
        let node_key = member(named_key(key, "node"), node as u64);
        let interval_ns = blueprint.kubelet_interval_ns;
        self.at(1 + Purpose::RotationTick.draw(node_key) % interval_ns, Event::Tick { node });
        // Readers by who owns them and, where configs are inputs of their own, by config.
        let mut readers: BTreeMap<(usize, u32), usize> = BTreeMap::new();
        for pod in (0..placement.node_of.len()).filter(|p| placement.node_of[*p] as usize == node) {
            let template = &blueprint.pods[placement.template_of[pod].at()];
            let pod_key = member(named_key(key, &template.name), u64::from(placement.ordinal_of[pod]));
            for plan in &template.streams {
                let log = self.logs.len();
                self.logs.push(new_log(blueprint, plan, node, named_key(pod_key, &plan.name)));
                let (owner, owner_key, kind) = match plan.reader {
                    Reader::Node => (0, node_key, blueprint.node_agent),
                    Reader::Pod => (1 + pod, pod_key, template.agent),
                    Reader::Nobody | Reader::Impossible => continue,
                };
                let Some(kind) = kind else { continue };
                let config = if blueprint.agents[kind].own_inputs { plan.config } else { 0 };
                let agents = &mut self.agents;
                let agent = *readers.entry((owner, config)).or_insert_with(|| {
                    agents.push(Agent::new(&blueprint.agents[kind], owner_key, config, false));
                    agents.len() - 1
                });
                self.logs[log].agent = Some(agent);
                self.agents[agent].logs.push(log);
            }
        }
        // The first input of a process carries what its configs take.
        let mut last_owner = usize::MAX;
        for ((owner, _), agent) in readers {
            self.agents[agent].leads = owner != last_owner;
            last_owner = owner;
        }
    }

    fn schedule_write(&mut self, log: usize) {
        if let Some(at_ns) = self.logs[log].next_write_ns() {
            self.at(at_ns, Event::Write { log });
        }
    }

    fn is_of_now(&self, agent: usize, life: u32) -> bool {
        self.agents[agent].life == life && self.agents[agent].mode != Mode::Down
    }

    fn happen(&mut self, now_ns: u64, event: Event) {
        match event {
            Event::Tick { node } => self.tick(node, now_ns),
            Event::OwnRotation { log } => self.rotate(log, now_ns),
            Event::Answer { agent, life, batch } => {
                for (log, line) in &batch.lines {
                    let at_ns = now_ns + self.agents[agent].plan.look_delay_ns;
                    self.logs[*log].fates[*line] = Fate::Delivered { at_ns };
                }
                if self.is_of_now(agent, life) {
                    self.free(agent, batch.record_bytes, now_ns);
                }
            }
            Event::Refusal { agent, life, batch } if self.is_of_now(agent, life) => {
                self.refused(agent, batch, now_ns);
            }
            Event::Retry { agent, life, batch } if self.is_of_now(agent, life) => {
                self.send(agent, batch, now_ns);
            }
            Event::Restart { agent } => self.restart(agent, now_ns),
            Event::GiveUp { log, end, life } if self.is_of_now(self.logs[log].agent.unwrap(), life) => {
                self.logs[log].skip_unread(end, Cause::RotatedBeforeRead);
            }
            Event::Scan { agent, life } if self.is_of_now(agent, life) => {
                for log in self.agents[agent].logs.clone() {
                    // What a file holds already is read like what a pause left.
                    self.discover(log, now_ns);
                }
                self.at(now_ns + self.agents[agent].plan.scan_ns, Event::Scan { agent, life });
                self.read_on(agent, now_ns);
            }
            Event::Flush { agent, life } if self.is_of_now(agent, life) => {
                self.agents[agent].is_timed = false;
                if !self.flush(agent, now_ns) {
                    let reader = &mut self.agents[agent];
                    // Who sends as soon as it can waits for an answer while there is no room for what it has.
                    let waits = reader.plan.sends_full && !reader.filling.lines.is_empty();
                    if now_ns >= reader.deadline_ns && !waits {
                        reader.deadline_ns = now_ns + reader.plan.flush_ns;
                    }
                    if now_ns < reader.deadline_ns {
                        self.set_timer(agent);
                    }
                }
            }
            Event::Full { agent, life } if self.is_of_now(agent, life) => self.flush_full(agent, now_ns),
            Event::Look { agent } => {
                self.agents[agent].seen_ns = now_ns;
                self.at(now_ns + self.agents[agent].look_every_ns, Event::Look { agent });
                self.read_on(agent, now_ns);
            }
            Event::Write { log } => {
                self.logs[log].write();
                self.schedule_write(log);
                if self.logs[log].medium != Medium::Stdout && self.logs[log].is_full() {
                    self.at(now_ns + 1, Event::OwnRotation { log });
                }
                if let Some(agent) = self.logs[log].agent {
                    self.read_on(agent, now_ns);
                }
            }
            Event::Read { agent } => self.read_on(agent, now_ns),
            _ => {}
        }
    }

    /// The reader takes its next line, if it reads, is not at another one, and there is one.
    fn read_on(&mut self, number: usize, now_ns: u64) {
        if self.agents[number].mode != Mode::Reading || self.agents[number].busy_until_ns > now_ns {
            return;
        }
        self.notice(number, now_ns);
        let agent = &mut self.agents[number];
        let seen_ns = agent.seen_ns;
        let next: Vec<Option<usize>> =
            agent.logs.iter().map(|log| self.logs[*log].next_to_read(seen_ns)).collect();
        let files = next.len();
        let chunk_bytes = agent.plan.costs.read_chunk_bytes() as u64;
        let in_passes =
            agent.passes.as_mut().and_then(|p| p.next(chunk_bytes, |at| next[at].is_some(), files));
        let in_turn = || (0..files).map(|i| (agent.turn + i) % files).find(|place| next[*place].is_some());
        let place = in_passes.or_else(in_turn);
        if in_passes.is_none() {
            agent.passes = None;
        }
        let Some((place, line)) = place.and_then(|place| Some((place, next[place]?))) else {
            agent.caught_up_ns = now_ns;
            return;
        };
        let number_of_log = agent.logs[place];
        let log = &mut self.logs[number_of_log];
        let bytes = log.lines[line].bytes;
        let record_bytes = agent.plan.record_bytes(1, bytes);
        // A line that does not even fit into an empty buffer goes in all the same.
        if agent.held_bytes > 0 && agent.held_bytes + record_bytes > agent.plan.buffer_limit_bytes {
            agent.mode = Mode::Paused;
            agent.paused_since_ns = now_ns;
            self.flush_full(number, now_ns);
            return;
        }
        agent.turn = (place + 1) % files;
        log.fates[line] = Fate::Held;
        agent.held_bytes += record_bytes;
        agent.filling.lines.push((number_of_log, line));
        agent.filling.record_bytes += record_bytes;
        agent.filling.wire_bytes += agent.plan.wire_bytes(1, bytes);
        agent.busy_until_ns = now_ns + agent.read_ns(log.disk_bytes(line));
        let busy_until_ns = agent.busy_until_ns;
        if let Some(passes) = &mut agent.passes {
            passes.take(record_bytes, log.disk_bytes(line));
        }
        agent.peak_bytes = agent.peak_bytes.max(agent.held_bytes);
        if agent.is_too_large() {
            self.kill(number, now_ns);
        } else {
            self.at(busy_until_ns, Event::Read { agent: number });
            self.flush_full(number, now_ns);
        }
    }

    fn kill(&mut self, number: usize, now_ns: u64) {
        self.out.oom_kills += 1;
        let agent = &mut self.agents[number];
        for log in agent.logs.clone() {
            for fate in &mut self.logs[log].fates {
                if *fate == Fate::Held {
                    *fate = Fate::Lost(Cause::AgentKilled);
                }
            }
        }
        agent.mode = Mode::Down;
        agent.life += 1;
        agent.filling = Batch::default();
        agent.held_bytes = 0;
        agent.outstanding = 0;
        // Crash-loop back-off: none the first time, then 10 s, doubled each time up to 5 minutes.
        let crash_loop_s = if agent.life < 2 { 0 } else { (10u64 << (agent.life - 2).min(5)).min(300) };
        let at_ns = now_ns + agent.plan.restart_ns + crash_loop_s * 1_000_000_000;
        self.at(at_ns, Event::Restart { agent: number });
    }

    fn restart(&mut self, number: usize, now_ns: u64) {
        let agent = &mut self.agents[number];
        let (plan, life) = (agent.plan, agent.life);
        agent.mode = Mode::Reading;
        agent.busy_until_ns = now_ns;
        agent.peak_bytes = 0;
        agent.passes = None;
        (agent.deadline_ns, agent.is_timed) = (now_ns + plan.flush_ns, false);
        if plan.checkpoints {
            agent.fall_behind();
        }
        for log in agent.logs.clone() {
            self.logs[log].reopen(plan.checkpoints);
        }
        let since_phase = now_ns.saturating_sub(agent.scan_phase_ns);
        let next_scan_ns = agent.scan_phase_ns + (since_phase / plan.scan_ns + 1) * plan.scan_ns;
        self.at(next_scan_ns, Event::Scan { agent: number, life });
        self.set_timer(number);
        self.read_on(number, now_ns);
    }

    /// The end of the run: every line is where its fate says.
    fn close(mut self) -> Outcome {
        for log in &self.logs {
            // A dead reader without checkpoints would skip what it has not read; a live one would read it.
            let reads_on = log
                .agent
                .is_some_and(|a| self.agents[a].mode != Mode::Down || self.agents[a].plan.checkpoints);
            for (line, fate) in log.lines.iter().zip(&log.fates) {
                self.out.emitted += 1;
                let mut age_s = f64::INFINITY;
                match *fate {
                    Fate::Unread if reads_on => self.out.in_flight += 1,
                    Fate::Unread | Fate::Skipped(_) => self.out.retained += 1,
                    Fate::Held | Fate::Accepted => self.out.in_flight += 1,
                    Fate::Lost(cause) => self.out.lost[cause as usize] += 1,
                    Fate::Delivered { at_ns } => {
                        self.out.delivered += 1;
                        self.out.delivered_in_time += u64::from(at_ns < self.blueprint.horizon_ns);
                        age_s = (at_ns - line.at_ns) as f64 / 1e9;
                    }
                }
                if line.at_ns >= self.blueprint.warmup_ns {
                    self.out.ages_s.push(age_s);
                }
            }
        }
        self.out.ages_s.sort_by(f64::total_cmp);
        for agent in &self.agents {
            self.out.paused_ns += agent.paused_ns;
            if agent.mode == Mode::Paused {
                self.out.paused_ns += self.blueprint.horizon_ns.saturating_sub(agent.paused_since_ns);
            }
        }
        self.out.longest_wait_ns = self.backend.longest_wait_until(self.blueprint.end_ns());
        self.out
    }
}

fn new_log(blueprint: &Blueprint, plan: &StreamPlan, node: usize, key: u64) -> Log {
    let class = Purpose::RateClass.draw(key) as usize % StreamPlan::RATE_CLASSES;
    let law = &blueprint.laws[plan.first_law + class];
    let rotation = if plan.medium == Medium::Stdout { blueprint.kubelet } else { plan.rotation };
    let initial_bytes = (unit(Purpose::InitialSize.draw(key)) * rotation.size_bytes as f64) as u64;
    let cause = match plan.reader {
        Reader::Impossible => Cause::NotCollectable,
        _ => Cause::RotatedBeforeRead,
    };
    let lines = lines_of(law, key, blueprint.horizon_ns);
    Log::new(node, plan.medium, lines, rotation, initial_bytes, cause)
}
