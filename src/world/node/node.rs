//! A node: one logical process with its pods, files, kubelet and agents, and an event list of its own.

use crate::blueprint::Blueprint;
use crate::engine::events::EventList;
use crate::flow::Medium;
use crate::units::{NEVER_NS, SimTime};
use crate::world::agent::desk::Desk;
use crate::world::agent::input::{Input, InputId};
use crate::world::disk::files::Files;
use crate::world::lines::stream::{Peek, Stream, StreamId};
use crate::world::node::{Contention, Expected, Place, Pressure, Reach};
use crate::world::tally::Tally;
use smallvec::SmallVec;
use std::ops::Range;

/// The kubelet's place in the event list, for pods' lives and for their files; inputs follow.
pub(crate) const KUBELET: usize = 0;

/// All state of one node. Streams lie in the order of the inputs that read them.
#[derive(Clone, Debug)]
pub(crate) struct Node {
    pub(crate) streams: Vec<Stream>,
    pub(crate) files: Vec<Files>,
    pub(crate) media: Vec<Medium>,
    /// The input that reads each stream, where one does.
    pub(crate) reader_of: Vec<Option<InputId>>,
    pub(crate) inputs: Vec<Input>,
    /// When the kubelet peeks next.
    pub(crate) tick_ns: u64,
    pub(crate) first_tick_ns: u64,
    /// Foreseen rotations by applications, the earliest last.
    pub(crate) own_rotations: Vec<(u64, StreamId)>,
    /// Pods that come and go, and when the next of them does.
    pub(crate) places: Vec<Place>,
    pub(crate) life_ns: u64,
    /// What happens to the node and its agents, the earliest last; and the disturbances that concern it.
    pub(crate) expected: Vec<Expected>,
    pub(crate) cut_off: SmallVec<[u32; 2]>,
    pub(crate) log_disk_bytes: u64,
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
    pub(crate) unread_files: u64,
    pub(crate) unwatched: Vec<StreamId>,
    /// Scratch space of a read.
    pub(crate) peeks: Vec<Peek>,
    pub(crate) events: EventList,
}

impl Node {
    /// When a pod comes or goes, or a file is looked at or rotated next.
    pub(crate) fn kubelet_ns(&self) -> u64 {
        let own = self.own_rotations.last().map_or(NEVER_NS, |(at_ns, _)| *at_ns);
        self.tick_ns.min(own).min(self.life_ns)
    }

    /// Inputs of the node's agent come first: how many they are. `inputs_of` are those of the agent in each pod.
    pub(crate) fn inputs_of_node(&self, inputs_of: &[Range<u32>]) -> u32 {
        let in_pods = inputs_of.iter().filter(|inputs| !inputs.is_empty()).map(|inputs| inputs.start).min();
        in_pods.unwrap_or(self.inputs.len() as u32)
    }

    /// When the CPU is shared anew, or the kubelet peeks at the disk.
    pub(crate) fn border_ns(&self) -> u64 {
        let shared_ns = self.contention.as_ref().map_or(NEVER_NS, |contention| contention.next_ns);
        self.pressure.as_ref().map_or(shared_ns, |pressure| pressure.next_ns.min(shared_ns))
    }

    pub(crate) fn schedule_kubelet(&mut self) {
        self.events.schedule(KUBELET, SimTime::from_ns(self.kubelet_ns()));
    }

    /// Returns the input that reads a stream, where one does.
    #[inline]
    pub(crate) fn reader(&self, stream: StreamId) -> Option<usize> {
        self.reader_of[stream.at()].map(InputId::at)
    }

    pub(crate) fn schedule_input(&mut self, index: usize) {
        self.events.schedule(1 + index, SimTime::from_ns(self.inputs[index].next_ns()));
    }

    /// The input `index` at its desk, with all that it works on.
    pub(crate) fn desk<'a>(
        &'a mut self,
        index: usize,
        blueprint: &'a Blueprint,
        tally: &'a mut Tally,
    ) -> Desk<'a> {
        let input = &mut self.inputs[index];
        let own = input.own();
        let plan = &blueprint.agents[input.plan as usize];
        let (streams, files) = (&mut self.streams[own.clone()], &mut self.files[own]);
        Desk { input, streams, files, peeks: &mut self.peeks, plan, blueprint, tally }
    }

    /// Settles what the input `index` has done until `now_ns`.
    pub(crate) fn advance(&mut self, index: usize, now_ns: u64, blueprint: &Blueprint, tally: &mut Tally) {
        self.desk(index, blueprint, tally).advance(now_ns);
    }
}
