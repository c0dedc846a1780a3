//! The deployed models of an `Endpoint`.

use crate::name::DeployedModelId;
use crate::target::Replicas;
use serde_json::Value;

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
