//! Usage of serving quotas: what is deployed and being deployed in a region, and what failed deployments still hold.
//!
//! Google charges quota by replicas; the emulator counts the most replicas of each deployed model, as a safe client does. Unverified:
//! that Google counts those of a running deployment, and the time for which a failed one holds its quota.

use super::ids::{self, Quota};
use crate::error::ApiError;
use crate::state::world::World;
use serde_json::Value;
use std::collections::BTreeMap;

/// The place of a resource, `projects/P/locations/L`.
fn place(name: &str) -> String {
    name.split('/').take(4).collect::<Vec<_>>().join("/")
}

fn most_replicas(deployed: &Value) -> i64 {
    let resources = &deployed["dedicatedResources"];
    resources["maxReplicaCount"].as_i64().or(resources["minReplicaCount"].as_i64()).unwrap_or(1)
}

fn demand(deployed: &Value) -> Vec<(Quota, i64)> {
    match deployed["dedicatedResources"].is_object() {
        true => ids::demand(&deployed["dedicatedResources"], most_replicas(deployed)),
        false => Vec::new(),
    }
}

/// The usage in a place at a time of the clock.
pub fn of(world: &World, place: &str, now: f64) -> BTreeMap<Quota, i64> {
    let mut usage = BTreeMap::new();
    let mut add = |deployed: &Value| {
        demand(deployed).into_iter().for_each(|(quota, used)| *usage.entry(quota).or_insert(0) += used);
    };
    for (_, endpoint) in world.endpoints.iter().filter(|(name, _)| self::place(name) == place) {
        endpoint.body["deployedModels"].as_array().into_iter().flatten().for_each(&mut add);
        endpoint.deploying.iter().for_each(|one| add(&one.body));
    }
    world.pools.iter().filter(|(name, _)| self::place(name) == place).for_each(|(_, pool)| add(pool));
    world.held_quota.held(place, now).for_each(&mut add);
    usage
}

/// The limit of a quota in a place: the seed's, a granted preference's, or Google's default; 0 where it is not offered.
pub fn limit(world: &World, place: &str, quota: &Quota) -> i64 {
    let mut parts = place.split('/');
    let (project, region) = (parts.nth(1).unwrap_or_default(), parts.nth(1).unwrap_or_default());
    let set = world.quota_limits.get(&(project.to_owned(), quota.id(), region.to_owned()));
    set.copied().or_else(|| quota.default_limit(region)).unwrap_or(0)
}

/// The ids of the quotas that a deployment or a pool below a place would exceed, in place of what was `before`.
pub fn exceeded(world: &World, name: &str, before: &Value, after: &Value, now: f64) -> Vec<String> {
    let place = place(name);
    let usage = of(world, &place, now);
    let earlier: BTreeMap<Quota, i64> = demand(before).into_iter().collect();
    let exceeds = |quota: &Quota, wanted: i64| {
        let more = wanted - earlier.get(quota).copied().unwrap_or(0);
        let limit = limit(world, &place, quota);
        more > 0 && limit >= 0 && usage.get(quota).copied().unwrap_or(0) + more > limit
    };
    let demand = demand(after).into_iter();
    demand.filter(|(quota, wanted)| exceeds(quota, *wanted)).map(|(quota, _)| quota.id()).collect()
}

/// Checks that the quotas of the region suffice for a deployment or a pool in place of what was `before`.
pub fn check(world: &World, name: &str, before: &Value, after: &Value, now: f64) -> Result<(), ApiError> {
    match exceeded(world, name, before, after, now) {
        exceeded if exceeded.is_empty() => Ok(()),
        exceeded => {
            let text = format!("The following quotas are exceeded: {}", exceeded.join(","));
            Err(ApiError::new("RESOURCE_EXHAUSTED", text))
        }
    }
}

/// Holds the quota of a failed deployment for the time that the settings name.
pub fn hold(world: &mut World, endpoint: &str, deployed: &Value, now: f64) {
    let seconds = world.settings.failed_deployment_hold_seconds;
    if seconds > 0.0 {
        world.held_quota.keep(&place(endpoint), deployed, now + seconds);
    }
}
