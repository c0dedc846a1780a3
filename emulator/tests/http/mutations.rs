//! Changes of a deployed model in place.

use crate::harness::{Cloud, STILL, STRANGER, deploy_request};
use serde_json::{Value, json};

const PATH: &str = "/endpoints/fraud:mutateDeployedModel";

fn deployed(cloud: &Cloud) -> Value {
    cloud.own("GET", "/endpoints/fraud", json!(null)).ok()["deployedModels"][0].clone()
}

fn start() -> Cloud {
    let cloud = Cloud::start();
    cloud.create_endpoint("fraud");
    cloud.finish(&cloud.begin_deployment("fraud", "1"));
    cloud
}

fn request(fields: &Value, mask: &str) -> Value {
    let mut deployed = fields.clone();
    deployed["id"] = json!("1");
    json!({"deployedModel": deployed, "updateMask": mask})
}

#[test]
fn changes_replicas_and_autoscaling_at_its_operations_end() {
    let cloud = start();
    let before = deployed(&cloud);
    cloud.set_speed(STILL);
    let metric = json!([{"metricName": "aiplatform.googleapis.com/prediction/online/cpu/utilization", "target": 70}]);
    let resources = json!({"minReplicaCount": 4, "maxReplicaCount": 6, "autoscalingMetricSpecs": metric});
    let mask = "dedicatedResources.minReplicaCount,dedicated_resources.max_replica_count,dedicatedResources.autoscalingMetricSpecs,disableContainerLogging";
    let body = request(&json!({"dedicatedResources": resources, "disableContainerLogging": true}), mask);
    let operation = cloud.own("POST", PATH, body).ok();
    assert!(operation["metadata"]["@type"].as_str().unwrap().ends_with(".MutateDeployedModelOperationMetadata"));
    assert_eq!(deployed(&cloud), before);
    cloud.set_speed(crate::harness::FAST);
    let operation = cloud.finish(&operation);
    assert!(operation["response"]["@type"].as_str().unwrap().ends_with(".MutateDeployedModelResponse"), "{operation}");
    let after = deployed(&cloud);
    assert_eq!(operation["response"]["deployedModel"], after);
    let dedicated = &after["dedicatedResources"];
    assert_eq!((&dedicated["minReplicaCount"], &dedicated["maxReplicaCount"]), (&json!(4), &json!(6)));
    assert_eq!((&dedicated["autoscalingMetricSpecs"], &after["disableContainerLogging"]), (&metric, &json!(true)));
    assert_eq!(dedicated["machineSpec"], before["dedicatedResources"]["machineSpec"]);
    assert_eq!(after["status"]["availableReplicaCount"], 4);
    assert_eq!((&after["id"], &after["createTime"]), (&before["id"], &before["createTime"]));
}

#[test]
fn refuses_everything_else() {
    let cloud = start();
    let before = deployed(&cloud);
    let machine =
        json!({"dedicatedResources": {"machineSpec": {"machineType": "n1-standard-4"}, "minReplicaCount": 1}});
    for (fields, mask) in [
        (&machine, "dedicatedResources.machineSpec"),
        (&machine, "dedicatedResources.machineSpec.machineType"),
        (&machine, "dedicatedResources"),
        (&json!({"serviceAccount": "a@b"}), "serviceAccount"),
        (&json!({"displayName": "x"}), "displayName"),
        (&json!({}), ""),
        (&json!({"dedicatedResources": {"minReplicaCount": 0}}), "dedicatedResources.minReplicaCount"),
        (&json!({"dedicatedResources": {"minReplicaCount": 9}}), "dedicatedResources.minReplicaCount"),
        (&json!({"automaticResources": {"minReplicaCount": 1}}), "automaticResources.minReplicaCount"),
    ] {
        cloud.own("POST", PATH, request(fields, mask)).refused(400, "INVALID_ARGUMENT");
    }
    let mut other = request(&json!({"disableContainerLogging": true}), "disableContainerLogging");
    other["deployedModel"]["id"] = json!("2");
    cloud.own("POST", PATH, other).refused(400, "INVALID_ARGUMENT");
    let lawful = request(&json!({"disableContainerLogging": true}), "disableContainerLogging");
    let text =
        cloud.post(STRANGER, &format!("{}{PATH}", crate::harness::PLACE), lawful).refused(403, "PERMISSION_DENIED");
    assert!(text.contains("'aiplatform.endpoints.deploy'"), "{text}");
    assert_eq!(deployed(&cloud), before);
}

#[test]
fn a_model_that_is_being_deployed_or_undeployed_cannot_be_mutated() {
    let cloud = start();
    cloud.set_speed(STILL);
    let mut second = deploy_request("2");
    second["trafficSplit"] = json!({"0": 100, "1": 0});
    cloud.own("POST", "/endpoints/fraud:deployModel", second).ok();
    let mut body = request(&json!({"disableContainerLogging": true}), "disableContainerLogging");
    body["deployedModel"]["id"] = json!("2");
    cloud.own("POST", PATH, body.clone()).refused(400, "INVALID_ARGUMENT");
    cloud.own("POST", "/endpoints/fraud:undeployModel", json!({"deployedModelId": "1"})).ok();
    body["deployedModel"]["id"] = json!("1");
    cloud.own("POST", PATH, body).refused(400, "INVALID_ARGUMENT");
}
