//! Gateways: agents that exist, sizes that make sense.

use super::super::Scenario;
use super::{Checked, Problem, allow, check_size};
use crate::diagnosis::Code;
use crate::profile;
use crate::units::{Bytes, SimTime};

/// Processes of a gateway at most.
const MAX_PROCESSES: u64 = 1_000;

/// The largest buffer of a process.
const MAX_BUFFER: Bytes = Bytes::new(16 << 40);

pub(super) fn check_gateway(scenario: &Scenario) -> Checked {
    check_buffer(scenario.collection.driver.buffer, "collection/driver/buffer")?;
    let Some(gateway) = &scenario.collection.gateway else { return Ok(()) };
    let path = |field: &str| format!("collection/gateway/{field}");
    let mut known: Vec<&str> = profile::names().collect();
    known.extend(scenario.profiles.iter().map(|p| p.name.as_str()));
    if !known.contains(&gateway.agent.value.as_str()) {
        let message = format!("there is no agent {:?}; known: {}", gateway.agent.value, known.join(", "));
        return Err(Problem::at(&gateway.agent, path("agent"), message).coded(Code::NoSuch));
    }
    allow(gateway.processes.get() <= MAX_PROCESSES, path("processes"), || {
        format!("there are {} processes; allowed are 1 to {MAX_PROCESSES}", gateway.processes.get())
    })?;
    check_buffer(gateway.buffer, &path("buffer"))?;
    let (least, most) = (SimTime::from_ns(10_000_000), SimTime::from_secs(3600));
    allow(gateway.flush.is_none_or(|flush| (least..=most).contains(&flush)), path("flush"), || {
        "flush is out of range; allowed is 10ms to 1h".into()
    })?;
    let second = SimTime::from_secs(1);
    allow(gateway.hop <= second, path("hop"), || {
        format!("hop is {}; allowed is up to {second}", gateway.hop)
    })?;
    let share = gateway.share.get();
    allow(share > 0.0 && share <= 1.0, path("share"), || {
        format!("share is {share}; allowed is more than 0 and up to 1")
    })?;
    let requests = &gateway.requests;
    let (cpu, memory) = (requests.cpu.unwrap_or_default(), requests.memory.unwrap_or_default());
    check_size(cpu, memory, &|field| path(&format!("requests/{field}")))
}

fn check_buffer(buffer: Option<Bytes>, path: &str) -> Checked {
    allow(buffer.is_none_or(|buffer| buffer.get() > 0 && buffer <= MAX_BUFFER), path, || {
        format!("a buffer of that size cannot be; allowed is 1B to {MAX_BUFFER}")
    })
}
