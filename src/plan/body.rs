//! Request bodies. Fields and their limits: `aiplatform.v1` `Endpoint`, `DeployedModel`, `DedicatedResources`, `Model`.

use crate::name::{DeployedModelId, Image};
use crate::target::Target;
use serde_json::{Map, Value, json};

/// Google's default for a deployed model that names none.
const DEFAULT_MACHINE_TYPE: &str = "n1-standard-2";

fn with_key(target: &Target, mut body: Map<String, Value>) -> Value {
    if let Some(key) = &target.kms_key {
        body.insert("encryptionSpec".into(), json!({ "kmsKeyName": key }));
    }
    Value::Object(body)
}

fn origin(target: &Target) -> String {
    match &target.environment {
        Some(environment) => format!("Backstage {} ({environment})", target.entity_ref),
        None => format!("Backstage {}", target.entity_ref),
    }
}

/// An `Endpoint`.
pub fn endpoint(target: &Target) -> Value {
    let mut body = Map::new();
    body.insert("displayName".into(), json!(target.endpoint.id));
    body.insert("description".into(), json!(origin(target)));
    with_key(target, body)
}

/// An `UploadModelRequest`.
pub fn upload(target: &Target, image: &Image) -> Value {
    let mut model = Map::new();
    model.insert("displayName".into(), json!(target.model.id));
    model.insert("description".into(), json!(origin(target)));
    model.insert("containerSpec".into(), json!({ "imageUri": image }));
    if let Some(uri) = &target.artifact_uri {
        model.insert("artifactUri".into(), json!(uri));
    }
    json!({ "model": with_key(target, model), "modelId": target.model.id })
}

/// A `DeployedModel`.
pub fn deployed_model(target: &Target, id: Option<&DeployedModelId>) -> Value {
    let mut machine = Map::new();
    let machine_type = target.machine_type.as_ref().map_or(DEFAULT_MACHINE_TYPE, |m| m.as_str());
    machine.insert("machineType".into(), json!(machine_type));
    if let Some(accelerator) = &target.accelerator {
        machine.insert("acceleratorType".into(), json!(accelerator.kind));
        machine.insert("acceleratorCount".into(), json!(accelerator.count));
    }
    let (min, max) = target.replicas.map_or((1, 1), |r| (r.min, r.max));
    let mut body = Map::new();
    if let Some(id) = id {
        body.insert("id".into(), json!(id));
    }
    body.insert("model".into(), json!(target.model));
    body.insert("displayName".into(), json!(target.model.short().replace('@', "-")));
    if let Some(account) = &target.service_account {
        body.insert("serviceAccount".into(), json!(account));
    }
    body.insert(
        "dedicatedResources".into(),
        json!({ "machineSpec": machine, "minReplicaCount": min, "maxReplicaCount": max }),
    );
    Value::Object(body)
}

/// A `DeployModelRequest`; `"0"` stands for the model being deployed.
pub fn deploy(target: &Target, id: Option<&DeployedModelId>) -> Value {
    json!({ "deployedModel": deployed_model(target, id), "trafficSplit": { "0": 100 } })
}

/// An `UndeployModelRequest`.
pub fn undeploy(id: &DeployedModelId) -> Value {
    json!({ "deployedModelId": id })
}

/// An `Endpoint` with nothing but its traffic.
pub fn traffic(id: &DeployedModelId) -> Value {
    json!({ "trafficSplit": { id.as_str(): 100 } })
}
