//! Dedicated and private endpoints, raw and streamed predictions.

use crate::harness::{Cloud, MODEL, OWNER, PLACE, STRANGER, agent, deploy_request};
use serde_json::{Value, json};

const NETWORK: &str = "projects/123456789012/global/networks/ml";

fn create(cloud: &Cloud, id: &str, mut body: Value) {
    body["displayName"] = json!(id);
    let operation = cloud.own("POST", &format!("/endpoints?endpointId={id}"), body).ok();
    assert!(cloud.finish(&operation)["error"].is_null());
}

/// A cloud with a dedicated endpoint that serves, and its name.
fn dedicated() -> (Cloud, String) {
    let cloud = Cloud::start();
    create(&cloud, "own", json!({"dedicatedEndpointEnabled": true}));
    cloud.finish(&cloud.begin_deployment("own", "7"));
    let host =
        cloud.own("GET", "/endpoints/own", json!(null)).ok()["dedicatedEndpointDns"].as_str().unwrap().to_owned();
    assert_eq!(host, "own.us-central1-123456789012.prediction.vertexai.goog");
    (cloud, host)
}

/// A post to a host; returns status, media type and body.
fn post_to(cloud: &Cloud, host: &str, path: &str, body: &str) -> (u16, String, String) {
    let request = ureq::http::Request::post(format!("{}{path}", cloud.url))
        .header("host", host)
        .header("authorization", format!("Bearer {OWNER}"))
        .header("content-type", "application/json")
        .body(body.to_owned())
        .unwrap();
    let mut response = agent().run(request).unwrap();
    let kind = response.headers()["content-type"].to_str().unwrap().to_owned();
    (response.status().as_u16(), kind, response.body_mut().read_to_string().unwrap())
}

#[test]
fn a_dedicated_endpoint_serves_at_its_own_name_only() {
    let (cloud, host) = dedicated();
    let path = format!("{PLACE}/endpoints/own:predict");
    let body = json!({"instances": [1]});
    let (status, _, answer) = post_to(&cloud, &host, &path, &body.to_string());
    assert_eq!((status, answer.contains("\"deployedModelId\":\"7\"")), (200, true), "{answer}");
    // Where a client cannot resolve the name.
    cloud.post(OWNER, &format!("/{host}{path}"), body.clone()).ok();
    cloud.post(STRANGER, &format!("/{host}{path}"), body.clone()).refused(403, "PERMISSION_DENIED");
    let text = cloud.post(OWNER, &path, body.clone()).refused(400, "FAILED_PRECONDITION");
    assert!(text.ends_with(&format!("dedicated domain name '{host}'")), "{text}");

    // Nothing but predictions, and no other endpoint.
    create(&cloud, "shared", json!({}));
    cloud.finish(&cloud.begin_deployment("shared", "1"));
    cloud.get(OWNER, &format!("/{host}{PLACE}/endpoints/own")).is_no_such_path();
    let other = format!("{PLACE}/endpoints/shared:predict");
    cloud.post(OWNER, &format!("/{host}{other}"), body.clone()).refused(404, "NOT_FOUND");
    cloud.post(OWNER, &format!("/{}{other}", host.replace("own.", "shared.")), body.clone()).refused(404, "NOT_FOUND");
    cloud.post(OWNER, &other, body).ok();
}

#[test]
fn a_container_answers_as_it_is_asked() {
    let (cloud, host) = dedicated();
    let endpoint = format!("{PLACE}/endpoints/own");
    let post = |end: &str, body: &str| post_to(&cloud, &host, &format!("{endpoint}{end}"), body);
    let (status, kind, answer) = post(":rawPredict", "{\"text\": \"a\"}");
    assert_eq!((status, kind.as_str()), (200, "application/json"));
    assert_eq!(serde_json::from_str::<Value>(&answer).unwrap()["echo"]["text"], "a");
    let (_, kind, answer) = post(":streamRawPredict", "{\"text\": \"a\"}");
    assert_eq!((kind.as_str(), answer.matches("data: {").count()), ("text/event-stream", 3), "{answer}");
    assert!(answer.ends_with("data: [DONE]\n\n"), "{answer}");
    let chat = |stream: bool| {
        let messages = json!([{"role": "user", "content": "to be or not"}]);
        post("/chat/completions", &json!({"messages": messages, "stream": stream}).to_string())
    };
    let (_, _, answer) = chat(false);
    let answer: Value = serde_json::from_str(&answer).unwrap();
    assert_eq!(answer["choices"][0]["message"], json!({"role": "assistant", "content": "to be or not"}));
    let (_, kind, answer) = chat(true);
    assert_eq!((kind.as_str(), answer.matches("chat.completion.chunk").count()), ("text/event-stream", 5), "{answer}");
    assert_eq!(post("/invoke/v1/tokenize", "{}").0, 200);
    assert_eq!(post("/deployedModels/7/invoke/health", "{}").0, 200);
    assert_eq!(post("/deployedModels/8/invoke/health", "{}").0, 404);
    let names: Vec<Value> = cloud.get("", "/emulator/calls?after=0").ok()["calls"]
        .as_array()
        .unwrap()
        .iter()
        .map(|call| call["name"].clone())
        .collect();
    for name in ["rawPredict", "streamRawPredict", "chat.completions", "invoke.invoke"] {
        let name = json!(format!("aiplatform.projects.locations.endpoints.{name}"));
        assert!(names.contains(&name), "{name} is not among {names:?}");
    }
}

#[test]
fn a_private_endpoint_has_one_model_and_no_split() {
    let cloud = Cloud::start();
    let psc = json!({"enablePrivateServiceConnect": true});
    let both = json!({"displayName": "b", "network": NETWORK, "privateServiceConnectConfig": psc});
    assert_eq!(cloud.own("POST", "/endpoints", both).fields(), ["endpoint.network"]);
    let by_id = json!({"displayName": "b", "network": "projects/acme-ml/global/networks/ml"});
    assert_eq!(cloud.own("POST", "/endpoints", by_id).fields(), ["endpoint.network"]);
    for (id, body) in [("peered", json!({"network": NETWORK})), ("psc", json!({"privateServiceConnectConfig": psc}))] {
        create(&cloud, id, body);
        let deploy = |request: Value| cloud.own("POST", &format!("/endpoints/{id}:deployModel"), request);
        assert_eq!(deploy(deploy_request("1")).fields(), ["traffic_split"]);
        let mut request = deploy_request("1");
        request.as_object_mut().unwrap().remove("trafficSplit");
        cloud.finish(&deploy(request.clone()).ok());
        request["deployedModel"]["id"] = json!("2");
        deploy(request).refused(400, "FAILED_PRECONDITION");
        let predict = format!("/endpoints/{id}:predict");
        cloud.own("POST", &predict, json!({"instances": [1]})).refused(400, "FAILED_PRECONDITION");
        let split = format!("/endpoints/{id}?updateMask=trafficSplit");
        cloud.own("PATCH", &split, json!({"trafficSplit": {"1": 100}})).refused(400, "INVALID_ARGUMENT");
        let shown = cloud.own("GET", &format!("/endpoints/{id}"), json!(null)).ok();
        let addresses = &shown["deployedModels"][0]["privateEndpoints"];
        let attachment = &shown["privateServiceConnectConfig"]["serviceAttachment"];
        assert_eq!((addresses["predictHttpUri"].is_string(), attachment.is_string()), (id == "peered", id == "psc"));
    }
}

#[test]
fn partial_success_is_told_by_the_status() {
    let cloud = Cloud::start();
    cloud.create_endpoint("fraud");
    cloud.post("", "/emulator/settings", json!({"availableReplicas": 1})).ok();
    let deploy = |id: &str, required: Value| {
        let mut request = deploy_request(id);
        request["deployedModel"]["dedicatedResources"]["requiredReplicaCount"] = required;
        cloud.finish(&cloud.own("POST", "/endpoints/fraud:deployModel", request).ok())
    };
    let failed = deploy("1", json!(null));
    assert_eq!(
        (&failed["error"]["code"], &failed["metadata"]["deploymentStage"]),
        (&json!(14), &json!("FAILED_TO_DEPLOY"))
    );
    assert!(deploy("2", json!(1))["error"].is_null());
    let status = || cloud.own("GET", "/endpoints/fraud", json!(null)).ok()["deployedModels"][0]["status"].clone();
    assert_eq!(status()["availableReplicaCount"], 1);
    assert!(status()["message"].as_str().unwrap().starts_with("1 of 2 replicas are available."), "{}", status());
    // A mutation gets what there is by then.
    cloud.post("", "/emulator/settings", json!({"availableReplicas": null})).ok();
    let request = json!({
        "deployedModel": {"id": "2", "dedicatedResources": {"minReplicaCount": 3}},
        "updateMask": "dedicatedResources.minReplicaCount",
    });
    cloud.finish(&cloud.own("POST", "/endpoints/fraud:mutateDeployedModel", request).ok());
    assert_eq!((&status()["availableReplicaCount"], &status()["message"]), (&json!(3), &json!(null)));
}

#[test]
fn an_endpoint_without_a_split_serves_nothing() {
    let cloud = Cloud::start();
    cloud.create_endpoint("fraud");
    let text =
        cloud.own("POST", "/endpoints/fraud:predict", json!({"instances": [1]})).refused(400, "FAILED_PRECONDITION");
    assert!(text.ends_with("doesn't have traffic_split."), "{text}");
    cloud.own("POST", "/endpoints/fraud:rawPredict", json!({})).refused(400, "FAILED_PRECONDITION");
    cloud.own("POST", "/endpoints/fraud:explain", json!({"instances": [1]})).refused(501, "UNIMPLEMENTED");
    cloud.own("GET", "/batchPredictionJobs", json!(null)).refused(501, "UNIMPLEMENTED");
    let request = json!({"sourceModel": MODEL, "modelId": "copied"});
    let copied = cloud.finish(&cloud.own("POST", "/models:copy", request).ok());
    assert_eq!(copied["response"]["modelVersionId"], "1");
}
