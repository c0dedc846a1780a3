//! Denials: why a mandate does not cover a call.

use crate::diagnostic::{Code, Diagnostic};
use thiserror::Error;

/// The reason why a call may not be made under a mandate.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum Denied {
    #[error(
        "the mandate has expired or was revoked, and the 24 hours in which its deployment may be removed have passed"
    )]
    Over,
    #[error("the mandate has expired or was revoked: it covers only the removal of what was made under it")]
    UndoOnly,
    #[error("`{method}` on `{resource}` is not a call of the mandate's plan")]
    NotPlanned { method: &'static str, resource: String },
    /// The path names the field; its value may be a secret.
    #[error("`{path}` of the call's body is not what the mandate's plan states")]
    OtherBody { path: String },
    #[error("the model's version is unknown: no answer under the mandate has named it")]
    VersionUnknown,
    #[error("no answer under the mandate has named the operation `{0}`")]
    OperationUnknown(String),
    #[error("`{0}` was not made under the mandate")]
    NotMade(String),
    #[error("the traffic split rests on an outdated read of the endpoint, or on none")]
    Stale,
    #[error("the traffic split is not the plan's share of the endpoint's traffic as it was read")]
    OtherSplit,
}

impl Denied {
    pub fn code(&self) -> Code {
        match self {
            Self::Over | Self::UndoOnly => Code::MandateEnded,
            Self::Stale => Code::MandateStale,
            _ => Code::MandateNotPlanned,
        }
    }

    pub fn finding(&self) -> Diagnostic {
        let help = match self {
            Self::Over | Self::UndoOnly => "start the deployment again: a new deployment has its own mandate",
            Self::Stale => "read the endpoint again, and compute the split from that read and its `etag`",
            _ => "start another deployment for another change",
        };
        Diagnostic::new(self.code(), self.to_string()).help(help)
    }
}
