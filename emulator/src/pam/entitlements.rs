//! Entitlements: who may request which roles on a project, for how long at most, and who approves.

use super::grants;
use super::operation::{operate, packed};
use super::request::{DURATIONS, request_id, seconds, whole};
use crate::call::Call;
use crate::error::ApiError;
use crate::message::{self, Shape};
use crate::page;
use crate::state::entitlement::EntitlementState;
use crate::state::world::World;
use crate::timestamp;
use Shape::{Bool, Int, List, Message, Output, Text};
use serde_json::{Value, json};

const MOST_ROLES: usize = 30;
const MOST_PRINCIPALS: usize = 20;
/// Roles that cannot be granted for a time.
const BASIC_ROLES: &[&str] = &["roles/owner", "roles/editor", "roles/viewer"];
const RESOURCE_TYPE: &str = "cloudresourcemanager.googleapis.com/Project";
/// Duration of creating and deleting at Google's pace, in seconds. Unverified.
const DURATION: f64 = 4.0;

const PRINCIPALS: Shape = List(&Message(&[("principals", List(&Text))]));
const STEP: &[(&str, Shape)] =
    &[("approvers", PRINCIPALS), ("approvalsNeeded", Int), ("approverEmailRecipients", List(&Text))];
const APPROVALS: &[(&str, Shape)] = &[("requireApproverJustification", Bool), ("steps", List(&Message(STEP)))];
const ROLE_BINDING: &[(&str, Shape)] = &[("role", Text), ("conditionExpression", Text)];
const ACCESS: &[(&str, Shape)] =
    &[("resourceType", Text), ("resource", Text), ("roleBindings", List(&Message(ROLE_BINDING)))];
const ENTITLEMENT: &[(&str, Shape)] = &[
    ("name", Output),
    ("createTime", Output),
    ("updateTime", Output),
    ("eligibleUsers", PRINCIPALS),
    ("approvalWorkflow", Message(&[("manualApprovals", Message(APPROVALS))])),
    ("privilegedAccess", Message(&[("gcpIamAccess", Message(ACCESS))])),
    ("maxRequestDuration", Text),
    ("state", Output),
    ("requesterJustificationConfig", Message(&[("notMandatory", Message(&[])), ("unstructured", Message(&[]))])),
    (
        "additionalNotificationTargets",
        Message(&[("adminEmailRecipients", List(&Text)), ("requesterEmailRecipients", List(&Text))]),
    ),
    ("etag", Text),
];

fn is_valid_id(id: &str) -> bool {
    (4..=63).contains(&id.len())
        && id.starts_with(|c: char| c.is_ascii_lowercase())
        && !id.ends_with('-')
        && id.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-')
}

fn check_principals(lists: &Value, field: &str) -> Result<(), ApiError> {
    const KINDS: &[&str] = &["user:", "group:", "serviceAccount:", "domain:", "principal://", "principalSet://"];
    let lists: Vec<&Value> = lists.as_array().into_iter().flatten().collect();
    if lists.len() > 1 {
        return Err(ApiError::invalid(format!("{field} has at most one entry.")));
    }
    let members = lists.iter().flat_map(|list| list["principals"].as_array().into_iter().flatten());
    let members: Vec<&str> = members.filter_map(Value::as_str).collect();
    if members.len() > MOST_PRINCIPALS {
        return Err(ApiError::invalid(format!("{field} has at most {MOST_PRINCIPALS} principals.")));
    }
    match members.iter().find(|member| !KINDS.iter().any(|kind| member.starts_with(kind))) {
        Some(member) => Err(ApiError::invalid(format!("{field}: {member} is not a principal."))),
        None => Ok(()),
    }
}

fn check_approvals(workflow: &Value) -> Result<(), ApiError> {
    if workflow.is_null() {
        return Ok(());
    }
    let steps = workflow["manualApprovals"]["steps"].as_array();
    let Some([step]) = steps.map(Vec::as_slice) else {
        return Err(ApiError::invalid("approvalWorkflow.manualApprovals must have exactly one step."));
    };
    if step["approvalsNeeded"] != 1 {
        return Err(ApiError::invalid("approvalsNeeded must be 1."));
    }
    check_principals(&step["approvers"], "approvers")
}

fn check_access(world: &World, place: &str, access: &Value) -> Result<(), ApiError> {
    let resource =
        access["resource"].as_str().and_then(|name| name.strip_prefix("//cloudresourcemanager.googleapis.com/"));
    let project = place.split("/locations").next();
    if access["resourceType"] != RESOURCE_TYPE || resource.and_then(|name| world.stored(name)).as_deref() != project {
        return Err(ApiError::invalid(format!("gcpIamAccess must be on the {RESOURCE_TYPE} of the entitlement.")));
    }
    let roles: Vec<&str> = access["roleBindings"]
        .as_array()
        .into_iter()
        .flatten()
        .map(|binding| binding["role"].as_str().unwrap_or_default())
        .collect();
    if roles.is_empty() || roles.len() > MOST_ROLES {
        return Err(ApiError::invalid(format!("roleBindings has 1 to {MOST_ROLES} entries.")));
    }
    if let Some(role) = roles.iter().find(|role| BASIC_ROLES.contains(role)) {
        return Err(ApiError::invalid(format!("Role {role} is not supported.")));
    }
    match roles.iter().find(|role| !world.roles.contains_key(**role)) {
        Some(role) => Err(ApiError::invalid(format!("Role {role} does not exist in the resource's hierarchy."))),
        None => Ok(()),
    }
}

fn check(world: &World, place: &str, body: &Value) -> Result<(), ApiError> {
    check_principals(&body["eligibleUsers"], "eligibleUsers")?;
    check_approvals(&body["approvalWorkflow"])?;
    check_access(world, place, &body["privilegedAccess"]["gcpIamAccess"])?;
    if seconds(&body["maxRequestDuration"]).is_none_or(|seconds| !DURATIONS.contains(&seconds)) {
        return Err(ApiError::invalid("maxRequestDuration must be 1800s to 604800s."));
    }
    let config = &body["requesterJustificationConfig"];
    if config["notMandatory"].is_null() == config["unstructured"].is_null() {
        return Err(ApiError::invalid("requesterJustificationConfig must be either notMandatory or unstructured."));
    }
    Ok(())
}

/// `POST {place}/entitlements?entitlementId=`
pub fn create(call: &Call<'_>, place: &str) -> Result<Value, ApiError> {
    call.allow(&["entitlementId", "requestId"])?;
    let mut body = message::read(call.body, ENTITLEMENT)?;
    let request_id = request_id(call)?;
    call.require("privilegedaccessmanager.entitlements.create", place)?;
    let id = call.param("entitlementId").unwrap_or_default();
    if !is_valid_id(id) {
        return Err(ApiError::invalid(format!("Invalid entitlement id: {id}")));
    }
    let name = format!("{place}/entitlements/{id}");
    let mut world = call.cloud.world();
    if let Some(known) = world.entitlements.get(&name) {
        let first = world.operations.values().rfind(|operation| {
            let metadata = &operation.body["metadata"];
            metadata["target"] == name.as_str() && metadata["verb"] == "create"
        });
        return match first.filter(|_| request_id.is_some() && known.request_id == request_id) {
            Some(operation) => Ok(operation.body.clone()),
            None => Err(ApiError::exists(&name)),
        };
    }
    check(&world, place, &body)?;
    let now = timestamp::now();
    body["name"] = json!(name);
    body["createTime"] = json!(now);
    body["updateTime"] = json!(now);
    body["state"] = json!("CREATING");
    body["etag"] = json!("ImEi");
    world.entitlements.insert(name.clone(), EntitlementState { body, request_id });
    let target = name.clone();
    Ok(operate(call.cloud, world, &target, "create", DURATION, move |world| {
        let made = world.entitlements.get_mut(&name)?;
        made.body["state"] = json!("AVAILABLE");
        Some(packed("Entitlement", made.body.clone()))
    }))
}

/// `GET {place}/entitlements`
pub fn list(call: &Call<'_>, place: &str) -> Result<Value, ApiError> {
    call.allow(&["pageSize", "pageToken", "filter", "orderBy"])?;
    call.require("privilegedaccessmanager.entitlements.list", place)?;
    whole(call)?;
    let mut world = call.cloud.world();
    let start = format!("{place}/entitlements/");
    let found = world.entitlements.iter().filter(|(name, _)| name.starts_with(&start));
    let found = found.map(|(name, one)| (name.clone(), one.body.clone())).collect();
    page::answer(call, &mut world, &start, "entitlements", found)
}

/// `GET {entitlement}`: readers with the permission, and the principals that it names.
pub fn get(call: &Call<'_>, name: &str) -> Result<Value, ApiError> {
    call.allow(&[])?;
    let world = call.cloud.world();
    let found = world.entitlements.get(name);
    if !found.is_some_and(|one| one.lets_request(call.who) || one.lets_approve(call.who)) {
        world.require(call.who, "privilegedaccessmanager.entitlements.get", name)?;
    }
    found.map(|one| one.body.clone()).ok_or_else(|| ApiError::not_found(name))
}

/// `GET {place}/entitlements:search`: those that name the caller, who needs no permission.
pub fn search(call: &Call<'_>, place: &str) -> Result<Value, ApiError> {
    call.allow(&["callerAccessType", "pageSize", "pageToken", "filter"])?;
    whole(call)?;
    let kind = call.param("callerAccessType").unwrap_or_default();
    let names_caller = match kind {
        "GRANT_REQUESTER" | "1" => EntitlementState::lets_request,
        "GRANT_APPROVER" | "2" => EntitlementState::lets_approve,
        _ => return Err(ApiError::invalid("callerAccessType must be GRANT_REQUESTER or GRANT_APPROVER.")),
    };
    let mut world = call.cloud.world();
    let start = format!("{place}/entitlements/");
    let found = world.entitlements.iter().filter(|(name, one)| name.starts_with(&start) && names_caller(one, call.who));
    let found = found.map(|(name, one)| (name.clone(), one.body.clone())).collect();
    page::answer(call, &mut world, &format!("{start}:search?{kind}"), "entitlements", found)
}

/// `PATCH {entitlement}?updateMask=`: open grants stay as they are.
///
/// Source: `UpdateEntitlementRequest`, by which immutable fields of the mask are ignored. Unverified: the answer to a stale etag.
pub fn patch(call: &Call<'_>, name: &str) -> Result<Value, ApiError> {
    const UPDATABLE: &[&str] = &[
        "eligibleUsers",
        "approvalWorkflow",
        "privilegedAccess",
        "maxRequestDuration",
        "requesterJustificationConfig",
        "additionalNotificationTargets",
    ];
    call.allow(&["updateMask"])?;
    let sent = message::read(call.body, ENTITLEMENT)?;
    call.require("privilegedaccessmanager.entitlements.update", name)?;
    let mask = call.param("updateMask").unwrap_or_default();
    if mask.is_empty() {
        return Err(ApiError::invalid("updateMask is required."));
    }
    let mut world = call.cloud.world();
    let known = world.entitlements.get(name).ok_or_else(|| ApiError::not_found(name))?;
    if known.body["state"] != "AVAILABLE" {
        return Err(ApiError::precondition(format!("Entitlement {name} is not available.")));
    }
    if sent["etag"].as_str().is_some_and(|etag| !etag.is_empty() && known.body["etag"] != etag) {
        return Err(ApiError::new("ABORTED", format!("The etag of entitlement {name} is not the sent one.")));
    }
    let mut body = known.body.clone();
    for field in mask.split(',').map(|path| message::camel(path.trim().split('.').next().unwrap_or(path))) {
        let meant = UPDATABLE.iter().filter(|known| field == "*" || **known == field);
        meant.for_each(|field| match sent[*field].is_null() {
            true => drop(body.as_object_mut().and_then(|body| body.remove(*field))),
            false => body[*field] = sent[*field].clone(),
        });
    }
    check(&world, name.split("/entitlements").next().unwrap_or(name), &body)?;
    world.touch()(&mut body);
    if let Some(known) = world.entitlements.get_mut(name) {
        known.body["state"] = json!("UPDATING");
    }
    let target = name.to_owned();
    Ok(operate(call.cloud, world, name, "update", DURATION, move |world| {
        let known = world.entitlements.get_mut(&target)?;
        known.body = body;
        Some(packed("Entitlement", known.body.clone()))
    }))
}

/// `DELETE {entitlement}`, with its grants when forced. Unverified: that access which open grants give ends with them.
pub fn delete(call: &Call<'_>, name: &str) -> Result<Value, ApiError> {
    call.allow(&["requestId", "force"])?;
    request_id(call)?;
    call.require("privilegedaccessmanager.entitlements.delete", name)?;
    let mut world = call.cloud.world();
    if !world.entitlements.contains_key(name) {
        return Err(ApiError::not_found(name));
    }
    let below = format!("{name}/grants/");
    let mut grants = world.grants.iter().filter(|(grant, _)| grant.starts_with(&below)).map(|(_, grant)| grant);
    let is_forced = call.param("force") == Some("true");
    if !is_forced && grants.next().is_some() {
        return Err(ApiError::precondition(format!("Entitlement {name} has grants and cannot be deleted.")));
    }
    if let Some(doomed) = world.entitlements.get_mut(name) {
        doomed.body["state"] = json!("DELETING");
    }
    let gone = name.to_owned();
    Ok(operate(call.cloud, world, name, "delete", DURATION, move |world| {
        let doomed: Vec<String> = world.grants.keys().filter(|grant| grant.starts_with(&below)).cloned().collect();
        doomed.iter().for_each(|grant| grants::delete(world, grant));
        let mut last = world.entitlements.remove(&gone)?.body;
        last["state"] = json!("DELETED");
        Some(packed("Entitlement", last))
    }))
}

#[cfg(test)]
mod tests {
    #[test]
    fn accepts_ids_in_googles_grammar() {
        for (id, is) in [
            ("vertex-deploy-1a2b", true),
            ("abcd", true),
            ("abc", false),
            (&"a".repeat(63), true),
            (&"a".repeat(64), false),
            ("1abc", false),
            ("abc-", false),
            ("Abcd", false),
            ("ab_cd", false),
        ] {
            assert_eq!(super::is_valid_id(id), is, "{id}");
        }
    }
}
