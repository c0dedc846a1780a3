//! Exports of the browser build, besides those of both builds.

use super::convert::{read, write};
use super::exports::now;
use super::transport::Talk;
use crate::api;
use crate::api::request::{CatalogEntity, StatusRequest, ValidateRequest};
use wasm_bindgen::prelude::*;

/// Smaller than the standard library's allocator, which the server build keeps: see `docs/size.md`.
#[global_allocator]
static ALLOCATOR: talc::wasm::WasmDynamicTalc = talc::wasm::new_wasm_dynamic_allocator();

#[wasm_bindgen]
pub fn validate(request: JsValue) -> Result<JsValue, JsValue> {
    let request: ValidateRequest<CatalogEntity> = read(&request)?;
    Ok(write(&api::validate(&request))?)
}

#[wasm_bindgen]
pub fn status(request: JsValue) -> Result<Talk, JsValue> {
    let request: StatusRequest<CatalogEntity> = read(&request)?;
    Ok(Talk::new(api::status(&request, now())))
}
