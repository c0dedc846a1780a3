//! `cargo xtask …`: everything a newcomer or CI does with this repository.
#![forbid(unsafe_code)]

mod bench;
mod build;
mod demo;
mod figures;
mod pack;
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

/// Builds, shows, tests and measures Backstage Vertex AI. Installs what is missing.
#[derive(Parser)]
#[command(name = "cargo xtask", bin_name = "cargo xtask")]
struct Arguments {
    #[command(subcommand)]
    task: Task,
}

#[derive(Subcommand)]
enum Task {
    /// Start the emulator and a real Backstage portal with everything installed, and print its address
    Demo(demo::Options),
    /// Run every test there is
    Test(test::Options),
    /// Compile the core to WebAssembly, generate its bindings, assemble the npm packages and the portal
    Build,
    /// Generate the TypeScript declarations of the core, after a shape or its facade has changed
    Types,
    /// Write the tarballs of all npm packages to target/npm
    Pack,
    /// Measure; prints a table and writes target/figures.json
    Bench(bench::Options),
    /// Format everything
    Fmt,
    /// Check format and lints, change nothing
    Lint,
    /// Remove what was built (and, with --all, what was installed)
    Clean {
        /// Also node_modules and the tools in target/
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
