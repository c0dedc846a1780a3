//! A throw-away PostgreSQL for tests: a cluster of its own below `target/`, on loopback, which ends with xtask.

use crate::process::Server;
use crate::step::NotRun;
use crate::tools::{is_root, on_path};
use crate::workspace::{Workspace, output, run};
use anyhow::{Context, Result};
use std::net::TcpListener;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Duration;

/// Major versions that Backstage supports.
const SUPPORTED: std::ops::RangeInclusive<u32> = 14..=18;
/// Where Debian and Ubuntu keep the servers, outside PATH.
const DEBIAN: &str = "/usr/lib/postgresql";

/// A running cluster. It ends when this is dropped.
pub struct Postgres {
    /// The address of its database `postgres`, with its user.
    pub url: String,
    /// Its data folder, with its process and its options in files.
    pub data: PathBuf,
    version: u32,
    _server: Server,
}

impl Postgres {
    /// Starts an empty cluster in `target/NAME`.
    ///
    /// # Errors
    /// `NotRun` where the machine has no PostgreSQL of a supported version
    pub fn start(workspace: &Workspace, name: &str) -> Result<Self> {
        let (programs, version) = find().ok_or(NotRun("no PostgreSQL 14 to 18 is installed"))?;
        let folder = home(workspace, name)?;
        let data = folder.join("data");
        if data.exists() {
            std::fs::remove_dir_all(&data)?;
        }
        run(as_owner(Command::new(programs.join("initdb")))?
            .args(["--auth=trust", "--username=postgres", "--encoding=UTF8", "--no-sync", "--pgdata"])
            .arg(&data)
            .current_dir(&folder)
            .stdout(Stdio::null()))?;
        let port = TcpListener::bind("127.0.0.1:0")?.local_addr()?.port();
        let mut command = as_owner(Command::new(programs.join("postgres")))?;
        command.arg("-D").arg(&data).args(["-p", &port.to_string()]).current_dir(&folder);
        // Loopback alone, without a socket in a shared folder. The data need not survive the machine.
        for setting in ["listen_addresses=127.0.0.1", "unix_socket_directories=", "fsync=off", "max_connections=400"] {
            command.args(["-c", setting]);
        }
        let log = workspace.target(&format!("{name}.log"));
        let mut server = Server::start("PostgreSQL", &mut command, &log)?;
        server.wait_for(port, Duration::from_secs(60), || is_ready(&data))?;
        Ok(Self { url: format!("postgresql://postgres@127.0.0.1:{port}/postgres"), data, version, _server: server })
    }

    /// Name of the variable in which `@backstage/backend-test-utils` looks for a server of this version.
    pub fn variable(&self) -> String {
        format!("BACKSTAGE_TEST_DATABASE_POSTGRES{}_CONNECTION_STRING", self.version)
    }
}

/// Returns the newest supported server: the folder of its programs, and its major version.
fn find() -> Option<(PathBuf, u32)> {
    let on_path = on_path("pg_ctl").and_then(|program| Some(program.canonicalize().ok()?.parent()?.to_owned()));
    let debian = std::fs::read_dir(DEBIAN).into_iter().flatten().flatten().map(|version| version.path().join("bin"));
    on_path
        .into_iter()
        .chain(debian)
        .filter_map(|folder| {
            let said = output(Command::new(folder.join("postgres")).arg("--version")).ok()?;
            let version = major(&said)?;
            (SUPPORTED.contains(&version) && folder.join("initdb").is_file()).then_some((folder, version))
        })
        .max_by_key(|(_, version)| *version)
}

/// Returns the major version that `postgres --version` reports.
fn major(said: &str) -> Option<u32> {
    let number = said.split_whitespace().find(|word| word.starts_with(|first: char| first.is_ascii_digit()))?;
    number.split(|other: char| !other.is_ascii_digit()).next()?.parse().ok()
}

/// Returns a folder that the server's owner may write to. PostgreSQL does not run as root.
fn home(workspace: &Workspace, name: &str) -> Result<PathBuf> {
    let below_target = workspace.target(name);
    std::fs::create_dir_all(&below_target)?;
    let Some((uid, gid)) = owner()? else { return Ok(below_target) };
    std::os::unix::fs::chown(&below_target, Some(uid), Some(gid))?;
    let reaches = as_owner(Command::new("test"))?.arg("-w").arg(&below_target).status()?.success();
    if reaches {
        return Ok(below_target);
    }
    // The repository lies in a folder that is root's alone.
    let elsewhere = std::env::temp_dir().join(format!("backstage-vertex-ai-{name}-{}", std::process::id()));
    std::fs::create_dir_all(&elsewhere)?;
    std::os::unix::fs::chown(&elsewhere, Some(uid), Some(gid))?;
    Ok(elsewhere)
}

/// Returns the user and group that run the server in place of root.
fn owner() -> Result<Option<(u32, u32)>> {
    if !is_root() {
        return Ok(None);
    }
    let id = |flag: &str, user: &str| output(Command::new("id").args([flag, user])).ok()?.trim().parse().ok();
    ["postgres", "nobody"]
        .iter()
        .find_map(|user| Some((id("-u", user)?, id("-g", user)?)))
        .map(Some)
        .context("PostgreSQL does not run as root, and neither `postgres` nor `nobody` is a user of this machine")
}

fn as_owner(mut command: Command) -> Result<Command> {
    if let Some((uid, gid)) = owner()? {
        command.uid(uid).gid(gid);
    }
    Ok(command)
}

/// Returns whether the server accepts connections: it says so in the file of its process.
fn is_ready(data: &Path) -> bool {
    let state = std::fs::read_to_string(data.join("postmaster.pid")).unwrap_or_default();
    state.lines().any(|line| line.trim() == "ready")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_are_read_as_distributions_write_them() {
        assert_eq!(major("postgres (PostgreSQL) 15.18 (Debian 15.18-0+deb12u1)\n"), Some(15));
        assert_eq!(major("postgres (PostgreSQL) 18beta2"), Some(18));
        assert_eq!(major("postgres"), None);
    }
}
