//! A scenario as a person reads it: without what a scenario has anyway, and long lists written once.
//!
//! Works on the text that the scenario format writes, whose indentation is known. Whoever uses it reads the result back and
//! holds it to the original.

use std::collections::BTreeMap;

/// Defaults as they are written, with their indentation.
const DEFAULTS: [&str; 9] = [
    "      arrivals: poisson\n",
    "      spread: 30%\n",
    "      line:\n        lognormal:\n          median: 180B\n          p99: 1200B\n",
    "      fixed: false\n",
    "      rotate:\n        size: 10Mi\n        files: 5\n",
    "    lifecycle: service\n",
    "  count: 1\n",
    "  daemonset:\n    with: {}\n    requests: {}\n",
    "  sidecar:\n    with: {}\n    requests: {}\n",
];
/// Lists from this length on are written once.
const LONG: usize = 60;

/// The text without defaults, lists that are the same written once and referred to.
pub(super) fn compact(yaml: &str) -> String {
    let mut text = yaml.to_owned();
    for default in DEFAULTS {
        text = text.replace(&format!("\n{default}"), "\n");
    }
    let mut seen: BTreeMap<&str, (String, bool)> = BTreeMap::new();
    let lists = text.lines().filter_map(list).filter(|(_, list)| list.len() > LONG);
    for (key, list) in lists {
        let name = format!("{key}{}", seen.len() + 1);
        seen.entry(list).and_modify(|(_, again)| *again = true).or_insert((name, false));
    }
    let mut written: BTreeMap<&str, bool> = BTreeMap::new();
    let mut out = String::with_capacity(text.len());
    for line in text.lines() {
        match list(line)
            .and_then(|(_, list)| seen.get(list).filter(|(_, again)| *again).map(|own| (list, own)))
        {
            Some((list, (name, _))) => {
                let start = &line[..line.len() - list.len()];
                let first = written.insert(list, true).is_none();
                out += &if first { format!("{start}&{name} {list}") } else { format!("{start}*{name}") };
            }
            None => out += line,
        }
        out.push('\n');
    }
    out
}

/// The list that a line ends in, and its key.
fn list(line: &str) -> Option<(&str, &str)> {
    let (key, list) = line.split_once(": ")?;
    let key = key.trim_start().trim_start_matches("- ");
    (matches!(key, "quantiles" | "perSecond") && list.starts_with('[') && list.ends_with(']'))
        .then_some((key, list))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lists_are_written_once_and_defaults_not_at_all() {
        let long = (0..40).map(|n| format!("{n}B")).collect::<Vec<_>>().join(", ");
        let log = format!(
            "    - stream: stdout\n      spread: 30%\n      line:\n        quantiles: [{long}]\n      fixed: false\n"
        );
        let text = compact(&format!("logs:\n{log}{log}"));
        assert_eq!(text.matches(&long).count(), 1, "{text}");
        assert!(
            text.contains("quantiles: &quantiles1 [") && text.contains("quantiles: *quantiles1\n"),
            "{text}"
        );
        assert!(!text.contains("spread") && !text.contains("fixed"), "{text}");
    }
}
