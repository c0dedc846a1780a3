//! JavaScript values to serde types and back: plain objects, `null` for nothing.
//!
//! Requests and reports cross as JSON text, which the engine reads and writes faster than Rust walks an object, and for which the
//! browser build carries the code anyway. The gate's small values, one call of which a proxied request waits for, are walked.

use super::error::CoreError;
use crate::api::request::Request;
use crate::diagnostic::{Code, Diagnostic};
use js_sys::JSON;
use serde::Serialize;
use wasm_bindgen::JsValue;

fn internal(error: &dyn std::fmt::Display) -> CoreError {
    Diagnostic::error(Code::CoreInternal, error.to_string()).into()
}

/// Reads a request object.
pub fn read<T: Request>(value: &JsValue) -> Result<T, CoreError> {
    let text = JSON::stringify(value).ok().and_then(|text| text.as_string()).unwrap_or_default();
    // What stringify writes is JSON; `undefined` is nothing, and so no request.
    Ok(T::read(serde_json::from_str(&text).unwrap_or_default())?)
}

/// Writes a report as a plain object.
pub fn write<T: Serialize + ?Sized>(value: &T) -> Result<JsValue, CoreError> {
    let text = serde_json::to_string(value).map_err(|error| internal(&error))?;
    JSON::parse(&text).map_err(|_| internal(&"a report is not JSON"))
}

/// Reads a small value.
#[cfg(feature = "server")]
pub fn from_js<T: serde::de::DeserializeOwned>(value: JsValue) -> Result<T, CoreError> {
    serde_wasm_bindgen::from_value(value).map_err(|error| {
        let message = format!("the request has another shape than the core takes: {error}");
        Diagnostic::error(Code::RequestMalformed, message).into()
    })
}

/// Writes a small value as a plain object.
#[cfg(feature = "server")]
pub fn to_js<T: Serialize + ?Sized>(value: &T) -> Result<JsValue, CoreError> {
    value.serialize(&serde_wasm_bindgen::Serializer::json_compatible()).map_err(|error| internal(&error))
}
