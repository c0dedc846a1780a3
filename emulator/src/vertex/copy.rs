//! Copies of models, into the same or another location.
//!
//! Source: `aiplatform.v1` `CopyModelRequest`. Unverified: the permissions, which aliases a copy has, and the duration.

use super::upload::{self, Target};
use super::{Problems, deployed, endpoint, model};
use crate::call::Call;
use crate::error::ApiError;
use crate::message;
use crate::operation;
use serde_json::{Value, json};

/// `POST {place}/models:copy`
pub fn copy(call: &Call<'_>, place: &str) -> Result<Value, ApiError> {
    call.allow(&[])?;
    let request = call.message(message::COPY_MODEL, "")?;
    call.require("aiplatform.models.upload", place)?;
    let mut problems: Problems = message::missing(&request, message::COPY_MODEL, "");
    endpoint::check_key(&request, place.rsplit('/').next().unwrap_or_default(), "", &mut problems);
    if !problems.is_empty() {
        return Err(ApiError::fields(&problems));
    }
    let source = request["sourceModel"].as_str().unwrap_or_default();
    let stored = call.cloud.world().stored(source).unwrap_or_else(|| source.to_owned());
    call.require("aiplatform.models.get", model::split(&stored).0)?;
    let mut body = {
        let world = call.cloud.world();
        let found = model::find(&world, source).ok_or_else(|| ApiError::not_found(source))?;
        let mut body = found.body.clone();
        body["originalModelInfo"] = json!({"model": world.shown(&found.name)});
        body
    };
    if stored.split('/').nth(1) != place.split('/').nth(1) {
        return Err(ApiError::field("source_model", "The source model must be in the same project."));
    }
    let account = &request["customServiceAccount"];
    deployed::check_home(&call.cloud.world(), account, place, "custom_service_account")?;
    if let Some(account) = account.as_str().filter(|account| !account.is_empty()) {
        deployed::check_actor(&call.cloud.world(), call.who, account)?;
    }
    body["versionAliases"] = json!([]);
    body["modelSourceInfo"]["copy"] = json!(true);
    super::set(&mut body, "encryptionSpec", &request);
    let Target { name, version, under_way } = upload::begin(call, place, &request["modelId"], &request["parentModel"])?;
    let permission = "aiplatform.models.update";
    let resource = name.clone();
    Ok(operation::after(call.cloud, &resource, "CopyModel", permission, 40.0, under_way, move |_, world| {
        let mut response = upload::store(world, &name, version, body)?;
        response["@type"] = json!(operation::kind("CopyModelResponse"));
        Ok(response)
    }))
}
