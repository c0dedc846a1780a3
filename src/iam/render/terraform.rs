//! Terraform resources of the providers `google` and, for the policy of an endpoint, `google-beta`.
//!
//! Each resource adds one member to one role and changes nothing else in a policy.

use super::custom_role;
use super::hcl::{Block, Value};
use crate::iam::rights::access_request::AccessRequest;
use crate::iam::rights::grant::{Condition, Grant, Grantee, Role};
use crate::iam::rights::resource::IamResource;

const ROLES: &str = "# Apply once for each project, with a state of its own: access requests share roles.\n";

/// `roles.tf`, apart from `main.tf` because access requests share roles. `None` if no custom role is needed.
pub fn roles(request: &AccessRequest) -> Option<String> {
    let blocks: Vec<Block> = request.custom_roles().into_iter().filter_map(custom_role).collect();
    (!blocks.is_empty()).then(|| written(ROLES, &blocks))
}

/// `main.tf`: the bindings. It names roles that exist already.
pub fn render(request: &AccessRequest) -> String {
    let mut labels: Vec<String> = Vec::new();
    let blocks: Vec<Block> = request.by_policy().map(|grant| member(grant, &label(grant, &mut labels))).collect();
    written(if request.custom_roles().is_empty() { "" } else { "# Apply roles.tf first.\n" }, &blocks)
}

fn written(comment: &str, blocks: &[Block]) -> String {
    let mut out = String::from(comment);
    for block in blocks {
        if !out.is_empty() {
            out.push('\n');
        }
        block.write(&mut out);
    }
    out
}

fn custom_role(grant: &Grant) -> Option<Block> {
    let Role::Custom { project, id } = &grant.role else { return None };
    let permissions = custom_role::permissions(grant).into_iter().map(str::to_owned).collect();
    Some(
        Block::new("resource", &["google_project_iam_custom_role", id])
            .text("project", project.as_str())
            .text("role_id", id)
            .text("title", custom_role::title(grant))
            .text("description", custom_role::DESCRIPTION)
            .text("stage", "GA")
            .with("permissions", Value::List(permissions)),
    )
}

/// A unique label, e.g. `caller_project` or `caller_project_2`.
fn label(grant: &Grant, taken: &mut Vec<String>) -> String {
    let grantee = match grant.grantee {
        Grantee::Caller => "caller",
        Grantee::ServiceAgent => "service_agent",
    };
    let label = format!("{grantee}_{}", grant.resource.kind().replace('-', "_"));
    let same = taken.iter().filter(|other| **other == label).count();
    taken.push(label.clone());
    if same == 0 { label } else { format!("{label}_{}", same + 1) }
}

fn condition(condition: &Condition) -> Block {
    Block::new("condition", &[]).text("title", &condition.title).text("expression", &condition.expression)
}

fn member(grant: &Grant, label: &str) -> Block {
    let resource = |kind: &str| Block::new("resource", &[kind, label]);
    let block = match &grant.resource {
        IamResource::Project(project) => resource("google_project_iam_member").text("project", project.as_str()),
        IamResource::Endpoint { project, location, name } => resource("google_vertex_ai_endpoint_iam_member")
            .reference("provider", "google-beta")
            .text("project", project.as_str())
            .text("location", location.as_str())
            .text("endpoint", name.rsplit('/').next().unwrap_or_default()),
        IamResource::ServiceAccount(_) => {
            resource("google_service_account_iam_member").text("service_account_id", grant.resource.to_string())
        }
        IamResource::Bucket(bucket) => resource("google_storage_bucket_iam_member").text("bucket", bucket),
        IamResource::Repository { project, location, id } => resource("google_artifact_registry_repository_iam_member")
            .text("project", project)
            .text("location", location)
            .text("repository", id),
        IamResource::Key(name) => resource("google_kms_crypto_key_iam_member").text("crypto_key_id", name),
    };
    block
        .text("role", grant.role.to_string())
        .text("member", &grant.member)
        .block(grant.condition.as_ref().map(condition))
}
