//! An entitlement of Privileged Access Manager, and the grant requested from it.
//!
//! Shapes and limits: `CreateEntitlementRequest` and `CreateGrantRequest` of Google's `pam.proto`.

use crate::iam::rights::access_request::AccessRequest;
use crate::iam::rights::grant::{Grant, Role};
use crate::iam::rights::resource::IamResource;
use crate::name::Project;
use crate::ordered::Ordered;
use crate::vertex::message::object;
use serde_json::Value;

/// The entitlement for the grants on one project.
pub struct Entitlement<'a> {
    request: &'a AccessRequest,
    pub project: &'a Project,
    pub grants: Vec<&'a Grant>,
}

impl Entitlement<'_> {
    /// Matches `[a-z][a-z0-9-]{2,61}[a-z0-9]`. It is named after the role, which is a custom one and named after its permissions.
    pub fn id(&self) -> String {
        let role = self.grants.iter().find_map(|grant| match &grant.role {
            Role::Custom { id, .. } => id.rsplit('_').next(),
            Role::Predefined(_) => None,
        });
        format!("vertex-deploy-{}", role.unwrap_or_default())
    }

    pub fn parent(&self) -> String {
        format!("projects/{}/locations/global", self.project)
    }

    pub fn name(&self) -> String {
        format!("{}/entitlements/{}", self.parent(), self.id())
    }

    /// Maximum duration of a grant, in whole minutes: a second request for the same time must not exceed it.
    pub fn longest(&self) -> String {
        const MINUTE: u64 = 60;
        seconds(self.request.duration.unwrap_or_default().div_ceil(MINUTE) * MINUTE)
    }

    /// The `Grant` to create.
    pub fn grant(&self) -> Value {
        let AccessRequest { target, duration, justification, .. } = self.request;
        let words = justification.clone().unwrap_or_else(|| {
            format!("deploy {} to {} for {}", target.model.short(), target.endpoint, target.entity_ref)
        });
        object()
            .with("requestedDuration", seconds(duration.unwrap_or_default()))
            .with("justification", object().with("unstructuredJustification", words))
            .into()
    }
}

/// Returns one entitlement for each project with grants of Privileged Access Manager.
pub fn entitlements(request: &AccessRequest) -> Vec<Entitlement<'_>> {
    let mut by_project: Ordered<&Project, Vec<&Grant>> = Ordered::default();
    for grant in request.grants.iter().filter(|grant| grant.is_by_pam()) {
        if let IamResource::Project(project) = &grant.resource {
            by_project.get_or_insert_with(project, Vec::new).push(grant);
        }
    }
    let each = by_project.iter();
    each.map(|(&project, grants)| Entitlement { request, project, grants: grants.clone() }).collect()
}

fn seconds(count: u64) -> String {
    format!("{count}s")
}
