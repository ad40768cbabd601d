//! What decides a scenario's verdicts: the answer, inputs at both of their ends, indices, and everything that was screened.

mod answer;
mod document;

pub use document::{SCHEMA, schema};

use super::chart::Tornado;
use super::csv::{Sheet, plain};
use super::page::{self, Cell, Column, Finding, Form, Page, Prose, Table, json};
use super::words::{self, pick};
use super::{ReportError, provenance, write_files};
use crate::lang::{Lang, question};
use crate::metric::Metric;
use crate::sensitivity::{End, Of, Screened, Sensitivity};
use crate::stats::Estimate;
use std::path::{Path, PathBuf};

/// Inputs that a terminal shows of the screening.
const SHOWN: usize = 12;

impl Finding for Sensitivity {
    fn page(&self, lang: Lang) -> Page {
        self.written(lang, usize::MAX)
    }

    fn brief(&self, lang: Lang) -> Page {
        self.written(lang, SHOWN)
    }

    fn illustrated(&self, lang: Lang) -> Result<Page, ReportError> {
        let mut page = self.page(lang);
        let svg = Some(Tornado { found: self, lang }.svg()?);
        let title = self.focus_in_words(lang);
        let chart = page::Chart { title, path: "tornado".to_owned(), svg };
        // Behind the answer, before the first table.
        let at = page.blocks.iter().position(|block| matches!(block, page::Block::Heading(..)));
        page.blocks.insert(at.unwrap_or(page.blocks.len()), page::Block::Chart(chart));
        Ok(page)
    }

    fn document(&self, _: Lang) -> Result<String, ReportError> {
        json(&document::Document::of(self))
    }

    fn records(&self, _: Lang) -> Result<String, ReportError> {
        let mut sheet =
            Sheet::new(["stage", "input", "strategy", "of", "figure", "value", "ci_low", "ci_high", "unit"])?;
        let mut row = |stage: &str, input: &str, of: (&str, &str), figure: &str, e: &Estimate, unit: &str| {
            let (value, lo, hi) = (plain(e.mean), plain(e.lo), plain(e.hi));
            sheet.row([stage, input, of.0, of.1, figure, &value, &lo, &hi, unit])
        };
        let only = |value: f64| Estimate { mean: Some(value), lo: None, hi: None, n: 1 };
        for one in &self.screened {
            let input = &self.inputs[one.input].name;
            for (response, effects) in self.responses.iter().zip(&one.effects) {
                let (strategy, of) = self.names(&response.of);
                let unit = self.effect_unit(&response.of);
                row("screening", input, (strategy, &of), "mu_star", &effects.mean_abs, unit)?;
                row("screening", input, (strategy, &of), "mu", &only(effects.mean), unit)?;
                row("screening", input, (strategy, &of), "sigma", &effects.spread, unit)?;
            }
        }
        let focus = &self.responses[self.focus].of;
        let (strategy, of) = self.names(focus);
        for bar in &self.bars {
            let input = &self.inputs[bar.input];
            for (end, name) in bar.ends.iter().zip(["at_low", "at_high"]) {
                row("ends", &input.name, ("", ""), name, &only(end.value), &input.unit)?;
                row(
                    "ends",
                    &input.name,
                    (strategy, &of),
                    &format!("change_{name}"),
                    &end.change,
                    self.unit(),
                )?;
            }
        }
        if let Some(indices) = &self.indices {
            for (input, index) in indices.inputs.iter().zip(&indices.of) {
                let input = &self.inputs[*input].name;
                row("indices", input, (strategy, &of), "first", &index.first, "fraction")?;
                row("indices", input, (strategy, &of), "total", &index.total, "fraction")?;
            }
            for share in &indices.winners {
                let winner = share.winner.map_or("", |at| self.strategies[at]);
                row("samples", "", (winner, "winner"), "share", &share.share, "fraction")?;
            }
        }
        sheet.finish()
    }
}

impl Sensitivity {
    fn written(&self, lang: Lang, shown: usize) -> Page {
        let title = pick(lang, "what decides the verdict", "结论取决于什么");
        let mut page =
            Page::new(lang, format!("{}{}{title}", self.provenance.scenario, pick(lang, ": ", "：")));
        page.subtitle = question(&self.provenance.question, lang).into();
        for sentence in self.answer(lang) {
            page.paragraph(sentence);
        }
        if let Some(winner) = self.otherwise {
            let who = winner.map_or(pick(lang, "nobody", "无方案"), |at| self.strategies[at]);
            let text = match lang {
                Lang::En => format!(
                    "This is not what the whole cluster says: there {who} wins, or an objective stands otherwise. --nodes takes a \
                     larger slice."
                ),
                Lang::Zh => format!(
                    "与整个集群的结论不同：整个集群上最优为 {who}，或某目标的判定不同。可用 --nodes 加大切片。"
                ),
            };
            page.blocks.push(page::Block::Note(page::Tone::Bad, text.into()));
        }
        page.list(self.turns(lang));
        page.list(self.measures(lang));
        let heading = pick(lang, "Each input by itself: ", "单个输入：");
        page.heading(format!("{heading}{}", self.focus_in_words(lang)));
        let tornado = self.tornado(lang);
        match tornado.rows.is_empty() {
            true => page.paragraph(pick(lang, "Nothing that was tried moves it.", "所试输入均无影响。")),
            false => page.table(tornado),
        }
        if let Some(table) = self.indices_table(lang) {
            page.heading(pick(lang, "The foremost together", "主要输入共同变化"));
            page.table(table);
        }
        page.heading(pick(lang, "Everything that was looked into", "全部输入"));
        page.table(self.screening(lang, shown));
        page.note(self.how(lang, shown));
        provenance::remake(&mut page, provenance::of_study(&self.provenance, lang), &self.provenance.command);
        page
    }

    /// Strategy and what is looked at, for programs.
    fn names(&self, of: &Of) -> (&'static str, String) {
        match *of {
            Of::Objective { strategy, objective } => {
                (self.strategies[strategy], self.here.objectives[objective].to_string())
            }
            Of::Lead { winner, rival } => {
                (self.strategies[winner], format!("lead over {}", self.strategies[rival]))
            }
            Of::Figure { strategy, metric } => (self.strategies[strategy], metric.id().to_owned()),
        }
    }

    /// What effects on it are in: bounds of the objective, shares of the winner's cost, or the figure's own unit.
    fn effect_unit(&self, of: &Of) -> &'static str {
        match of {
            Of::Objective { .. } => "bounds",
            Of::Lead { .. } => "fraction",
            Of::Figure { metric, .. } => metric.unit(),
        }
    }

    /// The metric that bars are of.
    fn metric(&self) -> Metric {
        self.responses[self.focus].of.metric(&self.here.objectives, self.here.money)
    }

    fn unit(&self) -> &'static str {
        self.metric().unit()
    }

    /// What bars and indices are of.
    pub(super) fn focus_in_words(&self, lang: Lang) -> String {
        self.in_words(&self.responses[self.focus].of, lang)
    }

    fn in_words(&self, of: &Of, lang: Lang) -> String {
        let money = words::metric(self.here.money, lang);
        match *of {
            Of::Objective { strategy, objective } => {
                let metric = self.here.objectives[objective].metric;
                match lang {
                    Lang::En => format!("{} of {}", words::metric(metric, lang), self.strategies[strategy]),
                    Lang::Zh => format!("{} 的{}", self.strategies[strategy], words::metric(metric, lang)),
                }
            }
            Of::Lead { winner, rival } => match lang {
                Lang::En => format!(
                    "{money} of {} beyond that of {}",
                    self.strategies[rival], self.strategies[winner]
                ),
                Lang::Zh => {
                    format!("{} 比 {} 高出的{money}", self.strategies[rival], self.strategies[winner])
                }
            },
            Of::Figure { strategy, metric } => match lang {
                Lang::En => format!("{} of {}", words::metric(metric, lang), self.strategies[strategy]),
                Lang::Zh => format!("{} 的{}", self.strategies[strategy], words::metric(metric, lang)),
            },
        }
    }

    fn tornado(&self, lang: Lang) -> Table {
        let mut table = Table::titled(
            &[("input", "输入"), ("from – now – to", "最低 – 当前 – 最高")],
            &[("at the least", "取最低时"), ("at the most", "取最高时")],
            lang,
        );
        table.columns.push(Column::words(pick(lang, "turns", "翻转")));
        let change = |end: &End| {
            Cell::Figure(page::Figure { value: end.change, unit: self.unit(), form: Form::Difference })
        };
        // Those that move nothing are in the other formats.
        for bar in self.bars.iter().filter(|bar| bar.width() > 0.0 || bar.may_turn()) {
            let input = &self.inputs[bar.input];
            let range =
                [input.low, input.now, input.high].map(|value| self.shown(bar.input, value)).join(" – ");
            table.row(vec![
                Cell::words(Prose::default().code(input.name.as_str())),
                Cell::words(range),
                change(&bar.ends[0]),
                change(&bar.ends[1]),
                Cell::words(self.turns_of(bar, lang)),
            ]);
        }
        table
    }

    fn indices_table(&self, lang: Lang) -> Option<Table> {
        let indices = self.indices.as_ref().filter(|indices| !indices.of.is_empty())?;
        let mut table = Table::titled(
            &[("input", "输入")],
            &[("by itself", "一阶指数"), ("with all that it does with others", "总指数")],
            lang,
        );
        for (input, index) in indices.inputs.iter().zip(&indices.of) {
            let name = Prose::default().code(self.inputs[*input].name.as_str());
            table.row([
                Cell::words(name),
                Cell::estimate(Some(index.first), "fraction"),
                Cell::estimate(Some(index.total), "fraction"),
            ]);
        }
        Some(table)
    }

    fn screening(&self, lang: Lang, shown: usize) -> Table {
        let mut table = Table::titled(
            &[("input", "输入"), ("acts most on", "影响最大的结论")],
            &[("μ*", "μ*"), ("σ", "σ"), ("of the way to turning", "占翻转距离")],
            lang,
        );
        for one in self.screened.iter().take(shown) {
            table.row(self.screened_row(one, lang));
        }
        table
    }

    fn screened_row(&self, one: &Screened, lang: Lang) -> Vec<Cell> {
        let (effects, of) = (&one.effects[one.on], &self.responses[one.on].of);
        let name = Cell::words(Prose::default().code(self.inputs[one.input].name.as_str()));
        if effects.mean_abs.mean == Some(0.0) {
            let nothing = Cell::words(pick(lang, "nothing", "无"));
            return vec![name, nothing, Cell::Nothing, Cell::Nothing, Cell::Nothing];
        }
        let unit = match of {
            Of::Figure { metric, .. } => metric.unit(),
            _ => "fraction",
        };
        let part = match of {
            Of::Figure { .. } => Cell::Nothing,
            _ => Cell::quantity(one.reach, "fraction"),
        };
        vec![
            name,
            Cell::words(self.in_words(of, lang)),
            Cell::estimate(Some(effects.mean_abs), unit),
            Cell::estimate(Some(effects.spread), unit),
            part,
        ]
    }

    fn how(&self, lang: Lang, shown: usize) -> String {
        let (all, points) = (self.inputs.len(), self.trajectories * (self.inputs.len() + 1));
        let samples =
            self.indices.as_ref().map_or(0, |indices| indices.samples / 2 * (indices.inputs.len() + 2));
        let left = all.saturating_sub(shown);
        match lang {
            Lang::En => {
                let left = if left > 0 { format!("; {left} more inputs in -o csv") } else { String::new() };
                format!(
                    "{all} inputs screened by {} trajectories ({points} points) on a slice of {}, {samples} points for indices, \
                     the same random numbers at all of them; effects on objectives are in shares of their bounds{left}",
                    self.trajectories,
                    self.slice(lang)
                )
            }
            Lang::Zh => {
                let left =
                    if left > 0 { format!("；另有 {left} 个输入见 -o csv") } else { String::new() };
                format!(
                    "在 {} 的切片上以 {} 条轨迹（{points} 个点）筛选 {all} 个输入，指数用 {samples} 个点，各点使用相同随机数；\
                     对目标的影响以其界限的比例表示{left}",
                    self.slice(lang),
                    self.trajectories
                )
            }
        }
    }

    /// The nodes that were run.
    fn slice(&self, lang: Lang) -> String {
        match (self.nodes, lang) {
            (1, Lang::En) => "1 node".to_owned(),
            (n, Lang::En) => format!("{n} nodes"),
            (n, Lang::Zh) => format!("{n} 个节点"),
        }
    }

    /// A value of an input with its unit, three digits.
    pub(super) fn shown(&self, input: usize, value: f64) -> String {
        let unit = &self.inputs[input].unit;
        format!("{}{unit}", crate::lang::format::scientific(value))
    }

    /// The unit of what bars show.
    pub(super) fn unit_of_focus(&self) -> &'static str {
        self.unit()
    }

    /// Writes page, JSON, CSV and the tornado into a folder and gives the paths.
    ///
    /// # Errors
    /// The chart cannot be drawn, or the system refuses a file.
    pub fn write_folder(&self, dir: &Path, lang: Lang) -> Result<Vec<PathBuf>, ReportError> {
        let tornado = Tornado { found: self, lang };
        let files = [
            ("sensitivity.md", self.page(lang).to_markdown().into_bytes()),
            ("sensitivity.json", self.document(lang)?.into_bytes()),
            ("sensitivity.csv", self.records(lang)?.into_bytes()),
            ("tornado.svg", tornado.svg()?.into_bytes()),
            ("tornado.png", tornado.png()?),
        ];
        write_files(dir, &files.map(|(name, bytes)| (name.to_owned(), bytes)))
    }
}
