//! Creates the custom role of a grant, or checks the existing one.

use crate::conversation::{Identity, Progress, ProgressKind};
use crate::diagnostic::{Code, Diagnostic};
use crate::google::{CallError, Google};
use crate::iam::render::custom_role::create_request;
use crate::iam::rights::draft::unsupported;
use crate::iam::rights::grant::{Grant, Role};
use crate::method::{self, Call, Resource, resource};
use serde_json::Value;

/// Creates the grant's custom role where it does not exist; returns the name of a created one.
///
/// A role of this name with other permissions is left alone and is an error.
pub async fn ensure(google: &Google, grant: &Grant) -> Result<Option<String>, CallError> {
    let Role::Custom { project, .. } = &grant.role else { return Ok(None) };
    let name = grant.role.to_string();
    let Some(on) = Resource::parse(resource::ROLE, &name) else { return Ok(None) };
    let look = Call::new(&method::PROJECT_ROLES_GET, on);
    for _ in 0..2 {
        match google.call(&look, Identity::Initiator).await {
            Ok(role) => return check(&name, grant, &role).map(|()| None).map_err(CallError::NoAnswer),
            Err(error) if error.is_not_found() => {}
            Err(error) => return Err(error),
        }
        let create =
            Call::new(&method::PROJECT_ROLES_CREATE, Resource::Project(project.clone())).body(create_request(grant));
        google.voice().say(Progress::new(ProgressKind::Step, format!("Creating the role `{name}`")));
        match google.call(&create, Identity::Initiator).await {
            Ok(_) => return Ok(Some(name)),
            // Unverified: that Google's message names the permission which custom roles do not support.
            Err(CallError::Refused { status: 400, finding }) => {
                let named = grant.needed.iter().filter(|needed| finding.message.contains(needed.permission));
                // The longest: one permission may be the beginning of another.
                let wrong = named.max_by_key(|needed| needed.permission.len());
                let explained = wrong.map(|needed| unsupported(needed.permission, name));
                return Err(CallError::Refused { status: 400, finding: explained.unwrap_or(finding) });
            }
            // Another run creates the same role right now: read it again.
            Err(CallError::Refused { status: 409, .. }) => {}
            Err(error) => return Err(error),
        }
    }
    let finding =
        Diagnostic::new(Code::IamRoleDiffers, format!("the role `{name}` does not exist and cannot be created"));
    Err(CallError::NoAnswer(
        finding.help("undelete the role: a deleted role keeps its name for some weeks").about(name),
    ))
}

fn check(name: &str, grant: &Grant, role: &Value) -> Result<(), Diagnostic> {
    let mut held: Vec<&str> =
        role["includedPermissions"].as_array().into_iter().flatten().filter_map(Value::as_str).collect();
    let mut wanted: Vec<&str> = grant.needed.iter().map(|needed| needed.permission).collect();
    held.sort_unstable();
    wanted.sort_unstable();
    let deleted = role["deleted"].as_bool().unwrap_or(false);
    if held == wanted && !deleted {
        return Ok(());
    }
    let message = match deleted {
        true => format!("the role `{name}` was deleted"),
        false => format!("the role `{name}` holds other permissions than the {} it is named after", wanted.len()),
    };
    Err(Diagnostic::new(Code::IamRoleDiffers, message)
        .help("undelete the role, or restore the permissions that `roles/` lists for it")
        .about(name.to_owned()))
}
