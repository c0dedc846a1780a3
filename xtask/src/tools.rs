//! What a fresh machine lacks: the wasm target, Node 22 or 24, npm packages, Chromium.

use crate::stamp::Stamp;
use crate::step::{skipped, step};
use crate::workspace::{Workspace, run};
use anyhow::{Context, Result, bail};
use std::path::PathBuf;
use std::process::{Command, Stdio};

/// `rustup target add`, where it is missing.
pub fn wasm_target(workspace: &Workspace) -> Result<()> {
    let sysroot = workspace.command("rustc").args(["--print", "sysroot"]).output().context("rustc does not run")?;
    let sysroot = PathBuf::from(String::from_utf8_lossy(&sysroot.stdout).trim());
    if sysroot.join("lib/rustlib/wasm32-unknown-unknown/lib").exists() {
        return Ok(());
    }
    step("add the wasm32-unknown-unknown target", || {
        run(workspace.command("rustup").args(["target", "add", "wasm32-unknown-unknown"])).context(
            "rustup could not add the target; where a distribution packages Rust, install its wasm32 standard library",
        )
    })
}

fn node_major(workspace: &Workspace) -> Option<u32> {
    let output = workspace.command("node").arg("--version").output().ok()?;
    String::from_utf8_lossy(&output.stdout).trim().strip_prefix('v')?.split('.').next()?.parse().ok()
}

/// Installs Node 24 from npm into `target/tools`, unless the machine has one of the versions that Backstage supports: 22 and 24.
pub fn node(workspace: &Workspace) -> Result<()> {
    match node_major(workspace) {
        Some(22 | 24) => return Ok(()),
        None => bail!("Node is not installed: install any version of Node with npm; the right one is brought from npm"),
        Some(_) => {}
    }
    let tools = workspace.target("tools");
    std::fs::create_dir_all(&tools)?;
    step("bring Node 24 from npm into target/tools", || {
        let mut npm = workspace.command("npm");
        npm.args(["install", "--no-save", "--no-audit", "--no-fund", "--foreground-scripts", "--prefix"]);
        run(npm.arg(&tools).arg("node@24").stdout(Stdio::null()).stderr(Stdio::null()))?;
        match node_major(workspace) {
            Some(24) => Ok(()),
            other => bail!("npm installed `node@24`, but node answers with {other:?}"),
        }
    })
}

/// `npm ci`, where the lock file changed since the last one.
pub fn npm_packages(workspace: &Workspace) -> Result<()> {
    let name = "install npm packages";
    let stamp = Stamp::of(&workspace.root, &workspace.target("xtask/stamps"), "npm", &["package-lock.json", ".npmrc"])?;
    if stamp.is_current() && workspace.path("node_modules/.package-lock.json").exists() {
        skipped(name);
        return Ok(());
    }
    step(name, || {
        run(workspace.command("npm").args(["ci", "--no-audit", "--no-fund", "--loglevel=error"]))?;
        stamp.write()
    })
}

/// A Chromium, installed where that is possible. `CHROMIUM` names another one.
pub fn chromium(workspace: &Workspace) -> Result<PathBuf> {
    if let Some(found) = find_chromium() {
        return Ok(found);
    }
    let is_root = Command::new("id").arg("-u").output().is_ok_and(|o| o.stdout.starts_with(b"0\n"));
    if is_root && on_path("apt-get").is_some() {
        step("install Chromium from Debian's packages", || {
            run(workspace.command("apt-get").args(["update", "-qq"]))?;
            let mut install = workspace.command("apt-get");
            install
                .args(["install", "-y", "-qq", "chromium", "chromium-driver"])
                .env("DEBIAN_FRONTEND", "noninteractive");
            run(install.stdout(Stdio::null()))
        })?;
    }
    find_chromium().context(
        "no Chromium found: install the packages `chromium` and `chromium-driver` (Debian, Ubuntu) or Google Chrome with chromedriver, or set CHROMIUM to its path",
    )
}

fn find_chromium() -> Option<PathBuf> {
    if let Some(named) = std::env::var_os("CHROMIUM") {
        return Some(PathBuf::from(named)).filter(|path| path.exists());
    }
    ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable"].iter().find_map(|name| on_path(name))
}

/// Where a program is, by PATH.
pub fn on_path(program: &str) -> Option<PathBuf> {
    std::env::split_paths(&std::env::var_os("PATH")?).map(|folder| folder.join(program)).find(|path| path.is_file())
}
