//! HTTP: authenticates, routes and records each call, and injects faults.

use crate::call::Call;
use crate::cloud::Cloud;
use crate::control;
use crate::error::{ApiError, name_of_http};
use crate::iam::{credentials, projects, roles, service_accounts};
use crate::message;
use crate::pam;
use crate::query;
use crate::state::fault::Kind;
use crate::state::principal::Principal;
use crate::state::world::SeenCall;
use crate::sts;
use crate::vertex;
use axum::body::{Body, Bytes, to_bytes};
use axum::extract::{Request, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::Response;
use serde_json::{Value, json};
use std::time::Duration;

const LARGEST_BODY: usize = 16 << 20;

/// Answers one request.
pub async fn answer(State(cloud): State<Cloud>, request: Request) -> Response {
    let (parts, body) = request.into_parts();
    let verb = parts.method.as_str().to_owned();
    let path = query::path(parts.uri.path());
    let Ok(body) = to_bytes(body, LARGEST_BODY).await else {
        return respond(Err(ApiError::invalid("The body is too large.")), false, None);
    };
    if let Some(rest) = path.strip_prefix("/emulator/") {
        return respond(control::route(&cloud, &verb, rest, &body), false, None);
    }
    let pairs = query::parse(parts.uri.query().unwrap_or_default());
    let as_numbers = pairs.iter().any(|(n, v)| n.ends_with("alt") && v.contains("enum-encoding=int"));
    let fault = cloud.world().faults.strike(&verb, &path);
    let (mut result, principal) = match &fault {
        Some(Kind::Status { status, .. }) => {
            let message = format!("Injected fault: {status}.");
            let body = json!({"error": {"code": status, "message": message, "status": name_of_http(*status)}});
            (Err(ApiError { http: *status, body }), None)
        }
        _ => {
            if let Some(Kind::Slow { millis }) = &fault {
                tokio::time::sleep(Duration::from_millis(*millis)).await;
            }
            google(&cloud, &verb, &path, &pairs, &parts.headers, &body).await
        }
    };
    if let Err(error) = &mut result
        && let Some(Kind::Status { retry_after_seconds: Some(seconds), .. }) = &fault
    {
        *error = error.clone().with(json!({
            "@type": "type.googleapis.com/google.rpc.RetryInfo", "retryDelay": format!("{seconds}s")
        }));
    }
    let text = |name: &str| parts.headers.get(name).and_then(|value| value.to_str().ok()).map(str::to_owned);
    let seen = SeenCall {
        method: verb,
        path: parts.uri.path_and_query().map_or(path, |p| p.as_str().to_owned()),
        principal: principal.map(|p| p.name()),
        reason: text("x-goog-request-reason"),
        status: result.as_ref().map_or_else(|error| error.http, |_| 200),
    };
    cloud.world().calls.push(seen);
    respond(result, as_numbers, fault.as_ref())
}

fn respond(result: Result<Value, ApiError>, enums_as_numbers: bool, fault: Option<&Kind>) -> Response {
    let (status, mut value) = match result {
        Ok(value) => (200, value),
        Err(error) => (error.http, error.body),
    };
    if enums_as_numbers {
        message::enums_as_numbers(&mut value);
    }
    let text = value.to_string();
    let mut response = Response::builder()
        .status(StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR))
        .header(header::CONTENT_TYPE, "application/json; charset=UTF-8");
    if let Some(Kind::Status { retry_after_seconds: Some(seconds), .. }) = fault {
        response = response.header(header::RETRY_AFTER, *seconds);
    }
    let cut_off = || std::io::Error::new(std::io::ErrorKind::ConnectionReset, "injected fault");
    let half = text.len() / 2;
    let chunks: Vec<Result<Bytes, std::io::Error>> = match fault {
        // A failing body makes the server close the connection: headers may have left, the answer has not.
        Some(Kind::LostResponse) => vec![Err(cut_off())],
        Some(Kind::TruncatedResponse) => vec![Ok(Bytes::from(text).slice(..half)), Err(cut_off())],
        _ => vec![Ok(Bytes::from(text))],
    };
    let body = match chunks.as_slice() {
        [Ok(whole)] => Body::from(whole.clone()),
        _ => Body::from_stream(Chunks { chunks: chunks.into_iter(), sent: false }),
    };
    response.body(body).unwrap_or_default()
}

/// A stream of an answer's chunks.
struct Chunks {
    chunks: std::vec::IntoIter<Result<Bytes, std::io::Error>>,
    sent: bool,
}

impl futures_core::Stream for Chunks {
    type Item = Result<Bytes, std::io::Error>;
    fn poll_next(
        mut self: std::pin::Pin<&mut Self>,
        context: &mut std::task::Context<'_>,
    ) -> std::task::Poll<Option<Self::Item>> {
        // The server flushes only while it waits; without this pause the failure would swallow the first chunk.
        if std::mem::take(&mut self.sent) {
            context.waker().wake_by_ref();
            return std::task::Poll::Pending;
        }
        let chunk = self.chunks.next();
        self.sent = matches!(chunk, Some(Ok(_)));
        std::task::Poll::Ready(chunk)
    }
}

/// Handles one call to a Google API; returns its result and its principal.
async fn google(
    cloud: &Cloud,
    verb: &str,
    path: &str,
    query: &[(String, String)],
    headers: &HeaderMap,
    body: &[u8],
) -> (Result<Value, ApiError>, Option<Principal>) {
    let text = |name: header::HeaderName| headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let credentials = text(header::AUTHORIZATION);
    if (verb, path) == ("POST", "/v1/token") {
        let result = sts::token(cloud, text(header::CONTENT_TYPE), body, !credentials.is_empty()).await;
        return (result, None);
    }
    let Some(who) = authenticate(cloud, credentials) else { return (Err(ApiError::unauthenticated()), None) };
    let call = Call { cloud, who: &who, query, body };
    let result = route(&call, verb, path).await;
    (result, Some(who))
}

fn authenticate(cloud: &Cloud, credentials: &str) -> Option<Principal> {
    let token = credentials.strip_prefix("Bearer ").or_else(|| credentials.strip_prefix("bearer "))?;
    let world = cloud.world();
    let grant = world.tokens.get(token)?;
    let valid = grant.expires.is_none_or(|expires| expires > tokio::time::Instant::now());
    valid.then(|| grant.principal.clone())
}

async fn route(call: &Call<'_>, verb: &str, path: &str) -> Result<Value, ApiError> {
    let unknown = || ApiError::not_found(path);
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
    if version == "v1" && rest.split('/').nth(4) == Some("entitlements") {
        return pam::route(call, verb, rest);
    }
    match version {
        "v1" | "v1beta1" | "ui" => vertex::route(call, version, verb, rest).await,
        _ => Err(unknown()),
    }
}
