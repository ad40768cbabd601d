//! The figures of each row, taken from results.

mod archetypes;
mod growth;
mod layout;
mod runs;

use super::cell::Figure;
use crate::lang::Text;
use crate::metric::Metric;
use crate::stats::Estimate;
use crate::study::{Comparison, RestsOn, StrategyResult, TableStudy};

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
    /// The clusters that it is run on.
    pub rests_on: RestsOn,
    /// What else is worth saying.
    pub notes: fn(&Sources<'_>, &StrategyResult) -> Vec<Text>,
}

/// All results at hand.
pub(super) struct Sources<'a> {
    pub comparison: &'a Comparison,
    pub study: &'a TableStudy,
}

/// The rows, in the article's order.
pub(super) const ROWS: [RowSource; 10] = [
    RowSource {
        id: "log_types",
        method: (
            "companion cluster whose pods write standard output, container files and node files, none of them moved",
            "伴随集群：各 Pod 分别写标准输出、容器内文件、主机文件，均不迁移",
        ),
        by_construction: |_| true,
        graded: &[],
        missing: ("nothing writes", "没有日志"),
        figures: runs::log_types,
        rests_on: RestsOn::LogTypes,
        notes: none,
    },
    RowSource {
        id: "operations",
        method: (
            "agents running in the simulated cluster, and rollouts of an upgrade and of a config change: a DaemonSet pod \
             a minute, one after the other; Deployments a quarter at a time. What an upgrade loses is simulated line by line \
             on a slice of three nodes, with it and without",
            "仿真集群中运行的采集容器数；升级与改配置的滚动发布：DaemonSet 逐个 Pod、每个一分钟，Deployment 每次四分之一。\
             升级的丢失在三节点切片上逐行仿真（有/无升级）",
        ),
        by_construction: |result| matches!(result.strategy, "native" | "sidecar"),
        graded: &[
            "containers_per_100_pods",
            "agents",
            "upgrade_s",
            "upgrade_pods_restarted",
            "upgrade_uncovered_s",
            "upgrade_lost",
            "upgrade_again",
            "upgrade_p99",
            "config_s",
            "config_pods_restarted",
            "objects",
        ],
        missing: ("it cannot be run", "无法运行"),
        figures: layout::operations,
        rests_on: RestsOn::Scenario,
        notes: none,
    },
    RowSource {
        id: "classified_storage",
        method: (
            "share of lines that arrive in a store of their owner's choice: declared routing × simulated delivery",
            "日志到达所有者指定存储的比例：声明的路由能力 × 仿真的送达率",
        ),
        by_construction: |_| true,
        graded: &["routed", "config_cpu", "config_memory"],
        missing: ("nothing is written", "没有日志"),
        figures: runs::classified_storage,
        rests_on: RestsOn::Scenario,
        notes: layout::cannot,
    },
    RowSource {
        id: "tenant_isolation",
        method: (
            "companion cluster with and without a tenant that writes 50,000 lines/s a node, same random numbers, and behind a \
             backend that takes half of what is written; the reach \
             of failures is counted on the scenario's cluster",
            "伴随集群：有/无一个每节点写 50,000 行/秒的租户，随机数相同；另有只能接收写入量一半的后端；故障波及范围按场景集群统计",
        ),
        by_construction: |_| false,
        graded: &[
            "neighbour_freshness",
            "neighbour_freshness_p50",
            "neighbour_freshness_limited",
            "neighbour_undelivered",
            "jain",
            "crash_pods",
            "crash_tenants",
            "crash_lines",
            "bad_config_pods",
            "bad_config_tenants",
            "bad_config_lines",
        ],
        missing: ("nothing is delivered, so that nothing can be late", "没有送达，谈不上延迟"),
        figures: layout::isolation,
        rests_on: RestsOn::LoudTenant,
        notes: layout::saturated,
    },
    RowSource {
        id: "cluster_scale",
        method: (
            "a slice of two nodes, grown until an objective is missed that it meets as it stands: tenants, one config each and \
             loaded as the scenario says; nodes; pods a node. One collector behind Docker's own drivers by arithmetic",
            "两节点的切片不断增大，直到破坏现状所满足的目标：租户（各一个采集配置，按场景的加载方式）、节点、每节点 Pod；\
             Docker 驱动后的单个收集器按算术推算",
        ),
        by_construction: |result| !result.shares_agents,
        graded: &["tenants", "tenants_routes", "tenants_own_inputs", "nodes", "pods_per_node"],
        missing: ("nothing writes", "没有日志"),
        figures: growth::scale,
        rests_on: RestsOn::Slice,
        notes: growth::gives_way,
    },
    RowSource {
        id: "resource_use",
        method: ("requests and use of agents in the scenario's runs", "场景仿真中采集容器的申请量与使用量"),
        by_construction: ships_nothing,
        graded: &[
            "collector_share",
            "agent_cpu",
            "agent_memory",
            "agent_cpu_per_pod",
            "agent_memory_per_pod",
            "network",
            "disk_writes",
            "cost",
        ],
        missing: ("it cannot be run", "无法运行"),
        figures: runs::resource_use,
        rests_on: RestsOn::Scenario,
        notes: none,
    },
    RowSource {
        id: "query",
        method: (
            "share of the lines written that can be searched in one place when the run ends; hour, day and week are \
             extrapolated from retention = bytes kept ÷ rate, and the time of an answer rests on assumed 50 ms a pod \
             and 20 MB/s for kubectl, on one round trip for a backend",
            "仿真结束时可集中检索的日志比例；一小时、一天、一周为外推（保留时间 = 保留字节 ÷ 速率）；\
             查询耗时：kubectl 假定每 Pod 50 毫秒、20 MB/s，后端按一次往返",
        ),
        by_construction: ships_nothing,
        graded: &[
            "searchable",
            "at_hand",
            "tailored",
            "freshness_p50",
            "answer_s",
            "last_hour",
            "last_day",
            "last_week",
            "deleted_pods",
        ],
        missing: ("nothing is written", "没有日志"),
        figures: layout::query,
        rests_on: RestsOn::Scenario,
        notes: none,
    },
    RowSource {
        id: "customisation",
        method: (
            "share of workloads with wishes of their own whose wishes can all be honoured, as declared",
            "有自定义需求的工作负载中，全部需求可被满足的比例（按声明的能力）",
        ),
        by_construction: |_| true,
        graded: &["honoured", "configs_per_agent", "config_cpu", "config_memory"],
        missing: ("no workload has wishes of its own", "没有工作负载提出自定义需求"),
        figures: layout::customisation,
        rests_on: RestsOn::Scenario,
        notes: layout::cannot,
    },
    RowSource {
        id: "coupling",
        method: (
            "a rollout of a new agent version on the scenario's cluster (a row of the article's later version)",
            "在场景集群上推出新的采集器版本（该行取自文章的后续版本）",
        ),
        by_construction: |_| true,
        graded: &["pods_restarted"],
        missing: ("it cannot be run", "无法运行"),
        figures: layout::coupling,
        rests_on: RestsOn::Scenario,
        notes: none,
    },
    RowSource {
        id: "fit",
        method: (
            "the three archetypes simulated: the cheapest feasible strategy that meets an archetype's objectives wins it, for as \
             long as the scenario runs; what rotation takes beyond the simulated time is arithmetic",
            "仿真三类典型集群：在场景所问的时长内满足目标的最便宜可行方案胜出；超出仿真时长的轮转丢失按算术推算",
        ),
        by_construction: |_| false,
        graded: &[],
        missing: ("no archetype was run", "未运行典型集群"),
        figures: archetypes::fit,
        rests_on: RestsOn::Archetypes,
        notes: archetypes::contenders,
    },
];

/// Where nothing runs, nothing is reserved and nothing can be searched, whatever there is to collect.
fn ships_nothing(result: &StrategyResult) -> bool {
    result.strategy == "native"
}

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

/// The share of lines delivered in each replication; none where none is written.
fn delivered(result: &StrategyResult) -> Vec<Option<f64>> {
    let ledgers = result.observations.iter().map(|o| &o.ledger);
    ledgers.map(|l| (l.emitted > 0).then(|| l.delivered as f64 / l.emitted as f64)).collect()
}
