//! Scores and points as tables.

use crate::lang::Lang;
use crate::report::ReportError;
use crate::report::csv::Sheet;
use crate::report::format::{decimal, signed};
use crate::report::page::{Cell, Form, Page, Prose, Table};
use crate::report::words::pick;
use crate::validate::{Figure, Point, Regime, Score, Validation};
use std::collections::BTreeMap;

/// How many of the worst predictions are listed.
const WORST: usize = 15;

/// What a terminal shows: scores, the worst, and what is not predicted.
pub(super) fn brief(page: &mut Page, validation: &Validation) {
    let lang = page.lang;
    let (points, files, skipped) =
        (validation.points.len(), validation.files.join(", "), validation.skipped.len());
    page.paragraph(match lang {
        Lang::En => format!("{points} points of {files}, {skipped} rows without a prediction"),
        Lang::Zh => format!("{files} 的 {points} 个测点，{skipped} 行没有预测"),
    });
    if !validation.points.is_empty() {
        page.table(scores(validation, lang));
    }
    let wrong = most_wrong(validation);
    if !wrong.is_empty() {
        page.heading(pick(lang, "what the model gets most wrong", "模型误差最大之处"));
        page.table(listed(&wrong, lang));
    }
    if !validation.skipped.is_empty() {
        page.heading(pick(lang, "not predicted", "没有预测"));
        page.table(reasons(validation, lang));
    }
}

/// Every point, scores, and what is not predicted.
pub(super) fn beside(page: &mut Page, validation: &Validation) {
    let lang = page.lang;
    page.heading(pick(lang, "Measured beside predicted", "实测与预测"));
    if !validation.points.is_empty() {
        page.table(listed(&validation.points.iter().collect::<Vec<_>>(), lang));
        page.table(scores(validation, lang));
    }
    if !validation.skipped.is_empty() {
        page.heading(pick(lang, "not predicted", "没有预测"));
        page.table(reasons(validation, lang));
    }
}

/// Scores of measurements that are not the project's own: figures, no rows.
pub(super) fn elsewhere(page: &mut Page, validation: &Validation) {
    let lang = page.lang;
    page.heading(heading_elsewhere(lang));
    let (points, files) = (validation.points.len(), validation.files.join(pick(lang, " and ", "、")));
    let profiles = "profiles.md";
    page.paragraph(match lang {
        Lang::En => Prose::from(format!(
            "What others have published, predicted without any fit to their machines: {points} points of {files}. Made \
             with "
        ))
        .code("--elsewhere FILE.csv…")
        .plain("; the files are read in place, and their rows are not repeated here. Figures that a profile was made from (")
        .link(profiles, profiles)
        .plain(") are among them."),
        Lang::Zh => Prose::from(format!("他人发表的测量，预测时未对其机器作任何拟合：{files} 的 {points} 个测点。用 "))
            .code("--elsewhere FILE.csv…")
            .plain(" 生成；文件就地读取，此处不重复其行。其中包括画像所依据的数据（")
            .link(profiles, profiles)
            .plain("）。"),
    });
    page.table(scores(validation, lang));
    if !validation.skipped.is_empty() {
        page.paragraph(pick(lang, "Rows that cannot be predicted, by the reason:", "无法预测的行，按原因："));
        page.table(reasons_counted(validation, lang));
    }
}

/// How measurements of others are headed.
pub(super) fn heading_elsewhere(lang: Lang) -> &'static str {
    pick(lang, "Measured elsewhere", "他处的测量")
}

/// Scores of figures over all layouts.
pub(super) fn overview(page: &mut Page, validation: &Validation) {
    let lang = page.lang;
    let mut groups: BTreeMap<(Figure, &str, Regime), Vec<&Point>> = BTreeMap::new();
    for point in &validation.points {
        groups.entry((point.figure, point.agent.as_str(), point.regime)).or_default().push(point);
    }
    let mut table = Table::titled(
        &[("figure", "指标"), ("agent", "采集器"), ("state", "状态")],
        &[
            ("fitted", "参与拟合"),
            ("not fitted", "未参与拟合"),
            ("means of repetitions", "重复测量的均值"),
            ("by luck alone", "仅因随机"),
            ("within interval", "在区间内"),
            ("its width", "区间宽度"),
        ],
        lang,
    );
    for ((figure, agent, regime), points) in groups {
        let part =
            |keep: &dyn Fn(&&Point) -> bool| short(Score::of(points.iter().copied().filter(keep)).as_ref());
        let all = Score::of(points.iter().copied());
        table.row([
            Cell::words(figure.id()),
            Cell::words(agent),
            Cell::words(state(regime, lang)),
            part(&|p| p.fitted),
            part(&|p| !p.fitted),
            part(&|p| p.repetitions > 1),
            share(all.as_ref(), |s| s.by_luck),
            share(all.as_ref(), |s| s.coverage),
            share(all.as_ref(), |s| s.width),
        ]);
    }
    page.heading(pick(lang, "Errors by figure", "各指标的误差"));
    page.table(table);
}

/// Scores by layout.
pub(super) fn by_layout(page: &mut Page, validation: &Validation) {
    page.heading(pick(page.lang, "By layout", "按布局"));
    page.table(scores(validation, page.lang));
}

/// What is furthest off.
pub(super) fn worst(page: &mut Page, validation: &Validation) {
    let wrong = most_wrong(validation);
    if wrong.is_empty() {
        return;
    }
    let lang = page.lang;
    page.heading(pick(lang, "What the model gets most wrong", "模型误差最大之处"));
    page.paragraph(pick(
        lang,
        "Computed: the largest errors among measurements outside of their interval.",
        "由计算得出：落在区间之外的测量中误差最大者。",
    ));
    page.table(listed(&wrong, lang));
}

/// Rows without a prediction.
pub(super) fn skipped(page: &mut Page, validation: &Validation) {
    if !validation.skipped.is_empty() {
        page.heading(pick(page.lang, "Not predicted", "没有预测"));
        page.table(reasons(validation, page.lang));
    }
}

/// Every point: CSV.
pub(super) fn csv(validation: &Validation) -> Result<String, ReportError> {
    let mut sheet = Sheet::new([
        "file",
        "line",
        "row",
        "figure",
        "unit",
        "agent",
        "layout",
        "regime",
        "fitted",
        "repetitions",
        "measured",
        "predicted",
        "lo",
        "hi",
    ])?;
    for p in &validation.points {
        sheet.row([
            &p.file,
            &p.line.to_string(),
            &p.row,
            p.figure.id(),
            p.figure.unit(),
            &p.agent,
            &p.layout,
            p.regime.words(),
            &p.fitted.to_string(),
            &p.repetitions.to_string(),
            &p.measured.to_string(),
            &p.predicted.to_string(),
            &p.lo.to_string(),
            &p.hi.to_string(),
        ])?;
    }
    sheet.finish()
}

fn scores(validation: &Validation, lang: Lang) -> Table {
    let mut table = Table::titled(
        &[("figure", "指标"), ("agent", "采集器"), ("layout", "布局"), ("state", "状态")],
        &[
            ("n", "n"),
            ("error", "误差"),
            ("bias", "偏差"),
            ("worst", "最差"),
            ("fitted", "参与拟合"),
            ("not fitted", "未参与拟合"),
            ("within", "在区间内"),
            ("width", "区间宽度"),
        ],
        lang,
    );
    for s in &validation.figures {
        table.row([
            Cell::words(s.figure.id()),
            Cell::words(s.agent.as_str()),
            Cell::words(s.layout.as_str()),
            Cell::words(state(s.regime, lang)),
            Cell::count(s.all.n as u64),
            Cell::number(s.all.mape, "fraction", Form::Decimals(1)),
            Cell::number(s.all.bias, "fraction", Form::Signed(1)),
            Cell::number(s.all.worst, "fraction", Form::Signed(1)),
            short(s.fitted.as_ref()),
            short(s.not_fitted.as_ref()),
            Cell::number(s.all.coverage, "fraction", Form::Decimals(1)),
            Cell::number(s.all.width, "fraction", Form::Decimals(0)),
        ]);
    }
    table
}

/// Points outside of their interval, the largest errors first.
fn most_wrong(validation: &Validation) -> Vec<&Point> {
    let mut points: Vec<&Point> = validation.points.iter().filter(|p| !p.covered()).collect();
    points.sort_by(|a, b| b.error().abs().total_cmp(&a.error().abs()).then_with(|| a.row.cmp(&b.row)));
    points.truncate(WORST);
    points
}

fn listed(points: &[&Point], lang: Lang) -> Table {
    let mut table = Table::titled(
        &[("row", "行"), ("figure", "指标")],
        &[
            ("measured", "实测"),
            ("predicted", "预测"),
            ("expected from", "预期自"),
            ("to", "至"),
            ("off", "偏离"),
        ],
        lang,
    );
    for p in points {
        let show = |value: f64| Cell::quantity(value, p.figure.unit());
        table.row([
            Cell::words(p.row.as_str()),
            Cell::words(p.figure.id()),
            show(p.measured),
            show(p.predicted),
            show(p.lo),
            show(p.hi),
            Cell::number(p.error(), "fraction", Form::Signed(1)),
        ]);
    }
    table
}

/// Reasons, each with its rows.
fn reasons(validation: &Validation, lang: Lang) -> Table {
    let mut by_reason: Vec<(&str, Vec<&str>)> = Vec::new();
    for skipped in &validation.skipped {
        match by_reason.iter_mut().find(|(reason, _)| *reason == skipped.reason) {
            Some((_, rows)) => rows.push(&skipped.row),
            None => by_reason.push((&skipped.reason, vec![&skipped.row])),
        }
    }
    let mut table = Table::titled(&[("reason", "原因"), ("rows", "行")], &[], lang);
    for (reason, rows) in by_reason {
        table.row([Cell::words(reason), Cell::words(together(&rows))]);
    }
    table
}

/// Reasons, each with the number of its rows.
fn reasons_counted(validation: &Validation, lang: Lang) -> Table {
    let mut by_reason: BTreeMap<&str, u64> = BTreeMap::new();
    for skipped in &validation.skipped {
        *by_reason.entry(&skipped.reason).or_default() += 1;
    }
    let mut table = Table::titled(&[("reason", "原因")], &[("rows", "行")], lang);
    for (reason, rows) in by_reason {
        table.row([Cell::words(reason), Cell::count(rows)]);
    }
    table
}

/// Rows of the same file together: `layouts.csv:57, 58`.
fn together(rows: &[&str]) -> String {
    let mut text = String::new();
    let mut last_file = "";
    for row in rows {
        let (file, line) = row.rsplit_once(':').unwrap_or(("", row));
        if !text.is_empty() {
            text.push_str(", ");
        }
        text.push_str(if file == last_file { line } else { row });
        last_file = file;
    }
    text
}

fn share(score: Option<&Score>, of: fn(&Score) -> f64) -> Cell {
    score.map_or(Cell::Nothing, |score| Cell::number(of(score), "fraction", Form::Decimals(1)))
}

/// Mean error, bias and number of points.
fn short(score: Option<&Score>) -> Cell {
    score.map_or(Cell::Nothing, |s| {
        let (error, bias) = (decimal(s.mape, "fraction", 1), signed(s.bias, "fraction", 1));
        Cell::words(format!("{error} ({bias}, {})", s.n))
    })
}

/// What agents were doing.
fn state(regime: Regime, lang: Lang) -> &'static str {
    match (lang, regime) {
        (Lang::En, regime) => regime.words(),
        (Lang::Zh, Regime::Idle) => "空闲",
        (Lang::Zh, Regime::KeepingUp) => "跟得上",
        (Lang::Zh, Regime::Paused) => "暂停",
        (Lang::Zh, Regime::Disturbed) => "受扰",
    }
}
