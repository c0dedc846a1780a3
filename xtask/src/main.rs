//! `cargo xtask …`: the commands of this repository, for contributors and for CI.
#![forbid(unsafe_code)]

mod bench;
mod build;
mod demo;
mod figures;
mod fresh_apps;
mod pack;
mod postgres;
mod process;
mod stamp;
mod step;
mod test;
mod tools;
mod types;
mod workspace;

use anyhow::Result;
use clap::{Parser, Subcommand};
use workspace::Workspace;

/// Builds, runs, tests and measures Backstage Vertex AI. Installs missing tools first.
#[derive(Parser)]
#[command(name = "cargo xtask", bin_name = "cargo xtask")]
struct Arguments {
    #[command(subcommand)]
    task: Task,
}

#[derive(Subcommand)]
enum Task {
    /// Start the emulator and a Backstage portal with all packages, and print the address
    Demo(demo::Options),
    /// Run all tests, or with `packages` the tarballs in fresh apps
    Test(test::Options),
    /// Compile the core to WebAssembly, generate its bindings, build the npm package and the portal's pages
    Build,
    /// Generate the TypeScript declarations of the core, after a shape or its facade has changed
    Types,
    /// Write the tarballs of all npm packages to target/npm
    Pack,
    /// Measure speed, print the figures and write them to target/figures.json
    Bench(bench::Options),
    /// Format all Rust and TypeScript
    Fmt,
    /// Check format and lints without changing a file
    Lint,
    /// Remove build results
    Clean {
        /// Remove node_modules and target/ too
        #[arg(long)]
        all: bool,
    },
}

fn main() {
    if let Err(error) = run(Arguments::parse().task) {
        eprintln!("\nerror: {error:#}");
        process::stop_all();
        std::process::exit(1);
    }
}

fn run(task: Task) -> Result<()> {
    process::stop_children_on_interrupt()?;
    let workspace = Workspace::find()?;
    match task {
        Task::Demo(options) => demo::demo(&workspace, &options),
        Task::Test(options) => test::test(&workspace, &options),
        Task::Pack => pack::pack(&workspace),
        Task::Build => build::build(&workspace).and_then(|()| types::types(&workspace)),
        Task::Types => types::types(&workspace),
        Task::Bench(options) => bench::bench(&workspace, &options),
        Task::Fmt => test::format(&workspace),
        Task::Lint => test::lint(&workspace),
        Task::Clean { all } => workspace.clean(all),
    }
}
