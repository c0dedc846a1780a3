//! Undeploying a model: it serves until its operation ends.

use super::endpoint::check_split;
use crate::call::Call;
use crate::cloud::Cloud;
use crate::error::ApiError;
use crate::message;
use crate::operation;
use crate::state::world::World;
use serde_json::{Map, Value, json};

/// Ends an undeployment under way.
struct UnderWay {
    cloud: Cloud,
    endpoint: String,
    id: String,
}

impl Drop for UnderWay {
    fn drop(&mut self) {
        if let Some(endpoint) = self.cloud.world().endpoints.get_mut(&self.endpoint) {
            endpoint.undeploying.retain(|id| *id != self.id);
        }
    }
}

fn missing(id: &str) -> ApiError {
    ApiError::invalid(format!("DeployedModel with ID `{id}` is not found on the endpoint."))
}

/// Returns the endpoint's body without a deployed model.
fn without(endpoint: &Value, id: &str, split: &Value) -> Result<Value, ApiError> {
    let models = endpoint["deployedModels"].as_array().map(Vec::as_slice).unwrap_or_default();
    let left: Vec<&Value> = models.iter().filter(|model| model["id"] != id).collect();
    if left.len() == models.len() {
        return Err(missing(id));
    }
    let mut after = endpoint.clone();
    after["deployedModels"] = json!(left);
    check_split(&after, split, None)?;
    let carried = endpoint["trafficSplit"][id].as_i64().unwrap_or(0);
    match split.as_object().filter(|split| !split.is_empty()) {
        // Without deployed models the split ends empty, whatever is sent.
        _ if left.is_empty() => after["trafficSplit"] = json!({}),
        Some(split) => after["trafficSplit"] = Value::Object(split.clone()),
        None if carried > 0 => {
            return Err(ApiError::precondition("The deployed model has traffic: send it elsewhere first."));
        }
        None => {
            if let Some(split) = after["trafficSplit"].as_object_mut() {
                split.remove(id);
            }
        }
    }
    if after["trafficSplit"].as_object().is_some_and(Map::is_empty)
        && let Some(body) = after.as_object_mut()
    {
        body.remove("trafficSplit");
    }
    Ok(after)
}

/// `POST {endpoint}:undeployModel`
///
/// Unverified: the answer to a second call while the first one's operation runs.
pub fn undeploy(call: &Call<'_>, endpoint: &str) -> Result<Value, ApiError> {
    call.allow(&[])?;
    let request = call.message(message::UNDEPLOY_MODEL, "")?;
    call.require("aiplatform.endpoints.undeploy", endpoint)?;
    let missing = message::missing(&request, message::UNDEPLOY_MODEL, "");
    if !missing.is_empty() {
        return Err(ApiError::fields(&missing));
    }
    let id = request["deployedModelId"].as_str().unwrap_or_default().to_owned();
    let split = request["trafficSplit"].clone();
    {
        let mut world = call.cloud.world();
        let state = world.endpoints.get_mut(endpoint).ok_or_else(|| ApiError::not_found(endpoint))?;
        without(&state.body, &id, &split)?;
        if state.undeploying.contains(&id) {
            return Err(ApiError::precondition(format!("DeployedModel with ID `{id}` is being undeployed.")));
        }
        state.undeploying.push(id.clone());
    }
    let under_way = UnderWay { cloud: call.cloud.clone(), endpoint: endpoint.to_owned(), id: id.clone() };
    let name = endpoint.to_owned();
    let permission = "aiplatform.endpoints.undeploy";
    Ok(operation::after(call.cloud, endpoint, "UndeployModel", permission, 20.0, under_way, move |cloud, world| {
        finish(cloud, world, &name, &id, &split)
    }))
}

/// Removes the deployed model. The operation fails where the call would: others may have changed the endpoint meanwhile.
fn finish(cloud: &Cloud, world: &mut World, endpoint: &str, id: &str, split: &Value) -> Result<Value, Value> {
    let touch = world.touch();
    let state = world.endpoints.get_mut(endpoint).ok_or_else(|| ApiError::not_found(endpoint).as_status())?;
    let mut after = without(&state.body, id, split).map_err(|error| error.as_status())?;
    touch(&mut after);
    let before = std::mem::replace(&mut state.body, after);
    let hold = world.settings.undeployed_model_hold_seconds;
    let mut models = before["deployedModels"].as_array().into_iter().flatten();
    if let Some(model) = models.find(|model| model["id"] == id)
        && let Some(name) = model["model"].as_str().and_then(|name| world.stored(name))
        && let Some(version) = model["modelVersionId"].as_str().and_then(|version| version.parse().ok())
    {
        world.held_models.insert((name, version), cloud.clock().now() + hold);
    }
    Ok(json!({"@type": operation::kind("UndeployModelResponse")}))
}
