//! Text as it comes from files: UTF-8 or an error that names the place.

use super::ImportError;

/// The bytes as text; `line` is the number of their first line, from 1.
pub(super) fn utf8<'a>(file: &str, line: u64, bytes: &'a [u8]) -> Result<&'a str, ImportError> {
    std::str::from_utf8(bytes).map_err(|error| {
        let good = &bytes[..error.valid_up_to()];
        let before = good.iter().filter(|b| **b == b'\n').count() as u64;
        let start = good.iter().rposition(|b| *b == b'\n').map_or(0, |at| at + 1);
        let column = String::from_utf8_lossy(&good[start..]).chars().count() as u64 + 1;
        let hint =
            if line == 1 { seems(bytes) } else { "; convert it, as iconv does, or leave the line out" };
        ImportError::NotUtf8 { file: file.to_owned(), line: line + before, column, hint }
    })
}

/// What bytes that are no UTF-8 seem to be.
fn seems(bytes: &[u8]) -> &'static str {
    match bytes {
        [0x1f, 0x8b, ..] => "; it is compressed by gzip: unpack it first (gunzip)",
        [0x28, 0xb5, 0x2f, 0xfd, ..] => "; it is compressed by zstd: unpack it first (unzstd)",
        [0xff, 0xfe, ..] | [0xfe, 0xff, ..] => {
            "; it is UTF-16, as PowerShell's > writes: use | Out-File -Encoding utf8"
        }
        _ => "; convert it, as iconv does, or leave the line out",
    }
}

/// Text without the mark that some editors put in front of UTF-8.
pub(super) fn without_bom(text: &str) -> &str {
    text.strip_prefix('\u{feff}').unwrap_or(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_no_text_is_named_by_line_and_character() {
        // Line 2: "é" is one character of two bytes, so the byte 0xff is column 3.
        let refused = utf8("app.log", 1, b"fine\n\xc3\xa9x\xff\n").unwrap_err().to_string();
        assert!(refused.starts_with("app.log:2:3: is not UTF-8"), "{refused}");
        assert!(utf8("a", 1, &[0x1f, 0x8b, 8, 0, 0xff]).unwrap_err().to_string().contains("gunzip"));
        assert!(utf8("a", 1, &[0xff, 0xfe, b'{', 0]).unwrap_err().to_string().contains("PowerShell"));
        assert_eq!(without_bom(utf8("a", 1, "\u{feff}ok".as_bytes()).unwrap()), "ok");
    }
}
