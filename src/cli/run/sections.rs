//! Parts of a run's report that not every scenario has: neighbours of loud tenants, proxies by kind.

use crate::lang::Lang;
use crate::lang::format::{estimate, integer, quantity};
use crate::observe::ProxyFigures;
use crate::report::words::pick;
use crate::stats::Estimate;
use crate::study::Neighbours;
use serde_json::{Value, json};

/// A table: its heading, what stands above its columns, its rows.
pub(super) struct Section {
    pub heading: &'static str,
    pub header: Vec<&'static str>,
    pub rows: Vec<Vec<String>>,
}

/// What loud tenants do to the others.
pub(super) fn neighbours(found: &[Neighbours], lang: Lang) -> Option<Section> {
    let word = |en: &'static str, zh: &'static str| pick(lang, en, zh);
    let shown = |values: &[Option<f64>], unit: &str| estimate(Some(&Estimate::of(values)), unit, lang);
    let row = |n: &Neighbours| {
        vec![
            n.strategy.to_owned(),
            shown(&n.with_s, "s"),
            shown(&n.without_s, "s"),
            shown(&n.delivered_with, "fraction"),
            shown(&n.delivered_without, "fraction"),
        ]
    };
    (!found.is_empty()).then(|| Section {
        heading: word(
            "the loud tenants' neighbours: the worst freshness p99 and what is delivered, with them and with them silent",
            "吵闹租户的邻居：最差新鲜度 p99 与送达比例，吵闹时与安静时",
        ),
        header: vec![
            word("strategy", "策略"),
            word("p99 with", "p99（有）"),
            word("p99 without", "p99（无）"),
            word("delivered with", "送达（有）"),
            word("delivered without", "送达（无）"),
        ],
        rows: found.iter().map(row).collect(),
    })
}

/// Proxies by kind.
pub(super) fn proxies(found: &[ProxyFigures], lang: Lang) -> Option<Section> {
    let word = |en: &'static str, zh: &'static str| pick(lang, en, zh);
    let row = |p: &ProxyFigures| {
        let both =
            |cores, bytes| format!("{}, {}", quantity(cores, "cores", lang), quantity(bytes, "bytes", lang));
        vec![
            p.kind.to_owned(),
            integer(p.pods),
            quantity(p.requests_per_s, "1/s", lang),
            integer(p.processes),
            both(p.cpu_cores, p.memory_bytes),
            both(p.cpu_requested_cores, p.memory_requested_bytes),
            integer(p.implementations),
            quantity(p.pushes_per_s, "1/s", lang),
            both(p.control_cores, p.control_bytes),
        ]
    };
    (!found.is_empty()).then(|| Section {
        heading: word(
            "proxies, by arithmetic on published costs; a library's CPU is the service's own and not counted",
            "代理（按公开数据计算；库的 CPU 属于服务自身，不计）",
        ),
        header: vec![
            word("kind", "形式"),
            word("pods", "Pod"),
            word("requests", "请求"),
            word("processes", "进程"),
            word("used", "使用"),
            word("requested", "申请"),
            word("features × languages", "功能 × 语言"),
            word("pushes", "下发"),
            word("control plane", "控制面"),
        ],
        rows: found.iter().map(row).collect(),
    })
}

/// The same for programs.
pub(super) fn neighbours_json(found: &[Neighbours]) -> Value {
    let mean = |values: &[Option<f64>]| Estimate::of(values).mean;
    let one = |n: &Neighbours| {
        json!({
            "strategy": n.strategy,
            "freshness_p99_with": mean(&n.with_s),
            "freshness_p99_without": mean(&n.without_s),
            "delivered_with": mean(&n.delivered_with),
            "delivered_without": mean(&n.delivered_without),
        })
    };
    found.iter().map(one).collect()
}

/// The same for programs.
pub(super) fn proxies_json(found: &[ProxyFigures]) -> Value {
    let one = |p: &ProxyFigures| {
        json!({
            "kind": p.kind,
            "pods": p.pods,
            "requests_per_s": p.requests_per_s,
            "processes": p.processes,
            "cpu_cores": p.cpu_cores,
            "memory_bytes": p.memory_bytes,
            "cpu_requested_cores": p.cpu_requested_cores,
            "memory_requested_bytes": p.memory_requested_bytes,
            "implementations": p.implementations,
            "pushes_per_s": p.pushes_per_s,
            "control_cores": p.control_cores,
            "control_bytes": p.control_bytes,
        })
    };
    found.iter().map(one).collect()
}
