//! Organization Policy: the effective policy of a constraint in a project.
//! Source: `orgpolicy.v2` `projects.policies.getEffectivePolicy`. Unverified: what a constraint without a policy answers.

use crate::call::Call;
use crate::error::ApiError;
use serde_json::{Value, json};

/// Constraints that are enforced or not; the others have lists of values.
const BOOLEAN: &[&str] = &["iam.disableCrossProjectServiceAccountUsage", "iam.disableServiceAccountKeyCreation"];

/// `GET projects/{project}/policies/{constraint}:getEffectivePolicy`
pub fn effective(call: &Call<'_>, project: &str, constraint: &str) -> Result<Value, ApiError> {
    call.allow(&[])?;
    call.require("orgpolicy.policy.get", &format!("projects/{project}"))?;
    let world = call.cloud.world();
    let rules = match world.neighbours.rules(project, constraint) {
        Some(rules) => json!(rules),
        None if BOOLEAN.contains(&constraint) => json!([{"enforce": false}]),
        None => json!([{"allowAll": true}]),
    };
    let parent = world.shown(&format!("projects/{project}"));
    Ok(json!({"name": format!("{parent}/policies/{constraint}"), "spec": {"rules": rules}}))
}
