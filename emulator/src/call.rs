//! One authenticated call: its caller, query parameters and body.

use crate::cloud::Cloud;
use crate::error::ApiError;
use crate::message::{self, Fields};
use crate::state::principal::Principal;
use serde_json::Value;
use std::sync::atomic::{AtomicBool, Ordering};

/// An authenticated call on its way to a method.
pub struct Call<'a> {
    pub cloud: &'a Cloud,
    pub who: &'a Principal,
    /// `v1`, `v1beta1` …
    pub version: &'a str,
    /// The host that was called.
    pub host: &'a str,
    pub query: &'a [(String, String)],
    pub body: &'a [u8],
    /// Whether a method that makes changes made none, for the log.
    pub no_change: &'a AtomicBool,
}

impl Call<'_> {
    /// A parameter, by its JSON name; both spellings are accepted.
    pub fn param(&self, name: &str) -> Option<&str> {
        self.query.iter().find(|(n, _)| message::camel(n) == name).map(|(_, value)| value.as_str())
    }

    /// Notes that this call changes nothing although its method could.
    pub fn note_no_change(&self) {
        self.no_change.store(true, Ordering::Relaxed);
    }

    /// Rejects parameters that the method does not have; Google's standard parameters always pass.
    pub fn allow(&self, names: &[&str]) -> Result<(), ApiError> {
        const STANDARD: &[&str] = &[
            "$alt",
            "alt",
            "key",
            "prettyPrint",
            "$prettyPrint",
            "quotaUser",
            "fields",
            "$.xgafv",
            "callback",
            "access_token",
        ];
        match self
            .query
            .iter()
            .find(|(name, _)| !names.contains(&message::camel(name).as_str()) && !STANDARD.contains(&name.as_str()))
        {
            Some((name, _)) => Err(ApiError::unreadable(vec![(
                String::new(),
                format!(
                    "Invalid JSON payload received. Unknown name \"{name}\": Cannot bind query parameter. Field '{name}' could not be found in request message."
                ),
            )])),
            None => Ok(()),
        }
    }

    /// Reads the body, which is the field `root` of the request.
    pub fn message(&self, fields: Fields, root: &str) -> Result<Value, ApiError> {
        message::read_as(self.body, fields, root, self.version == "v1beta1")
    }

    pub fn require(&self, permission: &str, resource: &str) -> Result<(), ApiError> {
        self.cloud.world().require(self.who, permission, resource)
    }
}
