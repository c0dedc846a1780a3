//! Whose an endpoint is, at the door.

use super::delegation::{RUN, call, create, facts, look, portal, row};
use super::*;
use crate::mandate::Mandate;
use crate::method::Resource;
use crate::plan::owner::{ENTITY_LABEL, PORTAL_LABEL};
use crate::plan::{Plan, RUN_LABEL, StepKind};

const MODEL: &str = "projects/acme-ml/locations/us-central1/models/fraud-detector";
const FRAUD: &str = "projects/acme-ml/locations/us-central1/endpoints/fraud-detector";

fn claiming(name: &str) -> Value {
    let annotations = json!({ "google.com/vertex-ai-endpoint.production": ENDPOINT });
    json!({"kind": "Component", "metadata": {"name": name, "annotations": annotations}})
}

#[test]
fn a_direct_change_of_a_contested_endpoint_is_denied_before_its_body_is_read() {
    let contested = vec![claiming("a"), claiming("b")];
    let mut portal = Portal { entities: contested.clone(), ..Portal::new() };
    let end = portal.pass(deploy()).expect("a refusal");
    assert_eq!((end.status, &end.body.diagnostic["code"]), (403, &json!("claim/contested")));
    // The caller may be somebody who cannot read one of the entities.
    assert!(!end.body.diagnostic["message"].as_str().unwrap().contains("component:"));
    assert_eq!(portal.kinds(), ["permit", "claims"]);
    for open in [read(), predict()] {
        assert_eq!(portal.pass(open), None, "reads and predictions change nothing");
    }
    portal.entities.truncate(1);
    assert_eq!(portal.pass(deploy()), None);
    let claims = vec![(Resource::Endpoint(ENDPOINT.parse().unwrap()), "component:default/a".to_owned())];
    let settled = Rc::new(Door::new(crate::config::Config { claims, ..config() }, planner()));
    assert_eq!(Portal { door: settled, entities: contested, ..Portal::new() }.pass(deploy()), None);
}

/// An entity of the catalog that names the model.
fn naming(name: &str) -> Value {
    let annotations = json!({ "google.com/vertex-ai-model": MODEL });
    json!({"kind": "Component", "metadata": {"name": name, "annotations": annotations}})
}

#[test]
fn a_direct_change_of_a_contested_model_is_denied() {
    let delete = || arrival("DELETE", &format!("aiplatform/v1/{MODEL}"));
    let mut portal = Portal { entities: vec![naming("a"), naming("b")], ..Portal::new() };
    assert_eq!(portal.refusal(delete()), (403, "claim/contested".into()));
    assert!(portal.sent().is_empty());
    portal.entities.truncate(1);
    assert_eq!(portal.pass(delete()), None);
}

/// The plan of an upload.
fn uploading() -> Plan {
    let mut target = crate::plan::tests::target();
    target.model.version = None;
    target.image = Some("us-central1-docker.pkg.dev/acme-ml/serving/fraud:3".parse().unwrap());
    crate::plan::plan(target)
}

#[test]
fn a_second_claim_on_the_model_that_appears_later_denies_its_upload() {
    let plan = uploading();
    let mut upload = plan.step(StepKind::Model).unwrap().call.clone().unwrap().body.unwrap();
    upload["model"]["labels"][RUN_LABEL] = RUN.into();
    let door = Rc::new(Door::new(config(), Planner { plan: |_| Some(uploading()), ..planner() }));
    let fingerprint = Mandate::of(&plan, &RUN.parse().unwrap(), Clone::clone).fingerprint();
    let mandate = Some(MandateRow { fingerprint, ..row() });
    let mut portal = Portal { door, mandate, body: Some(upload.to_string().leak()), ..portal() };
    let upload = call("POST", "aiplatform/v1/projects/acme-ml/locations/us-central1/models:upload", "1");
    portal.entities.extend([naming("fraud-detector"), naming("rival")]);
    assert_eq!(portal.refusal(upload.clone()), (403, "claim/contested".into()));
    assert!(portal.sent().is_empty() && !portal.kinds().contains(&"record"));
    portal.entities.retain(|entity| entity["metadata"]["name"] != "rival");
    assert_eq!(portal.pass(upload), None);
}

#[test]
fn without_the_catalog_no_change_passes() {
    let mut direct = Portal { failing: vec!["claims"], ..Portal::new() };
    assert_eq!(direct.refusal(deploy()), (503, "portal/refused".into()));
    assert!(direct.sent().is_empty());
    let mut delegated = Portal { failing: vec!["entities"], ..portal() };
    assert_eq!(delegated.refusal(look("1")), (503, "portal/refused".into()));
    assert!(delegated.sent().is_empty() && !delegated.kinds().contains(&"revoke"));
    delegated.failing = vec![];
    assert_eq!(delegated.pass(look("1")), None, "an outage of the catalog ends no mandate");
}

#[test]
fn labels_of_another_owner_deny_a_change_under_a_mandate() {
    let theirs = json!({ENTITY_LABEL: "component_default_other"});
    let elsewhere = json!({ENTITY_LABEL: "component_default_fraud-detector", PORTAL_LABEL: "portal_example"});
    for labels in [theirs, elsewhere] {
        let mut portal = portal();
        portal.answer = json!({"etag": "a", "labels": labels}).to_string().leak();
        assert_eq!(portal.pass(look("1")), None);
        assert_eq!(facts(&portal)["endpoint"]["labels"], labels);
        let plan = crate::plan::plan(crate::plan::tests::target());
        let deploy = plan.step(crate::plan::StepKind::Deployment).unwrap().call.clone().unwrap();
        portal.body = Some(deploy.body.unwrap().to_string().leak());
        let deploy = call("POST", &format!("aiplatform/v1/{FRAUD}:deployModel"), "1");
        assert_eq!(portal.refusal(deploy.clone()), (403, "claim/foreign".into()));
        let (create, body) = create();
        portal.body = Some(body);
        assert_eq!(portal.refusal(create).1, "claim/foreign");
        assert!(portal.sent().is_empty() && !portal.kinds().contains(&"record"));
    }
}

#[test]
fn an_administrators_word_holds_at_each_use() {
    let (create, body) = create();
    for (owner, end) in [("component:default/fraud-detector", None), ("component:default/other", Some("claim/foreign"))]
    {
        let claims = vec![(Resource::Endpoint(FRAUD.parse().unwrap()), owner.to_owned())];
        let door = Rc::new(Door::new(crate::config::Config { claims, ..config() }, planner()));
        let mut portal = Portal { door, body: Some(body), ..portal() };
        let code = portal.pass(create.clone()).map(|end| end.body.diagnostic["code"].clone());
        assert_eq!(code, end.map(Into::into));
    }
}

/// An entity of the catalog that names the endpoint of the mandate.
fn rival(name: &str) -> Value {
    let annotations = json!({ "google.com/vertex-ai-endpoint": FRAUD });
    json!({"kind": "Component", "metadata": {"name": name, "annotations": annotations}})
}

#[test]
fn a_second_claim_that_appears_later_denies_changes_and_leaves_their_undo() {
    let (create, body) = create();
    let remove = || call("DELETE", &format!("aiplatform/v1/{FRAUD}"), "1");
    let mut portal = Portal { body: Some(body), ..portal() };
    portal.entities.push(rival("fraud-detector"));
    assert_eq!(portal.pass(create.clone()), None, "the only claim is its own");
    portal.entities.push(rival("rival"));
    assert_eq!(portal.refusal(create.clone()), (403, "claim/contested".into()));
    assert!(portal.sent().is_empty() && !portal.kinds().contains(&"record"));
    // A look and the undo ask nobody.
    for open in [remove(), look("1")] {
        assert_eq!(portal.pass(open), None);
        assert!(!portal.kinds().contains(&"claims"));
    }
    portal.entities.retain(|entity| entity["metadata"]["name"] != "fraud-detector");
    assert_eq!(portal.refusal(create.clone()), (403, "claim/foreign".into()), "another one alone claims it");
    portal.failing = vec!["claims"];
    assert_eq!(portal.refusal(create.clone()), (503, "portal/refused".into()));
    portal.failing = vec![];
    // Labels of the entity decide before every claim.
    let portal_label = crate::plan::owner::portal_label(&config().portal);
    let ours = json!({ENTITY_LABEL: "component_default_fraud-detector", PORTAL_LABEL: portal_label});
    portal.answer = json!({"etag": "a", "labels": ours}).to_string().leak();
    assert_eq!(portal.pass(look("1")), None);
    assert_eq!(portal.pass(create), None);
}
