//! Request bodies. Fields and limits: `Endpoint`, `DeployedModel`, `DedicatedResources` and `Model` of `aiplatform.v1`.

use crate::fingerprint::fingerprint;
use crate::name::{DeployedModelId, Image, Model, ModelVersion};
use crate::target::Target;
use crate::vertex::container::{fill, spec, variables};
use crate::vertex::deployed_model::Replicas;
use crate::vertex::message::{Object, object, text};
use crate::vertex::setting::Message;
use crate::vertex::traffic::Traffic;
use serde_json::Value;

/// Google's default machine type for a deployed model.
const DEFAULT_MACHINE_TYPE: &str = "n1-standard-2";

fn encrypted(body: Object, target: &Target) -> Object {
    match &target.kms_key {
        Some(key) => body.with("encryptionSpec", object().with_text("kmsKeyName", Some(key))),
        None => body,
    }
}

fn labelled(body: Object, target: &Target) -> Object {
    match target.labels.message().unless_empty() {
        Some(labels) => body.with("labels", labels),
        None => body,
    }
}

fn origin(target: &Target) -> String {
    match &target.environment {
        Some(environment) => format!("Backstage {} ({environment})", target.entity_ref),
        None => format!("Backstage {}", target.entity_ref),
    }
}

/// An `Endpoint`.
pub fn endpoint(target: &Target) -> Value {
    let name = target.display_name.as_ref().map_or(target.endpoint.id.as_str(), |name| name.as_str());
    let body = object().with("displayName", name).with("description", origin(target));
    let mut body = target.settings.put(Message::Endpoint, encrypted(labelled(body, target), target)).value();
    if let Some(logging) = body.get_mut("predictRequestResponseLoggingConfig").and_then(Value::as_object_mut) {
        logging.insert("enabled".to_owned(), true.into());
        // A target has whole percent: see `docs/size.md`.
        let percent = logging.get("samplingRate").and_then(Value::as_u64).unwrap_or(100);
        let share = if percent == 100 { 1.into() } else { (percent as f64 / 100.0).into() };
        logging.insert("samplingRate".to_owned(), share);
    }
    body
}

/// The label with the fingerprint of an uploaded version's content.
pub const CONTENT_LABEL: &str = "backstage-content";

/// An `UploadModelRequest`.
pub fn upload(target: &Target, image: &Image) -> Value {
    let content = |target: &Target| {
        let container = spec(&target.env, &target.settings);
        let content = object()
            .with("containerSpec", container.with("imageUri", image.as_str()))
            .with_text("artifactUri", target.artifact_uri.as_ref());
        encrypted(content, target)
    };
    // A stored request has the same label: it has no values of variables.
    let print = format!("{:016x}", fingerprint(&[&text(&content(&target.hide()).into())]));
    let model = content(target)
        .with("displayName", target.model.id.as_str())
        .with("description", origin(target))
        .with("labels", target.labels.message().with(CONTENT_LABEL, print));
    let model = target.settings.put(Message::Model, model);
    object().with("model", model).with("modelId", target.model.id.as_str()).into()
}

/// The `UploadModelRequest` that adds a version with the same content to a model.
pub fn new_version(upload: &Value, model: &Model) -> Value {
    object().with("model", upload["model"].clone()).with("parentModel", model.to_string()).into()
}

/// Whether a version that Google shows has the content of an upload: by its label, or, where something else has uploaded it, by
/// image, files and container settings. Google may show more settings than were uploaded.
pub fn has_content(version: &Value, upload: &Value) -> bool {
    fn holds(shown: &Value, uploaded: &Value) -> bool {
        match uploaded {
            Value::Object(fields) => fields.iter().all(|(name, value)| holds(&shown[name], value)),
            _ => shown == uploaded,
        }
    }
    let uploaded = &upload["model"];
    match version["labels"][CONTENT_LABEL].as_str() {
        Some(label) => uploaded["labels"][CONTENT_LABEL].as_str() == Some(label),
        None => {
            let mut uploaded = uploaded.clone();
            fill(&mut uploaded, &variables(version));
            holds(&version["containerSpec"], &uploaded["containerSpec"])
                && version["artifactUri"].as_str() == uploaded["artifactUri"].as_str()
        }
    }
}

/// A `DeployedModel`.
pub fn deployed_model(target: &Target, id: Option<&DeployedModelId>) -> Value {
    let settings = &target.settings;
    let deployed = object()
        .with_text("id", id)
        .with("model", target.model.to_string())
        .with("displayName", target.model.short().replace('@', "-"))
        .with_text("serviceAccount", target.service_account.as_ref());
    let mut deployed = settings.put(Message::DeployedModel, deployed);
    // v1beta1 logs a container only where it is asked to, v1 where it is not asked not to.
    if settings.has_preview() && settings.get(Message::DeployedModel, "disableContainerLogging").is_none() {
        deployed = deployed.with("enableContainerLogging", true);
    }
    let has = |path| settings.get(Message::DeployedModel, path).is_some();
    if has("automaticResources") {
        let Replicas { min, max } = target.replicas.unwrap_or(Replicas { min: 1, max: 1 });
        let resources = object().with("minReplicaCount", min).with("maxReplicaCount", max);
        deployed.with("automaticResources", resources).into()
    } else if has("sharedResources") {
        deployed.into()
    } else {
        deployed.with("dedicatedResources", resources(target)).into()
    }
}

/// The `DedicatedResources` of a deployed model.
fn resources(target: &Target) -> Object {
    let machine_type = target.machine_type.as_ref().map_or(DEFAULT_MACHINE_TYPE, |m| m.as_str());
    let mut machine = object().with("machineType", machine_type);
    if let Some(accelerator) = &target.accelerator {
        machine =
            machine.with("acceleratorType", accelerator.kind.as_str()).with("acceleratorCount", accelerator.count);
    }
    let machine = target.settings.put(Message::Machine, machine);
    let (min, max) = target.replicas.map_or((1, 1), |r| (r.min, r.max));
    let resources = object().with("machineSpec", machine);
    let resources = match target.settings.get(Message::Resources, "scaleToZeroSpec") {
        // It starts with the minimum, and may go down to none.
        Some(_) => resources.with("initialReplicaCount", min).with("minReplicaCount", 0),
        None => resources.with("minReplicaCount", min),
    };
    target.settings.put(Message::Resources, resources.with("maxReplicaCount", max))
}

/// The share of this model alone: the other models of the endpoint are known only to a run.
fn share(target: &Target, id: &str) -> Object {
    object().with(id, target.traffic.unwrap_or(Traffic::ALL).percent())
}

/// A `DeployModelRequest`; `"0"` is the model being deployed.
pub fn deploy(target: &Target, id: Option<&DeployedModelId>) -> Value {
    let request = object().with("deployedModel", deployed_model(target, id));
    if target.is_private() { request.into() } else { request.with("trafficSplit", share(target, "0")).into() }
}

/// An `UndeployModelRequest`.
pub fn undeploy(id: &DeployedModelId) -> Value {
    object().with("deployedModelId", id.as_str()).into()
}

/// An `Endpoint` with its traffic split only.
pub fn traffic(target: &Target, id: &DeployedModelId) -> Value {
    object().with("trafficSplit", share(target, id.as_str())).into()
}

/// A `MergeVersionAliasesRequest` that gives an alias to a version, or takes it away.
pub fn alias(alias: &ModelVersion, gives: bool) -> Value {
    let sign = if gives { "" } else { "-" };
    object().with("versionAliases", vec![Value::from(format!("{sign}{alias}"))]).into()
}

/// Fields that a change of replicas names: those of Google's `MutateDeployedModelRequest` that bound their number.
const REPLICA_FIELDS: &str = "dedicatedResources.minReplicaCount,dedicatedResources.maxReplicaCount";

/// A `MutateDeployedModelRequest` that changes the number of replicas.
pub fn scale(id: &DeployedModelId, replicas: Replicas) -> Value {
    let resources = object().with("minReplicaCount", replicas.min).with("maxReplicaCount", replicas.max);
    let deployed = object().with("id", id.as_str()).with("dedicatedResources", resources);
    object().with("deployedModel", deployed).with("updateMask", REPLICA_FIELDS).into()
}
