//! A cause that strikes a call: its error.

use super::Struck;
use super::names::Names;
use crate::error::ApiError;
use crate::logging::audit;
use crate::state::world::World;
use serde_json::Value;

/// The error that a call or an operation ends with; what the service agent was denied is audited.
pub fn error(struck: Struck, world: &mut World, names: &Names) -> ApiError {
    let Struck { cause, variant } = struck;
    let text = names.fill(cause.wording(variant).0);
    if let Some(denied) = cause.denied {
        let [service, method, permission, resource] = denied.map(|part| names.fill(part));
        audit::deny_agent(world, names.get("project"), &service, &method, &permission, &resource);
    }
    if cause.code.chars().all(|c| c.is_ascii_lowercase() || c == '_') {
        return ApiError::oauth(cause.code, text);
    }
    let details: Vec<Value> = serde_json::from_str(cause.details).unwrap_or_default();
    details.into_iter().fold(ApiError::new(cause.code, text), |error, detail| error.with(names.fill_all(detail)))
}

/// The error as an operation carries it, with its details.
pub fn status(struck: Struck, world: &mut World, names: &Names) -> Value {
    error(struck, world, names).as_status()
}
