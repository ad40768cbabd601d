//! Limits of CPU and memory by cgroup v2, where the user may set them.

use super::error::LabError;
use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

/// What a limit needs.
const CONTROLLERS: [&str; 2] = ["cpu", "memory"];

/// The length of the period that a share of CPU is given for, in microseconds: the kernel's default.
const PERIOD_US: u64 = 100_000;

/// A cgroup of the lab's own, removed when it is dropped.
#[derive(Debug)]
pub struct Cgroup {
    path: PathBuf,
}

impl Cgroup {
    /// Makes one below the lab's own, or below the nearest above that hands on CPU and memory.
    ///
    /// # Errors
    /// There is no cgroup v2 here, or none that this user may divide. The message says which, and what to do.
    pub fn create(name: &str) -> Result<Self, LabError> {
        let mounts = procfs::process::Process::myself().and_then(|p| p.mountinfo());
        let mount = mounts.into_iter().flatten().find(|m| m.fs_type == "cgroup2").map(|m| m.mount_point);
        let mount = mount.ok_or_else(|| refused("there is no cgroup v2 on this machine"))?;
        let own = fs::read_to_string("/proc/self/cgroup").unwrap_or_default();
        let own = own.lines().find_map(|line| line.strip_prefix("0::")).unwrap_or("/");
        Self::create_below(&mount, own.trim_start_matches('/'), name)
    }

    fn create_below(mount: &Path, own: &str, name: &str) -> Result<Self, LabError> {
        let own = mount.join(own);
        let hands_on = |folder: &&Path| {
            let handed = fs::read_to_string(folder.join("cgroup.subtree_control")).unwrap_or_default();
            CONTROLLERS.iter().all(|c| handed.split_whitespace().any(|h| h == *c))
        };
        let above = own.ancestors().take_while(|folder| folder.starts_with(mount));
        let Some(parent) = above.into_iter().find(hands_on) else {
            let problem = format!(
                "no cgroup from {} up to {} hands on cpu and memory; start the lab with: systemd-run --user --scope \
                 -p Delegate=yes loghaul lab …",
                own.display(),
                mount.display()
            );
            return Err(refused(&problem));
        };
        let path = parent.join(name);
        fs::create_dir(&path).map_err(|e| refused(&format!("{} cannot be made: {e}", path.display())))?;
        Ok(Self { path })
    }

    /// Where it is.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Limits its CPU, in cores.
    ///
    /// # Errors
    /// The kernel refuses.
    pub fn limit_cpu(&self, cores: f64) -> Result<(), LabError> {
        self.set("cpu.max", &format!("{} {PERIOD_US}", (cores * PERIOD_US as f64).round().max(1000.0)))
    }

    /// Limits its memory, in bytes.
    ///
    /// # Errors
    /// The kernel refuses.
    pub fn limit_memory(&self, bytes: u64) -> Result<(), LabError> {
        self.set("memory.max", &bytes.to_string())
    }

    fn set(&self, file: &str, text: &str) -> Result<(), LabError> {
        let path = self.path.join(file);
        fs::write(&path, text)
            .map_err(LabError::system(format!("cannot write {text:?} to {}", path.display())))
    }

    /// CPU that it has used.
    pub fn cpu(&self) -> Option<Duration> {
        let text = fs::read_to_string(self.path.join("cpu.stat")).ok()?;
        let used = text.lines().find_map(|line| line.strip_prefix("usage_usec "))?;
        used.trim().parse().ok().map(Duration::from_micros)
    }
}

impl Drop for Cgroup {
    fn drop(&mut self) {
        // It can be removed as soon as its last process is gone, which has been waited for.
        let _ = fs::remove_dir(&self.path);
    }
}

fn refused(problem: &str) -> LabError {
    LabError::input("limits of CPU and memory", format!("cannot be set: {problem}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn limits_are_written_below_the_nearest_that_hands_on_both() {
        let mount = tempfile::tempdir().unwrap();
        let at = |path: &str| mount.path().join(path);
        fs::create_dir_all(at("user/session")).unwrap();
        fs::write(at("cgroup.subtree_control"), "cpu io memory pids\n").unwrap();
        fs::write(at("user/cgroup.subtree_control"), "memory\n").unwrap();
        let cgroup = Cgroup::create_below(mount.path(), "user/session", "lab-1").unwrap();
        assert_eq!(cgroup.path(), at("lab-1"));
        cgroup.limit_cpu(0.25).unwrap();
        cgroup.limit_memory(64 << 20).unwrap();
        // A quarter of a period of 100 ms; 64 MiB.
        assert_eq!(fs::read_to_string(at("lab-1/cpu.max")).unwrap(), "25000 100000");
        assert_eq!(fs::read_to_string(at("lab-1/memory.max")).unwrap(), "67108864");
        fs::write(at("lab-1/cpu.stat"), "usage_usec 1500\nuser_usec 1000\n").unwrap();
        assert_eq!(cgroup.cpu(), Some(Duration::from_micros(1500)));
    }

    #[test]
    fn where_nothing_is_handed_on_the_reason_is_said() {
        let mount = tempfile::tempdir().unwrap();
        let error = Cgroup::create_below(mount.path(), "", "lab-1").unwrap_err();
        assert!(error.to_string().contains("hands on cpu and memory"), "{error}");
    }
}
