//! `/emulator/…`: inspects and resets the state, injects faults, changes the clock. Not part of Google's API.

use crate::causes;
use crate::clock::Clock;
use crate::cloud::Cloud;
use crate::error::ApiError;
use crate::state::fault::Fault;
use crate::state::model::ModelState;
use crate::state::world::World;
use serde::Deserialize;
use serde_json::{Map, Value, json};

pub fn route(
    cloud: &Cloud,
    verb: &str,
    path: &str,
    query: &[(String, String)],
    body: &[u8],
) -> Result<Value, ApiError> {
    let parse = || serde_json::from_slice::<Value>(body).map_err(|error| ApiError::invalid(error.to_string()));
    match (verb, path) {
        ("GET", "health") => Ok(json!({"status": "ok"})),
        ("GET", "state") => Ok(state(&cloud.world(), cloud.clock())),
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
        ("POST", "tokens/expire") => {
            // Those of the seed have no expiry.
            cloud.world().tokens.retain(|_, token| token.expires.is_none());
            Ok(json!({}))
        }
        ("GET", "causes") => Ok(causes::list()),
        ("GET", "faults") => Ok(json!({ "faults": cloud.world().faults.0 })),
        ("DELETE", "faults") => {
            cloud.world().faults.0.clear();
            Ok(json!({}))
        }
        ("POST", "clock") => {
            let change: ClockChange = serde_json::from_value(parse()?)
                .map_err(|error| ApiError::invalid(format!("Invalid change of the clock: {error}")))?;
            let is_wrong =
                |number: Option<f64>, least: f64| number.is_some_and(|number| !(number.is_finite() && number >= least));
            if is_wrong(change.speed, f64::MIN_POSITIVE) || is_wrong(change.advance_seconds, 0.0) {
                return Err(ApiError::invalid("speed must be a number above 0, advanceSeconds one of 0 or more."));
            }
            if let Some(speed) = change.speed {
                cloud.clock().set_speed(speed);
            }
            if let Some(seconds) = change.advance_seconds {
                cloud.clock().advance(seconds);
            }
            Ok(json!({"seconds": cloud.clock().now(), "speed": cloud.clock().speed()}))
        }
        ("GET", "clock") => Ok(json!({"seconds": cloud.clock().now(), "speed": cloud.clock().speed()})),
        ("GET", "calls") => {
            let after = query.iter().find(|(name, _)| name == "after").map_or(Ok(0), |(_, number)| number.parse());
            let after = after.map_err(|_| ApiError::invalid("after must be the number of a call."))?;
            Ok(json!({ "calls": cloud.world().calls.after(after) }))
        }
        ("GET", "settings") => Ok(json!(cloud.world().settings)),
        ("POST", "settings") => {
            let mut world = cloud.world();
            world.settings = world.settings.with(&parse()?).map_err(ApiError::invalid)?;
            Ok(json!(world.settings))
        }
        _ => Err(ApiError::not_found(path)),
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct ClockChange {
    speed: Option<f64>,
    advance_seconds: Option<f64>,
}

/// The resources and the calls so far: with principals, never with tokens.
fn state(world: &World, clock: &Clock) -> Value {
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
    let versions = |model: &ModelState| -> Map<String, Value> {
        model.versions().map(|(number, body)| (number.to_string(), body.clone())).collect()
    };
    let models: Vec<Value> =
        world.models.iter().map(|(name, model)| json!({"name": name, "versions": versions(model)})).collect();
    let entitlements: Vec<&Value> = world.entitlements.values().map(|entitlement| &entitlement.body).collect();
    let grants: Vec<&Value> = world.grants.values().map(|grant| &grant.body).collect();
    json!({
        "projects": world.projects.keys().collect::<Vec<_>>(),
        "seconds": clock.now(),
        "speed": clock.speed(),
        "settings": world.settings,
        "endpoints": endpoints,
        "models": models,
        "operations": operations,
        "entitlements": entitlements,
        "grants": grants,
        "calls": world.calls.after(0),
    })
}
