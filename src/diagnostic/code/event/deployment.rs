//! Codes of a deployment that runs.

use super::Event;
use crate::diagnostic::code::{Code, Severity};

pub const EVENTS: &[Event] = &[
    Event {
        code: Code::DeployOperationFailed,
        name: "deploy/operation-failed",
        severity: Severity::Error,
        meaning: "The operation of the deployment failed.",
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
        meaning: "A change that the deployment made could not be undone.",
    },
    Event {
        code: Code::DeployUnexpectedResult,
        name: "deploy/unexpected-result",
        severity: Severity::Error,
        meaning: "The operation succeeded with an unexpected result.",
    },
    Event {
        code: Code::DeployPlanChanged,
        name: "deploy/plan-changed",
        severity: Severity::Error,
        meaning: "The portal was upgraded while the deployment ran, and its new version plans the deployment in another way; or the values of `env` changed before its upload was resumed.",
    },
    Event {
        code: Code::DeployImpossible,
        name: "deploy/impossible",
        severity: Severity::Error,
        meaning: "The present state of the endpoint does not allow the change.",
    },
    Event {
        code: Code::DeployDrift,
        name: "deploy/drift",
        severity: Severity::Warning,
        meaning: "The endpoint serves another model or version than the annotations name.",
    },
    Event {
        code: Code::DeployIdleModel,
        name: "deploy/idle-model",
        severity: Severity::Warning,
        meaning: "A deployed model receives no traffic: it costs money and serves nothing.",
    },
    Event {
        code: Code::CoreInternal,
        name: "core/internal",
        severity: Severity::Error,
        meaning: "The core has an internal error.",
    },
    Event {
        code: Code::CoreNotInitialised,
        name: "core/not-initialised",
        severity: Severity::Error,
        meaning: "A function of the core was called before `init()` had finished.",
    },
];
