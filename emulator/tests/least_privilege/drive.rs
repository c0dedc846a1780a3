//! Drives the core's conversations against an emulator over HTTP, in the place of the portal's proxy.

use crate::harness::Cloud;
use backstage_vertex_ai::api::talk::Wanted;
use backstage_vertex_ai::conversation::{Conversation, Event, Failure, Outcome, Request, Response, Turn, Want};
use backstage_vertex_ai::timestamp::rfc3339;
use serde_json::Value;
use std::sync::LazyLock;
use std::time::{SystemTime, UNIX_EPOCH};

pub const PROXY: &str = "http://portal/api/proxy/vertex-ai";

/// Start of the tests, in milliseconds; emulators use the real clock, too.
static BEGUN: LazyLock<u64> =
    LazyLock::new(|| SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_millis().try_into().unwrap());

pub fn now() -> u64 {
    *BEGUN
}

/// RFC 3339, to the second.
pub fn in_days(days: u64) -> String {
    let text = rfc3339(now() + days * 86_400_000);
    format!("{}Z", text.split('.').next().unwrap())
}

/// A test's reaction to a request before it is sent.
pub enum Then {
    Send,
    /// The user cancels while the request is under way, and its answer is lost.
    Cancel,
}

/// Runs a conversation to its end with a token. Waits take no time.
pub fn drive<T, W: Wanted>(
    cloud: &Cloud,
    token: &str,
    mut talk: Conversation<T, W>,
    mut before: impl FnMut(&Cloud, &str, &Request) -> Then,
) -> T {
    let (mut outcome, mut now, mut cancelled) = (Outcome::Begin, self::now(), false);
    for _ in 0..2_000 {
        now += 10;
        match talk.tell(Event { outcome, now, random: 0.5, cancelled }) {
            Turn::Done(done) => return done,
            Turn::Want(want) => match want.google() {
                None => outcome = Outcome::Waited,
                Some(Want::Wait(millis)) => {
                    now += millis;
                    outcome = Outcome::Waited;
                }
                Some(Want::Send(request)) => {
                    let path = request.url.strip_prefix(PROXY).expect("through the proxy").trim_start_matches('/');
                    let (_, path) = path.split_once('/').expect("a service and a path");
                    outcome = match before(cloud, path, request) {
                        Then::Send => send(cloud, token, path, request),
                        Then::Cancel => {
                            cancelled = true;
                            Outcome::Failed(Failure::Cancelled)
                        }
                    };
                }
            },
        }
    }
    panic!("the conversation does not end");
}

fn send(cloud: &Cloud, token: &str, path: &str, request: &Request) -> Outcome {
    let body: Value = request.body.as_deref().map(|text| serde_json::from_str(text).unwrap()).unwrap_or_default();
    let body = if body.is_null() { serde_json::json!({}) } else { body };
    let answer = cloud.call(token, request.verb.as_str(), &format!("/{path}"), &body);
    Outcome::Answer(Response { status: answer.status, retry_after: None, body: Some(answer.body) })
}
