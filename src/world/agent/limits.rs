//! What the kernel gives to agents of a node: open files of a process, inotify watches of a user.
//!
//! A process that has as many files open as it may opens no other: those beyond, in the order of the list of files, are not
//! read. Watches are the user's: agents of one node share them, whether they are in one process or in many. A file for
//! which there is none left is not read by an agent that needs a watch, and read when it is looked at by one that polls
//! as well: half of its interval later on average.
//!
//! Sources: inotify(7) and `fs.inotify.max_user_watches` (8,192 before Linux 5.11, since then by memory); getrlimit(2),
//! `RLIMIT_NOFILE`; the profiles say what agents do.

use crate::blueprint::{AgentPlan, Blueprint};
use crate::profile::{Most, Watching};
use crate::world::agent::input::Owner;

/// What has been given so far on a node.
#[derive(Clone, Debug, Default)]
pub(crate) struct Given {
    watches: u64,
    /// The process that asked last, and the files that it has.
    process: Option<(Owner, u64)>,
}

/// What an agent gets for one more file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Gets {
    /// All it wants.
    Everything,
    /// No watch: it looks at the file at its intervals.
    NoWatch,
    /// Nothing: it does not read the file.
    Nothing,
}

impl Given {
    /// A process asks for one more file. Processes ask one after the other.
    pub(crate) fn give(&mut self, process: Owner, plan: &AgentPlan, blueprint: &Blueprint) -> Gets {
        let files = match self.process {
            Some((known, files)) if known == process => files,
            _ => 0,
        };
        if matches!(plan.max_files, Most::Limit(most) if files >= u64::from(most)) {
            self.process = Some((process, files));
            return Gets::Nothing;
        }
        let has_watch = blueprint.user_watches.is_none_or(|most| self.watches < most);
        let gets = match plan.watching {
            Watching::Polls => Gets::Everything,
            _ if has_watch => {
                self.watches += 1;
                Gets::Everything
            }
            Watching::Polled => Gets::NoWatch,
            Watching::Needed => Gets::Nothing,
        };
        self.process = Some((process, files + u64::from(gets != Gets::Nothing)));
        gets
    }
}

impl Blueprint {
    /// Whether agents may come to files that they are not given.
    pub fn limits_files(&self) -> bool {
        let files: u64 = self.pods.iter().map(|pod| pod.replicas * pod.streams.len() as u64).sum();
        let few = |plan: &AgentPlan| matches!(plan.max_files, Most::Limit(most) if u64::from(most) < files);
        let watches = |plan: &AgentPlan| {
            self.user_watches.is_some_and(|most| most < files) && plan.watching != Watching::Polls
        };
        self.agents.iter().any(|plan| few(plan) || watches(plan))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::flow::Cause;
    use crate::units::NS_PER_SEC;
    use crate::world::testing::{layout, run};

    /// Forty files of 20 lines/s each, of which so many are given.
    fn unread(blueprint: &Blueprint) -> (u64, f64) {
        let tally = run(blueprint);
        assert_eq!(tally.ledger.delivered + tally.ledger.retained, tally.ledger.emitted);
        assert_eq!(tally.ledger.lost[Cause::NotCollectable as usize], 0);
        (tally.unread_files, tally.ledger.retained as f64 / tally.ledger.emitted as f64)
    }

    #[test]
    fn files_beyond_what_a_process_may_open_are_not_read() {
        let mut blueprint = layout(40, 20.0, false, 60);
        assert_eq!(unread(&blueprint), (0, 0.0));
        blueprint.agents[0].max_files = Most::Limit(30);
        // A quarter of the files, and of the lines: 48,000, each file's 1,200 with a deviation of 35.
        let (files, share) = unread(&blueprint);
        assert_eq!(files, 10);
        assert!((share - 0.25).abs() < 0.01, "{share}");
        // Sidecars are processes of their own.
        let mut sidecars = layout(40, 20.0, true, 60);
        sidecars.agents[0].max_files = Most::Limit(1);
        assert_eq!(unread(&sidecars), (0, 0.0));
    }

    #[test]
    fn watches_are_shared_by_all_agents_of_a_node() {
        for sidecars in [false, true] {
            let mut blueprint = layout(40, 20.0, sidecars, 60);
            blueprint.user_watches = Some(10);
            assert_eq!(unread(&blueprint).0, 0, "who polls needs none");
            blueprint.agents[0].watching = Watching::Needed;
            let (files, share) = unread(&blueprint);
            assert_eq!(files, 30);
            assert!((share - 0.75).abs() < 0.01, "{share}");
            // Who polls beside it reads them later: three quarters of the files by half of five seconds.
            blueprint.agents[0].watching = Watching::Polled;
            blueprint.agents[0].scan_ns = 5 * NS_PER_SEC;
            assert_eq!(unread(&blueprint), (0, 0.0));
            let ages = run(&blueprint).tenants[0].freshness.quantiles(&[0.1, 0.9]);
            assert!(ages[0].unwrap() < 1.1 && ages[1].unwrap() > 2.5, "{ages:?}");
        }
    }
}
