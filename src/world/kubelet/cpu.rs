//! A node's CPU where applications and agents want more of it than there is: shared by weight.
//!
//! Weights are requests, as the kubelet sets them (`cpu.weight` of cgroups v2 follows from `requests.cpu`); a pod has those
//! of its containers added up, and within it they share alike by their own. Nobody gets more than it wants, and what one
//! leaves goes to the others in proportion (max-min fairness). CPU is judged in spans of whole seconds in which what
//! applications want does not change. The runtime, which runs beside the pods, gets what it wants first.
//!
//! What an agent is entitled to is what it would get if it wanted all that it can use, while every other agent wants what
//! agents of the node used on average in the span before. A reader that is given less than its files need falls behind;
//! what applications do not get is counted, and their lines stay the same.
//!
//! Sources: Linux, "Control Group v2", `cpu.weight`; Kubernetes, "Resource Management for Pods and Containers".

use crate::blueprint::{Blueprint, PlacedPod, PodTemplate, Purpose, Usage, law_of};
use crate::engine::random::{named_key, unit};
use crate::flow::Medium;
use crate::units::{NEVER_NS, NS_PER_SEC, in_proportion};
use crate::world::lines::runtime::writing_ns;
use crate::world::node::{Contention, Node, Sharer};
use crate::world::tally::Tally;
use std::ops::Range;

/// The span in which CPU is judged where no application has peaks.
const SPAN_NS: u64 = 10 * NS_PER_SEC;

/// Thousandths of a core at least: the kernel's smallest share is 2 of 1024 a core.
const LEAST_WEIGHT: f64 = 2.0;

impl Usage {
    fn at(&self, pod_key: u64, at_ns: u64) -> f64 {
        if self.peak_share <= 0.0 {
            return self.cores;
        }
        let is_peak = unit(Purpose::CpuPeak.nth(pod_key, at_ns / self.slot_ns)) < self.peak_share;
        if is_peak { self.peak_cores } else { self.cores }
    }
}

impl Blueprint {
    /// The length of the spans in which the CPU of nodes is judged; `None` where nobody says what applications want.
    fn contention_span_ns(&self) -> Option<u64> {
        let peaks = |pod: &PodTemplate| pod.usage.filter(|usage| usage.peak_share > 0.0);
        let slots = self.pods.iter().filter_map(peaks).map(|usage| usage.slot_ns);
        let span_ns = slots.fold(SPAN_NS, greatest_common_divisor);
        self.pods.iter().any(|pod| pod.usage.is_some()).then_some(span_ns)
    }
}

fn greatest_common_divisor(a: u64, b: u64) -> u64 {
    if b == 0 { a } else { greatest_common_divisor(b, a % b) }
}

/// What each of some gets of so many cores, by weight and none more than it wants; the last of them is asked for.
/// Each is a weight and what it wants.
fn share_of_last(cores: f64, sharers: &[(f64, f64)]) -> f64 {
    let Some((weight, wants)) = sharers.last().copied() else { return 0.0 };
    // Those who want little for their weight are served whole first.
    let mut order: Vec<usize> = (0..sharers.len()).collect();
    order.sort_by(|a, b| (sharers[*a].1 / sharers[*a].0).total_cmp(&(sharers[*b].1 / sharers[*b].0)));
    let (mut left, mut weights) = (cores, sharers.iter().map(|(weight, _)| weight).sum::<f64>());
    for index in order {
        let (own_weight, own_wants) = sharers[index];
        if own_wants / own_weight > left / weights {
            break;
        }
        left -= own_wants;
        weights -= own_weight;
        if index + 1 == sharers.len() {
            return wants;
        }
    }
    (left * weight / weights).min(wants)
}

impl Contention {
    /// The first span of a node; `None` where nobody says what applications want.
    pub(crate) fn new(
        blueprint: &Blueprint,
        pool: usize,
        (pods, keys): (&[PlacedPod], &[u64]),
        places: &[Option<usize>],
        inputs_of: &[Range<u32>],
        node_agent: Option<(usize, Range<u32>)>,
    ) -> Option<Box<Self>> {
        let span_ns = blueprint.contention_span_ns()?;
        let requests = |agent: usize| blueprint.agents[agent].requests.cpu_millicores as f64;
        let sharer = |(position, pod): (usize, &PlacedPod)| {
            let template = &blueprint.pods[pod.template.at()];
            let weight = (template.requests.cpu_millicores as f64).max(LEAST_WEIGHT);
            let is_library = template.streams.iter().any(|stream| stream.medium == Medium::Memory);
            let agent_share = match template.agent {
                Some(agent) if blueprint.agents[agent].is_process => {
                    Some((requests(agent).max(LEAST_WEIGHT) / weight).min(1.0))
                }
                // Threads of one container share alike.
                Some(_) if is_library => Some(0.5),
                _ => None,
            };
            let writing = template.streams.iter().map(|stream| {
                let law = law_of(stream, named_key(keys[position], &stream.name));
                let lines_per_s = blueprint.laws[law].arrivals.mean();
                lines_per_s * writing_ns(stream.medium) as f64 / NS_PER_SEC as f64
            });
            Sharer {
                key: keys[position],
                usage: template.usage,
                weight,
                agent_share,
                writing: writing.sum(),
                place: places[position].map(|place| place as u32),
                inputs: inputs_of[position].clone(),
                wants: 0.0,
            }
        };
        Some(Box::new(Self {
            next_ns: span_ns,
            span_ns,
            since_ns: 0,
            cores: blueprint.pools[pool].allocatable.cpu_millicores as f64 / 1000.0,
            pods: pods.iter().enumerate().map(sharer).collect(),
            node_agent: node_agent.map(|(agent, inputs)| (inputs, requests(agent).max(LEAST_WEIGHT))),
            writing: 0.0,
            each_agent: 0.0,
            used_ns: 0,
            mark_ns: 0,
            missing_ns: 0,
            wanted_ns: 0,
        }))
    }

    /// The node goes on: what others used is not its own.
    pub(crate) fn begin(&mut self, tally: &Tally) {
        self.mark_ns = tally.agent_cpu_ns;
    }

    /// Takes note of what the node's agents have used since.
    pub(crate) fn note(&mut self, tally: &Tally) {
        self.used_ns += tally.agent_cpu_ns - self.mark_ns;
        self.mark_ns = tally.agent_cpu_ns;
    }

    /// The span is over: what applications wanted in it, and what they did not get.
    pub(crate) fn settle(&mut self, now_ns: u64, tally: &mut Tally) {
        let span_ns = now_ns.saturating_sub(self.since_ns) as f64;
        if span_ns <= 0.0 {
            return;
        }
        let wanted = self.pods.iter().map(|pod| pod.wants).sum::<f64>();
        let used = self.used_ns as f64 / span_ns;
        let missing = (wanted + self.writing + used - self.cores).clamp(0.0, wanted);
        let (wanted_ns, missing_ns) = ((wanted * span_ns).round() as u64, (missing * span_ns).round() as u64);
        (self.wanted_ns, self.missing_ns) = (self.wanted_ns + wanted_ns, self.missing_ns + missing_ns);
        tally.app_wanted_ns += wanted_ns;
        tally.app_missing_ns += missing_ns;
        (self.since_ns, self.used_ns) = (now_ns, 0);
    }

    /// Share of what applications of this node wanted and did not get, in millionths.
    fn missing_ppm(&self) -> u64 {
        in_proportion(self.missing_ns, 1_000_000, self.wanted_ns.max(1))
    }

    /// What an agent that can use so many cores gets of them: the one of the pod at `place` among the pods, or the node's.
    fn entitled(&self, pod: Option<usize>, most: f64) -> f64 {
        let agents_of = |sharer: &Sharer| if sharer.agent_share.is_some() { self.each_agent } else { 0.0 };
        let node_agent = self.node_agent.as_ref().map(|(_, weight)| (*weight, self.each_agent));
        let mut others: Vec<(f64, f64)> = self
            .pods
            .iter()
            .enumerate()
            .filter(|(index, _)| Some(*index) != pod)
            .map(|(_, sharer)| (sharer.weight, sharer.wants + agents_of(sharer)))
            .collect();
        let free = (self.cores - self.writing).max(0.0);
        match pod {
            None => {
                others.push((node_agent.map_or(LEAST_WEIGHT, |(weight, _)| weight), most));
                share_of_last(free, &others)
            }
            Some(index) => {
                let own = &self.pods[index];
                let Some(agent_share) = own.agent_share else { return most };
                others.extend(node_agent);
                others.push((own.weight, own.wants + most));
                let of_pod = share_of_last(free, &others);
                (of_pod - own.wants).max(of_pod * agent_share).min(most)
            }
        }
    }
}

impl Node {
    /// A span is over: what applications went without in it, and who gets what in the next one.
    pub(crate) fn share_cpu(&mut self, now_ns: u64, blueprint: &Blueprint, tally: &mut Tally) {
        for index in 0..self.inputs.len() {
            self.advance(index, now_ns, blueprint, tally);
        }
        let agents = self.inputs.iter().filter(|input| input.leads && !input.is_gone).count().max(1) as f64;
        if let Some(contention) = &mut self.contention {
            contention.note(tally);
            let span_ns = (now_ns - contention.since_ns).max(1) as f64;
            contention.each_agent = contention.used_ns as f64 / span_ns / agents;
            contention.settle(now_ns, tally);
        }
        self.set_shares(now_ns, blueprint);
        // Who was held back may go on sooner, and who was not is held back now.
        for index in 0..self.inputs.len() {
            self.schedule_input(index);
        }
    }

    /// What applications want from now on, and what agents get beside them.
    pub(crate) fn set_shares(&mut self, now_ns: u64, blueprint: &Blueprint) {
        let Some(mut contention) = self.contention.take() else { return };
        contention.writing = 0.0;
        for pod in &mut contention.pods {
            let is_here = pod.place.is_none_or(|place| self.places[place as usize].is_working());
            pod.wants = if is_here { pod.usage.map_or(0.0, |usage| usage.at(pod.key, now_ns)) } else { 0.0 };
            contention.writing += if is_here { pod.writing } else { 0.0 };
        }
        let of_node = contention.node_agent.iter().map(|(inputs, _)| (None, inputs.clone()));
        let in_pods =
            contention.pods.iter().enumerate().map(|(index, pod)| (Some(index), pod.inputs.clone()));
        for (pod, inputs) in of_node.chain(in_pods).filter(|(_, inputs)| !inputs.is_empty()) {
            let plan = &blueprint.agents[self.inputs[inputs.start as usize].plan as usize];
            let share = plan.costs.reader_share();
            let cores = plan.cores.min(contention.entitled(pod, plan.cores / share) * share);
            for index in inputs {
                self.inputs[index as usize].cores = cores.max(LEAST_CORES);
            }
        }
        contention.next_ns = match now_ns + contention.span_ns {
            _ if now_ns >= blueprint.horizon_ns => NEVER_NS,
            next_ns => next_ns.min(blueprint.horizon_ns),
        };
        self.contention = Some(contention);
    }

    /// The end of the run: the node whose applications went without the most.
    pub(crate) fn close_contention(&self, tally: &mut Tally) {
        if let Some(contention) = &self.contention {
            tally.worst_missing_ppm = tally.worst_missing_ppm.max(contention.missing_ppm());
        }
    }
}

/// Less than this no reader gets, in cores.
const LEAST_CORES: f64 = 0.001;

#[cfg(test)]
mod tests;
