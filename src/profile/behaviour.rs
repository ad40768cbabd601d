//! How an agent behaves: buffers, batches, retries, discovery, restarts.

use super::settings::{agent_settings, yaml_key};
use super::{LineLimit, LongLines, Position, Quality, Sourced, StartAt, Timeout};
use crate::units::{Bytes, SimTime};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Makes [`Behaviour`] of the rows of [`agent_settings`].
macro_rules! behaviour {
    ($(
        en $en:literal zh $zh:literal
        profile { $($key:ident: $ty:ty $(= $default:expr, $source:literal, $quality:ident)?)? }
        scenario { $($skey:ident: $sty:ty $(, $least:literal to $most:literal)?)? }
    )*) => {
        /// How the agent behaves, as its chart and program set it.
        #[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
        #[serde(try_from = "Written", rename_all = "camelCase")]
        pub struct Behaviour {
            $($(#[doc = $en] pub $key: Sourced<$ty>,)?)*
        }

        /// A behaviour as a profile writes it: what is the stated default may be left out.
        #[derive(Deserialize, JsonSchema)]
        #[serde(deny_unknown_fields, rename_all = "camelCase")]
        struct Written {
            $($(#[doc = $en] $key: Option<Sourced<$ty>>,)?)*
        }

        impl TryFrom<Written> for Behaviour {
            type Error = String;
            fn try_from(written: Written) -> Result<Self, String> {
                Ok(Self { $($($key: {
                    let written = written.$key;
                    $(let written = written.or_else(|| Some(stated($default, $source, Quality::$quality)));)?
                    written.ok_or_else(|| missing(stringify!($key)))?
                },)?)* })
            }
        }

        impl Behaviour {
            /// Returns where each behaviour comes from, by its path in the YAML.
            pub fn sources(&self) -> Vec<(String, &str)> {
                vec![$($((yaml_key(stringify!($key)), self.$key.source.as_str()),)?)*]
            }

            /// Returns the settings that a profile may leave out, each with the source of its stated default.
            pub fn stated_defaults() -> Vec<(String, &'static str)> {
                [$($((yaml_key(stringify!($key)), None::<&str>$(.or(Some($source)))?),)?)*]
                    .into_iter()
                    .filter_map(|(key, source)| Some((key, source?)))
                    .collect()
            }
        }
    };
}
agent_settings!(behaviour);

fn stated<T>(value: T, source: &str, quality: Quality) -> Sourced<T> {
    Sourced { value, source: source.to_owned(), quality, low: None, high: None }
}

fn missing(name: &str) -> String {
    format!("behaviour has no {:?}, which has no stated default", yaml_key(name))
}

/// How often a failed request is tried again.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub enum Retries {
    /// Until it succeeds.
    Unlimited,
    /// So many times, then it is dropped.
    Limit(u32),
}

/// How an agent finds the file that takes a rotated one's place.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub enum Successor {
    /// At the next scan.
    NextScan,
    /// It looks once when it is told of the rename, and again at the next scan: a file that appears between waits for the
    /// scan. An idle agent looks as soon as it is awake (`cpu.coalesce`), a busy one later.
    AtRename,
    /// It is found at once.
    AtOnce,
}

/// How an agent learns that a file has new lines.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub enum Watching {
    /// It looks at its files: no watch of the kernel is needed.
    Polls,
    /// By an inotify watch a file, and where there is none it looks at its scan interval.
    Polled,
    /// By an inotify watch a file; one without is not read.
    Needed,
}

/// How an agent that pods share comes to know a new pod.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub enum Discovery {
    /// It looks for files at its scan interval.
    Files,
    /// The API server tells it of a pod, and it begins to read at once.
    PodEvents,
    /// The API server tells it of a pod, whose files it looks for at its next scan.
    PodsAtScan,
    /// As before, and what does not run any more by then it does not read.
    RunningPodsAtScan,
}

/// Of which pods an agent keeps the metadata.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub enum Scope {
    /// Those of its node.
    Node,
    /// Those of the cluster.
    Cluster,
}

/// Where an agent keeps what waits to be sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub enum Storage {
    /// As its profile has it, mostly in memory.
    Memory,
    /// In files, some of them in memory too.
    Filesystem,
}

/// How an agent compresses what it sends.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub enum Compress {
    /// As its profile has it.
    None,
    /// With gzip.
    Gzip,
}

/// Whether an agent asks the kernel to be told of new lines.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub enum Inotify {
    /// It does, where its profile says so.
    On,
    /// It looks at its files from time to time instead.
    Off,
}

/// A count that must not be exceeded, or none.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub enum Most {
    /// Nothing limits it.
    Unlimited,
    /// No more than this.
    Limit(u32),
}

impl Most {
    /// The limit as a number, infinite where there is none.
    pub fn as_f64(self) -> f64 {
        match self {
            Self::Unlimited => f64::INFINITY,
            Self::Limit(most) => f64::from(most),
        }
    }
}

/// What becomes of lines when an agent's buffer is full.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub enum Overflow {
    /// Reading stops until there is room; lines wait in their files. For an agent that tails files this is what
    /// others call to block.
    Pause,
    /// Reading goes on, and what does not fit is dropped.
    DropNewest,
    /// Reading goes on, and what has waited longest is dropped to make room.
    DropOldest,
    /// Whoever writes waits until there is room: for lines that come through a pipe, whose writer then stands still.
    Block,
}

impl Overflow {
    /// Whether nothing is read into a full buffer.
    pub fn waits_for_room(self) -> bool {
        matches!(self, Self::Pause | Self::Block)
    }
}

/// How a line is parsed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub enum Parse {
    /// Not at all.
    #[default]
    Raw,
    /// As JSON.
    Json,
    /// By a delimiter.
    Delimiter,
    /// By a regular expression.
    Regex,
    /// Several lines joined to one event, such as a stack trace.
    Multiline,
}

impl Parse {
    /// Every kind, in the order of their numbers.
    pub const ALL: [Self; 5] = [Self::Raw, Self::Json, Self::Delimiter, Self::Regex, Self::Multiline];
}
