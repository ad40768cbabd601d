//! Names of figures and states, in both languages.

use crate::flow::Cause;
use crate::lang::Lang;
use crate::metric::Metric;
use crate::study::{Axis, Verdict};

/// The English or the Chinese of two texts.
pub(crate) fn pick<'a>(lang: Lang, en: &'a str, zh: &'a str) -> &'a str {
    match lang {
        Lang::En => en,
        Lang::Zh => zh,
    }
}

/// An axis' name as people say it.
pub(crate) fn axis(axis: Axis, lang: Lang) -> &'static str {
    let (en, zh) = match axis {
        Axis::Tenants => ("tenants", "租户数"),
        Axis::Nodes => ("nodes", "节点数"),
        Axis::PodsPerNode => ("pods a node", "每节点 Pod 数"),
        Axis::LinesPerSecond => ("lines/s of a pod that writes", "每个写日志 Pod 的行/秒"),
        Axis::Collected => ("share of pods collected", "采集的 Pod 比例"),
        Axis::Outage => ("outage of the backend", "后端中断时长"),
    };
    pick(lang, en, zh)
}

/// A metric's name as people say it.
pub(crate) fn metric(metric: Metric, lang: Lang) -> &'static str {
    let (en, zh) = match metric {
        Metric::AgentCpu => ("agent CPU", "采集 CPU"),
        Metric::AgentCpuRequested => ("agent CPU requested", "采集 CPU 申请"),
        Metric::AgentMemory => ("agent memory", "采集内存"),
        Metric::AgentMemoryRss => ("agent memory (RSS)", "采集内存（RSS）"),
        Metric::AgentMemoryRequested => ("agent memory requested", "采集内存申请"),
        Metric::AgentCpuP95 => ("CPU of an agent, p95", "单个采集器 CPU p95"),
        Metric::AgentCpuPeak => ("CPU of an agent, peak", "单个采集器 CPU 峰值"),
        Metric::AgentMemoryP95 => ("memory of an agent, p95", "单个采集器内存 p95"),
        Metric::AgentMemoryPeak => ("memory of an agent, peak", "单个采集器内存峰值"),
        Metric::CpuOverRequest => ("agents above their CPU request", "CPU 超过申请的采集器"),
        Metric::MemoryOverRequest => ("agents above their memory request", "内存超过申请的采集器"),
        Metric::CollectorShare => ("share of the cluster", "占集群比例"),
        Metric::Agents => ("agents", "采集器数"),
        Metric::Nodes => ("nodes", "节点数"),
        Metric::ExtraNodes => ("extra nodes", "额外节点"),
        Metric::Cost => ("cost, allocated", "成本（分摊）"),
        Metric::CostMarginal => ("cost, marginal", "成本（新增账单）"),
        Metric::FreshnessP50 => ("freshness p50", "新鲜度 p50"),
        Metric::FreshnessP99 => ("freshness p99", "新鲜度 p99"),
        Metric::ArrivedP50 => ("freshness p50 of what arrives", "已送达行的新鲜度 p50"),
        Metric::ArrivedP99 => ("freshness p99 of what arrives", "已送达行的新鲜度 p99"),
        Metric::Loss => ("loss", "丢失"),
        Metric::Undelivered => ("undelivered", "未送达"),
        Metric::Throughput => ("throughput", "吞吐"),
        Metric::Network => ("network", "网络"),
        Metric::Requests => ("requests", "请求"),
        Metric::Connections => ("connections", "连接数"),
        Metric::WriteCpu => ("CPU for writing", "写日志 CPU"),
        Metric::DiskWrites => ("disk writes", "磁盘写入"),
        Metric::LogDisk => ("log disk, fullest node", "日志磁盘（最满节点）"),
        Metric::LogDiskShare => ("log disk, share of fullest", "日志磁盘占比（最满节点）"),
        Metric::Paused => ("input paused", "输入暂停"),
        Metric::Stalled => ("applications stood still", "应用被阻塞"),
        Metric::Duplicated => ("delivered again", "重复送达"),
        Metric::UnreadFiles => ("files beyond the kernel's limits", "超出内核限制的文件"),
        Metric::LongLines => ("lines too long", "超长行"),
        Metric::RefusedStarts => ("container starts refused", "容器启动失败"),
        Metric::StuckPods => ("jobs not completed", "未完成的 Job"),
        Metric::OomKills => ("OOM kills", "OOM 终止"),
        Metric::BackendWait => ("longest backend wait", "后端最长等待"),
        Metric::GatewayBuffer => ("held by the gateway at its fullest", "网关缓冲峰值"),
        Metric::GatewayRefused => ("requests refused by the gateway", "网关拒绝请求"),
        Metric::Throttled => ("refused by quotas", "配额拒绝流量"),
        Metric::ShardSkew => ("busiest shard over the mean", "最忙分片与均值之比"),
        Metric::ConfigGapP50 => ("wait of new agents for their config, p50", "新采集器等待配置 p50"),
        Metric::ConfigGapMax => ("longest wait of a new agent for its config", "新采集器等待配置最长"),
        Metric::Uncovered => ("time without a config", "无配置时间"),
        Metric::ConfigDelayP50 => ("delay of a config change, p50", "配置变更延迟 p50"),
        Metric::ConfigDelayLast => ("delay of a config change, last agent", "配置变更延迟（最后一个）"),
        Metric::StaleLines => ("lines by the old config", "按旧配置采集的行"),
        Metric::PodsRestarted => ("pods restarted for a config", "因配置重启的 Pod"),
        Metric::ConfigRequests => ("requests to the config server", "配置服务器请求"),
        Metric::ApiWatches => ("watches at the API server", "API Server 监听数"),
        Metric::ApiRequests => ("look-ups at the API server", "API Server 查询"),
        Metric::ApiBytes => ("bytes from the API server", "API Server 流量"),
        Metric::ApiListed => ("bytes from the API server at a start", "启动时 API Server 发送的字节"),
        Metric::ReachPods => ("pods whose logs one agent can read", "单个采集器可读日志的 Pod"),
        Metric::ReachTenants => ("tenants as whom one agent can write", "单个采集器可冒用写入的租户"),
        Metric::Proxies => ("proxies", "代理数"),
        Metric::ProxyCpu => ("proxy CPU", "代理 CPU"),
        Metric::ProxyCpuRequested => ("proxy CPU requested", "代理 CPU 申请"),
        Metric::ProxyMemory => ("proxy memory", "代理内存"),
        Metric::ProxyMemoryRequested => ("proxy memory requested", "代理内存申请"),
        Metric::AgentDown => ("agents down", "采集器停机时间"),
        Metric::PodGap => ("pods without a node", "Pod 中断时间"),
        Metric::PodsPending => ("pods pending", "待调度 Pod"),
        Metric::Crashes => ("container crashes", "容器崩溃次数"),
        Metric::CrashLogsMissed => ("ends of crashed containers' logs missed", "崩溃容器日志末尾遗漏"),
        Metric::StartWait => ("applications waiting for their agents", "应用等待采集器启动"),
        Metric::Honoured => ("wishes honoured", "需求满足"),
        Metric::AppSlowdown => ("CPU that applications miss", "应用缺少的 CPU"),
        Metric::AppSlowdownWorst => ("CPU that applications miss, worst node", "应用缺少的 CPU（最差节点）"),
        Metric::EvictedPods => ("evicted pods", "被驱逐的 Pod"),
        Metric::DiskPressure => ("disk pressure", "磁盘压力"),
        Metric::NeighbourFreshness => ("neighbours' freshness", "邻居新鲜度"),
    };
    pick(lang, en, zh)
}

/// A cause of loss as people say it.
pub(crate) fn cause(cause: Cause, lang: Lang) -> &'static str {
    let (en, zh) = match cause {
        Cause::RotatedBeforeRead => ("lost: rotated before read", "丢失：读取前被轮转"),
        Cause::NeverDiscovered => ("lost: file never discovered", "丢失：文件未被发现"),
        Cause::RemovedWithPod => ("lost: removed with its pod", "丢失：随 Pod 删除"),
        Cause::BufferOverflow => ("lost: buffer overflow", "丢失：缓冲区溢出"),
        Cause::RetriesExhausted => ("lost: retries exhausted", "丢失：重试用尽"),
        Cause::AgentKilled => ("lost: agent killed", "丢失：采集器被终止"),
        Cause::LinesTooLong => ("lost: lines too long", "丢失：行过长"),
        Cause::RejectedByBackend => ("lost: rejected by the backend", "丢失：被后端拒绝"),
        Cause::NotCollectable => ("lost: not collectable", "丢失：无法采集"),
        Cause::NodeLost => ("lost: with its node", "丢失：随节点丢失"),
    };
    pick(lang, en, zh)
}

/// Delivered, retained and in flight, as people say them.
pub(crate) fn states(lang: Lang) -> [&'static str; 3] {
    match lang {
        Lang::En => ["delivered", "retained on the node", "in flight"],
        Lang::Zh => ["已送达", "留在节点", "在途"],
    }
}

/// A fault as people say it; one that is not known here by its own name.
pub(crate) fn fault(name: &str, lang: Lang) -> &str {
    let (en, zh) = match name {
        "outage" => ("outage", "中断"),
        "crash" => ("crash", "崩溃"),
        "badConfig" => ("bad config", "错误配置"),
        "upgrade" => ("upgrade", "升级"),
        "nodeLoss" => ("node loss", "节点丢失"),
        "drain" => ("node drain", "节点排空"),
        "spotWave" => ("spot wave", "竞价实例回收"),
        "nodesAdded" => ("nodes added", "新增节点"),
        "evictionStorm" => ("eviction storm", "驱逐风暴"),
        "rollout" => ("rollout", "滚动发布"),
        other => (other, other),
    };
    pick(lang, en, zh)
}

/// A strategy as columns are headed: in Chinese with the name that it has on the command line where that is another.
pub(crate) fn strategy(name: &'static str, lang: Lang) -> &'static str {
    match (lang, name) {
        (Lang::En, _) => name,
        (Lang::Zh, "native") => "原生（native）",
        (Lang::Zh, "native-driver") => "日志驱动（native-driver）",
        (Lang::Zh, "daemonset") => "DaemonSet",
        (Lang::Zh, "sidecar") => "Sidecar",
        (Lang::Zh, "sidecar-streaming") => "Sidecar 转标准输出（sidecar-streaming）",
        (Lang::Zh, "direct") => "应用直写（direct）",
        (Lang::Zh, "hybrid") => "混合（hybrid）",
        (Lang::Zh, "as-is") => "现状（as-is）",
        (Lang::Zh, _) => name,
    }
}

/// A verdict as people say it.
pub(crate) fn verdict(verdict: Verdict, lang: Lang) -> &'static str {
    match verdict {
        Verdict::Met => pick(lang, "met", "满足"),
        Verdict::Missed => pick(lang, "missed", "未满足"),
        Verdict::Undecided => pick(lang, "undecided", "未定"),
    }
}

/// How a strategy does by the scenario's objectives, and whether it meets all that could be judged.
pub(crate) fn objectives(result: &crate::study::StrategyResult, lang: Lang) -> (String, bool) {
    let of = |verdict: Verdict| {
        let found = result.objectives.iter().filter(|(_, known)| *known == Some(verdict));
        found.map(|(objective, _)| objective.to_string()).collect::<Vec<String>>()
    };
    let (missed, undecided) = (of(Verdict::Missed), of(Verdict::Undecided));
    let judged = result.objectives.iter().any(|(_, verdict)| verdict.is_some());
    let mut parts = Vec::new();
    if !missed.is_empty() {
        parts.push(format!("{}{}", pick(lang, "missed: ", "未满足："), missed.join(", ")));
    }
    if !undecided.is_empty() {
        parts.push(format!("{}{}", pick(lang, "undecided: ", "未定："), undecided.join(", ")));
    }
    match (parts.is_empty(), judged) {
        (false, _) => (parts.join(pick(lang, "; ", "；")), missed.is_empty() && undecided.is_empty()),
        (true, true) => (pick(lang, "all met", "全部满足").to_owned(), true),
        (true, false) => (pick(lang, "nothing to judge", "无可评判").to_owned(), true),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_metric_and_cause_has_its_own_name() {
        for lang in [Lang::En, Lang::Zh] {
            let names: std::collections::BTreeSet<&str> =
                Metric::ALL.iter().map(|m| metric(*m, lang)).collect();
            assert_eq!(names.len(), Metric::ALL.len());
            let causes: std::collections::BTreeSet<&str> =
                Cause::ALL.iter().map(|c| cause(*c, lang)).collect();
            assert_eq!(causes.len(), Cause::ALL.len());
        }
    }
}
