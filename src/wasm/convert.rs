//! JavaScript values to serde types and back: plain objects, `null` for nothing.
//!
//! What comes in is walked: JSON text is left to the engine's reader, because `serde_json`'s own, with all it can say about wrong
//! values, would be a fifth of the browser build. Reports go out as JSON text, which the engine reads faster than Rust builds
//! objects.

use crate::api::request::Request;
use crate::diagnostic::{Code, Diagnostic};
use js_sys::{Array, JSON, Object};
use serde::Serialize;
use serde_json::{Map, Value};
use wasm_bindgen::{JsCast, JsValue};

/// As deep as `serde_json` reads; a value that holds itself ends here too.
const MOST_DEPTH: usize = 128;

/// A JavaScript value as JSON; `None` for what JSON cannot say, or too deeply nested.
fn walk(value: &JsValue, depth: usize) -> Option<Value> {
    if depth > MOST_DEPTH {
        return None;
    }
    if value.is_null() || value.is_undefined() {
        return Some(Value::Null);
    }
    if let Some(text) = value.as_string() {
        return Some(Value::String(text));
    }
    if let Some(boolean) = value.as_bool() {
        return Some(Value::Bool(boolean));
    }
    if let Some(number) = value.as_f64() {
        return number_of(number);
    }
    if let Some(items) = value.dyn_ref::<Array>() {
        return items.iter().map(|item| walk(&item, depth + 1)).collect::<Option<_>>().map(Value::Array);
    }
    let object = value.dyn_ref::<Object>().filter(|object| !object.is_function())?;
    let mut map = Map::new();
    for entry in Object::entries(object).iter() {
        let entry = Array::from(&entry);
        let value = entry.get(1);
        // As `JSON.stringify` does: what is undefined is not there.
        if !value.is_undefined() {
            map.insert(entry.get(0).as_string()?, walk(&value, depth + 1)?);
        }
    }
    Some(Value::Object(map))
}

/// Whole numbers that JavaScript holds exactly are whole numbers here.
fn number_of(number: f64) -> Option<Value> {
    const SAFE: f64 = 9_007_199_254_740_991.0;
    if number == number.trunc() && number.abs() <= SAFE {
        return Some(Value::from(number as i64));
    }
    js_sys::Number::from(number).to_string_with_radix(10).ok()?.as_string().map(Value::String)
}

/// The number that a decimal's text stands for; the caller knows that it is one.
pub fn decimal(text: &str) -> f64 {
    js_sys::parse_float(text)
}

/// Reads JSON text with the engine's reader.
pub fn parse(text: &str) -> Option<Value> {
    walk(&JSON::parse(text).ok()?, 0)
}

/// Reads a request object.
pub fn read<T: Request>(value: &JsValue) -> Result<T, Diagnostic> {
    // What JSON cannot say is no request, and refused as one.
    T::read(walk(value, 0).unwrap_or_default())
}

/// Reads any value that JSON can say.
pub fn read_any(value: &JsValue) -> Option<Value> {
    walk(value, 0)
}

/// Writes a report as a plain object.
pub fn write<T: Serialize + ?Sized>(value: &T) -> Result<JsValue, Diagnostic> {
    parsed(text(value))
}

/// Once for all kinds of reports.
fn parsed(text: Result<String, Diagnostic>) -> Result<JsValue, Diagnostic> {
    JSON::parse(&text?).map_err(|_| unwritable())
}

/// Writes a report as JSON text.
pub fn text<T: Serialize + ?Sized>(value: &T) -> Result<String, Diagnostic> {
    serde_json::to_string(value).map_err(|_| unwritable())
}

fn unwritable() -> Diagnostic {
    Diagnostic::new(Code::CoreInternal, "a report is not JSON")
}

/// Writes a small value as a plain object.
pub fn to_js<T: Serialize + ?Sized>(value: &T) -> Result<JsValue, Diagnostic> {
    value.serialize(&serde_wasm_bindgen::Serializer::json_compatible()).map_err(|_| unwritable())
}
