//! A grant record: the access request that somebody was about to grant.

use crate::conversation::Millis;
use crate::iam::rights::access_request::AccessRequest;
use crate::iam::rights::grant::ExpiryMode;
use serde_json::Value;

/// A record whose grants are not revoked yet. Times are milliseconds since 1970.
#[derive(Clone, Debug, PartialEq, ts_rs::TS)]
#[ts(rename_all = "camelCase")]
pub struct GrantRecord {
    pub id: String,
    /// Entity ref of the user who grants the access.
    pub given_by: String,
    /// Time of the record.
    pub begun_at: Millis,
    /// Expiry of the grants.
    pub ends_at: Millis,
    /// Time of the next attempt to revoke them.
    pub next_try_at: Millis,
    pub tries: u32,
    /// JSON text of the access request, without its expiry. Only the record in hand is parsed.
    pub request: String,
    /// Names of the grants that must be revoked.
    pub undated: Vec<String>,
    /// A field that cannot be read; it has its default then.
    #[ts(skip)]
    pub unreadable: Option<&'static str>,
}

impl GrantRecord {
    pub fn is_due(&self, now: Millis) -> bool {
        self.ends_at.max(self.next_try_at) <= now
    }
}

/// Plans recorded access requests, by the configuration of this portal.
pub trait PlanRecord {
    /// Parses the JSON text of an access request.
    fn read(&self, request: &str) -> Option<Value>;

    /// Returns the access request, or `None` if this version cannot plan it.
    fn plan(&self, request: &Value, now: Millis) -> Option<AccessRequest>;

    /// Returns a grant's name in the form that audit records have.
    fn recorded_name(&self, name: &str) -> String;
}

/// Returns the names of the grants that must be revoked.
pub fn undated(request: &AccessRequest) -> Vec<String> {
    let grants = request.grants.iter().filter(|grant| grant.expiry == ExpiryMode::Revocation);
    grants.map(|grant| grant.name()).collect()
}
