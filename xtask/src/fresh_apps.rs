//! `cargo xtask test packages`: the packed tarballs in fresh Backstage apps, on both frontend systems.

use crate::demo::{App, Setting, Stage};
use crate::pack;
use crate::step::step;
use crate::tools;
use crate::workspace::{Workspace, run};
use anyhow::{Result, bail};
use std::path::{Path, PathBuf};

/// The oldest supported release of Backstage, and what npm calls the latest.
const RELEASES: [&str; 2] = ["oldest", "latest"];

/// The pages that the backend serves, and the configuration files that choose them.
const FRONTENDS: [(&str, &[&str]); 2] =
    [("new", &["../../app-config.yaml"]), ("legacy", &["../../app-config.yaml", "../../app-config.legacy.yaml"])];

const PORTAL_PORT: u16 = 7127;
const EMULATOR_PORT: u16 = 8195;

/// Folder of the apps. It is outside the repository, so that Node finds nothing of the repository's own `node_modules`.
///
/// It stays after a run: the next one then downloads less.
fn folder() -> PathBuf {
    std::env::temp_dir().join("backstage-vertex-ai-packages")
}

/// Installs the tarballs in each app, and tries what a user sees.
pub fn test(workspace: &Workspace) -> Result<()> {
    pack::pack(workspace)?;
    let mut failed = Vec::new();
    for release in RELEASES {
        if let Err(error) = on_release(workspace, release) {
            eprintln!("{error:#}");
            failed.push(release);
        }
    }
    if !failed.is_empty() {
        bail!("the packages fail on {}", failed.join(" and "));
    }
    println!("the packages work on {}", RELEASES.join(" and "));
    Ok(())
}

fn on_release(workspace: &Workspace, release: &str) -> Result<()> {
    let root = folder().join(release);
    step(&format!("install the packages on Backstage ({release})"), || {
        run(workspace.command("node").arg("tests/packages/prepare.mjs").arg(release).arg(&root))?;
        run(in_app(workspace, &root, "npm").args(["install", "--no-audit", "--no-fund", "--loglevel=error"]))
    })?;
    step("count second copies of Backstage packages", || {
        run(workspace.command("node").arg("tests/packages/copies.mjs").arg(&root))
    })?;
    step("check types in the app", || {
        run(in_app(workspace, &root, "node").arg(root.join("node_modules/typescript/bin/tsc")).arg("--noEmit"))
    })?;
    step("build the pages of both frontend systems", || {
        let mut npm = in_app(workspace, &root, "npm");
        run(npm.args(["run", "--silent", "build", "--workspaces", "--if-present"]).stdout(std::process::Stdio::null()))
    })?;
    for (frontend, configs) in FRONTENDS {
        step(&format!("use the packages on Backstage ({release}), {frontend} frontend system"), || {
            use_portal(workspace, &root, release, frontend, configs)
        })?;
    }
    Ok(())
}

/// Returns a command that runs in the app, with the variables that its configuration names.
fn in_app(workspace: &Workspace, root: &Path, program: &str) -> std::process::Command {
    let mut command = workspace.command(program);
    command
        .current_dir(root)
        .env("PORTAL_PORT", PORTAL_PORT.to_string())
        .env("PORTAL_ROOT", &workspace.root)
        .env("EMULATOR_URL", format!("http://127.0.0.1:{EMULATOR_PORT}"));
    command
}

fn use_portal(
    workspace: &Workspace,
    root: &Path,
    release: &str,
    frontend: &str,
    configs: &[&'static str],
) -> Result<()> {
    let chromium = tools::chromium(workspace)?;
    let app = App { root: root.to_owned(), backend: root.join("packages/backend"), configs: configs.to_vec() };
    let stage = Stage::start(
        workspace,
        &Setting { app, portal_port: PORTAL_PORT, emulator_port: EMULATOR_PORT, database: None, logs: "packages/logs" },
    )?;
    run(workspace
        .command("node")
        .arg("tests/packages/portal.mjs")
        .env("PORTAL_URL", &stage.portal_url)
        .env("EMULATOR_URL", &stage.emulator_url)
        .env("CHROMIUM", chromium)
        .env("ARTIFACTS", workspace.target(&format!("packages/{release}-{frontend}"))))
}
