//! Request bodies, read as strictly as Google reads them.
//!
//! Unknown fields are rejected. Names may be camelCase or snake_case, enums names or numbers, 64-bit integers strings or numbers. The
//! texts are those of public reports, e.g. <https://github.com/google-gemini/gemini-cli/issues/13972> for an unknown field and
//! <https://github.com/googleapis/go-genai/issues/508> for a required one.

mod access;
mod model_garden;
pub mod numbers;
mod vertex;

pub use access::{GENERATE_TOKEN, GET_POLICY, SET_POLICY, TEST_PERMISSIONS};
pub use model_garden::{DEPLOY, RECOMMEND_SPEC};
pub use vertex::*;

use crate::error::ApiError;
use serde_json::{Map, Value, json};
use std::sync::LazyLock;

/// The type of a field.
pub enum Shape {
    Text,
    Bool,
    Int,
    Float,
    /// A 64-bit integer: a string in JSON.
    Long,
    /// `google.protobuf.Duration`: seconds with an `s`.
    Duration,
    /// The name of the enum in its service, and its values.
    Enum(&'static str, &'static [(&'static str, i64)]),
    Message(&'static [(&'static str, Shape)]),
    List(&'static Shape),
    /// A map from strings to values of this shape.
    Map(&'static Shape),
    /// Any value: the emulator does not read it.
    Any,
    /// An output-only field: accepted from callers that send back an answer, and dropped.
    Output,
    /// A field that Google requires: `required` finds it missing.
    Required(&'static Shape),
    /// A field of v1beta1 only.
    Beta(&'static Shape),
}

pub type Fields = &'static [(&'static str, Shape)];

use Shape::{Any, Beta, Bool, Duration, Enum, Float, Int, List, Long, Message, Output, Required, Text};

pub const EMPTY: Fields = &[];

/// Reads a body; an empty body is an empty message.
pub fn read(body: &[u8], fields: Fields) -> Result<Value, ApiError> {
    read_as(body, fields, "", false)
}

/// Reads a body of v1 or v1beta1 that is the field `root` of its request.
pub fn read_as(body: &[u8], fields: Fields, root: &str, is_beta: bool) -> Result<Value, ApiError> {
    if body.is_empty() {
        return Ok(json!({}));
    }
    let value: Value = serde_json::from_slice(body)
        .map_err(|_| ApiError::invalid("Invalid JSON payload received. Unable to parse the body."))?;
    let mut reader = Reader { is_beta, mistakes: Vec::new() };
    let read = reader.message(value, fields, root);
    if reader.mistakes.is_empty() { Ok(read) } else { Err(ApiError::unreadable(reader.mistakes)) }
}

/// Collects the mistakes of a body: Google reports all of them.
struct Reader {
    is_beta: bool,
    /// The path of each mistake in the request, and its text.
    mistakes: Vec<(String, String)>,
}

fn join(path: &str, field: &str) -> String {
    let field = snake(field);
    if path.is_empty() { field } else { format!("{path}.{field}") }
}

impl Reader {
    fn wrong(&mut self, path: &str, kind: &str, value: &Value) -> Value {
        self.mistakes.push((path.to_owned(), format!("Invalid value at '{path}' ({kind}), {value}")));
        Value::Null
    }

    fn message(&mut self, value: Value, fields: Fields, path: &str) -> Value {
        let Value::Object(object) = value else {
            return self.wrong(path, "an object", &value);
        };
        let mut out = Map::new();
        for (key, value) in object {
            let name = camel(&key);
            let known = fields.iter().find(|(known, _)| *known == name);
            let Some((name, shape)) = known.filter(|(_, shape)| self.is_beta || !matches!(shape, Beta(_))) else {
                let at = if path.is_empty() { String::new() } else { format!(" at '{path}'") };
                let text = format!("Invalid JSON payload received. Unknown name \"{key}\"{at}: Cannot find field.");
                self.mistakes.push((path.to_owned(), text));
                continue;
            };
            // In the JSON mapping of protocol buffers, null is an unset field.
            if !value.is_null() && !matches!(shape, Output | Beta(Output)) {
                let value = self.shaped(value, shape, &join(path, name));
                out.insert((*name).to_owned(), value);
            }
        }
        Value::Object(out)
    }

    fn shaped(&mut self, value: Value, shape: &'static Shape, path: &str) -> Value {
        let number = |value: &Value| value.as_i64().or_else(|| value.as_str()?.parse().ok());
        match (shape, value) {
            (Required(inner) | Beta(inner), value) => self.shaped(value, inner, path),
            (Any, value) | (Text, value @ Value::String(_)) | (Bool, value @ Value::Bool(_)) => value,
            (Float, Value::Number(number)) => Value::Number(number),
            (Int, value) => match number(&value).and_then(|n| i32::try_from(n).ok()) {
                Some(n) => json!(n),
                None => self.wrong(path, "TYPE_INT32", &value),
            },
            (Long, value) => match number(&value) {
                Some(n) => json!(n.to_string()),
                None => self.wrong(path, "TYPE_INT64", &value),
            },
            (Duration, value) => match value.as_str().and_then(seconds) {
                Some(_) => value,
                None => self.wrong(path, "type.googleapis.com/google.protobuf.Duration", &value),
            },
            (Enum(kind, names), value) => {
                let found = match &value {
                    Value::String(name) => names.iter().find(|(known, _)| known == name),
                    other => other.as_i64().and_then(|number| names.iter().find(|(_, known)| *known == number)),
                };
                match found {
                    Some((name, _)) => json!(name),
                    None => self.wrong(path, &format!("type.googleapis.com/google.cloud.aiplatform.v1.{kind}"), &value),
                }
            }
            (Message(fields), value) => self.message(value, fields, path),
            (List(inner), Value::Array(items)) => {
                let items = items.into_iter().enumerate();
                Value::Array(items.map(|(at, item)| self.shaped(item, inner, &format!("{path}[{at}]"))).collect())
            }
            (Shape::Map(inner), Value::Object(entries)) => {
                let at = |at| format!("{path}[{at}].value");
                let entries = entries.into_iter().enumerate();
                Value::Object(
                    entries.map(|(index, (key, value))| (key, self.shaped(value, inner, &at(index)))).collect(),
                )
            }
            (Bool, value) => self.wrong(path, "TYPE_BOOL", &value),
            (Float, value) => self.wrong(path, "TYPE_DOUBLE", &value),
            (_, value) => self.wrong(path, "TYPE_STRING", &value),
        }
    }
}

/// Returns the seconds of a duration such as `1.5s`.
pub fn seconds(text: &str) -> Option<f64> {
    let number = text.strip_suffix('s')?;
    let is_plain = number.bytes().all(|b| b.is_ascii_digit() || b == b'.' || b == b'-');
    number.parse().ok().filter(|_| is_plain)
}

/// The required fields that a message lacks, as paths of the request; `root` is the message's own path. An empty text is none.
pub fn missing(value: &Value, fields: Fields, root: &str) -> Vec<(String, String)> {
    let mut found = Vec::new();
    look_for(value, fields, root, &mut found);
    found.into_iter().map(|path| (path, "Required field is not set.".to_owned())).collect()
}

fn look_for(value: &Value, fields: Fields, path: &str, found: &mut Vec<String>) {
    for (name, shape) in fields {
        let (value, path) = (&value[*name], join(path, name));
        let is_unset = value.is_null() || *value == "";
        let shape = match shape {
            Required(_) if is_unset => {
                found.push(path);
                continue;
            }
            Required(inner) | Beta(inner) => inner,
            other => other,
        };
        match (shape, value) {
            (Message(fields), Value::Object(_)) => look_for(value, fields, &path, found),
            (List(Message(fields)), Value::Array(items)) => {
                items.iter().enumerate().for_each(|(at, item)| look_for(item, fields, &format!("{path}[{at}]"), found));
            }
            _ => {}
        }
    }
}

/// Removes the fields of v1beta1 from an answer of v1.
pub fn without_beta(value: &mut Value) {
    static ONLY_BETA: LazyLock<Vec<&str>> = LazyLock::new(|| {
        let mut names = Vec::new();
        [ENDPOINT, DEPLOYED_MODEL, POOL].iter().for_each(|fields| collect_beta(fields, &mut names));
        names
    });
    match value {
        Value::Object(map) => {
            map.retain(|name, _| !ONLY_BETA.contains(&name.as_str()));
            map.values_mut().for_each(without_beta);
        }
        Value::Array(items) => items.iter_mut().for_each(without_beta),
        _ => {}
    }
}

/// The names of a message's fields that only v1beta1 has.
fn collect_beta(fields: Fields, names: &mut Vec<&'static str>) {
    for (name, shape) in fields {
        match shape {
            Beta(_) => names.push(name),
            Message(fields) | Required(Message(fields)) | List(Message(fields)) => collect_beta(fields, names),
            _ => {}
        }
    }
}

/// Returns the JSON name of a field.
pub fn camel(name: &str) -> String {
    let mut upper = false;
    name.chars().fold(String::new(), |mut out, c| {
        if c == '_' {
            upper = true;
        } else if upper {
            out.push(c.to_ascii_uppercase());
            upper = false;
        } else {
            out.push(c);
        }
        out
    })
}

/// Returns the name of a field in its description, as Google's errors have it.
pub fn snake(name: &str) -> String {
    name.chars().fold(String::new(), |mut out, c| {
        if c.is_ascii_uppercase() {
            out.push('_');
        }
        out.push(c.to_ascii_lowercase());
        out
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(error: &ApiError) -> &str {
        error.body["error"]["message"].as_str().unwrap()
    }

    #[test]
    fn accepts_names_and_enums_in_every_form() {
        let body = br#"{"deployed_model": {"id": "1", "dedicatedResources": {"machine_spec": {"acceleratorType": 11, "acceleratorCount": "1"}}}}"#;
        let read = read(body, DEPLOY_MODEL).unwrap();
        let machine = &read["deployedModel"]["dedicatedResources"]["machineSpec"];
        assert_eq!(machine, &json!({"acceleratorType": "NVIDIA_L4", "acceleratorCount": 1}));
    }

    #[test]
    fn reports_every_mistake_with_its_path() {
        let error =
            read(br#"{"deployedModel": {"surprise": 1}, "trafficSplit": {"0": "many"}}"#, DEPLOY_MODEL).unwrap_err();
        assert!(text(&error).contains("Unknown name \"surprise\" at 'deployed_model': Cannot find field.\n"));
        assert!(text(&error).contains("Invalid value at 'traffic_split[0].value' (TYPE_INT32), \"many\""));
        let error = read_as(br#"{"surprise": 1}"#, ENDPOINT, "endpoint", false).unwrap_err();
        assert_eq!(error.body["error"]["details"][0]["fieldViolations"][0]["field"], "endpoint");
        assert!(read(b"[]", DEPLOY_MODEL).is_err() && read(b"{", DEPLOY_MODEL).is_err());
    }

    #[test]
    fn tells_v1_from_v1beta1() {
        let body = br#"{"deployedModel": {"dedicatedResources": {"initialReplicaCount": 1}}}"#;
        assert!(read(body, DEPLOY_MODEL).is_err());
        let mut read = read_as(body, DEPLOY_MODEL, "", true).unwrap();
        without_beta(&mut read);
        assert_eq!(read, json!({"deployedModel": {"dedicatedResources": {}}}));
    }

    #[test]
    fn finds_what_is_missing() {
        let body = json!({"deployedModel": {"model": "", "dedicatedResources": {}}});
        let paths: Vec<String> = missing(&body, DEPLOY_MODEL, "").into_iter().map(|(path, _)| path).collect();
        assert_eq!(paths, ["deployed_model.model", "deployed_model.dedicated_resources.machine_spec"]);
    }

    #[test]
    fn reads_durations() {
        for (text, is) in [("1200s", Some(1200.0)), ("0.5s", Some(0.5)), ("1h", None), ("s", None), ("infs", None)] {
            assert_eq!(seconds(text), is, "{text}");
        }
    }
}
