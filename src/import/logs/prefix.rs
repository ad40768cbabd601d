//! What others put before an application's lines: runtimes, `kubectl`, compose, stern. It is taken off and not counted.

use super::json::Json;
use super::timestamp::{LAYOUTS, Time};
use std::borrow::Cow;

/// Lines by which it is told whether a tool has put names before them.
const SNIFFED: usize = 200;
/// The share of them that must have one.
const MOST: f64 = 0.9;

/// Who has put a name before every line.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Tool {
    #[default]
    Nobody,
    /// `web-1  | text`
    Compose,
    /// `pod container text`
    Stern,
}

/// A line as its application wrote it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Bare<'a> {
    pub(super) text: Cow<'a, str>,
    /// Bytes that were taken off.
    pub(super) taken: u64,
    /// When somebody else recorded it.
    pub(super) recorded: Option<Time>,
    /// Whose line it is, where that is written.
    pub(super) writer: Option<String>,
    /// Standard output or error, where the runtime tells them apart.
    pub(super) stream: u8,
    /// Bytes of the line end as the runtime recorded it: 0 where the line goes on.
    pub(super) end: Option<u64>,
    pub(super) by: By,
}

/// Who recorded it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum By {
    Application,
    Cri,
    Docker,
    Kubectl,
}

impl By {
    /// What was taken off, for people.
    pub(super) fn describe(self) -> &'static str {
        match self {
            Self::Application => "",
            Self::Cri => "the runtime's prefix (CRI) is not counted",
            Self::Docker => "of Docker's json-file the log alone is counted",
            Self::Kubectl => "the prefix of kubectl --timestamps is not counted",
        }
    }
}

impl Tool {
    /// The tool that most lines are of.
    pub(super) fn sniff<'a>(lines: impl Iterator<Item = &'a str>) -> Self {
        let (mut all, mut compose, mut stern) = (0u32, 0u32, 0u32);
        for line in lines.filter(|line| !line.trim().is_empty()).take(SNIFFED) {
            all += 1;
            compose += u32::from(of_compose(line).is_some());
            stern += u32::from(of_stern(line).is_some());
        }
        let most = |n: u32| all > 0 && f64::from(n) >= MOST * f64::from(all);
        match () {
            () if most(compose) => Self::Compose,
            () if most(stern) => Self::Stern,
            () => Self::Nobody,
        }
    }

    /// A line without what was put before it.
    pub(super) fn strip<'a>(self, line: &'a str) -> Bare<'a> {
        let named = match self {
            Self::Compose => of_compose(line),
            Self::Stern => of_stern(line),
            Self::Nobody => of_kubectl(line),
        };
        let (writer, rest) = named.map_or((None, line), |(writer, rest)| (Some(writer), rest));
        let mut bare = runtime(rest);
        bare.taken += (line.len() - rest.len()) as u64;
        bare.writer = writer;
        bare
    }
}

/// What a runtime or `kubectl` recorded.
fn runtime(line: &str) -> Bare<'_> {
    let plain = |text, by, recorded, taken: usize| Bare {
        text: Cow::Borrowed(text),
        taken: taken as u64,
        recorded,
        writer: None,
        stream: 0,
        end: None,
        by,
    };
    if line.starts_with('{')
        && line.contains("\"stream\"")
        && line.contains("\"log\"")
        && let Some(json) = Json::of(line)
        && let (Some((log, stream)), Some(time)) = (json.docker(), json.docker_time())
    {
        let text = log.strip_suffix('\n').unwrap_or(log);
        let mut bare = plain("", By::Docker, Some(time), line.len());
        bare.end = Some((log.len() - text.len()) as u64);
        bare.stream = u8::from(stream == "stderr");
        // What is taken off is what the recorder added: the application's bytes are counted on their own.
        bare.taken = (line.len() as u64).saturating_sub(text.len() as u64);
        bare.text = Cow::Owned(text.to_owned());
        return bare;
    }
    let Some((time, at)) = LAYOUTS[0].read(line) else { return plain(line, By::Application, None, 0) };
    let rest = &line[at..];
    for (stream, mark) in [(0, " stdout "), (1, " stderr ")] {
        let Some(tagged) = rest.strip_prefix(mark) else { continue };
        let (tags, text) = tagged.split_once(' ').unwrap_or((tagged, ""));
        let complete = match tags.split(':').next() {
            Some("F") => true,
            Some("P") => false,
            _ => continue,
        };
        let mut bare = plain(text, By::Cri, Some(time), line.len() - text.len());
        (bare.stream, bare.end) = (stream, Some(u64::from(complete)));
        return bare;
    }
    // `kubectl logs --timestamps` writes nine digits of a second, as few applications do.
    let digits =
        line[..at].split_once('.').map_or(0, |(_, f)| f.bytes().take_while(u8::is_ascii_digit).count());
    match rest.strip_prefix(' ') {
        Some(text) if digits == 9 => plain(text, By::Kubectl, Some(time), at + 1),
        None if digits == 9 && rest.is_empty() => plain("", By::Kubectl, Some(time), at),
        _ => plain(line, By::Application, None, 0),
    }
}

/// `web-1  | text`: a name, blanks, a bar.
fn of_compose(line: &str) -> Option<(String, &str)> {
    let (name, rest) = line.split_once('|')?;
    let trimmed = name.trim_end();
    let is_name = |c: char| c.is_ascii_alphanumeric() || "-_.".contains(c);
    let numbered = trimmed.rsplit(['-', '_']).next().is_some_and(|n| n.bytes().all(|b| b.is_ascii_digit()));
    let levels = ["INFO", "WARN", "ERROR", "DEBUG", "TRACE", "FATAL", "NOTICE"];
    let fits = name.ends_with(' ')
        && !trimmed.is_empty()
        && trimmed.starts_with(|c: char| c.is_ascii_alphabetic())
        && trimmed.chars().all(is_name)
        && (numbered && trimmed.contains(['-', '_']) || name.ends_with("  "))
        && !levels.contains(&trimmed.to_ascii_uppercase().as_str());
    fits.then(|| (trimmed.to_owned(), rest.strip_prefix(' ').unwrap_or(rest)))
}

/// `pod container text`: a pod's name ends in what its controller appended.
fn of_stern(line: &str) -> Option<(String, &str)> {
    let (pod, rest) = line.split_once(' ')?;
    let (container, text) = rest.split_once(' ')?;
    let (start, end) = pod.rsplit_once('-')?;
    let lower = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit();
    let appended = (end.len() == 5 && end.chars().all(lower)) || end.bytes().all(|b| b.is_ascii_digit());
    let dashed = |name: &str| {
        name.starts_with(lower)
            && name.ends_with(lower)
            && name.chars().all(|c| lower(c) || c == '-' || c == '.')
    };
    let fits = !end.is_empty()
        && appended
        && start.starts_with(|c: char| c.is_ascii_lowercase())
        && dashed(start)
        && dashed(container)
        && container.starts_with(|c: char| c.is_ascii_lowercase());
    fits.then(|| (format!("{pod}/{container}"), text))
}

/// `[pod/web-1/nginx] text`, as `kubectl logs --prefix` writes it.
fn of_kubectl(line: &str) -> Option<(String, &str)> {
    let (name, text) = line.strip_prefix("[pod/")?.split_once("] ")?;
    (!name.contains(' ')).then(|| (name.to_owned(), text))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_the_runtime_added_is_no_part_of_the_line() {
        let strip = |line| Tool::Nobody.strip(line);
        let full = strip("2015-07-29T17:41:44.669794202Z stdout F a line");
        assert_eq!((full.text.as_ref(), full.end, full.by), ("a line", Some(1), By::Cri));
        let part = strip("2015-07-29T17:41:44.669794202Z stderr P part");
        assert_eq!((part.text.as_ref(), part.end, part.stream), ("part", Some(0), 1));
        // "é\n" is two bytes and the line end.
        let docker = strip(r#"{"log":"\u00e9\n","stream":"stdout","time":"2015-07-29T17:41:44Z"}"#);
        assert_eq!((docker.text.as_ref(), docker.end, docker.by), ("é", Some(1), By::Docker));
        let kubectl = strip("2021-08-03T09:31:40.395909945Z I0803 09:31:40.395740 1 x.go:1] y");
        assert_eq!(
            (kubectl.text.as_ref(), kubectl.taken, kubectl.by),
            ("I0803 09:31:40.395740 1 x.go:1] y", 31, By::Kubectl)
        );
        // Six digits are an application's own.
        let own = strip("2023-07-29T17:41:44.123456Z INFO x");
        assert_eq!((own.taken, own.recorded, own.by), (0, None, By::Application));
        let named = strip("[pod/web-1/nginx] GET /");
        assert_eq!((named.text.as_ref(), named.writer.as_deref()), ("GET /", Some("web-1/nginx")));
    }

    #[test]
    fn tools_are_told_by_most_of_the_lines() {
        let compose = ["web-1  | {\"a\":1}", "db-1   | ready"];
        assert_eq!(Tool::sniff(compose.into_iter()), Tool::Compose);
        assert_eq!(Tool::Compose.strip(compose[1]).text, "ready");
        let stern = ["web-7d9f8b6c5d-x2x4z nginx GET /", "db-0 postgres checkpoint complete: wrote"];
        assert_eq!(Tool::sniff(stern.into_iter()), Tool::Stern);
        assert_eq!(Tool::Stern.strip(stern[0]).writer.as_deref(), Some("web-7d9f8b6c5d-x2x4z/nginx"));
        for nobodys in
            ["INFO|2023-07-29 17:41:44,123|x", "INFO | main | x", "Aug 03 09:17:42 master-0 kubelet[1]: x"]
        {
            assert_eq!(Tool::sniff([nobodys].into_iter()), Tool::Nobody, "{nobodys}");
        }
    }
}
