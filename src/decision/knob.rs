//! The settings that may be turned, each with the values that are worth trying.

/// A setting that may be turned.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Knob {
    /// The field as the scenario has it; also its name on the command line.
    pub key: &'static str,
    /// Whose it is.
    pub owner: Owner,
    /// The values to try, the mildest first: of values that do equally well and cost the same, the first is taken.
    pub ladder: Ladder,
    /// Where the values come from.
    pub source: &'static str,
}

/// Whose setting it is, which says where it stands in the scenario.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Owner {
    /// The agent's, of each kind that the strategy has.
    Agent,
    /// The kubelet's, on all nodes.
    Kubelet,
    /// What the agent of a node requests.
    Request,
    /// What the agent of a node may use at most; where it has such a limit.
    Limit,
}

/// Values to try.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Ladder {
    /// These, as the file has them.
    Values(&'static [&'static str]),
    /// Multiples of what there is.
    Times(&'static [f64]),
}

const fn agent(key: &'static str, values: &'static [&'static str], source: &'static str) -> Knob {
    Knob { key, owner: Owner::Agent, ladder: Ladder::Values(values), source }
}

const fn kubelet(key: &'static str, values: &'static [&'static str], source: &'static str) -> Knob {
    Knob { key, owner: Owner::Kubelet, ladder: Ladder::Values(values), source }
}

const fn times(key: &'static str, owner: Owner, factors: &'static [f64], source: &'static str) -> Knob {
    Knob { key, owner, ladder: Ladder::Times(factors), source }
}

/// Every setting that may be turned. What changes what arrives (`enrich`, sampling) is none: it would meet an objective by
/// delivering something else. Nor is the reading of one input in several threads, which agents do not do for one `tail`.
pub const KNOBS: [Knob; 24] = [
    agent(
        "refreshInterval",
        &["30s", "10s", "5s", "1s"],
        "Fluent Bit, inputs/tail: Refresh_Interval 60 s by default; 5 s and 10 s in its examples; 1 s is Filebeat's order \
         (scan_frequency 10 s, at least 1 s)",
    ),
    agent(
        "memBufLimit",
        &["10MB", "20MB", "50MB", "100MB", "200MB", "5MB"],
        "Fluent Bit, administration/backpressure: examples from 5 MB to 50 MB; beyond, about doubled (ours)",
    ),
    agent("flush", &["500ms", "200ms", "2s", "5s"], "about the defaults of the profiles, 200 ms to 5 s"),
    agent(
        "rotateWait",
        &["30s", "60s", "5m"],
        "Fluent Bit, inputs/tail: Rotate_Wait 5 s by default; Filebeat's close_inactive of 5 min",
    ),
    agent("storage", &["filesystem"], "Fluent Bit, administration/buffering-and-storage"),
    agent("overflow", &["pause"], "Fluent Bit, administration/backpressure: an input that is full pauses"),
    agent("workers", &["2", "4"], "Fluent Bit, outputs: workers, 1 or 2 by default"),
    agent(
        "readChunk",
        &["64Ki", "256Ki", "1Mi"],
        "Fluent Bit, inputs/tail: Buffer_Chunk_Size 32 KiB by default; doubled (ours)",
    ),
    agent(
        "retries",
        &["unlimited"],
        "Fluent Bit, administration/scheduling-and-retries: Retry_Limit no_limits",
    ),
    agent(
        "throttledRetries",
        &["unlimited"],
        "Fluent Bit, administration/scheduling-and-retries: Retry_Limit no_limits",
    ),
    agent("compress", &["gzip"], "Fluent Bit, outputs/http: compress gzip"),
    agent("inotify", &["\"off\""], "Fluent Bit, inputs/tail: inotify_watcher off"),
    agent("checkpoints", &["true"], "Fluent Bit, inputs/tail: DB"),
    agent("checkpointOf", &["acknowledged"], "Filebeat's registry: positions of what was acknowledged"),
    agent("checkpointEvery", &["1s", "0s"], "about the defaults of the profiles"),
    agent("startAt", &["beginning"], "Fluent Bit, inputs/tail: Read_from_Head"),
    agent(
        "lineLimit",
        &["{limit: 256Ki}", "{limit: 1Mi}"],
        "Fluent Bit, inputs/tail: Buffer_Max_Size, doubled (ours)",
    ),
    agent("longLines", &["split", "truncate"], "the behaviours that profiles know"),
    kubelet(
        "containerLogMaxSize",
        &["20Mi", "50Mi", "100Mi", "200Mi", "500Mi"],
        "kubelet: 10 Mi by default; managed clusters allow up to 500 Mi (GKE, node system configuration)",
    ),
    kubelet(
        "containerLogMaxFiles",
        &["10", "20", "50"],
        "kubelet: 5 by default; managed clusters allow 2 to 10 (GKE); beyond, ours",
    ),
    kubelet(
        "containerLogMonitorInterval",
        &["3s"],
        "kubelet: 10 s by default and 3 s at least (KubeletConfiguration)",
    ),
    times(
        "requests.cpu",
        Owner::Request,
        &[1.5, 2.0, 4.0, 0.75, 0.5],
        "multiples of what is requested (ours)",
    ),
    times(
        "requests.memory",
        Owner::Request,
        &[1.5, 2.0, 4.0, 0.75, 0.5],
        "multiples of what is requested (ours)",
    ),
    times("cpuLimit", Owner::Limit, &[1.5, 2.0, 4.0], "multiples of the limit (ours)"),
];

/// The knobs of these names; all of them where none is named.
///
/// # Errors
/// A name is no knob's: the message holds those that there are.
pub fn knobs_named(names: &[String]) -> Result<Vec<&'static Knob>, String> {
    if names.is_empty() {
        return Ok(KNOBS.iter().collect());
    }
    let mut found: Vec<&'static Knob> = Vec::new();
    for name in names.iter().map(|name| name.trim()) {
        let knob = KNOBS.iter().find(|knob| knob.key == name).ok_or_else(|| {
            let known: Vec<&str> = KNOBS.iter().map(|knob| knob.key).collect();
            format!("there is no knob {name:?}; there are {}", known.join(", "))
        })?;
        if !found.contains(&knob) {
            found.push(knob);
        }
    }
    Ok(found)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn knobs_are_found_by_name_and_each_is_there_once() {
        let all = knobs_named(&[]).unwrap();
        assert_eq!(all.len(), KNOBS.len());
        let names: std::collections::BTreeSet<&str> = all.iter().map(|knob| knob.key).collect();
        assert_eq!(names.len(), KNOBS.len());
        let two = knobs_named(&["flush".to_owned(), " memBufLimit ".to_owned(), "flush".to_owned()]).unwrap();
        assert_eq!(two.iter().map(|knob| knob.key).collect::<Vec<_>>(), ["flush", "memBufLimit"]);
        let error = knobs_named(&["memBuf".to_owned()]).unwrap_err();
        assert!(error.contains("\"memBuf\"") && error.contains("memBufLimit"), "{error}");
        assert!(KNOBS.iter().all(|knob| !knob.source.is_empty()));
    }
}
