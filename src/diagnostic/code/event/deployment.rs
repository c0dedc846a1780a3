//! Codes of a deployment that runs.

use super::Event;
use crate::diagnostic::code::{Code, Severity};

pub const EVENTS: &[Event] = &[
    Event {
        code: Code::DeployOperationFailed,
        name: "deploy/operation-failed",
        severity: Severity::Error,
        meaning: "The deployment's operation ended in an error.",
    },
    Event {
        code: Code::DeployCancelled,
        name: "deploy/cancelled",
        severity: Severity::Error,
        meaning: "The deployment was cancelled.",
    },
    Event {
        code: Code::DeployNotUndone,
        name: "deploy/not-undone",
        severity: Severity::Error,
        meaning: "Something that the deployment made could not be taken back.",
    },
    Event {
        code: Code::DeployUnexpectedResult,
        name: "deploy/unexpected-result",
        severity: Severity::Error,
        meaning: "The operation ended, but not with what was asked for.",
    },
    Event {
        code: Code::CoreInternal,
        name: "core/internal",
        severity: Severity::Error,
        meaning: "The core failed in a way it should not.",
    },
];
