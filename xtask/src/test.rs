//! `cargo xtask test`: all steps in one table.

use crate::build;
use crate::demo::{App, Setting, Stage};
use crate::fresh_apps;
use crate::pack;
use crate::postgres::Postgres;
use crate::stamp::list_files;
use crate::step::{NotRun, step};
use crate::tools;
use crate::types;
use crate::workspace::{Workspace, run};
use anyhow::{Result, bail};
use clap::Args;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

#[derive(Args)]
pub struct Options {
    /// A suite of its own
    #[arg(conflicts_with_all = ["only", "list"])]
    suite: Option<Suite>,
    /// Run only the steps whose name contains this
    #[arg(long)]
    only: Option<String>,
    /// List the steps and run none
    #[arg(long)]
    list: bool,
}

#[derive(Clone, Copy, clap::ValueEnum)]
enum Suite {
    /// The packed tarballs in fresh apps: on the oldest supported Backstage and on npm's latest
    Packages,
    /// The steps with "chaos" in their names
    Chaos,
}

type Work = fn(&Workspace) -> Result<()>;

const FORMAT: &[(&str, Work)] = &[
    ("format of Rust", |w| run(&mut w.cargo(&["fmt", "--all", "--check"]))),
    ("format of TypeScript", |w| npm(w, &["run", "--silent", "prettier:check"])),
];

const LINT: &[(&str, Work)] = &[
    ("clippy", |w| {
        run(&mut w.cargo(&["clippy", "--quiet", "--locked", "--workspace", "--all-targets", "--", "-D", "warnings"]))
    }),
    ("clippy of the browser build", |w| clippy_wasm(w, "browser")),
    ("clippy of the server build", |w| clippy_wasm(w, "server")),
    ("clippy of the build that checks files", |w| clippy_wasm(w, "check")),
    ("types of TypeScript and API reports", |w| npm(w, &["run", "--silent", "api-reports:check"])),
    ("lint of TypeScript", |w| npm(w, &["run", "--silent", "lint"])),
    ("licences and sources of crates", cargo_deny),
    ("unused code and npm dependencies", |w| npm(w, &["run", "--silent", "knip"])),
];

const TESTS: &[(&str, Work)] = &[
    ("Rust, native", |w| run(&mut w.cargo(&["test", "--quiet", "--locked", "--workspace"]))),
    ("wasm in Node", |w| wasm_tests(w, false)),
    ("wasm in Chromium", |w| wasm_tests(w, true)),
    ("adapters, jest", |w| run(w.command("npm").args(["test", "--silent", "--", "--maxWorkers=2"]).env("CI", "true"))),
    ("PostgreSQL: databases of the adapters", postgres),
    ("the command line", |w| npm(w, &["test", "--silent", "--workspace", "@backstage-vertex-ai/cli"])),
    ("YAML is read as Backstage reads it", yaml_agreement),
    ("every place says the same", places),
    ("documentation", |w| run(w.command("node").args(["--test", "--test-reporter=dot", "tests/docs/run.mjs"]))),
    ("packaging", packaging),
    ("Google's clients against the emulator", |w| node(w, "tests/google-clients/run.mjs")),
    ("requests against Google's published description", |w| run(w.command("python3").arg("tests/conformance/run.py"))),
    ("the emulator's messages against Google's published description", |w| {
        run(w.command("python3").arg("tests/conformance/emulator.py"))
    }),
    ("Google's client of Privileged Access Manager against the emulator", |w| {
        run(w.command("python3").arg("tests/conformance/privileged.py"))
    }),
    ("Google's Python client of Vertex AI against the emulator", |w| {
        run(w.command("python3").arg("emulator/tests/google_python/run.py"))?;
        run(w.command("python3").arg("emulator/tests/google_python/scenario.py"))
    }),
    ("end to end, in a browser", end_to_end),
    ("chaos: deployments survive kills and faults", chaos),
    ("chaos on PostgreSQL: two replicas hand over", chaos_of_replicas),
];

fn npm(workspace: &Workspace, arguments: &[&str]) -> Result<()> {
    run(workspace.command("npm").args(arguments))
}

fn node(workspace: &Workspace, script: &str) -> Result<()> {
    let chromium = tools::chromium(workspace)?;
    run(workspace.command("node").arg(script).env("CHROMIUM", chromium))
}

fn example(workspace: &Workspace, name: &str) -> Result<Command> {
    run(&mut workspace.cargo(&["build", "--quiet", "--locked", "--example", name]))?;
    Ok(Command::new(workspace.target("debug/examples").join(name)))
}

fn yaml_agreement(workspace: &Workspace) -> Result<()> {
    example(workspace, "read-yaml")?;
    run(workspace.command("node").arg("tests/yaml-agreement/run.mjs"))
}

fn places(workspace: &Workspace) -> Result<()> {
    let examples = workspace.target("rule-examples");
    run(example(workspace, "rule-examples")?.arg(&examples))?;
    run(workspace
        .command("node")
        .args(["--experimental-transform-types", "--disable-warning=ExperimentalWarning"])
        .args(["--disable-warning=MODULE_TYPELESS_PACKAGE_JSON", "--import", "./tests/places/typescript.mjs"])
        .arg("tests/places/run.mjs")
        .arg(&examples))
}

fn packaging(workspace: &Workspace) -> Result<()> {
    pack::pack(workspace)?;
    node(workspace, "tests/packaging/repository.mjs")?;
    node(workspace, "tests/packaging/tarballs.mjs")?;
    node(workspace, "tests/packaging/run.mjs")
}

/// Tests of tables, migrations and leases that jest has skipped for want of a server.
fn postgres(workspace: &Workspace) -> Result<()> {
    let files = postgres_tests(workspace)?;
    let server = Postgres::start(workspace, "postgres")?;
    let results = workspace.target("postgres.json");
    run(workspace
        .command("npm")
        .args(["test", "--silent", "--", "--maxWorkers=2", "--testNamePattern", "on POSTGRES|on PostgreSQL", "--json"])
        .arg(format!("--outputFile={}", results.display()))
        .args(&files)
        .env("CI", "true")
        .env(server.variable(), &server.url)
        .stdout(Stdio::null()))?;
    // Jest succeeds as well where it has skipped everything.
    let results: serde_json::Value = serde_json::from_slice(&std::fs::read(results)?)?;
    for file in files {
        let of_file = |result: &&serde_json::Value| result["name"].as_str().is_some_and(|name| Path::new(name) == file);
        let assertions = results["testResults"].as_array().into_iter().flatten().find(of_file);
        let assertions = assertions.and_then(|result| result["assertionResults"].as_array());
        if !assertions.into_iter().flatten().any(|assertion| assertion["status"] == "passed") {
            bail!("no test of {} has run on PostgreSQL", file.display());
        }
    }
    Ok(())
}

/// The files of jest with tests that need a server.
fn postgres_tests(workspace: &Workspace) -> Result<Vec<PathBuf>> {
    let mut files = Vec::new();
    list_files(&workspace.path("pkg-js"), &mut files)?;
    let needs_server = |file: &PathBuf| {
        file.to_string_lossy().ends_with(".test.ts")
            && std::fs::read_to_string(file).is_ok_and(|text| {
                ["describeOnDatabases(", "eachSupportedId(", "on PostgreSQL'"].iter().any(|call| text.contains(call))
            })
    };
    Ok(files.into_iter().filter(needs_server).collect())
}

/// Runs cargo-deny if it is installed. CI installs it; compiling it takes minutes, so xtask does not.
fn cargo_deny(workspace: &Workspace) -> Result<()> {
    if tools::on_path("cargo-deny").is_none() {
        bail!(NotRun("cargo-deny is not installed (`cargo install cargo-deny --locked`)"));
    }
    run(&mut workspace.cargo(&["deny", "--log-level", "error", "check", "bans", "licenses", "sources"]))
}

fn clippy_wasm(workspace: &Workspace, feature: &str) -> Result<()> {
    run(&mut workspace.cargo(&[
        "clippy",
        "--quiet",
        "--locked",
        "--package",
        "backstage-vertex-ai",
        "--target",
        "wasm32-unknown-unknown",
        "--no-default-features",
        "--features",
        feature,
        "--",
        "-D",
        "warnings",
    ]))
}

fn wasm_tests(workspace: &Workspace, in_browser: bool) -> Result<()> {
    run(&mut workspace.cargo(&["build", "--quiet", "--locked", "--package", "test-runner"]))?;
    let mut cargo = workspace.cargo(&[
        "test",
        "--locked",
        "--package",
        "backstage-vertex-ai",
        "--target",
        "wasm32-unknown-unknown",
        "--test",
        "wasm",
    ]);
    cargo.env("CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_RUNNER", workspace.target("debug/test-runner"));
    if in_browser {
        tools::chromium(workspace)?;
        cargo.env("WASM_BINDGEN_USE_BROWSER", "1");
        cargo.env("CHROMEDRIVER", tools::chromedriver(workspace)?);
    }
    run(&mut cargo)
}

/// A fresh portal with its databases in files, so that their rows can be searched for secrets.
fn end_to_end(workspace: &Workspace) -> Result<()> {
    let chromium = tools::chromium(workspace)?;
    let artifacts = workspace.target("e2e");
    if artifacts.exists() {
        std::fs::remove_dir_all(&artifacts)?;
    }
    let database = artifacts.join("database");
    let stage = Stage::start(
        workspace,
        &Setting {
            app: App::demo(workspace),
            portal_port: 7107,
            emulator_port: 8185,
            database: Some(database.clone()),
            logs: "e2e/logs",
        },
    )?;
    run(workspace
        .command("node")
        .arg("tests/e2e/run.mjs")
        .env("PORTAL_URL", &stage.portal_url)
        .env("EMULATOR_URL", &stage.emulator_url)
        .env("CHROMIUM", chromium)
        .env("DATABASE", database)
        .env("ARTIFACTS", &artifacts))
}

/// Starts and kills its own portal. `ROUNDS` and `SEED` in the environment make a longer run, or the same run again.
fn chaos(workspace: &Workspace) -> Result<()> {
    run(workspace.command("node").arg("tests/chaos/run.mjs").env("ARTIFACTS", workspace.target("chaos")))
}

/// As `chaos`, with two replicas on one database, which is cut off, killed and started again. `HOUR` in the environment plays a deployment
/// of an hour.
fn chaos_of_replicas(workspace: &Workspace) -> Result<()> {
    let server = Postgres::start(workspace, "chaos-postgres")?;
    run(workspace
        .command("node")
        .arg("tests/chaos/run.mjs")
        .env("ARTIFACTS", workspace.target("chaos-replicas"))
        .env("POSTGRES_URL", &server.url)
        .env("POSTGRES_DATA", &server.data))
}

pub fn test(workspace: &Workspace, options: &Options) -> Result<()> {
    if let Some(Suite::Packages) = options.suite {
        return fresh_apps::test(workspace);
    }
    let all = || FORMAT.iter().chain(LINT).chain(TESTS);
    let only = options.suite.map(|_| "chaos").or(options.only.as_deref());
    let wanted = |name: &str| only.is_none_or(|only| name.contains(only));
    if options.list {
        all().for_each(|(name, _)| println!("{name}"));
        return Ok(());
    }
    build::build(workspace)?;
    types::types(workspace)?;
    let mut failed = Vec::new();
    let mut not_run = Vec::new();
    let mut passed = 0;
    for (name, work) in all().filter(|(name, _)| wanted(name)) {
        match step(name, || work(workspace)) {
            Ok(()) => passed += 1,
            Err(error) if error.is::<NotRun>() => not_run.push(format!("{error:#}")),
            Err(error) => {
                eprintln!("{error:#}");
                failed.push(*name);
            }
        }
    }
    for what in &not_run {
        println!("{what}");
    }
    for name in &failed {
        println!("failed: {name}");
    }
    println!("\nsteps: {passed} passed, {} not run, {} failed", not_run.len(), failed.len());
    if !failed.is_empty() {
        bail!("{} of the test steps failed", failed.len());
    }
    Ok(())
}

pub fn format(workspace: &Workspace) -> Result<()> {
    tools::node(workspace)?;
    tools::npm_packages(workspace)?;
    run(&mut workspace.cargo(&["fmt", "--all"]))?;
    npm(workspace, &["run", "--silent", "prettier:write"])
}

pub fn lint(workspace: &Workspace) -> Result<()> {
    build::build(workspace)?;
    types::types(workspace)?;
    FORMAT.iter().chain(LINT).try_for_each(|(name, work)| match step(name, || work(workspace)) {
        Err(error) if error.is::<NotRun>() => Ok(()),
        result => result,
    })
}
