//! Who may read or cancel a deployment: users with a permission on its entity, and the scaffolder for its own task.

use serde_json::Value;

/// The scaffolder, as a service of Backstage.
const SCAFFOLDER: &str = "plugin:scaffolder";

/// How a caller reaches a deployment.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize, ts_rs::TS)]
#[ts(rename = "DeploymentReach")]
#[serde(rename_all = "lowercase")]
#[ts(rename_all = "lowercase")]
pub enum Reach {
    /// The permission framework decides, with the entity as resource.
    Permission,
    /// The caller started it.
    Own,
    Denied,
}

/// Returns how a caller reaches a deployment.
///
/// The scaffolder started it where a user did through the scaffolder, under the idempotency key that the caller now names: it is derived
/// from the task. So a task can cancel its deployment after its user's token has expired, and no other.
pub fn reach(caller: &Value, starter: &Value, key: Option<&str>) -> Reach {
    let subject = caller["subject"].as_str();
    match caller["kind"].as_str() {
        Some("user") if caller["ref"].is_string() => Reach::Permission,
        Some("service") if subject == Some(SCAFFOLDER) && starter["actor"] == SCAFFOLDER => {
            if key.is_some_and(|key| starter["key"] == key) { Reach::Own } else { Reach::Denied }
        }
        _ => Reach::Denied,
    }
}
