//! A log: its lines, what became of each, and the files they are in.

use super::lines::Line;
use loghaul::blueprint::FileRotation;
use loghaul::flow::{Cause, Medium};
use std::collections::VecDeque;

/// What has become of a line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Fate {
    /// In a file, not read.
    Unread,
    /// In a file, and its reader will not read it any more.
    Skipped(Cause),
    /// In an agent's memory.
    Held,
    /// The backend has accepted it and has not answered yet.
    Accepted,
    /// The answer is there.
    Delivered { at_ns: u64 },
    /// Gone.
    Lost(Cause),
}

/// A file: lines from `first` up to, but not including, `end`.
#[derive(Clone, Debug)]
struct File {
    first: usize,
    end: usize,
    disk_bytes: u64,
    known: bool,
}

/// One log stream.
#[derive(Clone, Debug)]
pub(super) struct Log {
    pub node: usize,
    pub medium: Medium,
    pub agent: Option<usize>,
    pub lines: Vec<Line>,
    pub fates: Vec<Fate>,
    written: usize,
    rotation: FileRotation,
    /// Why lines are lost when a file is deleted that nobody could read.
    no_reader_cause: Cause,
    /// Files from before the run that are still there.
    older: u64,
    /// The oldest first, the live one last.
    files: VecDeque<File>,
    cursor: usize,
    /// When the reader found the live file.
    pub found_ns: u64,
    /// A file that was rotated without the reader taking note so far.
    pub unnoticed: Option<Unnoticed>,
}

/// A rotation that the reader has not taken note of.
#[derive(Clone, Copy, Debug)]
pub(super) struct Unnoticed {
    /// One behind the last line of the rotated file.
    end: usize,
    /// Whether it watched the file; otherwise it looks when it has read it to its end.
    watched: bool,
}

impl Log {
    pub(super) fn new(
        node: usize,
        medium: Medium,
        lines: Vec<Line>,
        rotation: FileRotation,
        initial_bytes: u64,
        no_reader_cause: Cause,
    ) -> Self {
        let live = File { first: 0, end: usize::MAX, disk_bytes: initial_bytes, known: true };
        Self {
            node,
            medium,
            agent: None,
            fates: vec![Fate::Unread; lines.len()],
            lines,
            written: 0,
            rotation,
            no_reader_cause,
            older: rotation.files.saturating_sub(1),
            files: VecDeque::from([live]),
            cursor: 0,
            found_ns: 0,
            unnoticed: None,
        }
    }

    fn live(&mut self) -> &mut File {
        self.files.back_mut().unwrap()
    }

    /// Bytes of a line on disk.
    pub(super) fn disk_bytes(&self, line: usize) -> u64 {
        self.lines[line].bytes + self.medium.prefix_bytes()
    }

    /// The instant of the next line that will be written.
    pub(super) fn next_write_ns(&self) -> Option<u64> {
        self.lines.get(self.written).map(|line| line.at_ns)
    }

    /// Writes the next line.
    pub(super) fn write(&mut self) {
        let bytes = self.disk_bytes(self.written);
        self.live().disk_bytes += bytes;
        self.written += 1;
    }

    pub(super) fn is_full(&mut self) -> bool {
        self.live().disk_bytes >= self.rotation.size_bytes
    }

    /// The next line that the reader can read: the first that is unread, if its file is known.
    pub(super) fn next_to_read(&mut self, seen_ns: u64) -> Option<usize> {
        while self.cursor < self.written && self.fates[self.cursor] != Fate::Unread {
            self.cursor += 1;
        }
        let line = self.cursor;
        if line == self.written || self.lines[line].at_ns >= seen_ns {
            return None;
        }
        self.files.iter().find(|f| (f.first..f.end).contains(&line)).filter(|f| f.known).map(|_| line)
    }

    /// The reader will read none of the unread lines up to `end`.
    pub(super) fn skip_unread(&mut self, end: usize, cause: Cause) {
        for fate in &mut self.fates[..end.min(self.written)] {
            if *fate == Fate::Unread {
                *fate = Fate::Skipped(cause);
            }
        }
    }

    /// A restarted reader knows the live file, and gives up what it had not read: of all files without checkpoints,
    /// of rotated ones with them.
    pub(super) fn reopen(&mut self, checkpoints: bool) {
        let end = if checkpoints { self.live().first } else { self.written };
        self.skip_unread(end, Cause::AgentKilled);
        self.unnoticed = None;
        self.discover();
    }

    /// The reader looks, and finds the live file; whether it did not know it.
    pub(super) fn discover(&mut self) -> bool {
        !std::mem::replace(&mut self.live().known, true)
    }

    pub(super) fn knows_live(&mut self) -> bool {
        self.live().known
    }

    /// The live file has just been rotated away, and the reader takes no note so far.
    pub(super) fn pass_unnoticed(&mut self, watched: bool) {
        let end = self.live().first;
        self.unnoticed = Some(Unnoticed { end, watched });
    }

    /// Whether the reader, which reads, takes note of an earlier rotation now: at once of a file that it watched, of
    /// another when it has read it to its end. Of a file that is gone it takes no note any more.
    pub(super) fn notices(&mut self) -> bool {
        let Some(Unnoticed { end, watched }) = self.unnoticed else { return false };
        let is_there = self.files.iter().any(|file| file.end == end);
        let notices = is_there && (watched || !self.fates[..end].contains(&Fate::Unread));
        if notices || !is_there {
            self.unnoticed = None;
        }
        notices
    }

    /// The end of the last rotated file, where its reader has lines of it or of older ones still to read.
    pub(super) fn left(&mut self) -> Option<usize> {
        let end = self.live().first;
        self.fates[..end].contains(&Fate::Unread).then_some(end)
    }

    /// Rotates: a new live file is begun, and what is too many is deleted, the oldest first. Gives the end of the
    /// rotated file, where its reader has lines of it still to read.
    pub(super) fn rotate(&mut self, unseen: Cause) -> Option<usize> {
        let end = self.written;
        let live = self.live();
        live.end = end;
        let (first, known) = (live.first, live.known);
        let has_reader = self.agent.is_some();
        if has_reader && !known {
            // Nobody will ever look for it.
            for fate in &mut self.fates[first..end] {
                *fate = Fate::Skipped(unseen);
            }
        }
        self.files.push_back(File { first: end, end: usize::MAX, disk_bytes: 0, known: false });
        while self.older + self.files.len() as u64 > self.rotation.files {
            if self.older > 0 {
                self.older -= 1;
            } else {
                self.delete_oldest();
            }
        }
        let is_left = has_reader && self.fates[..end].contains(&Fate::Unread);
        is_left.then_some(end)
    }

    fn delete_oldest(&mut self) {
        let file = self.files.pop_front().unwrap();
        let unread = if self.agent.is_some() { Cause::RotatedBeforeRead } else { self.no_reader_cause };
        for fate in &mut self.fates[file.first..file.end] {
            *fate = match *fate {
                Fate::Unread => Fate::Lost(unread),
                Fate::Skipped(cause) => Fate::Lost(cause),
                other => other,
            };
        }
    }
}
