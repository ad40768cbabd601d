//! The profiles that ship with the program.

use super::Profile;
use std::sync::OnceLock;

/// Their names and texts, in the order of lists.
const EMBEDDED: [(&str, &str); 10] = [
    ("alloy", include_str!("../../profiles/alloy.yaml")),
    ("filebeat", include_str!("../../profiles/filebeat.yaml")),
    ("fluent-bit", include_str!("../../profiles/fluent-bit.yaml")),
    ("fluentd", include_str!("../../profiles/fluentd.yaml")),
    ("logtail", include_str!("../../profiles/logtail.yaml")),
    ("otel-collector", include_str!("../../profiles/otel-collector.yaml")),
    ("promtail", include_str!("../../profiles/promtail.yaml")),
    ("rsyslog", include_str!("../../profiles/rsyslog.yaml")),
    ("vector", include_str!("../../profiles/vector.yaml")),
    ("vlagent", include_str!("../../profiles/vlagent.yaml")),
];

/// What ships without being an agent: parts of the container runtime, and of applications.
const BUILT_IN: [(&str, &str); 3] = [
    ("docker-fluentd", include_str!("../../profiles/docker-fluentd.yaml")),
    ("docker-syslog", include_str!("../../profiles/docker-syslog.yaml")),
    ("otel-sdk", include_str!("../../profiles/otel-sdk.yaml")),
];

/// Names of profiles of log drivers and libraries, which no scenario can name as its agent.
pub fn built_in_names() -> impl Iterator<Item = &'static str> {
    BUILT_IN.iter().map(|(name, _)| *name)
}

/// Names of the embedded profiles of agents.
pub fn names() -> impl Iterator<Item = &'static str> {
    EMBEDDED.iter().map(|(name, _)| *name)
}

/// The embedded profile of that name. It is read once.
///
/// # Errors
/// The YAML is refused; a test keeps that from happening to an embedded profile.
pub fn embedded(name: &str) -> Option<Result<Profile, Box<serde_saphyr::Error>>> {
    static READ: [OnceLock<Profile>; EMBEDDED.len() + BUILT_IN.len()] =
        [const { OnceLock::new() }; EMBEDDED.len() + BUILT_IN.len()];
    let mut all = EMBEDDED.iter().chain(&BUILT_IN).zip(&READ);
    let ((_, yaml), read) = all.find(|((known, _), _)| *known == name)?;
    if let Some(profile) = read.get() {
        return Some(Ok(profile.clone()));
    }
    Some(match serde_saphyr::from_str::<Profile>(yaml) {
        Ok(profile) => Ok(read.get_or_init(|| profile).clone()),
        Err(error) => Err(Box::new(error)),
    })
}
