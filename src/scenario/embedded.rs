//! The scenarios that ship with the program.

const EMBEDDED: [(&str, &str); 9] = [
    ("reference", include_str!("../../scenarios/reference.yaml")),
    ("proof-of-concept", include_str!("../../scenarios/proof-of-concept.yaml")),
    ("single-purpose", include_str!("../../scenarios/single-purpose.yaml")),
    ("mixed-paas", include_str!("../../scenarios/mixed-paas.yaml")),
    ("backend-outage", include_str!("../../scenarios/backend-outage.yaml")),
    ("rotation-storm", include_str!("../../scenarios/rotation-storm.yaml")),
    ("node-drain", include_str!("../../scenarios/node-drain.yaml")),
    ("upgrade", include_str!("../../scenarios/upgrade.yaml")),
    ("kubernetes-limit", include_str!("../../scenarios/kubernetes-limit.yaml")),
];

/// Names of the embedded scenarios.
pub fn embedded_names() -> impl Iterator<Item = &'static str> {
    EMBEDDED.iter().map(|(name, _)| *name)
}

/// The YAML of an embedded scenario.
pub fn embedded(name: &str) -> Option<&'static str> {
    EMBEDDED.iter().find(|(known, _)| *known == name).map(|(_, yaml)| *yaml)
}
