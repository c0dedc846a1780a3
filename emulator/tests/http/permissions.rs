//! Permissions, and reads and writes of policies.

use crate::harness::{Cloud, FAST, OWNER, PLACE, STILL, STRANGER, demo_seed, deploy_request};
use emulator::seed::Seed;
use serde_json::{Value, json};

const PROJECT: &str = "/v3/projects/acme-ml";
const ENDPOINT_POLICY: &str = "/v1beta1/projects/acme-ml/locations/us-central1/endpoints/fraud";

/// The project's policy as version 3.
fn policy(cloud: &Cloud) -> Value {
    let request = json!({"options": {"requestedPolicyVersion": 3}});
    cloud.post(OWNER, &format!("{PROJECT}:getIamPolicy"), request).ok()
}

fn write(cloud: &Cloud, policy: &Value) -> crate::harness::Answer {
    cloud.post(OWNER, &format!("{PROJECT}:setIamPolicy"), json!({ "policy": policy }))
}

/// Binds the stranger to the viewer's role under a condition.
fn bind_stranger(cloud: &Cloud, expression: &str) {
    let mut policy = policy(cloud);
    policy["version"] = json!(3);
    policy["bindings"].as_array_mut().unwrap().push(json!({
        "role": "projects/acme-ml/roles/vertexViewer", "members": ["user:stranger@acme.example"],
        "condition": {"title": "test", "expression": expression},
    }));
    write(cloud, &policy).ok();
}

#[test]
fn rejects_calls_without_a_valid_token() {
    let cloud = Cloud::start();
    let method = "google.cloud.aiplatform.v1.EndpointService.ListEndpoints";
    for (token, start, reason, challenge) in [
        ("", "Request is missing required authentication credential.", "CREDENTIALS_MISSING", ""),
        (
            "made-up",
            "Request had invalid authentication credentials.",
            "ACCESS_TOKEN_TYPE_UNSUPPORTED",
            ", error=\"invalid_token\"",
        ),
    ] {
        let answer = cloud.get(token, &format!("{PLACE}/endpoints"));
        let text = answer.refused(401, "UNAUTHENTICATED");
        assert!(text.starts_with(start), "{text}");
        let detail = &answer.body["error"]["details"][0];
        assert_eq!((&detail["reason"], &detail["metadata"]["method"]), (&json!(reason), &json!(method)));
        assert_eq!(detail["metadata"]["service"], "aiplatform.googleapis.com");
        let expected = format!("Bearer realm=\"https://accounts.google.com/\"{challenge}");
        assert_eq!(answer.headers["www-authenticate"], expected.as_str());
    }
}

#[test]
fn a_denial_names_permission_and_resource_and_hides_existence() {
    let cloud = Cloud::start();
    cloud.create_endpoint("fraud");
    for id in ["fraud", "absent"] {
        let answer = cloud.get(STRANGER, &format!("{PLACE}/endpoints/{id}"));
        let resource = format!("projects/acme-ml/locations/us-central1/endpoints/{id}");
        assert_eq!(
            answer.refused(403, "PERMISSION_DENIED"),
            format!(
                "Permission 'aiplatform.endpoints.get' denied on resource '//aiplatform.googleapis.com/{resource}' (or it may not exist)."
            )
        );
        let detail = &answer.body["error"]["details"][0];
        assert_eq!(detail["@type"], "type.googleapis.com/google.rpc.ErrorInfo");
        assert_eq!(
            (&detail["reason"], &detail["domain"]),
            (&json!("IAM_PERMISSION_DENIED"), &json!("aiplatform.googleapis.com"))
        );
        assert_eq!(detail["metadata"], json!({"permission": "aiplatform.endpoints.get", "resource": resource}));
    }
    cloud.get(OWNER, &format!("{PLACE}/endpoints/absent")).refused(404, "NOT_FOUND");
}

#[test]
fn requires_the_permission_of_every_method() {
    let cloud = Cloud::start();
    cloud.create_endpoint("fraud");
    let operation = cloud.begin_deployment("fraud", "1");
    cloud.finish(&operation);
    let operation = format!("/{}", operation["name"].as_str().unwrap());
    for (verb, path, body) in [
        ("POST", "/models:upload", json!({"model": {"displayName": "m", "containerSpec": {"imageUri": "i"}}})),
        ("GET", "/models", json!(null)),
        ("GET", "/models/fraud-detector", json!(null)),
        ("DELETE", "/models/fraud-detector", json!(null)),
        ("POST", "/endpoints", json!({"displayName": "e"})),
        ("GET", "/endpoints", json!(null)),
        ("GET", "/endpoints/fraud", json!(null)),
        ("PATCH", "/endpoints/fraud?updateMask=displayName", json!({"displayName": "e"})),
        ("DELETE", "/endpoints/fraud", json!(null)),
        ("POST", "/endpoints/fraud:deployModel", deploy_request("2")),
        ("POST", "/endpoints/fraud:undeployModel", json!({"deployedModelId": "1"})),
        ("POST", "/endpoints/fraud:predict", json!({"instances": [1]})),
        ("GET", "/operations", json!(null)),
        ("GET", "/endpoints/fraud/operations", json!(null)),
    ] {
        cloud.call(STRANGER, verb, &format!("{PLACE}{path}"), &body).refused(403, "PERMISSION_DENIED");
    }
    for (verb, suffix) in [("GET", ""), ("POST", ":wait"), ("POST", ":cancel"), ("DELETE", "")] {
        cloud.call(STRANGER, verb, &format!("/v1{operation}{suffix}"), &json!({})).refused(403, "PERMISSION_DENIED");
    }
    for suffix in [":getIamPolicy", ":setIamPolicy"] {
        cloud.post(STRANGER, &format!("{PROJECT}{suffix}"), json!({})).refused(403, "PERMISSION_DENIED");
    }
}

#[test]
fn serving_as_an_account_requires_act_as() {
    let cloud = Cloud::start();
    cloud.create_endpoint("fraud");
    for account in ["absent@acme-ml.iam.gserviceaccount.com", "absent@elsewhere.iam.gserviceaccount.com"] {
        let mut request = deploy_request("1");
        request["deployedModel"]["serviceAccount"] = json!(account);
        let text = cloud.own("POST", "/endpoints/fraud:deployModel", request).refused(400, "INVALID_ARGUMENT");
        assert_eq!(
            text,
            format!("You do not have permission to act as service_account: {account} (or it may not exist).")
        );
    }
}

#[test]
fn rejects_the_second_of_two_concurrent_writers() {
    let cloud = Cloud::start();
    let read = policy(&cloud);
    write(&cloud, &read).ok();
    let text = write(&cloud, &read).refused(409, "ABORTED");
    assert_eq!(
        text,
        "There were concurrent policy changes. Please retry the whole read-modify-write with exponential backoff."
    );
    write(&cloud, &policy(&cloud)).ok();
}

#[test]
fn requires_version_three_for_conditions() {
    let cloud = Cloud::start();
    bind_stranger(&cloud, "request.time < timestamp('2999-01-01T00:00:00Z')");
    let read = policy(&cloud);
    assert_eq!(read["version"], 3);
    let old = cloud.post(OWNER, &format!("{PROJECT}:getIamPolicy"), json!({})).ok();
    assert!(old["bindings"].as_array().unwrap().iter().all(|binding| binding["condition"].is_null()), "{old}");
    let mut downgraded = read;
    downgraded["version"] = json!(1);
    write(&cloud, &downgraded).refused(400, "INVALID_ARGUMENT");
}

#[test]
fn a_condition_grants_while_it_is_true() {
    for (expression, status) in [
        ("request.time < timestamp('2999-01-01T00:00:00Z')", 200),
        ("request.time < timestamp('2001-01-01T00:00:00Z')", 403),
        ("resource.name.startsWith('projects/acme-ml')", 403),
    ] {
        let cloud = Cloud::start();
        bind_stranger(&cloud, expression);
        let answer = cloud.get(STRANGER, &format!("{PLACE}/models/fraud-detector"));
        assert_eq!(answer.status, status, "{expression}: {}", answer.body);
    }
}

#[test]
fn an_endpoints_policy_covers_that_endpoint_only() {
    let cloud = Cloud::start();
    for id in ["fraud", "other"] {
        cloud.create_endpoint(id);
    }
    let read = cloud.post(OWNER, &format!("{ENDPOINT_POLICY}:getIamPolicy"), json!({})).ok();
    let binding = json!({"role": "projects/acme-ml/roles/vertexViewer", "members": ["user:stranger@acme.example"]});
    let sent = json!({"policy": {"etag": read["etag"], "bindings": [binding]}});
    cloud.post(OWNER, &format!("{ENDPOINT_POLICY}:setIamPolicy"), sent).ok();
    cloud.get(STRANGER, &format!("{PLACE}/endpoints/fraud")).ok();
    cloud.get(STRANGER, &format!("{PLACE}/endpoints/other")).refused(403, "PERMISSION_DENIED");
    let query = "permissions=aiplatform.endpoints.get&permissions=aiplatform.endpoints.deploy";
    let held = cloud.post(STRANGER, &format!("{ENDPOINT_POLICY}:testIamPermissions?{query}"), json!({})).ok();
    assert_eq!(held["permissions"], json!(["aiplatform.endpoints.get"]));
}

#[test]
fn a_request_without_a_policy_writes_nothing() {
    let cloud = Cloud::start();
    cloud.create_endpoint("fraud");
    let account = "/v1/projects/acme-ml/serviceAccounts/fraud-serving@acme-ml.iam.gserviceaccount.com";
    for resource in [PROJECT, ENDPOINT_POLICY, account] {
        let read = || cloud.post(OWNER, &format!("{resource}:getIamPolicy"), json!({})).ok();
        let before = read();
        cloud.post(OWNER, &format!("{resource}:setIamPolicy"), json!({})).refused(400, "INVALID_ARGUMENT");
        assert_eq!(read(), before, "{resource}");
    }
}

#[test]
fn testing_permissions_requires_no_permission() {
    let cloud = Cloud::start();
    let asked = json!({"permissions": ["aiplatform.endpoints.deploy", "aiplatform.endpoints.surprise"]});
    let path = format!("{PROJECT}:testIamPermissions");
    assert_eq!(cloud.post(OWNER, &path, asked.clone()).ok()["permissions"], json!(["aiplatform.endpoints.deploy"]));
    let none = cloud.post(STRANGER, &path, asked).ok();
    assert!(none["permissions"].as_array().is_none_or(Vec::is_empty), "{none}");
}

#[test]
fn cancelling_requires_its_permission() {
    // The stranger may read everything, and nothing more.
    let cloud = Cloud::with(demo_seed(), FAST);
    cloud.create_endpoint("fraud");
    bind_stranger(&cloud, "true");
    cloud.set_speed(STILL);
    let name = cloud.begin_deployment("fraud", "1")["name"].as_str().unwrap().to_owned();
    cloud.get(STRANGER, &format!("/v1/{name}")).ok();
    let text = cloud.post(STRANGER, &format!("/v1/{name}:cancel"), json!({})).refused(403, "PERMISSION_DENIED");
    assert!(text.contains("aiplatform.endpoints.deploy"), "{text}");
    let text = cloud.call(STRANGER, "DELETE", &format!("/v1/{name}"), &json!(null)).refused(403, "PERMISSION_DENIED");
    assert!(text.contains("aiplatform.endpoints.update"), "{text}");
}

#[test]
fn rejects_a_wrong_seed() {
    for (seed, reason) in [("projects: [{id: a}]", "number"), ("projects: []\nsurprise: 1", "surprise"), ("{", "")] {
        let error = Seed::parse(seed).unwrap_err().to_string();
        assert!(error.contains(reason), "{error}");
    }
}
