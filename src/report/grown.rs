//! What comes first where a cluster grew: how many nodes there are now, for whom, and what there was too little of.

use super::format::{integer, quantity};
use super::page::{Block, Page, Tone};
use super::words::pick;
use crate::lang::Lang;
use crate::study::{Comparison, Growing, Grown, Short, Shortage, StrategyResult};

/// Sentences on how a comparison's cluster grew; none where it did not.
pub fn sentences(comparison: &Comparison, lang: Lang) -> Vec<String> {
    let own = comparison.strategies.iter().map(|result| (result.strategy, result.grown.as_ref()));
    all(comparison.provenance.nodes, comparison.provenance.grown.as_ref(), own, lang)
}

/// The same of a cluster of so many nodes, as it grows without any collection and under strategies.
pub fn all<'a>(
    nodes: u64,
    before: Option<&Grown>,
    own: impl Iterator<Item = (&'a str, Option<&'a Grown>)>,
    lang: Lang,
) -> Vec<String> {
    let needed = before.map_or(nodes, |grown| grown.to);
    let beyond = own.filter_map(|(strategy, grown)| Some((strategy, grown.filter(|own| own.to != needed)?)));
    let beyond = beyond.map(|(strategy, grown)| under(strategy, grown, needed, lang));
    before.map(|grown| without(grown, lang)).into_iter().chain(beyond).collect()
}

/// Puts them on a page.
pub(super) fn first(page: &mut Page, comparison: &Comparison) {
    put(page, sentences(comparison, page.lang));
}

/// Puts sentences on a page that nobody is to miss.
pub(super) fn put(page: &mut Page, sentences: Vec<String>) {
    page.blocks.extend(sentences.into_iter().map(|sentence| Block::Note(Tone::Bad, sentence.into())));
}

/// Growth that is there whatever collects.
pub fn without(grown: &Grown, lang: Lang) -> String {
    let Grown { from, to, workload, pods, shortage, .. } = grown;
    let (from, to, pods) = (integer(*from), integer(*to), integer(*pods));
    let (pools, why) = (added(grown, lang), short(shortage, lang));
    match lang {
        Lang::En => format!(
            "The cluster grew: {from} nodes became {to} ({pools}), before anything is collected, because {workload} does \
             not fit: {why}. {pods} pods run on added nodes, and all figures are of {to} nodes. cluster.grow: false \
             refuses this."
        ),
        Lang::Zh => format!(
            "集群已扩容：未计采集，{from} 个节点变为 {to} 个（{pools}），因为 {workload} 放不下：{why}。{pods} 个 Pod 运行在新增节点上，\
             所有数字均以 {to} 个节点计。设 cluster.grow: false 则拒绝扩容。"
        ),
    }
}

/// Growth that a strategy's agents bring.
pub fn under(strategy: &str, grown: &Grown, nodes: u64, lang: Lang) -> String {
    let Grown { to, workload, shortage, .. } = grown;
    let (to, nodes, why) = (integer(*to), integer(nodes), short(shortage, lang));
    match lang {
        Lang::En => format!(
            "The cluster grew under {strategy}: {to} nodes where {nodes} do without agents, because {workload} does not fit \
             beside them: {why}."
        ),
        Lang::Zh => format!(
            "{strategy} 下集群已扩容：{to} 个节点，无采集器时为 {nodes} 个，因为 {workload} 与采集器一起放不下：{why}。"
        ),
    }
}

fn added(grown: &Grown, lang: Lang) -> String {
    let one = |(pool, n): &(String, u64)| format!("{} {pool} +{}", pick(lang, "pool", "节点池"), integer(*n));
    grown.added.iter().map(one).collect::<Vec<_>>().join(", ")
}

fn short(shortage: &Shortage, lang: Lang) -> String {
    if lang == Lang::En {
        return shortage.to_string();
    }
    let Shortage { pods, nodes, wanted, available, .. } = shortage;
    let gib = |bytes: &u64| *bytes as f64 / (1u64 << 30) as f64;
    let cores = |millicores: &u64| *millicores as f64 / 1000.0;
    match shortage.of {
        Short::Cpu => {
            format!("{pods} 个 Pod 申请 {} 核，{nodes} 个节点可给 {} 核", cores(wanted), cores(available))
        }
        Short::Memory => {
            format!("{pods} 个 Pod 申请 {:.1} GiB，{nodes} 个节点可给 {:.1} GiB", gib(wanted), gib(available))
        }
        Short::Pods => format!("{pods} 个 Pod，{nodes} 个节点可容 {available} 个"),
        Short::Pieces => {
            format!("单个 Pod 申请 {wanted}m，没有节点剩余这么多（{nodes} 个节点，各至多 {available}m）")
        }
    }
}

/// That loss still grows, and towards what; a sentence for each strategy of which it does.
pub fn growing(comparison: &Comparison, lang: Lang) -> Vec<String> {
    let one = |result: &StrategyResult| {
        let Growing { so_far, towards, lines_per_s } = result.growing?;
        let shown = |share: f64| quantity(share, "fraction", lang);
        let (so_far, towards) = (shown(so_far), shown(towards));
        let (rate, strategy) = (quantity(lines_per_s, "lines/s", lang), result.strategy);
        Some(match lang {
            Lang::En => format!(
                "{strategy}: loss is still growing when the run ends, {so_far} so far: {rate} are written and not delivered, \
                 which comes to {towards} in a long run."
            ),
            Lang::Zh => format!(
                "{strategy}：运行结束时丢失仍在增长，目前 {so_far}：每秒 {rate} 写出而未送达，长期将达 {towards}。"
            ),
        })
    };
    comparison.strategies.iter().filter_map(one).collect()
}
