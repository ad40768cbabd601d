//! Gateways: collectors between all agents and the backend, each process with a buffer of its own.
//!
//! A request goes to one of the processes, drawn for each request. The process works on what comes as fast as its CPU
//! allows and acknowledges what is in its buffer; from there it is sent on, flush by flush, as fast as the backend takes
//! it. While the backend cannot be written to the buffer fills; a full one refuses, and the agent tries again later. A
//! process that dies takes what it holds in memory with it.
//!
//! Outages and crashes are planned, so that what becomes of a request is known when it is sent: whether there is room, when
//! it is acknowledged, when its lines can be queried, and whether its process dies before that. What is lost was
//! acknowledged: no agent sends it again.
//!
//! Sources: OpenTelemetry, "Gateway" deployment pattern, `exporterhelper` (`sending_queue`, which refuses when it is full);
//! Fluentd, `buffer` (`overflow_action throw_exception`, `flush_interval`, `chunk_limit_size`), `in_forward` with
//! `require_ack_response`; Fluent Bit, `upstream` (one of its nodes for each flush, in turn).

use crate::blueprint::{BackendPlan, GatewayPlan, Outage, Purpose, backoff_ns, crash_loop_ns, member};
use crate::engine::fluid::{SlottedServer, Work};
use crate::engine::random::{draw, named_key};
use crate::engine::tandem::{Passage, Tandem};
use crate::units::{NEVER_NS, SimTime};
use std::ops::Range;

/// The processes in a run.
#[derive(Clone, Debug)]
pub(crate) struct Gateway {
    processes: Vec<Process>,
    buffer_bytes: u64,
    flush_ns: u64,
    hop_ns: u64,
}

#[derive(Clone, Debug)]
struct Process {
    /// Its CPU, and behind the buffer its share of the backend.
    queue: Tandem,
    /// When it is down, in order and in whole slots.
    down: Vec<Range<u64>>,
    keeps: bool,
    flush_phase_ns: u64,
}

/// What becomes of a request that reaches the gateway.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Admission {
    /// The process is down.
    Down,
    /// Its buffer is full, or it dies before it has taken the request in; known at that instant.
    Refused(u64),
    /// It has the request at the first instant, and sends it on at the second; it never does where it dies before.
    Held(u64, Option<u64>),
}

impl Gateway {
    /// The processes of a run with this key, on the slots of `backend`.
    pub(crate) fn new(plan: &GatewayPlan, backend: &BackendPlan, span: SimTime, key: u64) -> Self {
        let key = named_key(key, "gateway");
        let slot = backend.slot();
        let processes = plan.central.processes.max(1);
        let down: Vec<Vec<Range<u64>>> = spans_down(plan, processes, slot.as_ns(), key);
        let own = plan.capacity_bytes_per_s / processes as f64;
        let process = |number: usize| {
            let key = member(key, number as u64);
            let server = || SlottedServer::new(own, slot, span, &[]);
            let shut: Vec<Range<u64>> = backend
                .outages
                .iter()
                .map(|outage| outage.from_ns..tries_again_ns(plan, outage, key))
                .collect();
            let rates = rates(&down, &shut, number, own, backend.capacity_bytes_per_s, slot.as_ns());
            let deaths: Vec<u64> = down[number].iter().map(|span| span.start).collect();
            let first =
                server().with_spells(down[number].iter().map(|span| (span.clone(), 0.0))).cleared_at(&deaths);
            let mut second = server().with_spells(rates);
            if !plan.on_disk {
                second = second.cleared_at(&deaths);
            }
            Process {
                queue: Tandem::new(first, second),
                down: down[number].clone(),
                keeps: plan.on_disk,
                flush_phase_ns: Purpose::GatewayFlushPhase.draw(key) % plan.flush_ns.max(1),
            }
        };
        Self {
            processes: (0..processes as usize).map(process).collect(),
            buffer_bytes: plan.buffer_bytes,
            flush_ns: plan.flush_ns,
            hop_ns: plan.hop_ns,
        }
    }

    /// How many processes there are.
    pub(crate) fn processes(&self) -> usize {
        self.processes.len()
    }

    /// Nanoseconds from a request to its answer, without any wait.
    pub(crate) fn hop_ns(&self) -> u64 {
        self.hop_ns
    }

    /// Any of its servers: all have the same slots.
    pub(crate) fn clock(&self) -> &SlottedServer {
        self.processes[0].queue.first()
    }

    /// The process that an agent's request goes to.
    pub(crate) fn process_of(&self, key: u64, request: u64) -> usize {
        match self.processes.len() as u64 {
            1 => 0,
            processes => (Purpose::GatewayProcess.nth(key, request) % processes) as usize,
        }
    }

    /// What becomes of so many bytes that come to a process at `at_ns`, where it may make them wait so long.
    pub(crate) fn take(&self, process: usize, at_ns: u64, bytes: u64, longest_wait_ns: u64) -> Admission {
        let process = &self.processes[process];
        if process.down.iter().any(|span| span.contains(&at_ns)) {
            return Admission::Down;
        }
        let dies_ns =
            process.down.iter().map(|span| span.start).find(|dies_ns| *dies_ns > at_ns).unwrap_or(NEVER_NS);
        let Passage { enters_ns, ahead, leaves_ns } = process.queue.passage(at_ns);
        if enters_ns - at_ns > longest_wait_ns {
            return Admission::Refused(at_ns);
        }
        if enters_ns >= dies_ns {
            return Admission::Refused(dies_ns);
        }
        // What is larger than the whole buffer is taken where it is empty.
        if ahead > 0 && ahead.saturating_add(bytes.min(self.buffer_bytes)) > self.buffer_bytes {
            return Admission::Refused(enters_ns);
        }
        // It goes with the first flush behind it, or when all before it is gone, if that is later.
        let flushes_ns = enters_ns + self.until_flush(process, enters_ns);
        let leaves_ns = match flushes_ns > leaves_ns {
            true => process.queue.second().done_ns(Work::default(), flushes_ns),
            false => leaves_ns,
        };
        let survives = leaves_ns <= dies_ns || process.keeps;
        Admission::Held(enters_ns, survives.then_some(leaves_ns))
    }

    fn until_flush(&self, process: &Process, at_ns: u64) -> u64 {
        let since_ns = (at_ns + self.flush_ns - process.flush_phase_ns) % self.flush_ns.max(1);
        if since_ns == 0 { 0 } else { self.flush_ns - since_ns }
    }

    pub(crate) fn has_backlog(&self) -> bool {
        self.processes.iter().any(|process| process.queue.has_backlog())
    }

    /// Whether a demand of one slot, a number a process, waits nowhere.
    pub(crate) fn fits(&self, demand: &[u64], slot: usize) -> bool {
        self.processes.iter().zip(demand).all(|(process, demand)| process.queue.fits(*demand, slot))
    }

    /// Settles the next slot with its demand, a number a process.
    pub(crate) fn settle(&mut self, demand: &[u64]) {
        self.processes.iter_mut().zip(demand).for_each(|(process, demand)| process.queue.settle(*demand));
    }

    /// The longest wait in front of any process, and the most bytes that all buffers together held, each at its fullest.
    pub(crate) fn fullest(&self) -> (SimTime, u64) {
        let queues = || self.processes.iter().map(|process| &process.queue);
        let wait = queues().map(|queue| queue.first().longest_wait()).max().unwrap_or_default();
        (wait, queues().map(|queue| queue.second().most_backlog()).sum())
    }
}

/// When each process is down, in whole slots: it dies at the beginning of one.
fn spans_down(plan: &GatewayPlan, processes: u64, slot_ns: u64, key: u64) -> Vec<Vec<Range<u64>>> {
    let mut down = vec![Vec::<Range<u64>>::new(); processes as usize];
    for (number, crash) in plan.crashes.iter().enumerate() {
        let at_ns = crash.at_ns / slot_ns * slot_ns;
        let struck = member(Purpose::GatewayStruck.key(key), number as u64);
        let mut order: Vec<u64> = (0..processes).collect();
        order.sort_by_key(|process| (draw(struck, *process), *process));
        for process in order.into_iter().take(crash.processes.of(processes) as usize) {
            let spans = &mut down[process as usize];
            // One that is down cannot die.
            if spans.last().is_some_and(|last| at_ns < last.end) {
                continue;
            }
            let takes_ns = plan.restart_ns + crash_loop_ns(spans.len() as u32 + 1);
            spans.push(at_ns..at_ns + takes_ns.div_ceil(slot_ns).max(1) * slot_ns);
        }
    }
    down
}

/// When a process that finds the backend away at the beginning of an outage gets through to it: its tries are further and
/// further apart, as an agent's are. A request that gets no answer has one when the outage is over.
fn tries_again_ns(plan: &GatewayPlan, outage: &Outage, key: u64) -> u64 {
    if !outage.refuses {
        return outage.until_ns;
    }
    let (mut at_ns, mut tries) = (outage.from_ns, 0);
    while at_ns < outage.until_ns {
        let bits = draw(member(Purpose::GatewayBackoff.key(key), outage.from_ns), u64::from(tries));
        at_ns =
            at_ns.saturating_add(backoff_ns(plan.backoff_base_ns.max(1), plan.backoff_cap_ns, tries, bits));
        tries += 1;
    }
    at_ns
}

/// What a process can send on in which spans, in bytes a second: nothing while it is down or waits to try again, else what
/// its CPU allows and its share of the backend, that of processes that are down divided among the others.
fn rates(
    down: &[Vec<Range<u64>>],
    shut: &[Range<u64>],
    number: usize,
    own: f64,
    capacity: Option<f64>,
    slot_ns: u64,
) -> Vec<(Range<u64>, f64)> {
    let whole = |at_ns: u64| at_ns / slot_ns * slot_ns;
    let ends = |span: &Range<u64>| [whole(span.start), whole(span.end)];
    let mut edges: Vec<u64> = down.iter().flatten().chain(shut).flat_map(ends).chain([0, NEVER_NS]).collect();
    edges.sort_unstable();
    edges.dedup();
    let rate_at = |at_ns: u64| {
        let is_in =
            |spans: &[Range<u64>]| spans.iter().any(|s| (whole(s.start)..whole(s.end)).contains(&at_ns));
        if is_in(shut) || is_in(&down[number]) {
            return 0.0;
        }
        let up = down.iter().filter(|spans| !is_in(spans)).count();
        own.min(capacity.map_or(f64::INFINITY, |capacity| capacity / up.max(1) as f64))
    };
    edges.windows(2).map(|edge| (edge[0]..edge[1], rate_at(edge[0]))).collect()
}

#[cfg(test)]
mod tests;
