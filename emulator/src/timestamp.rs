//! Timestamps as Google writes them.

/// The current time as RFC 3339 in UTC, with microseconds.
pub fn now() -> String {
    chrono::Utc::now().to_rfc3339_opts(chrono::SecondsFormat::Micros, true)
}
