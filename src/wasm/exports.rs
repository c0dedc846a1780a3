//! Exports of both builds.

use super::Source;
use super::convert::{json, now, read, write};
use super::transport::Talk;
use crate::api::{self, Held, StatusRequest, ValidateRequest, talk::note_panic};
use js_sys::Function;
use std::cell::RefCell;
use wasm_bindgen::prelude::*;

#[wasm_bindgen]
pub fn version() -> String {
    env!("CARGO_PKG_VERSION").to_owned()
}

thread_local! {
    /// Called with the message of a panic. Without it, a trap inside a promise would leave the promise pending.
    static PANIC_LISTENER: RefCell<Function> = RefCell::default();
}

#[wasm_bindgen(js_name = onPanic)]
pub fn on_panic(listener: Function) {
    PANIC_LISTENER.set(listener);
    std::panic::set_hook(Box::new(|panic| {
        note_panic();
        PANIC_LISTENER.with_borrow(|listener| listener.call1(&JsValue::UNDEFINED, &panic.to_string().into()).ok());
    }));
}

#[wasm_bindgen]
pub fn annotations(location: &str, machine_type: &str, accelerator: &str) -> Result<JsValue, JsValue> {
    Ok(write(&api::annotations(Held { location, machine_type, accelerator }))?)
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
