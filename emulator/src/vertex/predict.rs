//! Predictions: the deployed model whose turn it is echoes the instances.

use crate::call::Call;
use crate::error::ApiError;
use crate::message;
use serde_json::{Value, json};

pub fn predict(call: &Call<'_>, endpoint: &str) -> Result<Value, ApiError> {
    call.allow(&[])?;
    let request = message::read(call.body, message::PREDICT)?;
    call.require("aiplatform.endpoints.predict", endpoint)?;
    let Some(instances) = request["instances"].as_array().filter(|instances| !instances.is_empty()) else {
        return Err(ApiError::invalid("instances must not be empty."));
    };
    let mut world = call.cloud.world();
    let state = world.endpoints.get_mut(endpoint).ok_or_else(|| ApiError::not_found(endpoint))?;
    // Of every hundred predictions each model receives its share exactly.
    let mut turn = (state.next_prediction() % 100) as i64;
    let chosen = state.body["trafficSplit"].as_object().into_iter().flatten().find_map(|(id, share)| {
        turn -= share.as_i64().unwrap_or(0);
        (turn < 0).then(|| id.clone())
    });
    let models = state.body["deployedModels"].as_array().into_iter().flatten();
    let model = models
        .into_iter()
        .find(|model| chosen.as_deref() == model["id"].as_str())
        .ok_or_else(|| ApiError::precondition("The endpoint has no deployed model with traffic."))?;
    let model = model.clone();
    if world.fails_prediction(endpoint, model["id"].as_str().unwrap_or_default()) {
        // Unverified: what Google answers when a container fails.
        return Err(ApiError::new("INTERNAL", "The model server failed to answer."));
    }
    let predictions: Vec<Value> = instances.iter().map(|instance| json!({ "echo": instance })).collect();
    Ok(json!({
        "predictions": predictions,
        "deployedModelId": model["id"],
        "model": model["model"],
        "modelVersionId": model["modelVersionId"],
        "modelDisplayName": model["displayName"],
    }))
}
