//! Exports of the builds for browsers and servers.

use super::Source;
use super::convert::{json, now, read, write};
use super::transport::Talk;
use crate::api::{self, Held, StatusRequest, ValidateRequest};
use wasm_bindgen::prelude::*;

#[wasm_bindgen]
pub fn choices(key: &str, location: &str, machine_type: &str, accelerator: &str) -> Result<JsValue, JsValue> {
    Ok(write(&api::choices(key, Held { location, machine_type, accelerator }))?)
}

#[wasm_bindgen]
pub fn validate(request: JsValue) -> Result<JsValue, JsValue> {
    let request: ValidateRequest<Source> = read(&request)?;
    Ok(write(&api::validate(&request))?)
}

#[wasm_bindgen]
pub fn status(request: JsValue) -> Result<Talk, JsValue> {
    let request: StatusRequest<Source> = read(&request)?;
    Ok(Talk::new(api::status(&request, now())))
}

#[wasm_bindgen(js_name = modelVersions)]
pub fn model_versions(request: JsValue) -> Result<Talk, JsValue> {
    let request: StatusRequest<Source> = read(&request)?;
    Ok(Talk::new(api::model_versions(&request)))
}

#[wasm_bindgen(js_name = deploymentsView)]
pub fn deployments_view(request: JsValue) -> Result<JsValue, JsValue> {
    Ok(write(&api::deployments_view(&json(&request)))?)
}
