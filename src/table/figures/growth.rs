//! How far a cluster grows.

use super::{Figure, Sources, figure};
use crate::lang::Text;
use crate::scenario::ConfigMode;
use crate::study::{Axis, GivesWay, ScaleLimit, StrategyResult};

pub(super) fn scale(sources: &Sources<'_>, result: &StrategyResult) -> Vec<Figure> {
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

/// What gives way along each axis, where anything does.
pub(super) fn gives_way(sources: &Sources<'_>, result: &StrategyResult) -> Vec<Text> {
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
