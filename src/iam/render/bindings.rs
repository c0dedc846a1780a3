//! Allow policies: whole and ready to be written where they were read, the bindings to add where they were not.

use super::by_policy;
use crate::diagnostic::Diagnostic;
use crate::iam::grant::Grant;
use crate::iam::policy::{Change, Entry, Policy, binding};
use crate::iam::request::Request;
use crate::ordered::Ordered;
use crate::vertex::message::object;
use serde_json::Value;

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
                let bindings: Vec<_> = grants.iter().map(|grant| binding_of(grant)).collect();
                Some(object().with("version", 3).with("bindings", bindings).into())
            }
        };
        let file = object()
            .with("resource", resource.as_str())
            .with("resourceKind", kind)
            .with("complete", policies.contains_key(resource))
            .with("policy", policy);
        out.push(file.into());
    }
    Ok(Value::Array(out))
}

fn binding_of(grant: &Grant) -> Value {
    let entry = entry(grant);
    binding(&entry.role, &entry.member, entry.condition())
}
