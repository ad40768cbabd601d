//! The sentences of an explanation, in both languages.

use super::held;
use crate::lang::Lang;
use crate::report::format::{number, quantity};
use crate::report::page::Page;
use crate::report::provenance;
use crate::report::words::pick;
use crate::study::Provenance;
use crate::table::{Agreement, Band, CellExplanation, Change, Explanation, Rule, Side};

pub(super) fn heading(explanation: &Explanation, provenance: &Provenance, lang: Lang) -> String {
    let title = explanation.title.get(lang);
    format!("{title} ({}) · {} · {}", explanation.row, provenance.scenario, provenance.agent)
}

pub(super) fn method(explanation: &Explanation, lang: Lang) -> String {
    let method = explanation.method.get(lang);
    match lang {
        Lang::En => format!("Measured on: {method}."),
        Lang::Zh => format!("测量方法：{method}。"),
    }
}

/// Where it comes from, and the command that remakes it.
pub(super) fn remake(page: &mut Page, p: &Provenance) {
    let mut from = provenance::of_study(p, page.lang);
    // The agent stands in the heading.
    from.remove(0);
    provenance::remake(page, from, &p.command);
}

/// What the article says and claims; `None` where it has no such cell.
pub(super) fn article(explanation: &Explanation, cell: &CellExplanation, lang: Lang) -> Option<String> {
    let (words, claim) = (cell.cell.article.as_ref()?, cell.claim.as_ref()?);
    let later = explanation.source.as_ref().map(|source| match lang {
        Lang::En => format!(", in a later version ({source}),"),
        Lang::Zh => format!("（后续版本，{source}）"),
    });
    let later = later.unwrap_or_default();
    Some(match lang {
        Lang::En => {
            let english = cell.cell.article_en.as_deref().unwrap_or_default();
            format!("The article{later} says “{words}” ({english}), which claims: {}.", claim.text.en)
        }
        Lang::Zh => format!("文章{later}写“{words}”，其主张为：{}。", claim.text.zh),
    })
}

pub(super) fn agreement(cell: &CellExplanation, lang: Lang) -> String {
    let (en, zh) = match cell.cell.agreement {
        Agreement::Agrees => ("Agrees with the article.", "与文章一致。"),
        Agreement::Disagrees => ("Does not agree with the article.", "与文章不一致。"),
        Agreement::ByConstruction(Some(false)) => (
            "Does not agree with the article, by construction: it follows from what the strategy is, and is not counted.",
            "与文章不一致，由定义得出：来自该方式本身，不计入。",
        ),
        Agreement::ByConstruction(_) => (
            "By construction: it follows from what the strategy is, whatever is simulated, and is not counted.",
            "由定义得出：来自该方式本身，与仿真无关，不计入一致数。",
        ),
        Agreement::Unknown => ("There is nothing to compare.", "无可比较。"),
    };
    pick(lang, en, zh).to_owned()
}

/// What was found, in the cell's own words.
pub(super) fn found(cell: &CellExplanation, lang: Lang) -> String {
    let text = cell.cell.text.get(lang);
    match lang {
        Lang::En => format!("The simulation finds: {text}."),
        Lang::Zh => format!("仿真结果：{text}。"),
    }
}

pub(super) fn because(band: &Band, lang: Lang) -> String {
    let text = band.text.get(lang);
    match lang {
        Lang::En => format!("Its grade is “{text}” by the rubric: {}", band.reason.en),
        Lang::Zh => format!("按评分标准为“{text}”：{}", band.reason.zh),
    }
}

pub(super) fn rule(rule: &Rule, lang: Lang) -> String {
    match (rule, lang) {
        (Rule::Bands { figure, .. }, Lang::En) => format!("graded by {figure}"),
        (Rule::Bands { figure, .. }, Lang::Zh) => format!("评分依据 {figure}"),
        (Rule::Members { at_least, reason }, Lang::En) => {
            format!("graded by what reaches {}: {}", number(*at_least), reason.en)
        }
        (Rule::Members { at_least, reason }, Lang::Zh) => {
            format!("评分依据：达到 {} 者计入。{}", number(*at_least), reason.zh)
        }
    }
}

/// The values that a band holds.
pub(super) fn span(band: &Band, unit: &str, lang: Lang) -> String {
    let shown = |value: f64| quantity(value, unit, lang);
    match (band.above, band.at_most, lang) {
        (_, Some(at_most), Lang::En) => format!("up to {}", shown(at_most)),
        (Some(above), None, Lang::En) => format!("above {}", shown(above)),
        (None, None, Lang::En) => "always".to_owned(),
        (_, Some(at_most), Lang::Zh) => format!("至 {}", shown(at_most)),
        (Some(above), None, Lang::Zh) => format!("超过 {}", shown(above)),
        (None, None, Lang::Zh) => "总是".to_owned(),
    }
}

/// A threshold, what lies behind it, and how far it is.
pub(super) fn change(change: &Change, lang: Lang) -> String {
    let bound = quantity(change.bound, change.unit, lang);
    let side = match (change.side, lang) {
        (Side::Below, Lang::En) => format!("below {bound}"),
        (Side::AtMost, Lang::En) => format!("at {bound} or less"),
        (Side::AtLeast, Lang::En) => format!("at {bound} or more"),
        (Side::Above, Lang::En) => format!("above {bound}"),
        (Side::Below, Lang::Zh) => format!("低于 {bound}"),
        (Side::AtMost, Lang::Zh) => format!("不超过 {bound}"),
        (Side::AtLeast, Lang::Zh) => format!("达到 {bound}"),
        (Side::Above, Lang::Zh) => format!("超过 {bound}"),
    };
    let now = quantity(change.value, change.unit, lang);
    let becomes = change.becomes.get(lang);
    let figure = &change.figure;
    let far = match (change.factor(), lang) {
        (Some(factor), Lang::En) => format!(", the threshold is {} times that", number(factor)),
        (Some(factor), Lang::Zh) => format!("，阈值为其 {} 倍", number(factor)),
        (None, _) => String::new(),
    };
    let certainty = match (change.within_interval, lang) {
        (None, _) => "",
        (Some(true), Lang::En) => "; the interval reaches there, so that other seeds may grade otherwise",
        (Some(false), Lang::En) => "; the interval does not reach there",
        (Some(true), Lang::Zh) => "；置信区间跨过该阈值，换种子等级可能不同",
        (Some(false), Lang::Zh) => "；置信区间未及该阈值",
    };
    match lang {
        Lang::En => {
            format!("“{becomes}” with {figure} {side}: it is {now}{far}{certainty}")
        }
        Lang::Zh => format!("{figure} {side}则为“{becomes}”：现为 {now}{far}{certainty}"),
    }
}

/// What would have to be otherwise for the cell to agree with the article.
pub(super) fn to_agree(explanation: &Explanation, cell: &CellExplanation, lang: Lang) -> Option<String> {
    let Rule::Bands { figure, .. } = &explanation.rule else { return None };
    let band = cell.claim.as_ref()?.band.as_ref()?;
    let found = cell.cell.figures.iter().find(|f| f.name == *figure)?;
    let value = found.value?.mean?;
    let bound = match (band.above, band.at_most) {
        (_, Some(at_most)) if value > at_most => at_most,
        (Some(above), _) if value <= above => above,
        _ => return None,
    };
    let shown = |v: f64| quantity(v, found.unit, lang);
    let claimed = band.text.get(lang);
    let above = bound < value;
    let sure = held(explanation, cell).is_some()
        && found.value.is_some_and(|e| {
            e.lo.zip(e.hi).is_some_and(|(lo, hi)| if above { lo > bound } else { hi <= bound })
        });
    let certainty = match (sure, lang) {
        (true, Lang::En) => "; the 95% interval does not reach there",
        (true, Lang::Zh) => "；95% 置信区间未及该值",
        (false, _) => "",
    };
    Some(match lang {
        Lang::En => format!(
            "It would agree if {} were {} {} (“{claimed}”) instead of {}{certainty}.",
            found.name,
            if above { "no more than" } else { "more than" },
            shown(bound),
            shown(value)
        ),
        Lang::Zh => format!(
            "若 {} {} {}（“{claimed}”），而非 {}，即一致{certainty}。",
            found.name,
            if above { "不超过" } else { "超过" },
            shown(bound),
            shown(value)
        ),
    })
}
