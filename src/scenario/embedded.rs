//! The scenarios that ship with the program.

const EMBEDDED: [(&str, &str); 19] = [
    ("reference", include_str!("../../scenarios/reference.yaml")),
    ("proof-of-concept", include_str!("../../scenarios/proof-of-concept.yaml")),
    ("single-purpose", include_str!("../../scenarios/single-purpose.yaml")),
    ("mixed-paas", include_str!("../../scenarios/mixed-paas.yaml")),
    ("noisy-neighbour", include_str!("../../scenarios/noisy-neighbour.yaml")),
    ("short-jobs", include_str!("../../scenarios/short-jobs.yaml")),
    ("six-services", include_str!("../../scenarios/six-services.yaml")),
    ("config-push", include_str!("../../scenarios/config-push.yaml")),
    ("serverless-mix", include_str!("../../scenarios/serverless-mix.yaml")),
    ("backend-outage", include_str!("../../scenarios/backend-outage.yaml")),
    ("gateway", include_str!("../../scenarios/gateway.yaml")),
    ("rotation-storm", include_str!("../../scenarios/rotation-storm.yaml")),
    ("full-disk", include_str!("../../scenarios/full-disk.yaml")),
    ("busy-nodes", include_str!("../../scenarios/busy-nodes.yaml")),
    ("node-drain", include_str!("../../scenarios/node-drain.yaml")),
    ("upgrade", include_str!("../../scenarios/upgrade.yaml")),
    ("crash-loop", include_str!("../../scenarios/crash-loop.yaml")),
    ("node-join", include_str!("../../scenarios/node-join.yaml")),
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
