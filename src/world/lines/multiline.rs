//! Lines that are put together: how long a parser holds them back.
//!
//! A parser of events of several lines cannot tell the last line of one before the first of the next, or before its flush
//! timeout is over. A line is therefore held until the next one of its stream, and for the timeout at most. With Poisson
//! arrivals of rate λ and a timeout T that is (1 − e^(−λT)) ÷ λ on average, with even ones min(1 ÷ λ, T). The mean is added
//! to the age of every line; buffers and flushes do not see it. Lines that stand apart and those of a burst are not told
//! from each other.
//!
//! Sources: theory; timeouts from the agents' documentation, as the profiles name them.

use crate::blueprint::{AgentPlan, StreamLaw};
use crate::profile::Parse;

impl AgentPlan {
    /// Milliseconds for which it holds back lines of this law, on average.
    pub(crate) fn held_ms(&self, law: &StreamLaw, parse: Parse) -> u16 {
        if parse != Parse::Multiline {
            return 0;
        }
        let (rate, timeout_s) = (law.arrivals.mean(), self.multiline_flush_ns as f64 * 1e-9);
        let mean_s = match rate {
            rate if rate <= 0.0 => timeout_s,
            rate if law.arrivals.is_even() => timeout_s.min(1.0 / rate),
            rate => -libm::expm1(-rate * timeout_s) / rate,
        };
        (mean_s * 1e3).round().min(f64::from(u16::MAX)) as u16
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::arrivals::Arrivals;
    use crate::engine::marks::Marks;
    use crate::units::NS_PER_SEC;
    use crate::world::testing::{agent, layout, run};

    #[test]
    fn a_line_is_held_until_the_next_or_the_timeout() {
        let plan = AgentPlan { multiline_flush_ns: 2 * NS_PER_SEC, ..agent() };
        let poisson = |rate: f64| layout(1, rate, false, 1).laws[0].clone();
        let held = |law: &StreamLaw| plan.held_ms(law, Parse::Multiline);
        // Ten lines a second: a tenth of a second; one in 100 s: nearly the timeout; one a second: 1 − e⁻² s.
        assert_eq!((held(&poisson(10.0)), held(&poisson(0.01)), held(&poisson(1.0))), (100, 1_980, 865));
        let even = |rate| StreamLaw { arrivals: Arrivals::constant(rate), sizes: Marks::constant(200) };
        assert_eq!((held(&even(4.0)), held(&even(0.1))), (250, 2_000));
        assert_eq!(plan.held_ms(&poisson(1.0), Parse::Json), 0);
    }

    #[test]
    fn what_is_held_is_as_much_older() {
        let mut blueprint = layout(3, 4.0, false, 120);
        for law in &mut blueprint.laws {
            law.arrivals = Arrivals::constant(4.0);
        }
        let median = |blueprint: &_| {
            let tally = run(blueprint);
            assert_eq!(tally.ledger.delivered, tally.ledger.emitted);
            tally.tenants[0].freshness.quantile(0.5).unwrap()
        };
        let plain = median(&blueprint);
        blueprint.pods[0].streams[0].parse = Parse::Multiline;
        // A quarter of a second; the histogram is good to 1/32.
        let held = median(&blueprint);
        assert!((held - plain - 0.25).abs() < 0.05, "{plain} {held}");
    }
}
