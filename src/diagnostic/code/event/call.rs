//! Codes of a call to Google: the proxy's denials, credentials, Google's answers.

use super::Event;
use crate::diagnostic::code::{Code, Severity};

pub const EVENTS: &[Event] = &[
    Event {
        code: Code::ProxyMethodUnknown,
        name: "proxy/method-unknown",
        severity: Severity::Error,
        meaning: "The path and verb are not those of an allowed Google method.",
    },
    Event {
        code: Code::ProxyPathMalformed,
        name: "proxy/path-malformed",
        severity: Severity::Error,
        meaning: "The path hides its meaning with dot segments, empty segments or escapes.",
    },
    Event {
        code: Code::ProxyTargetNotAllowed,
        name: "proxy/target-not-allowed",
        severity: Severity::Error,
        meaning: "The configuration does not allow the project or location.",
    },
    Event {
        code: Code::ProxyQueryUnknown,
        name: "proxy/query-unknown",
        severity: Severity::Error,
        meaning: "The query has a parameter that the method does not have.",
    },
    Event {
        code: Code::ProxyBodyMalformed,
        name: "proxy/body-malformed",
        severity: Severity::Error,
        meaning: "The body of the request is not valid for the method.",
    },
    Event {
        code: Code::ProxyCallerNotAllowed,
        name: "proxy/caller-not-allowed",
        severity: Severity::Error,
        meaning: "The caller may not make this call.",
    },
    Event {
        code: Code::ProxyDirectChange,
        name: "proxy/direct-change",
        severity: Severity::Error,
        meaning: "The portal changes models, endpoints and deployments by deployments only.",
    },
    Event {
        code: Code::IdentitySubjectTooLong,
        name: "identity/subject-too-long",
        severity: Severity::Error,
        meaning: "The entity ref of the user is longer than 127 bytes, Google's limit for a subject.",
    },
    Event {
        code: Code::IdentityExchangeRefused,
        name: "identity/exchange-refused",
        severity: Severity::Error,
        meaning: "Google's Security Token Service rejected the assertion.",
    },
    Event {
        code: Code::IdentityImpersonationRefused,
        name: "identity/impersonation-refused",
        severity: Severity::Error,
        meaning: "Google denied the impersonation of the service account.",
    },
    Event {
        code: Code::IdentityAnswerUnreadable,
        name: "identity/answer-unreadable",
        severity: Severity::Error,
        meaning: "Google's answer to the token exchange cannot be read.",
    },
    Event {
        code: Code::GooglePermissionDenied,
        name: "google/permission-denied",
        severity: Severity::Error,
        meaning: "Google denied the call: a permission is missing, or the resource does not exist.",
    },
    Event {
        code: Code::GoogleUnauthenticated,
        name: "google/unauthenticated",
        severity: Severity::Error,
        meaning: "Google did not accept the credentials.",
    },
    Event {
        code: Code::GoogleNotFound,
        name: "google/not-found",
        severity: Severity::Error,
        meaning: "Google did not find the resource.",
    },
    Event {
        code: Code::GoogleInvalid,
        name: "google/invalid-argument",
        severity: Severity::Error,
        meaning: "Google rejected the request as invalid.",
    },
    Event {
        code: Code::GooglePrecondition,
        name: "google/failed-precondition",
        severity: Severity::Error,
        meaning: "Google rejected the request because of the current state of the resource.",
    },
    Event {
        code: Code::GoogleConflict,
        name: "google/conflict",
        severity: Severity::Error,
        meaning: "The resource already exists, or another client changed it at the same time.",
    },
    Event {
        code: Code::GoogleExhausted,
        name: "google/resource-exhausted",
        severity: Severity::Error,
        meaning: "A quota or rate limit is exhausted.",
    },
    Event {
        code: Code::GoogleUnavailable,
        name: "google/unavailable",
        severity: Severity::Error,
        meaning: "Google was unavailable or too slow, even after retries.",
    },
    Event {
        code: Code::GoogleAnswerUnreadable,
        name: "google/answer-unreadable",
        severity: Severity::Error,
        meaning: "Google's answer is incomplete or not in the format of its API.",
    },
    Event {
        code: Code::GoogleError,
        name: "google/error",
        severity: Severity::Error,
        meaning: "Google returned an error that has no code of its own here.",
    },
    Event {
        code: Code::NetworkUnreachable,
        name: "network/unreachable",
        severity: Severity::Error,
        meaning: "No server answered at the address.",
    },
    Event {
        code: Code::PortalRefused,
        name: "portal/refused",
        severity: Severity::Error,
        meaning: "The portal denied the call.",
    },
];
