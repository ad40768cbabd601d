//! Pods that start: images to be pulled, and applications that wait for the agent in their pod.
//!
//! From its scheduling until it writes, a pod takes the time that whoever planned it says (`pause`, 5 s as Kubernetes
//! promises where images are there). An agent in the pod comes on top: its image is pulled where the node has run none,
//! and its process starts. A sidecar as KEP-753 has it starts before the application, which waits for it; what it would
//! have written in that time is withheld, so that all layouts have the same lines. A container like any other starts
//! beside the application, and reads later where it takes longer than that: nothing is lost by it in a volume.
//!
//! Sources: KEP-753 (a sidecar container has started before the next container is started); Kubernetes, "Pod startup
//! latency SLO" (5 s, images present), "Images" (`IfNotPresent`: a node that has an image does not pull it).

use crate::blueprint::{AgentStart, Blueprint, law_of};
use crate::engine::random::named_key;

use crate::world::lines::stream::Stream;
use crate::world::node::{Node, Place};
use crate::world::tally::Tally;

impl Node {
    /// How long the agent of a pod that begins at `now_ns` takes to start; its image is there from then on.
    fn agent_takes_ns(&mut self, starts: &AgentStart, now_ns: u64) -> u64 {
        let there_ns = *self.agent_image_ns.get_or_insert(now_ns + starts.pull_ns);
        there_ns.max(now_ns) - now_ns + starts.start_ns
    }

    /// How long the application of a pod that begins at `now_ns` waits for the agent in it.
    pub(crate) fn start_wait_ns(&mut self, place: &Place, now_ns: u64, blueprint: &Blueprint) -> u64 {
        match &blueprint.pods[place.template.at()].agent_start {
            Some(starts) if starts.beside_ns.is_none() && !place.inputs.is_empty() => {
                self.agent_takes_ns(starts, now_ns)
            }
            _ => 0,
        }
    }

    /// When the agent in a pod whose application begins at `now_ns` is there.
    pub(crate) fn agent_ready_ns(&mut self, place: &Place, now_ns: u64, blueprint: &Blueprint) -> u64 {
        match &blueprint.pods[place.template.at()].agent_start {
            Some(starts) if !place.inputs.is_empty() => {
                let Some(beside_ns) = starts.beside_ns else { return now_ns };
                now_ns + self.agent_takes_ns(starts, now_ns).saturating_sub(beside_ns)
            }
            _ => now_ns,
        }
    }

    /// The application of a pod has waited from one instant to another, both whole seconds: counts what it would have
    /// written.
    pub(crate) fn withhold_start(
        &self,
        place: &Place,
        from_ns: u64,
        until_ns: u64,
        blueprint: &Blueprint,
        tally: &mut Tally,
    ) {
        tally.start_wait_ns += until_ns - from_ns;
        let template = &blueprint.pods[place.template.at()];
        let pod_key = place.key(template.life.as_ref());
        for plan in &template.streams {
            let key = named_key(pod_key, &plan.name);
            let law = &blueprint.laws[law_of(plan, key)];
            let stream = Stream::new(0, law, template.tenant, 0, key, from_ns);
            let lines = |until_ns: u64| stream.lines_before(law, from_ns, until_ns);
            let withheld = lines(until_ns);
            tally.ledger.withheld += withheld;
            tally.tenants[template.tenant as usize].withheld +=
                withheld - lines(until_ns.min(blueprint.warmup_ns));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::blueprint::{Life, Placement, Residence, Stay, StreamLaw};
    use crate::engine::arrivals::Arrivals;
    use crate::engine::marks::Marks;
    use crate::flow::Medium;
    use crate::units::{NEVER_NS, NS_PER_SEC};
    use crate::world::simulate;
    use crate::world::testing::{layout, one_node};

    const S: u64 = NS_PER_SEC;

    /// A pod of 100 lines/s with an agent of its own, on two nodes; it moves to the second, where it is to begin at 30 s.
    fn moving(starts: Option<AgentStart>, pods: u64) -> Tally {
        let mut blueprint = layout(pods, 100.0, true, 60);
        for law in &mut blueprint.laws {
            *law = StreamLaw { arrivals: Arrivals::constant(100.0), sizes: Marks::constant(200) };
        }
        blueprint.pods[0].streams[0].medium = Medium::File;
        blueprint.pods[0].agent_start = starts;
        let placement = one_node(&blueprint);
        let stay = |begins_s: u64, ends_s: u64| Stay {
            begins_ns: begins_s * S,
            ends_ns: ends_s.saturating_mul(S),
            deleted_ns: ends_s.saturating_add(1).saturating_mul(S),
        };
        let residences = (0..pods as u32).flat_map(|pod| {
            [(0, stay(0, 20)), (1, stay(30, NEVER_NS))].map(|(node, stay)| Residence { pod, node, stay })
        });
        let residences = residences.collect();
        let tally = simulate(&blueprint, &Placement { nodes: vec![0, 0], residences, ..placement }, 1);
        tally.ledger.balance().unwrap();
        tally
    }

    #[test]
    fn an_application_waits_for_its_sidecars_image_and_start() {
        let at_once = moving(None, 2);
        assert_eq!((at_once.ledger.withheld, at_once.start_wait_ns), (0, 0));
        // 8 s for the image, which both wait for, and 2 s for the process: ten seconds of two pods.
        let starts = AgentStart { pull_ns: 8 * S, start_ns: 2 * S, beside_ns: None };
        let waits = moving(Some(starts), 2);
        assert_eq!(waits.start_wait_ns, 2 * 10 * S);
        assert_eq!(waits.ledger.withheld, 2 * 1_000);
        assert_eq!(waits.ledger.emitted + waits.ledger.withheld, at_once.ledger.emitted);
        assert_eq!(waits.ledger.delivered, waits.ledger.emitted);
        // One that would be ready after the end never writes: 30 s each.
        let never = moving(Some(AgentStart { pull_ns: 40 * S, ..starts }), 2);
        assert_eq!((never.start_wait_ns, never.ledger.withheld), (2 * 30 * S, 2 * 3_000));
    }

    #[test]
    fn beside_its_agent_an_application_waits_for_nothing_and_is_read_late() {
        let starts = AgentStart { pull_ns: 8 * S, start_ns: 2 * S, beside_ns: Some(5 * S) };
        let (at_once, beside) = (moving(None, 2), moving(Some(starts), 2));
        assert_eq!((beside.ledger.withheld, beside.start_wait_ns), (0, 0));
        assert_eq!(
            (beside.ledger.delivered, beside.ledger.emitted),
            (at_once.ledger.delivered, at_once.ledger.emitted)
        );
        // Its first five seconds are read when the agent is there: of 20 + 30 s of lines a tenth is older than a flush
        // takes, by up to five seconds.
        let age = |tally: &Tally, q| tally.tenants[0].freshness.quantile(q).unwrap();
        assert!(age(&at_once, 0.999) < 1.1, "{}", age(&at_once, 0.999));
        assert!(age(&beside, 0.89) < 1.1 && age(&beside, 0.95) > 2.0, "{}", age(&beside, 0.95));
        assert!((5.0..6.2).contains(&age(&beside, 0.9995)), "{}", age(&beside, 0.9995));
        // Who is faster than the application is not noticed.
        let fast = moving(Some(AgentStart { pull_ns: 3 * S, ..starts }), 2);
        assert!(age(&fast, 0.999) < 1.1);
    }

    #[test]
    fn pods_that_come_and_go_wait_each_time_and_for_the_image_once() {
        // Lives of 20 s, gone for 10 s. The image is there; the process takes 4 s of each life but the first, which is in
        // its middle when the run begins.
        let mut blueprint = layout(3, 100.0, true, 600);
        for law in &mut blueprint.laws {
            *law = StreamLaw { arrivals: Arrivals::constant(100.0), sizes: Marks::constant(200) };
        }
        blueprint.pods[0].streams[0].medium = Medium::File;
        let (lifetime, agent_stops_s) = (Marks::constant(20), 0);
        blueprint.pods[0].life =
            Some(Life { lifetime, lingers_s: 1, pause_s: 10, agent_stops_s, sticks: false });
        let run = |starts| {
            let mut blueprint = blueprint.clone();
            blueprint.pods[0].agent_start = starts;
            crate::world::testing::run(&blueprint)
        };
        let at_once = run(None);
        let waits = run(Some(AgentStart { pull_ns: 9 * S, start_ns: 4 * S, beside_ns: None }));
        assert_eq!(waits.ledger.emitted + waits.ledger.withheld, at_once.ledger.emitted);
        assert_eq!(waits.ledger.withheld, waits.start_wait_ns / S * 100);
        // 600 s are twenty rounds; the last may be cut short.
        let rounds = waits.start_wait_ns as f64 / (3.0 * 4.0 * S as f64);
        assert!((19.0..=20.0).contains(&rounds), "{rounds}");
        // A life that is over before the agent is there writes nothing.
        let never = run(Some(AgentStart { pull_ns: 0, start_ns: 25 * S, beside_ns: None }));
        assert_eq!(never.ledger.emitted + never.ledger.withheld, at_once.ledger.emitted);
        // What is left of the first lives.
        assert!(never.ledger.emitted <= 3 * 2_000, "{}", never.ledger.emitted);
    }
}
