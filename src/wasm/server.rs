//! What only the server build exports, besides the gate. Types: `pkg-js/core/src/server.d.ts`.

use super::convert::{read, write};
use super::exports::read_host;
use super::transport::drive;
use crate::api::{deployment, iam};
use wasm_bindgen::prelude::*;

#[wasm_bindgen]
pub fn plan(request: JsValue) -> Result<JsValue, JsValue> {
    Ok(write(&deployment::plan(&read(&request)?))?)
}

#[wasm_bindgen]
pub async fn deploy(request: JsValue, host: JsValue) -> Result<JsValue, JsValue> {
    let report = match deployment::deploy(&read(&request)?) {
        Ok(conversation) => drive(conversation, &read_host(&host)?).await,
        Err(report) => *report,
    };
    Ok(write(&report)?)
}

#[wasm_bindgen(js_name = iamPlan)]
pub fn iam_plan(request: JsValue) -> Result<JsValue, JsValue> {
    Ok(write(&iam::iam_plan(&read(&request)?, now()))?)
}

#[wasm_bindgen(js_name = iamCompare)]
pub fn iam_compare(request: JsValue) -> Result<JsValue, JsValue> {
    Ok(write(&iam::iam_compare(&read(&request)?, now()))?)
}

#[wasm_bindgen(js_name = iamApply)]
pub async fn iam_apply(request: JsValue, host: JsValue) -> Result<JsValue, JsValue> {
    let report = match iam::iam_apply(&read(&request)?, now()) {
        Ok(conversation) => drive(conversation, &read_host(&host)?).await,
        Err(report) => *report,
    };
    Ok(write(&report)?)
}

#[wasm_bindgen(js_name = iamVerify)]
pub async fn iam_verify(request: JsValue, host: JsValue) -> Result<JsValue, JsValue> {
    let report = match iam::iam_verify(&read(&request)?, now()) {
        Ok(conversation) => drive(conversation, &read_host(&host)?).await,
        Err(report) => *report,
    };
    Ok(write(&report)?)
}

fn now() -> u64 {
    js_sys::Date::now() as u64
}
