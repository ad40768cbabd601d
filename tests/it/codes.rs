//! Codes of errors: every example is refused with the code that it stands under, and what is right is not.

use super::support::{Folder, examples_run, loghaul, refused, stdout};
use loghaul::diagnosis::{self, Code, Meaning};
use loghaul::run::Setup;
use loghaul::scenario::{Scenario, ScenarioError, from_yaml};
use loghaul::strategy::{ALL, DAEMONSET};

/// A scenario that an example stands in, or takes a part of the place of.
fn within(part: &str) -> Result<Scenario, ScenarioError> {
    let cluster = "cluster: { pools: [ { name: general, nodes: 2 } ] }\n";
    let tenants = "tenants: [ { name: shop, workloads: [ { name: web, replicas: 20, logs: [ { stream: stdout, rate: 5/s } ] } ] } ]\n";
    let own = |key: &str, text: &'static str| if part.starts_with(key) { "" } else { text };
    let text = format!("name: example\n{}{}{part}\n", own("cluster:", cluster), own("tenants:", tenants));
    from_yaml("example.yaml", &text)
}

fn is_of_scenario(meaning: &Meaning) -> bool {
    // What is larger than any scenario does not fit into an example.
    !meaning.wrong.starts_with("loghaul") && !meaning.wrong.starts_with('#') && meaning.code != Code::TooLarge
}

#[test]
fn every_example_of_a_scenario_is_refused_with_its_code_and_what_is_right_is_read() {
    let of_scenarios =
        diagnosis::all().iter().filter(|meaning| is_of_scenario(meaning) && meaning.id < "LH0300");
    let mut held = 0;
    for meaning in of_scenarios {
        let error = within(meaning.wrong).unwrap_err();
        assert_eq!(error.code(), meaning.code, "{}: {error}", meaning.id);
        within(meaning.right).unwrap_or_else(|error| panic!("{}: {error}", meaning.id));
        held += 1;
    }
    assert!(held >= 10, "{held}");
    let nothing = from_yaml("empty.yaml", diagnosis::Code::Empty.meaning().wrong).unwrap_err();
    assert_eq!(nothing.code(), Code::Empty);
}

#[test]
fn every_example_of_a_refusal_is_refused_to_some_strategy_with_its_code() {
    let refusals = |part: &str| -> Vec<String> {
        let scenario = within(part).unwrap();
        let refused = ALL.iter().filter_map(|s| Setup::new(&scenario, s).infeasible().map(str::to_owned));
        refused.collect()
    };
    for meaning in diagnosis::all().iter().filter(|m| ("LH0500".."LH0600").contains(&m.id)) {
        let code = format!("({})", meaning.id);
        let (wrong, right) = (refusals(meaning.wrong), refusals(meaning.right));
        assert!(wrong.iter().any(|reason| reason.ends_with(&code)), "{}: {wrong:?}", meaning.id);
        assert!(!right.iter().any(|reason| reason.ends_with(&code)), "{}: {right:?}", meaning.id);
    }
    let fine = within("duration: 1m").unwrap();
    assert_eq!(Setup::new(&fine, &DAEMONSET).infeasible(), None);
}

/// Files that are read beside scenarios: clusters, logs, measurements, plans.
#[test]
fn what_imports_and_readers_of_measurements_refuse_has_a_code() {
    let folder = Folder::new();
    let wrong = |code: Code| code.meaning().wrong;
    let nothing = folder.put("nothing", "");
    let table = folder.put("points.csv", wrong(Code::Measured));
    let people = folder.put("cluster.json", "NAMESPACE NAME\nshop web-0\n");
    let plain = folder.put("app.log", "one\ntwo\n");
    let missing = folder.path("missing").to_str().unwrap().to_owned();
    let out = folder.path("rows").to_str().unwrap().to_owned();
    let cases: [(&[&str], Code); 10] = [
        (&["import", "cluster", &people], Code::NoCluster),
        (&["import", "cluster", &nothing], Code::Empty),
        (&["import", "cluster", &missing], Code::Unreadable),
        (&["import", "logs", &plain], Code::RateUnknown),
        (&["import", "logs", &plain, "--rate", "50M/s"], Code::OutOfRange),
        (&["import", "rates", &missing], Code::Unreadable),
        (&["calibrate", &table, "--name", "mine"], Code::Measured),
        (&["validate", &table], Code::Measured),
        (&["validate", &missing], Code::Unreadable),
        (&["lab", "run", "layout", "--out", &out], Code::Lab),
    ];
    for (args, code) in cases {
        let message = refused(args);
        let more = format!("more on {code}: loghaul explain {code}");
        assert!(message.contains(&more), "{args:?}: no {code}: {message}");
    }
    // What is right in the example is read.
    let table = folder.put("points.csv", Code::Measured.meaning().right);
    loghaul(&["calibrate", &table, "--name", "mine"]).assert().success();
}

#[test]
fn a_code_is_shown_with_its_error_and_explained_in_both_languages() {
    for meaning in diagnosis::all().iter().filter(|m| ("LH0300".."LH0500").contains(&m.id)) {
        let words: Vec<&str> = meaning.wrong.split_whitespace().skip(1).collect();
        let output = loghaul(&words).output().unwrap();
        let message = String::from_utf8_lossy(&output.stderr).into_owned();
        assert_eq!(output.status.code(), Some(2), "{}: {message}", meaning.wrong);
        assert!(
            message.starts_with("error: ") && message.contains(&format!("loghaul explain {}", meaning.id)),
            "{message}"
        );
    }
    let english = stdout(&["explain", "lh0102"]);
    assert!(
        english.contains("LH0102: a field that there is not") && english.contains("colection"),
        "{english}"
    );
    assert!(stdout(&["explain", "LH0102", "--lang", "zh"]).contains("没有这个字段"));
    let json: serde_json::Value =
        serde_json::from_str(&stdout(&["explain", "LH0102", "-o", "json"])).unwrap();
    assert_eq!((&json["code"], &json["schema"]), (&"LH0102".into(), &"loghaul.code/v1".into()));
    let none = loghaul(&["explain", "LH9999"]).output().unwrap();
    assert_eq!(none.status.code(), Some(2));
    assert!(String::from_utf8_lossy(&none.stderr).contains("LH0102"));
    // Nothing of a code where nothing is known beside the message.
    examples_run(&["explain"]);
}
