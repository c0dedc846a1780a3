//! TypeScript declarations of the core: shapes from Rust, functions from `pkg-js/core/src`.

use crate::stamp::Stamp;
use crate::step::{skipped, step};
use crate::tools;
use crate::workspace::{Workspace, run};
use anyhow::{Context, Result, bail};

const SHAPES: &str = "pkg-js/core/src/generated";

const INPUTS: &[&str] = &[
    "Cargo.toml",
    "Cargo.lock",
    "src",
    "yaml",
    "pkg-js/core/declarations.rs",
    "pkg-js/core/src",
    "pkg-js/core/tsconfig.json",
];

/// Generates the declarations. They are never committed, so they cannot drift from the core.
pub fn types(workspace: &Workspace) -> Result<()> {
    let name = "declare the types of the core";
    tools::node(workspace)?;
    tools::npm_packages(workspace)?;
    let stamp = Stamp::of(&workspace.root, &workspace.target("xtask/stamps"), "types", INPUTS)?;
    if stamp.is_current() && workspace.path("pkg-js/core/dist/types/index.d.ts").exists() {
        skipped(name);
        return Ok(());
    }
    step(name, || {
        let output = workspace
            .cargo(&["run", "--quiet", "--locked", "--example", "declarations"])
            .stderr(std::process::Stdio::inherit())
            .output()
            .context("cannot run cargo")?;
        if !output.status.success() {
            bail!("the declarations of the core cannot be generated");
        }
        let folder = workspace.path(SHAPES);
        std::fs::create_dir_all(&folder)?;
        std::fs::write(folder.join("shapes.ts"), &output.stdout)?;
        let mut npm = workspace.command("npm");
        run(npm.args(["run", "--silent", "types", "--workspace", "@backstage-vertex-ai/core"]))?;
        stamp.write()
    })
}
