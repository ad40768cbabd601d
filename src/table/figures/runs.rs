//! Figures of the scenario's own runs, and of companion clusters that are simulated.

use super::{Figure, Sources, complete, exact, figure, metric};
use crate::flow::Medium;
use crate::lang::format::quantity;
use crate::lang::{Lang, Text};
use crate::metric::Metric;
use crate::stats::Estimate;
use crate::study::{Archetype, Entrant, Keeps, StrategyResult};

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
        metric(result, Metric::AgentCpu, ("{} of CPU used", "CPU {}")),
        metric(result, Metric::AgentMemory, ("{} of memory used", "内存 {}")),
        per_pod("agent_cpu_per_pod", Metric::AgentCpu, ("{} of CPU a pod", "每 Pod CPU {}"), "cores"),
        per_pod(
            "agent_memory_per_pod",
            Metric::AgentMemory,
            ("{} of memory a pod", "每 Pod 内存 {}"),
            "bytes",
        ),
        metric(result, Metric::Network, ("{} sent to the backend", "向后端发送 {}")),
        metric(result, Metric::DiskWrites, ("{} of log written to disks", "写盘 {}")),
        metric(result, Metric::Cost, ("{} of the bill", "分摊账单 {}")),
        metric(result, Metric::CostMarginal, ("the bill grows by {}", "账单增加 {}")),
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
            let wins = f64::from(u8::from(archetype.contest.winner() == Some(result.strategy)));
            figure(archetype.name, (archetype.name, archetype.name), exact(wins), "count")
        })
        .collect()
}

/// Why the strategy does not win the archetypes that it does not win, by how much it wins the others, and over which
/// objectives it would go on winning.
pub(super) fn contenders(sources: &Sources<'_>, result: &StrategyResult) -> Vec<Text> {
    sources.study.archetypes.iter().filter_map(|archetype| contender(archetype, result.strategy)).collect()
}

fn contender(archetype: &Archetype, strategy: &str) -> Option<Text> {
    let (name, contest) = (archetype.name, &archetype.contest);
    let own = contest.entrants.iter().find(|e| e.strategy == strategy)?;
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
    let open: Vec<String> = own.undecided.iter().map(ToString::to_string).collect();
    let cost = |e: &Entrant| Estimate::of(&e.values).mean.unwrap_or(f64::INFINITY);
    let shown = |e: &Entrant, lang| quantity(cost(e), contest.metric.unit(), lang);
    let others = contest.entrants.iter().filter(|e| e.strategy != strategy && e.is_feasible());
    // The winner, or whoever comes next after it.
    let rival = others.min_by(|a, b| cost(a).total_cmp(&cost(b)));
    let text = match rival {
        Some(rival) => Text::new(
            format!(
                "{name}: meets all objectives at {}, {} at {}",
                shown(own, Lang::En),
                rival.strategy,
                shown(rival, Lang::En)
            ),
            format!(
                "{name}：满足全部目标，费用 {}，{} 为 {}",
                shown(own, Lang::Zh),
                rival.strategy,
                shown(rival, Lang::Zh)
            ),
        ),
        None => Text::new(
            format!("{name}: meets all objectives at {}, and nobody else does", shown(own, Lang::En)),
            format!("{name}：满足全部目标，费用 {}，别无他者满足", shown(own, Lang::Zh)),
        ),
    };
    let text = match open.is_empty() {
        true => text,
        false => text.then(
            &Text::new("; ", "；"),
            &Text::new(format!("undecided: {}", open.join(", ")), format!("未定：{}", open.join("，"))),
        ),
    };
    let keeps = contest.keeps();
    if contest.winner() != Some(strategy) || keeps.is_empty() {
        return Some(text);
    }
    let range = |keeps: &Keeps, lang: Lang| {
        let unit = keeps.objective.metric.unit();
        let shown = |v: f64| quantity(v, unit, lang);
        let metric = keeps.objective.metric.id();
        match (keeps.from.map(shown), keeps.until.map(shown), lang) {
            (Some(from), Some(until), Lang::En) => format!("{metric} from {from} to {until}"),
            (Some(from), None, Lang::En) => format!("{metric} from {from} on"),
            (None, Some(until), Lang::En) => format!("{metric} up to {until}"),
            (None, None, Lang::En) => format!("any {metric}"),
            (Some(from), Some(until), Lang::Zh) => format!("{metric} 从 {from} 到 {until}"),
            (Some(from), None, Lang::Zh) => format!("{metric} 不低于 {from}"),
            (None, Some(until), Lang::Zh) => format!("{metric} 至 {until}"),
            (None, None, Lang::Zh) => format!("任意 {metric}"),
        }
    };
    let ranges = |lang| keeps.iter().map(|k| range(k, lang)).collect::<Vec<_>>();
    let kept = Text::new(
        format!("it keeps winning with bounds of {}", ranges(Lang::En).join(", ")),
        format!("目标界限在下列范围内仍胜出：{}", ranges(Lang::Zh).join("，")),
    );
    Some(text.then(&Text::new("; ", "；"), &kept))
}
