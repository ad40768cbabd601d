//! A new version of a workload: its owner replaces pods wave by wave, some of them one for one, others after their
//! successors are ready.
//!
//! Source: Kubernetes, Deployment `strategy.rollingUpdate` (`maxUnavailable` 25 %, rounded down, and `maxSurge` 25 %,
//! rounded up); grafana/loki#1878 (about a minute until a pod is ready).

use super::{Leave, Plan, whole};
use crate::blueprint::Rollout;

impl Plan<'_> {
    /// Pods of each template are replaced in the order of their ordinals; those of a wave first that have successors
    /// before they end. Pods that come and go anyway bring the new version with them.
    pub(super) fn add_rollout(&mut self, rollout: &Rollout) {
        for pod in 0..self.before.node_of.len() {
            let template = self.before.template_of[pod];
            let kind = &self.blueprint.pods[template.at()];
            if kind.life.is_some() || !rollout.templates.contains(&template) {
                continue;
            }
            let surge = rollout.max_surge.rounded_up(kind.replicas);
            let wave = (surge + rollout.max_unavailable.rounded_down(kind.replicas)).max(1);
            let ordinal = u64::from(self.before.ordinal_of[pod]);
            let surges = ordinal % wave < surge;
            let waves = ordinal / wave + u64::from(surges);
            let at_ns = rollout.at_ns.saturating_add(waves.saturating_mul(rollout.takes_ns));
            let (linger_ns, pause_ns) = (rollout.linger_ns, rollout.pause_ns);
            self.plan(at_ns, Leave::Rolled { pod: pod as u32, surges, linger_ns, pause_ns });
        }
    }

    /// A pod ends; its successor is ready elsewhere and goes on where it ended, or starts when it is gone.
    pub(super) fn roll(&mut self, pod: u32, at_ns: u64, surges: bool, (linger_ns, pause_ns): (u64, u64)) {
        let Some((node, stay)) = self.present(pod) else { return };
        let ends_ns = whole(at_ns);
        // One that is on its way comes with the new version.
        if stay.begins_ns >= ends_ns {
            return;
        }
        let deleted_ns = whole(ends_ns + linger_ns);
        let old = node as usize;
        // A successor that is there before needs room beside it.
        let ready = if surges { self.find(pod, |other| other != old) } else { None };
        self.on[old].retain(|other| *other != pod);
        self.give_back(pod, old);
        self.leave(pod, ends_ns, deleted_ns);
        match ready {
            Some(_) => self.start(pod, ready, ends_ns, 0),
            None => {
                let target = self.find(pod, |_| true);
                self.start(pod, target, deleted_ns, pause_ns);
            }
        }
    }
}
