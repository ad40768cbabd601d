//! `loghaul verify`, in its quick form: this is where the engine is held to queueing theory.

use super::support::{json, loghaul, stdout};

#[test]
fn the_engine_is_what_theory_says_and_the_world_what_arithmetic_says() {
    // Exit code 0: no row has failed.
    let all = json(&["verify", "--quick", "-o", "json"]);
    assert_eq!(all["schema"], "loghaul.verify/v1");
    assert_eq!(all["passed"], true);
    let rows = |part: &str| all[part].as_array().unwrap().clone();
    for row in rows("theory") {
        assert!(row["experiments"].as_u64().unwrap() >= 200, "{row}");
        let coverage = row["coverage"].as_f64().unwrap();
        // The quick form's 300 experiments: 95 %, and 4.4 standard errors of 1.3 % below.
        assert!((0.895..=0.99).contains(&coverage), "{row}");
        let (theory, simulated) = (row["theory"].as_f64().unwrap(), row["simulated"].as_f64().unwrap());
        assert!((simulated / theory - 1.0).abs() < 0.02, "{row}");
    }
    let models: Vec<String> =
        rows("theory").iter().map(|row| row["model"].as_str().unwrap().to_owned()).collect();
    for model in ["M/M/1,", "M/D/1,", "M/G/1 ", "M/M/4,", "M/M/1/5,", "M/M/5/5,", "slotted server,"] {
        assert!(models.iter().any(|known| known.starts_with(model)), "{model} is not verified");
    }
    assert!(rows("little").len() >= 7 && rows("closed").len() >= 5);
    // What windows change is nothing at all.
    let windows: Vec<_> = rows("convergence")
        .into_iter()
        .filter(|row| row["setting"].as_str().unwrap().starts_with("window"))
        .collect();
    assert!(windows.len() >= 8);
    let shifts = windows.iter().flat_map(|row| row["shifts"].as_array().unwrap());
    assert!(shifts.clone().count() > 0 && shifts.into_iter().all(|shift| shift["error"] == 0.0));
}

#[test]
fn it_prints_a_table_and_a_report_and_refuses_other_words() {
    let report = stdout(&["verify", "--quick", "-o", "md", "--seed", "1"]);
    for word in [
        "## The engine against queueing theory",
        "| M/M/1, load 0.6",
        "remake: `loghaul verify --quick --seed 1`",
    ] {
        assert!(report.contains(word), "{word} is missing:\n{report}");
    }
    let output = loghaul(&["verify", "--seed", "x"]).output().unwrap();
    assert_eq!(output.status.code(), Some(2));
}
