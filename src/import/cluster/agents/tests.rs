use super::*;

fn image(name: &str) -> Option<&'static str> {
    by_image(name).map(|known| known.name)
}

#[test]
fn images_are_recognised_by_words_and_publishers() {
    for (name, agent) in [
        ("cr.fluentbit.io/fluent/fluent-bit:5.1.1", "fluent-bit"),
        ("public.ecr.aws/aws-observability/aws-for-fluent-bit:stable", "aws-for-fluent-bit"),
        ("registry:5000/fluent/fluentd-kubernetes-daemonset@sha256:abc", "fluentd"),
        ("timberio/vector:0.56.0-distroless-libc", "vector"),
        ("registry.redhat.io/openshift-logging/vector-rhel9@sha256:1", "vector"),
        ("docker.elastic.co/beats/filebeat:9.5.3", "filebeat"),
        ("docker.elastic.co/elastic-agent/elastic-agent:9.5.3", "elastic-agent"),
        ("otel/opentelemetry-collector-contrib:0.130.0", "otel-collector"),
        ("grafana/alloy:v1.9.0", "alloy"),
        ("grafana/agent:v0.40.0", "grafana-agent"),
        ("registry.cn-hangzhou.aliyuncs.com/log-service/logtail-linux:latest", "logtail"),
        ("mcr.microsoft.com/azuremonitor/containerinsights/ciprod:3.1.20", "ama-logs"),
        ("gcr.io/datadoghq/agent:7.60.0", "datadog-agent"),
    ] {
        assert_eq!(image(name), Some(agent), "{name}");
    }
    for name in [
        "hotel-cache:1",
        "nginx",
        "pgvector/pgvector:pg16",
        "quay.io/prometheus/fluent-bit-exporter:1",
        "kubesphere/fluentbit-operator:v1",
        "acme/vector-search:2",
        "quay.io/oauth2-proxy/oauth2-proxy",
        "",
    ] {
        assert_eq!(image(name), None, "{name}");
    }
}

#[test]
fn names_are_words_and_never_parts_of_them() {
    let name = |name: &str| by_name(name, "x").map(|known| known.name);
    assert_eq!(name("nri-bundle-newrelic-logging"), Some("newrelic-logging"));
    assert_eq!(name("grafana-agent-logs"), Some("grafana-agent"));
    assert_eq!(name("hotel-cache"), None);
    assert_eq!(name("collector"), None);
    assert_eq!(
        by_name("collector", "openshift-logging").map(|known| known.name),
        Some("openshift-collector")
    );
    assert_eq!(name("fluentd-exporter"), None);
}

fn agents(owner: &str, spec: serde_json::Value) -> Vec<(&'static str, Role)> {
    let pod = Object { spec: serde_json::from_value(spec).unwrap(), ..Object::default() };
    agents_of(&pod, owner, "some", "x").agents.iter().map(|agent| (agent.name, agent.role)).collect()
}

#[test]
fn what_collects_more_than_logs_counts_where_it_sees_logs() {
    let otel = |path: &str| {
        serde_json::json!({"containers": [{"name": "c", "image": "otel/opentelemetry-collector:1"}],
                           "volumes": [{"name": "v", "hostPath": {"path": path}}]})
    };
    assert_eq!(agents("DaemonSet", otel("/var/log/pods")), [("otel-collector", Role::Node)]);
    assert_eq!(agents("DaemonSet", otel("/proc")), []);
    // Alone in the pod of a Deployment it is a collector between agents and backend, not an agent.
    assert_eq!(agents("ReplicaSet", otel("/var/log/pods")), []);
    let beside = |mount: &str| {
        serde_json::json!({"containers": [
            {"name": "app", "image": "app", "volumeMounts": [{"name": "logs"}]},
            {"name": "c", "image": "otel/opentelemetry-collector:1", "volumeMounts": [{"name": mount}]}],
          "volumes": [{"name": "logs", "emptyDir": {}}, {"name": "config", "configMap": {"name": "c"}}]})
    };
    assert_eq!(agents("ReplicaSet", beside("logs")), [("otel-collector", Role::Sidecar)]);
    assert_eq!(agents("ReplicaSet", beside("config")), []);
}

#[test]
fn unknown_images_are_agents_by_folders_that_nobody_else_mounts() {
    let of = |name: &str, image: &str, path: &str| {
        let spec = serde_json::json!({"containers": [{"name": "c", "image": image}],
                                      "volumes": [{"name": "v", "hostPath": {"path": path}}]});
        let pod = Object { spec: serde_json::from_value(spec).unwrap(), ..Object::default() };
        agents_of(&pod, "DaemonSet", name, "x").agents.iter().map(|agent| agent.name).collect::<Vec<_>>()
    };
    assert_eq!(of("lc", "corp/platform-lc:1", "/var/lib/docker/containers/"), [BY_MOUNT]);
    assert_eq!(of("lc", "corp/platform-lc:1", r"C:\ProgramData\docker\containers"), [BY_MOUNT]);
    // Detectors of problems, exporters and rotation see logs too, or their folders.
    assert_eq!(of("node-problem-detector", "k8s/node-problem-detector:1", "/var/log"), [""; 0]);
    assert_eq!(of("lc", "corp/log-file-metric-exporter:1", "/var/log/pods"), [""; 0]);
    assert_eq!(of("logrotate", "corp/some:1", "/var/lib/docker/containers"), [""; 0]);
}
