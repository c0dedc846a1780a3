//! A permission that a service account of the deployment lacks, or a right that Google names in words.

use super::source::{TROUBLESHOOTING, UNVERIFIED};
use crate::diagnose::entry::{Case, Certainty, Entry, Place, Principal, Right, Row};
use crate::diagnostic::Who;

const AGENT: Principal = Principal::Named("{0}");

pub const ENTRIES: [Entry; 8] = [
    Entry {
        row: Row {
            name: "access/act-as",
            places: &[Place::Call, Place::Operation],
            texts: &[
                "permission to act as service_account: * (or it may not exist)",
                "permission to act as service_account: *",
            ],
            cause: "the caller may not act as the service account {0}, or it does not exist",
            fix: "request `roles/iam.serviceAccountUser` on {0} only",
            who: Who::Platform,
            right: Some(Right {
                permission: "iam.serviceAccounts.actAs",
                resource: "{0}",
                principal: Principal::Caller,
            }),
            ..Row::NONE
        },
        certainty: Certainty::Reported,
        source: "[python-aiplatform#1073](https://github.com/googleapis/python-aiplatform/issues/1073); read 2026-11-27",
        matches: [
            Case(
                "INVALID_ARGUMENT",
                "",
                "You do not have permission to act as service_account: fraud@acme-ml.iam.gserviceaccount.com (or it may not exist).",
            ),
            Case(
                "PERMISSION_DENIED",
                "",
                "You do not have permission to act as service_account: fraud@acme-ml.iam.gserviceaccount.com.",
            ),
        ],
        misses: [
            Case("INVALID_ARGUMENT", "", "The service_account fraud@acme-ml is malformed."),
            Case(
                "PERMISSION_DENIED",
                "",
                "Permission 'iam.serviceAccounts.getAccessToken' denied on resource (or it may not exist).",
            ),
        ],
    },
    Entry {
        row: Row {
            name: "access/prebuilt-image-host",
            places: &[Place::Call, Place::Operation],
            texts: &[
                "does not have permission to access Artifact Registry repository projects/vertex-ai/locations/*/repositories/prediction",
            ],
            cause: "the image names the regional host of {0}, which has no prebuilt images; no permission is missing, although Google's text names one",
            fix: "take the image from `us-docker.pkg.dev`, `europe-docker.pkg.dev` or `asia-docker.pkg.dev`",
            ..Row::NONE
        },
        certainty: Certainty::Reported,
        source: TROUBLESHOOTING,
        matches: [
            Case(
                "FAILED_PRECONDITION",
                "",
                "Vertex AI Service Agent service-123456789012@gcp-sa-aiplatform.iam.gserviceaccount.com does not have permission to access Artifact Registry repository projects/vertex-ai/locations/us-central1/repositories/prediction.",
            ),
            Case(
                "FAILED_PRECONDITION",
                "",
                "Vertex AI Service Agent service-1@gcp-sa-aiplatform.iam.gserviceaccount.com does not have permission to access Artifact Registry repository projects/vertex-ai/locations/europe-west4/repositories/prediction.",
            ),
        ],
        misses: [
            Case(
                "FAILED_PRECONDITION",
                "",
                "Vertex AI Service Agent service-123456789012@gcp-sa-aiplatform.iam.gserviceaccount.com does not have permission to access Artifact Registry repository projects/acme-ml/locations/us-central1/repositories/prediction.",
            ),
            Case(
                "FAILED_PRECONDITION",
                "",
                "Vertex AI Service Agent service-123456789012@gcp-sa-aiplatform.iam.gserviceaccount.com does not have permission to access Artifact Registry repository projects/vertex-ai/locations/us-central1/repositories/training.",
            ),
        ],
    },
    Entry {
        row: Row {
            name: "access/agent-missing",
            places: &[Place::Call, Place::Operation],
            texts: &[
                "Service agents are being provisioned",
                "gcp-sa-aiplatform-cc.iam.gserviceaccount.com does not have permission to access Artifact Registry repository",
            ],
            cause: "Google is still creating the project's service agents, which happens at the first use",
            fix: "try again in some minutes; `gcloud beta services identity create --service=aiplatform.googleapis.com` creates them at once",
            who: Who::Platform,
            ..Row::NONE
        },
        certainty: Certainty::Unverified,
        source: UNVERIFIED,
        matches: [
            Case(
                "FAILED_PRECONDITION",
                "",
                "Service agents are being provisioned (https://cloud.google.com/vertex-ai/docs/general/access-control#service-agents). Service agents are needed to read the Cloud Storage file provided.",
            ),
            Case("FAILED_PRECONDITION", "", "Service agents are being provisioned. Please try again in a few minutes."),
        ],
        misses: [
            Case(
                "FAILED_PRECONDITION",
                "",
                "Vertex AI Service Agent service-1@gcp-sa-aiplatform.iam.gserviceaccount.com does not have permission to access Artifact Registry repository projects/other/locations/us/repositories/models.",
            ),
            Case("FAILED_PRECONDITION", "", "The serving cluster is being provisioned."),
        ],
    },
    Entry {
        row: Row {
            name: "access/agent-images",
            places: &[Place::Call, Place::Operation],
            texts: &["Service Agent * does not have permission to access Artifact Registry repository *"],
            cause: "Vertex AI's service agent may not read the image's repository",
            fix: "grant `roles/artifactregistry.reader` on {1} to {0}",
            who: Who::Platform,
            right: Some(Right {
                permission: "artifactregistry.repositories.downloadArtifacts",
                resource: "{1}",
                principal: AGENT,
            }),
            ..Row::NONE
        },
        certainty: Certainty::Reported,
        source: TROUBLESHOOTING,
        matches: [
            Case(
                "FAILED_PRECONDITION",
                "",
                "Vertex AI Service Agent service-123456789012@gcp-sa-aiplatform.iam.gserviceaccount.com does not have permission to access Artifact Registry repository projects/acme-img/locations/us-central1/repositories/serving.",
            ),
            Case(
                "PERMISSION_DENIED",
                "",
                "Vertex AI Service Agent service-1@gcp-sa-aiplatform.iam.gserviceaccount.com does not have permission to access Artifact Registry repository projects/other/locations/us/repositories/models.",
            ),
        ],
        misses: [
            Case(
                "FAILED_PRECONDITION",
                "",
                "Service account service-1@gcp-sa-aiplatform.iam.gserviceaccount.com does not have [storage.objects.get] IAM permission(s) to the directory \"gs://acme-models/churn\".",
            ),
            Case(
                "FAILED_PRECONDITION",
                "",
                "The Artifact Registry repository projects/acme-img/locations/us-central1/repositories/serving does not exist.",
            ),
        ],
    },
    Entry {
        row: Row {
            name: "access/agent-artifacts",
            places: &[Place::Call, Place::Operation],
            texts: &["Service account * does not have * IAM permission(s) to the directory \"*\""],
            cause: "the service account {0} may not read the model's files",
            fix: "grant `roles/storage.objectViewer` on the bucket of {2} to {0}",
            who: Who::Platform,
            right: Some(Right { permission: "{1}", resource: "{2}", principal: AGENT }),
            ..Row::NONE
        },
        certainty: Certainty::Reported,
        source: "[vertex-ai-samples#3710](https://github.com/GoogleCloudPlatform/vertex-ai-samples/issues/3710); read 2026-11-27",
        matches: [
            Case(
                "FAILED_PRECONDITION",
                "",
                "Service account `service-123456789012@gcp-sa-aiplatform.iam.gserviceaccount.com` does not have `[storage.objects.get]` IAM permission(s) to the directory \"gs://acme-models/churn\". Please either copy the files to the Google Cloud Storage bucket owned by your project, or grant the required IAM permission(s)",
            ),
            Case(
                "FAILED_PRECONDITION",
                "",
                "Service account service-1@gcp-sa-aiplatform.iam.gserviceaccount.com does not have [storage.objects.list] IAM permission(s) to the directory \"gs://acme-models/\".",
            ),
        ],
        misses: [
            Case(
                "FAILED_PRECONDITION",
                "",
                "Model directory gs://acme-models/churn is expected to contain exactly one of: [model.pkl, model.joblib]",
            ),
            Case(
                "PERMISSION_DENIED",
                "",
                "Permission 'storage.objects.get' denied on resource 'projects/_/buckets/acme-models' (or it may not exist).",
            ),
        ],
    },
    Entry {
        row: Row {
            name: "access/encryption-key",
            places: &[Place::Call, Place::Operation],
            texts: &["Permission 'cloudkms.cryptoKeyVersions.*' denied on resource '*'"],
            cause: "Vertex AI's service agent may not use the key, or the key is in another location",
            fix: "grant `roles/cloudkms.cryptoKeyEncrypterDecrypter` on {1} to Vertex AI's service agent, and compare the key's location with the endpoint's",
            who: Who::Platform,
            right: Some(Right {
                permission: "cloudkms.cryptoKeyVersions.{0}",
                resource: "{1}",
                principal: Principal::Named("Vertex AI's service agent"),
            }),
            ..Row::NONE
        },
        certainty: Certainty::Reported,
        source: "Google, [Customer-managed encryption keys](https://docs.cloud.google.com/vertex-ai/docs/general/cmek); the text is that of other services, unverified for Vertex AI",
        matches: [
            Case(
                "PERMISSION_DENIED",
                "IAM_PERMISSION_DENIED",
                "Permission 'cloudkms.cryptoKeyVersions.useToEncrypt' denied on resource 'projects/acme-ml/locations/us-central1/keyRings/ml/cryptoKeys/serving' (or it may not exist).",
            ),
            Case(
                "FAILED_PRECONDITION",
                "",
                "Permission 'cloudkms.cryptoKeyVersions.useToDecrypt' denied on resource 'projects/a/locations/us/keyRings/r/cryptoKeys/k'",
            ),
        ],
        misses: [
            Case(
                "PERMISSION_DENIED",
                "IAM_PERMISSION_DENIED",
                "Permission 'cloudkms.cryptoKeys.get' denied on resource 'projects/acme-ml/locations/us-central1/keyRings/ml/cryptoKeys/serving' (or it may not exist).",
            ),
            Case(
                "NOT_FOUND",
                "",
                "CryptoKey projects/acme-ml/locations/us-central1/keyRings/ml/cryptoKeys/serving not found.",
            ),
        ],
    },
    Entry {
        row: Row {
            name: "access/denied-in-operation",
            places: &[Place::Operation],
            texts: &[
                "Permission '*' denied on resource '*'",
                "Permission `*` denied on resource `*`",
                "Permission \"*\" denied on resource \"*\"",
            ],
            cause: "a principal of the deployment, the serving account or Vertex AI's service agent, lacks the permission `{0}`",
            fix: "look up in Cloud Audit Logs which principal was denied `{0}` on {1}, and grant a role with it",
            who: Who::Platform,
            right: Some(Right {
                permission: "{0}",
                resource: "{1}",
                principal: Principal::Named("the serving account or Vertex AI's service agent"),
            }),
            ..Row::NONE
        },
        certainty: Certainty::Reported,
        source: TROUBLESHOOTING,
        matches: [
            Case(
                "PERMISSION_DENIED",
                "",
                "Permission 'artifactregistry.repositories.downloadArtifacts' denied on resource 'projects/acme-img/locations/us-central1/repositories/serving' (or it may not exist).",
            ),
            Case(
                "FAILED_PRECONDITION",
                "",
                "Permission 'storage.objects.get' denied on resource '//storage.googleapis.com/projects/_/buckets/acme' (or it may not exist).",
            ),
        ],
        misses: [
            Case("PERMISSION_DENIED", "", "The caller does not have permission"),
            Case("FAILED_PRECONDITION", "", "Model server exited unexpectedly."),
        ],
    },
    Entry {
        row: Row {
            name: "access/agent-creates-endpoint",
            places: &[Place::Operation],
            statuses: "INTERNAL",
            texts: &["ERROR: INTERNAL"],
            cause: "Google names no cause; after a deployment from Model Garden, Vertex AI's service agent most often lacks `aiplatform.endpoints.create`",
            fix: "look in Cloud Audit Logs for a denied call of Vertex AI's service agent, and grant the permission that the entry names",
            who: Who::Platform,
            ..Row::NONE
        },
        certainty: Certainty::Unverified,
        source: UNVERIFIED,
        matches: [Case("INTERNAL", "", "ERROR: INTERNAL"), Case("INTERNAL", "", "Deployment failed. ERROR: INTERNAL")],
        misses: [Case("INTERNAL", "", "Internal error encountered."), Case("UNKNOWN", "", "ERROR: INTERNAL")],
    },
];
