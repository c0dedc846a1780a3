//! JavaScript values to serde types and back: plain objects, `null` for nothing.

use super::error::CoreError;
use crate::diagnostic::{Code, Diagnostic};
use serde::Serialize;
use serde::de::DeserializeOwned;
use wasm_bindgen::JsValue;

/// Reads a request object.
pub fn from_js<T: DeserializeOwned>(value: JsValue) -> Result<T, CoreError> {
    serde_wasm_bindgen::from_value(value).map_err(|error| {
        Diagnostic::error(Code::RequestMalformed, format!("the request has another shape than the core takes: {error}"))
            .into()
    })
}

/// Writes a report as a plain object.
pub fn to_js<T: Serialize + ?Sized>(value: &T) -> Result<JsValue, CoreError> {
    value
        .serialize(&serde_wasm_bindgen::Serializer::json_compatible())
        .map_err(|error| Diagnostic::error(Code::CoreInternal, error.to_string()).into())
}
