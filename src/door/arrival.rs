//! Arrivals: a call at the door, and its caller.

use super::REQUEST_HEADERS;
use crate::guard::Caller;
use ts_rs::TS;

/// A call that arrives at the door.
#[derive(Clone, Debug, TS)]
#[ts(rename = "DoorCall")]
pub struct Arrival {
    /// A fresh random id for the audit record.
    pub id: String,
    pub verb: String,
    /// The raw request target, e.g. `/api/proxy/vertex-ai/aiplatform/v1/…`.
    pub target: String,
    /// Values of `requestHeaders` of the gate's facts, in that order.
    #[ts(type = "(string | undefined)[]")]
    pub headers: Vec<Option<String>>,
    #[ts(skip)]
    pub who: Who,
    /// Whether the host needs Google's answer whole instead of streamed.
    #[ts(as = "Option<bool>", optional)]
    pub whole: bool,
}

/// The caller, and how the caller's Backstage permissions are known.
#[derive(Clone, Debug, TS)]
#[ts(
    rename = "DoorCaller",
    type = "\
  | {
      kind: 'user';
      ref: string;
      /** The service that acts for the user. */
      actor?: string;
      /** The verified credentials, e.g. the `authorization` header; other credentials share no remembered permission. */
      credentials?: string;
      /** The user's Backstage permissions, where they were listed just now; the permission framework is not asked then. */
      permissions?: string[];
    }
  | { kind: 'service'; subject: string }
  /** The portal itself; never set from a request. */
  | { kind: 'portal' }"
)]
pub enum Who {
    /// An authenticated caller over HTTP; the permission framework is asked.
    Caller {
        caller: Caller,
        /// The service that acts for a user.
        actor: Option<String>,
        /// The credentials that were verified for this request, e.g. its `authorization` header.
        credentials: String,
    },
    /// A user whose permissions the framework has just listed.
    Listed { entity_ref: String, actor: Option<String>, permissions: Vec<String> },
    /// The portal itself.
    Portal,
}

impl Who {
    pub fn actor(&self) -> Option<&str> {
        match self {
            Self::Caller { actor, .. } | Self::Listed { actor, .. } => actor.as_deref(),
            Self::Portal => None,
        }
    }
}

impl Arrival {
    pub fn header(&self, name: &str) -> Option<&str> {
        let at = REQUEST_HEADERS.iter().position(|known| *known == name)?;
        self.headers.get(at)?.as_deref()
    }
}
