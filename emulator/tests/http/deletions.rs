//! Deletions of endpoints, models and versions, which take effect at their operation's end.

use crate::faults::order;
use crate::harness::{Cloud, FAST, OWNER, STILL};
use serde_json::json;

const PATHS: &[(&str, &str)] = &[
    ("/endpoints/fraud", "/endpoints/fraud"),
    ("/models/fraud-detector@1", "/models/fraud-detector@1:deleteVersion"),
    ("/models/fraud-detector", "/models/fraud-detector"),
];

#[test]
fn a_resource_is_there_until_its_deletion_ends() {
    let cloud = Cloud::start();
    cloud.create_endpoint("fraud");
    for (resource, delete) in PATHS {
        cloud.set_speed(STILL);
        let first = cloud.own("DELETE", delete, json!(null)).ok();
        cloud.own("GET", resource, json!(null)).ok();
        let second = cloud.own("DELETE", delete, json!(null)).ok();
        cloud.set_speed(FAST);
        for operation in [first, second] {
            let operation = cloud.finish(&operation);
            assert_eq!(operation["response"]["@type"], "type.googleapis.com/google.protobuf.Empty", "{operation}");
        }
        cloud.own("GET", resource, json!(null)).refused(404, "NOT_FOUND");
        cloud.own("DELETE", delete, json!(null)).refused(404, "NOT_FOUND");
    }
}

#[test]
fn a_deletion_that_is_cancelled_or_fails_leaves_the_resource() {
    let cloud = Cloud::start();
    cloud.create_endpoint("fraud");
    for (resource, delete) in PATHS {
        cloud.set_speed(STILL);
        let operation = cloud.own("DELETE", delete, json!(null)).ok();
        cloud.post(OWNER, &format!("/v1/{}:cancel", operation["name"].as_str().unwrap()), json!({})).ok();
        assert_eq!(cloud.finish(&operation)["error"]["code"], 1);
        order(
            &cloud,
            json!({"fault": {"kind": "failOperation", "operation": "Delete", "code": 13, "message": "internal"}}),
        );
        cloud.set_speed(FAST);
        assert_eq!(cloud.finish(&cloud.own("DELETE", delete, json!(null)).ok())["error"]["code"], 13);
        cloud.own("GET", resource, json!(null)).ok();
    }
}

#[test]
fn a_deletion_fails_when_a_deployment_has_begun_meanwhile() {
    let cloud = Cloud::start();
    cloud.create_endpoint("fraud");
    cloud.set_speed(STILL);
    let model = cloud.own("DELETE", "/models/fraud-detector", json!(null)).ok();
    let endpoint = cloud.own("DELETE", "/endpoints/fraud", json!(null)).ok();
    let deployment = cloud.begin_deployment("fraud", "1");
    cloud.post("", "/emulator/clock", json!({"advanceSeconds": 11})).ok();
    for operation in [model, endpoint] {
        assert_eq!(cloud.finish(&operation)["error"]["code"], 9);
    }
    cloud.set_speed(FAST);
    assert!(cloud.finish(&deployment)["error"].is_null());
}
