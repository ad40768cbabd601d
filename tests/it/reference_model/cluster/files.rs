//! Files: the kubelet's look, rotation, discovery.

use super::super::agent::{Agent, Mode};
use super::{Cluster, Event};
use loghaul::flow::{Cause, Medium};
use loghaul::profile::Successor;

impl Cluster<'_> {
    pub(super) fn tick(&mut self, node: usize, now_ns: u64) {
        if now_ns >= self.blueprint.horizon_ns {
            return;
        }
        for log in 0..self.logs.len() {
            let is_mine = self.logs[log].node == node && self.logs[log].medium == Medium::Stdout;
            if is_mine && self.logs[log].is_full() {
                self.rotate(log, now_ns);
            }
        }
        self.at(now_ns + self.blueprint.kubelet_interval_ns, Event::Tick { node });
    }

    pub(super) fn rotate(&mut self, number: usize, now_ns: u64) {
        let log = &mut self.logs[number];
        let Some(agent) = log.agent else {
            log.rotate(Cause::NeverDiscovered);
            return;
        };
        let Agent { plan, life, mode, .. } = self.agents[agent];
        if mode == Mode::Down {
            log.rotate(Cause::AgentKilled);
            return;
        }
        // It is at the end of all that it knows, if it is.
        self.read_on(agent, now_ns);
        let log = &mut self.logs[number];
        let watched = self.agents[agent].caught_up_ns > log.found_ns;
        let (known, at_once) = (log.knows_live(), plan.successor == Successor::AtOnce);
        let looks = at_once || known && mode == Mode::Reading && watched;
        let left = log.rotate(Cause::NeverDiscovered);
        if !looks {
            // Of a file that it does not know it notices nothing.
            if known {
                log.pass_unnoticed(watched);
            }
            return;
        }
        // The scenarios leave nothing to luck: the kubelet's new file is there too late for everybody, an application's at once.
        if at_once || plan.successor == Successor::AtRename && log.medium != Medium::Stdout {
            log.discover();
            log.found_ns = now_ns;
        }
        if let Some(end) = left {
            self.at(now_ns.saturating_add(plan.rotate_wait_ns), Event::GiveUp { log: number, end, life });
        }
    }

    /// The reader looks for the live file of a log; what it holds already is read like what a pause left.
    pub(super) fn discover(&mut self, log: usize, now_ns: u64) {
        if self.logs[log].discover() {
            self.logs[log].found_ns = now_ns;
            let agent = self.logs[log].agent.unwrap();
            self.agents[agent].fall_behind();
        }
    }

    /// A reader that reads takes note of rotations that it could not look at when they happened.
    pub(super) fn notice(&mut self, number: usize, now_ns: u64) {
        let Agent { plan, life, .. } = self.agents[number];
        for log in self.agents[number].logs.clone() {
            if self.logs[log].notices() {
                if let Some(end) = self.logs[log].left() {
                    let at_ns = now_ns.saturating_add(plan.rotate_wait_ns);
                    self.at(at_ns, Event::GiveUp { log, end, life });
                }
                self.discover(log, now_ns);
            }
        }
    }
}
