//! What both builds export. Types: `pkg-js/core/src/index.d.ts`.

use super::convert::{read, write};
use super::error::CoreError;
use super::transport::{Host, report};
use crate::api;
use crate::diagnostic::{Code, Diagnostic};
use js_sys::Promise;
use wasm_bindgen::prelude::*;

/// The version of the compiled core.
#[wasm_bindgen]
pub fn version() -> String {
    env!("CARGO_PKG_VERSION").to_owned()
}

/// Called once with what is to happen should the core ever panic: a trap inside a promise would otherwise leave it pending.
#[wasm_bindgen(js_name = onPanic)]
pub fn on_panic(listener: js_sys::Function) {
    let listener = Listener(listener);
    std::panic::set_hook(Box::new(move |panic| {
        let _ = listener.get().call1(&JsValue::UNDEFINED, &panic.to_string().into());
    }));
}

/// A hook must be `Send + Sync`; this build has one thread.
struct Listener(js_sys::Function);

impl Listener {
    fn get(&self) -> &js_sys::Function {
        &self.0
    }
}

#[wasm_bindgen]
pub fn annotations() -> Result<JsValue, JsValue> {
    Ok(write(&api::annotations())?)
}

#[wasm_bindgen]
pub fn validate(request: JsValue) -> Result<JsValue, JsValue> {
    Ok(write(&api::validate(&read(&request)?))?)
}

#[wasm_bindgen]
pub fn status(request: JsValue, host: JsValue) -> Result<Promise, JsValue> {
    Ok(report(api::status(&read(&request)?, js_sys::Date::now() as u64), read_host(&host)?))
}

pub(super) fn read_host(host: &JsValue) -> Result<Host, CoreError> {
    Host::from_js(host)
        .ok_or_else(|| Diagnostic::new(Code::RequestMalformed, "the host has no `fetch` function").into())
}
