//! The STRESS-DES checklist, filled from the scenario and the program.
//!
//! Its 20 items are those of Monks et al., "Strengthening the reporting of empirical simulation studies:
//! introducing the STRESS guidelines", Journal of Simulation 13(1), 2019.

use crate::lang::{Lang, format, question};
use crate::observe::Freshness;
use crate::report::page::{Cell, Column, Page, Prose, Table};
use crate::report::words::{self, pick};
use crate::report::{Report, provenance};
use crate::study::{Agent, HEADLINES};

/// Entries of a list that are shown; the rest is counted.
const SHOWN: usize = 8;

/// Lines of a scenario that are shown whole.
const YAML_LINES: usize = 150;

/// The appendix.
pub(super) fn appendix(page: &mut Page, report: &Report) {
    let lang = report.lang;
    page.heading(pick(lang, "Appendix: STRESS-DES", "附录：STRESS-DES"));
    let [before, after] = match lang {
        Lang::En => [
            "The 20 items that a report of a discrete-event simulation should state (Monks et al., ",
            " 13(1), 2019).",
        ],
        Lang::Zh => ["离散事件仿真报告应说明的 20 项（Monks 等，", " 13(1)，2019）。"],
    };
    page.paragraph(Prose::from(before).stress("Journal of Simulation").plain(after));
    let head = [("", ""), ("item", "项目"), ("here", "本报告")].map(|(en, zh)| pick(lang, en, zh));
    let mut table = Table::new(head.map(Column::words));
    for (number, (en, zh), text) in items(report) {
        table.row([Cell::words(number), Cell::words(pick(lang, en, zh)), Cell::Words(text)]);
    }
    page.table(table);
    parameters(page, report);
    scenario(page, report);
}

type Item = (&'static str, (&'static str, &'static str), Prose);

/// The items, by the checklist's own sections.
fn items(report: &Report) -> Vec<Item> {
    [objectives, logic, data, experiment, implementation, access].map(|section| section(report)).concat()
}

/// A text in the report's language.
fn say(lang: Lang, en: String, zh: String) -> Prose {
    Prose::from(if lang == Lang::En { en } else { zh })
}

/// A text that does not depend on the run.
fn fixed(lang: Lang, en: &str, zh: &str) -> Prose {
    Prose::from(pick(lang, en, zh))
}

/// What the study is for.
fn objectives(report: &Report) -> Vec<Item> {
    let (lang, p) = (report.lang, &report.comparison.provenance);
    let subject = &p.subject;
    let objectives = list(&subject.objectives, lang);
    let metrics: Vec<&str> = report.metrics().into_iter().map(|m| m.id()).collect();
    let names: Vec<&str> = subject.strategies.iter().map(|(name, _)| *name).collect();
    let error = format!(
        "1/{:.0} {} {}",
        1.0 / Freshness::RELATIVE_ERROR,
        pick(lang, "of the age or", "或"),
        format::quantity(Freshness::ABSOLUTE_ERROR_S, "s", Lang::En)
    );
    vec![
        (
            "1.1",
            ("purpose", "目的"),
            if p.question.is_empty() {
                say(
                    lang,
                    format!("to compare {} on the scenario {}", names.join(", "), p.scenario),
                    format!("在场景 {} 上比较 {}", p.scenario, names.join("、")),
                )
            } else {
                question(&p.question, lang).into()
            },
        ),
        (
            "1.2",
            ("outputs", "输出"),
            say(
                lang,
                format!(
                    "{}; equations in docs/model.md, section 14; freshness quantiles from histograms, to {error}; 95 % Student t intervals over replications",
                    metrics.join(", ")
                ),
                format!(
                    "{}；公式见 docs/model.md 第 14 节；新鲜度分位数来自直方图，误差不超过 {error}；各次重复的 95% Student t 区间",
                    metrics.join("、")
                ),
            ),
        ),
        (
            "1.3",
            ("aims of the experiment", "实验目标"),
            say(
                lang,
                format!("which strategy meets {objectives}, and at what cost"),
                format!("哪种策略满足 {objectives}，代价如何"),
            ),
        ),
    ]
}

/// How the model works.
fn logic(report: &Report) -> Vec<Item> {
    let (lang, p) = (report.lang, &report.comparison.provenance);
    let subject = &p.subject;
    let about = subject.strategies.iter().enumerate().fold(Prose::default(), |text, (at, (name, about))| {
        let text = if at > 0 { text.plain("; ") } else { text };
        text.strong(*name).plain(format!(": {about}"))
    });
    let cluster = list(&subject.pools, lang);
    let faults = if subject.faults.is_empty() {
        pick(lang, "none", "无").to_owned()
    } else {
        list(&subject.faults, lang)
    };
    let agents: Vec<String> = subject.agents.iter().map(|a| agent(a, lang)).collect();
    vec![
        (
            "2.1",
            ("overview of the model", "模型概览"),
            fixed(
                lang,
                "pods write lines → files, rotated by kubelet or application → agent: reads, buffers, flushes, \
                 retries → backend; docs/model.md",
                "Pod 写日志行 → 文件（由 kubelet 或应用轮转）→ 采集器：读取、缓冲、刷新、重试 → 后端；见 docs/model.md",
            ),
        ),
        (
            "2.2",
            ("logic of the base model", "基础模型逻辑"),
            fixed(
                lang,
                "every line ends in one state: delivered, retained, in flight, or lost with a cause; the sum is \
                 checked in every run",
                "每一行处于一种状态：已送达、保留、在途，或因某原因丢失；每次运行都核对总和",
            ),
        ),
        ("2.3", ("logic of the scenarios", "各场景逻辑"), about),
        (
            "2.4",
            ("algorithms", "算法"),
            fixed(
                lang,
                "placement: least allocated node first, largest pods first; requests of agents: one sizing rule; \
                 reading under a CPU budget: max-min fair",
                "调度：先放最大的 Pod，选分配最少的节点；采集器申请：统一的规格规则；CPU 预算下的读取：最大最小公平",
            ),
        ),
        (
            "2.5",
            ("components", "组成"),
            say(
                lang,
                format!(
                    "nodes: {cluster}; {} pods of {} tenants; agents: {}; queue: the backend's, {}; faults: {faults}",
                    format::integer(p.pods),
                    format::integer(p.tenants),
                    agents.join(", "),
                    subject.backend
                ),
                format!(
                    "节点：{cluster}；{} 个租户的 {} 个 Pod；采集器：{}；队列：后端，{}；故障：{faults}",
                    format::integer(p.tenants),
                    format::integer(p.pods),
                    agents.join("、"),
                    subject.backend
                ),
            ),
        ),
    ]
}

/// What the model is fed with.
fn data(report: &Report) -> Vec<Item> {
    let (lang, p) = (report.lang, &report.comparison.provenance);
    let subject = &p.subject;
    let workloads = list(&subject.workloads, lang);
    let lines = format::quantity(subject.lines_per_s, "lines/s", lang);
    let sources: Vec<String> = subject.agents.iter().flat_map(|a| a.sources.clone()).collect();
    vec![
        ("3.1", ("data sources", "数据来源"), sources_of(&sources, lang).into()),
        (
            "3.2",
            ("pre-processing", "预处理"),
            if subject.agents.iter().all(|a| a.set.is_empty()) {
                fixed(
                    lang,
                    "costs of agents: weighted non-negative least squares (docs/profiles.md); none of the scenario",
                    "采集器成本：加权非负最小二乘（docs/profiles.md）；场景本身无预处理",
                )
            } else {
                fixed(
                    lang,
                    "costs of agents: weighted non-negative least squares (docs/profiles.md), some replaced as below",
                    "采集器成本：加权非负最小二乘（docs/profiles.md），部分被下表替换",
                )
            },
        ),
        (
            "3.3",
            ("input parameters", "输入参数"),
            say(
                lang,
                format!("{workloads}; {lines} in all; every parameter below"),
                format!("{workloads}；合计 {lines}；全部参数见下"),
            ),
        ),
        (
            "3.4",
            ("assumptions", "假设"),
            fixed(
                lang,
                "a workload writes the same lines under every strategy; what is left out and known to be wrong is in \
                 docs/limitations.md",
                "各策略下工作负载写出相同的行；未建模及已知有误之处见 docs/limitations.md",
            ),
        ),
    ]
}

/// How the model was run.
fn experiment(report: &Report) -> Vec<Item> {
    let (lang, p) = (report.lang, &report.comparison.provenance);
    let seconds = |s| format::duration(s, lang);
    vec![
        (
            "4.1",
            ("initialisation", "初始化"),
            say(
                lang,
                format!(
                    "files begin partly full, as in the middle of life; {} left out of freshness, never out of the \
                     account of lines",
                    provenance::warmup_of(p, lang)
                ),
                format!(
                    "文件从部分写满开始；{}，不计入新鲜度，但计入行的账目",
                    provenance::warmup_of(p, lang)
                ),
            ),
        ),
        (
            "4.2",
            ("run length", "运行长度"),
            say(
                lang,
                format!(
                    "lines are written for {}, then {} in which agents still deliver",
                    seconds(p.duration_s),
                    seconds(p.drain_s)
                ),
                format!("写入 {}，之后 {} 内采集器仍可送达", seconds(p.duration_s), seconds(p.drain_s)),
            ),
        ),
        ("4.3", ("estimation", "估计方法"), {
            let headlines: Vec<&str> = HEADLINES.iter().map(|m| words::metric(*m, lang)).collect();
            let how = p.precision.as_ref().map_or_else(
                || pick(lang, "their number was given", "次数给定").to_owned(),
                |precision| {
                    let reached = provenance::precision(precision, lang);
                    match lang {
                        Lang::En => format!(
                            "added until {} and their differences are precise: {reached}",
                            headlines.join(", ")
                        ),
                        Lang::Zh => format!("增加至 {} 及其差异足够精确：{reached}", headlines.join("、")),
                    }
                },
            );
            say(
                lang,
                format!(
                    "{} independent replications; {how}; differences are paired by common random numbers",
                    p.replications
                ),
                format!("{} 次独立重复；{how}；差异以公共随机数配对", p.replications),
            )
        }),
    ]
}

/// What it was run with.
fn implementation(report: &Report) -> Vec<Item> {
    let (lang, p) = (report.lang, &report.comparison.provenance);
    let subject = &p.subject;
    let seconds = |s| format::duration(s, lang);
    vec![
        ("5.1", ("software", "软件"), format!("loghaul {} (Rust)", p.version).into()),
        (
            "5.2",
            ("random sampling", "随机抽样"),
            say(
                lang,
                format!(
                    "SplitMix64 at random access, keyed by seed ({}), replication, entity and purpose; xoshiro256++ \
                     where a sampler needs a state",
                    p.seed
                ),
                format!(
                    "SplitMix64 随机访问，键为种子（{}）、重复、实体与用途；采样器需要状态时用 xoshiro256++",
                    p.seed
                ),
            ),
        ),
        (
            "5.3",
            ("execution of the model", "模型执行"),
            say(
                lang,
                format!(
                    "an event list a node, ordered by time, then entity; lines in runs of {} at most; nodes in \
                     parallel, with the same bytes at any number of threads",
                    seconds(subject.chunk_s)
                ),
                format!(
                    "每节点一个事件表，按时间再按实体排序；一次最多处理 {} 的行；节点并行，线程数不影响结果",
                    seconds(subject.chunk_s)
                ),
            ),
        ),
        (
            "5.4",
            ("system", "系统"),
            say(
                lang,
                format!(
                    "{}, {}; results do not depend on the number of threads",
                    std::env::consts::OS,
                    std::env::consts::ARCH
                ),
                format!("{}，{}；结果与线程数无关", std::env::consts::OS, std::env::consts::ARCH),
            ),
        ),
    ]
}

/// Where it is to be had.
fn access(report: &Report) -> Vec<Item> {
    let (lang, p) = (report.lang, &report.comparison.provenance);
    vec![("6.1", ("access to the model", "模型获取"), {
        let [before, after] = match lang {
            Lang::En => ["MIT or Apache-2.0; scenario", "; remade by the command above"],
            Lang::Zh => ["MIT 或 Apache-2.0；场景", "；用上面的命令重现"],
        };
        let [open, close] = if lang == Lang::En { [" (", ")"] } else { ["（", "）"] };
        Prose::from(format!("{before} {}{open}", p.scenario))
            .code(p.scenario_hash.as_str())
            .plain(format!("{close}{after}"))
    })]
}

fn agent(agent: &Agent, lang: Lang) -> String {
    let base = format!("{} {}", agent.base, agent.version);
    match (agent.name == agent.base, lang) {
        (true, _) => base,
        (false, Lang::En) => format!("{}, derived from {base}", agent.name),
        (false, Lang::Zh) => format!("{}（基于 {base}）", agent.name),
    }
}

/// Entries, the first of them only where there are many.
fn list(entries: &[String], lang: Lang) -> String {
    let mut shown: Vec<String> = entries.iter().take(SHOWN).cloned().collect();
    if entries.len() > SHOWN {
        let more = entries.len() - SHOWN;
        shown.push(match lang {
            Lang::En => format!("and {more} more"),
            Lang::Zh => format!("及另外 {more} 项"),
        });
    }
    shown.join(pick(lang, ", ", "，"))
}

fn sources_of(sources: &[String], lang: Lang) -> String {
    let agents = sources.iter().map(|s| s.trim().to_owned()).collect::<Vec<_>>().join(" ");
    match lang {
        Lang::En => format!("the scenario; of the agents' numbers: {agents}"),
        Lang::Zh => format!("场景文件；采集器的数值：{agents}"),
    }
}

/// Costs of agents that the scenario sets; nothing where there are none.
fn parameters(page: &mut Page, report: &Report) {
    let lang = report.lang;
    for agent in report.comparison.provenance.subject.agents.iter().filter(|a| !a.set.is_empty()) {
        page.paragraph(match lang {
            Lang::En => format!("Costs of {} that differ from {}:", agent.name, agent.base),
            Lang::Zh => format!("{} 与 {} 不同的成本：", agent.name, agent.base),
        });
        let [cost, value, source] =
            [("cost", "成本"), ("value", "数值"), ("source", "来源")].map(|(en, zh)| pick(lang, en, zh));
        let mut table = Table::new([Column::words(cost), Column::figures(value), Column::words(source)]);
        for (path, value, source) in &agent.set {
            table.row([path.as_str(), &value.to_string(), source].map(Cell::words));
        }
        page.table(table);
    }
}

/// The scenario with all its defaults, or how to print it where it is long.
fn scenario(page: &mut Page, report: &Report) {
    let (lang, p) = (report.lang, &report.comparison.provenance);
    let yaml = p.subject.yaml.trim_end();
    let lines = yaml.lines().count();
    if lines > YAML_LINES {
        let lines = format::integer(lines as u64);
        let command = "loghaul run SCENARIO --show";
        page.paragraph(match lang {
            Lang::En => Prose::from(format!("The scenario with all defaults has {lines} lines; "))
                .code(command)
                .plain(" prints it."),
            Lang::Zh => {
                Prose::from(format!("含全部默认值的场景共 {lines} 行；用 ")).code(command).plain(" 打印。")
            }
        });
        return;
    }
    page.paragraph(pick(lang, "The scenario with all defaults:", "含全部默认值的场景："));
    page.code("yaml", yaml);
}
