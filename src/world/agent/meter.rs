//! What an agent uses, span by span: CPU on average over ten seconds, and memory at the fullest within them.
//!
//! Spans end with the first settled instant at or after every tenth second, and are as long as they are. An input that is a
//! process of its own is counted as it goes; inputs that are one process together keep their spans until the end of the
//! run, as each is settled at instants of its own.
//!
//! Ten seconds are what the kubelet's statistics are apart: cAdvisor's `--housekeeping-interval` of 10 s.

use crate::blueprint::{AgentPlan, Blueprint};
use crate::observe::Usage;
use crate::units::NS_PER_SEC;
use crate::world::agent::desk::Desk;
use crate::world::agent::input::{Input, Mode};

/// A span.
pub(crate) const SPAN_NS: u64 = 10 * NS_PER_SEC;

/// What one input used since its span began.
#[derive(Clone, Debug)]
pub(crate) struct Meter {
    /// Which of the tally's it adds to: the kind of agent, times pools, and the pool.
    pub group: u32,
    /// When the span began, and the instant from which on it ends.
    pub from_ns: u64,
    pub until_ns: u64,
    /// CPU so far, in nanoseconds.
    pub cpu_ns: u64,
    /// Record bytes held at the fullest.
    pub held_bytes: u64,
    /// Whether its process was there.
    is_used: bool,
    /// Whether its process ever used more CPU, or memory, than it requests.
    exceeds: (bool, bool),
    /// Spans that are over, where others are of the same process.
    spans: Option<Box<Vec<Span>>>,
}

/// What one input used in the span of that number.
#[derive(Clone, Copy, Debug, Default)]
struct Span {
    is_used: bool,
    cpu_ns: u64,
    variable_bytes: f64,
    held_bytes: u64,
}

/// A span of one process.
struct Used {
    from_ns: u64,
    until_ns: u64,
    cpu_ns: u64,
    rss_bytes: f64,
    held_bytes: u64,
}

impl Meter {
    /// The meter of an input that adds to `group`.
    pub fn new(group: u32) -> Self {
        Self {
            group,
            from_ns: 0,
            until_ns: SPAN_NS,
            cpu_ns: 0,
            held_bytes: 0,
            is_used: false,
            exceeds: (false, false),
            spans: None,
        }
    }

    /// Others are of the same process.
    pub fn keep_spans(&mut self) {
        self.spans = Some(Box::default());
    }

    /// Counts CPU of a step in which the process was there or was not.
    #[inline]
    pub fn spend(&mut self, cpu_ns: u64, is_there: bool) {
        self.cpu_ns += cpu_ns;
        self.is_used |= is_there;
    }

    /// Takes note of how much is held.
    #[inline]
    pub fn hold(&mut self, held_bytes: u64) {
        self.held_bytes = self.held_bytes.max(held_bytes);
    }

    /// Counts a span of the process, where it was long enough to be an average.
    fn count(&mut self, used: &Used, plan: &AgentPlan, horizon_ns: u64, usage: &mut Usage) {
        usage.memory.record(used.rss_bytes.round() as u64, 1);
        usage.held.record(used.held_bytes, 1);
        if used.rss_bytes > plan.requests.memory_bytes as f64 {
            usage.memory_excess.note(used.from_ns, used.until_ns, !self.exceeds.1);
            self.exceeds.1 = true;
        }
        let span_ns = used.until_ns - used.from_ns;
        if used.from_ns >= horizon_ns || span_ns < SPAN_NS.min(horizon_ns) / 2 {
            return;
        }
        let microcores = u128::from(used.cpu_ns) * 1_000_000 / u128::from(span_ns);
        usage.cpu.record(microcores as u64, 1);
        if microcores > u128::from(plan.requests.cpu_millicores) * 1_000 {
            usage.cpu_excess.note(used.from_ns, used.until_ns, !self.exceeds.0);
            self.exceeds.0 = true;
        }
    }
}

impl Desk<'_> {
    /// Counts what a step took until `until_ns`, of which `cpu_ns` was CPU, and ends the span that is over.
    #[inline]
    pub(super) fn meter(&mut self, until_ns: u64, cpu_ns: u64) {
        let input = &mut *self.input;
        input.meter.spend(cpu_ns, input.mode != Mode::Down);
        if until_ns >= input.meter.until_ns {
            self.end_span(until_ns);
        }
    }

    /// The span is over.
    pub(crate) fn end_span(&mut self, until_ns: u64) {
        let (plan, horizon_ns) = (self.plan, self.blueprint.horizon_ns);
        let input = &mut *self.input;
        let (from_ns, held_bytes) = (input.meter.from_ns, input.meter.held_bytes.max(input.held_bytes));
        if input.meter.is_used && until_ns > from_ns && plan.is_process {
            let variable_bytes = input.variable_bytes(self.blueprint, held_bytes);
            let cpu_ns = input.meter.cpu_ns;
            let rss_bytes = plan.costs.rss_idle_bytes() + variable_bytes;
            match &mut input.meter.spans {
                Some(spans) => {
                    // A long step is several spans.
                    let number = (from_ns / SPAN_NS) as usize;
                    let many = ((until_ns - from_ns) / SPAN_NS).max(1);
                    let span = Span { is_used: true, cpu_ns: cpu_ns / many, variable_bytes, held_bytes };
                    spans.resize(number, Span::default());
                    spans.resize(number + many as usize, span);
                }
                None => {
                    let used = Used { from_ns, until_ns, cpu_ns, rss_bytes, held_bytes };
                    let usage = &mut self.tally.usage[input.meter.group as usize];
                    input.meter.count(&used, plan, horizon_ns, usage);
                }
            }
        }
        let meter = &mut input.meter;
        let next_ns = (until_ns / SPAN_NS + 1) * SPAN_NS;
        (meter.from_ns, meter.cpu_ns, meter.held_bytes) = (until_ns, 0, input.held_bytes);
        meter.is_used = input.mode != Mode::Down;
        meter.until_ns = if until_ns < horizon_ns { next_ns.min(horizon_ns) } else { next_ns };
    }
}

/// The end of the run: counts the spans of processes that have several inputs each.
pub(crate) fn count_shared(inputs: &mut [Input], blueprint: &Blueprint, usage: &mut [Usage]) {
    let mut first = 0;
    while first < inputs.len() {
        let more = inputs[first + 1..].iter().take_while(|input| !input.leads).count();
        let process = &mut inputs[first..=first + more];
        first += more + 1;
        let each: Vec<Vec<Span>> =
            process.iter_mut().filter_map(|input| input.meter.spans.take()).map(|spans| *spans).collect();
        let spans = each.iter().map(Vec::len).max().unwrap_or(0);
        let plan = &blueprint.agents[process[0].plan as usize];
        for number in 0..spans {
            let own = each.iter().filter_map(|spans| spans.get(number)).filter(|span| span.is_used);
            let (from_ns, mut is_used) = (number as u64 * SPAN_NS, false);
            let mut used = Used {
                from_ns,
                until_ns: from_ns + SPAN_NS,
                cpu_ns: 0,
                rss_bytes: plan.costs.rss_idle_bytes(),
                held_bytes: 0,
            };
            if from_ns < blueprint.horizon_ns {
                used.until_ns = used.until_ns.min(blueprint.horizon_ns);
            }
            for span in own {
                is_used = true;
                used.cpu_ns += span.cpu_ns;
                used.rss_bytes += span.variable_bytes;
                used.held_bytes += span.held_bytes;
            }
            let meter = &mut process[0].meter;
            if is_used {
                meter.count(&used, plan, blueprint.horizon_ns, &mut usage[meter.group as usize]);
            }
        }
    }
}
