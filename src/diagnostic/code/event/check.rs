//! Codes of planning, files, requests and configuration.

use super::Event;
use crate::diagnostic::code::{Code, Severity};

pub const EVENTS: &[Event] = &[
    Event {
        code: Code::PlanVersionOpen,
        name: "plan/version-open",
        severity: Severity::Info,
        meaning: "The plan uses the model version that is the default, or has the alias, at the time it runs.",
    },
    Event {
        code: Code::PlanValueOpen,
        name: "plan/value-open",
        severity: Severity::Error,
        meaning: "A placeholder has no value until the catalog reads the file, so no plan is possible.",
    },
    Event {
        code: Code::FileUnreadable,
        name: "file/unreadable",
        severity: Severity::Error,
        meaning: "The file cannot be read.",
    },
    Event {
        code: Code::FileNoEntity,
        name: "file/no-entity",
        severity: Severity::Error,
        meaning: "None of the named files has an entity.",
    },
    Event {
        code: Code::FileUnwritable,
        name: "file/unwritable",
        severity: Severity::Error,
        meaning: "The fixed file cannot be written.",
    },
    Event {
        code: Code::RequestMalformed,
        name: "request/malformed",
        severity: Severity::Error,
        meaning: "The request has a shape that the core does not know.",
    },
    Event {
        code: Code::ConfigInvalid,
        name: "config/invalid",
        severity: Severity::Error,
        meaning: "A key of the configuration is missing or has a wrong value.",
    },
    Event {
        code: Code::ConfigUnknownRule,
        name: "config/unknown-rule",
        severity: Severity::Error,
        meaning: "The configuration names a rule that does not exist.",
    },
    Event {
        code: Code::ConfigFixedRule,
        name: "config/fixed-rule",
        severity: Severity::Error,
        meaning: "The configuration sets the level of a finding whose level is fixed.",
    },
];
