//! A scenario as a person reads it: without what a scenario has anyway, and long lists written once.
//!
//! Works on the text that the scenario format writes, whose indentation is known. Whoever uses it reads the result back and
//! holds it to the original.

use std::collections::BTreeMap;

/// Lists from this length on are written once.
const LONG: usize = 60;
/// Where defaults are left out: parts of a scenario, and the indentation of keys in them.
const LEFT_OUT: [(&str, &[usize]); 3] = [("cluster", &[2, 4]), ("tenants", &[2, 4, 6]), ("collection", &[2])];
/// Keys that are written whatever they say: a reader looks for them.
const KEPT: [&str; 24] = [
    "name",
    "question",
    "duration",
    "warmup",
    "drain",
    "cluster",
    "pools",
    "nodes",
    "cpu",
    "memory",
    "pods",
    "logDisk",
    "price",
    "tenants",
    "workloads",
    "replicas",
    "requests",
    "placed",
    "logs",
    "stream",
    "rate",
    "collection",
    "agent",
    "objectives",
];

/// The text without what `defaults`, the text of a scenario of which as little as possible is said, has too; lists that are
/// the same are written once and referred to.
pub(super) fn compact(yaml: &str, defaults: &str) -> String {
    let left_out: BTreeMap<&str, Vec<Block<'_>>> =
        blocks(defaults).fold(BTreeMap::new(), |mut all: BTreeMap<&str, Vec<Block<'_>>>, block| {
            if !KEPT.contains(&block.key) {
                all.entry(block.part).or_default().push(block);
            }
            all
        });
    let is_left_out = |block: &Block<'_>| left_out.get(block.part).is_some_and(|own| own.contains(block));
    let mut text = String::with_capacity(yaml.len());
    let mut skipped_until = 0;
    let lines: Vec<&str> = yaml.lines().collect();
    let by_start: BTreeMap<usize, Block<'_>> =
        blocks(yaml).filter(is_left_out).map(|block| (block.start, block)).collect();
    for (number, line) in lines.iter().enumerate() {
        if let Some(block) = by_start.get(&number) {
            skipped_until = skipped_until.max(number + block.lines.len());
        }
        if number >= skipped_until {
            text += line;
            text.push('\n');
        }
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

/// A key with all that belongs to it.
#[derive(Clone, Debug)]
struct Block<'a> {
    /// The part of the scenario that it is in; empty where it is a part.
    part: &'a str,
    key: &'a str,
    /// The number of its first line, from 0.
    start: usize,
    lines: Vec<&'a str>,
}

impl PartialEq for Block<'_> {
    fn eq(&self, other: &Self) -> bool {
        (self.part, &self.lines) == (other.part, &other.lines)
    }
}

/// The keys of a text at the indentations at which defaults are left out; not those that begin an item of a list.
fn blocks(yaml: &str) -> impl Iterator<Item = Block<'_>> {
    let lines: Vec<&str> = yaml.lines().collect();
    let mut part = "";
    let mut all = Vec::new();
    for (start, line) in lines.iter().enumerate() {
        let text = line.trim_start();
        let indentation = line.len() - text.len();
        let Some((key, _)) = text.split_once(':').filter(|_| !text.starts_with("- ")) else { continue };
        if indentation == 0 {
            part = key;
        }
        let own = if indentation == 0 { "" } else { part };
        let counts =
            indentation == 0 || LEFT_OUT.iter().any(|(part, at)| *part == own && at.contains(&indentation));
        if !counts {
            continue;
        }
        let belongs = |line: &&&str| {
            let text = line.trim_start();
            let deeper = line.len() - text.len();
            deeper > indentation || (deeper == indentation && text.starts_with("- "))
        };
        let rest = lines[start + 1..].iter().take_while(belongs).count();
        all.push(Block { part: own, key, start, lines: lines[start..=start + rest].to_vec() });
    }
    all.into_iter()
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
        let scenario = |log: &str, kind: &str| {
            format!(
                "name: x\ntenants:\n- name: a\n  count: 1\n  workloads:\n  - name: w\n    lifecycle: {kind}\n    logs:\n{log}"
            )
        };
        let rotate = "      rotate:\n        size: 10Mi\n        gap: 3us\n";
        let log = format!(
            "    - stream: stdout\n      spread: 30%\n      line:\n        quantiles: [{long}]\n{rotate}      fixed: false\n"
        );
        let defaults = format!("    - stream: stdout\n      spread: 30%\n{rotate}      fixed: false\n");
        // What differs in one line below is no default.
        let own = log.replace("gap: 3us", "gap: 4us");
        let text = compact(&scenario(&format!("{log}{log}{own}"), "job"), &scenario(&defaults, "service"));
        assert_eq!(text.matches(&long).count(), 1, "{text}");
        assert!(
            text.contains("quantiles: &quantiles1 [") && text.contains("quantiles: *quantiles1\n"),
            "{text}"
        );
        assert!(!text.contains("spread") && !text.contains("fixed") && !text.contains("count"), "{text}");
        assert!(text.contains("    lifecycle: job\n") && text.contains("- name: a\n  workloads:"), "{text}");
        assert_eq!((text.matches("rotate").count(), text.matches("gap: 4us").count()), (1, 1), "{text}");
    }
}
