//! Quota and capacity, which are not the same.

use super::source::{GCLOUD, REASONS, TROUBLESHOOTING};
use crate::diagnose::entry::{Case, Certainty, Entry, Place, Row};
use crate::diagnostic::Who;

pub const ENTRIES: [Entry; 9] = [
    Entry {
        row: Row {
            name: "quota/serving",
            places: &[Place::Call, Place::Operation],
            statuses: "RESOURCE_EXHAUSTED FAILED_PRECONDITION",
            texts: &[
                "The following quotas are exceeded: CustomModelServing*",
                "Quota exceeded: CustomModelServing* in *",
            ],
            cause: "the deployment needs more than the serving quota `CustomModelServing{0}` of the project in this location; failed and running deployments count too",
            fix: "reduce replicas, choose another machine type or location, wait for other deployments, or request more of this quota",
            who: Who::Platform,
            ..Row::NONE
        },
        certainty: Certainty::Reported,
        source: TROUBLESHOOTING,
        matches: [
            Case(
                "RESOURCE_EXHAUSTED",
                "",
                "The following quotas are exceeded: CustomModelServingT4GPUsPerProjectPerRegion",
            ),
            Case(
                "RESOURCE_EXHAUSTED",
                "",
                "The following quotas are exceeded: CustomModelServingCPUsPerProjectPerRegion,CustomModelServingL4GPUsPerProjectPerRegion",
            ),
        ],
        misses: [
            Case(
                "RESOURCE_EXHAUSTED",
                "",
                "Machine type temporarily unavailable, please deploy with a different machine type or retry.",
            ),
            Case(
                "RESOURCE_EXHAUSTED",
                "",
                "The following quota metrics exceed quota limits: aiplatform.googleapis.com/custom_model_training_nvidia_l4_gpus",
            ),
        ],
    },
    Entry {
        row: Row {
            name: "quota/training",
            places: &[Place::Call, Place::Operation],
            statuses: "RESOURCE_EXHAUSTED FAILED_PRECONDITION",
            texts: &["custom_model_training_*"],
            cause: "a quota for training is used up, which no deployment uses: `custom_model_training_{0}`",
            fix: "request more of the training quota; the quota for serving is another one",
            who: Who::Platform,
            ..Row::NONE
        },
        certainty: Certainty::Reported,
        source: "[vertex-ai-samples#700](https://github.com/GoogleCloudPlatform/vertex-ai-samples/issues/700); read 2026-11-27",
        matches: [
            Case(
                "RESOURCE_EXHAUSTED",
                "",
                "The following quota metrics exceed quota limits: aiplatform.googleapis.com/custom_model_training_nvidia_l4_gpus",
            ),
            Case("RESOURCE_EXHAUSTED", "", "Quota custom_model_training_cpus exceeded."),
        ],
        misses: [
            Case(
                "RESOURCE_EXHAUSTED",
                "",
                "The following quotas are exceeded: CustomModelServingL4GPUsPerProjectPerRegion",
            ),
            Case("RESOURCE_EXHAUSTED", "", "The custom model training failed."),
        ],
    },
    Entry {
        row: Row {
            name: "quota/too-small",
            places: &[Place::Call, Place::Operation],
            texts: &[
                "does not have enough quota for custom_model_serving_* in * to deploy the model. The quota limit is * and you are requesting for *",
            ],
            cause: "the quota `custom_model_serving_{0}` in {1} is {2}, and the deployment needs {3}",
            fix: "reduce replicas or accelerators, choose another location, or request more of this quota",
            who: Who::Platform,
            ..Row::NONE
        },
        certainty: Certainty::Reported,
        source: GCLOUD,
        matches: [
            Case(
                "RESOURCE_EXHAUSTED",
                "",
                "The project does not have enough quota for custom_model_serving_nvidia_l4_gpus in us-central1 to deploy the model. The quota limit is 1 and you are requesting for 2.",
            ),
            Case(
                "RESOURCE_EXHAUSTED",
                "",
                "The project does not have enough quota for custom_model_serving_nvidia_t4_gpus in europe-west4 to deploy the model. The quota limit is 0 and you are requesting for 1.",
            ),
        ],
        misses: [
            Case(
                "RESOURCE_EXHAUSTED",
                "",
                "The project does not have enough quota for custom_model_training_cpus in us-central1.",
            ),
            Case("RESOURCE_EXHAUSTED", "", "The quota limit is 1."),
        ],
    },
    Entry {
        row: Row {
            name: "quota/rate",
            places: &[Place::Call, Place::Impersonation],
            statuses: "RESOURCE_EXHAUSTED",
            reason: "RATE_LIMIT_EXCEEDED",
            cause: "the project has made too many requests this minute: `{metric}`",
            fix: "wait a minute; if it happens often, request more of this quota",
            who: Who::Platform,
            ..Row::NONE
        },
        certainty: Certainty::Documented,
        source: REASONS,
        matches: [
            Case(
                "RESOURCE_EXHAUSTED",
                "RATE_LIMIT_EXCEEDED",
                "Quota exceeded for quota metric 'Resource management (CRUD) requests' and limit 'Resource management (CRUD) requests per minute per region' of service 'aiplatform.googleapis.com' for consumer 'project_number:1'.",
            ),
            Case("RESOURCE_EXHAUSTED", "RATE_LIMIT_EXCEEDED", "Rate limit exceeded."),
        ],
        misses: [
            Case("RESOURCE_EXHAUSTED", "RESOURCE_QUOTA_EXCEEDED", "Quota exceeded."),
            Case("UNAVAILABLE", "RATE_LIMIT_EXCEEDED", "Try again."),
        ],
    },
    Entry {
        row: Row {
            name: "quota/requests",
            places: &[Place::Call],
            statuses: "RESOURCE_EXHAUSTED",
            texts: &["Quota exceeded for quota metric '*' and limit '*'"],
            cause: "the quota `{0}` is used up: {1}",
            fix: "wait a minute if the limit is per minute; otherwise request more of this quota",
            who: Who::Platform,
            ..Row::NONE
        },
        certainty: Certainty::Reported,
        source: TROUBLESHOOTING,
        matches: [
            Case(
                "RESOURCE_EXHAUSTED",
                "",
                "Quota exceeded for quota metric 'Online prediction requests per base model' and limit 'Online prediction requests per base model per minute per region per base_model' of service 'aiplatform.googleapis.com'.",
            ),
            Case(
                "RESOURCE_EXHAUSTED",
                "",
                "Quota exceeded for quota metric 'Read requests' and limit 'Read requests per minute' of service 'logging.googleapis.com' for consumer 'project_number:1'.",
            ),
        ],
        misses: [
            Case(
                "RESOURCE_EXHAUSTED",
                "",
                "The following quotas are exceeded: CustomModelServingT4GPUsPerProjectPerRegion",
            ),
            Case("RESOURCE_EXHAUSTED", "", "Resource has been exhausted (e.g. check quota)."),
        ],
    },
    Entry {
        row: Row {
            name: "capacity/machine",
            places: &[Place::Call, Place::Operation],
            texts: &["Machine type temporarily unavailable"],
            cause: "Google has no free machines of this type in the location at the moment: this is capacity, not quota",
            fix: "try again later, choose another machine type or location, or use a reservation",
            who: Who::Google,
            ..Row::NONE
        },
        certainty: Certainty::Reported,
        source: "Google, [PerfKitBenchmarker](https://github.com/GoogleCloudPlatform/PerfKitBenchmarker), which waits for this text; read 2026-11-27",
        matches: [
            Case(
                "UNAVAILABLE",
                "",
                "Machine type temporarily unavailable, please deploy with a different machine type or retry.",
            ),
            Case("RESOURCE_EXHAUSTED", "", "Machine type temporarily unavailable"),
        ],
        misses: [
            Case("UNAVAILABLE", "", "The following quotas are exceeded: CustomModelServingT4GPUsPerProjectPerRegion"),
            Case("UNAVAILABLE", "", "Machine type \"g2-standard-5\" is not supported."),
        ],
    },
    Entry {
        row: Row {
            name: "capacity/region",
            places: &[Place::Call, Place::Operation],
            texts: &["Resources are insufficient in region: *. ", "Resources are insufficient in region: *"],
            cause: "Google has too few free machines or accelerators in {0} at the moment: this is capacity, not quota",
            fix: "try again later, choose another location or accelerator, or use a reservation",
            who: Who::Google,
            ..Row::NONE
        },
        certainty: Certainty::Unverified,
        source: TROUBLESHOOTING,
        matches: [
            Case(
                "RESOURCE_EXHAUSTED",
                "",
                "Resources are insufficient in region: us-central1. Please try a different region or use a different accelerator.",
            ),
            Case("RESOURCE_EXHAUSTED", "", "Resources are insufficient in region: europe-west4."),
        ],
        misses: [
            Case("RESOURCE_EXHAUSTED", "", "Quota is insufficient in region: us-central1."),
            Case("RESOURCE_EXHAUSTED", "", "The region us-central1 is not supported."),
        ],
    },
    Entry {
        row: Row {
            name: "capacity/zone",
            places: &[Place::Call, Place::Operation],
            texts: &["does not have enough resources available to fulfill the request", "ZONE_RESOURCE_POOL_EXHAUSTED"],
            cause: "a zone has too few free machines at the moment: this is capacity, not quota",
            fix: "try again later, choose another location or machine type, or use a reservation",
            who: Who::Google,
            ..Row::NONE
        },
        certainty: Certainty::Reported,
        source: "Google, [Troubleshooting resource availability errors](https://docs.cloud.google.com/compute/docs/troubleshooting/troubleshooting-resource-availability) of Compute Engine; unverified for Vertex AI",
        matches: [
            Case(
                "UNAVAILABLE",
                "",
                "The zone 'projects/acme-ml/zones/us-central1-a' does not have enough resources available to fulfill the request. Try a different zone, or try again later.",
            ),
            Case("UNAVAILABLE", "", "ZONE_RESOURCE_POOL_EXHAUSTED_WITH_DETAILS: stockout"),
        ],
        misses: [
            Case("UNAVAILABLE", "", "The zone 'us-central1-q' does not exist."),
            Case(
                "UNAVAILABLE",
                "",
                "The project does not have enough quota for custom_model_serving_nvidia_l4_gpus in us-central1",
            ),
        ],
    },
    Entry {
        row: Row {
            name: "capacity/service",
            places: &[Place::Call, Place::Operation],
            texts: &["service is temporarily out of capacity"],
            cause: "Google has no free capacity for this at the moment: this is capacity, not quota",
            fix: "try again later, or choose another location",
            who: Who::Google,
            ..Row::NONE
        },
        certainty: Certainty::Reported,
        source: "[google-cloud-java#11195](https://github.com/googleapis/google-cloud-java/issues/11195); read 2026-11-27",
        matches: [
            Case(
                "RESOURCE_EXHAUSTED",
                "",
                "Unable to submit request because the service is temporarily out of capacity. Try again later.",
            ),
            Case("UNAVAILABLE", "", "The service is temporarily out of capacity."),
        ],
        misses: [
            Case("RESOURCE_EXHAUSTED", "", "The service is temporarily unavailable."),
            Case("RESOURCE_EXHAUSTED", "", "Unable to submit request because the quota is used up."),
        ],
    },
];
