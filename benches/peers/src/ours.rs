//! The models on loghaul's event list.

use crate::{BETWEEN_NS, SERVICE_NS, exponential};
use loghaul::engine::events::EventList;
use loghaul::units::SimTime;

/// The hold model.
pub struct Hold {
    list: EventList,
    counter: u64,
}

impl Hold {
    /// With so many pending events, all drawn.
    pub fn new(pending: usize) -> Self {
        let (mut list, mut counter) = (EventList::new(pending), 0);
        for entity in 0..pending {
            list.schedule(entity, SimTime::from_ns(exponential(&mut counter, SERVICE_NS)));
        }
        Self { list, counter }
    }

    /// Handles so many events.
    pub fn run(&mut self, events: u64) {
        for _ in 0..events {
            let Some((now, entity)) = self.list.peek() else { return };
            let next_ns = now.as_ns() + exponential(&mut self.counter, SERVICE_NS);
            self.list.schedule(entity, SimTime::from_ns(next_ns));
        }
    }
}

const ARRIVAL: usize = 0;
const DEPARTURE: usize = 1;

/// M/M/1, with the area under the number in the system.
pub struct Mm1 {
    list: EventList,
    counter: u64,
    in_system: u64,
    last_ns: u64,
    area: u128,
}

impl Mm1 {
    /// Empty, the first arrival drawn.
    pub fn new() -> Self {
        let (mut list, mut counter) = (EventList::new(2), 0);
        list.schedule(ARRIVAL, SimTime::from_ns(exponential(&mut counter, BETWEEN_NS)));
        Self { list, counter, in_system: 0, last_ns: 0, area: 0 }
    }

    /// Handles so many events.
    pub fn run(&mut self, events: u64) {
        for _ in 0..events {
            let Some((now, entity)) = self.list.peek() else { return };
            let now_ns = now.as_ns();
            self.area += u128::from(self.in_system) * u128::from(now_ns - self.last_ns);
            self.last_ns = now_ns;
            let serve = |list: &mut EventList, counter: &mut u64| {
                list.schedule(DEPARTURE, SimTime::from_ns(now_ns + exponential(counter, SERVICE_NS)));
            };
            if entity == ARRIVAL {
                self.in_system += 1;
                if self.in_system == 1 {
                    serve(&mut self.list, &mut self.counter);
                }
                let next_ns = now_ns + exponential(&mut self.counter, BETWEEN_NS);
                self.list.schedule(ARRIVAL, SimTime::from_ns(next_ns));
            } else {
                self.in_system -= 1;
                match self.in_system {
                    0 => self.list.schedule(DEPARTURE, SimTime::NEVER),
                    _ => serve(&mut self.list, &mut self.counter),
                }
            }
        }
    }

    /// Mean number in the system so far.
    pub fn mean_in_system(&self) -> f64 {
        self.area as f64 / self.last_ns.max(1) as f64
    }
}
