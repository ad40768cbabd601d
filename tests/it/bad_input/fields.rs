//! Fields, units, counts and lists of a scenario.

use super::{and, are_refused_at_their_place, with};

#[test]
fn fields_that_are_wrong_are_refused_at_their_place() {
    are_refused_at_their_place(&[
        // Fields.
        (and("colour: red"), ":15:1:", &["\"colour\"", "allowed are name, question", "15 | colour: red"]),
        (with("nodes: 2 }", "nodes: 2, cpus: 4 }"), ":6:28:", &["\"cpus\"", "logDisk"]),
        (and("name: y"), ":15:1:", &["\"name\" is there twice"]),
        (with("nodes: 2", "pods: 2"), ":6:", &["\"nodes\" is missing"]),
        (with("name: x\n", ""), ":", &["\"name\" is missing"]),
        // Names that speak to whoever shows them.
        (with("name: x\n", "name: \"\\e[31mred\"\n"), ":1:7:", &["not shown, \\u{1b}"]),
        (with("name: a\n", "name: \"a\\u202eb\"\n"), ":8:11:", &["not shown, \\u{202e}"]),
        (with("name: w\n", "name: '=cmd'\n"), ":10:15:", &["no name of a workload", "formula"]),
        (with("name: p", "name: ../../etc"), ":6:15:", &["no name of a pool: it has a slash"]),
        (
            with("name: w\n", &format!("name: {}\n", "n".repeat(10_000))),
            ":10:15:",
            &["a name of a workload of 10000 characters; allowed are up to 253"],
        ),
        (with("1/s }", "1/s, wants: { store: '@SUM(1)' } }"), ":14:56:", &["no store", "formula"]),
    ]);
}

#[test]
fn units_that_are_wrong_are_refused_at_their_place() {
    are_refused_at_their_place(&[
        (with("20s", "20 parsecs"), ":2:11:", &["\"20 parsecs\" is not a duration such as 30s"]),
        (with("20s", "20"), ":2:11:", &["20 is not a duration such as 30s"]),
        (with("20s", "-20s"), ":2:11:", &["\"-20s\" is not a duration"]),
        (with("20s", "true"), ":2:", &["duration such as 30s, 20ms, 1h30m, not boolean true"]),
        (with("20s", "1h1h1h1h9999999999h"), ":2:11:", &["is too large: allowed is up to 876000h"]),
        (with("10/s", "99999999999M/s"), ":13:37:", &["is too large: allowed is up to 1000000000M/s"]),
        (with("10/s", "19e305M/s"), ":13:37:", &["\"19e305M/s\" is not a rate of lines"]),
        (with("nodes: 2", "nodes: 2, memory: 1e308"), ":6:36:", &["is too large: allowed is up to 8000Pi"]),
        (with("nodes: 2", "nodes: 2, memory: 19999999Pi"), ":6:36:", &["allowed is up to 8000Pi"]),
        (with("nodes: 2", "nodes: 2, cpu: 1e308"), ":6:33:", &["allowed is up to 1000000000"]),
        (
            with("nodes: 2", "nodes: 2, price: 9999999999999999/h"),
            ":6:35:",
            &["is too large: allowed is up to 1000000000000/h"],
        ),
        (with("10/s", "-10/s"), ":13:37:", &["\"-10/s\" is not a rate of lines such as 120/s"]),
        (with("10/s", "10"), ":13:37:", &["10 is not a rate of lines such as 120/s"]),
        (with("10/s", "10/d"), ":13:37:", &["\"10/d\" is not a rate"]),
        (with("10/s", "NaN/s"), ":13:37:", &["is not a rate"]),
        (with("rate: 1/s", "rate: 5M/s"), ":14:35:", &["allowed is up to 1M/s", "rate: 5M/s"]),
        (with("rate: 10/s", "rate:"), ":13:", &["needed here is a rate of lines", "not nothing"]),
        (with("rate: 10/s", "rate: [ 1 ]"), ":13:31:", &["not a list"]),
        (with("nodes: 2", "nodes: 2, memory: 64 GB"), ":6:36:", &["\"64 GB\" is not a size such as 180B"]),
        (with("nodes: 2", "nodes: 2, cpu: lots"), ":6:33:", &["\"lots\" is not a CPU quantity"]),
        (with("nodes: 2", "nodes: 2, cpu: 0"), ":6:33:", &["cpu is 0"]),
        (with("nodes: 2", "nodes: 2, price: $4"), ":6:35:", &["price an hour such as 0.40/h"]),
        (with("1/s }", "1/s, line: { constant: -5B } }"), ":14:58:", &["\"-5B\" is not a size"]),
        (with("1/s }", "1/s, line: { constant: 0 } }"), ":14:58:", &["a line of 0B; allowed is 1B to 1Mi"]),
        (with("1/s }", "1/s, line: { constant: 1Ti } }"), ":14:58:", &["a line of 1Ti"]),
        (with("1/s }", "1/s, line: 400B }"), ":14:46:", &["such as { constant: 400B }"]),
        (with("1/s }", "1/s, line: { quantiles: [ 5, 1 ] } }"), ":14:59:", &["the smallest first"]),
        (
            with("1/s }", "1/s, line: { lognormal: { median: 9B, p99: 1B } } }"),
            ":14:59:",
            &["median 9B and p99 1B", "median <= p99"],
        ),
        (with("1/s }", "1/s, spread: 900% }"), ":14:48:", &["spread is 900%; allowed is up to 500%"]),
        (with("1/s }", "1/s, fixed: maybe }"), ":14:47:", &["\"maybe\" is not true or false"]),
        (with("1/s }", "1/s, wants: { parse: yaml } }"), ":14:56:", &["raw, json, delimiter, regex"]),
        (with("1/s }", "1/s, arrivals: bursty }"), ":14:50:", &["{ burst: { duty: 20%, slot: 10s } }"]),
        (
            with("1/s }", "1/s, arrivals: { burst: { duty: 20%, slot: 1.5s } } }"),
            ":14:78:",
            &["slot is 1.5s; allowed are whole seconds, up to 720h"],
        ),
        (with("1/s }", "1/s, arrivals: { trace: { perSecond: [ 0, 0 ] } } }"), ":14:", &["above 0"]),
        (with("stdout", "stderr"), ":13:23:", &["\"stderr\"", "stdout, file, hostPath"]),
    ]);
}

#[test]
fn nodes_that_are_wrong_are_refused_at_their_place() {
    are_refused_at_their_place(&[
        (
            with("replicas: 4", "usage: { cpu: 500m, peak: { cpu: 200m, share: 5% } }"),
            ":11:42:",
            &["cpu is 200m; allowed is 500m (what it uses ordinarily)"],
        ),
        (
            with("replicas: 4", "usage: { cpu: 1, peak: { cpu: 2, share: 0 } }"),
            ":11:49:",
            &["share is 0%; allowed is more than 0%"],
        ),
        (
            with("replicas: 4", "usage: { cpu: 1, peak: { cpu: 2, share: 5%, slot: 1500ms } }"),
            ":11:59:",
            &["slot is 1.5s; allowed are whole seconds"],
        ),
        (
            with("replicas: 4", "limits: { ephemeralStorage: 0 }"),
            ":11:37:",
            &["ephemeralStorage is 0B", "1Gi"],
        ),
        (with("replicas: 4", "priority: high"), ":11:19:", &["priority"]),
        (
            with("nodes: 2", "nodes: 2, logDisk: 10Gi, otherData: 9.5Gi"),
            ":6:54:",
            &["otherData is 9728Mi", "there is no room for logs"],
        ),
        (
            with("tenants:", "  kubelet: { evictionHard: { nodefsAvailable: 100% } }\ntenants:"),
            ":7:47:",
            &["nodefsAvailable is 100%; allowed is 0%"],
        ),
    ]);
}

#[test]
fn counts_and_lists_that_are_wrong_are_refused_at_their_place() {
    are_refused_at_their_place(&[
        // Counts.
        (with("nodes: 2", "nodes: 0"), ":6:25:", &["0 is not a whole number from 1 to"]),
        (with("nodes: 2", "nodes: -3"), ":6:25:", &["-3 is not a whole number from 1 to"]),
        (with("nodes: 2", "nodes: 1.5"), ":6:25:", &["1.5 is not a whole number from 1 to"]),
        (with("nodes: 2", "nodes: many"), ":6:25:", &["\"many\" is not a whole number from 1 to"]),
        (with("nodes: 2", "nodes:"), ":6:", &["whole number from 1 to", "not nothing"]),
        (with("nodes: 2", "nodes: 99999999999999999999"), ":6:25:", &["is not a whole number from 1 to"]),
        (with("nodes: 2", "nodes: 100001"), ":6:25:", &["allowed are up to 100000"]),
        (with("replicas: 4", "replicas: 3000001"), ":11:19:", &["3000001 pods; allowed are up to 3000000"]),
        (
            with("duration: 20s", "duration: 20s\noneNodeIn: 2"),
            ":3:",
            &["one node in 2 of 2", "allowed is up to 1"],
        ),
        (with("name: a\n", "name: a\n    count: 10001\n"), ":9:12:", &["10001 tenants", "10000"]),
        (with("name: a\n", "name: a\n    count: 9999999\n"), ":9:12:", &["9999999 tenants"]),
        (
            with("replicas: 4", "replicas: 100000").replace("10/s", "1M/s"),
            ":2:11:",
            &["2000 billion lines in 20s; allowed are up to 200 billion"],
        ),
        (
            with(
                "        logs:\n          - { stream: stdout, rate: 10/s }\n          - { stream: file, rate: 1/s }\n",
                "",
            ),
            ":8:3:",
            &["nothing writes", "rate: 10/s"],
        ),
        (and("collection: { extraConfigs: -1 }"), ":15:29:", &["\"-1\" is not a whole number"]),
        (and("collection: { extraConfigs: 4000000000 }"), ":15:29:", &["allowed is up to 1000000"]),
        (and("collection: { headroom: lots }"), ":15:25:", &["\"lots\" is not a number"]),
        (and("collection: { headroom: 0.5 }"), ":15:25:", &["allowed is 1 to 100"]),
        // Lists and mappings.
        (with("  pools:\n    - { name: p, nodes: 2 }", "  pools: []"), ":5:10:", &["at least one pool"]),
        (with("- { name: p, nodes: 2 }", "{ name: p, nodes: 2 }"), ":6:5:", &["needed here is a list"]),
        (
            "name: x\ncluster: { pools: [ { name: p, nodes: 1 } ] }\ntenants: []\n".into(),
            ":3:10:",
            &["at least one"],
        ),
        ("name: x\ncluster: [ 1 ]\ntenants: []\n".into(), ":2:10:", &["needed here is a mapping"]),
        // Names.
        (with("name: x", "name: ''"), ":1:7:", &["name is empty"]),
        (with("name: a\n", "name: a/b\n"), ":8:11:", &["slash"]),
        (
            and("  - { name: b, workloads: [] }\n  - { name: a, workloads: [] }"),
            ":16:13:",
            &["two tenants of the name \"a\""],
        ),
        (
            and("  - { name: b-2, workloads: [] }\n  - { name: b, count: 2, workloads: [] }"),
            ":15:13:",
            &["the tenants \"b\" have a count, and \"b-2\" is one of them"],
        ),
        (with("nodes: 2 }", "nodes: 2 }\n    - { name: p, nodes: 3 }"), ":7:15:", &["two pools of the name"]),
        (with("name: w\n", "name: w\n      - name: w\n"), ":11:15:", &["two workloads of the name \"w\""]),
    ]);
}
