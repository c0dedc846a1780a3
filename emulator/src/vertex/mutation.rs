//! Changing a deployed model in place: replicas, autoscaling, container logs.
//!
//! Source: `aiplatform.v1` `MutateDeployedModelRequest`, which lists what can be changed. Unverified: the duration, that a mask may not
//! name a whole message, and the texts.

use super::{deployment, mask, resources};
use crate::call::Call;
use crate::error::ApiError;
use crate::message;
use crate::operation;
use crate::quotas::usage;
use crate::state::world::World;
use serde_json::{Value, json};

/// The paths that a mask may name.
const MUTABLE: &[&str] = &[
    "dedicatedResources.minReplicaCount",
    "dedicatedResources.maxReplicaCount",
    "dedicatedResources.requiredReplicaCount",
    "dedicatedResources.autoscalingMetricSpecs",
    "automaticResources.minReplicaCount",
    "automaticResources.maxReplicaCount",
    "disableContainerLogging",
];

/// Those of v1beta1 alone, but for `disableContainerLogging`, which is of v1 alone.
const BETA: &[&str] =
    &["dedicatedResources.scaleToZeroSpec", "dedicatedResources.initialReplicaCount", "enableContainerLogging"];

fn paths(sent: &str, is_beta: bool) -> Result<Vec<&'static str>, ApiError> {
    let known = |path: mask::Path| {
        let path = match path.below {
            Some(below) => format!("{}.{}", path.field, message::camel(&below)),
            None => path.field,
        };
        let all = MUTABLE.iter().filter(|known| !is_beta || **known != "disableContainerLogging");
        let found = all.chain(BETA.iter().filter(|_| is_beta)).find(|known| **known == path).copied();
        found.ok_or_else(|| mask::rejected(&path))
    };
    mask::paths(sent)?.into_iter().map(known).collect()
}

/// Returns the deployed model with the fields of the mask as they are sent; a field that is not sent is cleared.
fn mutated(deployed: &Value, sent: &Value, paths: &[&str]) -> Result<Value, ApiError> {
    let mut after = deployed.clone();
    for path in paths {
        let (message, field) = path.split_once('.').unwrap_or(("", path));
        let (from, to) = match message {
            "" => (sent, &mut after),
            _ if deployed[message].is_object() => (&sent[message], &mut after[message]),
            _ => return Err(ApiError::invalid(format!("The DeployedModel has no {message}."))),
        };
        super::set(to, field, from);
    }
    resources::complete(&mut after);
    let mut problems = Vec::new();
    if after["dedicatedResources"].is_object() {
        resources::check_replicas(&after["dedicatedResources"], "deployed_model.dedicated_resources", &mut problems);
    }
    if !problems.is_empty() {
        return Err(ApiError::fields(&problems));
    }
    Ok(after)
}

/// Finds a deployed model by id.
fn find<'a>(world: &'a World, endpoint: &str, id: &str) -> Result<&'a Value, ApiError> {
    let state = world.endpoints.get(endpoint).ok_or_else(|| ApiError::not_found(endpoint))?;
    let mut models = state.body["deployedModels"].as_array().into_iter().flatten();
    let found = models.find(|model| model["id"] == id && !state.undeploying.iter().any(|gone| gone == id));
    found.ok_or_else(|| ApiError::invalid(format!("DeployedModel with ID `{id}` is not found on the endpoint.")))
}

/// `POST {endpoint}:mutateDeployedModel`
pub fn mutate(call: &Call<'_>, endpoint: &str) -> Result<Value, ApiError> {
    call.allow(&[])?;
    let request = call.message(message::MUTATE_DEPLOYED_MODEL, "")?;
    call.require("aiplatform.endpoints.deploy", endpoint)?;
    let paths = paths(request["updateMask"].as_str().unwrap_or_default(), call.version == "v1beta1")?;
    let sent = request["deployedModel"].clone();
    let id = sent["id"].as_str().unwrap_or_default().to_owned();
    {
        let world = call.cloud.world();
        let before = find(&world, endpoint, &id)?;
        let after = mutated(before, &sent, &paths)?;
        usage::check(&world, endpoint, before, &after, call.cloud.clock().now())?;
    }
    let name = endpoint.to_owned();
    let permission = "aiplatform.endpoints.deploy";
    Ok(operation::after(call.cloud, endpoint, "MutateDeployedModel", permission, 60.0, (), move |_, world| {
        // From the state at the end: other operations may have ended meanwhile.
        let found = find(world, &name, &id).and_then(|deployed| mutated(deployed, &sent, &paths));
        let mut after = found.map_err(|error| error.as_status())?;
        let resources = ["dedicatedResources", "automaticResources"].map(|kind| after[kind].clone());
        let [least, most] =
            ["minReplicaCount", "maxReplicaCount"].map(|field| resources.iter().find_map(|r| r[field].as_i64()));
        if let (Some(replicas), Some(least)) = (after["status"]["availableReplicaCount"].as_i64(), least) {
            let replicas = replicas.min(most.unwrap_or(replicas)).max(least);
            after["status"] = deployment::status(&world.settings, &after, replicas)?;
        }
        let touch = world.touch();
        let body = &mut world.endpoints.get_mut(&name).ok_or_else(|| ApiError::not_found(&name).as_status())?.body;
        for model in body["deployedModels"].as_array_mut().into_iter().flatten().filter(|model| model["id"] == *id) {
            *model = after.clone();
        }
        touch(body);
        Ok(json!({"@type": operation::kind("MutateDeployedModelResponse"), "deployedModel": after}))
    }))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mask_names_what_google_lists() {
        assert_eq!(
            paths("dedicated_resources.min_replica_count,disableContainerLogging", false)
                .map_err(|e| e.http)
                .unwrap()
                .len(),
            2
        );
        for mask in [
            "",
            "dedicatedResources",
            "dedicatedResources.machineSpec",
            "model",
            "serviceAccount",
            "enableContainerLogging",
        ] {
            assert!(paths(mask, false).is_err(), "{mask}");
        }
        assert!(paths("dedicatedResources.scaleToZeroSpec,enableContainerLogging", true).is_ok());
        assert!(paths("disableContainerLogging", true).is_err());
    }

    #[test]
    fn changes_the_masked_fields_only() {
        let deployed =
            json!({"id": "1", "dedicatedResources": {"minReplicaCount": 1, "maxReplicaCount": 2, "spot": true}});
        let sent =
            json!({"id": "1", "dedicatedResources": {"minReplicaCount": 3, "maxReplicaCount": 5, "spot": false}});
        let both = ["dedicatedResources.minReplicaCount", "dedicatedResources.maxReplicaCount"];
        let after = mutated(&deployed, &sent, &both).map_err(|e| e.http).unwrap();
        assert_eq!(after["dedicatedResources"], json!({"minReplicaCount": 3, "maxReplicaCount": 5, "spot": true}));
        assert!(mutated(&deployed, &sent, &both[..1]).is_err());
        assert!(mutated(&deployed, &sent, &["automaticResources.minReplicaCount"]).is_err());
    }
}
