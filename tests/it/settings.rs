//! Settings of agents: one table, from which profiles, scenarios, schema and reference follow.

use super::support::{observe, root};
use loghaul::metric::Metric;
use loghaul::profile::{self, Behaviour, Overflow};
use loghaul::scenario::{self, from_yaml, settings_reference};
use loghaul::strategy::by_name;

#[test]
fn the_reference_is_what_the_table_says() {
    let path = root().join("docs/settings.md");
    let page = settings_reference();
    if std::env::var("LOGHAUL_DOCS").is_ok_and(|word| word == "rewrite") {
        std::fs::write(&path, &page).unwrap();
    }
    let written = std::fs::read_to_string(&path).unwrap_or_default();
    assert_eq!(written, page, "LOGHAUL_DOCS=rewrite cargo test --test it settings");
    // Every setting that the schema lets a scenario write stands in it, and in the guide.
    let schema = scenario::json_schema();
    let keys = schema["$defs"]["Settings"]["properties"].as_object().unwrap();
    assert!(keys.len() >= 18);
    let guide = std::fs::read_to_string(root().join("docs/scenario.md")).unwrap();
    for key in keys.keys() {
        assert!(page.contains(&format!("| `{key}` |")), "{key}");
        assert!(guide.contains(&format!("| `{key}` |")), "docs/scenario.md does not tell of {key}");
    }
}

#[test]
fn what_is_the_stated_default_no_profile_repeats() {
    let stated = Behaviour::stated_defaults();
    assert!(!stated.is_empty());
    let mut left_out = 0;
    for name in profile::names().chain(profile::built_in_names()) {
        let profile = profile::embedded(name).unwrap().unwrap();
        let behaviour = profile.behaviour.sources();
        // What is left out still has its source: that of the table.
        left_out += behaviour.iter().filter(|(key, source)| stated.contains(&(key.clone(), *source))).count();
        assert!(behaviour.iter().all(|(_, source)| !source.is_empty()), "{name}");
    }
    assert!(left_out > 20, "{left_out}");
}

#[test]
fn looking_from_time_to_time_costs_less_and_comes_later() {
    let scenario = |with: &str| {
        let yaml = format!(
            "name: t\nduration: 60s\nwarmup: 10s\ncluster: {{ pools: [ {{ name: p, nodes: 1 }} ] }}\n\
             tenants: [ {{ name: a, workloads: [ {{ name: w, replicas: 30, logs: [ {{ stream: stdout, rate: 20/s }} ] }} ] }} ]\n\
             collection: {{ with: {{ {with} }} }}\n"
        );
        from_yaml("t.yaml", &yaml).unwrap()
    };
    let figure = |with: &str, metric| observe(&scenario(with), "daemonset").get(metric).unwrap();
    let told = figure("enrich: false", Metric::AgentCpu);
    let looks = figure("enrich: false, inotify: off", Metric::AgentCpu);
    // Of 20 lines/s a file, looks every 250 ms make 20 ÷ (1 + 20 × 0.25) = 3.3 reads a second in place of 20, and no line
    // wakes the process. What is left is mostly lines and bytes: 600 × (3.95 µs + 245 B × 15.7 ns) = 4.7 mcores and
    // 100 reads of 12.2 µs, dearer by up to a factor of four. A published case halves its CPU (fluent/fluent-bit#11096).
    assert!((1.6..4.5).contains(&(told / looks)), "{told} {looks}");
    let later = |with: &str| figure(with, Metric::FreshnessP50) - figure("", Metric::FreshnessP50);
    // Half a look on average, less the half of 30 µs that it took before; of one agent, by how its looks stand to its flushes.
    assert!((later("inotify: off") - 0.125).abs() < 0.02, "{}", later("inotify: off"));
    assert!((later("inotify: off, pollInterval: 100ms") - 0.05).abs() < 0.02);
    assert_eq!(later("inotify: on"), 0.0);
}

#[test]
fn settings_reach_the_plan_of_the_agent() {
    let plan = |agent: &str, with: &str| {
        let yaml = format!(
            "name: t\ncluster: {{ pools: [ {{ name: p, nodes: 1 }} ] }}\n\
             tenants: [ {{ name: a, workloads: [ {{ name: w, logs: [ {{ stream: stdout, rate: 20/s }} ] }} ] }} ]\n\
             collection: {{ agent: {agent}, with: {{ {with} }} }}\n"
        );
        by_name("daemonset").unwrap().blueprint(&from_yaml("t.yaml", &yaml).unwrap(), 1).agents.remove(0)
    };
    assert_eq!((plan("fluent-bit", "").cores, plan("fluent-bit", "readerThreads: 3").cores), (1.0, 3.0));
    assert_eq!(plan("fluent-bit", "readChunk: 512Ki").costs.read_chunk_bytes(), 524_288.0);
    // What the reader leaves to others takes half as long with two of them: promtail's half of 16.2 µs a line and 14 ns a
    // byte, 100,000 lines of 200 bytes.
    let output = |with: &str| plan("promtail", with).costs.output_ns(100_000, 20_000_000) as f64;
    assert!((output("enrich: false, workers: 2") / output("enrich: false") - 0.5).abs() < 0.002);
    assert!((output("enrich: false") / 1e9 - 0.5 * (1.62 + 0.28)).abs() < 0.002);
    // 128 chunks of 2,048,000 bytes in memory, and what the disk holds; or as many as are asked for.
    let filesystem = plan("fluent-bit", "storage: filesystem");
    assert_eq!((filesystem.buffer_limit_bytes, filesystem.buffer_memory_bytes), (1 << 40, 128 * 2_048_000));
    let small = plan("fluent-bit", "storage: filesystem, maxChunksUp: 4, storageLimit: 100MB");
    assert_eq!((small.buffer_limit_bytes, small.buffer_memory_bytes), (100_000_000, 4 * 2_048_000));
    assert_eq!(small.overflow, Overflow::DropOldest);
    assert_eq!(plan("fluent-bit", "").throttled_retries, plan("fluent-bit", "").retries);
}

#[test]
fn compressing_costs_what_it_says_a_byte_and_leaves_what_it_says() {
    let figure = |with: &str, metric| {
        let yaml = format!(
            "name: t\nduration: 60s\nwarmup: 10s\ncluster: {{ pools: [ {{ name: p, nodes: 1 }} ] }}\n\
             tenants: [ {{ name: a, workloads: [ {{ name: w, replicas: 30, logs: [ {{ stream: stdout, rate: 100/s, \
             spread: 0%, arrivals: constant, line: {{ constant: 200B }} }} ] }} ] }} ]\n\
             collection: {{ with: {{ {with} }} }}\n"
        );
        observe(&from_yaml("t.yaml", &yaml).unwrap(), "daemonset").get(metric).unwrap()
    };
    // 3,000 lines/s of 200 + 105 bytes at 8 ns: 7.3 mcores more; busy longer, the process is woken a little less often.
    let more = figure("compress: gzip", Metric::AgentCpu) - figure("", Metric::AgentCpu);
    assert!((0.0060..0.0075).contains(&more), "{more}");
    let left = figure("compress: gzip", Metric::Network) / figure("", Metric::Network);
    assert!((left - 0.12).abs() < 0.002, "{left}");
}
