//! The repository's folders, and the commands that run in them.

use anyhow::{Context, Result, bail};
use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::Command;

/// The repository.
#[derive(Clone)]
pub struct Workspace {
    pub root: PathBuf,
}

impl Workspace {
    /// Finds the repository that `cargo run` was called in, else the one around the current folder.
    ///
    /// The path is read at run time: a compiled xtask may have been copied together with its checkout.
    pub fn find() -> Result<Self> {
        let manifest = std::env::var_os("CARGO_MANIFEST_DIR").map(PathBuf::from);
        let start = manifest.map_or_else(std::env::current_dir, Ok).context("the current folder is unknown")?;
        Self::around(&start)
    }

    /// Finds the nearest folder at or above `start` that has both `Cargo.lock` and `xtask`.
    fn around(start: &Path) -> Result<Self> {
        let is_root = |folder: &&Path| folder.join("Cargo.lock").is_file() && folder.join("xtask/Cargo.toml").is_file();
        let root = start.ancestors().find(is_root);
        let root = root.with_context(|| format!("{} is not inside this repository", start.display()))?;
        Ok(Self { root: root.to_owned() })
    }

    pub fn path(&self, relative: &str) -> PathBuf {
        self.root.join(relative)
    }

    /// Returns a path below `target/`. `CARGO_TARGET_DIR` is ignored: figures and logs have one fixed place.
    pub fn target(&self, relative: &str) -> PathBuf {
        self.root.join("target").join(relative)
    }

    /// Returns a command that runs in the repository, with our Node (if installed) first on PATH.
    pub fn command(&self, program: &str) -> Command {
        let mut command = Command::new(program);
        command.current_dir(&self.root).env("PATH", self.search_path()).env("CARGO_TARGET_DIR", self.target(""));
        command
    }

    /// Returns PATH for children: the Node in `target/tools` comes first.
    pub fn search_path(&self) -> OsString {
        let ours = self.target("tools/node_modules/node/bin");
        let rest = std::env::var_os("PATH").unwrap_or_default();
        if !ours.join("node").exists() {
            return rest;
        }
        std::env::join_paths(std::iter::once(ours).chain(std::env::split_paths(&rest))).unwrap_or(rest)
    }

    /// Returns a command for `cargo` with these arguments.
    pub fn cargo(&self, arguments: &[&str]) -> Command {
        let mut command = self.command("cargo");
        command.args(arguments);
        // Cargo sets these for xtask itself; its children are other crates.
        for (name, _) in std::env::vars_os() {
            if name.to_string_lossy().starts_with("CARGO_PKG_") || name == "CARGO_MANIFEST_DIR" {
                command.env_remove(name);
            }
        }
        command
    }

    /// Removes what was built; with `all` also what was installed.
    pub fn clean(&self, all: bool) -> Result<()> {
        let mut doomed = vec!["pkg-js/core/dist", "www/app/dist", "www/backend/dist", "dist-types", "target/xtask"];
        if all {
            doomed.extend(["node_modules", "target"]);
        }
        for relative in doomed {
            let path = self.path(relative);
            if path.exists() {
                println!("removing {relative}");
                std::fs::remove_dir_all(&path).with_context(|| format!("cannot remove {}", path.display()))?;
            }
        }
        Ok(())
    }
}

/// Runs a command to its end and returns what it printed.
pub fn output(command: &mut Command) -> Result<String> {
    let shown = shown(command);
    let output = command.output().with_context(|| format!("cannot start {shown}"))?;
    if !output.status.success() {
        bail!("{shown} ended with {}:\n{}", output.status, String::from_utf8_lossy(&output.stderr));
    }
    String::from_utf8(output.stdout).with_context(|| format!("{shown} printed no UTF-8"))
}

/// Runs a command to its end; its output goes to the terminal.
pub fn run(command: &mut Command) -> Result<()> {
    let shown = shown(command);
    let status = command.status().with_context(|| format!("cannot start {shown}"))?;
    if !status.success() {
        bail!("{shown} ended with {status}");
    }
    Ok(())
}

/// Returns a command as somebody would type it.
fn shown(command: &Command) -> String {
    let words = std::iter::once(command.get_program()).chain(command.get_args());
    words.map(|word| word.to_string_lossy()).collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_copied_checkout_is_found_from_any_folder_inside_it() {
        let folder = tempfile::tempdir().unwrap();
        let copy = folder.path().join("copy");
        let inside = copy.join("xtask/src");
        std::fs::create_dir_all(&inside).unwrap();
        std::fs::write(copy.join("Cargo.lock"), "").unwrap();
        std::fs::write(copy.join("xtask/Cargo.toml"), "").unwrap();
        assert_eq!(Workspace::around(&inside).unwrap().root, copy);
        assert_eq!(Workspace::around(&copy).unwrap().root, copy);
        let message = Workspace::around(folder.path()).err().unwrap().to_string();
        assert!(message.contains("is not inside this repository"), "{message}");
    }
}
