//! Endpoints, deployments, operations and predictions.

use crate::harness::{Cloud, FAST, MODEL, OWNER, SHOWN_PLACE, STILL, demo_seed, deploy_request};
use serde_json::{Value, json};

const STAGES: &[&str] = &[
    "STARTING_DEPLOYMENT",
    "PREPARING_MODEL",
    "CREATING_SERVING_CLUSTER",
    "ADDING_NODES_TO_CLUSTER",
    "GETTING_CONTAINER_IMAGE",
    "STARTING_MODEL_SERVER",
    "FINISHING_UP",
    "DEPLOYMENT_TERMINATED",
    "SUCCESSFULLY_DEPLOYED",
    "FAILED_TO_DEPLOY",
];

fn endpoint(cloud: &Cloud) -> Value {
    cloud.own("GET", "/endpoints/fraud", json!(null)).ok()
}

#[test]
fn deploys_serves_and_undeploys_a_model() {
    let cloud = Cloud::start();
    let created = cloud.own("POST", "/endpoints?endpointId=fraud", json!({"displayName": "Fraud"})).ok();
    let name = created["name"].as_str().unwrap();
    assert!(name.starts_with(&format!("{SHOWN_PLACE}/endpoints/fraud/operations/")), "{name}");
    let created = cloud.finish(&created);
    assert_eq!(created["response"]["name"], format!("{SHOWN_PLACE}/endpoints/fraud"));
    assert_eq!(
        created["metadata"]["@type"],
        "type.googleapis.com/google.cloud.aiplatform.v1.CreateEndpointOperationMetadata"
    );

    let text = cloud.own("POST", "/endpoints/fraud:predict", json!({"instances": [1]}));
    assert!([400, 404].contains(&text.status), "{}", text.body);

    let deployed = cloud.finish(&cloud.begin_deployment("fraud", "7"));
    assert_eq!(
        deployed["metadata"]["@type"],
        "type.googleapis.com/google.cloud.aiplatform.v1.DeployModelOperationMetadata"
    );
    assert_eq!(deployed["metadata"]["deploymentStage"], "SUCCESSFULLY_DEPLOYED");
    assert!(deployed["metadata"]["genericMetadata"]["createTime"].is_string());
    assert_eq!(deployed["response"]["@type"], "type.googleapis.com/google.cloud.aiplatform.v1.DeployModelResponse");
    assert_eq!(deployed["response"]["deployedModel"]["id"], "7");

    let shown = endpoint(&cloud);
    assert_eq!(shown["trafficSplit"], json!({"7": 100}));
    let model = &shown["deployedModels"][0];
    assert_eq!((&model["modelVersionId"], &model["status"]["availableReplicaCount"]), (&json!("3"), &json!(2)));
    assert_eq!(model["model"], format!("{SHOWN_PLACE}/models/fraud-detector"));

    let answer =
        cloud.own("POST", "/endpoints/fraud:predict", json!({"instances": [{"amount": 1}, {"amount": 2}]})).ok();
    assert_eq!(answer["predictions"].as_array().unwrap().len(), 2);
    assert!(answer["predictions"][1].to_string().contains("\"amount\":2"), "{answer}");
    assert_eq!((&answer["deployedModelId"], &answer["modelVersionId"]), (&json!("7"), &json!("3")));

    cloud.own("DELETE", "/endpoints/fraud", json!(null)).refused(400, "FAILED_PRECONDITION");
    cloud.own("DELETE", "/models/fraud-detector", json!(null)).refused(400, "FAILED_PRECONDITION");
    // The only deployed model may be undeployed with its traffic.
    let undeployed = cloud.own("POST", "/endpoints/fraud:undeployModel", json!({"deployedModelId": "7"})).ok();
    assert!(cloud.finish(&undeployed)["error"].is_null());
    assert!(endpoint(&cloud)["deployedModels"].as_array().is_none_or(Vec::is_empty));
    let deleted = cloud.own("DELETE", "/endpoints/fraud", json!(null)).ok();
    assert!(cloud.finish(&deleted)["error"].is_null());
    cloud.own("GET", "/endpoints/fraud", json!(null)).refused(404, "NOT_FOUND");
}

#[test]
fn reports_stages_in_googles_order() {
    // Two seconds for the whole; the longest stages take half a second each.
    let cloud = Cloud::with(demo_seed(), FAST);
    cloud.create_endpoint("fraud");
    cloud.set_speed(300.0);
    let name = cloud.begin_deployment("fraud", "1")["name"].as_str().unwrap().to_owned();
    let mut seen: Vec<String> = Vec::new();
    loop {
        // The Python client polls here.
        let operation = cloud.get(OWNER, &format!("/ui/{name}")).ok();
        if let Some(stage) = operation["metadata"]["deploymentStage"].as_str()
            && seen.last().is_none_or(|last| last != stage)
        {
            seen.push(stage.to_owned());
        }
        if operation["done"] == true {
            break;
        }
    }
    let order: Vec<usize> = seen.iter().map(|stage| STAGES.iter().position(|s| s == stage).unwrap()).collect();
    assert!(order.is_sorted(), "{seen:?}");
    for stage in
        ["CREATING_SERVING_CLUSTER", "ADDING_NODES_TO_CLUSTER", "GETTING_CONTAINER_IMAGE", "STARTING_MODEL_SERVER"]
    {
        assert!(seen.iter().any(|s| s == stage), "{stage} is missing: {seen:?}");
    }
    assert_eq!(seen.last().unwrap(), "SUCCESSFULLY_DEPLOYED");
}

#[test]
fn rejects_a_resource_that_exists_or_is_being_created() {
    let cloud = Cloud::start();
    cloud.create_endpoint("fraud");
    let body = json!({"displayName": "e"});
    cloud.own("POST", "/endpoints?endpointId=fraud", body.clone()).refused(409, "ALREADY_EXISTS");
    cloud.set_speed(STILL);
    cloud.own("POST", "/endpoints?endpointId=slow", body.clone()).ok();
    cloud.own("POST", "/endpoints?endpointId=slow", body).refused(409, "ALREADY_EXISTS");
    cloud.begin_deployment("fraud", "1");
    cloud.own("POST", "/endpoints/fraud:deployModel", deploy_request("1")).refused(409, "ALREADY_EXISTS");
    cloud.own("DELETE", "/endpoints/fraud", json!(null)).refused(400, "FAILED_PRECONDITION");
}

#[test]
fn generates_an_id_when_none_is_chosen() {
    let cloud = Cloud::start();
    cloud.create_endpoint("fraud");
    let mut request = deploy_request("");
    request["deployedModel"].as_object_mut().unwrap().remove("id");
    let operation = cloud.finish(&cloud.own("POST", "/endpoints/fraud:deployModel", request).ok());
    let id = operation["response"]["deployedModel"]["id"].as_str().unwrap().to_owned();
    assert!(!id.is_empty() && id.bytes().all(|b| b.is_ascii_digit()), "{id}");
    assert_eq!(endpoint(&cloud)["trafficSplit"][&id], 100);
}

#[test]
fn splits_traffic_exactly() {
    let cloud = Cloud::start();
    cloud.create_endpoint("fraud");
    cloud.finish(&cloud.begin_deployment("fraud", "1"));
    let mut second = deploy_request("2");
    second["trafficSplit"] = json!({"0": 25, "1": 75});
    cloud.finish(&cloud.own("POST", "/endpoints/fraud:deployModel", second).ok());
    let mut answered = [0, 0];
    for _ in 0..100 {
        let answer = cloud.own("POST", "/endpoints/fraud:predict", json!({"instances": [1]})).ok();
        answered[usize::from(answer["deployedModelId"] == "2")] += 1;
    }
    assert_eq!(answered, [75, 25]);

    let undeploy = json!({"deployedModelId": "1"});
    cloud.own("POST", "/endpoints/fraud:undeployModel", undeploy).refused(400, "FAILED_PRECONDITION");
    let path = "/endpoints/fraud?updateMask=trafficSplit";
    cloud.own("PATCH", path, json!({"trafficSplit": {"2": 99}})).refused(400, "INVALID_ARGUMENT");
    cloud.own("PATCH", path, json!({"trafficSplit": {"2": 100}})).ok();
    let undeployed = cloud.own("POST", "/endpoints/fraud:undeployModel", json!({"deployedModelId": "1"})).ok();
    cloud.finish(&undeployed);
    assert_eq!(endpoint(&cloud)["trafficSplit"], json!({"2": 100}));
}

#[test]
fn a_wait_ends_at_the_timeout_or_with_the_operation() {
    let cloud = Cloud::with(demo_seed(), FAST);
    cloud.create_endpoint("fraud");
    cloud.set_speed(STILL);
    let name = cloud.begin_deployment("fraud", "1")["name"].as_str().unwrap().to_owned();
    let begun = std::time::Instant::now();
    let operation = cloud.post(OWNER, &format!("/v1/{name}:wait?timeout=1s"), json!({})).ok();
    assert_ne!(operation["done"], true);
    assert!(begun.elapsed().as_secs_f64() >= 1.0);
    // A cancel ends another caller's wait at once.
    std::thread::scope(|scope| {
        let waiting = scope.spawn(|| cloud.post(OWNER, &format!("/v1/{name}:wait?timeout=30s"), json!({})).ok());
        cloud.post(OWNER, &format!("/v1/{name}:cancel"), json!({})).ok();
        let operation = waiting.join().unwrap();
        assert_eq!((&operation["done"], &operation["error"]["code"]), (&json!(true), &json!(1)), "{operation}");
        assert_eq!(operation["metadata"]["deploymentStage"], "DEPLOYMENT_TERMINATED");
    });
    assert!(begun.elapsed().as_secs() < 20);
    assert!(endpoint(&cloud)["deployedModels"].as_array().is_none_or(Vec::is_empty));
    // A cancelled deployment frees its id.
    cloud.set_speed(FAST);
    cloud.finish(&cloud.begin_deployment("fraud", "1"));
}

#[test]
fn lists_operations_newest_first_and_deletes_them() {
    let cloud = Cloud::start();
    cloud.create_endpoint("fraud");
    let operation = cloud.finish(&cloud.begin_deployment("fraud", "1"));
    for path in ["/operations", "/endpoints/fraud/operations"] {
        let listed = cloud.own("GET", path, json!(null)).ok();
        let operations = listed["operations"].as_array().unwrap();
        assert_eq!((operations.len(), &operations[0]["name"]), (2, &operation["name"]), "{path}");
    }
    let name = operation["name"].as_str().unwrap();
    cloud.call(OWNER, "DELETE", &format!("/v1/{name}"), &json!(null)).ok();
    cloud.get(OWNER, &format!("/v1/{name}")).refused(404, "NOT_FOUND");
}

#[test]
fn uploads_models_with_versions() {
    let cloud = Cloud::start();
    let listed = cloud.own("GET", "/models", json!(null)).ok();
    let named = |model: &Value| model["name"] == format!("{SHOWN_PLACE}/models/fraud-detector");
    assert!(listed["models"].as_array().unwrap().iter().any(named), "{listed}");
    let versions = cloud.own("GET", "/models/fraud-detector:listVersions", json!(null)).ok();
    assert_eq!(versions["models"].as_array().unwrap().len(), 3);
    assert_eq!(cloud.own("GET", "/models/fraud-detector@2", json!(null)).ok()["versionId"], "2");
    cloud.own("GET", "/models/fraud-detector@9", json!(null)).refused(404, "NOT_FOUND");

    let model = json!({"displayName": "New", "containerSpec": {"imageUri": "us-central1-docker.pkg.dev/acme-ml/serving/new:1"}});
    let request = json!({"modelId": "new", "model": model});
    let uploaded = cloud.finish(&cloud.own("POST", "/models:upload", request.clone()).ok());
    assert_eq!(uploaded["response"]["model"], format!("{SHOWN_PLACE}/models/new"));
    cloud.own("POST", "/models:upload", request).refused(409, "ALREADY_EXISTS");
    assert_eq!(cloud.own("GET", "/models/new", json!(null)).ok()["displayName"], "New");
    cloud.finish(&cloud.own("DELETE", "/models/new", json!(null)).ok());
    cloud.own("GET", "/models/new", json!(null)).refused(404, "NOT_FOUND");
}

#[test]
fn rejects_a_missing_model() {
    let cloud = Cloud::start();
    cloud.create_endpoint("fraud");
    let mut request = deploy_request("1");
    request["deployedModel"]["model"] = json!(MODEL.replace("@3", "@9"));
    cloud.own("POST", "/endpoints/fraud:deployModel", request).refused(404, "NOT_FOUND");
}
