//! Exchanges of tokens that the Security Token Service rejects, and impersonations that fail.

use super::{Cause, Strikes};

const EXCHANGE: Cause = Cause { strikes: Strikes::Calls(&["sts.token"]), code: "invalid_grant", ..Cause::DEFAULT };
const IMPERSONATE: Cause = Cause {
    strikes: Strikes::Calls(&["serviceAccounts.generateAccessToken"]),
    code: "PERMISSION_DENIED",
    ..Cause::DEFAULT
};

pub const CAUSES: &[Cause] = &[
    Cause {
        name: "issuer-unreachable",
        texts: &["Error connecting to the given credential's issuer."],
        source: "https://cloud.google.com/iam/docs/troubleshooting-workload-identity-federation",
        ..EXCHANGE
    },
    Cause {
        name: "issuer-mismatch",
        texts: &["The issuer in ID Token {issuer} does not match the expected ones: https://portal.example/"],
        source: "https://github.com/google-github-actions/auth/issues",
        ..EXCHANGE
    },
    Cause {
        name: "audience-mismatch",
        texts: &["The audience in ID Token [https://portal.example] does not match the expected audience."],
        source: "https://gitlab.com/gitlab-org/gitlab/-/issues/461155",
        ..EXCHANGE
    },
    Cause {
        name: "token-stale",
        texts: &["ID Token issued at 1764316800 is stale to sign-in."],
        source: "reports about another service; of STS unverified",
        ..EXCHANGE
    },
    Cause {
        name: "provider-missing",
        code: "invalid_target",
        texts: &[
            "The target service indicated by the \"audience\" parameters is invalid. This might either be because the pool or provider is disabled or deleted or because it doesn't exist.",
        ],
        source: "https://github.com/google-github-actions/auth/issues/161",
        ..EXCHANGE
    },
    Cause {
        name: "attribute-mapping",
        code: "unauthorized_client",
        texts: &[
            "The mapped attribute 'google.subject' must be of type STRING.",
            "The mapped attribute 'google.groups' must be of type LIST.",
        ],
        source: "https://github.com/google-github-actions/auth/issues/378 (the second wording is unverified)",
        ..EXCHANGE
    },
    Cause {
        name: "attribute-condition",
        code: "unauthorized_client",
        texts: &["The given credential is rejected by the attribute condition."],
        source: "https://github.com/terraform-google-modules/terraform-example-foundation/issues/1362",
        ..EXCHANGE
    },
    Cause {
        name: "attribute-too-large",
        code: "invalid_request",
        texts: &["The size of mapped attribute exceeds the 127 bytes limit."],
        source: "https://github.com/google-github-actions/auth/issues (the code is unverified)",
        ..EXCHANGE
    },
    Cause {
        name: "too-many-groups",
        code: "invalid_request",
        texts: &[
            "The size of the entire mapped attributes exceeds the 8192 bytes limit.",
            "The number of mapped groups exceeds the limit.",
        ],
        ..EXCHANGE
    },
    Cause {
        name: "impersonation-denied",
        texts: &["Permission 'iam.serviceAccounts.getAccessToken' denied on resource (or it may not exist)."],
        details: r#"[{"@type": "type.googleapis.com/google.rpc.ErrorInfo", "reason": "IAM_PERMISSION_DENIED", "domain": "iam.googleapis.com",
            "metadata": {"permission": "iam.serviceAccounts.getAccessToken"}}]"#,
        source: "https://github.com/google-github-actions/auth/issues/340",
        ..IMPERSONATE
    },
    Cause {
        name: "impersonation-api-disabled",
        texts: &[
            "IAM Service Account Credentials API has not been used in project {project} before or it is disabled. Enable it by visiting https://console.developers.google.com/apis/api/iamcredentials.googleapis.com/overview?project={project} then retry. If you enabled this API recently, wait a few minutes for the action to propagate to our systems and retry.",
        ],
        details: r#"[{"@type": "type.googleapis.com/google.rpc.ErrorInfo", "reason": "SERVICE_DISABLED", "domain": "googleapis.com",
                "metadata": {"service": "iamcredentials.googleapis.com", "consumer": "projects/{project}"}},
            {"@type": "type.googleapis.com/google.rpc.Help", "links": [{"description": "Google developers console API activation",
                "url": "https://console.developers.google.com/apis/api/iamcredentials.googleapis.com/overview?project={project}"}]}]"#,
        source: "https://github.com/terraform-google-modules/terraform-example-foundation/issues/1140",
        ..IMPERSONATE
    },
    Cause {
        name: "impersonation-user-project",
        texts: &[
            "Caller does not have required permission to use project {project}. Grant the caller the roles/serviceusage.serviceUsageConsumer role, or a custom role with the serviceusage.services.use permission, by visiting https://console.developers.google.com/iam-admin/iam/project?project={project} and then retry. Propagation of the new permission may take a few minutes.",
        ],
        details: r#"[{"@type": "type.googleapis.com/google.rpc.ErrorInfo", "reason": "USER_PROJECT_DENIED", "domain": "googleapis.com",
            "metadata": {"service": "iamcredentials.googleapis.com", "consumer": "projects/{project}"}}]"#,
        source: "https://github.com/googleapis/google-cloud-python/issues/13855",
        ..IMPERSONATE
    },
    Cause {
        name: "federated-token-refused",
        strikes: Strikes::Calls(&["aiplatform."]),
        code: "UNAUTHENTICATED",
        texts: &[
            "Request had invalid authentication credentials. Expected OAuth 2 access token, login cookie or other valid authentication credential. See https://developers.google.com/identity/sign-in/web/devconsole-project.",
        ],
        details: r#"[{"@type": "type.googleapis.com/google.rpc.ErrorInfo", "reason": "ACCESS_TOKEN_TYPE_UNSUPPORTED", "domain": "googleapis.com",
            "metadata": {"service": "{service}", "method": "{method}"}}]"#,
        source: "https://cloud.google.com/iam/docs/federated-identity-supported-services",
        ..Cause::DEFAULT
    },
];
