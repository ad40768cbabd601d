//! Files that are whole or not there: written under a temporary name beside their place, then renamed.
//!
//! Takes a place and bytes, or what writes them; gives the file, or an error and nothing left behind. Whoever
//! interrupts the program calls [`abandon`]: what is under way is removed, and nothing begins any more. What a
//! killed program left is removed by the next one that writes into the folder.
//!
//! ```
//! let dir = tempfile::tempdir().unwrap();
//! let path = dir.path().join("figures.csv");
//! loghaul::files::write(&path, b"a,b\n").unwrap();
//! assert_eq!(std::fs::read_dir(dir.path()).unwrap().count(), 1);
//! ```

use std::collections::BTreeSet;
use std::fs::{self, File};
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;
use tempfile::{Builder, NamedTempFile};

/// What temporary names begin and end with; between them the name of the file to be, and letters drawn at random.
const BEGINNING: &str = ".";
const END: &str = ".tmp";

/// How old a temporary file is at least before anybody takes it for left behind: between its creation and its lock
/// nothing tells it from one.
const LEFT_BEHIND: Duration = Duration::from_secs(10);

/// Temporary files that are under way.
static UNDER_WAY: Mutex<BTreeSet<PathBuf>> = Mutex::new(BTreeSet::new());

fn under_way() -> MutexGuard<'static, BTreeSet<PathBuf>> {
    // A set of paths is whole whoever panicked.
    UNDER_WAY.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Files that are to appear together: all are written before the first is renamed.
///
/// Dropped before [`Staged::commit`], they leave nothing.
#[derive(Debug, Default)]
pub struct Staged(Vec<(NamedTempFile, PathBuf)>);

impl Staged {
    /// No file yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// Writes one file more to a temporary place beside its own, through to the disk.
    ///
    /// # Errors
    /// The system refuses it, or what `fill` says.
    pub fn add<E: From<io::Error>>(
        &mut self,
        path: &Path,
        fill: impl FnOnce(&mut BufWriter<&File>) -> Result<(), E>,
    ) -> Result<(), E> {
        let file = begin(path)?;
        // Its lock says to other processes that somebody is still writing; a file system without locks says nothing.
        let _ = file.as_file().try_lock();
        self.0.push((file, path.to_owned()));
        if let Some((file, _)) = self.0.last() {
            let mut out = BufWriter::new(file.as_file());
            fill(&mut out)?;
            out.flush()?;
            drop(out);
            file.as_file().sync_all()?;
        }
        Ok(())
    }

    /// Renames all files to their places, and returns these. An interruption waits until it is done.
    ///
    /// # Errors
    /// The system refuses one: it and those behind it are not there.
    pub fn commit(mut self) -> Result<Vec<PathBuf>, (PathBuf, io::Error)> {
        let mut under_way = under_way();
        self.0.iter().for_each(|(file, _)| {
            under_way.remove(file.path());
        });
        let mut paths = Vec::new();
        for (file, path) in self.0.drain(..) {
            file.persist(&path).map_err(|refused| (path.clone(), refused.error))?;
            paths.push(path);
        }
        Ok(paths)
    }
}

impl Drop for Staged {
    fn drop(&mut self) {
        let mut under_way = under_way();
        self.0.iter().for_each(|(file, _)| {
            under_way.remove(file.path());
        });
    }
}

/// Begins a temporary file beside the place of a file.
fn begin(path: &Path) -> io::Result<NamedTempFile> {
    let name = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    let beginning = format!("{BEGINNING}{name}.");
    let mut builder = Builder::new();
    builder.prefix(&beginning).suffix(END);
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        // As any file that a user's program makes: the mask of the process takes from it.
        builder.permissions(fs::Permissions::from_mode(0o666));
    }
    // Whoever interrupts waits for this lock and keeps it: there is no file that it does not know of.
    let mut under_way = under_way();
    let file = builder.tempfile_in(folder_of(path))?;
    under_way.insert(file.path().to_owned());
    Ok(file)
}

/// Writes a file whole or not at all.
///
/// # Errors
/// The system refuses it.
pub fn write(path: &Path, bytes: &[u8]) -> io::Result<()> {
    write_with(path, |out| out.write_all(bytes))
}

/// Writes a file whole or not at all, from what `fill` puts into it bit by bit.
///
/// # Errors
/// The system refuses it, or what `fill` says.
pub fn write_with<E: From<io::Error>>(
    path: &Path,
    fill: impl FnOnce(&mut BufWriter<&File>) -> Result<(), E>,
) -> Result<(), E> {
    clear(folder_of(path));
    let mut staged = Staged::new();
    staged.add(path, fill)?;
    staged.commit().map_err(|(_, error)| error)?;
    Ok(())
}

/// Removes what is under way, and lets nothing begin any more: the last that a program does.
pub fn abandon() {
    let under_way = under_way();
    for path in under_way.iter() {
        // It may have been renamed or removed meanwhile.
        let _ = fs::remove_file(path);
    }
    // Kept for ever.
    std::mem::forget(under_way);
}

/// Removes temporary files from a folder that killed programs left there: those that nobody holds a lock on.
pub fn clear(folder: &Path) {
    let Ok(entries) = fs::read_dir(folder) else { return };
    for path in entries.filter_map(|entry| Some(entry.ok()?.path())).filter(|path| is_temporary(path)) {
        let is_left = || {
            let age = fs::metadata(&path)?.modified()?.elapsed().unwrap_or_default();
            let free = File::open(&path)?.try_lock().is_ok();
            io::Result::Ok(age >= LEFT_BEHIND && free)
        };
        if is_left().unwrap_or(false) {
            // Somebody else may be quicker.
            let _ = fs::remove_file(&path);
        }
    }
}

/// Returns whether a path has a name as [`begin`] gives them: hidden, with its ending and more than one part between.
fn is_temporary(path: &Path) -> bool {
    let name = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    let inner = name.strip_prefix(BEGINNING).and_then(|rest| rest.strip_suffix(END));
    inner.is_some_and(|inner| {
        inner.rsplit_once('.').is_some_and(|(file, drawn)| !file.is_empty() && !drawn.is_empty())
    })
}

fn folder_of(path: &Path) -> &Path {
    path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::SystemTime;

    fn names(dir: &Path) -> Vec<String> {
        let mut names: Vec<String> =
            fs::read_dir(dir).unwrap().map(|e| e.unwrap().file_name().into_string().unwrap()).collect();
        names.sort();
        names
    }

    #[test]
    fn a_file_is_whole_or_as_it_was() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("f.csv");
        write(&path, b"old").unwrap();
        let refused = write_with(&path, |out| {
            out.write_all(b"new, but not all")?;
            Err(io::Error::other("enough"))
        });
        assert_eq!(refused.unwrap_err().to_string(), "enough");
        assert_eq!((fs::read_to_string(&path).unwrap().as_str(), names(dir.path()).len()), ("old", 1));
        write(&path, b"new").unwrap();
        assert_eq!((fs::read_to_string(&path).unwrap().as_str(), names(dir.path()).len()), ("new", 1));
        assert!(under_way().iter().all(|path| !path.starts_with(dir.path())));
    }

    #[test]
    fn files_appear_together() {
        let dir = tempfile::tempdir().unwrap();
        let mut staged = Staged::new();
        for name in ["a", "b"] {
            staged.add(&dir.path().join(name), |out| out.write_all(name.as_bytes())).unwrap();
            assert!(!dir.path().join("a").exists());
        }
        assert_eq!(under_way().iter().filter(|path| path.starts_with(dir.path())).count(), 2);
        staged.commit().unwrap();
        assert_eq!(names(dir.path()), ["a", "b"]);
    }

    #[test]
    fn what_a_killed_program_left_is_cleared_and_nothing_else() {
        let dir = tempfile::tempdir().unwrap();
        let old = SystemTime::now() - 2 * LEFT_BEHIND;
        let file = |name: &str, written: SystemTime| {
            let file = File::create(dir.path().join(name)).unwrap();
            file.set_modified(written).unwrap();
            file
        };
        drop(file(".report.md.4711.tmp", old));
        // Of somebody who still writes; of somebody who has just begun; of other programs.
        let held = file(".report.md.4712.tmp", old);
        held.lock().unwrap();
        drop(file(".report.md.4713.tmp", SystemTime::now()));
        for name in [".tmp", "..tmp", "report.md.1.tmp", ".report.md", ".one.tmp"] {
            drop(file(name, old));
        }
        clear(dir.path());
        let left = [
            "..tmp",
            ".one.tmp",
            ".report.md",
            ".report.md.4712.tmp",
            ".report.md.4713.tmp",
            ".tmp",
            "report.md.1.tmp",
        ];
        assert_eq!(names(dir.path()), left);
    }
}
