//! Wants and outcomes of a proxied call: the language between the door and its host.

use super::evidence::Doubt;
use super::records::{Announcement, Conclusion, Intention, Resolution, Settlement};
use crate::conversation::Millis;
use crate::identity::broker::TokenRequest;
use crate::identity::secret::Secret;
use serde::ser::SerializeMap;
use serde::{Serialize, Serializer};
use serde_json::Value;
use ts_rs::TS;

/// The next action of the host.
#[derive(Clone, Debug, Default, PartialEq, Serialize, TS)]
#[ts(rename = "DoorWant")]
#[serde(tag = "want", rename_all = "camelCase", rename_all_fields = "camelCase")]
pub enum Want {
    #[default]
    #[ts(skip)]
    Nothing,
    /// Ask whether the caller has a Backstage permission; the outcome is [`Outcome::Decision`].
    Permit { permission: &'static str },
    /// Read the ownership refs of the user; the outcome is [`Outcome::Groups`].
    Groups { within: Millis },
    /// Find the user who started an operation; the outcome is [`Outcome::Starter`].
    Starter { operation: String },
    /// Read the request's body whole; the outcome is [`Outcome::Body`].
    ReadBody { limit: usize },
    /// Report the call to the audit log; the outcome is [`Outcome::Done`].
    Announce(Announcement),
    /// Write the call's audit record; the outcome is [`Outcome::Done`].
    Record(Intention),
    /// Find an open grant record of this user; the outcome is [`Outcome::Grant`].
    FindGrant { id: String, given_by: String },
    /// Find the audit records of this user whose outcome is pending or unknown, begun since then, about one of these resources; the outcome is
    /// [`Outcome::Doubts`].
    Doubts { user: String, resources: Vec<String>, since: Millis, within: Millis },
    /// Note in an audit record what a later answer shows, unless its outcome is known; the outcome is [`Outcome::Resolved`].
    Resolve(Resolution),
    /// Read the entities with annotations of ours from the catalog; the outcome is [`Outcome::Entities`].
    Claims { within: Millis },
    /// Read those of some entities that the catalog has, with their relations; the outcome is [`Outcome::Entities`].
    Entities { refs: Vec<String>, within: Millis },
    /// Revoke a mandate, unless it is revoked; the outcome is [`Outcome::Done`].
    Revoke { id: String, because: String },
    /// Raise the number of a mandate's lease to this one if it is lower, and return the mandate; the outcome is [`Outcome::Mandate`].
    FindMandate { id: String, lease: u64 },
    /// Replace a mandate's facts if its lease has this number and the facts this revision, whose number then rises by one; the outcome is
    /// [`Outcome::Kept`].
    KeepFacts { id: String, lease: u64, revision: u64, facts: String },
    /// Get a token from the [broker](crate::identity::broker::Broker); the outcome is [`Outcome::Token`].
    Token(#[serde(skip)] TokenRequest),
    /// Send the request to Google; the outcome is [`Outcome::Answer`]. An earlier answer is discarded. A request whose answer does not begin in
    /// time is aborted, and so is one whose answer then pauses for as long: a `TimeoutError`.
    Send(Send),
    /// Read Google's answer whole, and abort it where it does not end in time; the outcome is [`Outcome::Body`].
    ReadAnswer { limit: usize, within: Millis },
    /// Complete the audit record; the outcome is [`Outcome::Done`].
    Settle(Settlement),
    /// Report the outcome to the audit log; the outcome is [`Outcome::Done`].
    Conclude(Conclusion),
    /// Write a line to the portal's log; the outcome is [`Outcome::Done`].
    Log(LogLine),
    /// Pass Google's answer to the caller; the outcome is [`Outcome::Done`].
    Reply { status: u16, headers: Headers, body: AnswerBody },
}

/// A line of the portal's log.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, TS)]
pub struct LogLine {
    pub level: Level,
    pub message: String,
    pub meta: LogMeta,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, TS)]
#[ts(rename = "LogLevel")]
#[serde(rename_all = "lowercase")]
pub enum Level {
    Warn,
    Error,
}

/// Fields of a log line.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, TS)]
#[ts(optional_fields)]
#[serde(rename_all = "camelCase")]
pub struct LogMeta {
    #[ts(as = "Option<crate::diagnostic::Code>")]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub code: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub audit_id: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub method: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub resource: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub user: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub error: Option<String>,
}

/// One request to Google.
#[derive(Clone, Debug, PartialEq, Serialize, TS)]
#[ts(rename = "GoogleRequest")]
#[serde(rename_all = "camelCase")]
pub struct Send {
    pub verb: &'static str,
    pub url: String,
    pub headers: Headers,
    pub body: RequestBody,
    pub until: Until,
    /// Maximum time until the answer begins, and maximum pause in it.
    pub within: Millis,
}

/// The source of a request's body.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "lowercase")]
pub enum RequestBody {
    None,
    /// The bytes that [`Want::ReadBody`] returned.
    Read,
    /// The caller's stream; it cannot be sent again.
    Stream,
}

/// How Google's answer reaches the caller.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "lowercase")]
pub enum AnswerBody {
    /// The bytes that [`Want::ReadAnswer`] returned.
    Read,
    /// Chunk by chunk; an answer that is cut off arrives cut off.
    Stream,
}

/// How long a request to Google runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
pub enum Until {
    /// To its end, so that its outcome is known.
    End,
    /// Until its caller leaves.
    CallerLeaves,
    /// To its end: the answer may be that of an equal request, with the same credential, which began up to two seconds ago. No answer is
    /// shared across a request that runs to its end by itself.
    Shared,
}

/// Names and values of HTTP headers; a JavaScript object.
#[derive(Clone, Debug, Default, PartialEq, TS)]
#[ts(rename = "HttpHeaders", type = "Record<string, string>")]
pub struct Headers {
    /// The access token of `authorization`.
    pub bearer: Option<Secret>,
    pub others: Vec<(&'static str, String)>,
}

impl Headers {
    pub fn get(&self, name: &str) -> Option<&str> {
        self.others.iter().find(|(other, _)| *other == name).map(|(_, value)| value.as_str())
    }
}

impl Serialize for Headers {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        if let Some(bearer) = &self.bearer {
            map.serialize_entry("authorization", &format_args!("Bearer {}", bearer.expose()))?;
        }
        for (name, value) in &self.others {
            map.serialize_entry(name, value)?;
        }
        map.end()
    }
}

/// The outcome of the last [`Want`].
#[derive(Clone, Debug, PartialEq)]
pub enum Outcome {
    Done,
    /// The answer of Backstage's permission framework: `ALLOW`, `DENY` or `CONDITIONAL`.
    Decision(String),
    Groups(Vec<String>),
    Starter(Option<Starter>),
    /// `None` where the body exceeds the limit.
    Body(Option<Vec<u8>>),
    /// The resources that an open grant record is about; `None` where no such record exists.
    Grant(Option<Vec<String>>),
    Doubts(Vec<Doubt>),
    /// Whether the outcome was not known until now.
    Resolved(bool),
    /// `None` where no such mandate exists.
    Mandate(Option<MandateRow>),
    /// Whether the facts were replaced.
    Kept(bool),
    /// Entities of the catalog.
    Entities(Vec<Value>),
    Token(Result<Secret, crate::diagnostic::Diagnostic>),
    Answer(Answer),
    Failed(Failure),
}

impl Outcome {
    /// The host's error, where it failed.
    pub fn failure(self) -> Option<Failure> {
        match self {
            Self::Failed(failure) => Some(failure),
            _ => None,
        }
    }
}

/// The host's answers by the names of the wants. Other wants have none. [`Want::answered`] reads them.
#[derive(Clone, Debug, TS)]
#[ts(rename_all = "camelCase", optional_fields)]
pub struct DoorAnswers {
    /// `ALLOW`, `DENY` or `CONDITIONAL`.
    pub permit: String,
    /// Ownership refs of the user.
    pub groups: Vec<String>,
    /// Absent where no audit record names the operation.
    pub starter: Option<Starter>,
    /// The whole body; absent where it exceeds the limit.
    // By type: ts-rs declares bytes as an array of numbers.
    #[ts(type = "Uint8Array", optional)]
    pub read_body: Option<Vec<u8>>,
    /// Resources of an open grant record of this user, as the gate names them; absent where no such record exists.
    pub find_grant: Option<Vec<String>>,
    pub doubts: Vec<Doubt>,
    /// Whether the outcome was not known until now.
    pub resolve: bool,
    /// Absent where no such mandate exists.
    pub find_mandate: Option<MandateRow>,
    /// Whether the facts were replaced.
    pub keep_facts: bool,
    /// Entities of the catalog: kind, name, namespace and annotations. They may be some seconds old.
    #[ts(type = "object[]")]
    pub claims: Vec<Value>,
    /// Entities of the catalog: kind, name, namespace and relations. They may be a minute old.
    #[ts(type = "object[]")]
    pub entities: Vec<Value>,
    /// The head of the answer; an earlier answer is discarded.
    pub send: Answer,
    /// The whole answer; absent where it exceeds the limit.
    #[ts(type = "Uint8Array", optional)]
    pub read_answer: Option<Vec<u8>>,
}

/// A user who started an operation, as the audit record describes them.
#[derive(Clone, Debug, PartialEq, Eq, TS)]
#[ts(rename = "OperationStarter")]
pub struct Starter {
    #[ts(rename = "ref")]
    pub entity_ref: String,
    #[ts(rename = "ownership")]
    pub groups: Vec<String>,
    /// Milliseconds since 1970.
    #[ts(rename = "at")]
    pub started_at: Millis,
}

/// A stored mandate; times are milliseconds since 1970.
#[derive(Clone, Debug, PartialEq, Eq, TS)]
#[ts(optional_fields)]
#[ts(rename_all = "camelCase")]
pub struct MandateRow {
    /// The deployment's id.
    pub deployment: String,
    /// Entity ref of the user who gave it.
    pub user: String,
    /// The user's groups at that time.
    pub groups: Vec<String>,
    /// JSON text of the deployment's request.
    pub request: String,
    pub fingerprint: String,
    #[ts(type = "number")]
    pub expires_at: Millis,
    #[ts(type = "number", optional)]
    pub revoked_at: Option<Millis>,
    /// The highest number of a lease that was used.
    #[ts(type = "number")]
    pub lease: u64,
    /// JSON text of its facts.
    pub facts: String,
    #[ts(type = "number")]
    pub revision: u64,
}

/// The head of Google's answer.
#[derive(Clone, Debug, PartialEq, Eq, TS)]
#[ts(rename = "GoogleAnswer")]
pub struct Answer {
    pub status: u16,
    /// Values of `answerHeaders` of the gate's facts, in that order.
    // By type: see `Arrival::headers`.
    #[ts(type = "(string | undefined)[]")]
    pub headers: Vec<Option<String>>,
}

/// An error that the host threw.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Failure {
    /// The error's class, e.g. `NotAllowedError`.
    pub name: String,
    pub message: String,
}

impl Failure {
    /// Whether something did not happen within the time that the door states.
    pub fn is_timeout(&self) -> bool {
        self.name == "TimeoutError"
    }
}
