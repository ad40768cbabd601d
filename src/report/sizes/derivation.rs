//! How a container came to its sizes, in words.

use super::side;
use crate::lang::Lang;
use crate::lang::format::quantity;
use crate::sizing::Container;
use crate::sizing::rule::Range;

/// A figure with the band of the model.
fn band(range: Range, unit: &str, lang: Lang) -> String {
    let shown = |value| quantity(value, unit, lang);
    match lang {
        Lang::En => format!("{} (model: {} to {})", shown(range.value), shown(range.low), shown(range.high)),
        Lang::Zh => {
            format!("{}（模型区间 {} 至 {}）", shown(range.value), shown(range.low), shown(range.high))
        }
    }
}

/// How a container came to its sizes.
pub(super) fn of(c: &Container, headroom: f64, lang: Lang) -> Vec<String> {
    let more = quantity(headroom, "fraction", lang);
    let (p95, peak) = (band(c.cpu_p95, "cores", lang), band(c.cpu_peak, "cores", lang));
    let memory = band(c.memory_peak, "bytes", lang);
    let name = side(c, lang);
    let mut said = match lang {
        Lang::En => vec![
            format!("{name}, CPU request: 95 in 100 spans of ten seconds take up to {p95}, and {more}"),
            format!(
                "{name}, CPU limit: the busiest span takes {peak}, and {more}; a lower limit throttles it"
            ),
            format!(
                "{name}, memory: the fullest agent takes {memory}, and {more}; the request is the limit, as memory cannot be taken back"
            ),
        ],
        Lang::Zh => vec![
            format!("{name}，CPU 申请：95% 的 10 秒区间不超过 {p95}，另加 {more}"),
            format!("{name}，CPU 上限：最忙的区间为 {peak}，另加 {more}；更低会被限流"),
            format!("{name}，内存：最满的采集器为 {memory}，另加 {more}；内存无法收回，故申请等于上限"),
        ],
    };
    if c.refuses_at < 1.0 {
        let at = quantity(c.refuses_at, "fraction", lang);
        said.push(match lang {
            Lang::En => format!(
                "{name}: memory_limiter refuses lines at {at} of the limit, so that is what has to suffice"
            ),
            Lang::Zh => format!("{name}：memory_limiter 在上限的 {at} 处拒收，因此以该值为准"),
        });
    }
    if c.memory_peak.high > c.memory_limit as f64 * c.refuses_at {
        said.push(match lang {
            Lang::En => format!("{name}: at the high end of what is known of the agent the limit would not suffice; --headroom covers it"),
            Lang::Zh => format!("{name}：若采集器成本取已知区间的上端，该上限不够；可用 --headroom 覆盖"),
        });
    }
    said.push(buffer(c, &more, lang));
    said
}

/// How the buffer came about.
fn buffer(c: &Container, more: &str, lang: Lang) -> String {
    let bytes = |value: u64| quantity(value as f64, "bytes", lang);
    let (need, held) = (bytes(c.buffer.need), bytes(c.buffer.held_unbounded));
    let name = side(c, lang);
    if !c.buffer.is_kept() && c.buffer.bytes == c.buffer.need {
        return match lang {
            Lang::En => format!(
                "{name}, buffer: {need} meets what can be met, and headroom on top would not: more is held longer"
            ),
            Lang::Zh => format!("{name}，缓冲区：{need} 满足目标，再加余量反而不满足：持有越多越迟"),
        };
    }
    match (lang, c.buffer.is_kept()) {
        (Lang::En, true) => format!(
            "{name}, buffer: {} as it is; {need} would do, and without a bound it would hold {held}",
            bytes(c.buffer.bytes)
        ),
        (Lang::Zh, true) => {
            format!(
                "{name}，缓冲区：维持 {}；{need} 即可满足，不设上限时最多持有 {held}",
                bytes(c.buffer.bytes)
            )
        }
        (Lang::En, false) => format!(
            "{name}, buffer: {need} is the least that meets what can be met ({} as it is; without a bound it would hold {held}), and {more}",
            c.buffer.as_is.map_or_else(|| "unbounded".to_owned(), bytes)
        ),
        (Lang::Zh, false) => format!(
            "{name}，缓冲区：满足目标至少需 {need}（现为 {}；不设上限时最多持有 {held}），另加 {more}",
            c.buffer.as_is.map_or_else(|| "无上限".to_owned(), bytes)
        ),
    }
}
