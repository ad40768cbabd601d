//! One experiment on a station: Poisson arrivals, servers, room, a law of service.

use super::batch::Batch;
use crate::engine::arrivals::{Arrivals, Modulation};
use crate::engine::events::EventList;
use crate::engine::marks::Marks;
use crate::engine::random::{draw, subkey, unit};
use crate::engine::station::{Admission, Station};
use crate::units::{NS_PER_SEC, SimTime};

/// A law of service with the mean 1 s.
#[derive(Clone, Debug)]
pub(super) enum Service {
    Exponential,
    Constant,
    /// Sizes of lines, as the world draws them, in proportion to their mean.
    Marks(Marks),
}

/// A queue.
#[derive(Clone, Debug)]
pub(super) struct Queue {
    /// Arrivals a second, and as service takes a second on average, the offered load.
    pub load: f64,
    pub servers: usize,
    pub room: Option<usize>,
    pub service: Service,
}

/// Entities of the event list; servers follow.
const ARRIVAL: usize = 0;
/// Purposes of draws.
const SERVICE: u64 = 1;
const ARRIVALS: u64 = 2;

impl Queue {
    /// A run of `batches` batches of about `customers` customers each, after one more that is left out: it begins with
    /// nobody there.
    pub(super) fn run(&self, key: u64, batches: usize, customers: u64) -> Vec<Batch> {
        let batch_ns = (customers as f64 / self.load * NS_PER_SEC as f64) as u64;
        let mut source = Source::new(self.load, subkey(key, ARRIVALS));
        let mut station: Station<u64> = Station::new(self.servers, self.room);
        let mut events = EventList::new(1 + self.servers);
        let mut served = 0;
        let mut service = || {
            served += 1;
            self.service_ns(subkey(key, SERVICE), served)
        };
        // When whoever is at a server arrived.
        let mut arrived = vec![0; self.servers];
        let mut done = Vec::with_capacity(batches + 1);
        let mut batch = Batch::default();
        events.schedule(ARRIVAL, SimTime::from_ns(source.next_ns()));
        while let Some((now, entity)) = events.peek() {
            let now_ns = now.as_ns();
            while now_ns >= (done.len() as u64 + 1) * batch_ns {
                let end = SimTime::from_ns((done.len() as u64 + 1) * batch_ns);
                batch.number = station.take_area(end) as f64 / batch_ns as f64;
                done.push(std::mem::take(&mut batch));
                if done.len() > batches {
                    done.remove(0);
                    return done;
                }
            }
            if entity == ARRIVAL {
                batch.arrivals += 1.0;
                match station.arrive(now_ns, now) {
                    Admission::Served(server) => {
                        batch.begun += 1.0;
                        arrived[server] = now_ns;
                        events.schedule(1 + server, SimTime::from_ns(now_ns + service()));
                    }
                    Admission::Waits => batch.waiting += 1.0,
                    Admission::Refused => batch.refused += 1.0,
                }
                events.schedule(ARRIVAL, SimTime::from_ns(source.next_ns()));
            } else {
                let server = entity - 1;
                batch.ended += 1.0;
                batch.stay_s += seconds(now_ns - arrived[server]);
                let next = match station.finish(server, now) {
                    Some(since_ns) => {
                        batch.begun += 1.0;
                        batch.wait_s += seconds(now_ns - since_ns);
                        arrived[server] = since_ns;
                        SimTime::from_ns(now_ns + service())
                    }
                    None => SimTime::NEVER,
                };
                events.schedule(entity, next);
            }
        }
        done
    }

    fn service_ns(&self, key: u64, number: u64) -> u64 {
        let mean_ns = NS_PER_SEC as f64;
        let ns = match &self.service {
            Service::Exponential => -libm::log(1.0 - unit(draw(key, number))) * mean_ns,
            Service::Constant => mean_ns,
            Service::Marks(marks) => marks.sum(1, key, number) as f64 / marks.mean() * mean_ns,
        };
        ns as u64
    }
}

fn seconds(ns: u64) -> f64 {
    ns as f64 / NS_PER_SEC as f64
}

/// Instants of Poisson arrivals, one of which an interval has on average: in one of its 32 cells there is rarely a
/// second one.
struct Source {
    arrivals: Arrivals,
    key: u64,
    interval: u64,
    interval_ns: u64,
    /// Those of the last interval drawn, the latest first.
    next: Vec<u64>,
}

impl Source {
    fn new(per_s: f64, key: u64) -> Self {
        let interval_ns = (NS_PER_SEC as f64 / per_s) as u64;
        Self {
            arrivals: Arrivals::poisson(1.0, Modulation::Steady),
            key,
            interval: 0,
            interval_ns,
            next: Vec::new(),
        }
    }

    fn next_ns(&mut self) -> u64 {
        loop {
            if let Some(at_ns) = self.next.pop() {
                return at_ns;
            }
            let (k, start_ns) = (self.interval, self.interval * self.interval_ns);
            let count = self.arrivals.count(self.key, k);
            let next = &mut self.next;
            self.arrivals.each(self.key, k, count, self.interval_ns, |place| next.push(start_ns + place));
            self.next.reverse();
            self.interval += 1;
        }
    }
}
