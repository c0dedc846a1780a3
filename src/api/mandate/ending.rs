//! Ending: who may see a mandate, and who may end it.

use super::{Checked, RefusedMandate, refused};
use crate::diagnostic::{Code, Diagnostic};
use crate::door::{ALLOW, DEPLOYER};
use serde_json::Value;

/// Maximum length of the reason of a revocation, in characters.
const MAX_BECAUSE: usize = 200;

/// Whether a caller, a `DoorCaller`, may see a mandate of this user. `user` is absent where no such mandate exists.
pub fn check_sight(user: Option<&str>, caller: &Value) -> Checked<()> {
    if user.is_some_and(|user| is_own(user, caller)) { Ok(()) } else { Err(unknown()) }
}

/// Checks the end of a mandate, and returns the reason to store. `decision` is the permission framework's about `vertex-ai.administer`;
/// `body` may state the reason as `because`.
pub fn revocation(
    user: Option<&str>,
    caller: &Value,
    decision: &str,
    body: &str,
    parse: fn(&str) -> Option<Value>,
) -> Checked<String> {
    let user = user.ok_or_else(unknown)?;
    // The framework allows everything to a service, so its decision counts for users only.
    let administers = caller["kind"] == "user" && decision == ALLOW;
    if !administers && !is_own(user, caller) {
        return Err(unknown());
    }
    let by = caller["ref"].as_str().or(caller["subject"].as_str()).unwrap_or_default();
    let body = if body.is_empty() { Value::Null } else { parse(body).unwrap_or_default() };
    let because: String =
        body["because"].as_str().unwrap_or("revoked").chars().filter(|c| !c.is_control()).take(MAX_BECAUSE).collect();
    Ok(format!("{by}: {because}"))
}

fn is_own(user: &str, caller: &Value) -> bool {
    match caller["kind"].as_str() {
        Some("user") => caller["ref"] == user,
        Some("service") => caller["subject"] == DEPLOYER,
        _ => false,
    }
}

fn unknown() -> Box<RefusedMandate> {
    let finding = Diagnostic::new(Code::MandateUnknown, "no such mandate of the caller exists");
    refused(404, finding.help("check the id of the mandate"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn parse(text: &str) -> Option<Value> {
        serde_json::from_str(text).ok()
    }

    #[test]
    fn its_user_an_administrator_and_the_plugin_end_it() {
        let ended = |user: Option<&str>, caller: Value, decision: &str| {
            revocation(user, &caller, decision, r#"{"because": "the deployment\nended"}"#, parse).map_err(|r| r.status)
        };
        let alice = Some("user:default/alice");
        let user = |name: &str| json!({"kind": "user", "ref": format!("user:default/{name}")});
        let service = |subject: &str| json!({"kind": "service", "subject": subject});
        assert_eq!(ended(alice, user("alice"), "DENY").unwrap(), "user:default/alice: the deploymentended");
        assert_eq!(ended(alice, user("root"), "ALLOW").unwrap(), "user:default/root: the deploymentended");
        assert!(ended(alice, service(DEPLOYER), "DENY").is_ok());
        for (caller, decision) in
            [(user("bob"), "DENY"), (user("bob"), "CONDITIONAL"), (service("plugin:scaffolder"), "ALLOW")]
        {
            assert_eq!(ended(alice, caller, decision), Err(404));
        }
        assert_eq!(ended(None, service(DEPLOYER), "ALLOW"), Err(404));
        assert!(check_sight(alice, &user("alice")).is_ok() && check_sight(alice, &service(DEPLOYER)).is_ok());
        assert!(check_sight(alice, &user("bob")).is_err() && check_sight(None, &user("alice")).is_err());
    }
}
