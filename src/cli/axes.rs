//! What verbs that move along an axis share: the axis, its range, the slice that is run.

use super::BadInput;
use crate::scenario::{self, Scenario};
use crate::study::Axis;
use crate::units::{Fraction, LineRate, Quantity, SimTime};

/// The axis of that name, one of those allowed.
pub(super) fn axis(name: &str, allowed: &[Axis]) -> anyhow::Result<Axis> {
    let plain = name.trim().replace('_', "-").to_lowercase();
    Axis::from_id(&plain).filter(|axis| allowed.contains(axis)).ok_or_else(|| {
        let known: Vec<&str> = allowed.iter().map(|axis| axis.id()).collect();
        BadInput::of(format!(
            "{name:?} is not an axis that can be varied here; there are {}",
            known.join(", ")
        ))
    })
}

/// A range such as 1:100, 5%:100% or 0s:10m, or the axis' own. Both of its ends are tried: what cannot be there is
/// refused before anything is run.
pub(super) fn range(axis: Axis, given: Option<&str>, scenario: &Scenario) -> anyhow::Result<(f64, f64)> {
    let Some(text) = given else { return Ok(axis.range(scenario)) };
    let (least, most) = axis.bounds();
    let wrong = |why: &str| {
        let example = match axis {
            Axis::Collected => "5%:100%",
            Axis::Outage => "0s:10m",
            _ => "1:100",
        };
        let name = axis.id();
        BadInput::of(format!(
            "{text:?} is no range of {name}: {why}; write two values from {least} to {most}, such as {example}"
        ))
    };
    let (from, until) = text.split_once(':').ok_or_else(|| wrong("a colon parts its ends"))?;
    let read = |end: &str| value(axis, end.trim()).filter(|v| (least..=most).contains(v));
    let ends = [from, until].map(read);
    let [Some(from), Some(until)] = ends else { return Err(wrong("an end is not a value of the axis")) };
    if from >= until {
        return Err(wrong("it does not ascend"));
    }
    for end in [from, until] {
        let moved = axis.set(scenario, end);
        let yaml = moved.to_yaml().map_err(anyhow::Error::msg)?;
        scenario::from_yaml(&format!("{} with {} {end}", scenario.name, axis.id()), &yaml)
            .map_err(BadInput::of)?;
    }
    Ok((from, until))
}

fn value(axis: Axis, text: &str) -> Option<f64> {
    let plain = || text.parse::<f64>().ok().filter(|v| v.is_finite());
    match axis {
        Axis::Outage => SimTime::from_text(text).map(SimTime::as_secs_f64).or_else(plain),
        Axis::Collected => Fraction::from_text(text).map(Fraction::get),
        Axis::LinesPerSecond => plain().or_else(|| LineRate::from_text(text).map(LineRate::get)),
        _ => plain().filter(|v| v.fract() == 0.0),
    }
}
