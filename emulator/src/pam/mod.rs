//! Privileged Access Manager: entitlements, and grants that are requested, approved, and expire by themselves.
//!
//! Paths, messages and enums: `privilegedaccessmanager.v1`, as in Google's Python package `google-cloud-privilegedaccessmanager`.
//! Limits and permissions: Google's documentation of Privileged Access Manager.
//!
//! - Requesters and approvers read their grants without a permission (unverified). Google's documentation says that they need no
//!   permission of this service, and third-party tools work that way.
//! - A caller whom the entitlement does not name is denied with the permission that Google's page on audit logging lists for the method
//!   (`grants.{create,approve,deny}`), although holding it would not help. Unverified: that Google names it.
//! - Timestamps are the machine's; durations are divided by the speed, as everywhere in the emulator.

pub mod entitlements;
pub mod grants;
mod operation;
mod request;

use crate::call::Call;
use crate::error::ApiError;
use serde_json::Value;

/// Routes `projects/{p}/locations/global/entitlements[/{e}[/grants[/{g}]]][:{method}]`. Unverified: Google's answer
/// for locations other than `global`.
pub fn route(call: &Call<'_>, verb: &str, path: &str) -> Result<Value, ApiError> {
    let (name, method) = path.rsplit_once(':').map_or((path, None), |(name, method)| (name, Some(method)));
    let unknown = || ApiError::no_such_path(&format!("/v1/{path}"));
    let stored = call.cloud.world().stored(name).unwrap_or_else(|| name.to_owned());
    let parts: Vec<&str> = stored.split('/').collect();
    let ["projects", _, "locations", "global", "entitlements", rest @ ..] = parts.as_slice() else {
        return Err(unknown());
    };
    let parent = stored.rsplit_once('/').map_or(stored.as_str(), |(parent, _)| parent);
    match (rest, verb, method) {
        ([], "POST", None) => entitlements::create(call, parent),
        ([], "GET", None) => entitlements::list(call, parent),
        ([], "GET", Some("search")) => entitlements::search(call, parent),
        ([_], "PATCH", None) => entitlements::patch(call, &stored),
        ([_], "GET", None) => entitlements::get(call, &stored),
        ([_], "DELETE", None) => entitlements::delete(call, &stored),
        ([_, "grants"], "POST", None) => grants::create(call, parent),
        ([_, "grants"], "GET", None) => grants::list(call, parent),
        ([_, "grants"], "GET", Some("search")) => grants::search(call, parent),
        ([_, "grants", _], "GET", None) => grants::get(call, &stored),
        ([_, "grants", _], "POST", Some("approve")) => grants::approve(call, &stored),
        ([_, "grants", _], "POST", Some("deny")) => grants::deny(call, &stored),
        ([_, "grants", _], "POST", Some("revoke")) => grants::revoke(call, &stored),
        _ => Err(unknown()),
    }
}
