//! The questions of scenarios that the program itself ships or writes, in Chinese. A question of a user's own is shown as it
//! is written, whatever the language.

use super::Lang;

/// A question as its scenario asks it, and in Chinese.
const QUESTIONS: [(&str, &str); 20] = [
    (
        "What do native, DaemonSet and Sidecar collection cost and lose on 20 nodes with 30 pods each?",
        "在 20 个节点、每节点 30 个 Pod 上，原生、DaemonSet 与 Sidecar 采集各要付出什么、丢失什么？",
    ),
    ("Does a proof of concept need an agent at all?", "概念验证究竟需不需要采集器？"),
    ("What is cheapest for one team with one kind of log?", "一个团队、一种日志，怎样采集最省？"),
    ("Which strategy keeps forty tenants apart, and at what cost?", "哪种策略能隔离四十个租户，代价是多少？"),
    (
        "What does a loud tenant do to the others' freshness, with an agent a node and with an agent a pod?",
        "每节点一个采集器、或每 Pod 一个采集器时，吵闹的租户对其他租户的新鲜度有何影响？",
    ),
    (
        "How many jobs of half a minute does an agent never see that looks for files once a minute?",
        "采集器每分钟查找一次文件，半分钟的作业有多少是它从未见到的？",
    ),
    (
        "What do a library, a sidecar proxy and a node proxy take for the same six services?",
        "同样六个服务，库、Sidecar 代理与节点代理各要占用多少？",
    ),
    (
        "What do collection configs by IP address lose where pods come and go, and when is a change everywhere?",
        "Pod 来来去去时，按 IP 地址分组的采集配置会丢失什么，一次变更何时处处生效？",
    ),
    (
        "Who reads the logs of pods that run where no DaemonSet does, and at what cost?",
        "在没有 DaemonSet 的地方运行的 Pod，日志由谁读取，代价是多少？",
    ),
    (
        "What do two minutes without the backend, and a slow recovery, cost under each strategy?",
        "后端中断两分钟、恢复又缓慢，各策略要付出多少代价？",
    ),
    (
        "What does a gateway with buffers change in an outage of the backend, and what is lost when one of its processes dies?",
        "后端中断时，带缓冲的网关改变了什么；它的一个进程死亡时又丢失什么？",
    ),
    (
        "What is lost when files rotate faster than agents look for new ones?",
        "文件轮转快过采集器查找新文件时，会丢失什么？",
    ),
    (
        "Who keeps a node's disk from filling up with logs, and whose pods are evicted where nobody does?",
        "谁能防止日志写满节点的磁盘；若无人防止，谁的 Pod 会被驱逐？",
    ),
    (
        "When applications want more CPU than their node has, whose logs come late, and what do agents take from them?",
        "应用所要的 CPU 超过节点所有时，谁的日志会迟到，采集器又从应用那里拿走多少？",
    ),
    (
        "What do drains and the loss of a node cost under each strategy?",
        "排空节点与失去一个节点，各策略要付出多少代价？",
    ),
    (
        "What does an upgrade of the agent lose, and whose pods does it restart?",
        "升级采集器会丢失什么，又会重启谁的 Pod？",
    ),
    (
        "Who has the last words of a container that crashes again and again?",
        "容器一再崩溃，谁能拿到它最后的日志？",
    ),
    (
        "Who reads what pods write on a new node before its agent is there?",
        "新节点上的采集器就位之前，Pod 写下的日志由谁读取？",
    ),
    (
        "What does collection cost on 5,000 nodes and 150,000 pods, for an hour with an outage?",
        "在 5,000 个节点、150,000 个 Pod 上采集一小时，其间中断一次，代价是多少？",
    ),
    ("How should this cluster collect its logs?", "这个集群应当怎样采集日志？"),
];

/// A scenario's question in a language, where it is known there; otherwise as it was asked.
pub fn question(asked: &str, lang: Lang) -> &str {
    let known = QUESTIONS.iter().find(|(en, _)| lang == Lang::Zh && *en == asked);
    known.map_or(asked, |(_, zh)| zh)
}
