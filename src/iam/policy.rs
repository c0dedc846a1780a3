//! Allow policies as data: read whole, changed in one place, written back with everything else as it was.
//!
//! Shapes and limits: `cloudresourcemanager.v3` `Policy`, and Google's page of IAM quotas. Below version 3 Google hides conditions,
//! and a policy that is written without them has lost them.

use super::expiry::end_of;
use super::grant::{Condition, TITLE};
use crate::conversation::Millis;
use crate::diagnostic::{Code, Diagnostic};
use crate::ordered::Ordered;
use crate::vertex::message::object;
use serde::Serialize;
use serde_json::{Map, Value};

const MOST_PRINCIPALS: usize = 1500;
const MOST_GROUPS: usize = 250;
/// Bindings of one role for one principal that differ in their conditions.
const MOST_VARIANTS: usize = 20;

/// One member of one role, under one condition.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Entry {
    pub role: String,
    pub member: String,
    /// Whole: fields which this product does not know count too.
    #[serde(skip)]
    condition: Option<Value>,
}

impl Entry {
    pub fn new(role: impl Into<String>, member: impl Into<String>, condition: Option<&Condition>) -> Self {
        let condition = condition
            .map(|c| object().with("title", c.title.as_str()).with("expression", c.expression.as_str()).into());
        Self { role: role.into(), member: member.into(), condition }
    }

    /// As the policy has it, whole.
    pub fn condition(&self) -> Option<&Value> {
        self.condition.as_ref()
    }

    pub fn title(&self) -> Option<&str> {
        self.condition.as_ref()?["title"].as_str()
    }

    pub fn expression(&self) -> Option<&str> {
        Some(self.condition.as_ref()?["expression"].as_str().unwrap_or_default())
    }

    /// When it gives no longer: `Millis::MAX` where nothing ends it, `None` where its condition says anything but a time.
    pub fn end(&self) -> Option<Millis> {
        self.expression().map_or(Some(Millis::MAX), end_of)
    }

    /// Whether the title of its condition says that this product wrote it.
    pub fn is_ours(&self) -> bool {
        self.title().is_some_and(|title| title.starts_with(TITLE))
    }
}

/// A binding of one member, as policies have it.
pub fn binding(role: &str, member: &str, condition: Option<&Value>) -> Value {
    let mut binding = object().with("role", role).with("members", vec![member]);
    if let Some(condition) = condition {
        binding = binding.with("condition", condition.clone());
    }
    binding.into()
}

/// What is to become of a policy.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Change {
    pub add: Vec<Entry>,
    pub remove: Vec<Entry>,
}

/// A policy as it was read.
#[derive(Clone, Debug, PartialEq)]
pub struct Policy {
    whole: Map<String, Value>,
    etag: String,
    version: i64,
}

fn unreadable(why: &str) -> Diagnostic {
    Diagnostic::new(Code::IamPolicyUnreadable, format!("the policy {why}"))
        .help("read it again with `getIamPolicy`, and hand it on as it comes")
}

impl Policy {
    /// Takes what `getIamPolicy` answered when asked for version 3.
    pub fn read(value: &Value) -> Result<Self, Diagnostic> {
        let whole = value.as_object().ok_or_else(|| unreadable("is not an object"))?.clone();
        let again =
            "read it with `options.requestedPolicyVersion` 3, and write it back with the `etag` that came with it";
        let etag = whole
            .get("etag")
            .and_then(Value::as_str)
            .filter(|etag| !etag.is_empty())
            .ok_or_else(|| Diagnostic::new(Code::IamPolicyEtag, "the policy has no `etag`").help(again))?;
        let version = whole
            .get("version")
            .map_or(Some(0), Value::as_i64)
            .ok_or_else(|| unreadable("has a `version` that is no number"))?;
        let policy = Self { etag: etag.to_owned(), version, whole: whole.clone() };
        let entries = policy.try_entries()?;
        let hidden = entries.iter().find(|entry| entry.role.contains("_withcond_"));
        if let Some(entry) = hidden.or_else(|| entries.iter().find(|entry| entry.condition.is_some() && version < 3)) {
            let finding = Diagnostic::new(
                Code::IamPolicyVersion,
                format!("the policy gives `{}` under a condition, and was read as version {version}", entry.role),
            );
            return Err(finding.help(again));
        }
        Ok(policy)
    }

    /// Every member of every role. Reading made sure that there is nothing else in it.
    pub fn entries(&self) -> Vec<Entry> {
        self.try_entries().unwrap_or_default()
    }

    fn try_entries(&self) -> Result<Vec<Entry>, Diagnostic> {
        let bindings = match self.whole.get("bindings") {
            None | Some(Value::Null) => return Ok(Vec::new()),
            Some(Value::Array(bindings)) => bindings,
            Some(_) => return Err(unreadable("has `bindings` that are no list")),
        };
        let mut entries = Vec::new();
        for binding in bindings {
            let role = binding["role"].as_str().ok_or_else(|| unreadable("has a binding without a role"))?;
            let condition = condition_of(binding);
            for member in binding["members"].as_array().into_iter().flatten() {
                let member = member.as_str().ok_or_else(|| unreadable("has a member that is no text"))?;
                entries.push(Entry { role: role.to_owned(), member: member.to_owned(), condition: condition.cloned() });
            }
        }
        Ok(entries)
    }

    /// The policy to write, or `None` where it is as it should be already.
    pub fn change(&self, change: &Change) -> Result<Option<Value>, Diagnostic> {
        let mut bindings: Vec<Value> =
            self.whole.get("bindings").and_then(Value::as_array).cloned().unwrap_or_default();
        let mut changed = false;
        for entry in &change.remove {
            for binding in &mut bindings {
                let is_meant =
                    binding["role"] == entry.role.as_str() && condition_of(binding) == entry.condition.as_ref();
                if let Some(members) = binding["members"].as_array_mut().filter(|_| is_meant) {
                    let before = members.len();
                    members.retain(|member| *member != entry.member.as_str());
                    changed |= members.len() != before;
                }
            }
        }
        bindings.retain(|binding| binding["members"].as_array().is_none_or(|members| !members.is_empty()) || !changed);
        for entry in &change.add {
            // A role may have several bindings under one condition: whoever is in any of them has it.
            let mut same: Vec<&mut Vec<Value>> = bindings
                .iter_mut()
                .filter(|one| one["role"] == entry.role.as_str() && condition_of(one) == entry.condition.as_ref())
                .filter_map(|one| one["members"].as_array_mut())
                .collect();
            if same.iter().any(|members| members.iter().any(|member| *member == entry.member.as_str())) {
                continue;
            }
            match same.first_mut() {
                Some(members) => members.push(entry.member.as_str().into()),
                None => bindings.push(binding(&entry.role, &entry.member, entry.condition())),
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

    /// Refuses what would make the policy smaller than asked for, older, or larger than Google takes.
    fn check_write(&self, after: &Value, change: &Change) -> Result<(), Diagnostic> {
        let shrinks = |what: String| {
            Diagnostic::new(Code::IamPolicyShrinks, what).help("read the policy again, and add to what is there")
        };
        if after["etag"] != self.etag.as_str() {
            return Err(Diagnostic::new(
                Code::IamPolicyEtag,
                "the policy is not written with the `etag` that it was read with",
            )
            .help("read the policy again, and write it back with that `etag`"));
        }
        if after["version"].as_i64().is_none_or(|version| version < self.version.max(3)) {
            return Err(Diagnostic::new(
                Code::IamPolicyVersion,
                "the policy is written as an older version than it was read",
            )
            .help("write `version: 3`"));
        }
        let entries = Self { whole: after.as_object().cloned().unwrap_or_default(), ..self.clone() }.try_entries()?;
        if let Some(lost) =
            self.entries().iter().find(|entry| !entries.contains(entry) && !change.remove.contains(entry))
        {
            return Err(shrinks(format!("`{}` would lose `{}`", lost.member, lost.role)));
        }
        if let Some(key) = self.whole.iter().find(|(key, value)| {
            !matches!(key.as_str(), "bindings" | "version") && after.get(key.as_str()) != Some(*value)
        }) {
            return Err(shrinks(format!("the policy would lose its `{}`", key.0)));
        }
        check_limits(&entries, self.exempted())
    }

    /// How often principals are exempted from the audit of data access: Google counts them, too.
    fn exempted(&self) -> usize {
        let configs = self.whole.get("auditConfigs").and_then(Value::as_array).into_iter().flatten();
        let logs = configs.flat_map(|config| config["auditLogConfigs"].as_array().into_iter().flatten());
        logs.map(|log| log["exemptedMembers"].as_array().map_or(0, Vec::len)).sum()
    }
}

fn condition_of(binding: &Value) -> Option<&Value> {
    binding.get("condition").filter(|condition| !condition.is_null())
}

/// Source: Google's page of IAM's quotas. Groups count once, domains as often as they stand there.
fn check_limits(entries: &[Entry], exempted: usize) -> Result<(), Diagnostic> {
    let limit = |what: String, help: &'static str| Err(Diagnostic::new(Code::IamPolicyLimit, what).help(help));
    let named = entries.len() + exempted;
    if named > MOST_PRINCIPALS {
        let what = format!("the policy would name principals {named} times: Google takes {MOST_PRINCIPALS}");
        return limit(what, "give the rights to a group, or remove what is no longer needed");
    }
    let members = || entries.iter().map(|entry| entry.member.as_str());
    let mut groups: Vec<_> = members().filter(|member| member.starts_with("group:")).collect();
    groups.sort_unstable();
    groups.dedup();
    let count = groups.len() + members().filter(|member| member.starts_with("domain:")).count();
    if count > MOST_GROUPS {
        let what = format!("the policy would name {count} groups and domains: Google takes {MOST_GROUPS}");
        return limit(what, "give the rights to a group that is there already");
    }
    let mut variants: Ordered<(&str, &str), usize> = Ordered::default();
    for entry in entries {
        let count = variants.get_or_insert_with((&entry.role, &entry.member), usize::default);
        *count += 1;
        if *count > MOST_VARIANTS {
            let what =
                format!("`{}` would hold `{}` under more than {MOST_VARIANTS} conditions", entry.member, entry.role);
            return limit(what, "remove the bindings that have expired");
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests;
