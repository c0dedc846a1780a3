//! Calls under a mandate.

use super::*;
use crate::mandate::{Facts, Mandate};
use crate::method::Call;
use crate::plan::{RUN_LABEL, StepKind, tests::target as planned};

pub const RUN: &str = "0f6c2f9e-5a57-4a6e-9d7e-6a1f0d0a7b11";
const FRAUD: &str = "projects/acme-ml/locations/us-central1/endpoints/fraud-detector";
const HOUR: Millis = 60 * 60 * 1000;
const STARTED: &str =
    r#"{"name": "projects/123456789012/locations/us-central1/endpoints/fraud-detector/operations/7"}"#;

fn plan() -> crate::plan::Plan {
    crate::plan::plan(planned())
}

pub fn row() -> MandateRow {
    MandateRow {
        deployment: RUN.into(),
        user: ALICE.into(),
        groups: vec!["group:default/then".into()],
        request: "{}".into(),
        fingerprint: Mandate::of(&plan(), &RUN.parse().unwrap(), Clone::clone).fingerprint(),
        expires_at: NOW + HOUR,
        revoked_at: None,
        lease: 1,
        facts: Facts::default().stored().to_string(),
        revision: 0,
    }
}

pub fn portal() -> Portal {
    Portal { mandate: Some(row()), answer: STARTED, ..Portal::new() }
}

/// The projects of a configuration.
fn allowed(projects: &Value) -> Vec<crate::config::AllowedProject> {
    let identity = json!({"audience": crate::config::tests::AUDIENCE});
    let read = Config::parse(&json!({"projects": projects, "identity": identity}), crate::config::tests::ISSUER);
    read.unwrap().projects
}

fn leaked(value: &Value) -> &'static str {
    value.to_string().leak()
}

/// A call of the deployments' plugin.
pub fn call(verb: &str, path: &str, lease: &str) -> Arrival {
    let who = Who::Service { subject: DEPLOYER.into() };
    with(with(Arrival { who, ..arrival(verb, path) }, MANDATE, "mandate-1"), LEASE, lease)
}

pub fn look(lease: &str) -> Arrival {
    call("GET", &format!("aiplatform/v1/{FRAUD}"), lease)
}

fn wait(id: &str) -> Arrival {
    call("POST", &format!("aiplatform/v1/{FRAUD}/operations/{id}:wait?timeout=1s"), "1")
}

pub fn create() -> (Arrival, &'static str) {
    let Call { body, .. } = plan().step(StepKind::Endpoint).unwrap().call.clone().unwrap();
    let mut body = body.unwrap();
    body["labels"] = json!({ RUN_LABEL: RUN });
    let path = "aiplatform/v1/projects/acme-ml/locations/us-central1/endpoints?endpointId=fraud-detector";
    (call("POST", path, "1"), leaked(&body))
}

pub fn facts(portal: &Portal) -> Value {
    serde_json::from_str(&portal.mandate.as_ref().unwrap().facts).unwrap()
}

#[test]
fn a_change_is_matched_recorded_and_made_as_the_user() {
    let mut portal = portal();
    let (create, body) = create();
    portal.body = Some(body);
    assert_eq!(portal.pass(create), None);
    let order = [
        "readBody",
        "findMandate",
        "entities",
        "claims",
        "announce",
        "record",
        "keepFacts",
        "token",
        "send",
        "readAnswer",
        "settle",
        "conclude",
        "keepFacts",
        "reply",
    ];
    assert_eq!(portal.kinds(), order);
    let Some(Want::Record(intention)) = portal.wants.iter().find(|want| matches!(want, Want::Record(_))) else {
        panic!("no record")
    };
    assert_eq!((intention.user_ref.as_str(), intention.actor.as_deref()), (ALICE, Some(DEPLOYER)));
    assert_eq!(intention.mandate.as_deref(), Some("mandate-1"));
    assert_eq!(intention.ownership, ["group:default/then"]);
    let Some(Want::Token(request)) = portal.wants.iter().find(|want| matches!(want, Want::Token(_))) else {
        panic!("no token")
    };
    assert_eq!(request.holder, Holder::Fixed(ALICE.into(), vec!["group:default/then".into()]));
    assert_eq!(
        portal.sent()[0].headers.get(REASON),
        Some("backstage user=user:default/alice audit=audit-1 actor=plugin:vertex-ai mandate=mandate-1")
    );
    assert_eq!(facts(&portal)["made"], json!(["endpoint"]));
    assert_eq!(facts(&portal)["operations"][0]["name"], format!("{FRAUD}/operations/7"));
    let conclusions = portal.conclusions();
    assert_eq!(conclusions[0].meta.mandate.as_deref(), Some("mandate-1"));
}

#[test]
fn what_a_call_may_make_is_durable_before_it_is_sent() {
    let mut portal = portal();
    let (create, body) = create();
    portal.body = Some(body);
    portal.failing = vec!["send"];
    assert_eq!(portal.refusal(create.clone()).0, 502);
    assert_eq!(facts(&portal)["made"], json!(["endpoint"]), "its answer may be lost");
    // Nothing was sent: nothing can be made.
    let mut portal = Portal { failing: vec!["token"], body: Some(body), ..self::portal() };
    assert_eq!(portal.refusal(create.clone()).0, 503);
    assert_eq!(facts(&portal)["made"], json!([]));
    portal.failing = vec!["keepFacts"];
    assert_eq!(portal.refusal(create), (503, "portal/refused".into()));
    assert_eq!((portal.sent().len(), portal.settled_as()), (0, Some(records::Result::Unsent)));
}

#[test]
fn an_answer_passes_only_once_its_facts_are_durable() {
    let mut portal = portal();
    portal.answer = leaked(&json!({"etag": "a", "labels": {}}));
    portal.failing = vec!["keepFacts"];
    assert_eq!(portal.refusal(look("1")), (503, "portal/refused".into()));
    assert!(!portal.kinds().contains(&"reply"));
    portal.failing.clear();
    assert_eq!(portal.pass(look("1")), None);
    assert_eq!(portal.kinds(), ["findMandate", "entities", "doubts", "send", "readAnswer", "keepFacts", "reply"]);
    assert_eq!(portal.pass(look("1")), None);
    assert_eq!(
        portal.kinds(),
        ["findMandate", "entities", "doubts", "send", "readAnswer", "reply"],
        "an answer without news stores nothing"
    );
    assert_eq!(facts(&portal)["endpoint"]["etag"], "a");
}

#[test]
fn an_operation_is_followed_once_it_was_named() {
    let mut portal = portal();
    assert_eq!(portal.refusal(wait("7")), (403, "mandate/not-planned".into()));
    let (create, body) = create();
    portal.body = Some(body);
    portal.pass(create);
    assert_eq!(portal.pass(wait("7")), None);
    let without_record = "backstage user=user:default/alice actor=plugin:vertex-ai mandate=mandate-1";
    assert_eq!(portal.sent()[0].headers.get(REASON), Some(without_record));
    assert!(!portal.kinds().iter().any(|kind| ["announce", "record", "settle", "conclude"].contains(kind)));
    assert_eq!(portal.refusal(wait("8")), (403, "mandate/not-planned".into()));
}

#[test]
fn a_lower_lease_is_lost() {
    let mut portal = portal();
    assert_eq!(portal.pass(look("3")), None);
    assert_eq!(portal.refusal(look("2")), (403, "mandate/lease-lost".into()));
    assert!(portal.sent().is_empty());
    assert_eq!(portal.pass(look("3")), None);
    for lease in ["", "-1", "x", "1e3", "99999999999999999999"] {
        assert_eq!(portal.refusal(look(lease)), (400, "mandate/lease-lost".into()), "{lease:?}");
    }
}

#[test]
fn a_call_outside_the_plan_is_denied_before_anything_is_recorded() {
    let mut portal = portal();
    let (create, _) = create();
    for (call, body) in [
        (create.clone(), r#"{"displayName": "another"}"#),
        (call("POST", &format!("aiplatform/v1/{FRAUD}:deployModel"), "1"), DEPLOYMENT),
        (call("POST", &format!("aiplatform/v1beta1/{FRAUD}:setIamPolicy"), "1"), POLICY),
        (call("POST", &format!("aiplatform/v1/{FRAUD}:predict"), "1"), "{}"),
        (call("DELETE", &format!("aiplatform/v1/{FRAUD}"), "1"), ""),
        (call("GET", &format!("aiplatform/v1/{ENDPOINT}"), "1"), ""),
        (call("GET", &format!("aiplatform/v1/{FRAUD}?fields=etag"), "1"), ""),
    ] {
        portal.body = Some(body);
        assert_eq!(portal.refusal(call), (403, "mandate/not-planned".into()), "{body}");
        assert!(portal.sent().is_empty() && !portal.kinds().contains(&"record"));
    }
}

/// The calls of a deployment that has made its endpoint: the creation, a poll, the removal and a look.
fn calls() -> [(Arrival, &'static str); 4] {
    let remove = call("DELETE", &format!("aiplatform/v1/{FRAUD}"), "1");
    [create(), (wait("7"), ""), (remove, ""), (look("1"), "")]
}

#[test]
fn a_place_that_is_no_longer_allowed_denies_every_call_of_the_mandate() {
    let mut portal = portal();
    for (call, body) in calls() {
        portal.body = Some(body);
        assert_eq!(portal.pass(call), None, "the place is allowed");
    }
    let made = portal.mandate.clone();
    for projects in [
        json!([{"project": "acme-lab"}]),
        json!([{"project": "acme-ml", "number": 123456789012u64, "locations": ["europe-west4"]}]),
    ] {
        let today = Config { projects: allowed(&projects), ..config() };
        portal.door = Rc::new(Door::new(today, planner()));
        for (call, body) in calls() {
            portal.body = Some(body);
            assert_eq!(portal.refusal(call), (403, "proxy/target-not-allowed".into()), "{projects}");
            assert!(portal.wants.is_empty(), "nothing is asked, recorded or sent");
        }
    }
    assert_eq!(portal.mandate, made);
    // The mandate itself still holds.
    portal.door = Rc::new(Door::new(config(), planner()));
    assert_eq!(portal.pass(look("1")), None);
}

#[test]
fn the_rules_of_bodies_deny_a_planned_call() {
    let mut portal = portal();
    let (create, planned) = create();
    // The last of two equal fields is the planned one.
    let twice = planned.replacen('{', r#"{"displayName": "another", "#, 1);
    let named = planned.replacen('{', r#"{"parent": "projects/acme-lab/locations/us-central1", "#, 1);
    for body in [twice, named, format!("[{planned}]"), String::new()].map(|body| &*body.leak()) {
        portal.body = Some(body);
        assert_eq!(portal.refusal(create.clone()), (400, "proxy/body-malformed".into()), "{body}");
        assert_eq!(portal.kinds(), ["readBody"], "nothing is recorded or sent");
    }
    portal.body = Some(planned);
    assert_eq!(portal.pass(create), None);
}

#[test]
fn a_model_in_a_place_that_is_no_longer_allowed_is_not_deployed() {
    /// Plans the deployment of a model of another project.
    fn plan_of(_: &Value) -> Option<crate::plan::Plan> {
        let model = "projects/acme-lab/locations/us-central1/models/fraud-detector@3".parse().unwrap();
        Some(crate::plan::plan(crate::target::Target { model, ..planned() }))
    }
    let planner = Planner { plan: plan_of, ..planner() };
    let plan = plan_of(&Value::Null).unwrap();
    let body = plan.step(StepKind::Deployment).unwrap().call.clone().unwrap().body.unwrap();
    assert!(body.to_string().contains("projects/acme-lab/"));
    let deploy = || call("POST", &format!("aiplatform/v1/{FRAUD}:deployModel"), "1");
    let mut portal = Portal { body: Some(leaked(&body)), door: Rc::new(Door::new(config(), planner)), ..portal() };
    portal.mandate.as_mut().unwrap().fingerprint =
        Mandate::of(&plan, &RUN.parse().unwrap(), Clone::clone).fingerprint();
    portal.answer = leaked(&json!({"etag": "a", "labels": {}}));
    portal.pass(look("1"));
    portal.answer = STARTED;
    assert_eq!(portal.pass(deploy()), None, "both places are allowed");
    let today = Config { projects: allowed(&json!([{"project": "acme-ml"}])), ..config() };
    portal.door = Rc::new(Door::new(today, planner));
    assert_eq!(portal.refusal(deploy()), (400, "proxy/target-not-allowed".into()));
    assert_eq!(portal.kinds(), ["readBody"], "nothing is recorded or sent");
}

#[test]
fn everything_that_is_unknown_denies() {
    let change = |change: fn(&mut MandateRow)| {
        let mut row = row();
        change(&mut row);
        let mut portal = Portal { mandate: Some(row), ..portal() };
        let (create, body) = create();
        portal.body = Some(body);
        let refusal = portal.refusal(create);
        assert!(portal.sent().is_empty());
        refusal
    };
    let unknown = (403, "mandate/unknown".to_owned());
    let ended = (403, "mandate/ended".to_owned());
    assert_eq!(change(|row| row.request = "null".into()), unknown, "no plan");
    assert_eq!(change(|row| row.request = "{".into()), unknown);
    assert_eq!(change(|row| row.facts = "{}".into()), unknown);
    assert_eq!(change(|row| row.fingerprint = "another plan".into()), ended);
    assert_eq!(change(|row| row.expires_at = NOW), ended);
    assert_eq!(change(|row| row.revoked_at = Some(NOW)), ended);
    let mut portal = Portal { mandate: None, ..portal() };
    assert_eq!(portal.refusal(look("1")), unknown);
    portal.failing = vec!["findMandate"];
    assert_eq!(portal.refusal(look("1")).0, 503);
}

#[test]
fn only_the_deployments_plugin_uses_a_mandate() {
    let mut portal = portal();
    let others = [
        Who::Service { subject: "plugin:scaffolder".into() },
        Who::User { entity_ref: ALICE.into(), actor: Some(DEPLOYER.into()), credentials: None, permissions: None },
    ];
    for who in others {
        portal.pass(Arrival { who, ..look("1") });
        assert!(!portal.kinds().contains(&"findMandate"));
    }
    // Without the header, the plugin is a service like others.
    let mut bare = look("1");
    bare.headers = vec![None; REQUEST_HEADERS.len()];
    assert_eq!(portal.refusal(bare), (403, "proxy/caller-not-allowed".into()));
}

#[test]
fn facts_that_another_call_changed_are_read_again() {
    let mut portal = portal();
    portal.answer = leaked(&json!({"etag": "b", "labels": {}}));
    let event = |outcome| Event { outcome, now: NOW, random: 0.5, cancelled: false };
    let mut talk = portal.door.pass(look("1"));
    let mut outcome = Outcome::Done;
    let mut kept = 0;
    loop {
        let want = match talk.tell(event(outcome)) {
            Turn::Done(end) => break assert_eq!(end, None),
            Turn::Want(want) => want,
        };
        outcome = match &want {
            Want::Entities { .. } => Outcome::Entities(portal.entities.clone()),
            Want::FindMandate { .. } => Outcome::Mandate(Some(MandateRow { revision: kept, ..row() })),
            Want::Token(_) => Outcome::Token(Ok(Secret::new("token".to_owned()))),
            Want::Send(_) => Outcome::Answer(Answer { status: 200, headers: vec![None; 4] }),
            Want::ReadAnswer { .. } => Outcome::Body(Some(portal.answer.as_bytes().to_vec())),
            Want::KeepFacts { revision, .. } => {
                assert_eq!(*revision, kept);
                kept += 1;
                Outcome::Kept(kept == 3)
            }
            _ => Outcome::Done,
        };
    }
    assert_eq!(kept, 3);
}

#[test]
fn direct_changes_are_denied_unless_the_portal_allows_them() {
    let door = Rc::new(Door::new(crate::config::tests::config(), planner()));
    let mut portal = Portal { door, ..portal() };
    assert_eq!(portal.refusal(deploy()), (403, "proxy/direct-change".into()));
    for open in [read(), predict()] {
        assert_eq!(portal.pass(open), None);
    }
    portal.body = Some(POLICY);
    assert_eq!(portal.pass(set_policy()), None);
    let (create, body) = create();
    portal.body = Some(body);
    assert_eq!(portal.pass(create), None);
}
