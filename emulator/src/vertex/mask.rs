//! Update masks: `*`, fields, and keys of maps.
//!
//! Source: AIP-134 and AIP-161. Unverified: that Vertex AI updates single keys of labels, and the texts.

use crate::call::Call;
use crate::error::ApiError;
use crate::message;
use serde_json::{Value, json};

/// A path of a mask: the field's JSON name, and the sent rest of the path.
pub struct Path {
    pub field: String,
    pub below: Option<String>,
}

/// Returns the paths of the call's mask; an empty mask is rejected.
pub fn of(call: &Call<'_>) -> Result<Vec<Path>, ApiError> {
    paths(call.param("updateMask").unwrap_or_default())
}

pub fn paths(mask: &str) -> Result<Vec<Path>, ApiError> {
    if mask.trim().is_empty() {
        return Err(ApiError::field("update_mask", "Required field is not set."));
    }
    let path = |text: &str| {
        let (field, below) =
            text.trim().split_once('.').map_or((text.trim(), None), |(field, rest)| (field, Some(rest)));
        Path { field: message::camel(field), below: below.map(str::to_owned) }
    };
    Ok(mask.split(',').map(path).collect())
}

/// The rejection of a path that cannot be updated.
pub fn rejected(field: &str) -> ApiError {
    ApiError::field("update_mask", format!("The field `{}` cannot be updated.", message::snake(field)))
}

/// Sets the fields of the mask as they are sent; one that is not sent is cleared. `*` means all that can be updated.
pub fn apply(body: &mut Value, sent: &Value, paths: &[Path], updatable: &[&str]) -> Result<(), ApiError> {
    for Path { field, below } in paths {
        match below.as_deref() {
            None if field == "*" => updatable.iter().for_each(|field| super::set(body, field, sent)),
            _ if !updatable.contains(&field.as_str()) => return Err(rejected(field)),
            None => super::set(body, field, sent),
            Some(key) => {
                // Keys of labels are kept as they are; fields of messages have JSON names.
                let key = if field == "labels" { key.trim_matches('`').to_owned() } else { message::camel(key) };
                if key.contains('.') || !(sent[field].is_object() || sent[field].is_null()) || field == "trafficSplit" {
                    return Err(rejected(&format!("{field}.{key}")));
                }
                if !body[field].is_object() {
                    body[field.as_str()] = json!({});
                }
                super::set(&mut body[field.as_str()], &key, &sent[field]);
            }
        }
    }
    Ok(())
}
