//! Verification: what theory and arithmetic say beside what was simulated.

use super::csv::{Sheet, plain};
use super::page::{Block, Cell, Column, Finding, Form, Judged, Page, Table, Tone, json};
use super::words::pick;
use super::{ReportError, provenance};
use crate::lang::{Lang, format};
use crate::metric::Metric;
use crate::stats::Estimate;
use crate::verify::{Convergence, Shift, Verdict, Verification};

impl Finding for Verification {
    fn page(&self, lang: Lang) -> Page {
        let word = |en: &'static str, zh: &'static str| pick(lang, en, zh);
        let mut page = Page { lang, level: 1, ..Page::default() };
        let mut section = |title: &str, note: &str, table: Table| {
            if table.rows.is_empty() {
                return;
            }
            page.heading(title);
            page.paragraph(note);
            page.table(table);
        };
        section(
            word("The engine against queueing theory", "引擎与排队论"),
            word(
                "Times are in mean services. Each experiment is a run begun empty, its first of 21 batches left out; \
                 theory must lie in 91 to 98 % of their 95 % intervals, and the mean of all within 3.5 standard errors.",
                "时间以平均服务时间计。每次实验从空系统开始，舍去 21 批中的第一批；理论值须落在 91% 至 98% 的 95% 置信区间内，\
                 总均值与理论值相差不超过 3.5 个标准误。",
            ),
            theory(self, lang),
        );
        section(
            word(
                "Little's law: customers there = customers a second × time there",
                "利特尔法则：在场顾客数 = 每秒顾客数 × 停留时间",
            ),
            word("In each run apart from those who are there at its ends.", "逐次运行，不计两端在场者。"),
            little(self, lang),
        );
        section(
            word("Intervals of the world's figures", "模型世界各指标的置信区间"),
            word(
                "Each seed has five replications and an interval of its own, which must hold what all replications of \
                     all seeds say together in 92 to 98 of 100 cases, give or take two standard errors; of a loss that \
                     these do not resolve where agents never stand still, what agents lose on average by looking too early \
                     (missable). A figure that is the same with every seed, or of which some seeds show none, may \
                     be held more often.",
                "每个种子五次重复，各有一个区间；在 100 例中须有 92 至 98 例包含全部种子与重复合并所得的值，允许两个标准误；\
                     代理从不停读、合并后仍未分辨的丢失率，以代理因查看过早而平均丢失的份额（可能漏读）为准。各种子相同、或部分种子中全无的\
                     指标，可更常被包含。",
            ),
            held(self, lang),
        );
        section(
            word("The world against closed forms", "模型世界与闭式解"),
            word("Ten pods, one agent; 200 bytes a line.", "十个 Pod，一个采集器；每行 200 字节。"),
            closed(self, lang),
        );
        section(
            word("The world in finer steps", "更细步长下的模型世界"),
            word(
                "How far figures move from the finest setting: shares of its value, of all lines for loss. CPU is held to \
                 chunks of 10 ms: a chunk of one line tells no gap between reads.",
                "各指标与最细设置相差多少：占其值的比例，丢失则占全部行的比例。CPU 以 10 ms 的块为准：只有一行的块看不出读取间隔。",
            ),
            convergence(self, lang),
        );
        let (tone, verdict) = match self.passed {
            true => (Tone::Plain, word("✓ verified", "✓ 通过")),
            false => (Tone::Bad, word("✗ not verified", "✗ 未通过")),
        };
        page.blocks.push(Block::Note(tone, verdict.into()));
        let form = match self.quick {
            true => " --quick",
            false if self.theory.is_empty() => " --intervals",
            false => "",
        };
        let from = vec![format!("{} {}", word("seed", "种子"), self.seed)];
        provenance::remake(&mut page, from, &format!("loghaul verify{form} --seed {}", self.seed));
        page
    }

    fn document(&self, _: Lang) -> Result<String, ReportError> {
        json(self)
    }

    fn records(&self, _: Lang) -> Result<String, ReportError> {
        let head =
            ["section", "case", "figure", "expected", "simulated", "error", "bound", "unit", "verdict"];
        let mut sheet = Sheet::new(head)?;
        for row in rows(self) {
            sheet.row(row.each_ref().map(String::as_str))?;
        }
        sheet.finish()
    }
}

/// Every check as a row of figures, under the names that `records` gives them.
fn rows(all: &Verification) -> Vec<[String; 9]> {
    let number = |value: f64| plain(Some(value));
    let row = |section: &str, case: &str, figure: &str, figures: [String; 4], unit: &str, verdict| {
        let [expected, simulated, error, bound] = figures;
        let [section, case, figure, unit] = [section, case, figure, unit].map(str::to_owned);
        [section, case, figure, expected, simulated, error, bound, unit, id(verdict).to_owned()]
    };
    let mut rows = Vec::new();
    for r in &all.theory {
        let error = number(r.simulated / r.theory - 1.0);
        let figures = [number(r.theory), number(r.simulated), error, String::new()];
        rows.push(row("theory", &r.model, r.figure, figures, "mean services", r.verdict));
    }
    for r in &all.little {
        let figures = [r.flow_times_stay, r.number, r.worst, r.bound].map(number);
        rows.push(row("little", &r.model, "number", figures, "customers", r.verdict));
    }
    for r in &all.held {
        let case = format!("{}, {}", r.scenario, r.strategy);
        let figures = [plain(r.truth), number(r.coverage), String::new(), String::new()];
        rows.push(row("held", &case, r.figure, figures, "share held", r.verdict));
    }
    for r in &all.closed {
        let figures = [r.expected, r.simulated, r.error, r.bound].map(number);
        rows.push(row("closed", r.what, "", figures, r.unit, r.verdict));
    }
    for r in &all.convergence {
        let case = format!("{}, {}, {}", r.scenario, r.strategy, r.setting);
        for s in &r.shifts {
            let figures = [plain(s.finest), plain(s.value), number(s.error), number(s.bound)];
            rows.push(row("convergence", &case, s.figure, figures, "", r.verdict));
        }
    }
    rows
}

fn theory(all: &Verification, lang: Lang) -> Table {
    let words = [("", ""), ("model", "模型"), ("figure", "指标")];
    let figures = [
        ("theory", "理论"),
        ("simulated", "模拟"),
        ("error", "误差"),
        ("experiments", "实验数"),
        ("±", "±"),
        ("coverage", "覆盖率"),
    ];
    let mut table = Table::titled(&words, &figures, lang);
    for row in &all.theory {
        table.row([
            mark(row.verdict, lang),
            Cell::words(row.model.as_str()),
            Cell::words(row.figure),
            Cell::number(row.theory, "", Form::Decimals(4)),
            Cell::number(row.simulated, "", Form::Decimals(4)),
            percent(row.simulated / row.theory - 1.0),
            Cell::count(row.experiments),
            Cell::number(row.half_width, "fraction", Form::Decimals(1)),
            Cell::number(row.coverage, "fraction", Form::Decimals(1)),
        ]);
    }
    table
}

fn little(all: &Verification, lang: Lang) -> Table {
    let words = [("", ""), ("model", "模型")];
    let figures =
        [("number", "人数"), ("flow × stay", "流量 × 停留"), ("worst of all", "最差"), ("bound", "界限")];
    let mut table = Table::titled(&words, &figures, lang);
    for row in &all.little {
        table.row([
            mark(row.verdict, lang),
            Cell::words(row.model.as_str()),
            Cell::number(row.number, "", Form::Decimals(4)),
            Cell::number(row.flow_times_stay, "", Form::Decimals(4)),
            Cell::number(row.worst, "fraction", Form::Decimals(2)),
            Cell::number(row.bound, "fraction", Form::Decimals(2)),
        ]);
    }
    table
}

fn held(all: &Verification, lang: Lang) -> Table {
    let words = [("", ""), ("scenario", "场景"), ("strategy", "策略"), ("figure", "指标")];
    let figures = [
        ("all together", "合并所得"),
        ("missable", "可能漏读"),
        ("seeds", "种子数"),
        ("show none", "全无"),
        ("coverage", "覆盖率"),
    ];
    let mut table = Table::titled(&words, &figures, lang);
    for row in &all.held {
        let unit = Metric::from_id(row.figure).map_or("", Metric::unit);
        let together = Estimate { mean: row.together, lo: None, hi: None, n: 1 };
        let share = |of: Option<f64>, form| of.map_or(Cell::Nothing, |of| Cell::number(of, "fraction", form));
        table.row([
            mark(row.verdict, lang),
            Cell::words(row.scenario),
            Cell::words(row.strategy.as_str()),
            Cell::words(row.figure),
            Cell::estimate(Some(together), unit),
            share(row.missable, Form::Suited),
            Cell::count(row.seeds),
            share(Some(row.none).filter(|none| *none > 0.0), Form::Decimals(1)),
            Cell::number(row.coverage, "fraction", Form::Decimals(1)),
        ]);
    }
    table
}

fn closed(all: &Verification, lang: Lang) -> Table {
    let words = [("", ""), ("what", "内容")];
    let figures = [("expected", "预期"), ("simulated", "模拟"), ("error", "误差"), ("bound", "界限")];
    let mut table = Table::titled(&words, &figures, lang);
    table.columns.insert(4, Column::words(pick(lang, "unit", "单位")));
    for row in &all.closed {
        table.row([
            mark(row.verdict, lang),
            Cell::words(row.what),
            Cell::number(row.expected, "", Form::Decimals(4)),
            Cell::number(row.simulated, "", Form::Decimals(4)),
            Cell::words(row.unit),
            percent(row.error),
            Cell::number(row.bound, "fraction", Form::Decimals(1)),
        ]);
    }
    table
}

fn convergence(all: &Verification, lang: Lang) -> Table {
    let words =
        [("", ""), ("scenario", "场景"), ("strategy", "策略"), ("setting", "设置"), ("held to", "对照")];
    let mut table = Table::titled(&words, &[], lang);
    let first = all.convergence.first();
    for shift in first.iter().flat_map(|row| &row.shifts) {
        let title = format!("{} ≤ {}", shift.figure, format::decimal(shift.bound, "fraction", 1));
        table.columns.push(Column::figures(title));
    }
    for row in &all.convergence {
        let mut cells = vec![
            mark(row.verdict, lang),
            Cell::words(row.scenario),
            Cell::words(row.strategy),
            Cell::words(row.setting.as_str()),
            Cell::words(row.against.as_str()),
        ];
        cells.extend(first.iter().flat_map(|row| &row.shifts).map(|figure| error_of(row, figure)));
        table.row(cells);
    }
    table
}

/// A row's shift of one figure; that of a window has no bound but zero.
fn error_of(row: &Convergence, figure: &Shift) -> Cell {
    let shift = row.shifts.iter().find(|s| s.figure == figure.figure);
    shift.map_or(Cell::Nothing, |s| percent(s.error))
}

fn percent(share: f64) -> Cell {
    Cell::number(share, "fraction", Form::Signed(2))
}

fn mark(verdict: Verdict, lang: Lang) -> Cell {
    let (mark, good, text) = match verdict {
        Verdict::Ok => ("✓", Some(true), ""),
        Verdict::Known => ("", None, pick(lang, "known", "已知")),
        Verdict::Failed => ("✗", Some(false), ""),
    };
    Cell::Judged(Box::new(Judged {
        mark,
        good,
        text: text.into(),
        aside: None,
        quoted: None,
        evidence: Vec::new(),
    }))
}

fn id(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::Ok => "ok",
        Verdict::Known => "known",
        Verdict::Failed => "failed",
    }
}
