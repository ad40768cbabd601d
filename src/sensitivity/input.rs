//! Inputs and the ranges within which they may lie: costs of agents, declared fields, and what every scenario assumes.

mod assumed;
mod costs;
mod declared;

pub use assumed::{ASSUMED, Assumed};
pub use declared::declared;

use costs::costs;

use crate::profile::Quality;
use crate::scenario::{Cost, FieldRange, Scenario, Setting};
use crate::strategy::Strategy;

/// From so many times its least on, a range is walked in equal ratios and not in equal steps.
const RATIOS_FROM: f64 = 3.0;

/// Something that is not known well.
#[derive(Clone, Debug)]
pub struct Input {
    /// What reports call it, and what chooses it on the command line.
    pub name: String,
    /// What it is.
    pub kind: Kind,
    /// The least that it may be, in its unit.
    pub low: f64,
    /// What it is in the scenario.
    pub now: f64,
    /// The most.
    pub high: f64,
    /// Its unit, as it is written behind the number; may be empty.
    pub unit: String,
    /// Where the range comes from.
    pub source: String,
    /// How good that is; `None` where nobody says.
    pub quality: Option<Quality>,
}

/// What an input is.
#[derive(Clone, Debug)]
pub enum Kind {
    /// A cost of an agent.
    Cost {
        /// The agent's name in the scenario.
        agent: String,
        /// The embedded profile that it is, or is derived from.
        base: String,
        /// The path in the profile.
        path: String,
    },
    /// A field of the scenario.
    Field {
        /// Its path.
        path: String,
        /// Whether it takes whole numbers alone.
        whole: bool,
    },
    /// What every scenario assumes.
    Assumed(&'static Assumed),
}

/// Where a range comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Origin {
    /// An agent's profile, or the user's calibration.
    Costs,
    /// The scenario's `ranges`, or the command line.
    Declared,
    /// What is taken to be possible where nobody says more.
    Assumed,
}

impl Origin {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Costs, Self::Declared, Self::Assumed];

    /// Its name on the command line and in results.
    pub fn id(self) -> &'static str {
        match self {
            Self::Costs => "costs",
            Self::Declared => "declared",
            Self::Assumed => "assumed",
        }
    }
}

impl Input {
    /// Where its range comes from.
    pub fn origin(&self) -> Origin {
        match self.kind {
            Kind::Cost { .. } => Origin::Costs,
            Kind::Field { .. } => Origin::Declared,
            Kind::Assumed(_) => Origin::Assumed,
        }
    }

    /// The value at a share of its range, 0 being the least: in equal ratios where the range is wide, in equal steps else.
    pub fn at(&self, share: f64) -> f64 {
        match self.is_by_ratios() {
            true => self.low * libm::pow(self.high / self.low, share),
            false => self.low + (self.high - self.low) * share,
        }
    }

    /// Where in its range the scenario stands, 0 to 1.
    pub fn stands(&self) -> f64 {
        let share = match self.is_by_ratios() {
            true => libm::log(self.now.max(self.low) / self.low) / libm::log(self.high / self.low),
            false => (self.now - self.low) / (self.high - self.low),
        };
        share.clamp(0.0, 1.0)
    }

    fn is_by_ratios(&self) -> bool {
        self.low > 0.0 && self.high / self.low >= RATIOS_FROM
    }

    /// A value as the scenario has it, with its unit.
    pub fn written(&self, value: f64) -> String {
        let whole = matches!(self.kind, Kind::Field { whole: true, .. });
        // Enough digits for a value to be told from any other, and never an exponent.
        let digits = if whole {
            0
        } else {
            (5 - libm::log10(value.abs().max(1e-12)).floor() as i32).clamp(0, 15) as usize
        };
        let text = format!("{value:.digits$}");
        let text = if text.contains('.') { text.trim_end_matches('0').trim_end_matches('.') } else { &text };
        format!("{text}{}", self.unit)
    }

    /// The field set to a value; `None` where it is no field.
    pub fn setting(&self, value: f64) -> Option<Setting> {
        let Kind::Field { path, .. } = &self.kind else { return None };
        format!("{path}={}", self.written(value)).parse().ok()
    }
}

/// Every input of a scenario that has a range and makes a difference to what these strategies draw; `more` are ranges that
/// take the place of the scenario's own.
///
/// # Errors
/// A declared range names no field, or one that is no number of that unit.
pub fn inputs(
    scenario: &Scenario,
    strategies: &[&'static Strategy],
    more: &[(String, FieldRange)],
) -> Result<Vec<Input>, String> {
    let mut ranges = scenario.ranges.clone();
    ranges.extend(more.iter().cloned());
    let fields =
        ranges.iter().map(|(path, range)| declared(scenario, path, range)).collect::<Result<Vec<_>, _>>()?;
    let assumed = ASSUMED.iter().filter(|one| !ranges.keys().any(|path| one.covers(path)));
    let mut all = costs(scenario, strategies);
    all.extend(fields);
    all.extend(assumed.filter_map(|one| one.input(scenario)));
    Ok(all)
}

impl Input {
    /// Sets what is a cost, or assumed; fields are set by [`Input::setting`].
    pub(super) fn set_cost(&self, scenario: &mut Scenario, value: f64) {
        match &self.kind {
            Kind::Cost { agent, base, path } => {
                scenario.set_cost(agent, base, path.clone(), Cost::by_hand(value))
            }
            Kind::Assumed(assumed) => (assumed.set)(scenario, value),
            Kind::Field { .. } => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::profile;
    use crate::scenario::{embedded, from_yaml};
    use crate::strategy::{DAEMONSET, SIDECAR};

    fn reference(more: &str) -> Scenario {
        from_yaml("reference", &format!("{}{more}", embedded("reference").unwrap())).unwrap()
    }

    fn of(low: f64, now: f64, high: f64) -> Input {
        Input {
            name: "x".to_owned(),
            kind: Kind::Field { path: "backend.latency".to_owned(), whole: false },
            low,
            now,
            high,
            unit: "ms".to_owned(),
            source: String::new(),
            quality: None,
        }
    }

    #[test]
    fn a_wide_range_is_walked_in_ratios_and_a_narrow_one_in_steps() {
        let wide = of(1.0, 10.0, 100.0);
        assert!((wide.at(0.5) - 10.0).abs() < 1e-9 && (wide.stands() - 0.5).abs() < 1e-9);
        let narrow = of(10.0, 12.5, 20.0);
        assert_eq!((narrow.at(0.5), narrow.stands()), (15.0, 0.25));
        assert_eq!([of(0.0, 1.0, 9.0).at(0.5), of(1.0, 0.5, 9.0).stands()], [4.5, 0.0]);
        assert_eq!(
            [narrow.written(15.0), narrow.written(0.000_123_456), narrow.written(1e6)],
            ["15ms", "0.000123456ms", "1000000ms"]
        );
    }

    #[test]
    fn costs_have_the_ranges_of_their_profile_where_they_are_of_consequence() {
        let found = inputs(&reference(""), &[&DAEMONSET, &SIDECAR], &[]).unwrap();
        let line = found.iter().find(|input| input.name == "fluent-bit/cpu.line").unwrap();
        let Some(Ok(profile)) = profile::embedded("fluent-bit") else { panic!() };
        let known = &profile.cpu.line;
        assert_eq!((Some(line.low), line.now, Some(line.high)), (known.low, known.value, known.high));
        // The reference parses nothing as JSON, and what is set by hand is known.
        assert!(!found.iter().any(|input| input.name == "fluent-bit/cpu.parse.regex"));
        let own = reference(
            "profiles: [ { name: mine, base: fluent-bit, set: { cpu.byte: 15, cpu.line: { value: 4, standardError: 0.5 } } } ]\n",
        );
        let own = Scenario { collection: own_agent(&own, "mine"), ..own };
        let found = inputs(&own, &[&DAEMONSET], &[]).unwrap();
        let line = found.iter().find(|input| input.name == "mine/cpu.line").unwrap();
        assert!((line.low - 3.02).abs() < 1e-9 && (line.high - 4.98).abs() < 1e-9);
        assert!(!found.iter().any(|input| input.name == "mine/cpu.byte"));
    }

    fn own_agent(scenario: &Scenario, agent: &str) -> crate::scenario::Collection {
        let mut collection = scenario.collection.clone();
        collection.agent = crate::scenario::unplaced(agent.to_owned());
        collection
    }

    #[test]
    fn a_declared_range_is_of_a_field_in_its_own_kind_of_unit() {
        let scenario = reference("ranges: { backend.latency: 5ms:50ms, collection.headroom: 1.2:2 }\n");
        let found = inputs(&scenario, &[&DAEMONSET], &[]).unwrap();
        let declared: Vec<&Input> = found.iter().filter(|input| input.origin() == Origin::Declared).collect();
        // The backend answers after 20 ms by default, in the scenario's own unit 20ms.
        assert_eq!((declared[0].now, declared[0].unit.as_str(), declared[1].now), (20.0, "ms", 1.5));
        assert!(!found.iter().any(|input| input.name == "latency"), "it was declared");
        assert_eq!(declared[1].setting(1.2).unwrap().to_string(), "collection.headroom=1.2");
        for (path, range, word) in [
            ("backend.latencie", "5ms:50ms", "nothing at this path"),
            ("backend.latency", "5Mi:50Mi", "20ms"),
            ("name", "1:2", "reference"),
        ] {
            let wrong = [(path.to_owned(), range.parse().unwrap())];
            let error = inputs(&reference(""), &[&DAEMONSET], &wrong).unwrap_err();
            assert!(error.contains(word) && error.contains(path), "{error}");
        }
    }
}
