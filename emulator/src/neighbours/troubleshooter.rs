//! Policy Troubleshooter: whether an account holds a permission, as far as the caller may see the policies.
//!
//! Source: `policytroubleshooter.v3`. Memberships of groups are not evaluated, as there are none here. Unverified: the codes of rejections.

use crate::call::Call;
use crate::error::ApiError;
use crate::message::{self, Shape};
use crate::state::policy::Policy;
use crate::state::principal::Principal;
use crate::state::world::World;
use serde_json::{Value, json};

const REQUEST: &[(&str, Shape)] = &[(
    "accessTuple",
    Shape::Message(&[
        ("principal", Shape::Text),
        ("fullResourceName", Shape::Text),
        ("permission", Shape::Text),
        ("permissionFqdn", Shape::Output),
        ("conditionContext", Shape::Any),
    ]),
)];

/// A resource: its name in the state, and the permission to read its policy.
struct Target {
    name: String,
    read: &'static str,
}

/// Reads a full resource name, `//storage.googleapis.com/projects/_/buckets/B`.
fn target(world: &World, full: &str) -> Option<Target> {
    let (service, name) = full.strip_prefix("//")?.split_once('/')?;
    let parts: Vec<&str> = name.split('/').collect();
    if let ("storage.googleapis.com", ["projects", "_", "buckets", bucket, ..]) = (service, parts.as_slice()) {
        return Some(Target { name: format!("buckets/{bucket}"), read: "storage.buckets.getIamPolicy" });
    }
    let (depth, read) = match (service, parts.as_slice()) {
        ("cloudresourcemanager.googleapis.com", ["projects", _]) => (2, "resourcemanager.projects.getIamPolicy"),
        ("artifactregistry.googleapis.com", [_, _, _, _, "repositories", ..]) => {
            (6, "artifactregistry.repositories.getIamPolicy")
        }
        ("cloudkms.googleapis.com", [_, _, _, _, "keyRings", _, "cryptoKeys", ..]) => {
            (8, "cloudkms.cryptoKeys.getIamPolicy")
        }
        ("secretmanager.googleapis.com", [_, _, "secrets", ..]) => (4, "secretmanager.secrets.getIamPolicy"),
        ("iam.googleapis.com", [_, _, "serviceAccounts", _]) => (4, "iam.serviceAccounts.getIamPolicy"),
        ("aiplatform.googleapis.com", [_, _, _, _, "endpoints", _]) => (6, "aiplatform.endpoints.getIamPolicy"),
        _ => return None,
    };
    let name = parts.get(..depth)?.join("/");
    Some(Target { name: world.stored(&name).unwrap_or(name), read })
}

/// The policies that decide, each with the permission to read it and whether the caller holds that.
fn policies<'a>(world: &'a World, who: &Principal, target: &Target) -> Vec<(String, Option<&'a Policy>)> {
    let project = world.project_of(&target.name);
    let own = match target.name.split("/serviceAccounts/").nth(1) {
        Some(email) => world.service_accounts.get(email),
        None => world.neighbours.policy(&target.name).or_else(|| Some(&world.endpoints.get(&target.name)?.policy)),
    };
    let sees_own = match target.name.split("/serviceAccounts/").nth(1) {
        Some(email) => world.may_on_account(who, target.read, email),
        None => world.may(who, target.read, &target.name),
    };
    let of_project = project.as_ref().map(|id| format!("projects/{id}"));
    let sees_project =
        of_project.as_ref().is_some_and(|name| world.may(who, "resourcemanager.projects.getIamPolicy", name));
    let mut all = Vec::new();
    if of_project.as_ref() != Some(&target.name) {
        all.push((target.name.clone(), own.filter(|_| sees_own)));
    }
    let policy = project.and_then(|id| world.projects.get(&id)).map(|project| &project.policy);
    all.push((of_project.unwrap_or_else(|| "projects/unknown".to_owned()), policy.filter(|_| sees_project)));
    all
}

/// `POST /v3/iam:troubleshoot`
pub fn troubleshoot(call: &Call<'_>) -> Result<Value, ApiError> {
    call.allow(&[])?;
    let request = message::read(call.body, REQUEST)?;
    let tuple = &request["accessTuple"];
    let text = |field: &str| tuple[field].as_str().unwrap_or_default();
    if let Some(field) =
        ["principal", "fullResourceName", "permission"].into_iter().find(|field| text(field).is_empty())
    {
        return Err(ApiError::invalid(format!("access_tuple.{field} is required.")));
    }
    if !tuple["conditionContext"].is_null() {
        return Err(ApiError::new("UNIMPLEMENTED", "The emulator does not evaluate conditionContext."));
    }
    let email = text("principal");
    if !email.contains('@') || email.contains([':', '/']) {
        return Err(ApiError::invalid(format!(
            "Invalid principal {email}: it must be a Google Account or a service account."
        )));
    }
    let permission = match text("permission").split_once(".googleapis.com/") {
        Some((service, rest)) => format!("{service}.{rest}"),
        None => text("permission").to_owned(),
    };
    let who = match email.ends_with(".gserviceaccount.com") {
        true => Principal::ServiceAccount { email: email.to_owned() },
        false => Principal::Member { member: format!("user:{email}") },
    };
    let world = call.cloud.world();
    let target = target(&world, text("fullResourceName")).ok_or_else(|| {
        ApiError::new("UNIMPLEMENTED", format!("The emulator has no policies of {}.", text("fullResourceName")))
    })?;
    let mut explained = Vec::new();
    let mut states = Vec::new();
    for (name, policy) in policies(&world, call.who, &target) {
        let state = match policy {
            None => "UNKNOWN_INFO",
            Some(policy) if policy.binds(&who, &permission, &world.roles, false) => "GRANTED",
            Some(policy) if policy.binds(&who, &permission, &world.roles, true) => "UNKNOWN_CONDITIONAL",
            Some(_) => "NOT_GRANTED",
        };
        let mut one = json!({"allowAccessState": format!("ALLOW_ACCESS_STATE_{state}"), "fullResourceName": name});
        if let Some(policy) = policy {
            one["policy"] = policy.read(3);
        }
        explained.push(one);
        states.push(state);
    }
    let first = ["GRANTED", "UNKNOWN_INFO", "UNKNOWN_CONDITIONAL"].into_iter().find(|state| states.contains(state));
    let state = first.unwrap_or("NOT_GRANTED");
    let overall = match state {
        "GRANTED" => "CAN_ACCESS",
        "NOT_GRANTED" => "CANNOT_ACCESS",
        unknown => unknown,
    };
    let fqdn = permission.split_once('.').map(|(service, rest)| format!("{service}.googleapis.com/{rest}"));
    Ok(json!({
        "overallAccessState": overall,
        "accessTuple": {
            "principal": email,
            "fullResourceName": text("fullResourceName"),
            "permission": permission,
            "permissionFqdn": fqdn,
        },
        "allowPolicyExplanation": {"allowAccessState": format!("ALLOW_ACCESS_STATE_{state}"), "explainedPolicies": explained},
        "denyPolicyExplanation": {"denyAccessState": "DENY_ACCESS_STATE_NOT_DENIED"},
    }))
}
