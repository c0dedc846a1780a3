//! Operations of this service: they last some seconds and answer with the resource.

use crate::cloud::Cloud;
use crate::error::ApiError;
use crate::operation;
use crate::state::world::World;
use crate::timestamp;
use serde_json::{Value, json};
use std::sync::MutexGuard;

/// Packs a message of this service as operations carry it.
pub fn packed(message: &str, mut body: Value) -> Value {
    body["@type"] = json!(format!("type.googleapis.com/google.cloud.privilegedaccessmanager.v1.{message}"));
    body
}

/// Starts an operation on a resource (by stored name) that lasts some seconds and answers with the result of `finish`.
pub fn operate(
    cloud: &Cloud,
    world: MutexGuard<'_, World>,
    target: &str,
    verb: &str,
    seconds: f64,
    finish: impl FnOnce(&mut World) -> Option<Value> + Send + 'static,
) -> Value {
    let place = target.split("/entitlements").next().unwrap_or(target);
    let metadata = packed(
        "OperationMetadata",
        json!({"createTime": timestamp::now(), "target": target, "verb": verb, "requestedCancellation": false, "apiVersion": "v1"}),
    );
    operation::run(cloud, world, place, metadata, "", async move |cloud, _| {
        cloud.pass(seconds).await;
        finish(&mut cloud.world()).ok_or_else(|| ApiError::status(5, "The resource is gone."))
    })
}
