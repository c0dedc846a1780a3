//! Model Garden and resource pools.

use crate::harness::{Cloud, FAST, OWNER, PLACE, SHOWN_PLACE, STILL, STRANGER, demo_seed, deploy_request};
use serde_json::{Value, json};

const SECRET: &str = "hf_secret_of_the_test";

fn deploy(cloud: &Cloud, version: &str, body: Value) -> crate::harness::Answer {
    cloud.post(OWNER, &format!("{}:deploy", PLACE.replace("v1", version)), body)
}

fn llama(id: &str, token: Option<&str>) -> Value {
    json!({
        "huggingFaceModelId": "meta-llama/Llama-3.1-8B-Instruct",
        "modelConfig": {"acceptEula": true, "huggingFaceAccessToken": token},
        "endpointConfig": {"endpointUserId": id, "labels": {"team": "ml"}},
    })
}

#[test]
fn one_call_makes_model_endpoint_and_deployment() {
    let cloud = Cloud::start();
    let done = cloud.finish(&deploy(&cloud, "v1", llama("llama", Some(SECRET))).ok());
    let endpoint = cloud.own("GET", "/endpoints/llama", json!(null)).ok();
    assert_eq!(done["response"]["endpoint"], endpoint["name"]);
    assert_eq!(done["response"]["publisherModel"], "publishers/hf-meta-llama/models/llama-3.1-8b-instruct@001");
    assert_eq!((&endpoint["labels"]["team"], &endpoint["dedicatedEndpointEnabled"]), (&json!("ml"), &json!(true)));
    let deployed = &endpoint["deployedModels"][0];
    assert_eq!(endpoint["trafficSplit"][deployed["id"].as_str().unwrap()], 100);
    assert_eq!(deployed["model"], done["response"]["model"]);
    let mut tryout = llama("tryout", Some(SECRET));
    tryout["deployConfig"] = json!({"fastTryoutEnabled": true});
    cloud.finish(&deploy(&cloud, "v1", tryout).ok());
    let shown = cloud.own("GET", "/endpoints/tryout", json!(null)).ok();
    assert_eq!(shown["dedicatedEndpointDns"], "tryout.us-central1-fasttryout.prediction.vertexai.goog");
    assert_eq!(shown["deployedModels"][0]["fasterDeploymentConfig"], json!({"fastTryoutEnabled": true}));
    let model = cloud.get(OWNER, &format!("/v1/{}", deployed["model"].as_str().unwrap())).ok();
    assert_eq!(model["modelSourceInfo"]["sourceType"], "MODEL_GARDEN");
    let state = cloud.get("", "/emulator/state").ok().to_string();
    assert!(!state.contains(SECRET), "the state holds the token");
}

#[test]
fn access_is_checked_first() {
    let cloud = Cloud::start();
    let mut refused = llama("llama", Some(SECRET));
    refused["modelConfig"]["acceptEula"] = json!(false);
    assert!(deploy(&cloud, "v1", refused).refused(403, "PERMISSION_DENIED").contains("EULA"));
    let gated = deploy(&cloud, "v1", llama("llama", None));
    assert_eq!(gated.fields(), ["model_config.hugging_face_access_token"]);
    let path = format!("{PLACE}:deploy");
    cloud.post(STRANGER, &path, llama("llama", Some(SECRET))).refused(403, "PERMISSION_DENIED");
    deploy(&cloud, "v1", json!({"publisherModelName": "publishers/google/models/none@1"})).refused(404, "NOT_FOUND");
    assert_eq!(deploy(&cloud, "v1", json!({})).fields(), ["artifacts"]);
    let weights = json!({"customModel": {"gcsUri": "gs://acme-models/gemma-tuned"}});
    deploy(&cloud, "v1", weights.clone()).refused(400, "INVALID_ARGUMENT");
    assert!(cloud.finish(&deploy(&cloud, "v1beta1", weights).ok())["error"].is_null());
}

#[test]
fn a_failure_and_a_cancellation_remove_what_was_made() {
    let cloud = Cloud::with(demo_seed(), FAST);
    let fault = json!({"kind": "failAtStage", "stage": "STARTING_MODEL_SERVER", "code": 9, "message": "bad args"});
    cloud.post("", "/emulator/faults", json!({ "fault": fault })).ok();
    let failed = cloud.finish(&deploy(&cloud, "v1", llama("failed", Some(SECRET))).ok());
    assert_eq!((&failed["error"]["code"], &failed["error"]["message"]), (&json!(9), &json!("bad args")));
    cloud.set_speed(STILL);
    let operation = deploy(&cloud, "v1", llama("cancelled", Some(SECRET))).ok();
    cloud.post("", "/emulator/clock", json!({"advanceSeconds": 60})).ok();
    cloud.post(OWNER, &format!("/v1/{}:cancel", operation["name"].as_str().unwrap()), json!({})).ok();
    assert_eq!(cloud.finish(&operation)["error"]["code"], 1);
    for id in ["failed", "cancelled"] {
        cloud.own("GET", &format!("/endpoints/{id}"), json!(null)).refused(404, "NOT_FOUND");
    }
    assert_eq!(cloud.own("GET", "/models", json!(null)).ok()["models"].as_array().unwrap().len(), 2);
}

#[test]
fn a_publisher_model_lists_what_fits_it() {
    let cloud = Cloud::start();
    let model = cloud.get(STRANGER, "/v1/publishers/google/models/gemma3").ok();
    let setups = model["supportedActions"]["multiDeployVertex"]["multiDeployVertex"].as_array().unwrap();
    assert!(setups.len() > 1 && setups.iter().all(|setup| setup["containerSpec"]["imageUri"].is_string()), "{model}");
    // Each of them can be deployed.
    for (index, setup) in setups.iter().enumerate() {
        let body = json!({
            "publisherModelName": "publishers/google/models/gemma3",
            "modelConfig": {"acceptEula": true, "containerSpec": setup["containerSpec"]},
            "endpointConfig": {"endpointUserId": format!("gemma-{index}")},
            "deployConfig": {"dedicatedResources": setup["dedicatedResources"]},
        });
        assert!(cloud.finish(&deploy(&cloud, "v1", body).ok())["error"].is_null());
    }
    let request = json!({"gcsUri": "gs://acme-models/llama-tuned", "checkMachineAvailability": true});
    let path = format!("{}:recommendSpec", PLACE.replace("v1", "v1beta1"));
    let found = cloud.post(OWNER, &path, request).ok();
    assert_eq!(found["recommendations"][0]["region"], "us-central1");
    assert_eq!(found["recommendations"][0]["spec"]["machineSpec"]["acceleratorType"], "NVIDIA_L4");
}

#[test]
fn several_models_share_a_pool() {
    let cloud = Cloud::start();
    let machine = json!({"machineSpec": {"machineType": "n1-standard-8"}, "minReplicaCount": 1});
    let request =
        json!({"deploymentResourcePoolId": "shared", "deploymentResourcePool": {"dedicatedResources": machine}});
    let made = cloud.finish(&cloud.own("POST", "/deploymentResourcePools", request.clone()).ok());
    assert_eq!(made["response"]["dedicatedResources"]["maxReplicaCount"], 1);
    cloud.own("POST", "/deploymentResourcePools", request).refused(409, "ALREADY_EXISTS");
    let image = "us-docker.pkg.dev/vertex-ai/prediction/tf2-cpu.2-15:latest";
    let model = json!({"displayName": "tf", "containerSpec": {"imageUri": image}});
    cloud.finish(&cloud.own("POST", "/models:upload", json!({"modelId": "tf", "model": model})).ok());
    let pool = format!("{SHOWN_PLACE}/deploymentResourcePools/shared");
    for endpoint in ["one", "two"] {
        cloud.create_endpoint(endpoint);
        let deployed = json!({"id": "1", "model": format!("{SHOWN_PLACE}/models/tf"), "sharedResources": pool});
        let request = json!({"deployedModel": deployed, "trafficSplit": {"0": 100}});
        let done = cloud.finish(&cloud.own("POST", &format!("/endpoints/{endpoint}:deployModel"), request).ok());
        assert!(done["error"].is_null(), "{done}");
    }
    let users = cloud.own("GET", "/deploymentResourcePools/shared:queryDeployedModels", json!(null)).ok();
    assert_eq!((&users["totalDeployedModelCount"], &users["totalEndpointCount"]), (&json!(2), &json!(2)));
    cloud.own("DELETE", "/deploymentResourcePools/shared", json!(null)).refused(400, "FAILED_PRECONDITION");
    let path = "/deploymentResourcePools/shared?updateMask=dedicatedResources.machineSpec";
    assert_eq!(cloud.own("PATCH", path, json!({})).fields(), ["update_mask"]);
    let path = "/deploymentResourcePools/shared?updateMask=dedicatedResources.maxReplicaCount";
    let grown = cloud.finish(&cloud.own("PATCH", path, json!({"dedicatedResources": {"maxReplicaCount": 4}})).ok());
    assert_eq!(grown["response"]["dedicatedResources"]["maxReplicaCount"], 4);
    for endpoint in ["one", "two"] {
        let path = format!("/endpoints/{endpoint}:undeployModel");
        cloud.finish(&cloud.own("POST", &path, json!({"deployedModelId": "1"})).ok());
    }
    cloud.finish(&cloud.own("DELETE", "/deploymentResourcePools/shared", json!(null)).ok());
    cloud.own("GET", "/deploymentResourcePools/shared", json!(null)).refused(404, "NOT_FOUND");
}

#[test]
fn v1_does_not_show_what_only_v1beta1_has() {
    let cloud = Cloud::start();
    cloud.create_endpoint("fraud");
    let mut request = deploy_request("1");
    let resources = &mut request["deployedModel"]["dedicatedResources"];
    resources["minReplicaCount"] = json!(0);
    resources["initialReplicaCount"] = json!(1);
    resources["scaleToZeroSpec"] = json!({"idleScaledownPeriod": "600s"});
    let path = format!("{}/endpoints/fraud", PLACE.replace("v1", "v1beta1"));
    cloud.own("POST", "/endpoints/fraud:deployModel", request.clone()).refused(400, "INVALID_ARGUMENT");
    let operation = cloud.post(OWNER, &format!("{path}:deployModel"), request).ok();
    assert!(operation["metadata"]["@type"].as_str().unwrap().contains(".aiplatform.v1beta1."), "{operation}");
    cloud.finish(&operation);
    let resources = |path: &str| cloud.get(OWNER, path).ok()["deployedModels"][0]["dedicatedResources"].clone();
    assert_eq!(resources(&path)["scaleToZeroSpec"]["idleScaledownPeriod"], "600s");
    let stable = resources(&format!("{PLACE}/endpoints/fraud"));
    assert_eq!((&stable["scaleToZeroSpec"], &stable["initialReplicaCount"]), (&json!(null), &json!(null)));
}

#[test]
fn service_accounts_belong_to_the_project_and_are_acted_as() {
    let cloud = Cloud::start();
    let own = "fraud-serving@acme-ml.iam.gserviceaccount.com";
    let foreign = "x@other.iam.gserviceaccount.com";
    let model = json!({"displayName": "m", "containerSpec": {"imageUri": "i"}});
    let upload = |account: &str| {
        let body = json!({"modelId": "m", "model": model, "serviceAccount": account});
        cloud.own("POST", "/models:upload", body)
    };
    assert_eq!(upload(foreign).fields(), ["service_account"]);
    cloud.finish(&upload(own).ok());
    let copy = |account: &str| {
        let source = format!("{SHOWN_PLACE}/models/fraud-detector");
        let body = json!({"sourceModel": source, "modelId": "copied", "customServiceAccount": account});
        cloud.own("POST", "/models:copy", body)
    };
    assert_eq!(copy(foreign).fields(), ["custom_service_account"]);
    let text = copy("unknown@acme-ml.iam.gserviceaccount.com").refused(400, "INVALID_ARGUMENT");
    assert!(text.starts_with("You do not have permission to act as service_account"), "{text}");
    cloud.finish(&copy(own).ok());
}
