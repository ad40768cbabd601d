//! A small disk for what agents write, so that it can be full.

use super::error::LabError;
use std::path::{Path, PathBuf};

/// A small disk in memory for what agents write.
#[derive(Debug)]
pub(super) struct Disk {
    path: PathBuf,
}

impl Disk {
    /// Mounts a file system in memory of so many bytes.
    ///
    /// # Errors
    /// The user may not mount.
    pub(super) fn mount(path: &Path, bytes: u64) -> Result<Self, LabError> {
        std::fs::create_dir_all(path)
            .map_err(LabError::system(format!("cannot create {}", path.display())))?;
        let size = std::ffi::CString::new(format!("size={bytes}")).unwrap_or_default();
        let mounted = rustix::mount::mount(
            "loghaul-lab",
            path,
            "tmpfs",
            rustix::mount::MountFlags::empty(),
            size.as_c_str(),
        );
        mounted.map_err(|e| {
            let problem = format!(
                "cannot be made: {e}; mounting a file system needs root, or a user namespace: unshare -Urm"
            );
            LabError::input("disk", problem)
        })?;
        Ok(Self { path: path.to_owned() })
    }
}

impl Drop for Disk {
    fn drop(&mut self) {
        let _ = rustix::mount::unmount(&self.path, rustix::mount::UnmountFlags::DETACH);
    }
}
