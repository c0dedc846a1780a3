//! Injected faults, and the rest of `/emulator/`.

use crate::harness::{Cloud, FAST, OWNER, PLACE, STILL, demo_seed};
use serde_json::{Value, json};
use std::io::{Read, Write};
use std::net::TcpStream;

pub fn order(cloud: &Cloud, fault: Value) {
    cloud.post("", "/emulator/faults", fault).ok();
}

/// The bytes of an answer until the connection closes.
pub fn raw(cloud: &Cloud, verb: &str, path: &str, body: &str) -> String {
    let mut stream = TcpStream::connect(cloud.url.trim_start_matches("http://")).unwrap();
    let length = body.len();
    let request = format!(
        "{verb} {PLACE}{path} HTTP/1.1\r\nhost: localhost\r\nauthorization: Bearer {OWNER}\r\ncontent-length: {length}\r\nconnection: close\r\n\r\n{body}"
    );
    stream.write_all(request.as_bytes()).unwrap();
    let mut answer = Vec::new();
    // A reset connection counts as a missing answer.
    let _ = stream.read_to_end(&mut answer);
    String::from_utf8_lossy(&answer).into_owned()
}

#[test]
fn a_status_fault_affects_the_configured_calls_and_sets_retry_after() {
    let cloud = Cloud::start();
    let fault = json!({"kind": "status", "status": 429, "retryAfterSeconds": 7});
    order(&cloud, json!({"method": "GET", "pathContains": "/endpoints", "times": 2, "fault": fault}));
    cloud.own("GET", "/models", json!(null)).ok();
    for _ in 0..2 {
        let answer = cloud.own("GET", "/endpoints", json!(null));
        answer.refused(429, "RESOURCE_EXHAUSTED");
        assert_eq!(answer.headers["retry-after"], "7");
        let retry = json!({"@type": "type.googleapis.com/google.rpc.RetryInfo", "retryDelay": "7s"});
        assert_eq!(answer.body["error"]["details"], json!([retry]));
    }
    cloud.own("GET", "/endpoints", json!(null)).ok();
}

#[test]
fn faults_can_be_removed() {
    let cloud = Cloud::start();
    order(&cloud, json!({"times": 9, "fault": {"kind": "status", "status": 503}}));
    cloud.own("GET", "/endpoints", json!(null)).refused(503, "UNAVAILABLE");
    cloud.call("", "DELETE", "/emulator/faults", &json!(null)).ok();
    cloud.own("GET", "/endpoints", json!(null)).ok();
}

#[test]
fn a_slow_fault_delays_the_answer() {
    let cloud = Cloud::start();
    order(&cloud, json!({"fault": {"kind": "slow", "millis": 300}}));
    let begun = std::time::Instant::now();
    cloud.own("GET", "/endpoints", json!(null)).ok();
    assert!(begun.elapsed().as_millis() >= 300);
}

#[test]
fn a_lost_answer_is_lost_after_the_change() {
    let cloud = Cloud::start();
    order(&cloud, json!({"pathContains": "endpointId=fraud", "fault": {"kind": "lostResponse"}}));
    assert_eq!(raw(&cloud, "POST", "/endpoints?endpointId=fraud", "{\"displayName\": \"e\"}"), "");
    // The change was made: repeating it is rejected.
    cloud.own("POST", "/endpoints?endpointId=fraud", json!({"displayName": "e"})).refused(409, "ALREADY_EXISTS");
}

#[test]
fn a_deployment_fails_at_the_configured_stage_and_leaves_nothing() {
    let cloud = Cloud::start();
    cloud.create_endpoint("fraud");
    let message = "Model server terminated: model server container terminated.";
    order(
        &cloud,
        json!({"fault": {"kind": "failAtStage", "stage": "STARTING_MODEL_SERVER", "code": 9, "message": message}}),
    );
    let operation = cloud.finish(&cloud.begin_deployment("fraud", "1"));
    assert_eq!(operation["error"], json!({"code": 9, "message": message}));
    assert!(operation["response"].is_null());
    assert_eq!(operation["metadata"]["deploymentStage"], "FAILED_TO_DEPLOY");
    let endpoint = cloud.own("GET", "/endpoints/fraud", json!(null)).ok();
    assert!(endpoint["deployedModels"].as_array().is_none_or(Vec::is_empty));
    cloud.finish(&cloud.begin_deployment("fraud", "1"));
}

#[test]
fn rejects_an_unknown_fault() {
    let cloud = Cloud::start();
    for fault in [json!({"fault": {"kind": "surprise"}}), json!({"fault": {"kind": "slow"}}), json!({"surprise": 1})] {
        cloud.post("", "/emulator/faults", fault).refused(400, "INVALID_ARGUMENT");
    }
    cloud.post("", "/emulator/clock", json!({"speed": -1})).refused(400, "INVALID_ARGUMENT");
}

#[test]
fn a_reset_restores_the_seed() {
    let cloud = Cloud::with(demo_seed(), FAST);
    let count = |state: &serde_json::Value| state["models"].as_array().unwrap().len();
    let seeded = cloud.get("", "/emulator/state").ok();
    cloud.create_endpoint("fraud");
    order(&cloud, json!({"times": 9, "pathContains": "/endpoints", "fault": {"kind": "status", "status": 503}}));
    cloud.set_speed(STILL);
    cloud
        .own("POST", "/models:upload", json!({"model": {"displayName": "m", "containerSpec": {"imageUri": "i"}}}))
        .ok();
    cloud.post("", "/emulator/reset", json!({})).ok();
    let state = cloud.get("", "/emulator/state").ok();
    assert_eq!((&state["endpoints"], &state["operations"], &state["calls"]), (&json!([]), &json!([]), &json!([])));
    assert_eq!(count(&state), count(&seeded));
    cloud.own("GET", "/endpoints", json!(null)).ok();
}

#[test]
fn the_state_shows_callers_and_reasons_but_no_tokens() {
    let cloud = Cloud::start();
    let request =
        ureq::get(format!("{}{PLACE}/endpoints", cloud.url)).header("authorization", format!("Bearer {OWNER}"));
    request.header("x-goog-request-reason", "task 42").call().unwrap();
    let state = cloud.get("", "/emulator/state").ok();
    let call = &state["calls"][0];
    assert_eq!((&call["principal"], &call["reason"]), (&json!("user:owner@acme.example"), &json!("task 42")));
    assert_eq!((&call["method"], &call["status"]), (&json!("GET"), &json!(200)));
    assert!(!state.to_string().contains(OWNER));
}

#[test]
fn names_a_port_that_is_in_use() {
    let cloud = Cloud::start();
    let port: u16 = cloud.url.rsplit(':').next().unwrap().parse().unwrap();
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let error = runtime.block_on(emulator::Emulator::bind(port, demo_seed(), FAST)).err().unwrap();
    assert!(error.to_string().contains(&port.to_string()), "{error}");
}

#[test]
fn a_truncated_answer_starts_and_does_not_finish() {
    let cloud = Cloud::start();
    let whole = raw(&cloud, "GET", "/models/fraud-detector", "");
    order(&cloud, json!({"fault": {"kind": "truncatedResponse"}}));
    let part = raw(&cloud, "GET", "/models/fraud-detector", "");
    assert!(part.starts_with("HTTP/1.1 200"), "{part:?}");
    assert!(part.contains("containerSpec") && part.len() < whole.len(), "{part:?}");
}

#[test]
fn the_clock_affects_running_operations() {
    let cloud = Cloud::start();
    cloud.create_endpoint("fraud");
    cloud.set_speed(STILL);
    let operation = cloud.begin_deployment("fraud", "1");
    cloud.set_speed(FAST);
    cloud.finish(&operation);
}

#[test]
fn rejects_a_stage_that_no_deployment_passes() {
    let cloud = Cloud::start();
    let fault = json!({"kind": "failAtStage", "stage": "NO_SUCH", "code": 9, "message": "x"});
    cloud.post("", "/emulator/faults", json!({ "fault": fault })).refused(400, "INVALID_ARGUMENT");
}
