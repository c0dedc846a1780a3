//! What is thrown: a JavaScript `Error` named `CoreError` that carries the findings.

use super::convert::write;
use crate::diagnostic::{Code, Diagnostic};
use crate::words;
use js_sys::{Error, Reflect};
use wasm_bindgen::JsValue;

/// Misuse or failed I/O, with its findings and the HTTP status that says the same.
#[derive(Debug)]
pub struct CoreError {
    pub diagnostics: Vec<Diagnostic>,
    pub status: u16,
}

impl CoreError {
    pub fn new(status: u16, diagnostics: Vec<Diagnostic>) -> Self {
        Self { diagnostics, status }
    }
}

impl From<Diagnostic> for CoreError {
    fn from(finding: Diagnostic) -> Self {
        let status = if finding.code == Code::CoreInternal { 500 } else { 400 };
        Self { diagnostics: vec![finding], status }
    }
}

impl From<CoreError> for JsValue {
    fn from(error: CoreError) -> Self {
        let thrown = Error::new(&words::list(error.diagnostics.iter().map(|finding| &finding.message), "; "));
        thrown.set_name("CoreError");
        let code = error.diagnostics.first().map_or(Code::CoreInternal, |d| d.code);
        let set = |key: &str, value: &JsValue| {
            // Setting a property of a fresh, extensible object cannot fail.
            let _ = Reflect::set(&thrown, &key.into(), value);
        };
        set("code", &code.as_str().into());
        set("status", &error.status.into());
        set("diagnostics", &write(&error.diagnostics).unwrap_or_else(|_| js_sys::Array::new().into()));
        thrown.into()
    }
}
