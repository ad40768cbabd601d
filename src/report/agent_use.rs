//! What agents use at their fullest beside what they request: who exceeds it, and when. For runs and comparisons.

use super::page::{Cell, Column, Page, Table};
use super::words::pick;
use crate::lang::Lang;
use crate::lang::format::{duration, integer, quantity, share};
use crate::observe::{AgentUse, Excess, Observation, estimates};
use schemars::JsonSchema;
use serde::Serialize;
use std::sync::Arc;

const NS_PER_S: f64 = 1e9;

/// Whose agents these are: the nodes', or those of some pods.
pub(super) fn kind(one: &AgentUse, lang: Lang) -> String {
    match &one.pods[..] {
        [] => format!("{} {}", one.agent, pick(lang, "a node", "每节点")),
        [only] => format!("{} {} {only}", one.agent, pick(lang, "in", "于")),
        [first, more @ ..] => match lang {
            Lang::En => format!("{} in {first} and {} more", one.agent, more.len()),
            Lang::Zh => format!("{} 于 {first} 等 {} 种", one.agent, more.len() + 1),
        },
    }
}

/// The table of what agents used in so many runs together.
pub(super) fn table_of(uses: &[AgentUse], runs: u64, lang: Lang) -> Table {
    let columns = [
        Column::words(pick(lang, "agents", "采集器")),
        Column::words(pick(lang, "pool", "节点池")),
        Column::figures(pick(lang, "number", "数量")),
        Column::words(""),
        Column::figures(pick(lang, "requested", "申请")),
        Column::figures("p95"),
        Column::figures(pick(lang, "peak", "峰值")),
        Column::words(pick(lang, "above the request", "超过申请")),
    ];
    let mut table = Table::new(columns);
    for one in uses {
        let (cpu, memory) = (&one.usage.cpu, &one.usage.memory);
        let head = [
            Cell::words(kind(one, lang)),
            Cell::words(one.pool.as_str()),
            Cell::count(one.agents),
            Cell::words("CPU"),
            Cell::quantity(one.cpu_requested_millicores as f64 / 1e3, "cores"),
            Cell::quantity(cpu.quantile(0.95) / 1e6, "cores"),
            Cell::quantity(cpu.most() as f64 / 1e6, "cores"),
            Cell::words(excess(&one.usage.cpu_excess, one.agents * runs, lang)),
        ];
        table.row(head);
        table.row([
            Cell::words(""),
            Cell::words(""),
            Cell::words(""),
            Cell::words(pick(lang, "memory", "内存")),
            Cell::quantity(one.memory_requested_bytes as f64, "bytes"),
            Cell::quantity(memory.quantile(0.95), "bytes"),
            Cell::quantity(memory.most() as f64, "bytes"),
            Cell::words(excess(&one.usage.memory_excess, one.agents * runs, lang)),
        ]);
    }
    table
}

/// Adds the table below a heading, where there are agents; `level` is the heading's.
pub(super) fn put(page: &mut Page, observations: &[Arc<Observation>], title: Option<&str>) {
    let lang = page.lang;
    let uses = estimates::uses(observations);
    if uses.is_empty() {
        return;
    }
    let general = pick(
        lang,
        "what an agent uses beside what it requests: spans of ten seconds of each agent, memory at its fullest within them",
        "单个采集器的用量与申请：逐 10 秒统计，内存取其间峰值",
    );
    page.heading(match title {
        Some(title) => format!("{title}{}{general}", pick(lang, ": ", "：")),
        None => general.to_owned(),
    });
    page.table(table_of(&uses, observations.len() as u64, lang));
}

/// Who uses more than is requested, and when.
fn excess(excess: &Excess, agents: u64, lang: Lang) -> String {
    if excess.spans == 0 {
        return pick(lang, "never", "从不").to_owned();
    }
    let part = share(excess.agents.min(agents), agents);
    let at = |ns: u64| duration(ns as f64 / NS_PER_S, lang);
    let (from, until) = (at(excess.from_ns), at(excess.until_ns));
    match lang {
        Lang::En => format!("{part} of agents, between {from} and {until}"),
        Lang::Zh => format!("{part} 的采集器，{from} 至 {until} 之间"),
    }
}

/// What agents of one kind on the nodes of one pool used.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct AgentUseDocument {
    /// The agent's name.
    pub agent: String,
    /// Pods that each have one; empty where there is one a node.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub pods: Vec<String>,
    /// The pool.
    pub pool: String,
    /// Agents.
    pub agents: u64,
    /// CPU in cores, on average over spans of ten seconds.
    pub cpu: UseDocument,
    /// RSS in bytes, the most within spans of ten seconds.
    pub memory: UseDocument,
}

/// A use, and the request that it is held against.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct UseDocument {
    /// What each agent requests.
    pub requested: f64,
    /// Half of all spans take no more.
    pub p50: f64,
    /// 95 in 100 spans take no more.
    pub p95: f64,
    /// 99 in 100 spans take no more.
    pub p99: f64,
    /// The most of any agent at any time.
    pub peak: f64,
    /// Share of agents that ever use more than they request.
    pub agents_above: f64,
    /// Seconds into the run at which the first of these does; left out where none does.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub above_from_s: Option<f64>,
    /// Seconds into the run until which the last of these does; left out where none does.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub above_until_s: Option<f64>,
}

/// The same for programs.
pub(super) fn documents(observations: &[Arc<Observation>]) -> Vec<AgentUseDocument> {
    documents_of(&estimates::uses(observations), observations.len() as u64)
}

/// What agents used in so many runs together, for programs.
pub(super) fn documents_of(uses: &[AgentUse], runs: u64) -> Vec<AgentUseDocument> {
    let one = |u: &AgentUse| {
        let of = |levels: &crate::observe::Levels, factor: f64, requested: f64, over: &Excess| UseDocument {
            requested,
            p50: levels.quantile(0.5) * factor,
            p95: levels.quantile(0.95) * factor,
            p99: levels.quantile(0.99) * factor,
            peak: levels.most() as f64 * factor,
            agents_above: (over.agents as f64 / (u.agents * runs).max(1) as f64).min(1.0),
            above_from_s: (over.spans > 0).then_some(over.from_ns as f64 / NS_PER_S),
            above_until_s: (over.spans > 0).then_some(over.until_ns as f64 / NS_PER_S),
        };
        AgentUseDocument {
            agent: u.agent.clone(),
            pods: u.pods.clone(),
            pool: u.pool.clone(),
            agents: u.agents,
            cpu: of(&u.usage.cpu, 1e-6, u.cpu_requested_millicores as f64 / 1e3, &u.usage.cpu_excess),
            memory: of(&u.usage.memory, 1.0, u.memory_requested_bytes as f64, &u.usage.memory_excess),
        }
    };
    uses.iter().map(one).collect()
}

/// Who exceeds its memory request, in a sentence; nothing where nobody does.
pub(super) fn warning(observations: &[Arc<Observation>], strategy: &str, lang: Lang) -> Option<String> {
    let uses = estimates::uses(observations);
    let worst = uses.iter().filter(|one| one.usage.memory_excess.spans > 0).max_by(|a, b| {
        let ratio = |u: &AgentUse| u.usage.memory.most() as f64 / (u.memory_requested_bytes.max(1)) as f64;
        ratio(a).total_cmp(&ratio(b))
    })?;
    let bytes = |value: f64| quantity(value, "bytes", lang);
    let (peak, requested) =
        (bytes(worst.usage.memory.most() as f64), bytes(worst.memory_requested_bytes as f64));
    let when = excess(&worst.usage.memory_excess, worst.agents * observations.len() as u64, lang);
    let name = kind(worst, lang);
    let n = integer(worst.agents);
    Some(match lang {
        Lang::En => format!(
            "{strategy}: memory of {name} ({n}) reaches {peak}, and {requested} are requested ({when}): who makes a limit \
             of the request has them killed; `loghaul size` says what they need"
        ),
        Lang::Zh => format!(
            "{strategy}：{name}（{n} 个）的内存最高达 {peak}，而申请为 {requested}（{when}）：若以申请为上限，采集器会被杀死；所需用量见 `loghaul size`"
        ),
    })
}
