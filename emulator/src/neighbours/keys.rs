//! Cloud KMS: keys and their policies. Source: `cloudkms.v1` `CryptoKey`.

use super::{policy, unserved};
use crate::call::Call;
use crate::error::ApiError;
use serde_json::{Value, json};

/// Routes calls on a key (by stored name).
pub fn route(call: &Call<'_>, verb: &str, name: &str, rest: &[&str], method: Option<&str>) -> Result<Value, ApiError> {
    match (verb, rest, method) {
        ("GET", [], None) => {
            call.allow(&[])?;
            call.require("cloudkms.cryptoKeys.get", name)?;
            let world = call.cloud.world();
            let key = world.neighbours.keys.iter().find(|key| key.name == name);
            let key = key.ok_or_else(|| ApiError::not_found(name))?;
            let template = json!({"protectionLevel": "SOFTWARE", "algorithm": "GOOGLE_SYMMETRIC_ENCRYPTION"});
            let mut primary = template.clone();
            primary["name"] = json!(format!("{name}/cryptoKeyVersions/1"));
            primary["state"] = json!(key.state.as_deref().unwrap_or("ENABLED"));
            Ok(json!({"name": name, "purpose": "ENCRYPT_DECRYPT", "primary": primary, "versionTemplate": template}))
        }
        (_, [], _) => {
            policy(call, verb, name, "cloudkms.cryptoKeys", method).unwrap_or_else(|| Err(unserved(verb, name)))
        }
        _ => Err(unserved(verb, &format!("{name}/{}", rest.join("/")))),
    }
}
