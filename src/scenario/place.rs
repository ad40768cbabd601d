//! Where a value stands in a YAML text: found by its path, and only when there is something to complain about.

use serde::Deserialize;
use serde::de::{Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde_saphyr::Spanned;
use std::fmt;

/// Line and column, from 1.
pub(super) type Place = (u64, u64);

/// A YAML document as places alone.
#[derive(Deserialize)]
struct Node(Spanned<Parts>);

enum Parts {
    Map(Vec<(String, Node)>),
    List(Vec<Node>),
    Scalar,
}

/// Where the value at a path such as `tenants/0/name` stands; where the text says nothing about it, the place of
/// the nearest thing around it that is there. `None` where that is the whole document.
pub(super) fn find(text: &str, path: &str) -> Option<Place> {
    let root: Node = serde_saphyr::from_str_with_options(text, super::options()).ok()?;
    let mut node = &root;
    let mut found = None;
    for step in path.split('/').filter(|step| !step.is_empty()) {
        let next = match &node.0.value {
            Parts::Map(entries) => entries.iter().find(|(key, _)| key == step).map(|(_, value)| value),
            Parts::List(items) => step.parse().ok().and_then(|n: usize| items.get(n)),
            Parts::Scalar => None,
        };
        let Some(next) = next else { break };
        let place = next.0.referenced;
        found = (place.line() > 0).then(|| (place.line(), place.column()));
        node = next;
    }
    found
}

impl<'de> Deserialize<'de> for Parts {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct AnyParts;
        impl<'de> Visitor<'de> for AnyParts {
            type Value = Parts;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("anything")
            }
            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Parts, A::Error> {
                let mut entries = Vec::new();
                while let Some(entry) = map.next_entry()? {
                    entries.push(entry);
                }
                Ok(Parts::Map(entries))
            }
            fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Parts, A::Error> {
                let mut items = Vec::new();
                while let Some(item) = seq.next_element()? {
                    items.push(item);
                }
                Ok(Parts::List(items))
            }
            fn visit_newtype_struct<E: Deserializer<'de>>(self, inner: E) -> Result<Parts, E::Error> {
                IgnoredAny::deserialize(inner).map(|_| Parts::Scalar)
            }
            fn visit_unit<E>(self) -> Result<Parts, E> {
                Ok(Parts::Scalar)
            }
            fn visit_bool<E>(self, _: bool) -> Result<Parts, E> {
                Ok(Parts::Scalar)
            }
            fn visit_i64<E>(self, _: i64) -> Result<Parts, E> {
                Ok(Parts::Scalar)
            }
            fn visit_u64<E>(self, _: u64) -> Result<Parts, E> {
                Ok(Parts::Scalar)
            }
            fn visit_f64<E>(self, _: f64) -> Result<Parts, E> {
                Ok(Parts::Scalar)
            }
            fn visit_str<E>(self, _: &str) -> Result<Parts, E> {
                Ok(Parts::Scalar)
            }
        }
        deserializer.deserialize_any(AnyParts)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_is_found_in_block_and_flow_style_and_behind_an_alias() {
        let text = "name: x\nlists:\n  - { a: 1, b: [ true, 2.5 ] }\n  - a: three\n    b: &b ~\n  - b: *b\n";
        assert_eq!(find(text, "name"), Some((1, 7)));
        assert_eq!(find(text, "lists/0/a"), Some((3, 10)));
        assert_eq!(find(text, "lists/0/b/1"), Some((3, 24)));
        assert_eq!(find(text, "lists/1/a"), Some((4, 8)));
        assert_eq!(find(text, "lists/2/b"), Some((6, 8)));
    }

    #[test]
    fn what_is_not_there_is_looked_for_around_it() {
        let text = "name: x\nlists:\n  - { a: 1 }\n";
        assert_eq!(find(text, "lists/0/missing/deeper"), Some((3, 5)));
        assert_eq!(find(text, "warmup"), None);
        assert_eq!(find("a: [", "a"), None);
    }
}
