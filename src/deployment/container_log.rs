//! The log of a container as a deployment keeps it.

use crate::diagnostic::Diagnostic;
use serde::Serialize;
use ts_rs::TS;

/// A line of a container's log, redacted.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, TS)]
pub struct ContainerLine {
    /// RFC 3339; empty where Google's entry has no time.
    pub at: String,
    pub text: String,
}

/// The last lines of the log of a model server that failed.
#[derive(Clone, Debug, PartialEq, Serialize, TS)]
#[ts(optional_fields)]
pub struct ContainerLog {
    /// Oldest first; a line that occurs several times stands once, where it occurred last.
    pub lines: Vec<ContainerLine>,
    /// Why the log cannot be read.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub unread: Option<Diagnostic>,
}
