//! The files of an access request, for people and tools. All of them state the same grants.

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

/// Returns every file by name.
///
/// `policies` are those that were read, by resource: for them `bindings.json` holds the whole policy to write.
pub fn all(
    request: &AccessRequest,
    risks: &[Risk],
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
        files.insert("revoke.sh".into(), script);
    }
    files.insert("access-request.md".into(), markdown::render(request, risks));
    if request.delivery == Delivery::Pam {
        for (name, value) in pam::files(request) {
            files.insert(name, json(&value));
        }
    }
    Ok(files)
}

/// Returns the files for the missing and the excess rights; none if there are neither.
pub fn differing(
    remaining: &AccessRequest,
    difference: &Difference,
    risks: &[Risk],
    policies: &Ordered<String, AllowPolicy>,
    findings: &mut Vec<Diagnostic>,
) -> Ordered<String, String> {
    let mut files = Ordered::default();
    if !remaining.grants.is_empty() {
        match all(remaining, risks, policies) {
            Ok(all) => files = all,
            Err(finding) => findings.push(finding),
        }
    }
    add_excess(difference, &mut files);
    files
}

/// Adds `drop.sh` and the section of `access-request.md` about excess bindings.
fn add_excess(difference: &Difference, files: &mut Ordered<String, String>) {
    let removable = excess::removable(difference);
    if removable.is_empty() {
        return;
    }
    if let Some(script) = excess::script(&removable) {
        files.insert("drop.sh".into(), script);
    }
    files.get_or_insert_with("access-request.md".into(), String::new).push_str(&excess::section(&removable));
}

fn json(value: &Value) -> String {
    let mut text = serde_json::to_string_pretty(value).unwrap_or_default();
    text.push('\n');
    text
}
