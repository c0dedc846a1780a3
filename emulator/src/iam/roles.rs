//! Roles: predefined ones from the seed, and custom ones that callers create, update, delete and undelete.
//! Source: `iam.v1` `Role`, `projects.roles`; limits of "Creating and managing custom roles".

use crate::call::Call;
use crate::error::ApiError;
use crate::message::{self, Shape};
use crate::page;
use crate::state::role::Role;
use serde_json::{Value, json};
use std::collections::BTreeSet;

const ROLE: &[(&str, Shape)] = &[
    ("name", Shape::Text),
    ("title", Shape::Text),
    ("description", Shape::Text),
    ("stage", Shape::Text),
    ("etag", Shape::Text),
    ("includedPermissions", Shape::List(&Shape::Text)),
    ("deleted", Shape::Output),
];
const CREATE_ROLE: &[(&str, Shape)] = &[("roleId", Shape::Text), ("role", Shape::Message(ROLE))];
const UNDELETE_ROLE: &[(&str, Shape)] = &[("etag", Shape::Text)];

/// Routes `projects/{project}/roles[/{id}][:undelete]`.
pub fn route(call: &Call<'_>, verb: &str, project: &str, rest: &str) -> Result<Value, ApiError> {
    let id = call.cloud.world().project_id(project).unwrap_or_else(|| project.to_owned());
    let on = format!("projects/{id}");
    let (role, method) = rest.split_once(':').map_or((rest, None), |(role, method)| (role, Some(method)));
    let name = format!("{on}/roles/{role}");
    match (verb, role.is_empty(), method) {
        ("POST", true, None) => create(call, &on),
        ("GET", true, None) => list(call, &on),
        ("GET", false, None) => {
            call.allow(&[])?;
            call.require("iam.roles.get", &on)?;
            let world = call.cloud.world();
            Ok(world.roles.get(&name).ok_or_else(|| missing(&name))?.shown(&name))
        }
        ("PATCH", false, None) => {
            call.allow(&["updateMask"])?;
            let sent = message::read(call.body, ROLE)?;
            call.require("iam.roles.update", &on)?;
            change(call, &name, |role| role.update(&sent, call.param("updateMask")))
        }
        ("DELETE", false, None) => {
            call.allow(&["etag"])?;
            call.require("iam.roles.delete", &on)?;
            change(call, &name, |role| {
                role.deleted = true;
                Ok(())
            })
        }
        ("POST", false, Some("undelete")) => {
            call.allow(&[])?;
            message::read(call.body, UNDELETE_ROLE)?;
            call.require("iam.roles.undelete", &on)?;
            change(call, &name, |role| {
                role.deleted = false;
                Ok(())
            })
        }
        _ => Err(ApiError::not_found(&name)),
    }
}

/// `GET /v1/roles/{id}`: a predefined role, which every authenticated caller may read.
pub fn predefined(call: &Call<'_>, verb: &str, id: &str) -> Result<Value, ApiError> {
    let name = format!("roles/{id}");
    if verb != "GET" {
        return Err(ApiError::not_found(&name));
    }
    call.allow(&[])?;
    let world = call.cloud.world();
    Ok(world.roles.get(&name).ok_or_else(|| missing(&name))?.shown(&name))
}

/// `POST /v1/permissions:queryTestablePermissions`: those of the seed's roles, for a project.
///
/// Source: `iam.v1` `QueryTestablePermissionsRequest`. Google's own list is far longer; no permission is documented for the call.
pub fn testable_permissions(call: &Call<'_>) -> Result<Value, ApiError> {
    const REQUEST: &[(&str, Shape)] =
        &[("fullResourceName", Shape::Text), ("pageSize", Shape::Int), ("pageToken", Shape::Text)];
    call.allow(&[])?;
    let request = message::read(call.body, REQUEST)?;
    let resource = request["fullResourceName"].as_str().unwrap_or_default();
    let project = resource.strip_prefix("//cloudresourcemanager.googleapis.com/projects/");
    let mut world = call.cloud.world();
    if project.and_then(|project| world.project_id(project)).is_none() {
        return Err(ApiError::invalid(format!("Invalid full resource name: {resource}")));
    }
    let all: BTreeSet<&str> = world.roles.values().flat_map(Role::permissions).collect();
    let shown = |name: &str| {
        let mut shown = json!({"name": name, "stage": "GA"});
        if !Role::can_hold(name) {
            shown["customRolesSupportLevel"] = json!("NOT_SUPPORTED");
        }
        (name.to_owned(), shown)
    };
    let all = all.into_iter().map(shown).collect();
    let list = format!("permissions:queryTestablePermissions?{resource}");
    let token = request["pageToken"].as_str().unwrap_or_default();
    page::cut(&mut world, &list, request["pageSize"].as_i64(), token, "permissions", all)
}

fn missing(name: &str) -> ApiError {
    ApiError::new("NOT_FOUND", format!("The role named {name} was not found."))
}

fn change(call: &Call<'_>, name: &str, how: impl FnOnce(&mut Role) -> Result<(), ApiError>) -> Result<Value, ApiError> {
    let mut world = call.cloud.world();
    let role = world.roles.get_mut(name).ok_or_else(|| missing(name))?;
    how(role)?;
    Ok(role.shown(name))
}

fn create(call: &Call<'_>, on: &str) -> Result<Value, ApiError> {
    call.allow(&[])?;
    let request = message::read(call.body, CREATE_ROLE)?;
    call.require("iam.roles.create", on)?;
    let id = request["roleId"].as_str().unwrap_or_default();
    let is_id = (3..=64).contains(&id.len()) && id.bytes().all(|b| b.is_ascii_alphanumeric() || b"_.".contains(&b));
    if !is_id {
        return Err(ApiError::invalid(format!("The role_id {id} is not valid.")));
    }
    let name = format!("{on}/roles/{id}");
    let mut world = call.cloud.world();
    match world.roles.get(&name) {
        // Unverified: the text.
        Some(role) if role.deleted => {
            return Err(ApiError::precondition(format!("The role {name} has been marked for deletion.")));
        }
        Some(_) => return Err(ApiError::exists(&name)),
        None => {}
    }
    let mut role = Role::new("ALPHA", Vec::new());
    role.update(&request["role"], None)?;
    let shown = role.shown(&name);
    world.roles.insert(name, role);
    Ok(shown)
}

fn list(call: &Call<'_>, on: &str) -> Result<Value, ApiError> {
    call.allow(&["pageSize", "pageToken", "showDeleted", "view"])?;
    call.require("iam.roles.list", on)?;
    let mut world = call.cloud.world();
    let start = format!("{on}/roles/");
    let own = world.roles.iter().filter(|(name, role)| {
        name.starts_with(&start) && (!role.deleted || call.param("showDeleted") == Some("true"))
    });
    let own = own.map(|(name, role)| (name.clone(), role.shown(name))).collect();
    page::answer(call, &mut world, &start, "roles", own)
}
