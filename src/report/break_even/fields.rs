//! The plane as a table: what the map shows, for those who do not see it.

use super::found::{Found, tick};
use super::nobody;
use crate::lang::Lang;
use crate::lang::format::quantity;
use crate::report::page::{Cell, Column, Prose, Table};
use crate::report::words::{self, pick};
use crate::study::Point;

/// Returns who is the best at each point, and what that comes to; the second axis upwards, as on the map.
pub(super) fn table(found: &Found<'_>, lang: Lang) -> Table {
    let result = found.result;
    let columns = result.x.points();
    let mut heads = vec![Column::stub("")];
    heads.extend(columns.iter().map(|value| Column::words(tick(*value, result.x.axis.unit(), lang))));
    let mut table = Table::new(heads);
    for row in result.points.chunks(columns.len().max(1)).rev() {
        let stands = row.first().and_then(|point| point.y).zip(result.y);
        let stands = stands.map_or(String::new(), |(value, y)| tick(value, y.axis.unit(), lang));
        let fields = row.iter().map(|point| field(found, point, lang));
        table.row(std::iter::once(Cell::words(stands)).chain(fields).collect::<Vec<_>>());
    }
    table
}

/// What stands along the table's sides.
pub(super) fn title(found: &Found<'_>, lang: Lang) -> String {
    let x = words::axis(found.result.x.axis, lang);
    let y = found.result.y.map(|y| words::axis(y.axis, lang));
    match (y, lang) {
        (Some(y), Lang::En) => format!("The fields of the map: {x} across, {y} down the rows"),
        (Some(y), Lang::Zh) => format!("图中各格：{x}为列，{y}为行"),
        (None, Lang::En) => format!("The fields of the map: {x} across"),
        (None, Lang::Zh) => format!("图中各格：{x}为列"),
    }
}

/// Who is the best at a point, at what; `~` where replications do not agree on it.
fn field(found: &Found<'_>, point: &Point, lang: Lang) -> Cell {
    let unsure = if found.agreement(point) < 1.0 { " ~" } else { "" };
    let Some(winner) = point.contest.winner() else {
        return Cell::words(format!("{}{unsure}", nobody(lang)));
    };
    let figure = found.figure_at(point).map(|value| quantity(value, found.metric.unit(), lang));
    let comma = pick(lang, ": ", "：");
    let figure = figure.map_or(String::new(), |figure| format!("{comma}{figure}"));
    Cell::Words(Prose::default().strong(winner).plain(format!("{figure}{unsure}")))
}
