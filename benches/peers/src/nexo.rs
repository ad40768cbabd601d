//! The models on nexosim: one model, which schedules itself.

use crate::{BETWEEN_NS, SERVICE_NS, exponential};
use nexosim::model::{Context, Model, schedulable};
use nexosim::simulation::{Mailbox, SimInit, Simulation};
use nexosim::time::MonotonicTime;
use serde::{Deserialize, Serialize};
use std::time::Duration;

fn wait(counter: &mut u64, mean_ns: f64) -> Duration {
    Duration::from_nanos(exponential(counter, mean_ns))
}

/// The hold model: each event puts itself back.
#[derive(Serialize, Deserialize)]
struct Hold {
    pending: usize,
    counter: u64,
}

#[Model]
impl Hold {
    #[nexosim(init)]
    async fn init(&mut self, cx: &Context<Self>) {
        for _ in 0..self.pending {
            self.put_back((), cx);
        }
    }

    #[nexosim(schedulable)]
    fn put_back(&mut self, _: (), cx: &Context<Self>) {
        let after = wait(&mut self.counter, SERVICE_NS);
        // A time after now is never refused.
        let _ = cx.schedule_event(after, schedulable!(Self::put_back), ());
    }
}

/// M/M/1.
#[derive(Serialize, Deserialize)]
struct Mm1 {
    counter: u64,
    in_system: u64,
}

#[Model]
impl Mm1 {
    #[nexosim(init)]
    async fn init(&mut self, cx: &Context<Self>) {
        let after = wait(&mut self.counter, BETWEEN_NS);
        let _ = cx.schedule_event(after, schedulable!(Self::arrive), ());
    }

    #[nexosim(schedulable)]
    fn arrive(&mut self, _: (), cx: &Context<Self>) {
        self.in_system += 1;
        if self.in_system == 1 {
            self.serve(cx);
        }
        let after = wait(&mut self.counter, BETWEEN_NS);
        let _ = cx.schedule_event(after, schedulable!(Self::arrive), ());
    }

    #[nexosim(schedulable)]
    fn depart(&mut self, _: (), cx: &Context<Self>) {
        self.in_system -= 1;
        if self.in_system > 0 {
            self.serve(cx);
        }
    }

    fn serve(&mut self, cx: &Context<Self>) {
        let after = wait(&mut self.counter, SERVICE_NS);
        let _ = cx.schedule_event(after, schedulable!(Self::depart), ());
    }
}

/// A simulation, run an event at a time.
pub struct Steps(Simulation);

impl Steps {
    /// Handles so many events.
    pub fn run(&mut self, events: u64) {
        for _ in 0..events {
            if self.0.step().is_err() {
                return;
            }
        }
    }
}

/// The hold model with so many pending events.
pub fn hold(pending: usize) -> Result<Steps, Box<dyn std::error::Error>> {
    let bench = SimInit::with_num_threads(1).add_model(Hold { pending, counter: 0 }, Mailbox::new(), "hold");
    Ok(Steps(bench.init(MonotonicTime::EPOCH)?))
}

/// M/M/1.
pub fn mm1() -> Result<Steps, Box<dyn std::error::Error>> {
    let bench = SimInit::with_num_threads(1).add_model(Mm1 { counter: 0, in_system: 0 }, Mailbox::new(), "mm1");
    Ok(Steps(bench.init(MonotonicTime::EPOCH)?))
}
