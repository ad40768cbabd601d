//! The proof: what fresh seeds say of the sizes, and of a fifth less or a step.

use crate::lang::Lang;
use crate::lang::format::{number, quantity};
use crate::report::page::{Cell, Column, Page, Table};
use crate::report::words::pick;
use crate::sizing::proof::LESS;
use crate::sizing::rule::memory_text;
use crate::sizing::{Fewer, Sizes, What};
use crate::study::Verdict;
use serde_json::{Value, json};

/// What came of it, in a sentence or two.
pub(super) fn sentence(sizes: &Sizes, lang: Lang) -> String {
    let proof = &sizes.proof;
    let seed = proof.seed;
    let n = proof.replications;
    let met = proof.objectives.iter().filter(|(_, verdict)| *verdict == Verdict::Met).count();
    let of = proof.objectives.len();
    let mut text = match (lang, proof.holds()) {
        (Lang::En, true) => format!(
            "Proved on seed {seed}, {n} replications: {met} of {of} objectives that sizes can meet are met, and no agent is killed."
        ),
        (Lang::Zh, true) => {
            format!(
                "已在新种子 {seed}、{n} 次重复上验证：可由规格满足的 {of} 个目标达到 {met} 个，没有采集器被杀死。"
            )
        }
        (Lang::En, false) => format!(
            "Not proved on seed {seed}, {n} replications: {met} of {of} objectives that sizes can meet are surely met, {} agents a run are killed.",
            number(proof.kills)
        ),
        (Lang::Zh, false) => format!(
            "未能在新种子 {seed}、{n} 次重复上验证：可由规格满足的 {of} 个目标确定达到 {met} 个，每次运行有 {} 个采集器被杀死。",
            number(proof.kills)
        ),
    };
    if !sizes.out_of_reach.is_empty() {
        let names: Vec<String> =
            sizes.out_of_reach.iter().map(|(o, v)| format!("{o} ({})", word(*v, lang))).collect();
        let names = names.join(", ");
        text.push_str(&match lang {
            Lang::En => format!(" No size meets {names}."),
            Lang::Zh => format!("任何规格都无法满足：{names}。"),
        });
    }
    text
}

fn word(verdict: Verdict, lang: Lang) -> &'static str {
    match verdict {
        Verdict::Met => pick(lang, "met", "达到"),
        Verdict::Missed => pick(lang, "missed", "未达到"),
        Verdict::Undecided => pick(lang, "undecided", "未定"),
    }
}

/// The table of what was simulated.
pub(super) fn put(page: &mut Page, sizes: &Sizes) {
    let lang = page.lang;
    page.heading(match lang {
        Lang::En => format!("the proof, on seed {}", sizes.proof.seed),
        Lang::Zh => format!("验证（种子 {}）", sizes.proof.seed),
    });
    let mut table = Table::new([
        Column::words(pick(lang, "simulated", "模拟")),
        Column::words(pick(lang, "objectives", "目标")),
        Column::words(pick(lang, "agents killed", "被杀死的采集器")),
    ]);
    let judged: Vec<String> =
        sizes.proof.objectives.iter().map(|(o, v)| format!("{o}: {}", word(*v, lang))).collect();
    table.row([
        Cell::words(pick(lang, "these sizes", "上述规格")),
        Cell::words(judged.join("; ")),
        Cell::words(number(sizes.proof.kills)),
    ]);
    for fewer in &sizes.proof.fewer {
        table.row([
            Cell::words(what(fewer, lang)),
            Cell::words(outcome(sizes, fewer, lang)),
            Cell::words(if fewer.kills.is_finite() { number(fewer.kills) } else { "–".to_owned() }),
        ]);
    }
    page.table(table);
}

/// What is less.
fn what(fewer: &Fewer, lang: Lang) -> String {
    let bytes = quantity(fewer.bytes as f64, "bytes", lang);
    let side = fewer.side.id();
    if let Some(step) = fewer.step.map(memory_text) {
        return match lang {
            Lang::En => format!("{side}: one step ({step}) less memory, {bytes}"),
            Lang::Zh => format!("{side}：内存少一个步长（{step}），{bytes}"),
        };
    }
    match (lang, fewer.what) {
        (Lang::En, What::Memory) => format!("{side}: a fifth less memory, {bytes}"),
        (Lang::En, What::Buffer) => format!("{side}: a fifth less buffer, {bytes}"),
        (Lang::En, What::Need) => format!("{side}: a buffer a fifth below the need, {bytes}"),
        (Lang::Zh, What::Memory) => format!("{side}：内存少五分之一，{bytes}"),
        (Lang::Zh, What::Buffer) => format!("{side}：缓冲区少五分之一，{bytes}"),
        (Lang::Zh, What::Need) => format!("{side}：缓冲区比所需少五分之一，{bytes}"),
    }
}

/// What comes of less.
fn outcome(sizes: &Sizes, fewer: &Fewer, lang: Lang) -> String {
    if fewer.kills.is_infinite() {
        return pick(lang, "does not start", "无法启动").to_owned();
    }
    let mut said = Vec::new();
    if !fewer.not_met.is_empty() {
        let names: Vec<String> = fewer.not_met.iter().map(ToString::to_string).collect();
        said.push(format!("{}: {}", pick(lang, "not surely met", "不能确定达到"), names.join(", ")));
    }
    if fewer.refuses {
        said.push(pick(lang, "the agent refuses lines", "采集器拒收").to_owned());
    }
    if fewer.kills > 0.0 && fewer.not_met.is_empty() {
        said.push(pick(lang, "all met, but agents are killed", "目标达到，但采集器被杀死").to_owned());
    }
    if said.is_empty() {
        said.push(why_it_holds(sizes, fewer, lang));
    }
    said.join("; ")
}

/// Why less is enough, too.
fn why_it_holds(sizes: &Sizes, fewer: &Fewer, lang: Lang) -> String {
    let container = sizes.containers.iter().find(|container| container.side == fewer.side);
    let peak = container.map_or(0.0, |c| c.memory_peak.value / c.refuses_at);
    let least = container.is_some_and(|c| c.buffer.need <= 1 << 20);
    match fewer.what {
        What::Memory if fewer.bytes as f64 >= peak => return more_than_less(sizes, fewer, lang),
        What::Memory => pick(
            lang,
            "all met: no agent is as full on these seeds",
            "全部达到：这些种子上没有采集器用到该值",
        ),
        _ if least => pick(
            lang,
            "all met: less than a megabyte is not looked at, and the buffer decides nothing here",
            "全部达到：不考察小于 1 MB 的缓冲区，此处缓冲区不起决定作用",
        ),
        _ => {
            pick(lang, "all met: headroom, or luck of these seeds", "全部达到：余量所致，或这些种子较为有利")
        }
    }
    .to_owned()
}

/// Which of headroom and rounding is more than what was taken away.
fn more_than_less(sizes: &Sizes, fewer: &Fewer, lang: Lang) -> String {
    let container = sizes.containers.iter().find(|container| container.side == fewer.side);
    let (step, limit) = container.map_or((0, 0), |c| (c.memory_step, c.memory_limit));
    let step_text = memory_text(step);
    let headroom_alone = LESS * (1.0 + sizes.headroom) >= 1.0;
    match (lang, fewer.step) {
        (Lang::En, Some(_)) => format!("all met: headroom is more than a step of {step_text}"),
        (Lang::Zh, Some(_)) => format!("全部达到：余量超过一个步长（{step_text}）"),
        (Lang::En, None) if limit == step => format!("all met: {step_text} is one step, and none is smaller"),
        (Lang::Zh, None) if limit == step => format!("全部达到：{step_text} 已是一个步长，没有更小的规格"),
        (Lang::En, None) if headroom_alone => "all met: headroom is more than a fifth".to_owned(),
        (Lang::Zh, None) if headroom_alone => "全部达到：余量超过五分之一".to_owned(),
        (Lang::En, None) => {
            format!("all met: headroom and rounding up to whole steps of {step_text} are more than a fifth")
        }
        (Lang::Zh, None) => format!("全部达到：余量与按步长 {step_text} 取整超过五分之一"),
    }
}

/// The same for programs.
pub(super) fn fewer_json(sizes: &Sizes) -> Vec<Value> {
    let one = |fewer: &Fewer| {
        json!({
            "side": fewer.side.id(),
            "of": match fewer.what {
                What::Memory => "memory_limit",
                What::Buffer => "buffer",
                What::Need => "buffer_need",
            },
            "bytes": fewer.bytes,
            "less_by_a_step_of_bytes": fewer.step,
            "not_met": fewer.not_met.iter().map(ToString::to_string).collect::<Vec<_>>(),
            // Without end where it does not start.
            "oom_kills": Some(fewer.kills).filter(|kills| kills.is_finite()),
            "refuses": fewer.refuses,
            "holds": fewer.holds(),
            "why": outcome(sizes, fewer, Lang::En),
        })
    };
    sizes.proof.fewer.iter().map(one).collect()
}
