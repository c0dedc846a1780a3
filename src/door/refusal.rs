//! Refusals: why a call ends without an answer from Google, as HTTP status and body.

use super::want::Failure;
use crate::diagnostic::{Code, Diagnostic, Words};
use crate::{guard, identity};
use serde::Serialize;
use serde_json::{Value, json};
use ts_rs::TS;

/// A refused call.
#[derive(Clone, Debug, PartialEq)]
pub struct Refusal {
    pub status: u16,
    pub message: Words,
    /// A diagnostic in JSON: one of ours, or one that a host's error carries.
    diagnostic: Value,
}

/// A refusal as an HTTP answer.
#[derive(Clone, Debug, PartialEq, Serialize, TS)]
#[ts(rename = "RefusalAnswer")]
pub struct Answer {
    pub status: u16,
    pub body: Body,
}

/// The body of a refusal: the shape of Backstage's errors, plus the diagnostic.
#[derive(Clone, Debug, PartialEq, Serialize, TS)]
#[ts(rename = "RefusalBody")]
pub struct Body {
    pub error: ErrorShape,
    #[ts(as = "Diagnostic")]
    pub diagnostic: Value,
}

/// An error as Backstage serializes it.
#[derive(Clone, Debug, PartialEq, Serialize, TS)]
#[ts(rename = "SerializedError")]
pub struct ErrorShape {
    pub name: &'static str,
    #[ts(as = "String")]
    pub message: Words,
}

impl Refusal {
    pub fn new(status: u16, finding: &Diagnostic) -> Self {
        Self { status, message: finding.message.clone(), diagnostic: json!(finding) }
    }

    pub fn because(status: u16, code: Code, message: impl Into<Words>) -> Self {
        Self::new(status, &Diagnostic::new(code, message))
    }

    #[must_use]
    pub fn help(mut self, help: impl Into<Words>) -> Self {
        self.diagnostic["help"] = help.into().into();
        self
    }

    /// The refusal for an error of the host. Only known errors show their message to the caller.
    pub fn of(failure: &Failure) -> Self {
        match failure.name.as_str() {
            "AuthenticationError" => {
                let message = or(&failure.message, "the caller is not signed in");
                Self::because(401, Code::PortalRefused, message).help("sign in to the portal")
            }
            "NotAllowedError" => {
                Self::because(403, Code::PortalRefused, or(&failure.message, "the caller is not allowed to do this"))
            }
            "TimeoutError" => Self::because(503, Code::NetworkUnreachable, "the portal itself did not answer in time")
                .help("try again later"),
            _ => Self::because(503, Code::PortalRefused, "the portal failed to handle the call")
                .help("see the portal's log for the cause"),
        }
    }

    /// The refusal for an error of the host that carries a diagnostic, as errors of the core do.
    pub fn carried(status: u16, message: String, diagnostic: Value) -> Self {
        Self { status, message: message.into(), diagnostic }
    }

    pub fn code(&self) -> Option<&str> {
        self.diagnostic["code"].as_str()
    }

    pub fn answer(self) -> Answer {
        let Self { status, message, diagnostic } = self;
        Answer { status, body: Body { error: ErrorShape { name: name(status), message }, diagnostic } }
    }
}

impl From<guard::Refusal> for Refusal {
    fn from(refusal: guard::Refusal) -> Self {
        Self::new(refusal.status, &refusal.diagnostic)
    }
}

impl From<&Diagnostic> for Refusal {
    /// A finding of [`identity`].
    fn from(finding: &Diagnostic) -> Self {
        Self::new(identity::status(finding), finding)
    }
}

/// The finding about a caller without a Backstage permission.
pub fn lacks_permission(permission: &str) -> Diagnostic {
    let message = format!("the caller lacks the Backstage permission `{permission}`");
    Diagnostic::new(Code::PortalRefused, message).help("ask an administrator of the portal for the permission")
}

fn or(message: &str, otherwise: &'static str) -> Words {
    if message.is_empty() { otherwise.into() } else { message.to_owned().into() }
}

/// The name of the error class for a status: Backstage's, or that of npm `http-errors` (413, 502, 504).
///
/// Sources, read 2026-11-27: `getStatusCode` in `packages/backend-defaults/src/entrypoints/rootHttpRouter/http/MiddlewareFactory.ts` of
/// github.com/backstage/backstage, <https://backstage.io/docs/reference/errors>, and `http-errors` 2.
fn name(status: u16) -> &'static str {
    match status {
        400 => "InputError",
        401 => "AuthenticationError",
        403 => "NotAllowedError",
        404 => "NotFoundError",
        409 => "ConflictError",
        413 => "PayloadTooLargeError",
        502 => "BadGatewayError",
        503 => "ServiceUnavailableError",
        504 => "GatewayTimeoutError",
        _ => "Error",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(name: &str) -> Answer {
        Refusal::of(&Failure { name: name.into(), message: "select * from secrets".into() }).answer()
    }

    #[test]
    fn only_known_errors_show_their_message() {
        for (name, status, shown) in [
            ("AuthenticationError", 401, true),
            ("NotAllowedError", 403, true),
            ("TimeoutError", 503, false),
            ("Error", 503, false),
            ("SyntaxError", 503, false),
        ] {
            let answer = of(name);
            let body = serde_json::to_string(&answer.body).unwrap();
            assert_eq!((answer.status, body.contains("secrets")), (status, shown), "{name}");
        }
    }

    #[test]
    fn the_body_has_the_shape_of_backstages_errors() {
        let refusal = Refusal::new(403, &lacks_permission("vertex-ai.deploy")).answer();
        assert_eq!(
            serde_json::to_value(refusal.body).unwrap(),
            json!({
                "error": {"name": "NotAllowedError", "message": "the caller lacks the Backstage permission `vertex-ai.deploy`"},
                "diagnostic": {
                    "code": "portal/refused",
                    "severity": "error",
                    "message": "the caller lacks the Backstage permission `vertex-ai.deploy`",
                    "help": "ask an administrator of the portal for the permission",
                },
            })
        );
    }
}
