//! Files that are no scenario, broken YAML, and bombs.

use super::{and, scenario_refused, with};
use crate::support::{CALM, Folder, loghaul};

#[test]
fn the_scenario_that_the_cases_above_break_is_fine() {
    let (_folder, file) = Folder::with("s.yaml", with("name: x", "name: x"));
    loghaul(&["compare", &file, "--reps", "1"]).assert().success();
}

#[test]
fn a_file_that_is_no_scenario_says_what_one_is() {
    const NEEDED: &str = "a scenario is a mapping with name, cluster and tenants";
    for nothing in ["", "\n \n", "# later\n", "---\n", "null\n"] {
        let message = scenario_refused(nothing);
        let more = "more on LH0003: loghaul explain LH0003";
        assert_eq!(message, format!(" is empty; {NEEDED}\n{more}\n"), "{nothing:?}");
    }
    for other in ["hello\n", "- a\n- b\n", "42\n", "# a list\n\n- a\n"] {
        let message = scenario_refused(other);
        assert!(message.contains(NEEDED), "{other:?}: {message}");
    }
    for (bytes, place, word) in [
        (&b"name: x\n\xc3\xa9t\xff\n"[..], ":2:3:", "UTF-8"),
        (&[0xff, 0xfe, b'n', 0, b'a', 0][..], ":1:1:", "UTF-16"),
        (&[0x1f, 0x8b, 8, 0, 0, 0, 0xff][..], ":1:2:", "gzip"),
        (&b"name: x\0\n"[..], ":1:8:", "unexpected character"),
    ] {
        let message = scenario_refused(bytes);
        assert!(message.starts_with(place) && message.contains(word), "{message}");
    }
}

#[test]
fn broken_yaml_names_its_place() {
    for (yaml, place) in [
        (with("- { name: p, nodes: 2 }", "- { name: p, nodes: 2"), ":8:3:"),
        (with("  pools:", "\tpools:"), ":5:2:"),
        (with("    - { name: p, nodes: 2 }", "   - name: p\n     nodes: 2\n    cpu: 4"), ":8:5:"),
        (with("name: x", "name: 'x"), ":"),
        (with("name: x", "name: *who"), ":1:7:"),
        (and("---\nname: y"), ":16:1:"),
        (r#"{"name":"x","cluster":{"pools":[{"name":"p","nodes":2}]},"tenants":[{"na"#.into(), ":1:"),
    ] {
        let message = scenario_refused(&yaml);
        assert!(message.starts_with(place), "not at {place}: {message}\n{yaml}");
        // Not the parser's own advice to those who program with it.
        for word in ["Options", "Policy", "from_str", "budget"] {
            assert!(!message.contains(word), "{message}");
        }
    }
}

#[test]
fn json_byte_order_marks_and_line_ends_are_fine() {
    let json = r#"{"name":"x","duration":"20s","warmup":"2s","cluster":{"pools":[{"name":"p","nodes":2}]},
        "tenants":[{"name":"a","workloads":[{"name":"w","logs":[{"stream":"stdout","rate":"10/s"}]}]}]}"#;
    let marked = format!("\u{feff}{CALM}");
    for fine in [json, &marked, &CALM.replace('\n', "\r\n")] {
        let (_folder, file) = Folder::with("s.yaml", fine);
        loghaul(&["run", &file]).assert().success();
    }
}

#[cfg(target_os = "linux")]
#[test]
fn bombs_of_aliases_do_not_go_off() {
    let head = "name: x\ncluster: { pools: [ { name: p, nodes: 2 } ] }\n";
    let list = |n: usize, item: &dyn Fn(usize) -> String| (0..n).map(item).collect::<Vec<_>>().join(", ");
    // 300⁴ sizes, all where the schema has them.
    let sizes = list(300, &|i| format!("{}B", i + 1));
    let logs = list(300, &|_| "{ stream: stdout, rate: 1/s, line: { quantiles: *q } }".into());
    let workloads = list(300, &|i| format!("{{ name: w{i}, logs: *l }}"));
    let tenants = list(300, &|i| format!("{{ name: t{i}, workloads: *w }}"));
    let nested = format!(
        "{head}tenants: [ {{ name: t, workloads: &w [ {{ name: w, logs: &l [ {{ stream: stdout, rate: 1/s, \
         line: {{ quantiles: &q [ {sizes} ] }} }}, {logs} ] }}, {workloads} ] }}, {tenants} ]\n"
    );
    let mut laughs = "a0: &a0 [ x, x, x, x, x, x, x, x, x ]\n".to_owned();
    for i in 1..12 {
        laughs += &format!("a{i}: &a{i} [ {} ]\n", list(9, &|_| format!("*a{}", i - 1)));
    }
    // The same where anything is allowed only after it has been read.
    let hidden = format!(
        "{head}question: 5\ntenants:\n- name: t\n  workloads: []\n  x:\n    {}",
        laughs.replace('\n', "\n    ")
    );
    for (bomb, word) in [(nested, "aliases"), (laughs, "unknown field"), (hidden, "unknown field")] {
        let (_folder, file) = Folder::with("bomb.yaml", bomb);
        let (code, message) = super::with_little_memory(&["compare", &file]);
        assert_eq!(code, Some(2), "{message}");
        assert!(message.contains(word), "{message}");
    }
    let deep = format!("name: {}{}\n", "[".repeat(100_000), "]".repeat(100_000));
    assert!(scenario_refused(deep).starts_with(":1:7: needed here is a text"));
}
