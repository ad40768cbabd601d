use super::*;
use crate::metric::Metric;
use crate::study::{SweepPoint, WarmupBy};
use std::collections::BTreeMap;
use std::fs;
use std::path::PathBuf;

fn plan(points: usize) -> Plan {
    Plan {
        version: "1".to_owned(),
        scenario: "t".to_owned(),
        hash: "abc".to_owned(),
        paths: vec!["duration".to_owned()],
        points_hash: "def".to_owned(),
        points,
        strategies: vec!["native".to_owned()],
        seed: 1,
        replications: "--reps 1".to_owned(),
    }
}

/// Figures whose digits a careless writer or reader would lose.
fn figures(point: usize) -> SweepPoint {
    let value = Some(0.1 + 1.0 / 3.0 * point as f64);
    SweepPoint {
        values: vec![format!("{point}m")],
        metrics: vec![vec![BTreeMap::from([(Metric::ALL[0], value), (Metric::ALL[1], None)])]],
        infeasible: vec![None],
        precision: None,
        warmup: (0.1, WarmupBy::Stated),
    }
}

fn write(folder: &std::path::Path, plan: &Plan, shard: Shard) -> PathBuf {
    let mut part = Part::open(folder, plan, shard, false).unwrap();
    // Points finish in any order.
    for point in (0..plan.points).rev().filter(|point| shard.holds(*point)) {
        part.add(point, figures(point)).unwrap();
    }
    part.finish().unwrap()
}

fn merged(given: &[PathBuf]) -> String {
    match Merged::open(given) {
        Ok(mut merged) => {
            let points = merged.plan.points;
            (0..points).map(|point| format!("{:?}\n", merged.point(point).unwrap())).collect()
        }
        Err(error) => error.to_string(),
    }
}

fn expected(points: usize) -> String {
    (0..points).map(|point| format!("{:?}\n", figures(point))).collect()
}

#[test]
fn parts_together_are_the_whole_to_the_bit() {
    let folder = tempfile::tempdir().unwrap();
    let plan = plan(10);
    (0..3).for_each(|number| drop(write(folder.path(), &plan, Shard { number, of: 3 })));
    assert_eq!(merged(&[folder.path().to_owned()]), expected(10));
}

#[test]
fn a_part_cut_off_anywhere_goes_on_to_the_same_figures() {
    let whole = tempfile::tempdir().unwrap();
    let text = fs::read(write(whole.path(), &plan(5), Shard::WHOLE)).unwrap();
    for end in 0..=text.len() {
        let folder = tempfile::tempdir().unwrap();
        let name = format!("{}.partial", Shard::WHOLE.file_name());
        fs::write(folder.path().join(name), &text[..end]).unwrap();
        let mut part = Part::open(folder.path(), &plan(5), Shard::WHOLE, true).unwrap();
        for point in 0..5 {
            if !part.has(point) {
                part.add(point, figures(point)).unwrap();
            }
        }
        part.finish().unwrap();
        assert_eq!(merged(&[folder.path().to_owned()]), expected(5), "cut off at {end}");
    }
}

#[test]
fn what_is_not_all_parts_once_is_refused_by_number() {
    let folder = tempfile::tempdir().unwrap();
    let own = plan(10);
    let parts: Vec<PathBuf> =
        (0..4).map(|number| write(folder.path(), &own, Shard { number, of: 4 })).collect();
    assert_eq!(merged(&[parts[0].clone(), parts[2].clone()]), "of 4 parts 2 are missing: 1, 3");
    let copy = folder.path().join("copy.jsonl");
    fs::copy(&parts[1], &copy).unwrap();
    assert!(merged(&[folder.path().to_owned(), copy.clone()]).contains("are both part 1/4"));
    // A part that lacks one of its points: its head and two of the three lines of points 1, 5 and 9.
    let text = fs::read_to_string(&copy).unwrap();
    let lines: Vec<&str> = text.lines().take(3).collect();
    fs::write(&copy, lines.join("\n") + "\n").unwrap();
    let given = [parts[0].clone(), copy, parts[2].clone(), parts[3].clone()];
    assert!(merged(&given).contains("lacks 1 of its points, the first of them 1"), "{}", merged(&given));
    // Of another sweep.
    let other = tempfile::tempdir().unwrap();
    let foreign = write(other.path(), &Plan { seed: 2, ..own.clone() }, Shard { number: 1, of: 4 });
    let error = merged(&[parts[0].clone(), foreign]);
    assert!(error.contains("another sweep") && error.contains("the seed is 2 there and 1 here"), "{error}");
    let empty = tempfile::tempdir().unwrap();
    assert!(merged(&[empty.path().to_owned()]).contains("holds no part"));
}

#[test]
fn a_folder_of_something_else_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let own = plan(10);
    let open = |plan: &Plan, shard, resume| {
        Part::open(folder.path(), plan, shard, resume).map(|_| ()).unwrap_err().to_string()
    };
    let shard = Shard { number: 0, of: 2 };
    write(folder.path(), &own, shard);
    assert!(open(&own, shard, false).contains("--resume"));
    assert!(open(&plan(11), shard, true).contains("the number of points is 10 there and 11 here"));
    assert!(open(&own, Shard { number: 0, of: 3 }, true).contains("of 2 parts, where 3 are asked for"));
    let part = Part::open(folder.path(), &own, shard, true).unwrap();
    assert!(open(&own, shard, true).contains("another process"));
    drop(part);
    fs::write(folder.path().join("part-x.jsonl"), "no part\n").unwrap();
    assert!(open(&own, shard, true).contains("part-x.jsonl:1: "));
}
