//! Who may use whom: every `crate::` in `src` is held to one table. Tests within a room may use what they like.

use super::support::root;
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

/// What a room may use beside itself. It is the table of CONTRIBUTING.md; where a room uses more than a first sketch
/// would give it, the reason stands here.
const MAY_USE: &[(&str, &[&str])] = &[
    ("units", &[]),
    ("stats", &[]),
    ("flow", &[]),
    ("metric", &[]),
    // Numbers for people are written with their interval, which is an estimate.
    ("lang", &["stats"]),
    ("engine", &["units"]),
    ("profile", &["units"]),
    ("scenario", &["profile", "metric", "units"]),
    ("observe", &["flow", "metric", "stats", "units"]),
    // It is made of the engine's laws, of media, of what profiles say and of plain quantities.
    ("blueprint", &["engine", "flow", "profile", "units"]),
    ("world", &["blueprint", "engine", "flow", "profile", "observe", "units"]),
    ("strategy", &["scenario", "profile", "blueprint", "engine", "flow", "units"]),
    // What faults strike is drawn by the engine's keys, and how many of them is a plain quantity.
    ("placement", &["blueprint", "engine", "units"]),
    // A run's key is one of the engine's; its figures are metrics in units; it is asked for with a scenario.
    (
        "run",
        &["scenario", "strategy", "placement", "blueprint", "world", "observe", "engine", "metric", "units"],
    ),
    // Studies build companions out of scenarios, and read what runs return; a report's subject names the sources of
    // its agents' numbers.
    (
        "study",
        &[
            "run",
            "scenario",
            "strategy",
            "profile",
            "observe",
            "blueprint",
            "flow",
            "metric",
            "stats",
            "units",
        ],
    ),
    // Its parts hold what studies found; a design is drawn by the engine's keys.
    ("campaign", &["study", "engine"]),
    // Figures carry estimates and units, texts two languages; a cell of the scale row names a way to load configs.
    ("table", &["study", "scenario", "metric", "flow", "stats", "lang"]),
    // It gives scenarios, and quantities are what it reads.
    ("import", &["scenario", "units"]),
    // It gives profiles as scenarios take them.
    ("calibrate", &["profile", "scenario", "units"]),
    // It turns rows into scenarios and runs them under the strategies that they name; it needs more of a run than its
    // figures, and ages by tenant.
    ("validate", &["scenario", "strategy", "run", "world", "observe", "units"]),
    ("report", &["table", "study", "validate", "observe", "metric", "flow", "stats", "lang"]),
    // Queues are built from the engine and judged by intervals; the world is asked through runs of small scenarios.
    ("verify", &["engine", "stats", "run", "scenario", "strategy", "observe", "metric", "units"]),
    // Verbs put everything together, and see the world through runs alone.
    (
        "cli",
        &[
            "report",
            "table",
            "study",
            "run",
            "import",
            "calibrate",
            "campaign",
            "scenario",
            "strategy",
            "profile",
            "observe",
            "metric",
            "flow",
            "stats",
            "lang",
            "units",
            "validate",
            "verify",
        ],
    ),
];

fn may_use() -> BTreeMap<&'static str, BTreeSet<&'static str>> {
    MAY_USE.iter().map(|(room, others)| (*room, others.iter().copied().collect())).collect()
}

/// A use of one room by another: (room, used room, file, the text behind the used room).
type Use = (String, String, String, String);

#[test]
fn every_use_is_in_the_table() {
    let table = may_use();
    let mut wrong = Vec::new();
    let mut found: BTreeMap<&str, BTreeSet<String>> = BTreeMap::new();
    for (room, used, file, _) in uses() {
        let (name, allowed) = table.get_key_value(room.as_str()).unwrap_or_else(|| panic!("{room} is new"));
        if room != used && !allowed.contains(used.as_str()) {
            wrong.push(format!("{file}: {room} may not use {used}"));
        }
        found.entry(name).or_default().insert(used);
    }
    assert_eq!(wrong, [""; 0]);
    // The table promises no more than there is, so that it stays worth reading.
    for (room, allowed) in &table {
        for other in allowed {
            let used = found.get(room).is_some_and(|used| used.contains(*other));
            let planned = [("scenario", "metric"), ("observe", "stats"), ("observe", "units")];
            assert!(used || planned.contains(&(*room, *other)), "{room} does not use {other} any more");
        }
    }
}

#[test]
fn the_table_has_every_room_and_no_circle() {
    let front = std::fs::read_to_string(root().join("src/lib.rs")).unwrap();
    let rooms: BTreeSet<&str> = front
        .lines()
        .filter_map(|line| line.strip_prefix("pub mod ").or(line.strip_prefix("mod "))?.strip_suffix(';'))
        .collect();
    let table = may_use();
    assert_eq!(rooms, table.keys().copied().collect());
    // Rooms are taken away as soon as everything that they use has been.
    let mut left = table;
    while !left.is_empty() {
        let free: Vec<&str> = left
            .iter()
            .filter(|(_, uses)| uses.iter().all(|u| !left.contains_key(u)))
            .map(|(r, _)| *r)
            .collect();
        assert!(!free.is_empty(), "a circle among {:?}", left.keys());
        left.retain(|room, _| !free.contains(room));
    }
}

#[test]
fn the_engine_knows_no_logs_and_the_world_no_strategy() {
    let table = may_use();
    assert_eq!(table["engine"], BTreeSet::from(["units"]));
    assert!(table["world"].is_disjoint(&BTreeSet::from(["scenario", "strategy", "placement", "run"])));
    // Nor by their names, as a word of its own, outside of prose.
    for (path, code) in code_of("world") {
        for strategy in ["daemonset", "sidecar", "DaemonSet", "Sidecar"] {
            assert!(!code.contains(strategy), "{path} names {strategy}");
        }
    }
}

#[test]
fn the_reader_of_uses_reads_them() {
    let uses_of = |code: &str, depth| -> Vec<String> {
        crate_paths(&bare(code), depth).into_iter().map(|(room, _)| room).collect()
    };
    assert_eq!(uses_of("use crate::units::{Bytes, SimTime};", 2), ["units"]);
    assert_eq!(
        uses_of("use crate::{flow::{Cause, Fate}, metric::Metric, stats};", 2),
        ["flow", "metric", "stats"]
    );
    assert_eq!(uses_of("fn f() -> crate::world::Tally { crate::run::go() }", 2), ["world", "run"]);
    assert_eq!(uses_of("impl $crate::units::Quantity for X {}", 2), ["units"]);
    assert_eq!(uses_of("// crate::world\n/* crate::run */ let x = \"crate::study\";", 2), [""; 0]);
    assert_eq!(
        uses_of("#[cfg(test)]\nmod tests { use crate::world::Tally; fn f() {} }\nuse crate::flow;", 2),
        ["flow"]
    );
    // A file src/room.rs has depth 1: one `super` leads out of it.
    assert_eq!(uses_of("use super::world::Tally;", 1), ["world"]);
    assert_eq!(uses_of("use super::world::Tally;", 2), [""; 0]);
    assert_eq!(uses_of("use super::super::world;", 2), ["world"]);
}

/// Code of all files of a room that are not tests, by path.
fn code_of(room: &str) -> Vec<(String, String)> {
    let mut files = Vec::new();
    let front = root().join(format!("src/{room}.rs"));
    collect(&front, &mut files);
    files
        .into_iter()
        .map(|path| {
            let code = bare(&std::fs::read_to_string(&path).unwrap());
            (path.strip_prefix(root()).unwrap().display().to_string(), code)
        })
        .collect()
}

/// A file and those of its modules that are no tests.
fn collect(file: &Path, files: &mut Vec<std::path::PathBuf>) {
    let code = bare(&std::fs::read_to_string(file).unwrap_or_else(|e| panic!("{}: {e}", file.display())));
    files.push(file.to_owned());
    for line in code.lines().map(str::trim) {
        let line = line.strip_prefix("pub ").unwrap_or(line);
        if let Some(name) = line.strip_prefix("mod ").and_then(|l| l.strip_suffix(';')) {
            collect(&file.with_extension("").join(format!("{name}.rs")), files);
        }
    }
}

fn uses() -> Vec<Use> {
    let mut all = Vec::new();
    for (room, _) in MAY_USE {
        for (path, code) in code_of(room) {
            let depth = path.matches(['/', '\\']).count();
            for (used, behind) in crate_paths(&code, depth) {
                all.push(((*room).to_owned(), used, path.clone(), behind));
            }
        }
    }
    assert!(all.len() > 100, "the reader of uses is broken: {}", all.len());
    all
}

/// Rooms that bare code names through `crate::`, or through enough `super::`, each with the text behind it. `depth`
/// is that of the file's module: 1 for a room's front.
fn crate_paths(code: &str, depth: usize) -> Vec<(String, String)> {
    let mut found = Vec::new();
    for (at, _) in code.match_indices("crate::") {
        let boundary = code[..at].chars().next_back().is_none_or(|c| !c.is_alphanumeric() && c != '_');
        if boundary {
            heads(&code[at + "crate::".len()..], &mut found);
        }
    }
    let escape = "super::".repeat(depth);
    for (at, _) in code.match_indices(&escape) {
        let before = &code[..at];
        let behind = &code[at + escape.len()..];
        if !before.ends_with("super::") && !before.ends_with("self::") && !behind.starts_with('{') {
            heads(behind, &mut found);
        }
    }
    found
}

/// The first name of a path, or those of a list of paths.
fn heads(behind: &str, found: &mut Vec<(String, String)>) {
    let Some(list) = behind.strip_prefix('{') else {
        let name: String = behind.chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect();
        found.push((name.clone(), behind[name.len()..].to_owned()));
        return;
    };
    let mut depth = 0;
    let mut start = 0;
    for (at, c) in list.char_indices() {
        match c {
            '{' => depth += 1,
            '}' if depth > 0 => depth -= 1,
            ',' | '}' if depth == 0 => {
                let part = list[start..at].trim();
                if !part.is_empty() {
                    heads(part, found);
                }
                if c == '}' {
                    return;
                }
                start = at + 1;
            }
            _ => {}
        }
    }
}

/// Code without comments, without what stands in quotes, and without what is compiled for tests alone.
fn bare(code: &str) -> String {
    without_tests(&without_prose(code))
}

fn without_prose(code: &str) -> String {
    let chars: Vec<char> = code.chars().collect();
    let mut bare = String::with_capacity(code.len());
    let mut i = 0;
    while i < chars.len() {
        match (chars[i], chars.get(i + 1)) {
            ('/', Some('/')) => {
                while i < chars.len() && chars[i] != '\n' {
                    i += 1;
                }
            }
            ('/', Some('*')) => {
                i += 2;
                while i + 1 < chars.len() && (chars[i], chars[i + 1]) != ('*', '/') {
                    i += 1;
                }
                i += 2;
            }
            ('r', Some('"' | '#')) if i == 0 || !chars[i - 1].is_alphanumeric() && chars[i - 1] != '_' => {
                let hashes = chars[i + 1..].iter().take_while(|c| **c == '#').count();
                if chars.get(i + 1 + hashes) != Some(&'"') {
                    bare.push('r');
                    i += 1;
                    continue;
                }
                i += 2 + hashes;
                let closes = |i: usize| {
                    chars[i] == '"'
                        && chars[i + 1..].iter().take(hashes).filter(|c| **c == '#').count() == hashes
                };
                while i < chars.len() && !closes(i) {
                    i += 1;
                }
                i += 1 + hashes;
                bare.push_str("\"\"");
            }
            ('"', _) => {
                i += 1;
                while i < chars.len() && chars[i] != '"' {
                    i += if chars[i] == '\\' { 2 } else { 1 };
                }
                i += 1;
                bare.push_str("\"\"");
            }
            // A character, not a lifetime.
            ('\'', Some('\\')) => {
                i += 3;
                while i < chars.len() && chars[i] != '\'' {
                    i += 1;
                }
                i += 1;
            }
            ('\'', Some(_)) if chars.get(i + 2) == Some(&'\'') => i += 3,
            (c, _) => {
                bare.push(c);
                i += 1;
            }
        }
    }
    bare
}

/// Takes out each item behind `#[cfg(test)]`, up to its semicolon or its closing brace.
fn without_tests(code: &str) -> String {
    const MARK: &str = "#[cfg(test)]";
    let Some(at) = code.find(MARK) else { return code.to_owned() };
    let rest = &code[at + MARK.len()..];
    let mut depth = 0;
    let end = rest.char_indices().find_map(|(i, c)| match c {
        '{' => {
            depth += 1;
            None
        }
        '}' => {
            depth -= 1;
            (depth == 0).then_some(i + 1)
        }
        ';' if depth == 0 => Some(i + 1),
        _ => None,
    });
    format!("{}{}", &code[..at], without_tests(&rest[end.unwrap_or(rest.len())..]))
}
