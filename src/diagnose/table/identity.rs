//! Tokens that Google refuses to the portal.

use super::source::FEDERATION;
use crate::diagnose::entry::{Case, Certainty, Entry, Place, Principal, Right, Row};
use crate::diagnostic::Who;

pub const ENTRIES: [Entry; 13] = [
    Entry {
        row: Row {
            name: "identity/issuer-unreachable",
            places: &[Place::Sts],
            statuses: "invalid_grant",
            texts: &["rror connecting to the given credential's issuer"],
            cause: "Google cannot read the portal's keys at {issuer}",
            fix: "make the issuer's `{issuer}/.well-known/openid-configuration` and keys reachable from the internet without redirects and with a public certificate, or upload the keys to the provider",
            who: Who::Platform,
            ..Row::NONE
        },
        certainty: Certainty::Reported,
        source: FEDERATION,
        matches: [
            Case("invalid_grant", "", "Error connecting to the given credential's issuer."),
            Case("invalid_grant", "", "error connecting to the given credential's issuer: timeout"),
        ],
        misses: [
            Case("invalid_grant", "", "The issuer in ID Token https://a does not match the expected ones: https://b"),
            Case("invalid_grant", "", "Connecting to the provider failed."),
        ],
    },
    Entry {
        row: Row {
            name: "identity/issuer-mismatch",
            places: &[Place::Sts],
            statuses: "invalid_grant",
            texts: &["The issuer in ID Token * does not match", "issuer* does not match"],
            cause: "the provider's issuer URI is another one than {issuer}",
            fix: "set the provider's issuer URI to exactly `{issuer}`",
            who: Who::Platform,
            ..Row::NONE
        },
        certainty: Certainty::Reported,
        source: FEDERATION,
        matches: [
            Case(
                "invalid_grant",
                "",
                "The issuer in ID Token https://a.example does not match the expected ones: https://b.example",
            ),
            Case("invalid_grant", "", "The issuer of the token does not match the provider."),
        ],
        misses: [
            Case("invalid_grant", "", "The audience in ID Token [a] does not match the expected audience."),
            Case("invalid_grant", "", "Error connecting to the given credential's issuer."),
        ],
    },
    Entry {
        row: Row {
            name: "identity/audience-mismatch",
            places: &[Place::Sts],
            statuses: "invalid_grant",
            texts: &["The audience in ID Token * does not match"],
            cause: "the provider allows other audiences than the portal's",
            fix: "leave the provider's allowed audiences empty, or add `{claim}`",
            who: Who::Platform,
            ..Row::NONE
        },
        certainty: Certainty::Reported,
        source: FEDERATION,
        matches: [
            Case("invalid_grant", "", "The audience in ID Token [https://x] does not match the expected audience."),
            Case(
                "invalid_grant",
                "",
                "The audience in ID Token [//iam.googleapis.com/projects/1] does not match the expected audience //iam.googleapis.com/projects/2.",
            ),
        ],
        misses: [
            Case(
                "invalid_grant",
                "",
                "The issuer in ID Token https://a.example does not match the expected ones: https://b.example",
            ),
            Case("invalid_grant", "", "The audience is malformed."),
        ],
    },
    Entry {
        row: Row {
            name: "identity/clock",
            places: &[Place::Sts],
            statuses: "invalid_grant",
            texts: &["is stale to sign-in", "has expired", "is expired", "in the future", "used too early"],
            cause: "the clock of the portal's backend is wrong, or the assertion came late",
            fix: "correct the clock of the backend: an assertion is valid for five minutes",
            who: Who::Platform,
            ..Row::NONE
        },
        certainty: Certainty::Unverified,
        source: FEDERATION,
        matches: [
            Case("invalid_grant", "", "ID Token issued at 1764230400 is stale to sign-in."),
            Case("invalid_grant", "", "The ID Token has expired."),
        ],
        misses: [
            Case("invalid_grant", "", "The key has been rotated."),
            Case("invalid_grant", "", "The issuer in ID Token x does not match y"),
        ],
    },
    Entry {
        row: Row {
            name: "identity/keys",
            places: &[Place::Sts],
            statuses: "invalid_grant",
            texts: &["signature", "key id", "No matching key", "No key with", "JWK"],
            cause: "Google does not accept the signature of the portal's assertion",
            fix: "let `{issuer}/.well-known/openid-configuration` name the portal's present keys; keys uploaded to the provider must be uploaded again after each rotation",
            who: Who::Platform,
            ..Row::NONE
        },
        certainty: Certainty::Unverified,
        source: FEDERATION,
        matches: [
            Case("invalid_grant", "", "Invalid signature for token"),
            Case("invalid_grant", "", "No matching key found in the JWKS of the provider."),
        ],
        misses: [
            Case("invalid_grant", "", "Error connecting to the given credential's issuer."),
            Case("invalid_grant", "", "The ID Token has expired."),
        ],
    },
    Entry {
        row: Row {
            name: "identity/mapping",
            places: &[Place::Sts],
            statuses: "unauthorized_client invalid_request invalid_grant",
            texts: &["mapped attribute '*' must be of type *"],
            cause: "the provider's attribute mapping does not fit the portal's assertion: `{0}` must be a {1}",
            fix: "correct the provider's attribute mapping: `google.subject=assertion.sub`, `google.groups=assertion.groups`",
            who: Who::Platform,
            ..Row::NONE
        },
        certainty: Certainty::Reported,
        source: "[google-github-actions/auth#378](https://github.com/google-github-actions/auth/issues/378); read 2026-11-27",
        matches: [
            Case("unauthorized_client", "", "The mapped attribute 'google.subject' must be of type STRING."),
            Case("unauthorized_client", "", "The mapped attribute 'google.groups' must be of type LIST(STRING)"),
        ],
        misses: [
            Case("unauthorized_client", "", "The given credential is rejected by the attribute condition."),
            Case("unauthorized_client", "", "The size of mapped attribute exceeds the 127 bytes limit."),
        ],
    },
    Entry {
        row: Row {
            name: "identity/attribute-size",
            places: &[Place::Sts],
            statuses: "invalid_request unauthorized_client",
            texts: &["exceeds the 127 bytes limit"],
            cause: "a mapped attribute is longer than Google allows: 127 bytes for the subject",
            fix: "shorten the user's name, or change the provider's attribute mapping of `google.subject`",
            who: Who::Platform,
            ..Row::NONE
        },
        certainty: Certainty::Reported,
        source: FEDERATION,
        matches: [
            Case("invalid_request", "", "The size of mapped attribute exceeds the 127 bytes limit."),
            Case(
                "invalid_request",
                "",
                "The size of mapped attribute google.subject exceeds the 127 bytes limit. Either modify …",
            ),
        ],
        misses: [
            Case("invalid_request", "", "The mapped attribute 'google.subject' must be of type STRING."),
            Case("invalid_request", "", "The size of the request exceeds the limit."),
        ],
    },
    Entry {
        row: Row {
            name: "identity/condition",
            places: &[Place::Sts],
            statuses: "unauthorized_client",
            texts: &["rejected by the attribute condition"],
            cause: "the provider's attribute condition does not admit this user",
            fix: "compare the provider's attribute condition with the assertion's `sub`, the user's entity ref, and `groups`",
            who: Who::Platform,
            ..Row::NONE
        },
        certainty: Certainty::Reported,
        source: "[terraform-example-foundation#1362](https://github.com/terraform-google-modules/terraform-example-foundation/issues/1362); read 2026-11-27",
        matches: [
            Case("unauthorized_client", "", "The given credential is rejected by the attribute condition."),
            Case("unauthorized_client", "", "The credential was rejected by the attribute condition of the provider."),
        ],
        misses: [
            Case("unauthorized_client", "", "The mapped attribute 'google.subject' must be of type STRING."),
            Case("unauthorized_client", "", "The client is not authorized."),
        ],
    },
    Entry {
        row: Row {
            name: "identity/groups-too-many",
            places: &[Place::Sts],
            statuses: "invalid_request unauthorized_client",
            texts: &[
                "roups* exceeds",
                "too many groups",
                "size of all mapped attributes",
                "size of the entire mapped attributes",
                "number of mapped groups",
            ],
            cause: "the user is in more groups than fit into an assertion: Google limits all mapped attributes together",
            fix: "map only the groups that grants name",
            who: Who::Platform,
            ..Row::NONE
        },
        certainty: Certainty::Unverified,
        source: FEDERATION,
        matches: [
            Case("invalid_request", "", "The size of all mapped attributes exceeds the limit of 8 KB."),
            Case("invalid_request", "", "The value of google.groups exceeds the limit of 400 groups."),
        ],
        misses: [
            Case("invalid_request", "", "The size of mapped attribute exceeds the 127 bytes limit."),
            Case("invalid_request", "", "The group does not exist."),
        ],
    },
    Entry {
        row: Row {
            name: "identity/pool",
            places: &[Place::Sts],
            statuses: "invalid_target",
            texts: &["*"],
            cause: "the pool or provider of {audience} does not exist, is disabled or is deleted",
            fix: "check `vertexAi.identity.audience`; a new provider works after up to five minutes",
            who: Who::Platform,
            ..Row::NONE
        },
        certainty: Certainty::Reported,
        source: "[google-github-actions/auth#161](https://github.com/google-github-actions/auth/issues/161); read 2026-11-27",
        matches: [
            Case(
                "invalid_target",
                "",
                "The target service indicated by the \"audience\" parameters is invalid. This might either be because the pool or provider is disabled or deleted or because it doesn't exist.",
            ),
            Case("invalid_target", "", "The provider is disabled."),
        ],
        misses: [
            Case("invalid_request", "", "Invalid value for \"audience\"."),
            Case("invalid_grant", "", "The audience in ID Token [x] does not match"),
        ],
    },
    Entry {
        row: Row {
            name: "identity/audience-malformed",
            places: &[Place::Sts],
            statuses: "invalid_request",
            texts: &["Invalid value for \"audience\""],
            cause: "`vertexAi.identity.audience` is not the full name of a provider",
            fix: "write the provider's full resource name into `vertexAi.identity.audience`, with the project's number",
            who: Who::Platform,
            ..Row::NONE
        },
        certainty: Certainty::Reported,
        source: "[google-github-actions/auth#211](https://github.com/google-github-actions/auth/issues/211); read 2026-11-27",
        matches: [
            Case(
                "invalid_request",
                "",
                "Invalid value for \"audience\". This value should be the full resource name of the Identity Provider.",
            ),
            Case("invalid_request", "", "Invalid value for \"audience\"."),
        ],
        misses: [
            Case("invalid_target", "", "The target service indicated by the \"audience\" parameters is invalid."),
            Case("invalid_request", "", "Invalid value for \"scope\"."),
        ],
    },
    Entry {
        row: Row {
            name: "identity/impersonation",
            places: &[Place::Impersonation],
            statuses: "PERMISSION_DENIED",
            texts: &["Permission 'iam.serviceAccounts.getAccessToken' denied", "iam.serviceAccounts.getAccessToken"],
            cause: "the user or group may not impersonate {account}, or the account does not exist",
            fix: "grant `roles/iam.workloadIdentityUser` on {account} to the pool's principal for this user or group",
            who: Who::Platform,
            right: Some(Right {
                permission: "iam.serviceAccounts.getAccessToken",
                resource: "{account}",
                principal: Principal::Caller,
            }),
            ..Row::NONE
        },
        certainty: Certainty::Reported,
        source: "[google-github-actions/auth#340](https://github.com/google-github-actions/auth/issues/340); read 2026-11-27",
        matches: [
            Case(
                "PERMISSION_DENIED",
                "",
                "Permission 'iam.serviceAccounts.getAccessToken' denied on resource (or it may not exist).",
            ),
            Case("PERMISSION_DENIED", "IAM_PERMISSION_DENIED", "The caller lacks iam.serviceAccounts.getAccessToken"),
        ],
        misses: [
            Case(
                "PERMISSION_DENIED",
                "SERVICE_DISABLED",
                "IAM Service Account Credentials API has not been used in project 1 before or it is disabled.",
            ),
            Case(
                "PERMISSION_DENIED",
                "USER_PROJECT_DENIED",
                "Caller does not have required permission to use project acme-ml-old.",
            ),
        ],
    },
    Entry {
        row: Row {
            name: "identity/token-lifetime",
            places: &[Place::Impersonation],
            statuses: "INVALID_ARGUMENT",
            texts: &["token lifetime cannot exceed"],
            cause: "the lifetime of the access token is longer than Google allows",
            fix: "lower `vertexAi.identity.tokenLifetimeSeconds` to at most 3600, or correct the clock",
            who: Who::Platform,
            ..Row::NONE
        },
        certainty: Certainty::Reported,
        source: FEDERATION,
        matches: [
            Case("INVALID_ARGUMENT", "", "The access token lifetime cannot exceed 3600 seconds."),
            Case("INVALID_ARGUMENT", "", "The access token lifetime cannot exceed 43200 seconds."),
        ],
        misses: [
            Case("INVALID_ARGUMENT", "", "The lifetime of the key has ended."),
            Case("PERMISSION_DENIED", "", "The access token lifetime cannot exceed 3600 seconds."),
        ],
    },
];
