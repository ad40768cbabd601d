//! Files that are set beside a scenario: profiles, rubrics, measured points and rows.

use super::{Target, Verdict};
use loghaul::calibrate::{ReadOptions, read};
use loghaul::scenario::{profiles_from_yaml, profiles_to_yaml};
use loghaul::table::Rubric;
use loghaul::validate::{Source, predict_alone};

pub(super) const PROFILE: Target = Target {
    name: "profile",
    run: profile,
    make: None,
    words: &[
        "cpu.line",
        "cpu.byte",
        "memory.resident",
        "base",
        "fluent-bit",
        "vector",
        "with",
        "set",
        "standardError",
        "quality",
    ],
    also: &[],
    placed: "in.yaml",
    whole: &[
        " is empty; needed are profiles",
        "in.yaml has no profile; needed are profiles",
        "the field \"profiles\" is missing",
    ],
};

fn profile(input: &[u8]) -> Verdict {
    let Ok(text) = std::str::from_utf8(input) else { return Verdict::Accepted };
    let profiles = match profiles_from_yaml("in.yaml", text) {
        Ok(profiles) => profiles,
        Err(error) => return Verdict::Refused(error.to_string()),
    };
    let written = profiles_to_yaml(&profiles).expect("what was read can be written");
    let back = profiles_from_yaml("written.yaml", &written)
        .unwrap_or_else(|error| panic!("refused once written: {error}"));
    assert_eq!(profiles_to_yaml(&back).as_ref(), Ok(&written), "written and read back it is another");
    Verdict::Accepted
}

pub(super) const RUBRIC: Target = Target {
    name: "rubric",
    run: rubric,
    make: None,
    words: &["row", "figure", "atMost", "grades", "members", "atLeast", "reason", "text", "id"],
    also: &["rubrics/article.yaml"],
    placed: "in.yaml",
    whole: &[
        " is empty; a rubric is a mapping with rows and members",
        "in.yaml is not what it should be: the field",
    ],
};

fn rubric(input: &[u8]) -> Verdict {
    let Ok(text) = std::str::from_utf8(input) else { return Verdict::Accepted };
    match Rubric::from_yaml("in.yaml", text) {
        Ok(rubric) => {
            for value in [0.0, 0.5, 1e9] {
                rubric.scaled(2.0).grade("resource_use", value).expect("every figure has a grade");
            }
            Verdict::Accepted
        }
        Err(error) => Verdict::Refused(error.to_string()),
    }
}

pub(super) const POINTS: Target = Target {
    name: "points",
    run: points,
    make: None,
    words: &[
        "files",
        "agents",
        "rate_node_lps",
        "cpu_cores_schedstat",
        "rss_sum_kib",
        "variant",
        "tick1ms",
        "buf64MB",
        "k8s",
    ],
    also: &[],
    placed: "in.csv",
    whole: &[
        "in.csv is empty; needed is a header",
        "has column names, but no rows",
        "twice; each may stand once",
        "holds no row to fit",
        "holds measurements of",
    ],
};

fn points(input: &[u8]) -> Verdict {
    match read("in.csv", input, &ReadOptions::default()) {
        Ok(measured) => {
            for point in measured.points {
                let known = [point.files, point.agents, point.lines_per_s, point.line_bytes, point.cpu_cores];
                let maybe =
                    [point.tick_s, point.buffer_bytes, point.wakeups_per_s, point.rss_bytes, point.pss_bytes];
                let mut all = known.into_iter().chain(maybe.into_iter().flatten());
                assert!(
                    all.all(|number| number.is_finite() && number >= 0.0),
                    "line {}: no number",
                    point.line
                );
            }
            Verdict::Accepted
        }
        Err(error) => Verdict::Refused(error.to_string()),
    }
}

pub(super) const ROWS: Target = Target {
    name: "rows",
    run: rows,
    make: None,
    words: &["daemonset", "sidecar", "fluent-bit", "vector", "agent", "layout", "-1", "1e15"],
    also: &[],
    placed: "in.csv",
    whole: &[
        "in.csv: is empty; it needs a line of column names",
        "has column names, but no rows",
        "twice; each may stand once",
        "lacks the column",
        "has columns of no kind of measurement that is known",
    ],
};

/// A row or two, whose run takes a moment: what is refused is refused whatever it says.
fn rows(input: &[u8]) -> Verdict {
    let Ok(text) = String::from_utf8(input.to_vec()) else { return Verdict::Accepted };
    let is_long = |field: &str| field.trim().parse::<f64>().is_ok_and(|number| number > 2e3 && number < 1e9);
    if text.lines().count() > 3 || text.split([',', '\n']).any(is_long) {
        return Verdict::Accepted;
    }
    match predict_alone(&[Source { name: "in.csv".to_owned(), text }]) {
        Ok(validation) => {
            let all = validation.points.iter().flat_map(|point| [point.predicted, point.measured]);
            all.for_each(|number| assert!(number.is_finite(), "{number} is predicted"));
            Verdict::Accepted
        }
        Err(error) => Verdict::Refused(error.to_string()),
    }
}
