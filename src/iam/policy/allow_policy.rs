//! Allow policies as data: read whole, changed in one place, written back with everything else unchanged.
//!
//! Shapes: `cloudresourcemanager.v3.Policy`. Limits: <https://cloud.google.com/iam/quotas> (read 2026-11-27). Below version 3 Google
//! hides conditions, and a policy written back without them has lost them.

use crate::conversation::Millis;
use crate::diagnostic::{Code, Diagnostic};
use crate::iam::rights::expiry::expiry_of;
use crate::iam::rights::grant::{Condition, Grant, TITLE};
use crate::ordered::Ordered;
use crate::vertex::message::object;
use serde::Serialize;
use serde_json::{Map, Value};

const MAX_PRINCIPALS: usize = 1500;
const MAX_GROUPS: usize = 250;
/// Maximum number of bindings of one role for one principal that differ in their conditions.
const MAX_CONDITIONS: usize = 20;

/// One role for one principal under at most one condition.
///
/// Google's own bindings list several principals; here each has a binding of its own.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Binding {
    pub role: String,
    pub member: String,
    /// As the policy has it, with the fields that this product does not know.
    #[serde(skip)]
    condition: Option<Value>,
}

impl Binding {
    pub fn new(role: impl Into<String>, member: impl Into<String>, condition: Option<&Condition>) -> Self {
        let condition = condition
            .map(|c| object().with("title", c.title.as_str()).with("expression", c.expression.as_str()).into());
        Self { role: role.into(), member: member.into(), condition }
    }

    /// The binding that gives a grant.
    pub fn of(grant: &Grant) -> Self {
        Self::new(grant.role.to_string(), grant.member.as_str(), grant.condition.as_ref())
    }

    /// The condition as the policy has it.
    pub fn condition(&self) -> Option<&Value> {
        self.condition.as_ref()
    }

    pub fn title(&self) -> Option<&str> {
        self.condition.as_ref()?["title"].as_str()
    }

    pub fn expression(&self) -> Option<&str> {
        Some(self.condition.as_ref()?["expression"].as_str().unwrap_or_default())
    }

    /// Expiry of the binding: `Millis::MAX` without a condition, `None` if the condition is more than a date.
    pub fn end(&self) -> Option<Millis> {
        self.expression().map_or(Some(Millis::MAX), expiry_of)
    }

    /// Whether this product wrote it, by the title of its condition.
    pub fn is_ours(&self) -> bool {
        self.title().is_some_and(|title| title.starts_with(TITLE))
    }

    /// The shape that policies have, with one member.
    pub fn to_json(&self) -> Value {
        let mut binding = object().with("role", self.role.as_str()).with("members", vec![self.member.as_str()]);
        if let Some(condition) = &self.condition {
            binding = binding.with("condition", condition.clone());
        }
        binding.into()
    }

    /// A binding whose condition is given as a policy has it.
    pub fn with_condition(role: &str, member: &str, condition: Option<&Value>) -> Self {
        Self { role: role.to_owned(), member: member.to_owned(), condition: condition.cloned() }
    }
}

/// Bindings to add to a policy and to remove from it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct PolicyChange {
    pub add: Vec<Binding>,
    pub remove: Vec<Binding>,
}

/// A policy as it was read.
#[derive(Clone, Debug, PartialEq)]
pub struct AllowPolicy {
    whole: Map<String, Value>,
    etag: String,
    version: i64,
}

impl AllowPolicy {
    /// Reads the answer of `getIamPolicy` to a request for version 3.
    pub fn read(value: &Value) -> Result<Self, Diagnostic> {
        let whole = value.as_object().ok_or_else(|| unreadable("is not an object"))?.clone();
        let again = "read the policy with `options.requestedPolicyVersion` 3, and write it back with the same `etag`";
        let etag = whole
            .get("etag")
            .and_then(Value::as_str)
            .filter(|etag| !etag.is_empty())
            .ok_or_else(|| Diagnostic::new(Code::IamPolicyEtag, "the policy has no `etag`").help(again))?;
        let version = whole
            .get("version")
            .map_or(Some(0), Value::as_i64)
            .ok_or_else(|| unreadable("has a `version` that is not a number"))?;
        let policy = Self { etag: etag.to_owned(), version, whole: whole.clone() };
        let bindings = policy.try_bindings()?;
        let hidden = bindings.iter().find(|one| one.role.contains("_withcond_"));
        if let Some(one) = hidden.or_else(|| bindings.iter().find(|one| one.condition.is_some() && version < 3)) {
            let finding = Diagnostic::new(
                Code::IamPolicyVersion,
                format!("the policy grants `{}` under a condition, but was read as version {version}", one.role),
            );
            return Err(finding.help(again));
        }
        Ok(policy)
    }

    /// Every member of every role. `read` has checked that no binding is unreadable.
    pub fn bindings(&self) -> Vec<Binding> {
        self.try_bindings().unwrap_or_default()
    }

    fn try_bindings(&self) -> Result<Vec<Binding>, Diagnostic> {
        let raw = match self.whole.get("bindings") {
            None | Some(Value::Null) => return Ok(Vec::new()),
            Some(Value::Array(raw)) => raw,
            Some(_) => return Err(unreadable("has `bindings` that are not a list")),
        };
        let mut bindings = Vec::new();
        for one in raw {
            let role = one["role"].as_str().ok_or_else(|| unreadable("has a binding without a role"))?;
            for member in one["members"].as_array().into_iter().flatten() {
                let member = member.as_str().ok_or_else(|| unreadable("has a member that is not a string"))?;
                bindings.push(Binding::with_condition(role, member, condition_of(one)));
            }
        }
        Ok(bindings)
    }

    /// Returns the policy to write, or `None` if `change` changes nothing.
    pub fn change(&self, change: &PolicyChange) -> Result<Option<Value>, Diagnostic> {
        let mut bindings: Vec<Value> =
            self.whole.get("bindings").and_then(Value::as_array).cloned().unwrap_or_default();
        let is_of = |raw: &Value, one: &Binding| {
            raw["role"] == one.role.as_str() && condition_of(raw) == one.condition.as_ref()
        };
        let mut changed = false;
        for removed in &change.remove {
            for raw in bindings.iter_mut().filter(|raw| is_of(raw, removed)) {
                if let Some(members) = raw["members"].as_array_mut() {
                    let before = members.len();
                    members.retain(|member| *member != removed.member.as_str());
                    changed |= members.len() != before;
                }
            }
        }
        bindings.retain(|raw| raw["members"].as_array().is_none_or(|members| !members.is_empty()) || !changed);
        for added in &change.add {
            // A policy may have several bindings of one role and condition: a member of any of them has the role.
            let mut same: Vec<&mut Vec<Value>> = bindings
                .iter_mut()
                .filter(|raw| is_of(raw, added))
                .filter_map(|raw| raw["members"].as_array_mut())
                .collect();
            if same.iter().any(|members| members.iter().any(|member| *member == added.member.as_str())) {
                continue;
            }
            match same.first_mut() {
                Some(members) => members.push(added.member.as_str().into()),
                None => bindings.push(added.to_json()),
            }
            changed = true;
        }
        if !changed {
            return Ok(None);
        }
        let mut whole = self.whole.clone();
        whole.insert("bindings".into(), Value::Array(bindings));
        whole.insert("version".into(), 3.into());
        let after = Value::Object(whole);
        self.check_write(&after, change)?;
        Ok(Some(after))
    }

    /// Rejects a policy that loses more than asked for, is of an older version, or exceeds Google's limits.
    fn check_write(&self, after: &Value, change: &PolicyChange) -> Result<(), Diagnostic> {
        let shrinks = |message: String| {
            Diagnostic::new(Code::IamPolicyShrinks, message).help("read the policy again, and add to its bindings")
        };
        if after["etag"] != self.etag.as_str() {
            let message = "the policy would be written with another `etag` than it was read with";
            return Err(Diagnostic::new(Code::IamPolicyEtag, message)
                .help("read the policy again, and write it back with the same `etag`"));
        }
        if after["version"].as_i64().is_none_or(|version| version < self.version.max(3)) {
            let message = format!("the policy would be written as an older version than {}", self.version.max(3));
            return Err(Diagnostic::new(Code::IamPolicyVersion, message).help("write `version: 3`"));
        }
        let bindings = Self { whole: after.as_object().cloned().unwrap_or_default(), ..self.clone() }.try_bindings()?;
        let before = self.bindings();
        if let Some(lost) = before.iter().find(|one| !bindings.contains(one) && !change.remove.contains(one)) {
            return Err(shrinks(format!("`{}` would lose `{}`", lost.member, lost.role)));
        }
        let is_lost =
            |key: &str, value: &Value| !matches!(key, "bindings" | "version") && after.get(key) != Some(value);
        if let Some((key, _)) = self.whole.iter().find(|(key, value)| is_lost(key, value)) {
            return Err(shrinks(format!("the policy would lose its `{key}`")));
        }
        check_limits(&bindings, self.exempted())
    }

    /// Number of members exempted from data access logs, which Google counts as principals, too.
    fn exempted(&self) -> usize {
        let configs = self.whole.get("auditConfigs").and_then(Value::as_array).into_iter().flatten();
        let logs = configs.flat_map(|config| config["auditLogConfigs"].as_array().into_iter().flatten());
        logs.map(|log| log["exemptedMembers"].as_array().map_or(0, Vec::len)).sum()
    }
}

fn condition_of(binding: &Value) -> Option<&Value> {
    binding.get("condition").filter(|condition| !condition.is_null())
}

fn unreadable(why: &str) -> Diagnostic {
    Diagnostic::new(Code::IamPolicyUnreadable, format!("the policy {why}"))
        .help("read the policy again with `getIamPolicy`, and pass it on unchanged")
}

/// Checks the limits of one policy. Google counts a group once, and a domain each time that it is named.
fn check_limits(bindings: &[Binding], exempted: usize) -> Result<(), Diagnostic> {
    let limit = |message: String, help: &'static str| Err(Diagnostic::new(Code::IamPolicyLimit, message).help(help));
    let named = bindings.len() + exempted;
    if named > MAX_PRINCIPALS {
        let message = format!("the policy would name {named} principals; Google allows {MAX_PRINCIPALS}");
        return limit(message, "grant access to a group, or remove bindings that nobody needs any more");
    }
    let members = || bindings.iter().map(|one| one.member.as_str());
    let mut groups: Vec<_> = members().filter(|member| member.starts_with("group:")).collect();
    groups.sort_unstable();
    groups.dedup();
    let count = groups.len() + members().filter(|member| member.starts_with("domain:")).count();
    if count > MAX_GROUPS {
        let message = format!("the policy would name {count} groups and domains; Google allows {MAX_GROUPS}");
        return limit(message, "grant access to a group that the policy names already");
    }
    let mut conditions: Ordered<(&str, &str), usize> = Ordered::default();
    for one in bindings {
        let count = conditions.get_or_insert_with((&one.role, &one.member), usize::default);
        *count += 1;
        if *count > MAX_CONDITIONS {
            let message =
                format!("`{}` would have `{}` under more than {MAX_CONDITIONS} conditions", one.member, one.role);
            return limit(message, "remove the bindings that have expired");
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests;
