//! Standard output and standard error, in one place.

use super::{BadInput, progress};
use crate::files;
use crate::plain::printable;
use anyhow::Context;
use std::fmt::Display;
use std::fs::File;
use std::io::{BufWriter, IsTerminal, Write};
use std::path::Path;
use std::sync::OnceLock;

/// Writes data to standard output.
pub(super) fn print(text: &str) -> anyhow::Result<()> {
    progress::rest();
    let mut out = std::io::stdout().lock();
    out.write_all(text.as_bytes())?;
    if !text.ends_with('\n') {
        out.write_all(b"\n")?;
    }
    out.flush()?;
    Ok(())
}

/// All of standard input: it can be read once, and is remembered.
pub(super) fn standard_input() -> anyhow::Result<String> {
    static READ: OnceLock<String> = OnceLock::new();
    if let Some(text) = READ.get() {
        return Ok(text.clone());
    }
    let text = std::io::read_to_string(std::io::stdin())
        .map_err(|error| BadInput::of(format!("standard input cannot be read: {error}")))?;
    Ok(READ.get_or_init(|| text).clone())
}

/// Writes a file whole or not at all.
pub(super) fn write_file(path: &Path, text: &str) -> anyhow::Result<()> {
    use std::io::ErrorKind as Kind;
    files::write(path, text.as_bytes()).map_err(|error| {
        let problem = format!("{} cannot be written: {error}", path.display());
        match error.kind() {
            // A place that was named wrongly is the user's to mend; a disk that is full is a failure.
            Kind::NotFound | Kind::PermissionDenied | Kind::IsADirectory | Kind::NotADirectory => {
                BadInput::of(problem)
            }
            Kind::ReadOnlyFilesystem | Kind::InvalidFilename => BadInput::of(problem),
            _ => anyhow::anyhow!(problem),
        }
    })
}

/// Writes a file whole or not at all, from what `fill` puts into it bit by bit.
pub(super) fn write_file_with(
    path: &Path,
    fill: impl FnOnce(&mut BufWriter<&File>) -> anyhow::Result<()>,
) -> anyhow::Result<()> {
    files::write_with(path, fill).with_context(|| format!("{} cannot be written", path.display()))
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
    let _ = writeln!(std::io::stderr(), "{}", printable(text));
}

/// Tells the user what went wrong, with its causes.
pub(super) fn complain(error: &anyhow::Error) {
    progress::rest();
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
