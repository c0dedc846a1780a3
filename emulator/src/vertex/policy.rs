//! Allow policies of endpoints (v1beta1) and of models.
//!
//! Unverified: the permissions of models' policies. No role of Google holds them, so that nobody can read or change such a policy.

use crate::call::Call;
use crate::error::ApiError;
use crate::message;
use crate::state::policy::Policy;
use crate::state::world::World;
use serde_json::{Value, json};

fn of<'a>(world: &'a mut World, name: &str) -> Option<&'a mut Policy> {
    if name.contains("/models/") {
        return world.models.get_mut(name).filter(|model| !model.is_empty()).map(|model| &mut model.policy);
    }
    world.endpoints.get_mut(name).map(|endpoint| &mut endpoint.policy)
}

fn permission(name: &str, verb: &str) -> String {
    let kind = if name.contains("/models/") { "models" } else { "endpoints" };
    format!("aiplatform.{kind}.{verb}")
}

pub fn get(call: &Call<'_>, name: &str) -> Result<Value, ApiError> {
    call.allow(&["options.requestedPolicyVersion"])?;
    call.require(&permission(name, "getIamPolicy"), name)?;
    let version = call.param("options.requestedPolicyVersion").and_then(|v| v.parse().ok()).unwrap_or(1);
    let mut world = call.cloud.world();
    Ok(of(&mut world, name).ok_or_else(|| ApiError::not_found(name))?.read(version))
}

pub fn set(call: &Call<'_>, name: &str) -> Result<Value, ApiError> {
    let sent = message::read(call.body, message::SET_POLICY)?;
    call.require(&permission(name, "setIamPolicy"), name)?;
    let mut world = call.cloud.world();
    let roles = world.roles.clone();
    of(&mut world, name).ok_or_else(|| ApiError::not_found(name))?.write_plain(&sent["policy"], &roles)
}

pub fn test_permissions(call: &Call<'_>, name: &str) -> Result<Value, ApiError> {
    call.allow(&["permissions"])?;
    let world = call.cloud.world();
    let asked = call.query.iter().filter(|(n, _)| n == "permissions").map(|(_, value)| value);
    let held: Vec<&String> = asked.filter(|permission| world.may(call.who, permission, name)).collect();
    Ok(json!({ "permissions": held }))
}
