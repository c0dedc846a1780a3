//! Quotas of reads and submissions, by the emulator's clock.

use crate::harness::{Cloud, OWNER, STILL, demo_seed};
use emulator::seed::Seed;
use serde_json::json;

fn limit(cloud: &Cloud, settings: serde_json::Value) {
    cloud.post("", "/emulator/settings", settings).ok();
}

#[test]
fn reads_and_submissions_have_quotas_of_their_own() {
    let cloud = Cloud::with(demo_seed(), STILL);
    limit(&cloud, json!({"readsPerMinute": 2, "submissionsPerMinute": 1}));
    let read = || cloud.own("GET", "/endpoints", json!(null));
    let submit = |id: &str| cloud.own("POST", &format!("/endpoints?endpointId={id}"), json!({"displayName": id}));
    read().ok();
    read().ok();
    let text = read().refused(429, "RESOURCE_EXHAUSTED");
    assert!(
        text.contains("of service 'aiplatform.googleapis.com' for consumer 'project_number:123456789012'"),
        "{text}"
    );
    let operation = submit("a1").ok();
    let refused = submit("a2");
    refused.refused(429, "RESOURCE_EXHAUSTED");
    let detail = &refused.body["error"]["details"][0];
    assert_eq!(
        (&detail["reason"], &detail["metadata"]["quota_limit_value"]),
        (&json!("RATE_LIMIT_EXCEEDED"), &json!("1"))
    );
    // A wait is a read, and so is testing a permission.
    let wait = format!("/v1/{}:wait", operation["name"].as_str().unwrap());
    cloud.post(OWNER, &wait, json!({})).refused(429, "RESOURCE_EXHAUSTED");
    // Other services have other quotas.
    cloud.get(OWNER, "/v3/projects/acme-ml").ok();

    cloud.post("", "/emulator/clock", json!({"advanceSeconds": 60})).ok();
    read().ok();
    // What was refused changed nothing.
    submit("a2").ok();
    limit(&cloud, json!({"readsPerMinute": null}));
    for _ in 0..5 {
        read().ok();
    }
}

#[test]
fn limits_can_stand_in_the_seed() {
    let seed = "projects: [{id: p, number: '1'}]\nsettings: {readsPerMinute: 0}\ntokens: {t: 'user:u'}\n";
    let cloud = Cloud::with(Seed::parse(seed).unwrap(), STILL);
    let path = "/v1/projects/p/locations/us-central1/endpoints";
    cloud.get("t", path).refused(429, "RESOURCE_EXHAUSTED");
    cloud.get("", path).refused(401, "UNAUTHENTICATED");
    limit(&cloud, json!({"readsPerMinute": 1}));
    cloud.get("t", path).refused(403, "PERMISSION_DENIED");
    cloud.post("", "/emulator/reset", json!({})).ok();
    cloud.get("t", path).refused(429, "RESOURCE_EXHAUSTED");
    cloud.post("", "/emulator/settings", json!({"surprise": 1})).refused(400, "INVALID_ARGUMENT");
}
