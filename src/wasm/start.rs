//! Exports of every build: its version, and how it reports a panic.

use crate::api::talk::note_panic;
use js_sys::Function;
use std::cell::RefCell;
use wasm_bindgen::prelude::*;

#[wasm_bindgen]
pub fn version() -> String {
    env!("CARGO_PKG_VERSION").to_owned()
}

thread_local! {
    /// Called with the message of a panic. Without it, a trap inside a promise would leave the promise pending.
    static PANIC_LISTENER: RefCell<Function> = RefCell::default();
}

#[wasm_bindgen(js_name = onPanic)]
pub fn on_panic(listener: Function) {
    PANIC_LISTENER.set(listener);
    std::panic::set_hook(Box::new(|panic| {
        note_panic();
        PANIC_LISTENER.with_borrow(|listener| listener.call1(&JsValue::UNDEFINED, &panic.to_string().into()).ok());
    }));
}
