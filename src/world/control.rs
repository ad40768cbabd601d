//! How collection configs reach agents: what a new agent waits for, when a change is there, which pods restart for it.
//!
//! An agent that asks a config server has nothing to do until it is answered: it knows no file. Where the server goes by
//! IP addresses it answers an address that has been registered; a custom identifier is known at the first question. A
//! change reaches agents one by one; until it does, lines go by the old config. Where configs stand in the pod's
//! environment a change replaces the pods, wave by wave. A replaced pod's successor takes the traffic over at once, so
//! that the same lines are written at the same instants whatever restarts.
//!
//! Sources: Alibaba Cloud, "Machine groups" (IP addresses and custom identifiers); LoongCollector,
//! `CommonConfigProvider` (heartbeats); Kubernetes, "ConfigMaps" (mounted ConfigMaps are updated, environments are
//! not), `pod_workers.go` (sync period and its jitter), Deployment `maxSurge` and `maxUnavailable`.

use crate::blueprint::{Arrival, Blueprint, ControlPlan, PlacedPod, Purpose, PushPlan, pods_a_wave};
use crate::engine::random::unit;
use crate::world::lines::stream::StreamId;
use crate::world::node::{Node, Place, Reach};
use crate::world::tally::{ControlTally, Tally};
use std::ops::Range;

/// When an agent that starts at `now_ns` has its config: it asks at an instant of its own within a polling interval,
/// and every interval from there; the server answers once the agent's group knows it.
fn config_at(now_ns: u64, key: u64, registration_ns: u64, poll_ns: u64) -> u64 {
    if poll_ns == 0 {
        return now_ns;
    }
    let first_ns = 1 + Purpose::FirstPoll.draw(key) % poll_ns;
    let more = registration_ns.saturating_sub(first_ns).div_ceil(poll_ns);
    now_ns + first_ns + more * poll_ns
}

impl Arrival {
    /// When the change number `push`, made at `at_ns`, reaches the agent of this key, whose place among those that are
    /// replaced is the wave number `wave`.
    fn due_ns(self, at_ns: u64, push: u64, key: u64, wave: u64) -> u64 {
        match self {
            Self::Looks { every_ns, jitter } => {
                let period =
                    every_ns as f64 * (1.0 + jitter * unit(Purpose::ConfigArrival.nth(key, 2 * push)));
                at_ns + (unit(Purpose::ConfigArrival.nth(key, 2 * push + 1)) * period) as u64
            }
            Self::Waves { wave_ns, .. } => at_ns + (1 + wave) * wave_ns,
        }
    }
}

impl Reach {
    /// Draws when changes reach the agents of the node `number`, whose pods' inputs are `inputs_of`. Other inputs are
    /// those of the node's agent.
    pub(super) fn new(
        blueprint: &Blueprint,
        plan: &ControlPlan,
        (number, node_key): (usize, u64),
        (pods, pod_keys): (&[PlacedPod], &[u64]),
        inputs: usize,
        inputs_of: &[Range<u32>],
    ) -> Self {
        let due = |key, wave, tenant: Option<u32>| -> Vec<Option<u64>> {
            let pushes = plan.pushes.iter().enumerate();
            let concerns = |push: &PushPlan| tenant.is_none_or(|tenant| push.concerns[tenant as usize]);
            let due = |(index, push): (usize, &PushPlan)| {
                concerns(push).then(|| plan.arrival.due_ns(push.at_ns, index as u64, key, wave))
            };
            pushes.map(due).collect()
        };
        let at_once = match plan.arrival {
            Arrival::Waves { nodes, .. } => nodes.max(1),
            Arrival::Looks { .. } => 1,
        };
        let mut due_ns = vec![due(node_key, number as u64 / at_once, None); inputs];
        for ((pod, key), own) in pods.iter().zip(pod_keys).zip(inputs_of) {
            let template = &blueprint.pods[pod.template.at()];
            let wave = u64::from(pod.ordinal) / pods_a_wave(template.replicas);
            own.clone().for_each(|input| due_ns[input as usize] = due(*key, wave, Some(template.tenant)));
        }
        Self { due_ns }
    }

    /// When the pod with these inputs is to be replaced, the last first; never where changes need no restart.
    pub(super) fn restarts(&self, plan: &ControlPlan, inputs: &Range<u32>) -> Vec<(u64, u64)> {
        if inputs.is_empty() || !matches!(plan.arrival, Arrival::Waves { .. }) {
            return Vec::new();
        }
        let due = plan.pushes.iter().zip(&self.due_ns[inputs.start as usize]);
        let mut restarts: Vec<_> = due.filter_map(|(push, due_ns)| Some(((*due_ns)?, push.at_ns))).collect();
        restarts.sort_unstable_by(|a, b| b.cmp(a));
        restarts
    }
}

impl Node {
    /// An agent in a pod that begins at `now_ns` waits for its config: gives when it has it.
    pub(super) fn config_ns(&self, place: &Place, now_ns: u64, blueprint: &Blueprint) -> u64 {
        match &blueprint.control {
            Some(plan) if !place.inputs.is_empty() => {
                let registration_ns = blueprint.pods[place.template.at()].registration_ns;
                config_at(
                    now_ns,
                    place.key(blueprint.pods[place.template.at()].life.as_ref()),
                    registration_ns,
                    plan.poll_ns,
                )
            }
            _ => now_ns,
        }
    }

    /// A pod is replaced for a change that it was started before: it ends, and its successor takes over at the same
    /// instant, an instant later in the order of events, so that the agent can send what it has.
    pub(super) fn replace(
        &mut self,
        place: &mut Place,
        now_ns: u64,
        blueprint: &Blueprint,
        tally: &mut Tally,
    ) {
        if let Some(since_ns) = place.leaves_ns.take() {
            self.delete_pod(place, since_ns, blueprint, tally);
            self.begin_pod(place, since_ns, blueprint);
            tally.control.restarts += 1;
            return;
        }
        while let Some((due_ns, pushed_ns)) = place.restarts.last().copied().filter(|(due, _)| *due <= now_ns)
        {
            place.restarts.pop();
            let began_before = self.began_ns(place).is_some_and(|began_ns| began_ns <= pushed_ns);
            // Whoever begins later has the new environment.
            if place.runs() && began_before && due_ns < blueprint.horizon_ns {
                self.end_pod(place, now_ns, blueprint, tally);
                place.leaves_ns = Some(now_ns);
                return;
            }
        }
    }

    /// A pod with an agent of its own is deleted, or the run is over: what its agent waited for, and whether it got it.
    pub(super) fn count_agent(&self, place: &Place, is_over: bool, blueprint: &Blueprint, tally: &mut Tally) {
        let (Some(plan), Some(reach)) = (&blueprint.control, &self.reach) else { return };
        let (Some(first), false) = (place.streams.first(), place.inputs.is_empty()) else { return };
        let began_ns = self.began_ns(place).unwrap_or(0);
        let (_, ended_ns) = self.files[first.at()].lives();
        let index = place.inputs.start as usize;
        let config_ns = self.inputs[index].config_ns;
        let until_ns = ended_ns.min(blueprint.horizon_ns);
        let control = &mut tally.control;
        if config_ns > began_ns {
            control.uncovered_ns += config_ns.min(until_ns) - began_ns;
            if config_ns <= until_ns {
                control.waited_for_config(config_ns - began_ns);
            } else {
                control.gaps.add_never(1);
            }
        }
        self.count_delays(index, plan, reach, (config_ns, until_ns, is_over), control);
    }

    /// Of each change that the agent of an input was there for, having its config since `config_ns`: how long it took,
    /// where the agent lived until then.
    fn count_delays(
        &self,
        index: usize,
        plan: &ControlPlan,
        reach: &Reach,
        (config_ns, until_ns, is_over): (u64, u64, bool),
        control: &mut ControlTally,
    ) {
        for (push, due_ns) in plan.pushes.iter().zip(&reach.due_ns[index]) {
            let Some(due_ns) = due_ns.filter(|_| config_ns <= push.at_ns && push.at_ns < until_ns) else {
                continue;
            };
            if due_ns <= until_ns {
                control.waited_for_change(due_ns - push.at_ns);
            } else if is_over {
                control.delays.add_never(1);
            }
        }
    }

    /// The run is over: what became of the agents that are still there.
    pub(super) fn close_control(&self, blueprint: &Blueprint, tally: &mut Tally) {
        let (Some(plan), Some(reach)) = (&blueprint.control, &self.reach) else { return };
        let mut in_pods = vec![false; self.inputs.len()];
        for place in &self.places {
            place.inputs.clone().for_each(|input| in_pods[input as usize] = true);
            if !place.is_gone() {
                self.count_agent(place, true, blueprint, tally);
            }
        }
        let others = self.inputs.iter().zip(in_pods).enumerate();
        for (index, (input, _)) in
            others.filter(|(_, (input, in_pod))| input.leads && !in_pod && !input.is_gone)
        {
            let whole = (input.config_ns, blueprint.horizon_ns, true);
            self.count_delays(index, plan, reach, whole, &mut tally.control);
        }
        for number in 0..self.streams.len() {
            if !self.files[number].is_gone {
                self.count_stale(StreamId::of(number), blueprint, tally);
            }
        }
    }

    /// A stream has come to its end: counts its lines that went by an old config.
    pub(super) fn count_stale(&self, number: StreamId, blueprint: &Blueprint, tally: &mut Tally) {
        let (Some(plan), Some(reach)) = (&blueprint.control, &self.reach) else { return };
        let Some(reader) = self.reader(number) else { return };
        let input = &self.inputs[reader];
        let (stream, files) = (&self.streams[number.at()], &self.files[number.at()]);
        let law = &blueprint.laws[stream.law as usize];
        for (push, due_ns) in plan.pushes.iter().zip(&reach.due_ns[reader]) {
            let concerned = push.concerns[stream.tenant as usize] && input.config_ns <= push.at_ns;
            let Some(due_ns) = due_ns.filter(|_| concerned) else { continue };
            let from_ns = push.at_ns.max(files.lives().0);
            let until_ns = due_ns.min(blueprint.horizon_ns);
            if from_ns < until_ns {
                let lines = |at_ns| files.lines_until(stream, law, at_ns);
                tally.control.stale_lines += lines(until_ns) - lines(from_ns);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::blueprint::{Life, Outage, Watched};
    use crate::engine::marks::Marks;
    use crate::flow::Cause;
    use crate::units::NS_PER_SEC;
    use crate::world::testing::{layout, run};

    const S: u64 = NS_PER_SEC;

    /// Pods of 10 lines a second with agents of their own, that live for so many seconds each and follow each other 5 s
    /// later; their agents ask a config server every 10 s.
    fn short_lived(pods: u64, lives_s: u32, registration_s: u64, seconds: u64) -> Blueprint {
        let mut blueprint = layout(pods, 10.0, true, seconds);
        blueprint.pods[0].life = Some(Life {
            lifetime: Marks::constant(lives_s),
            lingers_s: 1,
            pause_s: 5,
            agent_stops_s: 0,
            sticks: false,
        });
        blueprint.pods[0].registration_ns = registration_s * S;
        let arrival = Arrival::Looks { every_ns: 10 * S, jitter: 0.0 };
        let (poll_ns, watched, pushes) = (10 * S, Watched::Nothing, Vec::new());
        blueprint.control = Some(ControlPlan { poll_ns, arrival, watched, pushes, credentials: None });
        blueprint
    }

    #[test]
    fn an_agent_is_answered_at_its_first_question_after_it_is_registered() {
        for key in 0..1_000 {
            let known = config_at(7 * S, key, 0, 10 * S);
            assert!((7 * S + 1..=17 * S).contains(&known), "{known}");
            let entered = config_at(7 * S, key, 120 * S, 10 * S);
            assert!((127 * S..137 * S).contains(&entered), "{entered}");
            assert_eq!((entered - known) % (10 * S), 0, "it asks every 10 s");
        }
        assert_eq!(config_at(7 * S, 1, 120 * S, 0), 7 * S, "whoever asks nobody has it at once");
    }

    #[test]
    fn pods_that_are_gone_before_their_address_is_entered_are_never_read() {
        // Lives of 60 s against 100 s until the address is known: of pods that begin in the run nothing is read. They
        // begin 5 s after the end of those that were there; these end evenly within the first 60 s. So of 300 s a place
        // is covered for 30 s on average, and without a pod for 5 s of each 65 s.
        let tally = run(&short_lived(40, 60, 100, 300));
        let lost = tally.ledger.lost[Cause::NeverDiscovered as usize];
        assert_eq!(lost, tally.ledger.lost_total());
        let covered = tally.ledger.delivered as f64 / (40.0 * 10.0);
        assert!((covered - 30.0).abs() < 6.0, "{covered} s");
        let uncovered = tally.control.uncovered_ns as f64 / (40.0 * S as f64);
        let expected = (300.0 - 30.0 - 5.0) * 60.0 / 65.0;
        assert!((uncovered / expected - 1.0).abs() < 0.05, "{uncovered} of {expected} s");
        assert_eq!(tally.control.gaps.delivered(), 0, "nobody gets a config");
        // An identifier is known at the first question, 10 s at most after the start: everything is read, but what pods
        // write that begin in the last 5 s and are not answered within the drain: 40 · 5/65 of them, 50 lines at most.
        let tally = run(&short_lived(40, 60, 0, 300));
        assert_eq!(tally.ledger.lost_total(), 0);
        assert!(tally.ledger.in_flight < 2 * 40 * 5 * 50 / 65, "{}", tally.ledger.in_flight);
        let p50 = tally.control.gaps.quantile(0.5).unwrap();
        assert!((p50 - 5.0).abs() < 1.0, "{p50}: even over 0 to 10 s");
        assert!(tally.control.longest_gap_ns <= 10 * S);
    }

    #[test]
    fn what_was_written_before_the_config_came_is_read_late() {
        // Registered after 25 s, read at the next question: the oldest line is 25 to 35 s old, nothing is lost.
        // Of pods that begin in the last 30 s the config comes after the end: 40 · 30/105 of them, 300 lines at most.
        let tally = run(&short_lived(40, 100, 25, 300));
        assert_eq!(tally.ledger.lost_total(), 0);
        assert!(tally.ledger.in_flight < 40 * 30 * 300 / 105, "{}", tally.ledger.in_flight);
        let quantiles = tally.tenants[0].freshness.quantiles(&[0.5, 0.96]);
        assert!(quantiles[0].is_some_and(|p50| p50 < 1.0), "{quantiles:?}");
        assert!(quantiles[1].is_some_and(|p96| (15.0..37.0).contains(&p96)), "{quantiles:?}");
        let p50 = tally.control.gaps.quantile(0.5).unwrap();
        assert!((25.0..35.0).contains(&p50), "{p50}");
    }

    /// Pods of 50 lines a second with agents of their own, and a change at 30 s.
    fn pushed(pods: u64, arrival: Arrival) -> Blueprint {
        let mut blueprint = layout(pods, 50.0, true, 240);
        let pushes = vec![PushPlan { at_ns: 30 * S, concerns: vec![true] }];
        let watched = Watched::Nothing;
        blueprint.control = Some(ControlPlan { poll_ns: 0, arrival, watched, pushes, credentials: None });
        blueprint
    }

    #[test]
    fn until_a_change_arrives_lines_go_by_the_old_config() {
        // Delays even over 10 s: 5 s on average, 50 lines a second.
        let server = run(&pushed(100, Arrival::Looks { every_ns: 10 * S, jitter: 0.0 }));
        let stale = server.control.stale_lines as f64 / (100.0 * 50.0);
        assert!((stale - 5.0).abs() < 1.0, "{stale} s of lines an agent");
        assert!((9 * S..10 * S).contains(&server.control.longest_delay_ns));
        // A kubelet looks every 60 to 90 s: 37.5 s on average, 90 s at most.
        let mounted = run(&pushed(100, Arrival::Looks { every_ns: 60 * S, jitter: 0.5 }));
        let stale = mounted.control.stale_lines as f64 / (100.0 * 50.0);
        assert!((stale - 37.5).abs() < 7.0, "{stale} s of lines an agent");
        assert!((75 * S..90 * S).contains(&mounted.control.longest_delay_ns));
        // Whom it does not concern has no old config.
        let mut others = pushed(100, Arrival::Looks { every_ns: 10 * S, jitter: 0.0 });
        others.control.as_mut().unwrap().pushes[0].concerns = vec![false];
        let others = run(&others);
        assert_eq!((others.control.stale_lines, others.control.delays.lines()), (0, 0));
        assert_eq!(server.ledger.emitted, others.ledger.emitted);
    }

    #[test]
    fn a_change_of_the_environment_restarts_pods_a_quarter_and_a_quarter_at_a_time() {
        // Of eight pods two more and two fewer at a time: four a wave, at 90 and 150 s.
        let waves = Arrival::Waves { wave_ns: 60 * S, nodes: 1 };
        let mut blueprint = pushed(8, waves);
        let tally = run(&blueprint);
        assert_eq!((pods_a_wave(8), pods_a_wave(2), pods_a_wave(1)), (4, 1, 1));
        assert_eq!((tally.control.restarts, tally.control.longest_delay_ns), (8, 120 * S));
        let plain = run(&layout(8, 50.0, true, 240));
        assert_eq!(tally.ledger.emitted, plain.ledger.emitted, "the same lines, whoever writes them");
        assert_eq!(tally.ledger.delivered, tally.ledger.emitted);
        // Four pods for 60 s and four for 120 s at 50 lines a second.
        let stale = tally.control.stale_lines as f64;
        assert!((stale / 36_000.0 - 1.0).abs() < 0.03, "{stale}");
        // With the backend away from 80 to 100 s, four agents take 10 s of lines each with them, and a flush interval
        // before that at most.
        blueprint.backend.outages = vec![Outage { from_ns: 80 * S, until_ns: 100 * S, refuses: true }];
        let tally = run(&blueprint);
        let lost = tally.ledger.lost[Cause::AgentKilled as usize];
        assert_eq!(lost, tally.ledger.lost_total());
        assert!((4 * 450..=4 * 600).contains(&lost), "{lost}");
    }

    #[test]
    fn an_agent_of_a_node_restarts_no_pod_and_needs_no_address_of_its_pods() {
        let mut blueprint = short_lived(10, 60, 100, 200);
        blueprint.pods[0].agent = None;
        blueprint.pods[0].streams[0].reader = crate::blueprint::Reader::Node;
        blueprint.node_agent = Some(0);
        blueprint.agents[0].scan_ns = 5 * S;
        let control = blueprint.control.as_mut().unwrap();
        control.arrival = Arrival::Waves { wave_ns: 60 * S, nodes: 1 };
        control.pushes = vec![PushPlan { at_ns: 30 * S, concerns: vec![true] }];
        let tally = run(&blueprint);
        assert_eq!((tally.control.restarts, tally.control.uncovered_ns), (0, 0));
        assert_eq!(tally.control.longest_delay_ns, 60 * S);
        assert_eq!(tally.ledger.delivered, tally.ledger.emitted);
    }
}
