//! Figures of the scenario's own runs, and of companion clusters that are simulated.

use super::{Figure, Sources, complete, delivered, figure, metric};
use crate::flow::Medium;
use crate::metric::Metric;
use crate::study::StrategyResult;

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

pub(super) fn classified_storage(sources: &Sources<'_>, result: &StrategyResult) -> Vec<Figure> {
    let routes = f64::from(u8::from(result.routes_by_store));
    let routed: Vec<Option<f64>> = delivered(result).into_iter().map(|share| Some(share? * routes)).collect();
    let routed = figure(
        "routed",
        ("{} arrive in the store asked for", "{} 到达指定存储"),
        complete(&routed),
        "fraction",
    );
    std::iter::once(routed).chain(super::layout::config_costs(sources, result)).collect()
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
