//! The audit record of one call: intention, announcement, outcome.

use super::arrival::Arrival;
use super::evidence;
use crate::guard::{Allowed, Outcome as Answered, read_strictly};
use serde::Serialize;
use ts_rs::TS;

/// Fields that every event of the audit log carries.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, TS)]
#[ts(rename = "AuditFacts", optional_fields)]
#[serde(rename_all = "camelCase")]
pub struct Facts {
    pub audit_id: String,
    pub method: &'static str,
    pub resource: String,
    pub user: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub operation: Option<String>,
    /// The service that acts for the user.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub actor: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub mandate: Option<String>,
}

/// The event of the audit log before a call.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, TS)]
#[ts(rename = "AuditAnnouncement")]
#[serde(rename_all = "camelCase")]
pub struct Announcement {
    pub event_id: &'static str,
    #[ts(type = "'high'")]
    pub severity_level: &'static str,
    pub meta: Facts,
}

/// The row of the audit table before a call.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, TS)]
#[ts(rename = "AuditIntention", optional_fields)]
#[serde(rename_all = "camelCase")]
pub struct Intention {
    /// The record's id; Google's audit log has it too, in the request reason.
    pub id: String,
    pub user_ref: String,
    /// Ownership refs of the user at this moment.
    pub ownership: Vec<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub actor: Option<String>,
    pub method: &'static str,
    pub resource: String,
    pub reason: String,
    /// The mandate under which a deployment makes the call.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub mandate: Option<String>,
    /// The grant record that the call names.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub grant: Option<String>,
    /// A fingerprint by which a later answer may show the outcome.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub clue: Option<String>,
}

/// The outcome of a call, for its row.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, TS)]
#[ts(rename = "AuditSettlement", optional_fields)]
#[serde(rename_all = "camelCase")]
pub struct Settlement {
    pub id: String,
    /// `unsent`: the call failed before anything was sent.
    pub outcome: Result,
    /// The outcomes that it replaces.
    pub over: &'static [Result],
    #[serde(skip_serializing_if = "Option::is_none")]
    pub status: Option<u16>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub operation: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub error: Option<String>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, TS)]
#[ts(rename = "AuditOutcome")]
#[serde(rename_all = "lowercase")]
pub enum Result {
    /// The call is under way.
    Pending,
    Succeeded,
    Failed,
    /// The call was sent, and no answer states what Google did: it may have done what was asked.
    Unknown,
    /// The call failed before anything was sent.
    Unsent,
}

impl Result {
    /// The outcomes that a call's own end replaces. An end without an answer replaces none that a later answer has shown.
    fn over(self) -> &'static [Self] {
        match self {
            Self::Unknown => &[Self::Pending],
            _ => &[Self::Pending, Self::Unknown, Self::Succeeded, Self::Failed],
        }
    }

    /// A settlement with this outcome and nothing else.
    pub fn settlement(self, id: String) -> Settlement {
        Settlement { id, outcome: self, over: self.over(), status: None, operation: None, error: None }
    }
}

/// What a later answer shows about a call, for its row.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, TS)]
#[ts(rename = "AuditResolution", optional_fields)]
#[serde(rename_all = "camelCase")]
pub struct Resolution {
    pub id: String,
    pub outcome: Result,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub operation: Option<String>,
    /// See [`Doubt::is_idle`](super::evidence::Doubt).
    pub is_idle: bool,
    /// Name of the method whose answer shows it.
    pub evidence: &'static str,
}

/// The outcome of a call, for the event of the audit log.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, TS)]
#[ts(rename = "AuditConclusion", optional_fields)]
#[serde(rename_all = "camelCase")]
pub struct Conclusion {
    pub succeeded: bool,
    pub meta: Facts,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub error: Option<String>,
}

/// One call's record, from its intention to its outcome.
pub struct Record {
    pub reason: String,
    intention: Intention,
}

impl Record {
    pub fn new(arrival: &Arrival, call: &Allowed, body: Option<&[u8]>, user_ref: &str, reason: String) -> Self {
        let body = body.and_then(|body| read_strictly(body).ok());
        let intention = Intention {
            id: arrival.id.clone(),
            user_ref: user_ref.to_owned(),
            ownership: Vec::new(),
            actor: arrival.actor().map(str::to_owned),
            method: call.method,
            resource: call.resource.clone(),
            reason: reason.clone(),
            // An empty header names no record that a row could refer to.
            mandate: arrival.mandate().map(str::to_owned),
            grant: arrival.header(super::GRANT).filter(|id| !id.is_empty()).map(str::to_owned),
            clue: evidence::clue(&call.call, &body.unwrap_or_default()),
        };
        Self { reason, intention }
    }

    pub fn id(&self) -> &str {
        &self.intention.id
    }

    pub fn announcement(&self) -> Announcement {
        let meta = Facts { reason: Some(self.reason.clone()), ..self.facts() };
        Announcement { event_id: "vertex-ai-call", severity_level: "high", meta }
    }

    pub fn intention(&self, ownership: Vec<String>) -> Intention {
        Intention { ownership, ..self.intention.clone() }
    }

    /// The settlement and conclusion of a call that Google answered.
    pub fn answered(&self, status: u16, answered: Answered) -> (Settlement, Conclusion) {
        let Answered { succeeded, operation, error } = answered;
        let outcome = match succeeded {
            Some(true) => Result::Succeeded,
            Some(false) => Result::Failed,
            None => Result::Unknown,
        };
        let meta = Facts { operation: operation.clone(), ..self.facts() };
        let settlement = outcome.settlement(self.intention.id.clone());
        let settlement = Settlement { status: Some(status), operation, error: error.clone(), ..settlement };
        (settlement, Conclusion { succeeded: outcome == Result::Succeeded, meta, error })
    }

    /// The settlement and conclusion of a call without a usable answer.
    pub fn failed(&self, sent: bool, error: String) -> (Settlement, Conclusion) {
        let outcome = if sent { Result::Unknown } else { Result::Unsent };
        let error = Some(error);
        let settlement = Settlement { error: error.clone(), ..outcome.settlement(self.intention.id.clone()) };
        (settlement, Conclusion { succeeded: false, meta: self.facts(), error })
    }

    /// The fields that identify the call.
    pub fn facts(&self) -> Facts {
        let Intention { id, user_ref, method, resource, actor, mandate, .. } = &self.intention;
        Facts {
            audit_id: id.clone(),
            method,
            resource: resource.clone(),
            user: user_ref.clone(),
            reason: None,
            operation: None,
            actor: actor.clone(),
            mandate: mandate.clone(),
        }
    }
}
