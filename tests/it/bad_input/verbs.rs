//! Arguments, rubrics, clusters and logs that verbs cannot take.

use super::{refused, with};
use crate::support::{CALM, Folder, loghaul, root};

#[test]
fn wrong_arguments_are_named_with_what_is_allowed() {
    let (folder, file) = Folder::with("s.yaml", CALM);
    for (args, words) in [
        (&["compare", "nowhere.yaml"][..], &["nowhere.yaml", "reference, proof-of-concept"][..]),
        (&["compare", "referense"], &["no file referense", "reference"]),
        (&["run", "nowhere.yaml"], &["no file nowhere.yaml"]),
        (
            &["compare", &file, "--strategies", "native,deamonset"],
            &["\"deamonset\"", "native, native-driver, daemonset, sidecar"],
        ),
        (&["compare", &file, "--strategies", "sidecar,sidecar"], &["named twice"]),
        (&["compare", &file, "--strategies", ""], &["\"\"", "native, native-driver, daemonset, sidecar"]),
        (
            &["run", &file, "--strategy", "sidecars"],
            &["\"sidecars\"", "native, native-driver, daemonset, sidecar"],
        ),
        (&["run", &file, "--strategy", "sidecars", "--show"], &["\"sidecars\""]),
        (&["run", &file, "--set", "strategy=sidecars"], &["--set strategy=sidecars: there is no strategy"]),
        (&["compare", &file, "--reps", "0"], &["--reps", "1..=1000"]),
        (&["compare", &file, "--reps", "-3"], &["--reps", "-3"]),
        (&["compare", &file, "--seed", "-1"], &["--seed", "'-1'"]),
        (&["compare", &file, "-o", "yaml"], &["table, json, csv, md"]),
        (&["compare", &file, "--lang", "fr"], &["en, zh"]),
        (&["compare", &file, "more"], &["'more'"]),
        (&["comapre"], &["'compare'"]),
        (&["schema", "scenarios"], &["scenario, result, tune, sensitivity"]),
        (&["compare", "--out", "report/", "nowhere.yaml"], &["nowhere.yaml"]),
    ] {
        let message = refused(args);
        for word in words {
            assert!(message.contains(word), "{args:?}, no {word:?}: {message}");
        }
    }
    let message = refused(&["compare", folder.path("").to_str().unwrap()]);
    assert!(message.contains("directory"), "{message}");
    assert_eq!(folder.names(), ["s.yaml"]);
}

#[test]
fn a_rubric_that_cannot_grade_is_refused_at_its_place() {
    let rubric = std::fs::read_to_string(root().join("rubrics/article.yaml")).unwrap();
    let line_of = |text: &str| rubric.lines().position(|line| line.contains(text)).unwrap() + 1;
    for (from, to, line, word) in [
        ("row: query", "row: quarry", line_of("row: query"), "cluster_scale"),
        ("figure: searchable", "figure: searched", line_of("figure: searchable"), "there are searchable"),
        ("atMost: 0.05,", "atMost: lots,", line_of("atMost: 0.05,"), "\"lots\" is not a number"),
        (
            "atMost: 0.05,",
            "atmost: 0.05,",
            line_of("atMost: 0.05,"),
            "unknown field \"atmost\"; allowed are id",
        ),
    ] {
        let (folder, file) = Folder::with("rubric.yaml", rubric.replace(from, to));
        let out = folder.path("out");
        let message =
            refused(&["compare", "proof-of-concept", "--rubric", &file, "--out", out.to_str().unwrap()]);
        assert!(
            message.starts_with(&format!("error: {file}:{line}:")) && message.contains(word),
            "{message}"
        );
        assert_eq!(folder.names(), ["rubric.yaml"], "something is left behind");
    }
    let (folder, file) = Folder::with("rubric.yaml", "");
    assert!(
        refused(&["compare", "--rubric", &file])
            .contains("is empty; a rubric is a mapping with rows and members")
    );
    assert!(refused(&["compare", "--rubric", folder.path("").to_str().unwrap()]).contains("directory"));
}

#[test]
fn a_cluster_that_cannot_be_imported_says_how_to_get_one() {
    let node =
        r#"{"kind":"Node","metadata":{"name":"n"},"status":{"allocatable":{"cpu":"4","memory":"8Gi"}}}"#;
    let pod =
        r#"{"kind":"Pod","metadata":{"name":"p"},"spec":{"containers":[{}]},"status":{"phase":"Running"}}"#;
    let both = format!("{{\"kind\":\"List\",\"items\":[{node},\n{pod}]}}");
    let cases: &[(Vec<u8>, &str, &str)] = &[
        (b"".to_vec(), " is empty;", "kubectl get nodes,pods"),
        (b"{\"a\": 1}".to_vec(), " has neither nodes nor pods", "JSON or YAML"),
        (b"[1, 2]".to_vec(), " is neither JSON nor YAML", "kubectl get nodes,pods"),
        (b"\"text\"".to_vec(), " is", "kubectl get nodes,pods"),
        (b"hello".to_vec(), " is neither JSON nor YAML", "kubectl get nodes,pods"),
        (b"kind: List\nitems: []\n".to_vec(), " has neither", "-o json"),
        (b"kind: Pod\nspec: [\n".to_vec(), ":", "is no object of Kubernetes"),
        (both.as_bytes()[..both.len() - 40].to_vec(), ":2:", "the file ends in the middle"),
        (node.into(), " has 1 node but no pods", "kubectl get nodes,pods"),
        (pod.into(), " has 1 pod but no nodes", "kubectl get nodes,pods"),
        (br#"{"kind":"DeploymentList","items":[]}"#.to_vec(), " has neither", "kubectl get nodes,pods"),
        (br#"{"kind":"Service"}"#.to_vec(), " has neither nodes nor pods (it holds: Service)", "kubectl"),
        (br#"{"kind":"List","items":{}}"#.to_vec(), " has neither", "kubectl"),
        (both.replace("\"4\"", "\"lots\"").into(), ":1:", "\"lots\" is not a CPU quantity"),
        (both.replace("8Gi", "-8Gi").into(), ":1:", "\"-8Gi\" is not"),
        (b"{\"kind\": \"L\xff\"}".to_vec(), ":1:", "is no JSON"),
    ];
    for (bytes, begins, word) in cases {
        let (_folder, file) = Folder::with("cluster.json", bytes);
        let message = refused(&["import", "cluster", &file]);
        assert!(message.starts_with(&format!("error: {file}{begins}")), "not {begins:?}: {message}");
        assert!(message.contains(word), "{message}");
    }
    let folder = Folder::new();
    let nowhere = folder.path("nowhere.json").to_str().unwrap().to_owned();
    assert!(refused(&["import", "cluster", &nowhere]).contains("nowhere.json cannot be read"));
    assert!(refused(&["import", "cluster", folder.path("").to_str().unwrap()]).contains("has neither"));
    assert!(refused(&["import", "cluster"]).contains("<FILES>"));

    let good = folder.put("cluster.json", &both);
    loghaul(&["import", "cluster", &good]).assert().success();
    for rate in ["10", "-5/s", "fast"] {
        let message = refused(&["import", "cluster", &good, "--rate", rate]);
        assert!(message.contains("--rate") && message.contains("120/s, 2k/s, 6/m"), "{message}");
    }
    assert!(refused(&["import", "cluster", &good, "--rate", "5M/s"]).contains("up to 1M/s"));
    let logs = folder.put("logs.yaml", "- { stream: stdout }\n");
    let message = refused(&["import", "cluster", &good, "--logs", &logs]);
    assert!(message.contains("logs.yaml:1:") && message.contains("\"rate\" is missing"), "{message}");
    let logs = folder.put("logs.yaml", "- { stream: stdout, rate: 1/s }\n- { stream: stdout, rate: 5M/s }\n");
    let message = refused(&["import", "cluster", &good, "--logs", &logs]);
    assert!(message.contains("logs.yaml:2:27: rate is"), "{message}");
}

#[test]
fn a_log_that_cannot_be_learned_from_says_why() {
    type Case = (Vec<u8>, &'static [&'static str], &'static str, &'static [&'static str]);
    let cases: &[Case] = &[
        (b"".to_vec(), &[], " is empty;", &["kubectl logs"]),
        (b"\n\n".to_vec(), &["--rate", "5/s"], " is empty;", &["kubectl logs"]),
        (b"a\nb\xc3\xa9\xff\n".to_vec(), &[], ": no timestamps", &["--time-format"]),
        (vec![0x1f, 0x8b, 8, 0, 0xff], &[], " cannot be read", &[]),
        (vec![0x28, 0xb5, 0x2f, 0xfd, 0], &[], " is compressed by zstd", &["unzstd"]),
        (b"one\ntwo\nthree\n".to_vec(), &[], ": no timestamps", &["2015-07-29T17:41:44Z", "--rate 50/s"]),
    ];
    for (bytes, more, begins, words) in cases {
        let (_folder, file) = Folder::with("app.log", bytes);
        let mut args = vec!["import", "logs", file.as_str()];
        args.extend(*more);
        let message = refused(&args);
        assert!(message.starts_with(&format!("error: {file}{begins}")), "not {begins:?}: {message}");
        for word in *words {
            assert!(message.contains(word), "no {word:?}: {message}");
        }
    }
    let folder = Folder::new();
    let good = folder.put("good.log", "one\ntwo\n");
    loghaul(&["import", "logs", &good, "--rate", "5/s"]).assert().success();
    // A line of ten megabytes is cut, and told.
    let long = folder.put("long.log", format!("short\n{}\nshort\n", "x".repeat(10_000_000)));
    let told = loghaul(&["import", "logs", &long, "--rate", "5/s"]).assert().success();
    let told = String::from_utf8(told.get_output().stderr.clone()).unwrap();
    assert!(told.contains("1 line longer than 1 MiB"), "{told}");
    let nowhere = folder.path("nowhere.log").to_str().unwrap().to_owned();
    // One bad file among good ones.
    assert!(
        refused(&["import", "logs", &good, &nowhere, "--rate", "5/s"]).contains("nowhere.log cannot be read")
    );
    assert!(
        refused(&["import", "logs", Folder::new().path("").to_str().unwrap()]).contains("no file is given")
    );
    for rate in ["50", "-5/s"] {
        let message = refused(&["import", "logs", &good, "--rate", rate]);
        assert!(message.contains("--rate") && message.contains("120/s, 2k/s, 6/m"), "{message}");
    }
    assert!(refused(&["import", "logs", &good, "--rate", "50M/s"]).contains("up to 1M/s"));
    assert!(refused(&["import", "logs", &good, "--rate", "5/s", "--stream", "pipe"]).contains("host-path"));
}

#[test]
fn a_strategy_that_cannot_be_run_is_a_result_of_compare_and_a_failure_of_run() {
    // A pod of all of a node's CPU leaves nothing for a sidecar, and the pool does not grow.
    let yaml = with("{ name: p, nodes: 2 }", "{ name: p, nodes: 4, cpu: 1, grows: false }")
        .replace("replicas: 4", "replicas: 4\n        requests: { cpu: 1, memory: 64Mi }");
    let (_folder, file) = Folder::with("s.yaml", yaml);
    let output = loghaul(&["run", &file, "--strategy", "sidecar"]).output().unwrap();
    let message = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(1), "{message}");
    assert!(message.contains("sidecar is infeasible here") && message.contains("fits no node"), "{message}");
    assert!(output.stdout.is_empty());
    loghaul(&["compare", &file, "--reps", "1"]).assert().success();
}
