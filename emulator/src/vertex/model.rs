//! Models and their versions.

use super::container;
use crate::call::Call;
use crate::error::ApiError;
use crate::message;
use crate::operation;
use crate::state::world::World;
use crate::timestamp;
use serde_json::{Value, json};
use std::collections::BTreeMap;

/// Finds `projects/…/models/M[@version]`: its stored name and its version, the newest one by default.
pub fn find<'a>(world: &'a World, name: &str) -> Option<(String, &'a Value)> {
    let (base, wanted) = name.split_once('@').map_or((name, None), |(base, version)| (base, Some(version)));
    let base = world.stored(base)?;
    let versions = world.models.get(&base)?;
    let body = match wanted {
        None | Some("default") => versions.values().next_back()?,
        Some(version) => versions.get(&version.parse().ok()?)?,
    };
    Some((base, body))
}

fn shown(world: &World, name: &str, body: &Value) -> Value {
    let mut body = body.clone();
    body["name"] = json!(world.shown(name));
    body
}

pub fn get(call: &Call<'_>, name: &str) -> Result<Value, ApiError> {
    call.allow(&[])?;
    let base = name.split('@').next().unwrap_or(name);
    call.require("aiplatform.models.get", base)?;
    let world = call.cloud.world();
    let (base, body) = find(&world, name).ok_or_else(|| ApiError::not_found(name))?;
    Ok(shown(&world, &base, body))
}

pub fn list(call: &Call<'_>, place: &str) -> Result<Value, ApiError> {
    call.allow(&["filter", "orderBy", "pageSize", "pageToken", "readMask"])?;
    call.require("aiplatform.models.list", place)?;
    let world = call.cloud.world();
    let start = format!("{place}/models/");
    let models: Vec<Value> = world
        .models
        .iter()
        .filter(|(name, _)| name.starts_with(&start))
        .filter_map(|(name, versions)| Some(shown(&world, name, versions.values().next_back()?)))
        .collect();
    Ok(json!({ "models": models }))
}

pub fn list_versions(call: &Call<'_>, name: &str) -> Result<Value, ApiError> {
    call.allow(&["filter", "orderBy", "pageSize", "pageToken", "readMask"])?;
    call.require("aiplatform.models.get", name)?;
    let world = call.cloud.world();
    let versions = world.models.get(name).ok_or_else(|| ApiError::not_found(name))?;
    let models: Vec<Value> = versions.values().map(|body| shown(&world, name, body)).collect();
    Ok(json!({ "models": models }))
}

pub fn upload(call: &Call<'_>, place: &str) -> Result<Value, ApiError> {
    call.allow(&[])?;
    let request = message::read(call.body, message::UPLOAD_MODEL)?;
    call.require("aiplatform.models.upload", place)?;
    let mut model = request["model"].clone();
    if model["displayName"].as_str().is_none_or(str::is_empty) {
        return Err(ApiError::invalid("model.displayName is required."));
    }
    if model["containerSpec"]["imageUri"].as_str().is_none_or(str::is_empty) {
        return Err(ApiError::invalid("model.containerSpec.imageUri is required."));
    }
    container::check(&model["containerSpec"])?;
    container::check_labels(&model["labels"])?;
    let name = {
        let mut world = call.cloud.world();
        let id = match (request["modelId"].as_str(), request["parentModel"].as_str()) {
            (_, Some(parent)) => {
                return Err(ApiError::new(
                    "UNIMPLEMENTED",
                    format!("parentModel {parent}: the emulator adds no versions."),
                ));
            }
            (Some(id), None) => id.to_owned(),
            (None, None) => world.id().to_string(),
        };
        let name = format!("{place}/models/{id}");
        if world.models.contains_key(&name) {
            return Err(ApiError::exists(&name));
        }
        model["versionId"] = json!("1");
        model["createTime"] = json!(timestamp::now());
        model["supportedDeploymentResourcesTypes"] = json!(["DEDICATED_RESOURCES"]);
        world.models.insert(name.clone(), BTreeMap::new());
        name
    };
    let model_name = name.clone();
    Ok(operation::start(call.cloud, &name, "UploadModel", "aiplatform.models.update", async move |cloud, _| {
        cloud.pass(40.0).await;
        let mut world = cloud.world();
        world.models.entry(model_name.clone()).or_default().insert(1, model);
        let shown = world.shown(&model_name);
        Ok(json!({"@type": operation::kind("UploadModelResponse"), "model": shown, "modelVersionId": "1"}))
    }))
}

pub fn delete(call: &Call<'_>, name: &str) -> Result<Value, ApiError> {
    call.allow(&[])?;
    call.require("aiplatform.models.delete", name)?;
    {
        let mut world = call.cloud.world();
        if !world.models.contains_key(name) {
            return Err(ApiError::not_found(name));
        }
        let shown = world.shown(name);
        let in_use = world.endpoints.values().any(|endpoint| {
            endpoint.body["deployedModels"].as_array().into_iter().flatten().any(|m| m["model"] == shown.as_str())
        });
        if in_use {
            return Err(ApiError::precondition(format!("The model {name} is deployed and cannot be deleted.")));
        }
        world.models.remove(name);
    }
    Ok(operation::start(call.cloud, name, "Delete", "aiplatform.models.delete", async |cloud, _| {
        cloud.pass(10.0).await;
        Ok(json!({"@type": "type.googleapis.com/google.protobuf.Empty"}))
    }))
}
