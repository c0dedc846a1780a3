//! Codes of a call under a mandate.

use super::Event;
use crate::diagnostic::code::{Code, Severity};

pub const EVENTS: &[Event] = &[
    Event {
        code: Code::MandateUnknown,
        name: "mandate/unknown",
        severity: Severity::Error,
        meaning: "The portal has no such mandate, or the caller may not use it.",
    },
    Event {
        code: Code::MandateEnded,
        name: "mandate/ended",
        severity: Severity::Error,
        meaning: "The mandate has expired or was revoked.",
    },
    Event {
        code: Code::MandateLeaseLost,
        name: "mandate/lease-lost",
        severity: Severity::Error,
        meaning: "Another runner has taken the deployment over.",
    },
    Event {
        code: Code::MandateNotPlanned,
        name: "mandate/not-planned",
        severity: Severity::Error,
        meaning: "The call is not one of the mandate's plan.",
    },
    Event {
        code: Code::MandateStale,
        name: "mandate/stale",
        severity: Severity::Error,
        meaning: "The call rests on an outdated read of the endpoint.",
    },
    Event {
        code: Code::MandateUserMissing,
        name: "mandate/user-missing",
        severity: Severity::Error,
        meaning: "The catalog does not have the user of the mandate.",
    },
];
