//! Vertex AI: models, endpoints, deployments, operations, predictions.
//! Paths and messages: `aiplatform.v1`, `aiplatform.v1beta1`.

pub mod container;
pub mod deployment;
pub mod endpoint;
pub mod model;
pub mod operation;
pub mod predict;

use crate::error::ApiError;
use crate::principal::Principal;
use crate::world::Cloud;
use serde_json::Value;

/// A call that has been authenticated and routed.
pub struct Call<'a> {
    pub cloud: &'a Cloud,
    pub who: &'a Principal,
    pub query: &'a [(String, String)],
    pub body: &'a [u8],
}

impl Call<'_> {
    pub fn param(&self, name: &str) -> Option<&str> {
        self.query.iter().find(|(n, _)| n == name).map(|(_, value)| value.as_str())
    }

    /// Refuses parameters that the method does not have; Google's own standard ones always pass.
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
        match self.query.iter().find(|(name, _)| !names.contains(&name.as_str()) && !STANDARD.contains(&name.as_str()))
        {
            Some((name, _)) => Err(ApiError::invalid(format!(
                "Invalid JSON payload received. Unknown name \"{name}\": Cannot bind query parameter."
            ))),
            None => Ok(()),
        }
    }

    pub fn require(&self, permission: &str, resource: &str) -> Result<(), ApiError> {
        self.cloud.world().require(self.who, permission, resource)
    }
}

/// Routes `{verb} {name}[:{method}]` below the version.
pub async fn route(call: &Call<'_>, version: &str, verb: &str, path: &str) -> Result<Value, ApiError> {
    let (name, method) = match path.rsplit_once(':') {
        Some((name, method)) if !method.contains('/') => (name, Some(method)),
        _ => (path, None),
    };
    let unknown = || ApiError::not_found(&format!("{verb} /{version}/{path}"));
    let parts: Vec<&str> = name.split('/').collect();
    let ["projects", _, "locations", _, rest @ ..] = parts.as_slice() else { return Err(unknown()) };
    let stored = call.cloud.world().stored(name).unwrap_or_else(|| name.to_owned());
    if rest.contains(&"operations") {
        return operation::route(call, verb, &stored, method).await.unwrap_or_else(|| Err(unknown()));
    }
    if version == "ui" {
        return Err(unknown());
    }
    match (rest, verb, method) {
        (["models"], "POST", Some("upload")) => model::upload(call, stored.trim_end_matches("/models")),
        (["models"], "GET", None) => model::list(call, stored.trim_end_matches("/models")),
        (["models", _], "GET", None) => model::get(call, &stored),
        (["models", _], "GET", Some("listVersions")) => model::list_versions(call, &stored),
        (["models", _], "DELETE", None) => model::delete(call, &stored),
        (["endpoints"], "POST", None) => endpoint::create(call, stored.trim_end_matches("/endpoints")),
        (["endpoints"], "GET", None) => endpoint::list(call, stored.trim_end_matches("/endpoints")),
        (["endpoints", _], "GET", None) => endpoint::get(call, &stored),
        (["endpoints", _], "PATCH", None) => endpoint::patch(call, &stored),
        (["endpoints", _], "DELETE", None) => endpoint::delete(call, &stored),
        (["endpoints", _], "POST", Some("deployModel")) => deployment::deploy(call, &stored),
        (["endpoints", _], "POST", Some("undeployModel")) => deployment::undeploy(call, &stored),
        (["endpoints", _], "POST", Some("predict")) => predict::predict(call, &stored),
        (["endpoints", _], "POST", Some("getIamPolicy")) if version == "v1beta1" => endpoint::get_policy(call, &stored),
        (["endpoints", _], "POST", Some("setIamPolicy")) if version == "v1beta1" => endpoint::set_policy(call, &stored),
        (["endpoints", _], "POST", Some("testIamPermissions")) if version == "v1beta1" => {
            endpoint::test_permissions(call, &stored)
        }
        _ => Err(unknown()),
    }
}
