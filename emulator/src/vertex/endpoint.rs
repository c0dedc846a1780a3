//! Endpoints: create, get, list, delete, and the checks of a valid one.

use super::{Problems, container, filter};
use crate::call::Call;
use crate::error::ApiError;
use crate::message;
use crate::operation;
use crate::page;
use crate::state::world::{EndpointState, World};
use crate::timestamp;
use serde_json::{Value, json};

pub fn shown(world: &World, name: &str, endpoint: &EndpointState) -> Value {
    let mut body = endpoint.body.clone();
    body["name"] = json!(world.shown(name));
    body
}

/// Whether a caller may choose this id: letters first, or at most nine digits.
pub fn is_valid_id(id: &str) -> bool {
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
    let mut body = call.message(message::ENDPOINT, "endpoint")?;
    call.require("aiplatform.endpoints.create", place)?;
    let location = place.rsplit('/').next().unwrap_or_default();
    check(&body, location)?;
    check_split(&body, &body["trafficSplit"], None)?;
    if let Some(field) = ["gdcConfig", "publisherModelConfig"].iter().find(|field| !body[**field].is_null()) {
        return Err(ApiError::new("UNIMPLEMENTED", format!("The emulator does not serve {field}.")));
    }
    let name = {
        let mut world = call.cloud.world();
        let id = match call.param("endpointId") {
            Some(id) if is_valid_id(id) => id.to_owned(),
            Some(id) => return Err(ApiError::field("endpoint_id", format!("Invalid endpoint id: {id}"))),
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
    if body["dedicatedEndpointEnabled"] == true {
        body["dedicatedEndpointDns"] = json!(call.cloud.world().dedicated_name(&name));
    }
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

/// Checks the display name of an endpoint or a model at a path of the request; that it is missing is found by its shape.
pub fn check_display_name(sent: &Value, path: &str, problems: &mut Problems) {
    if sent["displayName"].as_str().is_some_and(|name| name.chars().count() > 128) {
        let text = "The display name must have at most 128 characters.";
        problems.push((format!("{path}.display_name"), text.to_owned()));
    }
}

/// Checks that a key of Cloud KMS is one of the resource's location.
pub fn check_key(sent: &Value, location: &str, path: &str, problems: &mut Problems) {
    let Some(key) = sent["encryptionSpec"]["kmsKeyName"].as_str().filter(|key| !key.is_empty()) else { return };
    let text = match key.split('/').collect::<Vec<_>>().as_slice() {
        ["projects", _, "locations", own, "keyRings", _, "cryptoKeys", _] if *own == location => return,
        ["projects", _, "locations", own, "keyRings", _, "cryptoKeys", _] => {
            format!(
                "The Cloud KMS key is in location `{own}`. It must be in the same region as the resource, `{location}`."
            )
        }
        _ => format!("\"{key}\" is not the resource name of a Cloud KMS key."),
    };
    let start = if path.is_empty() { String::new() } else { format!("{path}.") };
    problems.push((format!("{start}encryption_spec.kms_key_name"), text));
}

/// Checks an endpoint as Google describes it. Unverified: the texts, but that for a required field.
pub fn check(body: &Value, location: &str) -> Result<(), ApiError> {
    let mut problems = message::missing(body, message::ENDPOINT, "endpoint");
    check_display_name(body, "endpoint", &mut problems);
    container::check_labels(&body["labels"], "endpoint.labels", &mut problems);
    check_key(body, location, "endpoint", &mut problems);
    let mut wrong = |field: &str, text: &str| problems.push((format!("endpoint.{field}"), text.to_owned()));
    let network = body["network"].as_str().filter(|network| !network.is_empty());
    if network.is_some() && is_psc(body) {
        wrong("network", "Only one of the fields network and private_service_connect_config can be set.");
    }
    if network.is_some_and(|network| !is_network(network)) {
        wrong("network", "The network must be `projects/{project number}/global/networks/{network}`.");
    }
    if body["dedicatedEndpointEnabled"] == true && (network.is_some() || is_psc(body)) {
        wrong("dedicated_endpoint_enabled", "A private endpoint cannot be a dedicated endpoint.");
    }
    let logging = &body["predictRequestResponseLoggingConfig"];
    let rate = logging["samplingRate"].as_f64();
    if (logging["enabled"] == true || rate.is_some()) && !rate.is_some_and(|rate| rate > 0.0 && rate <= 1.0) {
        wrong("predict_request_response_logging_config.sampling_rate", "The sampling rate must be in (0, 1].");
    }
    let timeout = body["clientConnectionConfig"]["inferenceTimeout"].as_str().and_then(message::seconds);
    if timeout.is_some_and(|seconds| !(seconds > 0.0 && seconds <= 3600.0)) {
        wrong("client_connection_config.inference_timeout", "The timeout must be in (0, 3600] seconds.");
    }
    if problems.is_empty() { Ok(()) } else { Err(ApiError::fields(&problems)) }
}

/// Whether the endpoint is reached through Private Service Connect.
pub fn is_psc(body: &Value) -> bool {
    body["enablePrivateServiceConnect"] == true
        || body["privateServiceConnectConfig"]["enablePrivateServiceConnect"] == true
}

/// Whether the endpoint is reached from a network of the customer only. It then has one model and no traffic split.
pub fn is_private(body: &Value) -> bool {
    is_psc(body) || body["network"].as_str().is_some_and(|network| !network.is_empty())
}

/// The refusal of a traffic split on a private endpoint.
pub fn no_split() -> ApiError {
    ApiError::field("traffic_split", "A private endpoint does not support a traffic split.")
}

fn is_network(name: &str) -> bool {
    let parts: Vec<&str> = name.split('/').collect();
    matches!(parts.as_slice(), ["projects", number, "global", "networks", network]
        if !number.is_empty() && number.bytes().all(|b| b.is_ascii_digit()) && !network.is_empty())
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
    let endpoints = filter::apply(call, "endpoint", message::ENDPOINT, endpoints)?;
    page::answer(call, &mut world, &start, "endpoints", endpoints)
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
