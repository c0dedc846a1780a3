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

pub mod entitlements;
pub mod grants;
mod operation;
mod request;

use crate::call::Call;
use crate::error::ApiError;
use serde_json::Value;

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
        ([], "POST", None) => entitlements::create(call, parent),
        ([], "GET", None) => entitlements::list(call, parent),
        ([_], "GET", None) => entitlements::get(call, &stored),
        ([_], "DELETE", None) => entitlements::delete(call, &stored),
        ([_, "grants"], "POST", None) => grants::create(call, parent),
        ([_, "grants"], "GET", None) => grants::list(call, parent),
        ([_, "grants", _], "GET", None) => grants::get(call, &stored),
        ([_, "grants", _], "POST", Some("approve")) => grants::approve(call, &stored),
        ([_, "grants", _], "POST", Some("deny")) => grants::deny(call, &stored),
        ([_, "grants", _], "POST", Some("revoke")) => grants::revoke(call, &stored),
        _ => Err(unknown()),
    }
}
