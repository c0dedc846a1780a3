//! Passages: what the steps of one call share. The steps know a passage; a passage knows no step.

use super::Door;
use super::arrival::Arrival;
use super::refusal::Refusal;
use super::want::{Failure, Outcome, RequestBody, Want};
use crate::conversation::{Millis, Voice};
use crate::diagnostic::Code;
use crate::identity::broker::PATIENCE;
use crate::identity::cache::Holder;
use std::cell::Cell;
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
    let failure = outcome
        .failure()
        .unwrap_or_else(|| Failure { name: "Error".into(), message: "the host answered another question".into() });
    (Refusal::of(&failure), Some(failure))
}

/// The refusal of a call that needs the catalog, which has not answered. The refusal is temporary: the call may be sent again.
pub fn catalog_unavailable(outcome: Outcome) -> Refused {
    let refusal = Refusal::because(503, Code::PortalRefused, "the portal's catalog is unavailable");
    (refusal.help("try again later"), outcome.failure())
}

/// The identity with which Google is called.
pub struct Subject {
    pub holder: Holder,
    /// Groups, once known.
    pub groups: Option<Vec<String>>,
}

/// The source of a body and, where it was read, its bytes.
pub struct Body {
    pub source: RequestBody,
    pub read: Option<Vec<u8>>,
}

impl From<RequestBody> for Body {
    fn from(source: RequestBody) -> Self {
        Self { source, read: None }
    }
}

/// What is known of a call that was sent.
#[derive(Default)]
pub struct Sent {
    any: Cell<bool>,
    rejected: Cell<Option<u16>>,
    deadline: Cell<Millis>,
}

impl Sent {
    /// Notes an attempt whose answer is due at `deadline`.
    pub fn attempt(&self, deadline: Millis) {
        self.any.set(true);
        self.rejected.set(None);
        self.deadline.set(deadline);
    }

    /// Notes that Google has refused the token with this status.
    pub fn reject(&self, status: u16) {
        self.rejected.set(Some(status));
    }

    /// Whether anything was sent to Google.
    pub fn any(&self) -> bool {
        self.any.get()
    }

    /// Google's refusal of the token, while no second attempt was sent.
    pub fn rejected(&self) -> Option<u16> {
        self.rejected.get()
    }

    /// When the answer to the latest attempt is due.
    pub fn deadline(&self) -> Millis {
        self.deadline.get()
    }
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
}
