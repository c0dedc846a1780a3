//! Errors thrown to JavaScript: an `Error` named `CoreError` that carries its findings.

use super::convert::write;
use crate::diagnostic::{Code, Diagnostic};
use crate::words;
use js_sys::{Error, Reflect};
use wasm_bindgen::JsValue;

/// Misuse or failed I/O: its findings and the matching HTTP status.
#[derive(Debug)]
pub struct CoreError {
    pub diagnostics: Vec<Diagnostic>,
    pub status: u16,
}

impl CoreError {
    pub fn forbidden(finding: Diagnostic) -> Self {
        Self { diagnostics: vec![finding], status: 403 }
    }
}

impl From<Diagnostic> for CoreError {
    fn from(finding: Diagnostic) -> Self {
        let status = if finding.code == Code::CoreInternal { 500 } else { 400 };
        Self { diagnostics: vec![finding], status }
    }
}

impl From<Diagnostic> for JsValue {
    fn from(finding: Diagnostic) -> Self {
        CoreError::from(finding).into()
    }
}

impl From<CoreError> for JsValue {
    fn from(error: CoreError) -> Self {
        let thrown = Error::new(&message(&error.diagnostics));
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

/// One finding is a sentence; several are a Markdown list, which Backstage's error banner renders.
fn message(findings: &[Diagnostic]) -> String {
    match findings {
        [finding] => finding.message.to_string(),
        _ => words::list(findings.iter().map(|finding| format!("- {}", finding.message)), "\n"),
    }
}
