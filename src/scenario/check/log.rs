//! One log stream: rate, sizes, arrivals, rotation.

use super::super::{ArrivalsSpec, LineSize, LogSpec};
use super::{Checked, MAX_FILE_BYTES, MINUTE, MONTH, allow, up_to};
use crate::units::{Bytes, SimTime};

/// The longest line: beyond, no container runtime or agent takes it for one.
const MAX_LINE: Bytes = Bytes::new(1 << 20);

/// `path` is where the log stands in the text.
pub(in super::super) fn check_log(log: &LogSpec, path: &str) -> Checked {
    let path = |field: &str| format!("{path}/{field}");
    allow(log.rate.get() <= 1e6, path("rate"), || {
        format!("rate is {}; allowed is up to 1M/s a stream", log.rate)
    })?;
    let size = log.rotate.size;
    allow((1..=MAX_FILE_BYTES).contains(&size.get()), path("rotate/size"), || {
        format!("size is {size}; allowed is 1B to 1Ti")
    })?;
    up_to(MINUTE, log.rotate.gap, "gap", path("rotate/gap"))?;
    allow(log.spread.get() <= 5.0, path("spread"), || {
        format!("spread is {}; allowed is up to 500%", log.spread)
    })?;
    check_line(&log.line, &path("line"))?;
    match &log.arrivals {
        ArrivalsSpec::Burst(burst) => {
            allow((0.001..=1.0).contains(&burst.duty.get()), path("arrivals/burst/duty"), || {
                format!("duty is {}; allowed is 0.1% to 100%", burst.duty)
            })?;
            let second = SimTime::from_secs(1);
            let whole = burst.slot >= second && burst.slot.as_ns().is_multiple_of(second.as_ns());
            allow(whole && burst.slot <= MONTH, path("arrivals/burst/slot"), || {
                format!("slot is {}; allowed are whole seconds, up to {MONTH}", burst.slot)
            })
        }
        ArrivalsSpec::Diurnal(sine) => {
            allow(sine.amplitude.get() <= 1.0, path("arrivals/diurnal/amplitude"), || {
                format!("amplitude is {}; allowed is up to 100%", sine.amplitude)
            })?;
            allow(sine.period >= SimTime::from_secs(2), path("arrivals/diurnal/period"), || {
                format!("period is {}; allowed is 2s and more", sine.period)
            })
        }
        ArrivalsSpec::Trace(trace) => {
            let sum: f32 = trace.per_second.iter().sum();
            let weights = trace.per_second.iter().all(|w| *w >= 0.0) && sum.is_finite() && sum > 0.0;
            allow(weights, path("arrivals/trace/perSecond"), || {
                "perSecond needs weights of at least 0, one of them above 0".into()
            })
        }
        ArrivalsSpec::Ticked(tick) => {
            let (least, most) = (SimTime::from_ns(100_000), SimTime::from_secs(60));
            allow((least..=most).contains(tick), path("arrivals/ticked"), || {
                format!("a tick of {tick}; allowed is {least} to {most}")
            })
        }
        ArrivalsSpec::Poisson | ArrivalsSpec::Constant => Ok(()),
    }
}

fn check_line(line: &LineSize, path: &str) -> Checked {
    match line {
        LineSize::Constant(size) => {
            allow(size.get() > 0 && *size <= MAX_LINE, format!("{path}/constant"), || {
                format!("a line of {size}; allowed is 1B to {MAX_LINE}")
            })
        }
        LineSize::Lognormal(law) => {
            let (median, p99) = (law.median, law.p99);
            allow(median.get() > 0 && median <= p99 && p99 <= MAX_LINE, format!("{path}/lognormal"), || {
                format!("lines of median {median} and p99 {p99}; allowed is 0B < median <= p99 <= {MAX_LINE}")
            })
        }
        LineSize::Quantiles(sizes) => {
            let fine = sizes.len() >= 2 && sizes.is_sorted() && sizes.last() <= Some(&MAX_LINE);
            allow(fine, format!("{path}/quantiles"), || {
                format!("quantiles needs at least two sizes, the smallest first, none above {MAX_LINE}")
            })
        }
    }
}
