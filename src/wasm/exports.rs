//! Exports of both builds.

use super::convert::write;
use crate::api;
use crate::conversation::Millis;
use wasm_bindgen::prelude::*;

#[wasm_bindgen]
pub fn version() -> String {
    env!("CARGO_PKG_VERSION").to_owned()
}

/// Registers the listener for a panic of the core. Without it, a trap inside a promise would leave the promise pending.
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

pub(super) fn now() -> Millis {
    js_sys::Date::now() as Millis
}
