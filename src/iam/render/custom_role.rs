//! A custom role, for `gcloud iam roles create --file` and for the IAM API. Shapes and limits: `iam.v1` `Role`, `CreateRoleRequest`.

use crate::iam::rights::grant::{Grant, Role};
use crate::vertex::message::object;
use serde_json::Value;

/// At most 300 bytes.
pub const DESCRIPTION: &str = "Exactly the permissions that one kind of deployment needs here. The role is named after them: create another role instead of changing this one.";

/// At most 100 bytes.
pub fn title(grant: &Grant) -> String {
    format!("Backstage Vertex AI: deploy ({})", grant.resource.kind().replace('-', " "))
}

pub fn permissions(grant: &Grant) -> Vec<&'static str> {
    grant.needed.iter().map(|needed| needed.permission).collect()
}

/// Returns a `CreateRoleRequest`.
pub fn create_request(grant: &Grant) -> Value {
    let id = match &grant.role {
        Role::Custom { id, .. } => id.as_str(),
        Role::Predefined(_) => "",
    };
    let role = object()
        .with("title", title(grant))
        .with("description", DESCRIPTION)
        .with("stage", "GA")
        .with("includedPermissions", permissions(grant));
    object().with("roleId", id).with("role", role).into()
}

pub fn yaml(grant: &Grant) -> String {
    let mut out = format!("title: '{}'\ndescription: '{DESCRIPTION}'\nstage: GA\nincludedPermissions:\n", title(grant));
    for permission in permissions(grant) {
        out.push_str("  - ");
        out.push_str(permission);
        out.push('\n');
    }
    out
}
