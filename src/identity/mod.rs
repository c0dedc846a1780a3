//! From a Backstage user to a Google access token: an assertion that the portal signs, exchanged at Google's Security Token
//! Service, and where configured turned into a service account's token.

pub mod assertion;
pub mod cache;
pub mod crypto;
pub mod exchange;
pub mod issuer;
pub mod redact;
pub mod secret;

use crate::diagnostic::{Code, Diagnostic};

/// The HTTP status that says the same as a finding of this module. A refusal is not worth trying again, so it is no 5xx.
pub fn status(finding: &Diagnostic) -> u16 {
    match finding.code {
        Code::IdentitySubjectTooLong | Code::IdentityExchangeRefused | Code::IdentityImpersonationRefused => 403,
        Code::NetworkUnreachable | Code::GoogleUnavailable | Code::GoogleExhausted => 503,
        Code::IdentityAnswerUnreadable => 502,
        _ => 500,
    }
}
