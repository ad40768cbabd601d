//! How an input comes to know files: by looking for them, by taking note of rotations; and how it gives them up.

use crate::units::SimTime;
use crate::world::agent::desk::Desk;
use crate::world::agent::input::Mode;
use crate::world::disk::files::Noticed;

impl Desk<'_> {
    /// The input takes note of rotations that it could not look at when they happened: of files that it watches where
    /// it `resumes`, of others that it has read to their end. Returns whether it found a file.
    pub fn notice_rotations(&mut self, now_ns: u64, resumes: bool) -> bool {
        self.input.has_unnoticed = false;
        let mut any_found = false;
        for (stream, files) in self.streams.iter_mut().zip(&mut *self.files) {
            let law = &self.blueprint.laws[stream.law as usize];
            match files.notice(stream, law, now_ns, resumes, self.plan.rotate_wait_ns) {
                Some(Noticed::NotYet) => self.input.has_unnoticed = true,
                Some(Noticed::Now { found, gives_up_ns }) => {
                    // One that is down begins anew with what there is then.
                    if self.input.mode != Mode::Down {
                        self.input.give_up_ns = self.input.give_up_ns.min(gives_up_ns);
                    }
                    self.input.behind |= found;
                    any_found |= found;
                }
                None => {}
            }
        }
        any_found
    }

    /// The input looks for new files.
    pub fn scan(&mut self) {
        self.input.scan_ns = SimTime::NEVER.as_ns();
        let found_ns = self.input.since_ns;
        for (stream, files) in self.streams.iter_mut().zip(&mut *self.files) {
            if !files.knows_live(stream) {
                files.discover_at(stream, &self.blueprint.laws[stream.law as usize], found_ns);
                // What the file holds already is read in large chunks.
                self.input.behind = true;
            }
        }
    }

    /// The input gives up rotated files whose time is over.
    pub fn give_up(&mut self, now_ns: u64) {
        self.input.give_up_ns = SimTime::NEVER.as_ns();
        for (stream, files) in self.streams.iter_mut().zip(&mut *self.files) {
            files.give_up(stream, &self.blueprint.laws[stream.law as usize], now_ns, self.tally);
            self.input.give_up_ns = self.input.give_up_ns.min(files.next_give_up().unwrap_or(u64::MAX));
        }
    }
}
