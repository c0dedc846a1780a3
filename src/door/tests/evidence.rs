//! Evidence: what a later answer shows about a change whose own answer is lost, and how the door settles it.

use super::super::evidence::{Look, Shown, clue, resources};
use super::*;
use crate::guard;
use crate::method::Call;

const PLACE: &str = "projects/acme-ml/locations/us-central1";
const DEPLOY_MODEL: &str = "aiplatform.projects.locations.endpoints.deployModel";
const UNDEPLOY_MODEL: &str = "aiplatform.projects.locations.endpoints.undeployModel";
const MINUTE: Millis = 60_000;

fn call(verb: &str, path: &str) -> Call {
    let caller = guard::Caller::User { entity_ref: ALICE.into() };
    guard::decide(&config(), verb, &format!("aiplatform/v1/{path}"), &caller).unwrap().call
}

/// The doubt that a change leaves behind whose answer is lost.
fn lost(verb: &str, path: &str, body: &Value) -> Doubt {
    let call = call(verb, path);
    Doubt {
        id: "audit-1".into(),
        method: call.method.name.into(),
        resource: call.resource.to_string(),
        clue: clue(&call, body),
        begun_at: NOW,
        ended_at: Some(NOW + MINUTE),
        is_idle: false,
        operation: None,
        rival_at: None,
        nameless_at: None,
        taken: Vec::new(),
    }
}

fn lost_deployment() -> Doubt {
    let body = json!({"deployedModel": {"id": "42", "model": "7"}});
    lost("POST", &format!("{ENDPOINT}:deployModel"), &body)
}

fn weigh_at(doubt: &Doubt, path: &str, status: u16, answer: &Value, begun_at: Millis) -> Option<Shown> {
    let verb = if path.contains(":wait") { "POST" } else { "GET" };
    doubt.weigh(&Look { call: &call(verb, path), begun_at, status, answer })
}

/// What an answer shows an hour later.
fn weigh(doubt: &Doubt, path: &str, answer: &Value) -> Option<Shown> {
    weigh_at(doubt, path, 200, answer, NOW + 60 * MINUTE)
}

fn done() -> Option<Shown> {
    Some(Shown::Done { operation: None })
}

#[test]
fn a_deployed_model_with_the_chosen_id_shows_a_deployment() {
    let serves = json!({"deployedModels": [{"id": "1"}, {"id": "42"}]});
    let doubt = lost_deployment();
    assert_eq!(weigh(&doubt, ENDPOINT, &serves), done());
    let under_way = Doubt { ended_at: None, ..doubt.clone() };
    assert_eq!(weigh_at(&under_way, ENDPOINT, 200, &serves, NOW), done(), "at any time");
    for other in [
        Doubt { clue: None, ..doubt.clone() },
        // A repetition, or somebody else, has deployed the model of this id.
        Doubt { rival_at: Some(NOW - MINUTE), ..doubt.clone() },
        Doubt { resource: format!("{ENDPOINT}-2"), ..doubt.clone() },
    ] {
        assert_eq!(weigh(&other, ENDPOINT, &serves), None, "{other:?}");
    }
    let earlier = Doubt { rival_at: Some(NOW - 60 * MINUTE), ..doubt.clone() };
    assert_eq!(weigh(&earlier, ENDPOINT, &serves), done());
    let old = json!({"deployedModels": [{"id": "42", "createTime": "2026-11-24T03:00:00Z"}]});
    assert_eq!(weigh(&earlier, ENDPOINT, &old), None, "the earlier deployment serves");
    assert_eq!(weigh_at(&doubt, ENDPOINT, 503, &serves, NOW + 60 * MINUTE), None);
    assert_eq!(weigh(&doubt, ENDPOINT, &json!({"deployedModels": [{"id": "43"}]})), None, "it may still come");
}

#[test]
fn an_operation_that_deployed_the_chosen_id_shows_a_deployment() {
    let end = json!({
        "name": OPERATION.replace("acme-ml", "123456789012"),
        "done": true,
        "response": {"deployedModel": {"id": "42"}},
    });
    let shown = Some(Shown::Done { operation: Some(OPERATION.into()) });
    let doubt = lost_deployment();
    assert_eq!(weigh(&doubt, OPERATION, &end), shown);
    assert_eq!(weigh(&doubt, &format!("{OPERATION}:wait?timeout=5s"), &end), shown);
    assert_eq!(weigh(&doubt, &format!("{ENDPOINT}/operations"), &json!({"operations": [{}, end]})), shown);
    let other = json!({"name": OPERATION, "done": true, "response": {"deployedModel": {"id": "43"}}});
    assert_eq!(weigh(&doubt, OPERATION, &other), None);
    assert_eq!(weigh(&doubt, OPERATION, &json!({"name": OPERATION})), None, "an operation under way names no model");
    let elsewhere = OPERATION.replace("fraud", "other");
    assert_eq!(weigh(&doubt, &elsewhere, &end), None, "ids are unique within an endpoint");
}

fn operation(kind: &str, created: &str) -> Value {
    let kind = format!("type.googleapis.com/google.cloud.aiplatform.v1.{kind}OperationMetadata");
    json!({"name": OPERATION, "metadata": {"@type": kind, "genericMetadata": {"createTime": created}}})
}

#[test]
fn a_deployment_was_not_done_where_no_operation_of_its_time_exists_and_the_model_is_missing() {
    let doubt = lost_deployment();
    let list = format!("{ENDPOINT}/operations");
    let (before, after) = ("2026-11-24T03:00:00.5Z", "2026-11-24T04:06:00Z");
    let listed = |operations: &[Value]| json!({"operations": operations});
    let (idle, missing) = (Some(Shown::Idle), json!({"deployedModels": [{"id": "1"}]}));
    assert_eq!(weigh(&doubt, &list, &json!({})), idle);
    let others = listed(&[operation("DeployModel", before), operation("UndeployModel", after)]);
    assert_eq!(weigh(&doubt, &list, &others), idle);
    for unclear in [
        listed(&[operation("DeployModel", after)]),
        listed(&[json!({"metadata": {"@type": "x.DeployModelOperationMetadata"}})]),
        json!({"nextPageToken": "2"}),
    ] {
        assert_eq!(weigh(&doubt, &list, &unclear), None, "{unclear}");
    }
    for query in ["filter=done:true", "pageToken=2", "fields=nextPageToken"] {
        assert_eq!(weigh(&doubt, &format!("{list}?{query}"), &json!({})), None, "{query}");
    }
    // The request may still be on its way.
    assert_eq!(weigh_at(&doubt, &list, 200, &json!({}), NOW + 2 * MINUTE - 1), None);
    assert_eq!(weigh_at(&doubt, &list, 200, &json!({}), NOW + 2 * MINUTE), idle);
    assert_eq!(weigh(&Doubt { ended_at: None, ..doubt.clone() }, &list, &json!({})), None);

    assert_eq!(weigh(&doubt, ENDPOINT, &missing), None, "an operation may be under way");
    let idle = Doubt { is_idle: true, ..doubt };
    assert_eq!(weigh(&idle, ENDPOINT, &missing), Some(Shown::NotDone));
    assert_eq!(weigh(&idle, &format!("{ENDPOINT}?fields=name"), &json!({})), None);
    let gone = json!({"error": {"status": "NOT_FOUND"}});
    assert_eq!(weigh_at(&idle, ENDPOINT, 404, &gone, NOW + 60 * MINUTE), Some(Shown::NotDone));
    assert_eq!(weigh_at(&idle, ENDPOINT, 404, &json!({}), NOW + 60 * MINUTE), None, "not Google's");
    assert_eq!(weigh(&idle, ENDPOINT, &json!({"deployedModels": [{"id": "42"}]})), done(), "it serves");
}

#[test]
fn a_removal_was_not_done_where_the_model_is_there_and_no_operation_is() {
    let doubt = lost("POST", &format!("{ENDPOINT}:undeployModel"), &json!({"deployedModelId": "42"}));
    assert_eq!(doubt.method, UNDEPLOY_MODEL);
    let (there, gone) = (json!({"deployedModels": [{"id": "42"}]}), json!({}));
    assert_eq!(weigh(&doubt, ENDPOINT, &there), None);
    let list = format!("{ENDPOINT}/operations");
    assert_eq!(weigh(&doubt, &list, &json!({})), Some(Shown::Idle));
    let under_way = json!({"operations": [operation("UndeployModel", "2026-11-24T04:06:00Z")]});
    assert_eq!(weigh(&doubt, &list, &under_way), None);
    let idle = Doubt { is_idle: true, ..doubt };
    assert_eq!(weigh(&idle, ENDPOINT, &there), Some(Shown::NotDone));
    assert_eq!(weigh(&idle, ENDPOINT, &gone), None, "anyone may have removed it");
}

#[test]
fn a_removal_is_shown_by_its_operation_and_what_is_missing() {
    let list = format!("{ENDPOINT}/operations");
    let ended = |kind: &str, created: &str, more: Value| {
        let mut operation = operation(kind, created);
        operation["done"] = json!(true);
        operation.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        operation
    };
    let (gone, other) = (json!({"deployedModels": [{"id": "1"}]}), "2026-11-24T04:06:30Z");
    let no_endpoint = json!({"error": {"status": "NOT_FOUND"}});
    for (verb, path, body, kind, status, missing) in [
        ("POST", format!("{ENDPOINT}:undeployModel"), json!({"deployedModelId": "42"}), "UndeployModel", 200, &gone),
        ("DELETE", ENDPOINT.to_owned(), json!({}), "Delete", 404, &no_endpoint),
    ] {
        let doubt = lost(verb, &path, &body);
        let look = |doubt: &Doubt| weigh_at(doubt, ENDPOINT, status, missing, NOW + 60 * MINUTE);
        let own = ended(kind, "2026-11-24T04:06:00Z", json!({}));
        let likely = weigh(&doubt, &list, &json!({"operations": [own, operation("DeployModel", other)]}));
        assert_eq!(likely, Some(Shown::Likely { operation: OPERATION.into() }), "{kind}");
        assert_eq!(look(&doubt), None, "anyone may have removed it");
        let known = Doubt { operation: Some(OPERATION.into()), ..doubt.clone() };
        assert_eq!(look(&known), Some(Shown::Done { operation: Some(OPERATION.into()) }));
        assert_eq!(look(&Doubt { nameless_at: Some(NOW), ..known.clone() }), None, "a repetition may have removed it");
        let repeated = Doubt { taken: vec![OPERATION.into()], ..known.clone() };
        assert_eq!(look(&repeated), None, "a repetition has removed it");
        let after = json!({"operations": [own]});
        assert_eq!(weigh(&Doubt { operation: None, ..repeated }, &list, &after), Some(Shown::Idle));
        assert_eq!(weigh(&known, &list, &json!({"operations": [own]})), None, "known already");
        for unclear in [
            // Of two, either may be another's.
            json!([own, ended(kind, other, json!({}))]),
            json!([ended(kind, other, json!({"error": {"code": 9}}))]),
            json!([operation(kind, other)]),
            json!([ended(kind, "2026-11-24T05:06:00Z", json!({}))]),
        ] {
            assert_eq!(weigh(&doubt, &list, &json!({ "operations": unclear })), None, "{unclear}");
        }
    }
}

#[test]
fn of_two_attempts_only_the_one_without_an_operation_failed() {
    let list = format!("{ENDPOINT}/operations");
    let serves = json!({"deployedModels": [{"id": "42"}]});
    let mut ended = operation("DeployModel", "2026-11-24T04:06:00Z");
    ended["response"] = json!({"deployedModel": {"id": "42"}});
    let ended = json!({"operations": [ended]});
    // The second attempt has succeeded, and names its operation.
    let first = Doubt { rival_at: Some(NOW + 1), taken: vec![OPERATION.into()], ..lost_deployment() };
    assert_eq!(weigh(&first, ENDPOINT, &serves), None, "the second one serves");
    assert_eq!(weigh(&first, &list, &ended), Some(Shown::Idle));
    let idle = Doubt { is_idle: true, ..first.clone() };
    assert_eq!(weigh(&idle, ENDPOINT, &serves), Some(Shown::NotDone));
    // An earlier deployment of the same id has another operation.
    let again = Doubt { taken: vec![format!("{OPERATION}0")], ..first.clone() };
    assert_eq!(weigh(&again, &list, &ended), Some(Shown::Done { operation: Some(OPERATION.into()) }));
    // The answers to both are lost.
    let both = Doubt { nameless_at: Some(NOW + 1), taken: Vec::new(), ..first };
    assert_eq!(weigh(&both, &list, &ended), None);
}

#[test]
fn a_deployment_that_failed_is_shown_by_its_operation_and_what_is_missing() {
    let (list, gone) = (format!("{ENDPOINT}/operations"), json!({"deployedModels": [{"id": "1"}]}));
    let mut failed = operation("DeployModel", "2026-11-24T04:06:00Z");
    failed["done"] = json!(true);
    let under_way = json!({ "operations": [failed] });
    failed["error"] = json!({"code": 1});
    let doubt = lost_deployment();
    let weigh_list = |doubt: &Doubt, operations: Value| weigh(doubt, &list, &json!({ "operations": operations }));
    assert_eq!(weigh_list(&doubt, json!([failed])), Some(Shown::Likely { operation: OPERATION.into() }));
    assert_eq!(weigh_list(&doubt, json!([failed, failed])), None, "either may be another's");
    assert_eq!(weigh(&doubt, &list, &under_way), None, "a success names its model");
    assert_eq!(weigh(&doubt, ENDPOINT, &gone), None);
    let known = Doubt { operation: Some(OPERATION.into()), ..doubt };
    let done = Some(Shown::Done { operation: Some(OPERATION.into()) });
    assert_eq!(weigh(&known, ENDPOINT, &gone), done);
    let no_endpoint = json!({"error": {"status": "NOT_FOUND"}});
    assert_eq!(weigh_at(&known, ENDPOINT, 404, &no_endpoint, NOW + 60 * MINUTE), done);
    let repeated = Doubt { taken: vec![OPERATION.into()], ..known };
    assert_eq!(weigh(&repeated, ENDPOINT, &gone), None);
}

#[test]
fn the_deployment_of_another_user_is_told_by_its_model() {
    let list = format!("{ENDPOINT}/operations");
    let weigh_list = |operations: Value| weigh(&lost_deployment(), &list, &json!({ "operations": operations }));
    let under_way = operation("DeployModel", "2026-11-24T04:06:00Z");
    let mut others = under_way.clone();
    others["response"] = json!({"deployedModel": {"id": "7"}});
    let mut failed = under_way.clone();
    (failed["done"], failed["error"]) = (json!(true), json!({"code": 9}));
    assert_eq!(weigh_list(json!([others])), Some(Shown::Idle));
    assert_eq!(weigh_list(json!([others, failed])), Some(Shown::Likely { operation: OPERATION.into() }));
    assert_eq!(weigh_list(json!([others, under_way])), None, "it may be the change's");
}

#[test]
fn an_operation_shows_which_replicas_it_has_changed() {
    let body = json!({"deployedModel": {"id": "42"}, "updateMask": "dedicatedResources.minReplicaCount"});
    let doubt = lost("POST", &format!("{ENDPOINT}:mutateDeployedModel"), &body);
    let list = format!("{ENDPOINT}/operations");
    let mut ended = operation("MutateDeployedModel", "2026-11-24T04:06:00Z");
    ended["response"] = json!({"deployedModel": {"id": "42"}});
    let shown = Some(Shown::Done { operation: Some(OPERATION.into()) });
    assert_eq!(weigh(&doubt, &list, &json!({"operations": [ended]})), shown);
    ended["response"]["deployedModel"]["id"] = json!("43");
    assert_eq!(weigh(&doubt, &list, &json!({"operations": [ended]})), Some(Shown::Idle));
    assert_eq!(weigh(&doubt, ENDPOINT, &json!({"deployedModels": [{"id": "42"}]})), None);
    let idle = Doubt { is_idle: true, ..doubt };
    assert_eq!(weigh(&idle, ENDPOINT, &json!({"deployedModels": [{"id": "42"}]})), Some(Shown::NotDone));
}

#[test]
fn an_update_was_not_done_where_its_etag_is_still_valid() {
    let doubt =
        lost("PATCH", &format!("{ENDPOINT}?updateMask=trafficSplit"), &json!({"etag": "AMEw", "trafficSplit": {}}));
    let (same, other) = (json!({"etag": "AMEw"}), json!({"etag": "AMEx"}));
    assert_eq!(weigh(&doubt, ENDPOINT, &same), Some(Shown::NotDone));
    assert_eq!(weigh_at(&doubt, ENDPOINT, 200, &same, NOW + MINUTE), None, "it may still arrive");
    assert_eq!(weigh(&doubt, ENDPOINT, &other), None, "anyone may have changed it");
}

#[test]
fn the_label_of_the_run_shows_who_made_an_endpoint_or_model() {
    let labels = json!({"backstage-run": "run-1"});
    let other = json!({"labels": {"backstage-run": "run-2"}});
    let endpoint =
        lost("POST", &format!("{PLACE}/endpoints?endpointId=fraud"), &json!({"displayName": "f", "labels": labels}));
    let uploaded = json!({"modelId": "fraud", "model": {"displayName": "f", "labels": labels}});
    let model = lost("POST", &format!("{PLACE}/models:upload"), &uploaded);
    let parent =
        json!({"parentModel": format!("{PLACE}/models/fraud"), "model": {"displayName": "f", "labels": labels}});
    let version = lost("POST", &format!("{PLACE}/models:upload"), &parent);
    let model_path = format!("{PLACE}/models/fraud@2");
    for (doubt, path) in [(&endpoint, ENDPOINT), (&model, model_path.as_str()), (&version, model_path.as_str())] {
        assert_eq!(weigh(doubt, path, &json!({"labels": labels})), done(), "{path}");
        assert_eq!(weigh(doubt, path, &other), None, "{path}");
        assert_eq!(weigh_at(doubt, path, 404, &json!({}), NOW + 60 * MINUTE), None, "{path}");
        assert_eq!(weigh(doubt, &path.replace("fraud", "other"), &json!({"labels": labels})), None, "{path}");
    }
    let unlabelled = lost("POST", &format!("{PLACE}/endpoints?endpointId=fraud"), &json!({"displayName": "f"}));
    assert_eq!((&unlabelled.clue, weigh(&unlabelled, ENDPOINT, &json!({}))), (&None, None));
}

#[test]
fn a_clue_is_a_fingerprint_of_the_body() {
    let clue = lost_deployment().clue.unwrap();
    assert!(clue.len() == 16 && clue.bytes().all(|b| b.is_ascii_hexdigit()), "{clue}");
    let endpoint = format!("{ENDPOINT}:deployModel");
    assert_eq!(lost("POST", &endpoint, &json!({"deployedModel": {"model": "7"}})).clue, None);
    assert_eq!(lost("POST", &format!("{ENDPOINT}:undeployModel"), &Value::Null).clue, None);
    let mut portal = Portal { body: Some(r#"{"deployed_model": {"id": "42", "model": "7"}}"#), ..Portal::new() };
    portal.pass(deploy());
    let row = portal.wants.iter().find_map(|want| if let Want::Record(row) = want { Some(row) } else { None });
    assert_eq!(row.unwrap().clue, Some(clue));
}

#[test]
fn only_looks_at_what_is_changed_are_evidence() {
    let found = |verb, path: &str| resources(&call(verb, path));
    assert_eq!(found("GET", ENDPOINT), [ENDPOINT, PLACE]);
    assert_eq!(found("GET", &format!("{ENDPOINT}/operations")), [ENDPOINT]);
    assert_eq!(found("GET", OPERATION), [ENDPOINT]);
    assert_eq!(found("POST", &format!("{OPERATION}:wait")), [ENDPOINT]);
    assert_eq!(found("GET", &format!("{PLACE}/models/fraud"))[1], PLACE);
    for (verb, path) in [("POST", format!("{ENDPOINT}:predict")), ("GET", format!("{PLACE}/endpoints"))] {
        assert!(found(verb, &path).is_empty(), "{path}");
    }
}

fn doubting() -> Portal {
    Portal { doubts: vec![lost_deployment()], answer: r#"{"deployedModels": [{"id": "42"}]}"#, ..Portal::new() }
}

#[test]
fn an_answer_settles_what_it_shows_before_it_passes() {
    let mut portal = doubting();
    assert_eq!(portal.pass(read()), None);
    let kinds: Vec<_> =
        portal.kinds().into_iter().filter(|kind| !["permit", "groups", "token"].contains(kind)).collect();
    assert_eq!(kinds, ["doubts", "send", "readAnswer", "resolve", "announce", "conclude", "reply"]);
    let Some(Want::Doubts { user, resources, since, .. }) =
        portal.wants.iter().find(|want| matches!(want, Want::Doubts { .. }))
    else {
        panic!("no question")
    };
    assert_eq!((user.as_str(), resources[0].as_str(), *since), (ALICE, ENDPOINT, NOW - 7 * 24 * 60 * MINUTE));
    let resolution = portal.wants.iter().find_map(|want| if let Want::Resolve(it) = want { Some(it) } else { None });
    assert_eq!(
        serde_json::to_value(resolution.unwrap()).unwrap(),
        json!({
            "id": "audit-1", "outcome": "succeeded", "isIdle": false,
            "evidence": "aiplatform.projects.locations.endpoints.get",
        })
    );
    let conclusion = portal.conclusions()[0];
    assert!(conclusion.succeeded && conclusion.meta.method == DEPLOY_MODEL);
    assert!(matches!(portal.wants.last(), Some(Want::Reply { body: AnswerBody::Read, .. })));
}

#[test]
fn an_outcome_that_another_replica_settled_is_reported_once() {
    let mut portal = Portal { resolves: false, ..doubting() };
    portal.pass(read());
    assert!(portal.kinds().contains(&"resolve") && !portal.kinds().contains(&"announce"));
}

#[test]
fn a_read_passes_although_nothing_can_be_settled() {
    for broken in ["doubts", "resolve", "announce", "conclude"] {
        let mut portal = Portal { failing: vec![broken], ..doubting() };
        assert_eq!(portal.pass(read()), None, "{broken}");
        let Some(Want::Reply { status: 200, body, .. }) = portal.wants.last() else { panic!("no answer") };
        assert_eq!(*body == AnswerBody::Stream, broken == "doubts", "{broken}");
        assert_eq!(portal.kinds().contains(&"log"), broken == "resolve", "{broken}");
    }
    let mut portal = Portal { late: vec!["doubts"], ..doubting() };
    assert_eq!(portal.pass(read()), None);
    let mut portal = Portal { answer: "<html>", ..doubting() };
    assert_eq!(portal.pass(read()), None);
    assert!(!portal.kinds().contains(&"resolve"));
}
