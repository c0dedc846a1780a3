//! The emulator and a portal with everything installed, for people and for tests.

use crate::build;
use crate::figures;
use crate::process::{Server, get, require_free};
use crate::step::step;
use crate::workspace::Workspace;
use anyhow::Result;
use clap::Args;
use std::path::PathBuf;
use std::time::{Duration, Instant};

#[derive(Args)]
pub struct Options {
    /// Port of the portal
    #[arg(long, default_value_t = 7007)]
    port: u16,
    /// Port of the emulator
    #[arg(long, default_value_t = 8085)]
    emulator_port: u16,
    /// Start both, wait until they answer, write the figures, and stop
    #[arg(long)]
    check: bool,
}

/// A running emulator and portal. Both end when this is dropped.
pub struct Stage {
    pub portal_url: String,
    pub emulator_url: String,
    portal: Server,
    _emulator: Server,
}

/// Folders of a portal: the demo's, or those of a fresh app.
#[derive(Clone)]
pub struct App {
    /// Folder with `node_modules`.
    pub root: PathBuf,
    /// Folder of the backend.
    pub backend: PathBuf,
    /// Configuration files, relative to the backend.
    pub configs: Vec<&'static str>,
}

impl App {
    pub fn demo(workspace: &Workspace) -> Self {
        Self {
            root: workspace.root.clone(),
            backend: workspace.path("www/backend"),
            configs: vec!["../app-config.yaml"],
        }
    }
}

/// How a stage differs from the demo's.
pub struct Setting {
    pub app: App,
    pub portal_port: u16,
    pub emulator_port: u16,
    /// A folder for the databases, unless the app's configuration keeps them in memory.
    pub database: Option<PathBuf>,
    /// Folder of the logs, below `target/`.
    pub logs: &'static str,
}

impl Stage {
    /// Starts emulator and portal, and waits until both answer.
    pub fn start(workspace: &Workspace, setting: &Setting) -> Result<Self> {
        let Setting { portal_port, emulator_port, .. } = *setting;
        let logs = workspace.target(setting.logs);
        let mut emulator = step("start the emulator", || {
            let mut command = workspace.command("target/debug/emulator");
            command.args(["--port", &emulator_port.to_string(), "--seed", "emulator/seeds/demo.yaml"]);
            command.args(["--issuer", &format!("http://localhost:{portal_port}/api/proxy/vertex-ai")]);
            let mut server = Server::start("the emulator", &mut command, &logs.join("emulator.log"))?;
            server.await_ready(emulator_port, "/emulator/health", Duration::from_secs(20))?;
            Ok(server)
        })?;
        let emulator_url = format!("http://127.0.0.1:{emulator_port}");
        let portal = step("start the portal", || {
            let mut command = workspace.command("node");
            // The CLI itself, not npm: one process group, and no shell in between to swallow a signal.
            command
                .current_dir(&setting.app.backend)
                .arg(setting.app.root.join("node_modules/@backstage/cli/bin/backstage-cli"))
                .args(["package", "start"])
                .args(setting.app.configs.iter().flat_map(|config| ["--config", config]))
                .env("PORTAL_PORT", portal_port.to_string())
                .env("EMULATOR_URL", &emulator_url)
                .env("PORTAL_ROOT", &workspace.root);
            if let Some(folder) = &setting.database {
                std::fs::create_dir_all(folder)?;
                command.env("PORTAL_DATABASE", folder);
            }
            let mut server = Server::start("the portal", &mut command, &logs.join("portal.log"))?;
            for path in
                ["/.backstage/health/v1/readiness", "/", "/api/proxy/vertex-ai/.well-known/openid-configuration"]
            {
                server.await_ready(portal_port, path, Duration::from_secs(90))?;
            }
            // A user who signs in before the catalog has them is in no group, and has no access at Google.
            server.wait_for(portal_port, Duration::from_secs(60), || has_catalog(portal_port))?;
            Ok(server)
        });
        // The portal must end before the emulator.
        let portal = match portal {
            Ok(portal) => portal,
            Err(error) => {
                drop(emulator);
                return Err(error);
            }
        };
        emulator.await_ready(emulator_port, "/emulator/health", Duration::from_secs(5))?;
        Ok(Self { portal_url: format!("http://localhost:{portal_port}"), emulator_url, portal, _emulator: emulator })
    }
}

/// Returns whether the catalog has the sample entity and the guest's group.
fn has_catalog(port: u16) -> bool {
    let find = || -> Option<String> {
        let session = get(port, "/api/auth/guest/refresh", "x-requested-with: XMLHttpRequest\r\n")?;
        let session: serde_json::Value = serde_json::from_str(&session).ok()?;
        let identity = &session["backstageIdentity"];
        let groups = identity["identity"]["ownershipEntityRefs"].as_array()?;
        groups.iter().any(|entity| entity.as_str().is_some_and(|name| name.starts_with("group:"))).then_some(())?;
        let credentials = format!("authorization: Bearer {}\r\n", identity["token"].as_str()?);
        get(port, "/api/catalog/entities/by-name/component/default/fraud-detector", &credentials)?;
        get(port, "/api/catalog/entities/by-name/template/default/deploy-model", &credentials)
    };
    find().is_some()
}

pub fn demo(workspace: &Workspace, options: &Options) -> Result<()> {
    let start = Instant::now();
    require_free(options.port, "portal", "--port")?;
    require_free(options.emulator_port, "emulator", "--emulator-port")?;
    let cold = !workspace.path("node_modules").exists() && !workspace.target("xtask/stamps").exists();
    let warm = workspace.target("xtask/stamps/portal").exists();
    build::build(workspace)?;
    let mut stage = Stage::start(
        workspace,
        &Setting {
            app: App::demo(workspace),
            portal_port: options.port,
            emulator_port: options.emulator_port,
            database: Some(workspace.target("demo-database")),
            logs: "xtask/logs",
        },
    )?;
    let seconds = (start.elapsed().as_secs_f64() * 10.0).round() / 10.0;
    // A partial build is neither figure.
    let key = if cold { Some("demo.cold_seconds") } else { warm.then_some("demo.warm_seconds") };
    if let Some(key) = key {
        figures::record(&workspace.target("figures.json"), &[(key.to_owned(), seconds)])?;
    }
    let Stage { portal_url, emulator_url, .. } = &stage;
    println!(
        "\nThe portal runs at  {portal_url}\n  1. click \"Sign in as Guest\"\n  2. open Create, choose \"Deploy model\", pick the fraud detector\n  3. watch the task, then look at the Vertex AI card of the fraud detector\nThe emulator runs at {emulator_url} (its state: {emulator_url}/emulator/state)\nLogs are in target/xtask/logs. Ctrl-C ends both."
    );
    if options.check { Ok(()) } else { stage.portal.wait() }
}
