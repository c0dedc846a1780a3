//! Deployments that Google rejects at the call or ends with an error, and endpoints and models that are in use.

use super::{Cause, Strikes};

const DEPLOY: Strikes = Strikes::Calls(&["endpoints.deployModel"]);

pub const CAUSES: &[Cause] = &[
    Cause {
        name: "quota",
        strikes: DEPLOY,
        code: "RESOURCE_EXHAUSTED",
        texts: &[
            "The following quotas are exceeded: {quota}",
            "The following quotas are exceeded: CustomModelServingCPUsPerProjectPerRegion,{quota}",
        ],
        source: "https://github.com/GoogleCloudPlatform/vertex-ai-samples/issues",
        ..Cause::DEFAULT
    },
    Cause {
        name: "quota-in-operation",
        strikes: Strikes::Stage("PREPARING_MODEL"),
        code: "RESOURCE_EXHAUSTED",
        texts: &["The following quotas are exceeded: {quota}"],
        ..Cause::DEFAULT
    },
    Cause {
        name: "training-quota",
        strikes: DEPLOY,
        code: "RESOURCE_EXHAUSTED",
        texts: &[
            "The following quota metrics exceed quota limits: aiplatform.googleapis.com/custom_model_training_nvidia_l4_gpus",
        ],
        source: "https://github.com/GoogleCloudPlatform/vertex-ai-samples/issues/700; seen of training jobs only",
        ..Cause::DEFAULT
    },
    Cause {
        name: "quota-by-gcloud",
        strikes: DEPLOY,
        code: "RESOURCE_EXHAUSTED",
        texts: &[
            "The project does not have enough quota for {quota_metric} in {location} to deploy the model. The quota limit is 1 and you are requesting for 2.",
        ],
        source: "the source of gcloud, which says it before it sends the call",
        ..Cause::DEFAULT
    },
    Cause {
        name: "stockout",
        strikes: Strikes::Stage("ADDING_NODES_TO_CLUSTER"),
        code: "UNAVAILABLE",
        texts: &[
            "Machine type temporarily unavailable, please deploy with a different machine type or retry.",
            "Unable to submit request because the service is temporarily out of capacity. Try again later.",
        ],
        source: "https://github.com/GoogleCloudPlatform/PerfKitBenchmarker; https://github.com/googleapis/google-cloud-java/issues/11195",
        ..Cause::DEFAULT
    },
    Cause {
        name: "region-capacity",
        strikes: Strikes::Stage("ADDING_NODES_TO_CLUSTER"),
        code: "RESOURCE_EXHAUSTED",
        texts: &[
            "Resources are insufficient in region: {location}.",
            "Resources are insufficient in region: {location}. Please try a different region or use a different accelerator.",
        ],
        source: "issues about custom jobs; of deployments and with this code unverified",
        ..Cause::DEFAULT
    },
    Cause {
        name: "machine-type",
        strikes: DEPLOY,
        code: "INVALID_ARGUMENT",
        texts: &["Machine type \"{machine}\" is not supported."],
        source: "https://github.com/googleapis/python-aiplatform/issues",
        ..Cause::DEFAULT
    },
    Cause {
        name: "accelerator",
        strikes: DEPLOY,
        code: "INVALID_ARGUMENT",
        texts: &[
            "Accelerator \"{accelerator}\" is not supported for machine type \"{machine}\".",
            "Accelerator count 3 is not supported for accelerator \"{accelerator}\" on machine type \"{machine}\".",
        ],
        ..Cause::DEFAULT
    },
    Cause {
        name: "automatic-resources",
        strikes: DEPLOY,
        code: "INVALID_ARGUMENT",
        texts: &["'automatic_resources' is not supported for Model {model}."],
        source: "https://github.com/googleapis/python-aiplatform/issues/773",
        ..Cause::DEFAULT
    },
    Cause {
        name: "act-as",
        strikes: DEPLOY,
        code: "INVALID_ARGUMENT",
        texts: &["You do not have permission to act as service_account: {account} (or it may not exist)."],
        source: "https://github.com/googleapis/python-aiplatform/issues/1073",
        ..Cause::DEFAULT
    },
    Cause {
        name: "traffic-split",
        strikes: Strikes::Calls(&["endpoints.deployModel", "endpoints.patch"]),
        code: "INVALID_ARGUMENT",
        texts: &[
            "The traffic split must add up to 100.",
            "Traffic split contains an unknown deployed model ID: {deployed_id}.",
        ],
        ..Cause::DEFAULT
    },
    Cause {
        name: "endpoint-in-use",
        strikes: Strikes::Calls(&["endpoints.delete"]),
        texts: &["Endpoint {endpoint} has deployed or being-deployed DeployedModel(s)."],
        source: "https://github.com/googleapis/python-aiplatform/issues",
        ..Cause::DEFAULT
    },
    Cause {
        name: "model-in-use",
        strikes: Strikes::Calls(&["models.delete", "models.deleteVersion"]),
        texts: &[
            "The Model \"{model}\" is deployed or being deployed at the following Endpoint(s): {place}/endpoints/fraud. Please undeploy the model before retry.",
        ],
        source: "https://github.com/googleapis/python-aiplatform/issues/2807",
        ..Cause::DEFAULT
    },
    Cause {
        name: "perimeter-endpoint",
        strikes: Strikes::Stage("CREATING_SERVING_CLUSTER"),
        texts: &[
            "Endpoint {endpoint} was created before the project joined or left a VPC Service Controls perimeter and cannot be deployed to.",
        ],
        ..Cause::DEFAULT
    },
    Cause {
        name: "model-garden-internal",
        strikes: Strikes::Operation("Deploy"),
        code: "INTERNAL",
        texts: &["INTERNAL"],
        denied: Some([
            "aiplatform.googleapis.com",
            "google.cloud.aiplatform.v1.EndpointService.CreateEndpoint",
            "aiplatform.endpoints.create",
            "{place}",
        ]),
        ..Cause::DEFAULT
    },
    Cause {
        name: "internal",
        strikes: Strikes::Stage("CREATING_SERVING_CLUSTER"),
        code: "INTERNAL",
        texts: &["Internal error occurred.", "Internal error encountered."],
        ..Cause::DEFAULT
    },
    Cause {
        name: "partial-success",
        strikes: Strikes::PartialSuccess,
        code: "OK",
        texts: &[
            "Only 1 of the requested replicas is available: Machine type temporarily unavailable, please deploy with a different machine type or retry.",
        ],
        ..Cause::DEFAULT
    },
    Cause {
        name: "hugging-face-token",
        strikes: Strikes::Calls(&["locations.deploy"]),
        code: "INVALID_ARGUMENT",
        texts: &["Please provide a valid Hugging Face access token to deploy this model."],
        source: "the source of gcloud, which looks for a part of it; the rest is unverified",
        ..Cause::DEFAULT
    },
    Cause {
        name: "eula",
        strikes: Strikes::Calls(&["locations.deploy"]),
        code: "PERMISSION_DENIED",
        texts: &["The End-User License Agreement (EULA) of the model has not been accepted."],
        source: "the source of gcloud, which looks for the word EULA; the rest is unverified",
        ..Cause::DEFAULT
    },
];
