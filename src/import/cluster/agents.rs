//! Log agents that run already, recognised by image and by what they mount, never by a part of a word.
//!
//! Words are what stands between `-`, `_` and `.`: `hotel-cache` has no `otel`. An image decides where there is one. Some
//! collect metrics and traces as well, or nothing else: those count as log agents where they see logs, which a node's
//! agent does through a directory of the node and a sidecar through a volume that it shares.

use super::objects::{Container, Object, Spec};
use super::requests::{Shape, effective_without, limits_of};

/// Whose logs an agent collects.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) enum Role {
    /// Those of its node.
    Node,
    /// Those of its pod.
    Sidecar,
}

/// An agent that runs already.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) struct Agent {
    /// What it is, as people call it.
    pub(super) name: &'static str,
    /// The profile that is of it, or of what it is made of.
    pub(super) profile: Option<&'static str>,
    pub(super) role: Role,
    pub(super) requests: Shape,
    /// Limits, where they are set: thousandths of a core, bytes.
    pub(super) cpu_limit: Option<u64>,
    pub(super) memory_limit: Option<u64>,
    /// A sidecar that starts before and stops after its application (KEP-753).
    pub(super) native: bool,
    /// ConfigMaps that its settings may stand in.
    pub(super) configs: Vec<String>,
}

/// Agents of a pod, and the containers that they are.
#[derive(Debug, Default)]
pub(super) struct FoundAgents<'a> {
    pub(super) agents: Vec<Agent>,
    pub(super) containers: Vec<&'a str>,
}

/// What is known of an agent.
struct Known {
    name: &'static str,
    profile: Option<&'static str>,
    /// Words of a workload's name, or of the last part of an image's.
    words: &'static [&'static str],
    /// Ends of an image's name, for those that need their publisher's name.
    images: &'static [&'static str],
    /// Whether it is for logs alone.
    logs_alone: bool,
}

const fn known(
    name: &'static str,
    profile: Option<&'static str>,
    words: &'static [&'static str],
    images: &'static [&'static str],
    logs_alone: bool,
) -> Known {
    Known { name, profile, words, images, logs_alone }
}

const FLUENT_BIT: Option<&str> = Some("fluent-bit");
const FLUENTD: Option<&str> = Some("fluentd");

/// Agents, the more telling names first. Images and names: the projects' and vendors' own charts and manifests.
const KNOWN: [Known; 48] = [
    known(
        "newrelic-logging",
        FLUENT_BIT,
        &["newrelic-logging", "newrelic-fluentbit-output", "newrelic-fluent-bit-output"],
        &[],
        true,
    ),
    known("aws-for-fluent-bit", FLUENT_BIT, &["aws-for-fluent-bit"], &[], true),
    known(
        "ama-logs",
        FLUENT_BIT,
        &["ama-logs", "omsagent"],
        &["azuremonitor/containerinsights/ciprod", "oms"],
        true,
    ),
    known("splunk-fluentd", FLUENTD, &["fluentd-hec", "splunk-kubernetes-logging"], &[], true),
    known("fluent-bit", FLUENT_BIT, &["fluent-bit", "fluentbit", "fluentbit-gke"], &[], true),
    known(
        "fluentd",
        FLUENTD,
        &["fluentd", "td-agent", "fluentd-gcp", "stackdriver-logging-agent"],
        &[],
        true,
    ),
    known("filebeat", Some("filebeat"), &["filebeat"], &[], true),
    known("elastic-agent", Some("filebeat"), &["elastic-agent"], &[], false),
    known("promtail", Some("promtail"), &["promtail"], &[], true),
    known(
        "grafana-agent",
        Some("alloy"),
        &["grafana-agent-logs", "grafana-agent"],
        &["grafana/agent"],
        false,
    ),
    known("alloy", Some("alloy"), &["alloy-logs", "alloy"], &["grafana/alloy"], false),
    known("vlagent", Some("vlagent"), &["vlagent", "victoria-logs-collector"], &[], true),
    known(
        "logtail",
        Some("logtail"),
        &["logtail", "logtail-ds", "ilogtail", "loongcollector"],
        &["log-service/logtail"],
        true,
    ),
    known("log-pilot", FLUENTD, &["log-pilot"], &[], true),
    known("loggie", None, &["loggie"], &[], true),
    known("rsyslog", Some("rsyslog"), &["rsyslog", "rsyslogd"], &["rsyslog/syslog_appliance_alpine"], true),
    known("syslog-ng", Some("rsyslog"), &["syslog-ng", "axosyslog"], &[], true),
    known(
        "logdna-agent",
        None,
        &["logdna-agent", "logdna", "mezmo-agent"],
        &["logdna/logdna-agent", "mezmo/agent"],
        true,
    ),
    known(
        "splunk-otel-collector",
        Some("otel-collector"),
        &["splunk-otel-collector", "splunk-otel-collector-agent"],
        &[],
        false,
    ),
    known(
        "otel-collector",
        Some("otel-collector"),
        &[
            "opentelemetry-collector",
            "otel-collector",
            "otel-agent",
            "otelcol",
            "opentelemetry-collector-contrib",
            "opentelemetry-collector-k8s",
            "otel-collector-agent",
            "observiq-otel-collector",
            "bindplane-agent",
            "aws-otel-collector",
            "otelcol-contrib",
            "otelcol-k8s",
        ],
        &[],
        false,
    ),
    known(
        "datadog-agent",
        None,
        &["datadog-agent", "datadog"],
        &["datadog/agent", "datadoghq/agent", "datadog-agent"],
        false,
    ),
    known(
        "sumologic-otelcol",
        Some("otel-collector"),
        &["sumologic-otelcol-logs-collector", "sumologic-otel-collector"],
        &[],
        false,
    ),
    known("dynatrace-logs", None, &["dynatrace-logmonitoring", "dynatrace-logmodule"], &[], true),
    known("oneagent", None, &["oneagent"], &["dynatrace/oneagent", "dynatrace-oneagent"], false),
    known("scalyr-agent", None, &["scalyr-agent", "scalyr-agent-2", "scalyr-k8s-agent"], &[], true),
    known(
        "sematext-agent",
        None,
        &["sematext-agent", "logagent"],
        &["sematext/logagent", "sematext/agent"],
        true,
    ),
    known("logspout", None, &["logspout"], &[], true),
    known("logstash", None, &["logstash"], &[], true),
    known("nxlog", None, &["nxlog"], &[], true),
    known("humio", FLUENT_BIT, &["humio-fluentbit", "humio-agent"], &[], true),
    known("cloudwatch-agent", None, &["cloudwatch-agent"], &[], false),
    known("telegraf", None, &["telegraf"], &[], false),
    known(
        "coralogix",
        FLUENT_BIT,
        &["coralogix-fluentbit", "coralogix-fluentd", "fluent-bit-coralogix"],
        &[],
        true,
    ),
    known("logzio", FLUENTD, &["logzio-k8s-logs", "logzio-fluentd"], &["logzio/logzio-fluentd"], true),
    known("papertrail", None, &["papertrail", "remote_syslog2"], &[], true),
    known("rancher-logging", FLUENT_BIT, &["rancher-logging-agent", "rke2-logging-agent"], &[], true),
    known("edgedelta", None, &["edgedelta", "edgedelta-agent"], &["edgedelta/agent"], false),
    known("groundcover", None, &["groundcover-sensor"], &["groundcovercom/sensor"], false),
    known("honeycomb", None, &["honeycomb-kubernetes-agent"], &[], true),
    known("cribl", None, &["cribl-edge", "cribl"], &["cribl/cribl"], false),
    known("graylog", Some("filebeat"), &["graylog-sidecar"], &["graylog/sidecar"], true),
    known("openobserve", Some("otel-collector"), &["openobserve-collector"], &[], false),
    known("tencent-loglistener", None, &["loglistener", "cls-provisioner", "tke-log-agent"], &[], true),
    known("icagent", None, &["icagent"], &[], false),
    known("beats", Some("filebeat"), &["journalbeat"], &[], true),
    known(
        "logging-agent",
        None,
        &[
            "logging-agent",
            "log-agent",
            "logs-agent",
            "log-collector",
            "logs-collector",
            "log-shipper",
            "logshipper",
            "log-router",
            "node-logger",
        ],
        &[],
        true,
    ),
    known(
        "vector",
        Some("vector"),
        &["vector-agent", "vector"],
        &["timberio/vector", "vector-rhel8", "vector-rhel9", "logging-vector"],
        true,
    ),
    known(
        "openshift-collector",
        Some("vector"),
        &[],
        &["openshift-logging/vector", "logging-collector"],
        true,
    ),
];

/// An agent that is none of these, by what its DaemonSet mounts: nobody else has use for folders of containers' logs.
pub(super) const BY_MOUNT: &str = "an agent of another kind";
const BY_MOUNTS: Known = known(BY_MOUNT, None, &[], &[], false);

/// What belongs to agents and is none.
const NOT_AGENTS: [&str; 12] = [
    "exporter",
    "reloader",
    "operator",
    "watcher",
    "init",
    "test",
    "dashboard",
    "config",
    "webhook",
    "ui",
    "aggregator",
    "generator",
];

/// Directories of a node that hold its pods' logs.
const LOG_FOLDERS: [&str; 7] = [
    "/var/log",
    "/var/lib/docker",
    "/var/lib/containerd",
    "/run/log",
    "/run/containerd",
    "/var/lib/rancher",
    "/programdata/docker",
];
/// Those that hold nothing else.
const CONTAINER_LOGS: [&str; 4] =
    ["/var/log/pods", "/var/log/containers", "/var/lib/docker/containers", "/programdata/docker/containers"];
/// Words of DaemonSets that look after the files of logs and collect none.
const KEEPERS: [&str; 8] =
    ["rotate", "logrotate", "rotator", "cleanup", "cleaner", "janitor", "metrics", "monitor"];

/// Words in which a name is cut.
fn words(name: &str) -> Vec<&str> {
    name.split(['-', '_', '.']).filter(|word| !word.is_empty()).collect()
}

/// Whether a name has these words one after the other.
fn has_words(name: &str, wanted: &str) -> bool {
    let (name, wanted) = (words(name), words(wanted));
    !wanted.is_empty() && name.windows(wanted.len()).any(|window| window == wanted.as_slice())
}

fn is_part_of_agents(name: &str) -> bool {
    words(name).iter().any(|word| NOT_AGENTS.contains(word))
}

/// An image's name without registry port, tag and digest.
fn repository(image: &str) -> &str {
    let image = image.split('@').next().unwrap_or(image);
    match image.rsplit_once(':') {
        Some((name, tag)) if !tag.contains('/') => name,
        _ => image,
    }
}

/// The agent that an image is of.
fn by_image(image: &str) -> Option<&'static Known> {
    let repository = repository(image).to_ascii_lowercase();
    let last = repository.rsplit('/').next().unwrap_or_default();
    if last.is_empty() || is_part_of_agents(last) {
        return None;
    }
    let ends = |end: &&str| {
        repository.strip_suffix(*end).is_some_and(|before| before.is_empty() || before.ends_with('/'))
            // Publishers number their images: `vector-rhel9`, `fluentd-rhel8`.
            || repository.contains(&format!("{end}-rhel"))
    };
    let by_words = |known: &&Known| match known.name {
        // There are databases of vectors, and other words that are common ones.
        "vector" => last == "vector",
        "beats" | "logging-agent" | "papertrail" => known.words.contains(&last),
        _ => known.words.iter().any(|wanted| has_words(last, wanted)),
    };
    KNOWN.iter().find(|known| known.images.iter().any(ends)).or_else(|| KNOWN.iter().find(by_words))
}

/// The agent that a workload's name says it is.
fn by_name(name: &str, namespace: &str) -> Option<&'static Known> {
    let name = name.to_ascii_lowercase();
    if is_part_of_agents(&name) {
        return None;
    }
    let of_openshift = matches!(namespace, "openshift-logging" | "openshift-cluster-logging");
    if of_openshift && (name == "collector" || name == "fluentd" || name.ends_with("-collector")) {
        return KNOWN.iter().find(|known| known.name == "openshift-collector");
    }
    KNOWN.iter().find(|known| known.words.iter().any(|wanted| has_words(&name, wanted)))
}

/// Whether a pod sees its node's logs; `None` where the file says nothing of volumes.
fn sees_node_logs(spec: &Spec) -> Option<bool> {
    let volumes = spec.volumes.as_ref()?;
    let is_logs = |path: &str| {
        path.is_empty() || LOG_FOLDERS.iter().any(|f| path == *f || path.starts_with(&format!("{f}/")))
    };
    let named = |folder: &super::objects::HostPath| {
        let path = unix_path(&folder.path);
        is_logs(&path) && !is_of_another(&path)
    };
    Some(volumes.iter().filter_map(|volume| volume.host_path.as_ref()).any(named))
}

/// A path as Linux has it: of Windows' without the drive, in lower case; without a slash at its end.
fn unix_path(path: &str) -> String {
    let path = match path.split_once(':') {
        Some((drive, rest)) if drive.len() == 1 => rest.replace('\\', "/").to_ascii_lowercase(),
        _ => path.to_owned(),
    };
    path.trim_end_matches('/').to_owned()
}

/// Whether a DaemonSet of an unknown image mounts what only log agents mount.
fn collects_by_mounts(spec: &Spec, name: &str) -> bool {
    let mounts = |volume: &super::objects::Volume| {
        volume.host_path.as_ref().is_some_and(|f| CONTAINER_LOGS.contains(&unix_path(&f.path).as_str()))
    };
    let keeps = |name: &str| is_part_of_agents(name) || words(name).iter().any(|word| KEEPERS.contains(word));
    let image_keeps = |image: &str| keeps(repository(image).rsplit('/').next().unwrap_or_default());
    spec.volumes.iter().flatten().any(mounts)
        && !keeps(name)
        && !spec.containers.iter().any(|container| image_keeps(&container.image))
}

/// Folders of logs of one program that is no container.
fn is_of_another(path: &str) -> bool {
    ["/var/log/aws-routed-eni", "/var/log/calico", "/var/log/openvswitch", "/var/log/ovn"]
        .iter()
        .any(|folder| path.starts_with(folder))
}

/// The agents of a pod.
pub(super) fn agents_of<'a>(pod: &'a Object, owner: &str, name: &str, namespace: &str) -> FoundAgents<'a> {
    let spec = &pod.spec;
    let is_of_node = owner == "DaemonSet" || owner == "Node";
    if is_of_node && let Some(known) = node_agent(spec, name, namespace) {
        let containers: Vec<&str> = spec.containers.iter().map(|c| c.name.as_str()).collect();
        let agent = agent(known, Role::Node, spec, &spec.containers.iter().collect::<Vec<_>>(), false);
        let restarted = spec.init_containers.iter().filter(|c| is_native(c)).map(|c| c.name.as_str());
        return FoundAgents {
            agents: vec![agent],
            containers: containers.into_iter().chain(restarted).collect(),
        };
    }
    sidecars(spec)
}

/// Of a DaemonSet's pod.
fn node_agent(spec: &Spec, name: &str, namespace: &str) -> Option<&'static Known> {
    let sees = sees_node_logs(spec);
    let by_image = spec.containers.iter().find_map(|container| by_image(&container.image));
    if let Some(known) = by_image {
        return (known.logs_alone || sees != Some(false)).then_some(known);
    }
    // A name alone says nothing of a pod that sees no logs.
    let by_mounts = || collects_by_mounts(spec, name).then_some(&BY_MOUNTS);
    by_name(name, namespace).filter(|_| sees != Some(false)).or_else(by_mounts)
}

fn is_native(container: &Container) -> bool {
    container.restart_policy.as_deref() == Some("Always")
}

/// Containers beside an application that are its agents.
fn sidecars(spec: &Spec) -> FoundAgents<'_> {
    let mut found = FoundAgents::default();
    let is_agent = |container: &Container| {
        let known = match container.image.is_empty() {
            true => by_name(&container.name, ""),
            false => by_image(&container.image),
        };
        known.filter(|known| known.logs_alone || shares_a_volume(spec, container))
    };
    let natives = spec.init_containers.iter().filter(|c| is_native(c)).map(|c| (c, true));
    let beside = spec.containers.iter().map(|c| (c, false));
    let agents: Vec<_> =
        natives.chain(beside).filter_map(|(c, native)| is_agent(c).map(|known| (c, known, native))).collect();
    // A pod of agents alone is no sidecar's: it may be a collector between agents and backend.
    let all_are = spec.containers.iter().all(|c| agents.iter().any(|(agent, ..)| std::ptr::eq(*agent, c)));
    if agents.is_empty() || all_are {
        return found;
    }
    for (container, known, native) in agents {
        found.containers.push(&container.name);
        found.agents.push(agent(known, Role::Sidecar, spec, &[container], native));
    }
    found.agents.sort();
    found
}

/// Whether a container shares a volume of the pod with one that is no agent.
fn shares_a_volume(spec: &Spec, own: &Container) -> bool {
    let volumes = spec.volumes.iter().flatten().filter(|v| v.empty_dir.is_some() || v.host_path.is_some());
    let mounts = |container: &Container, name: &str| container.volume_mounts.iter().any(|m| m.name == name);
    let others = || spec.containers.iter().filter(|c| !std::ptr::eq(*c, own));
    volumes.into_iter().any(|v| mounts(own, &v.name) && others().any(|other| mounts(other, &v.name)))
}

fn agent(known: &Known, role: Role, spec: &Spec, containers: &[&Container], native: bool) -> Agent {
    let requests = match role {
        Role::Node => effective_without(spec, &|_| false),
        Role::Sidecar => containers
            .iter()
            .fold(Shape::default(), |sum, c| sum.plus(super::requests::requested(&c.resources))),
    };
    let (cpu_limit, memory_limit) = limits_of(containers);
    let volumes = spec.volumes.iter().flatten();
    let mut configs: Vec<String> =
        volumes.filter_map(|v| v.config_map.as_ref().map(|config| config.name.clone())).collect();
    configs.sort_unstable();
    Agent {
        name: known.name,
        profile: known.profile,
        role,
        requests,
        cpu_limit,
        memory_limit,
        native,
        configs,
    }
}

#[cfg(test)]
mod tests;
