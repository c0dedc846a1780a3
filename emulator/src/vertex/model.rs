//! Models: get, list, patch, delete.

use super::{Problems, container, endpoint, etag, filter, mask};
use crate::call::Call;
use crate::error::ApiError;
use crate::message;
use crate::operation;
use crate::page;
use crate::state::model::{ModelState, is_alias};
use crate::state::world::World;
use serde_json::{Value, json};

/// A version of a model.
pub struct Found<'a> {
    /// Stored name of the model, without the version.
    pub name: String,
    pub version: u64,
    pub body: &'a Value,
}

/// Splits `projects/…/models/M[@version]`.
pub fn split(name: &str) -> (&str, Option<&str>) {
    name.split_once('@').map_or((name, None), |(base, version)| (base, Some(version)))
}

/// Finds `projects/…/models/M[@version or @alias]`; the default version where neither is named.
pub fn find<'a>(world: &'a World, name: &str) -> Option<Found<'a>> {
    let (base, wanted) = split(name);
    let name = world.stored(base)?;
    let (version, body) = world.models.get(&name)?.find(wanted)?;
    Some(Found { name, version, body })
}

/// Where a version is deployed: the endpoint's stored name, and the id of the deployed model.
fn deployments(world: &World, name: &str, version: u64) -> Vec<(String, String)> {
    let (shown, number) = (world.shown(name), version.to_string());
    let mut all = Vec::new();
    for (endpoint, state) in &world.endpoints {
        for model in state.body["deployedModels"].as_array().into_iter().flatten() {
            if model["model"] == shown.as_str() && model["modelVersionId"] == number.as_str() {
                all.push((endpoint.clone(), model["id"].as_str().unwrap_or_default().to_owned()));
            }
        }
    }
    all
}

/// Returns a version as an answer shows it, with its deployments.
pub fn shown(world: &World, name: &str, version: u64, body: &Value) -> Value {
    let mut body = body.clone();
    body["name"] = json!(world.shown(name));
    let deployed: Vec<Value> = deployments(world, name, version)
        .iter()
        .map(|(endpoint, id)| json!({"endpoint": world.shown(endpoint), "deployedModelId": id}))
        .collect();
    if !deployed.is_empty() {
        body["deployedModels"] = json!(deployed);
    }
    body
}

/// Returns a version as the answer to a call that named it, or its model. Unverified: that the name then has the version, as
/// Google's Python client relies on when it updates a version.
pub fn answered(world: &World, called: &str, name: &str, version: u64, body: &Value) -> Value {
    let mut shown = shown(world, name, version, body);
    if called.contains('@') {
        shown["name"] = json!(format!("{}@{version}", world.shown(name)));
    }
    shown
}

/// `GET {model}[@version or @alias]`
pub fn get(call: &Call<'_>, name: &str) -> Result<Value, ApiError> {
    call.allow(&[])?;
    call.require("aiplatform.models.get", split(name).0)?;
    let world = call.cloud.world();
    let found = find(&world, name).ok_or_else(|| ApiError::not_found(name))?;
    Ok(answered(&world, name, &found.name, found.version, found.body))
}

/// `GET {place}/models`: the default version of each.
pub fn list(call: &Call<'_>, place: &str) -> Result<Value, ApiError> {
    call.allow(&["filter", "orderBy", "pageSize", "pageToken", "readMask"])?;
    call.require("aiplatform.models.list", place)?;
    let mut world = call.cloud.world();
    let start = format!("{place}/models/");
    let models = world
        .models
        .iter()
        .filter(|(name, _)| name.starts_with(&start))
        .filter_map(|(name, model)| {
            let (version, body) = model.find(None)?;
            Some((name.clone(), shown(&world, name, version, body)))
        })
        .collect();
    let models = filter::apply(call, "model", message::MODEL, models)?;
    page::answer(call, &mut world, &start, "models", models)
}

/// Checks a model as Google describes it, at a path of the request.
pub fn check(body: &Value, location: &str, path: &str, problems: &mut Problems) {
    endpoint::check_display_name(body, path, problems);
    container::check(&body["containerSpec"], &format!("{path}.container_spec"), problems);
    container::check_labels(&body["labels"], &format!("{path}.labels"), problems);
    endpoint::check_key(body, location, path, problems);
    let aliases = body["versionAliases"].as_array().into_iter().flatten().filter_map(Value::as_str);
    for alias in aliases.filter(|alias| !is_alias(alias)) {
        problems.push((format!("{path}.version_aliases"), format!("Invalid version alias: \"{alias}\".")));
    }
}

/// `PATCH {model}[@version]?updateMask=`: fields of a version. Unverified: that they are the version's and not the model's.
pub fn patch(call: &Call<'_>, name: &str) -> Result<Value, ApiError> {
    const UPDATABLE: &[&str] = &["displayName", "description", "versionDescription", "labels"];
    call.allow(&["updateMask"])?;
    let sent = call.message(message::MODEL, "model")?;
    call.require("aiplatform.models.update", split(name).0)?;
    let paths = mask::of(call)?;
    let mut world = call.cloud.world();
    let found = find(&world, name).ok_or_else(|| ApiError::not_found(name))?;
    etag::check("Model", &sent, found.body)?;
    let mut body = found.body.clone();
    let (model, version) = (found.name, found.version);
    mask::apply(&mut body, &sent, &paths, UPDATABLE)?;
    let mut problems = message::missing(&body, message::MODEL, "model");
    check(&body, name.split('/').nth(3).unwrap_or_default(), "model", &mut problems);
    if !problems.is_empty() {
        return Err(ApiError::fields(&problems));
    }
    world.touch()(&mut body);
    body["versionUpdateTime"] = body["updateTime"].clone();
    if let Some(kept) = world.models.get_mut(&model).and_then(|state| state.body_mut(version)) {
        *kept = body.clone();
    }
    Ok(answered(&world, name, &model, version, &body))
}

/// Checks that no endpoint has a deployed model of a version, or had one a short time ago.
///
/// The text is known from reports. Unverified: the whole of it, and for how long Google keeps the reference.
pub fn check_unused(world: &World, now: f64, name: &str, version: u64) -> Result<(), ApiError> {
    let mut endpoints: Vec<String> =
        deployments(world, name, version).iter().map(|(endpoint, _)| world.shown(endpoint)).collect();
    for (endpoint, state) in &world.endpoints {
        if state.deploying.iter().any(|one| one.model == name && one.version == version) {
            endpoints.push(world.shown(endpoint));
        }
    }
    let is_held = world.held_models.get(&(name.to_owned(), version)).is_some_and(|end| *end > now);
    if endpoints.is_empty() && !is_held {
        return Ok(());
    }
    Err(ApiError::precondition(format!(
        "The Model \"{}\" is deployed or being deployed at the following Endpoint(s): {}",
        world.shown(name),
        endpoints.join(", ")
    )))
}

/// The time of a model's creation.
fn created(world: &World, name: &str) -> Option<Value> {
    world.models.get(name)?.versions().next().map(|(_, body)| body["createTime"].clone())
}

/// Checks that no version of a model is in use.
fn check_all_unused(world: &World, now: f64, name: &str) -> Result<(), ApiError> {
    let mut versions = world.models.get(name).into_iter().flat_map(ModelState::versions);
    versions.try_for_each(|(version, _)| check_unused(world, now, name, version))
}

/// `DELETE {model}`, with all its versions: it is there until the operation's end.
pub fn delete(call: &Call<'_>, name: &str) -> Result<Value, ApiError> {
    call.allow(&[])?;
    call.require("aiplatform.models.delete", name)?;
    if name.contains('@') {
        return Err(ApiError::invalid(format!("{name} names a version, not a model.")));
    }
    let created = {
        let world = call.cloud.world();
        let created = created(&world, name).ok_or_else(|| ApiError::not_found(name))?;
        check_all_unused(&world, call.cloud.clock().now(), name)?;
        created
    };
    let doomed = name.to_owned();
    Ok(operation::after(call.cloud, name, "Delete", "aiplatform.models.delete", 10.0, (), move |cloud, world| {
        // Not a model that was uploaded after another deletion.
        if self::created(world, &doomed) == Some(created) {
            check_all_unused(world, cloud.clock().now(), &doomed).map_err(|error| error.as_status())?;
            world.models.remove(&doomed);
        }
        Ok(operation::empty())
    }))
}
