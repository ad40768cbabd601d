//! Credentials that expire: an agent renews them some time before, and where that fails the backend refuses it from the
//! expiry until it can renew again.
//!
//! Sources: AWS STS, `AssumeRole` (`DurationSeconds` is 3,600 by default); Alibaba Cloud, error 0002-00000007 (a request
//! signed with temporary credentials that have expired is refused).

use crate::blueprint::{CredentialsPlan, Purpose};
use crate::engine::random::unit;
use crate::units::NEVER_NS;
use crate::world::agent::input::Input;

impl CredentialsPlan {
    /// When an agent is refused whose credentials are in the middle of their life when the run begins: evenly anywhere
    /// between two renewals.
    fn of_old(&self, key: u64) -> (u64, u64) {
        let period_ns = self.lifetime_ns - self.renew_before_ns;
        self.refusal((unit(Purpose::CredentialsAge.draw(key)) * period_ns as f64) as u64)
    }

    /// When an agent is refused that starts at `now_ns`: it has credentials from then on, or as soon as there are any.
    fn of_new(&self, now_ns: u64) -> (u64, u64) {
        if (self.fails_from_ns..self.fails_until_ns).contains(&now_ns) {
            return (now_ns, self.fails_until_ns);
        }
        self.refusal(now_ns + self.lifetime_ns - self.renew_before_ns)
    }

    /// When an agent is refused that renews at `renewal_ns` and every period from there.
    fn refusal(&self, renewal_ns: u64) -> (u64, u64) {
        let period_ns = (self.lifetime_ns - self.renew_before_ns).max(1);
        let periods = self.fails_from_ns.saturating_sub(renewal_ns).div_ceil(period_ns);
        let expires_ns = renewal_ns + periods * period_ns + self.renew_before_ns;
        if expires_ns < self.fails_until_ns {
            (expires_ns, self.fails_until_ns)
        } else {
            Input::NEVER_REFUSED
        }
    }
}

impl Input {
    /// A span that is none.
    pub(crate) const NEVER_REFUSED: (u64, u64) = (NEVER_NS, 0);

    /// The agent, of this key, starts at `now_ns`; at 0 it is in the middle of its life.
    pub(crate) fn get_credentials(&mut self, plan: &CredentialsPlan, key: u64, now_ns: u64) {
        self.refused = if now_ns == 0 { plan.of_old(key) } else { plan.of_new(now_ns) };
    }

    /// Whether the backend refuses it at `now_ns`.
    #[inline]
    pub(crate) fn is_refused(&self, now_ns: u64) -> bool {
        (self.refused.0..self.refused.1).contains(&now_ns)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::blueprint::{Arrival, ControlPlan, Watched};
    use crate::flow::Cause;
    use crate::profile::Retries;
    use crate::units::NS_PER_SEC;
    use crate::world::testing::{layout, run};

    const S: u64 = NS_PER_SEC;

    /// Lines that 40 agents lose in all, of 50 a second each, which throw away what is refused; credentials last 100 s
    /// and are renewed 10 s before they expire.
    fn lost(fails_s: std::ops::Range<u64>) -> u64 {
        let mut blueprint = layout(40, 50.0, true, 240);
        blueprint.agents[0].retries = Retries::Limit(0);
        let credentials = CredentialsPlan {
            lifetime_ns: 100 * S,
            renew_before_ns: 10 * S,
            fails_from_ns: fails_s.start * S,
            fails_until_ns: fails_s.end * S,
        };
        let arrival = Arrival::Looks { every_ns: S, jitter: 0.0 };
        let (poll_ns, watched, pushes) = (0, Watched::Nothing, Vec::new());
        let credentials = Some(credentials);
        blueprint.control = Some(ControlPlan { poll_ns, arrival, watched, pushes, credentials });
        let ledger = run(&blueprint).ledger;
        assert_eq!(ledger.lost_total(), ledger.lost[Cause::RetriesExhausted as usize]);
        ledger.lost_total()
    }

    #[test]
    fn who_cannot_renew_is_refused_from_the_expiry_until_it_can() {
        // Renewals are due every 90 s, for all agents once between 60 and 150 s; credentials expire 10 s later, evenly
        // between 70 and 160 s. Nobody issues any until 160 s: 45 s on average of 50 lines/s.
        let lines = lost(60..160) as f64 / (40.0 * 50.0);
        assert!((lines - 45.0).abs() < 9.0, "{lines} s");
        // Whoever is to renew within 5 s has 10 s to try again.
        assert_eq!(lost(60..65), 0);
        // 40 s: of 40 agents those that are due in the first 30 s, a third, are refused for 15 s on average.
        let lines = lost(60..100) as f64 / (40.0 * 50.0);
        assert!((lines - 5.0).abs() < 2.5, "{lines} s");
    }

    #[test]
    fn an_agent_that_starts_where_nobody_issues_credentials_waits_for_them() {
        let plan = CredentialsPlan {
            lifetime_ns: 100 * S,
            renew_before_ns: 10 * S,
            fails_from_ns: 60 * S,
            fails_until_ns: 200 * S,
        };
        assert_eq!(plan.of_new(70 * S), (70 * S, 200 * S));
        // Issued at 20 s, to be renewed at 110 s, expired at 120 s.
        assert_eq!(plan.of_new(20 * S), (120 * S, 200 * S));
        assert_eq!(plan.of_new(300 * S), Input::NEVER_REFUSED);
    }
}
