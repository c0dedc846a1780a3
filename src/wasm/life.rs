//! Exports of the server build for the backend plugin: `pkg-js/core/src/deployments.ts`.

use super::convert::{json, now, read, write};
use crate::api::{former, life, outline, preflight, stored};
use wasm_bindgen::prelude::*;

#[wasm_bindgen(js_name = deploymentFacts)]
pub fn deployment_facts() -> Result<JsValue, JsValue> {
    Ok(write(&life::facts())?)
}

#[wasm_bindgen(js_name = deploymentStart)]
pub fn deployment_start(body: &JsValue, key: Option<String>) -> Result<JsValue, JsValue> {
    Ok(write(&life::start(&json(body), key.as_deref())?)?)
}

#[wasm_bindgen(js_name = storedRequest)]
pub fn stored_request(request: &JsValue) -> Result<JsValue, JsValue> {
    Ok(write(&stored::stored(json(request)))?)
}

#[wasm_bindgen(js_name = planFollowing)]
pub fn plan_following(request: &JsValue, entity_ref: &str, former: &JsValue) -> Result<JsValue, JsValue> {
    Ok(write(&former::plan_following(&json(request), entity_ref, &json(former)))?)
}

#[wasm_bindgen(js_name = scheduledRemoval)]
pub fn scheduled_removal(request: &JsValue, plan: &JsValue, lives: &JsValue) -> Result<JsValue, JsValue> {
    let lives = json(lives);
    let lives = lives.as_array().map(Vec::as_slice).unwrap_or_default();
    Ok(write(&former::removal(&json(request), &json(plan), lives))?)
}

#[wasm_bindgen(js_name = removalDue)]
pub fn removal_due(request: &JsValue, life: &JsValue) -> Result<JsValue, JsValue> {
    Ok(write(&former::removal_due(&json(request), &json(life)))?)
}

#[wasm_bindgen]
pub fn preflight(request: JsValue, at: f64, answers: &JsValue) -> Result<JsValue, JsValue> {
    Ok(write(&preflight::preflight(&read(&request)?, at as u64, now(), &json(answers)))?)
}

#[wasm_bindgen(js_name = preflightNames)]
pub fn preflight_names() -> Result<JsValue, JsValue> {
    Ok(write(&preflight::names())?)
}

#[wasm_bindgen(js_name = deploymentReach)]
pub fn deployment_reach(caller: &JsValue, starter: &JsValue, key: Option<String>) -> Result<JsValue, JsValue> {
    Ok(write(&life::reach(&json(caller), &json(starter), key.as_deref()))?)
}

#[wasm_bindgen(js_name = deploymentAfter)]
pub fn deployment_after(life: &JsValue, event: &JsValue, at: &str) -> Result<JsValue, JsValue> {
    Ok(write(&life::after(&json(life), &json(event), at))?)
}

#[wasm_bindgen(js_name = deploymentOutline)]
pub fn deployment_outline(deployment: &JsValue) -> Result<JsValue, JsValue> {
    Ok(write(&outline::outline(&json(deployment)))?)
}

#[wasm_bindgen(js_name = deploymentNotice)]
pub fn deployment_notice(deployment: &JsValue) -> Result<JsValue, JsValue> {
    Ok(write(&life::notice(&json(deployment)))?)
}

#[wasm_bindgen(js_name = deploymentKin)]
pub fn deployment_kin(plan: &JsValue) -> String {
    life::kin(&json(plan))
}

#[wasm_bindgen(js_name = deploymentDurations)]
pub fn deployment_durations(stages: &JsValue, started: f64, ended: f64) -> Result<JsValue, JsValue> {
    Ok(write(&life::durations(&json(stages), started, ended))?)
}

#[wasm_bindgen(js_name = deploymentExpectation)]
pub fn deployment_expectation(millis: Vec<f64>) -> Result<JsValue, JsValue> {
    Ok(write(&life::expectation(&millis))?)
}
