//! HTTP: receives, logs and answers each call, and injects faults.

use crate::cloud::Cloud;
use crate::control;
use crate::error::{ApiError, name_of_http};
use crate::logging::audit;
use crate::message::numbers;
use crate::method_name;
use crate::query;
use crate::received::{self, Received};
use crate::reply::Reply;
use crate::route;
use crate::state::calls::SeenCall;
use crate::state::fault::Kind;
use crate::timestamp;
use axum::body::{Body, Bytes, to_bytes};
use axum::extract::{Request, State};
use axum::http::response::Builder;
use axum::http::{StatusCode, header};
use axum::response::Response;
use serde_json::{Value, json};
use std::time::Duration;

const LARGEST_BODY: usize = 16 << 20;
const HTML: &str = "<!DOCTYPE html>\n<html lang=en><title>Error</title><p>Injected fault.</html>\n";

/// What is sent back.
enum Sent {
    Json(Result<Reply, ApiError>, Option<u64>),
    Html(u16),
    /// The first half of the answer.
    Half(Result<Reply, ApiError>),
    /// Nothing: the connection closes.
    Nothing,
}

/// Answers one request.
pub async fn answer(State(cloud): State<Cloud>, request: Request) -> Response {
    let (parts, body) = request.into_parts();
    let verb = parts.method.as_str().to_owned();
    let (host, path) = received::host_and_path(&parts.headers, query::path(parts.uri.path()));
    let query = query::parse(parts.uri.query().unwrap_or_default());
    let Ok(body) = to_bytes(body, LARGEST_BODY).await else {
        return respond(Sent::Json(Err(ApiError::invalid("The body is too large.")), None), false);
    };
    if let Some(rest) = path.strip_prefix("/emulator/") {
        return respond(Sent::Json(control::route(&cloud, &verb, rest, &query, &body).map(Reply::Json), None), false);
    }
    let enums_as_numbers = query.iter().any(|(n, v)| n.ends_with("alt") && v.contains("enum-encoding=int"));
    let name = method_name::of(&verb, &path);
    let mut received =
        Received { sequence: 0, verb, host, path, name, query, headers: parts.headers, body, cause: None };
    let whole_path = parts.uri.path_and_query().map_or(received.path.as_str(), |p| p.as_str()).to_owned();
    let fault = log(&cloud, &mut received, whole_path);
    let sent = match fault {
        Some(fault) => meet(&cloud, &received, fault).await,
        None => Sent::Json(carry_out(&cloud, &received).await, None),
    };
    if let Some(call) = cloud.world().calls.get_mut(received.sequence) {
        call.answered = sent.status();
    }
    respond(sent, enums_as_numbers)
}

/// Adds a call to the log; returns the fault that it meets.
fn log(cloud: &Cloud, received: &mut Received, path: String) -> Option<Kind> {
    let mut world = cloud.world();
    // Under the lock, so that the log's times are in order.
    let seconds = cloud.clock().now();
    let query = path.split_once('?').map_or("", |(_, query)| query);
    let fault = world.faults.strike(&received.verb, &format!("{}?{query}", received.path), &received.name);
    received.cause = fault.as_ref().and_then(Kind::cause);
    let named = received.path.trim_start_matches('/').split_once('/').map_or("", |(_, rest)| rest);
    let named = named.rsplit_once(':').filter(|(_, method)| !method.contains('/')).map_or(named, |(name, _)| name);
    let reason = received.headers.get("x-goog-request-reason").and_then(|value| value.to_str().ok());
    let resource = world.stored(named).unwrap_or_else(|| named.to_owned());
    received.sequence = world.calls.add(SeenCall {
        seconds,
        time: timestamp::now(),
        method: received.verb.clone(),
        name: received.name.clone(),
        path,
        resource,
        reason: reason.map(str::to_owned),
        fault: fault.as_ref().map(Kind::name),
        ..SeenCall::default()
    });
    fault
}

/// Carries out a call and logs what came of it.
async fn carry_out(cloud: &Cloud, received: &Received) -> Result<Reply, ApiError> {
    let served = route::serve(cloud, received).await;
    let mut world = cloud.world();
    if let Some(who) = &served.principal {
        audit::record(&mut world, received, who, &served.result);
    }
    if let Some(call) = world.calls.get_mut(received.sequence) {
        call.executions += 1;
        call.principal = served.principal.map(|principal| principal.name());
        call.status.get_or_insert(served.result.as_ref().map_or_else(|error| error.http, |_| 200));
        call.changed |= served.changed;
        let started = served.result.as_ref().ok().filter(|_| served.changed);
        let started = started.and_then(|answer| answer.json()?["name"].as_str());
        call.operations.extend(started.filter(|name| name.contains("/operations/")).map(str::to_owned));
    }
    served.result
}

/// Answers a call that meets a fault. Its caller may leave: what it asked for happens nevertheless.
async fn meet(cloud: &Cloud, received: &Received, fault: Kind) -> Sent {
    let (cloud, received) = (cloud.clone(), received.clone());
    let task = tokio::spawn(async move {
        if let Kind::Status { done: true, .. } | Kind::Html { done: true, .. } | Kind::Hang { done: true } = fault {
            drop(carry_out(&cloud, &received).await);
        }
        match fault {
            Kind::Status { status, retry_after_seconds, .. } => {
                note_status(&cloud, &received, status);
                Sent::Json(Err(injected(status, retry_after_seconds)), retry_after_seconds)
            }
            Kind::Html { status, .. } => {
                note_status(&cloud, &received, status);
                Sent::Html(status)
            }
            Kind::Hang { .. } => std::future::pending().await,
            Kind::Slow { millis, done } => {
                let delay = tokio::time::sleep(Duration::from_millis(millis));
                if done {
                    let result = carry_out(&cloud, &received).await;
                    delay.await;
                    Sent::Json(result, None)
                } else {
                    delay.await;
                    Sent::Json(carry_out(&cloud, &received).await, None)
                }
            }
            Kind::Late { seconds } => {
                tokio::spawn(async move {
                    cloud.pass(seconds).await;
                    carry_out(&cloud, &received).await
                });
                Sent::Nothing
            }
            Kind::LostResponse => {
                drop(carry_out(&cloud, &received).await);
                Sent::Nothing
            }
            Kind::TruncatedResponse => Sent::Half(carry_out(&cloud, &received).await),
            Kind::Twice => {
                let first = carry_out(&cloud, &received).await;
                drop(carry_out(&cloud, &received).await);
                Sent::Json(first, None)
            }
            Kind::Cause { .. } | Kind::FailAtStage { .. } | Kind::FailOperation { .. } | Kind::IgnoredCancel => {
                Sent::Json(carry_out(&cloud, &received).await, None)
            }
        }
    });
    task.await.unwrap_or(Sent::Nothing)
}

/// Logs the fault's status where the call was not carried out.
fn note_status(cloud: &Cloud, received: &Received, status: u16) {
    if let Some(call) = cloud.world().calls.get_mut(received.sequence) {
        call.status.get_or_insert(status);
    }
}

fn injected(status: u16, retry_after_seconds: Option<u64>) -> ApiError {
    let message = format!("Injected fault: {status}.");
    let body = json!({"error": {"code": status, "message": message, "status": name_of_http(status)}});
    let error = ApiError { http: status, body };
    match retry_after_seconds {
        Some(seconds) => error.with(json!({
            "@type": "type.googleapis.com/google.rpc.RetryInfo", "retryDelay": format!("{seconds}s")
        })),
        None => error,
    }
}

impl Sent {
    fn status(&self) -> Option<u16> {
        match self {
            Self::Json(Ok(_), _) | Self::Half(Ok(_)) => Some(200),
            Self::Json(Err(error), _) | Self::Half(Err(error)) => Some(error.http),
            Self::Html(status) => Some(*status),
            Self::Nothing => None,
        }
    }
}

fn respond(sent: Sent, enums_as_numbers: bool) -> Response {
    let status = sent.status().and_then(|status| StatusCode::from_u16(status).ok());
    let status = status.unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    let response = Response::builder().status(status);
    let cut_off = || Err(std::io::Error::new(std::io::ErrorKind::ConnectionReset, "injected fault"));
    let response = match sent {
        Sent::Json(result, retry_after) => {
            let response = match retry_after {
                Some(seconds) => response.header(header::RETRY_AFTER, seconds),
                None => response,
            };
            let (response, mut chunks) = rendered(response, result, enums_as_numbers);
            match chunks.len() {
                1 => response.body(Body::from(chunks.remove(0))),
                _ => response.body(stream(chunks.into_iter().map(Ok).collect())),
            }
        }
        Sent::Html(_) => response.header(header::CONTENT_TYPE, "text/html; charset=UTF-8").body(Body::from(HTML)),
        // A failing body makes the server close the connection: headers may have left, the answer has not.
        Sent::Half(result) => {
            let (response, chunks) = rendered(response, result, enums_as_numbers);
            let whole = Bytes::from(chunks.concat());
            let half = whole.slice(..whole.len() / 2);
            response.body(stream(vec![Ok(half), cut_off()]))
        }
        Sent::Nothing => response.body(stream(vec![cut_off()])),
    };
    response.unwrap_or_default()
}

/// Adds an answer's headers; returns its body in chunks.
fn rendered(response: Builder, result: Result<Reply, ApiError>, enums_as_numbers: bool) -> (Builder, Vec<Bytes>) {
    let json = |mut value: Value| {
        if enums_as_numbers {
            numbers::of_enums(&mut value);
        }
        Bytes::from(value.to_string())
    };
    let json_type = "application/json; charset=UTF-8";
    match result {
        Ok(Reply::Json(value)) => (response.header(header::CONTENT_TYPE, json_type), vec![json(value)]),
        Ok(Reply::Raw(raw)) => {
            let response = response.header(header::CONTENT_TYPE, raw.content_type);
            let response = raw.headers.into_iter().fold(response, |all, (name, value)| all.header(name, value));
            (response, raw.chunks.into_iter().map(Bytes::from).collect())
        }
        Err(ApiError { body: Value::String(page), .. }) => {
            (response.header(header::CONTENT_TYPE, "text/html; charset=UTF-8"), vec![Bytes::from(page)])
        }
        Err(error) => {
            let response = match error.challenge() {
                Some(challenge) => response.header(header::WWW_AUTHENTICATE, challenge),
                None => response,
            };
            (response.header(header::CONTENT_TYPE, json_type), vec![json(error.body)])
        }
    }
}

fn stream(chunks: Vec<Result<Bytes, std::io::Error>>) -> Body {
    Body::from_stream(Chunks { chunks: chunks.into_iter(), sent: false })
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
