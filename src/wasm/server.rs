//! What only the server build exports, besides the gate. Types: `pkg-js/core/src/server.d.ts`.

use super::convert::{read, write};
use super::exports::read_host;
use super::transport::drive;
use crate::api;
use wasm_bindgen::prelude::*;

#[wasm_bindgen]
pub async fn deploy(request: JsValue, host: JsValue) -> Result<JsValue, JsValue> {
    let report = match api::deploy(&read(&request)?) {
        Ok(conversation) => drive(conversation, &read_host(&host)?).await,
        Err(report) => *report,
    };
    Ok(write(&report)?)
}
