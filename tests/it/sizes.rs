//! `loghaul size`: what agents use at their fullest, sizes that pass `check`, and values that charts take.

use super::support::{CALM, Folder, example, json, loghaul, observe, refused, root, stdout, violations};
use loghaul::metric::Metric;
use loghaul::scenario::from_yaml;
use loghaul::sizing::rule::Range;
use loghaul::sizing::values::Chart;
use loghaul::sizing::{Buffer, Container, Side};
use serde_json::Value;
use std::collections::BTreeSet;
use std::path::PathBuf;

/// Two nodes with five pods of 100 lines/s and 100 bytes each, and a minute without the backend.
const OUTAGE: &str = "
name: outage
duration: 4m
warmup: 10s
drain: 2m
cluster: { pools: [ { name: general, nodes: 2 } ], kubelet: { containerLogMaxSize: 1Mi, containerLogMaxFiles: 2 } }
tenants:
  - name: shop
    workloads:
      - { name: web, replicas: 10, logs: [ { stream: stdout, rate: 100/s, line: { constant: 100B } } ] }
collection: { agent: fluent-bit, with: { refreshInterval: 5s } }
faults: [ { outage: { of: backend, at: 1m, for: 60s } } ]
objectives: [ \"loss <= 0.1%\" ]
";

#[test]
fn use_at_the_fullest_follows_from_the_outage() {
    let scenario = from_yaml(
        "outage.yaml",
        &OUTAGE
            .replace("1Mi", "100Mi")
            .replace("{ refreshInterval: 5s }", "{ refreshInterval: 5s, memBufLimit: 100MB }"),
    )
    .unwrap();
    let observed = observe(&scenario, "daemonset");
    let [one] = &observed.uses[..] else { panic!("{:?}", observed.uses) };
    assert_eq!((one.agent.as_str(), one.pool.as_str(), one.agents), ("fluent-bit", "general", 2));
    // Ten pods on two nodes: 1,000 lines/s of 100 bytes and a record's overhead each, for a minute, are held by both agents
    // together; the last retries come some seconds later, and pods may lie 4 to 6.
    let overhead = 78.0;
    let held = 60.0 * 500.0 * (100.0 + overhead);
    let most = one.usage.held.most() as f64;
    assert!((0.8 * held..1.6 * held).contains(&most), "{most} of {held}");
    // Memory is that of the buffer: more than what it holds above the idle program.
    let memory = observed.get(Metric::AgentMemoryPeak).unwrap();
    assert!(memory > 11.89e6 + most, "{memory}");
    assert!(observed.get(Metric::AgentMemoryP95).unwrap() <= memory);
    // Each requests what the mean load takes, and both exceed that from the outage on.
    assert_eq!(observed.get(Metric::MemoryOverRequest), Some(1.0));
    let excess = &one.usage.memory_excess;
    assert!((60e9..80e9).contains(&(excess.from_ns as f64)), "{excess:?}");
    assert!(excess.until_ns > 110_000_000_000, "{excess:?}");
    // CPU over all spans is the mean: spans are as many as seconds by ten, on two nodes.
    assert_eq!(one.usage.cpu.samples(), 2 * 24);
    let mean = observed.get(Metric::AgentCpu).unwrap() / 2.0;
    assert!(one.usage.cpu.most() as f64 / 1e6 > mean, "the busiest span is above the mean of {mean}");
}

#[test]
fn a_run_says_who_exceeds_its_request_and_when() {
    let (_folder, file) = Folder::with("outage.yaml", OUTAGE);
    let found = json(&["run", &file, "--set", "collection.with.memBufLimit=20MB", "-o", "json"]);
    let memory = &found["agents"][0]["memory"];
    assert_eq!(memory["agents_above"], 1.0);
    assert!(memory["above_from_s"].as_f64().unwrap() >= 60.0, "{memory}");
    assert!(memory["peak"].as_f64().unwrap() > memory["requested"].as_f64().unwrap(), "{memory}");
    let text = stdout(&["run", &file, "--set", "collection.with.memBufLimit=20MB"]);
    assert!(text.contains("loghaul size") && text.contains("above the request"), "{text}");
    let chinese = stdout(&["run", &file, "--set", "collection.with.memBufLimit=20MB", "--lang", "zh"]);
    assert!(chinese.contains("超过申请"), "{chinese}");
}

#[test]
fn sizes_go_into_the_scenario_and_pass_a_check() {
    let (_folder, file) = Folder::with("outage.yaml", OUTAGE);
    let size =
        ["size", &file, "--strategy", "daemonset", "--reps", "2", "--set", "collection.memoryStep=1Mi"];
    let found = json(&[&size[..], &["-o", "json"]].concat());
    assert_eq!((&found["schema"], &found["verdict"]), (&"loghaul.size/v1".into(), &"met".into()), "{found}");
    let container = &found["containers"][0];
    let of = |key: &str| container[key].as_f64().unwrap();
    // Headroom of a fifth on what was used, in steps of the scenario's: a mebibyte, and 5m where it says nothing.
    let peak = container["used"]["memory_peak_bytes"]["value"].as_f64().unwrap();
    assert!((peak * 1.2..peak * 1.2 + 1_048_576.0).contains(&of("memory_limit_bytes")), "{container}");
    let p95 = container["used"]["cpu_p95_cores"]["value"].as_f64().unwrap();
    let request = of("cpu_request_cores");
    assert!((p95 * 1.2..p95 * 1.2 + 0.005 + 1e-9).contains(&request), "{container}");
    assert!(of("cpu_limit_cores") >= request);
    // The model's band holds what was used.
    let band = &container["used"]["memory_peak_bytes"];
    assert!(band["low"].as_f64().unwrap() <= peak && peak <= band["high"].as_f64().unwrap(), "{band}");
    // A minute of 5 to 6 pods does not fit into 5 MB at 178 bytes a line, and files of a mebibyte last 70 s: some buffer
    // above nothing is needed, and no more than is ever held.
    let buffer = &container["buffer"];
    let need = buffer["need_bytes"].as_u64().unwrap();
    assert!(need <= buffer["held_unbounded_bytes"].as_u64().unwrap().max(1_000_000), "{buffer}");
    // What `-o set` prints is what a check takes, on yet another seed.
    let set = stdout(&[&size[..], &["-o", "set"]].concat());
    let words: Vec<&str> = set.split_whitespace().collect();
    assert_eq!(
        words.iter().filter(|word| **word == "--set").count(),
        found["settings"].as_array().unwrap().len()
    );
    let check = ["check", &file, "--strategies", "daemonset", "--reps", "2", "--seed", "7"];
    let checked = loghaul(&[&check[..], &words[..]].concat()).output().unwrap();
    assert_eq!(checked.status.code(), Some(0), "{}", String::from_utf8_lossy(&checked.stdout));
    // A fifth less memory has agents killed, as the peak is more than that.
    let less = found["proof"]["with_a_fifth_less"].as_array().unwrap();
    let memory = less.iter().find(|one| one["of"] == "memory_limit").unwrap();
    assert!(memory["holds"] == false && memory["oom_kills"].as_f64().unwrap() > 0.0, "{memory}");
    // In steps of four fifths of the peak two are needed for it and its headroom, and a fifth less of them is 1.28 peaks, which
    // suffices by rounding alone: a step less does not.
    let step = (peak * 0.8) as u64;
    let coarse = format!("collection.memoryStep={step}B");
    let found = json(&[&size[..], &["--set", &coarse, "-o", "json"]].concat());
    assert_eq!(found["containers"][0]["memory_limit_bytes"], 2 * step, "{found}");
    let less = found["proof"]["with_a_fifth_less"].as_array().unwrap();
    let memory = less.iter().find(|one| one["of"] == "memory_limit").unwrap();
    assert_eq!(
        (&memory["bytes"], &memory["less_by_a_step_of_bytes"]),
        (&step.into(), &step.into()),
        "{memory}"
    );
    assert_eq!(memory["holds"], false, "{memory}");
}

#[test]
fn what_cannot_be_sized_is_bad_input() {
    let (_folder, file) = Folder::with("calm.yaml", CALM);
    assert!(refused(&["size", &file, "--strategy", "native"]).contains("daemonset, sidecar or hybrid"));
    assert!(refused(&["size", &file, "--headroom", "2000%"]).contains("0% to 1000%"));
    assert!(refused(&["size", "no-such-scenario"]).contains("no-such-scenario"));
    assert!(refused(&["size", &file, "--objective", "los <= 1%"]).contains("los"));
    let calm = ["size", &file, "--reps", "1", "--objective", "agents >= 1", "-o", "values"];
    assert!(
        refused(&[&calm[..], &["--chart", "vector"]].concat()).contains("fluent-bit, fluent-bit-collector")
    );
    let other = ["--set", "collection.agent=filebeat"];
    assert!(refused(&[&calm[..], &other[..]].concat()).contains("no chart of filebeat"));
}

#[test]
fn the_example_of_the_help_runs() {
    let words = example("size");
    let text = stdout(&words.iter().map(String::as_str).collect::<Vec<_>>());
    assert!(text.contains("Proved on seed 2, 2 replications: 1 of 1 objectives"), "{text}");
}

/// A container of an agent, with a buffer in memory or on disk.
fn container(side: Side, agent: &str, on_disk: bool) -> Container {
    let range = Range { low: 1.0, value: 2.0, high: 3.0 };
    Container {
        side,
        agent: agent.to_owned(),
        base: agent.to_owned(),
        cpu_request: 120,
        cpu_limit: 1_000,
        memory_request: 64 << 20,
        memory_limit: 64 << 20,
        memory_step: 4 << 20,
        refuses_at: 1.0,
        cpu_p95: range,
        cpu_peak: range,
        memory_peak: range,
        buffer: Buffer {
            on_disk,
            bytes: 26_200_000,
            as_is: Some(5_000_000),
            need: 21_800_000,
            held_unbounded: 40_000_000,
            max_chunks_up: on_disk.then_some(64),
            record_bytes: 262.0,
        },
    }
}

/// Key paths of a document: lists as `[]`, dots within keys escaped, the reader's own name of a sink as `SINK`.
fn paths(value: &Value, so_far: &str, found: &mut BTreeSet<String>) {
    match value {
        Value::Object(fields) => {
            for (key, inner) in fields {
                let key = if key == "ours" { "SINK".to_owned() } else { key.replace('.', "\\.") };
                let path = if so_far.is_empty() { key } else { format!("{so_far}.{key}") };
                paths(inner, &path, found);
            }
        }
        Value::Array(entries) => entries.iter().for_each(|inner| paths(inner, &format!("{so_far}[]"), found)),
        _ => {
            found.insert(so_far.to_owned());
        }
    }
}

/// Every place, with containers that go there.
fn places() -> Vec<(Chart, Container)> {
    let mut places = Vec::new();
    for on_disk in [false, true] {
        for (side, agent) in [
            (Side::Daemonset, "fluent-bit"),
            (Side::Daemonset, "vector"),
            (Side::Daemonset, "otel-collector"),
            (Side::Sidecar, "fluent-bit"),
        ] {
            let one = container(side, agent, on_disk);
            let charts = Chart::of(&one);
            assert!(!charts.is_empty(), "{agent}");
            places.extend(charts.into_iter().map(|chart| (chart, one.clone())));
        }
    }
    places
}

/// Lines of the list of keys of a chart.
fn known(chart: Chart) -> BTreeSet<String> {
    let file = root().join(format!("tests/helm/{}.keys", chart.id()));
    let text = std::fs::read_to_string(file).unwrap();
    text.lines().filter(|line| !line.starts_with('#')).map(str::to_owned).collect()
}

#[test]
fn every_key_that_is_written_is_the_charts() {
    let mut written = std::collections::BTreeMap::<&str, BTreeSet<String>>::new();
    for (chart, container) in places() {
        let yaml = chart.write(&container, "ours").unwrap();
        assert!(yaml.starts_with("# "), "{yaml}");
        let value: Value = serde_saphyr::from_str(&yaml).unwrap();
        let mut found = BTreeSet::new();
        paths(&value, "", &mut found);
        let keys = known(chart);
        let foreign: Vec<&String> = found.difference(&keys).collect();
        assert!(foreign.is_empty(), "{}: {foreign:?}", chart.id());
        written.entry(chart.id()).or_default().extend(found);
    }
    // The lists hold nothing that is never written.
    for (chart, _) in places() {
        assert_eq!(written[chart.id()], known(chart), "{}", chart.id());
    }
}

#[test]
fn values_say_what_was_sized_and_heed_the_traps() {
    let of = |chart: Chart, container: &Container| -> (String, Value) {
        let yaml = chart.write(container, "ours").unwrap();
        let value = serde_saphyr::from_str(&yaml).unwrap();
        (yaml, value)
    };
    let memory = container(Side::Daemonset, "fluent-bit", false);
    let (_, classic) = of(Chart::FluentBit, &memory);
    assert_eq!(classic["resources"]["limits"]["memory"], "64Mi");
    assert_eq!(classic["resources"]["limits"]["cpu"], "1");
    assert_eq!(classic["resources"]["requests"]["cpu"], "120m");
    let inputs = classic["config"]["inputs"].as_str().unwrap();
    assert!(inputs.contains("\n    Mem_Buf_Limit 26200KB\n") && inputs.contains("Name systemd"), "{inputs}");
    assert!(!inputs.contains("storage.type"), "{inputs}");
    // With files it does not count, and what bounds memory is the number of chunks.
    let disk = container(Side::Daemonset, "fluent-bit", true);
    let (yaml, classic) = of(Chart::FluentBit, &disk);
    let inputs = classic["config"]["inputs"].as_str().unwrap();
    assert!(inputs.contains("storage.type filesystem") && !inputs.contains("Mem_Buf_Limit"), "{inputs}");
    let service = classic["config"]["service"].as_str().unwrap();
    assert!(
        service.contains("storage.max_chunks_up 64") && service.contains("Flush {{ .Values.flush }}"),
        "{service}"
    );
    assert!(yaml.contains("storage.total_limit_size 26200KB"), "{yaml}");
    let (_, collector) = of(Chart::FluentBitCollector, &memory);
    assert_eq!(collector["config"]["pipeline"]["inputs"][0]["mem_buf_limit"], "26200KB");
    assert_eq!(collector["storage"]["enabled"], false);
    // Vector: 26.2 MB at 262 bytes a record are 100,000 events; on disk no less than it takes.
    let (_, vector) = of(Chart::Vector, &container(Side::Daemonset, "vector", false));
    assert_eq!(vector["role"], "Agent");
    assert_eq!(vector["customConfig"]["sinks"]["ours"]["buffer"]["max_events"], 100_000);
    let (_, vector) = of(Chart::Vector, &container(Side::Daemonset, "vector", true));
    assert_eq!(vector["customConfig"]["sinks"]["ours"]["buffer"]["max_size"], 268_435_488);
    let (_, otel) = of(Chart::OpentelemetryCollector, &container(Side::Daemonset, "otel-collector", true));
    assert_eq!(
        (&otel["mode"], &otel["presets"]["logsCollection"]["storeCheckpoints"]),
        (&"daemonset".into(), &true.into())
    );
    let queue = &otel["config"]["exporters"]["ours"]["sending_queue"];
    assert_eq!((&queue["sizer"], &queue["queue_size"]), (&"bytes".into(), &26_200_000.into()));
    let (_, native) = of(Chart::NativeSidecar, &container(Side::Sidecar, "fluent-bit", false));
    assert_eq!(native["initContainers"][0]["restartPolicy"], "Always");
    let (_, classic) = of(Chart::ClassicSidecar, &container(Side::Sidecar, "fluent-bit", false));
    assert_eq!(classic["containers"][0]["resources"]["requests"]["memory"], "64Mi");
}

/// The folder of the charts, where it lies beside the project.
fn charts() -> Option<PathBuf> {
    let data = std::env::var_os("LOGHAUL_DATA").map_or_else(|| root().join("../shared/data"), PathBuf::from);
    let folder = data.join("helm");
    if folder.is_dir() {
        return Some(folder);
    }
    eprintln!("skipped: {} is not there; LOGHAUL_DATA names the folder of real data", folder.display());
    None
}

#[test]
fn the_lists_of_keys_are_those_of_the_charts() {
    let Some(folder) = charts() else { return };
    // Below these stands what the chart hands on unread, or an empty value that takes anything.
    let free =
        ["resources", "customConfig", "config.exporters", "config.service", "config.pipeline.inputs[]"];
    for (name, _) in places().into_iter().map(|(chart, one)| (chart.id(), one)) {
        let Ok(yaml) = std::fs::read_to_string(folder.join(name).join("values.yaml")) else { continue };
        let values: Value = serde_saphyr::from_str(&yaml).unwrap();
        let chart = places().into_iter().map(|(chart, _)| chart).find(|chart| chart.id() == name).unwrap();
        for path in known(chart) {
            let end = free.iter().find(|free| path == **free || path.starts_with(&format!("{free}.")));
            let path = end.map_or(path.as_str(), |free| free.trim_end_matches("[]"));
            let mut place = &values;
            for key in path.split('.') {
                place = place.get(key).unwrap_or_else(|| panic!("{name} has no {path}"));
            }
        }
    }
}

#[test]
fn the_documents_pass_the_charts_own_schema() {
    let Some(folder) = charts() else { return };
    let text =
        |name: &str| std::fs::read_to_string(folder.join("opentelemetry-collector").join(name)).unwrap();
    let schema: Value = serde_json::from_str(&text("values.schema.json")).unwrap();
    for on_disk in [false, true] {
        let one = container(Side::Daemonset, "otel-collector", on_disk);
        let written = Chart::OpentelemetryCollector.write(&one, "ours").unwrap();
        // As Helm does: what is written goes over the chart's own values.
        let mut values: Value = serde_saphyr::from_str(&text("values.yaml")).unwrap();
        merge(&mut values, serde_saphyr::from_str(&written).unwrap());
        let wrong = violations(&schema, &values);
        assert!(wrong.is_empty(), "{wrong:?}");
        assert_eq!(values["mode"], "daemonset");
    }
}

fn merge(values: &mut Value, over: Value) {
    match (values, over) {
        (Value::Object(values), Value::Object(over)) => {
            over.into_iter().for_each(|(key, value)| merge(values.entry(key).or_insert(Value::Null), value));
        }
        (values, over) => *values = over,
    }
}

mod slow {
    use super::*;

    #[test]
    #[ignore = "slow: run by .ci/run"]
    fn sizes_of_the_outage_that_ships_pass_its_check() {
        // Fluent Bit's retries are further apart than one of the objectives allows, at any size.
        let vector = ["--set", "collection.agent=vector"];
        // Of three replications the interval of freshness p99 reaches over its bound: t(0.975; 2) = 4.3.
        for strategy in ["daemonset", "sidecar"] {
            let size = ["size", "backend-outage", "--strategy", strategy, "--reps", "5", "-o", "set"];
            let set = loghaul(&[&size[..], &vector].concat()).output().unwrap();
            assert_eq!(set.status.code(), Some(0), "{strategy}: {}", String::from_utf8_lossy(&set.stdout));
            let words = String::from_utf8(set.stdout).unwrap();
            let words: Vec<&str> = words.split_whitespace().collect();
            let check = ["check", "backend-outage", "--strategies", strategy, "--reps", "5", "--seed", "11"];
            let checked = loghaul(&[&check[..], &vector, &words[..]].concat()).output().unwrap();
            assert_eq!(
                checked.status.code(),
                Some(0),
                "{strategy}: {}",
                String::from_utf8_lossy(&checked.stdout)
            );
        }
    }
}
