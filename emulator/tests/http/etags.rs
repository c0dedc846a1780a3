//! Etags of endpoints and models.

use crate::harness::{Cloud, FAST, STILL, demo_seed};
use serde_json::json;

fn etag(cloud: &Cloud, path: &str) -> String {
    cloud.own("GET", path, json!(null)).ok()["etag"].as_str().unwrap().to_owned()
}

#[test]
fn every_change_of_an_endpoint_changes_its_etag() {
    let cloud = Cloud::start();
    cloud.create_endpoint("fraud");
    let mut seen = vec![etag(&cloud, "/endpoints/fraud")];
    let mut changed = |cloud: &Cloud, what: &str| {
        let now = etag(cloud, "/endpoints/fraud");
        assert!(!seen.contains(&now), "{what} keeps the etag");
        assert_eq!(now, etag(cloud, "/endpoints/fraud"), "a read changes it");
        seen.push(now);
    };
    cloud.own("PATCH", "/endpoints/fraud?updateMask=displayName", json!({"displayName": "x"})).ok();
    changed(&cloud, "a patch");
    cloud.finish(&cloud.begin_deployment("fraud", "1"));
    changed(&cloud, "a deployment");
    let mutation = json!({
        "deployedModel": {"id": "1", "dedicatedResources": {"maxReplicaCount": 4}},
        "updateMask": "dedicatedResources.maxReplicaCount",
    });
    cloud.finish(&cloud.own("POST", "/endpoints/fraud:mutateDeployedModel", mutation).ok());
    changed(&cloud, "a mutation");
    cloud.finish(&cloud.own("POST", "/endpoints/fraud:undeployModel", json!({"deployedModelId": "1"})).ok());
    changed(&cloud, "an undeployment");
    cloud.finish(&cloud.own("DELETE", "/endpoints/fraud", json!(null)).ok());
    cloud.create_endpoint("fraud");
    changed(&cloud, "a new endpoint of the same name");
}

#[test]
fn a_running_operation_does_not_change_the_etag() {
    let cloud = Cloud::with(demo_seed(), FAST);
    cloud.create_endpoint("fraud");
    let before = etag(&cloud, "/endpoints/fraud");
    cloud.set_speed(STILL);
    cloud.begin_deployment("fraud", "1");
    assert_eq!(etag(&cloud, "/endpoints/fraud"), before);
}

#[test]
fn a_stale_etag_is_refused_and_changes_nothing() {
    let cloud = Cloud::start();
    cloud.create_endpoint("fraud");
    for path in ["/endpoints/fraud", "/models/fraud-detector"] {
        let stale = etag(&cloud, path);
        let patch = |etag: Option<&str>, name: &str| {
            let body = json!({"displayName": name, "etag": etag});
            cloud.own("PATCH", &format!("{path}?updateMask=displayName"), body)
        };
        let fresh = patch(Some(&stale), "one").ok()["etag"].as_str().unwrap().to_owned();
        let text = patch(Some(&stale), "two").refused(409, "ABORTED");
        assert!(text.contains(&stale) && text.contains(&fresh), "{text}");
        assert_eq!(cloud.own("GET", path, json!(null)).ok()["displayName"], "one");
        assert_eq!(patch(Some(&fresh), "three").ok()["displayName"], "three");
        // Without an etag, the last writer wins.
        assert_eq!(patch(None, "four").ok()["displayName"], "four");
        assert_eq!(patch(Some(""), "five").ok()["displayName"], "five");
    }
}

#[test]
fn a_patch_applies_its_whole_mask_or_nothing() {
    let cloud = Cloud::start();
    cloud.create_endpoint("fraud");
    let body = json!({"displayName": "new", "trafficSplit": {"7": 100}});
    let path = "/endpoints/fraud?updateMask=displayName,trafficSplit";
    cloud.own("PATCH", path, body).refused(400, "INVALID_ARGUMENT");
    cloud.own("PATCH", "/endpoints/fraud?updateMask=displayName", json!({})).refused(400, "INVALID_ARGUMENT");
    cloud.own("PATCH", "/endpoints/fraud", json!({"displayName": "new"})).refused(400, "INVALID_ARGUMENT");
    assert_eq!(cloud.own("GET", "/endpoints/fraud", json!(null)).ok()["displayName"], "fraud");
}

#[test]
fn a_masked_field_that_is_not_sent_is_cleared() {
    let cloud = Cloud::start();
    cloud.create_endpoint("fraud");
    let path = "/endpoints/fraud?updateMask=description,labels";
    cloud.own("PATCH", path, json!({"description": "d", "labels": {"team": "ml"}})).ok();
    let cleared = cloud.own("PATCH", path, json!({"labels": {"team": "cv"}})).ok();
    assert_eq!((cleared.get("description"), &cleared["labels"]), (None, &json!({"team": "cv"})));
}
