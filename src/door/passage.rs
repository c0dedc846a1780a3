//! Passages: one call on its way through the door, in the order that [`super`] states.

use super::arrival::Arrival;
use super::delegation::{self, Delegation};
use super::forwarding::{self, Body, Sent};
use super::looking::Looking;
use super::recording;
use super::records::{self, Record, Settlement};
use super::refusal::Refusal;
use super::want::{Answer, AnswerBody, Failure, Headers, Level, LogLine, LogMeta, Outcome, Want};
use super::{ANSWER_HEADERS, Door, admission, claims};
use crate::conversation::Voice;
use crate::diagnostic::{Code, Words};
use crate::guard::{self, ActingFor, Allowed};
use crate::identity::broker::PATIENCE;
use crate::identity::cache::Holder;
use std::rc::Rc;

/// A refusal, and the host's error behind it.
pub type Refused = (Refusal, Option<Failure>);

impl From<Refusal> for Refused {
    fn from(refusal: Refusal) -> Self {
        (refusal, None)
    }
}

/// Maps an outcome that no step expects.
pub fn unexpected(outcome: Outcome) -> Refused {
    let failure = match outcome {
        Outcome::Failed(failure) => failure,
        _ => Failure { name: "Error".into(), message: "the host answered another question".into() },
    };
    (Refusal::of(&failure), Some(failure))
}

/// The identity with which Google is called.
pub struct Subject {
    pub holder: Holder,
    /// Groups, once known.
    pub groups: Option<Vec<String>>,
}

/// One call on its way through the door.
pub struct Passage {
    pub door: Rc<Door>,
    pub arrival: Arrival,
    pub voice: Voice<Want, Outcome>,
    pub sent: Sent,
}

impl Passage {
    pub fn new(door: Rc<Door>, arrival: Arrival, voice: Voice<Want, Outcome>) -> Self {
        Self { door, arrival, voice, sent: Sent::default() }
    }

    /// Takes the call through every step.
    pub async fn pass(&self) -> Result<(), Refused> {
        let call = admission::decide(&self.door.config, &self.arrival)?;
        admission::permit(self, &call).await?;
        claims::admit(self, &call).await?;
        let body = admission::body(self, &call).await?;
        let delegation = match &call.subject {
            ActingFor::Mandate { id } => Some(delegation::open(self, id, &call.call, body.read.as_deref()).await?),
            _ => None,
        };
        let mut subject = match &delegation {
            Some(delegation) => delegation.subject(),
            None => admission::subject(self, &call).await?,
        };
        if !recording::is_recorded(&call, &self.arrival) {
            let reason = recording::reason(&self.arrival, &subject, None);
            let begun_at = self.voice.now();
            let answer = forwarding::forward(self, &call, &body, &mut subject, reason).await?;
            let look = Looking::new(self, &call, &subject, begun_at).await;
            if !self.arrival.whole && delegation.is_none() && !look.is_evidence() {
                return self.reply(&answer, AnswerBody::Stream).await;
            }
            let whole = forwarding::read_answer(self, &call).await?;
            look.end(self, answer.status, &whole).await;
            if let Some(delegation) = &delegation {
                delegation.learn(self, answer.status, &whole).await?;
            }
            return self.reply(&answer, AnswerBody::Read).await;
        }

        let record = recording::record(self, &call, &body, &mut subject).await?;
        match self.forward_recorded(&call, &body, &mut subject, &record, delegation.as_ref()).await {
            Ok((answer, whole)) => {
                let outcome = guard::outcome(call.method, &call.resource, answer.status, Some(&whole));
                recording::settle(self, &record, record.answered(answer.status, outcome)).await;
                if let Some(delegation) = &delegation {
                    delegation.learn(self, answer.status, &whole).await?;
                }
                self.reply(&answer, AnswerBody::Read).await
            }
            Err(refused) => {
                if let Some(delegation) = delegation.filter(|_| !self.sent.any() || self.sent.rejected().is_some()) {
                    // Where this fails, too much is noted: an undo of what was never made finds nothing.
                    let _ = delegation.withdraw(self).await;
                }
                let (mut settlement, conclusion) = record.failed(self.sent.any(), refused.0.message.to_string());
                // Google has rejected the call for sure, although its second attempt failed before it was sent.
                if let Some(status) = self.sent.rejected() {
                    let rejected = records::Result::Failed.settlement(settlement.id);
                    settlement = Settlement { status: Some(status), error: settlement.error, ..rejected };
                }
                recording::settle(self, &record, (settlement, conclusion)).await;
                Err(refused)
            }
        }
    }

    async fn forward_recorded(
        &self,
        call: &Allowed,
        body: &Body,
        subject: &mut Subject,
        record: &Record,
        delegation: Option<&Delegation>,
    ) -> Result<(Answer, Vec<u8>), Refused> {
        if let Some(delegation) = delegation {
            delegation.note(self).await?;
        }
        admission::check_grant(self, call, subject).await?;
        let answer = forwarding::forward(self, call, body, subject, record.reason.clone()).await?;
        Ok((answer, forwarding::read_answer(self, call).await?))
    }

    async fn reply(&self, answer: &Answer, body: AnswerBody) -> Result<(), Refused> {
        // `no-transform` keeps the backend's compression from holding chunks back.
        let mut headers = vec![("cache-control", "no-cache, no-transform".to_owned())];
        for (name, value) in ANSWER_HEADERS.into_iter().zip(&answer.headers) {
            headers.extend(value.as_ref().filter(|value| !value.is_empty()).map(|value| (name, value.clone())));
        }
        let headers = Headers { bearer: None, others: headers };
        self.done(Want::Reply { status: answer.status, headers, body }).await
    }

    /// Yields a want whose only good outcome is [`Outcome::Done`].
    pub async fn done(&self, want: Want) -> Result<(), Refused> {
        match self.voice.ask(want).await {
            Outcome::Done => Ok(()),
            other => Err(unexpected(other)),
        }
    }

    /// The subject's groups, asked for once a call.
    pub async fn groups(&self, subject: &mut Subject) -> Result<Vec<String>, Refused> {
        if let Some(groups) = &subject.groups {
            return Ok(groups.clone());
        }
        match self.voice.ask(Want::Groups { within: PATIENCE }).await {
            Outcome::Groups(groups) => {
                subject.groups = Some(groups.clone());
                Ok(groups)
            }
            other => Err(unexpected(other)),
        }
    }

    pub async fn log_failure(&self, refusal: &Refusal, cause: Option<Failure>) {
        if refusal.status < 500 {
            return;
        }
        let told: Words = cause.map_or_else(|| refusal.message.clone(), |cause| cause.message.into());
        let code = refusal.code().and_then(|code| Code::ALL.iter().find(|known| known.as_str() == code));
        let meta = LogMeta { code: code.map(|code| code.as_str()), ..LogMeta::default() };
        let message = format!("A Vertex AI call failed: {told}");
        let _ = self.voice.ask(Want::Log(LogLine { level: Level::Warn, message, meta })).await;
    }
}
