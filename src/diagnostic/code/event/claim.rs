//! Codes about the owner of an endpoint or a model.

use super::Event;
use crate::diagnostic::code::{Code, Severity};

pub const EVENTS: &[Event] = &[
    Event {
        code: Code::ClaimContested,
        name: "claim/contested",
        severity: Severity::Error,
        meaning: "More than one entity claims the endpoint or the model.",
    },
    Event {
        code: Code::ClaimForeign,
        name: "claim/foreign",
        severity: Severity::Error,
        meaning: "The endpoint or the model belongs to another entity or portal.",
    },
    Event {
        code: Code::ClaimStale,
        name: "claim/stale",
        severity: Severity::Error,
        meaning: "The entity is missing in the catalog, or has other annotations there.",
    },
];
