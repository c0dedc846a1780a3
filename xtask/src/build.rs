//! `cargo xtask build`: the core as WebAssembly, its bindings, its npm package, and the portal's pages.

use crate::figures;
use crate::stamp::Stamp;
use crate::step::{skipped, step};
use crate::tools;
use crate::workspace::{Workspace, run};
use anyhow::{Context, Result, bail};
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::Stdio;

/// One of the builds of the core. Its profile in `Cargo.toml` is `wasm-` and its feature.
struct Flavor {
    feature: &'static str,
    /// Flags for rustc, besides the profile.
    flags: &'static str,
    /// Target of wasm-bindgen's generated glue.
    glue: &'static str,
    max_brotli_bytes: usize,
}

/// See `docs/size.md`.
const BROWSER_FLAGS: &str = "-Cllvm-args=--inlinehint-threshold=3 -Cllvm-args=--inlinecold-threshold=0 \
     -Cllvm-args=--enable-gvn-hoist";

/// Between speed and size: see `docs/performance.md` and `docs/size.md`.
const SERVER_FLAGS: &str = "-Cllvm-args=--inline-threshold=3 -Cllvm-args=--inlinehint-threshold=3 \
     -Cllvm-args=--inlinecold-threshold=0 -Cllvm-args=--enable-gvn-hoist";

const FLAVORS: [Flavor; 3] = [
    Flavor { feature: "browser", flags: BROWSER_FLAGS, glue: "web", max_brotli_bytes: 96_000 },
    Flavor { feature: "server", flags: SERVER_FLAGS, glue: "nodejs", max_brotli_bytes: 450_000 },
    // Checks of whole files, apart from the server build because the command line needs nothing else: see `docs/size.md`.
    Flavor { feature: "check", flags: SERVER_FLAGS, glue: "nodejs", max_brotli_bytes: 170_000 },
];

/// Flags for wasm-opt. Inlining and its modes for size save raw bytes but cost compressed ones: see `docs/size.md`. The list of target
/// features is for tools that change the file again.
const OPTIMISATION: [&str; 6] = [
    "-O2",
    "--converge",
    "--strip-target-features",
    "--always-inline-max-function-size=0",
    "--flexible-inline-max-function-size=0",
    "--one-caller-inline-max-function-size=0",
];

const CORE_INPUTS: &[&str] = &[
    "Cargo.toml",
    "Cargo.lock",
    "src",
    "yaml",
    "xtask/src/build.rs",
    "pkg-js/core/src",
    "pkg-js/core/build.mjs",
    "pkg-js/core/package.json",
];
const PORTAL_INPUTS: &[&str] = &[
    "package-lock.json",
    "www/app",
    "www/app-config.yaml",
    "pkg-js/frontend",
    "pkg-js/core/src",
    "src",
    "yaml",
    "Cargo.toml",
];

/// Returns the feature of each build of the core.
pub fn features() -> [&'static str; 3] {
    FLAVORS.map(|flavor| flavor.feature)
}

/// Builds what `demo` and `test` need.
pub fn build(workspace: &Workspace) -> Result<()> {
    core_package(workspace)?;
    portal(workspace)
}

/// Builds the npm package of the core, without the portal's pages.
pub fn core_package(workspace: &Workspace) -> Result<()> {
    // Read before the compilation: what changes meanwhile is built the next time.
    let stamp = Stamp::of(&workspace.root, &workspace.target("xtask/stamps"), "core", CORE_INPUTS)?;
    set_up(workspace)?;
    core(workspace, &stamp)
}

/// Installs missing tools. npm waits for the network while cargo computes, so both run at once.
fn set_up(workspace: &Workspace) -> Result<()> {
    tools::wasm_target(workspace)?;
    tools::node(workspace)?;
    std::thread::scope(|scope| {
        let packages = scope.spawn(|| tools::npm_packages(workspace));
        let compiled = compile(workspace);
        let packages = packages.join().map_err(|_| anyhow::anyhow!("installing npm packages panicked"))?;
        packages.and(compiled)
    })
}

fn compile(workspace: &Workspace) -> Result<()> {
    step("compile the emulator and the bindings generator", || {
        run(&mut workspace.cargo(&["build", "--quiet", "--locked", "--package", "emulator", "--package", "bindings"]))
    })?;
    let paths = path_flags()?;
    for flavor in &FLAVORS {
        step(&format!("compile the core for wasm: {}", flavor.feature), || {
            run(workspace
                .cargo(&[
                    "build",
                    "--quiet",
                    "--locked",
                    "--profile",
                    &format!("wasm-{}", flavor.feature),
                    "--target",
                    "wasm32-unknown-unknown",
                    "--package",
                    "backstage-vertex-ai",
                    "--no-default-features",
                    "--features",
                    flavor.feature,
                    "--target-dir",
                    &format!("target/core-{}", flavor.feature),
                ])
                .env("CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_RUSTFLAGS", format!("{paths} {}", flavor.flags)))
        })?;
    }
    Ok(())
}

/// Returns flags that keep folders of this machine out of panic messages: they name `crates/…` instead.
fn path_flags() -> Result<String> {
    let home = match std::env::var_os("CARGO_HOME") {
        Some(home) => PathBuf::from(home),
        None => PathBuf::from(std::env::var_os("HOME").context("HOME is not set")?).join(".cargo"),
    };
    let sources = home.join("registry/src");
    let mut flags = Vec::new();
    for registry in std::fs::read_dir(&sources).with_context(|| format!("cannot read {}", sources.display()))? {
        flags.push(format!("--remap-path-prefix={}=crates", registry?.path().display()));
    }
    Ok(flags.join(" "))
}

/// The compiled core as an npm package: `pkg-js/core/dist`.
fn core(workspace: &Workspace, stamp: &Stamp) -> Result<()> {
    let name = "assemble the npm package of the core";
    if stamp.is_current() && workspace.path("pkg-js/core/dist/web.mjs").exists() {
        skipped(name);
        return Ok(());
    }
    step(name, || {
        let mut figures = Vec::new();
        for flavor in &FLAVORS {
            let folder = workspace.path(&format!("pkg-js/core/dist/generated/{}", flavor.feature));
            generate(workspace, flavor, &folder)?;
            let wasm = folder.join("core_bg.wasm");
            optimise(workspace, &wasm)?;
            figures.push((format!("wasm.{}.brotli_bytes", flavor.feature), weigh(flavor, &wasm)? as f64));
        }
        // The package is ESM; Node's glue is not.
        for flavor in FLAVORS.iter().filter(|flavor| flavor.glue == "nodejs") {
            let folder = workspace.path(&format!("pkg-js/core/dist/generated/{}", flavor.feature));
            std::fs::rename(folder.join("core.js"), folder.join("core.cjs"))?;
        }
        run(workspace.command("npm").args(["run", "--silent", "build", "--workspace", "@backstage-vertex-ai/core"]))?;
        figures::record(&workspace.target("figures.json"), &figures)?;
        stamp.write()
    })
}

fn generate(workspace: &Workspace, flavor: &Flavor, folder: &Path) -> Result<()> {
    let wasm = format!("target/core-{0}/wasm32-unknown-unknown/wasm-{0}/backstage_vertex_ai.wasm", flavor.feature);
    run(workspace.command("target/debug/bindings").arg(wasm).arg(flavor.glue).arg(folder))
}

fn optimise(workspace: &Workspace, wasm: &Path) -> Result<()> {
    let mut command = workspace.command("node");
    command.arg("node_modules/binaryen/bin/wasm-opt").arg(wasm).arg("-o").arg(wasm).args(OPTIMISATION);
    for feature in
        ["bulk-memory", "mutable-globals", "nontrapping-float-to-int", "sign-ext", "reference-types", "multivalue"]
    {
        command.arg(format!("--enable-{feature}"));
    }
    run(&mut command)
}

/// Prints the sizes of a build, and fails above its budget.
fn weigh(flavor: &Flavor, wasm: &Path) -> Result<usize> {
    let bytes = std::fs::read(wasm).with_context(|| format!("cannot read {}", wasm.display()))?;
    let mut gzip = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
    gzip.write_all(&bytes)?;
    let gzip = gzip.finish()?.len();
    let mut brotli = Vec::new();
    let settings = brotli::enc::BrotliEncoderParams { quality: 11, lgwin: 22, ..Default::default() };
    brotli::BrotliCompress(&mut bytes.as_slice(), &mut brotli, &settings)?;
    println!("  {}: {} bytes, gzip {gzip}, brotli {}", flavor.feature, bytes.len(), brotli.len());
    within_budget(flavor.feature, brotli.len(), flavor.max_brotli_bytes)?;
    Ok(brotli.len())
}

fn within_budget(what: &str, bytes: usize, most: usize) -> Result<()> {
    if bytes > most {
        bail!("the {what} build has {bytes} bytes with brotli, but at most {most} are allowed");
    }
    Ok(())
}

/// The portal's pages: `www/app/dist`.
fn portal(workspace: &Workspace) -> Result<()> {
    let name = "build the portal's pages";
    let stamp = Stamp::of(&workspace.root, &workspace.target("xtask/stamps"), "portal", PORTAL_INPUTS)?;
    if stamp.is_current() && workspace.path("www/app/dist/index.html").exists() {
        skipped(name);
        return Ok(());
    }
    step(name, || {
        let mut npm = workspace.command("npm");
        run(npm.args(["run", "--silent", "build", "--workspace", "app"]).stdout(Stdio::null()))?;
        stamp.write()
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_budget_is_a_limit() {
        assert!(within_budget("browser", 96_000, 96_000).is_ok());
        assert!(within_budget("browser", 96_001, 96_000).unwrap_err().to_string().contains("96001"));
    }
}
