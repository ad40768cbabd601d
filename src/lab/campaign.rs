//! A plan carried out: every set-up with every agent, in random order in each round, with the machine's noise measured
//! beside, and points left out at which the lab itself was the limit.

use super::agent::Found;
use super::error::LabError;
use super::experiment::{Bench, Outcome, Times, measure};
use super::machine::{Machine, Probe};
use super::plan::Plan;
use super::process::Launcher;
use super::row::{Fields, Row};
use super::setup::{SearchSpec, Setup, real};
use std::path::PathBuf;
use std::sync::atomic::AtomicBool;
use std::time::Duration;

/// A share of what is offered that has to arrive in the span for a rate to count as carried.
pub const CARRIED: f64 = 0.97;

/// A generator that was later than this in the span has not written the load as it was asked for.
const MOST_BEHIND: Duration = Duration::from_millis(100);

/// A thread of the lab that used more of its core than this was a limit.
const MOST_OF_A_CORE: f64 = 0.9;

/// Others may use so much of all cores before a point counts as disturbed.
const MOST_OTHERS: f64 = 0.1;

/// Work may take so much longer than its CPU, and so much more CPU than at its fastest.
const MOST_STRETCH: f64 = 1.1;

/// How a plan is carried out.
#[derive(Debug)]
pub struct Campaign<'a> {
    /// What is measured.
    pub plan: &'a Plan,
    /// With what.
    pub agents: &'a [Found],
    /// Decides the order.
    pub seed: u64,
    /// How agents are started.
    pub launcher: Launcher,
    /// Where work folders are made; the system's folder for temporary files where there is none.
    pub work: Option<PathBuf>,
    /// Whether the user has asked to stop.
    pub stop: &'a AtomicBool,
}

/// What comes of a plan.
#[derive(Clone, Debug, Default)]
pub struct Results {
    /// Rows, in the order of measurement.
    pub rows: Vec<Fields>,
    /// Points that were measured and are not published, or could not be measured, each with the reason.
    pub left_out: Vec<String>,
    /// The largest rates that were carried, where they were searched for.
    pub ceilings: Vec<String>,
    /// Rows of a disturbed machine.
    pub disturbed: usize,
}

/// A point to be measured.
#[derive(Clone, Debug)]
struct Job<'a> {
    found: &'a Found,
    setup: &'a Setup,
    repetition: Option<u32>,
}

impl Job<'_> {
    fn name(&self) -> String {
        let Self { found, setup, repetition } = self;
        let mut words =
            vec![found.agent.name.clone(), setup.layout.name().to_owned(), format!("{} files", setup.files)];
        words.push(if setup.search.is_some() { "search".to_owned() } else { format!("{}/s", setup.rate) });
        words.extend(setup.configs.gt(&0).then(|| format!("{} configs", setup.configs)));
        words.extend(setup.loud.map(|loud| format!("loud {}/s", loud.rate)));
        words.extend(setup.rotation.map(|r| format!("gap {}", r.gap)));
        words.extend(setup.lives.map(|l| format!("lives {}", l.last)));
        words.extend(setup.outage.map(|o| format!("{} {}", o.name(), o.lasts)));
        words.extend(setup.kill.map(|k| format!("killed at {}", k.at)));
        words.extend(repetition.map(|r| format!("repetition {r}")));
        words.join(", ")
    }
}

impl Campaign<'_> {
    /// Carries it out; `told` hears of each point before it is measured, `kept` of all results after it.
    ///
    /// # Errors
    /// The user has interrupted, or the system refuses what the lab itself needs.
    pub fn run(
        &self,
        told: &mut dyn FnMut(&str),
        kept: &mut dyn FnMut(&Results) -> Result<(), LabError>,
    ) -> Result<Results, LabError> {
        let machine = Machine::here();
        let mut results = Results::default();
        let mut fastest = f64::INFINITY;
        let jobs = self.jobs();
        let all = jobs.iter().map(Vec::len).sum::<usize>();
        let mut done = 0;
        for round in jobs {
            for job in round {
                done += 1;
                told(&format!("{done}/{all} {}", job.name()));
                let probe = Probe::take();
                fastest = fastest.min(probe.work_cpu_ms);
                let site = Site { campaign: self, machine: &machine, probe, fastest };
                let measured = match job.setup.search {
                    Some(search) => site.search(&job, search, &mut results, told),
                    None => site.point(&job, job.setup, &mut results).map(|_| ()),
                };
                // Before the word of an interruption: what was measured stays.
                kept(&results)?;
                measured?;
            }
        }
        Ok(results)
    }

    /// Points by round; within a round in random order.
    fn jobs(&self) -> Vec<Vec<Job<'_>>> {
        let mut order = Order(self.seed);
        (1..=self.plan.repetitions)
            .map(|round| {
                let repetition = (self.plan.repetitions > 1).then_some(round);
                let mut jobs: Vec<Job<'_>> = self
                    .agents
                    .iter()
                    .flat_map(|found| {
                        self.plan.setups.iter().map(move |setup| Job { found, setup, repetition })
                    })
                    .collect();
                order.shuffle(&mut jobs);
                jobs
            })
            .collect()
    }
}

/// A source of orders: an odd multiplier and the high bits of the product.
struct Order(u64);

impl Order {
    /// Exchanges each with one of those up to it (Fisher and Yates).
    fn shuffle<T>(&mut self, items: &mut [T]) {
        for last in (1..items.len()).rev() {
            self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            items.swap(last, ((self.0 >> 33) % (last as u64 + 1)) as usize);
        }
    }
}

/// A campaign, on a machine, at a moment.
struct Site<'a> {
    campaign: &'a Campaign<'a>,
    machine: &'a Machine,
    probe: Probe,
    fastest: f64,
}

impl Site<'_> {
    /// Measures a point, and keeps it or says why not. Returns the share of what was written that arrived in the span,
    /// or nothing where the lab was the limit or the agent failed.
    fn point(&self, job: &Job<'_>, setup: &Setup, results: &mut Results) -> Result<Option<f64>, LabError> {
        let plan = self.campaign.plan;
        let times = Times { lead: real(plan.lead), window: real(plan.window), drain: real(plan.drain) };
        let mut builder = tempfile::Builder::new();
        let builder = builder.prefix("loghaul-lab-");
        let folder = match &self.campaign.work {
            Some(work) => builder.tempdir_in(work),
            None => builder.tempdir(),
        };
        let folder = folder.map_err(LabError::system("cannot make a work folder"))?;
        let bench =
            Bench { folder: folder.path(), launcher: &self.campaign.launcher, stop: self.campaign.stop };
        let outcome = match measure(job.found, setup, times, &bench)? {
            Ok(outcome) => outcome,
            Err(reason) => {
                results.left_out.push(format!("{}: {reason}", job.name()));
                return Ok(None);
            }
        };
        if let Some(limit) = limit_of_the_lab(&outcome) {
            results.left_out.push(format!("{}: not published, {limit}", job.name()));
            return Ok(None);
        }
        let disturbed = self.disturbance(&outcome);
        results.disturbed += usize::from(!disturbed.is_empty());
        let row = Row {
            table: plan.table,
            found: job.found,
            setup,
            times,
            // Tables without variants have no word for it.
            repetition: job.repetition,
            outcome: &outcome,
            probe: &self.probe,
            machine: self.machine,
            disturbed: &disturbed,
        };
        results.rows.push(row.fields());
        Ok(Some(outcome.all.in_window as f64 / outcome.written_in_window.max(1) as f64))
    }

    /// Looks for the largest rate that is carried: doubles it until it is not, then halves the span.
    fn search(
        &self,
        job: &Job<'_>,
        search: SearchSpec,
        results: &mut Results,
        told: &mut dyn FnMut(&str),
    ) -> Result<(), LabError> {
        let (mut carried, mut too_much) = (None::<f64>, None::<f64>);
        let (mut rate, mut halvings) = (search.from, search.halvings);
        let words = loop {
            told(&format!("  {rate:.0} lines/s"));
            let setup = Setup { rate, search: None, ..job.setup.clone() };
            match self.point(job, &setup, results)? {
                None => break "the lab or the agent failed beyond it; see what was left out",
                Some(share) if share >= CARRIED => carried = Some(rate),
                Some(_) => too_much = Some(rate),
            }
            rate = match (carried, too_much) {
                (Some(least), Some(most)) if halvings > 0 => {
                    halvings -= 1;
                    f64::midpoint(least, most)
                }
                (Some(_), Some(_)) => break "of what was tried, the next was not carried",
                (Some(least), None) if least * 2.0 <= search.until => least * 2.0,
                (Some(_), None) => break "nothing more was tried",
                (None, _) if rate > 2.0 => rate / 2.0,
                (None, _) => break "nothing was carried",
            };
        };
        let found = carried.map_or_else(|| "none".to_owned(), |rate| format!("{rate:.0} lines/s"));
        let beyond = too_much.map_or_else(String::new, |rate| format!(", {rate:.0} lines/s were not"));
        results.ceilings.push(format!("{}: {found} carried{beyond} ({words})", job.name()));
        Ok(())
    }

    /// Why the machine counts as disturbed; empty where it does not.
    fn disturbance(&self, outcome: &Outcome) -> String {
        let mut reasons = Vec::new();
        let others = outcome.others_cores.max(self.probe.others_cores);
        if others > MOST_OTHERS {
            reasons.push(format!("others used {others:.2} cores"));
        }
        if outcome.behind > MOST_BEHIND {
            reasons
                .push(format!("lines were written up to {:.0} ms late", outcome.behind.as_secs_f64() * 1e3));
        }
        if self.probe.stretch > MOST_STRETCH {
            reasons.push(format!("work took {:.2} times its CPU", self.probe.stretch));
        }
        if self.probe.work_cpu_ms > MOST_STRETCH * self.fastest {
            reasons.push(format!(
                "work took {:.2} times the CPU of the best round",
                self.probe.work_cpu_ms / self.fastest
            ));
        }
        reasons.join(" and ")
    }
}

/// Why a point says more of the lab than of the agent.
fn limit_of_the_lab(outcome: &Outcome) -> Option<String> {
    let seconds = outcome.lasted.as_secs_f64();
    let share = |cpu: Duration| cpu.as_secs_f64() / seconds;
    let generator = share(outcome.generator_cpu);
    if generator > MOST_OF_A_CORE || generator > MOST_OF_A_CORE / 2.0 && outcome.behind > MOST_BEHIND {
        Some(format!(
            "the generator used {generator:.2} of its core and was {:.0} ms behind",
            outcome.behind.as_secs_f64() * 1e3
        ))
    } else if share(outcome.sink.busiest) > MOST_OF_A_CORE {
        Some(format!("a connection of the sink used {:.2} of its core", share(outcome.sink.busiest)))
    } else {
        None
    }
}

/// Rows as CSV, by the columns of the first.
///
/// # Errors
/// They cannot be written: a defect.
pub fn to_csv(rows: &[Fields]) -> Result<String, LabError> {
    let mut writer = csv::Writer::from_writer(Vec::new());
    let mut write = |fields: Vec<&str>| {
        writer
            .write_record(fields)
            .map_err(|e| LabError::system("cannot write rows")(std::io::Error::other(e)))
    };
    if let Some(first) = rows.first() {
        write(first.iter().map(|(name, _)| *name).collect())?;
    }
    for row in rows {
        write(row.iter().map(|(_, value)| value.as_str()).collect())?;
    }
    let bytes = writer.into_inner().map_err(|e| LabError::system("cannot write rows")(e.into_error()))?;
    Ok(String::from_utf8_lossy(&bytes).into_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_order_holds_everything_once_and_follows_from_its_seed() {
        let shuffled = |seed| {
            let mut items: Vec<u32> = (0..50).collect();
            Order(seed).shuffle(&mut items);
            items
        };
        let (one, same, other) = (shuffled(1), shuffled(1), shuffled(2));
        assert!(one == same && one != other);
        let mut sorted = one.clone();
        sorted.sort_unstable();
        assert_eq!(sorted, (0..50).collect::<Vec<_>>());
    }
}
