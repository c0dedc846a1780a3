//! A request's body, read whole before anything is forwarded.

use super::method_named;
use crate::diagnostic::{Code, Diagnostic, Where, Words};
use crate::method::{Body, Id, Method};
use serde::de::{self, Deserialize, Deserializer, MapAccess, SeqAccess, Visitor};
use serde_json::{Map, Value};
use std::fmt;

/// More than any of Google's JSON requests here needs.
const LONGEST: usize = 1024 * 1024;

/// Checks a body of a method whose `body` is `json`; `None` when it may pass.
pub fn check_body(method: &str, body: &[u8]) -> Option<Diagnostic> {
    let Some(method) = method_named(method).filter(|method| method.body == Body::Json) else {
        return Some(malformed("", "this method takes no JSON body", "send it without a body"));
    };
    checked(method, body).err()
}

fn checked(method: &Method, body: &[u8]) -> Result<(), Diagnostic> {
    if body.is_empty() && method.id == Id::ProjectsGetIamPolicy {
        return Ok(());
    }
    if body.len() > LONGEST {
        return Err(malformed("", format!("the body is longer than {LONGEST} bytes"), "send less"));
    }
    // The parser bounds the depth (128) and refuses what is not UTF-8.
    let value = read_strictly(body).map_err(|error| {
        malformed(
            "",
            format!("the body is not plain JSON: {error}"),
            format!("`{}` takes one JSON object", method.name),
        )
    })?;
    let Value::Object(map) = value else {
        return Err(malformed("", "the body is not a JSON object", format!("`{}` takes one", method.name)));
    };
    match method.id {
        Id::EndpointsDeployModel => object(&map, "deployedModel").map(drop),
        Id::ModelsUpload => object(&map, "model").map(drop),
        Id::EndpointsCreate => text(&map, "displayName"),
        Id::EndpointsUndeployModel => text(&map, "deployedModelId"),
        Id::EndpointsSetIamPolicy | Id::ProjectsSetIamPolicy | Id::AccountsSetIamPolicy => {
            policy(object(&map, "policy")?)
        }
        Id::ProjectRolesCreate => text(&map, "roleId").and(object(&map, "role").map(drop)),
        Id::GrantsCreate => text(&map, "requestedDuration"),
        Id::ProjectsTestIamPermissions | Id::AccountsTestIamPermissions => match map.get("permissions") {
            Some(Value::Array(list)) if !list.is_empty() && list.iter().all(Value::is_string) => Ok(()),
            _ => Err(malformed("permissions", "`permissions` is not a list of permissions", "name at least one")),
        },
        _ => Ok(()),
    }
}

/// Google replaces the whole policy. Without the etag of the one that was read, somebody else's change is lost; below
/// version 3, conditions are.
fn policy(policy: &Map<String, Value>) -> Result<(), Diagnostic> {
    let help = "read the policy with `requestedPolicyVersion: 3`, change it, and write it back whole with its `etag` and `version: 3`";
    if policy.get("etag").and_then(Value::as_str).is_none_or(str::is_empty) {
        return Err(malformed("policy.etag", "the policy has no `etag`", help));
    }
    if policy.get("version").and_then(Value::as_u64) != Some(3) {
        return Err(malformed("policy.version", "the policy's `version` is not 3", help));
    }
    Ok(())
}

fn object<'a>(map: &'a Map<String, Value>, key: &str) -> Result<&'a Map<String, Value>, Diagnostic> {
    map.get(key)
        .and_then(Value::as_object)
        .filter(|inner| !inner.is_empty())
        .ok_or_else(|| malformed(key, format!("`{key}` is missing, empty or not an object"), REQUIRED))
}

fn text(map: &Map<String, Value>, key: &str) -> Result<(), Diagnostic> {
    match map.get(key).and_then(Value::as_str) {
        Some(text) if !text.is_empty() => Ok(()),
        _ => Err(malformed(key, format!("`{key}` is missing, empty or not a text"), REQUIRED)),
    }
}

const REQUIRED: &str = "Google requires it; write names in lowerCamelCase";

fn malformed(path: &str, message: impl Into<Words>, help: impl Into<Words>) -> Diagnostic {
    let finding = Diagnostic::new(Code::ProxyBodyMalformed, message).help(help);
    if path.is_empty() { finding } else { finding.at(Where { path: Some(path.to_owned()), ..Where::default() }) }
}

/// JSON in which no key stands twice: the body is forwarded as it came, and Google must not read another value than was checked.
pub fn read_strictly(body: &[u8]) -> serde_json::Result<Value> {
    serde_json::from_slice(body).map(|Strict(value)| value)
}

struct Strict(Value);

impl<'de> Deserialize<'de> for Strict {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(StrictVisitor).map(Strict)
    }
}

struct StrictVisitor;

impl<'de> Visitor<'de> for StrictVisitor {
    type Value = Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a JSON value")
    }

    fn visit_unit<E>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_bool<E>(self, value: bool) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_i64<E>(self, value: i64) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_u64<E>(self, value: u64) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_f64<E>(self, value: f64) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_str<E>(self, value: &str) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Value, A::Error> {
        let mut list = Vec::new();
        while let Some(Strict(value)) = seq.next_element()? {
            list.push(value);
        }
        Ok(list.into())
    }

    fn visit_map<A: MapAccess<'de>>(self, mut entries: A) -> Result<Value, A::Error> {
        let mut map = Map::new();
        while let Some((key, Strict(value))) = entries.next_entry::<String, Strict>()? {
            if map.insert(key, value).is_some() {
                return Err(de::Error::custom("a key stands twice in one object"));
            }
        }
        Ok(map.into())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::method::METHODS;
    use proptest::prelude::*;

    fn code(method: &str, body: &str) -> Option<Code> {
        let full = METHODS.iter().find(|m| m.name.ends_with(method)).expect("a method").name;
        check_body(full, body.as_bytes()).map(|finding| finding.code)
    }

    #[test]
    fn what_google_takes_passes() {
        for (method, body) in [
            (
                "endpoints.deployModel",
                r#"{"deployedModel": {"model": "projects/p/locations/l/models/m"}, "trafficSplit": {"0": 100}}"#,
            ),
            ("models.upload", r#"{"model": {"displayName": "fraud"}}"#),
            ("endpoints.create", r#"{"displayName": "fraud", "labels": {"a_b": "1"}}"#),
            ("endpoints.undeployModel", r#"{"deployedModelId": "9"}"#),
            ("endpoints.patch", r#"{"trafficSplit": {"9": 100}}"#),
            ("cloudresourcemanager.projects.getIamPolicy", ""),
            ("cloudresourcemanager.projects.testIamPermissions", r#"{"permissions": ["aiplatform.endpoints.deploy"]}"#),
            ("endpoints.setIamPolicy", r#"{"policy": {"version": 3, "etag": "BwX=", "bindings": []}}"#),
        ] {
            assert_eq!(code(method, body), None, "{method} {body}");
        }
    }

    #[test]
    fn what_it_does_not_take_is_refused() {
        for (method, body) in [
            ("endpoints.deployModel", ""),
            ("endpoints.deployModel", "null"),
            ("endpoints.deployModel", "[]"),
            ("endpoints.deployModel", "{"),
            ("endpoints.deployModel", "{} {}"),
            ("endpoints.deployModel", "{}"),
            ("endpoints.deployModel", r#"{"deployedModel": []}"#),
            ("endpoints.deployModel", r#"{"deployed_model": {"model": "m"}}"#),
            ("endpoints.deployModel", r#"{"deployedModel": {"model": "a"}, "deployedModel": {"model": "b"}}"#),
            ("endpoints.deployModel", r#"{"deployedModel": {"model": "a", "model": "b"}}"#),
            ("models.upload", r#"{"model": "m"}"#),
            ("endpoints.create", r#"{"displayName": ""}"#),
            ("endpoints.undeployModel", r#"{"deployedModelId": 9}"#),
            ("endpoints.setIamPolicy", r#"{"policy": {"version": 3, "bindings": []}}"#),
            ("endpoints.setIamPolicy", r#"{"policy": {"version": 1, "etag": "BwX=", "bindings": []}}"#),
            ("endpoints.setIamPolicy", r#"{"policy": {"etag": "BwX="}}"#),
            ("cloudresourcemanager.projects.setIamPolicy", r#"{"policy": {"version": 3, "etag": ""}}"#),
            ("cloudresourcemanager.projects.testIamPermissions", r#"{"permissions": []}"#),
            ("endpoints.predict", "{}"),
            ("operations.cancel", "{}"),
            ("sts.token", "{}"),
        ] {
            assert_eq!(code(method, body), Some(Code::ProxyBodyMalformed), "{method} {body}");
        }
        assert!(check_body("no.such.method", b"{}").is_some());
        assert!(check_body("aiplatform.projects.locations.endpoints.patch", b"{\"a\": \"\xff\"}").is_some());
        let deep = format!("{{\"a\": {}1{}}}", "[".repeat(500), "]".repeat(500));
        assert_eq!(code("endpoints.patch", &deep), Some(Code::ProxyBodyMalformed));
        let long = format!("{{\"a\": \"{}\"}}", "x".repeat(LONGEST));
        assert_eq!(code("endpoints.patch", &long), Some(Code::ProxyBodyMalformed));
    }

    proptest! {
        #[test]
        fn no_bytes_break_it(body in proptest::collection::vec(any::<u8>(), 0..200)) {
            for method in METHODS {
                let _ = check_body(method.name, &body);
            }
        }
    }
}
