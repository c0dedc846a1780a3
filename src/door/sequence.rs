//! The sequence: every step of a call, in the order that [`super`] states.

use super::delegation::{self, Delegation};
use super::looking::Looking;
use super::passage::{Body, Passage, Refused, Subject};
use super::records::{self, Record, Settlement};
use super::refusal::Refusal;
use super::want::{Answer, AnswerBody, Failure, Headers, Level, LogLine, LogMeta, Until, Want};
use super::{ANSWER_HEADERS, admission, claims, forwarding, recording};
use crate::diagnostic::{Code, Words};
use crate::guard::{self, ActingFor, Allowed};

/// Takes a call through every step.
pub async fn pass(passage: &Passage) -> Result<(), Refused> {
    let call = admission::decide(&passage.door.config, &passage.arrival)?;
    admission::permit(passage, &call).await?;
    claims::admit(passage, &call).await?;
    let body = admission::body(passage, &call).await?;
    let delegation = match &call.subject {
        ActingFor::Mandate { id } => Some(delegation::open(passage, id, &call.call, body.read.as_deref()).await?),
        _ => None,
    };
    let mut subject = match &delegation {
        Some(delegation) => delegation.subject(),
        None => admission::subject(passage, &call).await?,
    };
    if !recording::is_recorded(&call, &passage.arrival) {
        let reason = recording::reason(&passage.arrival, &subject, None);
        let begun_at = passage.voice.now();
        let look = Looking::new(passage, &call, &subject, begun_at).await;
        // What shows the outcome of a change is read after that change.
        let is_shared = call.call.method.is_status && passage.arrival.is_users_own() && !look.is_evidence();
        let until = if is_shared { Until::Shared } else { Until::CallerLeaves };
        let answer = forwarding::forward(passage, &call, &body, &mut subject, reason, until).await?;
        if !passage.arrival.whole && delegation.is_none() && !look.is_evidence() {
            return reply(passage, &answer, AnswerBody::Stream).await;
        }
        let whole = forwarding::read_answer(passage, &call).await?;
        look.end(passage, answer.status, &whole).await;
        if let Some(delegation) = &delegation {
            delegation.learn(passage, answer.status, &whole).await?;
        }
        return reply(passage, &answer, AnswerBody::Read).await;
    }

    let record = recording::record(passage, &call, &body, &mut subject).await?;
    match forward_recorded(passage, &call, &body, &mut subject, &record, delegation.as_ref()).await {
        Ok((answer, whole)) => {
            let outcome = guard::outcome(call.method, &call.resource, answer.status, Some(&whole));
            recording::settle(passage, &record, record.answered(answer.status, outcome)).await;
            if let Some(delegation) = &delegation {
                delegation.learn(passage, answer.status, &whole).await?;
            }
            reply(passage, &answer, AnswerBody::Read).await
        }
        Err(refused) => {
            if let Some(delegation) = delegation.filter(|_| !passage.sent.any() || passage.sent.rejected().is_some()) {
                // Where this fails, too much is noted: an undo of what was never made finds nothing.
                let _ = delegation.withdraw(passage).await;
            }
            let (mut settlement, conclusion) = record.failed(passage.sent.any(), refused.0.message.to_string());
            // Google has rejected the call for sure, although its second attempt failed before it was sent.
            if let Some(status) = passage.sent.rejected() {
                let rejected = records::Result::Failed.settlement(settlement.id);
                settlement = Settlement { status: Some(status), error: settlement.error, ..rejected };
            }
            recording::settle(passage, &record, (settlement, conclusion)).await;
            Err(refused)
        }
    }
}

async fn forward_recorded(
    passage: &Passage,
    call: &Allowed,
    body: &Body,
    subject: &mut Subject,
    record: &Record,
    delegation: Option<&Delegation>,
) -> Result<(Answer, Vec<u8>), Refused> {
    if let Some(delegation) = delegation {
        delegation.note(passage).await?;
    }
    admission::check_grant(passage, call, subject).await?;
    // The outcome of a change must be known, so it runs to its end.
    let until = if call.audited { Until::End } else { Until::CallerLeaves };
    let answer = forwarding::forward(passage, call, body, subject, record.reason.clone(), until).await?;
    Ok((answer, forwarding::read_answer(passage, call).await?))
}

async fn reply(passage: &Passage, answer: &Answer, body: AnswerBody) -> Result<(), Refused> {
    // `no-transform` keeps the backend's compression from holding chunks back.
    let mut headers = vec![("cache-control", "no-cache, no-transform".to_owned())];
    for (name, value) in ANSWER_HEADERS.into_iter().zip(&answer.headers) {
        headers.extend(value.as_ref().filter(|value| !value.is_empty()).map(|value| (name, value.clone())));
    }
    let headers = Headers { bearer: None, others: headers };
    passage.done(Want::Reply { status: answer.status, headers, body }).await
}

/// Logs a failure that the caller did not cause.
pub async fn log_failure(passage: &Passage, refusal: &Refusal, cause: Option<Failure>) {
    if refusal.status < 500 {
        return;
    }
    let told: Words = cause.map_or_else(|| refusal.message.clone(), |cause| cause.message.into());
    let code = refusal.code().and_then(|code| Code::ALL.iter().find(|known| known.as_str() == code));
    let meta = LogMeta { code: code.map(|code| code.as_str()), ..LogMeta::default() };
    let message = format!("A Vertex AI call failed: {told}");
    let _ = passage.voice.ask(Want::Log(LogLine { level: Level::Warn, message, meta })).await;
}
