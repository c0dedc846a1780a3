//! The deployed models of an `Endpoint`.

use crate::name::DeployedModelId;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use ts_rs::TS;

/// Bounds of the number of replicas: 1 ≤ `min` ≤ `max`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct Replicas {
    pub min: u32,
    pub max: u32,
}

/// A deployed model of an endpoint.
pub fn find<'a>(endpoint: &'a Value, id: &DeployedModelId) -> Option<&'a Value> {
    let mut models = endpoint["deployedModels"].as_array()?.iter();
    models.find(|model| model["id"].as_str() == Some(id.as_str()))
}

/// The bounds of a deployed model's replicas; `None` where it has no machines of its own. Without a maximum it runs with its minimum.
/// Source: `DedicatedResources.maxReplicaCount` of the discovery document `aiplatform.v1`, read 2026-11-27.
pub fn replicas(model: &Value) -> Option<Replicas> {
    let count = |field: &str| model["dedicatedResources"][field].as_u64().and_then(|count| u32::try_from(count).ok());
    let min = count("minReplicaCount")?;
    Some(Replicas { min, max: count("maxReplicaCount").unwrap_or(min) })
}
