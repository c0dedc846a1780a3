//! Projects and their allow policies.
//! Source: `cloudresourcemanager.v3`.

use crate::call::Call;
use crate::error::ApiError;
use crate::message;
use crate::page;
use serde_json::{Value, json};

fn shown(id: &str, number: &str) -> Value {
    json!({"name": format!("projects/{number}"), "projectId": id, "state": "ACTIVE"})
}

/// `GET /v3/projects:search`: the projects that the caller may get. Of the query, `id:` and `projectId:` are served.
pub fn search(call: &Call<'_>) -> Result<Value, ApiError> {
    call.allow(&["query", "pageSize", "pageToken"])?;
    let query = call.param("query").unwrap_or_default().trim();
    let wanted = match query.split_once([':', '=']) {
        None if query.is_empty() => None,
        Some(("id" | "projectId", id)) if !id.contains([' ', '*']) => Some(id.trim_matches('"')),
        _ => return Err(ApiError::new("UNIMPLEMENTED", format!("The emulator does not evaluate the query: {query}"))),
    };
    let mut world = call.cloud.world();
    let found = world.projects.iter().filter(|(id, _)| {
        wanted.is_none_or(|wanted| wanted == *id)
            && world.may(call.who, "resourcemanager.projects.get", &format!("projects/{id}"))
    });
    let found = found.map(|(id, project)| (id.clone(), shown(id, &project.number))).collect();
    page::answer(call, &mut world, &format!("projects:search?{query}"), "projects", found)
}

/// `POST /v3/projects/{project}:{getIamPolicy|setIamPolicy|testIamPermissions}` and `GET /v3/projects/{project}`
pub fn route(call: &Call<'_>, verb: &str, name: &str, method: Option<&str>) -> Result<Value, ApiError> {
    call.allow(&[])?;
    let id = call.cloud.world().project_id(name).unwrap_or_else(|| name.to_owned());
    let resource = format!("projects/{id}");
    let missing = || ApiError::not_found(&resource);
    match (verb, method) {
        ("GET", None) => {
            call.require("resourcemanager.projects.get", &resource)?;
            let world = call.cloud.world();
            let project = world.projects.get(&id).ok_or_else(missing)?;
            Ok(shown(&id, &project.number))
        }
        ("POST", Some("getIamPolicy")) => {
            let request = message::read(call.body, message::GET_POLICY)?;
            call.require("resourcemanager.projects.getIamPolicy", &resource)?;
            let version = request["options"]["requestedPolicyVersion"].as_i64().unwrap_or(1);
            Ok(call.cloud.world().projects.get(&id).ok_or_else(missing)?.policy.read(version))
        }
        ("POST", Some("setIamPolicy")) => {
            let request = message::read(call.body, message::SET_POLICY)?;
            call.require("resourcemanager.projects.setIamPolicy", &resource)?;
            let mut world = call.cloud.world();
            let world = &mut *world;
            world.projects.get_mut(&id).ok_or_else(missing)?.policy.write(&request["policy"], &world.roles)
        }
        ("POST", Some("testIamPermissions")) => {
            let request = message::read(call.body, message::TEST_PERMISSIONS)?;
            let world = call.cloud.world();
            let asked = request["permissions"].as_array().into_iter().flatten().filter_map(Value::as_str);
            let held: Vec<&str> = asked.filter(|permission| world.may(call.who, permission, &resource)).collect();
            Ok(json!({ "permissions": held }))
        }
        _ => Err(ApiError::not_found(name)),
    }
}
