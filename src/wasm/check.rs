//! Checking whole files, for JavaScript. Types: `class Checker` in `pkg-js/core/src/server.d.ts`.
//!
//! Bytes come in and JSON text goes out; of a file without findings nothing but a number crosses.

use super::convert::{read_any, text};
use super::error::CoreError;
use crate::check::{self, ConfigFile, FailOn, FileReport, Options, Origin};
use crate::diagnostic::{Code, Diagnostic};
use crate::entity::Node;
use crate::render::Format;
use wasm_bindgen::prelude::*;

/// One check of any number of files. Gone once it is finished.
#[wasm_bindgen]
pub struct Checker(Option<check::Checker>);

#[wasm_bindgen]
impl Checker {
    /// `file` and `bytes` are the configuration's.
    #[wasm_bindgen(constructor)]
    #[allow(clippy::too_many_arguments, reason = "an object with bytes in it would have to be walked")]
    pub fn new(
        format: &str,
        color: bool,
        summary: bool,
        fail_on: &str,
        fix: bool,
        rules: JsValue,
        file: Option<String>,
        bytes: Option<Vec<u8>>,
    ) -> Result<Self, JsValue> {
        let rules = match read_any(&rules) {
            Some(serde_json::Value::Null) => None,
            Some(value) => Some(Node::from(&value)),
            None => return Err(malformed("`rules` is no mapping of codes to levels".into())),
        };
        let options = Options {
            format: Format::parse(format)
                .ok_or_else(|| unknown("format", format, &Format::ALL.map(|(name, _)| name)))?,
            color,
            summary,
            fail_on: FailOn::parse(fail_on)
                .ok_or_else(|| unknown("failOn", fail_on, &FailOn::ALL.map(|(name, _)| name)))?,
            fix,
            rules,
            config: file.zip(bytes).map(|(file, bytes)| ConfigFile { file, bytes }),
        };
        Ok(Self(Some(check::Checker::new(&options))))
    }

    /// A number of entities, or a report as JSON text where there is more to say.
    pub fn add(&mut self, file: &str, bytes: &[u8], named: bool) -> Result<JsValue, JsValue> {
        let origin = if named { Origin::Named } else { Origin::Found };
        let report = self.checker()?.add(file, bytes, origin);
        if report.diagnostics.is_empty() && report.output.is_empty() && report.fixed.is_none() {
            return Ok(JsValue::from(report.entities as u32));
        }
        written(&report)
    }

    pub fn unreadable(&mut self, file: &str, reason: &str) -> Result<JsValue, JsValue> {
        written(&self.checker()?.unreadable(file, reason))
    }

    pub fn unwritable(&mut self, file: &str, reason: &str) -> Result<JsValue, JsValue> {
        written(&self.checker()?.unwritable(file, reason))
    }

    pub fn finish(&mut self) -> Result<JsValue, JsValue> {
        let checker = self.0.take().ok_or_else(finished)?;
        Ok(text(&checker.finish())?.into())
    }

    /// A larger file is refused: of such a one, one byte more than this is enough to say so.
    #[wasm_bindgen(js_name = mostBytes)]
    pub fn most_bytes() -> u32 {
        crate::entity::MOST_BYTES as u32
    }

    /// How many documents a file holds, read and no more: what a check takes at the least.
    pub fn documents(bytes: &[u8]) -> u32 {
        backstage_yaml::read(bytes).len() as u32
    }

    /// Whether a part of a large file mentions an annotation of ours.
    #[wasm_bindgen(js_name = mentionsAnnotation)]
    pub fn mentions_annotation(bytes: &[u8]) -> bool {
        check::mentions_annotation(bytes)
    }

    /// Whether the beginning of a large file is one of Backstage's kinds.
    #[wasm_bindgen(js_name = isBackstage)]
    pub fn is_backstage(bytes: &[u8]) -> bool {
        check::is_backstage(bytes)
    }

    fn checker(&mut self) -> Result<&mut check::Checker, JsValue> {
        self.0.as_mut().ok_or_else(finished)
    }
}

fn written(report: &FileReport) -> Result<JsValue, JsValue> {
    Ok(text(report)?.into())
}

fn malformed(message: String) -> JsValue {
    CoreError::from(Diagnostic::new(Code::RequestMalformed, message)).into()
}

fn unknown(option: &str, given: &str, known: &[&str]) -> JsValue {
    malformed(format!("`{option}` is `{given}`; it may be {}", known.join(", ")))
}

fn finished() -> JsValue {
    malformed("this check is finished: begin another".into())
}
