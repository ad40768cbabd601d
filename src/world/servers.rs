//! What all nodes share: the backend's capacity, or the processes of a gateway in front of it.
//!
//! Demand is added up in time slots, in any order: for each slot a number a lane, a lane being a server or a process.

use super::blueprint::Blueprint;
use super::gateway::Gateway;
use super::tally::Tally;
use crate::engine::fluid::SlottedServer;
use crate::units::SimTime;

/// Everything that nodes wait for.
#[derive(Clone, Debug)]
pub(super) enum Servers {
    /// The backend by itself.
    Backend(SlottedServer),
    /// A gateway, which stands for the backend behind it too.
    Gateway(Gateway),
}

impl Servers {
    /// Those of a blueprint, for a run with this key; none where nobody ever waits.
    pub fn new(blueprint: &Blueprint, key: u64) -> Option<Self> {
        let backend = &blueprint.backend;
        let span = SimTime::from_ns(blueprint.end_ns());
        if let Some(plan) = &blueprint.gateway {
            return Some(Self::Gateway(Gateway::new(plan, backend, span, key)));
        }
        let closed: Vec<_> = backend.outages.iter().map(|o| o.from_ns..o.until_ns).collect();
        let capacity = backend.capacity_bytes_per_s?;
        Some(Self::Backend(SlottedServer::new(capacity, backend.slot(), span, &closed)))
    }

    /// Any of the servers: all have the same slots.
    pub fn clock(&self) -> &SlottedServer {
        match self {
            Self::Backend(server) => server,
            Self::Gateway(gateway) => gateway.clock(),
        }
    }

    /// Numbers of a slot's demand.
    pub fn lanes(&self) -> usize {
        match self {
            Self::Backend(_) => 1,
            Self::Gateway(gateway) => gateway.processes(),
        }
    }

    pub fn has_backlog(&self) -> bool {
        match self {
            Self::Backend(server) => server.has_backlog(),
            Self::Gateway(gateway) => gateway.has_backlog(),
        }
    }

    /// How many of the slots from `first` on have a demand for which nobody waits, up to the first that has not.
    pub fn fitting(&self, demand: &[u64], first: usize) -> usize {
        match self {
            Self::Backend(server) => server.fitting(demand),
            Self::Gateway(gateway) => {
                let slots = demand.chunks(self.lanes()).zip(first..);
                slots.take_while(|(demand, slot)| gateway.fits(demand, *slot)).count()
            }
        }
    }

    /// Settles the next slots with their demand.
    pub fn settle(&mut self, demand: &[u64]) {
        let lanes = self.lanes();
        match self {
            Self::Backend(server) => server.settle(demand),
            Self::Gateway(gateway) => demand.chunks(lanes).for_each(|demand| gateway.settle(demand)),
        }
    }

    /// Enters what was waited for.
    pub fn report(&self, tally: &mut Tally) {
        match self {
            Self::Backend(server) => tally.longest_wait_ns = server.longest_wait().as_ns(),
            Self::Gateway(gateway) => {
                let (wait, held_bytes) = gateway.fullest();
                (tally.longest_wait_ns, tally.gateway_bytes) = (wait.as_ns(), held_bytes);
            }
        }
    }
}
