//! The bill of materials of a package, as CycloneDX 1.6 (<https://cyclonedx.org/docs/1.6/json/>, read 2026-11-27).
//!
//! It has no time and no serial number: the same sources give the same tarball.

use super::crates::Crate;
use super::lock::Locked;
use anyhow::{Context, Result};
use base64::Engine;
use serde_json::{Value, json};

/// Lists the crates that a package contains and the npm packages that its installation brings.
pub fn components(crates: &[Crate], packages: &[Locked]) -> Vec<Component> {
    let from_crate = |one: &Crate| Component {
        purl: crate_purl(&one.name, &one.version),
        json: json!({
            "type": "library",
            "name": one.name,
            "version": one.version,
            "scope": "required",
            "licenses": licences(Some(&one.licence)),
            "hashes": one.checksum.iter().map(|sha| json!({ "alg": "SHA-256", "content": sha })).collect::<Vec<_>>(),
            "externalReferences": one.repository.iter().map(|url| json!({ "type": "vcs", "url": url })).collect::<Vec<_>>(),
        }),
        calls: one.calls.iter().map(|(name, version)| crate_purl(name, version)).collect(),
    };
    let from_package = |one: &Locked| Component {
        purl: npm_purl(&one.name, &one.version),
        json: json!({
            "type": "library",
            "name": one.name,
            "version": one.version,
            "scope": "required",
            "licenses": licences(one.licence.as_deref()),
            "hashes": one.integrity.as_deref().and_then(sha512).iter()
                .map(|sha| json!({ "alg": "SHA-512", "content": sha })).collect::<Vec<_>>(),
        }),
        calls: one.calls.iter().map(|(name, version)| npm_purl(name, version)).collect(),
    };
    crates.iter().map(from_crate).chain(packages.iter().map(from_package)).collect()
}

/// A component with its package URL and those of the components that it depends on.
pub struct Component {
    purl: String,
    json: Value,
    calls: Vec<String>,
}

/// Writes the document for the package that `manifest` describes.
pub fn document(manifest: &Value, components: Vec<Component>) -> Result<String> {
    let name = manifest["name"].as_str().context("package.json has no name")?;
    let version = manifest["version"].as_str().context("package.json has no version")?;
    let subject = npm_purl(name, version);
    let mut dependencies = vec![json!({ "ref": subject, "dependsOn": direct(manifest, &components) })];
    let mut listed = Vec::new();
    for Component { purl, mut json, calls } in components {
        dependencies.push(json!({ "ref": purl, "dependsOn": calls }));
        json["purl"] = purl.clone().into();
        json["bom-ref"] = purl.into();
        listed.push(json);
    }
    let document = json!({
        "$schema": "http://cyclonedx.org/schema/bom-1.6.schema.json",
        "bomFormat": "CycloneDX",
        "specVersion": "1.6",
        "version": 1,
        "metadata": {
            "lifecycles": [{ "phase": "build" }],
            "tools": { "components": [{ "type": "application", "name": "xtask", "version": env!("CARGO_PKG_VERSION") }] },
            "component": {
                "type": "library",
                "bom-ref": subject,
                "purl": subject,
                "name": name,
                "version": version,
                "description": manifest["description"],
                "licenses": licences(manifest["license"].as_str()),
            },
        },
        "components": listed,
        "dependencies": dependencies,
    });
    Ok(serde_json::to_string(&document)? + "\n")
}

/// Returns what the package itself depends on: what its manifest names, and every crate that nothing else calls.
fn direct(manifest: &Value, components: &[Component]) -> Vec<String> {
    let is_called = |purl: &String| components.iter().any(|other| other.calls.contains(purl));
    let is_named = |component: &Component| {
        component.json["name"].as_str().is_some_and(|name| manifest["dependencies"][name].is_string())
    };
    let direct = |component: &&Component| {
        is_named(component) || (component.purl.starts_with("pkg:cargo/") && !is_called(&component.purl))
    };
    components.iter().filter(direct).map(|component| component.purl.clone()).collect()
}

fn licences(expression: Option<&str>) -> Value {
    match expression {
        None => json!([]),
        // npm's words for "no SPDX expression".
        Some(text) if text.starts_with("SEE ") || text == "UNLICENSED" => json!([{ "license": { "name": text } }]),
        Some(text) => json!([{ "expression": text }]),
    }
}

fn crate_purl(name: &str, version: &str) -> String {
    format!("pkg:cargo/{name}@{}", version.replace('+', "%2B"))
}

fn npm_purl(name: &str, version: &str) -> String {
    format!("pkg:npm/{}@{}", name.replacen('@', "%40", 1), version.replace('+', "%2B"))
}

/// Converts `sha512-…` in Base64 to hex.
fn sha512(integrity: &str) -> Option<String> {
    let encoded = integrity.split_whitespace().find_map(|hash| hash.strip_prefix("sha512-"))?;
    let bytes = base64::engine::general_purpose::STANDARD.decode(encoded).ok()?;
    Some(bytes.iter().map(|byte| format!("{byte:02x}")).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_subject_components_and_their_dependencies() {
        let locked = Locked {
            name: "@scope/x".into(),
            version: "1.0.0+1".into(),
            integrity: Some("sha512-AP8=".into()),
            ..Locked::default()
        };
        let manifest =
            json!({ "name": "@own/a", "version": "0.1.0", "license": "MIT", "dependencies": { "@scope/x": "^1" } });
        let text = document(&manifest, components(&[], &[locked])).unwrap();
        let document: Value = serde_json::from_str(&text).unwrap();
        assert_eq!(document["metadata"]["component"]["purl"], "pkg:npm/%40own/a@0.1.0");
        assert_eq!(document["components"][0]["hashes"][0]["content"], "00ff");
        assert_eq!(document["dependencies"][0]["dependsOn"][0], "pkg:npm/%40scope/x@1.0.0%2B1");
    }
}
