//! The check of a request's JSON body, before anything is forwarded.

use super::strict::{camel, read_strictly};
use super::{method_named, narrow};
use crate::config::Config;
use crate::diagnostic::{Code, Diagnostic, Where, Words};
use crate::method::container_log::LogQuery;
use crate::method::{Body, BodyRules, Field, Method, Resource, Shape};
use serde_json::{Map, Value};

/// Maximum size of a JSON body, in bytes: more than any of Google's requests here needs.
const LONGEST: usize = 1024 * 1024;

/// Checks a body of a method whose `body` is `json`; `None` when it may pass.
pub fn check_body(config: &Config, method: &str, body: &[u8]) -> Option<Diagnostic> {
    match method_named(method) {
        Some(method) => check(config, method, body).err(),
        None => Some(malformed("", "this method has no JSON body", "send the request without a body")),
    }
}

fn check(config: &Config, method: &Method, body: &[u8]) -> Result<(), Diagnostic> {
    let rules = match &method.body {
        Body::Json(Some(rules)) => rules,
        Body::Json(None) => {
            let message = format!("the method table has no rules for the body of `{}`", method.name);
            return Err(malformed("", message, "report this to the maintainers: without rules every body is denied"));
        }
        Body::None | Body::Stream => {
            return Err(malformed("", "this method has no JSON body", "send the request without a body"));
        }
    };
    if body.is_empty() && rules.may_be_empty {
        return Ok(());
    }
    if body.len() > LONGEST {
        return Err(malformed("", format!("the body is longer than {LONGEST} bytes"), "send a shorter body"));
    }
    // The parser bounds the depth (128) and rejects what is not UTF-8.
    let value = read_strictly(body)
        .map_err(|error| malformed("", format!("the body is not plain JSON: {error}"), "send one JSON object"))?;
    let Some(map) = value.as_object() else {
        return Err(malformed("", "the body is not a JSON object", "send one JSON object"));
    };
    if rules.is_log_query {
        let query = LogQuery::read(&value).ok_or_else(|| {
            let message = "the body is not the query for the log of one deployed model";
            malformed("", message, "read other entries in Google's Logs Explorer")
        })?;
        return config.check_allowed(&query.endpoint.place);
    }
    if let Some(key) = map.keys().find(|key| is_forbidden(rules, key)) {
        let help = "remove it: the path names the resource, and a policy is set as a whole";
        return Err(malformed(key, format!("the body must not contain `{key}`"), help));
    }
    if !rules.only.is_empty() {
        check_only(rules.only, "", map)?;
    }
    for field in rules.required {
        check_field(field, map)?;
    }
    for (path, kind) in rules.names {
        // Google looks up a bare id by the path, or not at all.
        let named = path.split('.').try_fold(&value, |value, key| value.get(key)).and_then(Value::as_str);
        let Some(name) = named.filter(|name| name.contains('/')) else { continue };
        let resource = Resource::parse(*kind, name).ok_or_else(|| {
            malformed(
                path,
                format!("`{path}` is not a resource name of the right kind"),
                "write the full resource name",
            )
        })?;
        narrow(config, method, resource).map_err(|refusal| refusal.diagnostic)?;
    }
    Ok(())
}

/// Checks that every value of an object, at whatever depth, is one of these paths.
fn check_only(only: &[&str], above: &str, map: &Map<String, Value>) -> Result<(), Diagnostic> {
    for (key, value) in map {
        let path = if above.is_empty() { key.clone() } else { format!("{above}.{key}") };
        if only.contains(&path.as_str()) && !value.is_object() && !value.is_array() {
            continue;
        }
        let below = format!("{path}.");
        match value.as_object().filter(|_| only.iter().any(|known| known.starts_with(&below))) {
            Some(map) => check_only(only, &path, map)?,
            None => {
                let help = "remove it: the portal sends this method with other fields only";
                return Err(malformed(&path, format!("the body must not contain `{path}`"), help));
            }
        }
    }
    Ok(())
}

fn is_forbidden(rules: &BodyRules, key: &str) -> bool {
    rules.forbidden.contains(&key) || !rules.allows_others && !rules.required.iter().any(|field| field.name == key)
}

fn check_field(field: &Field, map: &Map<String, Value>) -> Result<(), Diagnostic> {
    let value = map.get(field.name).unwrap_or(&Value::Null);
    let is_text = |value: &Value| value.as_str().is_some_and(|text| !text.is_empty());
    let (is_right, expected) = match field.shape {
        Shape::Text => (is_text(value), "a string"),
        Shape::Texts => (
            value.as_array().is_some_and(|list| !list.is_empty() && list.iter().all(Value::is_string)),
            "a list of strings",
        ),
        Shape::Mask(paths) => {
            (value.as_str().is_some_and(|mask| is_mask(mask, paths)), "a mask of the fields to change")
        }
        Shape::Object | Shape::Policy => (value.as_object().is_some_and(|map| !map.is_empty()), "an object"),
    };
    if !is_right {
        let message = format!("`{}` is missing, empty or not {expected}", field.name);
        return Err(malformed(field.name, message, format!("set `{}`: Google requires it", field.name)));
    }
    if field.shape == Shape::Policy { check_policy(field.name, value) } else { Ok(()) }
}

/// Whether a field mask names only these paths, in either of Google's spellings.
fn is_mask(mask: &str, paths: &[&str]) -> bool {
    let spelled = |path: &str| path.split('.').map(camel).collect::<Vec<_>>().join(".");
    mask.split(',').all(|path| paths.contains(&spelled(path).as_str()))
}

/// Google replaces the whole policy. Without the etag that was read, a concurrent change is lost; below version 3, conditions are.
fn check_policy(name: &str, policy: &Value) -> Result<(), Diagnostic> {
    let help = "read the policy with `requestedPolicyVersion: 3`, change it, and write it back whole with its `etag` and `version: 3`";
    if policy["etag"].as_str().is_none_or(str::is_empty) {
        return Err(malformed(&format!("{name}.etag"), "the policy has no `etag`", help));
    }
    if policy["version"].as_u64() != Some(3) {
        return Err(malformed(&format!("{name}.version"), "the policy's `version` is not 3", help));
    }
    Ok(())
}

fn malformed(path: &str, message: impl Into<Words>, help: impl Into<Words>) -> Diagnostic {
    let finding = Diagnostic::new(Code::ProxyBodyMalformed, message).help(help);
    if path.is_empty() { finding } else { finding.at(Where { path: Some(path.to_owned()), ..Where::default() }) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::tests::config;
    use crate::method::{Access, Door, Kind, METHODS, PATH_FIELDS, Verb};
    use proptest::prelude::*;
    use serde_json::json;

    fn code(method: &str, body: &str) -> Option<Code> {
        let full = METHODS.iter().find(|m| m.name.ends_with(method)).expect("a method").name;
        check_body(&config(), full, body.as_bytes()).map(|finding| finding.code)
    }

    #[test]
    fn accepts_what_google_accepts() {
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
            (
                "endpoints.deployModel",
                r#"{"deployedModel": {"model": "7", "speculativeDecodingSpec": {"ngramSpeculation": {"ngramSize": 3}}}}"#,
            ),
            ("models.upload", r#"{"model": {"displayName": "fraud", "labels": {"a_b": "1", "a__b": "2", "ab": "3"}}}"#),
            ("models.upload", r#"{"model": {"displayName": "fraud"}}"#),
            ("endpoints.create", r#"{"displayName": "fraud", "logging": {"samplingRate": 0.1, "most": 1e3}}"#),
            ("endpoints.create", r#"{"displayName": "fraud", "labels": {"a_b": "1"}}"#),
            ("endpoints.undeployModel", r#"{"deployedModelId": "9"}"#),
            ("endpoints.patch", r#"{"trafficSplit": {"9": 100}}"#),
            ("cloudresourcemanager.projects.getIamPolicy", ""),
            ("cloudresourcemanager.projects.testIamPermissions", r#"{"permissions": ["aiplatform.endpoints.deploy"]}"#),
            ("endpoints.setIamPolicy", r#"{"policy": {"version": 3, "etag": "BwX=", "bindings": []}}"#),
            (
                "iam.troubleshoot",
                r#"{"accessTuple": {"principal": "a@b.c", "fullResourceName": "//storage.googleapis.com/projects/_/buckets/b", "permission": "storage.objects.get"}}"#,
            ),
        ] {
            assert_eq!(code(method, body), None, "{method} {body}");
        }
    }

    #[test]
    fn rejects_what_google_would_reject() {
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
            // Google would ignore the etag.
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
            ("iam.troubleshoot", "{}"),
            ("iam.troubleshoot", r#"{"accessTuple": {"principal": "a@b.c", "conditionContext": {"resource": {}}}}"#),
            ("iam.troubleshoot", r#"{"accessTuple": {"principal": "a@b.c"}, "more": 1}"#),
            ("endpoints.predict", "{}"),
            ("operations.cancel", "{}"),
            ("sts.token", "{}"),
        ] {
            assert_eq!(code(method, body), Some(Code::ProxyBodyMalformed), "{method} {body}");
        }
        let rejected = |method, body| check_body(&config(), method, body).is_some();
        assert!(rejected("no.such.method", b"{}"));
        assert!(rejected("aiplatform.projects.locations.endpoints.patch", b"{\"a\": \"\xff\"}"));
        let deep = format!("{{\"a\": {}1{}}}", "[".repeat(500), "]".repeat(500));
        assert_eq!(code("endpoints.patch", &deep), Some(Code::ProxyBodyMalformed));
        let long = format!("{{\"a\": \"{}\"}}", "x".repeat(LONGEST));
        assert_eq!(code("endpoints.patch", &long), Some(Code::ProxyBodyMalformed));
    }

    #[test]
    fn denies_json_of_a_method_without_body_rules() {
        let row = |body| Method {
            name: "test.widgets.create",
            audit_name: "Widgets.CreateWidget",
            verb: Verb::Post,
            on: Kind::Place,
            body,
            door: Door::Proxy(Access::Read),
            ..Method::DEFAULT
        };
        let (ruled, unruled) = (row(Body::Json(Some(BodyRules::DEFAULT))), row(Body::Json(None)));
        assert!(check(&config(), &ruled, b"{}").is_ok() && ruled.is_open());
        assert_eq!(check(&config(), &unruled, b"{}").unwrap_err().code, Code::ProxyBodyMalformed);
        assert!(!unruled.is_open() && unruled.access().is_none());
    }

    #[test]
    fn a_deployed_model_is_mutated_in_its_replicas_only() {
        let code = |body: Value| code("endpoints.mutateDeployedModel", &body.to_string());
        let replicas = json!({"minReplicaCount": 1, "maxReplicaCount": 3});
        let mask = "dedicatedResources.minReplicaCount,dedicatedResources.maxReplicaCount";
        let body = |deployed: Value, mask: &str| json!({"deployedModel": deployed, "updateMask": mask});
        assert_eq!(code(body(json!({"id": "1", "dedicatedResources": replicas}), mask)), None);
        let snake = json!({"deployed_model": {"id": "1", "dedicated_resources": {"max_replica_count": 3}},
            "update_mask": "dedicated_resources.max_replica_count"});
        assert_eq!(code(snake), None);
        for (deployed, mask) in [
            (json!({"id": "1", "dedicatedResources": replicas}), "*"),
            (json!({"id": "1", "dedicatedResources": replicas}), ""),
            (json!({"id": "1", "dedicatedResources": replicas}), "dedicatedResources"),
            (
                json!({"id": "1", "dedicatedResources": replicas}),
                "dedicatedResources.minReplicaCount,disableContainerLogging",
            ),
            (json!({"id": "1", "disableContainerLogging": true}), mask),
            (json!({"id": "1", "model": "projects/acme-ml/locations/us-central1/models/m"}), mask),
            (json!({"id": "1", "dedicatedResources": {"machineSpec": {"machineType": "n1-standard-2"}}}), mask),
            (json!({"id": "1", "dedicatedResources": {"minReplicaCount": [1]}}), mask),
            (json!({"id": {"a": 1}, "dedicatedResources": replicas}), mask),
            (json!({"id": "1", "dedicatedResources": null}), mask),
        ] {
            assert_eq!(code(body(deployed.clone(), mask)), Some(Code::ProxyBodyMalformed), "{deployed} {mask}");
        }
        let more =
            json!({"deployedModel": {"id": "1", "dedicatedResources": replicas}, "updateMask": mask, "etag": "a"});
        assert_eq!(code(more), Some(Code::ProxyBodyMalformed));
        assert_eq!(code(json!({"deployedModel": {"id": "1"}})), Some(Code::ProxyBodyMalformed));
    }

    #[test]
    fn rejects_fields_that_the_path_states() {
        let open = METHODS.into_iter().filter(|method| matches!(method.body, Body::Json(_)) && method.is_open());
        let open = open.filter(|method| !method.names_project_in_body());
        for (method, key) in open.flat_map(|method| PATH_FIELDS.iter().map(move |key| (method, *key))) {
            let body = format!("{{\"{key}\": \"projects/acme-ml\"}}");
            let finding = check_body(&config(), method.name, body.as_bytes()).unwrap();
            let place = finding.place.as_ref().and_then(|place| place.path.as_deref());
            assert_eq!(place, Some(key), "{}: {}", method.name, finding.message);
        }
    }

    #[test]
    fn a_log_is_read_in_a_configured_place_by_the_cores_own_query_only() {
        let body = |place: &str| {
            let endpoint = format!("projects/{place}/endpoints/fraud").parse().unwrap();
            LogQuery::new(endpoint, "7".parse().unwrap(), "2026-11-28T04:05:06Z").unwrap().body()
        };
        let list = |body: &serde_json::Value| code("logging.entries.list", &body.to_string());
        let ours = body("acme-ml/locations/us-central1");
        assert_eq!(list(&ours), None);
        assert_eq!(list(&body("123456789012/locations/us-central1")), None);
        for elsewhere in ["other-ml/locations/us-central1", "acme-ml/locations/europe-west4"] {
            assert_eq!(list(&body(elsewhere)), Some(Code::ProxyTargetNotAllowed), "{elsewhere}");
        }
        let filter = ours["filter"].as_str().unwrap();
        for (field, value) in [
            ("filter", json!("")),
            ("filter", json!(filter.replace("Endpoint\"", "Endpoint\" OR severity>=DEFAULT"))),
            ("filter", json!(format!("{filter} OR logName:\"a\""))),
            ("orderBy", json!("timestamp asc")),
            ("pageSize", json!(1000)),
            ("pageToken", json!("next")),
            ("projectIds", json!(["other-ml"])),
            ("resourceNames", json!(["projects/acme-ml", "projects/other-ml"])),
            ("resourceNames", json!(["folders/1"])),
            ("resourceNames", json!([])),
        ] {
            let mut other = ours.clone();
            other[field] = value;
            assert_eq!(list(&other), Some(Code::ProxyBodyMalformed), "{other}");
        }
    }

    #[test]
    fn rejects_resources_that_are_not_configured() {
        let draft = r#"{"deployedModel": {"model": "7", "speculative_decoding_spec":
            {"draft_model_speculation": {"draft_model": "PLACE/models/m"}}}}"#;
        for elsewhere in ["projects/other-ml/locations/us-central1", "projects/acme-ml/locations/europe-west4"] {
            for (method, body) in [
                ("endpoints.deployModel", format!(r#"{{"deployedModel": {{"model": "{elsewhere}/models/m@3"}}}}"#)),
                (
                    "endpoints.deployModel",
                    format!(r#"{{"deployedModel": {{"shared_resources": "{elsewhere}/deploymentResourcePools/p"}}}}"#),
                ),
                ("endpoints.deployModel", draft.replace("PLACE", elsewhere)),
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
        fn never_panics(body in proptest::collection::vec(any::<u8>(), 0..200)) {
            for method in METHODS {
                let _ = check_body(&config(), method.name, &body);
            }
        }
    }
}
