//! Forms of requests: what is accepted and what is rejected for its form alone.

use crate::harness::{Cloud, OWNER, PLACE, SHOWN_PLACE, STILL, deploy_request};
use serde_json::json;

#[test]
fn rejects_unknown_fields_and_parameters_by_name() {
    let cloud = Cloud::start();
    let text =
        cloud.own("POST", "/endpoints", json!({"displayName": "e", "surprise": 1})).refused(400, "INVALID_ARGUMENT");
    assert!(text.starts_with("Invalid JSON payload received. Unknown name \"surprise\""), "{text}");
    let mut request = deploy_request("1");
    request["deployedModel"]["dedicatedResources"]["machineSpec"]["colour"] = json!("red");
    let text = cloud.own("POST", "/endpoints/e:deployModel", request).refused(400, "INVALID_ARGUMENT");
    assert!(text.contains("\"colour\""), "{text}");
    let text = cloud.own("GET", "/endpoints?colour=red", json!(null)).refused(400, "INVALID_ARGUMENT");
    assert!(text.contains("\"colour\""), "{text}");
    cloud.own("GET", "/endpoints?prettyPrint=false&quotaUser=me", json!(null)).ok();
}

#[test]
fn names_every_required_field_that_is_missing() {
    let cloud = Cloud::start();
    cloud.create_endpoint("fraud");
    let answer = cloud.own("POST", "/endpoints", json!({}));
    let text = answer.refused(400, "INVALID_ARGUMENT");
    assert_eq!(text, "List of found errors:\t1.Field: endpoint.display_name; Message: Required field is not set.\t");
    assert_eq!(answer.fields(), ["endpoint.display_name"]);
    let post = |request| cloud.own("POST", "/endpoints/fraud:deployModel", request);
    assert_eq!(post(json!({})).fields()[0], "deployed_model");
    let request = json!({"deployedModel": {"dedicatedResources": {"maxReplicaCount": 1}}});
    assert_eq!(
        post(request).fields(),
        [
            "deployed_model.model",
            "deployed_model.dedicated_resources.machine_spec",
            "deployed_model.dedicated_resources.min_replica_count",
        ]
    );
    let upload = json!({"model": {"containerSpec": {"predictRoute": "/"}}});
    let answer = cloud.own("POST", "/models:upload", upload);
    assert_eq!(answer.fields(), ["model.display_name", "model.container_spec.image_uri"]);
}

#[test]
fn a_location_that_does_not_exist_is_refused() {
    let cloud = Cloud::start();
    let listed = cloud.get(OWNER, "/v1/projects/acme-ml/locations?pageSize=2").ok();
    assert_eq!((listed["locations"].as_array().unwrap().len(), listed["nextPageToken"].is_string()), (2, true));
    let found = cloud.get(OWNER, "/v1/projects/acme-ml/locations/us-central1").ok();
    assert_eq!(found["locationId"], "us-central1");
    cloud.get(OWNER, "/v1/projects/acme-ml/locations/nowhere-1").refused(404, "NOT_FOUND");
    for path in ["endpoints", "models", "deploymentResourcePools", "operations"] {
        let answer = cloud.get(OWNER, &format!("/v1/projects/acme-ml/locations/nowhere-1/{path}"));
        assert_eq!(answer.fields(), ["parent"], "{path}");
    }
}

#[test]
fn accepts_names_and_enums_in_every_form() {
    let cloud = Cloud::start();
    cloud.create_endpoint("fraud");
    let request = json!({
        "deployed_model": {
            "id": "1",
            "model": crate::harness::MODEL,
            "dedicated_resources": {
                "machine_spec": {"machine_type": "g2-standard-4", "accelerator_type": 11, "accelerator_count": 1},
                "min_replica_count": 1,
            },
        },
        "traffic_split": {"0": 100},
    });
    // As Google's Python client sends it: the parameter is percent-encoded, enums are numbers both ways.
    let numbers = "%24alt=json%3Benum-encoding%3Dint";
    let operation = cloud.own("POST", &format!("/endpoints/fraud:deployModel?{numbers}"), request).ok();
    cloud.finish(&operation);
    let machine = |query: &str| {
        let endpoint = cloud.own("GET", &format!("/endpoints/fraud{query}"), json!(null)).ok();
        endpoint["deployedModels"][0]["dedicatedResources"]["machineSpec"]["acceleratorType"].clone()
    };
    assert_eq!(machine(""), "NVIDIA_L4");
    assert_eq!(machine(&format!("?{numbers}")), 11);
}

#[test]
fn rejects_values_that_google_rejects() {
    let cloud = Cloud::start();
    cloud.create_endpoint("fraud");
    for (pointer, value) in [
        ("/deployedModel/id", json!("a")),
        ("/deployedModel/id", json!("12345678901")),
        ("/deployedModel/dedicatedResources/minReplicaCount", json!(0)),
        ("/deployedModel/dedicatedResources/maxReplicaCount", json!(1)),
        ("/deployedModel/dedicatedResources/machineSpec/machineType", json!("z9-mega")),
        ("/deployedModel/dedicatedResources/machineSpec/acceleratorType", json!("NVIDIA_L5")),
        ("/deployedModel/dedicatedResources/machineSpec/acceleratorCount", json!(null)),
        ("/trafficSplit/0", json!(99)),
        ("/trafficSplit", json!({"7": 100})),
        ("/trafficSplit/0", json!("all")),
    ] {
        let mut request = deploy_request("1");
        *request.pointer_mut(pointer).unwrap() = value;
        cloud.own("POST", "/endpoints/fraud:deployModel", request).refused(400, "INVALID_ARGUMENT");
    }
    for id in ["Upper", "-a", "0123", "1234567890", "a-", "a_b"] {
        let path = format!("/endpoints?endpointId={id}");
        cloud.own("POST", &path, json!({"displayName": "e"})).refused(400, "INVALID_ARGUMENT");
    }
    cloud.own("POST", "/endpoints", json!({})).refused(400, "INVALID_ARGUMENT");
}

#[test]
fn rejects_resources_that_the_model_does_not_support() {
    let cloud = Cloud::start();
    cloud.create_endpoint("fraud");
    let mut request = deploy_request("1");
    request["deployedModel"].as_object_mut().unwrap().remove("dedicatedResources");
    let post = |request| cloud.own("POST", "/endpoints/fraud:deployModel", request);
    assert_eq!(post(request.clone()).fields(), ["deployed_model.prediction_resources"]);
    let mut automatic = request.clone();
    automatic["deployedModel"]["automaticResources"] = json!({"minReplicaCount": 1});
    let text = post(automatic.clone()).refused(400, "INVALID_ARGUMENT");
    assert_eq!(text, format!("'automatic_resources' is not supported for Model {SHOWN_PLACE}/models/fraud-detector."));
    automatic["deployedModel"]["sharedResources"] = json!("p");
    assert_eq!(post(automatic).fields(), ["deployed_model.prediction_resources"]);
    request["deployedModel"]["sharedResources"] = json!(format!("{SHOWN_PLACE}/deploymentResourcePools/p"));
    post(request).refused(404, "NOT_FOUND");
}

#[test]
fn accepts_a_container_as_google_does() {
    let cloud = Cloud::start();
    let request = || {
        json!({"modelId": "fraud-new", "model": {
            "displayName": "fraud",
            "labels": {"team": "fraud", "empty": ""},
            "containerSpec": {
                "imageUri": "us-central1-docker.pkg.dev/acme-ml/serving/fraud:3",
                "env": [{"name": "LOG_LEVEL", "value": "info"}],
                "ports": [{"containerPort": 9000}],
                "predictRoute": "/predict",
                "healthRoute": "/health",
                "healthProbe": {"httpGet": {"path": "/health", "port": 9000}},
                "startupProbe": {"httpGet": {"path": "/health", "port": 9000}, "periodSeconds": 5, "failureThreshold": 30},
                "deploymentTimeout": "3600s",
            },
        }})
    };
    for (pointer, value) in [
        ("/model/labels/team", json!("Fraud")),
        ("/model/labels/team", json!("x".repeat(65))),
        ("/model/containerSpec/env/0/name", json!("LOG-LEVEL")),
        ("/model/containerSpec/env/0/name", json!("AIP_HTTP_PORT")),
        ("/model/containerSpec/ports/0/containerPort", json!(0)),
        ("/model/containerSpec/predictRoute", json!("predict")),
        ("/model/containerSpec/healthProbe/httpGet", json!(null)),
        ("/model/containerSpec/healthProbe/httpGet/path", json!(1)),
        ("/model/containerSpec/startupProbe/periodSeconds", json!(0)),
        ("/model/containerSpec/deploymentTimeout", json!("7201s")),
        ("/model/containerSpec/deploymentTimeout", json!("1h")),
    ] {
        let mut request = request();
        *request.pointer_mut(pointer).unwrap() = value;
        cloud.own("POST", "/models:upload", request).refused(400, "INVALID_ARGUMENT");
    }
    let operation = cloud.own("POST", "/models:upload", request()).ok();
    assert!(cloud.finish(&operation)["error"].is_null());
    let model = cloud.own("GET", "/models/fraud-new", json!(null)).ok();
    assert_eq!(model["containerSpec"], request()["model"]["containerSpec"]);
    assert_eq!(model["labels"]["team"], "fraud");
    let endpoint = json!({"displayName": "e", "labels": {"Team": "fraud"}});
    cloud.own("POST", "/endpoints", endpoint).refused(400, "INVALID_ARGUMENT");
}

#[test]
fn rejects_a_body_that_is_not_json() {
    let cloud = Cloud::with(crate::harness::demo_seed(), STILL);
    let request =
        ureq::post(format!("{}{PLACE}/endpoints", cloud.url)).header("authorization", format!("Bearer {OWNER}"));
    let response = request.config().http_status_as_error(false).build().send("{\"displayName\":").unwrap();
    assert_eq!(response.status(), 400);
}

#[test]
fn answers_a_page_for_unknown_paths() {
    let cloud = Cloud::start();
    for path in [
        "/v1/projects/acme-ml/locations/us-central1/surprises",
        "/v9/projects/acme-ml",
        "/ui/projects/acme-ml/locations/us-central1/endpoints",
        "/v1/projects/acme-ml/locations/us-central1/endpoints/fraud:surprise",
        "/v1/surprise",
    ] {
        cloud.get(OWNER, path).is_no_such_path();
    }
    // Only v1beta1 has policies of endpoints.
    cloud.own("POST", "/endpoints/fraud:setIamPolicy", json!({"policy": {}})).is_no_such_path();
}

#[test]
fn accepts_output_only_fields_that_are_sent_back() {
    let cloud = Cloud::start();
    cloud.create_endpoint("fraud");
    let mut endpoint = cloud.own("GET", "/endpoints/fraud", json!(null)).ok();
    endpoint["displayName"] = json!("renamed");
    endpoint["deployedModels"] = json!([{"id": "1"}]);
    let patched = cloud.own("PATCH", "/endpoints/fraud?updateMask=displayName", endpoint).ok();
    assert_eq!(patched["displayName"], "renamed");
    assert!(patched["deployedModels"].is_null());
}
