//! From files to nodes and pods, each once.

use super::objects::Object;
use crate::import::{ImportError, counted, error::HOW, text};
use std::collections::{BTreeMap, HashSet};

/// The nodes and pods of all files, and what was left out.
#[derive(Debug, Default)]
pub(super) struct Objects {
    pub(super) nodes: Vec<Object>,
    pub(super) pods: Vec<Object>,
    others: BTreeMap<String, u64>,
    twice: u64,
    seen: HashSet<(bool, String, String)>,
}

impl Objects {
    /// Reads one file: one JSON value, or several one after the other.
    pub(super) fn read(&mut self, file: &str, bytes: &[u8]) -> Result<(), ImportError> {
        let text = text::without_bom(text::utf8(file, 1, bytes)?);
        let refused = |found: &str| {
            Err(ImportError::NotKubernetes { file: file.to_owned(), found: format!("is {found}") })
        };
        match text.trim_start().chars().next() {
            None => return Err(ImportError::Empty { file: file.to_owned(), advice: HOW }),
            Some('[') => return refused("a JSON array"),
            Some('"' | '-' | '0'..='9') => return refused("no JSON object"),
            Some('a') if text.trim_start().starts_with("apiVersion:") => {
                return refused("YAML");
            }
            _ => {}
        }
        let before = self.nodes.len() + self.pods.len();
        let mut lists = 0;
        let mut strange = BTreeMap::new();
        for object in serde_json::Deserializer::from_str(text).into_iter::<Object>() {
            let object = object.map_err(|e| ImportError::from_json(file, &e))?;
            lists += u64::from(object.items.is_some() || is_list(object.kind.as_deref()));
            self.take(object, None, &mut strange);
        }
        let nothing = before == self.nodes.len() + self.pods.len() && self.twice == 0;
        if nothing && (lists == 0 || !strange.is_empty()) {
            let found = strange.keys().map(String::as_str).collect::<Vec<_>>().join(", ");
            let found = format!("is JSON without nodes and pods (it holds: {found})");
            return Err(ImportError::NotKubernetes { file: file.to_owned(), found });
        }
        for (kind, n) in strange {
            *self.others.entry(kind).or_default() += n;
        }
        Ok(())
    }

    fn take(&mut self, mut object: Object, of: Option<&'static str>, strange: &mut BTreeMap<String, u64>) {
        if object.items.is_some() || is_list(object.kind.as_deref()) {
            // Items of a typed list need not repeat its kind.
            let of = match object.kind.as_deref() {
                Some("NodeList") => Some("Node"),
                Some("PodList") => Some("Pod"),
                _ => None,
            };
            for item in object.items.take().unwrap_or_default() {
                self.take(item, of, strange);
            }
            return;
        }
        let node = match object.kind.as_deref().or(of) {
            Some("Node") => true,
            Some("Pod") => false,
            None if !object.status.allocatable.is_empty() || !object.status.capacity.is_empty() => true,
            None if !object.spec.containers.is_empty() => false,
            other => {
                *strange.entry(other.unwrap_or("no kind").to_owned()).or_default() += 1;
                return;
            }
        };
        let namespace = object.metadata.namespace.clone().filter(|_| !node).unwrap_or_default();
        let name = object.metadata.name.clone();
        if !name.is_empty() && !self.seen.insert((node, namespace, name)) {
            self.twice += 1;
        } else if node {
            self.nodes.push(object);
        } else {
            self.pods.push(object);
        }
    }

    /// What was left out, for people.
    pub(super) fn notes(&self) -> Vec<String> {
        let mut notes = Vec::new();
        if self.twice > 0 {
            let objects = counted(self.twice, "object");
            notes.push(format!(
                "{objects} given more than once (same kind, namespace and name) are taken once"
            ));
        }
        if !self.others.is_empty() {
            let kinds: Vec<String> = self.others.iter().map(|(kind, n)| format!("{kind} ({n})")).collect();
            notes.push(format!("left out, being neither nodes nor pods: {}", kinds.join(", ")));
        }
        notes
    }
}

fn is_list(kind: Option<&str>) -> bool {
    matches!(kind, Some("List" | "NodeList" | "PodList"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Result<Objects, ImportError> {
        let mut objects = Objects::default();
        objects.read("c.json", text.as_bytes()).map(|()| objects)
    }

    #[test]
    fn every_shape_of_list_is_read() {
        let node = r#"{"kind":"Node","metadata":{"name":"n"}}"#;
        let pod = r#"{"kind":"Pod","metadata":{"name":"p","namespace":"a"}}"#;
        let kindless = r#"{"kind":"NodeList","items":[{"metadata":{"name":"n"}},{"metadata":{"name":"m"}}]}"#;
        for (text, nodes, pods) in [
            (format!(r#"{{"kind":"List","items":[{node},{pod}]}}"#), 1, 1),
            (kindless.to_owned(), 2, 0),
            (format!(r#"{{"kind":"PodList","items":[{pod}]}}"#), 0, 1),
            (node.to_owned(), 1, 0),
            (format!("{node}\n{pod}"), 1, 1),
            (format!("\u{feff}{pod}{pod}"), 0, 1),
            (r#"{"kind":"List","items":null}"#.to_owned(), 0, 0),
            (
                r#"{"items":[{"status":{"capacity":{"cpu":1}}},{"spec":{"containers":[{}]}}]}"#.to_owned(),
                1,
                1,
            ),
        ] {
            let objects = read(&text).unwrap();
            assert_eq!((objects.nodes.len(), objects.pods.len()), (nodes, pods), "{text}");
        }
    }

    #[test]
    fn what_cannot_be_read_says_where_and_what_is_allowed() {
        for (text, expected) in [
            ("", "c.json is empty; get it with: kubectl get nodes,pods"),
            (" \n", "c.json is empty"),
            ("{\"kind\":\"List\",\n\"items\":[{\"ki", "c.json:2:13: the file ends in the middle"),
            ("[1]", "c.json is a JSON array; allowed are a List, NodeList, PodList, Node or Pod"),
            ("7", "no JSON object"),
            ("apiVersion: v1\nkind: Pod\n", "c.json is YAML; allowed"),
            ("NAME  STATUS\n", "c.json:1:1: is no JSON"),
            (r#"{"a":1}"#, "it holds: no kind"),
            (r#"{"kind":"Service"}"#, "it holds: Service"),
            (
                "{\"kind\":\"Node\",\n\"status\":{\"capacity\":{\"cpu\":\"lots\"}}}",
                "c.json:2:34: \"lots\" is not a CPU quantity of Kubernetes such as 4, 0.5, 500m",
            ),
        ] {
            let refused = read(text).unwrap_err().to_string();
            assert!(refused.contains(expected), "{text:?}: {refused}");
        }
    }

    #[test]
    fn other_kinds_are_left_out_and_told() {
        let objects =
            read(r#"{"kind":"List","items":[{"kind":"Node"},{"kind":"Service"},{"kind":"Service"}]}"#);
        assert_eq!(objects.unwrap().notes(), ["left out, being neither nodes nor pods: Service (2)"]);
    }
}
