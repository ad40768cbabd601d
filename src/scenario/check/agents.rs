//! Agents: names that must exist, profiles derived from them, settings.

use super::super::{CustomProfile, Override, Scenario, Settings};
use super::{Checked, Problem, allow, check_names, check_size};
use crate::diagnosis::Code;
use crate::profile;

/// Collection configs beyond those of the workloads: a hundred for each tenant that there can be.
const MAX_EXTRA_CONFIGS: u32 = 1_000_000;

pub(in crate::scenario) fn check_profiles(profiles: &[CustomProfile]) -> Checked {
    let embedded: Vec<&str> = profile::names().collect();
    check_names("profile", "profiles", profiles.iter().map(|p| p.name.as_str()))?;
    for (number, custom) in profiles.iter().enumerate() {
        let path = format!("profiles/{number}");
        if embedded.contains(&custom.name.as_str()) {
            let message =
                format!("{:?} is an agent that there is already; give yours another name", custom.name);
            return Err(Problem::new(format!("{path}/name"), message).coded(Code::Name));
        }
        let Some(Ok(mut profile)) = profile::embedded(&custom.base.value) else {
            let message = format!(
                "there is no agent {:?} to derive from; known: {}",
                custom.base.value,
                embedded.join(", ")
            );
            return Err(Problem::at(&custom.base, format!("{path}/base"), message).coded(Code::NoSuch));
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
    let mut terms = vec![
        (&collection.daemonset, "collection/daemonset".to_owned()),
        (&collection.sidecar, "collection/sidecar".to_owned()),
    ];
    if let Some(as_is) = &collection.as_is {
        let path = |part: &str, number| format!("collection/asIs/{part}/{number}/terms");
        terms.extend(as_is.node.iter().enumerate().map(|(n, agents)| (&agents.terms, path("node", n))));
        terms.extend(
            as_is.sidecars.iter().enumerate().map(|(n, agents)| (&agents.terms, path("sidecars", n))),
        );
    }
    let own = terms.iter().filter_map(|(terms, path)| Some((terms.agent.as_ref()?, format!("{path}/agent"))));
    for (agent, path) in std::iter::once((&collection.agent, "collection/agent".to_owned())).chain(own) {
        if !known.contains(&agent.value.as_str()) {
            let message = format!("there is no agent {:?}; known: {}", agent.value, known.join(", "));
            return Err(Problem::at(agent, path, message).coded(Code::NoSuch));
        }
    }
    check_settings(&collection.with, "collection/with")?;
    for (terms, path) in terms {
        check_settings(&terms.with, &format!("{path}/with"))?;
        // What runs already was allowed by somebody.
        if !path.starts_with("collection/asIs") {
            check_buffer(scenario, terms, path == "collection/sidecar", &path)?;
        }
        let (cpu, memory) =
            (terms.requests.cpu.unwrap_or_default(), terms.requests.memory.unwrap_or_default());
        check_size(cpu, memory, &|field| format!("{path}/requests/{field}"))?;
    }
    allow(collection.extra_configs <= MAX_EXTRA_CONFIGS, "collection/extraConfigs", || {
        format!("extraConfigs is {}; allowed is up to {MAX_EXTRA_CONFIGS}", collection.extra_configs)
    })?;
    allow((1.0..=100.0).contains(&collection.headroom), "collection/headroom", || {
        format!("headroom is {}; allowed is 1 to 100", collection.headroom)
    })?;
    let (cpu, memory) = (collection.cpu_step, collection.memory_step);
    allow((1..=10_000).contains(&cpu.get()), "collection/cpuStep", || {
        format!("cpuStep is {cpu}; allowed is 1m to 10")
    })?;
    allow((1..=1 << 34).contains(&memory.get()), "collection/memoryStep", || {
        format!("memoryStep is {memory}; allowed is 1B to 16Gi")
    })
}

/// A buffer that the scenario sets larger than the memory limit that it sets would have its agent killed for
/// doing what it is told to.
fn check_buffer(scenario: &Scenario, terms: &Override, in_pod: bool, path: &str) -> Checked {
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
        Some(Ok(profile)) if in_pod => profile.sidecar_chart.and_then(|c| c.memory_limit),
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
    let contradiction = settings.checkpoint_every.is_some() && settings.checkpoints == Some(false);
    if contradiction {
        let message = "checkpointEvery says how often positions are written, and checkpoints: false says that none are; \
                       leave one of them out";
        let problem = Problem::new(format!("{path}/checkpointEvery"), message.into());
        return Err(problem.coded(Code::Contradiction));
    }
    match settings.out_of_range() {
        Some((below, problem)) => Err(Problem::new(format!("{path}/{below}"), problem)),
        None => Ok(()),
    }
}
