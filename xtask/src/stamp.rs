//! Stamps: a digest of a step's inputs decides whether the step must run again.

use anyhow::{Context, Result};
use sha2::{Digest, Sha256};
use std::path::{Path, PathBuf};

/// Remembers the digest of a step's inputs in a file.
pub struct Stamp {
    file: PathBuf,
    digest: String,
}

impl Stamp {
    /// Computes the digest of `inputs`: files, and folders without the build results in them.
    pub fn of(root: &Path, folder: &Path, name: &str, inputs: &[&str]) -> Result<Self> {
        let mut files = Vec::new();
        for input in inputs {
            list_files(&root.join(input), &mut files)?;
        }
        files.sort();
        let mut hash = Sha256::new();
        for file in files {
            // Relative, so that a copied checkout keeps its stamps.
            hash.update(file.strip_prefix(root).unwrap_or(&file).to_string_lossy().as_bytes());
            hash.update([0]);
            hash.update(std::fs::read(&file).with_context(|| format!("cannot read {}", file.display()))?);
            hash.update([0]);
        }
        let digest = hash.finalize().iter().map(|byte| format!("{byte:02x}")).collect();
        Ok(Self { file: folder.join(name), digest })
    }

    /// Returns whether the inputs are those of the last stamp.
    pub fn is_current(&self) -> bool {
        std::fs::read_to_string(&self.file).is_ok_and(|stamped| stamped == self.digest)
    }

    /// Records that the step is done.
    pub fn write(&self) -> Result<()> {
        if let Some(folder) = self.file.parent() {
            std::fs::create_dir_all(folder)?;
        }
        std::fs::write(&self.file, &self.digest).with_context(|| format!("cannot write {}", self.file.display()))
    }
}

/// Lists the files below `path`, without build results.
pub fn list_files(path: &Path, files: &mut Vec<PathBuf>) -> Result<()> {
    let Ok(metadata) = std::fs::metadata(path) else { return Ok(()) };
    if metadata.is_file() {
        files.push(path.to_owned());
        return Ok(());
    }
    let name = path.file_name().unwrap_or_default();
    if ["node_modules", "dist", "dist-types", "generated", "target", "snapshots"].iter().any(|built| name == *built) {
        return Ok(());
    }
    for entry in std::fs::read_dir(path)? {
        list_files(&entry?.path(), files)?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_copied_checkout_keeps_its_stamps() {
        let folder = tempfile::tempdir().unwrap();
        let stamps = folder.path().join("stamps");
        let stamp = |root: &str| {
            let root = folder.path().join(root);
            std::fs::create_dir_all(&root).unwrap();
            std::fs::write(root.join("input"), "1").unwrap();
            Stamp::of(&root, &stamps, "s", &["input"]).unwrap()
        };
        stamp("original").write().unwrap();
        assert!(stamp("copy").is_current());
    }

    #[test]
    fn a_stamp_is_current_until_an_input_changes() {
        let folder = tempfile::tempdir().unwrap();
        let root = folder.path();
        std::fs::create_dir_all(root.join("src/dist")).unwrap();
        std::fs::write(root.join("src/a"), "1").unwrap();
        let stamp = || Stamp::of(root, &root.join("stamps"), "s", &["src", "missing"]).unwrap();
        assert!(!stamp().is_current());
        stamp().write().unwrap();
        assert!(stamp().is_current());
        std::fs::write(root.join("src/dist/built"), "x").unwrap();
        assert!(stamp().is_current(), "build results do not count");
        std::fs::write(root.join("src/a"), "2").unwrap();
        assert!(!stamp().is_current());
    }
}
