//! The settings of agents: one declaration each, from which the rest follows.
//!
//! [`agent_settings`] hands its rows to a macro of the caller's. `behaviour.rs` makes of them what a profile may say, and
//! `scenario/settings.rs` what a scenario and `--set` may say, with checks, JSON Schema and the reference in
//! `docs/settings.md`. A row has these parts:
//!
//! - `en`, `zh`: what it is, in both languages;
//! - `profile { key: Type = default, "source", Quality }`: the key in a profile, absent where it is none. A profile need not
//!   say what is the stated default; where there is none it must;
//! - `scenario { key: Type, "least" to "most" }`: the key in a scenario, absent where it is none, and the range allowed, as
//!   the type is written; an empty text leaves that side open.
//!
//! A new setting is a row here, a field of the blueprint's `AgentPlan`, a line in `strategy/sizing.rs`, and its mechanism.

use super::{LineLimit, Timeout};
use crate::units::{Bytes, Fraction, SimTime};
use std::fmt::Display;
use std::str::FromStr;

/// Calls a macro with the rows of all settings.
macro_rules! agent_settings {
    ($make:ident) => {
        $make! {
            en "How often the buffer is flushed."
            zh "多久把缓冲区发送一次。"
            profile { flush: SimTime }
            scenario { flush: SimTime, "10ms" to "1h" }

            en "Bytes of records that the agent holds at most."
            zh "代理最多持有的记录字节数。"
            profile { buffer_limit: Bytes }
            scenario { mem_buf_limit: Bytes, "1B" to "" }

            en "Lines that the agent holds at most, where it counts them."
            zh "代理按行数限制缓冲时最多持有的行数。"
            profile { buffer_lines: Most = Most::Unlimited, "The program counts bytes, not lines.", A }
            scenario {}

            en "Of what it holds, bytes in memory; more goes to disk, and what waits there survives the process."
            zh "缓冲中放在内存里的字节数；超出的写入磁盘，进程重启后仍在。"
            profile { buffer_memory: Bytes }
            scenario {}

            en "Where what is read waits: `memory`, or `filesystem`, where it survives the process and memory does not bound it."
            zh "读到的内容在何处等待：内存，或文件系统（进程重启后仍在，且不受内存限制）。"
            profile {}
            scenario { storage: Storage }

            en "With `storage: filesystem`, chunks that are in memory beside their files."
            zh "`storage: filesystem` 时同时留在内存中的块数。"
            profile {
                max_chunks_up: Most = Most::Limit(128),
                "Fluent Bit, administration/buffering-and-storage: storage.max_chunks_up 128, of some 2 MB each.",
                A
            }
            scenario { max_chunks_up: Count }

            en "With `storage: filesystem`, bytes on disk at most, beyond which the oldest are dropped; default: no limit."
            zh "`storage: filesystem` 时磁盘上的最大字节数，超出时丢弃最旧的；默认不限。"
            profile {}
            scenario { storage_limit: Bytes, "1Mi" to "" }

            en "What happens when that is full: `pause`, `dropNewest` or `dropOldest`."
            zh "缓冲区满时如何处理输入：暂停、丢弃最新或丢弃最旧。"
            profile { overflow: Overflow }
            scenario { overflow: Overflow }

            en "Bytes of the largest request."
            zh "单个请求的最大字节数。"
            profile { batch: Bytes }
            scenario {}

            en "Lines of the largest request, where the agent counts them."
            zh "按行数限制时单个请求的最大行数。"
            profile { batch_lines: Most = Most::Unlimited, "The program counts bytes, not lines.", A }
            scenario {}

            en "Whether a full batch is sent before its flush is due."
            zh "批次满时是否提前发送。"
            profile { sends_full: bool }
            scenario {}

            en "How requests are compressed where the profile's output does not do it: `none` or `gzip`."
            zh "配置本身不压缩时请求如何压缩：不压缩或 gzip。"
            profile {}
            scenario { compress: Compress }

            en "Nanoseconds of CPU that `compress: gzip` takes a byte on the network before compression."
            zh "`compress: gzip` 每个压缩前字节耗费的 CPU 纳秒数。"
            profile {
                gzip_byte: f64 = 8.0,
                "Published rows vmr-*-fluentbit-max: 25.0 us of a core a line, of which 22.5 us are predicted without: 2.5 us for 321 bytes. zlib at higher levels takes three times as much.",
                C
            }
            scenario {}

            en "Bytes that `compress: gzip` leaves of each."
            zh "`compress: gzip` 压缩后剩余的比例。"
            profile {
                gzip_left: f64 = 0.12,
                "Published rows vmr-*-fluentbit-*: 39 to 44 bytes a line of 216 with its metadata, gzip.",
                B
            }
            scenario {}

            en "Requests under way at most."
            zh "同时在途的最大请求数。"
            profile { max_in_flight: u32 }
            scenario {}

            en "How often the agent looks for new files."
            zh "多久查找一次新文件。"
            profile { scan_interval: SimTime }
            scenario { refresh_interval: SimTime, "100ms" to "720h" }

            en "How a file that replaces a rotated one is found."
            zh "轮转后的新文件如何被发现。"
            profile { successor: Successor }
            scenario {}

            en "How long a rotated file may still be read."
            zh "轮转后的旧文件还会读多久。"
            profile { rotate_wait: SimTime }
            scenario { rotate_wait: SimTime, "" to "720h" }

            en "Retries of a failed request: `unlimited`, or `{ limit: 1 }`."
            zh "请求失败后的重试次数：不限，或给出上限。"
            profile { retries: Retries }
            scenario { retries: Retries }

            en "The same where the backend answers that too much is sent (429); default: as `retries`. `{ limit: 0 }` drops at once."
            zh "后端返回 429（限流）时的重试次数；默认同 `retries`。`{ limit: 0 }` 立即丢弃。"
            profile {}
            scenario { throttled_retries: Retries }

            en "Shortest wait before a retry."
            zh "重试前的最短等待。"
            profile { backoff_base: SimTime }
            scenario {}

            en "Longest wait before a retry; each one doubles until there."
            zh "重试前的最长等待；每次加倍，直到此值。"
            profile { backoff_cap: SimTime }
            scenario {}

            en "How often the agent looks at a file for new lines, where it does and `cpu.coalesce` is not that."
            zh "代理多久查看一次文件是否有新行（与 `cpu.coalesce` 不同时）。"
            profile {
                look: SimTime = SimTime::from_ns(0),
                "Agents that poll bundle their reads by it: `cpu.coalesce` is the time between two looks.",
                B
            }
            scenario {}

            en "So often the agent looks whether a batch has waited for its flush, from its first line on; `0s`: flushes go by the clock."
            zh "多久检查一次批次自首行起是否已等满发送间隔；`0s` 表示按时钟发送。"
            profile {
                batch_check: SimTime = SimTime::from_ns(0),
                "Flushes are taken to go by the clock where nobody has looked at the program for it.",
                C
            }
            scenario {}

            en "Whether positions in files survive the process."
            zh "文件读取位置在进程重启后是否保留。"
            profile { checkpoints: bool }
            scenario { checkpoints: bool }

            en "What such a position says: `read` or `acknowledged`."
            zh "位置记录的是已读到处，还是后端已确认处。"
            profile { checkpoint_of: Position }
            scenario { checkpoint_of: Position }

            en "How often positions are written to disk; `0s` at once."
            zh "多久把位置写入磁盘；`0s` 为立即。"
            profile { checkpoint_every: SimTime }
            scenario { checkpoint_every: SimTime, "" to "720h" }

            en "Where a file without a position is read from when the agent is back: `beginning` or `end`."
            zh "没有位置记录的文件在代理重启后从开头还是末尾读起。"
            profile { start_at: StartAt }
            scenario { start_at: StartAt }

            en "From the kill of the process until it reads again."
            zh "从进程被杀到重新开始读取的时间。"
            profile {
                restart: SimTime = SimTime::from_secs(1),
                "Kubernetes restarts a killed container at once the first time; about the start-up time of the program.",
                C
            }
            scenario {}

            en "Bytes read at once from a file that is behind."
            zh "追赶落后文件时一次读取的字节数。"
            profile { read_chunk: Bytes }
            scenario { read_chunk: Bytes, "512B" to "1Gi" }

            en "Bytes of the longest line that the agent takes: `unlimited`, or `{ limit: 32Ki }`."
            zh "代理接受的最长一行的字节数：不限，或给出上限。"
            profile { line_limit: LineLimit }
            scenario { line_limit: LineLimit, "256B" to "" }

            en "What becomes of longer ones: `skip`, `truncate`, `split` or `stop`."
            zh "超长行如何处理：跳过、截断、切分或停止读取该文件。"
            profile { long_lines: LongLines }
            scenario { long_lines: LongLines }

            en "Whether that is asked of a line whose pieces of 16 KiB have been joined, and not of each piece."
            zh "长度限制是否针对由 16 KiB 片段拼接后的整行。"
            profile { limits_joined: bool }
            scenario {}

            en "How long a parser of events of several lines waits for the next line."
            zh "多行解析器等待下一行的时间。"
            profile { multiline_flush: SimTime }
            scenario { multiline_flush: SimTime, "" to "1m" }

            en "How long the answer to a request is waited for before it is sent again: `never`, or `{ after: 10s }`."
            zh "请求等待应答多久后重发：永不，或给出时限。"
            profile { request_timeout: Timeout }
            scenario { request_timeout: Timeout, "100ms" to "720h" }

            en "Cores that the agent's reading can use at most: its reader threads."
            zh "代理读取最多可用的核数，即读取线程数。"
            profile { threads: f64 }
            scenario { reader_threads: Count }

            en "Processes or threads that a flush's output is shared among."
            zh "分担发送的输出线程数。"
            profile { workers: f64 = 1.0, "One sends, one flush after the other, where nothing else was measured.", C }
            scenario { workers: Count }

            en "Collection configs, as inputs of their own, that one process can load."
            zh "一个进程能加载的独立采集配置数。"
            profile { max_inputs: Most = Most::Unlimited, "No limit is documented, and none was met.", B }
            scenario { max_inputs: Count }

            en "How the agent learns that a file has new lines."
            zh "代理如何得知文件有新行。"
            profile { watching: Watching }
            scenario {}

            en "Whether the kernel tells the agent of new lines (inotify); with `off` it looks at its files every `pollInterval`."
            zh "内核是否通知代理有新行（inotify）；`off` 时代理每隔 `pollInterval` 查看文件。"
            profile {}
            scenario { inotify: Inotify }

            en "How often an agent with `inotify: off` looks at its files."
            zh "`inotify: off` 时代理多久查看一次文件。"
            profile {
                poll_interval: SimTime = SimTime::from_ns(250_000_000),
                "Fluent Bit, plugins/in_tail/tail_fs_stat.c: a collector every 250 ms; Alloy and Promtail poll as often.",
                B
            }
            scenario { poll_interval: SimTime, "1ms" to "1h" }

            en "How an agent that pods share comes to know a new pod: it looks for files, or the API server tells it of pods; see `docs/model.md`, section 4."
            zh "共用的代理如何得知新的 Pod：查找文件，或由 API Server 通知。"
            profile {
                discovery: Discovery = Discovery::Files,
                "The program looks for files by a pattern of names, as its chart or documentation has it.",
                B
            }
            scenario { discovery: Discovery }

            en "How long the news of a started container is under way to the agent at most; it is even up to there."
            zh "容器启动的消息最多多久到达代理（在此范围内均匀分布）。"
            profile {
                pod_event: SimTime = SimTime::from_secs(1),
                "kubelet, pkg/kubelet/pleg/generic.go: containers are listed once a second; what the API server and the watch add is milliseconds.",
                B
            }
            scenario { pod_event: SimTime, "1ms" to "10m" }

            en "Of which pods an agent on a node keeps the metadata: those of its `node`, or of the whole `cluster`, as it does without a filter."
            zh "节点代理保存哪些 Pod 的元数据：本节点的，或（没有过滤时）整个集群的。"
            profile {
                pods_seen: Scope = Scope::Node,
                "Charts and documentation filter by the node's name.",
                B
            }
            scenario { pods_seen: Scope }

            en "How long a line waits at most for the acknowledgement of the one before it, where lines are sent one by one; `0s`: lines go with the flush."
            zh "逐行发送时，一行最多等待前一行的确认多久；`0s` 表示随刷新发送。"
            profile {
                transport_wait: SimTime = SimTime::from_ns(0),
                "Requests are sent whole, with the flush.",
                A
            }
            scenario {}

            en "Bytes of a full segment of the transport, which does not wait for that."
            zh "传输层满段的字节数，满段无需等待。"
            profile {
                segment: Bytes = Bytes::new(1448),
                "Ethernet: 1,500 bytes less the headers of IPv4 and TCP with timestamps. Loopback has 65,483.",
                A
            }
            scenario { segment: Bytes, "536B" to "64Ki" }

            en "Share of its memory limit at which the agent refuses lines by itself; 1 where it does not."
            zh "代理占内存限制多大比例时自行拒收日志；1 表示不会。"
            profile {
                refuses_at: f64 = 1.0,
                "No limiter of its own, or the chart leaves it off.",
                B
            }
            scenario {}

            en "Files that one process can have open."
            zh "一个进程能打开的文件数。"
            profile {
                max_files: Most = Most::Unlimited,
                "None of its own: the container runtime's limit of open files (containerd: 1,048,576).",
                B
            }
            scenario { max_files: Count }

            en "Whether lines get the pod's metadata; default: a shared agent does, a sidecar knows its pod."
            zh "是否为日志行添加 Pod 元数据；默认节点代理添加，Sidecar 不添加。"
            profile {}
            scenario { enrich: bool }
        }
    };
}
pub(crate) use agent_settings;

/// A value of a setting that a range can be asked of.
pub(crate) trait Bounded {
    /// What is compared.
    type Of: FromStr + PartialOrd + Display;
    /// Where that stands below the setting, such as `/limit`; empty where it is the setting itself.
    const BELOW: &'static str = "";
    /// What may be written instead of it.
    const OR: &'static str = "";
    /// Returns it, where the value has one.
    fn bounded(self) -> Option<Self::Of>;
}

macro_rules! bounded_itself {
    ($($ty:ty),*) => {$(
        impl Bounded for $ty {
            type Of = Self;
            fn bounded(self) -> Option<Self> {
                Some(self)
            }
        }
    )*};
}
bounded_itself!(SimTime, Bytes, Fraction);

impl Bounded for LineLimit {
    type Of = Bytes;
    const BELOW: &'static str = "/limit";
    const OR: &'static str = ", or unlimited";
    fn bounded(self) -> Option<Bytes> {
        match self {
            Self::Unlimited => None,
            Self::Limit(limit) => Some(limit),
        }
    }
}

impl Bounded for Timeout {
    type Of = SimTime;
    const BELOW: &'static str = "/after";
    const OR: &'static str = ", or never";
    fn bounded(self) -> Option<SimTime> {
        match self {
            Self::Never => None,
            Self::After(time) => Some(time),
        }
    }
}

/// Returns what is wrong with a value: where below the setting, and what is allowed.
pub(crate) fn out_of_range<T: Bounded>(
    key: &str,
    value: T,
    least: &str,
    most: &str,
) -> Option<(&'static str, String)> {
    let value = value.bounded()?;
    // A side that is no such quantity is open; a test reads those of all settings.
    let (low, high) = (least.parse::<T::Of>().ok(), most.parse::<T::Of>().ok());
    if low.is_none_or(|low| value >= low) && high.is_none_or(|high| value <= high) {
        return None;
    }
    Some((T::BELOW, format!("{key} is {value}; allowed is {}{}", range_in_words(least, most), T::OR)))
}

/// Returns a range as errors and the reference write it.
pub(crate) fn range_in_words(least: &str, most: &str) -> String {
    match (least, most) {
        ("", most) => format!("up to {most}"),
        (least, "") => format!("{least} and more"),
        (least, most) => format!("{least} to {most}"),
    }
}

/// Returns a name as YAML has it: `buffer_limit` is `bufferLimit`.
pub(crate) fn yaml_key(name: &str) -> String {
    let mut words = name.split('_');
    let first = words.next().unwrap_or_default().to_owned();
    words.fold(first, |key, word| {
        let (head, rest) = word.split_at(1);
        key + &head.to_uppercase() + rest
    })
}
