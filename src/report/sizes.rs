//! Sizes of agents: what they are, what they rest on, and how they were proved.

mod derivation;
mod proof;

use super::page::{Cell, Finding, Page, Table, json};
use super::sourced;
use super::words::pick;
use super::{ReportError, agent_use, csv, provenance};
use crate::lang::Lang;
use crate::lang::format::{duration, quantity};
use crate::sizing::rule::{Range, cpu_text, memory_text};
use crate::sizing::values::Chart;
use crate::sizing::{Container, Sizes};
use crate::study::Verdict;
use serde_json::{Map, Value, json};
use std::fmt::Display;

/// The version of the JSON document's shape.
pub const SCHEMA: &str = "loghaul.size/v1";

/// Sizes, and what the reader calls the sink that they are for.
#[derive(Clone, Copy, Debug)]
pub struct Sized<'a> {
    /// The sizes.
    pub sizes: &'a Sizes,
    /// The name of the reader's own sink or exporter.
    pub sink: &'a str,
}

impl Finding for Sized<'_> {
    fn page(&self, lang: Lang) -> Page {
        let sizes = self.sizes;
        let mut page = Page::new(
            lang,
            match lang {
                Lang::En => format!("{}: sizes under {}", sizes.provenance.scenario, sizes.strategy),
                Lang::Zh => format!("{}：策略 {} 的资源规格", sizes.provenance.scenario, sizes.strategy),
            },
        );
        page.paragraph(proof::sentence(sizes, lang));
        page.table(containers(sizes, lang));
        page.heading(pick(lang, "how they came about", "推导"));
        page.list(
            sizes
                .containers
                .iter()
                .flat_map(|c| derivation::of(c, sizes.headroom, lang))
                .map(Into::into)
                .collect(),
        );
        rotation(&mut page, sizes);
        agents(&mut page, sizes);
        proof::put(&mut page, sizes);
        page.heading(pick(lang, "into the scenario", "写入场景"));
        page.code("sh", set_words(sizes));
        let p = &sizes.provenance;
        let from = vec![
            format!("{} {}", pick(lang, "scenario", "场景"), p.scenario_hash),
            format!("{} {}", pick(lang, "seed", "种子"), p.seed),
        ];
        provenance::remake(&mut page, from, &p.command);
        page
    }

    fn document(&self, lang: Lang) -> Result<String, ReportError> {
        let sizes = self.sizes;
        let p = &sizes.provenance;
        let containers: Vec<Value> = sizes.containers.iter().map(|c| self.container(c, lang)).collect();
        let settings =
            sizes.settings().into_iter().map(|(path, value)| json!({ "path": path, "value": value }));
        let mut document = json!({
            "strategy": sizes.strategy,
            "headroom": sizes.headroom,
            "verdict": sizes.verdict().id(),
            "containers": containers,
            "agents": agent_use::documents_of(&sizes.uses, p.replications),
            "out_of_reach": judged(&sizes.out_of_reach),
            "proof": {
                "seed": sizes.proof.seed,
                "replications": sizes.proof.replications,
                "objectives": judged(&sizes.proof.objectives),
                "oom_kills": sizes.proof.kills,
                "with_a_fifth_less": proof::fewer_json(sizes),
            },
            "settings": settings.collect::<Vec<Value>>(),
        });
        if let Some(rotation) = &sizes.rotation {
            document["rotation"] = json!({
                "container_log_max_size_bytes": rotation.size_bytes,
                "container_log_max_files": rotation.files,
                "busiest_container_bytes_per_s": rotation.busiest_bytes_per_s,
                "a_file_lasts_s": rotation.file_lasts_s(),
                "size_bytes_in_place_of_a_larger_buffer": rotation.instead,
            });
        }
        json(&sourced::document(SCHEMA, p, document))
    }

    fn records(&self, _: Lang) -> Result<String, ReportError> {
        let mut sheet = csv::Sheet::with_header(&["side", "agent", "size", "value", "unit"])?;
        for c in &self.sizes.containers {
            let rows: [(&str, f64, &str); 8] = [
                ("cpu_request", c.cpu_request as f64 / 1e3, "cores"),
                ("cpu_limit", c.cpu_limit as f64 / 1e3, "cores"),
                ("memory_request", c.memory_request as f64, "bytes"),
                ("memory_limit", c.memory_limit as f64, "bytes"),
                ("buffer", c.buffer.bytes as f64, "bytes"),
                ("cpu_p95", c.cpu_p95.value, "cores"),
                ("cpu_peak", c.cpu_peak.value, "cores"),
                ("memory_peak", c.memory_peak.value, "bytes"),
            ];
            for (name, value, unit) in rows {
                sheet.record([
                    c.side.id(),
                    c.agent.as_str(),
                    name,
                    csv::plain(Some(value)).as_str(),
                    unit,
                ])?;
            }
        }
        sheet.finish()
    }
}

impl Sized<'_> {
    /// A container for programs, with the values of every place that it can go to.
    fn container(&self, c: &Container, lang: Lang) -> Value {
        let range = |r: Range| json!({ "low": r.low, "value": r.value, "high": r.high });
        let values: Map<String, Value> = Chart::of(c)
            .into_iter()
            .filter_map(|chart| Some((chart.id().to_owned(), chart.write(c, self.sink).ok()?.into())))
            .collect();
        json!({
            "side": c.side.id(),
            "agent": c.agent,
            "cpu_request_cores": c.cpu_request as f64 / 1e3,
            "cpu_limit_cores": c.cpu_limit as f64 / 1e3,
            "memory_request_bytes": c.memory_request,
            "memory_limit_bytes": c.memory_limit,
            "refuses_at": c.refuses_at,
            "used": {
                "cpu_p95_cores": range(c.cpu_p95),
                "cpu_peak_cores": range(c.cpu_peak),
                "memory_peak_bytes": range(c.memory_peak),
            },
            "buffer": {
                "storage": storage(c, Lang::En),
                "bytes": c.buffer.bytes,
                "as_is_bytes": c.buffer.as_is,
                "need_bytes": c.buffer.need,
                "held_unbounded_bytes": c.buffer.held_unbounded,
                "record_bytes": c.buffer.record_bytes,
            },
            "derivation": derivation::of(c, self.sizes.headroom, lang),
            "values": values,
        })
    }
}

/// Objectives and verdicts for programs.
fn judged<O: Display>(found: &[(O, Verdict)]) -> Vec<Value> {
    let one = |(objective, verdict): &(O, Verdict)| json!({ "objective": objective.to_string(), "verdict": verdict.id() });
    found.iter().map(one).collect()
}

/// Where a buffer is.
fn storage(c: &Container, lang: Lang) -> &'static str {
    if c.buffer.on_disk { pick(lang, "filesystem", "文件系统") } else { pick(lang, "memory", "内存") }
}

/// Whose container it is, in words.
fn side(c: &Container, lang: Lang) -> String {
    let one = match c.side {
        crate::sizing::Side::Daemonset => pick(lang, "a node", "每节点"),
        crate::sizing::Side::Sidecar => pick(lang, "a pod", "每 Pod"),
    };
    format!("{} {one}", c.agent)
}

/// The sizes.
fn containers(sizes: &Sizes, lang: Lang) -> Table {
    let mut table = Table::titled(
        &[("container", "容器")],
        &[
            ("CPU request", "CPU 申请"),
            ("CPU limit", "CPU 上限"),
            ("memory request", "内存申请"),
            ("memory limit", "内存上限"),
            ("buffer", "缓冲区"),
        ],
        lang,
    );
    for c in &sizes.containers {
        let bytes = quantity(c.buffer.bytes as f64, "bytes", lang);
        table.row([
            Cell::words(side(c, lang)),
            Cell::words(cpu_text(c.cpu_request)),
            Cell::words(cpu_text(c.cpu_limit)),
            Cell::words(memory_text(c.memory_request)),
            Cell::words(memory_text(c.memory_limit)),
            Cell::words(match lang {
                Lang::En => format!("{bytes} in {}", if c.buffer.on_disk { "files" } else { "memory" }),
                Lang::Zh => format!("{bytes}（{}）", storage(c, lang)),
            }),
        ]);
    }
    table
}

/// What the kubelet keeps meanwhile.
fn rotation(page: &mut Page, sizes: &Sizes) {
    let Some(rotation) = &sizes.rotation else { return };
    let lang = page.lang;
    let (size, lasts) = (memory_text(rotation.size_bytes), duration(rotation.file_lasts_s(), lang));
    let rate = quantity(rotation.busiest_bytes_per_s, "bytes/s", lang);
    let mut text = match lang {
        Lang::En => format!(
            "Rotation stays: containerLogMaxSize {size}, containerLogMaxFiles {}. The busiest container writes {rate} and fills a file in {lasts}.",
            rotation.files
        ),
        Lang::Zh => format!(
            "轮转不变：containerLogMaxSize {size}，containerLogMaxFiles {}。最忙的容器每秒写 {rate}，{lasts} 写满一个文件。",
            rotation.files
        ),
    };
    if let Some(instead) = rotation.instead {
        let instead = memory_text(instead);
        text.push_str(&match lang {
            Lang::En => {
                format!(" With containerLogMaxSize {instead} the node agents' buffer may stay as it is.")
            }
            Lang::Zh => format!("若 containerLogMaxSize 为 {instead}，节点采集器的缓冲区可维持不变。"),
        });
    }
    page.paragraph(text);
}

/// What agents of each kind and pool use.
fn agents(page: &mut Page, sizes: &Sizes) {
    let lang = page.lang;
    page.heading(pick(
        lang,
        "what agents of each kind and pool use with these buffers and no limits",
        "各类采集器、各节点池的用量（采用上述缓冲区、不设上限）",
    ));
    page.table(agent_use::table_of(&sizes.uses, sizes.provenance.replications, lang));
}

/// The sizes as arguments.
fn set_words(sizes: &Sizes) -> String {
    let words: Vec<String> =
        sizes.settings().into_iter().map(|(path, value)| format!("--set {path}={value}")).collect();
    words.join(" ")
}
