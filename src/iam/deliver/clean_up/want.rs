//! Wants and outcomes of a clean-up: the language between it and the host that stores the records.

use super::record::GrantRecord;
use crate::conversation::Millis;
use serde::Serialize;
use serde_json::Value;

/// The next action of the host that stores grant records.
#[derive(Clone, Debug, Default, PartialEq, Serialize, ts_rs::TS)]
#[ts(rename = "GrantWant", optional_fields)]
#[serde(tag = "want", rename_all = "camelCase", rename_all_fields = "camelCase")]
pub enum CleanUpWant {
    #[default]
    #[ts(skip)]
    Nothing,
    /// Read the open records, the first to expire first; the outcome is [`CleanUpOutcome::Records`].
    Open,
    /// Find when this user began an unexpired record; the outcome is [`CleanUpOutcome::Found`].
    FindOwn { id: String, given_by: String },
    /// Allow no further change under a record; the outcome is [`CleanUpOutcome::Closed`].
    Close { id: String },
    /// Allow changes under a record again.
    Reopen { id: String },
    /// Read which policies may have changed under a record; the outcome is [`CleanUpOutcome::Changes`].
    Changes {
        id: String,
        given_by: String,
        begun_at: String,
        #[serde(skip_serializing_if = "Option::is_none")]
        ends_at: Option<String>,
    },
    /// Mark a record as withdrawn.
    Withdraw { id: String },
    /// Note an attempt, with the time of the next one.
    Trying { id: String, next_try_at: String },
    /// Apply an access request with `iamApply`; the outcome is [`CleanUpOutcome::Applied`] or [`CleanUpOutcome::NotApplied`].
    Apply {
        #[ts(type = "Omit<IamApplyRequest, 'proxyUrl'>")]
        request: Value,
    },
    /// Note why an attempt failed.
    Failed { id: String, error: String },
    /// Keep only these grants in a record.
    Narrow { id: String, undated: Vec<String> },
    /// Mark a record as done.
    Done { id: String },
    /// Write a line to the portal's log.
    Log {
        #[ts(type = "'info' | 'warn'")]
        level: &'static str,
        message: String,
        grant: String,
    },
}

/// The outcome of the last [`CleanUpWant`].
#[derive(Clone, Debug, PartialEq)]
pub enum CleanUpOutcome {
    /// Also the outcome of every want without a result.
    Done,
    /// The open records, each read on its own.
    Records(Vec<GrantRecord>),
    /// Time of a record; `None` if this user has no such record.
    Found(Option<Millis>),
    /// Whether the record was open.
    Closed(bool),
    Changes {
        /// Resources whose policies may have changed.
        changed: Vec<String>,
        /// The outcome of a call is not known yet.
        under_way: bool,
    },
    Applied,
    NotApplied(String),
    /// The host failed, with the message of its error.
    Failed(String),
}

/// The answer to a user who may not withdraw a record.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Refusal {
    pub status: u16,
    pub message: &'static str,
}
