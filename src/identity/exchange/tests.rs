//! The exchange against lists of answers.

use super::*;
use crate::config::tests::{AUDIENCE, config, emulated};
use crate::conversation::{Event, Outcome, Turn, Want};
use crate::identity::assertion::tests::{NOW, assertion};
use proptest::prelude::*;
use serde_json::json;

const ACCOUNT: &str = "deployer@acme-ml.iam.gserviceaccount.com";
const FEDERATED: &str = "ya29.d.FEDERATEDFEDERATEDFEDERATED0123456789";

fn impersonating() -> Config {
    let mut config = config();
    config.identity.service_account = Some(ACCOUNT.parse().unwrap());
    config
}

fn answer(status: u16, body: Value) -> Outcome {
    Outcome::Answer(Response { status, retry_after: None, body: Some(body) })
}

fn federated() -> Outcome {
    answer(
        200,
        json!({"access_token": FEDERATED, "token_type": "Bearer", "expires_in": 3600,
        "issued_token_type": "urn:ietf:params:oauth:token-type:access_token"}),
    )
}

/// Returns the requests, the time waited and the result. Each request lasts a second.
fn run(config: &Config, outcomes: Vec<Outcome>) -> (Vec<Request>, Millis, Result<Token, Diagnostic>) {
    let mut talk = exchange(config, assertion());
    let mut outcomes = outcomes.into_iter();
    let (mut sent, mut waited, mut now, mut outcome) = (Vec::new(), 0, NOW, Outcome::Begin);
    loop {
        match talk.tell(Event { outcome, now, random: 0.5, cancelled: false }) {
            Turn::Done(done) => {
                assert!(outcomes.next().is_none(), "an unused answer");
                return (sent, waited, done);
            }
            Turn::Want(Want::Send(request)) => {
                sent.push(request);
                now += 1000;
                outcome = outcomes.next().expect("one more request than answers");
            }
            Turn::Want(Want::Wait(millis)) => {
                waited += millis;
                now += millis;
                outcome = Outcome::Waited;
            }
        }
    }
}

fn refused(config: &Config, outcomes: Vec<Outcome>) -> Diagnostic {
    run(config, outcomes).2.expect_err("a refusal")
}

#[test]
fn an_assertion_becomes_a_federated_token() {
    let (sent, _, token) = run(&config(), vec![federated()]);
    let [request] = &sent[..] else { panic!("one request") };
    assert_eq!(request.url, "https://sts.googleapis.com/v1/token");
    assert!(request.headers.iter().all(|(name, _)| *name != "authorization"));
    let body: Value = serde_json::from_str(request.body.as_deref().unwrap()).unwrap();
    assert_eq!(body["audience"], AUDIENCE);
    assert_eq!(body["subjectToken"], assertion().expose());
    assert_eq!(body["scope"], CLOUD_PLATFORM);
    let token = token.unwrap();
    assert_eq!((token.secret.expose(), token.expires_at), (FEDERATED, NOW + 3_600_000));
}

#[test]
fn a_service_account_is_impersonated_for_a_short_time() {
    let generated = answer(200, json!({"accessToken": "ya29.sa", "expireTime": "2026-11-24T05:00:00Z"}));
    let (sent, _, token) = run(&impersonating(), vec![federated(), generated]);
    let body: Value = serde_json::from_str(sent[0].body.as_deref().unwrap()).unwrap();
    assert_eq!(body["scope"], IAM);
    assert_eq!(
        sent[1].url,
        format!("https://iamcredentials.googleapis.com/v1/projects/-/serviceAccounts/{ACCOUNT}:generateAccessToken")
    );
    assert!(sent[1].headers.contains(&("authorization", format!("Bearer {FEDERATED}"))));
    assert_eq!(
        serde_json::from_str::<Value>(sent[1].body.as_deref().unwrap()).unwrap(),
        json!({"scope": [CLOUD_PLATFORM], "lifetime": "900s"})
    );
    let token = token.unwrap();
    assert_eq!((token.secret.expose(), token.expires_at), ("ya29.sa", NOW + 1000 + 900_000));
}

#[test]
fn calls_the_emulator_instead_of_google() {
    let emulated = Config { identity: impersonating().identity, ..emulated() };
    let generated = answer(200, json!({"accessToken": "t", "expireTime": "2026-11-24T05:00:00Z"}));
    let (sent, ..) = run(&emulated, vec![federated(), generated]);
    assert!(sent.iter().all(|request| request.url.starts_with("http://127.0.0.1:8085/v1/")));
    let finding = refused(&emulated, vec![Outcome::Failed(Failure::Unreachable); 3]);
    assert_eq!(finding.code, Code::NetworkUnreachable);
    assert!(finding.help.clone().unwrap().contains("http://127.0.0.1:8085"));
}

#[test]
fn each_cause_of_a_rejection_has_its_own_help() {
    let mut helps = Vec::new();
    for (error, description, wanted) in [
        (
            "invalid_request",
            "Invalid value for \"audience\". This value should be the full resource name of the Identity Provider.",
            "vertexAi.identity.audience",
        ),
        ("invalid_target", "The target service indicated by the \"audience\" parameters is invalid.", "five minutes"),
        ("unauthorized_client", "The given credential is rejected by the attribute condition.", "attribute condition"),
        (
            "invalid_grant",
            "The audience in ID Token [https://x] does not match the expected audience.",
            "allowed audiences",
        ),
        ("invalid_grant", "The issuer in ID Token https://x does not match the expected ones: https://y", "issuer URI"),
        ("invalid_request", "The size of mapped attribute exceeds the 127 bytes limit.", "attribute mapping"),
        ("invalid_grant", "ID Token issued at 1795493106 is stale to sign-in.", "clock"),
        ("invalid_grant", "Error connecting to the given credential's issuer's keys.", "issuer"),
        ("invalid_grant", "No key with this kid.", "/.well-known/openid-configuration"),
    ] {
        let finding = refused(&config(), vec![answer(400, json!({"error": error, "error_description": description}))]);
        assert_eq!(finding.code, Code::IdentityExchangeRefused);
        assert!(finding.message.contains(error), "{}", finding.message);
        let help = finding.help.clone().unwrap();
        assert!(help.contains(wanted), "{description}: {help}");
        helps.push(help);
    }
    helps.sort();
    helps.dedup();
    assert!(helps.len() >= 8);
    let bare = refused(
        &config(),
        vec![answer(403, json!({"error": {"status": "PERMISSION_DENIED", "message": "API disabled"}}))],
    );
    assert!(bare.message.ends_with("PERMISSION_DENIED: API disabled"), "{}", bare.message);
    let empty = refused(&config(), vec![answer(400, json!({}))]);
    assert_eq!(empty.code, Code::IdentityExchangeRefused);
}

#[test]
fn a_denied_impersonation_names_the_permission() {
    let denied = answer(
        403,
        json!({"error": {"code": 403, "status": "PERMISSION_DENIED",
        "message": "Permission 'iam.serviceAccounts.getAccessToken' denied on resource (or it may not exist)."}}),
    );
    let finding = refused(&impersonating(), vec![federated(), denied]);
    assert_eq!(finding.code, Code::IdentityImpersonationRefused);
    assert_eq!(finding.permission.as_deref(), Some("iam.serviceAccounts.getAccessToken"));
    assert_eq!(finding.resource.as_deref(), Some(ACCOUNT));
    let long = answer(
        400,
        json!({"error": {"code": 400, "status": "INVALID_ARGUMENT",
        "message": "The access token lifetime cannot exceed 3600 seconds."}}),
    );
    let finding = refused(&impersonating(), vec![federated(), long]);
    assert!(finding.help.clone().unwrap().contains("tokenLifetimeSeconds"));
}

#[test]
fn retries_a_transient_failure_a_bounded_number_of_times() {
    let busy = || answer(503, json!({}));
    let (sent, waited, token) = run(&config(), vec![busy(), Outcome::Failed(Failure::CutOff), federated()]);
    assert_eq!((sent.len(), waited), (3, 450 + 900));
    assert!(token.is_ok());
    assert_eq!(refused(&config(), vec![busy(), busy(), busy()]).code, Code::GoogleUnavailable);
    let quota = || answer(429, json!({}));
    assert_eq!(refused(&config(), vec![quota(), quota(), quota()]).code, Code::GoogleExhausted);
    let (sent, ..) = run(&config(), vec![answer(400, json!({"error": "invalid_target"}))]);
    assert_eq!(sent.len(), 1, "a rejection is final");
}

#[test]
fn honours_retry_after_within_its_time_limit() {
    let asked = |seconds: u64| {
        Outcome::Answer(Response { status: 429, retry_after: Some(seconds * 1000), body: Some(json!({})) })
    };
    let (_, waited, token) = run(&config(), vec![asked(7), federated()]);
    assert_eq!((waited, token.is_ok()), (7000, true));
    let (sent, waited, token) = run(&config(), vec![asked(60)]);
    assert_eq!((sent.len(), waited), (1, 0));
    assert_eq!(token.unwrap_err().code, Code::GoogleExhausted);
}

#[test]
fn rejects_an_answer_without_a_usable_token() {
    for body in [
        json!({}),
        json!({"access_token": "", "token_type": "Bearer", "expires_in": 3600}),
        json!({"access_token": "a b", "token_type": "Bearer", "expires_in": 3600}),
        json!({"access_token": "a\r\nx: y", "token_type": "Bearer", "expires_in": 3600}),
        json!({"access_token": "x".repeat(LONGEST_TOKEN + 1), "token_type": "Bearer", "expires_in": 3600}),
        json!({"access_token": "t", "token_type": "mac", "expires_in": 3600}),
        json!({"access_token": "t", "token_type": "Bearer"}),
        json!({"access_token": "t", "token_type": "Bearer", "expires_in": 0}),
    ] {
        assert_eq!(refused(&config(), vec![answer(200, body)]).code, Code::IdentityAnswerUnreadable);
    }
    let cut = Outcome::Answer(Response { status: 200, retry_after: None, body: None });
    assert_eq!(refused(&config(), vec![cut]).code, Code::IdentityAnswerUnreadable);
    assert_eq!(refused(&config(), vec![answer(302, json!({}))]).code, Code::IdentityAnswerUnreadable);
    let half = answer(200, json!({"accessToken": "t"}));
    assert_eq!(refused(&impersonating(), vec![federated(), half]).code, Code::IdentityAnswerUnreadable);
}

#[test]
fn cancelling_sends_no_further_request() {
    let mut talk = exchange(&config(), assertion());
    let begin = Event { outcome: Outcome::Begin, now: NOW, random: 0.0, cancelled: false };
    assert!(matches!(talk.tell(begin), Turn::Want(Want::Send(_))));
    let event = Event { outcome: Outcome::Failed(Failure::Cancelled), now: NOW, random: 0.0, cancelled: true };
    let Turn::Done(Err(finding)) = talk.tell(event) else { panic!("it continues") };
    assert_eq!(finding.code, Code::NetworkUnreachable);
}

/// Whether any 16 bytes of the secret occur in the finding.
fn leaks(finding: &Diagnostic, secret: &str) -> bool {
    let shown = format!("{finding:?} {}", serde_json::to_string(finding).unwrap());
    secret.as_bytes().windows(16).any(|piece| shown.as_bytes().windows(16).any(|window| window == piece))
}

#[test]
fn an_echoed_secret_is_not_in_the_finding() {
    let assertion = assertion();
    let said = format!("cannot verify '{}'", assertion.expose());
    let finding = refused(&config(), vec![answer(400, json!({"error": "invalid_grant", "error_description": said}))]);
    assert!(!leaks(&finding, assertion.expose()), "{finding:?}");
    assert!(finding.message.contains("cannot verify '"));

    let echo =
        answer(403, json!({"error": {"status": "PERMISSION_DENIED", "message": format!("token={FEDERATED}; no")}}));
    let finding = refused(&impersonating(), vec![federated(), echo]);
    assert!(!leaks(&finding, FEDERATED), "{finding:?}");
}

proptest! {
    #[test]
    fn survives_any_answer(status in 100u16..600, body in "\\PC{0,200}") {
        let outcome = || Outcome::Answer(Response { status, retry_after: None, body: serde_json::from_str(&body).ok() });
        let mut talk = exchange(&impersonating(), Secret::new("assertion".into()));
        let mut next = Outcome::Begin;
        for _ in 0..20 {
            match talk.tell(Event { outcome: next, now: NOW, random: 0.9, cancelled: false }) {
                Turn::Done(result) => { prop_assert!(result.is_err()); return Ok(()); }
                Turn::Want(Want::Send(_)) => next = outcome(),
                Turn::Want(Want::Wait(_)) => next = Outcome::Waited,
            }
        }
        prop_assert!(false, "it never ends");
    }
}
