//! A cause that strikes a call: its error.

use super::names::Names;
use super::{Cause, Variant};
use crate::error::ApiError;
use crate::logging::audit;
use crate::state::world::World;
use serde_json::Value;

/// A cause that has met a call, an operation or a deployment.
#[derive(Clone, Copy, Debug)]
pub struct Struck {
    pub cause: &'static Cause,
    pub variant: Variant,
}

impl Struck {
    /// The error that a call or an operation ends with; what the service agent was denied is audited.
    pub fn error(&self, world: &mut World, names: &Names) -> ApiError {
        let text = names.fill(self.cause.wording(self.variant).0);
        let code = self.cause.code;
        if let Some(denied) = self.cause.denied {
            let [service, method, permission, resource] = denied.map(|part| names.fill(part));
            audit::deny_agent(world, names.get("project"), &service, &method, &permission, &resource);
        }
        if code.chars().all(|c| c.is_ascii_lowercase() || c == '_') {
            return ApiError::oauth(code, text);
        }
        let details: Vec<Value> = serde_json::from_str(self.cause.details).unwrap_or_default();
        details.into_iter().fold(ApiError::new(code, text), |error, detail| error.with(names.fill_all(detail)))
    }

    /// The error as an operation carries it, with its details.
    pub fn status(&self, world: &mut World, names: &Names) -> Value {
        self.error(world, names).as_status()
    }
}
