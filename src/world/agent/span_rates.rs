//! What some flushes of an agent that keeps up take together where only the sum of their lines is known: the mean over all ways
//! in which lines may fall into flushes, each into any of them with the same chance.

use crate::blueprint::AgentPlan;
use crate::engine::cells::MOST_CELLS;
use crate::world::agent::meter::SPAN_NS;
use crate::world::agent::rates::AgentRates;

/// Up to how many lines of a file and flush, on average, there is a table: the fullest flush has fewer than twice as many.
const TABLED_LINES: usize = 64;

/// What the lines of one file take that some flushes read together.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct InSpan {
    /// CPU in nanoseconds of an agent with no other file, always and a byte on disk, as long as it is not at work all the time.
    pub always_ns: f64,
    pub byte_ns: f64,
    /// Read events, and the same weighted with how much dearer their gaps make them.
    pub reads: f64,
    pub weighted: f64,
}

/// What a span's flushes take of one file, by its lines.
#[derive(Clone, Debug)]
pub(crate) struct SpanRates {
    flushes: usize,
    by_lines: Vec<InSpan>,
}

impl SpanRates {
    /// Of agents of a kind; `None` where a span is not a few whole flush intervals.
    pub(crate) fn new(kind: &AgentRates, plan: &AgentPlan) -> Option<Self> {
        let flushes = (SPAN_NS / plan.flush_ns.max(1)) as usize;
        if flushes == 0 || flushes > MOST_CELLS || !SPAN_NS.is_multiple_of(plan.flush_ns) {
            return None;
        }
        let by_lines = (0..=TABLED_LINES * flushes).map(|lines| mean_of(kind, lines, flushes)).collect();
        Some(Self { flushes, by_lines })
    }

    /// What so many lines of a file take in so many flushes; `None` where they are too many to be looked up.
    #[inline]
    pub(crate) fn of(&self, lines: u64, flushes: usize) -> Option<InSpan> {
        if flushes == self.flushes {
            return self.by_lines.get(lines as usize).copied();
        }
        // As many a flush in a whole span, of which it is a part.
        let place = lines as f64 * self.flushes as f64 / flushes as f64;
        let (below, inside) = (place as usize, place.fract());
        let (low, high) = (self.by_lines.get(below)?, self.by_lines.get(below + 1)?);
        let part = flushes as f64 / self.flushes as f64;
        let between = |low: f64, high: f64| (low + (high - low) * inside) * part;
        Some(InSpan {
            always_ns: between(low.always_ns, high.always_ns),
            byte_ns: low.byte_ns + (high.byte_ns - low.byte_ns) * inside,
            reads: between(low.reads, high.reads),
            weighted: between(low.weighted, high.weighted),
        })
    }
}

/// The mean over binomial(lines, 1/flushes) lines a flush, times the flushes.
fn mean_of(kind: &AgentRates, lines: usize, flushes: usize) -> InSpan {
    let mut mean = InSpan::default();
    if flushes == 1 {
        add_flush(&mut mean, kind, lines, 1.0, 1.0);
        return mean;
    }
    let share = 1.0 / flushes as f64;
    let mut chance = libm::pow(1.0 - share, lines as f64);
    for own in 0..=lines.min(2 * TABLED_LINES) {
        // A byte of the span's is one of this flush's as its lines are.
        let bytes = own as f64 / lines.max(1) as f64;
        add_flush(&mut mean, kind, own, chance * flushes as f64, bytes);
        chance *= (lines - own) as f64 / (own + 1) as f64 * share / (1.0 - share);
    }
    mean
}

/// Adds a flush of so many lines that happens so often, and has this share of the bytes.
fn add_flush(mean: &mut InSpan, kind: &AgentRates, lines: usize, times: f64, share: f64) {
    let ((always_ns, byte_ns), reads) = kind.of_lines(lines);
    mean.always_ns += times * always_ns;
    mean.byte_ns += times * byte_ns * share;
    mean.reads += times * reads.reads;
    mean.weighted += times * reads.weighted;
}
