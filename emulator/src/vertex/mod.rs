//! Vertex AI: models, endpoints, deployments, operations, predictions.
//! Paths and messages: `aiplatform.v1`, `aiplatform.v1beta1`.

pub mod container;
pub mod deployment;
pub mod endpoint;
mod etag;
mod filter;
pub mod model;
mod mutation;
pub mod predict;
mod undeployment;
mod upload;
mod version;

use crate::call::Call;
use crate::error::ApiError;
use crate::operation;
use serde_json::Value;

/// Sets a field as it is sent; one that is not sent is cleared.
fn set(body: &mut Value, field: &str, sent: &Value) {
    match (sent[field].is_null(), body.as_object_mut()) {
        (true, Some(body)) => drop(body.remove(field)),
        _ => body[field] = sent[field].clone(),
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
        (["models"], "POST", Some("upload")) => upload::upload(call, stored.trim_end_matches("/models")),
        (["models"], "GET", None) => model::list(call, stored.trim_end_matches("/models")),
        (["models", _], "GET", None) => model::get(call, &stored),
        (["models", _], "GET", Some("listVersions")) => version::list(call, &stored),
        (["models", _], "POST", Some("mergeVersionAliases")) => version::merge_aliases(call, &stored),
        (["models", _], "DELETE", Some("deleteVersion")) => version::delete(call, &stored),
        (["models", _], "PATCH", None) => model::patch(call, &stored),
        (["models", _], "DELETE", None) => model::delete(call, &stored),
        (["endpoints"], "POST", None) => endpoint::create(call, stored.trim_end_matches("/endpoints")),
        (["endpoints"], "GET", None) => endpoint::list(call, stored.trim_end_matches("/endpoints")),
        (["endpoints", _], "GET", None) => endpoint::get(call, &stored),
        (["endpoints", _], "PATCH", None) => endpoint::patch(call, &stored),
        (["endpoints", _], "DELETE", None) => endpoint::delete(call, &stored),
        (["endpoints", _], "POST", Some("deployModel")) => deployment::deploy(call, &stored),
        (["endpoints", _], "POST", Some("undeployModel")) => undeployment::undeploy(call, &stored),
        (["endpoints", _], "POST", Some("mutateDeployedModel")) => mutation::mutate(call, &stored),
        (["endpoints", _], "POST", Some("predict")) => predict::predict(call, &stored),
        (["endpoints", _], "POST", Some("getIamPolicy")) if version == "v1beta1" => endpoint::get_policy(call, &stored),
        (["endpoints", _], "POST", Some("setIamPolicy")) if version == "v1beta1" => endpoint::set_policy(call, &stored),
        (["endpoints", _], "POST", Some("testIamPermissions")) if version == "v1beta1" => {
            endpoint::test_permissions(call, &stored)
        }
        _ => Err(unknown()),
    }
}
