//! Deploying a model through Google's stages.
//!
//! Without a traffic split the endpoint's stays as it is: an endpoint without deployed models then serves none.

use super::endpoint::{self, check_split};
use super::{deployed, resources};
use crate::call::Call;
use crate::causes::failure::Outcome;
use crate::cloud::Cloud;
use crate::error::ApiError;
use crate::logging::container::Server;
use crate::message;
use crate::operation;
use crate::quotas::usage;
use crate::state::settings::Settings;
use crate::state::stage::{STAGES, pace};
use crate::state::world::Deploying;
use crate::timestamp;
use serde_json::{Value, json};

/// `POST {endpoint}:deployModel`
pub fn deploy(call: &Call<'_>, endpoint: &str) -> Result<Value, ApiError> {
    call.allow(&[])?;
    let request = call.message(message::DEPLOY_MODEL, "")?;
    call.require("aiplatform.endpoints.deploy", endpoint)?;
    deployed::check_request(&request)?;
    let mut deployed = request["deployedModel"].clone();
    if deployed["id"] == "" {
        deployed["id"] = Value::Null;
    }
    resources::complete(&mut deployed);
    let split = request["trafficSplit"].clone();
    let id = begin(call, endpoint, &deployed, &split)?;
    deployed["id"] = json!(id);
    let outcome = Outcome::of(&mut call.cloud.world(), endpoint, &deployed);
    let endpoint_name = endpoint.to_owned();
    let under_way = UnderWay::new(call.cloud, endpoint, &id);
    Ok(operation::start(
        call.cloud,
        endpoint,
        "DeployModel",
        "aiplatform.endpoints.deploy",
        async move |cloud, name| {
            let _leave = under_way;
            pass_stages(&cloud, Some(&name), &endpoint_name, &deployed, &outcome).await?;
            let response = finish(&cloud, &endpoint_name, &id, deployed, &split)?;
            outcome.settle(&mut cloud.world(), &endpoint_name, &id);
            operation::set_stage(&cloud, &name, "SUCCESSFULLY_DEPLOYED");
            Ok(response)
        },
    ))
}

/// Checks a deployment's resources, and notes that it is under way; returns the id of the deployed model.
pub fn begin(call: &Call<'_>, endpoint: &str, deployed: &Value, split: &Value) -> Result<String, ApiError> {
    let mut world = call.cloud.world();
    let state = world.endpoints.get(endpoint).ok_or_else(|| ApiError::not_found(endpoint))?;
    if endpoint::is_private(&state.body) && split.as_object().is_some_and(|split| !split.is_empty()) {
        return Err(endpoint::no_split());
    }
    check_split(&state.body, split, Some("0"))?;
    deployed::check_account(&world, call.who, endpoint, deployed)?;
    let (model, version) = deployed::check(&world, endpoint, deployed)?;
    usage::check(&world, endpoint, &Value::Null, deployed, call.cloud.clock().now())?;
    let id = deployed["id"].as_str().map(str::to_owned).unwrap_or_else(|| world.id().to_string());
    if let Some(state) = world.endpoints.get_mut(endpoint) {
        state.deploying.push(Deploying { id: id.clone(), model, version, body: deployed.clone() });
    }
    Ok(id)
}

/// Passes through the stages of a deployment, which its operation shows if it has stages; fails where a fault strikes, or where too few replicas can be had.
pub async fn pass_stages(
    cloud: &Cloud,
    operation: Option<&str>,
    endpoint: &str,
    deployed: &Value,
    outcome: &Outcome,
) -> Result<(), Value> {
    let pace = pace(cloud.world().settings.deployment_seconds);
    let server = Server::of(&cloud.world(), endpoint, deployed);
    let set_stage = |stage: &str| {
        if let Some(operation) = operation {
            operation::set_stage(cloud, operation, stage);
        }
    };
    for (stage, seconds) in STAGES {
        set_stage(stage);
        match *stage {
            "STARTING_MODEL_SERVER" => server.start(&mut cloud.world()),
            "FINISHING_UP" => server.become_ready(&mut cloud.world()),
            _ => {}
        }
        cloud.pass(seconds * pace).await;
        let settings = cloud.world().settings.clone();
        let has_nodes = *stage != "ADDING_NODES_TO_CLUSTER";
        let shortage = if has_nodes { None } else { status(&settings, deployed, replicas(deployed).0).err() };
        if let Some(error) = outcome.strike(cloud, stage, &server).or(shortage) {
            usage::hold(&mut cloud.world(), endpoint, deployed, cloud.clock().now());
            set_stage("FAILED_TO_DEPLOY");
            return Err(error);
        }
    }
    Ok(())
}

/// Text: public reports of PerfKitBenchmarker, which recognises it.
const NO_CAPACITY: &str = "Machine type temporarily unavailable, please deploy with a different machine type or retry.";

/// The numbers of replicas that are wanted and that suffice.
fn replicas(deployed: &Value) -> (i64, i64) {
    let resources = ["dedicatedResources", "automaticResources"].into_iter().map(|kind| &deployed[kind]);
    let number = |field: &str| resources.clone().find_map(|of| of[field].as_i64()).filter(|number| *number > 0);
    let wanted = number("minReplicaCount").or(number("initialReplicaCount")).unwrap_or(1);
    (wanted, number("requiredReplicaCount").unwrap_or(wanted))
}

/// The runtime status of a deployed model that is to have at least as many replicas as it names, and would have `replicas`.
///
/// Fails where fewer can be had than are required. Unverified: the message of a partial success.
pub fn status(settings: &Settings, deployed: &Value, replicas: i64) -> Result<Value, Value> {
    let (wanted, required) = self::replicas(deployed);
    let available = settings.available_replicas.map_or(replicas, |most| replicas.min(i64::from(most)));
    if available < required {
        return Err(ApiError::status(14, NO_CAPACITY));
    }
    let mut status = json!({"availableReplicaCount": available, "lastUpdateTime": timestamp::now()});
    if available < wanted {
        status["message"] = json!(format!("{available} of {wanted} replicas are available. {NO_CAPACITY}"));
    }
    Ok(status)
}

/// Ends a deployment under way, at every end, also when its operation is cancelled before its first poll.
pub struct UnderWay {
    cloud: Cloud,
    endpoint: String,
    id: String,
}

impl UnderWay {
    pub fn new(cloud: &Cloud, endpoint: &str, id: &str) -> Self {
        Self { cloud: cloud.clone(), endpoint: endpoint.to_owned(), id: id.to_owned() }
    }
}

impl Drop for UnderWay {
    fn drop(&mut self) {
        if let Some(endpoint) = self.cloud.world().endpoints.get_mut(&self.endpoint) {
            endpoint.deploying.retain(|one| one.id != self.id);
        }
    }
}

/// Adds the deployed model to its endpoint.
pub fn finish(cloud: &Cloud, endpoint: &str, id: &str, mut deployed: Value, split: &Value) -> Result<Value, Value> {
    let gone = || ApiError::status(5, "The endpoint or the model is gone.");
    let mut world = cloud.world();
    deployed["status"] = status(&world.settings, &deployed, replicas(&deployed).0)?;
    let endpoint_state = world.endpoints.get(endpoint).ok_or_else(gone)?;
    let under_way = endpoint_state.deploying.iter().find(|one| one.id == id).ok_or_else(gone)?.clone();
    // The version that the name meant at the call, also when an alias has moved since.
    let model = world.models.get(&under_way.model).ok_or_else(gone)?;
    let (_, version) = model.find(Some(&under_way.version.to_string())).ok_or_else(gone)?;
    deployed["modelVersionId"] = version["versionId"].clone();
    if deployed["displayName"].is_null() {
        deployed["displayName"] = version["displayName"].clone();
    }
    // Unverified: that the whole operation fails when the split names a model that was undeployed meanwhile.
    check_split(&endpoint_state.body, split, Some("0")).map_err(|error| error.as_status())?;
    deployed["model"] = json!(world.shown(&under_way.model));
    deployed["createTime"] = json!(timestamp::now());
    if let Some(pool) = deployed["sharedResources"].as_str() {
        let stored = world.stored(pool).filter(|pool| world.pools.contains_key(pool)).ok_or_else(gone)?;
        deployed["sharedResources"] = json!(world.shown(&stored));
    }
    deployed::set_private_addresses(&mut deployed, &endpoint_state.body, endpoint);
    let attachment = deployed["privateEndpoints"]["serviceAttachment"].clone();
    let touch = world.touch();
    let body = &mut world.endpoints.get_mut(endpoint).ok_or_else(gone)?.body;
    match body["deployedModels"].as_array_mut() {
        Some(models) => models.push(deployed.clone()),
        None => body["deployedModels"] = json!([deployed]),
    }
    if attachment.is_string() && body["privateServiceConnectConfig"].is_object() {
        body["privateServiceConnectConfig"]["serviceAttachment"] = attachment;
    }
    if let Some(split) = split.as_object().filter(|split| !split.is_empty()) {
        let named = split.iter().map(|(key, share)| (if key == "0" { id } else { key }.to_owned(), share.clone()));
        body["trafficSplit"] = Value::Object(named.collect());
    }
    touch(body);
    Ok(
        json!({"@type": operation::kind("DeployModelResponse"), "deployedModel": {"id": id, "model": deployed["model"]}}),
    )
}
