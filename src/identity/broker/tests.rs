//! The broker against lists of outcomes.

use super::*;
use crate::config::tests::config;
use crate::conversation::{Event, Response, Turn};
use crate::identity::assertion::tests::NOW;
use serde_json::json;
use std::pin::pin;
use std::task::{Context, Poll, Waker};

const HOUR: Millis = 3_600_000;

fn request(name: &str) -> TokenRequest {
    TokenRequest { holder: Holder::Current(format!("user:default/{name}")), groups: vec!["group:default/ml".into()] }
}

fn broker() -> Rc<Broker> {
    Rc::new(Broker::new(config()))
}

fn landed<T: Clone>(flight: &Flight<T>) -> Option<T> {
    match pin!(flight.landed()).poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(result) => Some(result),
        Poll::Pending => None,
    }
}

/// Fulfils every want, those of a new key included. Returns the wants in order.
fn drive(broker: &Rc<Broker>, mut errand: Errand, mut now: Millis, publish: bool, status: u16) -> Vec<&'static str> {
    let (mut wants, mut outcome) = (Vec::new(), Outcome::Done);
    while let Turn::Want(want) = errand.tell(Event { outcome, now, random: 0.5, cancelled: false }) {
        outcome = match want {
            Want::Nothing => Outcome::Done,
            Want::Entropy => {
                wants.push("entropy");
                Outcome::Entropy(Entropy::new([wants.len() as u8; 32]))
            }
            Want::Key { wait } => {
                wants.push(if wait { "key, waiting" } else { "key" });
                let (flight, errand) = broker.new_key();
                wants.extend(errand.map(|errand| drive(broker, errand, now, publish, status)).unwrap_or_default());
                Want::Key { wait }.answered(None, landed(&flight))
            }
            Want::Publish { .. } => {
                wants.push("publish");
                want.answered((!publish).then_some("failed"), None)
            }
            Want::Google { want: conversation::Want::Wait(millis), .. } => {
                wants.push("wait");
                now += millis;
                Outcome::Google(conversation::Outcome::Waited)
            }
            Want::Google { .. } => {
                wants.push("exchange");
                let body = json!({"access_token": "ya29.token", "token_type": "Bearer", "expires_in": 3600});
                Outcome::Google(conversation::Outcome::Answer(Response { status, retry_after: None, body: Some(body) }))
            }
        };
    }
    wants
}

#[test]
fn publishes_a_key_before_it_signs_and_exchanges_once() {
    let broker = broker();
    let (flight, errand) = broker.token(&request("alice"));
    let (other, joined) = broker.token(&request("alice"));
    assert!(joined.is_none(), "the exchange is shared");
    assert!(landed(&flight).is_none());
    let wants = drive(&broker, errand.expect("the first caller drives"), NOW, true, 200);
    assert_eq!(wants, ["key, waiting", "entropy", "publish", "wait", "entropy", "exchange"]);
    let token = landed(&flight).unwrap().unwrap();
    assert_eq!(landed(&other).unwrap().unwrap(), token);
    assert_eq!(broker.cached(&request("alice").holder, None, NOW), Some(token));
    assert_eq!(broker.cached(&request("bob").holder, None, NOW), None);
}

#[test]
fn no_caller_waits_for_a_key_that_was_published_at_the_start() {
    let broker = broker();
    let (published, errand) = broker.new_key();
    drive(&broker, errand.unwrap(), NOW, true, 200);
    assert!(landed(&published).unwrap().is_ok());
    let wants = |name: &str, now| {
        let (flight, errand) = broker.token(&request(name));
        let wants = drive(&broker, errand.unwrap(), now, true, 200);
        assert!(landed(&flight).unwrap().is_ok());
        wants
    };
    assert_eq!(wants("alice", NOW + 1_999), ["wait", "entropy", "exchange"], "other replicas may not know the key yet");
    assert_eq!(wants("bob", NOW + 2_000), ["entropy", "exchange"]);
}

#[test]
fn signs_nothing_with_a_key_that_is_not_published() {
    let broker = broker();
    let (flight, errand) = broker.token(&request("alice"));
    let wants = drive(&broker, errand.unwrap(), NOW, false, 200);
    assert_eq!(wants, ["key, waiting", "entropy", "publish"]);
    assert_eq!(landed(&flight).unwrap().unwrap_err().code, Code::PortalRefused);
    let (_, again) = broker.token(&request("alice"));
    assert!(again.is_some(), "a failure is not kept");
}

#[test]
fn a_late_answer_of_the_portal_is_told_from_a_failure() {
    let Some(key) = SigningKey::new(&Entropy::new([7; 32]), NOW) else { panic!("a key") };
    let want = Want::Publish { key: key.public(), within: PATIENCE };
    let code = |failure| match want.answered(failure, None) {
        Outcome::Failed(finding) => Some(finding.code),
        _ => None,
    };
    assert_eq!(code(None), None);
    assert_eq!((code(Some("late")), code(Some("x"))), (Some(Code::NetworkUnreachable), Some(Code::PortalRefused)));
}

#[test]
fn no_caller_waits_for_the_next_key() {
    let broker = broker();
    let get = |name: &str, now, publish| {
        let (flight, errand) = broker.token(&request(name));
        let wants = drive(&broker, errand.unwrap(), now, publish, 200);
        (landed(&flight).unwrap().is_ok(), wants)
    };
    assert!(get("a", NOW, true).0);
    let later = NOW + HOUR * 5 / 6;
    assert_eq!(get("b", later, false), (true, vec!["key", "entropy", "publish", "entropy", "exchange"]));
    assert_eq!(get("c", later, true), (true, vec!["key", "entropy", "publish", "entropy", "exchange"]));
    assert_eq!(get("d", later, true), (true, vec!["entropy", "exchange"]), "the next key is published");
}

#[test]
fn a_rejected_exchange_stores_no_token() {
    let broker = broker();
    let (flight, errand) = broker.token(&request("alice"));
    drive(&broker, errand.unwrap(), NOW, true, 403);
    assert_eq!(landed(&flight).unwrap().unwrap_err().code, Code::IdentityExchangeRefused);
    assert_eq!(broker.cached(&request("alice").holder, None, NOW), None);
}

#[test]
fn a_subject_that_google_would_reject_causes_no_call() {
    let broker = broker();
    let (flight, errand) = broker.token(&request(&"x".repeat(200)));
    assert_eq!(drive(&broker, errand.unwrap(), NOW, true, 200), Vec::<&str>::new());
    assert_eq!(landed(&flight).unwrap().unwrap_err().code, Code::IdentitySubjectTooLong);
}

#[test]
fn a_broken_generator_makes_no_key() {
    let broker = broker();
    let (flight, errand) = broker.new_key();
    let mut errand = errand.unwrap();
    let mut outcome = Outcome::Done;
    while let Turn::Want(want) = errand.tell(Event { outcome, now: NOW, random: 0.5, cancelled: false }) {
        assert!(matches!(want, Want::Entropy));
        outcome = Outcome::Entropy(Entropy::new([0; 32]));
    }
    assert_eq!(landed(&flight).unwrap().unwrap_err().code, Code::CoreInternal);
}

#[test]
fn an_errand_that_is_dropped_ends_its_callers_and_is_forgotten() {
    let broker = broker();
    let (flight, errand) = broker.token(&request("alice"));
    let mut errand = errand.unwrap();
    errand.tell(Event { outcome: Outcome::Done, now: NOW, random: 0.5, cancelled: false });
    let (key, work) = broker.new_key();
    drop(errand);
    drop(work);
    assert_eq!(landed(&flight).expect("an end").unwrap_err().code, Code::CoreInternal);
    assert_eq!(landed(&key).expect("an end").unwrap_err().code, Code::CoreInternal);
    let (flight, errand) = broker.token(&request("alice"));
    drive(&broker, errand.expect("another exchange"), NOW, true, 200);
    assert!(landed(&flight).unwrap().is_ok());
}

#[test]
fn no_caller_joins_work_that_a_panic_may_have_ended() {
    let broker = broker();
    // In wasm, a panic leaves both undropped.
    let (before, errand) = broker.token(&request("alice"));
    let (key, work) = broker.new_key();
    crate::identity::flight::note_panic();
    let (flight, next) = broker.token(&request("alice"));
    let (_, next_work) = broker.new_key();
    assert_eq!(landed(&before).expect("an end").unwrap_err().code, Code::CoreInternal);
    assert_eq!(landed(&key).expect("an end").unwrap_err().code, Code::CoreInternal);
    // The end of the old work leaves the new one in place.
    drop((errand, work));
    assert!(broker.token(&request("alice")).1.is_none() && broker.new_key().1.is_none());
    drop(next_work);
    drive(&broker, next.expect("another exchange"), NOW, true, 200);
    assert!(landed(&flight).unwrap().is_ok());
}
