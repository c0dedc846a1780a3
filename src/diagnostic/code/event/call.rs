//! Codes of a call to Google: the proxy's denials, credentials, Google's answers.

use super::Event;
use crate::diagnostic::code::{Code, Severity};

pub const EVENTS: &[Event] = &[
    Event {
        code: Code::ProxyMethodUnknown,
        name: "proxy/method-unknown",
        severity: Severity::Error,
        meaning: "The call's path or verb is not one of the Google methods that may be called.",
    },
    Event {
        code: Code::ProxyPathMalformed,
        name: "proxy/path-malformed",
        severity: Severity::Error,
        meaning: "The path is written in a way that hides what it means: dot segments, empty segments, escapes.",
    },
    Event {
        code: Code::ProxyTargetNotAllowed,
        name: "proxy/target-not-allowed",
        severity: Severity::Error,
        meaning: "The project or location is not among those the configuration allows.",
    },
    Event {
        code: Code::ProxyQueryUnknown,
        name: "proxy/query-unknown",
        severity: Severity::Error,
        meaning: "The query holds a parameter that the method does not have.",
    },
    Event {
        code: Code::ProxyBodyMalformed,
        name: "proxy/body-malformed",
        severity: Severity::Error,
        meaning: "The request's body cannot be read as what the method takes.",
    },
    Event {
        code: Code::ProxyCallerNotAllowed,
        name: "proxy/caller-not-allowed",
        severity: Severity::Error,
        meaning: "This caller may not make this call.",
    },
    Event {
        code: Code::IdentitySubjectTooLong,
        name: "identity/subject-too-long",
        severity: Severity::Error,
        meaning: "A user's entity ref is longer than Google's subject may be (127 bytes).",
    },
    Event {
        code: Code::IdentityExchangeRefused,
        name: "identity/exchange-refused",
        severity: Severity::Error,
        meaning: "Google's Security Token Service refused the assertion.",
    },
    Event {
        code: Code::IdentityImpersonationRefused,
        name: "identity/impersonation-refused",
        severity: Severity::Error,
        meaning: "The service account could not be impersonated.",
    },
    Event {
        code: Code::IdentityAnswerUnreadable,
        name: "identity/answer-unreadable",
        severity: Severity::Error,
        meaning: "Google answered the exchange with something that cannot be read.",
    },
    Event {
        code: Code::GooglePermissionDenied,
        name: "google/permission-denied",
        severity: Severity::Error,
        meaning: "Google refused the call for want of a permission, or the resource does not exist.",
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
        meaning: "Google does not know the resource.",
    },
    Event {
        code: Code::GoogleInvalid,
        name: "google/invalid-argument",
        severity: Severity::Error,
        meaning: "Google says that the request is wrong.",
    },
    Event {
        code: Code::GooglePrecondition,
        name: "google/failed-precondition",
        severity: Severity::Error,
        meaning: "Google says that the request does not fit the state of things.",
    },
    Event {
        code: Code::GoogleConflict,
        name: "google/conflict",
        severity: Severity::Error,
        meaning: "Google has it already, or somebody else changed it meanwhile.",
    },
    Event {
        code: Code::GoogleExhausted,
        name: "google/resource-exhausted",
        severity: Severity::Error,
        meaning: "A quota or rate limit is used up.",
    },
    Event {
        code: Code::GoogleUnavailable,
        name: "google/unavailable",
        severity: Severity::Error,
        meaning: "Google is unavailable, or took too long, again and again.",
    },
    Event {
        code: Code::GoogleAnswerUnreadable,
        name: "google/answer-unreadable",
        severity: Severity::Error,
        meaning: "The answer was cut off, or is not what Google's API answers.",
    },
    Event {
        code: Code::GoogleError,
        name: "google/error",
        severity: Severity::Error,
        meaning: "Google answered with an error that has no code of its own here.",
    },
    Event {
        code: Code::NetworkUnreachable,
        name: "network/unreachable",
        severity: Severity::Error,
        meaning: "Nothing answered at the address.",
    },
    Event {
        code: Code::PortalRefused,
        name: "portal/refused",
        severity: Severity::Error,
        meaning: "The portal refused the call.",
    },
];
