//! The figures of each row, taken from results.

use super::cell::Figure;
use crate::flow::Medium;
use crate::lang::Text;
use crate::metric::Metric;
use crate::scenario::ConfigMode;
use crate::stats::Estimate;
use crate::study::{Axis, Comparison, GivesWay, ScaleLimit, StrategyResult, TableStudy};

/// What a row is made from: where its figures come from, and whether they follow from declared capabilities.
pub(super) struct RowSource {
    pub id: &'static str,
    pub method: (&'static str, &'static str),
    pub by_construction: fn(&StrategyResult) -> bool,
    /// The figures that a rubric may grade; none where it grades by members.
    pub graded: &'static [&'static str],
    /// Why a figure may be missing.
    pub missing: (&'static str, &'static str),
    pub figures: fn(&Sources<'_>, &StrategyResult) -> Vec<Figure>,
    /// What else is worth saying.
    pub notes: fn(&Sources<'_>, &StrategyResult) -> Vec<Text>,
}

/// All results at hand.
pub(super) struct Sources<'a> {
    pub comparison: &'a Comparison,
    pub study: &'a TableStudy,
}

/// The rows, in the article's order.
pub(super) const ROWS: [RowSource; 9] = [
    RowSource {
        id: "log_types",
        method: (
            "companion cluster whose pods write standard output, container files and node files, none of them moved",
            "伴随集群：各 Pod 分别写标准输出、容器内文件、主机文件，均不迁移",
        ),
        by_construction: |_| true,
        graded: &[],
        missing: ("nothing writes", "没有日志"),
        figures: log_types,
        notes: none,
    },
    RowSource {
        id: "operations",
        method: ("agents running in the simulated cluster", "仿真集群中运行的采集容器数"),
        by_construction: |_| false,
        graded: &["containers_per_100_pods", "agents"],
        missing: ("it cannot be run", "无法运行"),
        figures: operations,
        notes: none,
    },
    RowSource {
        id: "classified_storage",
        method: (
            "share of lines that arrive in a store of their owner's choice: declared routing × simulated delivery",
            "日志到达所有者指定存储的比例：声明的路由能力 × 仿真的送达率",
        ),
        by_construction: |_| true,
        graded: &["routed"],
        missing: ("nothing is written", "没有日志"),
        figures: classified_storage,
        notes: none,
    },
    RowSource {
        id: "tenant_isolation",
        method: (
            "companion cluster with and without a tenant that writes 50,000 lines/s a node, same random numbers",
            "伴随集群：有/无一个每节点写 50,000 行/秒的租户，随机数相同",
        ),
        by_construction: |_| false,
        graded: &["neighbour_freshness", "neighbour_undelivered"],
        missing: ("nothing is delivered, so that nothing can be late", "没有送达，谈不上延迟"),
        figures: isolation,
        notes: none,
    },
    RowSource {
        id: "cluster_scale",
        method: (
            "a slice of two nodes, grown until an objective is missed that it meets as it stands: tenants, one config each; nodes; pods a node",
            "两节点的切片不断增大，直到破坏现状所满足的目标：租户（各一个采集配置）、节点、每节点 Pod",
        ),
        by_construction: |result| !result.shares_agents,
        graded: &["tenants", "tenants_routes"],
        missing: ("nothing writes", "没有日志"),
        figures: scale,
        notes: gives_way,
    },
    RowSource {
        id: "resource_use",
        method: ("requests and use of agents in the scenario's runs", "场景仿真中采集容器的申请量与使用量"),
        by_construction: |_| false,
        graded: &["collector_share", "agent_cpu", "agent_memory"],
        missing: ("it cannot be run", "无法运行"),
        figures: resource_use,
        notes: none,
    },
    RowSource {
        id: "query",
        method: (
            "share of the lines written that can be searched in one place when the run ends",
            "仿真结束时可集中检索的日志比例",
        ),
        by_construction: |_| false,
        graded: &["searchable", "freshness_p50"],
        missing: ("nothing is written", "没有日志"),
        figures: query,
        notes: none,
    },
    RowSource {
        id: "customisation",
        method: (
            "share of workloads with wishes of their own whose wishes can all be honoured, as declared",
            "有自定义需求的工作负载中，全部需求可被满足的比例（按声明的能力）",
        ),
        by_construction: |_| true,
        graded: &["honoured"],
        missing: ("no workload has wishes of its own", "没有工作负载提出自定义需求"),
        figures: customisation,
        notes: none,
    },
    RowSource {
        id: "fit",
        method: (
            "the three archetypes simulated: the cheapest feasible strategy that meets an archetype's objectives wins it",
            "仿真三类典型集群：满足目标的最便宜可行方案胜出",
        ),
        by_construction: |_| false,
        graded: &[],
        missing: ("no archetype was run", "未运行典型集群"),
        figures: fit,
        notes: none,
    },
];

fn none(_: &Sources<'_>, _: &StrategyResult) -> Vec<Text> {
    Vec::new()
}

fn figure(name: &str, (en, zh): (&str, &str), value: Option<Estimate>, unit: &'static str) -> Figure {
    Figure { name: name.to_owned(), phrase: Text::new(en, zh), value, unit }
}

fn metric(result: &StrategyResult, metric: Metric, label: (&str, &str)) -> Figure {
    let recorded = result.infeasible.is_none() && !result.observations.is_empty();
    figure(metric.id(), label, recorded.then(|| result.estimate(metric)), metric.unit())
}

/// A figure that is the same in every replication.
fn exact(value: f64) -> Option<Estimate> {
    Some(Estimate::of(&[Some(value)]))
}

/// Values of which none is missing; a missing one leaves the figure uncomputed.
fn complete(values: &[Option<f64>]) -> Option<Estimate> {
    Some(Estimate::of(values)).filter(|e| e.mean.is_some())
}

fn log_types(sources: &Sources<'_>, result: &StrategyResult) -> Vec<Figure> {
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

fn operations(sources: &Sources<'_>, result: &StrategyResult) -> Vec<Figure> {
    let pods = sources.comparison.provenance.pods as f64;
    let per_100: Vec<Option<f64>> =
        result.values(Metric::Agents).into_iter().map(|agents| Some(agents? * 100.0 / pods)).collect();
    vec![
        figure(
            "containers_per_100_pods",
            ("{} containers more for 100 pods", "每 100 个 Pod 多 {} 个容器"),
            complete(&per_100),
            "count",
        ),
        metric(result, Metric::Agents, ("{} containers in all", "共 {} 个容器")),
    ]
}

fn classified_storage(_: &Sources<'_>, result: &StrategyResult) -> Vec<Figure> {
    let routes = f64::from(u8::from(result.routes_by_store));
    let routed: Vec<Option<f64>> = delivered(result).into_iter().map(|share| Some(share? * routes)).collect();
    vec![figure(
        "routed",
        ("{} arrive in the store asked for", "{} 到达指定存储"),
        complete(&routed),
        "fraction",
    )]
}

fn isolation(sources: &Sources<'_>, result: &StrategyResult) -> Vec<Figure> {
    let found = sources.study.isolation.iter().find(|i| i.strategy == result.strategy);
    vec![
        figure(
            Metric::NeighbourFreshness.id(),
            ("{} as old with a loud neighbour", "有喧闹邻居时延迟为 {}"),
            found.and_then(|i| complete(&i.freshness_ratio)),
            "ratio",
        ),
        figure(
            "neighbour_undelivered",
            ("{} more of the neighbours' lines undelivered", "邻居日志多 {} 未送达"),
            found.and_then(|i| complete(&i.undelivered_more)),
            "fraction",
        ),
    ]
}

fn scale(sources: &Sources<'_>, result: &StrategyResult) -> Vec<Figure> {
    let limit = |axis, configs: Option<ConfigMode>| {
        let of = |l: &&ScaleLimit| {
            l.strategy == result.strategy && l.axis == axis && configs.is_none_or(|mode| l.configs == mode)
        };
        sources.study.scale.iter().find(of).map(ScaleLimit::estimate)
    };
    vec![
        figure(
            "tenants",
            ("{} tenants with a config each", "最多 {} 个租户，各一个配置"),
            limit(Axis::Tenants, Some(ConfigMode::OwnInputs)),
            "count",
        ),
        figure(
            "tenants_routes",
            ("{} as routes of one input", "共享输入时 {} 个"),
            limit(Axis::Tenants, Some(ConfigMode::Routes)),
            "count",
        ),
        figure("nodes", ("{} nodes", "{} 个节点"), limit(Axis::Nodes, None), "count"),
        figure(
            "pods_per_node",
            ("{} pods a node", "每节点 {} 个 Pod"),
            limit(Axis::PodsPerNode, None),
            "count",
        ),
    ]
}

fn resource_use(_: &Sources<'_>, result: &StrategyResult) -> Vec<Figure> {
    vec![
        metric(result, Metric::CollectorShare, ("{} of the cluster reserved", "预留集群资源的 {}")),
        metric(result, Metric::AgentCpu, ("{} used", "CPU {}")),
        metric(result, Metric::AgentMemory, ("{} used", "内存 {}")),
    ]
}

/// The share of lines delivered in each replication; none where none is written.
fn delivered(result: &StrategyResult) -> Vec<Option<f64>> {
    let ledgers = result.observations.iter().map(|o| &o.ledger);
    ledgers.map(|l| (l.emitted > 0).then(|| l.delivered as f64 / l.emitted as f64)).collect()
}

fn query(_: &Sources<'_>, result: &StrategyResult) -> Vec<Figure> {
    let mut figures = vec![figure(
        "searchable",
        ("{} searchable in one place", "{} 可集中检索"),
        complete(&delivered(result)),
        "fraction",
    )];
    if result.estimate(Metric::FreshnessP50).mean.is_some() {
        figures.push(metric(
            result,
            Metric::FreshnessP50,
            ("half of the lines after {}", "半数日志在 {} 内可检索"),
        ));
    }
    figures
}

fn customisation(_: &Sources<'_>, result: &StrategyResult) -> Vec<Figure> {
    vec![metric(
        result,
        Metric::Honoured,
        ("{} of workloads with wishes get all of them", "{} 的自定义需求可全部满足"),
    )]
}

fn fit(sources: &Sources<'_>, result: &StrategyResult) -> Vec<Figure> {
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

/// What gives way along each axis, where anything does.
fn gives_way(sources: &Sources<'_>, result: &StrategyResult) -> Vec<Text> {
    let limits = sources.study.scale.iter().filter(|l| l.strategy == result.strategy);
    limits
        .filter_map(|limit| {
            let (en, zh) = match (limit.axis, limit.configs) {
                (Axis::Tenants, ConfigMode::OwnInputs) => (
                    "with more tenants with a config each as an input of its own",
                    "租户更多（各配置为独立输入）时",
                ),
                (Axis::Tenants, ConfigMode::Routes) => (
                    "with more tenants with configs as routes of one input",
                    "租户更多（配置为共享输入的路由）时",
                ),
                (Axis::Nodes, _) => ("with more nodes", "节点更多时"),
                (Axis::PodsPerNode, _) => ("with more pods a node", "每节点 Pod 更多时"),
                _ => return None,
            };
            Some(match limit.gives_way.first()? {
                GivesWay::Infeasible(reason) => Text::new(
                    format!("{en}, what gives way first: {reason}"),
                    format!("{zh}，最先失效：{reason}"),
                ),
                GivesWay::Objective(objective) => Text::new(
                    format!("{en}, what gives way first: the objective {objective}"),
                    format!("{zh}，最先失效：目标 {objective}"),
                ),
            })
        })
        .collect()
}
