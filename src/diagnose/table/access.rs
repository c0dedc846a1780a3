//! A permission, an API or a project that is missing.

use super::source::REASONS;
use crate::diagnose::entry::{Case, Certainty, Entry, Place, Principal, Right, Row};
use crate::diagnostic::Who;

pub const ENTRIES: [Entry; 4] = [
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
