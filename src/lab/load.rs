//! What is written: how many files, how fast, in which form, and how they are rotated or replaced.

use super::line::{Form, Sizes};
use super::log_file::Rotation;
use super::pace::Pace;
use std::path::{Path, PathBuf};
use std::time::Duration;

/// Files that are written alike.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Group {
    /// How many.
    pub files: u32,
    /// How fast each is written.
    pub pace: Pace,
    /// Whether they are rotated, where files are.
    pub rotates: bool,
}

/// Files that do not last: one after the other in the same place, as pods of jobs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Lives {
    /// How long a file is written.
    pub lasts: Duration,
    /// How long it stays after that before it is deleted with its folder.
    pub remains: Duration,
}

/// How lines are handed to the kernel.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Calls {
    /// A call for each line, as container runtimes do.
    #[default]
    Line,
    /// A call for all lines of a file that are due, as an application with a buffer does.
    Tick,
}

/// The load of one measurement.
#[derive(Clone, Debug, PartialEq)]
pub struct Load {
    /// Files, in the order of their numbers.
    pub groups: Vec<Group>,
    /// Time between writes; all files are written at the same instants.
    pub tick: Duration,
    /// What stands on a line.
    pub form: Form,
    /// Bytes of payloads.
    pub sizes: Sizes,
    /// Whether and how files are rotated.
    pub rotation: Option<Rotation>,
    /// Whether files are replaced.
    pub lives: Option<Lives>,
    /// How they are written.
    pub calls: Calls,
}

impl Load {
    /// Files that are written at the same time.
    pub fn slots(&self) -> u32 {
        self.groups.iter().map(|g| g.files).sum()
    }

    /// Files with numbers of their own that there will be in so much time.
    pub fn files_in(&self, time: Duration) -> u32 {
        let lives = self.lives.map_or(1, |l| time.as_nanos().div_ceil(l.lasts.as_nanos().max(1)).max(1));
        self.slots() * u32::try_from(lives).unwrap_or(u32::MAX / self.slots().max(1))
    }

    /// The group that a file belongs to.
    pub fn group_of(&self, slot: u32) -> Option<&Group> {
        let mut behind = slot;
        self.groups.iter().find(|group| {
            let found = behind < group.files;
            behind = behind.saturating_sub(group.files);
            found
        })
    }

    /// Lines a second of all files.
    pub fn lines_per_s(&self) -> f64 {
        self.groups.iter().map(|g| f64::from(g.files) * g.pace.lines_per_s).sum()
    }

    /// Bytes of a line on disk, on the mean.
    pub fn line_bytes(&self) -> f64 {
        self.sizes.mean() + self.form.overhead() as f64
    }
}

/// Where a file lies: each has a folder of its own, as volumes of pods are.
pub fn path_of(logs: &Path, file: u32) -> PathBuf {
    logs.join(format!("{file:04}")).join("app.log")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn groups_follow_each_other_and_lives_need_more_numbers() {
        let group =
            |files, lines_per_s| Group { files, pace: Pace { lines_per_s, burst: None }, rotates: false };
        let load = Load {
            groups: vec![group(19, 50.0), group(1, 5000.0)],
            tick: Duration::from_millis(5),
            form: Form::Cri,
            sizes: Sizes::Constant(200),
            rotation: None,
            lives: Some(Lives { lasts: Duration::from_secs(2), remains: Duration::ZERO }),
            calls: Calls::Line,
        };
        assert_eq!(load.group_of(18).unwrap().pace.lines_per_s, 50.0);
        assert_eq!(load.group_of(19).unwrap().pace.lines_per_s, 5000.0);
        assert!(load.group_of(20).is_none());
        // 19 · 50 + 5,000; five seconds hold three lives of two seconds; 200 + 41 bytes.
        assert_eq!((load.lines_per_s(), load.files_in(Duration::from_secs(5))), (5950.0, 60));
        assert_eq!(load.line_bytes(), 241.0);
    }
}
