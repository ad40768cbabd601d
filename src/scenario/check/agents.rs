//! Agents: names that must exist, profiles derived from them, settings.

use super::super::{CustomProfile, Override, Scenario, Settings};
use super::{Checked, MONTH, Problem, allow, check_names, check_size, up_to};
use crate::profile::{self, LineLimit, Timeout};
use crate::units::{Fraction, SimTime};

/// Collection configs beyond those of the workloads: a hundred for each tenant that there can be.
const MAX_EXTRA_CONFIGS: u32 = 1_000_000;

pub(in crate::scenario) fn check_profiles(profiles: &[CustomProfile]) -> Checked {
    let embedded: Vec<&str> = profile::names().collect();
    check_names("profile", "profiles", profiles.iter().map(|p| p.name.as_str()))?;
    for (number, custom) in profiles.iter().enumerate() {
        let path = format!("profiles/{number}");
        allow(!embedded.contains(&custom.name.as_str()), format!("{path}/name"), || {
            format!("{:?} is an agent that there is already; give yours another name", custom.name)
        })?;
        let Some(Ok(mut profile)) = profile::embedded(&custom.base.value) else {
            let message = format!(
                "there is no agent {:?} to derive from; known: {}",
                custom.base.value,
                embedded.join(", ")
            );
            return Err(Problem::at(&custom.base, format!("{path}/base"), message));
        };
        for (name, value) in &custom.set {
            let problem = |message| Problem::at(value, format!("{path}/set/{name}"), message);
            profile.set(name, value.value.value).map_err(problem)?;
            // An error of several times the value is allowed: it is what a fit has found.
            allow(value.value.standard_error.is_none_or(|e| e >= 0.0), format!("{path}/set/{name}"), || {
                format!("the standard error of {name} is below 0")
            })?;
        }
        check_settings(&custom.with, &format!("{path}/with"))?;
    }
    Ok(())
}

pub(super) fn check_agents(scenario: &Scenario) -> Checked {
    let mut known: Vec<&str> = profile::names().collect();
    known.extend(scenario.profiles.iter().map(|p| p.name.as_str()));
    let collection = &scenario.collection;
    let named = [
        (Some(&collection.agent), "collection/agent"),
        (collection.daemonset.agent.as_ref(), "collection/daemonset/agent"),
        (collection.sidecar.agent.as_ref(), "collection/sidecar/agent"),
    ];
    for (agent, path) in named {
        let Some(agent) = agent else { continue };
        if !known.contains(&agent.value.as_str()) {
            let message = format!("there is no agent {:?}; known: {}", agent.value, known.join(", "));
            return Err(Problem::at(agent, path, message));
        }
    }
    check_settings(&collection.with, "collection/with")?;
    for (terms, path) in
        [(&collection.daemonset, "collection/daemonset"), (&collection.sidecar, "collection/sidecar")]
    {
        check_settings(&terms.with, &format!("{path}/with"))?;
        check_buffer(scenario, terms, path)?;
        let (cpu, memory) =
            (terms.requests.cpu.unwrap_or_default(), terms.requests.memory.unwrap_or_default());
        check_size(cpu, memory, &|field| format!("{path}/requests/{field}"))?;
    }
    allow(collection.extra_configs <= MAX_EXTRA_CONFIGS, "collection/extraConfigs", || {
        format!("extraConfigs is {}; allowed is up to {MAX_EXTRA_CONFIGS}", collection.extra_configs)
    })?;
    allow((1.0..=100.0).contains(&collection.headroom), "collection/headroom", || {
        format!("headroom is {}; allowed is 1 to 100", collection.headroom)
    })
}

/// A buffer that the scenario sets larger than the memory limit that it sets would have its agent killed for
/// doing what it is told to.
fn check_buffer(scenario: &Scenario, terms: &Override, path: &str) -> Checked {
    let collection = &scenario.collection;
    let name = &terms.agent.as_ref().unwrap_or(&collection.agent).value;
    let custom = scenario.profiles.iter().enumerate().find(|(_, p)| p.name == *name);
    let of_profile = custom.map(|(number, custom)| (format!("profiles/{number}"), &custom.with));
    let of_scenario = [(path.to_owned(), &terms.with), ("collection".to_owned(), &collection.with)];
    let set =
        of_scenario.into_iter().chain(of_profile).find_map(|(at, with)| Some((at, with.mem_buf_limit?)));
    let Some((at, buffer)) = set else { return Ok(()) };
    let base = custom.map_or(name, |(_, custom)| &custom.base.value);
    let of_chart = match profile::embedded(base) {
        Some(Ok(profile)) if path.ends_with("sidecar") => profile.sidecar_chart.and_then(|c| c.memory_limit),
        Some(Ok(profile)) => profile.chart.memory_limit,
        _ => None,
    };
    let whose = match terms.memory_limit {
        Some(_) => format!("memoryLimit under {path}"),
        None => format!("memory limit in {base}'s chart"),
    };
    let Some(limit) = terms.memory_limit.or(of_chart) else { return Ok(()) };
    allow(buffer <= limit, format!("{at}/with/memBufLimit"), || {
        format!(
            "memBufLimit is {buffer}, more than the {limit} of the {whose}; \
             allowed is up to that, and what the program itself needs comes on top"
        )
    })
}

fn check_settings(settings: &Settings, path: &str) -> Checked {
    if let Some(flush) = settings.flush {
        let in_range = flush >= SimTime::from_ns(10_000_000) && flush <= SimTime::from_secs(3600);
        allow(in_range, format!("{path}/flush"), || format!("flush is {flush}; allowed is 10ms to 1h"))?;
    }
    if let Some(scan) = settings.refresh_interval {
        allow(scan >= SimTime::from_ns(100_000_000), format!("{path}/refreshInterval"), || {
            format!("refreshInterval is {scan}; allowed is 100ms and more")
        })?;
        up_to(MONTH, scan, "refreshInterval", format!("{path}/refreshInterval"))?;
    }
    if let Some(wait) = settings.rotate_wait {
        up_to(MONTH, wait, "rotateWait", format!("{path}/rotateWait"))?;
    }
    if let Some(every) = settings.checkpoint_every {
        up_to(MONTH, every, "checkpointEvery", format!("{path}/checkpointEvery"))?;
        allow(settings.checkpoints != Some(false), format!("{path}/checkpointEvery"), || {
            "checkpointEvery says how often positions are written, and checkpoints: false says that none are; \
             leave one of them out"
                .into()
        })?;
    }
    if let Some(LineLimit::Limit(limit)) = settings.line_limit {
        allow(limit.get() >= 256, format!("{path}/lineLimit/limit"), || {
            format!("lineLimit is {limit}; allowed is 256B and more, or unlimited")
        })?;
    }
    if let Some(flush) = settings.multiline_flush {
        let longest = SimTime::from_secs(60);
        allow(flush <= longest, format!("{path}/multilineFlush"), || {
            format!("multilineFlush is {flush}; allowed is up to {longest}")
        })?;
    }
    if let Some(Timeout::After(timeout)) = settings.request_timeout {
        allow(timeout >= SimTime::from_ns(100_000_000), format!("{path}/requestTimeout/after"), || {
            format!("requestTimeout is {timeout}; allowed is 100ms and more, or never")
        })?;
        up_to(MONTH, timeout, "requestTimeout", format!("{path}/requestTimeout/after"))?;
    }
    let missed = settings.missed_successors.map_or(0.0, Fraction::get);
    allow((0.0..=1.0).contains(&missed), format!("{path}/missedSuccessors"), || {
        format!("missedSuccessors is {missed}; allowed is 0% to 100%")
    })?;
    allow(settings.mem_buf_limit.is_none_or(|limit| limit.get() > 0), format!("{path}/memBufLimit"), || {
        "memBufLimit is 0B; an agent needs a buffer".into()
    })
}
