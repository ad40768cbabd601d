//! The lines of one writer in time. Where time jumps back for good, another writer's lines follow.

use super::arrivals::Seconds;
use super::gaps::Gaps;
use super::timestamp::{DAY_MS, Known, Time, years_later};

/// A jump back by more than so much is another writer's, or a stray.
const BACK_MS: i64 = 60_000;
/// Lines that must follow for it to be another writer's.
const FOR_GOOD: usize = 3;
/// Writers in a file from which on they are taken for one whose lines are in disorder.
const MOST: usize = 50;
/// Half a year, and a year.
const HALF_YEAR_MS: i64 = 183 * DAY_MS;

/// Lines of one writer while they are read.
#[derive(Debug, Default)]
pub(super) struct Writer {
    parts: Vec<Part>,
    /// Lines before the first time.
    early: u64,
    /// The time of the last line that had one; lines without belong to it.
    now: Option<i64>,
    latest: i64,
    known: Option<Known>,
    /// Added to times without a year or a day, as these go by.
    later_ms: i64,
    /// Times that lie behind, and the lines at each.
    behind: Vec<(i64, u64)>,
    disorder: bool,
}

/// Lines of one writer in the order of time.
#[derive(Debug)]
pub(in crate::import) struct Part {
    pub(super) seconds: Seconds,
    pub(super) first_ms: i64,
    pub(super) last_ms: i64,
    pub(super) lines: u64,
    /// Times from one line to the next, of lines that have their own.
    pub(super) gaps: Gaps,
    /// Whether dates are whole, so that it can be set beside other files.
    pub(super) whole: bool,
}

impl Writer {
    /// A line, with its time where it has one.
    pub(super) fn add(&mut self, time: Option<Time>) {
        let Some(ms) = time.and_then(|time| self.resolved(time)) else {
            match (self.behind.last_mut(), self.now) {
                (Some((_, lines)), _) => *lines += 1,
                (None, Some(now)) => self.count(now, 1, false),
                (None, None) => self.early += 1,
            }
            return;
        };
        if self.now.is_some() && ms < self.latest - BACK_MS && !self.disorder {
            self.behind.push((ms, 1));
            if self.behind.len() >= FOR_GOOD {
                self.split();
            }
            return;
        }
        self.settle();
        self.count(ms, 1, true);
    }

    /// Stray times belong to where one is.
    fn settle(&mut self) {
        if self.behind.is_empty() {
            return;
        }
        let lines = self.behind.drain(..).map(|(_, lines)| lines).sum();
        if let Some(now) = self.now {
            self.count(now, lines, false);
        }
    }

    /// What lies behind begins another writer's part.
    fn split(&mut self) {
        let behind = std::mem::take(&mut self.behind);
        if self.parts.len() >= MOST {
            self.disorder = true;
        } else {
            self.now = None;
        }
        for (ms, lines) in behind {
            self.count(ms, lines, true);
        }
    }

    fn count(&mut self, ms: i64, lines: u64, own: bool) {
        let whole = self.known == Some(Known::Full);
        let is_new = self.now.is_none() || self.parts.is_empty();
        if is_new {
            let (seconds, gaps) = (Seconds::default(), Gaps::default());
            self.parts.push(Part { seconds, first_ms: ms, last_ms: ms, lines: 0, gaps, whole });
            self.latest = ms;
        }
        let early = std::mem::take(&mut self.early);
        if let Some(part) = self.parts.last_mut() {
            part.lines += lines + early;
            part.seconds.add(ms.div_euclid(1000), lines + early);
            if own {
                if let Some(before) = self.now {
                    part.gaps.add((ms - before) as f64 / 1000.0);
                }
                part.first_ms = part.first_ms.min(ms);
                part.last_ms = part.last_ms.max(ms);
            }
        }
        if own {
            self.now = Some(ms);
            self.latest = self.latest.max(ms);
        }
    }

    /// A time on one scale: years and days that are not written go on from the line before.
    fn resolved(&mut self, time: Time) -> Option<i64> {
        let known = *self.known.get_or_insert(time.known);
        match (known, time.known) {
            (Known::Full, Known::Full) => Some(time.ms),
            // The year that is nearest.
            (Known::Full, Known::Yearless) => {
                let near = self.now.unwrap_or(time.ms);
                let years = (near - time.ms).div_euclid(365 * DAY_MS);
                (years - 1..=years + 1).map(|n| in_year(time.ms, n)).min_by_key(|ms| ms.abs_diff(near))
            }
            (Known::Yearless, Known::Full) => {
                // Now it is known: what was before moves there.
                if let Some(now) = self.now {
                    let years = (time.ms - now).div_euclid(365 * DAY_MS);
                    let moved = (years - 1..=years + 1)
                        .map(|n| in_year(now, n))
                        .min_by_key(|ms| ms.abs_diff(time.ms));
                    self.shift(moved.unwrap_or(now) - now);
                }
                self.known = Some(Known::Full);
                Some(time.ms)
            }
            (Known::OfDay, Known::Full | Known::Yearless) => {
                if let Some(now) = self.now {
                    let back = (time.ms - now.rem_euclid(DAY_MS)).div_euclid(DAY_MS) * DAY_MS;
                    let moved = back + now.rem_euclid(DAY_MS);
                    let moved = if moved > time.ms + DAY_MS / 2 { moved - DAY_MS } else { moved };
                    self.shift(moved - now);
                }
                self.known = Some(time.known);
                Some(time.ms)
            }
            (Known::Yearless, Known::Yearless) => {
                let ms = time.ms + self.later_ms;
                if self.now.is_some_and(|now| ms < now - HALF_YEAR_MS) {
                    self.later_ms += 366 * DAY_MS;
                }
                Some(time.ms + self.later_ms)
            }
            (Known::OfDay, Known::OfDay) => {
                let ms = time.ms + self.later_ms;
                if self.now.is_some_and(|now| ms < now - DAY_MS / 2) {
                    self.later_ms += DAY_MS;
                }
                Some(time.ms + self.later_ms)
            }
            // A time of day in a line says nothing where others have dates.
            (_, Known::OfDay) => None,
        }
    }

    /// Moves all times so far: only now is it known how they were meant.
    pub(super) fn shift(&mut self, by_ms: i64) {
        for part in &mut self.parts {
            part.seconds.shift(by_ms.div_euclid(1000));
            part.first_ms += by_ms;
            part.last_ms += by_ms;
            part.whole = true;
        }
        self.now = self.now.map(|now| now + by_ms);
        self.latest += by_ms;
        self.behind.iter_mut().for_each(|(ms, _)| *ms += by_ms);
    }

    /// Its parts, each one writer's; none where no line had a time.
    pub(super) fn finish(mut self) -> Vec<Part> {
        self.settle();
        self.parts
    }
}

/// A time so many years later.
fn in_year(ms: i64, years: i64) -> i64 {
    years_later(ms, years).unwrap_or(ms)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn full(s: i64) -> Option<Time> {
        Some(Time::full(s * 1000))
    }

    fn parts(times: &[Option<Time>]) -> Vec<(i64, i64, u64)> {
        let mut writer = Writer::default();
        times.iter().for_each(|time| writer.add(*time));
        writer.finish().iter().map(|p| (p.first_ms / 1000, p.last_ms / 1000, p.lines)).collect()
    }

    #[test]
    fn lines_without_a_time_belong_to_the_one_before_and_early_ones_to_the_first() {
        assert_eq!(parts(&[None, full(100), None, None, full(105)]), [(100, 105, 5)]);
        assert_eq!(parts(&[None, None]), []);
    }

    #[test]
    fn time_that_jumps_back_for_good_is_another_writers() {
        let two = [full(1000), full(2000), full(500), full(501), full(502), full(900)];
        assert_eq!(parts(&two), [(1000, 2000, 2), (500, 900, 4)]);
        // One or two lines that mention an older time are not.
        let stray = [full(1000), full(2000), full(5), full(2001)];
        assert_eq!(parts(&stray), [(1000, 2001, 4)]);
        // Disorder of seconds is none either.
        assert_eq!(parts(&[full(1000), full(995), full(1001)]), [(995, 1001, 3)]);
    }

    #[test]
    fn years_and_days_that_are_not_written_go_on() {
        let yearless = |s: i64| Some(Time { ms: s * 1000, known: Known::Yearless });
        // 31 December 2000 23:59:58 and 1 January, written without years.
        assert_eq!(parts(&[yearless(978_307_198), yearless(946_684_801)]), [(978_307_198, 978_307_201, 2)]);
        let of_day = |s: i64| Some(Time { ms: s * 1000, known: Known::OfDay });
        assert_eq!(parts(&[of_day(86_399), of_day(1)]), [(86_399, 86_401, 2)]);
        // 21 December 2022, 09:43:10 written whole; 21 December 09:43:12 without a year (of 2000: 977391792).
        assert_eq!(parts(&[full(1_671_615_790), yearless(977_391_792)]), [(1_671_615_790, 1_671_615_792, 2)]);
        assert_eq!(parts(&[yearless(977_391_790), full(1_671_615_792)]), [(1_671_615_790, 1_671_615_792, 2)]);
    }

    #[test]
    fn even_gaps_do_not_vary() {
        let mut writer = Writer::default();
        (0..50).for_each(|s| writer.add(full(s)));
        assert!(writer.finish()[0].gaps.variation() < 1e-9);
    }
}
