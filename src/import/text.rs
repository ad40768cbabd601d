//! Text as it comes from files.

/// Text without the mark that some editors put in front of UTF-8.
pub(super) fn without_bom(text: &str) -> &str {
    text.strip_prefix('\u{feff}').unwrap_or(text)
}
