//! The headers that pass the proxy, in lower case. All others are dropped, such as those that override the verb, name another
//! quota project or carry a credential.

/// Headers from the caller to Google; the first two only if the call has no `media_type`. The proxy writes `x-goog-request-reason`
/// itself: see [`super::reason`].
pub const REQUEST_HEADERS: [&str; 3] = ["accept", "content-type", "x-goog-api-client"];

/// Headers from Google to the caller.
pub const RESPONSE_HEADERS: [&str; 3] = ["content-type", "retry-after", "server-timing"];
