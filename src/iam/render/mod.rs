//! A request in the forms that people and tools take it: each rendering says the same.

mod bindings;
mod drop;
mod gcloud;
mod hcl;
mod markdown;
mod pam;
mod role;
mod take_back;
mod terraform;
#[cfg(test)]
mod tests;

pub use bindings::entry;
pub use role::json as role_request;

use super::danger::Danger;
use super::difference::Difference;
use super::grant::{Grant, Party, Role};
use super::policy::Policy;
use super::request::{Delivery, Request};
use crate::diagnostic::Diagnostic;
use crate::ordered::Ordered;
use serde_json::Value;

/// Every rendering by its file name. `policies` are those that were read, by resource: with them, `bindings.json` holds what to write.
pub fn all(
    request: &Request,
    dangers: &[Danger],
    policies: &Ordered<String, Policy>,
) -> Result<Ordered<String, String>, Diagnostic> {
    let mut files = Ordered::default();
    for grant in custom_roles(request) {
        let Role::Custom { id, .. } = &grant.role else { continue };
        files.insert(format!("roles/{id}.yaml"), role::yaml(grant));
        files.insert(format!("roles/{id}.json"), json(&role::json(grant)));
    }
    files.insert("bindings.json".into(), json(&bindings::json(request, policies)?));
    files.insert("main.tf".into(), terraform::render(request));
    if let Some(text) = terraform::roles(request) {
        files.insert("roles.tf".into(), text);
    }
    files.insert("gcloud.sh".into(), gcloud::render(request));
    if let Some(script) = take_back::script(request) {
        files.insert("take-back.sh".into(), script);
    }
    files.insert("request.md".into(), markdown::render(request, dangers));
    if request.delivery == Delivery::Pam {
        for (name, value) in pam::files(request) {
            files.insert(name, json(&value));
        }
    }
    Ok(files)
}

/// Of what is missing, and of what can go; none where there is neither. What cannot be rendered is found instead.
pub fn differing(
    remaining: &Request,
    difference: &Difference,
    dangers: &[Danger],
    policies: &Ordered<String, Policy>,
    findings: &mut Vec<Diagnostic>,
) -> Ordered<String, String> {
    let mut files = Ordered::default();
    if !remaining.grants.is_empty() {
        match all(remaining, dangers, policies) {
            Ok(all) => files = all,
            Err(finding) => findings.push(finding),
        }
    }
    drop(difference, &mut files);
    files
}

/// Adds to the renderings what can go: `drop.sh`, and the offer in `request.md`. Nothing is dropped by itself.
fn drop(difference: &Difference, files: &mut Ordered<String, String>) {
    let removable = drop::removable(difference);
    if removable.is_empty() {
        return;
    }
    if let Some(script) = drop::script(&removable) {
        files.insert("drop.sh".into(), script);
    }
    files.get_or_insert_with("request.md".into(), String::new).push_str(&drop::offer(&removable));
}

/// The grants that a policy gives.
fn by_policy(request: &Request) -> impl Iterator<Item = &Grant> {
    request.grants.iter().filter(|grant| !grant.is_managed())
}

/// Whether a policy gives it to the principal, and no condition ends it. What Vertex AI itself gets lasts: serving needs it.
fn has_no_end(grant: &Grant) -> bool {
    grant.to == Party::Caller && grant.condition.is_none() && !grant.is_managed()
}

/// One grant for each custom role that has to exist.
fn custom_roles(request: &Request) -> Vec<&Grant> {
    let mut seen: Vec<&Role> = Vec::new();
    let mut grants = Vec::new();
    for grant in &request.grants {
        if matches!(grant.role, Role::Custom { .. }) && !seen.contains(&&grant.role) {
            seen.push(&grant.role);
            grants.push(grant);
        }
    }
    grants
}

/// Somebody's words as Markdown's code, which they cannot end.
fn code(text: &str) -> String {
    format!("`{}`", text.replace(['`', '\n', '\r'], " "))
}

/// Somebody's words as Markdown's text: shown as they are, on one line.
fn prose(text: &str) -> String {
    let mut out = String::new();
    for sign in text.chars() {
        if r"\`*_[]<>&|~#".contains(sign) {
            out.push('\\');
        }
        out.push(if sign.is_control() { ' ' } else { sign });
    }
    out
}

fn json(value: &Value) -> String {
    let mut text = serde_json::to_string_pretty(value).unwrap_or_default();
    text.push('\n');
    text
}
