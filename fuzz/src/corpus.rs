//! What mutation begins with: `fuzz/corpus/TARGET`, what was found before in `fuzz/found/TARGET`, and files of the
//! repository that are such inputs already.

use super::targets::Target;
use std::path::Path;

/// Texts of a target, in the order of their names; `root` is that of the repository.
pub(crate) fn of(target: &Target, root: &Path) -> Vec<Vec<u8>> {
    let mut texts = found(target, root);
    for folder in std::iter::once(format!("fuzz/corpus/{}", target.name))
        .chain(target.also.iter().map(|s| (*s).to_owned()))
    {
        texts.extend(files(&root.join(folder)));
    }
    texts
}

/// Inputs that broke something once.
pub(crate) fn found(target: &Target, root: &Path) -> Vec<Vec<u8>> {
    files(&root.join("fuzz/found").join(target.name))
}

/// A file, or all files of a folder.
fn files(path: &Path) -> Vec<Vec<u8>> {
    if let Ok(text) = std::fs::read(path) {
        return vec![text];
    }
    let mut paths: Vec<_> =
        std::fs::read_dir(path).into_iter().flatten().filter_map(|entry| Some(entry.ok()?.path())).collect();
    paths.sort();
    paths.iter().filter_map(|path| std::fs::read(path).ok()).collect()
}
