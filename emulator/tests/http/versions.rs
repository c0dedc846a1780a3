//! Versions of models and their aliases.

use crate::harness::{Cloud, MODEL, OWNER, SHOWN_PLACE, STILL, demo_seed, deploy_request};
use serde_json::{Value, json};

const PARENT: &str = "projects/acme-ml/locations/us-central1/models/fraud-detector";

fn model(name: &str, aliases: Value) -> Value {
    let image = "us-central1-docker.pkg.dev/acme-ml/serving/fraud:4";
    json!({"displayName": name, "versionAliases": aliases, "labels": {"content": "abc"}, "containerSpec": {"imageUri": image}})
}

#[track_caller]
fn upload(cloud: &Cloud, request: Value) -> String {
    let operation = cloud.finish(&cloud.own("POST", "/models:upload", request).ok());
    operation["response"]["modelVersionId"].as_str().unwrap().to_owned()
}

#[track_caller]
fn version(cloud: &Cloud, wanted: &str) -> String {
    let path = format!("/models/fraud-detector{wanted}");
    cloud.own("GET", &path, json!(null)).ok()["versionId"].as_str().unwrap().to_owned()
}

#[test]
fn an_upload_below_a_parent_makes_a_new_version() {
    let cloud = Cloud::start();
    let request = json!({"parentModel": PARENT, "model": model("Fraud 4", json!(["golden"]))});
    let operation = cloud.finish(&cloud.own("POST", "/models:upload", request).ok());
    assert_eq!(operation["response"]["model"], format!("{SHOWN_PLACE}/models/fraud-detector"));
    assert_eq!(operation["response"]["modelVersionId"], "4");
    // The default version stays until the alias moves.
    assert_eq!(
        (version(&cloud, ""), version(&cloud, "@golden"), version(&cloud, "@4")),
        ("3".into(), "4".into(), "4".into())
    );

    let newest = json!({"parentModel": PARENT, "model": model("Fraud 5", json!(["default", "golden"]))});
    assert_eq!(upload(&cloud, newest), "5");
    assert_eq!(
        (version(&cloud, ""), version(&cloud, "@default"), version(&cloud, "@golden")),
        ("5".into(), "5".into(), "5".into())
    );
    let old = cloud.own("GET", "/models/fraud-detector@3", json!(null)).ok();
    assert_eq!(old["versionAliases"], json!([]));
    let new = cloud.own("GET", "/models/fraud-detector@5", json!(null)).ok();
    assert_eq!((&new["createTime"], &new["labels"]["content"]), (&old["createTime"], &json!("abc")));
    assert!(new["versionCreateTime"].as_str() > old["versionCreateTime"].as_str());
}

#[test]
fn the_first_version_is_the_default() {
    let cloud = Cloud::start();
    upload(&cloud, json!({"modelId": "new", "model": model("New", json!(["golden"]))}));
    let new = cloud.own("GET", "/models/new", json!(null)).ok();
    assert_eq!((&new["versionId"], &new["versionAliases"]), (&json!("1"), &json!(["default", "golden"])));
}

#[test]
fn lists_versions_by_number_and_label() {
    let cloud = Cloud::start();
    upload(&cloud, json!({"parentModel": PARENT, "model": model("Fraud 4", json!([]))}));
    let names = |query: &str| -> Vec<String> {
        let listed = cloud.own("GET", &format!("/models/fraud-detector:listVersions{query}"), json!(null)).ok();
        listed["models"].as_array().unwrap().iter().map(|m| m["name"].as_str().unwrap().to_owned()).collect()
    };
    let name = |number: u32| format!("{SHOWN_PLACE}/models/fraud-detector@{number}");
    assert_eq!(names(""), [1, 2, 3, 4].map(name));
    assert_eq!(names("?filter=labels.content%3Dabc"), [name(4)]);
    assert_eq!(names("?filter=labels.content%3Dxyz"), [""; 0]);
    cloud.own("GET", "/models/none:listVersions", json!(null)).refused(404, "NOT_FOUND");
}

#[test]
fn aliases_move_between_versions() {
    let cloud = Cloud::start();
    let merge = |version: &str, aliases: Value| {
        let path = format!("/models/fraud-detector{version}:mergeVersionAliases");
        cloud.own("POST", &path, json!({"versionAliases": aliases}))
    };
    let merged = merge("@1", json!(["golden", "default"])).ok();
    assert_eq!((&merged["versionId"], &merged["versionAliases"]), (&json!("1"), &json!(["default", "golden"])));
    assert_eq!((version(&cloud, ""), version(&cloud, "@golden")), ("1".into(), "1".into()));
    merge("@1", json!(["-golden"])).ok();
    cloud.own("GET", "/models/fraud-detector@golden", json!(null)).refused(404, "NOT_FOUND");
    merge("@1", json!(["-default"])).refused(400, "INVALID_ARGUMENT");
    for wrong in ["1", "Golden", "a", "golden-"] {
        merge("@1", json!([wrong])).refused(400, "INVALID_ARGUMENT");
    }
    merge("", json!(["golden"])).refused(400, "INVALID_ARGUMENT");
    merge("@9", json!(["golden"])).refused(404, "NOT_FOUND");
}

#[test]
fn deletes_a_version_that_is_not_used_and_not_the_default() {
    let cloud = Cloud::start();
    let delete =
        |version: &str| cloud.own("DELETE", &format!("/models/fraud-detector{version}:deleteVersion"), json!(null));
    delete("").refused(400, "INVALID_ARGUMENT");
    delete("@default").refused(400, "INVALID_ARGUMENT");
    delete("@9").refused(404, "NOT_FOUND");
    delete("@3").refused(400, "FAILED_PRECONDITION");
    cloud.finish(&delete("@1").ok());
    cloud.own("GET", "/models/fraud-detector@1", json!(null)).refused(404, "NOT_FOUND");

    cloud.create_endpoint("fraud");
    let mut request = deploy_request("7");
    request["deployedModel"]["model"] = json!(MODEL.replace("@3", "@2"));
    cloud.finish(&cloud.own("POST", "/endpoints/fraud:deployModel", request).ok());
    let text = delete("@2").refused(400, "FAILED_PRECONDITION");
    assert!(text.contains(&format!("{SHOWN_PLACE}/endpoints/fraud")), "{text}");
    let deployed = cloud.own("GET", "/models/fraud-detector@2", json!(null)).ok();
    let pointer = json!([{"endpoint": format!("{SHOWN_PLACE}/endpoints/fraud"), "deployedModelId": "7"}]);
    assert_eq!(deployed["deployedModels"], pointer);
    assert!(cloud.own("GET", "/models/fraud-detector@3", json!(null)).ok()["deployedModels"].is_null());
    // Numbers are not used again.
    assert_eq!(upload(&cloud, json!({"parentModel": PARENT, "model": model("Fraud 4", json!([]))})), "4");
}

#[test]
fn deploys_the_version_that_an_alias_meant_at_the_call() {
    let cloud = Cloud::start();
    cloud.create_endpoint("fraud");
    cloud.set_speed(STILL);
    let mut request = deploy_request("7");
    request["deployedModel"]["model"] = json!(PARENT);
    let operation = cloud.own("POST", "/endpoints/fraud:deployModel", request).ok();
    let moved = json!({"versionAliases": ["default"]});
    cloud.own("POST", "/models/fraud-detector@1:mergeVersionAliases", moved).ok();
    cloud.own("DELETE", "/models/fraud-detector", json!(null)).refused(400, "FAILED_PRECONDITION");
    cloud.set_speed(crate::harness::FAST);
    cloud.finish(&operation);
    let endpoint = cloud.own("GET", "/endpoints/fraud", json!(null)).ok();
    assert_eq!(endpoint["deployedModels"][0]["modelVersionId"], "3");
}

#[test]
fn rejects_uploads_that_google_rejects() {
    let cloud = Cloud::start();
    let body = || model("m", json!([]));
    let post = |request: Value| cloud.own("POST", "/models:upload", request);
    post(json!({"parentModel": PARENT.replace("detector", "none"), "model": body()})).refused(404, "NOT_FOUND");
    post(json!({"parentModel": MODEL, "model": body()})).refused(400, "INVALID_ARGUMENT");
    post(json!({"parentModel": PARENT, "modelId": "m", "model": body()})).refused(501, "UNIMPLEMENTED");
    post(json!({"modelId": "1m", "model": body()})).refused(400, "INVALID_ARGUMENT");
    post(json!({"parentModel": PARENT, "model": model("m", json!(["9"]))})).refused(400, "INVALID_ARGUMENT");
}

#[test]
fn a_cancelled_upload_leaves_no_model() {
    let cloud = Cloud::with(demo_seed(), STILL);
    let request = json!({"modelId": "new", "model": model("New", json!([]))});
    let operation = cloud.own("POST", "/models:upload", request.clone()).ok();
    cloud.own("POST", "/models:upload", request.clone()).refused(409, "ALREADY_EXISTS");
    cloud.own("GET", "/models/new", json!(null)).refused(404, "NOT_FOUND");
    cloud.post(OWNER, &format!("/v1/{}:cancel", operation["name"].as_str().unwrap()), json!({})).ok();
    assert_eq!(cloud.finish(&operation)["error"]["code"], 1);
    cloud.set_speed(crate::harness::FAST);
    assert_eq!(upload(&cloud, request), "1");
}
