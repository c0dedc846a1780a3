//! Model Garden: one call that uploads a model, creates an endpoint and deploys the one to the other.
//!
//! Source: `aiplatform` v1 and v1beta1 `DeployRequest`, `RecommendSpecRequest`, revision 20261106; the endpoint of a deployment that
//! fails is deleted. Unverified: the permissions, that the model is deleted as well, the order of the steps, and the texts.

pub mod catalog;

use super::upload::{self, Target};
use super::{Problems, container, deployment, endpoint, resources};
use crate::call::Call;
use crate::causes::failure::{self, Outcome};
use crate::cloud::Cloud;
use crate::error::ApiError;
use crate::message;
use crate::operation;
use crate::quotas::usage;
use crate::state::world::{Deploying, EndpointState, World};
use crate::timestamp;
use catalog::Model;
use serde_json::{Value, json};

/// What a request asks for.
struct Source {
    model: &'static Model,
    /// Name with version; empty for own weights.
    name: String,
    /// Address of own weights.
    weights: Option<String>,
}

fn source(request: &Value) -> Result<Source, ApiError> {
    const FIELDS: &[&str] = &["publisherModelName", "huggingFaceModelId", "customModel"];
    let sent: Vec<&&str> = FIELDS.iter().filter(|field| !request[**field].is_null()).collect();
    let [field] = sent.as_slice() else {
        return Err(ApiError::field("artifacts", "Exactly one of the models to deploy must be set."));
    };
    let text = request[**field].as_str().unwrap_or_default();
    match **field {
        "publisherModelName" => {
            let (model, version) = catalog::by_name(text).ok_or_else(|| ApiError::not_found(text))?;
            Ok(Source { model, name: format!("{}@{version}", model.name()), weights: None })
        }
        "huggingFaceModelId" => {
            let model = catalog::by_hugging_face_id(text).ok_or_else(|| ApiError::not_found(text))?;
            Ok(Source { model, name: format!("{}@{}", model.name(), model.versions[0]), weights: None })
        }
        _ => {
            let uri = request["customModel"]["gcsUri"].as_str().unwrap_or_default();
            Ok(Source {
                model: family(uri, "custom_model.gcs_uri")?,
                name: String::new(),
                weights: Some(uri.to_owned()),
            })
        }
    }
}

fn family(uri: &str, field: &str) -> Result<&'static Model, ApiError> {
    let text = || format!("No supported base model is recognised in \"{uri}\".");
    catalog::by_weights(uri).ok_or_else(|| ApiError::field(field, text()))
}

/// Checks what a model is given out for. The texts hold the words that gcloud recognises.
fn check_access(source: &Source, config: &Value) -> Result<(), ApiError> {
    if source.weights.is_some() {
        return Ok(());
    }
    if source.model.needs_licence && config["acceptEula"] != true {
        let text = format!("The End User License Agreement (EULA) of {} must be accepted.", source.name);
        return Err(ApiError::new("PERMISSION_DENIED", text));
    }
    if source.model.is_gated && config["huggingFaceAccessToken"].as_str().is_none_or(str::is_empty) {
        let text = "The model is gated: provide a valid Hugging Face access token.";
        return Err(ApiError::field("model_config.hugging_face_access_token", text));
    }
    Ok(())
}

/// `POST {place}:deploy`
pub fn deploy(call: &Call<'_>, place: &str) -> Result<Value, ApiError> {
    call.allow(&[])?;
    let request = call.message(message::DEPLOY, "")?;
    for permission in ["aiplatform.models.upload", "aiplatform.endpoints.create", "aiplatform.endpoints.deploy"] {
        call.require(permission, place)?;
    }
    let mut problems: Problems = message::missing(&request, message::DEPLOY, "");
    let (own, settings) = (&request["modelConfig"], &request["endpointConfig"]);
    container::check(&own["containerSpec"], "model_config.container_spec", &mut problems);
    container::check_labels(&settings["labels"], "endpoint_config.labels", &mut problems);
    let mut dedicated = request["deployConfig"]["dedicatedResources"].clone();
    resources::check(&dedicated, "deploy_config.dedicated_resources", &mut problems);
    if !problems.is_empty() {
        return Err(ApiError::fields(&problems));
    }
    let source = source(&request)?;
    check_access(&source, own)?;
    let (tested, container) = source.model.setups().into_iter().next().unwrap_or_default();
    if dedicated.is_null() {
        dedicated = tested;
    }
    let endpoint = {
        let mut world = call.cloud.world();
        let id = match settings["endpointUserId"].as_str().filter(|id| !id.is_empty()) {
            Some(id) if endpoint::is_valid_id(id) => id.to_owned(),
            Some(id) => {
                return Err(ApiError::field("endpoint_config.endpoint_user_id", format!("Invalid endpoint id: {id}")));
            }
            None => world.id().to_string(),
        };
        let name = format!("{place}/endpoints/{id}");
        if world.endpoints.contains_key(&name) {
            return Err(ApiError::exists(&name));
        }
        name
    };
    let mut deployed = json!({"dedicatedResources": dedicated, "displayName": source.model.id});
    resources::complete(&mut deployed);
    if let Some(account) = request["deployConfig"]["serviceAccount"].as_str() {
        deployed["serviceAccount"] = json!(account);
        super::deployed::check_account(&call.cloud.world(), call.who, &endpoint, &deployed)?;
    }
    for (from, to) in [("fastTryoutEnabled", "fasterDeploymentConfig"), ("systemLabels", "systemLabels")] {
        let sent = &request["deployConfig"][from];
        match (from, sent.is_null()) {
            (_, true) => {}
            ("fastTryoutEnabled", _) => deployed[to] = json!({ from: sent }),
            _ => deployed[to] = sent.clone(),
        }
    }
    usage::check(&call.cloud.world(), place, &Value::Null, &deployed, call.cloud.clock().now())?;
    let target = upload::begin(call, place, &own["modelUserId"], &Value::Null)?;
    let model = model_body(&source, own, container);
    let plan =
        Plan { place: place.to_owned(), endpoint, endpoint_body: endpoint_body(&source, settings), deployed, model };
    Ok(start(call, &source.name, target, plan))
}

/// Everything that a deployment makes.
struct Plan {
    place: String,
    endpoint: String,
    endpoint_body: Value,
    deployed: Value,
    model: Value,
}

fn model_body(source: &Source, config: &Value, tested: Value) -> Value {
    let container = if config["containerSpec"].is_null() { tested } else { config["containerSpec"].clone() };
    let mut body = json!({
        "displayName": config["modelDisplayName"].as_str().unwrap_or(source.model.id),
        "containerSpec": container,
        "supportedDeploymentResourcesTypes": ["DEDICATED_RESOURCES"],
        "modelSourceInfo": {"sourceType": "MODEL_GARDEN"},
    });
    match &source.weights {
        Some(uri) => body["artifactUri"] = json!(uri),
        None => body["baseModelSource"] = json!({"modelGardenSource": {"publicModelName": source.model.name()}}),
    }
    body
}

fn endpoint_body(source: &Source, config: &Value) -> Value {
    let mut body = json!({
        "displayName": config["endpointDisplayName"].as_str().filter(|name| !name.is_empty()).unwrap_or(source.model.id),
    });
    for field in ["labels", "privateServiceConnectConfig"] {
        super::set(&mut body, field, config);
    }
    if config["dedicatedEndpointDisabled"] != true && !endpoint::is_psc(&body) {
        body["dedicatedEndpointEnabled"] = json!(true);
    }
    body
}

/// Removes the endpoint and the model of a deployment that does not succeed, also when it is cancelled.
struct CleanUp {
    cloud: Cloud,
    endpoint: String,
    model: String,
    is_done: bool,
}

impl Drop for CleanUp {
    fn drop(&mut self) {
        if !self.is_done {
            let mut world = self.cloud.world();
            world.endpoints.remove(&self.endpoint);
            world.models.remove(&self.model);
        }
    }
}

fn start(call: &Call<'_>, publisher_model: &str, target: Target, plan: Plan) -> Value {
    let number = call.cloud.world().shown(&plan.place).split('/').nth(1).unwrap_or_default().to_owned();
    let now = timestamp::now();
    let metadata = json!({
        "@type": operation::kind("DeployOperationMetadata"),
        "genericMetadata": {"createTime": now, "updateTime": now},
        "publisherModel": publisher_model,
        "destination": call.cloud.world().shown(&plan.place),
        "projectNumber": number,
    });
    let publisher_model = publisher_model.to_owned();
    let place = plan.place.clone();
    let destination = place.clone();
    let permission = "aiplatform.endpoints.deploy";
    operation::run(call.cloud, call.cloud.world(), &place, metadata, permission, async move |cloud, _| {
        let outcome = Outcome::of(&mut cloud.world(), &plan.endpoint, &plan.deployed);
        let Target { name: model, version, under_way } = target;
        cloud.pass(40.0).await;
        if let Some(status) = failure::of_operation(&mut cloud.world(), "Deploy", &destination) {
            return Err(status);
        }
        let mut clean_up =
            CleanUp { cloud: cloud.clone(), endpoint: plan.endpoint.clone(), model: model.clone(), is_done: false };
        let id = create(&mut cloud.world(), &plan, &model, version)?;
        drop(under_way);
        let _leave = deployment::UnderWay::new(&cloud, &plan.endpoint, &id);
        let mut deployed = plan.deployed;
        deployed["id"] = json!(id);
        deployed["model"] = json!(model);
        deployment::pass_stages(&cloud, None, &plan.endpoint, &deployed, &outcome).await?;
        let split = if endpoint::is_private(&plan.endpoint_body) { json!({}) } else { json!({"0": 100}) };
        deployment::finish(&cloud, &plan.endpoint, &id, deployed, &split)?;
        outcome.settle(&mut cloud.world(), &plan.endpoint, &id);
        clean_up.is_done = true;
        let world = cloud.world();
        let mut response = json!({
            "@type": operation::kind("DeployResponse"),
            "model": world.shown(&model),
            "endpoint": world.shown(&plan.endpoint),
        });
        if !publisher_model.is_empty() {
            response["publisherModel"] = json!(publisher_model);
        }
        Ok(response)
    })
}

/// Stores the model and the endpoint; returns the id of the deployed model that is under way.
fn create(world: &mut World, plan: &Plan, model: &str, version: u64) -> Result<String, Value> {
    upload::store(world, model, version, plan.model.clone())?;
    let mut body = plan.endpoint_body.clone();
    body["createTime"] = json!(timestamp::now());
    if body["dedicatedEndpointEnabled"] == true {
        let name = world.dedicated_name(&plan.endpoint);
        let is_tryout = plan.deployed["fasterDeploymentConfig"]["fastTryoutEnabled"] == true;
        let number = plan.place.split('/').nth(1).and_then(|id| world.projects.get(id)).map(|one| &one.number);
        // Source: `aiplatform.v1` `Endpoint.dedicatedEndpointDns`.
        let name = match number.filter(|_| is_tryout) {
            Some(number) => name.replacen(&format!("-{number}."), "-fasttryout.", 1),
            None => name,
        };
        body["dedicatedEndpointDns"] = json!(name);
    }
    world.touch()(&mut body);
    if world.endpoints.contains_key(&plan.endpoint) {
        return Err(ApiError::exists(&plan.endpoint).as_status());
    }
    let id = world.id().to_string();
    let deploying = vec![Deploying { id: id.clone(), model: model.to_owned(), version, body: plan.deployed.clone() }];
    world.endpoints.insert(plan.endpoint.clone(), EndpointState { body, deploying, ..EndpointState::default() });
    Ok(id)
}

/// `POST {place}:recommendSpec` (v1beta1).
pub fn recommend_spec(call: &Call<'_>, place: &str) -> Result<Value, ApiError> {
    call.allow(&[])?;
    let request = call.message(message::RECOMMEND_SPEC, "")?;
    call.require("aiplatform.models.list", place)?;
    let missing = message::missing(&request, message::RECOMMEND_SPEC, "");
    if !missing.is_empty() {
        return Err(ApiError::fields(&missing));
    }
    let model = family(request["gcsUri"].as_str().unwrap_or_default(), "gcs_uri")?;
    let specs: Vec<Value> = model
        .setups()
        .into_iter()
        .map(|(resources, container)| json!({"machineSpec": resources["machineSpec"], "containerSpec": container}))
        .collect();
    let base = format!("{}@{}", model.name(), model.versions[0]);
    let (machines, quota) = (request["checkMachineAvailability"] == true, request["checkUserQuota"] == true);
    if !machines && !quota {
        return Ok(json!({"baseModel": base, "specs": specs}));
    }
    let region = place.rsplit('/').next().unwrap_or_default();
    let now = call.cloud.clock().now();
    let recommendations: Vec<Value> = specs
        .into_iter()
        .map(|spec| {
            let mut one = json!({"region": region, "spec": spec});
            if quota {
                let resources = json!({"machineSpec": one["spec"]["machineSpec"], "minReplicaCount": 1});
                let deployed = json!({ "dedicatedResources": resources });
                // Google answers for the accelerator only.
                let exceeded = usage::exceeded(&call.cloud.world(), place, &Value::Null, &deployed, now);
                let is_enough = exceeded.iter().all(|id| id.contains("CPUs"));
                one["userQuotaState"] =
                    json!(if is_enough { "QUOTA_STATE_USER_HAS_QUOTA" } else { "QUOTA_STATE_NO_USER_QUOTA" });
            }
            one
        })
        .collect();
    Ok(json!({"baseModel": base, "recommendations": recommendations}))
}
