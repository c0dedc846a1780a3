//! Where things are, and how commands are run there.

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
    /// Cargo names the manifest of the crate that it runs; the repository is one above.
    pub fn find() -> Result<Self> {
        let manifest = Path::new(env!("CARGO_MANIFEST_DIR"));
        let root = manifest.parent().context("xtask has no parent folder")?.to_owned();
        Ok(Self { root })
    }

    pub fn path(&self, relative: &str) -> PathBuf {
        self.root.join(relative)
    }

    /// Build results. `CARGO_TARGET_DIR` is not heeded: figures and logs have one fixed place.
    pub fn target(&self, relative: &str) -> PathBuf {
        self.root.join("target").join(relative)
    }

    /// A program of PATH, with our Node (if one was brought) first on it.
    pub fn command(&self, program: &str) -> Command {
        let mut command = Command::new(program);
        command.current_dir(&self.root).env("PATH", self.search_path()).env("CARGO_TARGET_DIR", self.target(""));
        command
    }

    /// PATH for children: the Node that was brought comes first.
    pub fn search_path(&self) -> OsString {
        let ours = self.target("tools/node_modules/node/bin");
        let rest = std::env::var_os("PATH").unwrap_or_default();
        if !ours.join("node").exists() {
            return rest;
        }
        std::env::join_paths(std::iter::once(ours).chain(std::env::split_paths(&rest))).unwrap_or(rest)
    }

    /// Runs `cargo` with these arguments.
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

/// Runs a command to its end; its output is the user's.
pub fn run(command: &mut Command) -> Result<()> {
    let words = std::iter::once(command.get_program()).chain(command.get_args());
    let shown = words.map(|word| word.to_string_lossy()).collect::<Vec<_>>().join(" ");
    let status = command.status().with_context(|| format!("cannot start {shown}"))?;
    if !status.success() {
        bail!("{shown} ended with {status}");
    }
    Ok(())
}
