//! Uploads of models and of new versions.

use super::{deployed, model};
use crate::call::Call;
use crate::cloud::Cloud;
use crate::error::ApiError;
use crate::message;
use crate::operation;
use crate::state::world::World;
use crate::timestamp;
use serde_json::{Value, json};

/// Ends an upload under way, also when its operation is cancelled; a model without versions then vanishes.
pub struct Uploading {
    cloud: Cloud,
    name: String,
}

impl Drop for Uploading {
    fn drop(&mut self) {
        let mut world = self.cloud.world();
        let Some(model) = world.models.get_mut(&self.name) else { return };
        model.uploading = model.uploading.saturating_sub(1);
        if model.uploading == 0 && model.is_empty() {
            world.models.remove(&self.name);
        }
    }
}

fn is_valid_id(id: &str) -> bool {
    (1..=63).contains(&id.len())
        && id.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b"_-".contains(&b))
        && !id.starts_with(|c: char| c.is_ascii_digit() || c == '-')
}

/// The kinds of resources with which a model can be deployed.
///
/// Only models on Google's own images for TensorFlow and PyTorch share resources: "Share resources across deployments"
/// (<https://cloud.google.com/vertex-ai/docs/predictions/model-co-hosting>, read 2026-11-28).
pub fn supported(model: &Value) -> Value {
    let image = model["containerSpec"]["imageUri"].as_str().unwrap_or_default();
    let framework = image.split_once("/vertex-ai/prediction/").map_or("", |(_, name)| name);
    match framework.starts_with("tf") || framework.starts_with("pytorch") {
        true => json!(["DEDICATED_RESOURCES", "SHARED_RESOURCES"]),
        false => json!(["DEDICATED_RESOURCES"]),
    }
}

/// Where a version is to be stored.
pub struct Target {
    /// Stored name of the model.
    pub name: String,
    pub version: u64,
    pub under_way: Uploading,
}

/// Finds the model of a new version, or names a new model, and notes the upload under way.
pub fn begin(call: &Call<'_>, place: &str, id: &Value, parent: &Value) -> Result<Target, ApiError> {
    let mut world = call.cloud.world();
    let text = |value: &Value| value.as_str().filter(|text| !text.is_empty()).map(str::to_owned);
    let (name, is_new) = match (text(id), text(parent)) {
        (Some(_), Some(_)) => {
            return Err(ApiError::new("UNIMPLEMENTED", "The emulator does not combine modelId and parentModel."));
        }
        (Some(id), None) if is_valid_id(&id) => (format!("{place}/models/{id}"), true),
        (Some(id), None) => return Err(ApiError::field("model_id", format!("Invalid model id: {id}"))),
        (None, None) => (format!("{place}/models/{}", world.id()), true),
        (None, Some(parent)) => {
            let found = model::find(&world, &parent).ok_or_else(|| ApiError::not_found(&parent))?;
            if parent.contains('@') || !found.name.starts_with(&format!("{place}/models/")) {
                return Err(ApiError::field("parent_model", format!("Invalid parent model: {parent}")));
            }
            (found.name, false)
        }
    };
    if is_new && world.models.contains_key(&name) {
        return Err(ApiError::exists(&name));
    }
    let model = world.models.entry(name.clone()).or_default();
    model.uploading += 1;
    let version = model.number();
    let under_way = Uploading { cloud: call.cloud.clone(), name: name.clone() };
    Ok(Target { name, version, under_way })
}

/// Stores a new version; returns the names for the answer.
pub fn store(world: &mut World, name: &str, version: u64, mut body: Value) -> Result<Value, Value> {
    let now = json!(timestamp::now());
    let touch = world.touch();
    let shown = world.shown(name);
    // Deleted meanwhile.
    let model = world.models.get_mut(name).ok_or_else(|| ApiError::status(5, "The model is gone."))?;
    let first = model.versions().next().map(|(_, first)| first["createTime"].clone());
    body["versionId"] = json!(version.to_string());
    body["createTime"] = first.unwrap_or_else(|| now.clone());
    body["versionCreateTime"] = now.clone();
    body["versionUpdateTime"] = now;
    touch(&mut body);
    model.add(version, body);
    Ok(json!({ "model": shown, "modelVersionId": version.to_string() }))
}

/// `POST {place}/models:upload`
pub fn upload(call: &Call<'_>, place: &str) -> Result<Value, ApiError> {
    call.allow(&[])?;
    let request = call.message(message::UPLOAD_MODEL, "")?;
    call.require("aiplatform.models.upload", place)?;
    let mut problems = message::missing(&request, message::UPLOAD_MODEL, "");
    let mut body = request["model"].clone();
    model::check(&body, place.rsplit('/').next().unwrap_or_default(), "model", &mut problems);
    if !problems.is_empty() {
        return Err(ApiError::fields(&problems));
    }
    deployed::check_home(&call.cloud.world(), &request["serviceAccount"], place, "service_account")?;
    let Target { name, version, under_way } = begin(call, place, &request["modelId"], &request["parentModel"])?;
    body["supportedDeploymentResourcesTypes"] = supported(&body);
    body["modelSourceInfo"] = json!({"sourceType": "CUSTOM"});
    let permission = "aiplatform.models.update";
    let resource = name.clone();
    Ok(operation::after(call.cloud, &resource, "UploadModel", permission, 40.0, under_way, move |_, world| {
        let mut response = store(world, &name, version, body)?;
        response["@type"] = json!(operation::kind("UploadModelResponse"));
        Ok(response)
    }))
}
