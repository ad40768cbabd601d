//! A rehearsal of quiet flushes: what they bring the backend, and nothing else.
//!
//! Where all wait for one queue, how long is only known from what everybody brings to it. That hardly depends on the waits, and
//! is all that is asked of a first run on waits that are not the true ones. So every flush is taken to be quiet, nobody works
//! out when it is answered, and nothing is counted: the run after it shows whether that was right, and what comes of it.

use crate::world::agent::desk::Desk;
use crate::world::agent::quiet::{QuietRun, Scratch};
use crate::world::backend::link::Link;

impl Desk<'_> {
    /// Sends all flushes drawn, as if they were quiet, and takes the input and its streams to the last of them.
    pub(super) fn rehearse(&mut self, run: &QuietRun<'_>, scratch: &Scratch, link: &mut Link<'_>) {
        let Scratch { taken, reached, .. } = scratch;
        let mut slots = link.slots(run.first_ns, self.plan.flush_ns);
        for flush in taken {
            if flush.lines > 0 {
                link.send_in(&slots, flush.wire_bytes(self.plan));
                self.input.requests += 1;
            }
            slots.step();
        }
        let last_ns = run.flush_at(taken.len() - 1);
        for (stream, reached) in self.streams.iter_mut().zip(reached) {
            if let Some((cursor, written)) = *reached {
                stream.advance_with(run.looks.last(last_ns), cursor, written);
            }
        }
        self.end_flushes(last_ns);
    }
}
