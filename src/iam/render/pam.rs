//! `pam-entitlement.json` and `pam-grant.json`: what an administrator creates, and what the requester then asks for.

use crate::iam::render::entitlement::{Entitlement, entitlements};
use crate::iam::rights::access_request::AccessRequest;
use crate::vertex::message::{Object, object};
use serde_json::Value;

/// Returns one entitlement and one grant for each project.
pub fn files(request: &AccessRequest) -> Vec<(String, Value)> {
    let mut files = Vec::new();
    for entitlement in entitlements(request) {
        let project = entitlement.project;
        let end = if project == request.project() { String::new() } else { format!("-{project}") };
        files.push((format!("pam-entitlement{end}.json"), to_create(request, &entitlement)));
        let grant = object().with("parent", entitlement.name()).with("grant", entitlement.grant());
        files.push((format!("pam-grant{end}.json"), grant.into()));
    }
    files
}

fn to_create(request: &AccessRequest, entitlement: &Entitlement<'_>) -> Value {
    let step = object().with("approvers", principals(request.other_approvers())).with("approvalsNeeded", 1);
    let approvals = object().with("requireApproverJustification", true).with("steps", vec![step]);
    let roles: Vec<_> = entitlement.grants.iter().map(|grant| object().with("role", grant.role.to_string())).collect();
    let access = object()
        .with("resourceType", "cloudresourcemanager.googleapis.com/Project")
        .with("resource", format!("//cloudresourcemanager.googleapis.com/projects/{}", entitlement.project))
        .with("roleBindings", roles);
    let made = object()
        .with("eligibleUsers", principals(vec![request.principal.member()]))
        .with("approvalWorkflow", object().with("manualApprovals", approvals))
        .with("privilegedAccess", object().with("gcpIamAccess", access))
        .with("maxRequestDuration", entitlement.longest())
        .with("requesterJustificationConfig", object().with("unstructured", object()));
    object()
        .with("parent", entitlement.parent())
        .with("entitlementId", entitlement.id())
        .with("entitlement", made)
        .into()
}

fn principals(members: Vec<&str>) -> Vec<Object> {
    vec![object().with("principals", members)]
}
