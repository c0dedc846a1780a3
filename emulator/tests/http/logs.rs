//! Cloud Logging: what model servers and audited changes write, and how callers read it.

use crate::harness::{Cloud, OWNER, PLACE, STILL, STRANGER, demo_seed};
use serde_json::{Value, json};

pub fn entries(cloud: &Cloud, filter: &str) -> Vec<Value> {
    let request = json!({"resourceNames": ["projects/acme-ml"], "filter": filter, "pageSize": 1000});
    let listed = cloud.post(OWNER, "/v2/entries:list", request).ok();
    listed["entries"].as_array().cloned().unwrap_or_default()
}

const CONTAINER: &str =
    "resource.type=\"aiplatform.googleapis.com/Endpoint\" AND resource.labels.endpoint_id=\"fraud\"";

#[test]
fn a_deployment_writes_what_its_containers_tell() {
    let cloud = Cloud::start();
    cloud.create_endpoint("fraud");
    cloud.finish(&cloud.begin_deployment("fraud", "7"));
    let written = entries(&cloud, &format!("{CONTAINER} labels.deployed_model_id=\"7\""));
    // Two replicas start, and tell two lines each when they are ready.
    assert_eq!(written.len(), 6, "{written:?}");
    let first = &written[0];
    assert_eq!(first["logName"], "projects/acme-ml/logs/aiplatform.googleapis.com%2Fprediction_container");
    assert_eq!(
        first["resource"]["labels"],
        json!({"endpoint_id": "fraud", "location": "us-central1", "resource_container": "projects/123456789012"})
    );
    let replicas: Vec<&Value> = written.iter().take(2).map(|entry| &entry["labels"]["replica_id"]).collect();
    assert_ne!(replicas[0], replicas[1]);
    assert_eq!(entries(&cloud, &format!("{CONTAINER} severity>=ERROR")).len(), 2);
    assert_eq!(
        entries(&cloud, &format!("{CONTAINER} jsonPayload.message:\"GET /v1/endpoints/fraud/deployedModels/7 HTTP\""))
            .len(),
        2
    );
    assert_eq!(entries(&cloud, &format!("{CONTAINER} labels.deployed_model_id=\"8\"")).len(), 0);
    let at = first["timestamp"].as_str().unwrap();
    assert_eq!(entries(&cloud, &format!("{CONTAINER} timestamp<\"{at}\"")).len(), 0);
    assert_eq!(entries(&cloud, &format!("{CONTAINER} timestamp>=\"{at}\"")).len(), 6);
}

#[test]
fn a_container_without_logging_writes_nothing() {
    let cloud = Cloud::start();
    cloud.create_endpoint("fraud");
    let mut request = crate::harness::deploy_request("7");
    request["deployedModel"]["disableContainerLogging"] = json!(true);
    cloud.finish(&cloud.own("POST", "/endpoints/fraud:deployModel", request).ok());
    assert_eq!(entries(&cloud, CONTAINER).len(), 0);
}

#[test]
fn an_operation_writes_two_audit_entries_with_its_result_in_the_last() {
    let cloud = Cloud::start();
    cloud.create_endpoint("fraud");
    let fault = json!({"kind": "failAtStage", "stage": "ADDING_NODES_TO_CLUSTER", "code": 14, "message": "none left"});
    crate::faults::order(&cloud, json!({ "fault": fault }));
    let operation = cloud.finish(&cloud.begin_deployment("fraud", "7"));
    let audited = entries(&cloud, "protoPayload.methodName:\"EndpointService.DeployModel\"");
    assert_eq!(audited.len(), 2, "{audited:?}");
    let id = operation["name"].as_str().unwrap();
    for (entry, end, severity) in [(&audited[0], "first", "NOTICE"), (&audited[1], "last", "ERROR")] {
        assert_eq!((&entry["operation"]["id"], &entry["operation"][end]), (&json!(id), &json!(true)));
        assert_eq!(entry["severity"], severity);
        assert_eq!(entry["logName"], "projects/acme-ml/logs/cloudaudit.googleapis.com%2Factivity");
        assert_eq!(entry["resource"]["type"], "audited_resource");
        assert_eq!(entry["protoPayload"]["methodName"], "google.cloud.aiplatform.v1.EndpointService.DeployModel");
        assert_eq!(entry["protoPayload"]["authenticationInfo"]["principalSubject"], "user:owner@acme.example");
    }
    assert_eq!(audited[1]["protoPayload"]["status"], json!({"code": 14, "message": "none left"}));
    assert_eq!(entries(&cloud, &format!("operation.id=\"{id}\" operation.last=true")).len(), 1);
}

#[test]
fn an_audit_entry_names_caller_reason_and_denial() {
    // The creation's operation does not end here: its last entry would count.
    let cloud = Cloud::with(demo_seed(), STILL);
    let send = |token: &str, reason: &str| {
        let request = ureq::post(format!("{}{PLACE}/endpoints?endpointId=fraud", cloud.url));
        let request = request.config().http_status_as_error(false).build();
        let request =
            request.header("authorization", format!("Bearer {token}")).header("x-goog-request-reason", reason);
        request.header("content-type", "application/json").send("{\"displayName\": \"e\"}").unwrap().status().as_u16()
    };
    assert_eq!((send(STRANGER, "first"), send(OWNER, "second")), (403, 200));
    let of = |who: &str| {
        let mut found = entries(&cloud, &format!("protoPayload.authenticationInfo.principalEmail=\"{who}\""));
        assert!(!found.is_empty(), "{who}");
        found.remove(0)["protoPayload"].clone()
    };
    let denied = of("stranger@acme.example");
    assert_eq!(denied["status"]["code"], 7);
    assert_eq!(denied["requestMetadata"]["requestAttributes"]["reason"], "first");
    let made = of("owner@acme.example");
    assert_eq!(made["requestMetadata"]["requestAttributes"]["reason"], "second");
    assert_eq!(
        (&made["status"], &made["resourceName"]),
        (&json!({}), &json!("projects/acme-ml/locations/us-central1/endpoints"))
    );
    // Reads are not logged.
    let before = entries(&cloud, "").len();
    cloud.own("GET", "/endpoints", json!(null)).ok();
    assert_eq!(entries(&cloud, "").len(), before);
    assert!(!entries(&cloud, "").iter().any(|entry| entry.to_string().contains(OWNER)));
}

#[test]
fn lists_by_pages_in_both_orders_to_callers_with_the_permission() {
    let cloud = Cloud::start();
    cloud.create_endpoint("fraud");
    cloud.finish(&cloud.begin_deployment("fraud", "7"));
    let list = |token: &str, more: Value| {
        let mut request = json!({"resourceNames": ["projects/acme-ml"], "filter": CONTAINER});
        request.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        cloud.post(token, "/v2/entries:list", request)
    };
    let all = list(OWNER, json!({})).ok()["entries"].clone();
    let newest = list(OWNER, json!({"orderBy": "timestamp desc", "pageSize": 4})).ok();
    assert_eq!(newest["entries"][0], all[5]);
    let more = json!({"orderBy": "timestamp desc", "pageSize": 4, "pageToken": newest["nextPageToken"]});
    let rest = list(OWNER, more).ok();
    assert_eq!((&rest["entries"][1], &rest["nextPageToken"]), (&all[0], &json!(null)));
    list(OWNER, json!({"pageToken": newest["nextPageToken"]})).refused(400, "INVALID_ARGUMENT");
    list(STRANGER, json!({})).refused(403, "PERMISSION_DENIED");
    list(OWNER, json!({"resourceNames": ["projects/elsewhere"]})).refused(403, "PERMISSION_DENIED");
    list(OWNER, json!({"resourceNames": []})).refused(400, "INVALID_ARGUMENT");
    list(OWNER, json!({"orderBy": "severity"})).refused(400, "INVALID_ARGUMENT");
    list(OWNER, json!({"filter": "SEARCH(\"x\")"})).refused(501, "UNIMPLEMENTED");
    let deployed = json!({"filter": "protoPayload.methodName=~\"EndpointService\\.(DeployModel|UndeployModel)$\""});
    assert_eq!(list(OWNER, deployed).ok()["entries"].as_array().unwrap().len(), 2);
    list(OWNER, json!({"filter": "severity>=LOUD"})).refused(400, "INVALID_ARGUMENT");
}

#[test]
fn a_reset_empties_the_logs() {
    let cloud = Cloud::start();
    cloud.create_endpoint("fraud");
    assert!(!entries(&cloud, "").is_empty());
    cloud.post("", "/emulator/reset", json!({})).ok();
    assert!(entries(&cloud, "").is_empty());
}
