//! The headers that pass the proxy, lower case. All others are dropped, among them whatever could override the verb, name
//! another quota project or carry a credential.

/// From the caller to Google. `x-goog-request-reason` is not passed on but made anew by [`super::reason`].
/// The first two only where the call has no `media_type` of its own.
pub const REQUEST_HEADERS: [&str; 3] = ["accept", "content-type", "x-goog-api-client"];

/// From Google to the caller.
pub const RESPONSE_HEADERS: [&str; 3] = ["content-type", "retry-after", "server-timing"];
