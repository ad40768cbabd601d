//! Figures of the scenario's own runs, and of companion clusters that are simulated.

use super::{Figure, Sources, complete, exact, figure, metric};
use crate::flow::Medium;
use crate::lang::format::quantity;
use crate::lang::{Lang, Text};
use crate::metric::Metric;
use crate::study::{Archetype, Contender, StrategyResult};

pub(super) fn log_types(sources: &Sources<'_>, result: &StrategyResult) -> Vec<Figure> {
    let found = sources.study.log_types.iter().find(|l| l.strategy == result.strategy);
    let kinds = [
        (Medium::Stdout, "stdout", ("{} of standard output", "标准输出 {}")),
        (Medium::File, "file", ("{} of container files", "容器内文件 {}")),
        (Medium::HostPath, "host_path", ("{} of node files", "主机文件 {}")),
    ];
    kinds
        .into_iter()
        .map(|(medium, name, label)| {
            let values = found.and_then(|l| l.shares.iter().find(|(m, _)| *m == medium));
            figure(name, label, values.and_then(|(_, v)| complete(v)), "fraction")
        })
        .collect()
}

pub(super) fn classified_storage(_: &Sources<'_>, result: &StrategyResult) -> Vec<Figure> {
    let routes = f64::from(u8::from(result.routes_by_store));
    let routed: Vec<Option<f64>> = delivered(result).into_iter().map(|share| Some(share? * routes)).collect();
    vec![figure(
        "routed",
        ("{} arrive in the store asked for", "{} 到达指定存储"),
        complete(&routed),
        "fraction",
    )]
}

pub(super) fn resource_use(sources: &Sources<'_>, result: &StrategyResult) -> Vec<Figure> {
    let pods = sources.comparison.provenance.pods.max(1) as f64;
    let per_pod = |name: &str, of: Metric, phrase: (&str, &str), unit: &'static str| {
        let values: Vec<Option<f64>> = result.values(of).into_iter().map(|v| Some(v? / pods)).collect();
        figure(name, phrase, complete(&values), unit)
    };
    vec![
        metric(result, Metric::CollectorShare, ("{} of the cluster reserved", "预留集群资源的 {}")),
        metric(result, Metric::AgentCpu, ("{} used", "CPU {}")),
        metric(result, Metric::AgentMemory, ("{} used", "内存 {}")),
        per_pod("agent_cpu_per_pod", Metric::AgentCpu, ("{} a pod", "每 Pod CPU {}"), "cores"),
        per_pod(
            "agent_memory_per_pod",
            Metric::AgentMemory,
            ("{} of memory a pod", "每 Pod 内存 {}"),
            "bytes",
        ),
        metric(result, Metric::Network, ("{} sent", "发送 {}")),
        metric(result, Metric::DiskWrites, ("{} of log written to disks", "写盘 {}")),
        metric(result, Metric::Cost, ("{} in money", "费用 {}")),
    ]
}

/// The share of lines delivered in each replication; none where none is written.
pub(super) fn delivered(result: &StrategyResult) -> Vec<Option<f64>> {
    let ledgers = result.observations.iter().map(|o| &o.ledger);
    ledgers.map(|l| (l.emitted > 0).then(|| l.delivered as f64 / l.emitted as f64)).collect()
}

pub(super) fn fit(sources: &Sources<'_>, result: &StrategyResult) -> Vec<Figure> {
    sources
        .study
        .archetypes
        .iter()
        .map(|archetype| {
            let wins = f64::from(u8::from(archetype.winner == Some(result.strategy)));
            figure(archetype.name, (archetype.name, archetype.name), exact(wins), "count")
        })
        .collect()
}

/// Why the strategy does not win the archetypes that it does not win, and by how little it wins the others.
pub(super) fn contenders(sources: &Sources<'_>, result: &StrategyResult) -> Vec<Text> {
    let cost = |c: &Contender, lang| quantity(c.cost.unwrap_or(f64::INFINITY), Metric::Cost.unit(), lang);
    let one = |archetype: &Archetype| {
        let own = archetype.contenders.iter().find(|c| c.strategy == result.strategy)?;
        let name = archetype.name;
        if let Some(reason) = &own.infeasible {
            return Some(Text::new(
                format!("{name}: cannot be run: {reason}"),
                format!("{name}：无法运行：{reason}"),
            ));
        }
        if !own.missed.is_empty() {
            let missed: Vec<String> = own.missed.iter().map(ToString::to_string).collect();
            return Some(Text::new(
                format!("{name}: misses {}", missed.join(", ")),
                format!("{name}：不满足 {}", missed.join("，")),
            ));
        }
        let others = archetype.contenders.iter().filter(|c| c.strategy != own.strategy);
        let meeting = others.filter(|c| c.missed.is_empty() && c.infeasible.is_none());
        let rival = match archetype.winner {
            Some(winner) if winner != own.strategy => {
                archetype.contenders.iter().find(|c| c.strategy == winner)
            }
            _ => meeting
                .min_by(|a, b| a.cost.unwrap_or(f64::INFINITY).total_cmp(&b.cost.unwrap_or(f64::INFINITY))),
        };
        let phrase = |lang, alone: &str, against: &str| match rival {
            Some(rival) => against
                .replace("{own}", &cost(own, lang))
                .replace("{other}", rival.strategy)
                .replace("{cost}", &cost(rival, lang)),
            None => alone.replace("{own}", &cost(own, lang)),
        };
        Some(Text::new(
            phrase(
                Lang::En,
                &format!("{name}: meets all objectives at {{own}}, and nobody else does"),
                &format!("{name}: meets all objectives at {{own}}, against {{cost}} of {{other}}"),
            ),
            phrase(
                Lang::Zh,
                &format!("{name}：满足全部目标，费用 {{own}}，别无他者满足"),
                &format!("{name}：满足全部目标，费用 {{own}}，{{other}} 为 {{cost}}"),
            ),
        ))
    };
    sources.study.archetypes.iter().filter_map(one).collect()
}
