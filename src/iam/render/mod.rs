//! A request in the forms that people and tools take it: each rendering says the same.

mod bindings;
pub mod custom_role;
pub mod entitlement;
mod escape;
mod excess;
mod gcloud;
mod hcl;
mod markdown;
mod pam;
mod revoke;
mod terraform;
#[cfg(test)]
mod tests;

use crate::diagnostic::Diagnostic;
use crate::iam::policy::allow_policy::AllowPolicy;
use crate::iam::policy::difference::Difference;
use crate::iam::rights::access_request::AccessRequest;
use crate::iam::rights::grant::Role;
use crate::iam::rights::options::Delivery;
use crate::iam::rights::risk::Risk;
use crate::ordered::Ordered;
use serde_json::Value;

/// Every rendering by its file name. `policies` are those that were read, by resource: with them, `bindings.json` holds what to write.
pub fn all(
    request: &AccessRequest,
    dangers: &[Risk],
    policies: &Ordered<String, AllowPolicy>,
) -> Result<Ordered<String, String>, Diagnostic> {
    let mut files = Ordered::default();
    for grant in request.custom_roles() {
        let Role::Custom { id, .. } = &grant.role else { continue };
        files.insert(format!("roles/{id}.yaml"), custom_role::yaml(grant));
        files.insert(format!("roles/{id}.json"), json(&custom_role::create_request(grant)));
    }
    files.insert("bindings.json".into(), json(&bindings::json(request, policies)?));
    files.insert("main.tf".into(), terraform::render(request));
    if let Some(text) = terraform::roles(request) {
        files.insert("roles.tf".into(), text);
    }
    files.insert("gcloud.sh".into(), gcloud::render(request));
    if let Some(script) = revoke::script(request) {
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
    remaining: &AccessRequest,
    difference: &Difference,
    dangers: &[Risk],
    policies: &Ordered<String, AllowPolicy>,
    findings: &mut Vec<Diagnostic>,
) -> Ordered<String, String> {
    let mut files = Ordered::default();
    if !remaining.grants.is_empty() {
        match all(remaining, dangers, policies) {
            Ok(all) => files = all,
            Err(finding) => findings.push(finding),
        }
    }
    add_excess(difference, &mut files);
    files
}

/// Adds to the renderings what can go: `drop.sh`, and the offer in `request.md`. Nothing is dropped by itself.
fn add_excess(difference: &Difference, files: &mut Ordered<String, String>) {
    let removable = excess::removable(difference);
    if removable.is_empty() {
        return;
    }
    if let Some(script) = excess::script(&removable) {
        files.insert("drop.sh".into(), script);
    }
    files.get_or_insert_with("request.md".into(), String::new).push_str(&excess::offer(&removable));
}

fn json(value: &Value) -> String {
    let mut text = serde_json::to_string_pretty(value).unwrap_or_default();
    text.push('\n');
    text
}
