//! Versions of a model: list, delete, aliases.

use super::{filter, model};
use crate::call::Call;
use crate::error::ApiError;
use crate::message;
use crate::operation;
use crate::page;
use crate::state::world::World;
use serde_json::{Value, json};

/// `GET {model}:listVersions`, whose names carry the version's number.
pub fn list(call: &Call<'_>, name: &str) -> Result<Value, ApiError> {
    call.allow(&["filter", "orderBy", "pageSize", "pageToken", "readMask"])?;
    call.require("aiplatform.models.get", name)?;
    let mut world = call.cloud.world();
    let state = world.models.get(name).filter(|state| !state.is_empty()).ok_or_else(|| ApiError::not_found(name))?;
    let versions = state.versions().map(|(number, body)| {
        let mut shown = model::shown(&world, name, number, body);
        shown["name"] = json!(format!("{}@{number}", world.shown(name)));
        (number.to_string(), shown)
    });
    let versions = filter::apply(call, "model", message::MODEL, versions.collect())?;
    page::answer(call, &mut world, &format!("{name}:listVersions"), "models", versions)
}

/// Returns the model and the number of a version that is named by its number.
fn numbered(name: &str) -> Result<(&str, u64), ApiError> {
    let (model, version) = model::split(name);
    let number = version.and_then(|version| version.parse().ok());
    number
        .map(|number| (model, number))
        .ok_or_else(|| ApiError::invalid(format!("{name} must include the version ID explicitly, e.g. {model}@1234.")))
}

/// Checks that a version is neither in use nor the only one nor the default.
fn check_removable(world: &World, now: f64, model: &str, number: u64) -> Result<(), ApiError> {
    let state = world.models.get(model).ok_or_else(|| ApiError::not_found(model))?;
    state.find(Some(&number.to_string())).ok_or_else(|| ApiError::not_found(&format!("{model}@{number}")))?;
    model::check_unused(world, now, model, number)?;
    state.check_removable(number)
}

/// `DELETE {model}@{version}:deleteVersion`: it is there until the operation's end.
pub fn delete(call: &Call<'_>, name: &str) -> Result<Value, ApiError> {
    call.allow(&[])?;
    call.require("aiplatform.models.delete", model::split(name).0)?;
    let (model, number) = numbered(name)?;
    check_removable(&call.cloud.world(), call.cloud.clock().now(), model, number)?;
    let doomed = model.to_owned();
    Ok(operation::after(call.cloud, model, "Delete", "aiplatform.models.delete", 10.0, (), move |cloud, world| {
        let is_there = world.models.get(&doomed).is_some_and(|state| state.find(Some(&number.to_string())).is_some());
        if is_there {
            check_removable(world, cloud.clock().now(), &doomed, number).map_err(|error| error.as_status())?;
            if let Some(state) = world.models.get_mut(&doomed) {
                state.remove(number);
            }
        }
        Ok(operation::empty())
    }))
}

/// `POST {model}@{version}:mergeVersionAliases`
pub fn merge_aliases(call: &Call<'_>, name: &str) -> Result<Value, ApiError> {
    call.allow(&[])?;
    let request = call.message(message::MERGE_ALIASES, "")?;
    call.require("aiplatform.models.update", model::split(name).0)?;
    let (model, number) = numbered(name)?;
    let sent: Vec<&str> =
        request["versionAliases"].as_array().into_iter().flatten().filter_map(Value::as_str).collect();
    if sent.is_empty() {
        return Err(ApiError::field("version_aliases", "Required field is not set."));
    }
    let mut world = call.cloud.world();
    model::find(&world, name).ok_or_else(|| ApiError::not_found(name))?;
    let touch = world.touch();
    let state = world.models.get_mut(model).ok_or_else(|| ApiError::not_found(model))?;
    state.merge_aliases(number, &sent)?;
    if let Some(body) = state.body_mut(number) {
        touch(body);
        body["versionUpdateTime"] = body["updateTime"].clone();
    }
    let found = model::find(&world, name).ok_or_else(|| ApiError::not_found(name))?;
    Ok(model::answered(&world, name, model, number, found.body))
}
