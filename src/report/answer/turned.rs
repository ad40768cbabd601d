//! The last part of the answer: the setting that would change it.

use super::of;
use crate::decision::Tuned;
use crate::lang::Lang;
use crate::report::page::Prose;
use crate::report::words::pick;
use crate::report::{Report, provenance, tuning};
use crate::study::Verdict;

/// The setting that would change it, where it was searched; how to search it, where it was not.
pub(super) fn turned(report: &Report) -> Vec<Prose> {
    let lang = report.lang;
    let Some(tuning) = report.tuning else {
        let missing: Vec<&str> = report
            .feasible()
            .filter(|s| {
                !of(s, Verdict::Missed).is_empty() && !matches!(s.strategy, "native" | "native-driver")
            })
            .map(|s| s.strategy)
            .collect();
        let Some(one) = missing.first() else { return Vec::new() };
        let text = Prose::from(match lang {
            Lang::En => format!("Which setting would change that for {} is open: ", missing.join(", ")),
            Lang::Zh => format!("{} 改哪个设置可改变结论尚未求解：", missing.join("、")),
        });
        let (file, settings) = provenance::scenario_and_settings(&report.comparison.provenance.command);
        return vec![text.code(format!("loghaul tune {file} --strategy {one}{settings}")).plain(pick(
            lang,
            " or --decide finds it.",
            " 或 --decide 可求解。",
        ))];
    };
    tuning.strategies.iter().filter_map(|tuned| setting(tuned, lang)).collect()
}

/// What a search found for a strategy that misses something, in a sentence.
pub fn setting(tuned: &Tuned, lang: Lang) -> Option<Prose> {
    let outcome = tuned.outcome.as_ref()?;
    let name = Prose::default().strong(tuned.strategy);
    let aside: Vec<String> = tuned.aside.iter().map(ToString::to_string).collect();
    let Some(found) = outcome.found() else {
        let tried = outcome.tried.len();
        return Some(match lang {
            Lang::En => name.plain(format!(
                ": none of {tried} changes of settings that were tried meets what it misses."
            )),
            Lang::Zh => name.plain(format!("：所试 {tried} 种设置改动均不能满足其未满足的目标。")),
        });
    };
    let trial = found.last.as_ref().unwrap_or(&found.trial);
    let turns = tuned.turns_of(&found.candidate);
    let cost = tuning::extra(trial.extra_cost, lang);
    let but = match (aside.is_empty(), lang) {
        (true, _) => String::new(),
        (false, Lang::En) => format!(" but {}", aside.join(", ")),
        (false, Lang::Zh) => format!("（{} 除外）", aside.join("，")),
    };
    let text = name.plain(pick(lang, " meets every objective", " 可满足全部目标"));
    let text = text.plain(but).plain(pick(lang, " with ", "："));
    let text = tuning::named(&turns, lang).spans().iter().fold(text, |prose, span| match span.emphasis {
        crate::report::page::Emphasis::Code => prose.code(span.text.as_str()),
        _ => prose.plain(span.text.as_str()),
    });
    Some(text.plain(match lang {
        Lang::En => format!(", {cost}, on fresh seeds too."),
        Lang::Zh => format!("，{cost}，新种子下亦成立。"),
    }))
}
