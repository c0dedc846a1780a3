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
            let same = bindings.iter_mut().find(|binding| {
                binding["role"] == entry.role.as_str() && condition_of(binding) == entry.condition.as_ref()
            });
            match same.map(|binding| &mut binding["members"]) {
                Some(Value::Array(members)) if members.iter().any(|member| *member == entry.member.as_str()) => {}
                Some(Value::Array(members)) => {
                    members.push(entry.member.as_str().into());
                    changed = true;
                }
                _ => {
                    bindings.push(binding(&entry.role, &entry.member, entry.condition()));
                    changed = true;
                }
            }
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
mod tests {
    use super::*;
    use proptest::prelude::*;
    use serde_json::json;

    fn until(text: &str) -> Condition {
        Condition { title: format!("t {text}"), expression: text.into() }
    }

    fn sample() -> Value {
        json!({"version": 3, "etag": "BwY", "auditConfigs": [{"service": "allServices"}], "bindings": [
            {"role": "roles/owner", "members": ["user:a@x.y", "deleted:user:b@x.y?uid=1"]},
            {"role": "roles/viewer", "members": ["group:g@x.y"], "condition": {"title": "t", "expression": "true", "description": "d"}},
        ]})
    }

    fn adding(role: &str, member: &str) -> Change {
        Change { add: vec![Entry::new(role, member, None)], ..Change::default() }
    }

    #[test]
    fn what_is_not_touched_stays_as_it_was() {
        let policy = Policy::read(&sample()).unwrap();
        let after = policy.change(&adding("roles/owner", "user:c@x.y")).unwrap().unwrap();
        let mut expected = sample();
        expected["bindings"][0]["members"].as_array_mut().unwrap().push(json!("user:c@x.y"));
        assert_eq!(after, expected);
        assert_eq!(policy.change(&adding("roles/owner", "user:a@x.y")).unwrap(), None);
    }

    #[test]
    fn conditions_tell_bindings_apart() {
        let policy = Policy::read(&sample()).unwrap();
        let entry = Entry::new("roles/viewer", "group:g@x.y", Some(&until("request.time < x")));
        let after = policy.change(&Change { add: vec![entry.clone()], ..Change::default() }).unwrap().unwrap();
        assert_eq!(after["bindings"].as_array().unwrap().len(), 3);
        let again = Policy::read(&after).unwrap();
        let taken = again.change(&Change { remove: vec![entry], ..Change::default() }).unwrap().unwrap();
        assert_eq!(taken, sample());
    }

    #[test]
    fn a_policy_read_wrongly_is_not_written() {
        let code = |change: &dyn Fn(&mut Value)| {
            let mut policy = sample();
            change(&mut policy);
            Policy::read(&policy).unwrap_err().code
        };
        assert_eq!(code(&|p| p["version"] = json!(1)), Code::IamPolicyVersion);
        assert_eq!(code(&|p| p["etag"] = json!("")), Code::IamPolicyEtag);
        assert_eq!(code(&|p| p["bindings"] = json!("none")), Code::IamPolicyUnreadable);
        assert_eq!(code(&|p| p["bindings"][0]["members"] = json!([1])), Code::IamPolicyUnreadable);
        let hidden = json!({"version": 1, "etag": "B", "bindings": [{"role": "roles/viewer_withcond_1", "members": ["user:a@x.y"]}]});
        assert_eq!(Policy::read(&hidden).unwrap_err().code, Code::IamPolicyVersion);
        assert_eq!(Policy::read(&json!([])).unwrap_err().code, Code::IamPolicyUnreadable);
        assert!(Policy::read(&json!({"etag": "ACAB"})).is_ok());
    }

    #[test]
    fn smaller_older_or_unguarded_is_refused() {
        let policy = Policy::read(&sample()).unwrap();
        let code = |change: &dyn Fn(&mut Value)| {
            let mut after = sample();
            change(&mut after);
            policy.check_write(&after, &Change::default()).unwrap_err().code
        };
        assert_eq!(code(&|p| p["bindings"][0]["members"] = json!(["user:a@x.y"])), Code::IamPolicyShrinks);
        assert_eq!(code(&|p| p["bindings"] = json!([])), Code::IamPolicyShrinks);
        assert_eq!(
            code(&|p| {
                p.as_object_mut().unwrap().remove("auditConfigs");
            }),
            Code::IamPolicyShrinks
        );
        assert_eq!(
            code(&|p| {
                p["bindings"][1].as_object_mut().unwrap().remove("condition");
            }),
            Code::IamPolicyShrinks
        );
        assert_eq!(code(&|p| p["version"] = json!(1)), Code::IamPolicyVersion);
        assert_eq!(code(&|p| p["etag"] = json!("other")), Code::IamPolicyEtag);
    }

    #[test]
    fn googles_limits_hold() {
        let full = |count: usize, kind: &str| {
            let members: Vec<_> = (0..count).map(|n| format!("{kind}:m{n}@x.y")).collect();
            Policy::read(&json!({"etag": "B", "bindings": [{"role": "roles/viewer", "members": members}]})).unwrap()
        };
        let code = |policy: &Policy, change: &Change| policy.change(change).map_err(|finding| finding.code);
        let one = adding("roles/viewer", "group:new@x.y");
        assert!(code(&full(1499, "user"), &one).is_ok());
        assert_eq!(code(&full(1500, "user"), &one), Err(Code::IamPolicyLimit));
        assert!(code(&full(249, "group"), &one).is_ok());
        assert_eq!(code(&full(250, "group"), &one), Err(Code::IamPolicyLimit));
        // Groups count once, domains each time.
        let twice = |kind: &str| {
            let members: Vec<_> = (0..130).map(|n| format!("{kind}:m{n}.x.y")).collect();
            let bindings = ["roles/a", "roles/b"].map(|role| json!({"role": role, "members": members}));
            Policy::read(&json!({"etag": "B", "bindings": bindings})).unwrap()
        };
        assert!(code(&twice("group"), &one).is_ok());
        assert_eq!(code(&twice("domain"), &one), Err(Code::IamPolicyLimit));
        let exempting = |count: usize| {
            let members: Vec<_> = (0..count).map(|n| format!("user:m{n}@x.y")).collect();
            let logs = json!([{"logType": "DATA_READ", "exemptedMembers": members}]);
            let audited = json!([{"service": "allServices", "auditLogConfigs": logs}]);
            Policy::read(&json!({"etag": "B", "bindings": [], "auditConfigs": audited})).unwrap()
        };
        assert!(code(&exempting(1499), &one).is_ok());
        assert_eq!(code(&exempting(1500), &one), Err(Code::IamPolicyLimit));
        let variants = |count: usize| Change {
            add: (0..count).map(|n| Entry::new("roles/viewer", "user:v@x.y", Some(&until(&n.to_string())))).collect(),
            ..Change::default()
        };
        assert!(code(&full(1, "user"), &variants(20)).is_ok());
        assert_eq!(code(&full(1, "user"), &variants(21)), Err(Code::IamPolicyLimit));
    }

    fn any_policy() -> impl Strategy<Value = Value> {
        let member = prop::sample::select(vec!["user:a@x.y", "user:b@x.y", "group:g@x.y", "deleted:user:c@x.y?uid=1"]);
        let role = prop::sample::select(vec!["roles/owner", "roles/viewer", "projects/p/roles/x"]);
        let condition =
            prop::option::of(prop::sample::select(vec!["true", "request.time < timestamp(\"2027-01-01T00:00:00Z\")"]));
        let binding = (role, prop::collection::vec(member, 1..4), condition).prop_map(|(role, members, condition)| {
            let mut binding = json!({"role": role, "members": members});
            if let Some(condition) = condition {
                binding["condition"] = json!({"title": "t", "expression": condition, "location": "l"});
            }
            binding
        });
        prop::collection::vec(binding, 0..6)
            .prop_map(|b| json!({"version": 3, "etag": "B", "bindings": b, "other": {"x": 1}}))
    }

    proptest! {
        #[test]
        fn adding_keeps_everything_and_taking_back_restores_it(before in any_policy(), member in "user:[a-d]@x.y", conditioned in any::<bool>()) {
            let policy = Policy::read(&before).unwrap();
            let condition = until("request.time < timestamp(\"2027-01-01T00:00:00Z\")");
            let entry = Entry::new("roles/viewer", member, conditioned.then_some(&condition));
            let add = Change { add: vec![entry.clone()], ..Change::default() };
            let Some(after) = policy.change(&add).unwrap() else {
                prop_assert!(policy.entries().contains(&entry));
                return Ok(());
            };
            let written = Policy::read(&after).unwrap();
            for kept in policy.entries() {
                prop_assert!(written.entries().contains(&kept));
            }
            prop_assert!(written.entries().contains(&entry));
            prop_assert_eq!(&after["other"], &before["other"]);
            prop_assert_eq!(written.change(&add).unwrap(), None);
            let taken = written.change(&Change { remove: vec![entry], ..Change::default() }).unwrap().unwrap();
            let mut entries = Policy::read(&taken).unwrap().entries();
            let mut expected = policy.entries();
            entries.sort_by_key(|entry| format!("{entry:?}"));
            expected.sort_by_key(|entry| format!("{entry:?}"));
            prop_assert_eq!(entries, expected);
        }
    }
}
