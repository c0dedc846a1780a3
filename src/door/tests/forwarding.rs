//! Forwarding: with which headers and token Google is called, and when it is called again.

use super::*;

#[test]
fn a_prediction_keeps_its_length_and_its_stream() {
    let mut portal = Portal::new();
    portal.pass(with(predict(), REASON, "nightly check"));
    let send = portal.sent()[0];
    assert_eq!((send.body, send.verb), (RequestBody::Stream, "POST"));
    assert_eq!(send.headers.get("content-length"), Some("17"));
    assert_eq!(send.headers.get(REASON), Some("backstage user=user:default/alice note=nightly check"));
    assert_eq!(bearer(send), "token-1");
}

#[test]
fn only_listed_headers_pass_in_either_direction() {
    let mut portal = Portal::new();
    let call = with(with(deploy(), "content-type", "text/plain"), "x-goog-api-client", "gl-node/24");
    portal.pass(with(call, "content-length", "9000"));
    let sent: Value = serde_json::to_value(portal.sent()[0]).unwrap();
    assert_eq!(
        sent["headers"],
        json!({
            "authorization": "Bearer token-1",
            "x-goog-request-reason": "backstage user=user:default/alice audit=audit-1",
            "accept": "application/json",
            "content-type": "application/json",
            "x-goog-api-client": "gl-node/24",
            "content-length": DEPLOYMENT.len().to_string(),
        })
    );
    let Some(Want::Reply { headers, body, .. }) = portal.wants.last() else { panic!("no reply") };
    assert_eq!(*body, AnswerBody::Read);
    assert_eq!(
        serde_json::to_value(headers).unwrap(),
        json!({"cache-control": "no-cache, no-transform", "content-type": "application/json", "content-length": "99"})
    );
}

#[test]
fn a_rejected_cached_token_is_replaced_once() {
    for call in [read(), deploy()] {
        let mut portal = Portal::new();
        portal.pass(call.clone());
        portal.statuses = vec![401, 200];
        assert_eq!(portal.pass(call), None);
        let tokens: Vec<_> = portal.sent().iter().map(|send| bearer(send).to_owned()).collect();
        assert_eq!(tokens, ["token-1", "token-2"]);
        // One call, one record.
        let recorded = portal.kinds().iter().filter(|kind| **kind == "record").count();
        assert!(recorded <= 1);
        assert_eq!(portal.settlement().map(|settlement| settlement.status), (recorded == 1).then_some(Some(200)));
        let reasons: Vec<_> = portal.sent().iter().map(|send| send.headers.get(REASON)).collect();
        assert_eq!(reasons[0], reasons[1]);
    }
}

#[test]
fn a_retry_is_bounded_to_one() {
    let mut portal = Portal::new();
    portal.pass(deploy());
    portal.statuses = vec![401];
    assert_eq!(portal.pass(deploy()), None, "the caller sees Google's answer");
    assert_eq!(portal.sent().len(), 2);
    assert_eq!(portal.settlement().unwrap().status, Some(401));
    assert!(matches!(portal.wants.last(), Some(Want::Reply { status: 401, .. })));
    // A token that is new is not replaced: another one would fare the same.
    portal.pass(deploy());
    assert_eq!(portal.sent().len(), 1);
}

#[test]
fn a_stream_is_never_sent_again() {
    let mut portal = Portal::new();
    portal.pass(predict());
    portal.statuses = vec![401, 200];
    portal.pass(predict());
    assert_eq!(portal.sent().len(), 1);
    portal.statuses = vec![200];
    portal.pass(predict());
    assert_eq!(bearer(portal.sent()[0]), "token-2", "the next call has a fresh token");
}

#[test]
fn other_statuses_and_a_caller_who_left_cause_no_retry() {
    for status in [400, 403, 404, 429, 500, 503] {
        let mut portal = Portal::new();
        portal.pass(deploy());
        portal.statuses = vec![status, 200];
        portal.pass(deploy());
        assert_eq!(portal.sent().len(), 1, "{status}");
    }
    let mut portal = Portal::new();
    portal.pass(deploy());
    portal.statuses = vec![401, 200];
    portal.leaves_at = Some("send");
    portal.pass(deploy());
    assert_eq!(portal.sent().len(), 1);
    assert_eq!(portal.settlement().unwrap().status, Some(401));
}

#[test]
fn reuses_a_token_that_another_call_has_replaced() {
    let mut portal = Portal::new();
    portal.pass(read());
    let event = |outcome| Event { outcome, now: NOW, random: 0.5, cancelled: false };
    let mut late = portal.door.pass(read());
    let Turn::Want(Want::Doubts { .. }) = late.tell(event(Outcome::Done)) else { panic!("no question") };
    let Turn::Want(Want::Send(send)) = late.tell(event(Outcome::Doubts(vec![]))) else { panic!("nothing sent") };
    assert_eq!(bearer(&send), "token-1");
    // Another call is rejected and replaces the token.
    portal.statuses = vec![401, 200];
    portal.pass(read());
    assert_eq!(portal.tokens, 2);
    let rejected = Outcome::Answer(Answer { status: 401, headers: vec![None; 4] });
    let Turn::Want(Want::Send(send)) = late.tell(event(rejected)) else { panic!("another exchange") };
    assert_eq!(bearer(&send), "token-2");
}

#[test]
fn settles_with_the_401_if_the_token_cannot_be_replaced() {
    for (failing, leaves_at) in [(vec!["token"], None), (vec![], Some("token"))] {
        let mut portal = Portal { body: Some(POLICY), ..Portal::new() };
        portal.pass(set_policy());
        portal.statuses = vec![401];
        portal.failing = failing;
        portal.leaves_at = leaves_at;
        portal.pass(set_policy());
        assert_eq!(portal.sent().len(), 1);
        let settlement = portal.settlement().unwrap();
        assert_eq!((settlement.outcome, settlement.status), (records::Result::Failed, Some(401)));
    }
}

#[test]
fn settles_without_a_status_if_the_second_attempt_fails() {
    let mut portal = Portal { body: Some(POLICY), ..Portal::new() };
    portal.pass(set_policy());
    portal.statuses = vec![401, 200];
    portal.failing = vec!["readAnswer"];
    portal.pass(set_policy());
    assert_eq!((portal.sent().len(), portal.settlement().unwrap().status), (2, None));
}

#[test]
fn a_change_uses_no_token_with_outdated_groups() {
    let mut portal = Portal::new();
    portal.pass(deploy());
    portal.groups = vec!["group:default/other".into()];
    portal.pass(read());
    assert_eq!(bearer(portal.sent()[0]), "token-1");
    portal.pass(deploy());
    assert_eq!(bearer(portal.sent()[0]), "token-2");
}

#[test]
fn a_refused_token_ends_the_call_with_googles_reason() {
    let mut portal = Portal::new();
    let mut talk = portal.door.pass(read());
    let mut outcome = Outcome::Done;
    let end = loop {
        match talk.tell(Event { outcome, now: NOW, random: 0.5, cancelled: false }) {
            Turn::Done(end) => break end.expect("a refusal"),
            Turn::Want(Want::Permit { .. }) => outcome = Outcome::Decision("ALLOW".into()),
            Turn::Want(Want::Doubts { .. }) => outcome = Outcome::Doubts(vec![]),
            Turn::Want(Want::Groups { .. }) => outcome = Outcome::Groups(vec![]),
            Turn::Want(Want::Token(_)) => {
                outcome = Outcome::Token(Err(Diagnostic::new(Code::IdentityExchangeRefused, "invalid_grant")));
            }
            Turn::Want(want) => panic!("{want:?}"),
        }
    };
    assert_eq!((end.status, &*end.body.error.message), (403, "invalid_grant"));
    portal.wants.clear();
}

#[test]
fn no_want_shows_a_token_when_it_is_printed() {
    let mut portal = Portal::new();
    portal.pass(deploy());
    assert!(!format!("{:?}", portal.wants).contains("token-1"));
}

#[test]
fn an_attempt_has_a_deadline() {
    let wait = arrival("POST", &format!("aiplatform/v1/{OPERATION}:wait?timeout=5s"));
    for (call, within) in [(read(), 60_000), (deploy(), 60_000), (predict(), 600_000), (wait, 20_000)] {
        let mut portal = Portal::new();
        portal.pass(call);
        assert_eq!(portal.sent()[0].within, within);
    }
}

#[test]
fn the_answer_to_a_change_arrives_whole_within_the_deadline_of_its_attempt() {
    for (pause, rest) in [(0, 60_000), (20_000, 40_000), (59_999, 1_000), (70_000, 1_000)] {
        let door = Portal::new().door;
        let mut talk = door.pass(deploy());
        let (mut outcome, mut now) = (Outcome::Done, NOW);
        let within = loop {
            match talk.tell(Event { outcome, now, random: 0.5, cancelled: false }) {
                Turn::Done(end) => panic!("{end:?}"),
                Turn::Want(Want::Permit { .. }) => outcome = Outcome::Decision("ALLOW".into()),
                Turn::Want(Want::Claims { .. }) => outcome = Outcome::Entities(vec![]),
                Turn::Want(Want::Groups { .. }) => outcome = Outcome::Groups(vec![]),
                Turn::Want(Want::ReadBody { .. }) => outcome = Outcome::Body(Some(DEPLOYMENT.into())),
                Turn::Want(Want::Token(_)) => outcome = Outcome::Token(Ok(Secret::new("t".into()))),
                Turn::Want(Want::Send(_)) => {
                    now += pause;
                    outcome = Outcome::Answer(Answer { status: 200, headers: vec![] });
                }
                Turn::Want(Want::ReadAnswer { within, .. }) => break within,
                Turn::Want(_) => outcome = Outcome::Done,
            }
        };
        assert_eq!(within, rest, "{pause}");
    }
}

#[test]
fn a_deadline_blames_google_and_leaves_an_unknown_outcome() {
    for late in ["send", "readAnswer"] {
        let mut portal = Portal { late: vec![late], ..Portal::new() };
        let end = portal.pass(deploy()).expect("a refusal");
        assert_eq!((end.status, end.body.error.name), (504, "GatewayTimeoutError"));
        assert_eq!(end.body.diagnostic["code"], "google/unavailable");
        assert_eq!(&*end.body.error.message, "Google did not answer within 60 s");
        assert_eq!(portal.settled_as(), Some(records::Result::Unknown), "{late}");
        assert_eq!(portal.settlement().unwrap().status, None);
    }
    let mut portal = Portal { late: vec!["send"], ..Portal::new() };
    assert_eq!(portal.refusal(read()), (504, "google/unavailable".into()));
    // The portal's own slowness is not Google's.
    let mut portal = Portal { late: vec!["groups"], ..Portal::new() };
    assert_eq!(portal.refusal(read()), (503, "network/unreachable".into()));
}

#[test]
fn a_user_shares_the_reads_that_cards_and_pages_show() {
    let until = |portal: &mut Portal, call: Arrival| {
        portal.pass(call);
        portal.sent()[0].until
    };
    let get = |path: &str| arrival("GET", &format!("aiplatform/v1/{path}"));
    let place = ENDPOINT.rsplit_once("/endpoints").unwrap().0;
    let operations = get(&format!("{ENDPOINT}/operations?pageSize=20"));
    for call in [read(), operations.clone()] {
        assert_eq!(until(&mut Portal::new(), call), Until::Shared);
    }
    let model = get(&format!("{place}/models/fraud@3"));
    for call in [predict(), model, get(&format!("{place}/endpoints"))] {
        assert_eq!(until(&mut Portal::new(), call), Until::CallerLeaves);
    }
    // A run of the scaffolder that changes what it has read.
    let actor = Some("plugin:scaffolder".to_owned());
    let who = Who::User { entity_ref: ALICE.to_owned(), actor, credentials: None, permissions: None };
    assert_eq!(until(&mut Portal::new(), Arrival { who, ..read() }), Until::CallerLeaves);
    // An answer that began before the change would show that the change did not happen.
    let mut doubting = Portal { doubts: vec![doubt()], ..Portal::new() };
    assert_eq!(until(&mut doubting, operations), Until::CallerLeaves);
}

fn doubt() -> Doubt {
    Doubt {
        id: "audit-0".into(),
        method: "aiplatform.projects.locations.endpoints.deployModel".into(),
        resource: ENDPOINT.into(),
        clue: None,
        begun_at: NOW,
        ended_at: None,
        is_idle: false,
        operation: None,
        rival_at: None,
        nameless_at: None,
        taken: Vec::new(),
    }
}
