//! What the types alone cannot hold: names that must exist, values that must fit together.

use super::{ArrivalsSpec, Fault, LineSize, LogSpec, Scenario, ScenarioError};
use crate::profile;
use crate::units::SimTime;
use serde_saphyr::Spanned;
use std::collections::BTreeSet;

/// The most pods that a scenario may have: thirty times the largest cluster.
const MAX_PODS: u64 = 5_000_000;

/// The largest size at which a log file may be rotated.
const MAX_FILE_BYTES: u64 = 1 << 40;

/// What is wrong, and where.
pub(super) struct Problem {
    message: String,
    place: Option<(u64, u64)>,
}

impl Problem {
    fn new(message: String) -> Self {
        Self { message, place: None }
    }

    fn at<T>(value: &Spanned<T>, message: String) -> Self {
        let place = value.referenced;
        Self { message, place: (place.line() > 0).then(|| (place.line(), place.column())) }
    }

    pub(super) fn into_error(self, file: &str, text: &str) -> ScenarioError {
        match self.place {
            Some((line, column)) => ScenarioError::at(file, text, line, column, &self.message),
            None => {
                // Without a place of its own, the problem stands at the key that it names first.
                let key = self.message.split([' ', ':']).next().unwrap_or_default();
                let found = text.lines().enumerate().find_map(|(n, line)| {
                    let column = line.find(&format!("{key}:"))?;
                    Some((n as u64 + 1, column as u64 + 1))
                });
                match found {
                    Some((line, column)) => ScenarioError::at(file, text, line, column, &self.message),
                    None => {
                        ScenarioError::whole_file(file, format!("is no possible scenario: {}", self.message))
                    }
                }
            }
        }
    }
}

pub(super) fn check(scenario: &Scenario) -> Result<(), Problem> {
    let problem = |message: String| Err(Problem::new(message));
    if scenario.duration < SimTime::from_secs(1) || scenario.duration > SimTime::from_secs(30 * 86_400) {
        return problem(format!("duration is {}; allowed is 1s to 720h", scenario.duration));
    }
    if scenario.warmup.as_ns() * 2 > scenario.duration.as_ns() {
        return problem(format!(
            "warmup is {}, more than half of the duration of {}; set a longer duration or a shorter warmup",
            scenario.warmup, scenario.duration
        ));
    }
    if scenario.drain > SimTime::from_secs(86_400) {
        return problem(format!("drain is {}; allowed is up to 24h", scenario.drain));
    }
    if scenario.chunk < SimTime::from_ns(2_000_000) || scenario.chunk > SimTime::from_secs(1) {
        return problem(format!("chunk is {}; allowed is 2ms to 1s", scenario.chunk));
    }
    if scenario.cluster.pools.is_empty() {
        return problem("pools is empty; a cluster needs at least one pool of nodes".into());
    }
    if scenario.tenants.is_empty() {
        return problem("tenants is empty; a scenario needs at least one tenant".into());
    }
    if scenario.nodes() > MAX_PODS || scenario.pods() > MAX_PODS {
        let (nodes, pods) = (scenario.nodes(), scenario.pods());
        return problem(format!("cluster has {nodes} nodes and {pods} pods; allowed are {MAX_PODS} of each"));
    }
    let interval = scenario.cluster.kubelet.container_log_monitor_interval;
    if interval < SimTime::from_secs(3) {
        return problem(format!("containerLogMonitorInterval is {interval}; the kubelet allows 3s and more"));
    }
    if scenario.cluster.kubelet.container_log_max_files.get() < 2 {
        return problem("containerLogMaxFiles is 1; the kubelet allows 2 and more".into());
    }
    let size = scenario.cluster.kubelet.container_log_max_size;
    if size.get() == 0 || size.get() > MAX_FILE_BYTES {
        return problem(format!("containerLogMaxSize is {size}; allowed is 1B to 1Ti"));
    }
    names_are_unique("pools", scenario.cluster.pools.iter().map(|p| p.name.as_str()))?;
    names_are_unique("tenants", scenario.tenants.iter().map(|t| t.name.as_str()))?;
    for tenant in &scenario.tenants {
        names_are_unique("workloads", tenant.workloads.iter().map(|w| w.name.as_str()))?;
        for workload in &tenant.workloads {
            for log in &workload.logs {
                check_log(log)?;
            }
        }
    }
    check_agents(scenario)?;
    for fault in &scenario.faults {
        let Fault::Outage(outage) = fault;
        if outage.at >= scenario.duration {
            return problem(format!(
                "faults: an outage at {} begins after the duration of {}",
                outage.at, scenario.duration
            ));
        }
    }
    Ok(())
}

fn names_are_unique<'a>(what: &str, names: impl Iterator<Item = &'a str>) -> Result<(), Problem> {
    let mut seen = BTreeSet::new();
    for name in names {
        if name.is_empty() {
            return Err(Problem::new(format!("{what}: a name is empty")));
        }
        if !seen.insert(name) {
            return Err(Problem::new(format!("{what}: the name {name:?} is there twice")));
        }
    }
    Ok(())
}

pub(super) fn check_log(log: &LogSpec) -> Result<(), Problem> {
    let problem = |message: String| Err(Problem::new(message));
    if log.rate.get() > 1e6 {
        return problem(format!("rate is {}; allowed is up to 1M/s a stream", log.rate));
    }
    if log.rotate.size.get() == 0 || log.rotate.size.get() > MAX_FILE_BYTES {
        return problem(format!("rotate: size is {}; allowed is 1B to 1Ti", log.rotate.size));
    }
    if log.spread.get() > 5.0 {
        return problem(format!("spread is {}; allowed is up to 500%", log.spread));
    }
    match &log.line {
        LineSize::Constant(size) if size.get() == 0 => {
            problem("line: constant is 0B; a line has a size".into())?
        }
        LineSize::Lognormal(law) if law.median.get() == 0 || law.p99 < law.median => problem(format!(
            "lognormal: median {} and p99 {}; allowed is 0 < median <= p99",
            law.median, law.p99
        ))?,
        LineSize::Quantiles(sizes) if sizes.len() < 2 || !sizes.is_sorted() => {
            problem("quantiles: needs at least two sizes, the smallest first".into())?;
        }
        _ => {}
    }
    match &log.arrivals {
        ArrivalsSpec::Burst(burst) => {
            if !(burst.duty.get() > 0.0 && burst.duty.get() <= 1.0) {
                return problem(format!("duty is {}; allowed is above 0% and up to 100%", burst.duty));
            }
            if burst.slot < SimTime::from_secs(1) || burst.slot.as_ns() % SimTime::from_secs(1).as_ns() != 0 {
                return problem(format!("slot is {}; allowed are whole seconds", burst.slot));
            }
        }
        ArrivalsSpec::Diurnal(sine) if sine.amplitude.get() > 1.0 || sine.period < SimTime::from_secs(2) => {
            return problem(format!(
                "diurnal: amplitude {} and period {}; allowed is up to 100% and from 2s",
                sine.amplitude, sine.period
            ));
        }
        ArrivalsSpec::Trace(trace) => {
            let sum: f32 = trace.per_second.iter().sum();
            if trace.per_second.iter().any(|w| !w.is_finite() || *w < 0.0) || sum.is_nan() || sum <= 0.0 {
                return problem("perSecond: needs weights of at least 0, one of them above 0".into());
            }
        }
        _ => {}
    }
    Ok(())
}

fn check_agents(scenario: &Scenario) -> Result<(), Problem> {
    let embedded: Vec<&str> = profile::names().collect();
    for custom in &scenario.profiles {
        if !embedded.contains(&custom.base.value.as_str()) {
            let message = format!(
                "there is no agent {:?} to derive from; there are {}",
                custom.base.value,
                embedded.join(", ")
            );
            return Err(Problem::at(&custom.base, message));
        }
        let Some(Ok(mut profile)) = profile::embedded(&custom.base.value) else { continue };
        for (path, value) in &custom.set {
            profile.set(path, value.value).map_err(|message| Problem::at(value, message))?;
        }
    }
    let mut known = embedded;
    known.extend(scenario.profiles.iter().map(|p| p.name.as_str()));
    let collection = &scenario.collection;
    let named =
        [Some(&collection.agent), collection.daemonset.agent.as_ref(), collection.sidecar.agent.as_ref()];
    for agent in named.into_iter().flatten() {
        if !known.contains(&agent.value.as_str()) {
            let message = format!("there is no agent {:?}; there are {}", agent.value, known.join(", "));
            return Err(Problem::at(agent, message));
        }
    }
    let settings = [&collection.with, &collection.daemonset.with, &collection.sidecar.with];
    for setting in settings {
        if let Some(flush) = setting.flush
            && (flush < SimTime::from_ns(10_000_000) || flush > SimTime::from_secs(3600))
        {
            return Err(Problem::new(format!("flush is {flush}; allowed is 10ms to 1h")));
        }
        if let Some(scan) = setting.refresh_interval
            && scan < SimTime::from_ns(100_000_000)
        {
            return Err(Problem::new(format!("refreshInterval is {scan}; allowed is 100ms and more")));
        }
        if setting.mem_buf_limit.is_some_and(|limit| limit.get() == 0) {
            return Err(Problem::new("memBufLimit is 0B; an agent needs a buffer".into()));
        }
    }
    if !(1.0..=100.0).contains(&collection.headroom) {
        return Err(Problem::new(format!("headroom is {}; allowed is 1 to 100", collection.headroom)));
    }
    Ok(())
}
