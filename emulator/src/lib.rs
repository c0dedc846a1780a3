//! A local Google Cloud that enforces permissions: Vertex AI, STS, IAM, Resource Manager and Privileged Access Manager on one loopback port.
//!
//! It shares no code with the product's core, so that neither hides the other's mistakes.
#![forbid(unsafe_code)]

mod assertion;
mod call;
mod causes;
mod clock;
mod cloud;
mod control;
mod error;
mod iam;
mod logging;
mod message;
mod method_name;
mod monitoring;
mod neighbours;
mod operation;
mod page;
mod pam;
mod query;
mod query_language;
mod quotas;
mod received;
mod reply;
mod route;
mod rpc;
mod selector;
mod server;
mod service_usage;
mod services;
mod state;
mod sts;
mod timestamp;
mod token;
mod vertex;

use anyhow::{Context, Result};
use seed::Seed;
pub use state::seed;
use std::net::SocketAddr;
use tokio::net::TcpListener;

/// A running emulator; it stops when its future is dropped.
pub struct Emulator {
    listener: TcpListener,
    cloud: cloud::Cloud,
}

impl Emulator {
    /// Listens on loopback; port 0 selects a free port.
    pub async fn bind(port: u16, seed: Seed, speed: f64) -> Result<Self> {
        let address = SocketAddr::from(([127, 0, 0, 1], port));
        let listener = TcpListener::bind(address)
            .await
            .with_context(|| format!("cannot listen on port {port}: is it in use? choose another with --port"))?;
        Ok(Self { listener, cloud: cloud::Cloud::new(seed, speed) })
    }

    /// `http://127.0.0.1:PORT`
    pub fn url(&self) -> Result<String> {
        Ok(format!("http://{}", self.listener.local_addr()?))
    }

    /// Serves until `stop` resolves.
    pub async fn serve(self, stop: impl Future<Output = ()> + Send + 'static) -> Result<()> {
        let router = axum::Router::new().fallback(server::answer).with_state(self.cloud);
        // Open waits and slow answers do not delay the end.
        tokio::select! {
            served = axum::serve(self.listener, router).into_future() => Ok(served?),
            () = stop => Ok(()),
        }
    }
}
