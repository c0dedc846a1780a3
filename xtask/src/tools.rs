//! Installation of what a fresh machine lacks: the wasm target, Node 22 or 24, npm packages, Chromium with its driver.

use crate::stamp::Stamp;
use crate::step::{skipped, step};
use crate::workspace::{Workspace, run};
use anyhow::{Context, Result, bail};
use std::path::PathBuf;
use std::process::{Command, Stdio};

/// Adds the wasm target unless it is installed.
pub fn wasm_target(workspace: &Workspace) -> Result<()> {
    let sysroot = workspace.command("rustc").args(["--print", "sysroot"]).output().context("rustc does not run")?;
    let sysroot = PathBuf::from(String::from_utf8_lossy(&sysroot.stdout).trim());
    if sysroot.join("lib/rustlib/wasm32-unknown-unknown/lib").exists() {
        return Ok(());
    }
    step("add the wasm32-unknown-unknown target", || {
        run(workspace.command("rustup").args(["target", "add", "wasm32-unknown-unknown"]))
            .context("rustup cannot add the target; if Rust came from a distribution, install its package for wasm32")
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
        None => bail!("Node is missing: install Node (any version) with npm; xtask fetches the right version from npm"),
        Some(_) => {}
    }
    let tools = workspace.target("tools");
    std::fs::create_dir_all(&tools)?;
    step("install Node 24 from npm into target/tools", || {
        let mut npm = workspace.command("npm");
        npm.args(["install", "--no-save", "--no-audit", "--no-fund", "--foreground-scripts", "--prefix"]);
        run(npm.arg(&tools).arg("node@24").stdout(Stdio::null()).stderr(Stdio::null()))?;
        match node_major(workspace) {
            Some(24) => Ok(()),
            other => bail!("npm installed `node@24`, but `node --version` reports {other:?}"),
        }
    })
}

/// Runs `npm ci` when the lock file has changed since the last run.
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

/// Returns the path of a Chromium, and installs one where that is possible. `CHROMIUM` names another one.
pub fn chromium(workspace: &Workspace) -> Result<PathBuf> {
    install_browser_unless(workspace, find_chromium)
        .context("no Chromium found: install `chromium` (Debian, Ubuntu) or Google Chrome, or set CHROMIUM to its path")
}

/// Returns the path of a chromedriver, and installs one where that is possible. `CHROMEDRIVER` names another one.
pub fn chromedriver(workspace: &Workspace) -> Result<PathBuf> {
    install_browser_unless(workspace, find_chromedriver).context(
        "no chromedriver found: install `chromium-driver` (Debian) or the chromedriver of your Chrome's version, or set CHROMEDRIVER to its path",
    )
}

/// Debian has browser and driver in two packages; a machine may have one without the other.
fn install_browser_unless(workspace: &Workspace, find: fn() -> Option<PathBuf>) -> Result<PathBuf> {
    if let Some(found) = find() {
        return Ok(found);
    }
    if is_root() && on_path("apt-get").is_some() {
        step("install Chromium and its driver from Debian's packages", || {
            run(workspace.command("apt-get").args(["update", "-qq"]))?;
            let mut install = workspace.command("apt-get");
            install
                .args(["install", "-y", "-qq", "chromium", "chromium-driver"])
                .env("DEBIAN_FRONTEND", "noninteractive");
            run(install.stdout(Stdio::null()))
        })?;
    }
    find().context("not on PATH")
}

fn find_chromium() -> Option<PathBuf> {
    named_by("CHROMIUM").unwrap_or_else(|| {
        ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable"].iter().find_map(|name| on_path(name))
    })
}

fn find_chromedriver() -> Option<PathBuf> {
    // Debian and Ubuntu have also kept it beside the browser, outside PATH.
    let beside = ["/usr/lib/chromium/chromedriver", "/usr/lib/chromium-browser/chromedriver"];
    named_by("CHROMEDRIVER").unwrap_or_else(|| {
        on_path("chromedriver").or_else(|| beside.iter().map(PathBuf::from).find(|path| path.is_file()))
    })
}

/// Returns the file that an environment variable names. A variable that names no file is not passed over silently.
fn named_by(variable: &str) -> Option<Option<PathBuf>> {
    let path = PathBuf::from(std::env::var_os(variable)?);
    Some(path.is_file().then_some(path))
}

/// Returns whether this process is root's.
pub fn is_root() -> bool {
    Command::new("id").arg("-u").output().is_ok_and(|o| o.stdout.starts_with(b"0\n"))
}

/// Returns the path of a program on PATH.
pub fn on_path(program: &str) -> Option<PathBuf> {
    std::env::split_paths(&std::env::var_os("PATH")?).map(|folder| folder.join(program)).find(|path| path.is_file())
}
