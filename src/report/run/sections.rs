//! Parts of a run's report that not every scenario has: neighbours of loud tenants, proxies by kind.

use crate::lang::format::quantity;
use crate::observe::ProxyFigures;
use crate::report::page::{Cell, Column, Page, Table};
use crate::report::words::pick;
use crate::stats::Estimate;
use crate::study::Neighbours;
use serde_json::{Value, json};

/// What loud tenants do to the others.
pub(super) fn neighbours(page: &mut Page, found: &[Neighbours]) {
    if found.is_empty() {
        return;
    }
    let word = |en: &'static str, zh: &'static str| pick(page.lang, en, zh);
    let mut table = Table::new([
        Column::words(word("strategy", "策略")),
        Column::figures(word("p99 with", "p99（有）")),
        Column::figures(word("p99 without", "p99（无）")),
        Column::figures(word("delivered with", "送达（有）")),
        Column::figures(word("delivered without", "送达（无）")),
    ]);
    for n in found {
        let shown = |values: &[Option<f64>], unit| Cell::estimate(Some(Estimate::median(values)), unit);
        table.row([
            Cell::words(n.strategy),
            shown(&n.with_s, "s"),
            shown(&n.without_s, "s"),
            shown(&n.delivered_with, "fraction"),
            shown(&n.delivered_without, "fraction"),
        ]);
    }
    page.heading(word(
        "the loud tenants' neighbours: the worst freshness p99 and what is delivered, with them and with them silent",
        "吵闹租户的邻居：最差新鲜度 p99 与送达比例，吵闹时与安静时",
    ));
    page.table(table);
}

/// Proxies by kind.
pub(super) fn proxies(page: &mut Page, found: &[ProxyFigures]) {
    if found.is_empty() {
        return;
    }
    let lang = page.lang;
    let word = |en: &'static str, zh: &'static str| pick(lang, en, zh);
    let heads = [
        ("pods", "Pod"),
        ("requests", "请求"),
        ("processes", "进程"),
        ("used", "使用"),
        ("requested", "申请"),
        ("features × languages", "功能 × 语言"),
        ("pushes", "下发"),
        ("control plane", "控制面"),
    ];
    let mut columns = vec![Column::words(word("kind", "形式"))];
    columns.extend(heads.map(|(en, zh)| Column::figures(word(en, zh))));
    let mut table = Table::new(columns);
    for p in found {
        let both = |cores, bytes| {
            let (cores, bytes) = (quantity(cores, "cores", lang), quantity(bytes, "bytes", lang));
            Cell::words(format!("{cores}, {bytes}"))
        };
        table.row([
            Cell::words(p.kind),
            Cell::count(p.pods),
            Cell::quantity(p.requests_per_s, "1/s"),
            Cell::count(p.processes),
            both(p.cpu_cores, p.memory_bytes),
            both(p.cpu_requested_cores, p.memory_requested_bytes),
            Cell::count(p.implementations),
            Cell::quantity(p.pushes_per_s, "1/s"),
            both(p.control_cores, p.control_bytes),
        ]);
    }
    page.heading(word(
        "proxies, by arithmetic on published costs; a library's CPU is the service's own and not counted",
        "代理（按公开数据计算；库的 CPU 属于服务自身，不计）",
    ));
    page.table(table);
}

/// The same for programs.
pub(super) fn neighbours_json(found: &[Neighbours]) -> Value {
    let mean = |values: &[Option<f64>]| Estimate::median(values).mean;
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
