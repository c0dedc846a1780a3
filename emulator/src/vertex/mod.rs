//! Vertex AI: models, endpoints, deployments, operations, predictions.
//! Paths and messages: `aiplatform.v1`, `aiplatform.v1beta1`.

mod container;
mod copy;
mod deployed;
mod deployment;
mod endpoint;
mod etag;
mod filter;
mod garden;
mod location;
mod machine;
mod mask;
mod model;
mod mutation;
mod policy;
mod pool;
pub mod predict;
mod resources;
mod undeployment;
mod update;
mod upload;
mod version;

use crate::call::Call;
use crate::error::ApiError;
use crate::message;
use crate::operation;
use serde_json::Value;

/// Wrong fields of a request: the path of each, and the text about it.
pub type Problems = Vec<(String, String)>;

/// Methods that Google has and the emulator refuses as not implemented: collection and method.
const NOT_SERVED: &[(&str, &[&str])] = &[
    (
        "endpoints",
        &[
            "explain",
            "directPredict",
            "directRawPredict",
            "streamDirectPredict",
            "streamDirectRawPredict",
            "serverStreamingPredict",
            "predictLongRunning",
            "fetchPredictOperation",
            "generateContent",
            "streamGenerateContent",
            "countTokens",
            "computeTokens",
        ],
    ),
    ("models", &["export", "updateExplanationDataset", "listCheckpoints"]),
];

/// Collections of Vertex AI that the emulator does not serve at all.
const OTHER_COLLECTIONS: &[&str] = &[
    "agents",
    "batchPredictionJobs",
    "cachedContents",
    "customJobs",
    "dataLabelingJobs",
    "datasets",
    "featureGroups",
    "featureOnlineStores",
    "featurestores",
    "hyperparameterTuningJobs",
    "indexEndpoints",
    "indexes",
    "metadataStores",
    "modelDeploymentMonitoringJobs",
    "modelMonitors",
    "nasJobs",
    "notebookExecutionJobs",
    "notebookRuntimeTemplates",
    "notebookRuntimes",
    "persistentResources",
    "pipelineJobs",
    "publishers",
    "reasoningEngines",
    "schedules",
    "servingProfiles",
    "specialistPools",
    "studies",
    "tensorboards",
    "trainingPipelines",
    "tuningJobs",
];

/// Sets a field as it is sent; one that is not sent is cleared.
fn set(body: &mut Value, field: &str, sent: &Value) {
    match (sent[field].is_null(), body.as_object_mut()) {
        (true, Some(body)) => drop(body.remove(field)),
        _ => body[field] = sent[field].clone(),
    }
}

/// Whether Google has the method, though the emulator does not.
fn is_known(rest: &[&str], method: Option<&str>) -> bool {
    match rest {
        [] => method == Some("deployPublisherModel"),
        ["models", _, "evaluations", ..] | ["endpoints", "openapi" | "google", ..] => true,
        [collection, ..] if OTHER_COLLECTIONS.contains(collection) => true,
        [collection, _] => NOT_SERVED
            .iter()
            .any(|(own, methods)| own == collection && method.is_some_and(|method| methods.contains(&method))),
        _ => false,
    }
}

/// Routes `{verb} {name}[:{method}]` below the version.
pub async fn route(call: &Call<'_>, verb: &str, path: &str) -> Result<Value, ApiError> {
    let mut answer = routed(call, verb, path).await?;
    if call.version == "v1beta1" {
        operation::note_beta(call.cloud, &mut answer);
    } else {
        message::without_beta(&mut answer);
    }
    Ok(answer)
}

async fn routed(call: &Call<'_>, verb: &str, path: &str) -> Result<Value, ApiError> {
    let (name, method) = match path.rsplit_once(':') {
        Some((name, method)) if !method.contains('/') => (name, Some(method)),
        _ => (path, None),
    };
    let (version, is_ui) = (call.version, call.version == "ui");
    let unknown = || ApiError::no_such_path(&format!("/{version}/{path}"));
    let parts: Vec<&str> = name.split('/').collect();
    match (parts.as_slice(), verb, method) {
        (["projects", project, "locations"], "GET", None) => return location::list(call, project),
        (["projects", project, "locations", location], "GET", None) => return location::get(call, project, location),
        (["publishers", _, "models", _], "GET", None) if !is_ui => return garden::catalog::get(call, name),
        _ => {}
    }
    let ["projects", _, "locations", location, rest @ ..] = parts.as_slice() else { return Err(unknown()) };
    location::check(call, location, if rest.len() < 2 { "parent" } else { "name" })?;
    let stored = call.cloud.world().stored(name).unwrap_or_else(|| name.to_owned());
    if rest.contains(&"operations") {
        return operation::route(call, verb, &stored, method).await.unwrap_or_else(|| Err(unknown()));
    }
    if is_ui {
        return Err(unknown());
    }
    let place = || stored.split('/').take(4).collect::<Vec<_>>().join("/");
    let is_beta = version == "v1beta1";
    match (rest, verb, method) {
        ([], "POST", Some("deploy")) => garden::deploy(call, &place()),
        ([], "POST", Some("recommendSpec")) if is_beta => garden::recommend_spec(call, &place()),
        (["models"], "POST", Some("upload")) => upload::upload(call, &place()),
        (["models"], "POST", Some("copy")) => copy::copy(call, &place()),
        (["models"], "GET", None) => model::list(call, &place()),
        (["models", _], "GET", None) => model::get(call, &stored),
        (["models", _], "GET", Some("listVersions")) => version::list(call, &stored),
        (["models", _], "POST", Some("mergeVersionAliases")) => version::merge_aliases(call, &stored),
        (["models", _], "DELETE", Some("deleteVersion")) => version::delete(call, &stored),
        (["models", _], "PATCH", None) => model::patch(call, &stored),
        (["models", _], "DELETE", None) => model::delete(call, &stored),
        (["endpoints"], "POST", None) => endpoint::create(call, &place()),
        (["endpoints"], "GET", None) => endpoint::list(call, &place()),
        (["endpoints", _], "GET", None) => endpoint::get(call, &stored),
        (["endpoints", _], "PATCH", None) => update::patch(call, &stored),
        (["endpoints", _], "POST", Some("update")) => update::update(call, &stored),
        (["endpoints", _], "DELETE", None) => endpoint::delete(call, &stored),
        (["endpoints", _], "POST", Some("deployModel")) => deployment::deploy(call, &stored),
        (["endpoints", _], "POST", Some("undeployModel")) => undeployment::undeploy(call, &stored),
        (["endpoints", _], "POST", Some("mutateDeployedModel")) => mutation::mutate(call, &stored),
        (["deploymentResourcePools"], "POST", None) => pool::create(call, &place()),
        (["deploymentResourcePools"], "GET", None) => pool::list(call, &place()),
        (["deploymentResourcePools", _], "GET", None) => pool::get(call, &stored),
        (["deploymentResourcePools", _], "GET", Some("queryDeployedModels")) => {
            pool::query_deployed_models(call, &stored)
        }
        (["deploymentResourcePools", _], "PATCH", None) => pool::patch(call, &stored),
        (["deploymentResourcePools", _], "DELETE", None) => pool::delete(call, &stored),
        (["models", _], "POST", Some("getIamPolicy")) => policy::get(call, &stored),
        (["models", _], "POST", Some("setIamPolicy")) => policy::set(call, &stored),
        (["models", _], "POST", Some("testIamPermissions")) => policy::test_permissions(call, &stored),
        (["endpoints", _], "POST", Some("getIamPolicy")) if is_beta => policy::get(call, &stored),
        (["endpoints", _], "POST", Some("setIamPolicy")) if is_beta => policy::set(call, &stored),
        (["endpoints", _], "POST", Some("testIamPermissions")) if is_beta => policy::test_permissions(call, &stored),
        (rest, ..) if is_known(rest, method) => {
            Err(ApiError::new("UNIMPLEMENTED", format!("The emulator does not serve {verb} /{version}/{path}.")))
        }
        _ => Err(unknown()),
    }
}
