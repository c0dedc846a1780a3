//! Child servers: each has its own process group and a log, and ends with xtask.

use anyhow::{Context, Result, bail};
use std::fs::File;
use std::io::{Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::Mutex;
use std::time::{Duration, Instant};

/// Process groups of running servers, for the interrupt handler.
static GROUPS: Mutex<Vec<u32>> = Mutex::new(Vec::new());

fn groups() -> std::sync::MutexGuard<'static, Vec<u32>> {
    GROUPS.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
}

fn signal(group: u32, name: &str) {
    let _ = Command::new("kill").args([name, "--", &format!("-{group}")]).stderr(Stdio::null()).status();
}

/// Returns whether a process of the group still runs. A zombie does not.
fn is_alive(group: u32) -> bool {
    let Ok(processes) = std::fs::read_dir("/proc") else {
        let probe = Command::new("kill").args(["-0", "--", &format!("-{group}")]).stderr(Stdio::null()).status();
        return probe.is_ok_and(|status| status.success());
    };
    processes.flatten().any(|process| {
        let stat = std::fs::read_to_string(process.path().join("stat")).unwrap_or_default();
        // `pid (name) state parent group …`: the name may contain brackets.
        let mut fields = stat.rsplit(')').next().unwrap_or_default().split_whitespace();
        let state = fields.next().unwrap_or("Z");
        !matches!(state, "Z" | "X") && fields.nth(1) == Some(&group.to_string())
    })
}

/// Ends every group: with SIGTERM, and after five seconds with SIGKILL.
pub fn stop_all() {
    for group in std::mem::take(&mut *groups()) {
        stop(group);
    }
}

fn stop(group: u32) {
    signal(group, "-TERM");
    let deadline = Instant::now() + Duration::from_secs(5);
    while is_alive(group) {
        if Instant::now() > deadline {
            signal(group, "-KILL");
            return;
        }
        std::thread::sleep(Duration::from_millis(30));
    }
}

/// Ends the servers on Ctrl-C, a closed terminal and `kill`.
pub fn stop_children_on_interrupt() -> Result<()> {
    ctrlc::set_handler(|| {
        stop_all();
        std::process::exit(130);
    })
    .context("cannot watch for Ctrl-C")
}

/// A running server. It ends when this is dropped.
pub struct Server {
    name: &'static str,
    child: Child,
    log: PathBuf,
}

impl Server {
    /// Starts a server that writes its output to `log`.
    pub fn start(name: &'static str, command: &mut Command, log: &Path) -> Result<Self> {
        if let Some(folder) = log.parent() {
            std::fs::create_dir_all(folder)?;
        }
        let output = File::create(log).with_context(|| format!("cannot write {}", log.display()))?;
        let child = command
            .process_group(0)
            .stdin(Stdio::null())
            .stdout(output.try_clone()?)
            .stderr(output)
            .spawn()
            .with_context(|| format!("cannot start {name}: {command:?}"))?;
        groups().push(child.id());
        Ok(Self { name, child, log: log.to_owned() })
    }

    /// Waits until a GET answers 2xx. Fails with the end of the log if the server ends first.
    pub fn await_ready(&mut self, port: u16, path: &str, patience: Duration) -> Result<()> {
        self.wait_for(port, patience, || answers(port, path))
    }

    /// Waits until a condition holds. Fails with the end of the log if the server ends first.
    pub fn wait_for(&mut self, port: u16, patience: Duration, mut holds: impl FnMut() -> bool) -> Result<()> {
        let deadline = Instant::now() + patience;
        loop {
            if holds() {
                return Ok(());
            }
            if let Some(status) = self.child.try_wait()? {
                bail!("{} ended with {status}; the end of {}:\n{}", self.name, self.log.display(), self.tail());
            }
            if Instant::now() > deadline {
                bail!(
                    "{} does not answer on port {port}; the end of {}:\n{}",
                    self.name,
                    self.log.display(),
                    self.tail()
                );
            }
            std::thread::sleep(Duration::from_millis(100));
        }
    }

    /// Waits until the server ends by itself, and reports that as an error.
    pub fn wait(&mut self) -> Result<()> {
        let status = self.child.wait()?;
        bail!("{} ended with {status}; the end of {}:\n{}", self.name, self.log.display(), self.tail());
    }

    fn tail(&self) -> String {
        let text = std::fs::read_to_string(&self.log).unwrap_or_default();
        let lines: Vec<&str> = text.lines().collect();
        lines[lines.len().saturating_sub(25)..].join("\n")
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let group = self.child.id();
        groups().retain(|other| *other != group);
        stop(group);
        let _ = self.child.wait();
    }
}

fn answers(port: u16, path: &str) -> bool {
    get(port, path, "").is_some()
}

/// Returns the body of a 2xx answer to a GET. Each line of `headers` ends in CRLF.
pub fn get(port: u16, path: &str, headers: &str) -> Option<String> {
    let get = || -> std::io::Result<Option<String>> {
        let address = SocketAddr::from(([127, 0, 0, 1], port));
        let mut stream = TcpStream::connect_timeout(&address, Duration::from_secs(1))?;
        stream.set_read_timeout(Some(Duration::from_secs(10)))?;
        write!(stream, "GET {path} HTTP/1.0\r\nhost: localhost:{port}\r\n{headers}\r\n")?;
        let mut answer = Vec::new();
        stream.read_to_end(&mut answer)?;
        let answer = String::from_utf8_lossy(&answer);
        let (head, body) = answer.split_once("\r\n\r\n").unwrap_or((&answer, ""));
        let succeeded = head.split(' ').nth(1).is_some_and(|status| status.starts_with('2'));
        Ok(succeeded.then(|| body.to_owned()))
    };
    get().ok().flatten()
}

/// Fails if the port is in use, and names the process that uses it.
pub fn require_free(port: u16, what: &str, flag: &str) -> Result<()> {
    if TcpListener::bind(SocketAddr::from(([127, 0, 0, 1], port))).is_ok() {
        return Ok(());
    }
    let holder = holder(port).map(|holder| format!(" by {holder}")).unwrap_or_default();
    bail!("port {port} of the {what} is in use{holder}: end that process, or choose another port with {flag}");
}

/// Returns the process that listens on a port, for instance `process 123 (node)`. Requires `/proc`.
fn holder(port: u16) -> Option<String> {
    let hex = format!("{port:04X}");
    let inode = ["/proc/net/tcp", "/proc/net/tcp6"].iter().find_map(|table| {
        let text = std::fs::read_to_string(table).ok()?;
        text.lines().skip(1).find_map(|line| {
            let fields: Vec<&str> = line.split_whitespace().collect();
            let listening = fields.get(3) == Some(&"0A") && fields.get(1)?.ends_with(&format!(":{hex}"));
            listening.then(|| fields.get(9).map(|inode| (*inode).to_owned()))?
        })
    })?;
    let wanted = format!("socket:[{inode}]");
    for process in std::fs::read_dir("/proc").ok()?.flatten() {
        // `/proc/self` and others repeat processes that have a number.
        if process.file_name().to_string_lossy().parse::<u32>().is_err() {
            continue;
        }
        let Ok(files) = std::fs::read_dir(process.path().join("fd")) else { continue };
        for file in files.flatten() {
            if std::fs::read_link(file.path()).is_ok_and(|link| link.to_string_lossy() == wanted) {
                let name = std::fs::read_to_string(process.path().join("comm")).unwrap_or_default();
                return Some(format!("process {} ({})", process.file_name().to_string_lossy(), name.trim()));
            }
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reports_a_used_port_with_its_process() {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        let message = require_free(port, "portal", "--port").unwrap_err().to_string();
        assert!(message.contains(&port.to_string()) && message.contains(&std::process::id().to_string()), "{message}");
        drop(listener);
    }

    #[test]
    fn dropping_a_server_ends_its_children() {
        let folder = tempfile::tempdir().unwrap();
        let log = folder.path().join("log");
        let mut shell = Command::new("sh");
        shell.args(["-c", "sleep 600 & sleep 600"]);
        let server = Server::start("sleeper", &mut shell, &log).unwrap();
        let group = server.child.id();
        assert!(is_alive(group));
        drop(server);
        assert!(!is_alive(group));
    }
}
