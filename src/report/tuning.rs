//! What tuning found: for every strategy what it misses, what decides that, the change that meets it, and what was tried.

mod document;
mod stands;
mod tried;

pub use document::{SCHEMA, schema};
use stands::{reasons, stands};

use super::csv::{Sheet, plain};
use super::format::quantity;
use super::page::{Finding, Page, Prose, json};
use super::words::pick;
use super::{ReportError, provenance};
use crate::decision::{Stage, Tuned, Tuning, Turn};
use crate::lang::{Lang, question};
use crate::study::Verdict;

/// Candidates that a terminal shows of each strategy.
const SHOWN: usize = 8;

impl Finding for Tuning {
    fn page(&self, lang: Lang) -> Page {
        self.written(lang, usize::MAX)
    }

    fn brief(&self, lang: Lang) -> Page {
        self.written(lang, SHOWN)
    }

    fn document(&self, _: Lang) -> Result<String, ReportError> {
        json(&document::Document::of(self))
    }

    fn records(&self, _: Lang) -> Result<String, ReportError> {
        let mut sheet = Sheet::new([
            "strategy",
            "candidate",
            "changes",
            "stage",
            "replications",
            "extra_cost",
            "objective",
            "value",
            "unit",
            "met",
        ])?;
        for tuned in &self.strategies {
            for (objective, figure, verdict) in &tuned.objectives {
                let (text, n) = (objective.to_string(), figure.n.to_string());
                let (value, unit) = (plain(figure.mean), objective.metric.unit());
                sheet.row([
                    tuned.strategy,
                    "0",
                    "",
                    "as_it_stands",
                    &n,
                    "0",
                    &text,
                    &value,
                    unit,
                    verdict.id(),
                ])?;
            }
            let tried = tuned.outcome.iter().flat_map(|outcome| &outcome.tried);
            for (at, tried) in tried.enumerate() {
                let trial = tried.last.as_ref().unwrap_or(&tried.trial);
                let (number, n) = ((at + 1).to_string(), trial.replications.to_string());
                let (changes, cost) =
                    (typed(&tuned.turns_of(&tried.candidate)), plain(Some(trial.extra_cost)));
                for (of, (objective, ..)) in tuned.objectives.iter().enumerate() {
                    let (text, value) = (objective.to_string(), plain(trial.figures[of]));
                    let (unit, met) = (objective.metric.unit(), trial.verdicts[of].id());
                    let stage = stage_id(tried.stage);
                    sheet.row([
                        tuned.strategy,
                        &number,
                        &changes,
                        stage,
                        &n,
                        &cost,
                        &text,
                        &value,
                        unit,
                        met,
                    ])?;
                }
            }
        }
        sheet.finish()
    }
}

/// The name of a stage for programs.
pub(super) fn stage_id(stage: Stage) -> &'static str {
    match stage {
        Stage::Dropped => "dropped",
        Stage::Left => "left",
        Stage::Full => "tried_in_full",
        Stage::Refuted => "refuted",
        Stage::Confirmed => "confirmed",
    }
}

fn stage(stage: Stage, lang: Lang) -> &'static str {
    match stage {
        Stage::Dropped => pick(lang, "misses", "未满足"),
        Stage::Left => pick(lang, "not tried further", "未继续"),
        Stage::Full => pick(lang, "not surely met", "不确定满足"),
        Stage::Refuted => pick(lang, "not on fresh seeds", "新种子下不成立"),
        Stage::Confirmed => pick(lang, "meets all, fresh seeds too", "全部满足，新种子亦然"),
    }
}

/// Changes as they are typed.
pub(super) fn typed(turns: &[&Turn]) -> String {
    turns.iter().map(ToString::to_string).collect::<Vec<_>>().join(" ")
}

/// Changes in a sentence: the last two steps of each path suffice to know it.
pub(super) fn named(turns: &[&Turn], lang: Lang) -> Prose {
    let mut prose = Prose::default();
    for (at, turn) in turns.iter().enumerate() {
        if at > 0 {
            prose = prose.plain(if at + 1 == turns.len() {
                pick(lang, " and ", " 与 ")
            } else {
                pick(lang, ", ", "、")
            });
        }
        prose = prose.code(turn.to_string());
    }
    prose
}

impl Tuning {
    fn written(&self, lang: Lang, shown: usize) -> Page {
        let title = pick(lang, "what would meet the objectives", "如何满足目标");
        let mut page =
            Page::new(lang, format!("{}{}{title}", self.provenance.scenario, pick(lang, ": ", "：")));
        page.subtitle = question(&self.provenance.question, lang).into();
        for tuned in &self.strategies {
            page.heading(tuned.strategy);
            page.paragraph(stands(tuned, lang));
            page.list(reasons(tuned, lang));
            self.answer(&mut page, tuned);
            self.tried(&mut page, tuned, shown);
        }
        let seeds = match lang {
            Lang::En => format!(
                "candidates are tried on common random numbers (seed {}), what is named once more on the whole cluster with \
                 seed {}",
                self.provenance.seed, self.fresh_seed
            ),
            Lang::Zh => format!(
                "候选均在共同随机数上比较（种子 {}），所选者另以种子 {} 在整个集群上复验",
                self.provenance.seed, self.fresh_seed
            ),
        };
        page.note(seeds);
        provenance::remake(&mut page, provenance::of_study(&self.provenance, lang), &self.provenance.command);
        page
    }

    /// The change that meets everything, or that nothing does.
    fn answer(&self, page: &mut Page, tuned: &Tuned) {
        let lang = page.lang;
        let Some(outcome) = &tuned.outcome else { return };
        if let Some(found) = outcome.found() {
            let trial = found.last.as_ref().unwrap_or(&found.trial);
            let turns = tuned.turns_of(&found.candidate);
            let set = Prose::from(pick(lang, "Set ", "设置 "));
            let set = turns_into(set, &turns, lang);
            let (found, cost) = (figures(tuned, trial, lang), extra(trial.extra_cost, lang));
            let aside = tuned.aside.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ");
            page.paragraph(match (lang, aside.is_empty()) {
                (Lang::En, true) => set.plain(format!(
                    ": every objective is met, on seeds that nothing was chosen by ({found}), {cost}."
                )),
                (Lang::En, false) => set.plain(format!(
                    ": every objective is met but {aside}, on seeds that nothing was chosen by ({found}), {cost}. Nothing \
                     that was tried meets {aside}."
                )),
                (Lang::Zh, true) => {
                    set.plain(format!("：全部目标得到满足，且在未参与选择的种子上成立（{found}），{cost}。"))
                }
                (Lang::Zh, false) => set.plain(format!(
                    "：除 {aside} 外全部目标得到满足，且在未参与选择的种子上成立（{found}），{cost}。所试改动均不能满足 {aside}。"
                )),
            });
            page.code("sh", self.check(tuned, &turns));
        } else {
            let tried = outcome.tried.len();
            page.paragraph(match lang {
                Lang::En => format!(
                    "None of the {tried} changes that were tried, of up to three fields, surely meets every objective."
                ),
                Lang::Zh => format!("所试 {tried} 种改动（至多三个字段）均不能确定满足全部目标。"),
            });
            if let Some(near) = outcome.closest() {
                let start = Prose::from(pick(lang, "Nearest comes ", "最接近的是 "));
                let text = turns_into(start, &tuned.turns_of(&near.candidate), lang);
                let trial = near.last.as_ref().unwrap_or(&near.trial);
                let figures = figures(tuned, trial, lang);
                page.paragraph(match lang {
                    Lang::En => text.plain(format!(": {figures}, {}.", extra(trial.extra_cost, lang))),
                    Lang::Zh => text.plain(format!("：{figures}，{}。", extra(trial.extra_cost, lang))),
                });
            }
        }
        page.list(self.single(tuned, lang));
    }

    /// Of each missed objective the cheapest change that meets it whatever the others.
    fn single(&self, tuned: &Tuned, lang: Lang) -> Vec<Prose> {
        let (Some(outcome), steps) = (&tuned.outcome, tuned.steps()) else { return Vec::new() };
        let missed: Vec<usize> =
            (0..tuned.objectives.len()).filter(|at| tuned.objectives[*at].2 == Verdict::Missed).collect();
        if missed.len() < 2 && outcome.answer.is_some() {
            return Vec::new();
        }
        let one = |at: usize| {
            let objective = &tuned.objectives[at].0;
            let start = Prose::default().strong(objective.to_string());
            match outcome.meeting(at, &steps) {
                Some(tried) => {
                    let by = pick(lang, " by itself: ", " 单独满足：");
                    let text = turns_into(start.plain(by), &tuned.turns_of(&tried.candidate), lang);
                    let n = tried.trial.replications;
                    match lang {
                        Lang::En => text.plain(format!(
                            ", {}, in {n} of {n} replications",
                            extra(tried.trial.extra_cost, lang)
                        )),
                        Lang::Zh => text
                            .plain(format!("，{}（{n} 次重复均满足）", extra(tried.trial.extra_cost, lang))),
                    }
                }
                None => start.plain(pick(lang, ": met by nothing that was tried", "：所试改动均不能满足")),
            }
        };
        missed.into_iter().map(one).collect()
    }

    /// What a reader types to hold the answer to the objectives.
    fn check(&self, tuned: &Tuned, turns: &[&Turn]) -> String {
        let (file, settings) = provenance::scenario_and_settings(&self.provenance.command);
        let set: String = turns.iter().map(|turn| format!(" --set '{turn}'")).collect();
        format!(
            "loghaul check {file} --strategies {} --reps {} --seed {}{settings}{set}",
            tuned.strategy, self.provenance.replications, self.fresh_seed
        )
    }
}

fn turns_into(start: Prose, turns: &[&Turn], lang: Lang) -> Prose {
    named(turns, lang).spans().iter().fold(start, |prose, span| match span.emphasis {
        super::page::Emphasis::Code => prose.code(span.text.as_str()),
        _ => prose.plain(span.text.as_str()),
    })
}

/// Objectives with what they come to.
fn figures(tuned: &Tuned, trial: &crate::decision::Trial, lang: Lang) -> String {
    let one =
        |(at, (objective, ..)): (usize, &(crate::scenario::Objective, crate::stats::Estimate, Verdict))| {
            let unit = objective.metric.unit();
            let shown = trial.figures[at].map_or_else(
                || super::format::never(unit, lang).to_owned(),
                |value| quantity(value, unit, lang),
            );
            format!("{} {shown}", objective.metric)
        };
    tuned.objectives.iter().enumerate().map(one).collect::<Vec<_>>().join(pick(lang, ", ", "，"))
}

/// What something costs more.
pub(super) fn extra(cost: f64, lang: Lang) -> String {
    let shown = quantity(cost.abs(), "currency/month", lang);
    match (cost, lang) {
        (c, Lang::En) if c.abs() < 0.005 => "at the same cost".to_owned(),
        (c, Lang::Zh) if c.abs() < 0.005 => "费用不变".to_owned(),
        (c, Lang::En) if c > 0.0 => format!("for {shown} more"),
        (_, Lang::En) => format!("for {shown} less"),
        (c, Lang::Zh) if c > 0.0 => format!("费用增加 {shown}"),
        (_, Lang::Zh) => format!("费用减少 {shown}"),
    }
}
