//! How far an input comes that cannot read all there is: its buffer or its CPU's time does not suffice.

use crate::blueprint::{AgentPlan, StreamLaw};
use crate::engine::search::{Level, last_within, last_within_a_piece};
use crate::units::NS_PER_SEC;
use crate::world::agent::round::Round;
use crate::world::lines::stream::{Amount, Peek, Search, Stream};

/// Lines count as evenly spaced below this anyway: places between are not searched for.
pub(crate) const RESOLUTION_NS: u64 = 50_000;

/// Lines that are closer together than this are taken together.
const TOGETHER_NS: u64 = 1_000;

/// To within what a place is searched, `most_ns` at most: where lines come in a burst, between two of them.
fn resolution_ns(law: &StreamLaw, most_ns: u64) -> u64 {
    match law.arrivals.spacing() {
        0 => most_ns,
        // An interval is a second.
        spacing_ns => (spacing_ns / 2).clamp(1, most_ns),
    }
}

/// The same of several streams.
pub(crate) fn finest_ns(streams: &[Stream], laws: &[StreamLaw]) -> u64 {
    let each = streams.iter().map(|stream| resolution_ns(&laws[stream.law as usize], RESOLUTION_NS));
    each.min().unwrap_or(RESOLUTION_NS)
}

/// Sums over an input's streams.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Volume {
    pub lines: u64,
    pub record_bytes: u64,
    pub disk_bytes: u64,
}

impl Volume {
    #[inline]
    pub(crate) fn add(&mut self, new: Amount, stream: &Stream, plan: &AgentPlan) {
        self.lines += new.lines;
        self.record_bytes += plan.record_bytes(new.lines, new.bytes);
        self.disk_bytes += stream.on_disk(new);
    }

    /// Nanoseconds of the reading thread.
    pub(crate) fn reader_ns(&self, plan: &AgentPlan) -> f64 {
        plan.costs.bulk_reader_ns(self.lines as f64, self.disk_bytes as f64)
    }
}

/// An input's streams, of which it cannot read all there is.
pub(crate) struct CatchUp<'a> {
    pub streams: &'a [Stream],
    pub plan: &'a AgentPlan,
    /// Cores that the input may use.
    pub cores: f64,
    pub laws: &'a [StreamLaw],
    pub since_ns: u64,
    pub now_ns: u64,
    pub horizon_ns: u64,
}

/// A file on the way.
struct Waiting {
    /// Record bytes that wait in it, of a chunk, and taken.
    record_bytes: u64,
    chunk: u64,
    taken: u64,
    /// Nanoseconds of the reading thread for a record byte.
    byte_ns: f64,
}

impl CatchUp<'_> {
    /// What a stream has for its reader up to an instant.
    fn new_until(&self, stream: &Stream, cut_ns: u64) -> Peek {
        if cut_ns <= stream.time_ns {
            return stream.here();
        }
        stream.peek(&self.laws[stream.law as usize], cut_ns)
    }

    /// What all streams have, each no further than its peek and `cut_ns`.
    pub(crate) fn volume(&self, peeks: &[Peek], cut_ns: u64) -> Volume {
        let mut all = Volume::default();
        for (stream, peek) in self.streams.iter().zip(peeks) {
            let peek = if cut_ns < peek.at_ns { self.new_until(stream, cut_ns) } else { *peek };
            all.add(peek.written - stream.read, stream, self.plan);
        }
        all
    }

    #[inline]
    pub(crate) fn cut(&self, peeks: &mut [Peek], cut_ns: u64) {
        for (stream, peek) in self.streams.iter().zip(peeks) {
            if cut_ns < peek.at_ns {
                *peek = self.new_until(stream, cut_ns);
            }
        }
    }

    /// Reads a `backlog` until the buffer is full or the CPU's time is over, and with it what is written meanwhile to files
    /// that have been read already, up to their `peeks`. Returns the instant at which the buffer is full; `None` where the
    /// CPU's time is over before.
    pub(crate) fn go_round(
        &self,
        (backlog, peeks): (&[Peek], &mut [Peek]),
        room: u64,
        budget_ns: f64,
        round: &mut Round,
    ) -> Option<u64> {
        let (_, first_ns) = self.share_out(backlog, room, budget_ns, &mut round.clone());
        if let Some(until_ns) = first_ns {
            self.cut(peeks, until_ns);
        }
        let (files, full_ns) = self.share_out(peeks, room, budget_ns, round);
        for ((stream, peek), file) in self.streams.iter().zip(peeks).zip(files) {
            if file.taken < file.record_bytes {
                let taken = |new: Amount| self.plan.record_bytes(new.lines, new.bytes) as f64;
                let law = &self.laws[stream.law as usize];
                *peek = place_in((stream, law), peek, file.taken as f64, taken);
            }
        }
        full_ns
    }

    /// Shares out the room and the CPU's time among files to their peeks. The reader goes round its files in
    /// passes, a chunk of each; between two passes it takes note of a few answers, each of which frees its share of the
    /// room, and a pass that the buffer ends is followed by one from the head of the list. So files share alike where an
    /// answer frees room for whole passes, and those at the end of the list wait where it does not. Returns what is taken
    /// of each file, and the instant at which the buffer is full; `None` where the CPU's time is over before.
    fn share_out(
        &self,
        peeks: &[Peek],
        room: u64,
        budget_ns: f64,
        round: &mut Round,
    ) -> (Vec<Waiting>, Option<u64>) {
        let mut files: Vec<Waiting> = Vec::with_capacity(peeks.len());
        for (stream, peek) in self.streams.iter().zip(peeks) {
            let mut all = Volume::default();
            all.add(peek.written - stream.read, stream, self.plan);
            let record_bytes = all.record_bytes;
            // A line takes more in the buffer than on disk, or less.
            let chunk =
                self.plan.costs.read_chunk_bytes() * record_bytes as f64 / all.disk_bytes.max(1) as f64;
            let byte_ns = all.reader_ns(self.plan) / record_bytes.max(1) as f64;
            files.push(Waiting { record_bytes, chunk: (chunk as u64).max(1), taken: 0, byte_ns });
        }
        let (mut taken, mut spent_ns, mut empty) = (0, 0.0, 0);
        // Where all have been asked in vain there is nothing left.
        while taken < room && empty <= files.len() {
            if round.place >= files.len() || round.is_spent() {
                round.turn_to(0);
                continue;
            }
            let file = &mut files[round.place];
            let part =
                (file.record_bytes - file.taken).min(file.chunk.saturating_sub(round.own)).min(room - taken);
            if part == 0 {
                empty += 1;
                round.turn_to(round.place + 1);
                continue;
            }
            let in_time = ((budget_ns - spent_ns) / file.byte_ns.max(1e-9)) as u64;
            let now = part.min(in_time);
            file.taken += now;
            spent_ns += now as f64 * file.byte_ns;
            (taken, round.taken, round.own) = (taken + now, round.taken + now, round.own + now);
            if now < part {
                break;
            }
            empty = 0;
        }
        let full_ns = self.since_ns + (spent_ns / self.cores) as u64;
        (files, (taken >= room).then(|| full_ns.min(self.now_ns)))
    }

    /// Where nothing at all is taken, takes the first lines of the first stream that has any.
    pub(crate) fn take_something(&self, peeks: &mut [Peek]) {
        if self.streams.iter().zip(&*peeks).any(|(stream, peek)| peek.written.lines > stream.read.lines) {
            return;
        }
        for (stream, peek) in self.streams.iter().zip(peeks) {
            let end_ns = self.now_ns.min(stream.limit_ns).min(self.horizon_ns);
            let full = self.new_until(stream, end_ns);
            if full.written.lines > stream.read.lines {
                let law = &self.laws[stream.law as usize];
                let mut search = Search::new(stream, law);
                let lines = |cut_ns| (search.written(cut_ns).lines - stream.read.lines) as f64;
                let known = (0.0, (full.written.lines - stream.read.lines) as f64, 0.0);
                let (span, resolution_ns) = ((stream.time_ns, end_ns), resolution_ns(law, RESOLUTION_NS));
                let last_without_ns = last_within(span, NS_PER_SEC, resolution_ns, known, lines);
                *peek = search.peek((last_without_ns + resolution_ns).min(end_ns));
                return;
            }
        }
    }

    /// The CPU does not suffice. The agent goes round its files, so that each gets an equal share of it and what
    /// a quiet one leaves goes to the others: finds that share and cuts the peeks of those that want more.
    pub(crate) fn cut_to_budget(&self, peeks: &mut [Peek], budget_ns: f64) {
        let cost_ns = |stream: &Stream, new: Amount| {
            self.plan.costs.bulk_reader_ns(new.lines as f64, stream.on_disk(new) as f64)
        };
        let wanted = self.streams.iter().zip(&*peeks);
        let wanted_ns: Vec<f64> = wanted.map(|(s, peek)| cost_ns(s, peek.written - s.read)).collect();
        let (mut low, mut high) = (0.0, budget_ns);
        for _ in 0..40 {
            let share = (low + high) / 2.0;
            let total: f64 = wanted_ns.iter().map(|w| w.min(share)).sum();
            if total <= budget_ns { low = share } else { high = share }
        }
        for ((stream, peek), wanted_ns) in self.streams.iter().zip(peeks).zip(wanted_ns) {
            if wanted_ns > low {
                let law = &self.laws[stream.law as usize];
                *peek = place_in((stream, law), peek, low, |new| cost_ns(stream, new));
            }
        }
    }
}

/// The place of a stream, up to a peek, at which its reader has taken as many lines as it can: `value` of what lies before it
/// is no more than a limit. It must not fall.
pub(crate) fn place_in(
    (stream, law): (&Stream, &StreamLaw),
    until: &Peek,
    limit: f64,
    value: impl Fn(Amount) -> f64,
) -> Peek {
    let level = |written: Amount| {
        let new = written - stream.read;
        Level { amount: value(new), pieces: new.lines }
    };
    let mut search = Search::new(stream, law);
    let known = (Level::default(), level(until.written), limit);
    let span = (stream.time_ns, until.at_ns);
    let look = |at_ns| level(search.written(at_ns));
    let at_ns = last_within_a_piece(span, NS_PER_SEC, resolution_ns(law, TOGETHER_NS), known, look);
    if at_ns == until.at_ns { *until } else { search.peek(at_ns) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::arrivals::{Arrivals, Modulation};
    use crate::engine::marks::Marks;

    /// Of twenty seconds of a file: what is taken is within the limit, and with the next line it would not be.
    #[test]
    fn a_reader_takes_as_many_lines_as_fit() {
        for rate in [0.4, 100.0, 3_000.0] {
            let arrivals = Arrivals::poisson(rate, Modulation::Steady);
            let law = StreamLaw { arrivals, sizes: Marks::from_quantiles(|u| 50.0 + 400.0 * u) };
            let stream = Stream::new(0, &law, 0, 0, 5, 0);
            let until = stream.peek(&law, 20 * NS_PER_SEC);
            let value = |new: Amount| (new.bytes + 78 * new.lines) as f64;
            for part in 0..100 {
                let limit = value(until.written) * f64::from(part) / 100.0;
                let place = place_in((&stream, &law), &until, limit, value);
                assert!(value(place.written) <= limit, "{rate}, {part}");
                // The first instant, to 1 µs, at which there is more.
                let (mut low_ns, mut high_ns) = (place.at_ns, until.at_ns);
                while high_ns - low_ns > 1_000 {
                    let middle_ns = low_ns + (high_ns - low_ns) / 2;
                    let is_more = stream.peek(&law, middle_ns).written.lines > place.written.lines;
                    if is_more { high_ns = middle_ns } else { low_ns = middle_ns }
                }
                let next = stream.peek(&law, high_ns).written;
                assert!(next.lines > place.written.lines && value(next) > limit, "{rate}, {part}");
            }
            assert_eq!(place_in((&stream, &law), &until, f64::INFINITY, value).written, until.written);
        }
    }
}
