//! What agents used, span by span: the figures that requests and limits are held against.
//!
//! A span is ten seconds of one agent: its CPU on average over them, and its memory at the fullest. Levels are counted in
//! bins that are at most a 64th of their value wide, in integers, so that parts added in any order have the same bits. A
//! quantile is the upper edge of its bin, and never more than the most that there was.

use std::ops::AddAssign;

/// Bits of a single-precision number that are below a bin: six bits of the mantissa are left, 64 bins an octave.
const BELOW: u32 = 23 - 6;

/// How often a level was reached.
#[derive(Clone, Debug, Default)]
pub struct Levels {
    /// The bin of the first count.
    first: usize,
    counts: Vec<u64>,
    samples: u64,
    most: u64,
}

impl Levels {
    /// Counts a level `times` over.
    pub fn record(&mut self, level: u64, times: u64) {
        let bin = bin_of(level);
        self.reach(bin, bin + 1);
        self.counts[bin - self.first] += times;
        self.samples += times;
        self.most = self.most.max(level);
    }

    /// Makes room for the bins from `from` until before `until`.
    fn reach(&mut self, from: usize, until: usize) {
        if self.counts.is_empty() {
            self.first = from;
        }
        if from < self.first {
            let before = self.first - from;
            self.counts.splice(0..0, std::iter::repeat_n(0, before));
            self.first = from;
        }
        if until > self.first + self.counts.len() {
            self.counts.resize(until - self.first, 0);
        }
    }

    /// Returns how many were counted.
    pub fn samples(&self) -> u64 {
        self.samples
    }

    /// Returns the most that was counted.
    pub fn most(&self) -> u64 {
        self.most
    }

    /// Returns the level that a share `q` of all does not exceed; 0 where nothing was counted.
    pub fn quantile(&self, q: f64) -> f64 {
        let rank = (q * self.samples as f64).ceil().max(1.0) as u64;
        let mut below = 0;
        for (index, count) in self.counts.iter().enumerate() {
            below += count;
            if below >= rank {
                return upper_edge(self.first + index).min(self.most as f64);
            }
        }
        self.most as f64
    }

    /// Makes each stand for so many.
    pub fn scale(&mut self, factor: u64) {
        self.counts.iter_mut().for_each(|count| *count *= factor);
        self.samples *= factor;
    }
}

impl AddAssign<&Self> for Levels {
    fn add_assign(&mut self, other: &Self) {
        if other.counts.is_empty() {
            return;
        }
        self.reach(other.first, other.first + other.counts.len());
        let start = other.first - self.first;
        self.counts[start..].iter_mut().zip(&other.counts).for_each(|(total, part)| *total += part);
        self.samples += other.samples;
        self.most = self.most.max(other.most);
    }
}

/// The bin of a level: the order of floating-point numbers is that of their bits.
fn bin_of(level: u64) -> usize {
    ((level as f32).to_bits() >> BELOW) as usize
}

fn upper_edge(bin: usize) -> f64 {
    f64::from(f32::from_bits((bin as u32 + 1) << BELOW))
}

/// Use beyond what was requested.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Excess {
    /// Agents that ever used more.
    pub agents: u64,
    /// Spans in which one did.
    pub spans: u64,
    /// When the first of these begins, in nanoseconds; [`u64::MAX`] where there is none.
    pub from_ns: u64,
    /// When the last of these ends, in nanoseconds.
    pub until_ns: u64,
}

impl Default for Excess {
    fn default() -> Self {
        Self { agents: 0, spans: 0, from_ns: u64::MAX, until_ns: 0 }
    }
}

impl Excess {
    /// Counts a span, and the agent whose it is where that is its first.
    pub fn note(&mut self, from_ns: u64, until_ns: u64, is_first: bool) {
        self.agents += u64::from(is_first);
        self.spans += 1;
        self.from_ns = self.from_ns.min(from_ns);
        self.until_ns = self.until_ns.max(until_ns);
    }
}

impl AddAssign<&Self> for Excess {
    fn add_assign(&mut self, other: &Self) {
        self.agents += other.agents;
        self.spans += other.spans;
        self.from_ns = self.from_ns.min(other.from_ns);
        self.until_ns = self.until_ns.max(other.until_ns);
    }
}

/// What agents of one kind used on the nodes of one pool.
#[derive(Clone, Debug, Default)]
pub struct Usage {
    /// Millionths of a core, on average over a span.
    pub cpu: Levels,
    /// Bytes of RSS, the most within a span.
    pub memory: Levels,
    /// Bytes of records held, the most within a span: what of the memory, or of the disk, is the buffer.
    pub held: Levels,
    /// CPU beyond the request.
    pub cpu_excess: Excess,
    /// Memory beyond the request.
    pub memory_excess: Excess,
}

impl Usage {
    /// Makes one agent stand for so many.
    pub fn scale(&mut self, factor: u64) {
        [&mut self.cpu, &mut self.memory, &mut self.held].into_iter().for_each(|levels| levels.scale(factor));
        for excess in [&mut self.cpu_excess, &mut self.memory_excess] {
            excess.agents *= factor;
            excess.spans *= factor;
        }
    }
}

impl AddAssign<&Self> for Usage {
    fn add_assign(&mut self, other: &Self) {
        self.cpu += &other.cpu;
        self.memory += &other.memory;
        self.held += &other.held;
        self.cpu_excess += &other.cpu_excess;
        self.memory_excess += &other.memory_excess;
    }
}

/// Agents of one kind on the nodes of one pool: who they are, what they ask for and what they used.
#[derive(Clone, Debug, Default)]
pub struct AgentUse {
    /// The agent's name.
    pub agent: String,
    /// The pods that each has one of its own of; none where there is one a node.
    pub pods: Vec<String>,
    /// The pool.
    pub pool: String,
    /// Thousandths of a core that each requests.
    pub cpu_requested_millicores: u64,
    /// Bytes that each requests.
    pub memory_requested_bytes: u64,
    /// Agents of this kind.
    pub agents: u64,
    /// What they used.
    pub usage: Usage,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_quantile_is_within_a_64th_and_no_more_than_the_most() {
        let mut levels = Levels::default();
        (1..=10_000).for_each(|level| levels.record(level * 1_000, 1));
        for (q, exact) in [(0.5, 5e6), (0.95, 9.5e6), (0.99, 9.9e6)] {
            let found = levels.quantile(q);
            assert!((exact..=exact * (1.0 + 1.0 / 64.0)).contains(&found), "{q}: {found}");
        }
        assert_eq!(levels.quantile(1.0), 1e7);
        assert_eq!((levels.most(), levels.samples()), (10_000_000, 10_000));
        assert_eq!(Levels::default().quantile(0.95), 0.0);
    }

    #[test]
    fn parts_in_any_order_are_the_whole() {
        let of = |levels: &[u64]| {
            let mut sum = Levels::default();
            levels.iter().for_each(|level| sum.record(*level, 1));
            sum
        };
        let (whole, mut a, mut b) = (of(&[7, 900, 3, 70_000, 0]), of(&[70_000, 7]), of(&[0, 900, 3]));
        let first = a.clone();
        a += &b;
        b += &first;
        for sum in [a, b] {
            assert_eq!(format!("{sum:?}"), format!("{whole:?}"));
        }
    }

    #[test]
    fn one_stands_for_many() {
        let mut usage = Usage::default();
        usage.cpu.record(5, 1);
        usage.cpu_excess.note(10, 20, true);
        usage.cpu_excess.note(30, 40, false);
        usage.scale(10);
        assert_eq!((usage.cpu.samples(), usage.cpu.most()), (10, 5));
        assert_eq!(usage.cpu_excess, Excess { agents: 10, spans: 20, from_ns: 10, until_ns: 40 });
    }
}
