//! The third-party crates whose code is inside the WebAssembly files.

use crate::build;
use crate::workspace::{Workspace, output};
use anyhow::{Context, Result};
use serde_json::Value;
use std::collections::{HashMap, HashSet};
use std::path::PathBuf;

/// A crate of a registry.
#[derive(Clone, Debug, PartialEq)]
pub struct Crate {
    pub name: String,
    pub version: String,
    /// SPDX expression.
    pub licence: String,
    pub repository: Option<String>,
    /// SHA-256 of the crate's archive, in hex.
    pub checksum: Option<String>,
    /// Folder of its sources on this machine.
    pub sources: PathBuf,
    /// Names and versions of the crates that it calls, among those listed.
    pub calls: Vec<(String, String)>,
}

const CORE: &str = "backstage-vertex-ai";
const TARGET: &str = "wasm32-unknown-unknown";

/// Lists the crates that the core's builds link, sorted by name. Crates that only run while compiling are left out.
pub fn compiled_into_the_core(workspace: &Workspace) -> Result<Vec<Crate>> {
    // `cargo tree` resolves features for this one package; `cargo metadata` knows the rest.
    let tree = output(
        workspace
            .cargo(&["tree", "--locked", "--no-default-features", "--features", &build::features().join(",")])
            .args(["--package", CORE, "--target", TARGET, "--edges", "normal,no-proc-macro"])
            .args(["--prefix", "none", "--format", "{p}"]),
    )?;
    let metadata = output(
        workspace
            .cargo(&["metadata", "--locked", "--all-features", "--format-version", "1"])
            .args(["--filter-platform", TARGET]),
    )?;
    let lock = std::fs::read_to_string(workspace.path("Cargo.lock"))?;
    select(&linked(&tree), &serde_json::from_str(&metadata)?, &checksums(&lock))
}

/// Reads names and versions from lines such as `serde v1.0.229`.
fn linked(tree: &str) -> HashSet<(String, String)> {
    tree.lines()
        .filter_map(|line| {
            let mut words = line.split_whitespace();
            Some((words.next()?.to_owned(), words.next()?.strip_prefix('v')?.to_owned()))
        })
        .collect()
}

/// Reads the checksums of a `Cargo.lock`.
fn checksums(lock: &str) -> HashMap<(String, String), String> {
    let value = |block: &str, key: &str| {
        let line = block.lines().find_map(|line| line.strip_prefix(key)?.strip_prefix(" = \""))?;
        Some(line.trim_end_matches('"').to_owned())
    };
    let entry = |block: &str| Some(((value(block, "name")?, value(block, "version")?), value(block, "checksum")?));
    lock.split("[[package]]").filter_map(entry).collect()
}

fn select(
    linked: &HashSet<(String, String)>,
    metadata: &Value,
    checksums: &HashMap<(String, String), String>,
) -> Result<Vec<Crate>> {
    let packages = metadata["packages"].as_array().context("`cargo metadata` lists no packages")?;
    let key = |package: &Value| {
        let text = |name: &str| package[name].as_str().unwrap_or_default().to_owned();
        (text("name"), text("version"))
    };
    let third_party: HashMap<&str, (String, String)> = packages
        .iter()
        .filter(|package| package["source"].is_string() && linked.contains(&key(package)))
        .filter_map(|package| Some((package["id"].as_str()?, key(package))))
        .collect();
    let mut calls: HashMap<&str, Vec<(String, String)>> = HashMap::new();
    for node in metadata["resolve"]["nodes"].as_array().into_iter().flatten() {
        let called = node["dependencies"].as_array().into_iter().flatten();
        let mut called: Vec<_> = called.filter_map(|id| third_party.get(id.as_str()?).cloned()).collect();
        called.sort();
        calls.insert(node["id"].as_str().unwrap_or_default(), called);
    }
    let mut crates = Vec::new();
    for package in packages {
        let Some((name, version)) = third_party.get(package["id"].as_str().unwrap_or_default()) else { continue };
        let manifest = PathBuf::from(package["manifest_path"].as_str().unwrap_or_default());
        let licence = package["license"].as_str().with_context(|| format!("{name} names no licence"))?;
        crates.push(Crate {
            name: name.clone(),
            version: version.clone(),
            // The older form of `OR`.
            licence: licence.replace('/', " OR "),
            repository: package["repository"].as_str().map(str::to_owned),
            checksum: checksums.get(&(name.clone(), version.clone())).cloned(),
            sources: manifest.parent().context("a manifest has no folder")?.to_owned(),
            calls: calls.remove(package["id"].as_str().unwrap_or_default()).unwrap_or_default(),
        });
    }
    crates.sort_by(|a, b| (&a.name, &a.version).cmp(&(&b.name, &b.version)));
    Ok(crates)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn lists_linked_crates_of_registries_with_checksum_and_calls() {
        let linked = linked("core v0.1.0 (/work)\na v1.0.0\nb v2.0.0 (*)\n");
        let lock = "version = 4\n\n[[package]]\nname = \"a\"\nversion = \"1.0.0\"\nsource = \"r\"\nchecksum = \"aa\"\n\n[[package]]\nname = \"core\"\nversion = \"0.1.0\"\n";
        let package = |name: &str, version: &str, source: Value| {
            json!({
                "id": name, "name": name, "version": version, "source": source, "license": "MIT/Apache-2.0",
                "manifest_path": format!("/registry/{name}/Cargo.toml"),
            })
        };
        let metadata = json!({
            "packages": [
                package("b", "2.0.0", json!("registry")),
                package("a", "1.0.0", json!("registry")),
                package("core", "0.1.0", Value::Null),
                package("only-tests", "1.0.0", json!("registry")),
            ],
            "resolve": { "nodes": [{ "id": "a", "dependencies": ["b", "only-tests"] }] },
        });
        let crates = select(&linked, &metadata, &checksums(lock)).unwrap();
        assert_eq!(crates.iter().map(|c| c.name.as_str()).collect::<Vec<_>>(), ["a", "b"]);
        assert_eq!(crates[0].checksum.as_deref(), Some("aa"));
        assert_eq!(crates[0].calls, [("b".to_owned(), "2.0.0".to_owned())]);
        assert_eq!(crates[0].licence, "MIT OR Apache-2.0");
        assert_eq!(crates[0].sources, PathBuf::from("/registry/a"));
    }
}
