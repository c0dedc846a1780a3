//! Privileged Access Manager: an entitlement, and the grant that is asked for of it.

use crate::iam::entitlement::{Entitlement, entitlements};
use crate::iam::request::Request;
use serde_json::{Value, json};

/// One entitlement and one grant for each project that rights are given on.
pub fn files(request: &Request) -> Vec<(String, Value)> {
    let mut files = Vec::new();
    for entitlement in entitlements(request) {
        let project = entitlement.project;
        let end = if project == request.project() { String::new() } else { format!("-{project}") };
        files.push((format!("pam-entitlement{end}.json"), to_create(request, &entitlement)));
        files.push((
            format!("pam-grant{end}.json"),
            json!({"parent": entitlement.name(), "grant": entitlement.grant()}),
        ));
    }
    files
}

fn to_create(request: &Request, entitlement: &Entitlement<'_>) -> Value {
    let roles: Vec<_> = entitlement.grants.iter().map(|grant| json!({"role": grant.role.to_string()})).collect();
    json!({
        "parent": entitlement.parent(),
        "entitlementId": entitlement.id(),
        "entitlement": {
            "eligibleUsers": [{"principals": [request.principal.member()]}],
            "approvalWorkflow": {"manualApprovals": {
                "requireApproverJustification": true,
                "steps": [{"approvers": [{"principals": entitlement.approvers()}], "approvalsNeeded": 1}],
            }},
            "privilegedAccess": {"gcpIamAccess": {
                "resourceType": "cloudresourcemanager.googleapis.com/Project",
                "resource": format!("//cloudresourcemanager.googleapis.com/projects/{}", entitlement.project),
                "roleBindings": roles,
            }},
            "maxRequestDuration": entitlement.longest(),
            "requesterJustificationConfig": {"unstructured": {}},
        },
    })
}
