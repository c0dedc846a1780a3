//! Etags of endpoints and models.
//!
//! Google documents: "If not set, a blind \"overwrite\" update happens." Unverified: the answer to a stale one. AIP-154 says ABORTED, as
//! another resource of this service answers, whose text this is.

use crate::error::ApiError;
use serde_json::Value;

/// Rejects a sent etag that is not the resource's; an absent or empty one passes.
pub fn check(kind: &str, sent: &Value, body: &Value) -> Result<(), ApiError> {
    let (sent, own) = (sent["etag"].as_str().unwrap_or_default(), body["etag"].as_str().unwrap_or_default());
    if sent.is_empty() || sent == own {
        return Ok(());
    }
    Err(ApiError::new("ABORTED", format!("Specified {kind} `etag`: `{sent}` does not match server `etag`: `{own}`")))
}
