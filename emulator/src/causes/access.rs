//! Calls that Google rejects with 403 for other reasons than a missing permission, and the missing permission itself.
//!
//! Source of the reasons: `google/api/error_reason.proto`.

use super::{Cause, Strikes};

/// Any call of Vertex AI.
const VERTEX: Strikes = Strikes::Calls(&["aiplatform."]);

const REFUSED: Cause = Cause { strikes: VERTEX, code: "PERMISSION_DENIED", ..Cause::DEFAULT };

pub const CAUSES: &[Cause] = &[
    Cause {
        name: "permission-denied",
        texts: &["Permission '{permission}' denied on resource '//{service}/{resource}' (or it may not exist)."],
        details: r#"[{"@type": "type.googleapis.com/google.rpc.ErrorInfo", "reason": "IAM_PERMISSION_DENIED", "domain": "{service}",
            "metadata": {"permission": "{permission}", "resource": "{resource}"}}]"#,
        source: "reports of the text and the detail in public issues",
        ..REFUSED
    },
    Cause {
        name: "api-disabled",
        texts: &[
            "{title} has not been used in project {project} before or it is disabled. Enable it by visiting https://console.developers.google.com/apis/api/{service}/overview?project={project} then retry. If you enabled this API recently, wait a few minutes for the action to propagate to our systems and retry.",
            "Vertex AI API has not been used in project {project} before or it is disabled. Enable it by visiting https://console.developers.google.com/apis/api/{service}/overview?project={project} then retry. If you enabled this API recently, wait a few minutes for the action to propagate to our systems and retry.",
        ],
        details: r#"[{"@type": "type.googleapis.com/google.rpc.ErrorInfo", "reason": "SERVICE_DISABLED", "domain": "googleapis.com",
                "metadata": {"service": "{service}", "consumer": "projects/{project}", "containerInfo": "{project}", "serviceTitle": "{title}",
                    "activationUrl": "https://console.developers.google.com/apis/api/{service}/overview?project={project}"}},
            {"@type": "type.googleapis.com/google.rpc.Help", "links": [{"description": "Google developers console API activation",
                "url": "https://console.developers.google.com/apis/api/{service}/overview?project={project}"}]}]"#,
        source: "many public issues; both names of the service are in use",
        ..REFUSED
    },
    Cause {
        name: "consumer-invalid",
        texts: &["Permission denied on resource project {project}."],
        details: r#"[{"@type": "type.googleapis.com/google.rpc.Help", "links": [{"description": "Google developers console", "url": "https://console.developers.google.com"}]},
            {"@type": "type.googleapis.com/google.rpc.ErrorInfo", "reason": "CONSUMER_INVALID", "domain": "googleapis.com",
                "metadata": {"service": "{service}", "consumer": "projects/{project}"}}]"#,
        source: "https://github.com/GoogleCloudPlatform/training-data-analyst/issues/1811",
        ..REFUSED
    },
    Cause {
        name: "billing-disabled",
        texts: &[
            "This API method requires billing to be enabled. Please enable billing on project #{number} by visiting https://console.developers.google.com/billing/enable?project={number} then retry. If you enabled billing for this project recently, wait a few minutes for the action to propagate to our systems and retry.",
        ],
        details: r#"[{"@type": "type.googleapis.com/google.rpc.Help", "links": [{"description": "Google developers console billing",
                "url": "https://console.developers.google.com/billing/enable?project={number}"}]},
            {"@type": "type.googleapis.com/google.rpc.ErrorInfo", "reason": "BILLING_DISABLED", "domain": "googleapis.com",
                "metadata": {"service": "{service}", "consumer": "projects/{number}"}}]"#,
        source: "public issues about several services",
        ..REFUSED
    },
    Cause {
        name: "user-project-denied",
        texts: &[
            "Caller does not have required permission to use project {project}. Grant the caller the roles/serviceusage.serviceUsageConsumer role, or a custom role with the serviceusage.services.use permission, by visiting https://console.developers.google.com/iam-admin/iam/project?project={project} and then retry. Propagation of the new permission may take a few minutes.",
        ],
        details: r#"[{"@type": "type.googleapis.com/google.rpc.Help", "links": [{"description": "Google developer console IAM admin",
                "url": "https://console.developers.google.com/iam-admin/iam/project?project={project}"}]},
            {"@type": "type.googleapis.com/google.rpc.ErrorInfo", "reason": "USER_PROJECT_DENIED", "domain": "googleapis.com",
                "metadata": {"service": "{service}", "consumer": "projects/{project}"}}]"#,
        source: "https://github.com/googleapis/google-cloud-python/issues/13855",
        ..REFUSED
    },
    Cause {
        name: "vpc-service-controls",
        texts: &["Request is prohibited by organization's policy. vpcServiceControlsUniqueIdentifier: {identifier}"],
        details: r#"[{"@type": "type.googleapis.com/google.rpc.PreconditionFailure", "violations": [{"type": "VPC_SERVICE_CONTROLS", "description": "{identifier}"}]},
            {"@type": "type.googleapis.com/google.rpc.ErrorInfo", "reason": "SECURITY_POLICY_VIOLATED", "domain": "googleapis.com",
                "metadata": {"service": "{service}", "consumer": "projects/{number}", "uid": "{identifier}"}}]"#,
        source: "public issues about several services; the metadata is unverified",
        ..REFUSED
    },
    Cause {
        name: "quota-project",
        strikes: Strikes::Calls(&["cloudquotas."]),
        texts: &["Permission denied to enable service [cloudquotas.googleapis.com]"],
        details: r#"[{"@type": "type.googleapis.com/google.rpc.ErrorInfo", "reason": "AUTH_PERMISSION_DENIED", "domain": "serviceusage.googleapis.com",
            "metadata": {"consumer": "projects/764086051850", "service": "cloudquotas.googleapis.com"}}]"#,
        source: "the source of gcloud; the detail is unverified",
        ..REFUSED
    },
];
