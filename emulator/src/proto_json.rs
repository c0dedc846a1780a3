//! The JSON mapping of protocol buffers, as strict as Google's servers: unknown fields are refused; names may be camelCase or
//! snake_case, enums names or numbers, integers numbers or texts; null is a field that is not set.

use crate::enumeration;
use crate::error::ApiError;
use crate::message::{Fields, Shape};
use serde_json::{Map, Value, json};

/// Brings a message into the one form that the emulator works with; `path` is where it is in the body.
pub fn message(value: Value, fields: Fields, path: &str) -> Result<Value, ApiError> {
    let Value::Object(object) = value else { return Err(wrong(path, &value)) };
    let mut out = Map::new();
    for (key, value) in object {
        let name = camel(&key);
        let Some((name, shape)) = fields.iter().find(|(known, _)| *known == name) else {
            let at = if path.is_empty() { String::new() } else { format!(" at '{path}'") };
            let text = format!("Invalid JSON payload received. Unknown name \"{key}\"{at}: Cannot find field.");
            return Err(ApiError::bad_field(path, text));
        };
        if value.is_null() && !matches!(shape, Shape::Any) {
            continue;
        }
        let path = if path.is_empty() { snake(name) } else { format!("{path}.{}", snake(name)) };
        if !matches!(shape, Shape::Output) && out.insert((*name).to_owned(), shaped(value, shape, &path)?).is_some() {
            return Err(ApiError::bad_field(&path, format!("Invalid JSON payload received. '{path}' is set twice.")));
        }
    }
    Ok(Value::Object(out))
}

fn wrong(path: &str, value: &Value) -> ApiError {
    ApiError::bad_field(path, format!("Invalid value at '{path}', {value}"))
}

fn shaped(value: Value, shape: &'static Shape, path: &str) -> Result<Value, ApiError> {
    let integer = |value: &Value| match value {
        Value::String(text) => text.parse::<i64>().ok(),
        // 3.0 is a whole number too.
        number => number.as_i64().or_else(|| number.as_f64().filter(|f| f.fract() == 0.0).map(|f| f as i64)),
    };
    let read = match (shape, &value) {
        (Shape::Any | Shape::Output, _) | (Shape::Text, Value::String(_)) | (Shape::Bool, Value::Bool(_)) => {
            return Ok(value);
        }
        (Shape::Message(fields), _) => return message(value, fields, path),
        (Shape::List(inner), Value::Array(items)) => {
            let item = |(index, item): (usize, &Value)| shaped(item.clone(), inner, &format!("{path}[{index}]"));
            return items.iter().enumerate().map(item).collect::<Result<_, _>>().map(Value::Array);
        }
        (Shape::Map(inner), Value::Object(entries)) => {
            let entry =
                |(key, value): (&String, &Value)| Ok((key.clone(), shaped(value.clone(), inner, &format!("{path}['{key}']"))?));
            return entries.iter().map(entry).collect::<Result<_, _>>().map(Value::Object);
        }
        (Shape::Int, _) => integer(&value).and_then(|n| i32::try_from(n).ok()).map(|n| json!(n)),
        (Shape::Long, _) => integer(&value).map(|n| json!(n.to_string())),
        (Shape::Double, _) => value.as_f64().map(|n| json!(n)),
        (Shape::Duration, Value::String(text)) => seconds(text).map(|_| value.clone()),
        (Shape::Enum(values), Value::String(name)) => values.iter().find(|(known, _)| known == name).map(|(n, _)| json!(n)),
        (Shape::Enum(values), number) => {
            values.iter().find(|(_, known)| number.as_i64() == Some(*known)).map(|(n, _)| json!(n))
        }
        _ => None,
    };
    read.ok_or_else(|| wrong(path, &value))
}

/// `3.5s`
pub fn seconds(text: &str) -> Option<f64> {
    let number = text.strip_suffix('s')?;
    let is_plain = number.bytes().all(|b| b.is_ascii_digit() || b == b'.');
    number.parse::<f64>().ok().filter(|_| is_plain)
}

fn camel(name: &str) -> String {
    let mut upper = false;
    name.chars().fold(String::new(), |mut out, c| {
        match c {
            '_' => upper = true,
            _ if upper => out.push(c.to_ascii_uppercase()),
            _ => out.push(c),
        }
        upper = c == '_';
        out
    })
}

/// `updateMask` as `update_mask`, the form in which Google's errors name fields.
pub fn snake(name: &str) -> String {
    name.chars().fold(String::new(), |mut out, c| {
        if c.is_ascii_uppercase() {
            out.push('_');
        }
        out.push(c.to_ascii_lowercase());
        out
    })
}

/// The fields of a mask, in camelCase: `displayName,traffic_split`.
pub fn mask(text: &str) -> Vec<String> {
    let name = |field: &str| field.trim().split('.').map(camel).collect::<Vec<_>>().join(".");
    text.split(',').filter(|field| !field.trim().is_empty()).map(name).collect()
}

/// For who asks with `$alt=json;enum-encoding=int`: enums in an answer as numbers.
pub fn enums_as_numbers(value: &mut Value) {
    let to_number = |values: enumeration::Values, value: &mut Value| {
        if let Some((_, number)) = values.iter().find(|(name, _)| value == name) {
            *value = json!(number);
        }
    };
    match value {
        Value::Object(map) => {
            for (key, value) in map.iter_mut() {
                match (enumeration::of_field(key), value) {
                    (Some(values), Value::Array(items)) => items.iter_mut().for_each(|item| to_number(values, item)),
                    (Some(values), value) => to_number(values, value),
                    (None, value) => enums_as_numbers(value),
                }
            }
        }
        Value::Array(items) => items.iter_mut().for_each(enums_as_numbers),
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::message::{DEPLOY_MODEL, ENDPOINT, UPLOAD_MODEL, read};

    fn refusal(body: &str, fields: Fields) -> String {
        let error = read(body.as_bytes(), fields).unwrap_err();
        assert_eq!(error.http, 400);
        error.body["error"]["message"].as_str().unwrap().to_owned()
    }

    #[test]
    fn names_and_enums_are_taken_in_every_form() {
        let body = br#"{"deployed_model": {"id": "1", "dedicatedResources":
            {"machine_spec": {"acceleratorType": 11, "acceleratorCount": "1"}, "maxReplicaCount": null}}}"#;
        let read = read(body, DEPLOY_MODEL).unwrap();
        let machine = &read["deployedModel"]["dedicatedResources"]["machineSpec"];
        assert_eq!(machine, &json!({"acceleratorType": "NVIDIA_L4", "acceleratorCount": 1}));
        assert!(read["deployedModel"]["dedicatedResources"].get("maxReplicaCount").is_none());
    }

    #[test]
    fn what_only_google_writes_is_dropped() {
        let read = read(br#"{"displayName": "e", "deployedModels": [{"id": "1"}]}"#, ENDPOINT).unwrap();
        assert_eq!(read, json!({"displayName": "e"}));
    }

    #[test]
    fn what_is_unknown_is_refused_by_name_and_place() {
        let text = refusal(r#"{"model": {"containerSpec": {"ports": [{}, {"port": 1}]}}}"#, UPLOAD_MODEL);
        assert!(text.contains("Unknown name \"port\" at 'model.container_spec.ports[1]'"), "{text}");
        let text = refusal(r#"{"trafficSplit": {"0": "many"}}"#, DEPLOY_MODEL);
        assert!(text.contains("traffic_split['0']"), "{text}");
        let text = refusal(r#"{"deployedModel": {"dedicatedResources": {"machineSpec": {"acceleratorType": "NVIDIA_L5"}}}}"#, DEPLOY_MODEL);
        assert!(text.contains("accelerator_type', \"NVIDIA_L5\""), "{text}");
        for body in ["[]", "{", r#"{"trafficSplit": 5}"#, r#"{"deployedModel": {"id": 1}}"#, r#"{"trafficSplit": {"0": 1.5}}"#,
            r#"{"deployedModel": {}, "deployed_model": {}}"#]
        {
            refusal(body, DEPLOY_MODEL);
        }
    }

    #[test]
    fn answers_carry_numbers_for_who_asks() {
        let mut answer = json!({"a": [{"acceleratorType": "NVIDIA_L4"}], "supportedDeploymentResourcesTypes": ["DEDICATED_RESOURCES"]});
        enums_as_numbers(&mut answer);
        assert_eq!(answer, json!({"a": [{"acceleratorType": 11}], "supportedDeploymentResourcesTypes": [1]}));
    }
}
