//! Faults that a workshop plays: each is an entry of the scenario's own faults, tenants or control plane.

use crate::scenario::Scenario;
use serde::{Deserialize, Serialize};

/// Something that goes wrong, at the push of a button.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Rehearsal {
    /// The backend cannot be written to for a minute, or a quarter of the time where that is shorter.
    Outage,
    /// The agents are upgraded, a tenth of them at a time.
    Upgrade,
    /// A node is gone from one moment to the next.
    NodeLoss,
    /// A tenant comes that writes far more than the others.
    NoisyNeighbour,
    /// Collection configs change.
    ConfigPush,
}

/// Lines a second of each pod of the loud tenant: beyond the 18,000 that an agent with Fluent Bit's defaults carries
/// (`scenarios/noisy-neighbour.yaml`).
const LOUD: &str = "30k/s";

impl Rehearsal {
    /// Every rehearsal, in the order of the page.
    pub const ALL: [Self; 5] =
        [Self::Outage, Self::Upgrade, Self::NodeLoss, Self::NoisyNeighbour, Self::ConfigPush];

    /// Its name in states and addresses.
    pub fn id(self) -> String {
        serde_json::to_value(self).ok().and_then(|id| id.as_str().map(str::to_owned)).unwrap_or_default()
    }

    /// What it is called, in English and Chinese.
    pub fn title(self) -> (&'static str, &'static str) {
        match self {
            Self::Outage => ("outage", "后端中断"),
            Self::Upgrade => ("agent upgrade", "采集器升级"),
            Self::NodeLoss => ("node loss", "节点丢失"),
            Self::NoisyNeighbour => ("noisy neighbour", "吵闹邻居"),
            Self::ConfigPush => ("config push", "配置下发"),
        }
    }

    /// The settings that play it.
    pub fn settings(self, scenario: &Scenario) -> Vec<String> {
        let at = at(scenario);
        match self {
            Self::Outage => vec![outage(scenario, (at as f64).clamp(1.0, 60.0))],
            Self::Upgrade => {
                vec![format!("faults[+]={{upgrade: {{at: {at}s, maxUnavailable: 10%, takes: 40s}}}}")]
            }
            Self::NodeLoss => vec![format!("faults[+]={{nodeLoss: {{nodes: 1, at: {at}s}}}}")],
            Self::NoisyNeighbour => vec![format!(
                "tenants[+]={{name: noisy-neighbour, loud: true, workloads: [{{name: crawler, replicas: {}, logs: \
                 [{{stream: stdout, rate: {LOUD}}}]}}]}}",
                scenario.nodes().clamp(1, 4)
            )],
            Self::ConfigPush => {
                // A config server, unless the scenario says how configs reach agents.
                let channel = scenario.control.is_none().then(|| "control.channel=server".to_owned());
                channel.into_iter().chain([format!("control.push[+]={{at: {at}s}}")]).collect()
            }
        }
    }
}

/// The setting that adds an outage of so many seconds.
pub(super) fn outage(scenario: &Scenario, seconds: f64) -> String {
    format!("faults[+]={{outage: {{of: backend, at: {}s, for: {}s}}}}", at(scenario), seconds.round())
}

/// When things go wrong: after a quarter of the simulated time, in whole seconds.
fn at(scenario: &Scenario) -> u64 {
    (scenario.duration.as_secs_f64() / 4.0).round() as u64
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scenario::{Amendments, embedded, embedded_names};

    #[test]
    fn every_rehearsal_can_be_played_on_every_scenario() {
        for name in embedded_names() {
            let text = embedded(name).unwrap();
            let plain = Amendments::default().read(name, text).unwrap();
            for rehearsal in Rehearsal::ALL {
                let settings = rehearsal.settings(&plain).iter().map(|s| s.parse().unwrap()).collect();
                let played = Amendments { profiles: None, settings }.read(name, text);
                let played = played.unwrap_or_else(|e| panic!("{name}, {rehearsal:?}: {e}"));
                let more = [
                    played.faults.len() - plain.faults.len(),
                    played.tenants.len() - plain.tenants.len(),
                    played.control.map_or(0, |c| c.push.len())
                        - plain.control.as_ref().map_or(0, |c| c.push.len()),
                ];
                assert_eq!(more.iter().sum::<usize>(), 1, "{name}, {rehearsal:?}");
            }
        }
    }
}
