//! Faults: what goes wrong with one request on its way to the abstract Google.

use crate::conversation::{Failure, Response};
use serde_json::json;

/// What goes wrong with one request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fault {
    /// It does not arrive.
    Reset,
    /// It is held back, and its answer does not arrive.
    Held,
    /// It arrives, and its answer does not.
    Lost,
    /// It arrives, and something else answers 503.
    Unavailable,
    /// It does not arrive, and something answers 500.
    Internal,
    /// It does not arrive, and something answers with a page.
    Page,
    /// It arrives, and something answers with a page.
    PageAfter,
    Exhausted,
    Unauthenticated,
    /// It does not arrive: Google's STS cannot read the portal's keys.
    ExchangeRefused,
}

impl Fault {
    pub const ALL: [Self; 9] = [
        Self::Reset,
        Self::Lost,
        Self::Unavailable,
        Self::Internal,
        Self::Page,
        Self::PageAfter,
        Self::Exhausted,
        Self::Unauthenticated,
        Self::ExchangeRefused,
    ];

    pub(super) fn arrives(self) -> bool {
        matches!(self, Self::Lost | Self::Unavailable | Self::PageAfter)
    }

    pub(super) fn answer(self) -> Result<Response, Failure> {
        let error = |status, name: &str| {
            let body = json!({"error": {"status": name, "message": name}});
            Ok(Response { status, retry_after: None, body: Some(body) })
        };
        match self {
            Self::Reset => Err(Failure::Unreachable),
            Self::Lost | Self::Held => Err(Failure::CutOff),
            Self::Unavailable => error(503, "UNAVAILABLE"),
            Self::Internal => error(500, "INTERNAL"),
            Self::Page | Self::PageAfter => Ok(Response { status: 200, retry_after: None, body: None }),
            Self::Exhausted => error(429, "RESOURCE_EXHAUSTED"),
            Self::Unauthenticated => error(401, "UNAUTHENTICATED"),
            Self::ExchangeRefused => {
                let message = "Google's Security Token Service rejected the portal's assertion";
                let diagnostic = json!({"code": "identity/exchange-refused", "severity": "error", "message": message});
                let body = json!({"error": {"name": "NotAllowedError", "message": message}, "diagnostic": diagnostic});
                Ok(Response { status: 403, retry_after: None, body: Some(body) })
            }
        }
    }
}
