//! How pods come and go: times that make sense.

use super::super::Lifecycle;
use super::{Checked, MONTH, allow, up_to};
use crate::units::SimTime;

/// `path` is where the lifecycle stands in the text.
pub(super) fn check_lifecycle(lifecycle: &Lifecycle, duration: SimTime, path: &str) -> Checked {
    let second = SimTime::from_secs(1);
    let lasts = |time: SimTime, what: &str, path: String| {
        allow((second..=MONTH).contains(&time), path, || {
            format!("{what} is {time}; allowed is 1s to {MONTH}")
        })
    };
    let (linger, pause, path) = match lifecycle {
        Lifecycle::Service => return Ok(()),
        Lifecycle::Churn(churn) => {
            let path = format!("{path}/churn");
            lasts(churn.lifetime, "lifetime", format!("{path}/lifetime"))?;
            let grace = SimTime::from_secs(30);
            allow(churn.shutdown <= grace, format!("{path}/shutdown"), || {
                format!("shutdown is {}; allowed is up to {grace}, the grace period", churn.shutdown)
            })?;
            (churn.linger, churn.pause, path)
        }
        Lifecycle::Job(job) => {
            let path = format!("{path}/job");
            allow(job.duration.is_some() != job.quantiles.is_some(), path.clone(), || {
                "a job needs either a duration, such as 30s, or quantiles, such as [10s, 30s, 5m]".into()
            })?;
            if let Some(duration) = job.duration {
                lasts(duration, "duration", format!("{path}/duration"))?;
            }
            if let Some(p99) = job.p99 {
                lasts(p99, "p99", format!("{path}/p99"))?;
                let median = job.duration.unwrap_or(p99);
                allow(p99 > median, format!("{path}/p99"), || {
                    format!("p99 is {p99}, no more than the median of {median}, or without one")
                })?;
            }
            if let Some(quantiles) = &job.quantiles {
                let path = format!("{path}/quantiles");
                for (number, time) in quantiles.iter().enumerate() {
                    lasts(*time, "a time", format!("{path}/{number}"))?;
                }
                allow(quantiles.len() >= 2 && quantiles.is_sorted(), path, || {
                    "quantiles are two times and more, the shortest first, the longest last".into()
                })?;
            }
            (job.linger, job.pause, path)
        }
        Lifecycle::CrashLoop(crashes) => {
            let path = format!("{path}/crashLoop");
            lasts(crashes.runs, "runs", format!("{path}/runs"))?;
            if let Some(p99) = crashes.p99 {
                lasts(p99, "p99", format!("{path}/p99"))?;
                allow(p99 > crashes.runs, format!("{path}/p99"), || {
                    format!("p99 is {p99}, no more than the median of {}", crashes.runs)
                })?;
            }
            allow(crashes.from < duration, format!("{path}/from"), || {
                format!("crashes from {} on begin after the duration of {duration}", crashes.from)
            })?;
            return up_to(MONTH, crashes.starts, "starts", format!("{path}/starts"));
        }
    };
    up_to(MONTH, linger, "linger", format!("{path}/linger"))?;
    up_to(MONTH, pause, "pause", format!("{path}/pause"))
}
