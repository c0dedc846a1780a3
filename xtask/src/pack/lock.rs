//! What `package-lock.json` resolves a package's dependencies to.

use anyhow::{Context, Result};
use serde_json::{Map, Value};
use std::collections::BTreeMap;
use std::path::Path;

/// A package of npm, as the lock file has it.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Locked {
    pub name: String,
    pub version: String,
    /// Licence as its manifest states it.
    pub licence: Option<String>,
    /// Subresource integrity, for instance `sha512-…`.
    pub integrity: Option<String>,
    /// Names and versions of its own dependencies.
    pub calls: Vec<(String, String)>,
}

pub struct Lock {
    packages: Map<String, Value>,
}

impl Lock {
    pub fn read(file: &Path) -> Result<Self> {
        let text = std::fs::read_to_string(file).with_context(|| format!("cannot read {}", file.display()))?;
        let mut lock: Value = serde_json::from_str(&text).with_context(|| format!("{} is not JSON", file.display()))?;
        let packages = lock["packages"].as_object_mut().context("the lock file lists no packages")?;
        Ok(Self { packages: std::mem::take(packages) })
    }

    /// Lists everything that an installation of the package in `folder` brings, sorted. Peers are left out: the app brings them.
    pub fn dependencies_of(&self, folder: &str) -> Result<Vec<Locked>> {
        let mut found = BTreeMap::new();
        let mut open = vec![folder.to_owned()];
        while let Some(path) = open.pop() {
            let mut calls = Vec::new();
            for (name, is_optional) in self.wanted(&path) {
                let Some(target) = self.resolve(&path, &name) else {
                    // Optional packages of other platforms may be absent.
                    if is_optional {
                        continue;
                    }
                    anyhow::bail!("the lock file has no `{name}`, which {path} depends on: run `npm run lock`");
                };
                let entry = &self.packages[&target];
                calls.push((name.clone(), text(entry, "version").unwrap_or_default()));
                if found.insert(target.clone(), locked(&name, entry)).is_none() {
                    open.push(target);
                }
            }
            calls.sort();
            if let Some(package) = found.get_mut(&path) {
                package.calls = calls;
            }
        }
        let mut all: Vec<Locked> = found.into_values().collect();
        all.sort_by(|a, b| (&a.name, &a.version).cmp(&(&b.name, &b.version)));
        all.dedup_by(|a, b| (&a.name, &a.version) == (&b.name, &b.version));
        Ok(all)
    }

    /// Returns a package of the top `node_modules`.
    pub fn package(&self, name: &str) -> Result<Locked> {
        let entry = self.packages.get(&format!("node_modules/{name}"));
        Ok(locked(name, entry.with_context(|| format!("the lock file has no `{name}`"))?))
    }

    fn wanted(&self, path: &str) -> Vec<(String, bool)> {
        let names = |kind: &str, is_optional: bool| -> Vec<(String, bool)> {
            let names = self.packages.get(path).and_then(|entry| entry[kind].as_object()).into_iter().flatten();
            names.map(|(name, _)| (name.clone(), is_optional)).collect()
        };
        [names("dependencies", false), names("optionalDependencies", true)].concat()
    }

    /// Finds the entry that Node would load: in the nearest `node_modules` upwards. Links lead to a workspace.
    fn resolve(&self, path: &str, name: &str) -> Option<String> {
        let mut folder = Some(path);
        while let Some(at) = folder {
            let candidate =
                if at.is_empty() { format!("node_modules/{name}") } else { format!("{at}/node_modules/{name}") };
            if let Some(entry) = self.packages.get(&candidate) {
                return Some(if entry["link"] == true { text(entry, "resolved")? } else { candidate });
            }
            folder = if at.is_empty() { None } else { Some(at.rsplit_once('/').map_or("", |(parent, _)| parent)) };
        }
        None
    }
}

fn locked(name: &str, entry: &Value) -> Locked {
    Locked {
        name: name.to_owned(),
        version: text(entry, "version").unwrap_or_default(),
        licence: text(entry, "license"),
        integrity: text(entry, "integrity"),
        calls: Vec::new(),
    }
}

fn text(entry: &Value, key: &str) -> Option<String> {
    entry[key].as_str().map(str::to_owned)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn lock(packages: Value) -> Lock {
        Lock { packages: packages.as_object().unwrap().clone() }
    }

    #[test]
    fn follows_dependencies_as_node_resolves_them() {
        let lock = lock(json!({
            "pkg-js/a": { "version": "0.1.0", "dependencies": { "core": "^0.1.0", "x": "^1" }, "devDependencies": { "dev": "1" } },
            "node_modules/core": { "resolved": "pkg-js/core", "link": true },
            "pkg-js/core": { "version": "0.1.0" },
            "node_modules/x": { "version": "1.0.0", "dependencies": { "y": "^2" }, "optionalDependencies": { "win": "1" } },
            "node_modules/x/node_modules/y": { "version": "2.0.0", "license": "MIT", "integrity": "sha512-AA==" },
            "node_modules/y": { "version": "1.0.0" },
            "node_modules/dev": { "version": "1.0.0" },
        }));
        let found = lock.dependencies_of("pkg-js/a").unwrap();
        let names: Vec<_> = found.iter().map(|p| format!("{}@{}", p.name, p.version)).collect();
        assert_eq!(names, ["core@0.1.0", "x@1.0.0", "y@2.0.0"]);
        assert_eq!(found[1].calls, [("y".to_owned(), "2.0.0".to_owned())]);
        assert_eq!(found[2].licence.as_deref(), Some("MIT"));
    }

    #[test]
    fn a_dependency_that_is_not_locked_is_an_error() {
        let lock = lock(json!({ "pkg-js/a": { "dependencies": { "x": "^1" } } }));
        assert!(lock.dependencies_of("pkg-js/a").unwrap_err().to_string().contains("`x`"));
    }
}
