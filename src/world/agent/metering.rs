//! When what an agent uses is counted: after each step of an input, and at the end of the run where several inputs are one
//! process.

use crate::blueprint::Blueprint;
use crate::observe::Usage;
use crate::world::agent::desk::Desk;
use crate::world::agent::input::{Input, Mode};
use crate::world::agent::meter::{SPAN_NS, Span, Used};

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
        let each: Vec<Vec<Span>> = process.iter_mut().filter_map(|input| input.meter.spans.take()).collect();
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
