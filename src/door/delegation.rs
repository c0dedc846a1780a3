//! Delegation: a call that a deployment makes under the mandate of its user.

use super::passage::{Passage, Refused, Subject, unexpected};
use super::refusal::Refusal;
use super::want::{MandateRow, Outcome, Want};
use super::{LEASE, Planner, claims, members};
use crate::config::Config;
use crate::conversation::Millis;
use crate::diagnostic::Code;
use crate::identity::cache::Holder;
use crate::mandate::{Denied, Facts, Mandate, Phase, Term, Use};
use crate::method::Call;
use crate::vertex::message;
use serde_json::Value;
use std::cell::RefCell;

/// Number of attempts to store facts that another call changes at the same time.
const ATTEMPTS: u32 = 5;

/// A permitted call under a mandate.
pub struct Delegation {
    pub id: String,
    lease: u64,
    pub user: String,
    pub groups: Vec<String>,
    mandate: Mandate,
    used: Use,
    /// The facts as they were last read or stored, with the number of their revision.
    facts: RefCell<(Facts, u64)>,
}

/// What happened to a call.
enum News {
    Sending,
    Unsent,
    Answer(u16, Value),
}

/// Reads a stored mandate, and returns its part that holds now.
pub fn restore(config: &Config, planner: Planner, row: &MandateRow, now: Millis) -> Option<(Mandate, Facts, Phase)> {
    let plan = (planner.plan)(&(planner.parse)(&row.request)?)?;
    let mandate = Mandate::of(&plan, &row.deployment.parse().ok()?, |project| config.id_of(project));
    let facts = Facts::read(&(planner.parse)(&row.facts)?)?;
    let phase = Term { expires_at: row.expires_at, revoked_at: row.revoked_at }.phase(now);
    // What another version of the core plans is not delegated.
    let is_same = mandate.fingerprint() == row.fingerprint;
    Some((mandate, facts, if is_same || phase == Phase::Over { phase } else { Phase::UndoOnly }))
}

/// Finds the mandate, and matches the call with it.
pub async fn open(passage: &Passage, id: &str, call: &Call, body: Option<&[u8]>) -> Result<Delegation, Refused> {
    let lease = lease(passage)?;
    let planner = passage.door.planner;
    let mut call = call.clone();
    if let Some(body) = body {
        let json = std::str::from_utf8(body).ok().and_then(planner.parse);
        call.body = Some(json.ok_or_else(|| denied(&Denied::OtherBody { path: String::new() }))?);
    }
    let mut row = find(passage, id, lease).await?;
    let groups = members::present(passage, id, &mut row).await?;
    let restored = restore(&passage.door.config, planner, &row, passage.voice.now());
    let (mandate, facts, phase) = restored.ok_or_else(unreadable)?;
    let used = mandate.allows(&facts, phase, &call).map_err(|why| denied(&why))?;
    if let Some((entity_ref, resource)) = mandate.changed(&facts, &call) {
        claims::check_use(passage, entity_ref, &resource, facts.owner_labels(&resource)).await?;
    }
    let MandateRow { user, revision, .. } = row;
    Ok(Delegation { id: id.to_owned(), lease, user, groups, mandate, used, facts: RefCell::new((facts, revision)) })
}

impl Delegation {
    pub fn subject(&self) -> Subject {
        let holder = Holder::Fixed(self.user.clone(), self.groups.clone());
        Subject { holder, groups: Some(self.groups.clone()) }
    }

    /// Stores what the call may make, before it is sent.
    pub async fn note(&self, passage: &Passage) -> Result<(), Refused> {
        self.keep(passage, News::Sending).await
    }

    /// Withdraws the note of a call that was not sent.
    pub async fn withdraw(&self, passage: &Passage) -> Result<(), Refused> {
        self.keep(passage, News::Unsent).await
    }

    /// Stores what Google's answer names, before the answer passes.
    pub async fn learn(&self, passage: &Passage, status: u16, answer: &[u8]) -> Result<(), Refused> {
        let text = std::str::from_utf8(answer).unwrap_or_default();
        let answer = (passage.door.planner.parse)(text).unwrap_or_default();
        self.keep(passage, News::Answer(status, answer)).await
    }

    /// Changes the stored facts. Fails where the lease is lost, or the facts cannot be stored.
    async fn keep(&self, passage: &Passage, news: News) -> Result<(), Refused> {
        for _ in 0..ATTEMPTS {
            let (facts, revision) = self.facts.borrow().clone();
            let changed = match &news {
                News::Sending => self.used.before(&facts),
                News::Unsent => self.used.unsent(&facts),
                News::Answer(status, answer) => self.mandate.learn(&facts, &self.used, *status, answer),
            };
            let (before, facts) = (facts.stored(), changed.stored());
            if before == facts {
                return Ok(());
            }
            let facts = message::text(&facts);
            match passage.voice.ask(Want::KeepFacts { id: self.id.clone(), lease: self.lease, revision, facts }).await {
                Outcome::Kept(true) => {
                    self.facts.replace((changed, revision + 1));
                    return Ok(());
                }
                // Another call has changed them, or another runner has taken the deployment over.
                Outcome::Kept(false) => {
                    let row = find(passage, &self.id, self.lease).await?;
                    let facts = (passage.door.planner.parse)(&row.facts).as_ref().and_then(Facts::read);
                    self.facts.replace((facts.ok_or_else(unreadable)?, row.revision));
                }
                other => return Err(unkept(other)),
            }
        }
        Err(unkept(Outcome::Kept(false)))
    }
}

/// The number of the caller's lease.
fn lease(passage: &Passage) -> Result<u64, Refused> {
    const LARGEST: u64 = 1 << 53;
    let given = passage.arrival.header(LEASE).filter(|text| text.bytes().all(|b| b.is_ascii_digit()));
    let lease = given.and_then(|text| text.parse().ok()).filter(|lease| *lease <= LARGEST);
    lease.ok_or_else(|| {
        let message = format!("the header `{LEASE}` is missing, or is not the number of a lease");
        Refusal::because(400, Code::MandateLeaseLost, message).help("send the number of the runner's lease").into()
    })
}

/// Finds a mandate, and raises the number of its lease. A lower number than the highest is denied.
async fn find(passage: &Passage, id: &str, lease: u64) -> Result<MandateRow, Refused> {
    match passage.voice.ask(Want::FindMandate { id: id.to_owned(), lease }).await {
        Outcome::Mandate(Some(row)) if row.lease == lease => Ok(row),
        Outcome::Mandate(Some(row)) => {
            let message = format!("lease {lease} of the deployment is lost: its lease is now {}", row.lease);
            Err(Refusal::because(403, Code::MandateLeaseLost, message).help("stop: another runner goes on").into())
        }
        Outcome::Mandate(None) => {
            let refusal = Refusal::because(403, Code::MandateUnknown, "the portal has no such mandate");
            Err(refusal.help("start the deployment again: a new deployment has its own mandate").into())
        }
        other => Err(unexpected(other)),
    }
}

fn denied(why: &Denied) -> Refused {
    let status = if *why == Denied::Stale { 409 } else { 403 };
    Refusal::new(status, &why.finding()).into()
}

fn unreadable() -> Refused {
    let message = "this version of the portal cannot read the mandate";
    let refusal = Refusal::because(403, Code::MandateUnknown, message);
    refusal.help("start the deployment again: a new deployment has its own mandate").into()
}

fn unkept(outcome: Outcome) -> Refused {
    let message = "the mandate's facts cannot be stored";
    let refusal = Refusal::because(503, Code::PortalRefused, message);
    (refusal.help("report to an administrator of the portal that its database is unavailable"), outcome.failure())
}
