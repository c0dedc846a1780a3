//! Vertex AI's Model Registry.

use super::{
    Body, BodyRules, Door, Kind, Method,
    On::{AgentBucket, AgentKey, AgentRepository, Itself},
    Service,
    Source::{Analogy, MethodPage},
    Verb,
    body::{json, object, texts},
    need::{documented, following, guide, inferred, reference},
    row::{DEPLOY, READ},
};

/// The rows of this file.
pub(super) const ROWS: &[&Method] = &[
    &MODELS_UPLOAD,
    &MODELS_GET,
    &MODELS_LIST,
    &MODELS_LIST_VERSIONS,
    &MODELS_PATCH,
    &MODELS_DELETE,
    &MODELS_DELETE_VERSION,
    &MODELS_MERGE_VERSION_ALIASES,
    &MODELS_COPY,
    &MODELS_EXPORT,
    &LOCATIONS_DEPLOY,
];

pub static MODELS_UPLOAD: Method = Method {
    name: "aiplatform.projects.locations.models.upload",
    audit_name: "ModelService.UploadModel",
    service: Service::Aiplatform,
    verb: Verb::Post,
    version: "v1",
    on: Kind::Place,
    suffix: "/models:upload",
    body: Body::Json(Some(BodyRules {
        required: &[object("model")],
        names: &[("parentModel", Kind::Model)],
        ..BodyRules::DEFAULT
    })),
    door: DEPLOY,
    needs: &[
        documented("aiplatform.models.upload", Itself),
        guide("storage.objects.get", AgentBucket).without("Vertex AI cannot read the model's files"),
        guide("storage.objects.list", AgentBucket).without("Vertex AI cannot read the model's files"),
        guide("artifactregistry.repositories.downloadArtifacts", AgentRepository)
            .without("Vertex AI cannot pull the container image"),
        guide("cloudkms.cryptoKeyVersions.useToEncrypt", AgentKey).without("Vertex AI cannot use the encryption key"),
        guide("cloudkms.cryptoKeyVersions.useToDecrypt", AgentKey).without("Vertex AI cannot use the encryption key"),
    ],
    operation: following("aiplatform.models.get", "aiplatform.models.update", "aiplatform.models.get", MethodPage),
    undone_by: Some(&MODELS_DELETE),
    without: "the model is not uploaded",
    ..Method::DEFAULT
};

pub static MODELS_GET: Method = Method {
    name: "aiplatform.projects.locations.models.get",
    audit_name: "ModelService.GetModel",
    service: Service::Aiplatform,
    verb: Verb::Get,
    version: "v1",
    on: Kind::Model,
    door: READ,
    needs: &[documented("aiplatform.models.get", Itself)],
    without: "the model cannot be found, and the deployment fails at its first step",
    ..Method::DEFAULT
};

pub static MODELS_LIST: Method = Method {
    name: "aiplatform.projects.locations.models.list",
    audit_name: "ModelService.ListModels",
    service: Service::Aiplatform,
    verb: Verb::Get,
    version: "v1",
    on: Kind::Place,
    suffix: "/models",
    query: &["filter", "orderBy", "pageSize", "pageToken", "readMask"],
    door: READ,
    needs: &[documented("aiplatform.models.list", Itself)],
    ..Method::DEFAULT
};

pub static MODELS_LIST_VERSIONS: Method = Method {
    name: "aiplatform.projects.locations.models.listVersions",
    audit_name: "ModelService.ListModelVersions",
    service: Service::Aiplatform,
    verb: Verb::Get,
    version: "v1",
    on: Kind::Model,
    suffix: ":listVersions",
    query: &["filter", "orderBy", "pageSize", "pageToken", "readMask"],
    door: READ,
    needs: &[inferred("aiplatform.models.get", Itself)],
    without: "the model cannot be found, and the deployment fails at its first step",
    ..Method::DEFAULT
};

// iann0036/iam-dataset adds `aiplatform.models.get`.
pub static MODELS_PATCH: Method = Method {
    name: "aiplatform.projects.locations.models.patch",
    audit_name: "ModelService.UpdateModel",
    service: Service::Aiplatform,
    verb: Verb::Patch,
    version: "v1",
    on: Kind::Model,
    query: &["updateMask"],
    body: Body::Json(None),
    door: Door::Closed,
    needs: &[documented("aiplatform.models.update", Itself)],
    ..Method::DEFAULT
};

pub static MODELS_DELETE: Method = Method {
    name: "aiplatform.projects.locations.models.delete",
    audit_name: "ModelService.DeleteModel",
    service: Service::Aiplatform,
    verb: Verb::Delete,
    version: "v1",
    on: Kind::Model,
    door: DEPLOY,
    needs: &[documented("aiplatform.models.delete", Itself)],
    operation: following("aiplatform.models.get", "aiplatform.models.delete", "aiplatform.models.get", MethodPage),
    without: "a failed deployment leaves the uploaded model behind",
    ..Method::DEFAULT
};

pub static MODELS_DELETE_VERSION: Method = Method {
    name: "aiplatform.projects.locations.models.deleteVersion",
    audit_name: "ModelService.DeleteModelVersion",
    service: Service::Aiplatform,
    verb: Verb::Delete,
    version: "v1",
    on: Kind::Model,
    suffix: ":deleteVersion",
    door: DEPLOY,
    needs: &[reference("aiplatform.models.delete", Itself)],
    operation: following("aiplatform.models.get", "aiplatform.models.delete", "aiplatform.models.get", Analogy),
    without: "a failed deployment leaves the uploaded model behind",
    ..Method::DEFAULT
};

pub static MODELS_MERGE_VERSION_ALIASES: Method = Method {
    name: "aiplatform.projects.locations.models.mergeVersionAliases",
    audit_name: "ModelService.MergeVersionAliases",
    service: Service::Aiplatform,
    verb: Verb::Post,
    version: "v1",
    on: Kind::Model,
    suffix: ":mergeVersionAliases",
    body: json(&[texts("versionAliases")]),
    door: DEPLOY,
    needs: &[reference("aiplatform.models.update", Itself)],
    without: "the alias is not moved, and the deployment fails at its end",
    ..Method::DEFAULT
};

// A copy that names a `customServiceAccount` also requires `iam.serviceAccounts.actAs` on it:
// https://docs.cloud.google.com/gemini-enterprise-agent-platform/reference/rest/v1beta1/projects.locations.models/copy, read 2026-11-27.
pub static MODELS_COPY: Method = Method {
    name: "aiplatform.projects.locations.models.copy",
    audit_name: "ModelService.CopyModel",
    service: Service::Aiplatform,
    verb: Verb::Post,
    version: "v1",
    on: Kind::Place,
    suffix: "/models:copy",
    body: Body::Json(None),
    door: Door::Closed,
    needs: &[inferred("aiplatform.models.upload", Itself), inferred("aiplatform.models.get", Itself)],
    operation: following("aiplatform.models.get", "aiplatform.models.update", "aiplatform.models.get", Analogy),
    undone_by: Some(&MODELS_DELETE),
    ..Method::DEFAULT
};

pub static MODELS_EXPORT: Method = Method {
    name: "aiplatform.projects.locations.models.export",
    audit_name: "ModelService.ExportModel",
    service: Service::Aiplatform,
    verb: Verb::Post,
    version: "v1",
    on: Kind::Model,
    suffix: ":export",
    body: Body::Json(None),
    door: Door::Closed,
    needs: &[documented("aiplatform.models.export", Itself)],
    operation: following("aiplatform.models.get", "aiplatform.models.export", "aiplatform.models.get", MethodPage),
    ..Method::DEFAULT
};

// Model Garden: one call uploads a model, creates an endpoint and deploys.
pub static LOCATIONS_DEPLOY: Method = Method {
    name: "aiplatform.projects.locations.deploy",
    audit_name: "ModelGardenService.Deploy",
    service: Service::Aiplatform,
    verb: Verb::Post,
    version: "v1",
    on: Kind::Place,
    suffix: ":deploy",
    body: Body::Json(None),
    door: Door::Closed,
    needs: &[
        inferred("aiplatform.models.upload", Itself),
        inferred("aiplatform.endpoints.create", Itself),
        inferred("aiplatform.endpoints.deploy", Itself),
    ],
    operation: following(
        "aiplatform.endpoints.get",
        "aiplatform.endpoints.deploy",
        "aiplatform.endpoints.update",
        Analogy,
    ),
    ..Method::DEFAULT
};
