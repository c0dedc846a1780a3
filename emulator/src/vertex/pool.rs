//! Deployment resource pools: machines that several deployed models share.
//!
//! Source: `aiplatform.v1` `DeploymentResourcePoolService`. Unverified: which fields can be updated, the durations and the texts. A pool
//! without deployed models has no machines, so that its own operations are short.

use super::mask::{self, Path};
use super::{Problems, endpoint, resources};
use crate::call::Call;
use crate::error::ApiError;
use crate::message;
use crate::operation;
use crate::page;
use crate::quotas::usage;
use crate::state::world::World;
use crate::timestamp;
use serde_json::{Value, json};

/// `[a-z]([a-z0-9-]{0,61}[a-z0-9])?`
fn is_valid_id(id: &str) -> bool {
    let is_small = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit();
    let bytes = id.as_bytes();
    (1..=63).contains(&bytes.len())
        && bytes[0].is_ascii_lowercase()
        && bytes.iter().all(|b| is_small(*b) || *b == b'-')
        && is_small(bytes[bytes.len() - 1])
}

fn shown(world: &World, name: &str, pool: &Value) -> Value {
    let mut body = pool.clone();
    body["name"] = json!(world.shown(name));
    body
}

fn check(pool: &Value, name: &str, problems: &mut Problems) {
    const PATH: &str = "deployment_resource_pool";
    resources::check(&pool["dedicatedResources"], &format!("{PATH}.dedicated_resources"), problems);
    endpoint::check_key(pool, name.split('/').nth(3).unwrap_or_default(), PATH, problems);
}

/// `POST {place}/deploymentResourcePools`
pub fn create(call: &Call<'_>, place: &str) -> Result<Value, ApiError> {
    call.allow(&[])?;
    let request = call.message(message::CREATE_POOL, "")?;
    call.require("aiplatform.deploymentResourcePools.create", place)?;
    let mut problems = message::missing(&request, message::CREATE_POOL, "");
    let mut body = request["deploymentResourcePool"].clone();
    check(&body, place, &mut problems);
    let id = request["deploymentResourcePoolId"].as_str().unwrap_or_default();
    if !id.is_empty() && !is_valid_id(id) {
        problems.push(("deployment_resource_pool_id".to_owned(), format!("Invalid deployment resource pool id: {id}")));
    }
    if !problems.is_empty() {
        return Err(ApiError::fields(&problems));
    }
    let name = format!("{place}/deploymentResourcePools/{id}");
    {
        let world = call.cloud.world();
        let start = format!("{name}/operations/");
        let mut others = world.operations.iter();
        let is_made = others.any(|(op, state)| op.starts_with(&start) && state.body["done"] != true);
        if is_made || world.pools.contains_key(&name) {
            return Err(ApiError::exists(&name));
        }
    }
    resources::complete(&mut body);
    usage::check(&call.cloud.world(), place, &Value::Null, &body, call.cloud.clock().now())?;
    body["createTime"] = json!(timestamp::now());
    let made = name.clone();
    let permission = "aiplatform.deploymentResourcePools.create";
    Ok(operation::after(call.cloud, &name, "CreateDeploymentResourcePool", permission, 20.0, (), move |_, world| {
        let mut response = shown(world, &made, &body);
        world.pools.insert(made, body);
        response["@type"] = json!(operation::kind("DeploymentResourcePool"));
        Ok(response)
    }))
}

pub fn get(call: &Call<'_>, name: &str) -> Result<Value, ApiError> {
    call.allow(&[])?;
    call.require("aiplatform.deploymentResourcePools.get", name)?;
    let world = call.cloud.world();
    world.pools.get(name).map(|pool| shown(&world, name, pool)).ok_or_else(|| ApiError::not_found(name))
}

pub fn list(call: &Call<'_>, place: &str) -> Result<Value, ApiError> {
    call.allow(&["pageSize", "pageToken"])?;
    call.require("aiplatform.deploymentResourcePools.list", place)?;
    let mut world = call.cloud.world();
    let start = format!("{place}/deploymentResourcePools/");
    let all = world.pools.iter().filter(|(name, _)| name.starts_with(&start));
    let all = all.map(|(name, pool)| (name.clone(), shown(&world, name, pool))).collect();
    page::answer(call, &mut world, &start, "deploymentResourcePools", all)
}

/// `PATCH {pool}?updateMask=`: the numbers of replicas, the autoscaling and the container logs.
pub fn patch(call: &Call<'_>, name: &str) -> Result<Value, ApiError> {
    const BELOW: &[&str] = &["minReplicaCount", "maxReplicaCount", "requiredReplicaCount", "autoscalingMetricSpecs"];
    call.allow(&["updateMask"])?;
    let sent = call.message(message::POOL, "deployment_resource_pool")?;
    call.require("aiplatform.deploymentResourcePools.update", name)?;
    let paths = mask::of(call)?;
    for Path { field, below } in &paths {
        let below = below.as_deref().map(message::camel);
        let is_mutable = match (field.as_str(), below.as_deref()) {
            ("disableContainerLogging", None) => true,
            ("dedicatedResources", Some(below)) => BELOW.contains(&below),
            _ => false,
        };
        if !is_mutable {
            return Err(mask::rejected(&below.map_or_else(|| field.clone(), |below| format!("{field}.{below}"))));
        }
    }
    let change = move |pool: &Value| {
        let mut after = pool.clone();
        mask::apply(&mut after, &sent, &paths, &["dedicatedResources", "disableContainerLogging"])?;
        resources::complete(&mut after);
        let mut problems = Vec::new();
        let path = "deployment_resource_pool.dedicated_resources";
        resources::check_replicas(&after["dedicatedResources"], path, &mut problems);
        if problems.is_empty() { Ok(after) } else { Err(ApiError::fields(&problems)) }
    };
    {
        let world = call.cloud.world();
        let before = world.pools.get(name).ok_or_else(|| ApiError::not_found(name))?;
        usage::check(&world, name, before, &change(before)?, call.cloud.clock().now())?;
    }
    let target = name.to_owned();
    let permission = "aiplatform.deploymentResourcePools.update";
    Ok(operation::after(call.cloud, name, "UpdateDeploymentResourcePool", permission, 60.0, (), move |_, world| {
        let pool = world.pools.get_mut(&target).ok_or_else(|| ApiError::not_found(&target).as_status())?;
        *pool = change(pool).map_err(|error| error.as_status())?;
        let mut response = pool.clone();
        response["name"] = json!(world.shown(&target));
        response["@type"] = json!(operation::kind("DeploymentResourcePool"));
        Ok(response)
    }))
}

/// Where the pool is used: the endpoint's stored name, and the deployed model.
fn users<'a>(world: &'a World, name: &str) -> Vec<(&'a String, &'a Value)> {
    let shown = world.shown(name);
    let mut all = Vec::new();
    for (endpoint, state) in &world.endpoints {
        let models = state.body["deployedModels"].as_array().into_iter().flatten();
        all.extend(models.filter(|model| model["sharedResources"] == shown.as_str()).map(|model| (endpoint, model)));
    }
    all
}

fn check_unused(world: &World, name: &str) -> Result<(), ApiError> {
    if users(world, name).is_empty() {
        return Ok(());
    }
    Err(ApiError::precondition(format!(
        "Deployment resource pool {} has deployed models and cannot be deleted.",
        world.shown(name)
    )))
}

/// `DELETE {pool}`
pub fn delete(call: &Call<'_>, name: &str) -> Result<Value, ApiError> {
    call.allow(&[])?;
    call.require("aiplatform.deploymentResourcePools.delete", name)?;
    {
        let world = call.cloud.world();
        world.pools.get(name).ok_or_else(|| ApiError::not_found(name))?;
        check_unused(&world, name)?;
    }
    let doomed = name.to_owned();
    let permission = "aiplatform.deploymentResourcePools.delete";
    Ok(operation::after(call.cloud, name, "Delete", permission, 10.0, (), move |_, world| {
        check_unused(world, &doomed).map_err(|error| error.as_status())?;
        world.pools.remove(&doomed);
        Ok(operation::empty())
    }))
}

/// `GET {pool}:queryDeployedModels`
pub fn query_deployed_models(call: &Call<'_>, name: &str) -> Result<Value, ApiError> {
    call.allow(&["pageSize", "pageToken"])?;
    call.require("aiplatform.deploymentResourcePools.queryDeployedModels", name)?;
    let mut world = call.cloud.world();
    world.pools.get(name).ok_or_else(|| ApiError::not_found(name))?;
    let found = users(&world, name);
    let mut endpoints: Vec<&String> = found.iter().map(|(endpoint, _)| *endpoint).collect();
    endpoints.dedup();
    let totals = (found.len(), endpoints.len());
    let refs: Vec<(String, Value)> = found
        .iter()
        .map(|(endpoint, model)| {
            let id = model["id"].as_str().unwrap_or_default();
            (format!("{endpoint}/{id}"), json!({"endpoint": world.shown(endpoint), "deployedModelId": id}))
        })
        .collect();
    let mut answer = page::answer(call, &mut world, &format!("{name}:queryDeployedModels"), "deployedModelRefs", refs)?;
    answer["totalDeployedModelCount"] = json!(totals.0);
    answer["totalEndpointCount"] = json!(totals.1);
    Ok(answer)
}
