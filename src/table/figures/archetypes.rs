//! Where strategies fit, for how long, and why the others do not.

use super::{Figure, Sources, exact, figure};
use crate::lang::format::{duration, quantity};
use crate::lang::{Lang, Text};
use crate::stats::Estimate;
use crate::study::{Archetype, DAY_S, Entrant, Keeps, StrategyResult};

pub(super) fn fit(sources: &Sources<'_>, result: &StrategyResult) -> Vec<Figure> {
    let archetypes = &sources.study.archetypes;
    let wins = archetypes.iter().map(|archetype| {
        let wins = f64::from(u8::from(archetype.contest.winner() == Some(result.strategy)));
        figure(archetype.name, (archetype.name, archetype.name), exact(wins), "count")
    });
    // Of several the shortest: for longer it is not said that all of them are won.
    let won = archetypes.iter().filter(|archetype| archetype.contest.winner() == Some(result.strategy));
    let length = won.map(|archetype| archetype.asked_s).reduce(f64::min);
    let length = length.map(|seconds| figure("length", ("for runs of {}", "运行 {}"), exact(seconds), "s"));
    wins.chain(length).collect()
}

/// Why the strategy does not win the archetypes that it does not win, by how much it wins the others, over which objectives
/// it would go on winning, and for how long its files hold.
pub(super) fn contenders(sources: &Sources<'_>, result: &StrategyResult) -> Vec<Text> {
    let of = |archetype: &Archetype| {
        let lasting = lasting(archetype, result.strategy);
        contender(archetype, result.strategy).into_iter().chain(lasting).collect::<Vec<_>>()
    };
    sources.study.archetypes.iter().flat_map(of).collect()
}

/// For how long an archetype's files hold what is written.
fn lasting(archetype: &Archetype, strategy: &str) -> Option<Text> {
    let rotating = archetype.rotating.iter().find(|rotating| rotating.strategy == strategy)?;
    let name = archetype.name;
    let day = |lang| (duration(DAY_S, lang), quantity(rotating.lost_in_a_day, "fraction", lang));
    let ((day_en, lost_en), (day_zh, lost_zh)) = (day(Lang::En), day(Lang::Zh));
    let (until_en, until_zh) = match rotating.holds_s {
        Some(seconds) => (
            format!("it meets the objective on loss for {}", duration(seconds, Lang::En)),
            format!("可满足丢失目标 {}", duration(seconds, Lang::Zh)),
        ),
        None => ("no objective asks for that".to_owned(), "无目标对此作要求".to_owned()),
    };
    Some(Text::new(
        format!(
            "{name}: {until_en}; of {day_en} {lost_en} is rotated away (by what its files hold, not simulated)"
        ),
        format!("{name}：{until_zh}；运行 {day_zh} 将有 {lost_zh} 被轮转删除（按文件容量推算，未仿真）"),
    ))
}

fn contender(archetype: &Archetype, strategy: &str) -> Option<Text> {
    let (name, contest) = (archetype.name, &archetype.contest);
    let own = contest.entrants.iter().find(|e| e.strategy == strategy)?;
    if let Some(reason) = &own.infeasible {
        return Some(Text::new(
            format!("{name}: cannot be run: {reason}"),
            format!("{name}：无法运行：{reason}"),
        ));
    }
    if !own.missed.is_empty() {
        let missed: Vec<String> = own.missed.iter().map(ToString::to_string).collect();
        return Some(Text::new(
            format!("{name}: misses {}", missed.join(", ")),
            format!("{name}：不满足 {}", missed.join("，")),
        ));
    }
    let open: Vec<String> = own.undecided.iter().map(ToString::to_string).collect();
    let cost = |e: &Entrant| Estimate::of(&e.values).mean.unwrap_or(f64::INFINITY);
    let shown = |e: &Entrant, lang| quantity(cost(e), contest.metric.unit(), lang);
    let others = contest.entrants.iter().filter(|e| e.strategy != strategy && e.is_feasible());
    // The winner, or whoever comes next after it.
    let rival = others.min_by(|a, b| cost(a).total_cmp(&cost(b)));
    let text = match rival {
        Some(rival) => Text::new(
            format!(
                "{name}: meets all objectives at {}, {} at {}",
                shown(own, Lang::En),
                rival.strategy,
                shown(rival, Lang::En)
            ),
            format!(
                "{name}：满足全部目标，费用 {}，{} 为 {}",
                shown(own, Lang::Zh),
                rival.strategy,
                shown(rival, Lang::Zh)
            ),
        ),
        None => Text::new(
            format!("{name}: meets all objectives at {}, and nobody else does", shown(own, Lang::En)),
            format!("{name}：满足全部目标，费用 {}，别无他者满足", shown(own, Lang::Zh)),
        ),
    };
    let text = match open.is_empty() {
        true => text,
        false => text.then(
            &Text::new("; ", "；"),
            &Text::new(format!("undecided: {}", open.join(", ")), format!("未定：{}", open.join("，"))),
        ),
    };
    let keeps = contest.keeps();
    if contest.winner() != Some(strategy) || keeps.is_empty() {
        return Some(text);
    }
    let range = |keeps: &Keeps, lang: Lang| {
        let unit = keeps.objective.metric.unit();
        let shown = |v: f64| quantity(v, unit, lang);
        let metric = keeps.objective.metric.id();
        match (keeps.from.map(shown), keeps.until.map(shown), lang) {
            (Some(from), Some(until), Lang::En) => format!("{metric} from {from} to {until}"),
            (Some(from), None, Lang::En) => format!("{metric} from {from} on"),
            (None, Some(until), Lang::En) => format!("{metric} up to {until}"),
            (None, None, Lang::En) => format!("any {metric}"),
            (Some(from), Some(until), Lang::Zh) => format!("{metric} 从 {from} 到 {until}"),
            (Some(from), None, Lang::Zh) => format!("{metric} 不低于 {from}"),
            (None, Some(until), Lang::Zh) => format!("{metric} 至 {until}"),
            (None, None, Lang::Zh) => format!("任意 {metric}"),
        }
    };
    let ranges = |lang| keeps.iter().map(|k| range(k, lang)).collect::<Vec<_>>();
    let kept = Text::new(
        format!("it keeps winning with bounds of {}", ranges(Lang::En).join(", ")),
        format!("目标界限在下列范围内仍胜出：{}", ranges(Lang::Zh).join("，")),
    );
    Some(text.then(&Text::new("; ", "；"), &kept))
}
