//! Serving quotas: a deployment beyond the limit fails, and what a failed one holds.

use crate::faults::order;
use crate::harness::{Cloud, STILL, deploy_request};
use serde_json::{Value, json};

/// A request for so many replicas with an A100 of 80 GB, of which the region offers one.
fn large(id: &str, replicas: i64) -> Value {
    let mut request = deploy_request(id);
    request["deployedModel"]["dedicatedResources"] = json!({
        "machineSpec": {"machineType": "a2-ultragpu-1g", "acceleratorType": "NVIDIA_A100_80GB", "acceleratorCount": 1},
        "minReplicaCount": 1,
        "maxReplicaCount": replicas,
    });
    request["trafficSplit"] = json!({});
    request
}

const TEXT: &str = "The following quotas are exceeded: CustomModelServingA10080GBGPUsPerProjectPerRegion";

#[test]
fn a_deployment_beyond_the_limit_is_rejected_until_another_one_is_gone() {
    let cloud = Cloud::start();
    cloud.create_endpoint("fraud");
    let deploy = |id: &str, replicas: i64| cloud.own("POST", "/endpoints/fraud:deployModel", large(id, replicas));
    assert_eq!(deploy("1", 2).refused(429, "RESOURCE_EXHAUSTED"), TEXT);
    cloud.finish(&deploy("1", 1).ok());
    assert_eq!(deploy("2", 1).refused(429, "RESOURCE_EXHAUSTED"), TEXT);
    // Another accelerator has a quota of its own.
    cloud.finish(&cloud.begin_deployment("fraud", "3"));
    cloud.finish(&cloud.own("POST", "/endpoints/fraud:undeployModel", json!({"deployedModelId": "1"})).ok());
    cloud.set_speed(STILL);
    deploy("2", 1).ok();
    // One that is under way counts.
    deploy("4", 1).refused(429, "RESOURCE_EXHAUSTED");
}

#[test]
fn a_failed_deployment_holds_its_quota_where_the_settings_say_so() {
    let cloud = Cloud::start();
    cloud.create_endpoint("fraud");
    let fail = || {
        order(&cloud, json!({"fault": {"kind": "cause", "cause": "stockout"}}));
        cloud.finish(&cloud.own("POST", "/endpoints/fraud:deployModel", large("1", 1)).ok());
    };
    fail();
    cloud.post("", "/emulator/settings", json!({"failedDeploymentHoldSeconds": 1_000_000})).ok();
    fail();
    let again = || cloud.own("POST", "/endpoints/fraud:deployModel", large("1", 1));
    assert_eq!(again().refused(429, "RESOURCE_EXHAUSTED"), TEXT);
    cloud.post("", "/emulator/clock", json!({"advanceSeconds": 1_000_000})).ok();
    again().ok();
}
