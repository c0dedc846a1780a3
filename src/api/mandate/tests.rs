//! Which mandates are made, of what, and for whom.

use super::making::{HOUR, MAX_BODY};
use super::*;
use crate::api::stored::stored;
use crate::config::Config;
use crate::config::tests::config;
use crate::conversation::Millis;
use crate::diagnostic::Code;
use crate::door::{DEPLOYER, Planner};
use crate::mandate::Mandate;
use crate::method::Resource;
use crate::timestamp::rfc3339;
use serde_json::json;

const RUN: &str = "0f6c2f9e-5a57-4a6e-9d7e-6a1f0d0a7b11";
const NOW: Millis = 1_795_493_106_007;
const PLANNER: Planner = Planner { parse, plan: plan_of };

fn parse(text: &str) -> Option<Value> {
    serde_json::from_str(text).ok()
}

fn caller() -> Value {
    json!({"kind": "user", "ref": "user:default/alice", "actor": DEPLOYER})
}

fn entity(project: &str) -> Value {
    json!({
        "apiVersion": "backstage.io/v1alpha1", "kind": "Component",
        "metadata": {"name": "fraud-detector", "annotations": {
            "google.com/vertex-ai-project": project,
            "google.com/vertex-ai-location": "us-central1",
            "google.com/vertex-ai-endpoint": "fraud-detector",
            "google.com/vertex-ai-model": "fraud-detector@3",
            "google.com/vertex-ai-service-account": format!("fraud-serving@{project}.iam.gserviceaccount.com"),
        }},
        "spec": {"type": "service", "lifecycle": "production", "owner": "ml-team"},
    })
}

fn body() -> Value {
    json!({"deployment": RUN, "request": {"kind": "deploy", "runId": RUN, "source": {"entity": entity("acme-ml")}}})
}

fn user() -> Value {
    json!({"kind": "User", "metadata": {"name": "alice"}})
}

/// What the catalog has.
fn known() -> Value {
    json!({"entities": [entity("acme-ml"), user()], "claims": [entity("acme-ml")], "resources": read(&json!({}))})
}

const ENDPOINT: &str = "projects/acme-ml/locations/us-central1/endpoints/fraud-detector";
const MODEL: &str = "projects/acme-ml/locations/us-central1/models/fraud-detector";

/// Google's answer to the reads of endpoint and model.
fn read(answer: &Value) -> Value {
    json!({ENDPOINT: answer.to_string(), MODEL: answer.to_string()})
}

fn step(config: &Config, caller: &Value, body: &Value, facts: &Value) -> Result<MandateStep, (u16, Code)> {
    let groups = vec!["group:default/ml".to_owned()];
    new_mandate(config, PLANNER, caller, groups, &body.to_string(), facts, NOW)
        .map_err(|refused| (refused.status, refused.diagnostic.code))
}

fn made(caller: &Value, body: &Value) -> Result<NewMandate, (u16, Code)> {
    match step(&config(), caller, body, &known())? {
        MandateStep::Mandate(mandate) => Ok(mandate),
        other => panic!("{other:?}"),
    }
}

fn changed(path: &str, value: Value) -> Value {
    let mut body = body();
    *body.pointer_mut(path).unwrap() = value;
    body
}

#[test]
fn a_mandate_keeps_the_request_and_the_user() {
    let mandate = made(&caller(), &body()).unwrap();
    assert_eq!((mandate.deployment.as_str(), mandate.user.as_str()), (RUN, "user:default/alice"));
    assert_eq!(mandate.groups, ["group:default/ml"]);
    assert_eq!(mandate.entity, "component:default/fraud-detector");
    assert_eq!(parse(&mandate.request).unwrap(), stored(body()["request"].clone()));
    assert_eq!(mandate.expires_at, rfc3339(NOW + 24 * HOUR));
    let plan = plan_of(&parse(&mandate.request).unwrap()).unwrap();
    let again = Mandate::of(&plan, &RUN.parse().unwrap(), |project| config().id_of(project));
    assert_eq!(mandate.fingerprint, again.fingerprint());
}

#[test]
fn a_mandate_has_no_values_of_variables_and_compares_those_of_the_catalog() {
    let of = |value: &str| {
        let mut entity = entity("acme-ml");
        let annotations = &mut entity["metadata"]["annotations"];
        annotations["google.com/vertex-ai-model"] = "fraud-detector".into();
        annotations["google.com/vertex-ai-image"] = "us-central1-docker.pkg.dev/acme-ml/serving/fraud:3".into();
        annotations["google.com/vertex-ai-env"] = format!("LOG_LEVEL={value}").into();
        entity
    };
    let body = changed("/request/source/entity", of("s3cr3t-marker"));
    let with = |body: &Value, entity: Value| {
        let facts = json!({"entities": [entity, user()], "claims": [], "resources": read(&json!({}))});
        step(&config(), &caller(), body, &facts)
    };
    let made = |body: &Value| match with(body, of("s3cr3t-marker")) {
        Ok(MandateStep::Mandate(mandate)) => mandate,
        other => panic!("{other:?}"),
    };
    let mandate = made(&body);
    assert!(mandate.request.contains("LOG_LEVEL=") && !mandate.request.contains("s3cr3t-marker"));
    // A start that was interrupted goes on with the request as it was stored.
    let mut again = body.clone();
    again["request"] = stored(body["request"].clone());
    assert_eq!((&made(&again).request, &made(&again).fingerprint), (&mandate.request, &mandate.fingerprint));
    for body in [body, again] {
        assert_eq!(with(&body, of("another")).unwrap_err(), (409, Code::ClaimStale));
    }
}

#[test]
fn every_kind_has_a_mandate_of_its_own() {
    let kinds = [
        json!({"kind": "deploy"}),
        json!({"kind": "undeploy", "deployedModelId": "7"}),
        json!({"kind": "undeploy", "all": true}),
        json!({"kind": "traffic", "deployedModelId": "7", "traffic": 20}),
        json!({"kind": "scale", "deployedModelId": "7", "minReplicas": 1, "maxReplicas": 2}),
    ];
    let mut fingerprints: Vec<String> = Vec::new();
    for kind in kinds {
        let mut body = body();
        for (name, value) in kind.as_object().unwrap() {
            body["request"][name] = value.clone();
        }
        let fingerprint = made(&caller(), &body).unwrap().fingerprint;
        assert!(!fingerprints.contains(&fingerprint), "{kind}");
        fingerprints.push(fingerprint);
    }
}

#[test]
fn the_catalog_is_read_before_a_mandate_is_made() {
    let wanted = step(&config(), &caller(), &body(), &Value::Null).unwrap();
    let MandateStep::Entities(refs) = wanted else { panic!("{wanted:?}") };
    assert_eq!(refs, ["component:default/fraud-detector", "user:default/alice"]);
}

#[test]
fn the_entity_is_the_one_of_the_catalog() {
    let with = |entity: Value| {
        let facts = json!({"entities": [entity, user()], "claims": [], "resources": read(&json!({}))});
        step(&config(), &caller(), &body(), &facts)
    };
    let mut changed = entity("acme-ml");
    changed["metadata"]["annotations"]["google.com/vertex-ai-traffic"] = "5".into();
    let mut fewer = entity("acme-ml");
    fewer["metadata"]["annotations"].as_object_mut().unwrap().remove("google.com/vertex-ai-service-account");
    let mut another = entity("acme-ml");
    another["metadata"]["name"] = "another".into();
    for (entity, refusal) in [(changed, 409), (fewer, 409), (another, 403), (user(), 403)] {
        assert_eq!(with(entity.clone()).unwrap_err(), (refusal, Code::ClaimStale), "{entity}");
    }
    // What others annotate is no concern of ours.
    let mut same = entity("acme-ml");
    same["metadata"]["annotations"]["backstage.io/source-location"] = "url:x".into();
    same["metadata"]["description"] = "more".into();
    assert!(matches!(with(same), Ok(MandateStep::Mandate(_))));
}

#[test]
fn a_rollback_has_former_annotations_and_the_present_endpoint() {
    let mut body = body();
    let former = &mut body["request"];
    former["kind"] = "rollback".into();
    former["deployment"] = "f-1".into();
    former["source"]["entity"]["metadata"]["annotations"]["google.com/vertex-ai-model"] = "fraud-detector@2".into();
    assert!(made(&caller(), &body).is_ok());
    body["request"]["source"]["entity"]["metadata"]["annotations"]["google.com/vertex-ai-endpoint"] = "another".into();
    assert_eq!(made(&caller(), &body).unwrap_err(), (403, Code::ClaimForeign));
}

#[test]
fn a_text_states_the_entity_of_the_catalog() {
    let text = |text: &str| changed("/request/source", json!({ "text": text }));
    let yaml = entity("acme-ml").to_string();
    assert!(made(&caller(), &text(&yaml)).is_ok());
    let other = yaml.replace("fraud-detector@3", "fraud-detector@4");
    assert_eq!(made(&caller(), &text(&other)).unwrap_err(), (409, Code::ClaimStale));
}

#[test]
fn a_second_claim_denies_unless_labels_or_the_configuration_name_the_entity() {
    let mut rival = entity("123456789012");
    rival["metadata"]["name"] = "rival".into();
    let with = |config: &Config, endpoint: Value| {
        let resources = if endpoint.is_null() { endpoint } else { read(&endpoint) };
        let claims = [entity("acme-ml"), rival.clone()];
        let facts = json!({"entities": [entity("acme-ml"), user()], "claims": claims, "resources": resources});
        step(config, &caller(), &body(), &facts)
    };
    let wanted = with(&config(), Value::Null).unwrap();
    let MandateStep::Resources(names) = wanted else { panic!("{wanted:?}") };
    assert_eq!(names, [ENDPOINT]);
    assert_eq!(with(&config(), json!({})).unwrap_err(), (403, Code::ClaimContested));
    let labelled = |label: &str| json!({"labels": {"backstage-entity": label}});
    let ours = labelled("component_default_fraud-detector");
    assert!(matches!(with(&config(), ours), Ok(MandateStep::Mandate(_))));
    let theirs = labelled("component_default_rival");
    assert_eq!(with(&config(), theirs).unwrap_err(), (403, Code::ClaimForeign));
    let owner = "component:default/fraud-detector".to_owned();
    let settled = Config { claims: vec![(Resource::Endpoint(ENDPOINT.parse().unwrap()), owner)], ..config() };
    assert!(matches!(with(&settled, Value::Null), Ok(MandateStep::Mandate(_))));
}

#[test]
fn labels_of_another_owner_deny_although_no_other_entity_claims_it() {
    let with = |labels: Value| {
        let mut facts = known();
        facts["resources"] = read(&json!({ "labels": labels }));
        step(&config(), &caller(), &body(), &facts)
    };
    assert_eq!(with(json!({"backstage-entity": "component_default_b"})).unwrap_err(), (403, Code::ClaimForeign));
    assert!(matches!(
        with(json!({"backstage-entity": "component_default_fraud-detector"})),
        Ok(MandateStep::Mandate(_))
    ));
    // An answer that never came names nobody: each use reads the labels again.
    let mut silent = known();
    silent["resources"] = json!({ENDPOINT: ""});
    assert!(matches!(step(&config(), &caller(), &body(), &silent), Ok(MandateStep::Mandate(_))));
}

#[test]
fn a_model_that_another_entity_names_is_deployed_and_not_changed() {
    let mut other = entity("acme-ml");
    other["metadata"]["name"] = "b".into();
    other["metadata"]["annotations"]["google.com/vertex-ai-endpoint"] = "b-endpoint".into();
    let mut uploading = entity("acme-ml");
    let annotations = &mut uploading["metadata"]["annotations"];
    annotations["google.com/vertex-ai-model"] = "fraud-detector".into();
    annotations["google.com/vertex-ai-image"] = "us-central1-docker.pkg.dev/acme-ml/serving/fraud:3".into();
    let with = |entity: &Value, alias: Option<&str>, claims: &[&Value], resources: Value| {
        let mut body = changed("/request/source/entity", entity.clone());
        if let Some(alias) = alias {
            body["request"]["setAlias"] = alias.into();
        }
        let facts = json!({"entities": [entity, user()], "claims": claims, "resources": resources});
        step(&config(), &caller(), &body, &facts)
    };
    let pinned = entity("acme-ml");
    let unlabelled = || read(&json!({}));
    let contested = Some((403, Code::ClaimContested));
    for (entity, alias, outcome) in [
        (&pinned, None, None),
        (&pinned, Some("production"), contested),
        (&uploading, None, contested),
        (&uploading, Some("production"), contested),
    ] {
        assert_eq!(with(entity, alias, &[entity, &other], unlabelled()).err(), outcome, "{alias:?}");
        assert_eq!(with(entity, alias, &[entity], unlabelled()).err(), None);
        let wanted = with(entity, alias, &[entity, &other], Value::Null).unwrap();
        let MandateStep::Resources(names) = wanted else { panic!("{wanted:?}") };
        assert_eq!(names.contains(&MODEL.to_owned()), outcome.is_some(), "{names:?}");
        let mut labelled = unlabelled();
        let labels = json!({"labels": {"backstage-entity": "component_default_fraud-detector"}});
        labelled[MODEL] = labels.to_string().into();
        assert_eq!(with(entity, alias, &[entity, &other], labelled).err(), None, "its labels name the entity");
    }
}

#[test]
fn a_pause_that_its_mandate_does_not_outlast_is_refused_at_once() {
    let with = |hours: u32, minutes: u32| {
        let mandates = crate::config::MandateConfig { hours, ..config().mandates };
        let mut body = body();
        body["request"]["removePreviousAfterMinutes"] = minutes.into();
        step(&Config { mandates, ..config() }, &caller(), &body, &known()).err()
    };
    let refused = Some((400, Code::RequestMalformed));
    assert_eq!((with(24, 720), with(2, 60), with(1, 10)), (None, None, None));
    assert_eq!((with(2, 720), with(2, 61), with(23, 720)), (refused, refused, refused));
}

#[test]
fn the_catalog_has_the_user_unless_the_portal_has_other_users() {
    let mut facts = known();
    facts["entities"] = json!([entity("acme-ml")]);
    assert_eq!(step(&config(), &caller(), &body(), &facts).unwrap_err(), (403, Code::MandateUserMissing));
    let open = Config { users_in_catalog: false, ..config() };
    assert!(matches!(step(&open, &caller(), &body(), &facts), Ok(MandateStep::Mandate(_))));
}

#[test]
fn the_portals_name_is_the_proxys_and_labels_what_is_made() {
    let named = Config { portal: "portal.acme.example".into(), ..config() };
    let mut asked = body();
    asked["request"]["portal"] = "portal.acme.example".into();
    assert!(matches!(step(&named, &caller(), &asked, &known()), Ok(MandateStep::Mandate(_))));
    assert_eq!(step(&config(), &caller(), &asked, &known()).unwrap_err(), (400, Code::RequestMalformed));
    let plan = plan_of(&asked["request"]).unwrap();
    let create = plan.step(crate::plan::StepKind::Endpoint).unwrap().call.clone().unwrap();
    let labels = &create.body.unwrap()["labels"];
    assert_eq!(labels["backstage-entity"], "component_default_fraud-detector");
    assert_eq!(labels["backstage-portal"], "portal_acme_example");
}

#[test]
fn only_the_deployments_plugin_makes_one_for_a_user() {
    for other in [
        json!({"kind": "user", "ref": "user:default/alice"}),
        json!({"kind": "user", "ref": "user:default/alice", "actor": "plugin:scaffolder"}),
        json!({"kind": "user", "ref": "plugin:proxy", "actor": DEPLOYER}),
        json!({"kind": "service", "subject": DEPLOYER}),
        json!({"kind": "none"}),
    ] {
        assert_eq!(made(&other, &body()).unwrap_err(), (403, Code::ProxyCallerNotAllowed), "{other}");
    }
}

#[test]
fn a_request_without_a_plan_has_no_mandate() {
    let mut more = body();
    more["more"] = 1.into();
    let mut timed = body();
    timed["hours"] = 25.into();
    let mut proxied = body();
    proxied["request"]["proxyUrl"] = "http://portal".into();
    for (body, refusal) in [
        (more, (400, Code::RequestMalformed)),
        (timed, (400, Code::RequestMalformed)),
        (proxied, (400, Code::RequestMalformed)),
        (changed("/deployment", json!("UPPER-CASE")), (400, Code::RequestMalformed)),
        (changed("/request/runId", json!("another-run")), (400, Code::RequestMalformed)),
        (changed("/request/kind", json!("destroy")), (400, Code::RequestMalformed)),
        (changed("/request/source/entity", entity("other-ml")), (403, Code::ProxyTargetNotAllowed)),
        (
            changed("/request/source/entity/metadata/annotations", json!({"google.com/vertex-ai-model": "m@3"})),
            (400, Code::AnnotationMissing),
        ),
    ] {
        assert_eq!(made(&caller(), &body).unwrap_err(), refusal, "{body}");
    }
    let long = format!("{{\"deployment\": \"{}\"}}", "a".repeat(MAX_BODY));
    let refused = new_mandate(&config(), PLANNER, &caller(), vec![], &long, &known(), NOW).unwrap_err();
    assert_eq!(refused.status, 413);
}
