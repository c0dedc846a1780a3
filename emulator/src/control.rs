//! `/emulator/…`: inspects and resets the state, injects faults, changes the clock. Not part of Google's API.

use crate::cloud::Cloud;
use crate::error::ApiError;
use crate::state::fault::Fault;
use crate::state::world::World;
use serde_json::{Value, json};

pub fn route(cloud: &Cloud, verb: &str, path: &str, body: &[u8]) -> Result<Value, ApiError> {
    let parse = || serde_json::from_slice::<Value>(body).map_err(|error| ApiError::invalid(error.to_string()));
    match (verb, path) {
        ("GET", "health") => Ok(json!({"status": "ok"})),
        ("GET", "state") => Ok(state(&cloud.world(), cloud.speed())),
        ("POST", "reset") => {
            cloud.reset();
            Ok(json!({}))
        }
        ("POST", "faults") => {
            let fault: Fault = serde_json::from_value(parse()?)
                .map_err(|error| ApiError::invalid(format!("Invalid fault: {error}")))?;
            fault.check().map_err(ApiError::invalid)?;
            cloud.world().faults.0.push(fault);
            Ok(json!({}))
        }
        ("GET", "faults") => Ok(json!({ "faults": cloud.world().faults.0 })),
        ("DELETE", "faults") => {
            cloud.world().faults.0.clear();
            Ok(json!({}))
        }
        ("POST", "clock") => {
            let speed = parse()?["speed"].as_f64().filter(|speed| *speed > 0.0);
            cloud.set_speed(speed.ok_or_else(|| ApiError::invalid("speed must be a number above 0."))?);
            Ok(json!({}))
        }
        _ => Err(ApiError::not_found(path)),
    }
}

/// The resources and the calls so far: with principals, never with tokens.
fn state(world: &World, speed: f64) -> Value {
    let endpoints: Vec<Value> = world
        .endpoints
        .iter()
        .map(|(name, endpoint)| {
            let mut body = endpoint.body.clone();
            body["name"] = json!(name);
            body
        })
        .collect();
    let operations: Vec<&Value> = world.operations.values().map(|operation| &operation.body).collect();
    let models: Vec<Value> =
        world.models.iter().map(|(name, versions)| json!({"name": name, "versions": versions})).collect();
    let entitlements: Vec<&Value> = world.entitlements.values().map(|entitlement| &entitlement.body).collect();
    let grants: Vec<&Value> = world.grants.values().map(|grant| &grant.body).collect();
    json!({
        "projects": world.projects.keys().collect::<Vec<_>>(),
        "speed": speed,
        "endpoints": endpoints,
        "models": models,
        "operations": operations,
        "entitlements": entitlements,
        "grants": grants,
        "calls": world.calls,
    })
}
