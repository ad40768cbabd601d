//! A node as it begins: its pods' streams in the order of those who read them, their files, the agents' inputs, and what
//! is known beforehand of all that will happen.

use crate::blueprint::{
    Arrival, Blueprint, OnNode, PlacedPod, PodTemplate, Purpose, Reader, StreamPlan, law_of, member,
};
use crate::engine::events::EventList;
use crate::engine::random::{named_key, unit};
use crate::flow::Cause;
use crate::profile::Parse;
use crate::world::agent::input::{Input, InputId, Owner};
use crate::world::agent::limits::{Gets, Given};
use crate::world::disk::files::Files;
use crate::world::lines::runtime::prefix_bytes;
use crate::world::lines::stream::{Stream, StreamId};
use crate::world::node::{Container, Contention, Node, Place, Pressure, Reach};
use smallvec::SmallVec;
use std::ops::Range;

/// What there is on a node before it begins.
struct Site<'a> {
    pods: &'a [PlacedPod],
    /// The key of the node, and of each pod.
    key: u64,
    pod_keys: Vec<u64>,
    /// The agent of the node, an index into the blueprint's.
    node_agent: Option<usize>,
    /// Whether pods may be evicted for what they have on disk.
    may_evict: bool,
    /// Pods that come and go, and which of the pods they are.
    places: Vec<Place>,
    place_of: Vec<Option<usize>>,
    /// Streams, in the order of those who read them.
    found: Vec<Found<'a>>,
}

/// A stream on its way to its place.
struct Found<'a> {
    plan: &'a StreamPlan,
    tenant: u32,
    key: u64,
    /// Groups streams by the input that reads them: whose it is, and for which config.
    group: (Owner, u32),
    /// What its reader is given for it.
    gets: Gets,
    /// The pod's place among those that come and go, and the stream's in the pod.
    place: Option<(usize, usize)>,
}

impl<'a> Site<'a> {
    fn survey(blueprint: &'a Blueprint, number: usize, pool: usize, pods: &'a [PlacedPod], key: u64) -> Self {
        let mut site = Self {
            pods,
            key: member(named_key(key, "node"), number as u64),
            pod_keys: Vec::with_capacity(pods.len()),
            node_agent: blueprint.node_agent_in(pool),
            may_evict: blueprint.may_evict(pool, pods),
            places: Vec::new(),
            place_of: Vec::with_capacity(pods.len()),
            found: Vec::new(),
        };
        for (position, pod) in pods.iter().enumerate() {
            let template = &blueprint.pods[pod.template.at()];
            site.pod_keys.push(member(named_key(key, &template.name), u64::from(pod.ordinal)));
            let place = site.place(pod, template, blueprint);
            site.place_of.push(place);
            site.find_streams(position, template, blueprint);
        }
        site.found.sort_by_key(|f| f.group);
        if blueprint.limits_files() {
            give_files(&mut site.found, blueprint, site.node_agent, pods);
        }
        site
    }

    /// Makes the last pod of those so far one that comes and goes, where it may. Returns its number among these.
    fn place(&mut self, pod: &PlacedPod, template: &PodTemplate, blueprint: &Blueprint) -> Option<usize> {
        let restarts =
            blueprint.control.as_ref().is_some_and(|plan| matches!(plan.arrival, Arrival::Waves { .. }));
        let comes_and_goes = template.life.is_some() || template.crashes.is_some();
        let can_leave = self.may_evict || restarts && template.agent.is_some() || !pod.stays.is_empty();
        if !comes_and_goes && !can_leave {
            return None;
        }
        let pod_key = *self.pod_keys.last()?;
        let mut place = Place::new(pod.template, template.life.as_ref(), pod_key, &pod.stays);
        let (streams, is_there) = (template.streams.len(), !place.is_gone());
        place.container = template.crashes.as_ref().map(|crashes| {
            Box::new(Container::new(crashes, pod_key, streams, is_there, blueprint.horizon_ns))
        });
        self.places.push(place);
        Some(self.places.len() - 1)
    }

    /// The streams of a pod, and by whom each is read.
    fn find_streams(&mut self, position: usize, template: &'a PodTemplate, blueprint: &Blueprint) {
        for (number, plan) in template.streams.iter().enumerate() {
            let agent = match plan.reader {
                Reader::Node => self.node_agent,
                Reader::Pod => template.agent,
                Reader::Nobody | Reader::Impossible => None,
            };
            let config = match agent {
                Some(agent) if blueprint.agents[agent].own_inputs => plan.config,
                _ => 0,
            };
            let group = match plan.reader {
                Reader::Node if agent.is_some() => (Owner::Node, config),
                Reader::Pod if agent.is_some() => (Owner::Pod(position), config),
                _ => (Owner::Nobody, 0),
            };
            let key = named_key(self.pod_keys[position], &plan.name);
            let place = self.place_of[position];
            let mut find = |number| {
                let place = place.map(|place| (place, number));
                self.found.push(Found {
                    plan,
                    tenant: template.tenant,
                    key,
                    group,
                    gets: Gets::Everything,
                    place,
                });
            };
            find(number);
            if template.crashes.is_some() && Container::has_own_log(plan.medium) {
                // The log of the container before, or of the next.
                find(template.streams.len() + number);
            }
        }
    }
}

impl Node {
    /// The node `number` of a pool, with what there is on it, at the beginning of a run with this key.
    pub(crate) fn new(blueprint: &Blueprint, number: usize, pool: usize, on: &OnNode, key: u64) -> Self {
        let mut site = Site::survey(blueprint, number, pool, &on.pods, key);
        let mut node = Self::empty(blueprint, pool, &site);
        node.places = std::mem::take(&mut site.places);
        node.add_streams(blueprint, &site.found);
        let inputs_of = node.add_inputs(blueprint, &site);
        for (at, found) in site.found.iter().enumerate() {
            let number = StreamId::of(at);
            if found.gets == Gets::NoWatch {
                node.unwatched.push(number);
            }
            node.learn_reader(number, found.plan.parse, blueprint);
        }
        node.connect(blueprint, number, &site, &inputs_of);
        node.inputs.iter_mut().for_each(|input| input.begin_offsets(0, blueprint));
        node.expect(&on.happenings, site.pods, &inputs_of, (site.node_agent.is_some(), site.key));
        node.contention = Contention::new(
            blueprint,
            pool,
            (site.pods, &site.pod_keys),
            &site.place_of,
            &inputs_of,
            site.node_agent.map(|agent| (agent, 0..node.inputs_of_node(&inputs_of))),
        );
        node.pressure = site.may_evict.then(|| Box::new(Pressure::new(blueprint, pool, site.key)));
        node.give_places_inputs(blueprint, &site.place_of, inputs_of);
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

    /// A node on which nothing is yet.
    fn empty(blueprint: &Blueprint, pool: usize, site: &Site<'_>) -> Self {
        let streams = site.found.len();
        Self {
            streams: Vec::with_capacity(streams),
            files: Vec::with_capacity(streams),
            media: Vec::with_capacity(streams),
            reader_of: Vec::with_capacity(streams),
            inputs: Vec::new(),
            tick_ns: 0,
            first_tick_ns: tick_phase(site.key, blueprint.kubelet_interval_ns),
            own_rotations: Vec::new(),
            places: Vec::new(),
            life_ns: 0,
            expected: Vec::new(),
            cut_off: SmallVec::new(),
            pool,
            log_disk_bytes: blueprint.pools[pool].log_disk_bytes,
            contention: None,
            pressure: None,
            agent_image_ns: None,
            reach: None,
            unread_files: site.found.iter().filter(|f| f.gets == Gets::Nothing).count() as u64,
            unwatched: Vec::new(),
            peeks: Vec::new(),
            events: EventList::new(1),
        }
    }

    /// Each stream with its files; those of pods that are not there yet have none.
    fn add_streams(&mut self, blueprint: &Blueprint, found: &[Found<'_>]) {
        for (number, stream) in found.iter().enumerate() {
            self.add_stream(blueprint, stream);
            if let Some((place, plan)) = stream.place {
                let streams = blueprint.pods[self.places[place].template.at()].streams.len();
                let is_other = plan >= streams;
                match &mut self.places[place].container {
                    Some(container) if is_other => container.has_other(plan - streams, StreamId::of(number)),
                    _ => self.places[place].has_stream(plan, StreamId::of(number)),
                }
                if self.places[place].is_gone() || is_other {
                    self.files[number].not_begun(&mut self.streams[number]);
                }
            }
        }
    }

    /// Credentials of all agents, and when changes of configs reach them.
    fn connect(&mut self, blueprint: &Blueprint, number: usize, site: &Site<'_>, inputs_of: &[Range<u32>]) {
        let Some(plan) = &blueprint.control else { return };
        if let Some(credentials) = &plan.credentials {
            self.inputs.iter_mut().for_each(|input| input.get_credentials(credentials, site.key, 0));
            for (key, own) in site.pod_keys.iter().zip(inputs_of) {
                let own = own.start as usize..own.end as usize;
                self.inputs[own].iter_mut().for_each(|input| input.get_credentials(credentials, *key, 0));
            }
        }
        let own = (site.pods, site.pod_keys.as_slice());
        let inputs = self.inputs.len();
        self.reach = Some(Box::new(Reach::new(blueprint, plan, (number, site.key), own, inputs, inputs_of)));
    }

    /// Pods that come and go learn which inputs are their agents'; the agents of those that are not there are gone.
    fn give_places_inputs(
        &mut self,
        blueprint: &Blueprint,
        place_of: &[Option<usize>],
        inputs_of: Vec<Range<u32>>,
    ) {
        for (place, inputs) in place_of.iter().zip(inputs_of) {
            let Some(place) = *place else { continue };
            if self.places[place].is_gone() {
                for input in &mut self.inputs[inputs.start as usize..inputs.end as usize] {
                    input.drop_all();
                    input.is_gone = true;
                }
            }
            if let (Some(plan), Some(reach)) = (&blueprint.control, &self.reach) {
                self.places[place].restarts = reach.restarts(plan, &inputs);
            }
            for input in inputs.clone() {
                self.inputs[input as usize].place = Some(place as u32);
            }
            self.places[place].inputs = inputs;
        }
    }

    fn add_stream(&mut self, blueprint: &Blueprint, found: &Found<'_>) {
        let law_index = law_of(found.plan, found.key);
        let law = &blueprint.laws[law_index];
        let medium = found.plan.medium;
        let prefix_bytes = prefix_bytes(medium, law);
        let rotation = if medium.is_rotated_by_kubelet() { blueprint.kubelet } else { found.plan.rotation };
        let stream = Stream::new(law_index as u32, law, found.tenant, prefix_bytes, found.key, 0);
        let initial_bytes = (!blueprint.begins_empty(rotation, self.pool))
            .then(|| (unit(Purpose::InitialSize.draw(found.key)) * rotation.size_bytes as f64) as u64);
        let has_reader = found.group.0 != Owner::Nobody;
        let cause = match found.plan.reader {
            _ if found.gets == Gets::Nothing => Cause::NotCollectable,
            // A node without an agent has none of its own either.
            Reader::Impossible | Reader::Node => Cause::NotCollectable,
            _ => Cause::RotatedBeforeRead,
        };
        let mut files = Files::new(medium, rotation, initial_bytes, &stream, has_reader, cause);
        files.is_truncated = found.plan.is_truncated;
        files.gap_ns =
            if medium.is_rotated_by_kubelet() { blueprint.kubelet_gap_ns } else { found.plan.gap_ns };
        self.files.push(files);
        self.streams.push(stream);
        self.media.push(found.plan.medium);
    }

    /// Says of a stream what of it its reader cannot take as it comes.
    pub(crate) fn learn_reader(&mut self, number: StreamId, parse: Parse, blueprint: &Blueprint) {
        let unwatched = self.unwatched.contains(&number);
        if let Some(reader) = self.reader(number) {
            let (input, at) = (&self.inputs[reader], number.at());
            input.learn(&mut self.streams[at], (self.media[at], parse), unwatched, blueprint);
        }
    }

    /// One input for each group of streams, and one for an agent that has nothing to read. Gives the inputs of the agent
    /// in each pod.
    fn add_inputs(&mut self, blueprint: &Blueprint, site: &Site<'_>) -> Vec<Range<u32>> {
        let Site { pods, key: node_key, pod_keys, node_agent, found, .. } = site;
        // The agents that run here, by the first half of the group of what they read.
        let mut agents: Vec<(Owner, usize, u64)> = Vec::new();
        agents.extend(node_agent.map(|agent| (Owner::Node, agent, *node_key)));
        for (position, pod) in pods.iter().enumerate() {
            let agent = blueprint.pods[pod.template.at()].agent;
            agents.extend(agent.map(|agent| (Owner::Pod(position), agent, pod_keys[position])));
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
                let own = StreamId::of(first)..StreamId::of(next);
                let mut input = Input::new(agent, plan, own, key, config, leads);
                if let Some((before_ns, within_ns)) = blueprint.fresh {
                    input.count_from_start(plan, key, before_ns, within_ns);
                }
                input.meter.group = (agent * blueprint.pools.len() + self.pool) as u32;
                self.inputs.push(input);
                self.reader_of.resize(next, Some(InputId::of(self.inputs.len() - 1)));
                leads = false;
            }
            if let many @ [_, _, ..] = &mut self.inputs[first_input as usize..] {
                many.iter_mut().for_each(|input| input.meter.keep_spans());
            }
            if let Owner::Pod(position) = owner {
                inputs_of[position] = first_input..self.inputs.len() as u32;
            }
        }
        self.reader_of.resize(found.len(), None);
        inputs_of
    }
}

/// Gives agents their files, those of one process after those of another; what one is not given nobody reads.
fn give_files(found: &mut [Found<'_>], blueprint: &Blueprint, node_agent: Option<usize>, pods: &[PlacedPod]) {
    let mut given = Given::default();
    let on_disk = |f: &&mut Found<'_>| f.group.0 != Owner::Nobody && f.plan.medium.is_on_disk();
    for found in found.iter_mut().filter(on_disk) {
        let owner = found.group.0;
        let agent = match owner {
            Owner::Node => node_agent,
            Owner::Pod(position) => blueprint.pods[pods[position].template.at()].agent,
            Owner::Nobody => None,
        };
        let Some(agent) = agent else { continue };
        found.gets = given.give(owner, &blueprint.agents[agent], blueprint);
        if found.gets == Gets::Nothing {
            found.group = (Owner::Nobody, 0);
        }
    }
    found.sort_by_key(|f| f.group);
}

/// Kubelets started at different times.
fn tick_phase(node_key: u64, interval_ns: u64) -> u64 {
    1 + Purpose::RotationTick.draw(node_key) % interval_ns.max(1)
}
