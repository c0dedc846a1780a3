//! Durations and request ids, which the requests of this service share.

use crate::call::Call;
use crate::error::ApiError;
use serde_json::Value;

/// Range of a grant's duration in seconds: half an hour to seven days.
pub const DURATIONS: std::ops::RangeInclusive<u64> = 1_800..=604_800;

/// Reads `3600s` as whole seconds.
pub fn seconds(duration: &Value) -> Option<u64> {
    duration.as_str()?.strip_suffix('s')?.parse().ok()
}

/// Reads the parameter `requestId`: a UUID other than zero.
pub fn request_id(call: &Call<'_>) -> Result<Option<String>, ApiError> {
    let Some(id) = call.param("requestId").filter(|id| !id.is_empty()) else { return Ok(None) };
    let groups: Vec<&str> = id.split('-').collect();
    let is_uuid = groups.iter().map(|group| group.len()).eq([8, 4, 4, 4, 12])
        && groups.iter().all(|group| group.bytes().all(|b| b.is_ascii_hexdigit()));
    if is_uuid && id.bytes().any(|b| b != b'0' && b != b'-') {
        return Ok(Some(id.to_ascii_lowercase()));
    }
    Err(ApiError::invalid(format!("Invalid request id: {id}")))
}

/// Rejects a filter or an order, which the emulator does not apply.
pub fn whole(call: &Call<'_>) -> Result<(), ApiError> {
    match ["filter", "orderBy"].into_iter().find(|name| call.param(name).is_some_and(|text| !text.is_empty())) {
        Some(name) => Err(ApiError::new("UNIMPLEMENTED", format!("The emulator does not apply {name} here."))),
        None => Ok(()),
    }
}
