//! Small worlds for tests.

use super::*;
use crate::blueprint::{
    AgentPlan, BackendPlan, Blueprint, FileRotation, Placement, PodTemplate, Pool, Reader, Requests, Shards,
    StreamLaw, StreamPlan, TemplateId,
};
use crate::engine::arrivals::{Arrivals, Modulation};
use crate::engine::marks::Marks;
use crate::flow::Medium;
use crate::profile::{
    Costs, Discovery, LongLines, Most, Overflow, Parse, Position, Retries, StartAt, Successor, Watching,
    embedded,
};
use crate::units::NS_PER_SEC;

/// An agent as Fluent Bit's defaults are.
pub(super) fn agent() -> AgentPlan {
    AgentPlan {
        name: "fluent-bit".into(),
        is_process: true,
        most_a_node: None,
        costs: Costs::new(&embedded("fluent-bit").unwrap().unwrap(), false, 0.0),
        requests: Requests::default(),
        cores: 1.0,
        idle_cores: 0.00015,
        quota_ns: None,
        memory_limit_bytes: None,
        configs: 1,
        own_inputs: false,
        look_ns: 0,
        look_delay_ns: 0,
        flush_ns: NS_PER_SEC,
        flush_check_ns: 0,
        buffer_limit_bytes: 5_000_000,
        buffer_memory_bytes: 5_000_000,
        batch_bytes: 2_048_000,
        sends_full: false,
        max_in_flight: 2048,
        line_limit_bytes: 32 << 10,
        long_lines: LongLines::Skip,
        limits_joined: false,
        multiline_flush_ns: 2 * NS_PER_SEC,
        throttled_retries: Retries::Unlimited,
        retries: Retries::Unlimited,
        backoff_base_ns: 5 * NS_PER_SEC,
        backoff_cap_ns: 2000 * NS_PER_SEC,
        scan_ns: 60 * NS_PER_SEC,
        discovery: Discovery::Files,
        pod_event_ns: NS_PER_SEC,
        transport_wait_ns: None,
        successor: Successor::AtRename,
        wake_ns: 0,
        rotate_wait_ns: 5 * NS_PER_SEC,
        watching: Watching::Polls,
        max_files: Most::Unlimited,
        checkpoints: false,
        checkpoint_of: Position::Read,
        checkpoint_every_ns: 0,
        start_at: StartAt::End,
        request_timeout_ns: u64::MAX,
        restart_ns: NS_PER_SEC,
        record_overhead_bytes: 78,
        line_overhead_bytes: 105,
        compression_ppm: 1_000_000,
        overflow: Overflow::Pause,
        metadata: None,
    }
}

/// Pods with one log of standard output each, which an agent in them or of their node reads.
fn pod(replicas: u64, sidecars: bool, rotation: FileRotation) -> PodTemplate {
    PodTemplate {
        name: "pod".into(),
        tenant: 0,
        replicas,
        requests: Requests::default(),
        streams: vec![StreamPlan {
            name: "stdout".into(),
            medium: Medium::Stdout,
            first_law: 0,
            reader: if sidecars { Reader::Pod } else { Reader::Node },
            rotation,
            is_truncated: false,
            gap_ns: 0,
            config: 0,
            parse: Parse::Raw,
        }],
        agent: sidecars.then_some(0),
        agent_start: None,
        pull_ns: 0,
        life: None,
        crashes: None,
        max_unavailable: None,
        needs_backend: false,
        relay: None,
        pools: Vec::new(),
        placed: Vec::new(),
        registration_ns: 0,
        usage: None,
        priority: 0,
        most_disk_bytes: None,
    }
}

/// A node with `files` files of `rate` lines of 200 bytes a second each, one agent for all of them or one each.
pub(super) fn layout(files: u64, rate: f64, sidecars: bool, seconds: u64) -> Blueprint {
    let law =
        StreamLaw { arrivals: Arrivals::poisson(rate, Modulation::Steady), sizes: Marks::constant(200) };
    let rotation = FileRotation { size_bytes: 10 << 20, files: 5 };
    Blueprint {
        strategy: "test",
        infeasible: None,
        pools: vec![Pool {
            name: "node".into(),
            nodes: 1,
            allocatable: Requests { cpu_millicores: 16_000, memory_bytes: 64 << 30 },
            max_pods: 110,
            log_disk_bytes: 50 << 30,
            other_disk_bytes: 0,
            price_per_hour: 0.4,
            sized: None,
            grows: true,
            serverless: false,
        }],
        kubelet: FileRotation { size_bytes: 1 << 40, files: 5 },
        // Nobody looks as late as that.
        kubelet_gap_ns: 1 << 50,
        kubelet_interval_ns: 10 * NS_PER_SEC,
        least_free_ppm: 100_000,
        user_watches: None,
        tenants: vec!["all".into()],
        laws: vec![law; StreamPlan::RATE_CLASSES],
        pods: vec![pod(files, sidecars, rotation)],
        agents: vec![agent()],
        node_agent: (!sidecars).then_some(0),
        central: None,
        gateway: None,
        backend: BackendPlan {
            capacity_bytes_per_s: None,
            latency_ns: 1_000_000,
            latency_tail: Marks::constant(0),
            tail_grows: false,
            line_limit_bytes: u64::MAX,
            queue_ns: 5 * NS_PER_SEC,
            shards: Shards::ONE,
            quota: None,
            shard_outages: Vec::new(),
            outages: Vec::new(),
            disturbances: Vec::new(),
        },
        control: None,
        proxies: Vec::new(),
        node_proxy: None,
        faults: Vec::new(),
        fresh: None,
        horizon_ns: seconds * NS_PER_SEC,
        warmup_ns: 0,
        drain_ns: 5 * NS_PER_SEC,
        chunk_ns: NS_PER_SEC,
    }
}

/// All pods on one node.
pub(super) fn one_node(blueprint: &Blueprint) -> Placement {
    let pods = blueprint.pod_count() as u32;
    Placement {
        nodes: vec![0],
        extra: vec![0],
        node_of: vec![0; pods as usize],
        template_of: vec![TemplateId::of(0); pods as usize],
        ordinal_of: (0..pods).collect(),
        residences: Vec::new(),
        happenings: Vec::new(),
    }
}

/// Runs a blueprint whose pods are all on one node, and checks the balance.
pub(super) fn run(blueprint: &Blueprint) -> Tally {
    let tally = simulate(blueprint, &one_node(blueprint), 1);
    tally.ledger.balance().unwrap();
    tally
}
