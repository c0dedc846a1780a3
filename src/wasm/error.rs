//! Errors thrown to JavaScript: an `Error` named `CoreError` that carries its findings.

use super::convert::write;
use crate::api::error::CoreError;
use crate::diagnostic::{Code, Diagnostic};
use js_sys::{Error, Reflect};
use wasm_bindgen::JsValue;

impl From<Diagnostic> for JsValue {
    fn from(finding: Diagnostic) -> Self {
        CoreError::from(finding).into()
    }
}

impl From<CoreError> for JsValue {
    fn from(error: CoreError) -> Self {
        let thrown = Error::new(&error.message);
        thrown.set_name("CoreError");
        let code = error.diagnostics.first().map_or(Code::CoreInternal, |d| d.code);
        // Setting a property of a fresh, extensible object cannot fail.
        let set = |key: &str, value: &JsValue| drop(Reflect::set(&thrown, &key.into(), value));
        set("code", &code.as_str().into());
        set("status", &error.status.into());
        set("diagnostics", &write(&error.diagnostics).unwrap_or_else(|_| js_sys::Array::new().into()));
        thrown.into()
    }
}
