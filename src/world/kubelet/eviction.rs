//! A node's disk that fills up with logs, and the kubelet's answer: it evicts pods, the one with most on the disk first.
//!
//! The kubelet looks at whole multiples of its interval, at a second of its own within. Where less of the disk is free than
//! its threshold says, it evicts one pod at each look: of those of the lowest priority the one whose logs and volumes are
//! largest (none has requested any of the disk, so that all exceed their requests). Pods above their own limit are evicted
//! at the same look, however full the disk is. An evicted pod is killed without grace, an agent in it too, and its files
//! go with it. Agents of the node are critical, and are not evicted.
//!
//! Its successor starts on another node, since this one takes no pods while its disk is full and for five minutes after.
//! Nodes do not hear of each other, so it takes its predecessor's place after a pause, with empty files, and the place stands
//! for the one elsewhere: until the five minutes are over what it writes is not on this disk, and it is not evicted. From
//! then on it stands for a pod that has come.
//!
//! Where the files of a node's pods could not fill its disk even at twice their peak rates, nobody looks.
//!
//! Source: Kubernetes, "Node-pressure Eviction" (threshold, interval, ranking, grace period); `eviction_manager.go`.

use crate::blueprint::{
    Blueprint, Fault, FileRotation, PlacedPod, PodTemplate, Purpose, StreamLaw, StreamPlan,
};
use crate::flow::Medium;
use crate::units::{NEVER_NS, NS_PER_SEC, in_proportion};
use crate::world::lines::stream::StreamId;
use crate::world::node::{Container, Node, Place, Pressure};
use crate::world::tally::Tally;

/// Source: Kubernetes, "Node-pressure Eviction": the kubelet's housekeeping interval.
const LOOK_S: u64 = 10;

/// Nanoseconds for which a node takes no pods after its disk was too full.
/// Source: kubelet `evictionPressureTransitionPeriod`, 5 min.
const TRANSITION_NS: u64 = 300 * NS_PER_SEC;

/// Nanoseconds from an eviction until the successor writes: the start-up time that Kubernetes promises
/// (sig-scalability, pod startup SLO), as after a drain.
const PAUSE_NS: u64 = 5 * NS_PER_SEC;

impl Blueprint {
    /// Bytes of logs on a node's disk above which the kubelet evicts.
    fn most_log_bytes(&self, pool: usize) -> u64 {
        let pool = &self.pools[pool];
        let kept_ppm = 1_000_000_u64.saturating_sub(self.least_free_ppm);
        in_proportion(pool.log_disk_bytes, kept_ppm, 1_000_000).saturating_sub(pool.other_disk_bytes)
    }

    /// The most that a pod of this kind can have on such a disk, at twice its peak rate.
    fn most_bytes_of(&self, pod: &PodTemplate, pool: usize) -> u64 {
        let of_stream = |stream: &StreamPlan| {
            let peak = |law: &StreamLaw| {
                2.0 * law.arrivals.peak() * (law.sizes.mean() + stream.medium.prefix_bytes() as f64)
            };
            let per_s = self.laws_of(stream).iter().map(peak).fold(0.0, f64::max);
            let beyond = per_s * self.kubelet_interval_ns as f64 / NS_PER_SEC as f64;
            let most = |rotation: FileRotation| {
                let kept = rotation.files as f64 * (rotation.size_bytes as f64 + beyond);
                match self.begins_empty(rotation, pool) {
                    true => kept.min(per_s * self.horizon_s()),
                    false => kept,
                }
            };
            match stream.medium {
                Medium::Relayed => most(self.kubelet) + most(stream.rotation),
                medium if medium.is_rotated_by_kubelet() => most(self.kubelet),
                medium if medium.is_on_disk() => most(stream.rotation),
                _ => 0.0,
            }
        };
        // The kubelet keeps the log of the container before.
        let logs = |stream: &StreamPlan| {
            let keeps = pod.crashes.is_some() && Container::has_own_log(stream.medium);
            of_stream(stream) * if keeps { 2.0 } else { 1.0 }
        };
        pod.streams.iter().map(logs).sum::<f64>().min(1e18) as u64
    }

    /// Whether files are empty when the run begins; what nobody rotates before the disk is full could be of any size.
    pub(crate) fn begins_empty(&self, rotation: FileRotation, pool: usize) -> bool {
        self.fresh.is_some() || rotation.size_bytes > self.pools[pool].log_disk_bytes
    }

    /// Whether pods could be evicted from a node with these.
    pub(crate) fn may_evict(&self, pool: usize, pods: &[PlacedPod]) -> bool {
        let most = |pod: &PlacedPod| self.most_bytes_of(&self.pods[pod.template.at()], pool);
        let exceeds = |pod: &PlacedPod| {
            self.pods[pod.template.at()].most_disk_bytes.is_some_and(|limit| most(pod) > limit)
        };
        let fills = || pods.iter().map(most).fold(0, u64::saturating_add) > self.most_log_bytes(pool);
        self.least_free_ppm > 0 && fills() || pods.iter().any(exceeds) || self.fills_disks()
    }

    /// Whether evictions are a figure of this cluster: pods could be evicted from some node, whatever the placement, or
    /// somebody has said what else is on the disk or what limits its pods have.
    pub fn counts_evictions(&self) -> bool {
        let in_pool = |pool: usize| {
            let most = |pod: &PodTemplate| self.most_bytes_of(pod, pool);
            let largest = self.pods.iter().map(most).max().unwrap_or(0);
            let pods = self.pools[pool].max_pods.min(self.pod_count());
            self.pools[pool].other_disk_bytes > 0
                || self.least_free_ppm > 0 && largest.saturating_mul(pods) > self.most_log_bytes(pool)
                || self.pods.iter().any(|pod| pod.most_disk_bytes.is_some())
        };
        (0..self.pools.len()).any(in_pool) || self.fills_disks()
    }

    /// Whether something else than logs fills disks.
    fn fills_disks(&self) -> bool {
        self.least_free_ppm > 0 && self.faults.iter().any(|fault| matches!(fault, Fault::DiskFull { .. }))
    }
}

impl Pressure {
    pub(crate) fn new(blueprint: &Blueprint, pool: usize, node_key: u64) -> Self {
        let first_s = 1 + Purpose::EvictionTick.draw(node_key) % LOOK_S;
        let most_bytes = match blueprint.least_free_ppm {
            0 => u64::MAX,
            _ => blueprint.most_log_bytes(pool),
        };
        let first_ns = first_s * NS_PER_SEC;
        let next_ns = if first_ns < blueprint.horizon_ns { first_ns } else { NEVER_NS };
        Self { next_ns, most_bytes, is_full: false, full_ns: 0, filled_until_ns: 0, elsewhere: Vec::new() }
    }
}

impl Node {
    /// Something else fills the disk until that instant.
    pub(crate) fn fill_disk(&mut self, until_ns: u64) {
        // A kubelet without a threshold does not mind.
        if let Some(pressure) = self.pressure.as_mut().filter(|pressure| pressure.most_bytes < u64::MAX) {
            pressure.filled_until_ns = pressure.filled_until_ns.max(until_ns);
        }
    }

    /// The kubelet looks at the disk, and evicts where it is too full.
    pub(crate) fn look_at_disk(&mut self, now_ns: u64, blueprint: &Blueprint, tally: &mut Tally) {
        let Some(mut pressure) = self.pressure.take() else { return };
        let mut places = std::mem::take(&mut self.places);
        if now_ns > pressure.full_ns + TRANSITION_NS {
            pressure.elsewhere.clear();
        }
        let is_here = |index: &usize| !pressure.elsewhere.contains(index);
        let mut bytes_of = |index: usize| match is_here(&index) {
            true => self.bytes_of(&places[index], now_ns, blueprint),
            false => 0,
        };
        let sizes: Vec<u64> = (0..places.len()).map(&mut bytes_of).collect();
        let all_bytes = sizes.iter().sum::<u64>();
        let too_large = |place: &Place, bytes: u64| {
            let most = blueprint.pods[place.template.at()].most_disk_bytes;
            place.runs() && most.is_some_and(|most| bytes > most)
        };
        let mut evicted: Vec<usize> =
            (0..places.len()).filter(|index| too_large(&places[*index], sizes[*index])).collect();
        let is_full = all_bytes > pressure.most_bytes || now_ns < pressure.filled_until_ns;
        if is_full && evicted.is_empty() {
            let rank = |index: &usize| {
                let priority = blueprint.pods[places[*index].template.at()].priority;
                (priority, std::cmp::Reverse(sizes[*index]), *index)
            };
            let can_go = |index: &usize| places[*index].runs() && is_here(index);
            evicted.extend((0..places.len()).filter(can_go).min_by_key(rank));
        }
        if is_full {
            pressure.full_ns = now_ns;
            pressure.elsewhere.extend(&evicted);
        }
        for index in evicted {
            self.evict(&mut places[index], now_ns, blueprint, tally);
        }
        self.places = places;
        let lasted_ns = if pressure.is_full { LOOK_S * NS_PER_SEC } else { 0 };
        tally.disk_pressure_ns += lasted_ns;
        pressure.is_full = is_full;
        pressure.next_ns += LOOK_S * NS_PER_SEC;
        if pressure.next_ns >= blueprint.horizon_ns {
            pressure.next_ns = NEVER_NS;
        }
        self.pressure = Some(pressure);
    }

    /// Bytes that a pod has on the disk, those from before the run included.
    fn bytes_of(&mut self, place: &Place, now_ns: u64, blueprint: &Blueprint) -> u64 {
        let plans = &blueprint.pods[place.template.at()].streams;
        let of_stream = |(number, plan): (StreamId, &StreamPlan)| {
            let number = number.at();
            let (stream, files) = (&self.streams[number], &mut self.files[number]);
            if files.is_gone || !self.media[number].is_on_disk() {
                return 0;
            }
            let law = &blueprint.laws[stream.law as usize];
            let all_bytes = files.all_bytes(stream, law, now_ns);
            if self.media[number] != Medium::Relayed {
                return all_bytes;
            }
            // The application's own files, in the middle of their life where its pod is.
            let kept_bytes = plan.rotation.size_bytes.saturating_mul(plan.rotation.files);
            let is_old = files.lives().0 == 0 && !blueprint.begins_empty(plan.rotation, self.pool);
            let own_bytes = match is_old {
                true => kept_bytes - plan.rotation.size_bytes / 2,
                false => files.written(stream, law, files.last_written_ns(now_ns)).bytes.min(kept_bytes),
            };
            all_bytes.saturating_add(own_bytes)
        };
        let dead = place.container.iter().flat_map(|container| container.others());
        let own = place.streams.iter().copied().zip(plans).chain(dead.zip(plans));
        own.map(of_stream).fold(0, u64::saturating_add)
    }

    fn evict(&mut self, place: &mut Place, now_ns: u64, blueprint: &Blueprint, tally: &mut Tally) {
        self.end_pod(place, now_ns, blueprint, tally);
        self.delete_pod(place, now_ns, blueprint, tally);
        tally.evicted_pods += 1;
        if place.is_emptied(now_ns + PAUSE_NS, blueprint.horizon_ns) {
            // It would have left soon, and is expected elsewhere.
            place.inputs.clone().for_each(|index| self.inputs[index as usize].is_gone = true);
        } else {
            tally.pod_gap_ns += PAUSE_NS.min(blueprint.horizon_ns - now_ns);
        }
    }
}

#[cfg(test)]
mod tests;
