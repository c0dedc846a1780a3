//! Long-running operations: start, get, list, wait, cancel, delete.

use crate::call::Call;
use crate::causes::failure;
use crate::cloud::Cloud;
use crate::error::ApiError;
use crate::logging::audit;
use crate::message;
use crate::page;
use crate::state::world::{OperationState, World};
use crate::timestamp;
use serde_json::{Value, json};
use std::sync::MutexGuard;
use std::time::Duration;

/// The `@type` of a Vertex AI message.
pub fn kind(message: &str) -> String {
    format!("type.googleapis.com/google.cloud.aiplatform.v1.{message}")
}

/// The response of an operation that has none.
pub fn empty() -> Value {
    json!({"@type": "type.googleapis.com/google.protobuf.Empty"})
}

/// Starts a Vertex AI operation below a resource (by stored name). `work` runs it and returns the response or the error.
pub fn start<F, W>(cloud: &Cloud, resource: &str, what: &str, cancel_permission: &'static str, work: W) -> Value
where
    F: Future<Output = Result<Value, Value>> + Send + 'static,
    W: FnOnce(Cloud, String) -> F + Send + 'static,
{
    let now = timestamp::now();
    let mut metadata = json!({
        "@type": kind(&format!("{what}OperationMetadata")),
        "genericMetadata": {"createTime": now, "updateTime": now},
    });
    if what == "DeployModel" {
        metadata["deploymentStage"] = json!("STARTING_DEPLOYMENT");
    }
    run(cloud, cloud.world(), resource, metadata, cancel_permission, work)
}

/// Starts a Vertex AI operation that takes effect at its end, after some seconds of the clock. `guard` lives as long as it does.
pub fn after<G: Send + 'static>(
    cloud: &Cloud,
    resource: &str,
    what: &str,
    cancel_permission: &'static str,
    seconds: f64,
    guard: G,
    finish: impl FnOnce(&Cloud, &mut World) -> Result<Value, Value> + Send + 'static,
) -> Value {
    let failure = failure::of_operation(&mut cloud.world(), what, resource);
    start(cloud, resource, what, cancel_permission, async move |cloud, _| {
        let _guard = guard;
        cloud.pass(seconds).await;
        match failure {
            Some(status) => Err(status),
            None => finish(&cloud, &mut cloud.world()),
        }
    })
}

/// Starts an operation of any service, under the same lock that decided to start it.
pub fn run<F, W>(
    cloud: &Cloud,
    mut world: MutexGuard<'_, World>,
    resource: &str,
    metadata: Value,
    cancel_permission: &'static str,
    work: W,
) -> Value
where
    F: Future<Output = Result<Value, Value>> + Send + 'static,
    W: FnOnce(Cloud, String) -> F + Send + 'static,
{
    let name = format!("{resource}/operations/{}", world.id());
    let body = json!({"name": world.shown(&name), "metadata": metadata});
    world.operations.insert(
        name.clone(),
        OperationState { body: body.clone(), cancel_permission, cancelled: false, is_beta: false },
    );
    drop(world);
    let cloud = cloud.clone();
    tokio::spawn(async move {
        let mut changes = cloud.changes();
        let cancelled = async {
            while !cloud.world().operations.get(&name).is_none_or(|o| o.cancelled) {
                // This task holds the cloud, and the cloud holds the sender.
                let _ = changes.changed().await;
            }
        };
        let result = tokio::select! {
            result = work(cloud.clone(), name.clone()) => result,
            () = cancelled => Err(ApiError::status(1, "Operation was cancelled.")),
        };
        let mut world = cloud.world();
        let shown = world.shown(&name);
        audit::end(&mut world, &shown, result.as_ref().err().cloned());
        if let Some(operation) = world.operations.get_mut(&name) {
            operation.body["done"] = json!(true);
            let now = json!(timestamp::now());
            match operation.body["metadata"].get_mut("genericMetadata") {
                Some(generic) => generic["updateTime"] = now,
                None => operation.body["metadata"]["endTime"] = now,
            }
            match result {
                Ok(response) => operation.body["response"] = response,
                Err(error) => {
                    if error["code"] == 1 && operation.body["metadata"]["deploymentStage"].is_string() {
                        operation.body["metadata"]["deploymentStage"] = json!("DEPLOYMENT_TERMINATED");
                    }
                    operation.body["error"] = error;
                }
            }
        }
        drop(world);
        cloud.announce();
    });
    body
}

/// Notes that an operation was started by a call of v1beta1; gives a message of an answer that version's type.
pub fn note_beta(cloud: &Cloud, answer: &mut Value) {
    let name = answer["name"].as_str().filter(|name| name.contains("/operations/"));
    let mut world = cloud.world();
    if let Some(name) = name.and_then(|name| world.stored(name))
        && let Some(operation) = world.operations.get_mut(&name)
        && answer["done"].is_null()
    {
        operation.is_beta = true;
        *answer = shown(operation);
    }
}

/// An operation as its version of the API shows it.
fn shown(operation: &OperationState) -> Value {
    let mut body = operation.body.clone();
    if !operation.is_beta {
        message::without_beta(&mut body);
        return body;
    }
    for part in ["metadata", "response"] {
        if let Some(kind) = body[part]["@type"].as_str() {
            body[part]["@type"] = json!(kind.replace(".aiplatform.v1.", ".aiplatform.v1beta1."));
        }
    }
    body
}

/// Sets the stage of a deployment.
pub fn set_stage(cloud: &Cloud, name: &str, stage: &str) {
    if let Some(operation) = cloud.world().operations.get_mut(name) {
        operation.body["metadata"]["deploymentStage"] = json!(stage);
        operation.body["metadata"]["genericMetadata"]["updateTime"] = json!(timestamp::now());
    }
    cloud.announce();
}

/// Whether the operation belongs to Privileged Access Manager, whose API has no `wait` and no `cancel`.
fn is_privileged(name: &str) -> bool {
    name.contains("/locations/global/operations")
}

/// The permission to read an operation: the parent's for Vertex AI, one of its own for Privileged Access Manager.
fn read_permission(name: &str) -> &'static str {
    if is_privileged(name) {
        "privilegedaccessmanager.operations.get"
    } else if name.contains("/endpoints/") {
        "aiplatform.endpoints.get"
    } else if name.contains("/deploymentResourcePools/") {
        "aiplatform.deploymentResourcePools.get"
    } else {
        "aiplatform.models.get"
    }
}

fn list_permission(name: &str) -> &'static str {
    if is_privileged(name) { "privilegedaccessmanager.operations.list" } else { "aiplatform.operations.list" }
}

fn delete_permission(name: &str) -> &'static str {
    if is_privileged(name) {
        "privilegedaccessmanager.operations.delete"
    } else if name.contains("/endpoints/") {
        "aiplatform.endpoints.update"
    } else if name.contains("/deploymentResourcePools/") {
        "aiplatform.deploymentResourcePools.update"
    } else {
        "aiplatform.models.get"
    }
}

/// Routes calls on operations; `None` when there is no such method.
pub async fn route(call: &Call<'_>, verb: &str, name: &str, method: Option<&str>) -> Option<Result<Value, ApiError>> {
    let (parent, id) = name.split_once("/operations").map(|(parent, id)| (parent, id.trim_start_matches('/')))?;
    Some(match (verb, method, id.is_empty()) {
        ("GET", None, true) => list(call, name, parent),
        ("GET", None, false) => get(call, name),
        ("POST", Some("wait"), false) if !is_privileged(name) => wait(call, name).await,
        ("POST", Some("cancel"), false) if !is_privileged(name) => cancel(call, name),
        ("DELETE", None, false) => delete(call, name),
        _ => return None,
    })
}

fn look(call: &Call<'_>, name: &str) -> Result<Value, ApiError> {
    let world = call.cloud.world();
    world.operations.get(name).map(shown).ok_or_else(|| ApiError::not_found(name))
}

fn require_read(call: &Call<'_>, name: &str) -> Result<(), ApiError> {
    let parent = name.split("/operations").next().unwrap_or(name);
    call.require(read_permission(name), parent)
}

fn get(call: &Call<'_>, name: &str) -> Result<Value, ApiError> {
    call.allow(&[])?;
    require_read(call, name)?;
    look(call, name)
}

fn list(call: &Call<'_>, name: &str, parent: &str) -> Result<Value, ApiError> {
    call.allow(&["filter", "pageSize", "pageToken", "returnPartialSuccess"])?;
    call.require(list_permission(name), parent)?;
    if let Some(filter) = call.param("filter").filter(|filter| !filter.is_empty()) {
        return Err(ApiError::new("UNIMPLEMENTED", format!("The emulator does not filter operations: {filter}")));
    }
    let mut world = call.cloud.world();
    let start = format!("{parent}/");
    let mut operations: Vec<(String, Value)> = world
        .operations
        .iter()
        .filter(|(name, _)| name.starts_with(&start))
        .map(|(name, operation)| (name.clone(), shown(operation)))
        .collect();
    // Newest first, as Google lists them.
    operations.sort_by_key(|(_, o)| std::cmp::Reverse(o["metadata"]["genericMetadata"]["createTime"].to_string()));
    page::answer(call, &mut world, name, "operations", operations)
}

/// Answers when the operation is done, or with its latest state at the timeout.
async fn wait(call: &Call<'_>, name: &str) -> Result<Value, ApiError> {
    call.allow(&["timeout"])?;
    message::read(call.body, &[("timeout", message::Shape::Text)])?;
    require_read(call, name)?;
    let seconds: f64 = call.param("timeout").and_then(|t| t.strip_suffix('s')?.parse().ok()).unwrap_or(30.0);
    let mut changes = call.cloud.changes();
    let done = async {
        loop {
            let operation = look(call, name)?;
            if operation["done"] == true {
                return Ok(operation);
            }
            let _ = changes.changed().await;
        }
    };
    match tokio::time::timeout(Duration::from_secs_f64(seconds.clamp(0.0, 120.0)), done).await {
        Ok(result) => result,
        Err(_) => look(call, name),
    }
}

fn cancel(call: &Call<'_>, name: &str) -> Result<Value, ApiError> {
    call.allow(&[])?;
    message::read(call.body, message::EMPTY)?;
    let permission = call.cloud.world().operations.get(name).map_or(read_permission(name), |o| o.cancel_permission);
    call.require(permission, name.split("/operations").next().unwrap_or(name))?;
    {
        let mut world = call.cloud.world();
        let is_ignored = world.faults.strike_cancel(name);
        let operation = world.operations.get_mut(name).ok_or_else(|| ApiError::not_found(name))?;
        if is_ignored || operation.cancelled || operation.body["done"] == true {
            call.note_no_change();
        }
        operation.cancelled |= !is_ignored;
    }
    call.cloud.announce();
    Ok(json!({}))
}

fn delete(call: &Call<'_>, name: &str) -> Result<Value, ApiError> {
    call.allow(&[])?;
    call.require(delete_permission(name), name.split("/operations").next().unwrap_or(name))?;
    call.cloud.world().operations.remove(name).map(|_| json!({})).ok_or_else(|| ApiError::not_found(name))
}
