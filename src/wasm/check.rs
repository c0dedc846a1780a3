//! Exports of the build that checks whole files. Their forms: `docs/boundary.md`.

use super::convert::read;
use crate::api::check::{self, Origin, checker};
use crate::api::talk::text;
use crate::diagnostic::{Code, Diagnostic};
use wasm_bindgen::prelude::*;

/// One check of any number of files; empty once it has finished.
#[wasm_bindgen]
pub struct Checker(Option<check::Checker>);

#[wasm_bindgen]
impl Checker {
    #[wasm_bindgen(constructor)]
    pub fn new(options: JsValue, config: Option<String>, bytes: Option<Vec<u8>>) -> Result<Self, JsValue> {
        Ok(Self(Some(checker(read(&options)?, config.zip(bytes)))))
    }

    /// Returns the number of entities, or a report as JSON text where it has more to report.
    pub fn add(&mut self, file: &str, bytes: &[u8], named: bool) -> Result<JsValue, JsValue> {
        let origin = if named { Origin::Named } else { Origin::Found };
        let report = self.checker()?.add(file, bytes, origin);
        if report.diagnostics.is_empty() && report.output.is_empty() && report.fixed.is_none() {
            return Ok(JsValue::from(report.entities as u32));
        }
        Ok(text(&report)?.into())
    }

    pub fn unreadable(&mut self, file: &str, reason: &str) -> Result<String, JsValue> {
        Ok(text(&self.checker()?.unreadable(file, reason))?)
    }

    pub fn unwritable(&mut self, file: &str, reason: &str) -> Result<String, JsValue> {
        Ok(text(&self.checker()?.unwritable(file, reason))?)
    }

    pub fn finish(&mut self) -> Result<String, JsValue> {
        Ok(text(&self.0.take().ok_or_else(finished)?.finish())?)
    }

    #[wasm_bindgen(js_name = mostBytes)]
    pub fn most_bytes() -> u32 {
        check::MAX_BYTES as u32
    }

    pub fn documents(bytes: &[u8]) -> u32 {
        check::documents(bytes) as u32
    }

    #[wasm_bindgen(js_name = mentionsAnnotation)]
    pub fn mentions_annotation(bytes: &[u8]) -> bool {
        check::mentions_annotation(bytes)
    }

    #[wasm_bindgen(js_name = isBackstage)]
    pub fn is_backstage(bytes: &[u8]) -> bool {
        check::is_backstage(bytes)
    }

    fn checker(&mut self) -> Result<&mut check::Checker, Diagnostic> {
        self.0.as_mut().ok_or_else(finished)
    }
}

fn finished() -> Diagnostic {
    Diagnostic::new(Code::RequestMalformed, "the check has finished").help("create a new `Checker`")
}
