//! Cloud Storage: buckets, their policies, and their objects, without contents. Source: `storage.v1`.

use super::unserved;
use crate::call::Call;
use crate::error::ApiError;
use crate::page;
use crate::timestamp;
use serde_json::{Value, json};

/// An error in the shape of this service, which has no `status`. Unverified: all of the text around the permission.
fn refused(code: u16, reason: &str, message: String) -> ApiError {
    let errors = json!([{"message": message, "domain": "global", "reason": reason}]);
    ApiError { http: code, body: json!({"error": {"code": code, "message": message, "errors": errors}}) }
}

fn require(call: &Call<'_>, permission: &str, bucket: &str) -> Result<(), ApiError> {
    if call.cloud.world().may(call.who, permission, &format!("buckets/{bucket}")) {
        return Ok(());
    }
    let (who, kind) =
        (call.who.username(), if permission.starts_with("storage.objects") { "bucket" } else { "resource" });
    Err(refused(
        403,
        "forbidden",
        format!(
            "{who} does not have {permission} access to the Google Cloud Storage {kind}. Permission '{permission}' denied on resource (or it may not exist)."
        ),
    ))
}

/// Routes calls below `/storage/v1/`.
pub fn route(call: &Call<'_>, verb: &str, path: &str) -> Result<Value, ApiError> {
    let parts: Vec<&str> = path.split('/').collect();
    let ("GET", ["v1", "b", name, rest @ ..]) = (verb, parts.as_slice()) else { return Err(unserved(verb, path)) };
    let missing = || refused(404, "notFound", "The specified bucket does not exist.".to_owned());
    match rest {
        [] => {
            call.allow(&["projection"])?;
            require(call, "storage.buckets.get", name)?;
            let world = call.cloud.world();
            let bucket = world.neighbours.bucket(name).ok_or_else(missing)?;
            let number = world.projects.get(&bucket.project).map(|project| project.number.clone());
            Ok(json!({
                "kind": "storage#bucket", "id": name, "name": name, "location": bucket.location,
                "projectNumber": number, "storageClass": "STANDARD",
            }))
        }
        ["iam"] => {
            call.allow(&["optionsRequestedPolicyVersion"])?;
            require(call, "storage.buckets.getIamPolicy", name)?;
            let version = call.param("optionsRequestedPolicyVersion").and_then(|version| version.parse().ok());
            let world = call.cloud.world();
            let mut policy = world.neighbours.bucket(name).ok_or_else(missing)?.policy.read(version.unwrap_or(1));
            policy["kind"] = json!("storage#policy");
            policy["resourceId"] = json!(format!("projects/_/buckets/{name}"));
            Ok(policy)
        }
        ["iam", "testPermissions"] => {
            call.allow(&["permissions"])?;
            let world = call.cloud.world();
            world.neighbours.bucket(name).ok_or_else(missing)?;
            let asked = call.query.iter().filter(|(param, _)| param == "permissions").map(|(_, value)| value);
            let on = format!("buckets/{name}");
            let held: Vec<&String> = asked.filter(|permission| world.may(call.who, permission, &on)).collect();
            Ok(json!({"kind": "storage#testIamPermissionsResponse", "permissions": held}))
        }
        ["o"] => objects(call, name),
        ["o", object] => {
            call.allow(&["projection"])?;
            require(call, "storage.objects.get", name)?;
            let world = call.cloud.world();
            let object = object.replace("%2F", "/");
            let size = world.neighbours.bucket(name).ok_or_else(missing)?.objects.get(&object);
            let size = size.ok_or_else(|| refused(404, "notFound", format!("No such object: {name}/{object}")))?;
            Ok(shown(name, &object, *size))
        }
        _ => Err(unserved(verb, path)),
    }
}

fn shown(bucket: &str, object: &str, size: u64) -> Value {
    let now = timestamp::now();
    json!({
        "kind": "storage#object", "id": format!("{bucket}/{object}/1"), "name": object, "bucket": bucket,
        "size": size.to_string(), "storageClass": "STANDARD", "timeCreated": now, "updated": now,
    })
}

/// `GET b/{bucket}/o`: in the order of the names.
fn objects(call: &Call<'_>, bucket: &str) -> Result<Value, ApiError> {
    const OTHER: [&str; 7] =
        ["delimiter", "startOffset", "endOffset", "matchGlob", "versions", "filter", "softDeleted"];
    let mut allowed = vec!["prefix", "maxResults", "pageToken", "projection"];
    allowed.extend(OTHER);
    call.allow(&allowed)?;
    require(call, "storage.objects.list", bucket)?;
    if let Some(name) = OTHER.iter().find(|name| call.param(name).is_some_and(|text| !text.is_empty())) {
        return Err(ApiError::new("UNIMPLEMENTED", format!("The emulator does not evaluate {name}.")));
    }
    let size = call.param("maxResults").map(str::parse::<i64>).transpose();
    let size = size.map_err(|_| refused(400, "invalid", "Invalid maxResults.".to_owned()))?.unwrap_or(1000);
    let prefix = call.param("prefix").unwrap_or_default();
    let mut world = call.cloud.world();
    let missing = || refused(404, "notFound", "The specified bucket does not exist.".to_owned());
    let all = &world.neighbours.bucket(bucket).ok_or_else(missing)?.objects;
    let found = all.iter().filter(|(name, _)| name.starts_with(prefix));
    let items: Vec<(String, Value)> = found.map(|(name, size)| (name.clone(), shown(bucket, name, *size))).collect();
    let is_empty = items.is_empty();
    let list = format!("objects of {bucket} with {prefix}");
    let token = call.param("pageToken").unwrap_or_default();
    let mut answer = page::cut(&mut world, &list, Some(size), token, "items", items)?;
    // An empty list has no items.
    if is_empty {
        answer = json!({});
    }
    answer["kind"] = json!("storage#objects");
    Ok(answer)
}
