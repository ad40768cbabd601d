//! A run for a page: plain figures first, then the same with their intervals and charts, then the table, then studies.

use crate::cli::study::{COLUMNS, ExperimentArgs, StudyArgs};
use crate::cli::tabled::{self, Request, Yardstick};
use crate::cli::{BadInput, show, studies};
use crate::lang::{Lang, Text};
use crate::metric::Metric;
use crate::report::chart::Chart;
use crate::report::difference::Differing;
use crate::report::page::Page;
use crate::report::workshop::{self, PLAIN, Sure};
use crate::report::{Finding, Format, Report, ReportError, Study};
use crate::run::{self, Runner, Stop, growth_of};
use crate::scenario::{Count, Scenario};
use crate::serve::{Accepted, Event, Pinned, Posed, Results, Stage, State};
use crate::study::{self, Comparison, DensityPoint, Further, Recorded, density};
use crate::table::Table;
use serde::Deserialize;
use std::collections::BTreeMap;
use std::sync::Mutex;
use std::sync::PoisonError;
use std::time::Instant;

/// Pod-seconds of all nodes beyond which a sample of nodes is shown first.
const LARGE: f64 = 1e6;

/// Nodes of that sample: the fewest that a scenario may be sampled with.
const SAMPLED: u64 = 20;

/// What a page asks for.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Ask {
    state: State,
    /// A result to compare with.
    #[serde(default)]
    pinned: Option<Pinned>,
    /// How far to go; everything where nothing is said.
    #[serde(default)]
    only: Option<Only>,
    /// A study in place of everything else.
    #[serde(default)]
    study: Option<Further>,
    /// Under which number the result can be downloaded whose report is to have the study.
    #[serde(default)]
    result: Option<String>,
}

/// How far to go.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) enum Only {
    /// No further than the plain figures.
    Figures,
}

/// A run for a page.
#[derive(Debug)]
pub(super) struct Job {
    ask: Ask,
    /// Ends it.
    pub stop: Stop,
    runner: Runner,
    stage: Mutex<Stage>,
    began: Instant,
}

impl Job {
    pub(super) fn new(ask: Ask, stop: Stop) -> Self {
        let runner = Runner::stopped_by(stop.clone());
        let stage = if ask.study.is_some() { Stage::Study } else { Stage::Figures };
        Self { ask, stop, runner, stage: Mutex::new(stage), began: Instant::now() }
    }

    /// Milliseconds since it was asked for.
    pub(super) fn elapsed_ms(&self) -> u64 {
        u64::try_from(self.began.elapsed().as_millis()).unwrap_or(u64::MAX)
    }

    /// Under which number the result is kept whose report is to have the study.
    pub(super) fn of_result(&self) -> Option<&str> {
        self.ask.result.as_deref()
    }

    /// How far it is.
    pub(super) fn progress(&self) -> Event {
        let stage = *self.stage.lock().unwrap_or_else(PoisonError::into_inner);
        Event::Progress { stage, runs: self.runner.runs(), elapsed_ms: self.elapsed_ms() }
    }

    fn goes_on_to(&self, stage: Stage) {
        *self.stage.lock().unwrap_or_else(PoisonError::into_inner) = stage;
    }
}

/// Everything that was found.
#[derive(Debug)]
pub(super) struct Finished {
    comparison: Comparison,
    table: Table,
    points: Vec<DensityPoint>,
    posed: Identity,
    /// Studies that were asked for later, in the order of reports.
    studies: Mutex<BTreeMap<Further, Study>>,
}

/// What was posed: the scenario's identity, the seed, the strategies.
type Identity = (u64, u64, Vec<&'static str>);

fn identity(posed: &Posed, seed: u64) -> Identity {
    (run::identity(&posed.scenario), seed, posed.strategies.iter().map(|strategy| strategy.name).collect())
}

/// What a run came to, as far as it is asked for again.
#[derive(Debug)]
pub(super) enum Found {
    /// Everything.
    All(Box<Finished>),
    /// A study.
    Study(Box<Study>, Identity),
    /// Nothing.
    Nothing,
}

impl Finished {
    fn report<'a>(&'a self, studies: &'a [Study], lang: Lang) -> Report<'a> {
        Report {
            comparison: &self.comparison,
            table: &self.table,
            tuning: None,
            pods_per_node: &self.points,
            studies,
            lang,
        }
    }

    /// Takes a study into its report, if it is one of what was posed here.
    pub(super) fn take(&self, study: Study, posed: &Identity) {
        if *posed == self.posed {
            self.studies.lock().unwrap_or_else(PoisonError::into_inner).insert(study.kind(), study);
        }
    }

    /// The result as a file of a kind: its name, its type, its text; `None` where there is no such kind.
    pub(super) fn write(
        &self,
        kind: &str,
        lang: Lang,
    ) -> Option<(&'static str, &'static str, Result<String, ReportError>)> {
        let (format, name, content_type) = match kind {
            "csv" => (Format::Csv, "summary.csv", "text/csv; charset=utf-8"),
            "json" => (Format::Json, "compare.json", "application/json"),
            "html" => (Format::Html, "report.html", "text/html; charset=utf-8"),
            _ => return None,
        };
        let studies = self.studies.lock().unwrap_or_else(PoisonError::into_inner).clone();
        let studies: Vec<Study> = studies.into_values().collect();
        Some((name, content_type, format.write(&self.report(&studies, lang), show::look(lang))))
    }
}

/// Runs what is asked for, and tells of it as it comes. Gives what is asked for again, as a file or in one.
pub(super) fn run(job: &Job, tell: &dyn Fn(Event)) -> anyhow::Result<Found> {
    let state = &job.ask.state;
    let mut posed = state.posed().map_err(BadInput::of)?;
    if let Err(misfit) = growth_of(&posed.scenario)
        && !posed.scenario.cluster.grow
    {
        return Err(BadInput::of(format!(
            "cluster.grow is false, and {misfit}; add nodes, or leave grow out"
        )));
    }
    // What runs today stands beside its alternatives, as on the command line.
    if posed.scenario.collection.as_is.is_some() && state.strategies == COLUMNS {
        posed.strategies.extend(Some(crate::strategy::AS_IS));
    }
    let command = command(state, &posed);
    tell(Event::Accepted(Accepted {
        name: posed.scenario.name.clone(),
        command: command.clone(),
        nodes: posed.scenario.nodes(),
        pods: posed.scenario.pods(),
        tenants: posed.scenario.tenant_count(),
    }));
    if let Some(which) = job.ask.study {
        return study(job, &posed, which, tell);
    }
    let comparison = figures(job, &posed, &command, tell)?;
    if job.ask.only == Some(Only::Figures) {
        return Ok(Found::Nothing);
    }
    if let Some(pinned) = &job.ask.pinned {
        tell(Event::Difference(difference(pinned, &comparison, state.seed)));
    }
    let drawn = |points: &[DensityPoint], table: &Table, charts: &[Chart], comparison: &Comparison| {
        both(|lang| {
            workshop::charts(
                &Report { comparison, table, tuning: None, pods_per_node: points, studies: &[], lang },
                charts,
            )
        })
    };
    let own = [Chart::Timeline, Chart::Resources, Chart::Freshness, Chart::Ledger];
    tell(Event::Charts(drawn(&[], &empty(), &own, &comparison)?));
    job.goes_on_to(Stage::Table);
    let yardstick = Yardstick::of(None)?;
    let request = Request {
        scenario: &posed.scenario,
        strategies: &posed.strategies,
        seed: state.seed,
        replications: state.reps.into(),
    };
    let (comparison, table) = tabled::study(&job.runner, request, &yardstick, &command)?;
    let (points, studies) = (Vec::new(), Mutex::default());
    let mut finished = Finished { comparison, table, points, posed: identity(&posed, state.seed), studies };
    let shown = |finished: &Finished| -> anyhow::Result<Event> {
        Ok(Event::Table(both(|lang| Ok(workshop::table(&finished.report(&[], lang))))?))
    };
    tell(shown(&finished)?);
    job.goes_on_to(Stage::Studies);
    finished.points = density(&job.runner, &posed.scenario, &posed.strategies, state.seed)?;
    tell(Event::Studies(drawn(&finished.points, &finished.table, &[Chart::Density], &finished.comparison)?));
    // Other agents, and both ends of what costs may be, take longer than all of the above: the table is told again with them.
    let others = tabled::other_agents(&posed.scenario, None)?;
    tabled::set_beside(&mut finished.table, &others, &job.runner, request, &yardstick)?;
    tabled::put_in_band(&mut finished.comparison, None, &job.runner, request)?;
    tell(shown(&finished)?);
    Ok(Found::All(Box::new(finished)))
}

/// A study that was asked for by itself.
fn study(job: &Job, posed: &Posed, which: Further, tell: &dyn Fn(Event)) -> anyhow::Result<Found> {
    let state = &job.ask.state;
    let found = studies::make(which, &job.runner, &posed.scenario, typed(state, posed))?;
    let html = both(|lang| found.page(lang))?;
    tell(Event::Study { study: which, html });
    Ok(Found::Study(Box::new(found), identity(posed, state.seed)))
}

/// What a reader types for the same, the verb aside.
fn typed(state: &State, posed: &Posed) -> ExperimentArgs {
    let study = StudyArgs {
        scenario: Some(posed.name.clone().into()),
        seed: state.seed,
        settings: posed.settings.clone(),
        ..StudyArgs::default()
    };
    let strategies = posed.strategies.iter().map(|strategy| strategy.name.to_owned()).collect();
    ExperimentArgs { study, strategies, ..ExperimentArgs::default() }
}

/// The command of a comparison.
fn command(state: &State, posed: &Posed) -> String {
    let ExperimentArgs { study, strategies, .. } = typed(state, posed);
    study.command("compare", &format!("--strategies {} --reps {}", strategies.join(","), state.reps))
}

/// Tells the plain figures, as soon as there are any and again when they are surer.
fn figures(job: &Job, posed: &Posed, command: &str, tell: &dyn Fn(Event)) -> anyhow::Result<Comparison> {
    let Posed { scenario, strategies, .. } = posed;
    let (seed, reps) = (job.ask.state.seed, job.ask.state.reps);
    let compare = |scenario: &Scenario, reps: u64| {
        study::compare(&job.runner, scenario, strategies, seed, reps, command)
    };
    let told = |comparison: &Comparison, sure: Sure| -> anyhow::Result<()> {
        tell(Event::Figures(results(comparison, sure, seed)?));
        Ok(())
    };
    if let Some(one_in) = sample(scenario) {
        let sampled = Scenario { one_node_in: Count::of(one_in), ..scenario.clone() };
        told(&compare(&sampled, 1)?, Sure::Sample(one_in))?;
    }
    // The first run is remembered, and not done again for the others.
    if reps > 1 {
        told(&compare(scenario, 1)?, Sure::OneRun)?;
    }
    let comparison = compare(scenario, reps)?;
    told(&comparison, Sure::Replicated(reps))?;
    Ok(comparison)
}

/// One node in how many a first look is taken at; `None` where the whole cluster takes no longer.
fn sample(scenario: &Scenario) -> Option<u64> {
    let pod_seconds = scenario.pods() as f64 * scenario.duration.as_secs_f64();
    let one_in = scenario.nodes() / SAMPLED;
    (pod_seconds > LARGE && one_in > 1 && scenario.one_node_in.get() == 1).then_some(one_in)
}

fn results(comparison: &Comparison, sure: Sure, seed: u64) -> anyhow::Result<Results> {
    let table = empty();
    let values =
        comparison.strategies.iter().filter(|result| !result.observations.is_empty()).map(|result| {
            let all = result.estimates().into_keys().map(|metric| (metric, result.values(metric)));
            (result.strategy, all.collect())
        });
    let html = both(|lang| {
        Ok(workshop::figures(
            &Report { comparison, table: &table, tuning: None, pods_per_node: &[], studies: &[], lang },
            sure,
        ))
    })?;
    Ok(Results {
        replications: comparison.provenance.replications,
        is_sample: matches!(sure, Sure::Sample(_)),
        seed,
        values: values.collect(),
        html,
    })
}

/// The differences to a pinned result, as `diff` finds and shows them.
fn difference(pinned: &Pinned, comparison: &Comparison, seed: u64) -> Text {
    let own = comparison.strategies.iter().map(|result| {
        let all = result.estimates().into_keys().map(|metric| (metric, result.values(metric)));
        (result.strategy.to_owned(), all.collect())
    });
    let name = comparison.provenance.scenario.clone();
    let after = Recorded { name, seed, strategies: own.collect(), ..Recorded::default() };
    let found = study::difference(&pinned.recorded(), &after);
    let metrics: Vec<Metric> = PLAIN.to_vec();
    let shown = Differing { difference: &found, metrics: &metrics };
    Text::new(shown.page(Lang::En).to_fragment(), shown.page(Lang::Zh).to_fragment())
}

/// A table without rows: what charts and figures need none of.
fn empty() -> Table {
    Table { strategies: Vec::new(), rows: Vec::new(), variants: Vec::new() }
}

/// A part of the report in both languages.
fn both(part: impl Fn(Lang) -> Result<Page, ReportError>) -> anyhow::Result<Text> {
    Ok(Text::new(part(Lang::En)?.to_fragment(), part(Lang::Zh)?.to_fragment()))
}
