//! A project that is unknown, suspended or without billing, or that a call may not be charged to; and a service perimeter.
//!
//! Reads of a browser do without this group (`docs/size.md`): no user meets these once the portal's projects are set up.

use super::source::{REASONS, UNVERIFIED};
use crate::diagnose::entry::{Case, Certainty, Entry, Place, Row};
use crate::diagnostic::Who;

const PERIMETER: &str = "a VPC Service Controls perimeter blocks the call";
const ALLOW: &str = "look up the id of Google's text in Cloud Audit Logs, and allow the call with an ingress or egress rule of the perimeter";

pub const ENTRIES: [Entry; 9] = [
    Entry {
        row: Row {
            name: "access/service-never-used",
            places: &[Place::Call, Place::Operation, Place::Impersonation],
            statuses: "PERMISSION_DENIED FAILED_PRECONDITION",
            texts: &["* API has not been used in project * before or it is disabled"],
            cause: "the {0} API is not enabled in the project {1}",
            fix: "enable the API in the project {1}",
            who: Who::Platform,
            ..Row::NONE
        },
        certainty: Certainty::Reported,
        source: REASONS,
        matches: [
            Case(
                "PERMISSION_DENIED",
                "",
                "Vertex AI API has not been used in project acme-ml before or it is disabled. Enable it by visiting …",
            ),
            Case(
                "PERMISSION_DENIED",
                "",
                "Agent Platform API has not been used in project 123456789012 before or it is disabled. Enable it by visiting …",
            ),
        ],
        misses: [
            Case("PERMISSION_DENIED", "", "The API has not been configured for the project acme-ml"),
            Case("NOT_FOUND", "", "Endpoint acme-ml has not been used before"),
        ],
    },
    Entry {
        row: Row {
            name: "access/consumer-invalid",
            places: &[Place::Call, Place::Impersonation],
            reason: "CONSUMER_INVALID",
            cause: "the project {consumer} does not exist, is deleted, or is named by its display name",
            fix: "correct the project in the annotations: its id, as `gcloud projects list` shows it",
            ..Row::NONE
        },
        certainty: Certainty::Documented,
        source: REASONS,
        matches: [
            Case("PERMISSION_DENIED", "CONSUMER_INVALID", "Permission denied on resource project acme-ml-old."),
            Case("PERMISSION_DENIED", "CONSUMER_INVALID", "Project 'Acme ML' not found or deleted."),
        ],
        misses: [
            Case(
                "PERMISSION_DENIED",
                "CONSUMER_SUSPENDED",
                "Permission denied: Consumer 'project:acme-ml' has been suspended.",
            ),
            Case("PERMISSION_DENIED", "IAM_PERMISSION_DENIED", "Permission denied on resource project acme-ml."),
        ],
    },
    Entry {
        row: Row {
            name: "access/billing-disabled",
            places: &[Place::Call, Place::Operation, Place::Impersonation],
            reason: "BILLING_DISABLED",
            cause: "the project {consumer} has no active billing account",
            fix: "link an active billing account to {consumer}",
            who: Who::Organization,
            ..Row::NONE
        },
        certainty: Certainty::Documented,
        source: REASONS,
        matches: [
            Case(
                "PERMISSION_DENIED",
                "BILLING_DISABLED",
                "This API method requires billing to be enabled. Please enable billing on project #acme-ml …",
            ),
            Case(
                "PERMISSION_DENIED",
                "BILLING_DISABLED",
                "The billing account for the owning project is disabled in state closed",
            ),
        ],
        misses: [
            Case(
                "PERMISSION_DENIED",
                "SERVICE_DISABLED",
                "Cloud Billing API has not been used in project acme-ml before or it is disabled.",
            ),
            Case(
                "PERMISSION_DENIED",
                "IAM_PERMISSION_DENIED",
                "Permission 'billing.accounts.get' denied on resource 'billingAccounts/0' (or it may not exist).",
            ),
        ],
    },
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
    Entry {
        row: Row {
            name: "access/perimeter",
            places: &[Place::Call, Place::Operation, Place::Impersonation],
            reason: "SECURITY_POLICY_VIOLATED",
            cause: PERIMETER,
            fix: ALLOW,
            who: Who::Organization,
            ..Row::NONE
        },
        certainty: Certainty::Documented,
        source: REASONS,
        matches: [
            Case(
                "PERMISSION_DENIED",
                "SECURITY_POLICY_VIOLATED",
                "Request is prohibited by organization's policy. vpcServiceControlsUniqueIdentifier: aBc-12_x",
            ),
            Case("PERMISSION_DENIED", "SECURITY_POLICY_VIOLATED", "Request is prohibited"),
        ],
        misses: [
            Case(
                "FAILED_PRECONDITION",
                "",
                "Organization Policy constraint constraints/vertexai.allowedModels violated for projects/123456789012.",
            ),
            Case(
                "PERMISSION_DENIED",
                "IAM_PERMISSION_DENIED",
                "Permission 'aiplatform.endpoints.get' denied on resource '//aiplatform.googleapis.com/projects/acme-ml' (or it may not exist).",
            ),
        ],
    },
    Entry {
        row: Row {
            name: "access/perimeter-in-words",
            places: &[Place::Call, Place::Operation, Place::Impersonation],
            statuses: "PERMISSION_DENIED FAILED_PRECONDITION",
            texts: &["vpcServiceControlsUniqueIdentifier: "],
            cause: PERIMETER,
            fix: ALLOW,
            who: Who::Organization,
            ..Row::NONE
        },
        certainty: Certainty::Reported,
        source: "Google, [Troubleshoot VPC Service Controls](https://docs.cloud.google.com/vpc-service-controls/docs/troubleshooting), for the id; unverified for operations of Vertex AI",
        matches: [
            Case(
                "PERMISSION_DENIED",
                "",
                "Request is prohibited by organization's policy. vpcServiceControlsUniqueIdentifier: aBc-12_x",
            ),
            Case("FAILED_PRECONDITION", "", "The copy failed: vpcServiceControlsUniqueIdentifier: aBc-12_x"),
        ],
        misses: [
            Case("PERMISSION_DENIED", "", "Request is prohibited by organization's policy"),
            Case(
                "FAILED_PRECONDITION",
                "",
                "Organization Policy constraint constraints/vertexai.allowedModels violated for projects/123456789012.",
            ),
        ],
    },
];
