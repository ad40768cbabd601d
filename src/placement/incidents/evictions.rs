//! Evictions: kubelets that throw pods out at once, and drains that must ask before.
//!
//! A kubelet under pressure kills pods without any grace and deletes their logs with them; its node takes no pods until
//! the pressure has been over for a while. Which pods it picks is drawn here: it is a fault that is planned, not one that
//! follows from a full disk. A drain asks for each pod, and is refused where the workload's budget of missing pods is
//! used up; it asks again every five seconds.
//!
//! Sources: Kubernetes, "Node-pressure Eviction" (hard thresholds have no grace; `eviction-pressure-transition-period`
//! 5 min), "Specifying a Disruption Budget" (shares are rounded up), "API-initiated Eviction" (429 Too Many Requests);
//! kubectl, `drain` (5 s until the next try).

use super::{Leave, Plan, drawn, whole};
use crate::blueprint::{EvictionStorm, Purpose, member};
use crate::engine::random::unit;
use crate::units::NS_PER_SEC;

/// Nanoseconds until a drain that was refused asks again.
const AGAIN_NS: u64 = 5 * NS_PER_SEC;

/// Nanoseconds until it does where no pod is on its way.
const MUCH_LATER_NS: u64 = 60 * NS_PER_SEC;

impl Plan<'_> {
    /// Plans a storm: its nodes are drawn, its pods when it comes.
    pub(super) fn add_storm(&mut self, storm: &EvictionStorm, key: u64) {
        self.storms.push((storm.clone(), key));
        let storm_number = self.storms.len() - 1;
        for node in self.draw_nodes(storm.nodes, storm.pool, key) {
            self.plan(storm.at_ns, Leave::Pressed { node, storm: storm_number });
            let over_ns = storm.at_ns.saturating_add(storm.within_ns).saturating_add(storm.closed_ns);
            self.plan(over_ns, Leave::Relieved { node, pause_ns: storm.pause_ns });
        }
    }

    /// A node comes under pressure: the pods that it will evict are drawn from those that are there.
    pub(super) fn press(&mut self, node: u32, storm: usize) {
        let (storm, key) = self.storms[storm].clone();
        self.pressed[node as usize] += 1;
        let there = self.on[node as usize].iter().copied();
        for pod in drawn(there, storm.pods, member(key, u64::from(node))) {
            let place = unit(Purpose::EvictionInstant.nth(key, u64::from(pod)));
            let at_ns = storm.at_ns.saturating_add((place * storm.within_ns as f64) as u64);
            self.plan(at_ns, Leave::Evicted { pod, node, pause_ns: storm.pause_ns });
        }
    }

    /// The pressure on a node is over.
    pub(super) fn relieve(&mut self, node: u32, at_ns: u64, pause_ns: u64) {
        self.pressed[node as usize] -= 1;
        self.start_pending(at_ns, pause_ns);
    }

    /// A pod is killed and deleted at once, if it is still there, and starts elsewhere.
    pub(super) fn evict(&mut self, pod: u32, node: u32, at_ns: u64, pause_ns: u64) {
        let ends_ns = whole(at_ns);
        let there = self.present(pod).is_some_and(|(on, stay)| on == node && stay.begins_ns < ends_ns);
        if there {
            self.send_away(pod, node, ends_ns, ends_ns, pause_ns);
        }
    }

    /// A pod leaves a node and starts on another, or is pending.
    fn send_away(&mut self, pod: u32, node: u32, ends_ns: u64, deleted_ns: u64, pause_ns: u64) {
        self.on[node as usize].retain(|other| *other != pod);
        self.give_back(pod, node as usize);
        self.leave(pod, ends_ns, deleted_ns);
        let target = self.find(pod, |_| true);
        self.start(pod, target, deleted_ns, pause_ns);
    }

    /// Returns whether a pod may be asked to leave: its workload has no budget, or fewer of its pods are missing
    /// than may be. Where not, gives when it is worth asking again.
    pub(super) fn may_leave(&self, pod: u32, at_ns: u64) -> Result<(), u64> {
        let template = self.before.template_of[pod as usize];
        let Some(budget) = self.blueprint.pods[template.at()].max_unavailable else { return Ok(()) };
        // One that is on its way is not missed more for going elsewhere.
        if self.present(pod).is_none_or(|(_, stay)| stay.begins_ns > at_ns) {
            return Ok(());
        }
        let (mut missing, mut comes_ns) = (0, u64::MAX);
        for (other, stays) in &self.stays {
            let is_wanted = self.wanted_from.get(other).is_none_or(|from_ns| *from_ns <= at_ns);
            if self.before.template_of[*other as usize] != template || !is_wanted {
                continue;
            }
            let last = stays.last().map(|(_, stay)| stay);
            if last.is_none_or(|stay| stay.begins_ns > at_ns || stay.ends_ns <= at_ns) {
                missing += 1;
                comes_ns = comes_ns.min(last.map_or(u64::MAX, |stay| stay.begins_ns.max(at_ns)));
            }
        }
        if missing < budget {
            return Ok(());
        }
        let on_its_way = (comes_ns > at_ns && comes_ns < u64::MAX).then(|| comes_ns - at_ns);
        let wait_ns = on_its_way.map_or(MUCH_LATER_NS, |left_ns| left_ns.div_ceil(AGAIN_NS) * AGAIN_NS);
        Err(at_ns.saturating_add(wait_ns))
    }

    /// A drain asks again for a pod that it was refused.
    pub(super) fn ask_again(&mut self, pod: u32, node: u32, at_ns: u64, (linger_ns, pause_ns): (u64, u64)) {
        if !self.on[node as usize].contains(&pod) {
            return;
        }
        let ends_ns = whole(at_ns);
        match self.may_leave(pod, ends_ns) {
            Ok(()) => self.send_away(pod, node, ends_ns, whole(ends_ns + linger_ns), pause_ns),
            Err(again_ns) => self.plan(again_ns, Leave::Refused { pod, node, linger_ns, pause_ns }),
        }
    }
}
