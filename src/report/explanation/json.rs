//! An explanation as JSON.

use crate::decision::Clue;
use crate::lang::Lang;
use crate::report::json::Estimated;
use crate::report::sourced;
use crate::report::{answer, decided};
use crate::study::Provenance;
use crate::table::{Band, Change, Explanation, Rule, Side};
use serde_json::{Value, json};

/// The version of the document's shape.
pub const SCHEMA: &str = "loghaul.explain/v1";

/// The explanation as a JSON value; numbers are plain, in the units named beside them.
pub(super) fn to_json(
    explanation: &Explanation,
    provenance: &Provenance,
    clues: &[Clue],
    lang: Lang,
) -> Value {
    let rule = match &explanation.rule {
        Rule::Bands { figure, bands } => {
            json!({ "figure": figure, "grades": bands.iter().map(|b| band(b, lang)).collect::<Vec<_>>() })
        }
        Rule::Members { at_least, reason } => json!({ "at_least": at_least, "reason": reason.get(lang) }),
    };
    let cells: Vec<Value> = explanation
        .cells
        .iter()
        .map(|c| {
            let figures: Vec<Value> = c
                .cell
                .figures
                .iter()
                .map(|f| {
                    json!({
                        "name": f.name,
                        "label": f.label().get(lang),
                        "value": f.value.as_ref().map(Estimated::from),
                        "unit": f.unit,
                    })
                })
                .collect();
            json!({
                "strategy": c.cell.strategy,
                "text": c.cell.text.get(lang),
                "grade": c.cell.grade,
                "figures": figures,
                "notes": c.cell.notes.iter().map(|n| n.get(lang)).collect::<Vec<_>>(),
                "article": c.cell.article,
                "article_en": c.cell.article_en,
                "claim": c.claim.as_ref().map(|claim| claim.text.get(lang)),
                "agrees": c.cell.agreement.as_bool(),
                "by_construction": c.cell.agreement.is_by_construction(),
                "turned_by": turned_by(clues, c.cell.strategy, lang),
                "changes": c.changes.iter().map(|one| change(one, lang)).collect::<Vec<_>>(),
            })
        })
        .collect();
    let document = json!({
        "row": explanation.row,
        "title": explanation.title.get(lang),
        "method": explanation.method.get(lang),
        "agent": provenance.agent,
        "rule": rule,
        "cells": cells,
    });
    sourced::document(SCHEMA, provenance, document)
}

fn band(band: &Band, lang: Lang) -> Value {
    json!({
        "grade": band.id,
        "text": band.text.get(lang),
        "above": band.above,
        "at_most": band.at_most,
        "reason": band.reason.get(lang),
    })
}

fn change(change: &Change, lang: Lang) -> Value {
    let side = match change.side {
        Side::Below => "below",
        Side::AtMost => "at_most",
        Side::AtLeast => "at_least",
        Side::Above => "above",
    };
    json!({
        "figure": change.figure,
        "unit": change.unit,
        "value": change.value,
        "threshold": change.bound,
        "side": side,
        "becomes": change.becomes.get(lang),
        "factor": change.factor(),
        "within_interval": change.within_interval,
    })
}

/// What decides what a strategy misses, and the setting that would turn it, a cluster each.
fn turned_by(clues: &[Clue], strategy: &str, lang: Lang) -> Vec<Value> {
    let own = clues.iter().filter(|clue| clue.tuned.strategy == strategy);
    own.map(|clue| {
        let tuned = &clue.tuned;
        let decides = tuned.decides.iter().map(|(objective, all)| {
            json!({ "objective": objective.to_string(), "decided_by": decided::phrase(all, lang) })
        });
        let found = tuned.outcome.as_ref().and_then(|outcome| outcome.found());
        let set = found.map(|found| {
            tuned.turns_of(&found.candidate).iter().map(ToString::to_string).collect::<Vec<_>>()
        });
        json!({
            "cluster": clue.cluster,
            "missed": decides.collect::<Vec<_>>(),
            "set": set,
            "aside": tuned.aside.iter().map(ToString::to_string).collect::<Vec<_>>(),
            "sentence": answer::setting(tuned, lang).map(|text| text.words()),
        })
    })
    .collect()
}
