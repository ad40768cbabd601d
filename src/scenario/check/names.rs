//! Names and texts, which reports, tables, charts and terminals show as they are: none may speak to those that show it.

use super::{Checked, Problem, Scenario};
use crate::diagnosis::Code;
use crate::plain::is_unseen;
use std::collections::BTreeSet;

/// The longest name: that of a Kubernetes object (a DNS subdomain, RFC 1123).
const MOST_IN_NAME: usize = 253;

/// The longest text.
const MOST_IN_TEXT: usize = 2_000;

/// What spreadsheets take for the beginning of a formula (OWASP, "CSV Injection").
const FORMULAS: [char; 4] = ['=', '+', '-', '@'];

/// Whether something may be a name.
fn allow(allowed: bool, path: impl Into<String>, message: impl FnOnce() -> String) -> Checked {
    if allowed { Ok(()) } else { Err(Problem::new(path, message()).coded(Code::Name)) }
}

/// Names in a list: each is one, and there once.
pub(super) fn check_names<'a>(what: &str, path: &str, names: impl Iterator<Item = &'a str>) -> Checked {
    let mut seen = BTreeSet::new();
    for (number, name) in names.enumerate() {
        let path = || format!("{path}/{number}/name");
        allow(!name.trim().is_empty(), path(), || format!("the name of a {what} is empty"))?;
        check_name(name, &format!("name of a {what}"), &path())?;
        allow(seen.insert(name), path(), || format!("there are two {what}s of the name {name:?}"))?;
    }
    Ok(())
}

/// Texts of a scenario as a whole, and of what its workloads wish for.
pub(super) fn check_texts(scenario: &Scenario) -> Checked {
    allow(!scenario.name.trim().is_empty(), "name", || "name is empty".into())?;
    check_shown(&scenario.name, "name", MOST_IN_NAME, "name")?;
    check_formula(&scenario.name, "name", "name")?;
    check_shown(&scenario.question.replace('\n', " "), "question", MOST_IN_TEXT, "question")?;
    for (t, tenant) in scenario.tenants.iter().enumerate() {
        for (w, workload) in tenant.workloads.iter().enumerate() {
            for (l, log) in workload.logs.iter().enumerate() {
                if let Some(store) = log.wants.as_ref().and_then(|wants| wants.store.as_ref()) {
                    check_name(store, "store", &format!("tenants/{t}/workloads/{w}/logs/{l}/wants/store"))?;
                }
            }
        }
    }
    Ok(())
}

fn check_name(name: &str, what: &str, path: &str) -> Checked {
    check_shown(name, what, MOST_IN_NAME, path)?;
    // Folders are named after some, and streams are told apart by tenant/workload.
    allow(!name.contains(['/', '\\']), path, || format!("{name:?} is no {what}: it has a slash"))?;
    check_formula(name, what, path)
}

fn check_formula(text: &str, what: &str, path: &str) -> Checked {
    allow(!text.starts_with(FORMULAS), path, || {
        format!("{text:?} is no {what}: spreadsheets take what begins with =, +, - or @ for a formula")
    })
}

/// Nothing in a text moves a cursor, turns the direction of writing, hides, or goes on for ever.
fn check_shown(text: &str, what: &str, most: usize, path: &str) -> Checked {
    let long = text.chars().count();
    allow(long <= most, path, || format!("a {what} of {long} characters; allowed are up to {most}"))?;
    match text.chars().find(|c| is_unseen(*c)) {
        Some(found) => allow(false, path, || {
            format!("this {what} has a character that is not shown, {}", found.escape_unicode())
        }),
        None => Ok(()),
    }
}
