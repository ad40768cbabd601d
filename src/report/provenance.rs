//! Where figures come from, in words: warm-up, replications and what they reach.

use super::format;
use super::page::{Page, Prose};
use super::words::{self, pick};
use crate::lang::Lang;
use crate::study::{Precision, Provenance, WarmupBy, Wide};

/// How many figures that are not precise enough are named; the rest is counted.
const NAMED: usize = 4;

/// The warm-up and where it comes from, such as `warm-up 12 s (MSER-5)`.
pub fn warmup(seconds: f64, by: WarmupBy, lang: Lang) -> String {
    let how = match by {
        WarmupBy::Stated => pick(lang, "stated", "给定"),
        WarmupBy::Mser5 => "MSER-5",
        WarmupBy::NotFound => {
            pick(lang, "default: MSER-5 found no steady state", "默认值：MSER-5 未找到稳态")
        }
    };
    format!("{} {} ({how})", pick(lang, "warm-up", "预热"), format::duration(seconds, lang))
}

/// Adds to a page what its figures come from, the program's version and the command that remakes it.
pub(super) fn remake(page: &mut Page, from: Vec<String>, command: &str) {
    page.note(format!("{} · loghaul {}", from.join(" · "), env!("CARGO_PKG_VERSION")));
    page.note(Prose::from(pick(page.lang, "remake: ", "重现：")).code(command));
}

/// What was simulated where it was not the scenario as a whole, such as `slices of 3 nodes of reference, 12 s each`.
pub(super) fn simulated(p: &Provenance, lang: Lang) -> String {
    let Some(slice) = p.slice else { return p.scenario.clone() };
    let (nodes, seconds) = (format::integer(slice.nodes), format::duration(slice.seconds, lang));
    match lang {
        Lang::En => {
            let plural = if slice.nodes == 1 { "" } else { "s" };
            format!("slices of {nodes} node{plural} of {}, {seconds} each", p.scenario)
        }
        Lang::Zh => format!("{} 的 {nodes} 节点切片，各 {seconds}", p.scenario),
    }
}

/// Where a study's figures come from: what was simulated where that was a part, agent, replications, seed.
pub(super) fn of_study(p: &Provenance, lang: Lang) -> Vec<String> {
    let mut from = if p.slice.is_some() { vec![simulated(p, lang)] } else { Vec::new() };
    from.extend([
        p.agent.clone(),
        match lang {
            Lang::En if p.replications == 1 => "1 replication".to_owned(),
            Lang::En => format!("{} replications", format::integer(p.replications)),
            Lang::Zh => format!("{} 次重复", format::integer(p.replications)),
        },
        format!("{} {}", pick(lang, "seed", "种子"), p.seed),
    ]);
    from
}

/// The scenario in a command of ours, as it was typed, and what was set in it.
pub(super) fn scenario_and_settings(command: &str) -> (&str, &str) {
    let rest = command.splitn(3, ' ').nth(2).unwrap_or_default();
    let end = match rest.starts_with('\'') {
        // A quoted word ends with a quote before a blank.
        true => rest.find("' ").map(|at| at + 1),
        false => rest.find(' '),
    };
    let settings = command.rsplit_once(" --seed ").map_or("", |(_, rest)| rest);
    let settings = settings.find(' ').map_or("", |at| &settings[at..]);
    (&rest[..end.unwrap_or(rest.len())], settings)
}

/// The warm-up of a result.
pub(super) fn warmup_of(provenance: &Provenance, lang: Lang) -> String {
    warmup(provenance.warmup_s, provenance.warmup_by, lang)
}

/// Whether the precision that was asked for is reached; what is not, with how precise it is.
pub fn precision(precision: &Precision, lang: Lang) -> String {
    // As it was typed: 0.1%, not 0.100%.
    let asked = format!("{}%", (precision.asked * 1e6).round() / 1e4);
    if precision.wide.is_empty() {
        return match lang {
            Lang::En => format!("precision {asked} reached"),
            Lang::Zh => format!("已达到精度 {asked}"),
        };
    }
    let mut named: Vec<String> = precision.wide.iter().take(NAMED).map(|wide| name(wide, lang)).collect();
    let more = precision.wide.len().saturating_sub(NAMED);
    if more > 0 {
        named.push(match lang {
            Lang::En => format!("and {more} more"),
            Lang::Zh => format!("及另外 {more} 项"),
        });
    }
    match lang {
        Lang::En => format!(
            "precision {asked} not reached with {} replications: {}",
            precision.most,
            named.join(", ")
        ),
        Lang::Zh => format!("{} 次重复未达到精度 {asked}：{}", precision.most, named.join("，")),
    }
}

fn name(wide: &Wide, lang: Lang) -> String {
    let metric = words::metric(wide.metric, lang);
    let width = wide.relative.map_or_else(
        || pick(lang, "never in some replications", "部分重复未送达").to_owned(),
        |share| format!("±{}", percent(share)),
    );
    match wide.against {
        None => format!("{metric}, {} {width}", wide.strategy),
        Some(other) => format!("{metric}, {} − {other} {width}", wide.strategy),
    }
}

fn percent(share: f64) -> String {
    format::quantity(share, "fraction", Lang::En)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::metric::Metric;

    #[test]
    fn a_command_of_ours_is_taken_apart() {
        let plain = "loghaul compare a.yaml --reps 2 --seed 7 --profile p.yaml --set duration=1m";
        assert_eq!(scenario_and_settings(plain), ("a.yaml", " --profile p.yaml --set duration=1m"));
        let quoted = "loghaul tune 'my file.yaml' --reps 2 --seed 7";
        assert_eq!(scenario_and_settings(quoted), ("'my file.yaml'", ""));
    }

    #[test]
    fn what_is_not_reached_is_named_and_the_rest_counted() {
        let wide =
            |strategy, against, relative| Wide { strategy, against, metric: Metric::AgentCpu, relative };
        let mut asked = Precision { asked: 0.05, most: 20, wide: vec![wide("sidecar", None, Some(0.123))] };
        let shown = precision(&asked, Lang::En);
        assert_eq!(shown, "precision 5% not reached with 20 replications: agent CPU, sidecar ±12.3%");
        asked.wide = vec![wide("sidecar", Some("native"), None); 6];
        assert!(
            precision(&asked, Lang::En).ends_with("sidecar − native never in some replications, and 2 more")
        );
        asked.wide.clear();
        assert_eq!(precision(&asked, Lang::Zh), "已达到精度 5%");
        assert_eq!(warmup(12.0, WarmupBy::Mser5, Lang::En), "warm-up 12 s (MSER-5)");
    }
}
