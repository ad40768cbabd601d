//! The table of mechanisms in docs/model.md: its files and tests exist, and no part of the world or strategy is missing.

use super::support::root;
use std::collections::BTreeSet;
use std::path::Path;

/// The cells of the table's rows.
fn rows() -> Vec<Vec<String>> {
    let page = std::fs::read_to_string(root().join("docs/model.md")).unwrap();
    let head = "| mechanism | file | test | source |";
    let (_, table) = page.split_once(head).expect("docs/model.md has no table of mechanisms");
    let lines = table.lines().skip(2).take_while(|line| line.starts_with('|'));
    lines.map(|line| line.trim_matches('|').split(" | ").map(|c| c.trim().to_owned()).collect()).collect()
}

/// What stands between backticks.
fn quoted(cell: &str) -> impl Iterator<Item = &str> {
    cell.split('`').skip(1).step_by(2)
}

/// All Rust files below a folder.
fn sources(folder: &Path, found: &mut Vec<(String, String)>) {
    for entry in std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()) {
        if entry.is_dir() {
            sources(&entry, found);
        } else if entry.extension().is_some_and(|extension| extension == "rs") {
            let name = entry.strip_prefix(root()).unwrap().to_string_lossy().into_owned();
            found.push((name, std::fs::read_to_string(&entry).unwrap()));
        }
    }
}

#[test]
fn every_mechanism_names_files_and_tests_that_exist() {
    let mut files = Vec::new();
    for folder in ["src", "tests", "benches"] {
        sources(&root().join(folder), &mut files);
    }
    let rows = rows();
    assert!(rows.len() > 50, "{} rows", rows.len());
    for row in &rows {
        assert_eq!(row.len(), 4, "{row:?}");
        assert!(!row[3].is_empty(), "{}: no source", row[0]);
        let named: Vec<&str> = quoted(&row[1]).collect();
        assert!(!named.is_empty(), "{}: no file", row[0]);
        for file in named {
            assert!(root().join("src").join(file).exists(), "{}: there is no src/{file}", row[0]);
        }
        // Verbs such as `loghaul verify` stand there too.
        for test in quoted(&row[2]).filter(|name| !name.contains(' ')) {
            if test.ends_with(".rs") {
                assert!(root().join(test).exists(), "{}: there is no {test}", row[0]);
                continue;
            }
            let name = test.rsplit("::").next().unwrap();
            let is_there = files.iter().any(|(_, text)| text.contains(&format!("fn {name}(")));
            assert!(is_there, "{}: there is no test {test}", row[0]);
        }
    }
}

#[test]
fn every_part_of_the_world_and_every_strategy_has_a_mechanism() {
    let rows = rows();
    let named: BTreeSet<&str> = rows.iter().flat_map(|row| quoted(&row[1])).collect();
    let mut files = Vec::new();
    sources(&root().join("src/world"), &mut files);
    sources(&root().join("src/strategy"), &mut files);
    // State, sums and tests: no mechanism of their own.
    let apart = ["input", "offsets", "stream", "tally", "span", "owed", "testing", "tests"];
    // The fronts of the world's rooms say what is in them.
    let is_front = |name: &str| {
        name.matches('/').count() == 1 && root().join("src").join(name).with_extension("").is_dir()
    };
    for (file, _) in &files {
        let name = file.strip_prefix("src/").unwrap();
        let stem = Path::new(name).file_stem().unwrap().to_str().unwrap();
        assert!(
            named.contains(name)
                || is_front(name)
                || ["world/node/", "world/tally/"].iter().any(|folder| name.starts_with(folder))
                || apart.contains(&stem),
            "docs/model.md says nothing of {name}"
        );
    }
}
