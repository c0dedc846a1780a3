//! Recording: what the audit table and the audit log learn of a call, before and after it.

use super::REASON;
use super::arrival::{Arrival, Who};
use super::passage::{Body, Passage, Refused, Subject};
use super::records::{Conclusion, Facts, Record, Settlement};
use super::refusal::Refusal;
use super::want::{Failure, Level, LogLine, LogMeta, Want};
use crate::diagnostic::Code;
use crate::guard::{self, Allowed, Reason};

/// Changes are recorded, and every call of the portal itself.
pub fn is_recorded(call: &Allowed, arrival: &Arrival) -> bool {
    call.audited || matches!(arrival.who, Who::Portal)
}

/// The reason that Google's audit log shows.
pub fn reason(arrival: &Arrival, subject: &Subject, audit_id: Option<&str>) -> String {
    guard::reason(&Reason {
        subject: subject.holder.entity_ref(),
        audit_id,
        actor: arrival.actor(),
        mandate: arrival.mandate(),
        given: arrival.header(REASON),
    })
}

/// Writes the intention to the audit log and the audit table. The call ends here where either fails.
pub async fn record(passage: &Passage, call: &Allowed, body: &Body, subject: &mut Subject) -> Result<Record, Refused> {
    let arrival = &passage.arrival;
    let reason = reason(arrival, subject, Some(&arrival.id));
    let record = Record::new(arrival, call, body.read.as_deref(), subject.holder.entity_ref(), reason);
    if let Err((_, cause)) = passage.done(Want::Announce(record.announcement())).await {
        return Err(unrecorded(passage, &record, cause).await);
    }
    let written = match passage.groups(subject).await {
        Ok(groups) => passage.done(Want::Record(record.intention(groups))).await,
        Err(refused) => Err(refused),
    };
    if let Err((_, cause)) = written {
        let (_, conclusion) = record.failed(false, cause.as_ref().map_or("", |cause| &cause.message).to_owned());
        let _ = passage.done(Want::Conclude(conclusion)).await;
        return Err(unrecorded(passage, &record, cause).await);
    }
    Ok(record)
}

async fn unrecorded(passage: &Passage, record: &Record, cause: Option<Failure>) -> Refused {
    let message = "A Vertex AI call is refused because it cannot be recorded";
    log_about(passage, record, message.to_owned(), cause).await;
    Refusal::because(503, Code::PortalRefused, "the call is refused because it cannot be recorded")
        .help("report to an administrator of the portal that its audit store is unavailable")
        .into()
}

/// Completes the record in both stores; a failure in one is logged and does not keep the other from its outcome.
pub async fn settle(passage: &Passage, record: &Record, (settlement, conclusion): (Settlement, Conclusion)) {
    for (store, want) in [("database", Want::Settle(settlement)), ("audit log", Want::Conclude(conclusion))] {
        if let Err((_, cause)) = passage.done(want).await {
            let message = format!("The outcome of audit record {} did not reach the {store}", record.id());
            log_about(passage, record, message, cause).await;
        }
    }
}

async fn log_about(passage: &Passage, record: &Record, message: String, cause: Option<Failure>) {
    let error = cause.map(|cause| cause.message);
    let Facts { audit_id, method, resource, user, .. } = record.facts();
    let meta = LogMeta {
        code: None,
        audit_id: Some(audit_id),
        method: Some(method),
        resource: Some(resource),
        user: Some(user),
        error,
    };
    let _ = passage.voice.ask(Want::Log(LogLine { level: Level::Error, message, meta })).await;
}
