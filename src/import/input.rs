//! Bytes from wherever people have them: a file, a folder, a tar of a bundle, standard input, compressed or not.
//!
//! Takes paths; gives one text after the other, each with a name that people can find it by, decompressed and as
//! UTF-8 where it was UTF-16. No more than a part of any of them is held.

mod utf16;

use super::ImportError;
use flate2::bufread::MultiGzDecoder;
use std::fs::File;
use std::io::{BufRead, BufReader, Cursor, Read};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

/// Bytes that are looked at to tell what a file is: the mark of a tar stands at its 257th.
const HEAD: usize = 512;
/// Archives in archives, at most.
const DEPTH: u8 = 4;
/// Bytes that are held of a file.
const BUFFER: usize = 1 << 16;

/// Where real input lies: files, folders, archives; `-` is standard input.
#[derive(Clone, Debug, Default)]
pub struct Paths {
    /// What the user named.
    pub list: Vec<PathBuf>,
    /// Bytes read so far, before decompression: for whoever shows progress.
    pub read: Arc<AtomicU64>,
}

impl Paths {
    /// These paths, and nobody who looks on.
    pub fn of(list: impl IntoIterator<Item = PathBuf>) -> Self {
        Self { list: list.into_iter().collect(), read: Arc::default() }
    }
}

/// What a text is.
#[derive(Clone, Copy, Debug)]
pub(super) struct Entry<'a> {
    /// What errors and notes call it.
    pub name: &'a str,
    /// Whether the user named it, instead of a folder or an archive that it is in.
    pub named: bool,
}

/// Who takes texts.
pub(super) type Each<'a> = &'a mut dyn FnMut(Entry<'_>, &mut dyn BufRead) -> Result<(), ImportError>;

/// Hands every text to `each`, those of a folder in the order of their names.
pub(super) fn visit(paths: &Paths, each: Each<'_>) -> Result<(), ImportError> {
    for path in &paths.list {
        if path.as_os_str() == "-" {
            let counted = Counted { inner: std::io::stdin().lock(), read: &paths.read };
            open(Entry { name: "standard input", named: true }, counted, 0, each)?;
        } else if path.is_dir() {
            folder(path, paths, each)?;
        } else {
            file(path, true, paths, each)?;
        }
    }
    Ok(())
}

fn unreadable(name: &str, source: std::io::Error) -> ImportError {
    ImportError::Unreadable { file: name.to_owned(), source }
}

fn file(path: &Path, named: bool, paths: &Paths, each: Each<'_>) -> Result<(), ImportError> {
    let name = path.display().to_string();
    let opened = File::open(path).map_err(|source| unreadable(&name, source))?;
    open(Entry { name: &name, named }, Counted { inner: opened, read: &paths.read }, 0, each)
}

/// Files in order, folders in it likewise; links to folders are not followed, so that there is no circle.
fn folder(path: &Path, paths: &Paths, each: Each<'_>) -> Result<(), ImportError> {
    let name = path.display().to_string();
    let listed = std::fs::read_dir(path).and_then(Iterator::collect::<Result<Vec<_>, _>>);
    let mut entries = listed.map_err(|source| unreadable(&name, source))?;
    entries.sort_by_key(std::fs::DirEntry::file_name);
    for entry in entries {
        let kind = entry.file_type().map_err(|source| unreadable(&name, source))?;
        let path = entry.path();
        if kind.is_dir() {
            folder(&path, paths, each)?;
        } else if path.is_file() {
            file(&path, false, paths, each)?;
        }
    }
    Ok(())
}

/// Tells what it is by its first bytes, unpacks it, and hands it on.
pub(super) fn open(
    entry: Entry<'_>,
    reader: impl Read,
    depth: u8,
    each: Each<'_>,
) -> Result<(), ImportError> {
    let mut reader: Box<dyn Read + '_> = Box::new(reader);
    let mut head = Vec::with_capacity(HEAD);
    (&mut reader)
        .take(HEAD as u64)
        .read_to_end(&mut head)
        .map_err(|source| unreadable(entry.name, source))?;
    let packed = |what: &'static str, how: &'static str| {
        Err(ImportError::Packed { file: entry.name.to_owned(), what, how })
    };
    match head.as_slice() {
        _ if depth > DEPTH => return packed("an archive in archives, too deep", "unpack it first"),
        [0x28, 0xb5, 0x2f, 0xfd, ..] => return packed("compressed by zstd", "unpack it first (unzstd)"),
        [0xfd, b'7', b'z', b'X', b'Z', ..] => return packed("compressed by xz", "unpack it first (unxz)"),
        [b'B', b'Z', b'h', b'1'..=b'9', 0x31, 0x41, ..] => {
            return packed("compressed by bzip2", "unpack it first (bunzip2)");
        }
        [b'P', b'K', 3, 4, ..] => {
            return packed("a zip archive", "unpack it first (unzip) and give the folder");
        }
        _ => {}
    }
    let is_gzip = head.starts_with(&[0x1f, 0x8b]);
    let is_tar = head.get(257..262) == Some(b"ustar");
    let wide = utf16::order_of(&head);
    let whole = BufReader::with_capacity(BUFFER, Cursor::new(head).chain(reader));
    if is_gzip {
        let unpacked: Box<dyn Read + '_> = Box::new(MultiGzDecoder::new(whole));
        return open(entry, unpacked, depth + 1, each);
    }
    if is_tar {
        return archive(entry, whole, depth, each);
    }
    match wide {
        Some(order) => each(entry, &mut BufReader::with_capacity(BUFFER, utf16::Utf8::new(whole, order))),
        None => each(entry, &mut { whole }),
    }
}

/// The files of a tar, in its own order.
fn archive(entry: Entry<'_>, reader: impl Read, depth: u8, each: Each<'_>) -> Result<(), ImportError> {
    let broken = |source| unreadable(entry.name, source);
    let mut archive = tar::Archive::new(reader);
    for item in archive.entries().map_err(broken)? {
        let item = item.map_err(broken)?;
        if !item.header().entry_type().is_file() {
            continue;
        }
        let name = match item.path() {
            Ok(path) => format!("{}:{}", entry.name, path.display()),
            Err(_) => continue,
        };
        open(Entry { name: &name, named: false }, item, depth + 1, each)?;
    }
    Ok(())
}

/// Counts what passes.
struct Counted<'a, R> {
    inner: R,
    read: &'a AtomicU64,
}

impl<R: Read> Read for Counted<'_, R> {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        let n = self.inner.read(buffer)?;
        self.read.fetch_add(n as u64, Ordering::Relaxed);
        Ok(n)
    }
}

/// Bytes in memory, as if they were a file that the user named.
pub(super) fn visit_bytes(files: &[(String, Vec<u8>)], each: Each<'_>) -> Result<(), ImportError> {
    for (name, bytes) in files {
        open(Entry { name, named: true }, bytes.as_slice(), 0, each)?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use flate2::Compression;
    use flate2::write::GzEncoder;
    use std::io::Write;

    fn texts(name: &str, bytes: &[u8]) -> Result<Vec<(String, bool, String)>, ImportError> {
        let mut seen = Vec::new();
        open(Entry { name, named: true }, bytes, 0, &mut |entry, reader| {
            let mut text = String::new();
            reader.read_to_string(&mut text).map_err(|e| unreadable(entry.name, e))?;
            seen.push((entry.name.to_owned(), entry.named, text));
            Ok(())
        })?;
        Ok(seen)
    }

    fn gzip(bytes: &[u8]) -> Vec<u8> {
        let mut packed = GzEncoder::new(Vec::new(), Compression::fast());
        packed.write_all(bytes).unwrap();
        packed.finish().unwrap()
    }

    fn tar_of(files: &[(&str, &[u8])]) -> Vec<u8> {
        let mut builder = tar::Builder::new(Vec::new());
        for (name, bytes) in files {
            let mut header = tar::Header::new_ustar();
            header.set_size(bytes.len() as u64);
            header.set_mode(0o644);
            header.set_cksum();
            builder.append_data(&mut header, name, *bytes).unwrap();
        }
        builder.into_inner().unwrap()
    }

    #[test]
    fn a_bundle_is_unpacked_through_every_layer() {
        let bundle = gzip(&tar_of(&[("b/nodes.json", b"{}"), ("b/app.log.gz", &gzip(b"one\n"))]));
        let seen = texts("b.tar.gz", &bundle).unwrap();
        let own = |name: &str, text: &str| (name.to_owned(), false, text.to_owned());
        assert_eq!(seen, [own("b.tar.gz:b/nodes.json", "{}"), own("b.tar.gz:b/app.log.gz", "one\n")]);
        // Several members one after the other are one text, as `cat a.gz b.gz` makes it.
        let two = [gzip(b"one\n"), gzip(b"two\n")].concat();
        assert_eq!(texts("x.gz", &two).unwrap()[0].2, "one\ntwo\n");
    }

    #[test]
    fn utf16_is_read_and_other_packings_say_how_to_unpack() {
        let wide: Vec<u8> =
            [0xfeff].into_iter().chain("é\u{1f600}\n".encode_utf16()).flat_map(u16::to_le_bytes).collect();
        assert_eq!(texts("w.log", &wide).unwrap()[0].2, "é\u{1f600}\n");
        for (bytes, how) in [(&[0x28, 0xb5, 0x2f, 0xfd, 0][..], "unzstd"), (b"PK\x03\x04..", "unzip")] {
            let refused = texts("x", bytes).unwrap_err().to_string();
            assert!(refused.contains(how), "{refused}");
        }
        assert!(texts("x.gz", &gzip(b"much text")[..15]).is_err());
    }
}
