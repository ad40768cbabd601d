//! Parts of a sweep, put together: all of them, each once, of one sweep, or nothing.

use super::error::CampaignError;
use super::part::{self, Head, Index};
use super::plan::{Plan, Shard};
use crate::study::SweepPoint;
use std::collections::BTreeMap;
use std::fs::File;
use std::path::{Path, PathBuf};

/// All parts of a sweep, checked. Points are read one at a time: a sweep need not fit into memory.
#[derive(Debug)]
pub struct Merged {
    /// What was swept.
    pub plan: Plan,
    parts: Vec<Open>,
}

#[derive(Debug)]
struct Open {
    path: PathBuf,
    file: File,
    index: Index,
}

impl Merged {
    /// Opens parts: files, or folders that hold them.
    ///
    /// # Errors
    /// A part is missing, unfinished, there twice, of another sweep, or no part at all; a file cannot be read.
    pub fn open(given: &[PathBuf]) -> Result<Self, CampaignError> {
        let mut files = Vec::new();
        for path in given {
            if path.is_dir() {
                let found = part::parts_in(path)?;
                if found.is_empty() {
                    return Err(CampaignError::NoParts { folder: path.clone() });
                }
                files.extend(found);
            } else {
                files.push(path.clone());
            }
        }
        let mut first: Option<(PathBuf, Head)> = None;
        let mut parts: BTreeMap<usize, Open> = BTreeMap::new();
        for path in files {
            let mut file = File::open(&path).map_err(CampaignError::at(&path))?;
            // Killed before its first line was whole: as if it were not there.
            let (Some(head), index, _) = part::read(&mut file, &path)? else { continue };
            check(&path, &head, &index)?;
            let (_, own) = first.get_or_insert_with(|| (path.clone(), head.clone()));
            if own.plan != head.plan {
                return Err(CampaignError::foreign(&path, &own.plan, &head.plan));
            }
            if own.shard.of != head.shard.of {
                return Err(CampaignError::OtherCut { path, its: head.shard, own: own.shard });
            }
            if let Some(other) = parts.get(&head.shard.number) {
                let first = other.path.clone();
                return Err(CampaignError::Doubled { first, second: path, shard: head.shard });
            }
            parts.insert(head.shard.number, Open { path, file, index });
        }
        let Some((_, Head { plan, shard, .. })) = first else {
            let folder = given.first().cloned().unwrap_or_default();
            return Err(CampaignError::NoParts { folder });
        };
        let numbers: Vec<usize> = (0..shard.of).filter(|number| !parts.contains_key(number)).collect();
        if !numbers.is_empty() {
            return Err(CampaignError::Missing { of: shard.of, numbers });
        }
        Ok(Self { plan, parts: parts.into_values().collect() })
    }

    /// Returns the figures of a point; there are `plan.points` of them.
    ///
    /// # Errors
    /// Its part cannot be read any more.
    pub fn point(&mut self, point: usize) -> Result<SweepPoint, CampaignError> {
        let of = self.parts.len();
        let Open { path, file, index } = &mut self.parts[point % of];
        let place = index.get(&point).copied();
        let place = place.ok_or_else(|| CampaignError::Incomplete {
            path: path.clone(),
            first: point,
            lacking: 1,
        })?;
        part::record(file, path, place)
    }
}

/// A part holds all of its points and no others.
fn check(path: &Path, head: &Head, index: &Index) -> Result<(), CampaignError> {
    let shard = head.shard;
    let astray = index.keys().find(|point| !shard.holds(**point) || **point >= head.plan.points);
    if let Some(point) = astray {
        return Err(CampaignError::Astray { path: path.to_owned(), shard, point: *point });
    }
    let mut lacking = own_points(head).filter(|point| !index.contains_key(point));
    match lacking.next() {
        Some(first) => {
            Err(CampaignError::Incomplete { path: path.to_owned(), first, lacking: 1 + lacking.count() })
        }
        None => Ok(()),
    }
}

fn own_points(head: &Head) -> impl Iterator<Item = usize> {
    let Shard { number, of } = head.shard;
    (number..head.plan.points).step_by(of)
}
