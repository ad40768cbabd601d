//! A check: what is met, missed and undecided, for people, for CI servers and for pull requests.

use super::csv::plain;
use super::page::{Cell, Column, Finding, Page, Table, json};
use super::sourced;
use super::words::pick;
use super::{ReportError, provenance};
use crate::lang::Lang;
use crate::plain::is_unseen;
use crate::study::{Check, Judged, Reason, Verdict};
use serde_json::{Value, json};
use std::fmt::Write as _;

/// The version of the JSON document's shape.
pub const SCHEMA: &str = "loghaul.check/v1";

impl Finding for Check {
    fn page(&self, lang: Lang) -> Page {
        let mut page = Page::new(lang, self.provenance.scenario.as_str());
        page.paragraph(self.sentence(lang));
        let columns = [
            Column::words(pick(lang, "strategy", "策略")),
            Column::words(pick(lang, "objective", "目标")),
            Column::words(pick(lang, "verdict", "结论")),
            Column::figures(pick(lang, "found", "结果")),
            Column::words(pick(lang, "why", "原因")),
        ];
        let mut table = Table::new(columns);
        for judged in &self.judged {
            let unit = judged.objective.metric.unit();
            table.row([
                Cell::words(judged.strategy),
                Cell::words(judged.objective.to_string()),
                Cell::words(verdict(judged.verdict, lang)),
                Cell::estimate(judged.figure, unit),
                Cell::words(judged.reason.as_ref().map(|r| reason(r, lang)).unwrap_or_default()),
            ]);
        }
        page.table(table);
        let n = self.provenance.replications;
        page.note(match (lang, n) {
            (Lang::En, 1) => "1 replication: the figure decides, no interval stands behind it".to_owned(),
            (Lang::En, n) => format!("{n} replications · met or missed where the whole 95% interval is"),
            (Lang::Zh, n) => format!("{n} 次重复 · 以整个 95% 置信区间判定"),
        });
        let from = vec![
            format!("{} {}", pick(lang, "scenario", "场景"), self.provenance.scenario_hash),
            format!("{} {}", pick(lang, "seed", "种子"), self.provenance.seed),
        ];
        provenance::remake(&mut page, from, &self.provenance.command);
        page
    }

    fn document(&self, lang: Lang) -> Result<String, ReportError> {
        let judged = self.judged.iter().map(|j| {
            let figure = j.figure.as_ref();
            json!({
                "strategy": j.strategy,
                "objective": j.objective.to_string(),
                "verdict": j.verdict.id(),
                "value": figure.and_then(|f| f.mean),
                "lo": figure.and_then(|f| f.lo),
                "hi": figure.and_then(|f| f.hi),
                "unit": j.objective.metric.unit(),
                "reason": j.reason.as_ref().map(|r| reason(r, lang)),
            })
        });
        json(&sourced::document(
            SCHEMA,
            &self.provenance,
            json!({
                "verdict": self.verdict().id(),
                "objectives": judged.collect::<Vec<Value>>(),
            }),
        ))
    }

    fn records(&self, _: Lang) -> Result<String, ReportError> {
        let header = ["strategy", "objective", "verdict", "value", "ci_low", "ci_high", "unit"];
        let mut sheet = super::csv::Sheet::with_header(&header)?;
        for j in &self.judged {
            let (objective, figure) = (j.objective.to_string(), j.figure.as_ref());
            let [mean, lo, hi] =
                [figure.and_then(|f| f.mean), figure.and_then(|f| f.lo), figure.and_then(|f| f.hi)]
                    .map(plain);
            let row = [j.strategy, &objective, j.verdict.id(), &mean, &lo, &hi, j.objective.metric.unit()];
            sheet.record(row)?;
        }
        sheet.finish()
    }
}

impl Check {
    /// Returns the verdict on everything: missed where anything is, undecided where anything else is.
    pub fn verdict(&self) -> Verdict {
        let any = |verdict| self.judged.iter().any(|judged| judged.verdict == verdict);
        match (any(Verdict::Missed), any(Verdict::Undecided)) {
            (true, _) => Verdict::Missed,
            (false, true) => Verdict::Undecided,
            (false, false) => Verdict::Met,
        }
    }

    /// Returns the result in a sentence.
    pub fn sentence(&self, lang: Lang) -> String {
        let count = |verdict| self.judged.iter().filter(|j| j.verdict == verdict).count();
        let (met, missed, open) = (count(Verdict::Met), count(Verdict::Missed), count(Verdict::Undecided));
        match lang {
            Lang::En => format!("{met} met, {missed} missed, {open} undecided"),
            Lang::Zh => format!("达到 {met} 项，未达到 {missed} 项，未定 {open} 项"),
        }
    }

    /// Returns it as JUnit XML, a test case for each objective: undecided is skipped, which CI servers show apart.
    pub fn junit(&self) -> String {
        let count = |verdict| self.judged.iter().filter(|j| j.verdict == verdict).count();
        let mut xml = format!(
            "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites>\n  <testsuite name=\"{}\" tests=\"{}\" failures=\"{}\" skipped=\"{}\">\n",
            escaped(&self.provenance.scenario),
            self.judged.len(),
            count(Verdict::Missed),
            count(Verdict::Undecided)
        );
        for judged in &self.judged {
            let (name, class) = (escaped(&judged.objective.to_string()), escaped(judged.strategy));
            let message = escaped(&message(judged));
            let inner = match judged.verdict {
                Verdict::Met => String::new(),
                Verdict::Missed => format!("<failure message=\"{message}\"/>"),
                Verdict::Undecided => format!("<skipped message=\"{message}\"/>"),
            };
            // Writing to a string cannot fail.
            let _ = writeln!(xml, "    <testcase classname=\"{class}\" name=\"{name}\">{inner}</testcase>");
        }
        xml + "  </testsuite>\n</testsuites>\n"
    }

    /// Returns what is missed or undecided as annotations of GitHub Actions.
    pub fn annotations(&self) -> String {
        let open = self.judged.iter().filter(|judged| judged.verdict != Verdict::Met);
        let line = |judged: &Judged| {
            let level = if judged.verdict == Verdict::Missed { "error" } else { "warning" };
            // A percent sign and line breaks end a command; `::` and commas end its properties.
            let plain = |text: &str| text.replace('%', "%25").replace('\r', "%0D").replace('\n', "%0A");
            let title = plain(&format!("{} {}", judged.strategy, judged.verdict.id()));
            format!("::{level} title={title}::{}\n", plain(&message(judged)))
        };
        open.map(line).collect()
    }
}

/// What is wrong, in a line.
fn message(judged: &Judged) -> String {
    let unit = judged.objective.metric.unit();
    let found = match (&judged.reason, &judged.figure) {
        (Some(why), _) => reason(why, Lang::En),
        (None, figure) => Cell::estimate(*figure, unit).shown(Lang::En).words(),
    };
    format!("{}: {} under {}: {found}", judged.objective, judged.verdict.id(), judged.strategy)
}

fn verdict(verdict: Verdict, lang: Lang) -> &'static str {
    match verdict {
        Verdict::Met => pick(lang, "met", "达到"),
        Verdict::Missed => pick(lang, "missed", "未达到"),
        Verdict::Undecided => pick(lang, "undecided", "未定"),
    }
}

fn reason(reason: &Reason, lang: Lang) -> String {
    match reason {
        Reason::Infeasible(why) => format!("{}: {why}", pick(lang, "infeasible", "不可行")),
        Reason::DeliversNothing => pick(lang, "nothing is delivered", "没有任何日志送达").to_owned(),
        Reason::NotRecorded => pick(lang, "not recorded in this scenario", "该场景没有此项数据").to_owned(),
    }
}

/// A text in an attribute of XML.
fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            c if is_unseen(c) => out.push(' '),
            c => out.push(c),
        }
    }
    out
}
