//! Faults in which an answer and what happened differ.

use crate::faults::{order, raw};
use crate::harness::{Cloud, FAST, OWNER, PLACE, STILL, demo_seed, deploy_request};
use serde_json::{Value, json};

const CREATE: &str = "/endpoints?endpointId=fraud";

/// The log's row of the first call.
fn first(cloud: &Cloud) -> Value {
    cloud.get("", "/emulator/calls").ok()["calls"][0].clone()
}

fn exists(cloud: &Cloud) -> bool {
    let operations = cloud.own("GET", "/endpoints/fraud/operations", json!(null)).ok();
    operations["operations"].as_array().is_some_and(|all| !all.is_empty())
}

#[test]
fn an_error_can_come_before_or_after_the_change() {
    for done in [false, true] {
        let cloud = Cloud::start();
        order(&cloud, json!({"fault": {"kind": "status", "status": 503, "done": done}}));
        cloud.own("POST", CREATE, json!({"displayName": "e"})).refused(503, "UNAVAILABLE");
        assert_eq!(exists(&cloud), done);
        let call = first(&cloud);
        let status = if done { 200 } else { 503 };
        assert_eq!((&call["answered"], &call["status"]), (&json!(503), &json!(status)));
        assert_eq!((&call["changed"], &call["executions"]), (&json!(done), &json!(u32::from(done))));
        assert_eq!(call["fault"], "status");
    }
}

#[test]
fn an_answer_can_be_html() {
    for done in [false, true] {
        let cloud = Cloud::start();
        order(&cloud, json!({"fault": {"kind": "html", "done": done}}));
        let answer = cloud.own("POST", CREATE, json!({"displayName": "e"}));
        assert_eq!(
            (answer.status, answer.headers["content-type"].to_str().unwrap()),
            (200, "text/html; charset=UTF-8")
        );
        assert!(answer.body.as_str().unwrap().starts_with("<!DOCTYPE html>"));
        assert_eq!(exists(&cloud), done);
    }
}

#[test]
fn a_token_can_be_refused_once() {
    let cloud = Cloud::start();
    order(&cloud, json!({"fault": {"kind": "status", "status": 401}}));
    cloud.own("GET", "/endpoints", json!(null)).refused(401, "UNAUTHENTICATED");
    cloud.own("GET", "/endpoints", json!(null)).ok();
}

#[test]
fn a_black_hole_never_answers() {
    let cloud = Cloud::start();
    order(&cloud, json!({"fault": {"kind": "hang", "done": true}}));
    let agent: ureq::Agent =
        ureq::Agent::config_builder().timeout_global(Some(std::time::Duration::from_millis(300))).build().into();
    let request =
        agent.post(format!("{}{PLACE}{CREATE}", cloud.url)).header("authorization", format!("Bearer {OWNER}"));
    let error = request.send("{\"displayName\": \"e\"}").unwrap_err();
    assert!(matches!(error, ureq::Error::Timeout(_)), "{error}");
    assert!(exists(&cloud));
    let call = first(&cloud);
    assert_eq!((&call["answered"], &call["status"], &call["changed"]), (&json!(null), &json!(200), &json!(true)));
}

#[test]
fn a_late_call_takes_effect_after_its_caller_has_left() {
    let cloud = Cloud::with(demo_seed(), STILL);
    order(&cloud, json!({"fault": {"kind": "late", "seconds": 100}}));
    assert_eq!(raw(&cloud, "POST", CREATE, "{\"displayName\": \"e\"}"), "");
    assert!(!exists(&cloud));
    assert_eq!((&first(&cloud)["executions"], &first(&cloud)["status"]), (&json!(0), &json!(null)));
    cloud.post("", "/emulator/clock", json!({"advanceSeconds": 100})).ok();
    let begun = std::time::Instant::now();
    while first(&cloud)["executions"] == 0 {
        assert!(begun.elapsed().as_secs() < 30);
    }
    assert!(exists(&cloud));
    assert_eq!((&first(&cloud)["changed"], &first(&cloud)["answered"]), (&json!(true), &json!(null)));
}

#[test]
fn a_slow_call_happens_though_its_caller_has_left() {
    let cloud = Cloud::start();
    order(&cloud, json!({"fault": {"kind": "slow", "millis": 200}}));
    let agent: ureq::Agent =
        ureq::Agent::config_builder().timeout_global(Some(std::time::Duration::from_millis(50))).build().into();
    let request =
        agent.post(format!("{}{PLACE}{CREATE}", cloud.url)).header("authorization", format!("Bearer {OWNER}"));
    assert!(request.send("{\"displayName\": \"e\"}").is_err());
    let begun = std::time::Instant::now();
    while first(&cloud)["executions"] == 0 {
        assert!(begun.elapsed().as_secs() < 30);
    }
    assert!(exists(&cloud));
}

#[test]
fn a_call_can_be_carried_out_twice() {
    let cloud = Cloud::start();
    order(&cloud, json!({"fault": {"kind": "twice"}}));
    // Without an id of the caller's, two endpoints are made.
    let operation = cloud.own("POST", "/endpoints", json!({"displayName": "e"})).ok();
    let call = first(&cloud);
    assert_eq!((&call["executions"], &call["operations"][0]), (&json!(2), &operation["name"]));
    for name in call["operations"].as_array().unwrap() {
        cloud.finish(&json!({ "name": name }));
    }
    let listed = cloud.own("GET", "/endpoints", json!(null)).ok();
    assert_eq!(listed["endpoints"].as_array().unwrap().len(), 2);
}

#[test]
fn a_cancellation_can_be_accepted_and_ignored() {
    let cloud = Cloud::start();
    cloud.create_endpoint("fraud");
    order(&cloud, json!({"pathContains": "/endpoints/fraud", "fault": {"kind": "ignoredCancel"}}));
    cloud.set_speed(STILL);
    let operation = cloud.begin_deployment("fraud", "1");
    let cancel = format!("/v1/{}:cancel", operation["name"].as_str().unwrap());
    cloud.post(OWNER, &cancel, json!({})).ok();
    let log = cloud.get("", "/emulator/calls").ok();
    assert_eq!(log["calls"].as_array().unwrap().last().unwrap()["changed"], false);
    cloud.set_speed(FAST);
    let operation = cloud.finish(&operation);
    assert_eq!(operation["metadata"]["deploymentStage"], "SUCCESSFULLY_DEPLOYED");
    // The next one is honoured.
    cloud.set_speed(STILL);
    let mut second = deploy_request("2");
    second["trafficSplit"] = json!({"1": 100});
    let operation = cloud.own("POST", "/endpoints/fraud:deployModel", second).ok();
    cloud.post(OWNER, &format!("/v1/{}:cancel", operation["name"].as_str().unwrap()), json!({})).ok();
    assert_eq!(cloud.finish(&operation)["error"]["code"], 1);
}

#[test]
fn an_operation_other_than_a_deployment_can_fail_at_its_end() {
    let cloud = Cloud::start();
    cloud.create_endpoint("fraud");
    cloud.finish(&cloud.begin_deployment("fraud", "1"));
    let fault =
        |operation: &str| json!({"kind": "failOperation", "operation": operation, "code": 13, "message": "internal"});
    order(&cloud, json!({"pathContains": "/endpoints/other", "fault": fault("UndeployModel")}));
    order(&cloud, json!({"pathContains": "/endpoints/fraud", "fault": fault("UndeployModel")}));
    let undeploy = || cloud.own("POST", "/endpoints/fraud:undeployModel", json!({"deployedModelId": "1"})).ok();
    assert_eq!(cloud.finish(&undeploy())["error"], json!({"code": 13, "message": "internal"}));
    let endpoint = cloud.own("GET", "/endpoints/fraud", json!(null)).ok();
    assert_eq!(endpoint["deployedModels"][0]["id"], "1");
    assert!(cloud.finish(&undeploy())["error"].is_null());

    order(&cloud, json!({"fault": fault("UploadModel")}));
    let model = json!({"modelId": "m", "model": {"displayName": "m", "containerSpec": {"imageUri": "i"}}});
    assert_eq!(cloud.finish(&cloud.own("POST", "/models:upload", model.clone()).ok())["error"]["code"], 13);
    cloud.own("GET", "/models/m", json!(null)).refused(404, "NOT_FOUND");
    assert!(cloud.finish(&cloud.own("POST", "/models:upload", model).ok())["error"].is_null());
    cloud.post("", "/emulator/faults", json!({"fault": fault("Surprise")})).refused(400, "INVALID_ARGUMENT");
}

#[test]
fn a_fault_of_a_deployment_can_be_for_one_endpoint() {
    let cloud = Cloud::start();
    cloud.create_endpoint("fraud");
    cloud.create_endpoint("other");
    let fault = json!({"kind": "failAtStage", "stage": "PREPARING_MODEL", "code": 8, "message": "quota"});
    order(&cloud, json!({"pathContains": "/endpoints/other", "fault": fault}));
    assert!(cloud.finish(&cloud.begin_deployment("fraud", "1"))["error"].is_null());
    assert_eq!(cloud.finish(&cloud.begin_deployment("other", "1"))["error"]["code"], 8);
}
