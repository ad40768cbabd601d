//! A part of a sweep on disk: a line that says what it is, then a line a point, written as points finish.
//!
//! A part that is under way has another name than one that holds all of its points, and becomes that by being renamed.
//! Whoever is killed leaves whole lines and at most one that is not: whole lines count, the rest is cut off.

use super::error::CampaignError;
use super::plan::{Plan, Shard};
use crate::study::SweepPoint;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::fs::{File, OpenOptions, TryLockError};
use std::io::{BufRead, BufReader, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};

/// The first line of a part.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Head {
    /// The form of the file.
    pub form: String,
    pub shard: Shard,
    pub plan: Plan,
}

/// The form of parts; another form is another file.
const FORM: &str = "loghaul.sweep-part/v1";

impl Head {
    pub(super) fn new(plan: Plan, shard: Shard) -> Self {
        Self { form: FORM.to_owned(), shard, plan }
    }
}

/// A line of a part.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Record {
    /// The point's index.
    pub point: usize,
    pub figures: SweepPoint,
}

/// Where the record of each point is: its offset and its length, in bytes.
pub(super) type Index = BTreeMap<usize, (u64, usize)>;

/// A part that is being written.
#[derive(Debug)]
pub struct Part {
    file: File,
    under_way: PathBuf,
    finished: PathBuf,
    index: Index,
}

impl Part {
    /// Opens a part in a folder: begins it, or goes on with what is there of the same plan.
    ///
    /// # Errors
    /// The folder holds a part of another sweep; or this one, and `resume` does not ask to go on with it; or another
    /// process writes it; or the folder cannot be written to.
    pub fn open(folder: &Path, plan: &Plan, shard: Shard, resume: bool) -> Result<Self, CampaignError> {
        std::fs::create_dir_all(folder).map_err(CampaignError::at(folder))?;
        refuse_others(folder, plan, shard)?;
        let finished = folder.join(shard.file_name());
        let under_way = folder.join(format!("{}.partial", shard.file_name()));
        let is_there = finished.exists() || under_way.exists();
        if is_there && !resume {
            return Err(CampaignError::Unfinished { folder: folder.to_owned(), shard });
        }
        let path = if finished.exists() { &finished } else { &under_way };
        let options = OpenOptions::new().read(true).write(true).create(true).truncate(false).clone();
        let mut file = options.open(path).map_err(CampaignError::at(path))?;
        match file.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => return Err(CampaignError::InUse { path: path.clone() }),
            Err(TryLockError::Error(error)) => return Err(CampaignError::at(path)(error)),
        }
        let head = Head::new(plan.clone(), shard);
        let (found, index, end) = read(&mut file, path)?;
        match found {
            // Not even its first line was written whole.
            None => {
                file.set_len(0).map_err(CampaignError::at(path))?;
                file.rewind().map_err(CampaignError::at(path))?;
                append(&mut file, path, &head)?;
            }
            Some(found) if found == head => {
                file.set_len(end).map_err(CampaignError::at(path))?;
                file.seek(SeekFrom::Start(end)).map_err(CampaignError::at(path))?;
            }
            Some(found) => return Err(CampaignError::foreign(path, plan, &found.plan)),
        }
        Ok(Self { file, under_way, finished, index })
    }

    /// Returns whether a point's figures are there.
    pub fn has(&self, point: usize) -> bool {
        self.index.contains_key(&point)
    }

    /// Writes a point's figures.
    ///
    /// # Errors
    /// The file cannot be written to; what was there before still is.
    pub fn add(&mut self, point: usize, figures: SweepPoint) -> Result<(), CampaignError> {
        let from = self.file.stream_position().map_err(CampaignError::at(&self.under_way))?;
        let length = append(&mut self.file, &self.under_way, &Record { point, figures })?;
        self.index.insert(point, (from, length));
        Ok(())
    }

    /// Gives the part the name of one that holds all of its points, and returns that.
    ///
    /// # Errors
    /// It cannot be renamed.
    pub fn finish(self) -> Result<PathBuf, CampaignError> {
        self.file.sync_all().map_err(CampaignError::at(&self.under_way))?;
        if self.under_way.exists() {
            std::fs::rename(&self.under_way, &self.finished).map_err(CampaignError::at(&self.finished))?;
        }
        Ok(self.finished)
    }
}

/// Writes a line at once, and returns its bytes without the end of the line.
fn append(file: &mut File, path: &Path, line: &impl Serialize) -> Result<usize, CampaignError> {
    let mut text = serde_json::to_string(line).map_err(|e| CampaignError::at(path)(e.into()))?;
    let length = text.len();
    text.push('\n');
    file.write_all(text.as_bytes()).and_then(|()| file.flush()).map_err(CampaignError::at(path))?;
    Ok(length)
}

/// Reads a part: its head, where its records are, and where its last whole line ends.
pub(super) fn read(file: &mut File, path: &Path) -> Result<(Option<Head>, Index, u64), CampaignError> {
    let mut lines = BufReader::new(&*file);
    let (mut head, mut index, mut end) = (None, Index::new(), 0);
    let mut line = Vec::new();
    for number in 1.. {
        line.clear();
        let bytes = lines.read_until(b'\n', &mut line).map_err(CampaignError::at(path))?;
        if bytes == 0 || line.last() != Some(&b'\n') {
            break;
        }
        let broken = |e: serde_json::Error| CampaignError::Line {
            path: path.to_owned(),
            line: number,
            problem: e.to_string(),
        };
        if head.is_none() {
            head = Some(serde_json::from_slice::<Head>(&line).map_err(broken)?);
        } else {
            let record: Record = serde_json::from_slice(&line).map_err(broken)?;
            if index.insert(record.point, (end, bytes - 1)).is_some() {
                let problem = format!("point {} is there twice", record.point);
                return Err(CampaignError::Line { path: path.to_owned(), line: number, problem });
            }
        }
        end += bytes as u64;
    }
    if let Some(head) = &head
        && head.form != FORM
    {
        let problem = format!("the form is {:?}; this version reads {FORM:?}", head.form);
        return Err(CampaignError::Line { path: path.to_owned(), line: 1, problem });
    }
    Ok((head, index, end))
}

/// Reads one record.
pub(super) fn record(
    file: &mut File,
    path: &Path,
    (from, length): (u64, usize),
) -> Result<SweepPoint, CampaignError> {
    let mut text = vec![0; length];
    file.seek(SeekFrom::Start(from))
        .and_then(|_| file.read_exact(&mut text))
        .map_err(CampaignError::at(path))?;
    let record: Record = serde_json::from_slice(&text).map_err(|e| CampaignError::at(path)(e.into()))?;
    Ok(record.figures)
}

/// Parts in a folder, finished or under way, by name.
pub(super) fn parts_in(folder: &Path) -> Result<Vec<PathBuf>, CampaignError> {
    let entries = std::fs::read_dir(folder).map_err(CampaignError::at(folder))?;
    let mut found = Vec::new();
    for entry in entries {
        let path = entry.map_err(CampaignError::at(folder))?.path();
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        if name.starts_with("part-") && (name.ends_with(".jsonl") || name.ends_with(".jsonl.partial")) {
            found.push(path);
        }
    }
    found.sort();
    Ok(found)
}

/// A folder holds parts of one sweep, cut into one number of parts.
fn refuse_others(folder: &Path, plan: &Plan, shard: Shard) -> Result<(), CampaignError> {
    for path in parts_in(folder)? {
        let mut first = String::new();
        let file = File::open(&path).map_err(CampaignError::at(&path))?;
        BufReader::new(file).read_line(&mut first).map_err(CampaignError::at(&path))?;
        // One that was killed before its first line was whole says nothing yet.
        let Some(line) = first.strip_suffix('\n') else { continue };
        let head: Head = serde_json::from_str(line).map_err(|e| CampaignError::Line {
            path: path.clone(),
            line: 1,
            problem: e.to_string(),
        })?;
        if head.plan != *plan {
            return Err(CampaignError::foreign(&path, plan, &head.plan));
        }
        if head.shard.of != shard.of {
            return Err(CampaignError::OtherCut { path, its: head.shard, own: shard });
        }
    }
    Ok(())
}
