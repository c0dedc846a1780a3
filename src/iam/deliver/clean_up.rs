//! Cleans up expired grants, and withdraws grant records under which nothing was granted.
//!
//! The portal records an access request before the first call that grants it. A record is done when Google has confirmed that its
//! grants are gone, or when no policy can have changed under it.

mod record;
mod want;

pub use record::{GrantRecord, PlanRecord, undated};
pub use want::{CleanUpOutcome, CleanUpWant, Refusal};

use crate::conversation::{Conversation, Millis, Voice};
use crate::iam::rights::grant::split_name;
use crate::timestamp::rfc3339;
use serde_json::Value;
use std::rc::Rc;

const MINUTE: Millis = 60_000;
/// Pause after the first failed attempt; it doubles with each further one.
const FIRST_PAUSE: Millis = 2 * MINUTE;
/// Maximum pause: however often an attempt failed, expired grants must be revoked.
const MAX_PAUSE: Millis = 24 * 60 * MINUTE;
/// Maximum number of records in one round; the next round continues.
const MAX_RECORDS: usize = 50;
/// How long after its record a run may still be granting access.
const MAX_RUN: Millis = 60 * MINUTE;

type CleanUpVoice = Voice<CleanUpWant, CleanUpOutcome>;
/// A conversation about grant records. An error of the host ends it with `Err`.
pub type CleanUp<T> = Conversation<Result<T, HostFailure>, CleanUpWant, CleanUpOutcome>;

/// The host could not fulfil a want.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct HostFailure;

/// Revokes the grants of expired records.
///
/// A grant that a later record covers as well stays until that record expires.
pub fn clean_up(plan: Rc<dyn PlanRecord>) -> CleanUp<()> {
    Conversation::new(move |voice| async move {
        let mut open = records(&voice).await?;
        let due: Vec<String> = open.iter().filter(|one| one.is_due(voice.now())).map(|one| one.id.clone()).collect();
        let mut attempts = 0;
        for id in due {
            if voice.cancelled() || attempts == MAX_RECORDS {
                break;
            }
            let Some(record) = open.iter().find(|one| one.id == id) else { continue };
            if clean_up_record(&voice, record, &open, &*plan).await? {
                attempts += 1;
                // Google took its time: other access may have been granted anew meanwhile.
                open = records(&voice).await?;
            }
        }
        Ok(())
    })
}

/// Withdraws a record of this user, unless a policy may have changed under it.
pub fn withdraw(id: String, given_by: String) -> CleanUp<Option<Refusal>> {
    Conversation::new(move |voice| async move {
        let missing = Refusal { status: 404, message: "you have no open grant record with this id" };
        let found = voice.ask(CleanUpWant::FindOwn { id: id.clone(), given_by: given_by.clone() }).await;
        let CleanUpOutcome::Found(begun_at) = found else { return Err(HostFailure) };
        let Some(begun_at) = begun_at else { return Ok(Some(missing)) };
        // A call is recorded before it reads the grant record: either the audit trail has it already, or it finds the record closed.
        match voice.ask(CleanUpWant::Close { id: id.clone() }).await {
            CleanUpOutcome::Closed(true) => {}
            CleanUpOutcome::Closed(false) => return Ok(Some(missing)),
            _ => return Err(HostFailure),
        }
        let changes = CleanUpWant::Changes { id: id.clone(), given_by, begun_at: rfc3339(begun_at), ends_at: None };
        match voice.ask(changes).await {
            CleanUpOutcome::Changes { changed, .. } if changed.is_empty() => {
                done(&voice, CleanUpWant::Withdraw { id }).await?;
                Ok(None)
            }
            other => {
                done(&voice, CleanUpWant::Reopen { id }).await?;
                match other {
                    CleanUpOutcome::Changes { .. } => Ok(Some(Refusal {
                        status: 409,
                        message: "you have changed a policy under this record, or may have: it stays until its grants expire",
                    })),
                    _ => Err(HostFailure),
                }
            }
        }
    })
}

/// Cleans up one record; returns whether an attempt to revoke was made.
async fn clean_up_record(
    voice: &CleanUpVoice,
    record: &GrantRecord,
    open: &[GrantRecord],
    plan: &dyn PlanRecord,
) -> Result<bool, HostFailure> {
    let id = || record.id.clone();
    let names = |record: &GrantRecord| record.undated.iter().map(|name| plan.recorded_name(name)).collect::<Vec<_>>();
    let now = voice.now();
    let lasting: Vec<String> = open.iter().filter(|one| one.ends_at > now).flat_map(names).collect();
    let undated = names(record);
    let mut changed = Vec::new();
    // Nothing is concluded from a record that cannot be read: its row stays open, with the reason.
    if record.unreadable.is_none() {
        if !undated.is_empty() && undated.iter().all(|name| lasting.contains(name)) {
            return Ok(false);
        }
        // A replica whose clock is behind may still grant under the record: its call is in the audit trail by now, or finds it closed.
        done(voice, CleanUpWant::Close { id: id() }).await?;
        let changes = CleanUpWant::Changes {
            id: id(),
            given_by: record.given_by.clone(),
            begun_at: rfc3339(record.begun_at),
            ends_at: Some(rfc3339(record.ends_at)),
        };
        let CleanUpOutcome::Changes { changed: found, under_way } = voice.ask(changes).await else {
            return Err(HostFailure);
        };
        changed = found;
        if under_way {
            return Ok(false);
        }
        if changed.is_empty() {
            if record.begun_at + MAX_RUN <= voice.now() {
                done(voice, CleanUpWant::Withdraw { id: id() }).await?;
                log(voice, "info", "Nothing was granted under an expired grant record".into(), id()).await?;
            }
            return Ok(false);
        }
    }
    let next_try_at = rfc3339(voice.now() + pause_after(record.tries, voice.random()));
    done(voice, CleanUpWant::Trying { id: id(), next_try_at }).await?;
    // A grant whose policy did not change existed before the record.
    let given = undated.into_iter().filter(|name| {
        split_name(name).is_some_and(|(resource, ..)| changed.iter().any(|changed| changed == resource))
    });
    let (left, expired): (Vec<String>, Vec<String>) = given.partition(|name| lasting.contains(name));
    let error = match record.unreadable {
        Some(column) => Some(format!("`{column}` of the grant record cannot be read, revoke its grants by hand")),
        None => revoke(voice, record, &expired, plan).await,
    };
    if voice.cancelled() {
        return Ok(true);
    }
    match error {
        Some(error) => {
            log(voice, "warn", format!("Expired grants are not revoked: {error}"), id()).await?;
            done(voice, CleanUpWant::Failed { id: id(), error }).await?;
        }
        None if left.is_empty() => {
            done(voice, CleanUpWant::Done { id: id() }).await?;
            log(voice, "info", "Expired grants were revoked".into(), id()).await?;
        }
        None => done(voice, CleanUpWant::Narrow { id: id(), undated: left }).await?,
    }
    Ok(true)
}

/// Revokes the `expired` grants of a record; returns the reason if that failed.
async fn revoke(
    voice: &CleanUpVoice,
    record: &GrantRecord,
    expired: &[String],
    plan: &dyn PlanRecord,
) -> Option<String> {
    // A request that cannot be read cannot be planned either.
    let mut request = plan.read(&record.request).unwrap_or_default();
    // Roles are named after their permissions, which another version of the core may have planned differently.
    let planned = plan.plan(&request, voice.now()).map(|request| undated(&request)).unwrap_or_default();
    let is_expired = |name: &&String| expired.contains(&plan.recorded_name(name));
    let known: Vec<String> = planned.iter().map(|name| plan.recorded_name(name)).collect();
    let lost: Vec<&str> = expired.iter().filter(|name| !known.contains(name)).map(String::as_str).collect();
    if !lost.is_empty() {
        let lost = lost.join("; ");
        return Some(format!("this version cannot plan the recorded access request, revoke by hand: {lost}"));
    }
    let keep: Vec<&String> = planned.iter().filter(|name| !is_expired(name)).collect();
    if let Value::Object(fields) = &mut request {
        fields.insert("mode".into(), "clean-up".into());
        fields.insert("keep".into(), keep.into_iter().map(|name| Value::from(name.as_str())).collect());
        fields.insert("reason".into(), format!("expiry of grant record {}", record.id).into());
    }
    match voice.ask(CleanUpWant::Apply { request }).await {
        CleanUpOutcome::Applied => None,
        CleanUpOutcome::NotApplied(error) | CleanUpOutcome::Failed(error) => Some(error),
        _ => Some("the host's answer has another type".into()),
    }
}

/// Returns the pause after an attempt: it doubles each time, and a random half of it is left out.
fn pause_after(tries: u32, random: f64) -> Millis {
    let longest =
        2_u64.checked_pow(tries).map_or(MAX_PAUSE, |factor| FIRST_PAUSE.saturating_mul(factor).min(MAX_PAUSE));
    (longest as f64 * (0.5 + random / 2.0)) as Millis
}

async fn records(voice: &CleanUpVoice) -> Result<Vec<GrantRecord>, HostFailure> {
    match voice.ask(CleanUpWant::Open).await {
        CleanUpOutcome::Records(records) => Ok(records),
        _ => Err(HostFailure),
    }
}

async fn done(voice: &CleanUpVoice, want: CleanUpWant) -> Result<(), HostFailure> {
    match voice.ask(want).await {
        CleanUpOutcome::Failed(_) => Err(HostFailure),
        _ => Ok(()),
    }
}

async fn log(voice: &CleanUpVoice, level: &'static str, message: String, grant: String) -> Result<(), HostFailure> {
    done(voice, CleanUpWant::Log { level, message, grant }).await
}

#[cfg(test)]
mod tests;
