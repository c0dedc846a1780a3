//! Arrivals: a call at the door, and its caller.

use super::{DEPLOYER, MANDATE, REQUEST_HEADERS};
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
    // By type: ts-rs declares a missing value as `null`, Node's headers have `undefined`.
    #[ts(type = "(string | undefined)[]")]
    pub headers: Vec<Option<String>>,
    #[ts(skip)]
    pub who: Who,
    /// Whether the host needs Google's answer whole instead of streamed.
    #[ts(as = "Option<bool>", optional)]
    pub whole: bool,
}

/// The caller, and how the caller's Backstage permissions are known.
#[derive(Clone, Debug, PartialEq, Eq, TS)]
#[ts(rename = "DoorCaller", tag = "kind", rename_all = "lowercase", optional_fields)]
pub enum Who {
    User {
        #[ts(rename = "ref")]
        entity_ref: String,
        /// The service that acts for the user.
        actor: Option<String>,
        /// The verified credentials, e.g. the `authorization` header; other credentials share no remembered permission.
        credentials: Option<String>,
        /// The user's Backstage permissions, where they were listed just now; the permission framework is not asked then.
        permissions: Option<Vec<String>>,
    },
    Service {
        subject: String,
    },
    /// The portal itself; never set from a request.
    Portal,
}

impl Who {
    pub fn actor(&self) -> Option<&str> {
        match self {
            Self::User { actor, .. } => actor.as_deref(),
            Self::Service { .. } | Self::Portal => None,
        }
    }
}

impl Arrival {
    /// The mandate under which a deployment calls. An empty header names a mandate that does not exist.
    pub fn mandate(&self) -> Option<&str> {
        match &self.who {
            Who::Service { subject } if subject == DEPLOYER => self.header(MANDATE),
            _ => None,
        }
    }

    /// The service that acts for a user.
    pub fn actor(&self) -> Option<&str> {
        self.who.actor().or(self.mandate().map(|_| DEPLOYER))
    }

    /// Whether the user calls without a service in between.
    pub fn is_users_own(&self) -> bool {
        matches!(self.who, Who::User { actor: None, .. })
    }

    pub fn header(&self, name: &str) -> Option<&str> {
        let at = REQUEST_HEADERS.iter().position(|known| *known == name)?;
        self.headers.get(at)?.as_deref()
    }
}
