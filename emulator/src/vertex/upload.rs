//! Uploads of models and of new versions.

use super::{container, model};
use crate::call::Call;
use crate::cloud::Cloud;
use crate::error::ApiError;
use crate::message;
use crate::operation;
use crate::state::model::is_alias;
use crate::timestamp;
use serde_json::{Value, json};

/// Ends an upload under way, also when its operation is cancelled; a model without versions then vanishes.
struct Uploading {
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

fn check(model: &Value) -> Result<(), ApiError> {
    super::endpoint::display_name(model)?;
    if model["containerSpec"]["imageUri"].as_str().is_none_or(str::is_empty) {
        return Err(ApiError::invalid("model.containerSpec.imageUri is required."));
    }
    container::check(&model["containerSpec"])?;
    container::check_labels(&model["labels"])?;
    let aliases = model["versionAliases"].as_array().into_iter().flatten().filter_map(Value::as_str);
    match aliases.into_iter().find(|alias| !is_alias(alias)) {
        Some(alias) => Err(ApiError::invalid(format!("Invalid version alias: \"{alias}\"."))),
        None => Ok(()),
    }
}

/// `POST {place}/models:upload`
pub fn upload(call: &Call<'_>, place: &str) -> Result<Value, ApiError> {
    call.allow(&[])?;
    let request = message::read(call.body, message::UPLOAD_MODEL)?;
    call.require("aiplatform.models.upload", place)?;
    let mut body = request["model"].clone();
    check(&body)?;
    let (name, version) = {
        let mut world = call.cloud.world();
        let name = match (request["modelId"].as_str(), request["parentModel"].as_str().filter(|name| !name.is_empty()))
        {
            (Some(_), Some(_)) => {
                return Err(ApiError::new("UNIMPLEMENTED", "The emulator does not combine modelId and parentModel."));
            }
            (Some(id), None) if is_valid_id(id) => format!("{place}/models/{id}"),
            (Some(id), None) => return Err(ApiError::invalid(format!("Invalid model id: {id}"))),
            (None, None) => format!("{place}/models/{}", world.id()),
            (None, Some(parent)) => {
                let found = model::find(&world, parent).ok_or_else(|| ApiError::not_found(parent))?;
                if parent.contains('@') || !found.name.starts_with(&format!("{place}/models/")) {
                    return Err(ApiError::invalid(format!("Invalid parent model: {parent}")));
                }
                found.name
            }
        };
        if request["parentModel"].as_str().is_none_or(str::is_empty) && world.models.contains_key(&name) {
            return Err(ApiError::exists(&name));
        }
        let model = world.models.entry(name.clone()).or_default();
        model.uploading += 1;
        (name, model.number())
    };
    body["versionId"] = json!(version.to_string());
    body["supportedDeploymentResourcesTypes"] = json!(["DEDICATED_RESOURCES"]);
    let uploading = Uploading { cloud: call.cloud.clone(), name: name.clone() };
    let resource = name.clone();
    Ok(operation::after(
        call.cloud,
        &resource,
        "UploadModel",
        "aiplatform.models.update",
        40.0,
        uploading,
        move |_, world| {
            let now = json!(timestamp::now());
            let touch = world.touch();
            let shown = world.shown(&name);
            // Deleted meanwhile.
            let model = world.models.get_mut(&name).ok_or_else(|| ApiError::status(5, "The model is gone."))?;
            let first = model.versions().next().map(|(_, first)| first["createTime"].clone());
            body["createTime"] = first.unwrap_or_else(|| now.clone());
            body["versionCreateTime"] = now.clone();
            body["versionUpdateTime"] = now;
            touch(&mut body);
            model.add(version, body);
            Ok(json!({
                "@type": operation::kind("UploadModelResponse"),
                "model": shown,
                "modelVersionId": version.to_string(),
            }))
        },
    ))
}
