//! Request bodies. Fields and their limits: `aiplatform.v1` `Endpoint`, `DeployedModel`, `DedicatedResources`, `Model`.
//!
//! Built by hand: `json!` would bring a second serializer into what every portal page loads.

use crate::name::{DeployedModelId, Image};
use crate::target::Target;
use serde_json::{Map, Value};
use std::fmt::Display;

/// Google's default for a deployed model that names none.
const DEFAULT_MACHINE_TYPE: &str = "n1-standard-2";

/// A JSON object under construction; fields without a value are left out, as Google does.
#[derive(Default)]
struct Object(Map<String, Value>);

impl Object {
    fn with(mut self, name: &str, value: impl Into<Value>) -> Self {
        self.0.insert(name.to_owned(), value.into());
        self
    }

    fn with_text(self, name: &str, value: Option<&impl Display>) -> Self {
        match value {
            Some(value) => self.with(name, value.to_string()),
            None => self,
        }
    }
}

impl From<Object> for Value {
    fn from(object: Object) -> Self {
        Value::Object(object.0)
    }
}

fn object() -> Object {
    Object::default()
}

fn encrypted(body: Object, target: &Target) -> Object {
    match &target.kms_key {
        Some(key) => body.with("encryptionSpec", object().with_text("kmsKeyName", Some(key))),
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
    let body = object().with("displayName", target.endpoint.id.as_str()).with("description", origin(target));
    encrypted(body, target).into()
}

/// An `UploadModelRequest`.
pub fn upload(target: &Target, image: &Image) -> Value {
    let model = object()
        .with("displayName", target.model.id.as_str())
        .with("description", origin(target))
        .with("containerSpec", object().with("imageUri", image.as_str()))
        .with_text("artifactUri", target.artifact_uri.as_ref());
    object().with("model", encrypted(model, target)).with("modelId", target.model.id.as_str()).into()
}

/// A `DeployedModel`.
pub fn deployed_model(target: &Target, id: Option<&DeployedModelId>) -> Value {
    let machine_type = target.machine_type.as_ref().map_or(DEFAULT_MACHINE_TYPE, |m| m.as_str());
    let mut machine = object().with("machineType", machine_type);
    if let Some(accelerator) = &target.accelerator {
        machine =
            machine.with("acceleratorType", accelerator.kind.as_str()).with("acceleratorCount", accelerator.count);
    }
    let (min, max) = target.replicas.map_or((1, 1), |r| (r.min, r.max));
    let resources = object().with("machineSpec", machine).with("minReplicaCount", min).with("maxReplicaCount", max);
    object()
        .with_text("id", id)
        .with("model", target.model.to_string())
        .with("displayName", target.model.short().replace('@', "-"))
        .with_text("serviceAccount", target.service_account.as_ref())
        .with("dedicatedResources", resources)
        .into()
}

/// A `DeployModelRequest`; `"0"` stands for the model being deployed.
pub fn deploy(target: &Target, id: Option<&DeployedModelId>) -> Value {
    object().with("deployedModel", deployed_model(target, id)).with("trafficSplit", object().with("0", 100)).into()
}

/// An `UndeployModelRequest`.
pub fn undeploy(id: &DeployedModelId) -> Value {
    object().with("deployedModelId", id.as_str()).into()
}

/// An `Endpoint` with nothing but its traffic.
pub fn traffic(id: &DeployedModelId) -> Value {
    object().with("trafficSplit", object().with(id.as_str(), 100)).into()
}
