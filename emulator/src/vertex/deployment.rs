//! Deploying a model through Google's stages.
//!
//! Without a traffic split the endpoint's stays as it is: an endpoint without deployed models then serves none.

use super::endpoint::check_split;
use super::model;
use crate::call::Call;
use crate::causes::failure::Outcome;
use crate::cloud::Cloud;
use crate::error::ApiError;
use crate::logging::container::Server;
use crate::message;
use crate::operation;
use crate::quotas::usage;
use crate::state::principal::Principal;
use crate::state::stage::{STAGES, pace};
use crate::state::world::{Deploying, World};
use crate::timestamp;
use serde_json::{Value, json};

/// Prefixes of the machine types that serve models.
const FAMILIES: &[&str] =
    &["e2-", "n1-", "n2-", "n2d-", "c2-", "c2d-", "c3-", "a2-", "a3-", "a4-", "a4x-", "g2-", "g4-"];

/// Checks the deployed model; returns the stored name of its model, and the version.
fn check(world: &World, endpoint: &str, deployed: &Value) -> Result<(String, u64), ApiError> {
    let name = deployed["model"].as_str().unwrap_or_default();
    let found = model::find(world, name).ok_or_else(|| ApiError::not_found(name))?;
    if found.body["supportedDeploymentResourcesTypes"].as_array().is_none_or(Vec::is_empty) {
        return Err(ApiError::precondition("The model cannot be deployed to an endpoint."));
    }
    if let Some(id) = deployed["id"].as_str() {
        if !(1..=10).contains(&id.len()) || !id.bytes().all(|b| b.is_ascii_digit()) {
            return Err(ApiError::invalid(format!("Invalid deployed model id: {id}")));
        }
        // Unverified: Google's answer to a second deployed model with the same id.
        let state = world.endpoints.get(endpoint);
        let taken = state.is_some_and(|e| {
            e.deploying.iter().any(|one| one.id == id)
                || e.body["deployedModels"].as_array().into_iter().flatten().any(|m| m["id"] == id)
        });
        if taken {
            return Err(ApiError::exists(&format!("{endpoint}/deployedModels/{id}")));
        }
    }
    check_kind(name, found.body, deployed)?;
    check_replicas(deployed)?;
    let machine = &deployed["dedicatedResources"]["machineSpec"];
    if let Some(kind) = machine["machineType"].as_str()
        && !FAMILIES.iter().any(|family| kind.starts_with(family))
    {
        return Err(ApiError::invalid(format!("Machine type \"{kind}\" is not supported.")));
    }
    if machine["acceleratorType"].is_null() != machine["acceleratorCount"].is_null() {
        return Err(ApiError::invalid("acceleratorType and acceleratorCount go together."));
    }
    Ok((found.name, found.version))
}

/// Checks that the model can be deployed with the sent kind of resources. Unverified: the text.
fn check_kind(name: &str, model: &Value, deployed: &Value) -> Result<(), ApiError> {
    const KINDS: &[(&str, &str)] = &[
        ("dedicatedResources", "DEDICATED_RESOURCES"),
        ("automaticResources", "AUTOMATIC_RESOURCES"),
        ("sharedResources", "SHARED_RESOURCES"),
    ];
    let sent: Vec<_> = KINDS.iter().filter(|(field, _)| !deployed[*field].is_null()).collect();
    let [(field, kind)] = sent.as_slice() else {
        return Err(ApiError::invalid("Exactly one of dedicated, automatic and shared resources must be set."));
    };
    let mut supported = model["supportedDeploymentResourcesTypes"].as_array().into_iter().flatten();
    if supported.any(|one| one == kind) {
        return Ok(());
    }
    Err(ApiError::invalid(format!("{field} is not supported for Model {name}.")))
}

/// Checks the numbers of replicas and the autoscaling of dedicated resources.
pub fn check_replicas(deployed: &Value) -> Result<(), ApiError> {
    let dedicated = &deployed["dedicatedResources"];
    if !dedicated.is_object() {
        return Ok(());
    }
    let (min, max) = (dedicated["minReplicaCount"].as_i64().unwrap_or(0), dedicated["maxReplicaCount"].as_i64());
    if min < 1 || max.is_some_and(|max| max < min) {
        return Err(ApiError::invalid("minReplicaCount must be at least 1, and at most maxReplicaCount."));
    }
    let mut names: Vec<&str> = Vec::new();
    for spec in dedicated["autoscalingMetricSpecs"].as_array().into_iter().flatten() {
        let name = spec["metricName"].as_str().unwrap_or_default();
        if name.is_empty() || names.contains(&name) {
            return Err(ApiError::invalid(format!("Invalid autoscaling metric: \"{name}\".")));
        }
        names.push(name);
    }
    Ok(())
}

/// Checks that Vertex AI's service agent may get tokens of the serving account.
///
/// In its own project the agent's role suffices; in another project that project's policies decide. Unverified: that Google checks
/// this at the call. Status and text are those of model files that the agent cannot read.
fn check_agent(world: &World, endpoint: &str, deployed: &Value) -> Result<(), ApiError> {
    const PERMISSION: &str = "iam.serviceAccounts.getAccessToken";
    let own = endpoint.split('/').nth(1).unwrap_or_default();
    let Some(account) =
        deployed["serviceAccount"].as_str().filter(|account| world.home(account).as_deref() != Some(own))
    else {
        return Ok(());
    };
    let number = world.projects.get(own).map(|project| project.number.as_str()).unwrap_or_default();
    let email = format!("service-{number}@gcp-sa-aiplatform.iam.gserviceaccount.com");
    if world.may_on_account(&Principal::ServiceAccount { email: email.clone() }, PERMISSION, account) {
        return Ok(());
    }
    Err(ApiError::precondition(format!(
        "Service account {email} does not have [{PERMISSION}] IAM permission(s) to the service account \"{account}\". Please grant the required IAM permission(s)."
    )))
}

/// Checks that the serving quotas of the region suffice.
fn check_quota(world: &World, endpoint: &str, deployed: &Value, now: f64) -> Result<(), ApiError> {
    match usage::exceeded(world, endpoint, deployed, now) {
        exceeded if exceeded.is_empty() => Ok(()),
        exceeded => {
            let text = format!("The following quotas are exceeded: {}", exceeded.join(","));
            Err(ApiError::new("RESOURCE_EXHAUSTED", text))
        }
    }
}

/// `POST {endpoint}:deployModel`
pub fn deploy(call: &Call<'_>, endpoint: &str) -> Result<Value, ApiError> {
    call.allow(&[])?;
    let request = message::read(call.body, message::DEPLOY_MODEL)?;
    call.require("aiplatform.endpoints.deploy", endpoint)?;
    let mut deployed = request["deployedModel"].clone();
    let split = request["trafficSplit"].clone();
    let (id, outcome) = {
        let mut world = call.cloud.world();
        let state = world.endpoints.get(endpoint).ok_or_else(|| ApiError::not_found(endpoint))?;
        check_split(&state.body, &split, Some("0"))?;
        if let Some(account) = deployed["serviceAccount"].as_str()
            && !world.may_on_account(call.who, "iam.serviceAccounts.actAs", account)
        {
            return Err(ApiError::invalid(format!(
                "You do not have permission to act as service_account: {account} (or it may not exist)."
            )));
        }
        check_agent(&world, endpoint, &deployed)?;
        let (model, version) = check(&world, endpoint, &deployed)?;
        check_quota(&world, endpoint, &deployed, call.cloud.clock().now())?;
        let id = deployed["id"].as_str().map(str::to_owned).unwrap_or_else(|| world.id().to_string());
        if let Some(state) = world.endpoints.get_mut(endpoint) {
            state.deploying.push(Deploying { id: id.clone(), model, version, body: deployed.clone() });
        }
        deployed["id"] = json!(id);
        (id, Outcome::of(&mut world, endpoint, &deployed))
    };
    let endpoint_name = endpoint.to_owned();
    // Runs at every end, also when the operation is cancelled before its first poll.
    let under_way = UnderWay { cloud: call.cloud.clone(), endpoint: endpoint_name.clone(), id: id.clone() };
    Ok(operation::start(
        call.cloud,
        endpoint,
        "DeployModel",
        "aiplatform.endpoints.deploy",
        async move |cloud, name| {
            let _leave = under_way;
            let pace = pace(cloud.world().settings.deployment_seconds);
            let server = Server::of(&endpoint_name, &deployed);
            for (stage, seconds) in STAGES {
                operation::set_stage(&cloud, &name, stage);
                match *stage {
                    "STARTING_MODEL_SERVER" => server.start(&mut cloud.world()),
                    "FINISHING_UP" => server.become_ready(&mut cloud.world()),
                    _ => {}
                }
                cloud.pass(seconds * pace).await;
                if let Some(error) = outcome.strike(&cloud, stage, &server) {
                    usage::hold(&mut cloud.world(), &endpoint_name, &deployed, cloud.clock().now());
                    operation::set_stage(&cloud, &name, "FAILED_TO_DEPLOY");
                    return Err(error);
                }
            }
            let response = finish(&cloud, &endpoint_name, &id, deployed, &split)?;
            outcome.settle(&mut cloud.world(), &endpoint_name, &id);
            operation::set_stage(&cloud, &name, "SUCCESSFULLY_DEPLOYED");
            Ok(response)
        },
    ))
}

/// Ends a deployment under way.
struct UnderWay {
    cloud: Cloud,
    endpoint: String,
    id: String,
}

impl Drop for UnderWay {
    fn drop(&mut self) {
        if let Some(endpoint) = self.cloud.world().endpoints.get_mut(&self.endpoint) {
            endpoint.deploying.retain(|one| one.id != self.id);
        }
    }
}

fn finish(cloud: &Cloud, endpoint: &str, id: &str, mut deployed: Value, split: &Value) -> Result<Value, Value> {
    let gone = || ApiError::status(5, "The endpoint or the model is gone.");
    let mut world = cloud.world();
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
    let dedicated = &mut deployed["dedicatedResources"];
    if dedicated.is_object() && dedicated["maxReplicaCount"].is_null() {
        dedicated["maxReplicaCount"] = dedicated["minReplicaCount"].clone();
    }
    let replicas = deployed["dedicatedResources"]["minReplicaCount"].as_i64().unwrap_or(1);
    deployed["status"] = json!({"availableReplicaCount": replicas, "lastUpdateTime": timestamp::now()});
    let touch = world.touch();
    let body = &mut world.endpoints.get_mut(endpoint).ok_or_else(gone)?.body;
    match body["deployedModels"].as_array_mut() {
        Some(models) => models.push(deployed.clone()),
        None => body["deployedModels"] = json!([deployed]),
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
