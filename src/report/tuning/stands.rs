//! How a strategy stands before anything is changed, and what decides what it misses.

use crate::decision::Tuned;
use crate::lang::Lang;
use crate::lang::format::quantity;
use crate::report::decided;
use crate::report::page::Prose;
use crate::report::words::pick;
use crate::study::Verdict;

/// How a strategy stands.
pub(super) fn stands(tuned: &Tuned, lang: Lang) -> String {
    if let Some(why) = &tuned.infeasible {
        return format!("{}{why}", pick(lang, "It cannot be run here: ", "在此无法运行："));
    }
    if tuned.objectives.is_empty() {
        return pick(lang, "The scenario has no objectives to meet.", "场景没有目标。").to_owned();
    }
    if tuned.is_met() {
        return pick(lang, "Every objective is met as the scenario stands.", "场景现状已满足全部目标。")
            .to_owned();
    }
    let of = |wanted: Verdict| {
        let all = tuned.objectives.iter().filter(|(.., verdict)| *verdict == wanted);
        let shown = all.map(|(objective, figure, _)| {
            let figure = crate::lang::format::estimate(Some(figure), objective.metric.unit(), lang);
            format!("{objective} ({figure})")
        });
        shown.collect::<Vec<_>>().join(", ")
    };
    let (missed, open) = (of(Verdict::Missed), of(Verdict::Undecided));
    let cost = tuned.cost.map(|cost| quantity(cost, "currency/month", lang)).unwrap_or_default();
    let mut text = match lang {
        Lang::En => format!("As the scenario stands, at {cost}, it misses {missed}."),
        Lang::Zh => format!("场景现状（{cost}）未满足：{missed}。"),
    };
    if missed.is_empty() {
        text = match lang {
            Lang::En => format!("As the scenario stands, at {cost}, nothing is surely missed."),
            Lang::Zh => format!("场景现状（{cost}）没有确定未满足的目标。"),
        };
    }
    if !open.is_empty() {
        text += &match lang {
            Lang::En => format!(" Open is {open}: more replications would tell."),
            Lang::Zh => format!("尚无定论：{open}，需更多重复。"),
        };
    }
    text
}

/// What decides each objective that is not met.
pub(super) fn reasons(tuned: &Tuned, lang: Lang) -> Vec<Prose> {
    let told = tuned.decides.iter().filter(|(_, all)| !all.is_empty());
    told.map(|(objective, all)| {
        let text = decided::phrase(all, lang);
        Prose::default().strong(objective.to_string()).plain(format!("{}{text}", pick(lang, ": ", "：")))
    })
    .collect()
}
