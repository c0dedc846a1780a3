//! A project that is suspended, or that a call may not be charged to, and a token without the scope.
//!
//! Reads of a browser do without this group (`docs/size.md`): no user meets these before the portal itself is set up.

use super::source::{REASONS, UNVERIFIED};
use crate::diagnose::entry::{Case, Certainty, Entry, Place, Row};
use crate::diagnostic::Who;

pub const ENTRIES: [Entry; 4] = [
    Entry {
        row: Row {
            name: "access/consumer-suspended",
            places: &[Place::Call, Place::Impersonation],
            reason: "CONSUMER_SUSPENDED",
            cause: "Google has suspended the project {consumer}",
            fix: "follow the mail that Google sent to the owners of {consumer}, and appeal",
            who: Who::Organization,
            ..Row::NONE
        },
        certainty: Certainty::Documented,
        source: REASONS,
        matches: [
            Case(
                "PERMISSION_DENIED",
                "CONSUMER_SUSPENDED",
                "Permission denied: Consumer 'project:acme-ml' has been suspended.",
            ),
            Case("PERMISSION_DENIED", "CONSUMER_SUSPENDED", "The project is suspended."),
        ],
        misses: [
            Case("PERMISSION_DENIED", "CONSUMER_INVALID", "Permission denied on resource project acme-ml-old."),
            Case("PERMISSION_DENIED", "", "Permission denied."),
        ],
    },
    Entry {
        row: Row {
            name: "access/user-project",
            places: &[Place::Call, Place::Impersonation],
            reason: "USER_PROJECT_DENIED",
            cause: "the caller may not use {consumer} as the project that a call is charged to",
            fix: "grant `roles/serviceusage.serviceUsageConsumer` on {consumer}, or name another quota project",
            who: Who::Platform,
            ..Row::NONE
        },
        certainty: Certainty::Documented,
        source: REASONS,
        matches: [
            Case(
                "PERMISSION_DENIED",
                "USER_PROJECT_DENIED",
                "Caller does not have required permission to use project acme-ml-old. Grant the caller the roles/serviceusage.serviceUsageConsumer role …",
            ),
            Case("PERMISSION_DENIED", "USER_PROJECT_DENIED", "User project specified in the request is invalid."),
        ],
        misses: [
            Case(
                "PERMISSION_DENIED",
                "IAM_PERMISSION_DENIED",
                "Permission 'serviceusage.services.use' denied on resource 'projects/acme-ml' (or it may not exist).",
            ),
            Case("PERMISSION_DENIED", "CONSUMER_INVALID", "Permission denied on resource project acme-ml-old."),
        ],
    },
    Entry {
        row: Row {
            name: "access/quota-project",
            statuses: "PERMISSION_DENIED",
            texts: &["Permission denied to enable service [*]"],
            cause: "the call was charged to a project in which {0} is not enabled, most often not the one that the annotations name",
            fix: "enable {0} in that project: Cloud Audit Logs name it",
            who: Who::Platform,
            ..Row::NONE
        },
        certainty: Certainty::Reported,
        source: UNVERIFIED,
        matches: [
            Case("PERMISSION_DENIED", "", "Permission denied to enable service [cloudquotas.googleapis.com]"),
            Case(
                "PERMISSION_DENIED",
                "AUTH_PERMISSION_DENIED",
                "Permission denied to enable service [aiplatform.googleapis.com]\nHelp Token: x",
            ),
        ],
        misses: [
            Case("PERMISSION_DENIED", "", "Permission denied to get service [aiplatform.googleapis.com]"),
            Case("NOT_FOUND", "", "Permission denied to enable service [x]"),
        ],
    },
    Entry {
        row: Row {
            name: "access/token-scope",
            reason: "ACCESS_TOKEN_SCOPE_INSUFFICIENT",
            cause: "the access token lacks the scope that the API needs",
            fix: "let the portal request the scope `https://www.googleapis.com/auth/cloud-platform`",
            who: Who::Platform,
            ..Row::NONE
        },
        certainty: Certainty::Reported,
        source: REASONS,
        matches: [
            Case(
                "PERMISSION_DENIED",
                "ACCESS_TOKEN_SCOPE_INSUFFICIENT",
                "Request had insufficient authentication scopes.",
            ),
            Case("PERMISSION_DENIED", "ACCESS_TOKEN_SCOPE_INSUFFICIENT", "Insufficient Permission"),
        ],
        misses: [
            Case("PERMISSION_DENIED", "IAM_PERMISSION_DENIED", "Permission denied"),
            Case("UNAUTHENTICATED", "ACCESS_TOKEN_EXPIRED", "Request had invalid authentication credentials."),
        ],
    },
];
