//! Standard output and standard error, in one place.

use super::BadInput;
use std::fmt::Display;
use std::io::{BufWriter, IsTerminal, Write};
use std::path::Path;

/// Writes data to standard output.
pub(super) fn print(text: &str) -> anyhow::Result<()> {
    let mut out = std::io::stdout().lock();
    out.write_all(text.as_bytes())?;
    if !text.ends_with('\n') {
        out.write_all(b"\n")?;
    }
    out.flush()?;
    Ok(())
}

/// Writes a file whole or not at all: under a temporary name beside it, then renamed.
pub(super) fn write_file(path: &Path, text: &str) -> anyhow::Result<()> {
    let name = path.file_name().map(|n| n.to_string_lossy().into_owned()).unwrap_or_default();
    let beside = path.with_file_name(format!(".{name}.{}.tmp", std::process::id()));
    let written = std::fs::write(&beside, text).and_then(|()| std::fs::rename(&beside, path));
    written.map_err(|error| {
        // Whether or not it is there, nothing is to be left behind.
        let _ = std::fs::remove_file(&beside);
        BadInput::of(format!("{} cannot be written: {error}", path.display()))
    })
}

/// Writes a file whole or not at all, from what `fill` puts into it bit by bit.
pub(super) fn write_file_with(
    path: &Path,
    fill: impl FnOnce(&mut BufWriter<std::fs::File>) -> anyhow::Result<()>,
) -> anyhow::Result<()> {
    let folder = path.parent().filter(|p| !p.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let name = path.file_name().map(|n| n.to_string_lossy().into_owned()).unwrap_or_default();
    let beside = folder.join(format!(".{name}.{}.tmp", std::process::id()));
    let cannot = |error: std::io::Error| anyhow::anyhow!("{} cannot be written: {error}", path.display());
    let written = (|| {
        let mut file = BufWriter::new(std::fs::File::create(&beside).map_err(cannot)?);
        fill(&mut file)?;
        file.into_inner().map_err(|e| cannot(e.into_error()))?.sync_all().map_err(cannot)?;
        std::fs::rename(&beside, path).map_err(cannot)
    })();
    if written.is_err() {
        // Whether or not it is there, nothing is to be left behind.
        let _ = std::fs::remove_file(&beside);
    }
    written
}

/// A word as a shell takes it for one.
pub(super) fn quoted(word: &str) -> String {
    let plain = |c: char| c.is_alphanumeric() || "/._-+:@%,=".contains(c);
    let is_plain = !word.is_empty() && word.chars().all(plain);
    if is_plain { word.to_owned() } else { format!("'{}'", word.replace('\'', r"'\''")) }
}

/// An option as it is typed, with a blank before; nothing where it has no value.
pub(super) fn option(name: &str, value: Option<impl Display>) -> String {
    value.map(|value| format!(" --{name} {}", quoted(&value.to_string()))).unwrap_or_default()
}

/// Tells the user something beside the data.
pub(super) fn tell(text: &str) {
    // Nothing can be done where standard error is closed.
    let _ = writeln!(std::io::stderr(), "{text}");
}

/// Tells the user what went wrong, with its causes.
pub(super) fn complain(error: &anyhow::Error) {
    tell(&format!("error: {error:#}"));
}

/// Whether colours are wanted: on a terminal, unless `NO_COLOR` is set (no-color.org).
pub(super) fn colours() -> bool {
    std::io::stdout().is_terminal() && std::env::var_os("NO_COLOR").is_none_or(|v| v.is_empty())
}

/// Columns to write to: those of the terminal; 120 where there is none.
pub(super) fn width() -> usize {
    const WIDTH: usize = 120;
    let columns = std::env::var("COLUMNS").ok().and_then(|c| c.parse().ok());
    columns.or_else(comfy_table_width).unwrap_or(WIDTH).clamp(60, 200)
}

fn comfy_table_width() -> Option<usize> {
    comfy_table::Table::new().width().map(usize::from)
}

/// Whether whoever read standard output has stopped reading: no failure of ours.
pub(super) fn is_broken_pipe(error: &anyhow::Error) -> bool {
    error
        .chain()
        .filter_map(|e| e.downcast_ref::<std::io::Error>())
        .any(|e| e.kind() == std::io::ErrorKind::BrokenPipe)
}
