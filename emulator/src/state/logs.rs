//! The log entries of all projects.
//!
//! Source of the shape: `logging.v2` `LogEntry`. Entries stay until the next reset.

use crate::timestamp;
use serde_json::{Value, json};
use std::collections::HashMap;

/// An entry of a project.
#[derive(Debug)]
pub struct Entry {
    /// Id of the project.
    pub project: String,
    pub body: Value,
}

#[derive(Debug, Default)]
pub struct Logs {
    entries: Vec<Entry>,
    /// The first audit entries of operations that have not ended, by the operation's shown name.
    pub started: HashMap<String, Entry>,
    /// The errors of operations that ended before their first audit entry was written.
    pub ended: HashMap<String, Option<Value>>,
}

impl Logs {
    /// Writes an entry; `log` is e.g. `cloudaudit.googleapis.com%2Factivity`.
    pub fn write(&mut self, project: &str, log: &str, mut body: Value) {
        let now = timestamp::now();
        body["insertId"] = json!(format!("emu{:09x}", self.entries.len() + 1));
        body["logName"] = json!(format!("projects/{project}/logs/{log}"));
        body["timestamp"] = json!(now);
        body["receiveTimestamp"] = json!(now);
        self.entries.push(Entry { project: project.to_owned(), body });
    }

    pub fn of<'a>(&'a self, projects: &'a [String]) -> impl Iterator<Item = &'a Value> {
        self.entries.iter().filter(|entry| projects.contains(&entry.project)).map(|entry| &entry.body)
    }
}
