//! How an input comes to know files: by looking for them, by taking note of rotations; and how it gives them up.

use crate::profile::Discovery;
use crate::units::NEVER_NS;
use crate::world::agent::desk::Desk;
use crate::world::agent::input::Mode;
use crate::world::disk::files::Noticed;

impl Desk<'_> {
    /// The input takes note of rotations that it could not look at when they happened: of files that it watches where
    /// it `resumes`, of others that it has read to their end. Returns whether it found a file.
    pub(crate) fn notice_rotations(&mut self, now_ns: u64, resumes: bool) -> bool {
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

    /// The input looks for new files: of all pods, or of those that it was told of by now.
    pub(crate) fn scan(&mut self, now_ns: u64) {
        self.input.scan_ns = NEVER_NS;
        let found_ns = self.input.since_ns;
        let mut told_ns = NEVER_NS;
        let is_told = self.plan.discovery == Discovery::PodEvents && !self.input.scans_at(now_ns, self.plan);
        for (stream, files) in self.streams.iter_mut().zip(&mut *self.files) {
            if files.knows_live(stream) {
                continue;
            }
            if is_told && !files.is_first() {
                // Of a pod that it knew it looks for the next file when it is time for that.
                self.input.want_scan(now_ns, self.plan.scan_ns);
                continue;
            }
            let knows_ns = self.plan.knows_pod_from_ns(files.lives().0, stream.key);
            if knows_ns > now_ns {
                told_ns = told_ns.min(knows_ns);
            } else if !(self.plan.discovery == Discovery::RunningPodsAtScan && files.has_ended()) {
                files.discover_at(stream, &self.blueprint.laws[stream.law as usize], found_ns);
                // What the file holds already is read in large chunks.
                self.input.behind = true;
            }
        }
        if told_ns < NEVER_NS {
            self.input.hear_of_pod(told_ns, self.plan);
        }
    }

    /// The input gives up rotated files whose time is over.
    pub(crate) fn give_up(&mut self, now_ns: u64) {
        self.input.give_up_ns = NEVER_NS;
        for (stream, files) in self.streams.iter_mut().zip(&mut *self.files) {
            files.give_up(stream, &self.blueprint.laws[stream.law as usize], now_ns, self.tally);
            self.input.give_up_ns = self.input.give_up_ns.min(files.next_give_up().unwrap_or(NEVER_NS));
        }
    }
}
