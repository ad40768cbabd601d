//! The answer of a sensitivity study: how it stands, what turns it and where, and what is to be measured first.

use crate::lang::Lang;
use crate::lang::format::quantity;
use crate::report::page::Prose;
use crate::report::words::{self, pick};
use crate::sensitivity::{Bar, Flip, Kind, Of, Sensitivity};
use crate::stats::Estimate;
use crate::study::Verdict;

/// Inputs that are to be measured, at most.
const MOST_MEASURES: usize = 4;

impl Sensitivity {
    /// The answer in some sentences.
    pub(super) fn answer(&self, lang: Lang) -> Vec<Prose> {
        let mut all = vec![self.stands(lang).into()];
        if matches!(self.responses[self.focus].of, Of::Figure { .. }) {
            all.push(self.most_of_figure(lang).into());
            return all;
        }
        all.push(self.decided(lang).into());
        all.extend(self.shares(lang).map(Prose::from));
        all
    }

    /// Who wins as the scenario stands.
    fn stands(&self, lang: Lang) -> String {
        let money = words::metric(self.here.money, lang);
        match (self.here.winner(), lang) {
            (Some(at), _) => {
                let cost = quantity(self.here.runs[at].cost(self.here.money), "currency/month", lang);
                let name = self.strategies[at];
                match lang {
                    Lang::En => format!(
                        "As the scenario stands, {name} meets every objective at the least {money}: {cost} on a slice of {}.",
                        self.slice(lang)
                    ),
                    Lang::Zh => {
                        format!(
                            "场景现状下，{name} 以最低的{money}满足全部目标（{} 的切片上 {cost}）。",
                            self.slice(lang)
                        )
                    }
                }
            }
            (None, Lang::En) => "As the scenario stands, nobody meets every objective.".to_owned(),
            (None, Lang::Zh) => "场景现状下，没有方案满足全部目标。".to_owned(),
        }
    }

    /// Which inputs turn something, by themselves.
    fn decided(&self, lang: Lang) -> String {
        let sure: Vec<&str> = self.deciding().map(|bar| self.inputs[bar.input].name.as_str()).collect();
        let open: Vec<&str> = self
            .bars
            .iter()
            .filter(|bar| bar.may_turn() && !bar.turns())
            .map(|bar| self.inputs[bar.input].name.as_str())
            .collect();
        let (tried, all) = (self.bars.len(), self.inputs.len());
        let mut text = match (sure.len(), lang) {
            (0, Lang::En) => format!(
                "Within its range no input by itself surely turns a verdict: {tried} of {all} were taken to both ends, those \
                 that screening puts first."
            ),
            (0, Lang::Zh) => {
                format!(
                    "在其范围内，没有单个输入能确定翻转结论：{all} 个输入中筛选靠前的 {tried} 个取了两端。"
                )
            }
            (1, Lang::En) => format!("One input by itself turns a verdict within its range: {}.", sure[0]),
            (n, Lang::En) => {
                format!("{n} inputs by themselves turn a verdict within their ranges: {}.", sure.join(", "))
            }
            (n, Lang::Zh) => format!("{n} 个输入在其范围内单独即可翻转结论：{}。", sure.join("、")),
        };
        if !open.is_empty() {
            text += &match lang {
                Lang::En => format!(" Open, for chance may be as large: {}.", open.join(", ")),
                Lang::Zh => format!("尚无定论（差异可能出于随机）：{}。", open.join("、")),
            };
        }
        text
    }

    /// How often who wins where the foremost inputs lie anywhere in their ranges.
    fn shares(&self, lang: Lang) -> Option<String> {
        let indices = self.indices.as_ref()?;
        let names: Vec<&str> = indices.inputs.iter().map(|at| self.inputs[*at].name.as_str()).collect();
        let share = |share: &Estimate| {
            let end = |end: Option<f64>| quantity(end.unwrap_or(0.0), "fraction", lang);
            format!("{} [{}, {}]", end(share.mean), end(share.lo), end(share.hi))
        };
        let nobody = pick(lang, "nobody", "无方案");
        let told: Vec<String> = indices
            .winners
            .iter()
            .map(|one| {
                format!("{} {}", one.winner.map_or(nobody, |at| self.strategies[at]), share(&one.share))
            })
            .collect();
        Some(match lang {
            Lang::En => format!(
                "With {} anywhere in their ranges, the winner at {} points is: {}.",
                names.join(", "),
                indices.samples,
                told.join(", ")
            ),
            Lang::Zh => {
                format!(
                    "{} 在其范围内任意取值时，{} 个点上的最优：{}。",
                    names.join("、"),
                    indices.samples,
                    told.join("，")
                )
            }
        })
    }

    /// What moves a figure most.
    fn most_of_figure(&self, lang: Lang) -> String {
        let figure = self.focus_in_words(lang);
        let moves = self.bars.iter().filter(|bar| bar.width() > 0.0).take(3);
        let told: Vec<String> = moves
            .map(|bar| {
                let end = |at: usize| {
                    bar.ends[at]
                        .figure
                        .map_or_else(|| "∞".to_owned(), |value| quantity(value, self.unit(), lang))
                };
                match lang {
                    Lang::En => format!("{} ({} to {})", self.inputs[bar.input].name, end(0), end(1)),
                    Lang::Zh => format!("{}（{} 至 {}）", self.inputs[bar.input].name, end(0), end(1)),
                }
            })
            .collect();
        match (told.is_empty(), lang) {
            (true, Lang::En) => format!("No input that was taken to its ends moves {figure}."),
            (true, Lang::Zh) => format!("取了两端的输入均不影响{figure}。"),
            (false, Lang::En) => format!("What moves {figure} most: {}.", told.join(", ")),
            (false, Lang::Zh) => format!("对{figure}影响最大：{}。", told.join("，")),
        }
    }

    /// What turns, and where.
    pub(super) fn turns(&self, lang: Lang) -> Vec<Prose> {
        let bars = self.bars.iter().filter(|bar| bar.may_turn());
        bars.map(|bar| {
            let name = Prose::default().code(self.inputs[bar.input].name.as_str());
            name.plain(format!("{}{}", pick(lang, ": ", "："), self.turns_of(bar, lang)))
        })
        .collect()
    }

    /// What an input turns, in words; empty where it turns nothing.
    pub(super) fn turns_of(&self, bar: &Bar, lang: Lang) -> String {
        let ends =
            bar.ends.iter().flat_map(|end| end.flips.iter().map(|flip| self.flip(bar.input, flip, lang)));
        ends.collect::<Vec<_>>().join(pick(lang, "; ", "；"))
    }

    fn flip(&self, input: usize, flip: &Flip, lang: Lang) -> String {
        let at = self.shown(input, flip.between.1);
        let side = match flip.between.1 >= flip.between.0 {
            true => pick(lang, "from", "自"),
            false => pick(lang, "down from", "低于"),
        };
        let from = match lang {
            Lang::En => format!("{side} {at} on"),
            Lang::Zh if flip.between.1 >= flip.between.0 => format!("{side} {at} 起"),
            Lang::Zh => format!("{side} {at}"),
        };
        let what = match flip.objective {
            Some((strategy, objective)) => {
                let (name, objective) = (self.strategies[strategy], &self.here.objectives[objective]);
                match (flip.verdict, lang) {
                    (Verdict::Met, Lang::En) => format!("{name} meets {objective}"),
                    (_, Lang::En) => format!("{name} misses {objective}"),
                    (Verdict::Met, Lang::Zh) => format!("{name} 满足 {objective}"),
                    (_, Lang::Zh) => format!("{name} 未满足 {objective}"),
                }
            }
            None => match (flip.winner.map(|at| self.strategies[at]), lang) {
                (Some(name), Lang::En) => format!("{name} wins"),
                (Some(name), Lang::Zh) => format!("{name} 最优"),
                (None, Lang::En) => "nobody meets every objective".to_owned(),
                (None, Lang::Zh) => "无方案满足全部目标".to_owned(),
            },
        };
        let open = if flip.sure { "" } else { pick(lang, " (open)", "（未定）") };
        format!("{what} {from}{open}")
    }

    /// What is to be measured first, and how.
    pub(super) fn measures(&self, lang: Lang) -> Vec<Prose> {
        let mut deciding: Vec<&Bar> = self.bars.iter().filter(|bar| bar.may_turn()).collect();
        let weight = |bar: &Bar| {
            let index = self.index_of(bar.input).and_then(|index| index.total.mean);
            (bar.turns(), index.unwrap_or(0.0))
        };
        deciding.sort_by(|a, b| weight(b).partial_cmp(&weight(a)).unwrap_or(std::cmp::Ordering::Equal));
        let told = deciding.into_iter().take(MOST_MEASURES).enumerate().map(|(rank, bar)| {
            let input = &self.inputs[bar.input];
            let first = match (rank, lang) {
                (0, Lang::En) => "Measure first ",
                (_, Lang::En) => "Then ",
                (0, Lang::Zh) => "首先测量 ",
                (_, Lang::Zh) => "其次 ",
            };
            let prose = Prose::from(first).code(input.name.as_str());
            let (how, command) = self.how_to_measure(&input.kind, lang);
            let prose = prose.plain(format!("{}{how}", pick(lang, ": ", "：")));
            match command {
                Some(command) => prose.code(command),
                None => prose,
            }
        });
        told.collect()
    }

    /// How something is measured: in words, and by which command of ours.
    fn how_to_measure(&self, kind: &Kind, lang: Lang) -> (String, Option<String>) {
        let from_logs = |name: &str| match name {
            "lines" | "line-size" | "spread" => Some((
                pick(lang, "read it from your own logs, ", "从自己的日志读取，"),
                "loghaul import logs FOLDER",
            )),
            _ => None,
        };
        match kind {
            Kind::Cost { base, path, .. } => {
                let how = pick(
                    lang,
                    "measure the agent under your lines and fit its costs, ",
                    "用自己的日志负载测量采集器并拟合其开销，",
                );
                let plan = match path.as_str() {
                    path if path.contains("config") => "configs",
                    path if path.starts_with("memory") => "memory",
                    _ => "layouts",
                };
                let lab = format!("loghaul lab run {plan} --agent {base} --out measured/");
                let fit =
                    format!("loghaul calibrate measured/ --where agent={base} --base {base} --name ours");
                (how.to_owned(), Some(format!("{lab} && {fit}")))
            }
            Kind::Assumed(one) if from_logs(one.name).is_some() => {
                let (how, command) = from_logs(one.name).unwrap_or_default();
                (how.to_owned(), Some(command.to_owned()))
            }
            Kind::Assumed(one) if one.unit == "×" => (
                pick(
                    lang,
                    "its range is a guess; declare yours with --range",
                    "其范围为估计，可用 --range 声明",
                )
                .to_owned(),
                None,
            ),
            Kind::Assumed(one) => (
                match lang {
                    Lang::En => {
                        format!("set it as you have it, or declare its range: {}", one.paths.join(", "))
                    }
                    Lang::Zh => format!("按实际设置，或声明范围：{}", one.paths.join("、")),
                },
                None,
            ),
            Kind::Field { .. } => {
                (pick(lang, "narrow its declared range", "收窄其声明的范围").to_owned(), None)
            }
        }
    }
}
