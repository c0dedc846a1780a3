//! Service account credentials, and the policies of projects.
//! Source: `iamcredentials.v1`, `cloudresourcemanager.v3`.

use crate::error::ApiError;
use crate::message;
use crate::principal::Principal;
use crate::sts;
use crate::vertex::Call;
use crate::world::Grant;
use serde_json::{Value, json};
use std::time::Duration;

/// `POST /v1/projects/-/serviceAccounts/{email}:generateAccessToken`
pub fn generate_access_token(call: &Call<'_>, email: &str) -> Result<Value, ApiError> {
    call.allow(&[])?;
    let request = message::read(call.body, message::GENERATE_TOKEN)?;
    if request["scope"].as_array().is_none_or(Vec::is_empty) {
        return Err(ApiError::invalid("scope is required."));
    }
    let lifetime = request["lifetime"].as_str().unwrap_or("3600s");
    let seconds = lifetime.strip_suffix('s').and_then(|s| s.parse::<u64>().ok());
    let seconds = seconds.ok_or_else(|| ApiError::invalid(format!("Invalid lifetime: {lifetime}")))?;
    if seconds > 3600 {
        return Err(ApiError::invalid("The access token lifetime cannot exceed 3600 seconds."));
    }
    let mut world = call.cloud.world();
    const PERMISSION: &str = "iam.serviceAccounts.getAccessToken";
    if !world.may_on_account(call.who, PERMISSION, email) {
        return Err(ApiError::new(
            "PERMISSION_DENIED",
            format!("Permission '{PERMISSION}' denied on resource (or it may not exist)."),
        )
        .with(json!({
            "@type": "type.googleapis.com/google.rpc.ErrorInfo",
            "reason": "IAM_PERMISSION_DENIED",
            "domain": "iam.googleapis.com",
            "metadata": {"permission": PERMISSION}
        })));
    }
    let token = sts::secret("ya29.c.");
    let expires = Some(tokio::time::Instant::now() + Duration::from_secs(seconds));
    let principal = Principal::ServiceAccount { email: email.to_owned() };
    world.tokens.insert(token.clone(), Grant { principal, expires });
    let expire_time = chrono::Utc::now() + chrono::Duration::seconds(i64::try_from(seconds).unwrap_or(3600));
    Ok(json!({
        "accessToken": token,
        "expireTime": expire_time.to_rfc3339_opts(chrono::SecondsFormat::Secs, true),
    }))
}

/// `POST /v3/projects/{project}:{getIamPolicy|setIamPolicy|testIamPermissions}` and `GET /v3/projects/{project}`
pub fn project(call: &Call<'_>, verb: &str, name: &str, method: Option<&str>) -> Result<Value, ApiError> {
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
