//! One file while it is read: its writers, and what belongs together of its lines.

use super::finder::{Finder, TimeHints};
use super::lines::Lines;
use super::prefix::{By, Tool};
use super::sizes::Sizes;
use super::timestamp::Time;
use super::writer::{Part, Writer};
use crate::import::{ImportError, counted};
use std::collections::BTreeMap;
use std::io::BufRead;

/// Lines from which it is told what a tool has put before them, and their bytes together.
const SNIFFED: (usize, usize) = (200, 1 << 20);
/// Where fewer lines have a time of their own, that is told.
const FEW: f64 = 0.5;

/// One file while it is read.
#[derive(Debug)]
pub(in crate::import) struct OneFile {
    tool: Tool,
    finder: Finder,
    writers: BTreeMap<String, Writer>,
    pub(in crate::import) lines: u64,
    pub(in crate::import) bytes: u64,
    timed: u64,
    two_byte_ends: u64,
    cut: u64,
    not_utf8: u64,
    by: BTreeMap<By, u64>,
    /// Bytes of lines that the runtime split and that go on, by writer and stream.
    begun: BTreeMap<(String, u8), (u64, Option<Time>)>,
}

impl OneFile {
    pub(in crate::import) fn new(hints: TimeHints) -> Self {
        Self {
            tool: Tool::Nobody,
            finder: Finder::with(hints),
            writers: BTreeMap::new(),
            lines: 0,
            bytes: 0,
            timed: 0,
            two_byte_ends: 0,
            cut: 0,
            not_utf8: 0,
            by: BTreeMap::new(),
            begun: BTreeMap::new(),
        }
    }

    /// Reads a file to its end.
    pub(in crate::import) fn read(
        &mut self,
        file: &str,
        reader: &mut dyn BufRead,
        sizes: &mut Sizes,
    ) -> Result<(), ImportError> {
        let mut lines = Lines::new(file, reader);
        let (mut held, mut bytes) = (Vec::new(), 0);
        while held.len() < SNIFFED.0 && bytes < SNIFFED.1 {
            let Some(line) = lines.next()? else { break };
            bytes += line.text.len();
            held.push((line.text.into_owned(), line.bytes, line.end));
        }
        self.tool = Tool::sniff(held.iter().map(|(text, ..)| text.as_str()));
        for (text, bytes, end) in held {
            self.take(&text, bytes, end, sizes);
        }
        while let Some(line) = lines.next()? {
            self.take(&line.text, line.bytes, line.end, sizes);
        }
        (self.cut, self.not_utf8) = (lines.cut, lines.not_utf8);
        // A line that was begun and not ended counts as ended.
        for ((writer, _), (bytes, time)) in std::mem::take(&mut self.begun) {
            self.count(&writer, bytes + 1, time, sizes);
        }
        Ok(())
    }

    /// Takes one line of so many bytes; `end` is the size of its end in the file.
    fn take(&mut self, text: &str, bytes: u64, end: u64, sizes: &mut Sizes) {
        let bare = self.tool.strip(text);
        *self.by.entry(bare.by).or_default() += u64::from(bare.by != By::Application);
        let own = self.finder.find(&bare.text);
        let moved_ms = self.finder.moved_ms();
        if moved_ms != 0 && bare.recorded.is_none() {
            self.writers.values_mut().for_each(|writer| writer.shift(moved_ms));
        }
        // Who recorded a line knows when it came; what it says itself comes next.
        let time = bare.recorded.or(own);
        let bytes = bytes.saturating_sub(bare.taken);
        let writer = bare.writer.unwrap_or_default();
        if bare.end == Some(0) {
            let begun = self.begun.entry((writer, bare.stream)).or_insert((0, time));
            begun.0 += bytes;
            return;
        }
        let mut whole = bytes + bare.end.unwrap_or(end);
        let mut began = None;
        if !self.begun.is_empty()
            && let Some((before, time)) = self.begun.remove(&(writer.clone(), bare.stream))
        {
            whole += before;
            began = time;
        }
        self.two_byte_ends += u64::from(bare.end.unwrap_or(end) == 2);
        self.count(&writer, whole, began.or(time), sizes);
    }

    fn count(&mut self, writer: &str, bytes: u64, time: Option<Time>, sizes: &mut Sizes) {
        sizes.add(bytes);
        self.lines += 1;
        self.bytes += bytes;
        self.timed += u64::from(time.is_some());
        if !self.writers.contains_key(writer) {
            self.writers.insert(writer.to_owned(), Writer::default());
        }
        if let Some(writer) = self.writers.get_mut(writer) {
            writer.add(time);
        }
    }

    /// What was recognised, left out or assumed, for people.
    pub(in crate::import) fn notes(&self, file: &str) -> Vec<String> {
        let lines = counted(self.lines, "line");
        let mut notes = vec![match self.timed {
            0 => format!("{file}: {lines}, no timestamps are recognised"),
            timed => {
                let recorded: u64 = self.by.values().sum();
                let found = match recorded >= timed {
                    true => "times of who recorded them".to_owned(),
                    false => self.finder.describe(),
                };
                format!("{file}: {lines}, {found} (on {})", counted(timed, "line"))
            }
        }];
        let mut note = |text: String| notes.push(format!("{file}: {text}"));
        for (by, n) in self.by.iter().filter(|(_, n)| **n > 0) {
            note(format!("{} ({})", by.describe(), counted(*n, "line")));
        }
        match self.tool {
            Tool::Nobody => {}
            Tool::Compose => note("names of services before each line (compose) are not counted".to_owned()),
            Tool::Stern => note("names of pods before each line (stern) are not counted".to_owned()),
        }
        let untimed = self.lines - self.timed;
        if self.timed > 0 && untimed > 0 {
            let share = untimed as f64 / self.lines as f64;
            let few = if self.timed as f64 <= FEW * self.lines as f64 {
                "MOST LINES ARE NOT UNDERSTOOD: "
            } else {
                ""
            };
            note(format!(
                "{few}{} ({:.0}%) without a time of their own, counted at that of the line before (of several lines)",
                counted(untimed, "line"),
                share * 100.0
            ));
        }
        if self.writers.len() > 1 {
            note(format!("{} in one file, taken apart", counted(self.writers.len() as u64, "writer")));
        }
        if self.two_byte_ends > 0 {
            note(format!("{} end in CR LF, counted as two bytes", counted(self.two_byte_ends, "line")));
        }
        if self.not_utf8 > 0 {
            note(format!(
                "{} with bytes that are no UTF-8, counted as they are",
                counted(self.not_utf8, "line")
            ));
        }
        if self.cut > 0 {
            note(format!("{} longer than 1 MiB, counted as that", counted(self.cut, "line")));
        }
        notes
    }

    /// Each writer's parts, those of lines without names under the empty name; none where no line had a time.
    pub(in crate::import) fn finish(self) -> BTreeMap<String, Vec<Part>> {
        let mut all = BTreeMap::new();
        for (name, writer) in self.writers {
            let parts = writer.finish();
            if !parts.is_empty() {
                all.insert(name, parts);
            }
        }
        all
    }
}
