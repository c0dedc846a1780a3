//! Vertex AI's endpoints: deployments, predictions and allow policies.

use super::{
    Body, BodyRules, Door, Kind, Method,
    On::{AgentKey, AgentServingAccount, Itself, ServingAccount},
    Service,
    Source::{Analogy, MethodPage},
    Verb,
    body::{POLICY, SCALING, json, object, text},
    need::{documented, following, guide, measured, reference},
    resource::POOL,
    row::{ADMINISTER, DEPLOY, PREDICT, READ},
};

/// The rows of this file.
pub(super) const ROWS: &[&Method] = &[
    &ENDPOINTS_CREATE,
    &ENDPOINTS_GET,
    &ENDPOINTS_LIST,
    &ENDPOINTS_PATCH,
    &ENDPOINTS_DELETE,
    &ENDPOINTS_DEPLOY_MODEL,
    &ENDPOINTS_DEPLOY_MODEL_PREVIEW,
    &ENDPOINTS_UNDEPLOY_MODEL,
    &ENDPOINTS_MUTATE_DEPLOYED_MODEL,
    &ENDPOINTS_PREDICT,
    &ENDPOINTS_RAW_PREDICT,
    &ENDPOINTS_STREAM_RAW_PREDICT,
    &ENDPOINTS_EXPLAIN,
    &ENDPOINTS_GET_IAM_POLICY,
    &ENDPOINTS_SET_IAM_POLICY,
    &ENDPOINTS_TEST_IAM_PERMISSIONS,
];

pub static ENDPOINTS_CREATE: Method = Method {
    name: "aiplatform.projects.locations.endpoints.create",
    audit_name: "EndpointService.CreateEndpoint",
    service: Service::Aiplatform,
    verb: Verb::Post,
    version: "v1",
    on: Kind::Place,
    suffix: "/endpoints",
    query: &["endpointId"],
    body: json(&[text("displayName")]),
    door: DEPLOY,
    needs: &[
        documented("aiplatform.endpoints.create", Itself),
        guide("cloudkms.cryptoKeyVersions.useToEncrypt", AgentKey).without("Vertex AI cannot use the encryption key"),
        guide("cloudkms.cryptoKeyVersions.useToDecrypt", AgentKey).without("Vertex AI cannot use the encryption key"),
    ],
    operation: following(
        "aiplatform.endpoints.get",
        "aiplatform.endpoints.update",
        "aiplatform.endpoints.update",
        MethodPage,
    ),
    undone_by: Some(&ENDPOINTS_DELETE),
    without: "the endpoint is not created",
    ..Method::DEFAULT
};

pub static ENDPOINTS_GET: Method = Method {
    name: "aiplatform.projects.locations.endpoints.get",
    audit_name: "EndpointService.GetEndpoint",
    service: Service::Aiplatform,
    verb: Verb::Get,
    version: "v1",
    on: Kind::Endpoint,
    door: READ,
    needs: &[documented("aiplatform.endpoints.get", Itself)],
    without: "existing resources cannot be read, and the deployment fails",
    is_status: true,
    ..Method::DEFAULT
};

pub static ENDPOINTS_LIST: Method = Method {
    name: "aiplatform.projects.locations.endpoints.list",
    audit_name: "EndpointService.ListEndpoints",
    service: Service::Aiplatform,
    verb: Verb::Get,
    version: "v1",
    on: Kind::Place,
    suffix: "/endpoints",
    query: &["filter", "orderBy", "pageSize", "pageToken", "readMask"],
    door: READ,
    needs: &[documented("aiplatform.endpoints.list", Itself)],
    ..Method::DEFAULT
};

// iann0036/iam-dataset adds `aiplatform.endpoints.get`, which every plan needs anyway.
pub static ENDPOINTS_PATCH: Method = Method {
    name: "aiplatform.projects.locations.endpoints.patch",
    audit_name: "EndpointService.UpdateEndpoint",
    service: Service::Aiplatform,
    verb: Verb::Patch,
    version: "v1",
    on: Kind::Endpoint,
    query: &["updateMask"],
    body: json(&[]),
    door: DEPLOY,
    needs: &[documented("aiplatform.endpoints.update", Itself)],
    without: "traffic cannot be shared with the other models of the endpoint",
    ..Method::DEFAULT
};

pub static ENDPOINTS_DELETE: Method = Method {
    name: "aiplatform.projects.locations.endpoints.delete",
    audit_name: "EndpointService.DeleteEndpoint",
    service: Service::Aiplatform,
    verb: Verb::Delete,
    version: "v1",
    on: Kind::Endpoint,
    door: DEPLOY,
    needs: &[documented("aiplatform.endpoints.delete", Itself)],
    operation: following(
        "aiplatform.endpoints.get",
        "aiplatform.endpoints.delete",
        "aiplatform.endpoints.update",
        MethodPage,
    ),
    without: "a failed deployment leaves the new endpoint behind",
    ..Method::DEFAULT
};

pub static ENDPOINTS_DEPLOY_MODEL: Method = DEPLOY_MODEL;

/// The same method with the fields of preview features.
pub static ENDPOINTS_DEPLOY_MODEL_PREVIEW: Method = Method { version: "v1beta1", ..DEPLOY_MODEL };

const DEPLOY_MODEL: Method = Method {
    name: "aiplatform.projects.locations.endpoints.deployModel",
    audit_name: "EndpointService.DeployModel",
    service: Service::Aiplatform,
    verb: Verb::Post,
    version: "v1",
    on: Kind::Endpoint,
    suffix: ":deployModel",
    body: Body::Json(Some(BodyRules {
        required: &[object("deployedModel")],
        names: &[
            ("deployedModel.model", Kind::Model),
            ("deployedModel.sharedResources", POOL),
            ("deployedModel.speculativeDecodingSpec.draftModelSpeculation.draftModel", Kind::Model),
        ],
        ..BodyRules::DEFAULT
    })),
    door: DEPLOY,
    needs: &[
        documented("aiplatform.endpoints.deploy", Itself),
        documented("iam.serviceAccounts.actAs", ServingAccount).without("the model cannot run as its service account"),
        guide("iam.serviceAccounts.getAccessToken", AgentServingAccount)
            .without("Vertex AI cannot run the model as a service account of another project"),
    ],
    operation: following(
        "aiplatform.endpoints.get",
        "aiplatform.endpoints.deploy",
        "aiplatform.endpoints.update",
        MethodPage,
    ),
    undone_by: Some(&ENDPOINTS_UNDEPLOY_MODEL),
    without: "the model is not deployed",
    ..Method::DEFAULT
};

pub static ENDPOINTS_UNDEPLOY_MODEL: Method = Method {
    name: "aiplatform.projects.locations.endpoints.undeployModel",
    audit_name: "EndpointService.UndeployModel",
    service: Service::Aiplatform,
    verb: Verb::Post,
    version: "v1",
    on: Kind::Endpoint,
    suffix: ":undeployModel",
    body: json(&[text("deployedModelId")]),
    door: DEPLOY,
    needs: &[documented("aiplatform.endpoints.undeploy", Itself)],
    operation: following(
        "aiplatform.endpoints.get",
        "aiplatform.endpoints.undeploy",
        "aiplatform.endpoints.update",
        MethodPage,
    ),
    without: "a failed deployment leaves the deployed model running, which costs money",
    ..Method::DEFAULT
};

pub static ENDPOINTS_MUTATE_DEPLOYED_MODEL: Method = Method {
    name: "aiplatform.projects.locations.endpoints.mutateDeployedModel",
    audit_name: "EndpointService.MutateDeployedModel",
    service: Service::Aiplatform,
    verb: Verb::Post,
    version: "v1",
    on: Kind::Endpoint,
    suffix: ":mutateDeployedModel",
    body: SCALING,
    door: DEPLOY,
    needs: &[reference("aiplatform.endpoints.deploy", Itself)],
    operation: following(
        "aiplatform.endpoints.get",
        "aiplatform.endpoints.deploy",
        "aiplatform.endpoints.update",
        Analogy,
    ),
    without: "the number of replicas is not changed",
    ..Method::DEFAULT
};

pub static ENDPOINTS_PREDICT: Method = Method {
    name: "aiplatform.projects.locations.endpoints.predict",
    audit_name: "PredictionService.Predict",
    service: Service::Aiplatform,
    verb: Verb::Post,
    version: "v1",
    on: Kind::Endpoint,
    suffix: ":predict",
    body: Body::Stream,
    door: PREDICT,
    needs: &[documented("aiplatform.endpoints.predict", Itself)],
    ..Method::DEFAULT
};

pub static ENDPOINTS_RAW_PREDICT: Method = Method {
    name: "aiplatform.projects.locations.endpoints.rawPredict",
    audit_name: "PredictionService.RawPredict",
    service: Service::Aiplatform,
    verb: Verb::Post,
    version: "v1",
    on: Kind::Endpoint,
    suffix: ":rawPredict",
    body: Body::Stream,
    door: Door::Closed,
    needs: &[documented("aiplatform.endpoints.predict", Itself)],
    media_type: None,
    ..Method::DEFAULT
};

// The permission is on the page of `projects.locations.publishers.models.streamRawPredict`, the same rpc.
pub static ENDPOINTS_STREAM_RAW_PREDICT: Method = Method {
    name: "aiplatform.projects.locations.endpoints.streamRawPredict",
    audit_name: "PredictionService.StreamRawPredict",
    service: Service::Aiplatform,
    verb: Verb::Post,
    version: "v1",
    on: Kind::Endpoint,
    suffix: ":streamRawPredict",
    body: Body::Stream,
    door: Door::Closed,
    needs: &[reference("aiplatform.endpoints.predict", Itself)],
    media_type: None,
    ..Method::DEFAULT
};

pub static ENDPOINTS_EXPLAIN: Method = Method {
    name: "aiplatform.projects.locations.endpoints.explain",
    audit_name: "PredictionService.Explain",
    service: Service::Aiplatform,
    verb: Verb::Post,
    version: "v1",
    on: Kind::Endpoint,
    suffix: ":explain",
    body: Body::Stream,
    door: Door::Closed,
    needs: &[documented("aiplatform.endpoints.explain", Itself)],
    ..Method::DEFAULT
};

// https://cloud.google.com/vertex-ai/docs/general/endpoint-access-control, read 2026-11-27.
pub static ENDPOINTS_GET_IAM_POLICY: Method = Method {
    name: "aiplatform.projects.locations.endpoints.getIamPolicy",
    audit_name: "EndpointService.GetIamPolicy",
    service: Service::Aiplatform,
    verb: Verb::Post,
    version: "v1beta1",
    on: Kind::Endpoint,
    suffix: ":getIamPolicy",
    query: &["options.requestedPolicyVersion"],
    door: READ,
    needs: &[guide("aiplatform.endpoints.getIamPolicy", Itself)],
    ..Method::DEFAULT
};

pub static ENDPOINTS_SET_IAM_POLICY: Method = Method {
    name: "aiplatform.projects.locations.endpoints.setIamPolicy",
    audit_name: "EndpointService.SetIamPolicy",
    service: Service::Aiplatform,
    verb: Verb::Post,
    version: "v1beta1",
    on: Kind::Endpoint,
    suffix: ":setIamPolicy",
    body: POLICY,
    door: ADMINISTER,
    needs: &[measured("aiplatform.endpoints.setIamPolicy", Itself)],
    ..Method::DEFAULT
};

pub static ENDPOINTS_TEST_IAM_PERMISSIONS: Method = Method {
    name: "aiplatform.projects.locations.endpoints.testIamPermissions",
    audit_name: "EndpointService.TestIamPermissions",
    service: Service::Aiplatform,
    verb: Verb::Post,
    version: "v1beta1",
    on: Kind::Endpoint,
    suffix: ":testIamPermissions",
    query: &["permissions"],
    door: READ,
    repeated: &["permissions"],
    ..Method::DEFAULT
};
