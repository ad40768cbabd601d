//! A log file that is written and rotated: by the kubelet, by its application, or by copying.

use std::collections::VecDeque;
use std::fs::{File, OpenOptions};
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

/// Who rotates, and how.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Style {
    /// The kubelet renames, and the runtime goes on writing to the old file until it opens a new one.
    #[default]
    Kubelet,
    /// The application renames its own file, and writes nothing until it has opened a new one.
    Application,
    /// What is there is copied, and the file cut to nothing.
    Copytruncate,
}

/// When and how a file is rotated.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rotation {
    /// Bytes from which it is due.
    pub size: u64,
    /// Files that are kept, the one being written among them.
    pub keep: usize,
    /// Time between rename and creation.
    pub gap: Duration,
    /// Time between looks at its size; zero is at every write.
    pub check: Duration,
    /// Who does it.
    pub style: Style,
}

/// A file being written.
#[derive(Debug)]
pub struct LogFile {
    path: PathBuf,
    open: File,
    bytes: u64,
    rotation: Option<Rotation>,
    rotated: VecDeque<PathBuf>,
    rotations: u64,
    reopen_at: Option<Instant>,
    next_check: Option<Instant>,
}

impl LogFile {
    /// Creates the file and the folder that it lies in.
    ///
    /// # Errors
    /// It cannot be created.
    pub fn create(path: &Path, rotation: Option<Rotation>) -> io::Result<Self> {
        if let Some(folder) = path.parent() {
            std::fs::create_dir_all(folder)?;
        }
        let open = append_to(path)?;
        Ok(Self {
            path: path.to_owned(),
            bytes: open.metadata()?.len(),
            open,
            rotation,
            rotated: VecDeque::new(),
            rotations: 0,
            reopen_at: None,
            next_check: rotation.filter(|r| !r.check.is_zero()).map(|r| Instant::now() + r.check),
        })
    }

    /// How often it was rotated.
    pub fn rotations(&self) -> u64 {
        self.rotations
    }

    /// When the new file is to be created, where the old one has been renamed and it is not there yet.
    pub fn reopens_at(&self) -> Option<Instant> {
        self.reopen_at
    }

    /// Whether lines may be written now: not while their application is between two files.
    pub fn takes_lines(&self) -> bool {
        self.reopen_at.is_none() || self.rotation.is_none_or(|r| r.style != Style::Application)
    }

    /// Writes whole lines with one call.
    ///
    /// # Errors
    /// It cannot be written to.
    pub fn write(&mut self, lines: &[u8]) -> io::Result<()> {
        self.open.write_all(lines)?;
        self.bytes += lines.len() as u64;
        Ok(())
    }

    /// Whether so much more would be for a file that is to be rotated first.
    pub fn is_full(&self) -> bool {
        self.rotation.is_some_and(|r| r.check.is_zero() && self.bytes >= r.size)
    }

    /// Rotates what is due, and creates the new file when its time has come.
    ///
    /// # Errors
    /// A file cannot be renamed, copied or created.
    pub fn attend(&mut self, now: Instant) -> io::Result<()> {
        if self.reopen_at.is_some_and(|at| now >= at) {
            self.reopen()?;
        }
        let Some(rotation) = self.rotation.filter(|_| self.reopen_at.is_none()) else { return Ok(()) };
        let is_looked_at = match &mut self.next_check {
            None => true,
            Some(at) if now >= *at => {
                *at += rotation.check;
                true
            }
            Some(_) => false,
        };
        if !is_looked_at || self.bytes < rotation.size {
            return Ok(());
        }
        self.rotations += 1;
        let aside = self.path.with_extension(format!("log.{:06}", self.rotations));
        if rotation.style == Style::Copytruncate {
            std::fs::copy(&self.path, &aside)?;
            self.open.set_len(0)?;
            self.bytes = 0;
        } else {
            std::fs::rename(&self.path, &aside)?;
            self.reopen_at = Some(now + rotation.gap);
        }
        self.rotated.push_back(aside);
        while self.rotated.len() + 1 > rotation.keep.max(1) {
            if let Some(oldest) = self.rotated.pop_front() {
                std::fs::remove_file(oldest)?;
            }
        }
        if rotation.gap.is_zero() && self.reopen_at.is_some() {
            self.reopen()?;
        }
        Ok(())
    }

    fn reopen(&mut self) -> io::Result<()> {
        self.open = append_to(&self.path)?;
        self.bytes = 0;
        self.reopen_at = None;
        Ok(())
    }

    /// Removes the file with those before it and its folder, as when a pod is deleted.
    ///
    /// # Errors
    /// They cannot be removed.
    pub fn delete(self) -> io::Result<()> {
        match self.path.parent() {
            Some(folder) => std::fs::remove_dir_all(folder),
            None => std::fs::remove_file(&self.path),
        }
    }
}

fn append_to(path: &Path) -> io::Result<File> {
    OpenOptions::new().create(true).append(true).open(path)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rotated(style: Style, gap: Duration) -> (tempfile::TempDir, LogFile) {
        let folder = tempfile::tempdir().unwrap();
        let rotation = Rotation { size: 10, keep: 3, gap, check: Duration::ZERO, style };
        let file = LogFile::create(&folder.path().join("0001/app.log"), Some(rotation)).unwrap();
        (folder, file)
    }

    fn text(folder: &tempfile::TempDir, name: &str) -> Option<String> {
        std::fs::read_to_string(folder.path().join("0001").join(name)).ok()
    }

    #[test]
    fn the_kubelet_renames_and_the_runtime_writes_on_until_it_reopens() {
        let (folder, mut file) = rotated(Style::Kubelet, Duration::from_millis(3));
        let start = Instant::now();
        file.write(b"0123456789\n").unwrap();
        file.attend(start).unwrap();
        assert!(text(&folder, "app.log").is_none() && file.takes_lines());
        file.write(b"late\n").unwrap();
        file.attend(start + Duration::from_millis(2)).unwrap();
        assert!(text(&folder, "app.log").is_none());
        file.attend(start + Duration::from_millis(3)).unwrap();
        file.write(b"new\n").unwrap();
        assert_eq!(text(&folder, "app.log").unwrap(), "new\n");
        assert_eq!(text(&folder, "app.log.000001").unwrap(), "0123456789\nlate\n");
    }

    #[test]
    fn an_application_waits_between_two_files() {
        let (_folder, mut file) = rotated(Style::Application, Duration::from_millis(3));
        let start = Instant::now();
        file.write(b"0123456789\n").unwrap();
        assert!(file.is_full());
        file.attend(start).unwrap();
        assert!(!file.takes_lines());
        file.attend(start + Duration::from_millis(3)).unwrap();
        assert!(file.takes_lines() && !file.is_full());
    }

    #[test]
    fn the_oldest_of_those_kept_is_deleted() {
        let (folder, mut file) = rotated(Style::Kubelet, Duration::ZERO);
        for _ in 0..4 {
            file.write(b"0123456789\n").unwrap();
            file.attend(Instant::now()).unwrap();
        }
        // Three are kept: the one being written, and the last two of four rotated.
        let there: Vec<bool> =
            (1..=4).map(|n| text(&folder, &format!("app.log.00000{n}")).is_some()).collect();
        assert_eq!((there, file.rotations()), (vec![false, false, true, true], 4));
    }

    #[test]
    fn what_is_copied_is_cut() {
        let (folder, mut file) = rotated(Style::Copytruncate, Duration::ZERO);
        file.write(b"0123456789\n").unwrap();
        file.attend(Instant::now()).unwrap();
        file.write(b"new\n").unwrap();
        assert_eq!(text(&folder, "app.log").unwrap(), "new\n");
        assert_eq!(text(&folder, "app.log.000001").unwrap(), "0123456789\n");
    }
}
