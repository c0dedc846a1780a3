//! Serving one call of a Google API: authenticates, counts against the quotas, routes.

use crate::call::Call;
use crate::causes::{real, strike};
use crate::cloud::Cloud;
use crate::error::ApiError;
use crate::iam::{credentials, projects, roles, service_accounts};
use crate::method_name;
use crate::pam;
use crate::received::Received;
use crate::reply::Reply;
use crate::rpc;
use crate::selector::Selector;
use crate::services;
use crate::state::principal::Principal;
use crate::state::quota::Kind;
use crate::sts;
use crate::vertex;
use axum::http::header;
use serde_json::{Value, json};
use std::sync::atomic::AtomicBool;

/// What came of a call.
pub struct Served {
    pub result: Result<Reply, ApiError>,
    pub principal: Option<Principal>,
    /// Whether it changed something, or started an operation that does.
    pub changed: bool,
}

/// Carries out one call.
pub async fn serve(cloud: &Cloud, received: &Received) -> Served {
    let Received { verb, host, path, query, headers, body, .. } = received;
    let text = |name: header::HeaderName| headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let credentials = text(header::AUTHORIZATION);
    if (verb.as_str(), path.as_str()) == ("POST", "/v1/token") {
        let result = match meet(cloud, received, None) {
            Ok(()) => sts::token(cloud, text(header::CONTENT_TYPE), body, !credentials.is_empty()).await,
            Err(error) => Err(error),
        };
        return Served { result: result.map(Reply::Json), principal: None, changed: false };
    }
    let version = path.split('/').nth(1).unwrap_or_default();
    let Some(who) = authenticate(cloud, credentials) else {
        let service = received.name.split('.').next().unwrap_or_default();
        let method = rpc::of(&received.name, version);
        let refused = ApiError::unauthenticated(!credentials.is_empty(), service, method.as_deref());
        return Served { result: Err(refused), principal: None, changed: false };
    };
    let no_change = AtomicBool::new(false);
    let call = Call { cloud, who: &who, version, host, query, body, no_change: &no_change };
    let result = match count(cloud, &received.name, path).and_then(|()| meet(cloud, received, Some(&who))) {
        Ok(()) => selected(&call, verb, path, text(header::CONTENT_TYPE)).await,
        Err(exhausted) => Err(exhausted),
    };
    let changed = result.is_ok() && !method_name::is_read(&received.name) && !no_change.into_inner();
    Served { result, principal: Some(who), changed }
}

/// Answers with the error of the cause that the call meets, if any.
fn meet(cloud: &Cloud, received: &Received, who: Option<&Principal>) -> Result<(), ApiError> {
    let mut world = cloud.world();
    match real::of_call(&world, who, received) {
        Some((struck, names)) => Err(strike::error(struck, &mut world, &names)),
        None => Ok(()),
    }
}

/// Counts a call of Vertex AI against the project's quota. Predictions have quotas of their own, which are not emulated.
fn count(cloud: &Cloud, name: &str, path: &str) -> Result<(), ApiError> {
    if !name.starts_with("aiplatform.") || method_name::is_prediction(name) {
        return Ok(());
    }
    let kind = if method_name::is_read(name) { Kind::Reads } else { Kind::Submissions };
    let mut world = cloud.world();
    let now = cloud.clock().now();
    let world = &mut *world;
    let named = path.split('/').nth(3).unwrap_or_default();
    let Some(id) = world.project_id(named) else { return Ok(()) };
    let number = world.projects.get(&id).map(|project| project.number.as_str()).unwrap_or_default();
    world.quotas.take(&world.settings, &id, number, kind, now)
}

fn authenticate(cloud: &Cloud, credentials: &str) -> Option<Principal> {
    let token = credentials.strip_prefix("Bearer ").or_else(|| credentials.strip_prefix("bearer "))?;
    let world = cloud.world();
    let grant = world.tokens.get(token)?;
    let valid = grant.expires.is_none_or(|expires| expires > tokio::time::Instant::now());
    valid.then(|| grant.principal.clone())
}

/// Routes a call; leaves what its parameter `fields` selects.
async fn selected(call: &Call<'_>, verb: &str, path: &str, content_type: &str) -> Result<Reply, ApiError> {
    let selector = call.param("fields").map(Selector::parse).transpose()?;
    if let Some(reply) = vertex::predict::route(call, verb, path, content_type)? {
        return Ok(reply);
    }
    let value = route(call, verb, path).await?;
    Ok(Reply::Json(match selector {
        Some(selector) => selector.apply(value),
        None => value,
    }))
}

async fn route(call: &Call<'_>, verb: &str, path: &str) -> Result<Value, ApiError> {
    let unknown = || ApiError::no_such_path(path);
    let (version, rest) = path.trim_start_matches('/').split_once('/').ok_or_else(unknown)?;
    if let Some(account) = rest.strip_prefix("projects/-/serviceAccounts/") {
        if let Some(email) = account.strip_suffix(":generateAccessToken").filter(|_| verb == "POST") {
            return credentials::generate_access_token(call, email);
        }
        // Google's libraries look up an account's allowed locations in the background; an empty list is a valid answer.
        if account.ends_with("/allowedLocations") && verb == "GET" {
            return Ok(json!({"locations": [], "encodedLocations": "0x0"}));
        }
        return Err(unknown());
    }
    if let Some(answer) = services::route(call, version, verb, rest) {
        return answer;
    }
    match (version, verb, rest) {
        ("v3", "GET", "projects:search") => return projects::search(call),
        ("v1", "POST", "permissions:queryTestablePermissions") => return roles::testable_permissions(call),
        _ => {}
    }
    if let ("v1", Some(id)) = (version, rest.strip_prefix("roles/")) {
        return roles::predefined(call, verb, id);
    }
    if let ("v1", ["projects", project, rest @ ..]) = (version, rest.splitn(4, '/').collect::<Vec<_>>().as_slice()) {
        match rest {
            ["roles"] => return roles::route(call, verb, project, ""),
            ["roles", id] => return roles::route(call, verb, project, id),
            ["serviceAccounts", account] => return service_accounts::route(call, verb, account),
            _ => {}
        }
    }
    if let ("v3" | "v1", Some(project)) = (version, rest.strip_prefix("projects/").filter(|p| !p.contains('/'))) {
        let (id, method) = project.split_once(':').map_or((project, None), |(id, method)| (id, Some(method)));
        return projects::route(call, verb, id, method);
    }
    let fifth = rest.split(['/', ':']).nth(4);
    if version == "v1" && fifth == Some("entitlements") {
        return pam::route(call, verb, rest);
    }
    match version {
        "v1" | "v1beta1" | "ui" => vertex::route(call, verb, rest).await,
        _ => Err(unknown()),
    }
}
