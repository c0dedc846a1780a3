//! Endpoints and their allow policies (v1beta1).

use super::container;
use super::etag;
use super::filter;
use crate::call::Call;
use crate::error::ApiError;
use crate::message;
use crate::operation;
use crate::page;
use crate::state::world::{EndpointState, World};
use crate::timestamp;
use serde_json::{Value, json};

fn shown(world: &World, name: &str, endpoint: &EndpointState) -> Value {
    let mut body = endpoint.body.clone();
    body["name"] = json!(world.shown(name));
    body
}

/// Whether a caller may choose this id: letters first, or at most nine digits.
fn is_valid_id(id: &str) -> bool {
    let bytes = id.as_bytes();
    match bytes.first() {
        Some(b'a'..=b'z') => {
            id.len() <= 63
                && bytes.iter().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || *b == b'-')
                && !id.ends_with('-')
        }
        Some(b'1'..=b'9') => id.len() <= 9 && bytes.iter().all(u8::is_ascii_digit),
        _ => false,
    }
}

pub fn create(call: &Call<'_>, place: &str) -> Result<Value, ApiError> {
    call.allow(&["endpointId"])?;
    let mut body = message::read(call.body, message::ENDPOINT)?;
    call.require("aiplatform.endpoints.create", place)?;
    display_name(&body)?;
    container::check_labels(&body["labels"])?;
    let name = {
        let mut world = call.cloud.world();
        let id = match call.param("endpointId") {
            Some(id) if is_valid_id(id) => id.to_owned(),
            Some(id) => return Err(ApiError::invalid(format!("Invalid endpoint id: {id}"))),
            None => world.id().to_string(),
        };
        let name = format!("{place}/endpoints/{id}");
        let pending = format!("{name}/operations/");
        let being_made =
            world.operations.iter().any(|(op, state)| op.starts_with(&pending) && state.body["done"] != true);
        if world.endpoints.contains_key(&name) || being_made {
            return Err(ApiError::exists(&name));
        }
        name
    };
    body["createTime"] = json!(timestamp::now());
    let endpoint = name.clone();
    let permission = "aiplatform.endpoints.update";
    Ok(operation::after(call.cloud, &name, "CreateEndpoint", permission, 40.0, (), move |_, world| {
        world.touch()(&mut body);
        body["updateTime"] = body["createTime"].clone();
        let state = EndpointState { body, ..EndpointState::default() };
        let mut response = shown(world, &endpoint, &state);
        world.endpoints.insert(endpoint, state);
        response["@type"] = json!(operation::kind("Endpoint"));
        Ok(response)
    }))
}

/// Returns the sent display name.
pub fn display_name(sent: &Value) -> Result<Value, ApiError> {
    match sent["displayName"].as_str() {
        Some(name) if !name.is_empty() && name.chars().count() <= 128 => Ok(json!(name)),
        _ => Err(ApiError::invalid("displayName is required and has at most 128 characters.")),
    }
}

/// Rejects a parameter of which no published description says what it answers.
fn check_states(call: &Call<'_>) -> Result<(), ApiError> {
    match call.param("allDeploymentStates") {
        Some(_) => Err(ApiError::new(
            "UNIMPLEMENTED",
            "No published description of aiplatform v1 or v1beta1 has allDeploymentStates: the emulator does not serve it.",
        )),
        None => Ok(()),
    }
}

pub fn get(call: &Call<'_>, name: &str) -> Result<Value, ApiError> {
    call.allow(&["allDeploymentStates"])?;
    call.require("aiplatform.endpoints.get", name)?;
    check_states(call)?;
    let world = call.cloud.world();
    let endpoint = world.endpoints.get(name).ok_or_else(|| ApiError::not_found(name))?;
    Ok(shown(&world, name, endpoint))
}

pub fn list(call: &Call<'_>, place: &str) -> Result<Value, ApiError> {
    call.allow(&["filter", "orderBy", "pageSize", "pageToken", "readMask", "gdcZone", "allDeploymentStates"])?;
    call.require("aiplatform.endpoints.list", place)?;
    check_states(call)?;
    let mut world = call.cloud.world();
    let start = format!("{place}/endpoints/");
    let endpoints = world
        .endpoints
        .iter()
        .filter(|(name, _)| name.starts_with(&start))
        .map(|(name, endpoint)| (name.clone(), shown(&world, name, endpoint)))
        .collect();
    let endpoints = filter::apply(call, "endpoint", endpoints)?;
    page::answer(call, &mut world, &start, "endpoints", endpoints)
}

/// `PATCH {endpoint}?updateMask=`: all fields of the mask or none.
pub fn patch(call: &Call<'_>, name: &str) -> Result<Value, ApiError> {
    call.allow(&["updateMask"])?;
    let sent = message::read(call.body, message::ENDPOINT)?;
    call.require("aiplatform.endpoints.update", name)?;
    let mask = call.param("updateMask").unwrap_or_default();
    let mut world = call.cloud.world();
    let touch = world.touch();
    let endpoint = world.endpoints.get_mut(name).ok_or_else(|| ApiError::not_found(name))?;
    etag::check("Endpoint", &sent, &endpoint.body)?;
    let mut body = endpoint.body.clone();
    for field in mask.split(',').map(|field| message::camel(field.trim())) {
        match field.as_str() {
            "trafficSplit" => {
                check_split(&body, &sent["trafficSplit"], None)?;
                super::set(&mut body, &field, &sent);
            }
            "displayName" => body["displayName"] = display_name(&sent)?,
            "labels" => {
                container::check_labels(&sent["labels"])?;
                super::set(&mut body, &field, &sent);
            }
            "description" => super::set(&mut body, &field, &sent),
            other => return Err(ApiError::invalid(format!("Invalid field mask: {other}"))),
        }
    }
    touch(&mut body);
    endpoint.body = body;
    let endpoint = world.endpoints.get(name).ok_or_else(|| ApiError::not_found(name))?;
    let body = shown(&world, name, endpoint);
    drop(world);
    call.cloud.announce();
    Ok(body)
}

/// Checks a traffic split: keys are deployed models (or `also`), values sum to 100. An absent split passes.
pub fn check_split(endpoint: &Value, split: &Value, also: Option<&str>) -> Result<(), ApiError> {
    let Some(split) = split.as_object().filter(|split| !split.is_empty()) else { return Ok(()) };
    let known = |id: &str| {
        also == Some(id)
            || endpoint["deployedModels"].as_array().into_iter().flatten().any(|model| model["id"].as_str() == Some(id))
    };
    if let Some(id) = split.keys().find(|id| !known(id)) {
        return Err(ApiError::invalid(format!("The traffic split names {id}, which is not deployed.")));
    }
    let sum: i64 = split.values().filter_map(Value::as_i64).sum();
    if sum != 100 || split.values().any(|share| share.as_i64().is_none_or(|s| s < 0)) {
        return Err(ApiError::invalid("The traffic split must add up to 100."));
    }
    Ok(())
}

fn check_empty(name: &str, endpoint: &EndpointState) -> Result<(), ApiError> {
    let has_models = endpoint.body["deployedModels"].as_array().is_some_and(|models| !models.is_empty());
    if has_models || !endpoint.deploying.is_empty() {
        return Err(ApiError::precondition(format!("Endpoint {name} has deployed models and cannot be deleted.")));
    }
    Ok(())
}

/// `DELETE {endpoint}`: it is there until the operation's end. Unverified: that a second call while the first one's operation runs
/// starts another one, which succeeds.
pub fn delete(call: &Call<'_>, name: &str) -> Result<Value, ApiError> {
    call.allow(&[])?;
    call.require("aiplatform.endpoints.delete", name)?;
    {
        let world = call.cloud.world();
        check_empty(name, world.endpoints.get(name).ok_or_else(|| ApiError::not_found(name))?)?;
    }
    let doomed = name.to_owned();
    Ok(operation::after(call.cloud, name, "Delete", "aiplatform.endpoints.delete", 10.0, (), move |_, world| {
        if let Some(endpoint) = world.endpoints.get(&doomed) {
            check_empty(&doomed, endpoint).map_err(|error| error.as_status())?;
            world.endpoints.remove(&doomed);
        }
        Ok(operation::empty())
    }))
}

pub fn get_policy(call: &Call<'_>, name: &str) -> Result<Value, ApiError> {
    call.allow(&["options.requestedPolicyVersion"])?;
    call.require("aiplatform.endpoints.getIamPolicy", name)?;
    let version = call.param("options.requestedPolicyVersion").and_then(|v| v.parse().ok()).unwrap_or(1);
    let world = call.cloud.world();
    Ok(world.endpoints.get(name).ok_or_else(|| ApiError::not_found(name))?.policy.read(version))
}

pub fn set_policy(call: &Call<'_>, name: &str) -> Result<Value, ApiError> {
    let sent = message::read(call.body, message::SET_POLICY)?;
    call.require("aiplatform.endpoints.setIamPolicy", name)?;
    let mut world = call.cloud.world();
    let world = &mut *world;
    let policy = &mut world.endpoints.get_mut(name).ok_or_else(|| ApiError::not_found(name))?.policy;
    policy.write_plain(&sent["policy"], &world.roles)
}

pub fn test_permissions(call: &Call<'_>, name: &str) -> Result<Value, ApiError> {
    call.allow(&["permissions"])?;
    let world = call.cloud.world();
    let asked = call.query.iter().filter(|(n, _)| n == "permissions").map(|(_, value)| value);
    let held: Vec<&String> = asked.filter(|permission| world.may(call.who, permission, name)).collect();
    Ok(json!({ "permissions": held }))
}
