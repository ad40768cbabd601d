//! Proxies: rates that one can carry, languages where they count.

use super::super::{ProxyKind, Workload};
use super::{Checked, allow};

/// Requests a second of one pod at most.
const MAX_REQUESTS: f64 = 1e6;

/// `path` is where the workload stands in the text.
pub(super) fn check_proxy(workload: &Workload, path: &str) -> Checked {
    let Some(proxy) = &workload.proxy else { return Ok(()) };
    let path = |field: &str| format!("{path}/proxy/{field}");
    let rate = proxy.requests_per_second;
    allow((0.0..=MAX_REQUESTS).contains(&rate), path("requestsPerSecond"), || {
        format!("requestsPerSecond is {rate}; allowed is 0 to {MAX_REQUESTS}")
    })?;
    allow(proxy.access_log.get() <= 1.0, path("accessLog"), || {
        format!("accessLog is {}; allowed is up to 100%", proxy.access_log)
    })?;
    let needs_language = proxy.kind == ProxyKind::Library && !proxy.features.is_empty();
    allow(!needs_language || !proxy.language.trim().is_empty(), path("kind"), || {
        "a library with features needs the language that they are written in, such as language: go".into()
    })
}
