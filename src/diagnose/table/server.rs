//! Google's texts about a model server that does not serve.

use super::source::{AUTOSCALING, TROUBLESHOOTING, UNVERIFIED};
use crate::diagnose::entry::{Case, Certainty, Entry, Place, Row};
use crate::diagnostic::Who;

pub const ENTRIES: [Entry; 8] = [
    Entry {
        row: Row {
            name: "server/machine-spec",
            places: &[Place::Operation],
            texts: &["Model server exited unexpectedly. Please use recommended machine spec"],
            cause: "the container ended by itself; Google's advice about the machine is often wrong: arguments that the image does not know are more frequent",
            fix: "read the last lines of the container's log, and correct arguments, image or machine",
            is_vague: true,
            ..Row::NONE
        },
        certainty: Certainty::Reported,
        source: TROUBLESHOOTING,
        matches: [
            Case("FAILED_PRECONDITION", "", "Model server exited unexpectedly. Please use recommended machine spec."),
            Case(
                "FAILED_PRECONDITION",
                "",
                "Deployment failed: Model server exited unexpectedly. Please use recommended machine spec",
            ),
        ],
        misses: [
            Case(
                "FAILED_PRECONDITION",
                "",
                "Model server exited unexpectedly. Model server logs can be found at https://console.cloud.google.com/logs/viewer",
            ),
            Case("FAILED_PRECONDITION", "", "Please use a supported machine spec."),
        ],
    },
    Entry {
        row: Row {
            name: "server/exited",
            places: &[Place::Operation],
            texts: &["Model server exited unexpectedly"],
            cause: "the container ended by itself while it started",
            fix: "read the last lines of the container's log: they usually name the error",
            is_vague: true,
            ..Row::NONE
        },
        certainty: Certainty::Reported,
        source: "[python-aiplatform#4559](https://github.com/googleapis/python-aiplatform/issues/4559); read 2026-11-27",
        matches: [
            Case(
                "FAILED_PRECONDITION",
                "",
                "Model server exited unexpectedly. Model server logs can be found at https://console.cloud.google.com/logs/viewer?…",
            ),
            Case("FAILED_PRECONDITION", "", "Model server exited unexpectedly."),
        ],
        misses: [
            Case("FAILED_PRECONDITION", "", "Model server terminated: model server container terminated: exit code 1"),
            Case("FAILED_PRECONDITION", "", "The server answered unexpectedly."),
        ],
    },
    Entry {
        row: Row {
            name: "server/out-of-memory",
            places: &[Place::Operation],
            texts: &["OOMKilled", "exit_code: 137", "exit code 137"],
            cause: "the container was ended because it needed more memory than the machine has",
            fix: "choose a machine type with more memory, fewer workers, or a smaller model",
            ..Row::NONE
        },
        certainty: Certainty::Reported,
        source: "[vertex-ai-samples#2254](https://github.com/GoogleCloudPlatform/vertex-ai-samples/issues/2254); read 2026-11-27",
        matches: [
            Case(
                "FAILED_PRECONDITION",
                "",
                "Model server terminated: model server container terminated: exit_code: 137 reason: \"OOMKilled\".",
            ),
            Case(
                "FAILED_PRECONDITION",
                "",
                "Model server terminated: model server container terminated: exit code 137",
            ),
        ],
        misses: [
            Case(
                "FAILED_PRECONDITION",
                "",
                "Model server terminated: model server container terminated: exit_code: 1 reason: \"Error\"",
            ),
            Case("FAILED_PRECONDITION", "", "Model server exited unexpectedly."),
        ],
    },
    Entry {
        row: Row {
            name: "server/terminated",
            places: &[Place::Operation],
            texts: &["Model server terminated: model server container terminated: *", "Model server terminated*"],
            cause: "the container was ended: {0}",
            fix: "read the last lines of the container's log",
            is_vague: true,
            ..Row::NONE
        },
        certainty: Certainty::Reported,
        source: "[vertex-ai-samples#2254](https://github.com/GoogleCloudPlatform/vertex-ai-samples/issues/2254); read 2026-11-27",
        matches: [
            Case(
                "FAILED_PRECONDITION",
                "",
                "Model server terminated: model server container terminated: exit_code: 1 reason: \"Error\"",
            ),
            Case("FAILED_PRECONDITION", "", "Model server terminated: model server container terminated: exit code 2"),
        ],
        misses: [
            Case("FAILED_PRECONDITION", "", "Model server exited unexpectedly."),
            Case("FAILED_PRECONDITION", "", "The operation was terminated."),
        ],
    },
    Entry {
        row: Row {
            name: "server/not-ready",
            places: &[Place::Operation],
            texts: &["model server never became ready", "Model server never became ready"],
            cause: "the health route of the container did not answer 200 in time",
            fix: "compare port and health route with what the server listens on (all addresses, `AIP_HTTP_PORT`), and raise the startup probe's failures if the model loads slowly",
            is_vague: true,
            ..Row::NONE
        },
        certainty: Certainty::Documented,
        source: TROUBLESHOOTING,
        matches: [
            Case(
                "FAILED_PRECONDITION",
                "",
                "Error: model server never became ready. Please validate that your model file or container configuration are valid.",
            ),
            Case(
                "FAILED_PRECONDITION",
                "",
                "Model server never became ready. Please validate that your model file or container configuration are valid. Model server logs can be found at https://console.cloud.google.com/logs/",
            ),
        ],
        misses: [
            Case("FAILED_PRECONDITION", "", "Model server exited unexpectedly."),
            Case("FAILED_PRECONDITION", "", "The endpoint never became ready."),
        ],
    },
    Entry {
        row: Row {
            name: "server/timeout",
            places: &[Place::Operation],
            statuses: "DEADLINE_EXCEEDED UNKNOWN FAILED_PRECONDITION",
            texts: &[
                "Timeout. Model server logs can be found at",
                "did not finish within its deployment timeout",
                "deployment timed out",
                "Deployment timed out",
            ],
            cause: "the container did not become ready within the deployment timeout",
            fix: "read the log for what it was doing; a large model needs a longer `google.com/vertex-ai-deployment-timeout` (at most two hours) and startup probe",
            is_vague: true,
            ..Row::NONE
        },
        certainty: Certainty::Reported,
        source: "[vertex-ai-samples#2103](https://github.com/GoogleCloudPlatform/vertex-ai-samples/issues/2103); read 2026-11-27",
        matches: [
            Case(
                "DEADLINE_EXCEEDED",
                "",
                "Timeout. Model server logs can be found at https://console.cloud.google.com/logs/viewer",
            ),
            Case("DEADLINE_EXCEEDED", "", "Deployment timed out after 1800 s"),
        ],
        misses: [
            Case("UNAVAILABLE", "", "Timeout while connecting to the upstream."),
            Case("DEADLINE_EXCEEDED", "", "The deadline of the request expired."),
        ],
    },
    Entry {
        row: Row {
            name: "server/unpulled",
            places: &[Place::Operation],
            texts: &["ImagePullBackOff", "ErrImagePull", "ailed to pull image *"],
            cause: "Google cannot pull the container image: it does not exist any more, or the service agent may not read it",
            fix: "compare `google.com/vertex-ai-image` with the repository, and grant Vertex AI's service agent `roles/artifactregistry.reader` on it",
            who: Who::Platform,
            ..Row::NONE
        },
        certainty: Certainty::Unverified,
        source: UNVERIFIED,
        matches: [
            Case(
                "FAILED_PRECONDITION",
                "",
                "Failed to pull image \"us-central1-docker.pkg.dev/acme-ml/serving/fraud:3\": not found",
            ),
            Case("FAILED_PRECONDITION", "", "The container is waiting: ImagePullBackOff"),
        ],
        misses: [
            Case("FAILED_PRECONDITION", "", "The image was pulled."),
            Case("FAILED_PRECONDITION", "", "Model server exited unexpectedly."),
        ],
    },
    Entry {
        row: Row {
            name: "server/partial",
            places: &[Place::DeployedModel],
            texts: &["*"],
            cause: "fewer replicas than wanted became available: {0}",
            fix: "treat it as a deployment at risk: look for capacity and quota, or lower the minimum of replicas",
            ..Row::NONE
        },
        certainty: Certainty::Documented,
        source: AUTOSCALING,
        matches: [
            Case("", "", "2 of 4 replicas could not be started: Machine type temporarily unavailable"),
            Case("", "", "The following quotas are exceeded: CustomModelServingL4GPUsPerProjectPerRegion"),
        ],
        misses: [Case("", "", ""), Case("", "", "\n")],
    },
];
