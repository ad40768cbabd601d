//! Whose turn it is on a node: the kubelet's or an input's, event by event, and what is counted when the run is over.

use crate::blueprint::Blueprint;
use crate::units::NEVER_NS;
use crate::world::agent::batches::Batch;
use crate::world::agent::input::Mode;
use crate::world::agent::metering::count_shared;
use crate::world::agent::quiet::Scratch;
use crate::world::backend::link::Link;
use crate::world::disk::files::Files;
use crate::world::node::{KUBELET, Node};
use crate::world::tally::Tally;

impl Node {
    /// Handles every event before `until_ns`. Gives the instant of the first behind it.
    pub(super) fn run_until(
        &mut self,
        until_ns: u64,
        blueprint: &Blueprint,
        link: &mut Link<'_>,
        scratch: &mut Scratch,
        tally: &mut Tally,
    ) -> u64 {
        link.turn_to(&self.cut_off);
        if let Some(contention) = &mut self.contention {
            contention.begin(tally);
        }
        let mut next_ns = NEVER_NS;
        while let Some((at, entity)) = self.events.peek() {
            let now_ns = at.as_ns();
            if now_ns >= until_ns {
                next_ns = now_ns;
                break;
            }
            if entity == KUBELET {
                if self.expected.last().is_some_and(|next| next.at_ns <= now_ns) {
                    self.strike(now_ns, blueprint, link, tally);
                } else if self.border_ns() <= now_ns {
                    self.pass_border(now_ns, blueprint, tally);
                } else if self.life_ns <= now_ns {
                    self.live(now_ns, blueprint, tally);
                } else if self.tick_ns <= now_ns {
                    self.look_at_files(now_ns, blueprint, tally);
                } else {
                    self.rotate_own(blueprint, tally);
                }
                self.schedule_kubelet();
                debug_assert_eq!(self.broken_property(), None, "after the kubelet's turn at {now_ns} ns");
            } else {
                let index = entity - 1;
                let is_flush = self.inputs[index].flush_ns == now_ns;
                if is_flush && scratch.in_spans && self.tick_ns < until_ns {
                    self.pass_ticks(until_ns, blueprint);
                }
                let quiet_until_ns = until_ns.min(self.undisturbed_until(index));
                if !(is_flush
                    && self.desk(index, blueprint, tally).flush_quietly(quiet_until_ns, link, scratch))
                {
                    self.desk(index, blueprint, tally).handle(now_ns, link);
                }
                self.schedule_input(index);
                debug_assert_eq!(self.broken_property_of(index), None, "after input {index} at {now_ns} ns");
            }
        }
        if let Some(contention) = &mut self.contention {
            contention.note(tally);
        }
        next_ns
    }

    /// Returns what does not hold of the node; `None` where everything does.
    fn broken_property(&self) -> Option<String> {
        let of_inputs = (0..self.inputs.len()).filter_map(|index| self.broken_property_of(index)).next();
        of_inputs.or_else(|| self.files.iter().filter_map(Files::broken_property).next())
    }

    /// The same of one input and the files that it reads.
    fn broken_property_of(&self, index: usize) -> Option<String> {
        let input = &self.inputs[index];
        let files = &self.files[input.own()];
        input.broken_property().or_else(|| files.iter().filter_map(Files::broken_property).next())
    }

    /// Before this nothing but its own timers happens to an input.
    fn undisturbed_until(&self, index: usize) -> u64 {
        let input = &self.inputs[index];
        let own = input.own();
        if own.len() > 1 || !self.own_rotations.is_empty() {
            return self.kubelet_ns();
        }
        // The kubelet's look at other files is nothing to it, nor what becomes of other pods.
        let peek = own.map(|number| self.files[number].next_check_ns).min().unwrap_or(NEVER_NS);
        let life_ns = match input.place {
            Some(place) => self.places[place as usize].due_ns().min(self.next_strike_ns()),
            None => self.life_ns,
        };
        life_ns.min(peek.max(self.tick_ns))
    }

    fn pass_border(&mut self, now_ns: u64, blueprint: &Blueprint, tally: &mut Tally) {
        if self.contention.as_ref().is_some_and(|contention| contention.next_ns <= now_ns) {
            self.share_cpu(now_ns, blueprint, tally);
        }
        if self.pressure.as_ref().is_some_and(|pressure| pressure.next_ns <= now_ns) {
            self.look_at_disk(now_ns, blueprint, tally);
        }
        self.life_ns = self.next_life_ns();
    }

    /// The end of the run: counts where every line is and what agents hold.
    pub(super) fn close(&mut self, blueprint: &Blueprint, tally: &mut Tally) {
        for index in 0..self.inputs.len() {
            self.advance(index, blueprint.end_ns(), blueprint, tally);
            self.desk(index, blueprint, tally).end_span(blueprint.end_ns());
        }
        count_shared(&mut self.inputs, blueprint, &mut tally.usage);
        self.close_control(blueprint, tally);
        self.close_contention(tally);
        tally.unread_files += self.unread_files;
        let mut disk_bytes = 0;
        for number in 0..self.streams.len() {
            if self.files[number].is_gone {
                continue;
            }
            let stream = &mut self.streams[number];
            let law = &blueprint.laws[stream.law as usize];
            let before_warmup = self.files[number].lines_before_warmup(stream, law, blueprint.warmup_ns);
            let reader = self.reader_of[number].map(|reader| &self.inputs[reader.at()]);
            let forgets = reader.is_some_and(|input| {
                input.mode == Mode::Down && !blueprint.agents[input.plan as usize].remembers()
            });
            let files = &mut self.files[number];
            let written = files.close(stream, law, blueprint.horizon_ns, forgets, tally);
            disk_bytes += files.disk_bytes(stream, written);
            tally.wrote(stream, written, before_warmup, self.media[number]);
        }
        tally.fullest_disk_bytes = tally.fullest_disk_bytes.max(disk_bytes);
        let share_ppm = u128::from(disk_bytes) * 1_000_000 / u128::from(self.log_disk_bytes.max(1));
        tally.fullest_disk_ppm = tally.fullest_disk_ppm.max(u64::try_from(share_ppm).unwrap_or(u64::MAX));
        let mut shared_bytes: f64 = 0.0;
        for input in self.inputs.iter().filter(|input| !input.is_gone) {
            let costs = &blueprint.agents[input.plan as usize].costs;
            tally.ledger.in_flight +=
                input.filling.new_lines() + input.batches.iter().map(Batch::new_lines).sum::<u64>();
            tally.ledger.in_flight += input.unanswered.lines;
            let variable = input.variable_bytes(blueprint, input.peak_bytes);
            let (rss, pss) =
                if input.leads { (costs.rss_idle_bytes(), costs.pss_idle_bytes()) } else { (0.0, 0.0) };
            tally.agent_rss_bytes += (rss + variable).round() as u64;
            tally.agent_pss_bytes += (pss + variable).round() as u64;
            tally.agents += u64::from(input.leads && blueprint.agents[input.plan as usize].is_process);
            tally.inputs += 1;
            shared_bytes = shared_bytes.max(costs.pss_shared_bytes());
        }
        tally.agent_pss_bytes += shared_bytes.round() as u64;
    }
}
