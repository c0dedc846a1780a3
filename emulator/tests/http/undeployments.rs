//! Undeploying models, deploying without a traffic split, and models that were deployed a short time ago.

use crate::harness::{Cloud, FAST, OWNER, STILL, deploy_request};
use serde_json::{Value, json};

const UNDEPLOY: &str = "/endpoints/fraud:undeployModel";

fn endpoint(cloud: &Cloud) -> Value {
    cloud.own("GET", "/endpoints/fraud", json!(null)).ok()
}

fn ids(endpoint: &Value) -> Vec<&str> {
    endpoint["deployedModels"].as_array().into_iter().flatten().map(|model| model["id"].as_str().unwrap()).collect()
}

fn start() -> Cloud {
    let cloud = Cloud::start();
    cloud.create_endpoint("fraud");
    cloud.finish(&cloud.begin_deployment("fraud", "1"));
    cloud
}

/// Deploys without a traffic split.
fn deploy_quietly(cloud: &Cloud, id: &str) {
    let mut request = deploy_request(id);
    request.as_object_mut().unwrap().remove("trafficSplit");
    cloud.finish(&cloud.own("POST", "/endpoints/fraud:deployModel", request).ok());
}

#[test]
fn a_model_serves_until_its_undeployment_ends() {
    let cloud = start();
    cloud.set_speed(STILL);
    let operation = cloud.own("POST", UNDEPLOY, json!({"deployedModelId": "1"})).ok();
    assert_eq!(ids(&endpoint(&cloud)), ["1"]);
    let answer = cloud.own("POST", "/endpoints/fraud:predict", json!({"instances": [1]})).ok();
    assert_eq!(answer["deployedModelId"], "1");
    cloud.own("DELETE", "/endpoints/fraud", json!(null)).refused(400, "FAILED_PRECONDITION");
    cloud.own("POST", UNDEPLOY, json!({"deployedModelId": "1"})).refused(400, "FAILED_PRECONDITION");
    cloud.set_speed(FAST);
    assert!(cloud.finish(&operation)["error"].is_null());
    assert_eq!(ids(&endpoint(&cloud)), [""; 0]);
    assert!(endpoint(&cloud)["trafficSplit"].is_null());
    cloud.own("POST", UNDEPLOY, json!({"deployedModelId": "1"})).refused(400, "INVALID_ARGUMENT");
}

#[test]
fn a_cancelled_undeployment_leaves_the_model() {
    let cloud = start();
    cloud.set_speed(STILL);
    let operation = cloud.own("POST", UNDEPLOY, json!({"deployedModelId": "1"})).ok();
    cloud.post(OWNER, &format!("/v1/{}:cancel", operation["name"].as_str().unwrap()), json!({})).ok();
    assert_eq!(cloud.finish(&operation)["error"]["code"], 1);
    assert_eq!(endpoint(&cloud)["trafficSplit"], json!({"1": 100}));
    cloud.set_speed(FAST);
    cloud.finish(&cloud.own("POST", UNDEPLOY, json!({"deployedModelId": "1"})).ok());
    assert_eq!(ids(&endpoint(&cloud)), [""; 0]);
}

#[test]
fn an_undeployment_fails_when_the_model_has_received_traffic_meanwhile() {
    let cloud = start();
    deploy_quietly(&cloud, "2");
    cloud.set_speed(STILL);
    let operation = cloud.own("POST", UNDEPLOY, json!({"deployedModelId": "2"})).ok();
    let split = json!({"trafficSplit": {"1": 50, "2": 50}});
    cloud.own("PATCH", "/endpoints/fraud?updateMask=trafficSplit", split).ok();
    cloud.set_speed(FAST);
    assert_eq!(cloud.finish(&operation)["error"]["code"], 9);
    assert_eq!(ids(&endpoint(&cloud)), ["1", "2"]);
}

#[test]
fn a_sent_split_is_written_at_the_end_of_the_undeployment() {
    let cloud = start();
    deploy_quietly(&cloud, "2");
    cloud.set_speed(STILL);
    let body = json!({"deployedModelId": "1", "trafficSplit": {"2": 100}});
    let operation = cloud.own("POST", UNDEPLOY, body).ok();
    assert_eq!(endpoint(&cloud)["trafficSplit"], json!({"1": 100}));
    cloud.set_speed(FAST);
    cloud.finish(&operation);
    assert_eq!((ids(&endpoint(&cloud)), &endpoint(&cloud)["trafficSplit"]), (vec!["2"], &json!({"2": 100})));
}

#[test]
fn a_model_that_is_being_deployed_cannot_be_undeployed() {
    let cloud = Cloud::start();
    cloud.create_endpoint("fraud");
    cloud.set_speed(STILL);
    cloud.begin_deployment("fraud", "1");
    cloud.own("POST", UNDEPLOY, json!({"deployedModelId": "1"})).refused(400, "INVALID_ARGUMENT");
}

#[test]
fn a_deployment_without_a_split_leaves_the_split() {
    let cloud = start();
    deploy_quietly(&cloud, "2");
    assert_eq!(endpoint(&cloud)["trafficSplit"], json!({"1": 100}));
    // An endpoint without models stays without traffic.
    let empty = Cloud::start();
    empty.create_endpoint("fraud");
    deploy_quietly(&empty, "1");
    assert_eq!((ids(&endpoint(&empty)), &endpoint(&empty)["trafficSplit"]), (vec!["1"], &json!(null)));
    empty.own("POST", "/endpoints/fraud:predict", json!({"instances": [1]})).refused(400, "FAILED_PRECONDITION");
    empty.own("PATCH", "/endpoints/fraud?updateMask=trafficSplit", json!({"trafficSplit": {"1": 100}})).ok();
    empty.own("POST", "/endpoints/fraud:predict", json!({"instances": [1]})).ok();
}

#[test]
fn a_deployments_split_is_written_at_its_end_over_what_others_wrote() {
    let cloud = start();
    deploy_quietly(&cloud, "2");
    cloud.set_speed(STILL);
    let mut third = deploy_request("3");
    third["trafficSplit"] = json!({"0": 20, "1": 80});
    let operation = cloud.own("POST", "/endpoints/fraud:deployModel", third).ok();
    let rollback = json!({"trafficSplit": {"2": 100}});
    cloud.own("PATCH", "/endpoints/fraud?updateMask=trafficSplit", rollback.clone()).ok();
    assert_eq!(endpoint(&cloud)["trafficSplit"], rollback["trafficSplit"]);
    cloud.set_speed(FAST);
    cloud.finish(&operation);
    assert_eq!(endpoint(&cloud)["trafficSplit"], json!({"3": 20, "1": 80}));
}

#[test]
fn a_deployment_fails_when_its_split_names_a_model_that_is_gone() {
    let cloud = start();
    deploy_quietly(&cloud, "2");
    let mut third = deploy_request("3");
    third["trafficSplit"] = json!({"0": 20, "1": 80, "2": 0});
    cloud.set_speed(STILL);
    let deployment = cloud.own("POST", "/endpoints/fraud:deployModel", third).ok();
    let undeployment = cloud.own("POST", UNDEPLOY, json!({"deployedModelId": "2"})).ok();
    cloud.set_speed(FAST);
    cloud.finish(&undeployment);
    assert!(!cloud.finish(&deployment)["error"].is_null());
    assert_eq!((ids(&endpoint(&cloud)), &endpoint(&cloud)["trafficSplit"]), (vec!["1"], &json!({"1": 100})));
}

#[test]
fn an_undeployed_model_cannot_be_deleted_for_a_time() {
    let cloud = start();
    cloud.post("", "/emulator/settings", json!({"undeployedModelHoldSeconds": 300})).ok();
    cloud.finish(&cloud.own("POST", UNDEPLOY, json!({"deployedModelId": "1"})).ok());
    cloud.set_speed(STILL);
    let text = cloud.own("DELETE", "/models/fraud-detector", json!(null)).refused(400, "FAILED_PRECONDITION");
    assert!(text.contains("is deployed or being deployed at the following Endpoint(s):"), "{text}");
    // Only the version that was deployed is held.
    cloud.own("DELETE", "/models/fraud-detector@1:deleteVersion", json!(null)).ok();
    cloud.own("GET", "/models/fraud-detector@3", json!(null)).ok();
    cloud.post("", "/emulator/clock", json!({"advanceSeconds": 300})).ok();
    cloud.own("DELETE", "/models/fraud-detector", json!(null)).ok();
}
