//! A request's body, read whole before anything is forwarded.

use super::{method_named, narrow};
use crate::config::Config;
use crate::diagnostic::{Code, Diagnostic, Where, Words};
use crate::method::resource::POOL;
use crate::method::{Body, Id, Kind, Method, Resource};
use serde::de::{self, Deserialize, Deserializer, MapAccess, SeqAccess, Visitor};
use serde_json::{Map, Value};
use std::fmt;

/// More than any of Google's JSON requests here needs.
const LONGEST: usize = 1024 * 1024;

/// The only key of the map that a number with a fraction is to `serde_json` with `arbitrary_precision`.
const FRACTION: &str = "$serde_json::private::Number";

/// What Google's methods read from their paths. Some read all other parameters from the body, where these must not stand again.
const OF_PATHS: [&str; 5] = ["endpoint", "location", "parent", "project", "resource"];

/// Where bodies name what else a call is about.
const NAMES: [(Id, &str, Kind); 3] = [
    (Id::EndpointsDeployModel, "deployedModel.model", Kind::Model),
    (Id::EndpointsDeployModel, "deployedModel.sharedResources", POOL),
    (Id::ModelsUpload, "parentModel", Kind::Model),
];

/// Checks a body of a method whose `body` is `json`; `None` when it may pass.
pub fn check_body(config: &Config, method: &str, body: &[u8]) -> Option<Diagnostic> {
    let Some(method) = method_named(method).filter(|method| method.body == Body::Json) else {
        return Some(malformed("", "this method takes no JSON body", "send it without a body"));
    };
    checked(config, method, body).err()
}

fn checked(config: &Config, method: &Method, body: &[u8]) -> Result<(), Diagnostic> {
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
    let Some(map) = value.as_object() else {
        return Err(malformed("", "the body is not a JSON object", format!("`{}` takes one", method.name)));
    };
    // With an `updateMask` Google would not look at a policy's etag.
    let is_policy =
        matches!(method.id, Id::EndpointsSetIamPolicy | Id::ProjectsSetIamPolicy | Id::AccountsSetIamPolicy);
    if let Some(key) = map.keys().find(|key| OF_PATHS.contains(&key.as_str()) || is_policy && *key != "policy") {
        let help = "leave it out: the path says what a call is about, and a policy is set as a whole";
        return Err(malformed(key, "the body has a field that is not taken", help));
    }
    required_of(method, map)?;
    for (_, path, kind) in NAMES.iter().filter(|(id, ..)| *id == method.id) {
        // A bare id Google looks up by the path, or not at all.
        let named = path.split('.').try_fold(&value, |value, key| value.get(key)).and_then(Value::as_str);
        let Some(name) = named.filter(|name| name.contains('/')) else { continue };
        let resource = Resource::parse(*kind, name).ok_or_else(|| {
            malformed(path, "this is no name of what the method takes here", "write its full name plainly")
        })?;
        narrow(config, method, resource).map_err(|refusal| refusal.diagnostic)?;
    }
    Ok(())
}

/// `deployed_model` as `deployedModel`: Google takes a field by either name. Two labels never become one by it: they are lower case.
fn camel(key: &str) -> String {
    let mut camel = String::new();
    for mut c in key.chars() {
        if c.is_ascii_lowercase() && camel.ends_with('_') {
            camel.pop();
            c = c.to_ascii_uppercase();
        }
        camel.push(c);
    }
    camel
}

/// What Google needs to carry the method out as it is meant.
fn required_of(method: &Method, map: &Map<String, Value>) -> Result<(), Diagnostic> {
    match method.id {
        Id::EndpointsDeployModel => object(map, "deployedModel").map(drop),
        Id::ModelsUpload => object(map, "model").map(drop),
        Id::EndpointsCreate => text(map, "displayName"),
        Id::EndpointsUndeployModel => text(map, "deployedModelId"),
        Id::EndpointsSetIamPolicy | Id::ProjectsSetIamPolicy | Id::AccountsSetIamPolicy => {
            policy(object(map, "policy")?)
        }
        Id::ProjectRolesCreate => text(map, "roleId").and(object(map, "role").map(drop)),
        Id::GrantsCreate => text(map, "requestedDuration"),
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

const REQUIRED: &str = "Google requires it";

fn malformed(path: &str, message: impl Into<Words>, help: impl Into<Words>) -> Diagnostic {
    let finding = Diagnostic::new(Code::ProxyBodyMalformed, message).help(help);
    if path.is_empty() { finding } else { finding.at(Where { path: Some(path.to_owned()), ..Where::default() }) }
}

/// JSON in which no key stands twice, by either of a field's names: the body is forwarded as it came, and Google must not read another
/// value than was checked. Keys are given in lowerCamelCase.
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

    /// Never called: serde_json hands numbers with a fraction on as maps, with `arbitrary_precision`. Making a value of one would bring
    /// the printing of floats.
    fn visit_f64<E: de::Error>(self, _: f64) -> Result<Value, E> {
        Err(de::Error::custom("a number with a fraction"))
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
            // serde_json hands over what is no whole number so.
            if key == FRACTION {
                let number = value.as_str().and_then(|text| text.parse().ok()).map(Value::Number);
                return number.ok_or_else(|| de::Error::custom("a number cannot be read"));
            }
            if map.insert(camel(&key), value).is_some() {
                return Err(de::Error::custom("a key stands twice in one object"));
            }
        }
        Ok(map.into())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::tests::config;
    use crate::method::METHODS;
    use proptest::prelude::*;

    fn code(method: &str, body: &str) -> Option<Code> {
        let full = METHODS.iter().find(|m| m.name.ends_with(method)).expect("a method").name;
        check_body(&config(), full, body.as_bytes()).map(|finding| finding.code)
    }

    #[test]
    fn what_google_takes_passes() {
        for (method, body) in [
            (
                "endpoints.deployModel",
                r#"{"deployedModel": {"model": "projects/acme-ml/locations/us-central1/models/m@3"}, "trafficSplit": {"0": 100}}"#,
            ),
            (
                "endpoints.deployModel",
                r#"{"deployedModel": {"model": "projects/123456789012/locations/us-central1/models/m"}}"#,
            ),
            ("endpoints.deployModel", r#"{"deployedModel": {"model": "7"}}"#),
            ("endpoints.deployModel", r#"{"deployed_model": {"model": "7"}}"#),
            ("models.upload", r#"{"model": {"displayName": "fraud", "labels": {"a_b": "1", "a__b": "2", "ab": "3"}}}"#),
            ("models.upload", r#"{"model": {"displayName": "fraud"}}"#),
            ("endpoints.create", r#"{"displayName": "fraud", "logging": {"samplingRate": 0.1, "most": 1e3}}"#),
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
            ("endpoints.deployModel", r#"{"deployedModel": 1.5}"#),
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
            // Google would write without looking at the etag.
            ("endpoints.setIamPolicy", r#"{"policy": {"version": 3, "etag": "BwX="}, "updateMask": "bindings"}"#),
            (
                "cloudresourcemanager.projects.setIamPolicy",
                r#"{"policy": {"version": 3, "etag": "BwX="}, "update_mask": "auditConfigs"}"#,
            ),
            ("serviceAccounts.setIamPolicy", r#"{"policy": {"version": 3, "etag": "BwX="}, "more": null}"#),
            // One field by both of its names.
            ("endpoints.deployModel", r#"{"deployedModel": {"model": "7"}, "deployed_model": {"model": "8"}}"#),
            ("models.upload", r#"{"model": {"versionAliases": [{"aB": 1, "a_b": 2}]}}"#),
            // No names of models.
            (
                "endpoints.deployModel",
                r#"{"deployedModel": {"model": "//aiplatform.googleapis.com/projects/acme-ml/models/m"}}"#,
            ),
            (
                "endpoints.deployModel",
                r#"{"deployedModel": {"model": "projects/acme-ml/locations/us-central1/endpoints/e"}}"#,
            ),
            ("endpoints.predict", "{}"),
            ("operations.cancel", "{}"),
            ("sts.token", "{}"),
        ] {
            assert_eq!(code(method, body), Some(Code::ProxyBodyMalformed), "{method} {body}");
        }
        let refused = |method, body| check_body(&config(), method, body).is_some();
        assert!(refused("no.such.method", b"{}"));
        assert!(refused("aiplatform.projects.locations.endpoints.patch", b"{\"a\": \"\xff\"}"));
        let deep = format!("{{\"a\": {}1{}}}", "[".repeat(500), "]".repeat(500));
        assert_eq!(code("endpoints.patch", &deep), Some(Code::ProxyBodyMalformed));
        let long = format!("{{\"a\": \"{}\"}}", "x".repeat(LONGEST));
        assert_eq!(code("endpoints.patch", &long), Some(Code::ProxyBodyMalformed));
    }

    #[test]
    fn what_a_call_is_about_its_path_alone_says() {
        let open = METHODS.iter().filter(|method| method.body == Body::Json && method_named(method.name).is_some());
        for (method, key) in open.flat_map(|method| OF_PATHS.map(|key| (method, key))) {
            let body = format!("{{\"{key}\": \"projects/acme-ml\"}}");
            let finding = check_body(&config(), method.name, body.as_bytes()).unwrap();
            let place = finding.place.as_ref().and_then(|place| place.path.as_deref());
            assert_eq!(place, Some(key), "{}: {}", method.name, finding.message);
        }
    }

    #[test]
    fn a_body_names_nothing_elsewhere() {
        for elsewhere in ["projects/other-ml/locations/us-central1", "projects/acme-ml/locations/europe-west4"] {
            for (method, body) in [
                ("endpoints.deployModel", format!(r#"{{"deployedModel": {{"model": "{elsewhere}/models/m@3"}}}}"#)),
                (
                    "endpoints.deployModel",
                    format!(r#"{{"deployedModel": {{"shared_resources": "{elsewhere}/deploymentResourcePools/p"}}}}"#),
                ),
                (
                    "models.upload",
                    format!(r#"{{"model": {{"displayName": "m"}}, "parent_model": "{elsewhere}/models/m"}}"#),
                ),
            ] {
                assert_eq!(code(method, &body), Some(Code::ProxyTargetNotAllowed), "{method} {body}");
                let here = body.replace(elsewhere, "projects/acme-ml/locations/us-central1");
                assert_eq!(code(method, &here), None, "{method} {here}");
            }
        }
    }

    proptest! {
        #[test]
        fn no_bytes_break_it(body in proptest::collection::vec(any::<u8>(), 0..200)) {
            for method in METHODS {
                let _ = check_body(&config(), method.name, &body);
            }
        }
    }
}
