//! A permission, an API or a project that is missing.

use super::source::REASONS;
use crate::diagnose::entry::{Case, Certainty, Entry, Place, Principal, Right, Row};
use crate::diagnostic::Who;

const PERIMETER: &str = "a VPC Service Controls perimeter blocks the call";
const ALLOW: &str = "look up the id of Google's text in Cloud Audit Logs, and allow the call with an ingress or egress rule of the perimeter";

pub const ENTRIES: [Entry; 9] = [
    Entry {
        row: Row {
            name: "access/service-disabled",
            places: &[Place::Call, Place::Operation, Place::Impersonation],
            reason: "SERVICE_DISABLED",
            cause: "the API {service} is not enabled in {consumer}",
            fix: "enable {service} in {consumer}; with a workload identity pool in another project, that project needs it too",
            who: Who::Platform,
            ..Row::NONE
        },
        certainty: Certainty::Documented,
        source: REASONS,
        matches: [
            Case(
                "PERMISSION_DENIED",
                "SERVICE_DISABLED",
                "Agent Platform API has not been used in project acme-ml before or it is disabled.",
            ),
            Case(
                "PERMISSION_DENIED",
                "SERVICE_DISABLED",
                "Vertex AI API has not been used in project 123456789012 before or it is disabled.",
            ),
        ],
        misses: [
            Case("PERMISSION_DENIED", "BILLING_DISABLED", "This API method requires billing to be enabled."),
            Case(
                "PERMISSION_DENIED",
                "IAM_PERMISSION_DENIED",
                "Permission 'serviceusage.services.enable' denied on resource '//serviceusage.googleapis.com/projects/acme-ml' (or it may not exist).",
            ),
        ],
    },
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
    Entry {
        row: Row {
            name: "access/permission-missing",
            statuses: "PERMISSION_DENIED",
            reason: "IAM_PERMISSION_DENIED",
            cause: "the caller lacks the permission `{permission}`, or the resource does not exist: Google does not report which",
            fix: "request the permission `{permission}` on `{resource}`, and check the name",
            who: Who::Platform,
            right: Some(Right { permission: "{permission}", resource: "{resource}", principal: Principal::Caller }),
            ..Row::NONE
        },
        certainty: Certainty::Documented,
        source: REASONS,
        matches: [
            Case(
                "PERMISSION_DENIED",
                "IAM_PERMISSION_DENIED",
                "Permission 'aiplatform.endpoints.deploy' denied on resource '//aiplatform.googleapis.com/projects/acme-ml' (or it may not exist).",
            ),
            Case("PERMISSION_DENIED", "IAM_PERMISSION_DENIED", "Permission denied"),
        ],
        misses: [
            Case("PERMISSION_DENIED", "BILLING_DISABLED", "This API method requires billing to be enabled."),
            Case("NOT_FOUND", "", "The resource does not exist."),
        ],
    },
    Entry {
        row: Row {
            name: "access/token-expired",
            statuses: "UNAUTHENTICATED",
            reason: "ACCESS_TOKEN_EXPIRED",
            cause: "the access token has expired",
            fix: "try again: the portal requests a new token",
            who: Who::Platform,
            ..Row::NONE
        },
        certainty: Certainty::Documented,
        source: REASONS,
        matches: [
            Case("UNAUTHENTICATED", "ACCESS_TOKEN_EXPIRED", "Request had invalid authentication credentials."),
            Case("UNAUTHENTICATED", "ACCESS_TOKEN_EXPIRED", ""),
        ],
        misses: [
            Case("UNAUTHENTICATED", "CREDENTIALS_MISSING", "Request is missing required authentication credential."),
            Case(
                "PERMISSION_DENIED",
                "ACCESS_TOKEN_SCOPE_INSUFFICIENT",
                "Request had insufficient authentication scopes.",
            ),
        ],
    },
    Entry {
        row: Row {
            name: "access/federated-token",
            statuses: "UNAUTHENTICATED",
            texts: &["Request had invalid authentication credentials. Expected OAuth 2 access token"],
            cause: "Google does not accept the access token: it is invalid or revoked, or this API accepts no federated tokens",
            fix: "check the workload identity pool and provider; where only this API rejects the token, set `vertexAi.identity.serviceAccount`, so that the portal impersonates an account",
            who: Who::Platform,
            ..Row::NONE
        },
        certainty: Certainty::Reported,
        source: "Google, [Products and limitations of identity federation](https://docs.cloud.google.com/iam/docs/federated-identity-supported-services); read 2026-11-27",
        matches: [
            Case(
                "UNAUTHENTICATED",
                "ACCESS_TOKEN_TYPE_UNSUPPORTED",
                "Request had invalid authentication credentials. Expected OAuth 2 access token, login cookie or other valid authentication credential.",
            ),
            Case(
                "UNAUTHENTICATED",
                "",
                "Request had invalid authentication credentials. Expected OAuth 2 access token, login cookie or other.",
            ),
        ],
        misses: [
            Case(
                "UNAUTHENTICATED",
                "CREDENTIALS_MISSING",
                "Request is missing required authentication credential. Expected OAuth 2 access token, login cookie or other valid authentication credential.",
            ),
            Case("PERMISSION_DENIED", "", "Expected OAuth 2 access token, login cookie"),
        ],
    },
];
