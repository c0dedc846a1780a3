//! `cargo xtask bench`: scripts print JSON lines `{"key": …, "value": …}`, which become figures.

use crate::build;
use crate::demo::{App, Setting, Stage};
use crate::figures;
use crate::postgres::Postgres;
use crate::step::step;
use crate::workspace::Workspace;
use anyhow::{Context, Result, bail};
use clap::Args;
use serde_json::Value;
use std::process::Stdio;

#[derive(Args)]
pub struct Options {
    /// Run only this benchmark: proxy, deploy, deployments, validate, iam, emulator, diagnose, express or preflight
    only: Option<String>,
}

/// Name and script of each benchmark, and whether it needs a running portal.
const BENCHES: [(&str, &str, bool); 9] = [
    ("proxy", "tests/bench/proxy.mjs", false),
    ("deploy", "tests/bench/deploy.mjs", true),
    ("deployments", "tests/bench/deployments.mjs", false),
    ("validate", "tests/bench/validate/run.mjs", false),
    ("iam", "tests/bench/iam.mjs", false),
    ("emulator", "tests/bench/emulator.mjs", false),
    ("diagnose", "tests/bench/diagnose.mjs", false),
    ("express", "tests/bench/express.mjs", false),
    ("preflight", "tests/bench/preflight.mjs", true),
];

pub fn bench(workspace: &Workspace, options: &Options) -> Result<()> {
    build::build(workspace)?;
    let chosen: Vec<_> =
        BENCHES.iter().filter(|(name, ..)| options.only.as_deref().is_none_or(|o| o == *name)).collect();
    if chosen.is_empty() {
        bail!("unknown benchmark; expected one of {}", BENCHES.map(|(name, ..)| name).join(", "));
    }
    for (name, script, wants_portal) in chosen {
        let stage = wants_portal.then(|| Stage::start(workspace, &setting(workspace)?)).transpose()?;
        step(&format!("measure: {name}"), || {
            let mut node = workspace.command("node");
            node.arg(script).stderr(Stdio::inherit()).stdin(Stdio::null());
            // Replicas need it; a script that finds none measures what it can.
            let postgres = (*name == "deployments").then(|| Postgres::start(workspace, "bench-postgres"));
            match &postgres {
                Some(Ok(server)) => drop(node.env("POSTGRES_URL", &server.url)),
                Some(Err(error)) => println!("  {error:#}"),
                None => {}
            }
            if postgres.is_some() {
                node.env("ARTIFACTS", workspace.target("bench/deployments"));
            }
            if let Some(stage) = &stage {
                node.env("PORTAL_URL", &stage.portal_url).env("EMULATOR_URL", &stage.emulator_url);
            }
            let output = node.output().with_context(|| format!("cannot start {script}"))?;
            let printed = String::from_utf8_lossy(&output.stdout);
            // Also the figures above their limits.
            figures::record(&workspace.target("figures.json"), &measured(&printed))?;
            if !output.status.success() {
                bail!("{script} ended with {}:\n{printed}", output.status);
            }
            Ok(())
        })?;
    }
    println!("the figures are in target/figures.json");
    Ok(())
}

/// A portal with fresh databases.
fn setting(workspace: &Workspace) -> Result<Setting> {
    let database = workspace.target("bench/database");
    if database.exists() {
        std::fs::remove_dir_all(&database)?;
    }
    Ok(Setting {
        app: App::demo(workspace),
        portal_port: 7117,
        emulator_port: 8185,
        database: Some(database),
        logs: "bench/logs",
    })
}

/// Returns the figures in the output of a script.
fn measured(output: &str) -> Vec<(String, f64)> {
    output
        .lines()
        .filter_map(|line| {
            let value: Value = serde_json::from_str(line).ok()?;
            Some((value["key"].as_str()?.to_owned(), value["value"].as_f64()?))
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn output_other_than_figures_is_ignored() {
        let output = "hello\n{\"key\":\"a.b\",\"value\":1.5}\n{\"key\":\"c\"}\n[1]\n";
        assert_eq!(measured(output), [("a.b".to_owned(), 1.5)]);
    }
}
