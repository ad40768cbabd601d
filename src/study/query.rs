//! What of the past can be queried, and how long an answer takes.
//!
//! Extrapolated, as no run is a week long. Natively `kubectl logs` shows the live file of each pod: a file that is
//! rotated at S bytes and filled at b bytes a second is on average half full, so that its beginning is even over the
//! last S/b seconds. What a backend has received it keeps, for as long as the workload asks where it does.

use crate::blueprint::{Blueprint, Reader};
use crate::run::Setup;
use crate::scenario::Scenario;

/// The spans of the past that are asked for, in seconds: an hour, a day, a week.
pub const PAST_S: [f64; 3] = [3600.0, 86_400.0, 604_800.0];

/// Seconds for one pod's request of `kubectl logs`, through the API server to the kubelet and back. Assumed.
const REQUEST_S: f64 = 0.05;
/// Bytes a second that come back through the API server. Assumed.
const TRANSFER_BYTES_PER_S: f64 = 20e6;

/// What can be queried under a strategy.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Query {
    /// Whether lines are shipped: otherwise they are read where they are written.
    pub ships: bool,
    /// Share of the last hour's, day's and week's lines that are kept where they can be queried: of those delivered,
    /// where lines are shipped; of those written, where they are not.
    pub kept: [f64; 3],
    /// Share of the lines of pods that are deleted that are kept: the kubelet deletes logs with their pod.
    pub kept_of_deleted: f64,
    /// Seconds until a question to all pods of the largest tenant is answered; `None` where nothing writes.
    pub answer_s: Option<f64>,
}

/// What can be queried under the strategy of a setup.
pub(super) fn query(scenario: &Scenario, setup: &Setup) -> Query {
    let blueprint = &setup.blueprint;
    let readers = || blueprint.pods.iter().flat_map(|p| &p.streams).map(|s| s.reader);
    let ships = readers().any(|r| matches!(r, Reader::Node | Reader::Pod));
    if ships {
        let backend = &blueprint.backend;
        let latency_s = backend.latency_ns as f64 * 1e-9 + backend.latency_tail.mean() * 1e-6;
        return Query {
            ships,
            kept: PAST_S.map(|past| retained(scenario, past)),
            kept_of_deleted: 1.0,
            answer_s: Some(latency_s),
        };
    }
    let all = streams(blueprint);
    let lines: f64 = all.iter().map(|s| s.lines_per_s).sum();
    let kept = PAST_S.map(|past| {
        let seen = all.iter().map(|s| s.lines_per_s * live_share(s.fills_s, past)).sum::<f64>();
        if lines > 0.0 { seen / lines } else { 0.0 }
    });
    Query { ships, kept, kept_of_deleted: 0.0, answer_s: (lines > 0.0).then(|| answer_s(blueprint, &all)) }
}

/// A stream of some pods at one mean rate.
struct Shown {
    tenant: u32,
    pods: f64,
    lines_per_s: f64,
    /// Seconds in which a file fills; nothing of it can be seen where that is zero.
    fills_s: f64,
    file_bytes: f64,
}

fn streams(blueprint: &Blueprint) -> Vec<Shown> {
    let mut all = Vec::new();
    for template in &blueprint.pods {
        for stream in &template.streams {
            // Replicas fall into classes of mean rates, all equally likely.
            let classes = blueprint.laws_of(stream);
            for law in classes {
                let pods = template.replicas as f64 / classes.len() as f64;
                let rate = law.arrivals.mean();
                let bytes_per_s = rate * (law.sizes.mean() + stream.medium.prefix_bytes() as f64);
                let shown = stream.reader == Reader::Nobody && bytes_per_s > 0.0;
                let file_bytes = blueprint.kubelet.size_bytes as f64;
                // The kubelet looks now and then only: what is written meanwhile stays in the file.
                let fills_s = (file_bytes / bytes_per_s).max(blueprint.kubelet_interval_ns as f64 * 1e-9);
                all.push(Shown {
                    tenant: template.tenant,
                    pods,
                    lines_per_s: pods * rate,
                    fills_s: if shown { fills_s } else { 0.0 },
                    file_bytes: if shown { bytes_per_s * fills_s / 2.0 } else { 0.0 },
                });
            }
        }
    }
    all
}

/// The share of the last `past` seconds that is in a live file which fills in `fills_s`: the mean of min(age, past) ÷
/// past for an age even over `fills_s`.
fn live_share(fills_s: f64, past_s: f64) -> f64 {
    if past_s >= fills_s { fills_s / 2.0 / past_s } else { 1.0 - past_s / (2.0 * fills_s) }
}

/// The largest tenant's pods, one request after the other, and the bytes of their live files.
fn answer_s(blueprint: &Blueprint, all: &[Shown]) -> f64 {
    let tenants = 0..blueprint.tenants.len() as u32;
    let of = |tenant: u32| {
        let own = all.iter().filter(|s| s.tenant == tenant);
        let pods: u64 = blueprint.pods.iter().filter(|p| p.tenant == tenant).map(|p| p.replicas).sum();
        let bytes: f64 = own.map(|s| s.pods * s.file_bytes).sum();
        pods as f64 * REQUEST_S + bytes / TRANSFER_BYTES_PER_S
    };
    tenants.map(of).fold(0.0, f64::max)
}

/// The share of the last `past` seconds' lines that stores keep as long as workloads ask: for ever where nobody says.
fn retained(scenario: &Scenario, past_s: f64) -> f64 {
    let (mut all, mut kept) = (0.0, 0.0);
    for tenant in &scenario.tenants {
        for workload in &tenant.workloads {
            for log in &workload.logs {
                let lines = (tenant.count.get() * workload.replicas.get()) as f64 * log.rate.get();
                let retention = log.wants.as_ref().and_then(|w| w.retention);
                all += lines;
                kept += lines * retention.map_or(1.0, |r| (r.as_secs_f64() / past_s).min(1.0));
            }
        }
    }
    if all > 0.0 { kept / all } else { 1.0 }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scenario::from_yaml;
    use crate::strategy::by_name;

    fn scenario(wants: &str) -> Scenario {
        // 100 lines/s of 159 bytes and 41 of the runtime's: 20 kB/s. Files of 36 MB fill in half an hour.
        let yaml = format!(
            "name: t\ncluster: {{ pools: [ {{ name: p, nodes: 4 }} ], kubelet: {{ containerLogMaxSize: 36MB }} }}\n\
             tenants: [ {{ name: a, count: 2, workloads: [ {{ name: w, replicas: 5, logs: [ {{ stream: stdout,\n\
             rate: 100/s, spread: 0, line: {{ constant: 159B }}{wants} }} ] }} ] }} ]\n"
        );
        from_yaml("t.yaml", &yaml).unwrap()
    }

    fn of(scenario: &Scenario, strategy: &str) -> Query {
        query(scenario, &Setup::new(scenario, by_name(strategy).unwrap()))
    }

    #[test]
    fn kubectl_sees_half_a_file() {
        let native = of(&scenario(""), "native");
        // A quarter of the hour: the mean age of the file is 15 minutes.
        for (found, past) in native.kept.into_iter().zip(PAST_S) {
            assert!((found / (900.0 / past) - 1.0).abs() < 0.01, "{found}");
        }
        assert_eq!((native.ships, native.kept_of_deleted), (false, 0.0));
        // Five pods: 50 ms and half of 36 MB each.
        let answer = 5.0 * 0.05 + 5.0 * 18e6 / 20e6;
        assert!((native.answer_s.unwrap() / answer - 1.0).abs() < 0.01);
        // Within a quarter of the time that it takes to fill, all but an eighth of the past is there.
        assert_eq!(live_share(400.0, 100.0), 0.875);
    }

    #[test]
    fn what_is_shipped_is_kept_as_long_as_asked() {
        let for_ever = of(&scenario(""), "daemonset");
        assert_eq!((for_ever.kept, for_ever.kept_of_deleted), ([1.0; 3], 1.0));
        let half_a_day = of(&scenario(", wants: { retention: 12h }"), "sidecar");
        assert_eq!(half_a_day.kept, [1.0, 0.5, 0.5 / 7.0]);
    }
}
