//! How far a cluster grows.

use super::{Figure, Sources, exact, figure, ships_nothing};
use crate::lang::Text;
use crate::scenario::ConfigMode;
use crate::study::{Axis, GivesWay, ScaleLimit, StrategyResult};

pub(super) fn scale(sources: &Sources<'_>, result: &StrategyResult) -> Vec<Figure> {
    let limit = |axis, configs: Option<ConfigMode>| {
        let of = |l: &&ScaleLimit| {
            l.strategy == result.strategy && l.axis == axis && configs.is_none_or(|mode| l.configs == mode)
        };
        sources.study.scale.iter().find(of)
    };
    let of = |name: &str, (en, zh): (&str, &str), found: Option<&ScaleLimit>| {
        // The end of the range is where the search ended, and no limit.
        let free = found.is_some_and(|limit| limit.unlimited() == limit.limits.len());
        let phrase = match free {
            true => (&*format!("nothing gives way up to {en}"), &*format!("直到 {zh}仍无失效")),
            false => (en, zh),
        };
        figure(name, phrase, found.map(ScaleLimit::estimate), "count")
    };
    let own = match sources.study.configs {
        ConfigMode::Routes => {
            ("{} tenants, configs as routes of one input", "{} 个租户（配置为共享输入的路由）")
        }
        ConfigMode::OwnInputs => {
            ("{} tenants, configs as inputs of their own", "{} 个租户（各配置为独立输入）")
        }
    };
    let tenants = |mode| limit(Axis::Tenants, Some(mode));
    let mut figures = vec![
        of("tenants", own, tenants(sources.study.configs)),
        of(
            "tenants_routes",
            ("{} tenants as routes of one input", "{} 个租户（共享输入）"),
            tenants(ConfigMode::Routes),
        ),
        of(
            "tenants_own_inputs",
            ("{} tenants as inputs of their own", "{} 个租户（独立输入）"),
            tenants(ConfigMode::OwnInputs),
        ),
        of("nodes", ("{} nodes", "{} 个节点"), limit(Axis::Nodes, None)),
        of("pods_per_node", ("{} pods a node", "每节点 {} 个 Pod"), limit(Axis::PodsPerNode, None)),
    ];
    // What Docker itself can ship to has one place where everything arrives.
    if ships_nothing(result) {
        figures.extend(sources.study.single_points.iter().map(|point| {
            let (en, zh) = (
                format!("{{}} nodes shipped by the {} driver to one collector", point.driver),
                format!("经 {} 驱动发往单个收集器时 {{}} 个节点", point.driver),
            );
            figure(&format!("{}_nodes", point.driver), (&en, &zh), exact(point.nodes.floor()), "count")
        }));
    }
    figures
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
