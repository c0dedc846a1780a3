//! Grants: requested, approved or denied, active for a time, expired or revoked.

use super::operation::{operate, packed};
use super::request::{DURATIONS, request_id, seconds, whole};
use crate::call::Call;
use crate::cloud::Cloud;
use crate::error::ApiError;
use crate::message::{self, Shape};
use crate::page;
use crate::state::entitlement::EntitlementState;
use crate::state::grant::GrantState;
use crate::state::policy::{Binding, Condition};
use crate::state::world::World;
use crate::timestamp;
use crate::token::secret;
use Shape::{List, Message, Output, Text};
use serde_json::{Value, json};

/// Time that an approver has, in seconds.
const APPROVAL_WINDOW: f64 = 86_400.0;
/// Duration of activating and revoking at Google's pace, in seconds. Unverified.
const ACTIVATING: f64 = 20.0;
const REVOKING: f64 = 20.0;

const GRANT: &[(&str, Shape)] = &[
    ("name", Output),
    ("createTime", Output),
    ("updateTime", Output),
    ("requester", Output),
    ("requestedDuration", Text),
    ("justification", Message(&[("unstructuredJustification", Text)])),
    ("state", Output),
    ("timeline", Output),
    ("privilegedAccess", Output),
    ("auditTrail", Output),
    ("additionalEmailRecipients", List(&Text)),
    ("externallyModified", Output),
];
const REASON: &[(&str, Shape)] = &[("reason", Text)];

fn entitlement_of(grant: &str) -> &str {
    grant.split("/grants").next().unwrap_or(grant)
}

/// Checks a request against its entitlement.
fn check(entitlement: &EntitlementState, asked: &Value) -> Result<(), ApiError> {
    let most = seconds(&entitlement.body["maxRequestDuration"]).unwrap_or_default();
    let duration = seconds(&asked["requestedDuration"]);
    if duration.is_none_or(|duration| duration < *DURATIONS.start() || duration > most) {
        return Err(ApiError::invalid(format!("requestedDuration must be 1800s to {most}s.")));
    }
    let is_justified =
        asked["justification"]["unstructuredJustification"].as_str().is_some_and(|text| !text.is_empty());
    if !entitlement.body["requesterJustificationConfig"]["unstructured"].is_null() && !is_justified {
        return Err(ApiError::invalid("justification.unstructuredJustification is required."));
    }
    Ok(())
}

/// `POST {entitlement}/grants`
pub fn create(call: &Call<'_>, entitlement: &str) -> Result<Value, ApiError> {
    call.allow(&["requestId"])?;
    let mut body = message::read(call.body, GRANT)?;
    let request_id = request_id(call)?;
    let mut world = call.cloud.world();
    let known = world.entitlements.get(entitlement);
    let Some(known) = known.filter(|known| known.lets_request(call.who)) else {
        // Unverified: the status. Callers who cannot read entitlements do not learn whether one exists.
        let may_see = world.may(call.who, "privilegedaccessmanager.entitlements.get", entitlement);
        return Err(if known.is_none() && may_see {
            ApiError::not_found(entitlement)
        } else {
            ApiError::denied("privilegedaccessmanager.grants.create", entitlement)
        });
    };
    let requester = call.who.name();
    let mut own = world
        .grants
        .iter()
        .filter(|(name, grant)| entitlement_of(name) == entitlement && grant.requester.name() == requester);
    if request_id.is_some()
        && let Some((_, first)) = own.clone().find(|(_, grant)| grant.request_id == request_id)
    {
        return Ok(first.body.clone());
    }
    if known.body["state"] != "AVAILABLE" {
        return Err(ApiError::precondition(format!("Entitlement {entitlement} is not available.")));
    }
    check(known, &body)?;
    // Unverified: status and text, known from a third party's tool.
    if let Some((name, _)) = own.find(|(_, grant)| grant.is_open()) {
        return Err(ApiError::precondition(format!(
            "You have an open Grant {name} that gives the same privileged access."
        )));
    }
    let is_awaited = !known.approvals().is_null();
    let now = chrono::Utc::now();
    let stamp = |time: chrono::DateTime<chrono::Utc>| json!(time.to_rfc3339_opts(chrono::SecondsFormat::Micros, true));
    let requested = match is_awaited {
        true => json!({"expireTime": stamp(now + chrono::Duration::days(1))}),
        false => json!({}),
    };
    // Random, so that a task of a grant from before a reset finds no other grant.
    let name = format!("{entitlement}/grants/{}", secret("").get(..32).unwrap_or_default());
    body["name"] = json!(name);
    body["createTime"] = stamp(now);
    body["updateTime"] = stamp(now);
    body["requester"] = json!(call.who.username());
    body["state"] = json!(if is_awaited { "APPROVAL_AWAITED" } else { "ACTIVATING" });
    body["timeline"] = json!({"events": [{"eventTime": stamp(now), "requested": requested}]});
    body["privilegedAccess"] = known.body["privilegedAccess"].clone();
    let state = GrantState { body: body.clone(), requester: call.who.clone(), request_id, added: Vec::new() };
    world.grants.insert(name.clone(), state);
    drop(world);
    call.cloud.announce();
    let cloud = call.cloud.clone();
    if is_awaited {
        tokio::spawn(expire(cloud, name));
    } else {
        tokio::spawn(activate_and_end(cloud, name));
    }
    Ok(body)
}

/// Expires the grant when its approval does not come in time.
async fn expire(cloud: Cloud, name: String) {
    cloud.pass(APPROVAL_WINDOW).await;
    if let Some(grant) = cloud.world().grants.get_mut(&name)
        && grant.state() == "APPROVAL_AWAITED"
    {
        grant.turn("EXPIRED", json!({"expired": {}}));
    }
    cloud.announce();
}

/// Activates the grant and ends it at its expiry.
async fn activate_and_end(cloud: Cloud, name: String) {
    cloud.pass(ACTIVATING).await;
    let Some(seconds) = activate(&mut cloud.world(), &name) else { return };
    cloud.announce();
    cloud.pass(seconds as f64).await;
    remove_access(&mut cloud.world(), &name, "ACTIVE", "ENDED", Some(json!({"ended": {}})));
    cloud.announce();
}

/// Adds the bindings to the project's policy; returns their duration in seconds.
fn activate(world: &mut World, name: &str) -> Option<u64> {
    let project = world.projects.get_mut(name.split('/').nth(1)?)?;
    let grant = world.grants.get_mut(name).filter(|grant| grant.state() == "ACTIVATING")?;
    let seconds = seconds(&grant.body["requestedDuration"])?;
    let end = chrono::Utc::now() + chrono::Duration::seconds(i64::try_from(seconds).ok()?);
    let end = end.to_rfc3339_opts(chrono::SecondsFormat::Secs, true);
    let roles = grant.body["privilegedAccess"]["gcpIamAccess"]["roleBindings"].as_array();
    let bindings = roles.into_iter().flatten().map(|entry| {
        let time = format!("request.time < timestamp(\"{end}\")");
        let expression = match entry["conditionExpression"].as_str().filter(|text| !text.is_empty()) {
            Some(also) => format!("({also}) && {time}"),
            None => time,
        };
        Binding {
            role: entry["role"].as_str().unwrap_or_default().to_owned(),
            members: vec![grant.requester.name()],
            // Unverified: title and description.
            condition: Some(Condition {
                expression,
                title: "Created by PAM".to_owned(),
                description: name.to_owned(),
                ..Condition::default()
            }),
        }
    });
    grant.added = bindings.collect();
    project.policy.add(&grant.added);
    grant.body["auditTrail"] = json!({"accessGrantTime": timestamp::now()});
    grant.turn("ACTIVE", json!({"activated": {}}));
    Some(seconds)
}

/// Removes exactly the added bindings from the project's policy and moves to another state.
fn remove_access(world: &mut World, name: &str, from: &str, to: &str, event: Option<Value>) -> Option<Value> {
    let project = world.projects.get_mut(name.split('/').nth(1)?)?;
    let grant = world.grants.get_mut(name).filter(|grant| grant.state() == from)?;
    // Unverified: that Google detects another writer's change only now.
    if !project.policy.remove(&grant.added) {
        grant.body["externallyModified"] = json!(true);
        grant.turn(from, json!({"externallyModified": {}}));
    }
    grant.added.clear();
    grant.body["auditTrail"]["accessRemoveTime"] = json!(timestamp::now());
    match event {
        Some(event) => grant.turn(to, event),
        None => grant.body["state"] = json!(to),
    }
    Some(grant.body.clone())
}

/// `GET {entitlement}/grants`
pub fn list(call: &Call<'_>, entitlement: &str) -> Result<Value, ApiError> {
    call.allow(&["pageSize", "pageToken", "filter", "orderBy"])?;
    call.require("privilegedaccessmanager.grants.list", entitlement)?;
    whole(call)?;
    let mut world = call.cloud.world();
    let found = world.grants.iter().filter(|(name, _)| entitlement_of(name) == entitlement);
    let found = found.map(|(name, one)| (name.clone(), one.body.clone())).collect();
    page::answer(call, &mut world, &format!("{entitlement}/grants/"), "grants", found)
}

/// `GET {entitlement}/grants:search`: those that the caller asked for, may decide about, or has decided about.
pub fn search(call: &Call<'_>, entitlement: &str) -> Result<Value, ApiError> {
    call.allow(&["callerRelationship", "pageSize", "pageToken", "filter"])?;
    whole(call)?;
    let kind = call.param("callerRelationship").unwrap_or_default();
    let (own, email) = (call.who.name(), call.who.username());
    let mut world = call.cloud.world();
    let may_decide = world.entitlements.get(entitlement).is_some_and(|known| known.lets_approve(call.who));
    let is_meant = |grant: &GrantState| match kind {
        "HAD_CREATED" | "1" => Ok(grant.requester.name() == own),
        "CAN_APPROVE" | "2" => Ok(may_decide && grant.state() == "APPROVAL_AWAITED" && grant.requester.name() != own),
        "HAD_APPROVED" | "3" => {
            let mut events = grant.body["timeline"]["events"].as_array().into_iter().flatten();
            Ok(events.any(|event| event["approved"]["actor"] == email || event["denied"]["actor"] == email))
        }
        _ => Err(ApiError::invalid("callerRelationship must be HAD_CREATED, CAN_APPROVE or HAD_APPROVED.")),
    };
    let mut found = Vec::new();
    for (name, grant) in world.grants.iter().filter(|(name, _)| entitlement_of(name) == entitlement) {
        if is_meant(grant)? {
            found.push((name.clone(), grant.body.clone()));
        }
    }
    page::answer(call, &mut world, &format!("{entitlement}/grants:search?{kind}"), "grants", found)
}

/// Deletes a grant with the access that it gives.
pub fn delete(world: &mut World, name: &str) {
    remove_access(world, name, "ACTIVE", "REVOKED", None);
    world.grants.remove(name);
}

/// `GET {grant}`: readers with the permission, the requester, and the approvers.
pub fn get(call: &Call<'_>, name: &str) -> Result<Value, ApiError> {
    call.allow(&[])?;
    let world = call.cloud.world();
    let found = world.grants.get(name);
    let is_own = found.is_some_and(|one| one.requester.name() == call.who.name());
    if !is_own && !world.entitlements.get(entitlement_of(name)).is_some_and(|known| known.lets_approve(call.who)) {
        world.require(call.who, "privilegedaccessmanager.grants.get", name)?;
    }
    found.map(|one| one.body.clone()).ok_or_else(|| ApiError::not_found(name))
}

/// Approves or denies a grant that awaits approval. The caller is an approver of the entitlement and not the requester.
/// Unverified: the statuses.
fn decide(call: &Call<'_>, name: &str, permission: &str, state: &str, event: &str) -> Result<Value, ApiError> {
    call.allow(&[])?;
    let mut decision = message::read(call.body, REASON)?;
    let mut world = call.cloud.world();
    let world = &mut *world;
    let denied = || ApiError::denied(permission, name);
    let known = world.entitlements.get(entitlement_of(name)).filter(|known| known.lets_approve(call.who));
    let known = known.ok_or_else(denied)?;
    let grant = world.grants.get_mut(name).ok_or_else(|| ApiError::not_found(name))?;
    if grant.requester.name() == call.who.name() {
        return Err(denied());
    }
    if known.approvals()["requireApproverJustification"] == true
        && decision["reason"].as_str().is_none_or(str::is_empty)
    {
        return Err(ApiError::invalid("reason is required."));
    }
    if grant.state() != "APPROVAL_AWAITED" {
        return Err(ApiError::precondition(format!("Grant {name} is {} and awaits no approval.", grant.state())));
    }
    decision["actor"] = json!(call.who.username());
    grant.turn(state, json!({ event: decision }));
    Ok(grant.body.clone())
}

/// `POST {grant}:approve`
pub fn approve(call: &Call<'_>, name: &str) -> Result<Value, ApiError> {
    let body = decide(call, name, "privilegedaccessmanager.grants.approve", "ACTIVATING", "approved")?;
    call.cloud.announce();
    tokio::spawn(activate_and_end(call.cloud.clone(), name.to_owned()));
    Ok(body)
}

/// `POST {grant}:deny`
pub fn deny(call: &Call<'_>, name: &str) -> Result<Value, ApiError> {
    let body = decide(call, name, "privilegedaccessmanager.grants.deny", "DENIED", "denied")?;
    call.cloud.announce();
    Ok(body)
}

/// `POST {grant}:revoke`, for active grants. Google's page on revoking says so; its reference allows every state that is not
/// terminal. This is the stricter of the two. Unverified: the status of the rejection.
pub fn revoke(call: &Call<'_>, name: &str) -> Result<Value, ApiError> {
    call.allow(&[])?;
    let mut event = message::read(call.body, REASON)?;
    call.require("privilegedaccessmanager.grants.revoke", name)?;
    let mut world = call.cloud.world();
    let grant = world.grants.get_mut(name).ok_or_else(|| ApiError::not_found(name))?;
    if grant.state() != "ACTIVE" {
        return Err(ApiError::precondition(format!("Grant {name} is {} and cannot be revoked.", grant.state())));
    }
    event["actor"] = json!(call.who.username());
    grant.turn("REVOKING", json!({ "revoked": event }));
    let revoked = name.to_owned();
    Ok(operate(call.cloud, world, name, "revoke", REVOKING, move |world| {
        Some(packed("Grant", remove_access(world, &revoked, "REVOKING", "REVOKED", None)?))
    }))
}
