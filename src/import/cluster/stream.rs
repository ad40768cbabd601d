//! One object after the other, without the whole list in memory.

use super::objects::{Metadata, Object, Spec, Status, Text};
use serde::de::{DeserializeSeed, Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde::{Deserialize, de};
use std::collections::BTreeMap;
use std::fmt;

/// Who takes objects: lists are taken apart before.
pub(super) type Sink<'a> = &'a mut dyn FnMut(Object);

/// Reads an object; items of lists, at any depth, go to the sink as soon as they are read.
pub(super) struct Seed<'a> {
    pub(super) sink: Sink<'a>,
    /// Kind of items that do not repeat it.
    pub(super) of: Option<&'static str>,
}

impl<'de> DeserializeSeed<'de> for Seed<'_> {
    type Value = Object;
    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Object, D::Error> {
        deserializer.deserialize_any(self)
    }
}

/// Items that do not repeat the kind that a typed list has.
fn kind_of_items(list: Option<&str>) -> Option<&'static str> {
    match list {
        Some("NodeList") => Some("Node"),
        Some("PodList") => Some("Pod"),
        Some("ConfigMapList") => Some("ConfigMap"),
        _ => None,
    }
}

impl<'de> Visitor<'de> for Seed<'_> {
    type Value = Object;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object of Kubernetes, or a list of them")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Object, A::Error> {
        let mut object = Object { kind: self.of.map(str::to_owned), ..Object::default() };
        while let Some(key) = map.next_key::<Key>()? {
            match key {
                Key::ApiVersion => object.api_version = map.next_value()?,
                Key::Kind => object.kind = map.next_value::<Option<String>>()?.or(object.kind),
                Key::Items => {
                    object.is_list = true;
                    let of = kind_of_items(object.kind.as_deref());
                    map.next_value_seed(Items { sink: &mut *self.sink, of })?;
                }
                Key::Type => object.event = map.next_value::<Option<Text>>()?.map(|text| text.0),
                Key::Object => {
                    let seed = Seed { sink: &mut *self.sink, of: None };
                    object.object = Some(Box::new(map.next_value_seed(seed)?));
                }
                Key::Metadata => object.metadata = map.next_value::<Option<Metadata>>()?.unwrap_or_default(),
                // Of other kinds they may be anything.
                Key::Spec if read_whole(&object) => {
                    object.spec = map.next_value::<Option<Spec>>()?.unwrap_or_default();
                }
                Key::Status if read_whole(&object) => {
                    object.status = map.next_value::<Option<Status>>()?.unwrap_or_default();
                }
                Key::Data if object.kind.as_deref().is_none_or(|kind| kind == "ConfigMap") => {
                    let data = map.next_value::<Option<Lenient>>()?.unwrap_or_default();
                    object.data = data.0;
                }
                Key::Spec | Key::Status | Key::Data | Key::Other => {
                    map.next_value::<IgnoredAny>()?;
                }
            }
        }
        object.is_list |= matches!(object.kind.as_deref(), Some("List" | "NodeList" | "PodList"));
        Ok(object)
    }

    /// An array of objects, as `jq .items` gives it.
    fn visit_seq<A: SeqAccess<'de>>(self, list: A) -> Result<Object, A::Error> {
        Items { sink: self.sink, of: self.of }.visit_seq(list)?;
        Ok(Object { is_list: true, ..Object::default() })
    }

    fn visit_unit<E: de::Error>(self) -> Result<Object, E> {
        Ok(Object::default())
    }
}

/// Whether specification and status are those of a node or a pod, as far as is known yet.
fn read_whole(object: &Object) -> bool {
    let ours = matches!(object.kind.as_deref(), None | Some("Node" | "Pod"));
    ours && matches!(object.api_version.as_deref(), None | Some("v1"))
}

/// Items of a list.
struct Items<'a> {
    sink: Sink<'a>,
    of: Option<&'static str>,
}

impl<'de> DeserializeSeed<'de> for Items<'_> {
    type Value = ();
    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Items<'_> {
    type Value = ();
    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a list of objects")
    }
    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<(), A::Error> {
        while let Some(object) = list.next_element_seed(Seed { sink: &mut *self.sink, of: self.of })? {
            if !object.is_list {
                (self.sink)(object);
            }
        }
        Ok(())
    }
    fn visit_unit<E: de::Error>(self) -> Result<(), E> {
        Ok(())
    }
    /// An `items` of something else.
    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        while map.next_entry::<IgnoredAny, IgnoredAny>()?.is_some() {}
        Ok(())
    }
    fn visit_str<E: de::Error>(self, _: &str) -> Result<(), E> {
        Ok(())
    }
}

/// Keys of an object that matter.
#[derive(Deserialize)]
#[serde(field_identifier, rename_all = "camelCase")]
enum Key {
    ApiVersion,
    Kind,
    Items,
    Type,
    Object,
    Metadata,
    Spec,
    Status,
    Data,
    #[serde(other)]
    Other,
}

/// Texts by their names; what is no text is left out.
#[derive(Default)]
struct Lenient(BTreeMap<String, String>);

impl<'de> Deserialize<'de> for Lenient {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Any;
        impl<'de> Visitor<'de> for Any {
            type Value = Lenient;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("texts by their names")
            }
            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Lenient, A::Error> {
                let mut all = BTreeMap::new();
                while let Some((name, text)) = map.next_entry::<String, Text>()? {
                    all.insert(name, text.0);
                }
                Ok(Lenient(all))
            }
            fn visit_unit<E>(self) -> Result<Lenient, E> {
                Ok(Lenient::default())
            }
            fn visit_str<E>(self, _: &str) -> Result<Lenient, E> {
                Ok(Lenient::default())
            }
        }
        deserializer.deserialize_any(Any)
    }
}

impl<'de> Deserialize<'de> for Object {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let mut items = Vec::new();
        let seed = Seed { sink: &mut |object| items.push(object), of: None };
        let mut object = seed.deserialize(deserializer)?;
        object.items = items;
        Ok(object)
    }
}
