//! JSON objects as Google takes them.
//!
//! Built by hand: `json!` would bring a second serializer, and with it the printing of floats.

use serde_json::{Map, Value};
use std::fmt::Display;

/// A JSON object under construction; fields without a value are left out, as Google does.
#[derive(Default)]
pub struct Object(Map<String, Value>);

impl Object {
    pub fn with(self, name: &str, value: impl Into<Value>) -> Self {
        self.put(name, value.into())
    }

    fn put(mut self, name: &str, value: Value) -> Self {
        self.0.insert(name.to_owned(), value);
        self
    }

    /// Absent where it has no field.
    pub fn unless_empty(self) -> Option<Value> {
        if self.0.is_empty() { None } else { Some(self.into()) }
    }

    pub fn with_text(self, name: &str, value: Option<&impl Display>) -> Self {
        match value {
            Some(value) => self.with(name, value.to_string()),
            None => self,
        }
    }
}

impl From<Object> for Value {
    fn from(object: Object) -> Self {
        Value::Object(object.0)
    }
}

/// JSON on one line. A value's `Display` would bring two more ways to write each kind of value.
pub fn text(value: &Value) -> String {
    serde_json::to_string(value).unwrap_or_default()
}

/// An object without any field.
pub fn object() -> Object {
    Object::default()
}
