//! `cargo xtask pack`: the npm packages as tarballs in `target/npm/`, each with licences and a bill of materials.

mod crates;
mod licences;
mod lock;
mod sbom;

use crate::build;
use crate::step::step;
use crate::types;
use crate::workspace::{Workspace, run};
use anyhow::{Context, Result, bail};
use crates::Crate;
use licences::Piece;
use lock::Locked;
use serde_json::Value;
use std::path::{Path, PathBuf};

/// Names of the files that packing adds to `dist/`. They are the same in every package.
const SBOM: &str = "sbom.cdx.json";
const LICENCES: &str = "THIRD_PARTY_LICENSES.txt";

/// Folder of the package whose WebAssembly files contain compiled crates.
const CORE: &str = "pkg-js/core";

/// Folder of the tarballs, below `target/`.
const FOLDER: &str = "npm";

/// One package of `pkg-js/`.
struct Package {
    /// Path from the repository, for instance `pkg-js/core`.
    folder: String,
    manifest: Value,
}

impl Package {
    fn read(workspace: &Workspace, folder: String) -> Result<Self> {
        let file = workspace.path(&folder).join("package.json");
        let text = std::fs::read_to_string(&file).with_context(|| format!("cannot read {}", file.display()))?;
        let manifest = serde_json::from_str(&text).with_context(|| format!("{} is not JSON", file.display()))?;
        Ok(Self { folder, manifest })
    }

    fn name(&self) -> &str {
        self.manifest["name"].as_str().unwrap_or_default()
    }

    /// Returns whether Backstage's CLI builds the package.
    fn is_backstage(&self) -> bool {
        self.manifest["backstage"]["role"].is_string()
    }
}

/// Writes a tarball of every package, from sources that are built first.
pub fn pack(workspace: &Workspace) -> Result<()> {
    build::core_package(workspace)?;
    types::types(workspace)?;
    let packages = packages(workspace)?;
    step("generate TypeScript declarations", || run(workspace.command("npm").args(["run", "--silent", "tsc:full"])))?;
    let crates = step("list the crates in the WebAssembly files", || crates::compiled_into_the_core(workspace))?;
    let lock = lock::Lock::read(&workspace.path("package-lock.json"))?;
    let tarballs = workspace.target(FOLDER);
    if tarballs.exists() {
        std::fs::remove_dir_all(&tarballs).with_context(|| format!("cannot remove {}", tarballs.display()))?;
    }
    std::fs::create_dir_all(&tarballs)?;
    for package in &packages {
        step(&format!("pack {}", package.name()), || {
            let folder = workspace.path(&package.folder);
            if package.is_backstage() {
                run(workspace.command("npm").args(["run", "--silent", "build", "--workspace", package.name()]))?;
            }
            let dist = folder.join("dist");
            std::fs::create_dir_all(&dist)?;
            let crates: &[Crate] = if package.folder == CORE { &crates } else { &[] };
            let bundled = bundled(&dist)?.iter().map(|name| lock.package(name)).collect::<Result<Vec<_>>>()?;
            let pieces = pieces(workspace, crates, &bundled);
            if !pieces.is_empty() {
                let text = licences::text(workspace, package.name(), &pieces, !crates.is_empty())?;
                std::fs::write(dist.join(LICENCES), text)?;
            }
            let installed = [bundled, lock.dependencies_of(&package.folder)?].concat();
            std::fs::write(dist.join(SBOM), sbom::document(&package.manifest, sbom::components(crates, &installed))?)?;
            tarball(workspace, &folder, &tarballs)
        })?;
    }
    println!("the tarballs are in target/{FOLDER}");
    Ok(())
}

/// Lists the third-party code that a package contains.
fn pieces(workspace: &Workspace, crates: &[Crate], bundled: &[Locked]) -> Vec<Piece> {
    let from_crate = |one: &Crate| Piece {
        title: format!("{} {}", one.name, one.version),
        licence: one.licence.clone(),
        sources: one.sources.clone(),
    };
    let from_npm = |one: &Locked| Piece {
        title: format!("{} {}", one.name, one.version),
        licence: one.licence.clone().unwrap_or_default(),
        sources: workspace.path("node_modules").join(&one.name),
    };
    crates.iter().map(from_crate).chain(bundled.iter().map(from_npm)).collect()
}

/// Names the npm packages that Backstage's CLI has copied into `dist/`, for instance one that adds styles to a page.
fn bundled(dist: &Path) -> Result<Vec<String>> {
    let mut names = Vec::new();
    let copies = dist.join("node_modules_dist");
    if copies.exists() {
        for entry in std::fs::read_dir(&copies)? {
            let name = entry?.file_name().to_string_lossy().into_owned();
            if !name.starts_with('@') {
                names.push(name);
                continue;
            }
            for entry in std::fs::read_dir(copies.join(&name))? {
                names.push(format!("{name}/{}", entry?.file_name().to_string_lossy()));
            }
        }
    }
    names.sort();
    Ok(names)
}

/// Returns the packages that are published, by folder name.
fn packages(workspace: &Workspace) -> Result<Vec<Package>> {
    let mut folders = Vec::new();
    for entry in std::fs::read_dir(workspace.path("pkg-js"))? {
        let name = entry?.file_name().to_string_lossy().into_owned();
        if workspace.path("pkg-js").join(&name).join("package.json").is_file() {
            folders.push(format!("pkg-js/{name}"));
        }
    }
    folders.sort();
    let packages = folders.into_iter().map(|folder| Package::read(workspace, folder));
    let published = |package: &Result<Package>| !package.as_ref().is_ok_and(|p| p.manifest["private"] == true);
    packages.filter(published).collect()
}

/// Runs `npm pack` with the package's own scripts, which `.npmrc` switches off.
///
/// `prepack` of Backstage's CLI lets `package.json` point to `dist/`, and `postpack` restores it.
fn tarball(workspace: &Workspace, folder: &Path, tarballs: &Path) -> Result<()> {
    let mut npm = workspace.command("npm");
    npm.current_dir(folder).args(["pack", "--silent", "--ignore-scripts=false", "--pack-destination"]).arg(tarballs);
    let packed = run(&mut npm);
    restore_manifest(folder)?;
    packed
}

/// Restores the `package.json` that a failed or interrupted `npm pack` left changed.
fn restore_manifest(folder: &Path) -> Result<()> {
    let saved: PathBuf = folder.join("package.json-prepack");
    if !saved.exists() {
        return Ok(());
    }
    std::fs::rename(&saved, folder.join("package.json")).context("cannot restore package.json")?;
    bail!("npm left package.json changed in {}; the file is restored", folder.display())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_the_npm_packages_inside_a_build() {
        let dist = tempfile::tempdir().unwrap();
        assert_eq!(bundled(dist.path()).unwrap(), [""; 0]);
        for name in ["style-inject/dist", "@scope/x", "@scope/y"] {
            std::fs::create_dir_all(dist.path().join("node_modules_dist").join(name)).unwrap();
        }
        assert_eq!(bundled(dist.path()).unwrap(), ["@scope/x", "@scope/y", "style-inject"]);
    }

    #[test]
    fn a_manifest_left_by_a_failed_pack_is_restored() {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("package.json"), "changed").unwrap();
        assert!(restore_manifest(folder.path()).is_ok(), "without a saved file nothing happens");
        std::fs::write(folder.path().join("package.json-prepack"), "original").unwrap();
        assert!(restore_manifest(folder.path()).is_err());
        assert_eq!(std::fs::read_to_string(folder.path().join("package.json")).unwrap(), "original");
        assert!(!folder.path().join("package.json-prepack").exists());
    }
}
