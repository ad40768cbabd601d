//! The answer that every comparison ends with: which strategy, at what cost, what it misses, what decides that, how sure.
//!
//! Every sentence is computed from the result; what the replications do not decide is said to be open.

mod moving;
mod turned;

pub use turned::setting;

use super::band;
use super::decided;
use super::format;
use super::page::Prose;
use super::words::pick;
use super::{Report, estimate};
use crate::decision::decides;
use crate::lang::Lang;
use crate::scenario::Objective;
use crate::study::{Standing, StrategyResult, Verdict};

/// The answer in some sentences, each a paragraph's part. The cheapest is so by the scenario's `rankBy`.
pub fn sentences(report: &Report) -> Vec<Prose> {
    let lang = report.lang;
    let money = report.comparison.provenance.money;
    let cost = |s: &StrategyResult| estimate(s, money).and_then(|e| e.mean);
    let mut found: Vec<(&StrategyResult, f64)> =
        report.feasible().filter_map(|s| Some((s, cost(s)?))).collect();
    if found.is_empty() {
        return vec![pick(lang, "No strategy can be run here.", "没有方案可在此运行。").into()];
    }
    found.sort_by(|a, b| Standing::of(a.0).cmp(&Standing::of(b.0)).then(a.1.total_cmp(&b.1)));
    let best = found[0].0;
    let mut all = vec![first(report, best, &found)];
    all.extend(missed(best, lang));
    all.extend(cheaper(report, best, &found));
    all.push(sure(report, best));
    all.extend(band::sentence(report));
    all.extend(moving::sentence(report));
    all.extend(turned::turned(report));
    all
}

fn of(result: &StrategyResult, wanted: Verdict) -> Vec<&Objective> {
    result.objectives.iter().filter(|(_, verdict)| *verdict == Some(wanted)).map(|(o, _)| o).collect()
}

/// Objectives with their figures.
fn named(result: &StrategyResult, objectives: &[&Objective], lang: Lang) -> String {
    let one = |objective: &&Objective| {
        let figure = estimate(result, objective.metric);
        match figure {
            Some(figure) => {
                format!("{objective} ({})", format::estimate(Some(&figure), objective.metric.unit(), lang))
            }
            None => objective.to_string(),
        }
    };
    objectives.iter().map(one).collect::<Vec<_>>().join(pick(lang, ", ", "，"))
}

/// Which strategy, at what cost.
fn first(report: &Report, best: &StrategyResult, found: &[(&StrategyResult, f64)]) -> Prose {
    let lang = report.lang;
    let money = report.comparison.provenance.money;
    let shown = format::estimate(estimate(best, money).as_ref(), money.unit(), lang);
    let name = Prose::default().strong(best.strategy);
    let (missed, open) = (of(best, Verdict::Missed), of(best, Verdict::Undecided));
    // The next one that does as well, and what it costs more, paired.
    let next = found.iter().skip(1).find(|(other, _)| Standing::of(other) == Standing::of(best));
    let beside = next.map(|(other, _)| {
        let more = other.difference(best, money);
        let shown = format::difference(&more, money.unit(), lang);
        match (shown.as_str(), lang) {
            ("=" | "~", Lang::En) => format!("; {} costs as much", other.strategy),
            ("=" | "~", Lang::Zh) => format!("；{} 费用相当", other.strategy),
            (_, Lang::En) => format!("; {} costs {shown}", other.strategy),
            (_, Lang::Zh) => format!("；{} 费用差为 {shown}", other.strategy),
        }
    });
    let beside = beside.unwrap_or_default();
    let none = best.objectives.is_empty();
    match (lang, missed.is_empty(), open.is_empty()) {
        (Lang::En, ..) if none => name.plain(format!(" is the cheapest, at {shown}{beside}; there are no objectives to meet.")),
        (Lang::Zh, ..) if none => name.plain(format!(" 成本最低：{shown}{beside}；场景没有目标。")),
        (Lang::En, true, true) => {
            name.plain(format!(" is the cheapest that meets every objective, at {shown}{beside}."))
        }
        (Lang::Zh, true, true) => name.plain(format!(" 是满足全部目标的方案中成本最低者：{shown}{beside}。")),
        (Lang::En, true, false) => name.plain(format!(
            " comes nearest, at {shown}{beside}: it misses nothing for sure, and whether it meets {} is open.",
            named(best, &open, lang)
        )),
        (Lang::Zh, true, false) => name.plain(format!(
            " 最接近，{shown}{beside}：没有确定未满足的目标，{} 尚无定论。",
            named(best, &open, lang)
        )),
        (Lang::En, false, _) => name.plain(format!(
            " comes nearest, at {shown}{beside}, and misses {}: no strategy meets every objective.",
            named(best, &missed, lang)
        )),
        (Lang::Zh, false, _) => name.plain(format!(
            " 最接近，{shown}{beside}，但未满足 {}：没有方案满足全部目标。",
            named(best, &missed, lang)
        )),
    }
}

/// What decides what the best misses.
fn missed(best: &StrategyResult, lang: Lang) -> Option<Prose> {
    let open = [of(best, Verdict::Missed), of(best, Verdict::Undecided)].concat();
    let text = reasons(best, &open, lang)?;
    Some(match lang {
        Lang::En => format!("What decides that: {text}.").into(),
        Lang::Zh => format!("决定因素：{text}。").into(),
    })
}

/// What decides objectives, those decided by the same thing named together.
fn reasons(result: &StrategyResult, objectives: &[&Objective], lang: Lang) -> Option<String> {
    let mut by: Vec<(String, Vec<String>)> = Vec::new();
    for objective in objectives {
        let phrase = decided::phrase(&decides(result, objective.metric), lang);
        if phrase.is_empty() {
            continue;
        }
        let name = objective.metric.id().to_owned();
        match by.iter_mut().find(|(known, _)| *known == phrase) {
            Some((_, names)) => names.push(name),
            None => by.push((phrase, vec![name])),
        }
    }
    // What decides everything alike need not say what it decides.
    if let [(phrase, _)] = &by[..] {
        return Some(phrase.clone());
    }
    let and = pick(lang, " and ", "、");
    let one = |(phrase, names): (String, Vec<String>)| {
        format!("{phrase}{}{}{}", pick(lang, " (", "（"), names.join(and), pick(lang, ")", "）"))
    };
    let all: Vec<String> = by.into_iter().map(one).collect();
    (!all.is_empty()).then(|| all.join(pick(lang, "; ", "；")))
}

/// What those miss that would be cheaper.
fn cheaper(report: &Report, best: &StrategyResult, found: &[(&StrategyResult, f64)]) -> Option<Prose> {
    let lang = report.lang;
    let own = found.first()?.1;
    let told = found.iter().filter(|(other, cost)| *cost < own && other.strategy != best.strategy);
    let told = told.filter_map(|(other, _)| {
        let missed = of(other, Verdict::Missed);
        let (named, why) = (named(other, &missed, lang), reasons(other, &missed, lang));
        let why = why.map(|why| format!("{}{why}", pick(lang, ": ", "："))).unwrap_or_default();
        (!missed.is_empty()).then(|| match lang {
            Lang::En => format!("{} is cheaper and misses {named}{why}", other.strategy),
            Lang::Zh => format!("{} 更便宜，但未满足 {named}{why}", other.strategy),
        })
    });
    let told: Vec<String> = told.collect();
    (!told.is_empty())
        .then(|| format!("{}{}", told.join(pick(lang, "; ", "；")), pick(lang, ".", "。")).into())
}

/// How sure that is.
fn sure(report: &Report, best: &StrategyResult) -> Prose {
    let lang = report.lang;
    let n = report.comparison.provenance.replications;
    if n == 1 {
        return pick(
            lang,
            "This rests on one replication: no interval stands behind it, and --reps 5 would say how sure it is.",
            "仅 1 次重复：没有置信区间；--reps 5 可说明可信程度。",
        )
        .into();
    }
    let unjudged = |s: &StrategyResult| s.objectives.iter().filter(|(_, v)| v.is_none()).count();
    let open = of(best, Verdict::Undecided).len() + unjudged(best);
    let others = report.feasible().filter(|s| s.strategy != best.strategy);
    let open_others = others.filter_map(|s| {
        let open: Vec<String> = of(s, Verdict::Undecided).iter().map(ToString::to_string).collect();
        (!open.is_empty()).then(|| format!("{} ({})", s.strategy, open.join(", ")))
    });
    let open_others = open_others.collect::<Vec<_>>().join(pick(lang, ", ", "、"));
    let others = match (open_others.is_empty(), lang) {
        (true, _) => String::new(),
        (false, Lang::En) => format!("; open is what becomes of {open_others}"),
        (false, Lang::Zh) => format!("；尚无定论：{open_others}"),
    };
    match (lang, open) {
        (Lang::En, 0) => format!(
            "How sure: the 95% intervals of {n} replications lie on one side of every bound{others}. It holds for this model \
             and scenario."
        )
        .into(),
        (Lang::En, open) => format!(
            "How sure: of {open} of its objectives {n} replications do not decide{others}; --reps auto adds more."
        )
        .into(),
        (Lang::Zh, 0) => {
            format!("可信程度：{n} 次重复的 95% 置信区间均在界限一侧{others}；仅对本模型与本场景成立。").into()
        }
        (Lang::Zh, open) => format!("可信程度：其 {open} 项目标 {n} 次重复未能定论{others}；--reps auto 可增加重复。").into(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::fixture::Fixture;
    use crate::stats::Estimate;
    use crate::study::Comparison;

    /// The fixture with one objective, judged by its own figures.
    fn judged(objective: &str) -> Fixture {
        let mut fixture = Fixture::three();
        let objective = Objective::parse(objective).unwrap();
        let Comparison { strategies, .. } = &mut fixture.comparison;
        for result in strategies {
            let figure: Estimate = result.estimate(objective.metric);
            result.objectives = vec![(objective.clone(), Some(Verdict::of(&objective, &figure)))];
        }
        fixture
    }

    fn words(fixture: &Fixture, lang: Lang) -> String {
        sentences(&fixture.report(lang)).iter().map(Prose::words).collect::<Vec<_>>().join(" ")
    }

    #[test]
    fn who_meets_everything_at_least_cost_is_the_answer_in_both_languages() {
        // Whoever delivers nothing is not it, though nothing is cheaper.
        let fixture = judged("cost <= 100000");
        let english = words(&fixture, Lang::En);
        assert!(english.starts_with("daemonset is the cheapest that meets every objective"), "{english}");
        assert!(english.contains("How sure: the 95% intervals of 5 replications"), "{english}");
        let chinese = words(&fixture, Lang::Zh);
        assert!(chinese.starts_with("daemonset 是满足全部目标的方案中成本最低者"), "{chinese}");
    }

    #[test]
    fn the_cheapest_is_so_by_the_cost_that_the_scenario_ranks_by() {
        // Sidecars add nodes that the DaemonSet's agents do not take; here it is the other way round.
        let mut fixture = judged("cost <= 100000");
        let dearer = |result: &mut StrategyResult, cost: f64| {
            for observation in &mut result.observations {
                let metrics = &mut std::sync::Arc::make_mut(observation).metrics;
                metrics.insert(crate::metric::Metric::CostMarginal, Some(cost));
            }
        };
        fixture.comparison.provenance.money = crate::metric::Metric::CostMarginal;
        for result in &mut fixture.comparison.strategies {
            let cost = if result.strategy == "sidecar" { 10.0 } else { 20.0 };
            dearer(result, cost);
        }
        let english = words(&fixture, Lang::En);
        assert!(
            english.starts_with("sidecar is the cheapest that meets every objective, at 10/month"),
            "{english}"
        );
    }

    #[test]
    fn what_is_missed_is_named_with_what_decides_it_and_how_to_change_it() {
        // Nothing costs less than nothing.
        let english = words(&judged("cost <= 0.0001"), Lang::En);
        assert!(english.contains("no strategy meets every objective"), "{english}");
        assert!(english.contains("misses cost <= 0.0001"), "{english}");
        assert!(english.contains("agents request") && english.contains("loghaul tune"), "{english}");
    }
}
