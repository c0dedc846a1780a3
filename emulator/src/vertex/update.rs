//! Updates of endpoints: `patch`, and the long-running `update`.

use super::endpoint::{self, check_split};
use super::mask::{self, Path};
use super::{etag, set};
use crate::call::Call;
use crate::error::ApiError;
use crate::message;
use crate::operation;
use serde_json::Value;

/// Fields that `patch` can change. Unverified: that they are no more than those of gcloud.
const UPDATABLE: &[&str] =
    &["displayName", "description", "labels", "trafficSplit", "predictRequestResponseLoggingConfig"];

fn location(name: &str) -> &str {
    name.split('/').nth(3).unwrap_or_default()
}

/// `PATCH {endpoint}?updateMask=`: all fields of the mask or none.
pub fn patch(call: &Call<'_>, name: &str) -> Result<Value, ApiError> {
    call.allow(&["updateMask"])?;
    let sent = call.message(message::ENDPOINT, "endpoint")?;
    call.require("aiplatform.endpoints.update", name)?;
    let paths = mask::of(call)?;
    let mut world = call.cloud.world();
    let touch = world.touch();
    let state = world.endpoints.get_mut(name).ok_or_else(|| ApiError::not_found(name))?;
    etag::check("Endpoint", &sent, &state.body)?;
    let mut body = state.body.clone();
    mask::apply(&mut body, &sent, &paths, UPDATABLE)?;
    endpoint::check(&body, location(name))?;
    // Only a sent split must fit the deployed models: others may have removed some of them.
    if paths.iter().any(|Path { field, .. }| field == "trafficSplit" || field == "*") {
        check_split(&body, &sent["trafficSplit"], None)?;
        if endpoint::is_private(&body) && !sent["trafficSplit"].is_null() {
            return Err(endpoint::no_split());
        }
    }
    touch(&mut body);
    state.body = body;
    let state = world.endpoints.get(name).ok_or_else(|| ApiError::not_found(name))?;
    let shown = endpoint::shown(&world, name, state);
    drop(world);
    call.cloud.announce();
    Ok(shown)
}

/// `POST {endpoint}:update`: the client connection only, as Google documents.
///
/// Unverified: that another field is rejected at the call, and the duration.
pub fn update(call: &Call<'_>, name: &str) -> Result<Value, ApiError> {
    const FIELD: &str = "clientConnectionConfig";
    call.allow(&[])?;
    let request = call.message(message::UPDATE_ENDPOINT, "")?;
    call.require("aiplatform.endpoints.update", name)?;
    let sent = request["endpoint"].clone();
    if sent.is_null() {
        return Err(ApiError::field("endpoint", "Required field is not set."));
    }
    let mut world = call.cloud.world();
    let state = world.endpoints.get_mut(name).ok_or_else(|| ApiError::not_found(name))?;
    etag::check("Endpoint", &sent, &state.body)?;
    // A caller may send the whole resource back.
    let changed = sent.as_object().into_iter().flatten().find(|(field, value)| {
        ![FIELD, "name", "etag"].contains(&field.as_str()) && state.body[field.as_str()] != **value
    });
    if let Some((field, _)) = changed {
        let text = "Only client_connection_config can be updated.";
        return Err(ApiError::field(&format!("endpoint.{}", message::snake(field)), text));
    }
    let mut after = state.body.clone();
    set(&mut after, FIELD, &sent);
    endpoint::check(&after, location(name))?;
    drop(world);
    let target = name.to_owned();
    let permission = "aiplatform.endpoints.update";
    Ok(operation::after(call.cloud, name, "UpdateEndpoint", permission, 20.0, (), move |_, world| {
        let touch = world.touch();
        let state = world.endpoints.get_mut(&target).ok_or_else(|| ApiError::not_found(&target).as_status())?;
        set(&mut state.body, FIELD, &sent);
        touch(&mut state.body);
        let state = world.endpoints.get(&target).ok_or_else(|| ApiError::not_found(&target).as_status())?;
        let mut response = endpoint::shown(world, &target, state);
        response["@type"] = operation::kind("Endpoint").into();
        Ok(response)
    }))
}
