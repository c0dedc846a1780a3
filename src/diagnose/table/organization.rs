//! A policy of the organization.

use super::source::{TROUBLESHOOTING, UNVERIFIED};
use crate::diagnose::entry::{Case, Certainty, Entry, Place, Row};
use crate::diagnostic::Who;

pub const ENTRIES: [Entry; 5] = [
    Entry {
        row: Row {
            name: "organization/cmek-required",
            places: &[Place::Call, Place::Operation],
            texts: &[
                "Constraint constraints/gcp.restrictNonCmekServices violated",
                "constraints/gcp.restrictNonCmekServices",
            ],
            cause: "the organization requires a customer-managed encryption key",
            fix: "add `google.com/vertex-ai-kms-key` with a key in the endpoint's location",
            who: Who::Organization,
            ..Row::NONE
        },
        certainty: Certainty::Reported,
        source: "Google, [CMEK organization policies](https://docs.cloud.google.com/kms/docs/cmek-org-policy); the text is that of other services, unverified for Vertex AI",
        matches: [
            Case(
                "FAILED_PRECONDITION",
                "",
                "Constraint constraints/gcp.restrictNonCmekServices violated for projects/acme-ml attempting to create a resource without CMEK.",
            ),
            Case(
                "FAILED_PRECONDITION",
                "",
                "PreconditionFailure constraints/gcp.restrictNonCmekServices orgpolicy:projects/acme-ml",
            ),
        ],
        misses: [
            Case(
                "FAILED_PRECONDITION",
                "",
                "Constraint constraints/gcp.resourceLocations violated for projects/acme-ml.",
            ),
            Case(
                "FAILED_PRECONDITION",
                "",
                "Permission 'cloudkms.cryptoKeyVersions.useToEncrypt' denied on resource 'k'",
            ),
        ],
    },
    Entry {
        row: Row {
            name: "organization/model-not-allowed",
            places: &[Place::Call, Place::Operation],
            texts: &[
                "constraints/vertexai.allowedModels violated",
                "constraints/vertexai.allowedPartnerModelFeatures violated",
                "constraints/vertexai.allowedModels",
                "constraints/vertexai.allowedPartnerModelFeatures",
            ],
            cause: "the organization does not allow this model",
            fix: "choose an allowed model, or request that the policy `constraints/vertexai.allowedModels` allows this one",
            who: Who::Organization,
            ..Row::NONE
        },
        certainty: Certainty::Reported,
        source: "Google, [Control access to Model Garden models](https://docs.cloud.google.com/vertex-ai/generative-ai/docs/control-model-access); read 2026-11-27",
        matches: [
            Case(
                "FAILED_PRECONDITION",
                "",
                "Organization Policy constraint constraints/vertexai.allowedModels violated for projects/123456789012 attempting to use a disallowed Gen AI model gemma.",
            ),
            Case(
                "FAILED_PRECONDITION",
                "",
                "Organization Policy constraint constraints/vertexai.allowedPartnerModelFeatures violated for projects/123456789012.",
            ),
        ],
        misses: [
            Case(
                "FAILED_PRECONDITION",
                "",
                "Organization Policy constraint constraints/gcp.resourceLocations violated for projects/123456789012.",
            ),
            Case("FAILED_PRECONDITION", "", "The model gemma is not allowed in this location."),
        ],
    },
    Entry {
        row: Row {
            name: "organization/locations",
            places: &[Place::Call, Place::Operation],
            texts: &["constraints/gcp.resourceLocations"],
            cause: "the organization does not allow resources in this location",
            fix: "choose an allowed location, or request that the policy `constraints/gcp.resourceLocations` allows this one",
            who: Who::Organization,
            ..Row::NONE
        },
        certainty: Certainty::Reported,
        source: "Google, [Restrict resource locations](https://docs.cloud.google.com/organization-policy/defining-locations); the text is that of other services, unverified for Vertex AI",
        matches: [
            Case(
                "FAILED_PRECONDITION",
                "",
                "Constraint constraints/gcp.resourceLocations violated for projects/acme-ml attempting to create a resource in europe-west4.",
            ),
            Case("FAILED_PRECONDITION", "", "constraints/gcp.resourceLocations orgpolicy:projects/acme-ml"),
        ],
        misses: [
            Case("FAILED_PRECONDITION", "", "Location europe-west9 is not found or access is unauthorized."),
            Case(
                "FAILED_PRECONDITION",
                "",
                "Constraint constraints/gcp.restrictNonCmekServices violated for projects/acme-ml.",
            ),
        ],
    },
    Entry {
        row: Row {
            name: "organization/service-account",
            places: &[Place::Call, Place::Operation],
            texts: &[
                "constraints/iam.disableServiceAccountCreation",
                "constraints/iam.disableCrossProjectServiceAccountUsage",
            ],
            cause: "the organization restricts service accounts across projects",
            fix: "choose a service account of the same project, or request an exception from the policy that Google names",
            who: Who::Organization,
            ..Row::NONE
        },
        certainty: Certainty::Unverified,
        source: UNVERIFIED,
        matches: [
            Case(
                "FAILED_PRECONDITION",
                "",
                "Constraint constraints/iam.disableCrossProjectServiceAccountUsage violated for projects/acme-ml.",
            ),
            Case("FAILED_PRECONDITION", "", "constraints/iam.disableServiceAccountCreation orgpolicy:projects/acme-ml"),
        ],
        misses: [
            Case(
                "FAILED_PRECONDITION",
                "",
                "Constraint constraints/iam.allowedPolicyMemberDomains violated for projects/acme-ml.",
            ),
            Case("FAILED_PRECONDITION", "", "Service account fraud@acme-ml.iam.gserviceaccount.com does not exist."),
        ],
    },
    Entry {
        row: Row {
            name: "organization/constraint",
            places: &[Place::Call, Place::Operation],
            texts: &[
                "Org Policy violated for value: '*'",
                "Organization Policy constraint * violated",
                "Constraint constraints/* violated",
            ],
            cause: "an organization policy denies it: {0}",
            fix: "choose a value that the policy allows, or request an exception from the administrators of the organization",
            who: Who::Organization,
            ..Row::NONE
        },
        certainty: Certainty::Reported,
        source: TROUBLESHOOTING,
        matches: [
            Case(
                "FAILED_PRECONDITION",
                "",
                "Precondition check failed. Org Policy violated for value: 'https://portal.example'.",
            ),
            Case(
                "FAILED_PRECONDITION",
                "",
                "Organization Policy constraint constraints/compute.vmExternalIpAccess violated for projects/1.",
            ),
        ],
        misses: [
            Case("FAILED_PRECONDITION", "", "Precondition check failed."),
            Case("FAILED_PRECONDITION", "", "The policy of the project changed meanwhile."),
        ],
    },
];
