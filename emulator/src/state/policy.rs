//! Allow policies: reads, writes with an etag, and evaluation with conditions.
//! Source: `cloudresourcemanager.v3` `Policy`; "Policy versions" and "Resource attributes" in Google's IAM documentation.

use super::principal::Principal;
use super::role::Role;
use crate::error::ApiError;
use cel::{Context, Program, Value as Cel};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use std::collections::BTreeMap;

#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Binding {
    pub role: String,
    pub members: Vec<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub condition: Option<Condition>,
}

#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Condition {
    pub expression: String,
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub title: String,
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub description: String,
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub location: String,
}

/// A policy and its number of writes, from which its etag follows.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Policy {
    #[serde(default)]
    pub bindings: Vec<Binding>,
    #[serde(skip)]
    generation: u64,
}

impl Policy {
    fn etag(&self) -> String {
        format!("BwY{:09x}", self.generation + 1)
    }

    fn has_conditions(&self) -> bool {
        self.bindings.iter().any(|binding| binding.condition.is_some())
    }

    /// Returns the policy in a version; only version 3 shows conditions.
    pub fn read(&self, version: i64) -> Value {
        let mut bindings = json!(self.bindings);
        let shown = if self.has_conditions() && version >= 3 { 3 } else { 1 };
        if version < 3 {
            for binding in bindings.as_array_mut().into_iter().flatten() {
                if let Some(binding) = binding.as_object_mut()
                    && binding.remove("condition").is_some()
                {
                    let role = binding["role"].as_str().unwrap_or_default();
                    binding["role"] = json!(format!("{role}_withcond_hidden"));
                }
            }
        }
        json!({"version": shown, "etag": self.etag(), "bindings": bindings})
    }

    /// Like [`Policy::write`], for resources whose policy accepts no conditions. Unverified: the text.
    pub fn write_plain(&mut self, sent: &Value, roles: &BTreeMap<String, Role>) -> Result<Value, ApiError> {
        let bindings = sent["bindings"].as_array().into_iter().flatten();
        if bindings.into_iter().any(|binding| !binding["condition"].is_null()) {
            return Err(ApiError::invalid("Conditions can't be set on this resource's policy."));
        }
        self.write(sent, roles)
    }

    /// Replaces the bindings when the etag is current. `SetIamPolicyRequest.policy` is required and may be an empty message.
    /// Unverified: the text of that error.
    pub fn write(&mut self, sent: &Value, roles: &BTreeMap<String, Role>) -> Result<Value, ApiError> {
        if sent.is_null() {
            return Err(ApiError::invalid("The policy is required."));
        }
        let parsed: Policy = serde_json::from_value(json!({"bindings": sent.get("bindings").unwrap_or(&json!([]))}))
            .map_err(|error| ApiError::invalid(format!("Invalid policy: {error}")))?;
        if let Some(binding) = parsed.bindings.iter().find(|binding| !roles.contains_key(&binding.role)) {
            let role = &binding.role;
            return Err(ApiError::invalid(format!("Role ({role}) does not exist in the resource's hierarchy.")));
        }
        if let Some(etag) = sent["etag"].as_str()
            && etag != self.etag()
        {
            return Err(ApiError::new(
                "ABORTED",
                "There were concurrent policy changes. Please retry the whole read-modify-write with exponential backoff.",
            ));
        }
        let version = sent["version"].as_i64().unwrap_or(0);
        if version < 3 && (parsed.has_conditions() || self.has_conditions()) {
            return Err(ApiError::invalid("Policies with conditions must be written with version 3."));
        }
        self.bindings = parsed.bindings;
        self.generation += 1;
        Ok(self.read(3))
    }

    /// Adds bindings as another writer would; the etag changes.
    pub fn add(&mut self, bindings: &[Binding]) {
        self.bindings.extend_from_slice(bindings);
        self.generation += 1;
    }

    /// Removes the members of these bindings from those with the same role and condition; returns whether all existed.
    pub fn remove(&mut self, bindings: &[Binding]) -> bool {
        let mut found_all = true;
        for doomed in bindings {
            let held = self.bindings.iter().position(|held| {
                held.role == doomed.role
                    && held.condition == doomed.condition
                    && doomed.members.iter().all(|member| held.members.contains(member))
            });
            let Some(index) = held else {
                found_all = false;
                continue;
            };
            let held = &mut self.bindings[index];
            held.members.retain(|member| !doomed.members.contains(member));
            if held.members.is_empty() {
                self.bindings.remove(index);
            }
        }
        self.generation += 1;
        found_all
    }

    /// Whether it grants a permission; a condition that fails to evaluate grants nothing.
    pub fn grants(&self, who: &Principal, permission: &str, roles: &BTreeMap<String, Role>) -> bool {
        self.bindings.iter().any(|binding| {
            roles.get(&binding.role).is_some_and(|role| role.includes(permission))
                && binding.members.iter().any(|member| who.is(member))
                && binding.condition.as_ref().is_none_or(|condition| holds(&condition.expression))
        })
    }

    /// Whether a binding with a condition, or one without, has a permission for a caller; no condition is evaluated.
    pub fn binds(
        &self,
        who: &Principal,
        permission: &str,
        roles: &BTreeMap<String, Role>,
        has_condition: bool,
    ) -> bool {
        self.bindings.iter().any(|binding| {
            binding.condition.is_some() == has_condition
                && roles.get(&binding.role).is_some_and(|role| role.includes(permission))
                && binding.members.iter().any(|member| who.is(member))
        })
    }
}

/// Evaluates a condition now. Vertex AI provides no `resource.*` attributes, so an expression that uses one is false.
fn holds(expression: &str) -> bool {
    let evaluate = || -> Option<bool> {
        let program = Program::compile(expression).ok()?;
        let mut context = Context::default();
        let now: chrono::DateTime<chrono::FixedOffset> = chrono::Utc::now().into();
        let request = std::collections::HashMap::from([("time".to_owned(), Cel::Timestamp(now))]);
        context.add_variable_from_value("request", request);
        match program.execute(&context).ok()? {
            Cel::Bool(holds) => Some(holds),
            _ => None,
        }
    };
    evaluate().unwrap_or(false)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn roles() -> BTreeMap<String, Role> {
        BTreeMap::from([("r".to_owned(), Role::holding(vec!["p".to_owned()]))])
    }

    fn policy(expression: &str) -> Policy {
        let condition = Condition { expression: expression.into(), ..Condition::default() };
        let binding = Binding { role: "r".into(), members: vec!["user:a".into()], condition: Some(condition) };
        Policy { bindings: vec![binding], generation: 0 }
    }

    #[test]
    fn evaluates_conditions_on_time_but_not_on_resources() {
        let roles = roles();
        let who = Principal::Member { member: "user:a".into() };
        for (expression, grants) in [
            ("request.time < timestamp('2999-01-01T00:00:00Z')", true),
            ("request.time < timestamp('2001-01-01T00:00:00Z')", false),
            ("resource.name.startsWith('projects/')", false),
            ("not cel (", false),
        ] {
            assert_eq!(policy(expression).grants(&who, "p", &roles), grants, "{expression}");
        }
    }

    #[test]
    fn rejects_a_stale_etag_and_an_old_version() {
        let mut policy = policy("true");
        let read = policy.read(3);
        assert_eq!(read["version"], 3);
        assert!(policy.read(1)["bindings"][0].get("condition").is_none());
        let mut old = read.clone();
        old["version"] = json!(1);
        assert_eq!(policy.write(&old, &roles()).unwrap_err().http, 400);
        policy.write(&read, &roles()).unwrap();
        assert_eq!(policy.write(&read, &roles()).unwrap_err().http, 409);
    }
}
