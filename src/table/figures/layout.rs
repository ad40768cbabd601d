//! Figures of how a strategy is laid out: operations, reach of failures, the past, configs.

use super::{Figure, Sources, complete, delivered, exact, figure, metric};
use crate::lang::format::quantity;
use crate::lang::{Lang, Text};
use crate::metric::Metric;
use crate::scenario::ConfigMode;
use crate::stats::Estimate;
use crate::study::{Layout, Operations, PAST_S, Saturates, StrategyResult, Upgraded};

/// The layout of a strategy, where it can be placed.
fn layout<'a>(sources: &Sources<'a>, result: &StrategyResult) -> Option<&'a Layout> {
    let found = sources.study.layouts.iter().find(|l| l.strategy == result.strategy);
    found.filter(|_| result.infeasible.is_none())
}

pub(super) fn operations(sources: &Sources<'_>, result: &StrategyResult) -> Vec<Figure> {
    let pods = sources.comparison.provenance.pods as f64;
    let layout = layout(sources, result);
    let of = |pick: &dyn Fn(&Operations) -> f64, name: &str, phrase: (&str, &str), unit: &'static str| {
        figure(name, phrase, layout.and_then(|l| exact(pick(&l.operations))), unit)
    };
    let per_100: Vec<Option<f64>> =
        result.values(Metric::Agents).into_iter().map(|agents| Some(agents? * 100.0 / pods)).collect();
    let upgraded = sources.study.upgrades.iter().find(|u| u.strategy == result.strategy);
    let a_pod = |pick: &dyn Fn(&Upgraded) -> Option<Estimate>| upgraded.and_then(pick);
    vec![
        figure(
            "containers_per_100_pods",
            ("{} containers for 100 pods", "每 100 个 Pod {} 个采集容器"),
            complete(&per_100),
            "count",
        ),
        metric(result, Metric::Agents, ("{} containers in all", "共 {} 个容器")),
        of(&|o| o.upgrade.seconds, "upgrade_s", ("an upgrade takes {}", "升级需 {}"), "s"),
        of(
            &|o| o.upgrade.pods_restarted,
            "upgrade_pods_restarted",
            ("an upgrade restarts {} pods of the business", "升级重启 {} 个业务 Pod"),
            "count",
        ),
        of(
            &|o| o.upgrade.uncovered_pod_minutes * 60.0,
            "upgrade_uncovered_s",
            (
                "during an upgrade pods are without a collector for {} in all",
                "升级期间各 Pod 无采集时间合计 {}",
            ),
            "s",
        ),
        figure(
            "upgrade_lost",
            ("an upgrade leaves {} a pod undelivered", "升级使每个 Pod 有 {} 未送达"),
            a_pod(&|u| complete(&u.lost_per_pod)),
            "lines",
        ),
        figure(
            "upgrade_again",
            ("an upgrade delivers {} a pod again", "升级使每个 Pod 重复送达 {}"),
            a_pod(&|u| complete(&u.again_per_pod)),
            "lines",
        ),
        figure(
            "upgrade_p99",
            ("with an upgrade 99 in 100 lines are there within {}", "升级期间 99% 的日志在 {} 内送达"),
            a_pod(&|u| complete(&u.p99_s)),
            "s",
        ),
        of(&|o| o.config.seconds, "config_s", ("a config change takes {}", "改一个配置需 {}"), "s"),
        of(
            &|o| o.config.pods_restarted,
            "config_pods_restarted",
            ("a config change restarts {} pods of the business", "改一个配置重启 {} 个业务 Pod"),
            "count",
        ),
        of(&|o| o.objects as f64, "objects", ("{} objects to keep", "需维护 {} 个对象"), "count"),
    ]
}

pub(super) fn coupling(sources: &Sources<'_>, result: &StrategyResult) -> Vec<Figure> {
    let pods = sources.comparison.provenance.pods.max(1) as f64;
    let share = layout(sources, result).and_then(|l| exact(l.operations.upgrade.pods_restarted / pods));
    vec![figure(
        "pods_restarted",
        (
            "{} of the business' pods restart with an upgrade of the collector",
            "采集器升级时 {} 的业务 Pod 重启",
        ),
        share,
        "fraction",
    )]
}

pub(super) fn isolation(sources: &Sources<'_>, result: &StrategyResult) -> Vec<Figure> {
    let found = sources.study.isolation.iter().find(|i| i.strategy == result.strategy);
    let mut figures = vec![
        figure(
            Metric::NeighbourFreshness.id(),
            ("{} as old with a loud neighbour", "有喧闹邻居时延迟为 {}"),
            found.map(|i| i.estimate()).filter(|ratio| ratio.mean.is_some()),
            "ratio",
        ),
        figure(
            "neighbour_freshness_p50",
            ("{} as old in the median", "中位延迟为 {}"),
            found.and_then(|i| i.others()[0]),
            "ratio",
        ),
        figure(
            "neighbour_freshness_limited",
            (
                "{} as old behind a backend that takes half of what is written",
                "后端只能接收写入量的一半时延迟为 {}",
            ),
            found.and_then(|i| i.others()[1]),
            "ratio",
        ),
        figure(
            "neighbour_undelivered",
            ("{} more of the neighbours' lines undelivered", "邻居日志多 {} 未送达"),
            found.and_then(|i| complete(&i.undelivered_more)),
            "fraction",
        ),
    ];
    let blast = layout(sources, result).and_then(|l| l.blast);
    let failures = [
        ("crash", "the crash of an agent", "一个采集器崩溃", blast.map(|b| b.crash)),
        ("bad_config", "a bad config", "一个错误配置", blast.map(|b| b.bad_config)),
    ];
    for (name, en, zh, reach) in failures {
        let parts = [
            ("pods", "pods", "Pod", reach.map(|r| r.pods)),
            ("tenants", "tenants", "租户", reach.map(|r| r.tenants)),
            ("lines", "lines", "日志", reach.map(|r| r.lines)),
        ];
        for (part, part_en, part_zh, share) in parts {
            figures.push(figure(
                &format!("{name}_{part}"),
                (&format!("{en} touches {{}} of the {part_en}"), &format!("{zh}波及 {{}} 的{part_zh}")),
                share.and_then(exact),
                "fraction",
            ));
        }
    }
    figures.push(figure(
        "jain",
        ("Jain's index of delivered shares {}", "送达比例的 Jain 指数 {}"),
        found.and_then(|i| complete(&i.jain)),
        "",
    ));
    figures
}

/// What is full with a loud tenant.
pub(super) fn saturated(sources: &Sources<'_>, result: &StrategyResult) -> Vec<Text> {
    let Some(found) = sources.study.isolation.iter().find(|i| i.strategy == result.strategy) else {
        return Vec::new();
    };
    let [own, limited] = &found.saturates;
    let full = |what: &[Saturates]| {
        let one = |what: &Saturates| match *what {
            Saturates::Buffers(share) => {
                let shown = |lang| quantity(share, "fraction", lang);
                Text::new(
                    format!("agents' buffers, whose input stands still {} of the time", shown(Lang::En)),
                    format!("采集器缓冲区（{} 的时间停读）", shown(Lang::Zh)),
                )
            }
            Saturates::Backend(seconds) => {
                let shown = |lang| quantity(seconds, "s", lang);
                Text::new(
                    format!("the backend, with waits of up to {}", shown(Lang::En)),
                    format!("后端（等待最长 {}）", shown(Lang::Zh)),
                )
            }
        };
        what.iter().map(one).reduce(|all, one| all.then(&Text::new(" and ", "与"), &one))
    };
    let with = |prefix: (&str, &str), what: &[Saturates]| {
        Some(Text::new(prefix.0, prefix.1).then(&Text::new(": ", "："), &full(what)?))
    };
    let own = with(("what saturates with a loud tenant", "有喧闹租户时饱和的是"), own);
    let limited = with(
        (
            "what saturates behind a backend that takes half of what is written",
            "后端只接收写入量一半时饱和的是",
        ),
        limited,
    );
    own.into_iter().chain(limited).collect()
}

pub(super) fn query(sources: &Sources<'_>, result: &StrategyResult) -> Vec<Figure> {
    let mut figures = vec![figure(
        "searchable",
        ("{} searchable in one place", "{} 可集中检索"),
        complete(&delivered(result)),
        "fraction",
    )];
    figures.push(figure(
        "at_hand",
        (
            "{} of what the run wrote can be read somewhere when it ends",
            "运行结束时写入的日志 {} 仍可在某处读到",
        ),
        complete(&at_hand(sources, result)),
        "fraction",
    ));
    let tailored: Vec<Option<f64>> = result
        .observations
        .iter()
        .zip(delivered(result))
        .map(|(run, delivered)| Some(delivered? * run.get(Metric::Honoured)?))
        .collect();
    figures.push(figure(
        "tailored",
        (
            "{} arrive parsed and stored as their owners ask, for queries of their own",
            "{} 按所有者的解析与存储要求送达，可自定义查询",
        ),
        complete(&tailored),
        "fraction",
    ));
    if result.estimate(Metric::FreshnessP50).mean.is_some() {
        figures.push(metric(
            result,
            Metric::FreshnessP50,
            ("half of the lines after {}", "半数日志在 {} 内可检索"),
        ));
    }
    let found = layout(sources, result).map(|l| l.query);
    // What is delivered and kept, or, where nothing is shipped, what kubectl shows.
    let share = |kept: f64, ships: bool| match ships {
        true => complete(&delivered(result).into_iter().map(|d| Some(d? * kept)).collect::<Vec<_>>()),
        false => exact(kept),
    };
    let spans = [
        ("hour", "last hour", "最近一小时"),
        ("day", "last day", "最近一天"),
        ("week", "last week", "最近一周"),
    ];
    for (number, (name, en, zh)) in spans.into_iter().enumerate().take(PAST_S.len()) {
        figures.push(figure(
            &format!("last_{name}"),
            (&format!("{{}} of the {en} can be queried"), &format!("{zh}的 {{}} 可查询")),
            found.and_then(|q| share(q.kept[number], q.ships)),
            "fraction",
        ));
    }
    figures.push(figure(
        "deleted_pods",
        ("{} of the lines of deleted pods can be queried", "已删除 Pod 的日志 {} 可查询"),
        found.and_then(|q| share(q.kept_of_deleted, q.ships)),
        "fraction",
    ));
    figures.push(figure(
        "answer_s",
        ("an answer takes {}", "一次查询需 {}"),
        found.and_then(|q| exact(q.answer_s?)),
        "s",
    ));
    figures
}

/// The share of a run's lines that are in a backend, or in files that `kubectl logs` shows, when it ends.
fn at_hand(sources: &Sources<'_>, result: &StrategyResult) -> Vec<Option<f64>> {
    let ships = layout(sources, result).is_none_or(|l| l.query.ships);
    if ships {
        return delivered(result);
    }
    let shown = result.observations.iter().map(|run| {
        let sum = run.tenants.iter().fold((0, 0), |(live, lines), t| (live + t.live, lines + t.lines));
        // Files hold lines from before the warm-up too.
        (sum.1 > 0).then(|| (sum.0 as f64 / sum.1 as f64).min(1.0))
    });
    shown.collect()
}

/// What an agent cannot do for a tenant by itself, whatever configs there are.
pub(super) fn cannot(sources: &Sources<'_>, result: &StrategyResult) -> Vec<Text> {
    if super::ships_nothing(result) {
        return vec![Text::new(
            "nothing leaves the node: no store, parsing, sampling, rate or retries of a tenant's own",
            "日志不离开节点：没有按租户的存储、解析、采样、限速与重试",
        )];
    }
    if !result.shares_agents {
        return vec![Text::new(
            "an agent has one owner: rate, retries and buffer are its own",
            "每个采集器只属一个所有者：限速、重试与缓冲均独立",
        )];
    }
    vec![match sources.study.configs {
        ConfigMode::Routes => Text::new(
            "an agent of everybody's has one input and one buffer: no rate, retries or buffer of a tenant's own, and who is \
             refused holds up the others",
            "共享采集器只有一个输入与一个缓冲：没有按租户的限速、重试与缓冲，一方被拒会拖住其他方",
        ),
        ConfigMode::OwnInputs => Text::new(
            "configs as inputs have a buffer each, and share the process: no CPU, rate of sending or restart of a tenant's own",
            "各配置为独立输入时各有缓冲，但共用进程：没有按租户的 CPU、发送限速与重启",
        ),
    }]
}

/// What configs beyond one an agent cost.
pub(super) fn config_costs(sources: &Sources<'_>, result: &StrategyResult) -> [Figure; 2] {
    let cost = layout(sources, result).map(|l| l.configs);
    [
        figure(
            "config_cpu",
            ("{} for configs beyond one an agent", "多于一个配置的 CPU 开销 {}"),
            cost.and_then(|c| exact(c.cores)),
            "cores",
        ),
        figure(
            "config_memory",
            ("{} of memory for configs beyond one an agent", "多于一个配置的内存开销 {}"),
            cost.and_then(|c| exact(c.bytes)),
            "bytes",
        ),
    ]
}

pub(super) fn customisation(sources: &Sources<'_>, result: &StrategyResult) -> Vec<Figure> {
    let cost = layout(sources, result).map(|l| l.configs);
    let mut figures = vec![
        metric(
            result,
            Metric::Honoured,
            ("{} of workloads with wishes get all of them", "{} 的自定义需求可全部满足"),
        ),
        figure(
            "configs_per_agent",
            ("{} configs loaded by an agent", "每个采集器加载 {} 个配置"),
            cost.and_then(|c| exact(c.per_agent)),
            "count",
        ),
    ];
    figures.extend(config_costs(sources, result));
    figures
}
