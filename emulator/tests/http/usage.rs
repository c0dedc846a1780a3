//! Serving quotas: a deployment beyond the limit fails, and what a failed one holds.

use crate::faults::order;
use crate::harness::{Cloud, OWNER, STILL, STRANGER, deploy_request};
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
fn more_replicas_and_pools_need_quota() {
    let cloud = Cloud::start();
    cloud.create_endpoint("fraud");
    cloud.finish(&cloud.own("POST", "/endpoints/fraud:deployModel", large("1", 1)).ok());
    let scale = |most: i64| {
        let resources = json!({"minReplicaCount": 1, "maxReplicaCount": most});
        let body = json!({"deployedModel": {"id": "1", "dedicatedResources": resources}, "updateMask": "dedicatedResources.maxReplicaCount"});
        cloud.own("POST", "/endpoints/fraud:mutateDeployedModel", body)
    };
    assert_eq!(scale(2).refused(429, "RESOURCE_EXHAUSTED"), TEXT);
    scale(1).ok();
    let pool = |replicas: i64| {
        let resources = large("", replicas)["deployedModel"]["dedicatedResources"].clone();
        let pool = json!({ "dedicatedResources": resources });
        let body = json!({"deploymentResourcePool": pool, "deploymentResourcePoolId": "pool"});
        cloud.own("POST", "/deploymentResourcePools", body)
    };
    cloud.finish(&cloud.own("POST", "/endpoints/fraud:undeployModel", json!({"deployedModelId": "1"})).ok());
    assert_eq!(pool(2).refused(429, "RESOURCE_EXHAUSTED"), TEXT);
    cloud.finish(&pool(1).ok());
    cloud.own("POST", "/endpoints/fraud:deployModel", large("2", 1)).refused(429, "RESOURCE_EXHAUSTED");
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

const INFOS: &str = "/v1/projects/acme-ml/locations/global/services/aiplatform.googleapis.com/quotaInfos";
const A100: &str = "CustomModelServingA10080GBGPUsPerProjectPerRegion";

/// The limit that a quota's description has for a region.
fn limit(info: &Value, region: &str) -> Option<String> {
    let infos = info["dimensionsInfos"].as_array().unwrap();
    let found = infos.iter().find(|one| one["applicableLocations"].as_array().unwrap().contains(&json!(region)))?;
    Some(found["details"]["value"].as_str().unwrap().to_owned())
}

#[test]
fn both_services_show_the_same_limits() {
    let cloud = Cloud::start();
    let info = cloud.get(OWNER, &format!("{INFOS}/{A100}")).ok();
    assert_eq!((limit(&info, "us-central1").as_deref(), limit(&info, "us-west1")), (Some("1"), None));
    assert_eq!(info["metric"], "aiplatform.googleapis.com/custom_model_serving_nvidia_a100_80gb_gpus");
    let seeded = cloud.get(OWNER, &format!("{INFOS}/CustomModelServingL4GPUsPerProjectPerRegion")).ok();
    assert_eq!(
        (limit(&seeded, "us-central1").as_deref(), limit(&seeded, "us-east1").as_deref()),
        (Some("4000"), Some("28"))
    );
    let listed = cloud.get(OWNER, &format!("{INFOS}?pageSize=1000")).ok();
    assert!(listed["quotaInfos"].as_array().unwrap().contains(&info));
    cloud.get(STRANGER, INFOS).refused(403, "PERMISSION_DENIED");
    cloud.get(OWNER, &format!("{INFOS}/Surprise")).refused(404, "NOT_FOUND");

    let metrics = "/v1beta1/projects/acme-ml/services/aiplatform.googleapis.com/consumerQuotaMetrics";
    let one = format!("{metrics}/aiplatform.googleapis.com%2Fcustom_model_serving_nvidia_a100_80gb_gpus?view=FULL");
    let metric = cloud.get(OWNER, &one).ok();
    let limits = &metric["consumerQuotaLimits"][0];
    assert_eq!(limits["unit"], "1/{project}/{region}");
    let bucket = json!({"dimensions": {"region": "us-central1"}, "effectiveLimit": "1", "defaultLimit": "1"});
    assert!(limits["quotaBuckets"].as_array().unwrap().contains(&bucket), "{limits}");
    assert!(cloud.get(OWNER, metrics).ok()["metrics"].as_array().unwrap().contains(&metric));
    cloud.get(STRANGER, &one).refused(403, "PERMISSION_DENIED");
}

fn preference(value: &str, region: &str) -> Value {
    json!({
        "service": "aiplatform.googleapis.com",
        "quotaId": A100,
        "dimensions": {"region": region},
        "quotaConfig": {"preferredValue": value},
        "contactEmail": "owner@acme.example",
    })
}

#[test]
fn a_preference_raises_the_limit_when_google_has_decided() {
    let cloud = Cloud::start();
    cloud.set_speed(STILL);
    let all = "/v1/projects/acme-ml/locations/global/quotaPreferences";
    let create = |id: &str, body: Value| cloud.post(OWNER, &format!("{all}?quotaPreferenceId={id}"), body);
    create("a", preference("4", "us-west1")).refused(400, "INVALID_ARGUMENT");
    create("a", json!({"service": "aiplatform.googleapis.com"})).refused(404, "NOT_FOUND");
    cloud.post(STRANGER, all, preference("4", "us-central1")).refused(403, "PERMISSION_DENIED");
    let patch = |more: &str, body: Value| cloud.call(OWNER, "PATCH", &format!("{all}/a?{more}"), &body);
    patch("validateOnly=true", preference("4", "us-central1")).refused(404, "NOT_FOUND");
    let validated = patch("validateOnly=true&allowMissing=true", preference("4", "us-central1")).ok();
    assert_eq!(validated["reconciling"], true);
    assert!(cloud.get(OWNER, all).ok()["quotaPreferences"].as_array().unwrap().is_empty());

    let made = create("a", preference("4", "us-central1")).ok();
    assert_eq!((&made["quotaConfig"]["grantedValue"], &made["reconciling"]), (&json!("1"), &json!(true)));
    create("a", preference("4", "us-central1")).refused(409, "ALREADY_EXISTS");
    let patched = patch("updateMask=quotaConfig.preferredValue", json!({"quotaConfig": {"preferredValue": "3"}})).ok();
    assert_ne!(patched["etag"], made["etag"]);
    patch("", json!({"etag": made["etag"], "quotaConfig": {"preferredValue": "9"}})).refused(409, "ABORTED");
    patch("updateMask=quotaId", json!({"quotaId": "x"})).refused(400, "INVALID_ARGUMENT");

    let read = || cloud.get(OWNER, &format!("{all}/a")).ok();
    assert_eq!(read()["reconciling"], true);
    cloud.post("", "/emulator/clock", json!({"advanceSeconds": 61})).ok();
    while read()["reconciling"] == true {}
    assert_eq!(read()["quotaConfig"]["grantedValue"], "3");
    let info = cloud.get(OWNER, &format!("{INFOS}/{A100}")).ok();
    assert_eq!((limit(&info, "us-central1").as_deref(), limit(&info, "us-east4").as_deref()), (Some("3"), Some("1")));
}

#[test]
fn a_denied_preference_leaves_the_limit() {
    let cloud = Cloud::start();
    cloud.post("", "/emulator/settings", json!({"deniesQuotaPreferences": true})).ok();
    let all = "/v1/projects/acme-ml/locations/global/quotaPreferences";
    let made = cloud.post(OWNER, all, preference("4", "us-central1")).ok();
    let id = made["name"].as_str().unwrap().rsplit('/').next().unwrap().to_owned();
    let read = || cloud.get(OWNER, &format!("{all}/{id}")).ok();
    while read()["reconciling"] == true {}
    let denied = read()["quotaConfig"].clone();
    assert_eq!((&denied["grantedValue"], &denied["preferredValue"]), (&json!("1"), &json!("4")));
    assert!(denied["stateDetail"].is_string());
}

#[test]
fn a_service_that_the_project_has_not_enabled_refuses_its_calls() {
    let seed = "projects: [{id: p, number: '1', services: [serviceusage.googleapis.com], policy: {bindings: [{role: roles/r, members: ['user:u']}]}}]\n\
        roles: {roles/r: [serviceusage.services.get]}\nbuckets: [{name: b, project: p, location: US}]\ntokens: {t: 'user:u'}\n";
    let cloud = Cloud::with(emulator::seed::Seed::parse(seed).unwrap(), STILL);
    let names =
        "names=projects/p/services/aiplatform.googleapis.com&names=projects/1/services/serviceusage.googleapis.com";
    let services = cloud.get("t", &format!("/v1/projects/p/services:batchGet?{names}")).ok();
    let states: Vec<&Value> = services["services"].as_array().unwrap().iter().map(|one| &one["state"]).collect();
    assert_eq!(states, ["DISABLED", "ENABLED"]);
    let one = cloud.get("t", "/v1/projects/p/services/aiplatform.googleapis.com").ok();
    assert_eq!(
        (&one["state"], &one["name"]),
        (&json!("DISABLED"), &json!("projects/1/services/aiplatform.googleapis.com"))
    );
    let refused = cloud.get("t", "/v1/projects/p/locations/us-central1/endpoints");
    refused.refused(403, "PERMISSION_DENIED");
    assert_eq!(refused.body["error"]["details"][0]["reason"], "SERVICE_DISABLED");
    assert_eq!(refused.body["error"]["details"][0]["metadata"]["serviceTitle"], "Agent Platform API");
    // The consumer of a call without a project in its path is the project of the bucket, or of the account.
    for (verb, path, service) in [
        ("GET", "/storage/v1/b/b/o", "storage.googleapis.com"),
        (
            "POST",
            "/v1/projects/-/serviceAccounts/a@p.iam.gserviceaccount.com:generateAccessToken",
            "iamcredentials.googleapis.com",
        ),
    ] {
        let refused = cloud.call("t", verb, path, &json!({}));
        let metadata = &refused.body["error"]["details"][0]["metadata"];
        assert_eq!(
            (&metadata["service"], &metadata["consumer"]),
            (&json!(service), &json!("projects/p")),
            "{}",
            refused.body
        );
    }
    cloud.get("t", "/v1/projects/p/services:batchGet").refused(400, "INVALID_ARGUMENT");
    cloud.get("t", "/v1/projects/p/services:batchGet?names=projects/q/services/x").refused(400, "INVALID_ARGUMENT");
}

#[test]
fn a_recommendation_knows_the_callers_quota() {
    let cloud = Cloud::start();
    let states = |region: &str| -> Vec<String> {
        let path = format!("/v1beta1/projects/acme-ml/locations/{region}:recommendSpec");
        let request = json!({"gcsUri": "gs://acme-models/gemma-3", "checkUserQuota": true});
        let answer = cloud.post(OWNER, &path, request).ok();
        let all = answer["recommendations"].as_array().unwrap().iter();
        all.map(|one| one["userQuotaState"].as_str().unwrap().to_owned()).collect()
    };
    // L4 and H100 in the first region, H100 only in the second.
    assert_eq!(states("us-central1"), ["QUOTA_STATE_USER_HAS_QUOTA"; 2]);
    assert_eq!(states("us-east5"), ["QUOTA_STATE_NO_USER_QUOTA", "QUOTA_STATE_USER_HAS_QUOTA"]);
}
