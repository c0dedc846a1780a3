//! The log of calls, for those who compare it with what a client believes.

use crate::harness::{Cloud, FAST, OWNER, PLACE, STRANGER, demo_seed};
use serde_json::{Value, json};

fn calls(cloud: &Cloud) -> Vec<Value> {
    cloud.get("", "/emulator/calls").ok()["calls"].as_array().unwrap().clone()
}

#[test]
fn names_method_resource_caller_status_and_effect() {
    let cloud = Cloud::start();
    cloud.create_endpoint("fraud");
    cloud.post(STRANGER, &format!("{PLACE}/endpoints/fraud:deployModel"), crate::harness::deploy_request("1"));
    let operation = cloud.begin_deployment("fraud", "1");
    cloud.finish(&operation);
    let name = operation["name"].as_str().unwrap();
    cloud.post(OWNER, &format!("/v1/{name}:cancel"), json!({})).ok();
    cloud.get("none", &format!("{PLACE}/endpoints/fraud"));

    let of = |method: &str| format!("aiplatform.projects.locations.{method}");
    let endpoint = "projects/acme-ml/locations/us-central1/endpoints/fraud";
    let all = calls(&cloud);
    let row = |call: &Value| {
        let text = |field: &str| call[field].as_str().unwrap_or_default().to_owned();
        (text("name"), call["status"].as_u64().unwrap(), call["changed"].as_bool().unwrap())
    };
    assert_eq!(
        all.iter().map(row).collect::<Vec<_>>(),
        [
            (of("endpoints.create"), 200, true),
            (of("endpoints.operations.wait"), 200, false),
            (of("endpoints.deployModel"), 403, false),
            (of("endpoints.deployModel"), 200, true),
            (of("endpoints.operations.wait"), 200, false),
            // The operation had ended.
            (of("endpoints.operations.cancel"), 200, false),
            (of("endpoints.get"), 401, false),
        ]
    );
    let deployment = &all[3];
    assert_eq!((&deployment["resource"], &deployment["operations"]), (&json!(endpoint), &json!([name])));
    assert_eq!((&deployment["principal"], &deployment["executions"]), (&json!("user:owner@acme.example"), &json!(1)));
    assert_eq!(all.iter().map(|call| call["sequence"].as_u64().unwrap()).collect::<Vec<_>>(), [1, 2, 3, 4, 5, 6, 7]);
    assert!(all.windows(2).all(|two| two[0]["seconds"].as_f64() <= two[1]["seconds"].as_f64()));
    let later = cloud.get("", "/emulator/calls?after=6").ok();
    assert_eq!(later["calls"].as_array().unwrap().len(), 1);
}

#[test]
fn counts_on_after_a_reset() {
    let cloud = Cloud::with(demo_seed(), FAST);
    cloud.own("GET", "/endpoints", json!(null)).ok();
    cloud.post("", "/emulator/reset", json!({})).ok();
    assert!(calls(&cloud).is_empty());
    cloud.own("GET", "/endpoints", json!(null)).ok();
    assert_eq!(calls(&cloud)[0]["sequence"], 2);
}
