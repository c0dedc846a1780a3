//! `bindings.json`: whole policies, ready to write, for the policies that were read; for the others, the bindings to add.

use crate::diagnostic::Diagnostic;
use crate::iam::policy::allow_policy::{AllowPolicy, Binding, PolicyChange};
use crate::iam::rights::access_request::AccessRequest;
use crate::iam::rights::grant::Grant;
use crate::ordered::Ordered;
use crate::vertex::message::object;
use serde_json::Value;

pub fn json(request: &AccessRequest, policies: &Ordered<String, AllowPolicy>) -> Result<Value, Diagnostic> {
    let mut by_resource: Ordered<String, Vec<&Grant>> = Ordered::default();
    for grant in request.by_policy() {
        by_resource.get_or_insert_with(grant.resource.to_string(), Vec::new).push(grant);
    }
    let mut out = Vec::new();
    for (resource, grants) in by_resource.iter() {
        let kind = grants.first().map(|grant| grant.resource.kind());
        let bindings = grants.iter().map(|grant| Binding::of(grant));
        let policy = match policies.get(resource) {
            Some(read) => read.change(&PolicyChange { add: bindings.collect(), ..PolicyChange::default() })?,
            None => {
                let bindings: Vec<_> = bindings.map(|binding| binding.to_json()).collect();
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
