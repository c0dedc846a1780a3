//! JavaScript values to serde types and back: plain objects, `null` for `None`. Their forms: `docs/boundary.md`.

use crate::api::request::Request;
use crate::api::talk::{Millis, text, unwritable};
use crate::diagnostic::Diagnostic;
use js_sys::{Array, JSON, Object};
use serde::Serialize;
use serde_json::{Map, Value};
use wasm_bindgen::{JsCast, JsValue};

/// Maximum depth of a value, as in `serde_json`. A value that contains itself exceeds it.
const MAX_DEPTH: usize = 128;

/// Returns a JavaScript value as JSON; `None` when JSON cannot represent it, or when it is nested too deeply.
fn walk(value: &JsValue, depth: usize) -> Option<Value> {
    if depth > MAX_DEPTH {
        return None;
    }
    if value.is_null() || value.is_undefined() {
        return Some(Value::Null);
    }
    let scalar = value.as_string().map(Value::String).or_else(|| value.as_bool().map(Value::Bool));
    if scalar.is_some() {
        return scalar;
    }
    if let Some(number) = value.as_f64() {
        return number_of(number);
    }
    if let Some(items) = value.dyn_ref::<Array>() {
        return items.iter().map(|item| walk(&item, depth + 1)).collect::<Option<_>>().map(Value::Array);
    }
    // No `instanceof`: the scaffolder's template expressions make objects of another realm.
    let object = value.is_object().then(|| value.unchecked_ref::<Object>())?;
    let mut map = Map::new();
    for entry in Object::entries(object).iter() {
        let entry = Array::from(&entry);
        let value = entry.get(1);
        // Undefined means missing, as in `JSON.stringify`.
        if !value.is_undefined() {
            map.insert(entry.get(0).as_string()?, walk(&value, depth + 1)?);
        }
    }
    Some(Value::Object(map))
}

/// Returns a number that JavaScript represents exactly as a whole number, and any other as a string.
fn number_of(number: f64) -> Option<Value> {
    if number == number.trunc() && number.abs() < 2f64.powi(53) {
        return Some(Value::from(number as i64));
    }
    js_sys::Number::from(number).to_string_with_radix(10).ok()?.as_string().map(Value::String)
}

/// Parses JSON text with the engine's parser.
pub fn parse(text: &str) -> Option<Value> {
    walk(&JSON::parse(text).ok()?, 0)
}

/// Reads a request object.
pub fn read<T: Request>(value: &JsValue) -> Result<T, Diagnostic> {
    T::read(json(value))
}

/// Reads a value; `null` when JSON cannot represent it.
pub fn json(value: &JsValue) -> Value {
    walk(value, 0).unwrap_or_default()
}

/// Writes a report as a plain object.
pub fn write<T: Serialize + ?Sized>(value: &T) -> Result<JsValue, Diagnostic> {
    parsed(text(value))
}

/// The part of [`write`] that all types share.
pub fn parsed(text: Result<String, Diagnostic>) -> Result<JsValue, Diagnostic> {
    JSON::parse(&text?).map_err(|_| unwritable())
}

/// Writes a small value without JSON in it as a plain object.
pub fn to_js<T: Serialize + ?Sized>(value: &T) -> Result<JsValue, Diagnostic> {
    value.serialize(&serde_wasm_bindgen::Serializer::json_compatible()).map_err(|_| unwritable())
}

/// The clock of the host, in milliseconds since 1970.
pub fn now() -> Millis {
    js_sys::Date::now() as Millis
}
