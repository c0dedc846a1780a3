//! Privileged Access Manager: an entitlement, and the grant that is asked for of it.
//! Shapes and limits: `CreateEntitlementRequest` and `CreateGrantRequest` of Google's `pam.proto`.

use crate::iam::grant::{Ends, Grant, Role};
use crate::iam::request::Request;
use crate::name::Project;
use crate::ordered::Ordered;
use serde_json::{Value, json};

/// One entitlement and one grant for each project that rights are given on.
pub fn files(request: &Request) -> Vec<(String, Value)> {
    let mut by_project: Ordered<&Project, Vec<&Grant>> = Ordered::default();
    for grant in request.grants.iter().filter(|grant| grant.ends == Ends::ByManager) {
        if let crate::iam::holder::Holder::Project(project) = &grant.on {
            by_project.get_or_insert_with(project, Vec::new).push(grant);
        }
    }
    let mut files = Vec::new();
    for (&project, grants) in by_project.iter() {
        let end = if project == request.project() { String::new() } else { format!("-{project}") };
        let id = entitlement_id(grants);
        let parent = format!("projects/{project}/locations/global");
        files.push((format!("pam-entitlement{end}.json"), entitlement(request, project, &parent, &id, grants)));
        files.push((format!("pam-grant{end}.json"), grant(request, &parent, &id)));
    }
    files
}

/// `[a-z][a-z0-9-]{2,61}[a-z0-9]`: named after the role, which is named after what it holds.
fn entitlement_id(grants: &[&Grant]) -> String {
    let role = grants.iter().find_map(|grant| match &grant.role {
        Role::Custom { id, .. } => id.rsplit('_').next(),
        Role::Predefined(_) => None,
    });
    format!("vertex-deploy-{}", role.unwrap_or("default"))
}

fn entitlement(request: &Request, project: &Project, parent: &str, id: &str, grants: &[&Grant]) -> Value {
    // Nobody approves what they asked for themselves.
    let approvers: Vec<_> =
        request.approvers.iter().filter(|other| **other != request.principal).map(|other| other.member()).collect();
    let roles: Vec<_> = grants.iter().map(|grant| json!({"role": grant.role.to_string()})).collect();
    json!({
        "parent": parent,
        "entitlementId": id,
        "entitlement": {
            "eligibleUsers": [{"principals": [request.principal.member()]}],
            "approvalWorkflow": {"manualApprovals": {
                "requireApproverJustification": true,
                "steps": [{"approvers": [{"principals": approvers}], "approvalsNeeded": 1}],
            }},
            "privilegedAccess": {"gcpIamAccess": {
                "resourceType": "cloudresourcemanager.googleapis.com/Project",
                "resource": format!("//cloudresourcemanager.googleapis.com/projects/{project}"),
                "roleBindings": roles,
            }},
            "maxRequestDuration": duration(request),
            "requesterJustificationConfig": {"unstructured": {}},
        },
    })
}

fn grant(request: &Request, parent: &str, id: &str) -> Value {
    let words = request.justification.clone().unwrap_or_else(|| {
        format!(
            "deploy {} to {} for {}",
            request.target.model.short(),
            request.target.endpoint,
            request.target.entity_ref
        )
    });
    json!({
        "parent": format!("{parent}/entitlements/{id}"),
        "grant": {
            "requestedDuration": duration(request),
            "justification": {"unstructuredJustification": words},
        },
    })
}

fn duration(request: &Request) -> String {
    format!("{}s", request.duration.unwrap_or_default())
}
