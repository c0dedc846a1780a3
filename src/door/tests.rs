//! One call at the door: every step, every failure at every step, against a host of the test's own.

use super::arrival::Who;
use super::records::{Conclusion, Settlement};
use super::want::{Answer, AnswerBody, Failure, Level, RequestBody, Send, Starter, Until};
use super::*;
use crate::config::tests::config;
use crate::conversation::{Event, Turn};
use crate::diagnostic::{Code, Diagnostic};
use crate::guard::Caller;
use crate::identity::cache::Holder;
use crate::identity::secret::Secret;
use serde_json::{Value, json};

const NOW: Millis = 1_795_493_106_007;
const ALICE: &str = "user:default/alice";
const ENDPOINT: &str = "projects/acme-ml/locations/us-central1/endpoints/fraud";
const OPERATION: &str = "projects/acme-ml/locations/us-central1/endpoints/fraud/operations/42";

fn target(path: &str) -> String {
    format!("{MOUNT}{path}")
}

fn arrival(verb: &str, path: &str) -> Arrival {
    Arrival {
        id: "audit-1".into(),
        verb: verb.into(),
        target: target(path),
        headers: vec![None; REQUEST_HEADERS.len()],
        who: user(ALICE),
        whole: false,
    }
}

fn user(entity_ref: &str) -> Who {
    let caller = Caller::User { entity_ref: entity_ref.to_owned() };
    Who::Caller { caller, actor: None, credentials: "Bearer backstage-token".into() }
}

fn service() -> Who {
    let caller = Caller::Service { subject: "plugin:scaffolder".into() };
    Who::Caller { caller, actor: None, credentials: "Bearer service-token".into() }
}

fn with(mut arrival: Arrival, header: &str, value: &str) -> Arrival {
    let at = REQUEST_HEADERS.iter().position(|name| *name == header).expect("a header that the door reads");
    arrival.headers[at] = Some(value.to_owned());
    arrival
}

fn read() -> Arrival {
    arrival("GET", &format!("aiplatform/v1/{ENDPOINT}"))
}

fn predict() -> Arrival {
    with(arrival("POST", &format!("aiplatform/v1/{ENDPOINT}:predict")), "content-length", "17")
}

fn deploy() -> Arrival {
    arrival("POST", &format!("aiplatform/v1/{ENDPOINT}:deployModel"))
}

fn set_policy() -> Arrival {
    arrival("POST", &format!("aiplatform/v1beta1/{ENDPOINT}:setIamPolicy"))
}

fn follow() -> Arrival {
    Arrival { who: service(), ..arrival("GET", &format!("aiplatform/v1/{OPERATION}")) }
}

const DEPLOYMENT: &str = r#"{"deployedModel": {"model": "7"}}"#;
const POLICY: &str = r#"{"policy": {"version": 3, "etag": "BwX=", "bindings": []}}"#;

/// A host that answers as a test configures it, and keeps the wants.
struct Portal {
    door: Rc<Door>,
    decision: &'static str,
    groups: Vec<String>,
    starter: Option<Starter>,
    body: Option<&'static str>,
    grant: Option<Vec<String>>,
    /// Statuses of Google's answers; the last one repeats.
    statuses: Vec<u16>,
    answer: &'static str,
    /// Tokens that the broker gives, in order.
    tokens: u32,
    /// Wants, by kind, that fail.
    failing: Vec<&'static str>,
    /// The want, by kind, during which the caller leaves.
    leaves_at: Option<&'static str>,
    now: Millis,
    wants: Vec<Want>,
}

fn kind(want: &Want) -> &'static str {
    match want {
        Want::Nothing => "nothing",
        Want::Permit { .. } => "permit",
        Want::Groups { .. } => "groups",
        Want::Starter { .. } => "starter",
        Want::ReadBody { .. } => "readBody",
        Want::Announce(_) => "announce",
        Want::Record(_) => "record",
        Want::FindGrant { .. } => "findGrant",
        Want::Token(_) => "token",
        Want::Send(_) => "send",
        Want::ReadAnswer { .. } => "readAnswer",
        Want::Settle(_) => "settle",
        Want::Conclude(_) => "conclude",
        Want::Log { .. } => "log",
        Want::Reply { .. } => "reply",
    }
}

impl Portal {
    fn new() -> Self {
        Self {
            door: Rc::new(Door::new(config())),
            decision: "ALLOW",
            groups: vec!["group:default/ml".into()],
            starter: None,
            body: Some(DEPLOYMENT),
            grant: None,
            statuses: vec![200],
            answer: r#"{"name": "projects/acme-ml/locations/us-central1/endpoints/fraud/operations/42"}"#,
            tokens: 0,
            failing: vec![],
            leaves_at: None,
            now: NOW,
            wants: vec![],
        }
    }

    /// Takes a call through the door, and returns its end.
    fn pass(&mut self, arrival: Arrival) -> End {
        self.wants.clear();
        let mut talk = self.door.pass(arrival);
        let (mut outcome, mut cancelled, mut sent) = (Outcome::Done, false, 0);
        loop {
            let want = match talk.tell(Event { outcome, now: self.now, random: 0.5, cancelled }) {
                Turn::Done(end) => return end,
                Turn::Want(want) => want,
            };
            let kind = kind(&want);
            cancelled |= self.leaves_at == Some(kind);
            outcome = match &want {
                _ if self.failing.contains(&kind) => {
                    Outcome::Failed(Failure { name: "Error".into(), message: format!("{kind} is broken") })
                }
                Want::Permit { .. } => Outcome::Decision(self.decision.into()),
                Want::Groups { .. } => Outcome::Groups(self.groups.clone()),
                Want::Starter { .. } => Outcome::Starter(self.starter.clone()),
                Want::ReadBody { .. } => Outcome::Body(self.body.map(|body| body.as_bytes().to_vec())),
                Want::FindGrant { .. } => Outcome::Grant(self.grant.clone()),
                Want::Token(request) => {
                    self.tokens += 1;
                    let token = Secret::new(format!("token-{}", self.tokens));
                    self.door.broker.put(request, token.clone(), self.now + 3_600_000, self.now);
                    Outcome::Token(Ok(token))
                }
                Want::Send(_) => {
                    let status = *self.statuses.get(sent).or(self.statuses.last()).unwrap();
                    sent += 1;
                    let headers = vec![Some("application/json".into()), None, None, Some("99".into())];
                    Outcome::Answer(Answer { status, headers })
                }
                Want::ReadAnswer { .. } => Outcome::Body(Some(self.answer.as_bytes().to_vec())),
                _ => Outcome::Done,
            };
            self.wants.push(want);
        }
    }

    fn kinds(&self) -> Vec<&'static str> {
        self.wants.iter().map(kind).collect()
    }

    fn refusal(&mut self, arrival: Arrival) -> (u16, String) {
        let end = self.pass(arrival).expect("a refusal");
        (end.status, end.body["diagnostic"]["code"].as_str().unwrap_or_default().to_owned())
    }

    fn sent(&self) -> Vec<&Send> {
        self.wants.iter().filter_map(|want| if let Want::Send(send) = want { Some(send) } else { None }).collect()
    }

    fn settlement(&self) -> Option<&Settlement> {
        self.wants.iter().find_map(|want| if let Want::Settle(settlement) = want { Some(settlement) } else { None })
    }

    fn conclusions(&self) -> Vec<&Conclusion> {
        self.wants.iter().filter_map(|want| if let Want::Conclude(it) = want { Some(it) } else { None }).collect()
    }

    fn settled_as(&self) -> Option<records::Result> {
        self.settlement().map(|settlement| settlement.outcome)
    }
}

fn bearer(send: &Send) -> &str {
    send.headers.bearer.as_ref().map(Secret::expose).unwrap_or_default()
}

#[test]
fn the_order_of_a_change_is_the_one_that_the_documentation_promises() {
    let mut portal = Portal::new();
    assert_eq!(portal.pass(deploy()), None);
    let order = [
        "permit",
        "readBody",
        "announce",
        "groups",
        "record",
        "token",
        "send",
        "readAnswer",
        "settle",
        "conclude",
        "reply",
    ];
    assert_eq!(portal.kinds(), order);
    let settlement = portal.settlement().unwrap();
    assert_eq!((settlement.outcome, settlement.status), (records::Result::Succeeded, Some(200)));
    assert_eq!(settlement.operation.as_deref(), Some(OPERATION));
    assert!(portal.conclusions()[0].succeeded);
}

#[test]
fn a_read_or_prediction_is_streamed_and_leaves_no_record() {
    let mut portal = Portal::new();
    for call in [read(), predict()] {
        assert_eq!(portal.pass(call), None);
        let kinds: Vec<_> = portal.kinds().into_iter().filter(|kind| !["groups", "token"].contains(kind)).collect();
        assert_eq!(kinds, ["permit", "send", "reply"]);
        assert_eq!(portal.sent()[0].until, Until::CallerLeaves);
        assert!(matches!(portal.wants.last(), Some(Want::Reply { body: AnswerBody::Stream, .. })));
    }
}

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
fn the_record_names_caller_reason_and_groups() {
    let mut portal = Portal::new();
    let caller = Caller::User { entity_ref: ALICE.into() };
    let who = Who::Caller { caller, actor: Some("plugin:scaffolder".into()), credentials: String::new() };
    portal.pass(Arrival { who, ..with(deploy(), REASON, "task 7") });
    let reason = "backstage user=user:default/alice audit=audit-1 actor=plugin:scaffolder note=task 7";
    let row = portal.wants.iter().find_map(|want| if let Want::Record(row) = want { Some(row) } else { None }).unwrap();
    assert_eq!(
        serde_json::to_value(row).unwrap(),
        json!({
            "id": "audit-1", "userRef": ALICE, "ownership": ["group:default/ml"], "actor": "plugin:scaffolder",
            "method": "aiplatform.projects.locations.endpoints.deployModel", "resource": ENDPOINT, "reason": reason,
        })
    );
    assert_eq!(portal.sent()[0].headers.get(REASON), Some(reason));
    let request =
        portal.wants.iter().find_map(|want| if let Want::Token(it) = want { Some(it) } else { None }).unwrap();
    assert_eq!(request.groups, row.ownership, "the token carries the groups that the record names");
}

#[test]
fn nothing_is_sent_before_it_is_recorded() {
    for broken in ["announce", "groups", "record"] {
        let mut portal = Portal { failing: vec![broken], ..Portal::new() };
        assert_eq!(portal.refusal(deploy()), (503, "portal/refused".into()), "{broken}");
        assert!(portal.sent().is_empty() && !portal.kinds().contains(&"token"), "{broken}");
        let meta =
            portal.wants.iter().find_map(|want| if let Want::Log { meta, .. } = want { Some(meta) } else { None });
        assert_eq!(
            serde_json::to_value(meta.expect("a line in the log")).unwrap(),
            json!({
                "auditId": "audit-1", "method": "aiplatform.projects.locations.endpoints.deployModel",
                "resource": ENDPOINT, "user": ALICE, "error": format!("{broken} is broken"),
            })
        );
        // The audit log learns how an announced call ended.
        assert_eq!(portal.conclusions().len(), usize::from(broken != "announce"), "{broken}");
        assert!(portal.conclusions().iter().all(|conclusion| !conclusion.succeeded));
    }
}

#[test]
fn a_failure_at_any_step_sends_nothing_and_settles_what_was_recorded() {
    let steps = [
        ("permit", 503, None),
        ("readBody", 503, None),
        ("findGrant", 503, Some(records::Result::Unsent)),
        ("token", 503, Some(records::Result::Unsent)),
        ("send", 502, Some(records::Result::Failed)),
        ("readAnswer", 502, Some(records::Result::Failed)),
    ];
    for (broken, status, settled) in steps {
        let mut portal =
            Portal { body: Some(POLICY), grant: Some(vec![ENDPOINT.into()]), failing: vec![broken], ..Portal::new() };
        let end = portal.pass(with(set_policy(), GRANT, "grant-1")).expect("a refusal");
        assert_eq!((end.status, portal.settled_as()), (status, settled), "{broken}");
        assert_eq!(!portal.sent().is_empty(), matches!(broken, "send" | "readAnswer"), "{broken}");
        assert!(!portal.kinds().contains(&"reply"), "{broken}");
        assert!(!end.body.to_string().contains("broken"), "the host's error stays in the log: {}", end.body);
    }
}

#[test]
fn an_outcome_reaches_one_store_although_the_other_fails() {
    for (broken, store) in [("settle", "the database"), ("conclude", "the audit log")] {
        let mut portal = Portal { failing: vec![broken], ..Portal::new() };
        assert_eq!(portal.pass(deploy()), None, "the caller has the answer");
        let kinds = portal.kinds();
        assert!(kinds.contains(&"settle") && kinds.contains(&"conclude") && kinds.contains(&"reply"));
        let logged = portal.wants.iter().any(
            |want| matches!(want, Want::Log { level: Level::Error, message, .. } if message.contains(&format!("did not reach {store}"))),
        );
        assert!(logged, "{broken}");
    }
}

#[test]
fn an_answer_of_another_kind_is_a_refusal() {
    let mut portal = Portal::new();
    for step in ["permit", "readBody", "announce", "groups", "record", "token", "send", "readAnswer"] {
        let mut talk = portal.door.pass(deploy());
        let mut outcome = Outcome::Done;
        loop {
            match talk.tell(Event { outcome, now: NOW, random: 0.5, cancelled: false }) {
                Turn::Done(end) => break assert!(end.is_some_and(|end| end.status >= 500), "{step}"),
                Turn::Want(want) if kind(&want) == step => outcome = Outcome::Grant(None),
                Turn::Want(Want::Permit { .. }) => outcome = Outcome::Decision("ALLOW".into()),
                Turn::Want(Want::Groups { .. }) => outcome = Outcome::Groups(vec![]),
                Turn::Want(Want::ReadBody { .. }) => outcome = Outcome::Body(Some(DEPLOYMENT.into())),
                Turn::Want(Want::Token(_)) => outcome = Outcome::Token(Ok(Secret::new("t".into()))),
                Turn::Want(Want::Send(_)) => outcome = Outcome::Answer(Answer { status: 200, headers: vec![] }),
                Turn::Want(_) => outcome = Outcome::Done,
            }
        }
    }
    portal.decision = "allow";
    assert_eq!(portal.refusal(read()).0, 403);
}

#[test]
fn only_the_decision_allow_lets_a_caller_pass() {
    for decision in ["DENY", "CONDITIONAL", "", "Allow"] {
        for call in [read(), predict(), deploy()] {
            let mut portal = Portal { decision: leak(decision), ..Portal::new() };
            assert_eq!(portal.refusal(call), (403, "portal/refused".into()), "{decision}");
            assert_eq!(portal.kinds(), ["permit"], "{decision}");
        }
    }
    let mut portal = Portal { failing: vec!["permit"], ..Portal::new() };
    assert_eq!(portal.refusal(read()), (503, "portal/refused".into()), "the permission framework is unavailable");
}

fn leak(text: &str) -> &'static str {
    Box::leak(text.to_owned().into_boxed_str())
}

#[test]
fn an_allowed_read_is_remembered_for_the_same_credentials() {
    let mut portal = Portal::new();
    let asks = |portal: &mut Portal, call: Arrival| {
        portal.pass(call);
        portal.kinds().contains(&"permit")
    };
    let as_user = |entity_ref: &str, credentials: &str, call: Arrival| {
        let caller = Caller::User { entity_ref: entity_ref.into() };
        Arrival { who: Who::Caller { caller, actor: None, credentials: credentials.into() }, ..call }
    };
    assert!(asks(&mut portal, read()) && !asks(&mut portal, read()));
    assert!(asks(&mut portal, as_user(ALICE, "Bearer another-token", read())));
    assert!(asks(&mut portal, as_user("user:default/bob", "Bearer backstage-token", read())));
    assert!(asks(&mut portal, as_user(ALICE, "", read())) && asks(&mut portal, as_user(ALICE, "", read())));
    portal.now += permits::LIFETIME;
    assert!(asks(&mut portal, read()), "the permit has expired");
}

#[test]
fn no_change_prediction_or_denial_is_remembered() {
    let mut portal = Portal::new();
    for _ in 0..2 {
        for call in [predict(), deploy()] {
            portal.pass(call);
            assert!(portal.kinds().contains(&"permit"));
        }
    }
    portal.decision = "DENY";
    for _ in 0..2 {
        assert_eq!(portal.refusal(read()).0, 403);
        assert_eq!(portal.kinds(), ["permit"]);
    }
}

#[test]
fn a_listed_user_has_the_listed_permissions_only() {
    let listed = |permissions: &[&str], call: Arrival| Arrival {
        who: Who::Listed {
            entity_ref: ALICE.into(),
            actor: None,
            permissions: permissions.iter().map(|&name| name.to_owned()).collect(),
        },
        whole: true,
        ..call
    };
    let mut portal = Portal::new();
    assert_eq!(portal.pass(listed(&["vertex-ai.read"], read())), None);
    assert_eq!(portal.kinds(), ["groups", "token", "send", "readAnswer", "reply"]);
    assert_eq!(portal.refusal(listed(&["vertex-ai.read"], deploy())).0, 403);
    assert!(portal.wants.is_empty());
}

#[test]
fn the_portal_records_all_its_calls_and_nobody_else_is_the_portal() {
    let mut portal = Portal { body: Some(""), ..Portal::new() };
    let own = Arrival { who: Who::Portal, whole: true, ..read() };
    assert_eq!(portal.pass(own), None);
    assert_eq!(portal.kinds(), ["announce", "record", "token", "send", "readAnswer", "settle", "conclude", "reply"]);
    let request =
        portal.wants.iter().find_map(|want| if let Want::Token(it) = want { Some(it) } else { None }).unwrap();
    assert_eq!(request.holder, Holder::Fixed(PORTAL.into(), vec![]));

    for who in [
        user(PORTAL),
        Who::Listed { entity_ref: PORTAL.into(), actor: None, permissions: vec!["vertex-ai.read".into()] },
    ] {
        let end = portal.refusal(Arrival { who, ..read() });
        assert_eq!(end, (403, "proxy/caller-not-allowed".into()));
        assert!(portal.wants.is_empty());
    }
}

#[test]
fn a_path_or_header_that_means_something_else_is_refused_before_anything_is_asked() {
    let mut portal = Portal::new();
    let elsewhere = Arrival { target: read().target.replace("vertex-ai", "VERTEX-AI"), ..read() };
    assert_eq!(portal.refusal(elsewhere), (400, "proxy/path-malformed".into()));
    for name in OVERRIDES {
        assert_eq!(portal.refusal(with(read(), name, "DELETE")), (400, "proxy/method-unknown".into()));
    }
    assert!(portal.wants.is_empty());
    assert_eq!(portal.pass(with(read(), OVERRIDES[0], "")), None, "an empty header means nothing");
}

#[test]
fn a_body_that_is_too_large_or_wrong_is_refused_before_it_is_recorded() {
    for (body, refused) in [
        (None, (413, "proxy/body-malformed")),
        (Some("{"), (400, "proxy/body-malformed")),
        (Some(""), (400, "proxy/body-malformed")),
    ] {
        let mut portal = Portal { body, ..Portal::new() };
        assert_eq!(portal.refusal(deploy()), (refused.0, refused.1.to_owned()));
        assert_eq!(portal.kinds(), ["permit", "readBody"]);
    }
    let mut portal = Portal::new();
    portal.pass(deploy());
    let limits = portal.wants.iter().filter_map(|want| match want {
        Want::ReadBody { limit } | Want::ReadAnswer { limit } => Some(*limit),
        _ => None,
    });
    assert_eq!(limits.collect::<Vec<_>>(), [LARGEST_WHOLE; 2]);
}

#[test]
fn an_answer_that_is_cut_off_or_too_large_leaves_an_unknown_outcome() {
    let mut portal = Portal { failing: vec!["readAnswer"], ..Portal::new() };
    assert_eq!(portal.refusal(deploy()), (502, "google/answer-unreadable".into()));
    assert_eq!(portal.settled_as(), Some(records::Result::Failed));
    assert!(portal.settlement().unwrap().error.as_ref().unwrap().contains("not known"));
}

#[test]
fn a_caller_who_leaves_before_the_call_is_sent_sends_nothing() {
    for step in ["permit", "groups", "token"] {
        for call in [read(), deploy()] {
            let mut portal = Portal { leaves_at: Some(step), ..Portal::new() };
            let recorded = call.verb == "POST";
            assert_eq!(portal.pass(call), None, "a caller who left gets no answer");
            assert!(portal.sent().is_empty(), "{step}");
            assert_eq!(portal.settled_as(), recorded.then_some(records::Result::Unsent), "{step}");
            assert!(!portal.kinds().contains(&"log"), "leaving is not a failure");
        }
    }
}

#[test]
fn a_recorded_call_runs_to_its_end_although_the_caller_leaves() {
    let mut portal = Portal { leaves_at: Some("send"), ..Portal::new() };
    assert_eq!(portal.pass(deploy()), None);
    assert_eq!(portal.sent()[0].until, Until::End);
    assert_eq!(portal.settled_as(), Some(records::Result::Succeeded));
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
fn a_policy_change_names_an_open_grant_record_of_the_caller_about_the_resource() {
    let under = |id: &str| with(set_policy(), GRANT, id);
    let mut portal = Portal { body: Some(POLICY), grant: Some(vec![ENDPOINT.into()]), ..Portal::new() };
    assert_eq!(portal.pass(under("grant-1")), None);
    let asked = portal.wants.iter().find(|want| kind(want) == "findGrant");
    assert_eq!(asked, Some(&Want::FindGrant { id: "grant-1".into(), given_by: ALICE.into() }));
    // The record precedes the question.
    let order = portal.kinds();
    let at = |kind: &str| order.iter().position(|other| *other == kind);
    assert!(at("record") < at("findGrant") && at("findGrant") < at("send"));

    for (id, grant) in [("grant-1", None), ("grant-1", Some(vec!["projects/acme-ml".into()])), ("", None)] {
        portal.grant = grant;
        assert_eq!(portal.refusal(under(id)), (403, "portal/refused".into()), "{id:?}");
        assert_eq!((portal.sent().len(), portal.settled_as()), (0, Some(records::Result::Unsent)));
    }
    portal.body = Some(DEPLOYMENT);
    assert_eq!(
        portal.pass(with(deploy(), GRANT, "grant-1")),
        None,
        "a call that changes no policy needs no grant record"
    );
    portal.body = Some(POLICY);
    assert_eq!(portal.pass(set_policy()), None, "without the header a policy is changed by hand");
}

#[test]
fn a_service_follows_an_operation_as_its_starter_for_a_day() {
    let started = |before: Millis| {
        let groups = vec!["group:default/then".into()];
        Some(Starter { entity_ref: "user:default/bob".into(), groups, started_at: NOW - before })
    };
    let mut portal = Portal { starter: started(LONGEST_FOLLOWED), ..Portal::new() };
    assert_eq!(portal.pass(follow()), None);
    assert_eq!(portal.kinds(), ["permit", "starter", "token", "send", "reply"]);
    let request =
        portal.wants.iter().find_map(|want| if let Want::Token(it) = want { Some(it) } else { None }).unwrap();
    assert_eq!(request.holder, Holder::Fixed("user:default/bob".into(), vec!["group:default/then".into()]));
    assert_eq!(request.groups, ["group:default/then"]);

    for starter in [None, started(LONGEST_FOLLOWED + 1)] {
        portal.starter = starter;
        assert_eq!(portal.refusal(follow()), (403, "proxy/caller-not-allowed".into()));
        assert!(portal.sent().is_empty());
    }
    portal.failing = vec!["starter"];
    assert_eq!(portal.refusal(follow()).0, 503);
    portal.failing.clear();
    assert_eq!(portal.refusal(Arrival { who: service(), ..predict() }), (403, "proxy/caller-not-allowed".into()));
}

#[test]
fn a_user_reads_an_operation_as_themselves() {
    let mut portal = Portal::new();
    assert_eq!(portal.pass(Arrival { who: user(ALICE), ..follow() }), None);
    assert!(!portal.kinds().contains(&"starter"));
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
fn a_refused_token_ends_the_call_with_googles_reason() {
    let mut portal = Portal::new();
    let mut talk = portal.door.pass(read());
    let mut outcome = Outcome::Done;
    let end = loop {
        match talk.tell(Event { outcome, now: NOW, random: 0.5, cancelled: false }) {
            Turn::Done(end) => break end.expect("a refusal"),
            Turn::Want(Want::Permit { .. }) => outcome = Outcome::Decision("ALLOW".into()),
            Turn::Want(Want::Groups { .. }) => outcome = Outcome::Groups(vec![]),
            Turn::Want(Want::Token(_)) => {
                outcome = Outcome::Token(Err(Diagnostic::new(Code::IdentityExchangeRefused, "invalid_grant")));
            }
            Turn::Want(want) => panic!("{want:?}"),
        }
    };
    assert_eq!((end.status, end.body["error"]["message"].as_str()), (403, Some("invalid_grant")));
    portal.wants.clear();
}

#[test]
fn no_want_shows_a_token_when_it_is_printed() {
    let mut portal = Portal::new();
    portal.pass(deploy());
    assert!(!format!("{:?}", portal.wants).contains("token-1"));
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
fn reuses_a_token_that_another_call_has_replaced() {
    let mut portal = Portal::new();
    portal.pass(read());
    let event = |outcome| Event { outcome, now: NOW, random: 0.5, cancelled: false };
    let mut late = portal.door.pass(read());
    let Turn::Want(Want::Send(send)) = late.tell(event(Outcome::Done)) else { panic!("nothing sent") };
    assert_eq!(bearer(&send), "token-1");
    // Another call is rejected and replaces the token.
    portal.statuses = vec![401, 200];
    portal.pass(read());
    assert_eq!(portal.tokens, 2);
    let rejected = Outcome::Answer(Answer { status: 401, headers: vec![None; 4] });
    let Turn::Want(Want::Send(send)) = late.tell(event(rejected)) else { panic!("another exchange") };
    assert_eq!(bearer(&send), "token-2");
}
