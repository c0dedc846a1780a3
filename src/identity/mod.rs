//! Identity: from a Backstage user to a Google access token.
//!
//! The portal signs an assertion, exchanges it at Google's Security Token Service and, where configured, impersonates a service account.

pub mod assertion;
pub mod broker;
pub mod cache;
pub mod crypto;
pub mod exchange;
pub mod flight;
pub mod issuer;
pub mod log_line;
pub mod redact;
pub mod secret;

use crate::diagnostic::{Code, Diagnostic};

/// Returns the HTTP status for a finding of this module. A rejection is final, so it is not a 5xx.
pub fn status(finding: &Diagnostic) -> u16 {
    match finding.code {
        Code::IdentitySubjectTooLong | Code::IdentityExchangeRefused | Code::IdentityImpersonationRefused => 403,
        Code::NetworkUnreachable | Code::GoogleUnavailable | Code::GoogleExhausted | Code::PortalRefused => 503,
        Code::IdentityAnswerUnreadable => 502,
        _ => 500,
    }
}
