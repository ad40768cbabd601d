//! From texts to nodes, pods and agents' settings, each once.

use super::facts::Facts;
use super::objects::Object;
use super::text;
use crate::import::input::Entry;
use crate::import::{ImportError, counted, error::HOW};
use std::collections::BTreeMap;
use std::io::BufRead;

/// Files left out that get a note of their own.
const NOTED: usize = 5;

/// The nodes and pods of all files, and what was left out.
#[derive(Debug)]
pub(super) struct Objects {
    pub(super) facts: Facts,
    /// Refuses a whole bundle for one bad file.
    pub(super) strict: bool,
    pub(super) files: Vec<String>,
    others: BTreeMap<String, u64>,
    passed: u64,
    bad: Vec<String>,
    unlike: u64,
}

impl Objects {
    pub(super) fn new(facts: Facts, strict: bool) -> Self {
        let (files, bad) = (Vec::new(), Vec::new());
        Self { facts, strict, files, others: BTreeMap::new(), passed: 0, bad, unlike: 0 }
    }

    /// Reads one text. Of those that a folder or an archive holds, bad ones are noted and left out.
    pub(super) fn read(&mut self, entry: Entry<'_>, reader: &mut dyn BufRead) -> Result<(), ImportError> {
        if entry.named {
            self.files.push(entry.name.to_owned());
        }
        if !entry.named && is_a_log(entry.name) {
            self.unlike += 1;
            return Ok(());
        }
        match self.read_text(entry, reader) {
            Err(error) if entry.named || self.strict => Err(error),
            Err(error) => {
                self.bad.push(error.to_string());
                Ok(())
            }
            Ok(()) => Ok(()),
        }
    }

    fn read_text(&mut self, entry: Entry<'_>, reader: &mut dyn BufRead) -> Result<(), ImportError> {
        let file = entry.name;
        let before = self.facts.taken();
        let mut strange = BTreeMap::new();
        let facts = &mut self.facts;
        let seen =
            text::read(file, reader, entry.named, &mut |object| take(object, false, facts, &mut strange))?;
        let nothing = before == self.facts.taken();
        if !entry.named {
            self.unlike += u64::from(nothing);
            return Ok(());
        }
        if seen.nothing {
            return Err(ImportError::Empty { file: file.to_owned(), advice: HOW });
        }
        let of_no_kind = strange.get("no kind").is_some_and(|n| *n > 0) && strange.len() == 1;
        if nothing && (seen.objects == 0 || of_no_kind || !strange.is_empty()) {
            let found = match seen.objects {
                0 => "is neither JSON nor YAML of Kubernetes".to_owned(),
                _ => {
                    let kinds = strange.keys().map(String::as_str).collect::<Vec<_>>().join(", ");
                    format!("has neither nodes nor pods (it holds: {kinds})")
                }
            };
            return Err(ImportError::NotKubernetes { file: file.to_owned(), found });
        }
        self.passed += seen.passed;
        for (kind, n) in strange {
            *self.others.entry(kind).or_default() += n;
        }
        Ok(())
    }

    /// What was left out, for people.
    pub(super) fn notes(&self) -> Vec<String> {
        let mut notes = Vec::new();
        for bad in self.bad.iter().take(NOTED) {
            notes.push(format!("left out from there on: {bad}"));
        }
        if self.bad.len() > NOTED {
            let more = counted((self.bad.len() - NOTED) as u64, "more file");
            notes.push(format!("{more} likewise (--strict refuses them)"));
        }
        if self.unlike > 0 {
            notes.push(format!(
                "{} of folders and archives without nodes and pods",
                counted(self.unlike, "file")
            ));
        }
        if self.passed > 0 {
            notes.push(format!("{} between objects passed over", counted(self.passed, "line")));
        }
        if self.facts.twice > 0 {
            let objects = counted(self.facts.twice, "object");
            notes.push(format!(
                "{objects} given more than once (same kind, namespace and name) are taken once, as last given"
            ));
        }
        if !self.others.is_empty() {
            let kinds: Vec<String> = self.others.iter().map(|(kind, n)| format!("{kind} ({n})")).collect();
            notes.push(format!("left out, being neither nodes nor pods: {}", kinds.join(", ")));
        }
        notes
    }
}

/// Files of bundles that are never lists of objects.
fn is_a_log(name: &str) -> bool {
    let name = name.strip_suffix(".gz").unwrap_or(name);
    [".log", ".out", ".err", ".html", ".csv", ".png", ".svg", ".md"].iter().any(|end| name.ends_with(end))
}

/// Takes an object, out of the event of a watch where it is in one.
fn take(mut object: Object, gone: bool, facts: &mut Facts, strange: &mut BTreeMap<String, u64>) {
    if let Some(inner) = object.object.take() {
        let gone = object.event.as_deref() == Some("DELETED");
        return take(*inner, gone, facts, strange);
    }
    let core = matches!(object.api_version.as_deref(), None | Some("v1"));
    let (allocatable, capacity) = (&object.status.allocatable, &object.status.capacity);
    match object.kind.as_deref() {
        Some("Node") if core => facts.node(object, gone),
        Some("Pod") if core => facts.pod(object, gone),
        Some("ConfigMap") if core => facts.config_map(&object),
        None if !allocatable.is_empty() || !capacity.is_empty() => facts.node(object, gone),
        None if !object.spec.containers.is_empty() => facts.pod(object, gone),
        kind => {
            let name = match (kind, object.api_version.as_deref()) {
                (None, _) => "no kind".to_owned(),
                (Some(kind), Some(version)) if matches!(kind, "Node" | "Pod") => {
                    format!("{kind} of {version}")
                }
                (Some(kind), _) => kind.to_owned(),
            };
            *strange.entry(name).or_default() += 1;
        }
    }
}
