//! The engine's parts against plain ones, and time that never goes back.

use super::cases;
use loghaul::engine::arrivals::{Arrivals, Modulation};
use loghaul::engine::events::EventList;
use loghaul::engine::fluid::SlottedServer;
use loghaul::units::SimTime;
use proptest::prelude::*;
use std::collections::BTreeMap;

proptest! {
    #![proptest_config(cases(100))]

    /// Events come in the order of time, then entity, whatever is scheduled between; time does not go back.
    #[test]
    fn the_event_list_is_a_sorted_map(
        entities in 1..40usize,
        steps in prop::collection::vec((any::<prop::sample::Index>(), 0..50u64, any::<bool>()), 1..300),
    ) {
        let mut list = EventList::new(entities);
        let mut plain: BTreeMap<usize, u64> = BTreeMap::new();
        let mut now = 0;
        for (index, later, takes) in steps {
            if takes && let Some((at, entity)) = list.peek() {
                prop_assert!(at.as_ns() >= now);
                now = at.as_ns();
                let first = plain.iter().map(|(entity, at)| (*at, *entity)).min();
                prop_assert_eq!(first, Some((now, entity)));
                list.schedule(entity, SimTime::NEVER);
                plain.remove(&entity);
            } else {
                let entity = index.index(entities);
                list.schedule(entity, SimTime::from_ns(now + later));
                plain.insert(entity, now + later);
            }
        }
    }

    /// A slotted server has what arrived, less what its capacity could do, and never less than nothing.
    #[test]
    fn the_slotted_server_is_a_queue(
        capacity in 1..500u64,
        demand in prop::collection::vec(0..600u64, 1..100),
        closed in 0..100usize,
    ) {
        let second = 1_000_000_000;
        let shut = closed as u64 * second..(closed as u64 + 5) * second;
        let span = SimTime::from_secs(demand.len() as u64);
        let mut server =
            SlottedServer::new(capacity as f64, SimTime::from_secs(1), span, std::slice::from_ref(&shut));
        let mut backlog = 0;
        for (slot, work) in demand.into_iter().enumerate() {
            let can = if (closed..closed + 5).contains(&slot) { 0 } else { capacity };
            prop_assert_eq!(server.has_backlog(), backlog > 0);
            prop_assert!((server.wait_ns() as f64 / 1e9 - backlog as f64 / capacity as f64).abs() < 1e-6);
            prop_assert_eq!(server.fitting(&[work]) == 1, work <= can);
            server.settle(&[work]);
            backlog = (backlog + work).saturating_sub(can);
        }
    }

    /// Arrivals before a point only grow with it, and each arrival is where the counts say.
    #[test]
    fn arrivals_are_one_sequence(key in any::<u64>(), mean in 0.1..300.0f64, k in 0..1_000u64, burst in any::<bool>()) {
        let modulation =
            if burst { Modulation::OnOff { slot: 2, duty: 0.4 } } else { Modulation::Steady };
        let arrivals = Arrivals::poisson(mean, modulation);
        let (count, length) = (arrivals.count(key, k), 1_000_000);
        let mut places = Vec::new();
        arrivals.each(key, k, count, length, |place| places.push(place));
        prop_assert!(places.is_sorted());
        prop_assert_eq!(places.len() as u64, count);
        for point in (0..=length).step_by(9_973) {
            let before = arrivals.before(key, k, count, point, length);
            let (least, most) = (
                places.iter().filter(|p| **p + 2 < point).count() as u64,
                places.iter().filter(|p| **p < point + 2).count() as u64,
            );
            prop_assert!((least..=most).contains(&before), "{least} {before} {most}");
        }
    }
}
