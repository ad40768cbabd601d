//! A place on a node, which pods of one kind take one after the other: whose pod has it now, and what becomes of it next.

use crate::blueprint::{Life, Purpose, Stay, TemplateId};
use crate::engine::marks::CLASSES;
use crate::engine::random::unit;
use crate::units::{NEVER_NS, NS_PER_SEC};
use crate::world::lines::stream::StreamId;
use crate::world::node::Container;
use smallvec::SmallVec;
use std::collections::VecDeque;
use std::ops::Range;

/// What becomes of a pod next.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Stage {
    /// It runs, and its agent will be stopped before it ends.
    Runs,
    /// It runs, and will end.
    Ending,
    /// It has ended, and will be deleted.
    Ended,
    /// It is gone, and its successor will begin.
    Gone,
    /// It is there, and its application waits for the agent in it.
    Waits,
}

/// A place on the node that pods of one kind take one after the other.
#[derive(Clone, Debug)]
pub(crate) struct Place {
    pub(crate) template: TemplateId,
    pub(crate) pod_key: u64,
    pub(crate) generation: u64,
    /// Since when its pod waits for its agent.
    pub(crate) waits_ns: u64,
    /// Attempts to start the next pod that have failed.
    pub(crate) failed_starts: u32,
    pub(crate) stage: Stage,
    pub(crate) next_ns: u64,
    /// What is left of its stays on the node, the present or next one first, where it is not here all the time.
    stays: Option<VecDeque<Stay>>,
    /// Its pods' streams on the node, in the order of the template.
    pub(crate) streams: SmallVec<[StreamId; 2]>,
    /// The inputs of an agent in the pod.
    pub(crate) inputs: Range<u32>,
    /// When a change of its agent's config replaces its pod, and when that was pushed; the earliest last.
    pub(crate) restarts: Vec<(u64, u64)>,
    /// Since when its pod is being replaced.
    pub(crate) leaves_ns: Option<u64>,
    /// Its pod's container, where that crashes.
    pub(crate) container: Option<Box<Container>>,
}

impl Place {
    /// A place whose first pod is in the middle of its life when the run begins.
    pub(crate) fn new(template: TemplateId, life: Option<&Life>, pod_key: u64, stays: &[Stay]) -> Self {
        let mut place = Self {
            template,
            pod_key,
            generation: 0,
            waits_ns: 0,
            failed_starts: 0,
            stage: Stage::Ending,
            next_ns: NEVER_NS,
            stays: (!stays.is_empty()).then(|| stays.iter().copied().collect()),
            streams: SmallVec::new(),
            inputs: 0..0,
            restarts: Vec::new(),
            leaves_ns: None,
            container: None,
        };
        if let Some(life) = life {
            place.next_ns = place.run_for(Self::first_life_s(life, pod_key), life) * NS_PER_SEC;
        }
        match stays.first() {
            Some(stay) if stay.begins_ns > 0 => {
                place.stage = Stage::Gone;
                place.wait_for(stay.begins_ns);
            }
            _ => place.next_ns = place.bounded(place.next_ns),
        }
        place
    }

    /// Seconds left to a pod that is in the middle of its life when the run begins.
    fn first_life_s(life: &Life, pod_key: u64) -> u64 {
        let lived = unit(Purpose::Age.draw(pod_key));
        // Whoever looks at a random instant meets long lives more often, in proportion to their length.
        let lives = || (0..CLASSES).map(|class| life.lifetime.value(class).max(1));
        let mut rest = (unit(Purpose::Lifetime.nth(pod_key, 1)) * lives().sum::<u64>() as f64) as u64;
        let met_s = lives().find(|seconds| match rest.checked_sub(*seconds) {
            Some(less) => {
                rest = less;
                false
            }
            None => true,
        });
        (met_s.unwrap_or(1) as f64 * (1.0 - lived)).ceil().max(1.0) as u64
    }

    /// Seconds that the pod lives which has the place now, where it was not there when the run began.
    pub(crate) fn lives_s(&self, life: &Life) -> u64 {
        life.lifetime.sum(1, Purpose::Lifetime.key(self.key(Some(life))), 0).max(1)
    }

    /// Its pod has so many seconds to live. Gives those until something happens to it.
    pub(crate) fn run_for(&mut self, left_s: u64, life: &Life) -> u64 {
        let stops_first = (1..left_s).contains(&life.agent_stops_s);
        self.stage = if stops_first { Stage::Runs } else { Stage::Ending };
        if stops_first { left_s - life.agent_stops_s } else { left_s }
    }

    /// The key of the pod that has the place now: its own for one that is moved or restarted, which goes on with its
    /// lines.
    pub(crate) fn key(&self, life: Option<&Life>) -> u64 {
        match life {
            Some(_) if self.generation > 0 => Purpose::Generation.nth(self.pod_key, self.generation),
            _ => self.pod_key,
        }
    }

    /// Whether its pod runs.
    pub(crate) fn runs(&self) -> bool {
        matches!(self.stage, Stage::Runs | Stage::Ending)
    }

    /// Whether its pod runs, and its container is not waiting to be started.
    pub(crate) fn is_working(&self) -> bool {
        self.runs() && self.container.as_ref().is_none_or(|container| container.is_up())
    }

    /// Since when its pod waits for its agent, where it does.
    pub(crate) fn waits_since(&self) -> Option<u64> {
        (self.stage == Stage::Waits).then_some(self.waits_ns)
    }

    /// Whether its pod has been deleted, or none has come so far.
    pub(crate) fn is_gone(&self) -> bool {
        matches!(self.stage, Stage::Gone | Stage::Waits)
    }

    /// When something happens to its pod next.
    pub(crate) fn due_ns(&self) -> u64 {
        let restart_ns = self.restarts.last().map_or(NEVER_NS, |(due_ns, _)| *due_ns);
        let replaced_ns = self.leaves_ns.map_or(NEVER_NS, |since_ns| since_ns + 1);
        let container_ns = self.container.as_ref().map_or(NEVER_NS, |container| container.next_ns);
        self.next_ns.min(restart_ns).min(replaced_ns).min(container_ns)
    }

    /// Whether nothing is due at `now_ns` but of its container.
    pub(crate) fn only_container_is_due(&self, now_ns: u64) -> bool {
        let restart_ns = self.restarts.last().map_or(NEVER_NS, |(due_ns, _)| *due_ns);
        self.leaves_ns.is_none() && self.next_ns.min(restart_ns) > now_ns
    }

    /// The stay that a pod is in, or comes for next.
    fn stay(&self) -> Option<&Stay> {
        self.stays.as_ref().and_then(VecDeque::front)
    }

    /// Whether the stay is over.
    pub(crate) fn must_leave(&self, now_ns: u64) -> bool {
        self.stays.is_some() && self.stay().is_none_or(|stay| stay.ends_ns <= now_ns)
    }

    /// What comes next at `own_ns` by itself comes no later than the stay has it.
    pub(crate) fn bounded(&self, own_ns: u64) -> u64 {
        let Some(stay) = self.stay() else { return own_ns };
        own_ns.min(match self.stage {
            Stage::Runs | Stage::Ending | Stage::Waits => stay.ends_ns,
            Stage::Ended => stay.deleted_ns,
            Stage::Gone => NEVER_NS,
        })
    }

    /// The place stays empty until then; whoever comes has numbers of their own.
    fn wait_for(&mut self, begins_ns: u64) {
        self.generation = (begins_ns / NS_PER_SEC) << 32;
        self.next_ns = begins_ns;
    }

    /// The stay is over: the place is empty until the next one. Gives whether there is none.
    pub(crate) fn leave(&mut self) -> bool {
        let next_ns = self.stays.as_mut().and_then(|stays| {
            stays.pop_front();
            stays.front().map(|stay| stay.begins_ns)
        });
        self.wait_for(next_ns.unwrap_or(NEVER_NS));
        next_ns.is_none()
    }

    /// Its pod is gone before its time, and another comes at `begins_ns`, if its stay is not over by then. Gives whether none
    /// ever comes.
    pub(crate) fn is_emptied(&mut self, begins_ns: u64, horizon_ns: u64) -> bool {
        (self.stage, self.leaves_ns) = (Stage::Gone, None);
        let is_last = match self.must_leave(begins_ns) {
            true => self.leave(),
            false => {
                self.wait_for(begins_ns);
                false
            }
        };
        if self.next_ns >= horizon_ns {
            self.next_ns = NEVER_NS;
        }
        is_last
    }

    /// Takes note that the stream number `plan` of its pods is the node's stream `number`.
    pub(crate) fn has_stream(&mut self, plan: usize, number: StreamId) {
        if self.streams.len() <= plan {
            self.streams.resize(plan + 1, StreamId::of(0));
        }
        self.streams[plan] = number;
    }
}
