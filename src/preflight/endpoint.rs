//! The endpoint and the model of the plan, as Vertex AI shows them.

use super::{Judged, Look, Unknown, Verdict};
use crate::method::{self, Call, Resource};
use crate::plan::StepKind;
use crate::vertex::setting::Message;
use crate::words;
use serde_json::Value;

/// The call that reads the endpoint.
pub fn get(look: &Look) -> Call {
    Call::new(&method::ENDPOINTS_GET, Resource::Endpoint(look.plan.target.endpoint.clone()))
}

/// The call that reads the model.
pub fn get_model(look: &Look) -> Call {
    Call::new(&method::MODELS_GET, Resource::Model(look.plan.target.model.clone()))
}

/// Whether the plan uploads the model where it does not exist. Google reads image and files then, and not again.
/// Source: `ModelContainerSpec.imageUri` of the discovery document `aiplatform.v1`.
pub fn uploads(look: &Look) -> bool {
    look.plan.step(StepKind::Model).is_some_and(|step| step.call.is_some())
}

/// Google's name of the resources that the plan deploys with, and the words for them.
fn resources(look: &Look) -> (&'static str, &'static str) {
    let has = |path| look.plan.target.settings.get(Message::DeployedModel, path).is_some();
    if has("automaticResources") {
        ("AUTOMATIC_RESOURCES", "on machines that Google chooses")
    } else if has("sharedResources") {
        ("SHARED_RESOURCES", "in a deployment resource pool")
    } else {
        ("DEDICATED_RESOURCES", "on machines of its own")
    }
}

pub fn model_deployable(look: &Look) -> Judged {
    if uploads(look) {
        return Ok(None);
    }
    let name = look.plan.target.model.short();
    let Some(model) = look.find(get_model(look))? else {
        let message = format!("the model `{name}` does not exist");
        return Ok(Some(Verdict::no(message).help("correct `google.com/vertex-ai-model`, or set an image to upload")));
    };
    let types = model["supportedDeploymentResourcesTypes"].as_array().map(Vec::as_slice).unwrap_or_default();
    let names = words::list(types.iter().filter_map(Value::as_str), ", ");
    let (expected, place) = resources(look);
    if types.iter().any(|kind| kind == expected) {
        return Ok(Some(Verdict::ok(vec![format!("`{name}` can be deployed with: {names}")])));
    }
    let message = format!("the model `{name}` cannot be deployed {place}");
    let supported = if names.is_empty() { "none".to_owned() } else { names };
    let no = Verdict::no(message).evidence(vec![format!("supported deployments: {supported}")]);
    Ok(Some(match expected {
        "AUTOMATIC_RESOURCES" => no.help("remove `google.com/vertex-ai-automatic-resources`, or deploy another model"),
        "SHARED_RESOURCES" => no.help("remove `google.com/vertex-ai-resource-pool`, or deploy another model"),
        _ => no,
    }))
}

/// Google's field `allDeploymentStates` is in no published description, so the endpoint's operations answer.
pub fn endpoint_free(look: &Look) -> Judged {
    let endpoint = look.find(get(look));
    let on = Resource::Endpoint(look.plan.target.endpoint.clone());
    let list = look.find(Call::new(&method::ENDPOINT_OPERATIONS_LIST, on).query("pageSize", "20"));
    if endpoint?.is_none() {
        return Ok(Some(Verdict::ok(vec!["the endpoint does not exist yet".into()])));
    }
    let list = list?;
    let operations = list.and_then(|list| list["operations"].as_array()).map(Vec::as_slice).unwrap_or_default();
    let running: Vec<&str> =
        operations.iter().filter(|one| one["done"] != true).filter_map(|one| one["name"].as_str()).collect();
    let has_more = list.and_then(|list| list["nextPageToken"].as_str()).is_some_and(|token| !token.is_empty());
    if running.is_empty() && has_more {
        let why = "no listed operation runs on the endpoint, but Google has more operations than the portal reads";
        return Err(Unknown::because(why, "check the endpoint's operations in Google Cloud before the deployment"));
    }
    if running.is_empty() {
        return Ok(Some(Verdict::ok(vec!["no operation runs on the endpoint".into()])));
    }
    let message = "the endpoint is being changed by another operation";
    let evidence = running.iter().map(|name| format!("`{name}` runs")).collect();
    Ok(Some(Verdict::no(message).evidence(evidence)))
}
