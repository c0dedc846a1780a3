//! Codes of the checks before a deployment.

use super::Event;
use crate::diagnostic::code::{Code, Severity};

pub const EVENTS: &[Event] = &[
    Event {
        code: Code::PreflightNo,
        name: "preflight/no",
        severity: Severity::Error,
        meaning: "A check of the preflight found what makes the deployment fail.",
    },
    Event {
        code: Code::PreflightUnknown,
        name: "preflight/unknown",
        severity: Severity::Warning,
        meaning: "A check of the preflight has no result: an answer is refused, late or does not decide.",
    },
];
