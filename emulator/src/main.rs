//! `emulator --port 8085 --seed emulator/seeds/demo.yaml`

use anyhow::Result;
use clap::Parser;
use emulator::Emulator;
use emulator::seed::Seed;
use std::path::PathBuf;

/// A local Google Cloud for developing and testing: Vertex AI models, endpoints, deployments and predictions, the Security Token
/// Service, service account credentials, allow policies and Privileged Access Manager, on one loopback port. It enforces permissions
/// as Google does.
///
/// Inspect it with GET /emulator/state and GET /emulator/calls, reset it with POST /emulator/reset, inject faults with POST
/// /emulator/faults (e.g. {"pathContains": ":deployModel", "fault": {"kind": "status", "status": 503}}) or causes that GET
/// /emulator/causes lists, change the clock with POST
/// /emulator/clock ({"speed": 60}, {"advanceSeconds": 300}) and limits with POST /emulator/settings. emulator/README.md lists them.
#[derive(Parser)]
#[command(version)]
struct Options {
    /// Port on 127.0.0.1
    #[arg(long, default_value_t = 8085)]
    port: u16,
    /// YAML file with projects, roles, bindings, pool providers, service accounts, models
    #[arg(long, default_value = "emulator/seeds/demo.yaml")]
    seed: PathBuf,
    /// Speed relative to Google; at 1 a deployment takes ten minutes
    #[arg(long, default_value_t = 40.0)]
    speed: f64,
    /// Issuer of every seeded provider, for a portal on another port
    #[arg(long)]
    issuer: Option<String>,
}

#[tokio::main]
async fn main() -> Result<()> {
    let options = Options::parse();
    anyhow::ensure!(options.speed > 0.0, "--speed must be above 0");
    let mut seed = Seed::read(&options.seed)?;
    if let Some(issuer) = &options.issuer {
        seed.replace_issuers(issuer);
    }
    let emulator = Emulator::bind(options.port, seed, options.speed).await?;
    println!("emulator listening on {}", emulator.url()?);
    emulator.serve(interrupted()).await
}

async fn interrupted() {
    use tokio::signal::unix::{SignalKind, signal};
    match (signal(SignalKind::interrupt()), signal(SignalKind::terminate())) {
        (Ok(mut interrupt), Ok(mut terminate)) => {
            tokio::select! { _ = interrupt.recv() => {}, _ = terminate.recv() => {} }
        }
        // Without handlers the default action of both signals ends the process.
        _ => std::future::pending().await,
    }
}
