//! The account of every line, by file and number: delivered, duplicated, missing, damaged, and how old on arrival.
//!
//! The generator says what it has written through [`Written`]; the sink says what has arrived through
//! [`Ledger::account`]. A line counts as delivered once, however often it comes.

use super::line::{Mark, Sizes};
use hdrhistogram::Histogram;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

/// The longest age that is told apart, in microseconds: an hour.
const OLDEST_US: u64 = 3_600_000_000;

/// Lines written so far, by file. Shared between the thread that writes and those that receive.
#[derive(Clone, Debug)]
pub struct Written(Arc<Vec<AtomicU64>>);

impl Written {
    /// Of so many files, nothing written yet.
    pub fn new(files: usize) -> Self {
        Self(Arc::new((0..files).map(|_| AtomicU64::new(0)).collect()))
    }

    /// Says that a file has so many lines now. To be called before they are written, or an agent might be faster.
    pub fn set(&self, file: usize, lines: u64) {
        if let Some(count) = self.0.get(file) {
            count.store(lines, Ordering::Release);
        }
    }

    /// Lines of a file; 0 where there is no such file.
    pub fn of(&self, file: usize) -> u64 {
        self.0.get(file).map_or(0, |count| count.load(Ordering::Acquire))
    }

    /// Lines of all files.
    pub fn total(&self) -> u64 {
        self.0.iter().map(|count| count.load(Ordering::Acquire)).sum()
    }

    /// Number of files.
    pub fn files(&self) -> usize {
        self.0.len()
    }
}

/// What one request or a piece of a stream held.
#[derive(Clone, Debug, Default)]
pub struct Batch {
    /// Lines that could be read.
    pub marks: Vec<Mark>,
    /// Messages that hold no line of ours.
    pub garbage: u64,
}

impl Batch {
    /// Takes one message: a line, or garbage.
    pub fn take(&mut self, message: &[u8]) {
        match super::line::find(message) {
            Some((mark, _)) => self.marks.push(mark),
            None => self.garbage += 1,
        }
    }

    /// Forgets all, and keeps its memory.
    pub fn clear(&mut self) {
        self.marks.clear();
        self.garbage = 0;
    }
}

/// The account of a file.
#[derive(Clone, Debug)]
struct FileAccount {
    /// How often each line came; 255 is that often or more.
    copies: Vec<u8>,
    delivered: u64,
    ages_us: Histogram<u32>,
}

/// The account of all files.
#[derive(Clone, Debug)]
pub struct Ledger {
    written: Written,
    sizes: Sizes,
    files: Vec<FileAccount>,
    ages_us: Histogram<u64>,
    /// Arrivals within which ages and lines are counted, in nanoseconds since 1970.
    window_ns: (u64, u64),
    in_window: u64,
    duplicates: u64,
    damaged: u64,
    foreign: u64,
    garbage: u64,
    last_arrival_ns: u64,
}

/// Bounds of a histogram are constants that hold: one to an hour, two digits (1 %).
fn ages<C: hdrhistogram::Counter>() -> Result<Histogram<C>, hdrhistogram::errors::CreationError> {
    Histogram::new_with_bounds(1, OLDEST_US, 2)
}

impl Ledger {
    /// An account of what has been written, in which nothing has arrived.
    ///
    /// # Errors
    /// Never with the bounds that stand here.
    pub fn new(written: Written, sizes: Sizes) -> Result<Self, hdrhistogram::errors::CreationError> {
        let account = FileAccount { copies: Vec::new(), delivered: 0, ages_us: ages()? };
        Ok(Self {
            files: vec![account; written.files()],
            written,
            sizes,
            ages_us: ages()?,
            window_ns: (0, u64::MAX),
            in_window: 0,
            duplicates: 0,
            damaged: 0,
            foreign: 0,
            garbage: 0,
            last_arrival_ns: 0,
        })
    }

    /// From now on, counts ages and lines of arrivals in this span alone, in nanoseconds since 1970.
    pub fn watch(&mut self, from_ns: u64, until_ns: u64) {
        self.window_ns = (from_ns, until_ns);
        self.in_window = 0;
        self.ages_us.reset();
        self.files.iter_mut().for_each(|file| file.ages_us.reset());
    }

    /// Takes in what arrived at an instant, in nanoseconds since 1970.
    pub fn account(&mut self, batch: &Batch, arrived_ns: u64) {
        self.garbage += batch.garbage;
        self.last_arrival_ns = self.last_arrival_ns.max(arrived_ns);
        let watched = (self.window_ns.0..self.window_ns.1).contains(&arrived_ns);
        for mark in &batch.marks {
            let file = mark.file as usize;
            if mark.seq >= self.written.of(file) {
                self.foreign += 1;
                continue;
            }
            if mark.payload != self.sizes.payload(mark.file, mark.seq) {
                self.damaged += 1;
                continue;
            }
            let account = &mut self.files[file];
            let seq = mark.seq as usize;
            if account.copies.len() <= seq {
                account.copies.resize((seq + 1).next_multiple_of(4096), 0);
            }
            let copies = &mut account.copies[seq];
            if *copies > 0 {
                self.duplicates += 1;
            } else {
                account.delivered += 1;
                if watched {
                    self.in_window += 1;
                    let age_us = (arrived_ns.saturating_sub(mark.written_ns) / 1000).clamp(1, OLDEST_US);
                    self.ages_us.saturating_record(age_us);
                    account.ages_us.saturating_record(age_us);
                }
            }
            *copies = copies.saturating_add(1);
        }
    }

    /// Lines that came at least once.
    pub fn delivered(&self) -> u64 {
        self.files.iter().map(|f| f.delivered).sum()
    }

    /// Whether at least one line of each of the first so many files has come.
    pub fn has_heard_of(&self, files: usize) -> bool {
        self.files.iter().take(files).all(|f| f.delivered > 0)
    }

    /// When something last came, in nanoseconds since 1970; 0 where nothing has.
    pub fn last_arrival_ns(&self) -> u64 {
        self.last_arrival_ns
    }

    /// The account as it stands, over the files for which `which` holds.
    pub fn account_of(&self, which: impl Fn(usize) -> bool) -> Account {
        let mut account = Account {
            damaged: self.damaged,
            foreign: self.foreign,
            garbage: self.garbage,
            ..Account::default()
        };
        let mut all = self.ages_us.clone();
        all.reset();
        for (index, file) in self.files.iter().enumerate().filter(|(index, _)| which(*index)) {
            account.written += self.written.of(index);
            account.delivered += file.delivered;
            account.duplicates += file.copies.iter().map(|c| u64::from(c.saturating_sub(1))).sum::<u64>();
            account.gaps += file.gaps(self.written.of(index));
            account.in_window += file.ages_us.len();
            for step in file.ages_us.iter_recorded() {
                all.saturating_record_n(step.value_iterated_to(), step.count_at_value().into());
            }
            if !file.ages_us.is_empty() {
                let p99 = file.ages_us.value_at_quantile(0.99) as f64 / 1e3;
                account.worst_file_p99_ms = Some(account.worst_file_p99_ms.map_or(p99, |w: f64| w.max(p99)));
            }
        }
        account.missing = account.written - account.delivered;
        if !all.is_empty() {
            let at = |share| all.value_at_quantile(share) as f64 / 1e3;
            account.ages_ms = Some([at(0.5), at(0.9), at(0.99), all.max() as f64 / 1e3]);
        }
        account
    }
}

impl FileAccount {
    /// Runs of missing numbers, one after the other, among those written.
    fn gaps(&self, written: u64) -> u64 {
        let came = |seq: usize| self.copies.get(seq).is_some_and(|copies| *copies > 0);
        (0..written as usize).filter(|seq| !came(*seq) && (*seq == 0 || came(*seq - 1))).count() as u64
    }
}

/// What became of the lines of some files.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Account {
    /// Lines that were written.
    pub written: u64,
    /// Of them, those that arrived whole, once or more.
    pub delivered: u64,
    /// Of them, those that did not.
    pub missing: u64,
    /// Copies beyond the first.
    pub duplicates: u64,
    /// Runs of missing lines of one file.
    pub gaps: u64,
    /// Lines that arrived cut or changed, of all files.
    pub damaged: u64,
    /// Lines that were never written, of all files.
    pub foreign: u64,
    /// Messages without a line of ours, of all agents.
    pub garbage: u64,
    /// Lines that first arrived within the span that was watched.
    pub in_window: u64,
    /// Their ages in milliseconds: half, nine in ten, 99 in 100, and all were not older.
    pub ages_ms: Option<[f64; 4]>,
    /// The largest of the files' own ages that 99 in 100 do not exceed, in milliseconds.
    pub worst_file_p99_ms: Option<f64>,
}

#[cfg(test)]
mod tests {
    use super::*;

    const MS: u64 = 1_000_000;

    fn mark(file: u32, seq: u64, written_ns: u64) -> Mark {
        Mark { file, seq, written_ns, payload: 100 }
    }

    fn ledger(lines: &[u64]) -> Ledger {
        let written = Written::new(lines.len());
        lines.iter().enumerate().for_each(|(file, lines)| written.set(file, *lines));
        Ledger::new(written, Sizes::Constant(100)).unwrap()
    }

    #[test]
    fn every_line_is_delivered_duplicated_or_missing() {
        let mut ledger = ledger(&[5, 3]);
        // Of file 0, lines 0, 2 and 4 come, 2 three times; of file 1 nothing.
        let marks = [0, 2, 4, 2, 2].map(|seq| mark(0, seq, 0)).to_vec();
        ledger.account(&Batch { marks, garbage: 7 }, MS);
        let account = ledger.account_of(|_| true);
        assert_eq!((account.written, account.delivered, account.missing), (8, 3, 5));
        // Missing are 1, 3 and 0–2 of the other file.
        assert_eq!((account.duplicates, account.gaps, account.garbage), (2, 3, 7));
        assert_eq!(ledger.account_of(|file| file == 0).missing, 2);
        assert!(ledger.has_heard_of(1) && !ledger.has_heard_of(2));
    }

    #[test]
    fn what_was_never_written_or_is_not_whole_is_not_delivered() {
        let mut ledger = ledger(&[5]);
        let cut = Mark { payload: 0, ..mark(0, 1, 0) };
        let longer = Mark { payload: 101, ..mark(0, 2, 0) };
        let marks = vec![mark(0, 5, 0), mark(9, 0, 0), cut, longer];
        ledger.account(&Batch { marks, garbage: 0 }, MS);
        let account = ledger.account_of(|_| true);
        assert_eq!((account.foreign, account.damaged, account.delivered), (2, 2, 0));
    }

    #[test]
    fn ages_are_of_first_copies_that_arrive_in_the_span() {
        let mut ledger = ledger(&[1000]);
        ledger.watch(10 * MS, 20 * MS);
        let at = |ledger: &mut Ledger, seq, written_ms: u64, arrived_ms: u64| {
            let marks = vec![mark(0, seq, written_ms * MS)];
            ledger.account(&Batch { marks, garbage: 0 }, arrived_ms * MS);
        };
        at(&mut ledger, 0, 1, 5);
        at(&mut ledger, 1, 8, 10);
        at(&mut ledger, 1, 8, 19);
        at(&mut ledger, 2, 10, 18);
        at(&mut ledger, 3, 10, 20);
        let account = ledger.account_of(|_| true);
        // In the span came line 1 after 2 ms and line 2 after 8 ms; two digits are kept.
        assert_eq!((account.in_window, account.delivered, account.duplicates), (2, 4, 1));
        let [p50, _, p99, _] = account.ages_ms.unwrap();
        assert!((p50 - 2.0).abs() < 0.02 && (p99 - 8.0).abs() < 0.08, "{p50} {p99}");
    }
}
