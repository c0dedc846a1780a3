//! Service Usage: which APIs a project has enabled.
//! Source: `serviceusage.v1` `services.get`, `services.batchGet`. A project without a list in the seed has all of them enabled.

use crate::call::Call;
use crate::error::ApiError;
use crate::state::world::World;
use serde_json::{Value, json};

const MOST_NAMES: usize = 30;

/// Returns a service of a project (by id).
fn shown(world: &World, project: &str, service: &str) -> Value {
    let parent = world.shown(&format!("projects/{project}"));
    let is_enabled = world.projects.get(project).is_some_and(|project| project.has_enabled(service));
    json!({
        "name": format!("{parent}/services/{service}"),
        "parent": parent,
        "config": {"name": service},
        "state": if is_enabled { "ENABLED" } else { "DISABLED" },
    })
}

/// `GET projects/{project}/services/{service}`
pub fn get(call: &Call<'_>, project: &str, service: &str) -> Result<Value, ApiError> {
    call.allow(&[])?;
    call.require("serviceusage.services.get", &format!("projects/{project}"))?;
    Ok(shown(&call.cloud.world(), project, service))
}

/// `GET projects/{project}/services:batchGet?names=…`
pub fn batch_get(call: &Call<'_>, project: &str) -> Result<Value, ApiError> {
    call.allow(&["names"])?;
    call.require("serviceusage.services.get", &format!("projects/{project}"))?;
    let world = call.cloud.world();
    let names: Vec<&str> =
        call.query.iter().filter(|(name, _)| name == "names").map(|(_, name)| name.as_str()).collect();
    if names.is_empty() || names.len() > MOST_NAMES {
        return Err(ApiError::invalid(format!("names has between 1 and {MOST_NAMES} entries.")));
    }
    let service = |name: &&str| match name.split('/').collect::<Vec<_>>().as_slice() {
        ["projects", of, "services", service] if world.project_id(of).as_deref() == Some(project) => {
            Ok(shown(&world, project, service))
        }
        _ => Err(ApiError::invalid(format!("Invalid name of a service: {name}"))),
    };
    Ok(json!({"services": names.iter().map(service).collect::<Result<Vec<_>, _>>()?}))
}
