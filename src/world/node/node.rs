//! A node: one logical process with its pods, files, kubelet and agents, and an event list of its own.

use crate::blueprint::{Arrival, Blueprint, OnNode, PlacedPod, Reader, StreamPlan, law_of};
use crate::engine::events::EventList;
use crate::engine::random::{draw, named_key, subkey, unit};
use crate::flow::{Cause, Medium};
use crate::profile::Parse;
use crate::units::SimTime;
use crate::world::agent::desk::Desk;
use crate::world::agent::input::{Batch, Input, Mode};
use crate::world::agent::limits::{Gets, Given};
use crate::world::agent::quiet::Scratch;
use crate::world::backend::link::Link;
use crate::world::control::Reach;
use crate::world::disk::files::Files;
use crate::world::faults::Strike;
use crate::world::kubelet::cpu::Contention;
use crate::world::kubelet::eviction::Pressure;
use crate::world::kubelet::pods::Place;
use crate::world::kubelet::restarts::Container;
use crate::world::lines::runtime::prefix_bytes;
use crate::world::lines::stream::{Peek, Stream};
use crate::world::tally::Tally;
use smallvec::SmallVec;
use std::ops::Range;

/// The kubelet's place in the event list, for pods' lives and for their files; inputs follow.
const KUBELET: usize = 0;
const INITIAL_SIZE: u64 = 12;
const TICK_PHASE: u64 = 13;

/// All state of one node. Streams lie in the order of the inputs that read them.
#[derive(Clone, Debug)]
pub(crate) struct Node {
    pub(crate) streams: Vec<Stream>,
    pub(crate) files: Vec<Files>,
    pub(crate) media: Vec<Medium>,
    /// The input that reads each stream; `u32::MAX` where none does.
    pub(crate) reader_of: Vec<u32>,
    pub(crate) inputs: Vec<Input>,
    /// When the kubelet peeks next.
    pub(crate) tick_ns: u64,
    pub(crate) first_tick_ns: u64,
    /// Foreseen rotations by applications, the earliest last.
    pub(crate) own_rotations: Vec<(u64, u32)>,
    /// Pods that come and go, and when the next of them does.
    pub(crate) places: Vec<Place>,
    pub(crate) life_ns: u64,
    /// What happens to the node and its agents, the earliest last; and the disturbances that concern it.
    pub(crate) strikes: Vec<Strike>,
    pub(crate) cut_off: SmallVec<[u32; 2]>,
    log_disk_bytes: u64,
    pub(crate) pool: usize,
    /// How its CPU is shared, where applications say what they want of it.
    pub(crate) contention: Option<Box<Contention>>,
    /// What is done where its disk is full, where that can be.
    pub(crate) pressure: Option<Box<Pressure>>,
    /// When the image of agents in pods is on the node; `None` where nobody has pulled it.
    pub(crate) agent_image_ns: Option<u64>,
    /// When changes of collection configs reach its agents.
    pub(crate) reach: Option<Box<Reach>>,
    /// Files that no agent was given, and streams whose files have no watch.
    unread_files: u64,
    unwatched: Vec<u32>,
    /// Scratch space of a read.
    pub(crate) peeks: Vec<Peek>,
    events: EventList,
}

/// A stream on its way to its place.
struct Found<'a> {
    plan: &'a StreamPlan,
    tenant: u32,
    key: u64,
    /// Groups streams by the input that reads them: pod and config, or config; readers come first.
    group: (u64, u32),
    /// What its reader is given for it.
    gets: Gets,
    /// The pod's place among those that come and go, and the stream's in the pod.
    place: Option<(usize, usize)>,
}

impl Node {
    pub fn new(blueprint: &Blueprint, number: usize, pool: usize, on: &OnNode, key: u64) -> Self {
        let OnNode { pods, happenings } = on;
        let node_key = subkey(named_key(key, "node"), number as u64);
        let node_agent = blueprint.node_agent_in(pool);
        let mut found = Vec::new();
        let mut pod_keys = Vec::with_capacity(pods.len());
        let mut places = Vec::new();
        let mut place_of = vec![None; pods.len()];
        let control = blueprint.control.as_ref();
        let restarts = control.is_some_and(|plan| matches!(plan.arrival, Arrival::Waves { .. }));
        let may_evict = blueprint.may_evict(pool, pods);
        for (position, pod) in pods.iter().enumerate() {
            let template = &blueprint.pods[pod.template as usize];
            let pod_key = subkey(named_key(key, &template.name), u64::from(pod.ordinal));
            pod_keys.push(pod_key);
            let comes_and_goes = template.life.is_some() || template.crashes.is_some();
            let can_leave = may_evict || restarts && template.agent.is_some() || !pod.stays.is_empty();
            if comes_and_goes || can_leave {
                place_of[position] = Some(places.len());
                let mut place = Place::new(pod.template, template.life.as_ref(), pod_key, &pod.stays);
                let streams = template.streams.len();
                place.container = template.crashes.as_ref().map(|crashes| {
                    Box::new(Container::new(
                        crashes,
                        pod_key,
                        streams,
                        !place.is_gone(),
                        blueprint.horizon_ns,
                    ))
                });
                places.push(place);
            }
            for (number, plan) in template.streams.iter().enumerate() {
                let agent = match plan.reader {
                    Reader::Node => node_agent,
                    Reader::Pod => template.agent,
                    Reader::Nobody | Reader::Impossible => None,
                };
                let config = match agent {
                    Some(agent) if blueprint.agents[agent].own_inputs => plan.config,
                    _ => 0,
                };
                let group = match plan.reader {
                    Reader::Node if agent.is_some() => (0, config),
                    Reader::Pod if agent.is_some() => (1 + position as u64, config),
                    _ => (u64::MAX, 0),
                };
                let stream_key = named_key(pod_key, &plan.name);
                let place = place_of[position].map(|place| (place, number));
                let gets = Gets::Everything;
                found.push(Found { plan, tenant: template.tenant, key: stream_key, group, gets, place });
                if template.crashes.is_some() && Container::has_own_log(plan.medium) {
                    // The log of the container before, or of the next.
                    let place = place_of[position].map(|place| (place, template.streams.len() + number));
                    found.push(Found { plan, tenant: template.tenant, key: stream_key, group, gets, place });
                }
            }
        }
        found.sort_by_key(|f| f.group);
        if blueprint.limits_files() {
            give_files(&mut found, blueprint, node_agent, pods);
        }
        let mut node = Self {
            streams: Vec::with_capacity(found.len()),
            files: Vec::with_capacity(found.len()),
            media: Vec::with_capacity(found.len()),
            reader_of: Vec::with_capacity(found.len()),
            inputs: Vec::new(),
            tick_ns: 0,
            first_tick_ns: tick_phase(node_key, blueprint.kubelet_interval_ns),
            own_rotations: Vec::new(),
            places,
            life_ns: 0,
            strikes: Vec::new(),
            cut_off: SmallVec::new(),
            pool,
            log_disk_bytes: blueprint.pools[pool].log_disk_bytes,
            contention: None,
            pressure: None,
            agent_image_ns: None,
            reach: None,
            unread_files: found.iter().filter(|f| f.gets == Gets::Nothing).count() as u64,
            unwatched: Vec::new(),
            peeks: Vec::new(),
            events: EventList::new(1),
        };
        for (number, stream) in found.iter().enumerate() {
            node.add_stream(blueprint, pool, stream);
            if let Some((place, plan)) = stream.place {
                let streams = blueprint.pods[node.places[place].template as usize].streams.len();
                let is_other = plan >= streams;
                match &mut node.places[place].container {
                    Some(container) if is_other => container.has_other(plan - streams, number as u32),
                    _ => node.places[place].has_stream(plan, number as u32),
                }
                if node.places[place].is_gone() || is_other {
                    node.files[number].not_begun(&mut node.streams[number]);
                }
            }
        }
        let inputs_of = node.add_inputs(blueprint, &found, pods, &pod_keys, (node_agent, node_key));
        for (number, found) in found.iter().enumerate() {
            if found.gets == Gets::NoWatch {
                node.unwatched.push(number as u32);
            }
            node.learn_reader(number, found.plan.parse, blueprint);
        }
        if let Some(credentials) = control.and_then(|plan| plan.credentials.as_ref()) {
            node.inputs.iter_mut().for_each(|input| input.get_credentials(credentials, node_key, 0));
            for (key, own) in pod_keys.iter().zip(&inputs_of) {
                let own = own.start as usize..own.end as usize;
                node.inputs[own].iter_mut().for_each(|input| input.get_credentials(credentials, *key, 0));
            }
        }
        if let Some(plan) = control {
            let own = (pods.as_slice(), pod_keys.as_slice());
            let inputs = node.inputs.len();
            node.reach =
                Some(Box::new(Reach::new(blueprint, plan, (number, node_key), own, inputs, &inputs_of)));
        }
        node.inputs.iter_mut().for_each(|input| input.begin_offsets(0, blueprint));
        node.expect(happenings, pods, &inputs_of, (node_agent.is_some(), node_key));
        node.contention = Contention::new(
            blueprint,
            pool,
            (pods, &pod_keys),
            &place_of,
            &inputs_of,
            node_agent.map(|agent| (agent, 0..node.inputs_of_node(&inputs_of))),
        );
        node.pressure = may_evict.then(|| Box::new(Pressure::new(blueprint, pool, node_key)));
        for (place, inputs) in place_of.into_iter().zip(inputs_of) {
            let Some(place) = place else { continue };
            if node.places[place].is_gone() {
                for input in &mut node.inputs[inputs.start as usize..inputs.end as usize] {
                    input.drop_all();
                    input.is_gone = true;
                }
            }
            if let (Some(plan), Some(reach)) = (control, &node.reach) {
                node.places[place].restarts = reach.restarts(plan, &inputs);
            }
            node.places[place].inputs = inputs;
        }
        node.agent_image_ns = node.inputs.iter().any(|input| !input.is_gone).then_some(0);
        node.events = EventList::new(1 + node.inputs.len());
        node.set_shares(0, blueprint);
        node.life_ns = node.next_life_ns();
        node.schedule_kubelet();
        for index in 0..node.inputs.len() {
            node.schedule_input(index);
        }
        node
    }

    fn add_stream(&mut self, blueprint: &Blueprint, pool: usize, found: &Found<'_>) {
        let law_index = law_of(found.plan, found.key);
        let law = &blueprint.laws[law_index];
        let medium = found.plan.medium;
        let prefix_bytes = prefix_bytes(medium, law);
        let rotation = if medium.is_rotated_by_kubelet() { blueprint.kubelet } else { found.plan.rotation };
        let stream = Stream::new(law_index as u32, law, found.tenant, prefix_bytes, found.key, 0);
        let initial_bytes = (!blueprint.begins_empty(rotation, pool))
            .then(|| (unit(draw(found.key, INITIAL_SIZE)) * rotation.size_bytes as f64) as u64);
        let has_reader = found.group.0 != u64::MAX;
        let cause = match found.plan.reader {
            _ if found.gets == Gets::Nothing => Cause::NotCollectable,
            // A node without an agent has none of its own either.
            Reader::Impossible | Reader::Node => Cause::NotCollectable,
            _ => Cause::RotatedBeforeRead,
        };
        self.files.push(Files::new(medium, rotation, initial_bytes, &stream, has_reader, cause));
        self.streams.push(stream);
        self.media.push(found.plan.medium);
    }

    /// Says of a stream what of it its reader cannot take as it comes.
    pub(crate) fn learn_reader(&mut self, number: usize, parse: Parse, blueprint: &Blueprint) {
        let unwatched = self.unwatched.contains(&(number as u32));
        if let Some(input) = self.inputs.get(self.reader_of[number] as usize) {
            input.learn(&mut self.streams[number], (self.media[number], parse), unwatched, blueprint);
        }
    }

    /// One input for each group of streams, and one for an agent that has nothing to read. Gives the inputs of the agent
    /// in each pod.
    fn add_inputs(
        &mut self,
        blueprint: &Blueprint,
        found: &[Found<'_>],
        pods: &[PlacedPod],
        pod_keys: &[u64],
        (node_agent, node_key): (Option<usize>, u64),
    ) -> Vec<Range<u32>> {
        // The agents that run here, by the first half of the group of what they read.
        let mut agents: Vec<(u64, usize, u64)> = Vec::new();
        agents.extend(node_agent.map(|agent| (0, agent, node_key)));
        for (position, pod) in pods.iter().enumerate() {
            let agent = blueprint.pods[pod.template as usize].agent;
            agents.extend(agent.map(|agent| (1 + position as u64, agent, pod_keys[position])));
        }
        let mut next = 0;
        let mut inputs_of = vec![0..0; pods.len()];
        for (owner, agent, key) in agents {
            let mut leads = true;
            let first_input = self.inputs.len() as u32;
            while leads || found.get(next).is_some_and(|f| f.group.0 == owner) {
                let first = next;
                while found.get(next).is_some_and(|f| f.group.0 == owner && f.group == found[first].group) {
                    next += 1;
                }
                let plan = &blueprint.agents[agent];
                let config = found.get(first).map_or(0, |f| f.group.1);
                let mut input = Input::new(agent, plan, first as u32..next as u32, key, config, leads);
                if let Some((before_ns, within_ns)) = blueprint.fresh {
                    input.count_from_start(plan, key, before_ns, within_ns);
                }
                self.inputs.push(input);
                self.reader_of.resize(next, self.inputs.len() as u32 - 1);
                leads = false;
            }
            if let Some(position) = owner.checked_sub(1) {
                inputs_of[position as usize] = first_input..self.inputs.len() as u32;
            }
        }
        self.reader_of.resize(found.len(), u32::MAX);
        inputs_of
    }

    /// When a pod comes or goes, or a file is looked at or rotated next.
    fn kubelet_ns(&self) -> u64 {
        let own = self.own_rotations.last().map_or(u64::MAX, |(at_ns, _)| *at_ns);
        self.tick_ns.min(own).min(self.life_ns)
    }

    /// Before this nothing but its own timers happens to an input.
    fn undisturbed_until(&self, index: usize) -> u64 {
        let input = &self.inputs[index];
        let own = input.first as usize..input.end as usize;
        if own.len() > 1 || !self.own_rotations.is_empty() {
            return self.kubelet_ns();
        }
        // The kubelet's look at other files is nothing to it.
        let peek = own.map(|number| self.files[number].next_check_ns).min().unwrap_or(u64::MAX);
        self.life_ns.min(peek.max(self.tick_ns))
    }

    /// Inputs of the node's agent come first: how many they are. `inputs_of` are those of the agent in each pod.
    pub(crate) fn inputs_of_node(&self, inputs_of: &[Range<u32>]) -> u32 {
        let in_pods = inputs_of.iter().filter(|inputs| !inputs.is_empty()).map(|inputs| inputs.start).min();
        in_pods.unwrap_or(self.inputs.len() as u32)
    }

    /// When the CPU is shared anew, or the kubelet peeks at the disk.
    pub(crate) fn border_ns(&self) -> u64 {
        let shared_ns = self.contention.as_ref().map_or(u64::MAX, |contention| contention.next_ns);
        self.pressure.as_ref().map_or(shared_ns, |pressure| pressure.next_ns.min(shared_ns))
    }

    fn pass_border(&mut self, now_ns: u64, blueprint: &Blueprint, tally: &mut Tally) {
        if self.contention.as_ref().is_some_and(|contention| contention.next_ns <= now_ns) {
            self.share_cpu(now_ns, blueprint, tally);
        }
        if self.pressure.as_ref().is_some_and(|pressure| pressure.next_ns <= now_ns) {
            self.look_at_disk(now_ns, blueprint, tally);
        }
        self.life_ns = self.next_life_ns();
    }

    fn schedule_kubelet(&mut self) {
        self.events.schedule(KUBELET, SimTime::from_ns(self.kubelet_ns()));
    }

    pub(crate) fn schedule_input(&mut self, index: usize) {
        self.events.schedule(1 + index, SimTime::from_ns(self.inputs[index].next_ns()));
    }

    /// Handles every event before `until_ns`. Gives the instant of the first behind it.
    pub fn run_until(
        &mut self,
        until_ns: u64,
        blueprint: &Blueprint,
        link: &mut Link<'_>,
        scratch: &mut Scratch,
        tally: &mut Tally,
    ) -> u64 {
        link.turn_to(&self.cut_off);
        if let Some(contention) = &mut self.contention {
            contention.begin(tally);
        }
        let mut next_ns = u64::MAX;
        while let Some((at, entity)) = self.events.peek() {
            let now_ns = at.as_ns();
            if now_ns >= until_ns {
                next_ns = now_ns;
                break;
            }
            if entity == KUBELET {
                if self.strikes.last().is_some_and(|strike| strike.at_ns <= now_ns) {
                    self.strike(now_ns, blueprint, link, tally);
                } else if self.border_ns() <= now_ns {
                    self.pass_border(now_ns, blueprint, tally);
                } else if self.life_ns <= now_ns {
                    self.live(now_ns, blueprint, tally);
                } else if self.tick_ns <= now_ns {
                    self.look_at_files(now_ns, blueprint, tally);
                } else {
                    self.rotate_own(blueprint, tally);
                }
                self.schedule_kubelet();
            } else {
                let index = entity - 1;
                let is_flush = self.inputs[index].flush_ns == now_ns;
                let quiet_until_ns = until_ns.min(self.undisturbed_until(index));
                if !(is_flush
                    && self.desk(index, blueprint, tally).flush_quietly(quiet_until_ns, link, scratch))
                {
                    self.handle_input(index, now_ns, blueprint, link, tally);
                }
                self.schedule_input(index);
            }
        }
        if let Some(contention) = &mut self.contention {
            contention.note(tally);
        }
        next_ns
    }

    /// Whatever is due at an input: answers and retries first, then its timers.
    fn handle_input(
        &mut self,
        index: usize,
        now_ns: u64,
        blueprint: &Blueprint,
        link: &mut Link<'_>,
        tally: &mut Tally,
    ) {
        self.desk(index, blueprint, tally).handle(now_ns, link);
    }

    /// The input `index` at its desk, with all that it works on.
    pub(crate) fn desk<'a>(
        &'a mut self,
        index: usize,
        blueprint: &'a Blueprint,
        tally: &'a mut Tally,
    ) -> Desk<'a> {
        let input = &mut self.inputs[index];
        let own = input.first as usize..input.end as usize;
        let plan = &blueprint.agents[input.plan as usize];
        let (streams, files) = (&mut self.streams[own.clone()], &mut self.files[own]);
        Desk { input, streams, files, peeks: &mut self.peeks, plan, blueprint, tally }
    }

    /// Settles what the input `index` has done until `now_ns`.
    pub(crate) fn advance(&mut self, index: usize, now_ns: u64, blueprint: &Blueprint, tally: &mut Tally) {
        self.desk(index, blueprint, tally).advance(now_ns);
    }

    /// The end of the run: counts where every line is and what agents hold.
    pub fn close(&mut self, blueprint: &Blueprint, tally: &mut Tally) {
        for index in 0..self.inputs.len() {
            self.advance(index, blueprint.end_ns(), blueprint, tally);
        }
        self.close_control(blueprint, tally);
        self.close_contention(tally);
        tally.unread_files += self.unread_files;
        let mut disk_bytes = 0;
        for number in 0..self.streams.len() {
            if self.files[number].is_gone {
                continue;
            }
            let stream = &mut self.streams[number];
            let law = &blueprint.laws[stream.law as usize];
            let before_warmup = self.files[number].lines_before_warmup(stream, law, blueprint.warmup_ns);
            let reader = self.inputs.get(self.reader_of[number] as usize);
            let forgets = reader.is_some_and(|input| {
                input.mode == Mode::Down && !blueprint.agents[input.plan as usize].remembers()
            });
            let files = &mut self.files[number];
            let written = files.close(stream, law, blueprint.horizon_ns, forgets, tally);
            disk_bytes += files.disk_bytes(stream, written);
            tally.wrote(stream, written, before_warmup, self.media[number]);
        }
        tally.fullest_disk_bytes = tally.fullest_disk_bytes.max(disk_bytes);
        let share_ppm = u128::from(disk_bytes) * 1_000_000 / u128::from(self.log_disk_bytes.max(1));
        tally.fullest_disk_ppm = tally.fullest_disk_ppm.max(u64::try_from(share_ppm).unwrap_or(u64::MAX));
        let mut shared_bytes: f64 = 0.0;
        for input in self.inputs.iter().filter(|input| !input.is_gone) {
            let costs = &blueprint.agents[input.plan as usize].costs;
            tally.ledger.in_flight +=
                input.filling.new_lines() + input.batches.iter().map(Batch::new_lines).sum::<u64>();
            let variable = input.variable_bytes(blueprint, input.peak_bytes);
            let (rss, pss) =
                if input.leads { (costs.rss_idle_bytes(), costs.pss_idle_bytes()) } else { (0.0, 0.0) };
            tally.agent_rss_bytes += (rss + variable).round() as u64;
            tally.agent_pss_bytes += (pss + variable).round() as u64;
            tally.agents += u64::from(input.leads && blueprint.agents[input.plan as usize].is_process);
            tally.inputs += 1;
            shared_bytes = shared_bytes.max(costs.pss_shared_bytes());
        }
        tally.agent_pss_bytes += shared_bytes.round() as u64;
    }
}

/// Gives agents their files, those of one process after those of another; what one is not given nobody reads.
fn give_files(found: &mut [Found<'_>], blueprint: &Blueprint, node_agent: Option<usize>, pods: &[PlacedPod]) {
    let mut given = Given::default();
    let on_disk = |f: &&mut Found<'_>| f.group.0 != u64::MAX && f.plan.medium.is_on_disk();
    for found in found.iter_mut().filter(on_disk) {
        let process = found.group.0;
        let agent = match process.checked_sub(1) {
            None => node_agent,
            Some(position) => blueprint.pods[pods[position as usize].template as usize].agent,
        };
        let Some(agent) = agent else { continue };
        found.gets = given.give(process, &blueprint.agents[agent], blueprint);
        if found.gets == Gets::Nothing {
            found.group = (u64::MAX, 0);
        }
    }
    found.sort_by_key(|f| f.group);
}

/// Kubelets started at different times.
fn tick_phase(node_key: u64, interval_ns: u64) -> u64 {
    1 + draw(node_key, TICK_PHASE) % interval_ns.max(1)
}
