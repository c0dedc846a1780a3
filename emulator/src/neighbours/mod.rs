//! Google's services around Vertex AI, as far as a preflight asks them; the rest of them answers 501.

mod images;
mod keys;
mod organisation;
mod secrets;
pub mod storage;
pub mod troubleshooter;

use crate::call::Call;
use crate::error::ApiError;
use crate::message;
use serde_json::{Value, json};

/// Answers a call on a resource below a project (by id); `None` where it is of none of these services.
pub fn route(
    call: &Call<'_>,
    version: &str,
    verb: &str,
    project: &str,
    below: &[&str],
    method: Option<&str>,
) -> Option<Result<Value, ApiError>> {
    let name = |depth: usize| format!("projects/{project}/{}", below[..depth.min(below.len())].join("/"));
    Some(match (version, below) {
        ("v1", ["locations", _, "repositories", _, rest @ ..]) => images::route(call, verb, &name(4), rest, method),
        ("v1", ["locations", _, "keyRings", _, "cryptoKeys", _, rest @ ..]) => {
            keys::route(call, verb, &name(6), rest, method)
        }
        ("v1", ["secrets", _, rest @ ..]) => secrets::route(call, verb, &name(2), rest, method),
        ("v2", ["policies", constraint]) if (verb, method) == ("GET", Some("getEffectivePolicy")) => {
            organisation::effective(call, project, constraint)
        }
        ("v1", ["locations", _, "repositories" | "keyRings", ..] | ["secrets", ..]) | ("v2", ["policies", ..]) => {
            Err(unserved(verb, &name(below.len())))
        }
        _ => return None,
    })
}

/// The answer for a method of a known service that the emulator does not serve.
pub fn unserved(verb: &str, name: &str) -> ApiError {
    ApiError::new("UNIMPLEMENTED", format!("The emulator does not serve {verb} {name}."))
}

/// Serves `getIamPolicy` and `testIamPermissions` of a resource whose permissions begin with `prefix`; `None` for another method.
fn policy(
    call: &Call<'_>,
    verb: &str,
    name: &str,
    prefix: &str,
    method: Option<&str>,
) -> Option<Result<Value, ApiError>> {
    match (verb, method) {
        ("GET", Some("getIamPolicy")) => Some(read_policy(call, name, prefix)),
        ("POST", Some("testIamPermissions")) => Some(test_permissions(call, name)),
        _ => None,
    }
}

fn read_policy(call: &Call<'_>, name: &str, prefix: &str) -> Result<Value, ApiError> {
    call.allow(&["options.requestedPolicyVersion"])?;
    call.require(&format!("{prefix}.getIamPolicy"), name)?;
    let version = call.param("options.requestedPolicyVersion").and_then(|version| version.parse().ok()).unwrap_or(1);
    let world = call.cloud.world();
    Ok(world.neighbours.policy(name).ok_or_else(|| ApiError::not_found(name))?.read(version))
}

fn test_permissions(call: &Call<'_>, name: &str) -> Result<Value, ApiError> {
    call.allow(&[])?;
    let request = message::read(call.body, message::TEST_PERMISSIONS)?;
    let world = call.cloud.world();
    let asked = request["permissions"].as_array().into_iter().flatten().filter_map(Value::as_str);
    let held: Vec<&str> = asked.filter(|permission| world.may(call.who, permission, name)).collect();
    Ok(json!({ "permissions": held }))
}
