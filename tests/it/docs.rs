//! The documents say what is so: pages are listed, links lead somewhere, figures named after a constant are its value.

use super::rooms::modules::Modules;
use super::support::root;
use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

/// Every page of `docs/`, and those beside it, with its text.
fn pages() -> Vec<(PathBuf, String)> {
    fn collect(folder: &Path, pages: &mut Vec<PathBuf>) {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            match path.extension() {
                _ if path.is_dir() => collect(&path, pages),
                Some(end) if end == "md" => pages.push(path),
                _ => {}
            }
        }
    }
    let mut pages = ["README.md", "CONTRIBUTING.md", "CHANGELOG.md"].map(|name| root().join(name)).to_vec();
    collect(&root().join("docs"), &mut pages);
    pages.sort();
    pages.into_iter().map(|path| (path.clone(), fs::read_to_string(path).unwrap())).collect()
}

/// Where the links of a Markdown text lead: what stands in brackets behind `](`, without what is behind `#`.
fn links(text: &str) -> impl Iterator<Item = &str> {
    text.split("](")
        .skip(1)
        .filter_map(|rest| Some(rest.split_once(')')?.0.split('#').next().unwrap_or_default()))
}

#[test]
fn every_page_is_listed_and_every_link_leads_somewhere() {
    let index = fs::read_to_string(root().join("docs/README.md")).unwrap();
    let decisions = fs::read_to_string(root().join("docs/adr/README.md")).unwrap();
    let listed = |path: &Path| {
        let name = path.strip_prefix(root().join("docs")).ok()?.to_str().unwrap().to_owned();
        let of_decisions = name.strip_prefix("adr/").filter(|name| *name != "README.md");
        Some(match of_decisions {
            Some(decision) => links(&decisions).any(|link| link == decision),
            None => name == "README.md" || links(&index).any(|link| link == name),
        })
    };
    for (path, text) in pages() {
        assert_ne!(listed(&path), Some(false), "no list names {}", path.display());
        for link in links(&text).filter(|link| !link.is_empty() && !link.contains("://")) {
            let to = path.parent().unwrap().join(link);
            assert!(to.exists(), "{} links to {link}, which is not there", path.display());
        }
    }
}

#[test]
fn the_changelog_names_every_scenario() {
    let changelog = fs::read_to_string(root().join("CHANGELOG.md")).unwrap();
    let list = changelog.split("- Embedded scenarios: ").nth(1).expect("the list of scenarios");
    let list: String = list.split(".\n").next().unwrap().split_whitespace().collect();
    for entry in fs::read_dir(root().join("scenarios")).unwrap() {
        let name = entry.unwrap().path().file_stem().unwrap().to_str().unwrap().to_owned();
        assert!(list.split(',').any(|listed| listed == name), "the changelog does not list {name}");
    }
}

#[test]
fn every_dependency_has_its_reason() {
    let manifest = fs::read_to_string(root().join("Cargo.toml")).unwrap();
    let (mut named, mut within) = (Vec::new(), false);
    for line in manifest.lines() {
        if let Some(section) = line.strip_prefix('[') {
            within = section.trim_end_matches(']').ends_with("dependencies");
        } else if within && line.starts_with(|c: char| c.is_ascii_alphabetic()) {
            named.push(line.split(['=', '.', ' ']).next().unwrap());
        }
    }
    let page = fs::read_to_string(root().join("docs/dependencies.md")).unwrap();
    let rows = page.lines().filter_map(|line| line.strip_prefix("| ")?.split(" | ").next());
    let mut explained: Vec<&str> = rows.filter(|name| *name != "crate").collect();
    assert!(named.len() > 20, "the reader of the manifest is broken");
    named.sort_unstable();
    explained.sort_unstable();
    assert_eq!(explained, named);
}

/// `50 µs (`RESOLUTION_NS`)` says that the constant of that name is 50 µs.
#[test]
fn figures_of_constants_are_those_of_the_code() {
    let constants = Modules::of(&root().join("src")).constants();
    let mut held = 0;
    for (path, text) in pages() {
        let words: Vec<&str> = text.split_whitespace().collect();
        for at in 2..words.len() {
            let Some(name) = words[at].strip_prefix("(`").and_then(|word| word.split('`').next()) else {
                continue;
            };
            let Some(values) = constants.get(name) else { continue };
            let Some(said) = in_units_of(name, words[at - 2], words[at - 1]) else { continue };
            let same = values.iter().any(|value| (value - said).abs() <= 1e-9 * said.abs());
            assert!(same, "{}: {name} is {values:?}, not {said}", path.display());
            held += 1;
        }
    }
    assert!(held >= 8, "the reader of figures is broken: {held}");
}

/// A figure in words in the unit that a constant's name ends with, or as it is.
fn in_units_of(name: &str, number: &str, unit: &str) -> Option<f64> {
    let units =
        BTreeMap::from([("ns", 1.0), ("µs", 1e3), ("ms", 1e6), ("s", 1e9), ("min", 60e9), ("KiB", 1024.0)]);
    let number: f64 = number.replace(',', "").parse().ok()?;
    let scale = units.get(unit).copied().unwrap_or(1.0);
    Some(if name.ends_with("_S") { number * scale / 1e9 } else { number * scale })
}
