//! Codes of planning, files, requests and configuration.

use super::Event;
use crate::diagnostic::code::{Code, Severity};

pub const EVENTS: &[Event] = &[
    Event {
        code: Code::PlanVersionOpen,
        name: "plan/version-open",
        severity: Severity::Info,
        meaning: "The plan takes whichever version of the model is the default when it is carried out.",
    },
    Event {
        code: Code::PlanValueOpen,
        name: "plan/value-open",
        severity: Severity::Error,
        meaning: "A value is filled in only when the catalog reads the file, so that there is nothing to plan with yet.",
    },
    Event {
        code: Code::FileUnreadable,
        name: "file/unreadable",
        severity: Severity::Error,
        meaning: "The file cannot be read from where it is.",
    },
    Event {
        code: Code::FileNoEntity,
        name: "file/no-entity",
        severity: Severity::Error,
        meaning: "Nothing that was named holds an entity.",
    },
    Event {
        code: Code::FileUnwritable,
        name: "file/unwritable",
        severity: Severity::Error,
        meaning: "The mended file cannot be written to where it was.",
    },
    Event {
        code: Code::RequestMalformed,
        name: "request/malformed",
        severity: Severity::Error,
        meaning: "A request has a shape that the core does not know.",
    },
    Event {
        code: Code::ConfigInvalid,
        name: "config/invalid",
        severity: Severity::Error,
        meaning: "The configuration lacks a key, or a key has a wrong value.",
    },
    Event {
        code: Code::ConfigUnknownRule,
        name: "config/unknown-rule",
        severity: Severity::Error,
        meaning: "A rule of this name does not exist.",
    },
    Event {
        code: Code::ConfigFixedRule,
        name: "config/fixed-rule",
        severity: Severity::Error,
        meaning: "A finding of this code is not a matter of configuration: nothing can go on without what it is about.",
    },
];
