//! Who may use whom: every path in `src` is held to one table, between rooms and inside `world`. Tests within a room may
//! use what they like.

pub(crate) mod modules;

use super::support::root;
use modules::Modules;
use std::collections::{BTreeMap, BTreeSet};

/// What a room may use beside itself. It is the table of CONTRIBUTING.md; where a room uses more than a first sketch
/// would give it, the reason stands here.
const MAY_USE: &[(&str, &[&str])] = &[
    ("units", &[]),
    ("sheet", &[]),
    // Codes of errors stand below those who make them.
    ("diagnosis", &[]),
    ("stats", &[]),
    ("flow", &[]),
    ("metric", &[]),
    ("files", &[]),
    ("plain", &[]),
    // Numbers for people are written with their interval, which is an estimate.
    ("lang", &["stats"]),
    ("engine", &["units"]),
    ("profile", &["units"]),
    // Names that speak to whoever shows them are refused; a file of prices may be a table.
    ("scenario", &["profile", "diagnosis", "metric", "plain", "sheet", "units"]),
    ("observe", &["flow", "metric", "stats", "units"]),
    // It is made of the engine's laws, of media, of what profiles say and of plain quantities.
    ("blueprint", &["engine", "flow", "profile", "units"]),
    // It counts what a blueprint says there will be.
    ("footprint", &["blueprint", "units"]),
    ("world", &["blueprint", "engine", "flow", "profile", "observe", "units"]),
    ("strategy", &["scenario", "profile", "blueprint", "engine", "flow", "units"]),
    // What faults strike is drawn by the engine's keys, and how many of them is a plain quantity.
    ("placement", &["blueprint", "engine", "units"]),
    // A run's key is one of the engine's; its figures are metrics in units; it is asked for with a scenario.
    (
        "run",
        &[
            "scenario",
            "strategy",
            "placement",
            "blueprint",
            "footprint",
            "world",
            "observe",
            "engine",
            "diagnosis",
            "metric",
            "units",
        ],
    ),
    // Studies build companions out of scenarios, and read what runs return; a report's subject names the sources of
    // its agents' numbers.
    (
        "study",
        &[
            "run",
            // How a cluster grew because pods did not fit is part of a result.
            "placement",
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
    // Its candidates are scenarios with some fields set, told apart by the blueprints that strategies make of them, judged by
    // what studies return, and by what agents used at their fullest; what decides an objective is a cause of loss or a metric.
    (
        "decision",
        &["study", "run", "scenario", "strategy", "observe", "blueprint", "flow", "metric", "stats"],
    ),
    // Its parts hold what studies found; a design is drawn by the engine's keys.
    ("campaign", &["study", "engine"]),
    // Its points are scenarios with some fields and costs set, judged as `decision` judges them; designs are drawn by the
    // engine's keys.
    (
        "sensitivity",
        &[
            "decision", "study", "run", "strategy", "scenario", "profile", "engine", "metric", "stats",
            "units",
        ],
    ),
    // Figures carry estimates and units, texts two languages; a cell of the scale row names a way to load configs.
    ("table", &["study", "scenario", "metric", "flow", "stats", "lang"]),
    // It runs what it sizes, reads what agents are and used from blueprints and observations, and costs at their low and
    // high from profiles.
    (
        "sizing",
        &["study", "run", "scenario", "strategy", "profile", "blueprint", "observe", "metric", "units"],
    ),
    // It gives scenarios, and quantities are what it reads.
    ("import", &["scenario", "units"]),
    // It gives profiles as scenarios take them.
    ("calibrate", &["profile", "scenario", "sheet", "units"]),
    // It turns rows into scenarios and runs them under the strategies that they name; it needs more of a run than its
    // figures, and ages by tenant.
    ("validate", &["scenario", "strategy", "run", "world", "observe", "sheet", "units"]),
    // It measures; what rows become is `validate`'s and `calibrate`'s to say.
    ("lab", &["units"]),
    // Every verb that finds something has its report here; the page itself knows none of them.
    (
        "report",
        &[
            // How a cluster grew is said in words.
            "placement",
            "table",
            "study",
            // What was found by searching, and what decides an objective, which is said by its own words.
            "decision",
            "sensitivity",
            "scenario",
            "sizing",
            "validate",
            "verify",
            "calibrate",
            "diagnosis",
            // Charts know strategies by their constants.
            "strategy",
            "observe",
            "metric",
            "flow",
            "stats",
            "lang",
            "files",
            // Tables and pages show names of others.
            "plain",
        ],
    ),
    // Queues are built from the engine and judged by intervals; the world is asked through runs of small scenarios, at
    // paces of its own.
    ("verify", &["world", "engine", "stats", "run", "scenario", "strategy", "observe", "metric", "units"]),
    // A state is a scenario with settings, whose knobs stand along a study's axes; agents and strategies are chosen from.
    ("serve", &["scenario", "strategy", "study", "profile", "metric", "lang", "units"]),
    // Verbs put everything together, and see the world through runs alone.
    (
        "cli",
        &[
            "report",
            "table",
            "study",
            "decision",
            "run",
            // What will be long, or does not fit, is said before it starts.
            "footprint",
            "import",
            "lab",
            "calibrate",
            "campaign",
            "sizing",
            "sensitivity",
            "diagnosis",
            "scenario",
            "strategy",
            "profile",
            "metric",
            "lang",
            "units",
            "files",
            "plain",
            "validate",
            "verify",
            "serve",
        ],
    ),
];

/// The rooms of the world, lowest first, and what each may use of those below it: `*` is all of them. Outside of the
/// world each may use what the world may.
const WORLD: &[(&str, &[&str])] = &[
    // What was written.
    ("world/lines", &[]),
    // Sums, one line each.
    ("world/tally", &["world/lines"]),
    // Files of a stream.
    ("world/disk", &["world/lines", "world/tally"]),
    // It serves whoever sends: it knows no agent.
    ("world/backend", &["world/lines", "world/tally"]),
    // It sees one input and its files, never the node.
    ("world/agent", &["*"]),
    // What a node is.
    ("world/node", &["*"]),
    ("world/control", &["*"]),
    // What is done to a node.
    ("world/kubelet", &["*"]),
    ("world/faults", &["*"]),
    // A node as it begins, whose turn it is, and nodes together or apart.
    ("world/build", &["*"]),
    ("world/events", &["*"]),
    ("world/pace", &[]),
    ("world/stretches", &["*"]),
    ("world", &["*"]),
];

/// The room of a module: inside the world, the world's.
fn room_of(path: &[String]) -> String {
    let names: Vec<&str> = path.iter().map(String::as_str).collect();
    match names[..] {
        ["world", part, ..] => format!("world/{part}"),
        [room, ..] => room.to_owned(),
        [] => "lib".to_owned(),
    }
}

/// The room that others see.
fn outer(room: &str) -> &str {
    room.split('/').next().unwrap()
}

fn may_use() -> BTreeMap<&'static str, BTreeSet<&'static str>> {
    MAY_USE.iter().map(|(room, others)| (*room, others.iter().copied().collect())).collect()
}

/// Whether a room of the world may use another, by the table.
fn may_use_in_world(room: &str, used: &str) -> bool {
    let place = |name: &str| {
        let found = WORLD.iter().position(|(room, _)| *room == name);
        found.unwrap_or_else(|| panic!("{name} is new: it needs a line here and in CONTRIBUTING.md"))
    };
    let (at, of) = (place(room), place(used));
    of < at && (WORLD[at].1.contains(&"*") || WORLD[at].1.contains(&used))
}

/// A use of one room by another.
struct Use {
    room: String,
    used: String,
    /// Both files.
    says: String,
}

fn uses(modules: &Modules) -> Vec<Use> {
    let named = |number: usize| (room_of(&modules.get(number).path), modules.get(number).file.clone());
    let arrows = modules.arrows().into_iter();
    arrows
        .map(|arrow| (named(arrow.from), named(arrow.to)))
        .filter(|((room, _), (used, _))| room != used && room != "lib")
        .map(|((room, from), (used, to))| Use { room, used, says: format!("{from} uses {to}") })
        .collect()
}

fn source() -> Modules {
    let modules = Modules::of(&root().join("src"));
    assert!(modules.arrows().len() > 1000, "the reader of uses is broken");
    modules
}

#[test]
fn every_use_is_in_the_table() {
    let table = may_use();
    let mut wrong = Vec::new();
    let mut found: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for Use { room, used, says } in uses(&source()) {
        let (outer_room, outer_used) = (outer(&room), outer(&used));
        let allowed = if outer_room == outer_used {
            may_use_in_world(&room, &used)
        } else {
            found.entry(outer_room.to_owned()).or_default().insert(outer_used.to_owned());
            table.get(outer_room).unwrap_or_else(|| panic!("{outer_room} is new")).contains(outer_used)
        };
        if !allowed {
            wrong.push(format!("{room} may not use {used}: {says}"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    // The table promises no more than there is, so that it stays worth reading.
    for (room, allowed) in &table {
        for other in allowed {
            let used = found.get(*room).is_some_and(|used| used.contains(*other));
            let planned = [("scenario", "metric"), ("observe", "stats"), ("observe", "units")];
            assert!(used || planned.contains(&(*room, *other)), "{room} does not use {other} any more");
        }
    }
}

#[test]
fn the_table_has_every_room_and_no_circle() {
    let rooms: BTreeSet<String> = source()
        .iter()
        .map(|module| outer(&room_of(&module.path)).to_owned())
        .filter(|room| room != "lib")
        .collect();
    let table = may_use();
    assert_eq!(rooms, table.keys().map(|room| (*room).to_owned()).collect());
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

/// A front and what is behind it are one: parts use what stands in their front, and the front is made of them. Beyond
/// that no file may lead back to itself.
#[test]
fn no_circle_of_files() {
    let modules = source();
    let mut circles = BTreeMap::new();
    for circle in circles_of(&modules) {
        circles.entry(outer(circle[0].trim_end_matches(".rs")).to_owned()).or_insert(circle);
    }
    assert!(circles.is_empty(), "files in a circle: {circles:?}");
}

/// Files that lead back to themselves, each with those that it leads to and from; none twice.
fn circles_of(modules: &Modules) -> Vec<Vec<String>> {
    let mut to: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
    for arrow in modules.arrows() {
        let (from, of) = (modules.get(arrow.from).file.as_str(), modules.get(arrow.to).file.as_str());
        if from != of && !Modules::is_front_of(of, from) {
            to.entry(from).or_default().insert(of);
        }
    }
    let reached: BTreeMap<&str, BTreeSet<&str>> = to
        .keys()
        .map(|file| {
            let (mut seen, mut next) = (BTreeSet::new(), vec![*file]);
            while let Some(at) = next.pop() {
                let leads = to.get(at).into_iter().flatten().filter(|of| seen.insert(**of));
                next.extend(leads.copied().collect::<Vec<_>>());
            }
            (*file, seen)
        })
        .collect();
    let back = |a: &str, b: &str| reached.get(a).is_some_and(|seen| seen.contains(b));
    let mut circles: Vec<Vec<String>> = Vec::new();
    for file in to.keys().filter(|file| back(file, file)) {
        if !circles.iter().any(|circle| circle.iter().any(|other| other == file)) {
            circles.push(
                to.keys().filter(|o| back(file, o) && back(o, file)).map(|o| (*o).to_owned()).collect(),
            );
        }
    }
    circles
}

#[test]
fn the_engine_knows_no_logs_and_the_world_no_strategy() {
    let table = may_use();
    assert_eq!(table["engine"], BTreeSet::from(["units"]));
    assert!(table["world"].is_disjoint(&BTreeSet::from(["scenario", "strategy", "placement", "run"])));
    // Nor by their names.
    for module in source().iter().filter(|m| m.path.first().is_some_and(|r| r == "world" || r == "blueprint"))
    {
        for name in &module.names {
            let lower = name.to_lowercase();
            let named = ["daemonset", "sidecar"].iter().any(|strategy| lower.contains(strategy));
            assert!(!named, "{} names {name}", module.file);
        }
    }
}

#[test]
fn the_reader_of_uses_reads_them() {
    let modules = Modules::of_texts(&[
        (
            "lib.rs",
            "pub mod units; mod flow; pub mod world;
             #[cfg(test)] mod tests { use crate::flow::Cause; }",
        ),
        ("units.rs", "pub struct Bytes; pub const SECOND: u64 = 1;"),
        ("flow.rs", "pub enum Cause { Rotated } use super::units::*; pub fn f(bytes: Bytes) {}"),
        (
            "world.rs",
            "mod tally; mod node; pub use tally::{Tally as Sums, add};
             // crate::flow::Cause
             #[cfg(test)] fn tested() { crate::flow::f(crate::units::Bytes) }
             fn text() -> &'static str { \"crate::flow::f\" }",
        ),
        ("world/tally.rs", "pub struct Tally; pub fn add() { assert!(crate::units::SECOND > 0) }"),
        (
            "world/node.rs",
            "use super::Sums; pub mod node { pub struct Node(super::Sums); }
             macro_rules! lose { () => { $crate::flow::Cause::Rotated } }
             impl node::Node { #[cfg(test)] fn t() { crate::units::SECOND; } }",
        ),
    ]);
    let said: Vec<(String, String)> = modules
        .arrows()
        .into_iter()
        .map(|arrow| (modules.get(arrow.from).path.join("::"), modules.get(arrow.to).path.join("::")))
        .collect();
    let said: BTreeSet<(&str, &str)> = said.iter().map(|(from, to)| (from.as_str(), to.as_str())).collect();
    let expected = [
        // The glob is no use by itself, and the name that comes through it is found by no path of two names.
        ("world", "world::tally"),
        ("world::node", "flow"),
        ("world::node", "world::node::node"),
        ("world::node", "world::tally"),
        ("world::node::node", "world::tally"),
        ("world::tally", "units"),
    ];
    assert_eq!(said, BTreeSet::from(expected));
}

#[test]
fn circles_are_found() {
    let modules = Modules::of_texts(&[
        ("lib.rs", "mod a;"),
        ("a.rs", "mod b; mod c; mod d; pub struct A; pub use b::B;"),
        ("a/b.rs", "use super::{A, c::C}; pub struct B;"),
        ("a/c.rs", "pub struct C(super::d::D);"),
        ("a/d.rs", "pub struct D(super::B, super::A);"),
    ]);
    assert_eq!(circles_of(&modules), [["a/b.rs", "a/c.rs", "a/d.rs"].map(str::to_owned).to_vec()]);
    assert!(
        may_use_in_world("world/kubelet", "world/node") && !may_use_in_world("world/node", "world/kubelet")
    );
    assert!(!may_use_in_world("world/backend", "world/disk"), "the backend sees sums alone");
}
