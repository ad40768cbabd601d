//! Settings of agents as scenarios write them, and what goes with an agent: requests, limits, profiles of one's own.
//!
//! Which settings there are stands in the table of `profile/settings.rs`.

mod reference;

use super::Count;
use super::cost::Cost;
use crate::profile::{
    Behaviour, Compress, Discovery, Inotify, LineLimit, LongLines, Most, Overflow, Position, Retries, Scope,
    StartAt, Storage, Timeout, agent_settings, out_of_range, yaml_key,
};
use crate::units::{Bytes, Millicores, SimTime};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_saphyr::Spanned;
use std::collections::BTreeMap;

pub use reference::settings_reference;

/// Makes [`Settings`] of the rows of [`agent_settings`].
macro_rules! settings {
    ($(
        en $en:literal zh $zh:literal
        profile { $($pkey:ident: $pty:ty $(= $default:expr, $source:literal, $quality:ident)?)? }
        scenario { $($key:ident: $ty:ty $(, $least:literal to $most:literal)?)? }
    )*) => {
        /// Settings that replace a profile's defaults.
        #[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
        #[serde(deny_unknown_fields, rename_all = "camelCase", default)]
        pub struct Settings {
            $($(
                #[doc = $en]
                #[serde(skip_serializing_if = "Option::is_none")]
                pub $key: Option<$ty>,
            )?)*
        }

        impl Settings {
            /// Returns these settings, and those of `other` where these say nothing.
            pub fn or(&self, other: &Self) -> Self {
                Self { $($($key: self.$key.or(other.$key),)?)* }
            }

            /// Returns the first setting that is out of its range: where it stands below the settings, and what is
            /// allowed.
            pub(super) fn out_of_range(&self) -> Option<(String, String)> {
                $($($(
                    let key = yaml_key(stringify!($key));
                    if let Some((below, problem)) = self.$key.and_then(|v| out_of_range(&key, v, $least, $most)) {
                        return Some((key + below, problem));
                    }
                )?)?)*
                None
            }

            /// Returns a profile's behaviour with these settings in place of its own.
            pub fn applied_to(&self, behaviour: &Behaviour) -> Behaviour {
                let mut applied = behaviour.clone();
                $(apply!(self applied [$($pkey)?] [$($key)?]);)*
                applied
            }
        }
    };
}

/// Puts a setting in a behaviour's place, where a row has both.
macro_rules! apply {
    ($self:ident $applied:ident [$behaviour:ident] [$key:ident]) => {
        if let Some(value) = $self.$key {
            $applied.$behaviour.value = value.into();
        }
    };
    ($self:ident $applied:ident [$($behaviour:ident)?] [$($key:ident)?]) => {};
}
agent_settings!(settings);

impl From<Count> for f64 {
    fn from(count: Count) -> Self {
        count.get() as Self
    }
}

impl From<Count> for Most {
    fn from(count: Count) -> Self {
        Self::Limit(count.get() as u32)
    }
}

/// A value that stands in no file.
pub(crate) fn unplaced<T>(value: T) -> Spanned<T> {
    Spanned::new(value, serde_saphyr::Location::UNKNOWN, serde_saphyr::Location::UNKNOWN)
}

/// What one strategy does differently.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase", default)]
pub struct Override {
    /// Another agent.
    #[schemars(with = "Option<String>")]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub agent: Option<Spanned<String>>,
    /// Other settings.
    pub with: Settings,
    /// Requests, each in place of the chart's or of the sizing rule's.
    pub requests: AgentRequests,
    /// CPU limit.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cpu_limit: Option<Millicores>,
    /// Memory limit.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub memory_limit: Option<Bytes>,
}

impl Override {
    /// Returns these terms, and those of `other` where these say nothing.
    pub fn or(&self, other: &Self) -> Self {
        Self {
            agent: self.agent.clone().or_else(|| other.agent.clone()),
            with: self.with.or(&other.with),
            requests: AgentRequests {
                cpu: self.requests.cpu.or(other.requests.cpu),
                memory: self.requests.memory.or(other.requests.memory),
            },
            cpu_limit: self.cpu_limit.or(other.cpu_limit),
            memory_limit: self.memory_limit.or(other.memory_limit),
        }
    }

    pub(super) fn is_default(&self) -> bool {
        *self == Self::default()
    }
}

/// What an agent requests; what is left out follows from its chart or from the sizing rule.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase", default)]
pub struct AgentRequests {
    /// CPU request.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cpu: Option<Millicores>,
    /// Memory request.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub memory: Option<Bytes>,
}

/// An agent derived from an embedded profile.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct CustomProfile {
    /// Its name in this scenario.
    pub name: String,
    /// The profile it is derived from.
    #[schemars(with = "String")]
    pub base: Spanned<String>,
    /// Costs that differ, by their path in the profile, such as `cpu.line: 2.5`; each may say where it comes from.
    #[serde(default)]
    #[schemars(with = "BTreeMap<String, Cost>")]
    pub set: BTreeMap<String, Spanned<Cost>>,
    /// Its own defaults, in place of the base's; `collection` goes before them.
    #[serde(default)]
    pub with: Settings,
}
