//! Policies of an organisation, keys, and the details of an error without a telling message.

use super::{Cause, Strikes};

pub const CAUSES: &[Cause] = &[
    Cause {
        name: "cmek-required",
        strikes: Strikes::Calls(&["endpoints.create", "models.upload"]),
        texts: &[
            "Constraint constraints/gcp.restrictNonCmekServices violated for projects/{project} attempting to create or work with a resource without specifying a KMS CryptoKey. Provide a KMS CryptoKey to use for this resource.",
        ],
        source: "reports about other services",
        ..Cause::DEFAULT
    },
    Cause {
        name: "allowed-models",
        strikes: Strikes::Calls(&["locations.deploy", "models.upload", "endpoints.deployModel"]),
        texts: &[
            "Organization Policy constraint constraints/vertexai.allowedModels violated for projects/{number} attempting to use a disallowed Gen AI model {model}.",
            "Organization Policy constraint constraints/vertexai.allowedPartnerModelFeatures violated for projects/{number} attempting to use a disallowed feature of a partner model.",
        ],
        source: "https://cloud.google.com/vertex-ai/generative-ai/docs/control-model-access (the end of the second wording is unverified)",
        ..Cause::DEFAULT
    },
    Cause {
        name: "kms-permission",
        strikes: Strikes::Calls(&["endpoints.create", "models.upload", "endpoints.deployModel"]),
        code: "PERMISSION_DENIED",
        texts: &[
            "Permission 'cloudkms.cryptoKeyVersions.useToEncrypt' denied on resource '{key}' (or it may not exist).",
        ],
        denied: Some(["cloudkms.googleapis.com", "Encrypt", "cloudkms.cryptoKeyVersions.useToEncrypt", "{key}"]),
        source: "the text of Cloud KMS in reports about several services",
        ..Cause::DEFAULT
    },
    Cause {
        name: "org-policy",
        strikes: Strikes::Calls(&["aiplatform."]),
        texts: &["Precondition check failed."],
        details: r#"[{"@type": "type.googleapis.com/google.rpc.PreconditionFailure", "violations": [{"type": "constraints/gcp.resourceLocations",
            "subject": "orgpolicy:projects/{project}", "description": "Org Policy violated for value: '{location}'."}]}]"#,
        source: "https://cloud.google.com/resource-manager/docs/organization-policy/troubleshoot (of Vertex AI unverified)",
        ..Cause::DEFAULT
    },
    Cause {
        name: "bad-request",
        strikes: Strikes::Calls(&["models.upload", "endpoints.deployModel", "endpoints.create"]),
        code: "INVALID_ARGUMENT",
        texts: &[
            "List of found errors:\t1.Field: model.container_spec.ports[0]; Message: Port must be between 1 and 65535.\t",
        ],
        details: r#"[{"@type": "type.googleapis.com/google.rpc.BadRequest", "fieldViolations": [{"field": "model.container_spec.ports[0]",
            "description": "Port must be between 1 and 65535."}]}]"#,
        source: "https://github.com/kubeflow/pipelines/issues/6848 (the shape; the field is another one)",
        ..Cause::DEFAULT
    },
    Cause {
        name: "quota-failure",
        strikes: Strikes::Calls(&["aiplatform."]),
        code: "RESOURCE_EXHAUSTED",
        texts: &["Quota exceeded."],
        details: r#"[{"@type": "type.googleapis.com/google.rpc.QuotaFailure", "violations": [{"subject": "project:{project}",
                "description": "Quota exceeded: {quota} in {location}.", "apiService": "aiplatform.googleapis.com",
                "quotaMetric": "aiplatform.googleapis.com/{quota_metric}", "quotaId": "{quota}", "quotaDimensions": {"region": "{location}"}, "quotaValue": "1"}]},
            {"@type": "type.googleapis.com/google.rpc.Help", "links": [{"description": "Request a higher quota limit.",
                "url": "https://cloud.google.com/docs/quotas/help/request_increase"}]}]"#,
        source: "google/rpc/error_details.proto (the shape; of Vertex AI unverified)",
        ..Cause::DEFAULT
    },
    Cause {
        name: "location-policy",
        strikes: Strikes::Calls(&["endpoints.create", "models.upload"]),
        texts: &[
            "Constraint constraints/gcp.resourceLocations violated for projects/{project} attempting to create a resource in {location}.",
        ],
        ..Cause::DEFAULT
    },
];
