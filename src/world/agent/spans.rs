//! Spans: flushes between two looks of the meter, and what they take together.

use crate::blueprint::AgentPlan;
use crate::engine::cells::Cells;
use crate::engine::random::draw;
use crate::world::agent::rates::AgentRates;
use crate::world::agent::span_rates::SpanRates;
use crate::world::lines::stream::{Amount, Cursor};

/// Draws of how many flushes have any line, apart from others under a key.
pub(crate) const OCCUPIED: u64 = 0x0CC0;

/// No flush is so many deviations above the mean: of a normal law, fewer than one in 10^18.
const DEVIATIONS: f64 = 9.0;

/// What is worked out of spans and not kept.
#[derive(Clone, Debug, Default)]
pub(crate) struct SpanScratch {
    pub spans: Vec<Span>,
    pub lengths_ns: Vec<u64>,
    /// Lines of each stream, span by span.
    pub lines: Vec<u64>,
    /// Where each stream gets to; `None` where it has nothing to be read.
    pub reached: Vec<Option<(Cursor, Amount)>>,
    /// Where each span's lines are counted.
    pub places: Vec<usize>,
}

/// Flushes between two looks of the meter.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Span {
    pub flushes: usize,
    /// When the last of them is.
    pub until_ns: u64,
    pub all: Amount,
    /// Bytes on disk beyond the lines themselves.
    pub prefix_bytes: u64,
    pub wire_bytes: u64,
    /// Requests where each file's lines are one.
    pub requests: u64,
    /// CPU where there is one file.
    pub alone_ns: f64,
    pub reads: f64,
    pub weighted: f64,
    /// Sum over lines of the mean square of their record bytes.
    pub square: f64,
}

/// No flush of a stretch is larger than this.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Largest {
    pub lines: f64,
    pub disk_bytes: f64,
    pub record_bytes: f64,
}

impl Largest {
    /// The larger of both.
    pub(crate) fn or(self, other: Self) -> Self {
        Self {
            lines: self.lines.max(other.lines),
            disk_bytes: self.disk_bytes.max(other.disk_bytes),
            record_bytes: self.record_bytes.max(other.record_bytes),
        }
    }
}

impl Span {
    /// Adds what one file has for it.
    pub(crate) fn add(
        &mut self,
        new: Amount,
        (plan, stream): (&AgentPlan, &OneStream),
        rates: (&AgentRates, &SpanRates),
    ) {
        if new.lines == 0 {
            return;
        }
        let prefix_bytes = new.lines * stream.prefix_bytes;
        self.all += new;
        self.prefix_bytes += prefix_bytes;
        self.wire_bytes += plan.wire_bytes(new.lines, new.bytes);
        let bits = draw(stream.key ^ OCCUPIED, self.until_ns);
        self.requests += Cells::of(self.flushes).occupied(new.lines, bits);
        self.square += new.lines as f64 * stream.square;
        let (kind, spans) = rates;
        match spans.of(new.lines, self.flushes) {
            Some(mean) => {
                self.reads += mean.reads;
                self.weighted += mean.weighted;
                self.alone_ns += mean.always_ns + mean.byte_ns * (new.bytes + prefix_bytes) as f64;
            }
            None => {
                let (flushes, mean) = (self.flushes as f64, new.lines as f64 / self.flushes as f64);
                let (reads, weighted) = kind.no_work.live_reads(&plan.costs, mean);
                self.reads += reads * flushes;
                self.weighted += weighted * flushes;
                self.alone_ns = f64::INFINITY;
            }
        }
    }

    /// Its lines, bytes on disk and record bytes, flush by flush on average.
    pub(crate) fn mean(&self, plan: &AgentPlan) -> Largest {
        let flushes = self.flushes as f64;
        Largest {
            lines: self.all.lines as f64 / flushes,
            disk_bytes: (self.all.bytes + self.prefix_bytes) as f64 / flushes,
            record_bytes: plan.record_bytes(self.all.lines, self.all.bytes) as f64 / flushes,
        }
    }

    /// What no flush of it exceeds, the largest line having so many record bytes.
    pub(crate) fn largest(&self, plan: &AgentPlan, largest_line: f64) -> Largest {
        let mean = self.mean(plan);
        let flushes = self.flushes as f64;
        let lines = mean.lines + DEVIATIONS * (mean.lines.sqrt() + 1.0);
        let bytes = mean.record_bytes + DEVIATIONS * (self.square / flushes).sqrt() + largest_line;
        let part = (lines / mean.lines.max(1e-9)).max(bytes / mean.record_bytes.max(1e-9)).min(flushes);
        Largest {
            lines: lines.min(mean.lines * flushes),
            disk_bytes: mean.disk_bytes * part,
            record_bytes: bytes.min(mean.record_bytes * flushes),
        }
    }

    /// Relative deviation of what a flush has.
    pub(crate) fn deviation(&self) -> f64 {
        let flushes = self.flushes as f64;
        let each = self.all.lines as f64 / flushes;
        ((1.0 - 1.0 / flushes) / each.max(1.0)).sqrt()
    }
}

/// What is the same for all spans of a stream.
pub(crate) struct OneStream {
    pub key: u64,
    pub prefix_bytes: u64,
    /// Mean square of a line's record bytes.
    pub square: f64,
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::marks::Marks;
    use crate::world::testing::agent;

    /// Lines fall into any of ten flushes alike, and their sizes are exponential: of some thousand spans of few lines, and hundreds
    /// of many, no flush is larger than was said, and what was said is no more than the fullest twice over and twenty lines.
    #[test]
    fn no_flush_of_a_span_is_larger_than_its_largest() {
        let plan = agent();
        let sizes = Marks::from_quantiles(|u| -200.0 * libm::log(1.0 - u));
        let record = |bytes: u64| plan.record_bytes(1, bytes);
        let squares = (0..256).map(|class| (record(sizes.value(class)) as f64).powi(2));
        let stream = OneStream { key: 1, prefix_bytes: 0, square: squares.sum::<f64>() / 256.0 };
        let kind = AgentRates::new(&plan);
        let spans = SpanRates::new(&kind, &plan).unwrap();
        for lines in [1, 20, 400, 8_000] {
            let mut fullest = Largest::default();
            let mut said = Largest::default();
            for number in 0..4_000_000 / (lines + 1_000) {
                let mut flushes = [(0u64, 0u64); 10];
                for line in 0..lines {
                    let bits = draw(number, line);
                    let bytes = sizes.value((bits >> 56) as usize);
                    let flush = &mut flushes[(bits % 10) as usize];
                    *flush = (flush.0 + 1, flush.1 + bytes);
                }
                let mut span = Span { flushes: 10, until_ns: number, ..Span::default() };
                let bytes = flushes.iter().map(|flush| flush.1).sum();
                span.add(Amount { lines, bytes }, (&plan, &stream), (&kind, &spans));
                let largest = span.largest(&plan, record(sizes.largest()) as f64);
                for (lines, bytes) in flushes {
                    let own = Largest {
                        lines: lines as f64,
                        disk_bytes: bytes as f64,
                        record_bytes: plan.record_bytes(lines, bytes) as f64,
                    };
                    assert!(
                        own.lines <= largest.lines && own.record_bytes <= largest.record_bytes,
                        "{own:?} {largest:?}"
                    );
                    assert!(own.disk_bytes <= largest.disk_bytes, "{own:?} {largest:?}");
                    fullest = fullest.or(own);
                }
                said = said.or(largest);
            }
            assert!(said.lines <= 2.0 * fullest.lines + 20.0, "{lines}: {said:?} {fullest:?}");
        }
    }
}
