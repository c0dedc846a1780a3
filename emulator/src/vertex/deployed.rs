//! Checks of a `DeployedModel` before its deployment.

use super::{Problems, endpoint, model, resources};
use crate::error::ApiError;
use crate::message;
use crate::state::principal::Principal;
use crate::state::world::World;
use serde_json::{Value, json};

/// Kinds of resources: the field, and the type that a model must support.
const KINDS: &[(&str, &str)] = &[
    ("dedicatedResources", "DEDICATED_RESOURCES"),
    ("automaticResources", "AUTOMATIC_RESOURCES"),
    ("sharedResources", "SHARED_RESOURCES"),
];

/// Checks the fields of a request, without its resources. Unverified: the texts.
pub fn check_request(request: &Value) -> Result<(), ApiError> {
    const NOT_SERVED: &[&str] = &["gdcConnectedModel", "fullFineTunedResources", "rolloutOptions"];
    let deployed = &request["deployedModel"];
    if let Some(field) = NOT_SERVED.iter().find(|field| !deployed[**field].is_null()) {
        return Err(ApiError::new("UNIMPLEMENTED", format!("The emulator does not serve {field}.")));
    }
    let mut problems: Problems = message::missing(request, message::DEPLOY_MODEL, "");
    if let Some(id) = deployed["id"].as_str().filter(|id| !id.is_empty())
        && !(id.len() <= 10 && id.bytes().all(|b| b.is_ascii_digit()))
    {
        problems.push(("deployed_model.id".to_owned(), format!("Invalid deployed model id: {id}")));
    }
    if KINDS.iter().filter(|(field, _)| !deployed[*field].is_null()).count() != 1 {
        let text = "Exactly one of dedicated_resources, automatic_resources and shared_resources must be set.";
        problems.push(("deployed_model.prediction_resources".to_owned(), text.to_owned()));
    }
    resources::check(&deployed["dedicatedResources"], "deployed_model.dedicated_resources", &mut problems);
    if problems.is_empty() { Ok(()) } else { Err(ApiError::fields(&problems)) }
}

/// Checks that the deployed model fits the endpoint and its model; returns the stored name of the model, and the version.
pub fn check(world: &World, endpoint: &str, deployed: &Value) -> Result<(String, u64), ApiError> {
    let name = deployed["model"].as_str().unwrap_or_default();
    let found = model::find(world, name).ok_or_else(|| ApiError::not_found(name))?;
    let state = world.endpoints.get(endpoint).ok_or_else(|| ApiError::not_found(endpoint))?;
    let ids = || state.body["deployedModels"].as_array().into_iter().flatten();
    if let Some(id) = deployed["id"].as_str() {
        // Unverified: Google's answer to a second deployed model with the same id.
        if state.deploying.iter().any(|one| one.id == id) || ids().any(|model| model["id"] == id) {
            return Err(ApiError::exists(&format!("{endpoint}/deployedModels/{id}")));
        }
    }
    if endpoint::is_private(&state.body) && (!state.deploying.is_empty() || ids().next().is_some()) {
        return Err(ApiError::precondition("A private endpoint can have only one deployed model."));
    }
    // Source: `aiplatform.v1` `ModelContainerSpec.invokeRoutePrefix`.
    if !found.body["containerSpec"]["invokeRoutePrefix"].is_null() && state.body["dedicatedEndpointEnabled"] != true {
        let text = "A model with invoke_route_prefix can only be deployed to a dedicated endpoint.";
        return Err(ApiError::precondition(text));
    }
    check_pool(world, &state.body, deployed)?;
    check_kind(&world.shown(&found.name), found.body, deployed)?;
    Ok((found.name, found.version))
}

/// Checks that the pool exists. Source of the encryption: `aiplatform.v1` `DeploymentResourcePool.encryptionSpec`.
fn check_pool(world: &World, endpoint: &Value, deployed: &Value) -> Result<(), ApiError> {
    let Some(name) = deployed["sharedResources"].as_str() else { return Ok(()) };
    let pool = world.stored(name).and_then(|name| world.pools.get(&name)).ok_or_else(|| ApiError::not_found(name))?;
    if pool["encryptionSpec"] != endpoint["encryptionSpec"] {
        return Err(ApiError::precondition(
            "The endpoint and the deployment resource pool must have the same encryption spec.",
        ));
    }
    Ok(())
}

/// Checks that the model can be deployed with the sent kind of resources.
///
/// Text: <https://github.com/googleapis/python-aiplatform/issues/773>.
fn check_kind(name: &str, model: &Value, deployed: &Value) -> Result<(), ApiError> {
    let supported = model["supportedDeploymentResourcesTypes"].as_array();
    if supported.is_none_or(Vec::is_empty) {
        return Err(ApiError::precondition("The model cannot be deployed to an endpoint."));
    }
    let Some((field, kind)) = KINDS.iter().find(|(field, _)| !deployed[*field].is_null()) else { return Ok(()) };
    if supported.into_iter().flatten().any(|one| one == kind) {
        return Ok(());
    }
    Err(ApiError::invalid(format!("'{}' is not supported for Model {name}.", message::snake(field))))
}

/// Checks that the caller may act as a service account.
pub fn check_actor(world: &World, who: &Principal, account: &str) -> Result<(), ApiError> {
    if world.may_on_account(who, "iam.serviceAccounts.actAs", account) {
        return Ok(());
    }
    Err(ApiError::invalid(format!(
        "You do not have permission to act as service_account: {account} (or it may not exist)."
    )))
}

/// Checks that an account which is sent belongs to the project of a place (by stored name). Unverified: the text.
pub fn check_home(world: &World, account: &Value, place: &str, field: &str) -> Result<(), ApiError> {
    let Some(account) = account.as_str().filter(|account| !account.is_empty()) else { return Ok(()) };
    if world.home(account).as_deref() == place.split('/').nth(1) {
        return Ok(());
    }
    Err(ApiError::field(field, format!("The service account {account} must belong to the target project.")))
}

/// Checks that the caller may act as the serving account, and that Vertex AI's service agent may get tokens of it.
///
/// In its own project the agent's role suffices; in another project that project's policies decide. Unverified: that Google checks
/// this at the call. Status and text are those of model files that the agent cannot read.
pub fn check_account(world: &World, who: &Principal, endpoint: &str, deployed: &Value) -> Result<(), ApiError> {
    const PERMISSION: &str = "iam.serviceAccounts.getAccessToken";
    // The pool's account runs all models that share its machines.
    let pool = deployed["sharedResources"].as_str().and_then(|name| world.pools.get(&world.stored(name)?));
    if let Some(account) = pool.and_then(|pool| pool["serviceAccount"].as_str()) {
        check_actor(world, who, account)?;
    }
    let Some(account) = deployed["serviceAccount"].as_str() else { return Ok(()) };
    check_actor(world, who, account)?;
    let own = endpoint.split('/').nth(1).unwrap_or_default();
    if world.home(account).as_deref() == Some(own) {
        return Ok(());
    }
    let number = world.projects.get(own).map(|project| project.number.as_str()).unwrap_or_default();
    let email = format!("service-{number}@gcp-sa-aiplatform.iam.gserviceaccount.com");
    if world.may_on_account(&Principal::ServiceAccount { email: email.clone() }, PERMISSION, account) {
        return Ok(());
    }
    Err(ApiError::precondition(format!(
        "Service account {email} does not have [{PERMISSION}] IAM permission(s) to the service account \"{account}\". Please grant the required IAM permission(s)."
    )))
}

/// Adds the addresses of a deployed model on a private endpoint.
///
/// Source: "Use private services access endpoints for online inference" (read 2026-11-28). Unverified: the name of an attachment.
pub fn set_private_addresses(deployed: &mut Value, endpoint: &Value, name: &str) {
    let parts: Vec<&str> = name.split('/').collect();
    let (location, id) = (parts.get(3).copied().unwrap_or_default(), parts.last().copied().unwrap_or_default());
    let model = deployed["id"].as_str().unwrap_or_default();
    if endpoint::is_psc(endpoint) {
        deployed["privateEndpoints"] = json!({"serviceAttachment": attachment(location, id)});
    } else if endpoint::is_private(endpoint) {
        let base = format!("http://{id}.aiplatform.googleapis.com/v1/models/{model}");
        deployed["privateEndpoints"] = json!({
            "predictHttpUri": format!("{base}:predict"),
            "explainHttpUri": format!("{base}:explain"),
            "healthHttpUri": base,
        });
    }
}

/// The service attachment of an endpoint.
pub fn attachment(location: &str, endpoint: &str) -> String {
    format!("projects/emulated-tp/regions/{location}/serviceAttachments/gkedpm-{endpoint}")
}
