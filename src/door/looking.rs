//! Looking: a read whose answer may show the outcome of an earlier change.

use super::evidence::{self, Doubt, Look, Shown};
use super::passage::{Passage, Subject};
use super::records::{Announcement, Conclusion, Facts, Resolution, Result};
use super::want::{Level, LogLine, LogMeta, Outcome, Want};
use crate::conversation::Millis;
use crate::guard::{Allowed, read_strictly};
use crate::method;
use serde_json::Value;

/// How long an unknown outcome is looked for.
const LOOKED_FOR: Millis = 7 * 24 * 60 * 60 * 1000;
/// How long a read waits for the audit table, in milliseconds.
const PATIENCE: Millis = 1_000;

/// A read that Google answers, and the changes about which the answer may show something.
pub struct Looking<'a> {
    call: &'a Allowed,
    user: String,
    begun_at: Millis,
    doubts: Vec<Doubt>,
}

impl<'a> Looking<'a> {
    /// Finds the user's changes with an unknown outcome. A read goes on without its database, and then shows nothing.
    pub async fn new(passage: &Passage, call: &'a Allowed, subject: &Subject, begun_at: Millis) -> Self {
        let user = subject.holder.entity_ref().to_owned();
        let resources = evidence::resources(&call.call);
        let since = begun_at.saturating_sub(LOOKED_FOR);
        let doubts = if resources.is_empty() {
            Vec::new()
        } else {
            let want = Want::Doubts { user: user.clone(), resources, since, within: PATIENCE };
            match passage.voice.ask(want).await {
                Outcome::Doubts(doubts) => doubts,
                _ => Vec::new(),
            }
        };
        Self { call, user, begun_at, doubts }
    }

    /// Whether the answer may show something, so that it is read.
    pub fn is_evidence(&self) -> bool {
        !self.doubts.is_empty()
    }

    /// Settles what the answer shows.
    pub async fn end(&self, passage: &Passage, status: u16, answer: &[u8]) {
        let answer = read_strictly(answer).unwrap_or_default();
        for doubt in &self.doubts {
            self.settle(passage, doubt, status, &answer).await;
        }
    }

    async fn settle(&self, passage: &Passage, doubt: &Doubt, status: u16, answer: &Value) {
        let call = &self.call.call;
        let Some(shown) = doubt.weigh(&Look { call, begun_at: self.begun_at, status, answer }) else { return };
        let (outcome, operation) = match &shown {
            Shown::Done { operation } => (Result::Succeeded, operation.clone()),
            Shown::NotDone => (Result::Failed, None),
            Shown::Idle => (Result::Unknown, None),
            Shown::Likely { operation } => (Result::Unknown, Some(operation.clone())),
        };
        let (id, is_idle) = (doubt.id.clone(), doubt.is_idle || shown == Shown::Idle);
        let is_known = outcome != Result::Unknown;
        let resolution = Resolution { id, outcome, operation: operation.clone(), is_idle, evidence: self.call.method };
        match passage.voice.ask(Want::Resolve(resolution)).await {
            Outcome::Resolved(true) if is_known => self.conclude(passage, doubt, operation, outcome).await,
            Outcome::Failed(failure) => {
                let message = format!("The outcome of audit record {} did not reach the database", doubt.id);
                let meta =
                    LogMeta { audit_id: Some(doubt.id.clone()), error: Some(failure.message), ..LogMeta::default() };
                let _ = passage.voice.ask(Want::Log(LogLine { level: Level::Error, message, meta })).await;
            }
            _ => {}
        }
    }

    /// Reports the outcome to the audit log, which has an event without one.
    async fn conclude(&self, passage: &Passage, doubt: &Doubt, operation: Option<String>, outcome: Result) {
        let Some(method) = method::named(&doubt.method) else { return };
        let meta = Facts {
            audit_id: doubt.id.clone(),
            method: method.name,
            resource: doubt.resource.clone(),
            user: self.user.clone(),
            reason: None,
            operation,
            actor: None,
            mandate: None,
        };
        let announcement = Announcement { event_id: "vertex-ai-outcome", severity_level: "high", meta: meta.clone() };
        let succeeded = outcome == Result::Succeeded;
        let error = (!succeeded).then(|| "a later answer of Google shows that the call had no effect".to_owned());
        if passage.done(Want::Announce(announcement)).await.is_ok() {
            let _ = passage.done(Want::Conclude(Conclusion { succeeded, meta, error })).await;
        }
    }
}
