//! Exports of the server build, besides those of browsers and the gate.

use super::convert::{json, now, read, write};
use super::transport::Talk;
use crate::api::error::CoreError;
use crate::api::{catalog_config, deployment, iam};
use crate::deployment::ledger::LedgerEntry;
use wasm_bindgen::prelude::*;

#[wasm_bindgen(js_name = catalogConfig)]
pub fn read_catalog_config(config: &JsValue) -> Result<JsValue, JsValue> {
    Ok(write(&catalog_config(&json(config)).map_err(CoreError::misconfigured)?)?)
}

#[wasm_bindgen]
pub fn plan(request: JsValue) -> Result<JsValue, JsValue> {
    Ok(write(&deployment::plan(&read(&request)?))?)
}

#[wasm_bindgen]
pub fn deploy(request: JsValue) -> Result<Talk, JsValue> {
    Ok(Talk::new(Ok(deployment::deploy(&read(&request)?))))
}

#[wasm_bindgen(js_name = runDeployment)]
pub fn run_deployment(request: JsValue, ledger: &JsValue) -> Result<Talk, JsValue> {
    let ledger = LedgerEntry::read_all(json(ledger))?;
    Ok(Talk::new(Ok(deployment::run(&read(&request)?, ledger))))
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
pub fn iam_apply(request: JsValue) -> Result<Talk, JsValue> {
    Ok(Talk::new(iam::iam_apply(&read(&request)?, now())))
}

#[wasm_bindgen(js_name = iamPam)]
pub fn iam_pam(request: JsValue) -> Result<Talk, JsValue> {
    Ok(Talk::new(iam::iam_pam(&read(&request)?, now())))
}

#[wasm_bindgen(js_name = iamVerify)]
pub fn iam_verify(request: JsValue) -> Result<Talk, JsValue> {
    Ok(Talk::new(iam::iam_verify(&read(&request)?, now())))
}
