//! Secret Manager: secrets with one version, and their policies. Source: `secretmanager.v1`.

use super::{policy, unserved};
use crate::call::Call;
use crate::error::ApiError;
use base64ct::{Base64, Encoding};
use serde_json::{Value, json};

/// Routes calls on a secret (by stored name) and its versions.
pub fn route(call: &Call<'_>, verb: &str, name: &str, rest: &[&str], method: Option<&str>) -> Result<Value, ApiError> {
    let value = || {
        let world = call.cloud.world();
        let secret = world.neighbours.secrets.iter().find(|secret| secret.name == name);
        secret.map(|secret| secret.value.clone()).ok_or_else(|| ApiError::not_found(name))
    };
    let shown = || call.cloud.world().shown(name);
    match (verb, rest, method) {
        ("GET", [], None) => {
            call.allow(&[])?;
            call.require("secretmanager.secrets.get", name)?;
            value()?;
            Ok(json!({"name": shown(), "replication": {"automatic": {}}}))
        }
        ("GET", ["versions", version], method @ (None | Some("access"))) => {
            call.allow(&[])?;
            let verb = if method.is_some() { "access" } else { "get" };
            call.require(&format!("secretmanager.versions.{verb}"), name)?;
            let value = value()?;
            if !["1", "latest"].contains(version) {
                return Err(ApiError::not_found(&format!("{name}/versions/{version}")));
            }
            let version = format!("{}/versions/1", shown());
            Ok(match method {
                None => json!({"name": version, "state": "ENABLED"}),
                Some(_) => json!({"name": version, "payload": {
                    "data": Base64::encode_string(value.as_bytes()),
                    "dataCrc32c": crc32c(value.as_bytes()).to_string(),
                }}),
            })
        }
        (_, [], _) => {
            policy(call, verb, name, "secretmanager.secrets", method).unwrap_or_else(|| Err(unserved(verb, name)))
        }
        _ => Err(unserved(verb, &format!("{name}/{}", rest.join("/")))),
    }
}

/// The CRC-32C of RFC 3720.
fn crc32c(bytes: &[u8]) -> u32 {
    let step = |crc: u32, byte: &u8| {
        (0..8).fold(crc ^ u32::from(*byte), |crc, _| if crc & 1 == 1 { (crc >> 1) ^ 0x82F6_3B78 } else { crc >> 1 })
    };
    !bytes.iter().fold(!0, step)
}

#[cfg(test)]
mod tests {
    #[test]
    fn checksums_as_rfc_3720_does() {
        assert_eq!(super::crc32c(&[0; 32]), 0x8A91_36AA);
        assert_eq!(super::crc32c(b"123456789"), 0xE306_9283);
    }
}
