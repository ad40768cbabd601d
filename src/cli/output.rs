//! Standard output and standard error, in one place.

use std::io::{IsTerminal, Write};

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
