//! Causes by name: each strikes as its row of `GET /emulator/causes` says.

use crate::faults::order;
use crate::harness::{Answer, Cloud, OWNER, PLACE, SHOWN_PLACE, STRANGER, deploy_request};
use crate::logs::entries;
use serde_json::{Value, json};

const CODES: &[(&str, u16, i64)] = &[
    ("INVALID_ARGUMENT", 400, 3),
    ("DEADLINE_EXCEEDED", 504, 4),
    ("PERMISSION_DENIED", 403, 7),
    ("RESOURCE_EXHAUSTED", 429, 8),
    ("FAILED_PRECONDITION", 400, 9),
    ("INTERNAL", 500, 13),
    ("UNAVAILABLE", 503, 14),
    ("UNAUTHENTICATED", 401, 16),
];

pub fn rows(cloud: &Cloud) -> Vec<Value> {
    cloud.get("", "/emulator/causes").ok()["causes"].as_array().unwrap().clone()
}

pub fn strike(cloud: &Cloud, cause: &Value, variant: &str) {
    order(cloud, json!({"fault": {"kind": "cause", "cause": cause, "variant": variant}}));
}

/// The wordings of a row: the variant, its text, and its container's lines.
pub fn wordings(row: &Value) -> Vec<(&'static str, Value, Value)> {
    let (texts, lines) = (row["texts"].as_array().unwrap(), row["lines"].as_array().unwrap());
    let most = texts.len().max(lines.len());
    let pick = |of: &[Value], index: usize| of.get(index).or(of.first()).cloned().unwrap_or(json!([]));
    ["a", "b"].into_iter().enumerate().take(most).map(|(i, name)| (name, pick(texts, i), pick(lines, i))).collect()
}

/// Whether a text is the row's, with names in place of those in braces.
fn is_filled(text: &Value, row: &Value) -> bool {
    let (text, row) = (text.as_str().unwrap(), row.as_str().unwrap());
    let mut rest = text;
    for fixed in row.split('{').map(|part| part.split_once('}').map_or(part, |(_, fixed)| fixed)) {
        match rest.find(fixed) {
            Some(at) => rest = &rest[at + fixed.len()..],
            None => return false,
        }
    }
    !text.contains(['{', '}']) && !text.is_empty()
}

/// A call that a pattern of methods means.
pub fn call(cloud: &Cloud, pattern: &str) -> Answer {
    let model = json!({"displayName": "m", "artifactUri": "gs://acme-models/fraud/3",
        "containerSpec": {"imageUri": "us-central1-docker.pkg.dev/acme-ml/serving/fraud:3"}});
    match pattern {
        "endpoints.deployModel" => cloud.own("POST", "/endpoints/fraud:deployModel", deploy_request("1")),
        "endpoints.patch" => cloud.own("PATCH", "/endpoints/fraud?updateMask=description", json!({})),
        "endpoints.delete" => cloud.own("DELETE", "/endpoints/fraud", json!(null)),
        "endpoints.create" => cloud.own("POST", "/endpoints?endpointId=e2", json!({"displayName": "e"})),
        "models.delete" => cloud.own("DELETE", "/models/fraud-detector", json!(null)),
        "models.deleteVersion" => cloud.own("DELETE", "/models/fraud-detector@1:deleteVersion", json!(null)),
        "models.upload" => cloud.own("POST", "/models:upload", json!({ "model": model })),
        "locations.deploy" => cloud.own("POST", ":deploy", json!({"huggingFaceModelId": "google/gemma-3-1b-it"})),
        "aiplatform." => cloud.own("GET", "/endpoints", json!(null)),
        "cloudquotas." => {
            cloud.get(OWNER, "/v1/projects/acme-ml/locations/global/services/aiplatform.googleapis.com/quotaInfos")
        }
        "sts.token" => cloud.post("", "/v1/token", json!({})),
        "serviceAccounts.generateAccessToken" => cloud.post(
            OWNER,
            "/v1/projects/-/serviceAccounts/deployer@acme-ml.iam.gserviceaccount.com:generateAccessToken",
            json!({"scope": ["x"]}),
        ),
        method if method.starts_with("endpoints.") => {
            let verb = method.trim_start_matches("endpoints.");
            cloud.own("POST", &format!("/endpoints/fraud:{verb}"), json!({"instances": [1]}))
        }
        other => cloud.get("", &format!("/emulator/no call for {other}")),
    }
}

#[test]
fn each_cause_of_a_call_strikes_as_its_row_says() {
    let cloud = Cloud::start();
    cloud.create_endpoint("fraud");
    let rows: Vec<Value> = rows(&cloud).into_iter().filter(|row| !row["strikes"]["calls"].is_null()).collect();
    assert!(rows.len() >= 35, "{}", rows.len());
    for row in &rows {
        for pattern in row["strikes"]["calls"].as_array().unwrap() {
            for (variant, text, _) in wordings(row) {
                strike(&cloud, &row["name"], variant);
                let answer = call(&cloud, pattern.as_str().unwrap());
                if row["code"].as_str().unwrap().starts_with(|c: char| c.is_ascii_lowercase()) {
                    assert_eq!((answer.status, &answer.body["error"]), (400, &row["code"]), "{row}");
                    assert!(is_filled(&answer.body["error_description"], &text), "{} {row}", answer.body);
                    continue;
                }
                let (name, http, _) = CODES.iter().find(|(name, ..)| row["code"] == *name).unwrap();
                let message = answer.refused(*http, name);
                assert!(is_filled(&json!(message), &text), "{message} {row}");
                let details = &answer.body["error"]["details"];
                assert_eq!(details.as_array().map_or(0, Vec::len), row["details"].as_array().unwrap().len(), "{row}");
                assert!(!details.to_string().contains("{project}") && !details.to_string().contains("{service}"));
            }
        }
    }
    // Each has struck once, and nothing was changed.
    assert_eq!(cloud.get("", "/emulator/faults").ok()["faults"], json!([]));
    cloud.own("GET", "/endpoints/fraud", json!(null)).ok();
    cloud.own("GET", "/endpoints/e2", json!(null)).refused(404, "NOT_FOUND");
}

#[test]
fn each_cause_of_a_deployment_ends_its_operation_as_its_row_says() {
    let cloud = Cloud::start();
    cloud.create_endpoint("fraud");
    let rows: Vec<Value> = rows(&cloud).into_iter().filter(|row| row["strikes"]["stage"].is_string()).collect();
    assert!(rows.len() >= 25, "{}", rows.len());
    let mut id = 0;
    for row in rows.iter().filter(|row| row["strikes"]["stage"] != "SUCCESSFULLY_DEPLOYED") {
        for (variant, text, lines) in wordings(row) {
            id += 1;
            strike(&cloud, &row["name"], variant);
            let operation = cloud.finish(&cloud.begin_deployment("fraud", &id.to_string()));
            let (.., code) = CODES.iter().find(|(name, ..)| row["code"] == *name).unwrap();
            assert_eq!(
                (&operation["error"]["code"], operation["metadata"]["deploymentStage"].as_str()),
                (&json!(code), Some("FAILED_TO_DEPLOY"))
            );
            assert!(is_filled(&operation["error"]["message"], &text), "{operation} {row}");
            let written = entries(&cloud, &format!("labels.deployed_model_id=\"{id}\" severity>=ERROR"));
            for line in lines.as_array().unwrap() {
                let found = written.iter().any(|entry| is_filled(&entry["jsonPayload"]["message"], line));
                assert!(found, "{line} {written:?}");
            }
            let has_started = row["strikes"]["stage"] == "STARTING_MODEL_SERVER";
            let started = entries(&cloud, &format!("labels.deployed_model_id=\"{id}\" severity=INFO"));
            assert_eq!(!started.is_empty(), has_started, "{row}");
        }
    }
    let endpoint = cloud.own("GET", "/endpoints/fraud", json!(null)).ok();
    assert!(endpoint["deployedModels"].as_array().is_none_or(Vec::is_empty));
}

#[test]
fn a_partial_success_leaves_a_message_on_the_deployed_model() {
    let cloud = Cloud::start();
    cloud.create_endpoint("fraud");
    strike(&cloud, &json!("partial-success"), "a");
    assert!(cloud.finish(&cloud.begin_deployment("fraud", "7"))["error"].is_null());
    let status = cloud.own("GET", "/endpoints/fraud", json!(null)).ok()["deployedModels"][0]["status"].clone();
    assert_eq!(status["availableReplicaCount"], 1);
    assert!(status["message"].as_str().unwrap().contains("temporarily unavailable"), "{status}");
}

#[test]
fn names_are_filled_in_from_the_request() {
    let cloud = Cloud::start();
    cloud.create_endpoint("fraud");
    let said = |cause: &str, pattern: &str| {
        strike(&cloud, &json!(cause), "a");
        call(&cloud, pattern).body["error"].clone()
    };
    assert_eq!(
        said("quota", "endpoints.deployModel")["message"],
        "The following quotas are exceeded: CustomModelServingL4GPUsPerProjectPerRegion"
    );
    let pull = said("image-pull", "models.upload")["message"].to_string();
    assert!(pull.contains("service-123456789012@gcp-sa-aiplatform.iam.gserviceaccount.com"), "{pull}");
    assert!(pull.contains("projects/acme-ml/locations/us-central1/repositories/serving."), "{pull}");
    // The agent's denial stands in the audit log.
    let denied = entries(&cloud, "protoPayload.authenticationInfo.principalEmail:\"gcp-sa-aiplatform\" severity=ERROR");
    assert_eq!(
        denied[0]["protoPayload"]["authorizationInfo"][0]["permission"],
        "artifactregistry.repositories.downloadArtifacts"
    );
    let disabled = said("api-disabled", "aiplatform.");
    let info = &disabled["details"][0];
    assert_eq!(
        (&info["reason"], &info["metadata"]["service"]),
        (&json!("SERVICE_DISABLED"), &json!("aiplatform.googleapis.com"))
    );
    assert_eq!(info["metadata"]["consumer"], "projects/acme-ml");
    assert_eq!(disabled["details"][1]["links"][0]["url"], info["metadata"]["activationUrl"]);
    let impersonation = said("impersonation-user-project", "serviceAccounts.generateAccessToken");
    assert_eq!(impersonation["details"][0]["metadata"]["consumer"], "projects/acme-ml");
    let permission = said("permission-denied", "endpoints.predict");
    assert_eq!(permission["details"][0]["metadata"]["permission"], "aiplatform.endpoints.predict");
    strike(&cloud, &json!("server-exited"), "a");
    let operation = cloud.finish(&cloud.begin_deployment("fraud", "7"));
    let text = operation["error"]["message"].as_str().unwrap();
    assert!(text.contains("endpoint_id%3D%22fraud%22") && text.contains("project=123456789012"), "{text}");
    assert!(operation["name"].as_str().unwrap().starts_with(SHOWN_PLACE));
}

#[test]
fn a_cause_can_be_bound_to_a_path_and_strikes_known_callers_only() {
    let cloud = Cloud::start();
    let fault = json!({"kind": "cause", "cause": "billing-disabled"});
    order(&cloud, json!({"pathContains": "/models", "times": 2, "fault": fault}));
    cloud.own("GET", "/endpoints", json!(null)).ok();
    cloud.get("", &format!("{PLACE}/models")).refused(401, "UNAUTHENTICATED");
    cloud.get(STRANGER, &format!("{PLACE}/models")).refused(403, "PERMISSION_DENIED");
    cloud.own("GET", "/models", json!(null)).ok();
}

#[test]
fn rejects_a_cause_or_a_wording_that_does_not_exist() {
    let cloud = Cloud::start();
    for fault in [
        json!({"kind": "cause", "cause": "surprise"}),
        json!({"kind": "cause", "cause": "act-as", "variant": "b"}),
        json!({"kind": "cause", "cause": "oom", "variant": "c"}),
    ] {
        cloud.post("", "/emulator/faults", json!({ "fault": fault })).refused(400, "INVALID_ARGUMENT");
    }
}
