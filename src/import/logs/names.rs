//! Whose lines a file has: rotated pieces of one file are one writer's.

/// A file's name without what rotation, restarts and packing append.
pub(in crate::import) fn writer_of(file: &str) -> String {
    let mut name = file;
    for end in [".gz", ".zip"] {
        name = name.strip_suffix(end).unwrap_or(name);
    }
    let (folder, last) = name.rsplit_once('/').unwrap_or(("", name));
    // The kubelet numbers the starts of a container: …/<namespace>_<pod>_<uid>/<container>/0.log.20240501-101112
    let is_of_kubelet = folder.rsplit('/').nth(1).is_some_and(|pod| pod.matches('_').count() == 2)
        && last.starts_with(|c: char| c.is_ascii_digit());
    // A must-gather has current.log, previous.log and previous.insecure.log.
    let is_of_must_gather = matches!(last, "current.log" | "previous.log" | "previous.insecure.log");
    if is_of_kubelet || is_of_must_gather {
        return folder.to_owned();
    }
    let digits =
        |text: &str| !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit() || b"-_T:".contains(&b));
    let mut stem = last;
    while let Some((start, end)) = stem.rsplit_once('.') {
        if !digits(end) || start.is_empty() {
            break;
        }
        stem = start;
    }
    // app.log-20240501 and app-2024-05-01.log
    let (body, extension) = match stem.rsplit_once('.') {
        Some((body, extension)) => (body, format!(".{extension}")),
        None => (stem, String::new()),
    };
    let dated = |text: &str| {
        let start = text.trim_end_matches(|c: char| c.is_ascii_digit() || c == '-' || c == '_');
        let tail = &text[start.len()..];
        let count = tail.bytes().filter(u8::is_ascii_digit).count();
        (count >= 8 && tail.starts_with(['-', '_'])).then(|| start.to_owned())
    };
    let stem = match (dated(body), dated(&extension)) {
        (Some(body), _) => format!("{body}{extension}"),
        (None, Some(extension)) => format!("{body}{extension}"),
        (None, None) => stem.to_owned(),
    };
    if folder.is_empty() { stem } else { format!("{folder}/{stem}") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rotated_pieces_are_one_writers_and_other_files_are_not() {
        for (file, writer) in [
            ("a/app.log", "a/app.log"),
            ("a/app.log.1", "a/app.log"),
            ("a/app.log.2.gz", "a/app.log"),
            ("app.log-20240501", "app.log"),
            ("app-2024-05-01.log", "app.log"),
            ("quiet/c01.log", "quiet/c01.log"),
            ("quiet/c02.log", "quiet/c02.log"),
            ("pods/ns_web-1_0f3a/app/0.log", "pods/ns_web-1_0f3a/app"),
            ("pods/ns_web-1_0f3a/app/1.log.20240501-101112.gz", "pods/ns_web-1_0f3a/app"),
            ("mg/web/web/logs/previous.log", "mg/web/web/logs"),
        ] {
            assert_eq!(writer_of(file), writer, "{file}");
        }
    }
}
