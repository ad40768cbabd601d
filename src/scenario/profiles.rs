//! Agents by themselves: what stands under a scenario's `profiles:`, in a file of its own.

use super::{Cost, CustomProfile, Scenario, ScenarioError, check, settings::unplaced};
use serde::{Deserialize, Serialize};

/// What a file of profiles needs.
const EXAMPLE: &str =
    "needed are profiles such as profiles: [ { name: mine, base: fluent-bit, set: { cpu.line: 5 } } ]";

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Keyed {
    profiles: Vec<CustomProfile>,
}

impl CustomProfile {
    /// A profile derived from an embedded one.
    pub fn derived<'a>(name: &str, base: &str, set: impl IntoIterator<Item = (&'a str, Cost)>) -> Self {
        Self {
            name: name.to_owned(),
            base: unplaced(base.to_owned()),
            with: super::Settings::default(),
            set: set.into_iter().map(|(path, cost)| (path.to_owned(), unplaced(cost))).collect(),
        }
    }
}

impl Scenario {
    /// The cost of an agent at a path of its profile, where the scenario itself sets it.
    pub fn own_cost(&self, agent: &str, path: &str) -> Option<&Cost> {
        let custom = self.profiles.iter().find(|profile| profile.name == agent)?;
        custom.set.get(path).map(|cost| &cost.value)
    }

    /// Sets a cost of an agent, whose profile is derived from `base`: in its own profile, or in one made for that. What is
    /// made is of the same name as an embedded profile, which nobody can write.
    pub fn set_cost(&mut self, agent: &str, base: &str, path: String, cost: Cost) {
        let at = self.profiles.iter().position(|profile| profile.name == agent).unwrap_or_else(|| {
            self.profiles.push(CustomProfile::derived(agent, base, []));
            self.profiles.len() - 1
        });
        self.profiles[at].set.insert(path, unplaced(cost));
    }
}

/// Reads and checks profiles, as [`profiles_to_yaml`] writes them; `file` is what errors call it.
///
/// # Errors
/// The text has no profiles, or one of them is impossible.
pub fn profiles_from_yaml(file: &str, text: &str) -> Result<Vec<CustomProfile>, ScenarioError> {
    let Keyed { profiles } = super::read_yaml(file, text, EXAMPLE)?;
    if profiles.is_empty() {
        return Err(ScenarioError::whole_file(file, format!("has no profile; {EXAMPLE}")));
    }
    check::check_profiles(&profiles).map_err(|problem| problem.into_error(file, text))?;
    Ok(profiles)
}

/// Writes profiles as YAML that can stand in a scenario.
///
/// # Errors
/// They cannot be written as YAML.
pub fn profiles_to_yaml(profiles: &[CustomProfile]) -> Result<String, String> {
    serde_saphyr::to_string(&Keyed { profiles: profiles.to_vec() }).map_err(|e| e.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn costs_keep_where_they_come_from() {
        let sourced = Cost {
            value: 4.1,
            source: Some("calibrated from mine.csv".to_owned()),
            quality: Some(crate::profile::Quality::A),
            standard_error: Some(0.2),
        };
        let profile = CustomProfile::derived(
            "mine",
            "fluent-bit",
            [("cpu.line", sourced.clone()), ("cpu.byte", Cost::by_hand(16.0))],
        );
        let yaml = profiles_to_yaml(&[profile]).unwrap();
        let read = profiles_from_yaml("p.yaml", &yaml).unwrap();
        assert_eq!(read[0].set["cpu.line"].value, sourced);
        assert_eq!(read[0].set["cpu.byte"].value, Cost::by_hand(16.0));
    }

    #[test]
    fn what_cannot_be_a_cost_is_refused_at_its_place() {
        let refused = |set: &str| {
            let yaml = format!("profiles: [ {{ name: m, base: fluent-bit, set: {{ cpu.line: {set} }} }} ]");
            profiles_from_yaml("p.yaml", &yaml).unwrap_err().to_string()
        };
        assert!(refused("two").contains("\"two\" is not a number"));
        assert!(refused("-1").contains("cpu.line is -1"));
        assert!(refused("{ value: 1, standardError: -1 }").contains("standard error"));
        assert!(refused("{ source: x }").contains("\"value\" is missing"));
        assert!(refused("{ value: 1, sauce: x }").contains("sauce"));
    }
}
