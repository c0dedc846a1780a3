//! The caller's own rights, as Google reports them to the caller.

use super::services::ticked;
use super::{Judged, Look, Unknown, Verdict, endpoint};
use crate::method::{self, Call, Permission, Resource, resource};
use crate::plan::Found;
use serde_json::{Value, json};

/// The start of a service account's name in the permissions of a plan.
const ACCOUNT: &str = "projects/-/serviceAccounts/";

fn held(answer: &Value) -> Vec<&str> {
    answer["permissions"].as_array().into_iter().flatten().filter_map(Value::as_str).collect()
}

/// The permissions that the plan needs on resources of Vertex AI, given what exists.
fn needed(look: &Look, found: Found) -> Vec<Permission> {
    let mut needed: Vec<Permission> = Vec::new();
    for (call, _) in look.plan.calls(found) {
        for permission in call.permissions() {
            if !permission.resource.starts_with(ACCOUNT) && !needed.contains(&permission) {
                needed.push(permission);
            }
        }
    }
    needed
}

/// The names of permissions, each once.
fn names(permissions: &[Permission]) -> Vec<&'static str> {
    let mut names: Vec<&str> = Vec::new();
    for one in permissions {
        if !names.contains(&one.permission) {
            names.push(one.permission);
        }
    }
    names
}

pub fn permissions(look: &Look) -> Judged {
    let target = &look.plan.target;
    let on_endpoint = target.endpoint.to_string();
    let widest = needed(look, Found::default());
    let all = names(&widest);
    let project = Resource::Project(target.endpoint.place.project.clone());
    let test = Call::new(&method::PROJECTS_TEST_IAM_PERMISSIONS, project).body(json!({ "permissions": all }));
    let on_project = look.ask(test);
    let mut of_endpoint = widest;
    of_endpoint.retain(|one| one.resource.starts_with(&on_endpoint));
    let test = Call::new(&method::ENDPOINTS_TEST_IAM_PERMISSIONS, Resource::Endpoint(target.endpoint.clone()));
    let test = names(&of_endpoint).into_iter().fold(test, |call, permission| call.query("permissions", permission));
    let by_policy = look.find(test);
    let endpoint = look.find(endpoint::get(look));
    let model = look.find(endpoint::get_model(look));
    let on_project = held(on_project?);
    let exists = |found: Result<Option<&Value>, Unknown>| match found {
        Err(unknown) if unknown.is_open() => Err(unknown),
        Err(_) => Ok(None),
        Ok(found) => Ok(Some(found.is_some())),
    };
    // A model with other content would get a new version: only its absence is certain.
    let model = exists(model)?.filter(|exists| !exists || !endpoint::uploads(look));
    let found = look.plan.settled(Found { endpoint: exists(endpoint)?, model, deployment: None });
    let needed = needed(look, found);
    let (by_policy, unseen) = match by_policy {
        Ok(answer) => (answer.map(held).unwrap_or_default(), None),
        Err(unknown) if unknown.is_open() => return Err(unknown),
        Err(unknown) => (Vec::new(), Some(unknown)),
    };
    let lacks = |one: &&Permission| {
        let by_policy = one.resource.starts_with(&on_endpoint) && by_policy.contains(&one.permission);
        !on_project.contains(&one.permission) && !by_policy
    };
    let missing: Vec<Permission> = needed.iter().filter(lacks).cloned().collect();
    let Some(first) = missing.first() else {
        return Ok(Some(Verdict::ok(vec![format!("you hold the {} permissions that the plan needs", needed.len())])));
    };
    // The endpoint's own policy might grant what the project's does not.
    if let Some(unknown) = unseen.filter(|_| missing.iter().all(|one| one.resource.starts_with(&on_endpoint))) {
        return Err(unknown);
    }
    let evidence = missing.iter().map(|one| format!("`{}` on `{}`", one.permission, one.resource)).collect();
    let (permission, resource) = (first.permission, first.resource.clone());
    let no = Verdict::no(format!("you lack permissions that the plan needs: {}", ticked(&names(&missing))))
        .evidence(evidence);
    Ok(Some(no.missing(missing).needing(permission, &resource)))
}

pub fn act_as(look: &Look) -> Judged {
    const ACT_AS: &str = "iam.serviceAccounts.actAs";
    let Some(account) = &look.plan.target.service_account else { return Ok(None) };
    let name = format!("projects/{}/serviceAccounts/{account}", account.home());
    let Some(on) = Resource::parse(resource::ACCOUNT, &name) else {
        let why = format!("the project of `{account}` is unknown");
        return Err(Unknown::because(why, "check `google.com/vertex-ai-service-account`"));
    };
    let test = Call::new(&method::ACCOUNTS_TEST_IAM_PERMISSIONS, on).body(json!({"permissions": [ACT_AS]}));
    let Some(answer) = look.find(test)? else {
        return Ok(Some(Verdict::no(format!("the service account `{account}` does not exist"))));
    };
    if held(answer).contains(&ACT_AS) {
        return Ok(Some(Verdict::ok(vec![format!("you may act as `{account}`")])));
    }
    let message = format!("you may not act as the serving account `{account}`, or it does not exist");
    let missing = vec![Permission { permission: ACT_AS, resource: format!("{ACCOUNT}{account}") }];
    Ok(Some(Verdict::no(message).missing(missing).needing(ACT_AS, account.as_str())))
}
