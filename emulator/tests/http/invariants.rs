//! What holds at each moment while several callers change the same endpoint and the same model.

use crate::harness::{Cloud, demo_seed, deploy_request};
use serde_json::{Value, json};
use std::collections::HashMap;
use std::sync::atomic::{AtomicBool, Ordering};

/// Speed at which operations last about as long as some calls.
const SPEED: f64 = 20_000.0;

/// A sequence of numbers that look random (Knuth's MMIX generator).
struct Numbers(u64);

impl Numbers {
    fn below(&mut self, end: u64) -> u64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % end
    }
}

/// One call of a caller; whether it succeeds depends on the others.
fn act(cloud: &Cloud, numbers: &mut Numbers) {
    let (id, other) = ((1 + numbers.below(3)).to_string(), (1 + numbers.below(3)).to_string());
    let share = numbers.below(101);
    let version = 1 + numbers.below(4);
    let parent = "projects/acme-ml/locations/us-central1/models/fraud-detector";
    match numbers.below(7) {
        0 | 1 => {
            let mut request = deploy_request(&id);
            request["trafficSplit"] = match numbers.below(3) {
                0 => json!({}),
                1 => json!({"0": 100}),
                _ => json!({"0": share, other: 100 - share}),
            };
            cloud.own("POST", "/endpoints/fraud:deployModel", request);
        }
        2 => {
            let split = if share < 70 { json!({ other: 100 }) } else { json!({}) };
            let body = json!({"deployedModelId": id, "trafficSplit": split});
            cloud.own("POST", "/endpoints/fraud:undeployModel", body);
        }
        3 => {
            let split = json!({"trafficSplit": {id: share, other: 100 - share}});
            cloud.own("PATCH", "/endpoints/fraud?updateMask=trafficSplit", split);
        }
        4 => {
            let resources = json!({"minReplicaCount": 1 + share % 3, "maxReplicaCount": 3});
            let body = json!({
                "deployedModel": {"id": id, "dedicatedResources": resources},
                "updateMask": "dedicatedResources.minReplicaCount,dedicatedResources.maxReplicaCount",
            });
            cloud.own("POST", "/endpoints/fraud:mutateDeployedModel", body);
        }
        5 => {
            let aliases = json!(if share < 50 { ["default"] } else { ["golden"] });
            let model = json!({"displayName": "m", "versionAliases": aliases, "containerSpec": {"imageUri": "i"}});
            cloud.own("POST", "/models:upload", json!({"parentModel": parent, "model": model}));
        }
        _ => {
            let path = format!("/models/fraud-detector@{version}");
            let aliases = json!({"versionAliases": ["default", "-golden"]});
            cloud.own("POST", &format!("{path}:mergeVersionAliases"), aliases);
            cloud.own("DELETE", &format!("{path}:deleteVersion"), Value::Null);
        }
    }
}

#[track_caller]
fn check_endpoint(endpoint: &Value) {
    let ids: Vec<&str> = endpoint["deployedModels"]
        .as_array()
        .into_iter()
        .flatten()
        .map(|model| model["id"].as_str().unwrap())
        .collect();
    assert!((1..ids.len()).all(|n| !ids[n..].contains(&ids[n - 1])), "an id occurs twice: {endpoint}");
    if let Some(split) = endpoint["trafficSplit"].as_object() {
        assert_eq!(split.values().map(|share| share.as_u64().unwrap()).sum::<u64>(), 100, "{endpoint}");
        assert!(
            split.keys().all(|id| ids.contains(&id.as_str())),
            "the split names a model that is not deployed: {endpoint}"
        );
    }
}

#[track_caller]
fn check_versions(versions: &Value) {
    let aliases = versions["models"].as_array().unwrap().iter().flat_map(|m| m["versionAliases"].as_array().unwrap());
    let aliases: Vec<&str> = aliases.map(|alias| alias.as_str().unwrap()).collect();
    for alias in ["default", "golden"] {
        let holders = aliases.iter().filter(|one| **one == alias).count();
        assert!(holders == 1 || (holders == 0 && alias == "golden"), "{alias} is on {holders} versions: {versions}");
    }
}

#[test]
fn splits_etags_and_aliases_hold_under_concurrent_changes() {
    let cloud = Cloud::with(demo_seed(), SPEED);
    cloud.create_endpoint("fraud");
    let ended = AtomicBool::new(false);
    let states = std::thread::scope(|scope| {
        let reader = scope.spawn(|| {
            let mut seen: HashMap<String, Value> = HashMap::new();
            while !ended.load(Ordering::Relaxed) {
                let endpoint = cloud.own("GET", "/endpoints/fraud", json!(null)).ok();
                check_endpoint(&endpoint);
                let etag = endpoint["etag"].as_str().unwrap().to_owned();
                assert_eq!(seen.entry(etag).or_insert_with(|| endpoint.clone()), &endpoint, "one etag, two states");
                check_versions(
                    &cloud.own("GET", "/models/fraud-detector:listVersions?pageSize=1000", json!(null)).ok(),
                );
            }
            seen.len()
        });
        let callers = (1..=3).map(|seed| {
            let cloud = &cloud;
            scope.spawn(move || {
                let mut numbers = Numbers(seed);
                (0..300).for_each(|_| act(cloud, &mut numbers));
            })
        });
        for caller in callers.collect::<Vec<_>>() {
            caller.join().unwrap();
        }
        ended.store(true, Ordering::Relaxed);
        reader.join().unwrap()
    });
    assert!(states > 5, "only {states} states of the endpoint were seen");
}
