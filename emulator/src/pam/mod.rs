//! Privileged Access Manager: entitlements to rights, and grants of them that are asked for, approved, and end by themselves.
//! Paths, messages and enums: `privilegedaccessmanager.v1`, as Google's Python package `google-cloud-privilegedaccessmanager` has
//! them. Limits and permissions: Google's documentation of Privileged Access Manager.
//!
//! Unverified: that requesters and approvers read what concerns them without a permission. Google's documentation says that they need
//! none of this service, and third parties' tools read their grants so.
//!
//! Who is not named in the entitlement is refused with the permission that Google's page on audit logging has for the method
//! (`grants.{create,approve,deny}`), though holding it would not help. Unverified: that Google names it too.
//!
//! The times that it tells are the machine's; what lasts is over sooner by the speed, as everywhere in the emulator.

pub mod entitlement;
pub mod grant;

use crate::error::ApiError;
use crate::principal::Principal;
use crate::vertex::{Call, operation};
use crate::world::{Cloud, World};
use serde_json::{Value, json};
use std::sync::MutexGuard;

/// Nothing is given for less than half an hour or for more than seven days, in seconds.
const DURATIONS: std::ops::RangeInclusive<u64> = 1_800..=604_800;

/// Routes `projects/{p}/locations/global/entitlements[/{e}[/grants[/{g}]]][:{method}]`. Unverified: what Google answers elsewhere than
/// in `global`.
pub fn route(call: &Call<'_>, verb: &str, path: &str) -> Result<Value, ApiError> {
    let (name, method) = path.rsplit_once(':').map_or((path, None), |(name, method)| (name, Some(method)));
    let unknown = || ApiError::not_found(&format!("{verb} /v1/{path}"));
    let stored = call.cloud.world().stored(name).unwrap_or_else(|| name.to_owned());
    let parts: Vec<&str> = stored.split('/').collect();
    let ["projects", _, "locations", "global", "entitlements", rest @ ..] = parts.as_slice() else {
        return Err(unknown());
    };
    let parent = stored.rsplit_once('/').map_or(stored.as_str(), |(parent, _)| parent);
    match (rest, verb, method) {
        ([], "POST", None) => entitlement::create(call, parent),
        ([], "GET", None) => entitlement::list(call, parent),
        ([_], "GET", None) => entitlement::get(call, &stored),
        ([_], "DELETE", None) => entitlement::delete(call, &stored),
        ([_, "grants"], "POST", None) => grant::create(call, parent),
        ([_, "grants"], "GET", None) => grant::list(call, parent),
        ([_, "grants", _], "GET", None) => grant::get(call, &stored),
        ([_, "grants", _], "POST", Some("approve")) => grant::approve(call, &stored),
        ([_, "grants", _], "POST", Some("deny")) => grant::deny(call, &stored),
        ([_, "grants", _], "POST", Some("revoke")) => grant::revoke(call, &stored),
        _ => Err(unknown()),
    }
}

/// Whether lists of principals, as entitlements hold them, name this caller.
fn names(lists: &Value, who: &Principal) -> bool {
    let lists = lists.as_array().into_iter().flatten();
    let mut members =
        lists.flat_map(|list| list["principals"].as_array().into_iter().flatten()).filter_map(Value::as_str);
    members.any(|member| who.is(member))
}

/// `3600s`, in whole seconds.
fn seconds(duration: &Value) -> Option<u64> {
    duration.as_str()?.strip_suffix('s')?.parse().ok()
}

/// The parameter `requestId`: a UUID, and not the one of zeros.
fn request_id(call: &Call<'_>) -> Result<Option<String>, ApiError> {
    let Some(id) = call.param("requestId").filter(|id| !id.is_empty()) else { return Ok(None) };
    let groups: Vec<&str> = id.split('-').collect();
    let is_uuid = groups.iter().map(|group| group.len()).eq([8, 4, 4, 4, 12])
        && groups.iter().all(|group| group.bytes().all(|b| b.is_ascii_hexdigit()));
    if is_uuid && id.bytes().any(|b| b != b'0' && b != b'-') {
        return Ok(Some(id.to_ascii_lowercase()));
    }
    Err(ApiError::invalid(format!("Invalid request id: {id}")))
}

/// The message `message` of this service as an operation carries it.
fn packed(message: &str, mut body: Value) -> Value {
    body["@type"] = json!(format!("type.googleapis.com/google.cloud.privilegedaccessmanager.v1.{message}"));
    body
}

/// Starts an operation on a resource (by stored name) that takes some seconds and then answers with what `finish` makes.
fn operate(
    cloud: &Cloud,
    world: MutexGuard<'_, World>,
    target: &str,
    verb: &str,
    seconds: f64,
    finish: impl FnOnce(&mut World) -> Option<Value> + Send + 'static,
) -> Value {
    let place = target.split("/entitlements").next().unwrap_or(target);
    let metadata = packed(
        "OperationMetadata",
        json!({"createTime": crate::clock::now(), "target": target, "verb": verb, "requestedCancellation": false, "apiVersion": "v1"}),
    );
    operation::run(cloud, world, place, metadata, "", async move |cloud, _| {
        crate::clock::pass(&cloud, seconds).await;
        finish(&mut cloud.world()).ok_or_else(|| ApiError::status(5, "The resource is gone."))
    })
}
