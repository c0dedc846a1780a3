//! A custom role, as `gcloud iam roles create --file` reads it and as the IAM API takes it.
//! Shape and limits: `iam.v1` `Role`, `CreateRoleRequest`.

use crate::iam::rights::grant::{Grant, Role};
use crate::vertex::message::object;
use serde_json::Value;

/// At most 100 bytes.
pub fn title(grant: &Grant) -> String {
    format!("Backstage Vertex AI: deploy ({})", grant.on.kind().replace('-', " "))
}

/// At most 300 bytes.
pub const DESCRIPTION: &str = "Exactly the permissions that a planned deployment takes here. Named after what it holds: do not change it, make another.";

pub fn permissions(grant: &Grant) -> Vec<&'static str> {
    grant.needed.iter().map(|needed| needed.permission).collect()
}

/// `CreateRoleRequest`
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
