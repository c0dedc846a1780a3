//! Allow policies: whole and ready to be written where they were read, the bindings to add where they were not.

use super::by_policy;
use crate::diagnostic::Diagnostic;
use crate::iam::grant::Grant;
use crate::iam::policy::{Change, Entry, Policy};
use crate::iam::request::Request;
use crate::ordered::Ordered;
use serde_json::{Value, json};

pub fn entry(grant: &Grant) -> Entry {
    Entry::new(grant.role.to_string(), grant.member.as_str(), grant.condition.as_ref())
}

pub fn json(request: &Request, policies: &Ordered<String, Policy>) -> Result<Value, Diagnostic> {
    let mut by_resource: Ordered<String, Vec<&Grant>> = Ordered::default();
    for grant in by_policy(request) {
        by_resource.get_or_insert_with(grant.on.to_string(), Vec::new).push(grant);
    }
    let mut out = Vec::new();
    for (resource, grants) in by_resource.iter() {
        let kind = grants.first().map(|grant| grant.on.kind());
        let policy = match policies.get(resource) {
            Some(read) => {
                let change = Change { add: grants.iter().map(|grant| entry(grant)).collect(), ..Change::default() };
                read.change(&change)?
            }
            None => {
                Some(json!({"version": 3, "bindings": grants.iter().map(|grant| binding(grant)).collect::<Vec<_>>()}))
            }
        };
        out.push(json!({
            "resource": resource,
            "resourceKind": kind,
            "complete": policies.contains_key(resource),
            "policy": policy,
        }));
    }
    Ok(Value::Array(out))
}

fn binding(grant: &Grant) -> Value {
    let mut binding = json!({"role": grant.role.to_string(), "members": [grant.member]});
    if let Some(condition) = &grant.condition {
        binding["condition"] = json!(condition);
    }
    binding
}
