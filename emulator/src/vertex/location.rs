//! Locations of Vertex AI.
//!
//! Text for a wrong location: <https://github.com/googleapis/python-aiplatform/issues/1684>. Unverified: that it is the answer also where
//! the location exists nowhere.

use crate::call::Call;
use crate::error::ApiError;
use crate::page;
use crate::state::location::LOCATIONS;
use serde_json::{Value, json};

/// Rejects a resource in a location that does not exist, or that is not the called host's.
pub fn check(call: &Call<'_>, location: &str, field: &str) -> Result<(), ApiError> {
    let own = call.host.strip_suffix("-aiplatform.googleapis.com");
    if LOCATIONS.contains(&location) && own.is_none_or(|own| own == location) {
        return Ok(());
    }
    let valid = own.map(|own| format!(" The valid location ID is `{own}`.")).unwrap_or_default();
    Err(ApiError::field(field, format!("The provided location ID doesn't match the endpoint.{valid}")))
}

fn shown(project: &str, location: &str) -> Value {
    json!({
        "name": format!("projects/{project}/locations/{location}"),
        "locationId": location,
        "labels": {"cloud.googleapis.com/region": location},
    })
}

/// `GET projects/{project}/locations`
pub fn list(call: &Call<'_>, project: &str) -> Result<Value, ApiError> {
    call.allow(&["filter", "pageSize", "pageToken", "extraLocationTypes"])?;
    call.require("aiplatform.locations.list", &format!("projects/{project}"))?;
    if call.param("filter").is_some_and(|filter| !filter.is_empty()) {
        return Err(ApiError::new("UNIMPLEMENTED", "The emulator does not filter locations."));
    }
    let all = LOCATIONS.iter().map(|location| ((*location).to_owned(), shown(project, location))).collect();
    page::answer(call, &mut call.cloud.world(), &format!("projects/{project}/locations"), "locations", all)
}

/// `GET projects/{project}/locations/{location}`
pub fn get(call: &Call<'_>, project: &str, location: &str) -> Result<Value, ApiError> {
    call.allow(&[])?;
    let name = format!("projects/{project}/locations/{location}");
    call.require("aiplatform.locations.get", &name)?;
    if !LOCATIONS.contains(&location) {
        return Err(ApiError::not_found(&name));
    }
    Ok(shown(project, location))
}
