//! Studies beside the table, as reports and the workshop page have them: those of their own verbs, over few points, so that
//! they stay within seconds where the table does.

use super::BadInput;
use super::ahead::Ahead;
use super::break_even::BreakEven;
use super::forecast::Forecast;
use super::sensitivity::Sensitivity;
use super::study::ExperimentArgs;
use crate::report::Study;
use crate::run::Runner;
use crate::scenario::Scenario;
use crate::study::Further;

/// Makes a study of a scenario. Where there is none of this scenario it says why; the command that it carries gives the same.
///
/// # Errors
/// It was stopped, or a run failed.
pub(super) fn make(
    which: Further,
    runner: &Runner,
    scenario: &Scenario,
    experiment: ExperimentArgs,
) -> anyhow::Result<Study> {
    let made = match which {
        Further::PhaseMap => {
            let verb = BreakEven::beside(experiment, scenario);
            verb.asks(scenario)
                .and_then(|asks| verb.find(runner, scenario, &asks))
                .map(|found| Study::PhaseMap(Box::new(found)))
        }
        Further::Tornado => {
            let verb = Sensitivity::beside(experiment);
            verb.all_inputs(scenario)
                .and_then(|inputs| verb.find(runner, scenario, inputs))
                .map(|found| Study::Tornado(Box::new(found)))
        }
        Further::Forecast => {
            let verb = Forecast::beside(experiment, scenario);
            verb.now(scenario.clone())
                .and_then(|now| verb.find(runner, &now))
                .map(|found| Study::Forecast(Box::new(found)))
        }
    };
    match made {
        Err(error) if error.is::<BadInput>() => Ok(Study::None(which, error.to_string())),
        other => other,
    }
}

/// What is run for it; nothing where there is none of this scenario.
pub(super) fn ahead(which: Further, scenario: &Scenario, experiment: ExperimentArgs) -> Ahead {
    let ahead = match which {
        Further::PhaseMap => {
            let verb = BreakEven::beside(experiment, scenario);
            verb.asks(scenario).map(|asks| verb.ahead(scenario, &asks))
        }
        Further::Tornado => Sensitivity::beside(experiment).ahead(scenario),
        Further::Forecast => {
            let verb = Forecast::beside(experiment, scenario);
            verb.now(scenario.clone()).and_then(|now| verb.ahead(&now))
        }
    };
    ahead.unwrap_or_default()
}

/// The word for no studies.
const NONE: &str = "none";

/// The studies of these names, each once, in the order of reports.
pub(super) fn named(names: &[String]) -> anyhow::Result<Vec<Further>> {
    let known = Further::ALL.map(Further::name);
    for name in names.iter().map(|name| name.trim()).filter(|name| *name != NONE) {
        if !known.contains(&name) {
            let all = known.join(", ");
            return Err(BadInput::of(format!("there is no study {name:?}; there are {all}, or {NONE}")));
        }
    }
    let is_named = |study: &Further| names.iter().any(|name| name.trim() == study.name());
    Ok(Further::ALL.into_iter().filter(is_named).collect())
}

/// Studies as they are typed.
pub(super) fn typed(studies: &[Further]) -> String {
    match studies {
        [] => NONE.to_owned(),
        some => some.iter().map(|study| study.name()).collect::<Vec<_>>().join(","),
    }
}
