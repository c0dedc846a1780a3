//! Service accounts and their allow policies, which accept no conditions.
//! Source: `iam.v1` `projects.serviceAccounts`; "Resource types that accept conditional role bindings".

use crate::call::Call;
use crate::error::ApiError;
use crate::message;
use serde_json::{Value, json};

/// Routes `projects/{project}/serviceAccounts/{email}[:{method}]`.
pub fn route(call: &Call<'_>, verb: &str, rest: &str) -> Result<Value, ApiError> {
    let (email, method) = rest.split_once(':').map_or((rest, None), |(email, method)| (email, Some(method)));
    let missing = || ApiError::not_found(&format!("projects/-/serviceAccounts/{email}"));
    let require = |permission: &str| {
        if call.cloud.world().may_on_account(call.who, permission, email) {
            return Ok(());
        }
        Err(ApiError::denied(permission, &format!("projects/-/serviceAccounts/{email}")))
    };
    match (verb, method) {
        ("GET", None) => {
            call.allow(&[])?;
            require("iam.serviceAccounts.get")?;
            call.cloud.world().service_accounts.get(email).ok_or_else(missing)?;
            Ok(json!({"name": format!("projects/-/serviceAccounts/{email}"), "email": email}))
        }
        ("POST", Some("getIamPolicy")) => {
            call.allow(&["options.requestedPolicyVersion"])?;
            require("iam.serviceAccounts.getIamPolicy")?;
            let version = call.param("options.requestedPolicyVersion").and_then(|v| v.parse().ok()).unwrap_or(1);
            Ok(call.cloud.world().service_accounts.get(email).ok_or_else(missing)?.read(version))
        }
        ("POST", Some("setIamPolicy")) => {
            call.allow(&[])?;
            let sent = message::read(call.body, message::SET_POLICY)?;
            require("iam.serviceAccounts.setIamPolicy")?;
            let mut world = call.cloud.world();
            let world = &mut *world;
            let policy = world.service_accounts.get_mut(email).ok_or_else(missing)?;
            policy.write_plain(&sent["policy"], &world.roles)
        }
        ("POST", Some("testIamPermissions")) => {
            call.allow(&[])?;
            let request = message::read(call.body, message::TEST_PERMISSIONS)?;
            let world = call.cloud.world();
            let asked = request["permissions"].as_array().into_iter().flatten().filter_map(Value::as_str);
            let held: Vec<&str> = asked.filter(|name| world.may_on_account(call.who, name, email)).collect();
            Ok(json!({ "permissions": held }))
        }
        _ => Err(missing()),
    }
}
