//! JSON objects for requests to Google, built without `json!`, for size (`docs/size.md`).

use serde_json::{Map, Value};
use std::fmt::Display;

/// A JSON object under construction. A field without a value is left out, as in Google's own JSON.
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

    /// A field below a field, such as `httpGet` of a probe.
    pub fn below(&mut self, name: &str, inner: &str) -> Option<&mut Map<String, Value>> {
        self.0.get_mut(name)?.get_mut(inner)?.as_object_mut()
    }

    /// The object so far.
    pub fn value(&self) -> Value {
        Value::Object(self.0.clone())
    }

    /// `None` where the object has no field.
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

/// JSON on one line. `Display` is avoided, for size (`docs/size.md`).
pub fn text(value: &Value) -> String {
    serde_json::to_string(value).unwrap_or_default()
}

/// An object without fields.
pub fn object() -> Object {
    Object::default()
}
