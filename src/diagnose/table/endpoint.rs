//! Endpoints and models that are used in a way they do not allow.

use super::source::TROUBLESHOOTING;
use crate::diagnose::entry::{Case, Certainty, Entry, Place, Row};
use crate::diagnostic::Who;

pub const ENTRIES: [Entry; 7] = [
    Entry {
        row: Row {
            name: "endpoint/dedicated-domain",
            places: &[Place::Call],
            texts: &[
                "Dedicated Endpoint cannot be accessed through the shared Vertex AI domain *. Please access the endpoint using its dedicated domain name '*'",
            ],
            cause: "the endpoint is dedicated, and answers predictions at {1} only",
            fix: "send predictions to https://{1}",
            ..Row::NONE
        },
        certainty: Certainty::Reported,
        source: TROUBLESHOOTING,
        matches: [
            Case(
                "FAILED_PRECONDITION",
                "",
                "Dedicated Endpoint cannot be accessed through the shared Vertex AI domain aiplatform.googleapis.com. Please access the endpoint using its dedicated domain name '111.us-central1-1.prediction.vertexai.goog'",
            ),
            Case(
                "FAILED_PRECONDITION",
                "",
                "Dedicated Endpoint cannot be accessed through the shared Vertex AI domain us-central1-aiplatform.googleapis.com. Please access the endpoint using its dedicated domain name '2.europe-west4-9.prediction.vertexai.goog'",
            ),
        ],
        misses: [
            Case("FAILED_PRECONDITION", "", "Dedicated Endpoint is not ready."),
            Case(
                "FAILED_PRECONDITION",
                "",
                "The endpoint's domain name is '111.us-central1-1.prediction.vertexai.goog'",
            ),
        ],
    },
    Entry {
        row: Row {
            name: "endpoint/no-traffic",
            places: &[Place::Call],
            texts: &["Endpoint * doesn't have traffic_split", "doesn't have traffic_split"],
            cause: "no deployed model receives traffic at the endpoint",
            fix: "deploy a model, or set the share of a deployed model above zero",
            ..Row::NONE
        },
        certainty: Certainty::Reported,
        source: TROUBLESHOOTING,
        matches: [
            Case(
                "FAILED_PRECONDITION",
                "",
                "Endpoint projects/1/locations/us-central1/endpoints/2 doesn't have traffic_split.",
            ),
            Case("FAILED_PRECONDITION", "", "The Endpoint doesn't have traffic_split."),
        ],
        misses: [
            Case("FAILED_PRECONDITION", "", "Traffic split must sum to 100."),
            Case("FAILED_PRECONDITION", "", "The endpoint has no deployed model."),
        ],
    },
    Entry {
        row: Row {
            name: "endpoint/in-use",
            places: &[Place::Call, Place::Operation],
            texts: &["has deployed or being-deployed DeployedModel"],
            cause: "models are deployed to the endpoint, or a deployment to it still runs",
            fix: "undeploy its models, wait for the end of running deployments, and delete it then",
            ..Row::NONE
        },
        certainty: Certainty::Reported,
        source: TROUBLESHOOTING,
        matches: [
            Case("FAILED_PRECONDITION", "", "Endpoint has deployed or being-deployed DeployedModel(s)"),
            Case(
                "FAILED_PRECONDITION",
                "",
                "Endpoint has deployed or being-deployed DeployedModels. Please undeploy first.",
            ),
        ],
        misses: [
            Case("FAILED_PRECONDITION", "", "The Model is deployed or being deployed at the following Endpoint(s): x"),
            Case("FAILED_PRECONDITION", "", "The endpoint is being deleted."),
        ],
    },
    Entry {
        row: Row {
            name: "model/in-use",
            places: &[Place::Call, Place::Operation],
            texts: &["is deployed or being deployed at the following Endpoint"],
            cause: "the model is deployed, or was undeployed moments ago",
            fix: "undeploy the model everywhere, wait some minutes, and delete it then",
            ..Row::NONE
        },
        certainty: Certainty::Reported,
        source: "[python-aiplatform#2807](https://github.com/googleapis/python-aiplatform/issues/2807); read 2026-11-27",
        matches: [
            Case(
                "FAILED_PRECONDITION",
                "",
                "The Model projects/1/locations/us-central1/models/2 is deployed or being deployed at the following Endpoint(s): projects/1/locations/us-central1/endpoints/3. Please undeploy the model before retry.",
            ),
            Case(
                "FAILED_PRECONDITION",
                "",
                "The Model x is deployed or being deployed at the following Endpoint(s) y.",
            ),
        ],
        misses: [
            Case("FAILED_PRECONDITION", "", "Endpoint has deployed or being-deployed DeployedModel(s)"),
            Case("FAILED_PRECONDITION", "", "The model is being uploaded."),
        ],
    },
    Entry {
        row: Row {
            name: "endpoint/perimeter",
            places: &[Place::Call, Place::Operation],
            texts: &["joined or left a VPC Service Controls perimeter"],
            cause: "the endpoint was created before the project joined or left a VPC Service Controls perimeter, and accepts no more deployments",
            fix: "create a new endpoint, and move its callers",
            who: Who::Platform,
            ..Row::NONE
        },
        certainty: Certainty::Unverified,
        source: "Google, [VPC Service Controls with Vertex AI](https://docs.cloud.google.com/vertex-ai/docs/general/vpc-service-controls), for the fact; the text is unverified",
        matches: [
            Case(
                "FAILED_PRECONDITION",
                "",
                "Endpoint 1 was created before the project joined or left a VPC Service Controls perimeter and cannot be deployed to.",
            ),
            Case(
                "FAILED_PRECONDITION",
                "",
                "The project joined or left a VPC Service Controls perimeter after the endpoint was created.",
            ),
        ],
        misses: [
            Case(
                "PERMISSION_DENIED",
                "",
                "Request is prohibited by organization's policy. vpcServiceControlsUniqueIdentifier: x",
            ),
            Case("FAILED_PRECONDITION", "", "Endpoint 1 was created before."),
        ],
    },
    Entry {
        row: Row {
            name: "endpoint/one-model",
            places: &[Place::Call, Place::Operation],
            texts: &["only one Model can be deployed"],
            cause: "the endpoint is private, and a private endpoint serves one model at a time",
            fix: "undeploy the present model first",
            ..Row::NONE
        },
        certainty: Certainty::Reported,
        source: "[python-aiplatform, pull request 1033](https://github.com/googleapis/python-aiplatform/pull/1033); read 2026-11-27",
        matches: [
            Case("FAILED_PRECONDITION", "", "For a private endpoint, only one Model can be deployed."),
            Case("FAILED_PRECONDITION", "", "only one Model can be deployed to a PrivateEndpoint at a time"),
        ],
        misses: [
            Case(
                "FAILED_PRECONDITION",
                "",
                "Only one of the fields network and enablePrivateServiceConnect can be set.",
            ),
            Case("FAILED_PRECONDITION", "", "The model can be deployed once."),
        ],
    },
    Entry {
        row: Row {
            name: "predict/slow",
            places: &[Place::Call],
            statuses: "UNAVAILABLE DEADLINE_EXCEEDED UNKNOWN INTERNAL",
            texts: &["Took too long to respond when processing endpoint", "Took too long to respond"],
            cause: "the model did not answer in the time that the endpoint allows",
            fix: "make the model faster, or use a dedicated endpoint with a longer inference timeout",
            ..Row::NONE
        },
        certainty: Certainty::Reported,
        source: TROUBLESHOOTING,
        matches: [
            Case("UNAVAILABLE", "", "503 Took too long to respond when processing endpoint 2, deployed model id: 3"),
            Case("DEADLINE_EXCEEDED", "", "Took too long to respond when processing endpoint 2"),
        ],
        misses: [
            Case("UNAVAILABLE", "", "The service took too many requests."),
            Case("FAILED_PRECONDITION", "", "Took too long to respond when processing endpoint 2"),
        ],
    },
];
