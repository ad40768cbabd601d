use super::*;
use crate::import::cluster::facts::Namespaces;

fn like() -> Pool {
    serde_json::from_str(r#"{"name":"like","nodes":1}"#).unwrap()
}

fn of(nodes: &[serde_json::Value]) -> (Pools, Facts) {
    let mut facts = Facts::of(Namespaces::default());
    for (number, node) in nodes.iter().enumerate() {
        let mut node = node.clone();
        node["metadata"]["name"] = format!("n{number}").into();
        facts.node(serde_json::from_value(node).unwrap(), false);
    }
    (Pools::of(&facts, &like()).unwrap(), facts)
}

fn sized(status: &str) -> serde_json::Value {
    serde_json::json!({"kind": "Node", "status": serde_json::from_str::<serde_json::Value>(status).unwrap()})
}

#[test]
fn names_say_the_size() {
    assert_eq!(shape_name(32_000, 256 << 30), "cpu32-mem256Gi");
    assert_eq!(shape_name(250, 256 << 20), "cpu250m-mem256Mi");
    // 3110 Mi are 3.037 Gi; 30770604 Ki are 29.345 Gi.
    assert_eq!(shape_name(2_000, 3110 << 20), "cpu2-mem3Gi");
    assert_eq!(shape_name(8_000, 30_770_604 << 10), "cpu8-mem29.3Gi");
    assert_eq!(shape_name(0, 0), "cpu0-mem0Mi");
}

#[test]
fn nodes_of_one_size_share_a_pool_and_names_stay_apart() {
    let small = sized(r#"{"allocatable":{"cpu":"2","memory":"4Gi","pods":"110"}}"#);
    let fewer_pods = sized(r#"{"allocatable":{"cpu":"2","memory":"4Gi","pods":"58"}}"#);
    let large = sized(r#"{"allocatable":{"cpu":"16","memory":"64Gi","ephemeral-storage":"107374182400"}}"#);
    let (pools, _) = of(&[large, small.clone(), fewer_pods, small]);
    let seen: Vec<_> = pools.pools.iter().map(|p| (p.name.as_str(), p.nodes.get(), p.pods.get())).collect();
    assert_eq!(seen, [("cpu2-mem4Gi", 1, 58), ("cpu2-mem4Gi-pods110", 2, 110), ("cpu16-mem64Gi", 1, 110)]);
    // Where each node is, in the order of the file, from 1.
    assert_eq!(pools.place_of, [Some((2, 1)), Some((1, 1)), Some((0, 1)), Some((1, 2))]);
    // 100 Gi of the disk may be used; of the others nobody says.
    assert_eq!((pools.pools[2].log_disk.get() >> 30, pools.pools[0].log_disk), (100, like().log_disk));
    assert!(pools.notes[0].starts_with("3 nodes without ephemeral-storage"), "{:?}", pools.notes);
}

#[test]
fn machines_of_one_kind_share_a_pool_at_the_smallest_memory() {
    // 16393244 Ki and 16393500 Ki differ by 0.002 %; 17 Gi is 8.7 % more.
    let near = ["16393500Ki", "16393244Ki", "17Gi"];
    let nodes = near.map(|m| sized(&format!(r#"{{"capacity":{{"cpu":"4","memory":"{m}","pods":"110"}}}}"#)));
    let (pools, _) = of(&nodes);
    let seen: Vec<_> = pools.pools.iter().map(|p| (p.memory.get() >> 10, p.nodes.get())).collect();
    assert_eq!(seen, [(16_393_244, 2), (17 << 20, 1)]);
    assert!(pools.notes[0].starts_with("3 nodes without allocatable"), "{:?}", pools.notes);
}

#[test]
fn nodes_that_are_not_ordinary_have_pools_of_their_own() {
    let status = r#"{"allocatable":{"cpu":"4","memory":"8Gi","pods":"110"}}"#;
    let with = |change: fn(&mut serde_json::Value)| {
        let mut node = sized(status);
        change(&mut node);
        node
    };
    let nodes = [
        sized(status),
        with(|n| n["spec"]["unschedulable"] = true.into()),
        with(|n| n["status"]["conditions"] = serde_json::json!([{"type": "Ready", "status": "Unknown"}])),
        with(|n| n["metadata"]["labels"] = serde_json::json!({"kubernetes.io/os": "windows"})),
        with(|n| n["metadata"]["labels"] = serde_json::json!({"type": "virtual-kubelet"})),
        with(|n| {
            n["metadata"]["labels"] = serde_json::json!({"node-role.kubernetes.io/control-plane": ""});
            n["spec"]["taints"] =
                serde_json::json!([{"key": "node-role.kubernetes.io/control-plane", "effect": "NoSchedule"}]);
        }),
    ];
    let (pools, _) = of(&nodes);
    let seen: Vec<_> = pools.pools.iter().map(|p| (p.name.as_str(), p.serverless, p.grows)).collect();
    assert_eq!(
        seen,
        [
            ("cpu4-mem8Gi", false, true),
            ("cpu4-mem8Gi-control-plane", false, false),
            ("cpu4-mem8Gi-windows", false, true),
            ("cpu4-mem8Gi-cordoned", false, false),
            ("cpu4-mem8Gi-not-ready", false, false),
            ("cpu4-mem8Gi-serverless", true, true),
        ]
    );
}

#[test]
fn nodes_without_resources_are_left_out_and_impossible_ones_refused_by_name() {
    let nothing = [sized("{}"), sized(r#"{"allocatable":{"cpu":"1","memory":"1Gi","pods":"0"}}"#)];
    let (pools, _) = of(&nothing);
    assert!(pools.pools.is_empty());
    assert!(pools.notes[0].starts_with("2 nodes left out"), "{:?}", pools.notes);
    let mut facts = Facts::of(Namespaces::default());
    let mut node = sized(r#"{"allocatable":{"cpu":"250000000","memory":"1Gi"}}"#);
    node["metadata"]["name"] = "huge".into();
    facts.node(serde_json::from_value(node).unwrap(), false);
    let refused = Pools::of(&facts, &like()).unwrap_err().to_string();
    assert!(refused.starts_with("node huge: has 250000000 cores; allowed are up to"), "{refused}");
}
