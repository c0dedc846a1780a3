//! Projects and their allow policies.
//! Source: `cloudresourcemanager.v3`.

use crate::call::Call;
use crate::error::ApiError;
use crate::message;
use serde_json::{Value, json};

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
            Ok(json!({"name": format!("projects/{}", project.number), "projectId": id, "state": "ACTIVE"}))
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
