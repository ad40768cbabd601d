//! How long jobs live, and how often they come, from pods that have begun and ended.

use super::facts::{Kind, Phase, Pod};
use super::workloads::Group;
use crate::import::counted;
use crate::scenario::{Job, Lifecycle};
use crate::units::SimTime;
use std::collections::BTreeMap;

/// The longest life that a scenario takes.
const LONGEST_MS: i64 = 720 * 3600 * 1000;
/// Lives from which on their quantiles are given instead of median and 99 of 100.
const MANY: usize = 20;

/// Lives of finished pods and starts of all, by namespace and name of what they belong to.
#[derive(Debug, Default)]
pub(super) struct Lives {
    known: BTreeMap<(String, String), Known>,
}

#[derive(Debug, Default)]
struct Known {
    lives_ms: Vec<i64>,
    starts_ms: Vec<i64>,
}

impl Lives {
    /// Takes note of a pod, if it is a job's.
    pub(super) fn learn(&mut self, kind: &Kind, pod: &Pod) {
        if kind.owner != "Job" || pod.began_ms == 0 {
            return;
        }
        let known = self.known.entry((kind.namespace.clone(), kind.name.clone())).or_default();
        known.starts_ms.push(pod.began_ms);
        if pod.phase == Phase::Finished && pod.ended_ms >= pod.began_ms {
            known.lives_ms.push((pod.ended_ms - pod.began_ms).clamp(1_000, LONGEST_MS));
        }
    }

    fn of(&self, group: &Group) -> Option<&Known> {
        let known =
            (group.owner == "Job").then(|| self.known.get(&(group.namespace.clone(), group.name.clone())));
        known.flatten().filter(|known| !known.lives_ms.is_empty())
    }

    /// How the pods of a workload come and go: as jobs where lives are known, for good otherwise.
    pub(super) fn lifecycle(&self, group: &Group) -> Lifecycle {
        let Some(known) = self.of(group) else { return Lifecycle::Service };
        let mut lives = known.lives_ms.clone();
        lives.sort_unstable();
        let time = |ms: i64| SimTime::from_ns(ms.unsigned_abs() * 1_000_000);
        let at = |share: f64| lives[((lives.len() - 1) as f64 * share).round() as usize];
        let mut job = Job::lasting(time(at(0.5)));
        if lives.len() >= MANY {
            job.duration = None;
            job.quantiles = Some((0..=20).map(|n| time(at(f64::from(n) / 20.0))).collect());
        } else if at(1.0) > at(0.5) {
            job.p99 = Some(time(at(1.0)));
        }
        // Where starts are known they tell how long it is from one end to the next start.
        if let Some(every) = known.every_ms() {
            let between = every * group.pods as i64 - at(0.5);
            let seconds = (between / 1000).clamp(0, LONGEST_MS / 1000);
            job.pause = SimTime::from_secs(seconds.unsigned_abs().saturating_sub(1));
        }
        Lifecycle::Job(job)
    }

    /// What was learnt, for people.
    pub(super) fn notes<'a>(&self, groups: impl Iterator<Item = &'a Group>) -> Vec<String> {
        let (mut with, mut without) = (0, 0);
        for group in groups.filter(|group| group.owner == "Job") {
            match self.of(group) {
                Some(_) => with += 1,
                None => without += group.pods,
            }
        }
        let mut notes = Vec::new();
        if with > 0 {
            let jobs = counted(with, "workload");
            notes.push(format!("{jobs} of jobs: lives and pauses are those of pods that have ended"));
        }
        if without > 0 {
            let pods = counted(without, "pod");
            notes.push(format!("{pods} of jobs of which none has ended: taken to run to the end"));
        }
        notes
    }
}

impl Known {
    /// The median time from one start to the next; `None` where fewer than two are known.
    fn every_ms(&self) -> Option<i64> {
        let mut starts = self.starts_ms.clone();
        starts.sort_unstable();
        let mut steps: Vec<i64> = starts.windows(2).map(|pair| pair[1] - pair[0]).collect();
        steps.sort_unstable();
        steps.get(steps.len() / 2).copied().filter(|step| *step > 0)
    }
}

/// Lives in milliseconds of the finished pods of a text, and how many pods have not finished.
pub(in crate::import) fn lives_of(
    entry: crate::import::input::Entry<'_>,
    reader: &mut dyn std::io::BufRead,
) -> Result<(Vec<i64>, u64), crate::import::ImportError> {
    let facts = super::facts::Facts::of(super::facts::Namespaces::default());
    let mut objects = super::parse::Objects::new(facts, true);
    objects.read(entry, reader)?;
    objects.facts.settle();
    let (mut lives, mut open) = (Vec::new(), 0);
    for pod in &objects.facts.pods {
        match (pod.began_ms, pod.ended_ms) {
            (began, ended) if pod.phase == Phase::Finished && began > 0 && ended >= began => {
                lives.push(ended - began);
            }
            _ => open += 1,
        }
    }
    Ok((lives, open))
}
