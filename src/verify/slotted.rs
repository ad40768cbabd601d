//! One experiment on the server that the world's backend is: demand added up in slots.

use super::batch::Batch;
use crate::engine::arrivals::{Arrivals, Modulation};
use crate::engine::fluid::SlottedServer;
use crate::units::{NS_PER_SEC, SimTime};

/// Units of work of a request, and what a slot of one second does.
const WORK: u64 = 1000;

/// `batches` batches of so many slots, after one more that is left out. Each slot brings a Poisson number of requests
/// with mean `load`; the wait that it finds is that of each of its requests.
pub(super) fn run(load: f64, key: u64, batches: usize, slots: u64) -> Vec<Batch> {
    let arrivals = Arrivals::poisson(load, Modulation::Steady);
    let all = (batches as u64 + 1) * slots;
    let mut server = SlottedServer::new(WORK as f64, SimTime::from_secs(1), SimTime::from_secs(all), &[]);
    let mut done: Vec<Batch> = (0..=batches as u64)
        .map(|batch| {
            let mut waits_ns = 0;
            for slot in batch * slots..(batch + 1) * slots {
                waits_ns += server.wait_ns();
                server.settle(&[arrivals.count(key, slot) * WORK]);
            }
            let wait_s = waits_ns as f64 / NS_PER_SEC as f64;
            Batch { wait_s, begun: slots as f64, ..Batch::default() }
        })
        .collect();
    done.remove(0);
    done
}
