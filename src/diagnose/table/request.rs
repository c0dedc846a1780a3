//! A request that Google rejects as it stands.

use super::source::{DESCRIPTION, GCLOUD, TROUBLESHOOTING, UNVERIFIED};
use crate::diagnose::entry::{Case, Certainty, Entry, Place, Row};
use crate::diagnostic::Who;

pub const ENTRIES: [Entry; 10] = [
    Entry {
        row: Row {
            name: "request/machine-type",
            places: &[Place::Call, Place::Operation],
            texts: &["Machine type \"*\" is not supported", "Machine type '*' is not supported"],
            cause: "the machine type {0} does not exist, or serves no models in this location",
            fix: "choose a machine type of Google's list for inference that the location has",
            ..Row::NONE
        },
        certainty: Certainty::Reported,
        source: TROUBLESHOOTING,
        matches: [
            Case("INVALID_ARGUMENT", "", "Machine type \"n1-standard-9999\" is not supported."),
            Case("INVALID_ARGUMENT", "", "Machine type 'a3-highgpu-8g' is not supported."),
        ],
        misses: [
            Case(
                "INVALID_ARGUMENT",
                "",
                "Machine type temporarily unavailable, please deploy with a different machine type or retry.",
            ),
            Case("INVALID_ARGUMENT", "", "Accelerator type \"NVIDIA_L5\" is not supported."),
        ],
    },
    Entry {
        row: Row {
            name: "request/accelerator",
            places: &[Place::Call, Place::Operation],
            statuses: "INVALID_ARGUMENT FAILED_PRECONDITION",
            texts: &[
                "Accelerator type \"*\" is not supported",
                "ccelerator * is not supported for machine type *",
                "ccelerator \"*\" is not supported for machine type",
                "ccelerator count * is not supported",
            ],
            cause: "accelerator, its number and the machine type do not fit together, or the location does not have them",
            fix: "choose machine type and accelerator that fit: the check of the annotations names those that do",
            ..Row::NONE
        },
        certainty: Certainty::Unverified,
        source: "[python-aiplatform#1922](https://github.com/googleapis/python-aiplatform/issues/1922); the text is unverified",
        matches: [
            Case(
                "INVALID_ARGUMENT",
                "",
                "Accelerator type \"NVIDIA_TESLA_T4\" is not supported for machine type \"g2-standard-4\".",
            ),
            Case("INVALID_ARGUMENT", "", "The accelerator NVIDIA_L4 is not supported for machine type n1-standard-4."),
        ],
        misses: [
            Case("INVALID_ARGUMENT", "", "Machine type \"g2-standard-5\" is not supported."),
            Case("INVALID_ARGUMENT", "", "The accelerator is temporarily unavailable."),
        ],
    },
    Entry {
        row: Row {
            name: "request/automatic-resources",
            places: &[Place::Call, Place::Operation],
            texts: &["'automatic_resources' is not supported for Model"],
            cause: "the model needs dedicated machines, and the request names none",
            fix: "add `google.com/vertex-ai-machine-type`",
            ..Row::NONE
        },
        certainty: Certainty::Reported,
        source: "[python-aiplatform#773](https://github.com/googleapis/python-aiplatform/issues/773); read 2026-11-27",
        matches: [
            Case(
                "INVALID_ARGUMENT",
                "",
                "'automatic_resources' is not supported for Model projects/1/locations/us-central1/models/2.",
            ),
            Case("INVALID_ARGUMENT", "", "'automatic_resources' is not supported for Model fraud-detector"),
        ],
        misses: [
            Case(
                "INVALID_ARGUMENT",
                "",
                "'dedicated_resources' is not supported for Model projects/1/locations/us-central1/models/2.",
            ),
            Case("INVALID_ARGUMENT", "", "The resources are not supported."),
        ],
    },
    Entry {
        row: Row {
            name: "request/traffic-split",
            places: &[Place::Call],
            statuses: "INVALID_ARGUMENT FAILED_PRECONDITION",
            texts: &[
                "raffic split must sum to 100",
                "raffic split must add up to 100",
                "raffic split contains an unknown deployed model",
                "raffic_split must sum to 100",
                "values must add up to 100",
            ],
            cause: "the traffic shares do not add up to 100, or name a deployed model that no longer exists",
            fix: "try again; a first model on an endpoint gets all traffic",
            ..Row::NONE
        },
        certainty: Certainty::Unverified,
        source: DESCRIPTION,
        matches: [
            Case("INVALID_ARGUMENT", "", "Traffic split must sum to 100."),
            Case("INVALID_ARGUMENT", "", "The traffic percentage values must add up to 100, or map must be empty."),
        ],
        misses: [
            Case("INVALID_ARGUMENT", "", "The traffic of the endpoint is 100."),
            Case("INVALID_ARGUMENT", "", "Endpoint 1 doesn't have traffic_split."),
        ],
    },
    Entry {
        row: Row {
            name: "request/unknown-field",
            places: &[Place::Call],
            statuses: "INVALID_ARGUMENT",
            texts: &["Invalid JSON payload received. Unknown name \"*\""],
            cause: "Google's API does not know the field `{0}`",
            fix: "update the portal's packages, and report the field: the request was built by them",
            who: Who::Platform,
            ..Row::NONE
        },
        certainty: Certainty::Documented,
        source: DESCRIPTION,
        matches: [
            Case(
                "INVALID_ARGUMENT",
                "",
                "Invalid JSON payload received. Unknown name \"deployedModels\" at 'deployed_model': Cannot find field.",
            ),
            Case("INVALID_ARGUMENT", "", "Invalid JSON payload received. Unknown name \"x\": Cannot find field."),
        ],
        misses: [
            Case("INVALID_ARGUMENT", "", "Invalid JSON payload received. Unexpected token."),
            Case("INVALID_ARGUMENT", "", "Invalid value at 'deployed_model'"),
        ],
    },
    Entry {
        row: Row {
            name: "request/field",
            places: &[Place::Call, Place::Operation],
            statuses: "INVALID_ARGUMENT FAILED_PRECONDITION",
            texts: &["field `*`: *"],
            cause: "Google rejects the field `{0}`: {1}",
            fix: "correct the annotation that sets this field",
            ..Row::NONE
        },
        certainty: Certainty::Documented,
        source: "Google, `BadRequest` in [`google/rpc/error_details.proto`](https://github.com/googleapis/googleapis/blob/master/google/rpc/error_details.proto); read 2026-11-27",
        matches: [
            Case("INVALID_ARGUMENT", "", "Invalid argument.; field `model.container_spec.ports[0]`: must be positive"),
            Case("INVALID_ARGUMENT", "", "Bad request; field `endpoint.display_name`: is required"),
        ],
        misses: [
            Case("INVALID_ARGUMENT", "", "Invalid argument: model.container_spec"),
            Case("INVALID_ARGUMENT", "", "model.container_spec.ports[0]: must be positive"),
        ],
    },
    Entry {
        row: Row {
            name: "upload/image-missing",
            places: &[Place::Call, Place::Operation],
            statuses: "NOT_FOUND INVALID_ARGUMENT FAILED_PRECONDITION",
            texts: &["image * does not exist", "Image * not found", "ailed to fetch manifest", "manifest unknown"],
            cause: "the container image, or its tag, does not exist",
            fix: "push the image, and compare `google.com/vertex-ai-image` with the repository",
            ..Row::NONE
        },
        certainty: Certainty::Unverified,
        source: UNVERIFIED,
        matches: [
            Case(
                "INVALID_ARGUMENT",
                "",
                "The container image us-central1-docker.pkg.dev/acme-ml/serving/fraud:9 does not exist.",
            ),
            Case("NOT_FOUND", "", "Image us-central1-docker.pkg.dev/acme-ml/serving/fraud:9 not found."),
        ],
        misses: [
            Case("NOT_FOUND", "", "The Model does not exist."),
            Case("INVALID_ARGUMENT", "", "The image URI is malformed."),
        ],
    },
    Entry {
        row: Row {
            name: "upload/model-directory",
            places: &[Place::Call, Place::Operation],
            texts: &["Model directory * is expected to contain exactly one of: [*]"],
            cause: "the directory {0} does not hold exactly one of the files {1}",
            fix: "point `google.com/vertex-ai-artifact-uri` to the directory that directly holds the file, or rename the file",
            ..Row::NONE
        },
        certainty: Certainty::Reported,
        source: TROUBLESHOOTING,
        matches: [
            Case(
                "FAILED_PRECONDITION",
                "",
                "Model directory gs://acme-models/churn is expected to contain exactly one of: [saved_model.pb, saved_model.pbtxt].",
            ),
            Case(
                "FAILED_PRECONDITION",
                "",
                "Model directory gs://acme-models/ is expected to contain exactly one of: [model.pkl, model.joblib]",
            ),
        ],
        misses: [
            Case("FAILED_PRECONDITION", "", "Model directory gs://acme-models/churn does not exist."),
            Case("FAILED_PRECONDITION", "", "The directory is expected to contain files."),
        ],
    },
    Entry {
        row: Row {
            name: "garden/hugging-face-token",
            places: &[Place::Call, Place::Operation],
            texts: &["provide a valid Hugging Face access token"],
            cause: "the Hugging Face model is gated, and the access token is missing or may not read it",
            fix: "accept the model's licence at Hugging Face with the account of the token",
            ..Row::NONE
        },
        certainty: Certainty::Documented,
        source: GCLOUD,
        matches: [
            Case("INVALID_ARGUMENT", "", "The model is gated. Please provide a valid Hugging Face access token."),
            Case(
                "INVALID_ARGUMENT",
                "",
                "Please provide a valid Hugging Face access token for meta-llama/Llama-3.1-8B.",
            ),
        ],
        misses: [
            Case("INVALID_ARGUMENT", "", "The Hugging Face model does not exist."),
            Case("INVALID_ARGUMENT", "", "Please provide a valid access token."),
        ],
    },
    Entry {
        row: Row {
            name: "garden/licence",
            places: &[Place::Call, Place::Operation],
            statuses: "PERMISSION_DENIED FAILED_PRECONDITION INVALID_ARGUMENT",
            texts: &["EULA"],
            cause: "the model's licence (EULA) was not accepted for this project",
            fix: "read the licence on the model's page in Model Garden, and accept it there",
            ..Row::NONE
        },
        certainty: Certainty::Documented,
        source: GCLOUD,
        matches: [
            Case("PERMISSION_DENIED", "", "The End User License Agreement (EULA) of the model has not been accepted."),
            Case("PERMISSION_DENIED", "", "accept_eula must be true: EULA not accepted."),
        ],
        misses: [
            Case("PERMISSION_DENIED", "", "The licence of the project has expired."),
            Case(
                "PERMISSION_DENIED",
                "",
                "Permission 'aiplatform.endpoints.deploy' denied on resource 'x' (or it may not exist).",
            ),
        ],
    },
];
