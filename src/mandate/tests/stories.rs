//! What a mandate covers and denies, one case at a time.

use super::super::facts::LONGEST_TOKEN;
use super::*;

#[test]
fn a_second_try_whose_answer_is_lost_may_be_cancelled_after_a_first_one_that_failed() {
    let mut held = Held::new(target());
    held.reads(served("a", json!({"1": 100})));
    let deploy = unsplit(sent(&held.full, StepKind::Deployment));
    held.makes(&deploy, 200, started("7"));
    held.loses(&deploy);
    let kind = "type.googleapis.com/google.cloud.aiplatform.v1.DeployModelOperationMetadata";
    let mut listed = started("8");
    listed["metadata"] = json!({ "@type": kind });
    held.makes(&endpoint_call(&method::ENDPOINT_OPERATIONS_LIST), 200, json!({"operations": [listed]}));
    for id in ["7", "8"] {
        assert_eq!(held.denied(&Call::new(&method::OPERATIONS_CANCEL, operation(id))), None, "{id}");
    }
    held.makes(&deploy, 200, started("9"));
    assert_eq!(held.denied(&Call::new(&method::OPERATIONS_CANCEL, operation("9"))), None);
    assert!(held.denied(&Call::new(&method::OPERATIONS_CANCEL, operation("8"))).is_some());
}

#[test]
fn covers_a_first_deployment_and_its_undo() {
    let mut held = Held::new(target());
    let [create, deploy] = [StepKind::Endpoint, StepKind::Deployment].map(|kind| sent(&held.full, kind));
    held.makes(&endpoint_call(&method::ENDPOINTS_GET), 404, json!({}));
    held.makes(&create, 200, started("1"));
    let wait = |id: &str| Call::new(&method::OPERATIONS_WAIT, operation(id)).query("timeout", "1s");
    held.makes(&wait("1"), 200, json!({"done": true}));
    held.makes(&deploy, 200, started("2"));
    held.makes(&Call::new(&method::OPERATIONS_CANCEL, operation("2")), 200, json!({}));
    held.makes(&wait("2"), 200, json!({"done": true, "error": {"code": 1}}));
    held.makes(&undeploy(&id(&held.mandate)), 200, started("3"));
    held.makes(&wait("3"), 200, json!({"done": true}));
    let delete = endpoint_call(&method::ENDPOINTS_DELETE);
    held.makes(&delete, 200, started("4"));
    held.makes(&wait("4"), 200, json!({"done": true}));
    // An endpoint that another user creates anew stays.
    assert_eq!(held.denied(&delete), Some(Code::MandateNotPlanned));
}

#[test]
fn covers_the_log_of_what_it_may_have_deployed() {
    let mut held = Held::new(target());
    held.reads(served("a", json!({"7": 100})));
    let log = log_call(&log_query(&id(&held.mandate)));
    assert_eq!(held.denied(&log), Some(Code::MandateNotPlanned), "before its deployment");
    held.loses(&unsplit(sent(&held.full, StepKind::Deployment)));
    assert_eq!((held.denied(&log), held.denied_in(Phase::UndoOnly, &log)), (None, None));
    assert_eq!(held.denied_in(Phase::Over, &log), Some(Code::MandateEnded));
    assert_eq!(held.denied(&log_call(&log_query("7"))), Some(Code::MandateNotPlanned), "another model");
    let other = |endpoint: &str| {
        let id = held.mandate.plan.deployed_model_id.clone().unwrap();
        log_call(&LogQuery::new(endpoint.parse().unwrap(), id, "2026-11-28T04:05:06Z").unwrap())
    };
    for endpoint in [ENDPOINT.replace("fraud-", "other-"), ENDPOINT.replace("acme-ml", "other-ml")] {
        assert_eq!(held.denied(&other(&endpoint)), Some(Code::MandateNotPlanned), "{endpoint}");
    }
    let mut wide = log.clone();
    wide.body.as_mut().unwrap()["filter"] = json!("severity>=DEFAULT");
    assert_eq!(held.denied(&wide), Some(Code::MandateNotPlanned));
}

#[test]
fn a_deployment_to_a_serving_endpoint_states_no_split() {
    let mut held = Held::new(target());
    held.reads(served("a", json!({"7": 100})));
    let deploy = sent(&held.full, StepKind::Deployment);
    assert_eq!(held.denied(&deploy), Some(Code::MandateNotPlanned));
    assert_eq!(held.denied(&unsplit(deploy)), None);
}

#[test]
fn a_traffic_write_rests_on_the_last_read() {
    let mut held = Held::new(with_share(target(), 20));
    let ours = id(&held.mandate);
    let right = json!({ours.as_str(): 20, "7": 80});
    assert_eq!(held.denied(&patch("a", right.clone())), Some(Code::MandateStale));
    held.reads(served("a", json!({"7": 100})));
    assert_eq!(held.denied(&patch("a", right.clone())), Some(Code::MandateNotPlanned), "it is not deployed");
    held.reads(served("a", json!({"7": 100, ours.as_str(): 0})));
    assert_eq!(held.denied(&patch("a", right.clone())), None);
    assert_eq!(held.denied(&patch("b", right.clone())), Some(Code::MandateStale));
    for other in [json!({ours.as_str(): 21, "7": 79}), json!({"7": 100}), json!({ours.as_str(): 20, "8": 80})] {
        assert_eq!(held.denied(&patch("a", other)), Some(Code::MandateNotPlanned));
    }
    let mut unmasked = patch("a", right.clone());
    unmasked.query = vec![];
    assert_eq!(held.denied(&unmasked), Some(Code::MandateNotPlanned));
    let more = patch("a", right.clone()).body(json!({"etag": "a", "trafficSplit": right, "displayName": "mine"}));
    assert_eq!(held.denied(&more), Some(Code::MandateNotPlanned));
    held.makes(&patch("a", right.clone()), 200, served("b", right.clone()));
    assert_eq!(held.denied(&patch("a", right.clone())), Some(Code::MandateStale));
    assert_eq!(held.denied(&patch("b", right)), None);
    // What it wrote is rolled back.
    assert_eq!(held.denied_in(Phase::UndoOnly, &patch("b", json!({"7": 100, ours.as_str(): 0}))), None);
}

#[test]
fn a_version_comes_only_from_an_answer() {
    for target in [alias(), uploading()] {
        let mut held = Held::new(target);
        held.makes(&endpoint_call(&method::ENDPOINTS_GET), 404, json!({}));
        let deploy = |version: &str| {
            let pinned = held.mandate.plan.for_version(version.parse().unwrap());
            pinned.step(StepKind::Deployment).unwrap().call.clone().unwrap()
        };
        let (third, fourth) = (deploy("3"), deploy("4"));
        assert_eq!(held.denied(&third), Some(Code::MandateNotPlanned));
        let probe = held.mandate.plan.step(StepKind::Model).unwrap().probe.clone().unwrap();
        held.makes(&probe, 200, json!({"versionId": "3", "containerSpec": container(&held.full)}));
        assert_eq!((held.denied(&third), held.denied(&fourth)), (None, Some(Code::MandateNotPlanned)));
    }
}

#[test]
fn an_uploaded_version_comes_from_the_uploads_operation() {
    let mut held = Held::new(uploading());
    held.makes(&endpoint_call(&method::ENDPOINTS_GET), 404, json!({}));
    let upload = sent(&held.full, StepKind::Model);
    let name = format!("{PLACE}/models/fraud-detector/operations/9");
    held.makes(&upload, 200, json!({ "name": name }));
    let wait = Call::new(&method::OPERATIONS_WAIT, Resource::Operation(name.parse().unwrap()));
    held.makes(&wait, 200, json!({"done": true, "response": {"modelVersionId": "1"}}));
    let pinned = held.mandate.plan.for_version("1".parse().unwrap());
    let deploy = pinned.step(StepKind::Deployment).unwrap().call.clone().unwrap();
    assert_eq!(held.denied(&deploy), None);
    assert_eq!(held.denied(&upload.body(json!({"model": {}}))), Some(Code::MandateNotPlanned));
}

#[test]
fn other_content_is_a_new_version_and_only_that_is_removed() {
    let mut held = Held::new(uploading());
    held.makes(&endpoint_call(&method::ENDPOINTS_GET), 404, json!({}));
    held.makes(
        &model_call(&method::MODELS_GET, None),
        200,
        json!({"versionId": "4", "containerSpec": {"imageUri": "x"}}),
    );
    let deploy = |held: &Held, version: &str| {
        let pinned = held.mandate.plan.for_version(version.parse().unwrap());
        held.denied(&pinned.step(StepKind::Deployment).unwrap().call.clone().unwrap())
    };
    assert_eq!(deploy(&held, "4"), Some(Code::MandateNotPlanned), "it has other content");
    let new_version = held.full.plan.new_version().unwrap();
    held.loses(&new_version);
    let delete = [model_call(&method::MODELS_DELETE, None), model_call(&method::MODELS_DELETE_VERSION, Some("5"))];
    let denied = |held: &Held| delete.each_ref().map(|call| held.denied(call).is_some());
    assert_eq!(denied(&held), [true, true], "no version was listed");
    let ours = json!({"versionId": "5", "labels": {RUN_LABEL: RUN}, "containerSpec": container(&held.full)});
    let others = json!({"versionId": "4", "labels": {}});
    let list = model_call(&method::MODELS_LIST_VERSIONS, None);
    held.makes(&list, 200, json!({"models": [ours, others]}));
    assert_eq!(denied(&held), [true, false]);
    assert_eq!((deploy(&held, "5"), deploy(&held, "4")), (None, Some(Code::MandateNotPlanned)));
    held.makes(&list, 200, json!({"models": [ours], "nextPageToken": "more"}));
    assert_eq!(denied(&held), [true, false]);
    held.makes(&list, 200, json!({"models": [ours]}));
    assert_eq!(denied(&held), [false, false]);
    assert_eq!(held.denied(&model_call(&method::MODELS_DELETE_VERSION, Some("4"))), Some(Code::MandateNotPlanned));
}

#[test]
fn a_part_of_a_list_of_versions_is_never_taken_for_the_whole() {
    let mut held = Held::new(uploading());
    let delete = model_call(&method::MODELS_DELETE, None);
    let list = model_call(&method::MODELS_LIST_VERSIONS, None);
    for parameter in ["filter", "orderBy", "readMask", "timeout"] {
        let some = list.clone().query(parameter, "labels.x=y");
        assert_eq!(held.denied(&some), Some(Code::MandateNotPlanned), "{parameter}");
    }
    held.loses(&sent(&held.full, StepKind::Model));
    let ours = |version: &str| json!({"versionId": version, "labels": {RUN_LABEL: RUN}});
    let others = json!({"versionId": "1", "labels": {}});
    let page = |of: &str| list.clone().query("pageSize", "1").query("pageToken", of);
    let listed = |models: Value, next: &str| json!({"models": models, "nextPageToken": next});
    let whole = |held: &Held| held.denied(&delete).is_none();

    // The pages from the first to the one without a token are the whole, in this order.
    held.makes(&list, 200, listed(json!([ours("1")]), "a"));
    held.makes(&page("a"), 200, listed(json!([ours("2")]), "b"));
    assert!(!whole(&held));
    held.makes(&page("b"), 200, listed(json!([ours("3")]), ""));
    assert!(whole(&held));
    for version in ["1", "2", "3"] {
        assert_eq!(held.denied(&model_call(&method::MODELS_DELETE_VERSION, Some(version))), None, "{version}");
    }
    // A page of another list, the last page alone, and one that is read again are not.
    held.makes(&list, 200, listed(json!([ours("1")]), "a"));
    held.makes(&page("b"), 200, listed(json!([ours("3")]), ""));
    assert!(!whole(&held));
    held.makes(&page("a"), 200, listed(json!([ours("2")]), ""));
    assert!(!whole(&held), "another page came in between");
    held.makes(&list, 200, listed(json!([ours("1")]), "a"));
    held.makes(&page("a"), 503, json!({}));
    held.makes(&page("a"), 200, listed(json!([ours("2")]), ""));
    assert!(whole(&held), "a failed read tells nothing");
    // Others on any page are others.
    for pages in [[json!([others]), json!([ours("2")])], [json!([ours("2")]), json!([others])]] {
        let [first, last] = pages;
        held.makes(&list, 200, listed(first, "a"));
        held.makes(&page("a"), 200, listed(last, ""));
        assert!(!whole(&held));
    }
    held.makes(&list, 200, listed(json!([ours("1")]), &"a".repeat(LONGEST_TOKEN + 1)));
    held.makes(&page(&"a".repeat(LONGEST_TOKEN + 1)), 200, listed(json!([ours("2")]), ""));
    assert!(!whole(&held), "a longer token is not kept");
}

#[test]
fn removes_nothing_that_it_did_not_make() {
    let mut held = Held::new(target());
    let ours = id(&held.mandate);
    let delete = endpoint_call(&method::ENDPOINTS_DELETE);
    for call in [&delete, &undeploy(&ours), &undeploy("7")] {
        assert_eq!(held.denied(call), Some(Code::MandateNotPlanned));
    }
    // Another caller was first.
    let create = sent(&held.full, StepKind::Endpoint);
    held.makes(&create, 409, json!({}));
    assert_eq!(held.denied(&delete), Some(Code::MandateNotPlanned));
    // After a lost answer, a conflict may be with the lost call.
    held.loses(&create);
    held.makes(&create, 409, json!({}));
    assert_eq!(held.denied(&delete), None);
    // The label decides.
    held.reads(json!({"etag": "a", "labels": {RUN_LABEL: "another"}}));
    assert_eq!(held.denied(&delete), Some(Code::MandateNotPlanned));
}

#[test]
fn cancels_only_operations_that_may_be_its_own() {
    let mut held = Held::new(target());
    let (list, cancel) = (
        endpoint_call(&method::ENDPOINT_OPERATIONS_LIST).query("filter", "done=false"),
        Call::new(&method::OPERATIONS_CANCEL, operation("5")),
    );
    let follow = Call::new(&method::OPERATIONS_GET, operation("5"));
    assert_eq!(held.denied(&follow), Some(Code::MandateNotPlanned));
    let kind = "type.googleapis.com/google.cloud.aiplatform.v1.DeployModelOperationMetadata";
    let listed = |id: &str| {
        let mut operation = started(id);
        operation["metadata"] = json!({ "@type": kind });
        json!({ "operations": [operation] })
    };
    held.makes(&list, 200, listed("5"));
    assert_eq!((held.denied(&follow), held.denied(&cancel)), (None, Some(Code::MandateNotPlanned)));
    held.makes(&endpoint_call(&method::ENDPOINTS_GET), 404, json!({}));
    let deploy = unsplit(sent(&held.full, StepKind::Deployment));
    held.loses(&deploy);
    assert_eq!(held.denied(&cancel), None);
    held.makes(&deploy, 200, started("6"));
    assert_eq!(held.denied(&cancel), Some(Code::MandateNotPlanned), "our operation is known now");
    assert_eq!(held.denied(&Call::new(&method::OPERATIONS_CANCEL, operation("6"))), None);
}

#[test]
fn after_its_end_a_mandate_only_removes() {
    let mut held = Held::new(with_share(target(), 20));
    let ours = id(&held.mandate);
    held.makes(&endpoint_call(&method::ENDPOINTS_GET), 404, json!({}));
    let create = sent(&held.full, StepKind::Endpoint);
    held.makes(&create, 200, started("1"));
    let deploy = unsplit(sent(&held.full, StepKind::Deployment));
    held.makes(&deploy, 200, started("2"));
    held.reads(served("a", json!({"7": 40, "8": 40, ours.as_str(): 20})));
    let removing = [
        endpoint_call(&method::ENDPOINTS_GET),
        endpoint_call(&method::ENDPOINT_OPERATIONS_LIST),
        Call::new(&method::OPERATIONS_WAIT, operation("2")),
        Call::new(&method::OPERATIONS_CANCEL, operation("2")),
        undeploy(&ours),
        patch("a", json!({"7": 50, "8": 50})),
        endpoint_call(&method::ENDPOINTS_DELETE),
    ];
    let making = [create, deploy, patch("a", json!({ours.as_str(): 30, "7": 35, "8": 35}))];
    for call in &removing {
        assert_eq!(held.denied_in(Phase::UndoOnly, call), None, "{call:?}");
    }
    for call in &making {
        assert_eq!(held.denied_in(Phase::UndoOnly, call), Some(Code::MandateEnded), "{call:?}");
    }
    for call in removing.iter().chain(&making) {
        assert_eq!(held.denied_in(Phase::Over, call), Some(Code::MandateEnded), "{call:?}");
    }
}

#[test]
fn a_project_named_by_number_is_known_by_its_id() {
    let mut target = target();
    target.endpoint = "projects/123456789012/locations/us-central1/endpoints/fraud-detector".parse().unwrap();
    let numbered = Mandate::of(&plan::plan(target), &RUN.parse().unwrap(), |_| "acme-ml".parse().unwrap());
    let look = endpoint_call(&method::ENDPOINTS_GET);
    assert!(numbered.allows(&Facts::default(), Phase::Whole, &look).is_ok());
}

#[test]
fn another_plan_has_another_fingerprint() {
    let of = |target: Target, run: &str| {
        Mandate::of(&plan::plan(target), &run.parse().unwrap(), Project::clone).fingerprint()
    };
    let first = of(target(), RUN);
    assert_eq!(first, of(target(), RUN));
    let replicas = |max| Target { replicas: Some(Replicas { min: 1, max }), ..target() };
    for other in [of(replicas(9), RUN), of(alias(), RUN), of(target(), "another")] {
        assert_ne!(first, other);
    }
}

#[test]
fn unreadable_facts_are_refused() {
    let good = Facts::default().stored();
    assert_eq!(Facts::read(&good), Some(Facts::default()));
    for (field, value) in [
        ("versions", json!([3])),
        ("onlyOurs", json!(null)),
        ("endpoint", json!({"etag": 1})),
        ("made", json!(["all"])),
        ("operations", json!([{"name": "x", "role": "other"}])),
        ("operations", json!(null)),
    ] {
        let mut bad = good.clone();
        bad[field] = value;
        assert_eq!(Facts::read(&bad), None, "{field}");
    }
}

#[test]
fn facts_keep_the_operations_of_the_deployment() {
    let mut held = Held::new(target());
    held.makes(&endpoint_call(&method::ENDPOINTS_GET), 404, json!({}));
    let create = sent(&held.full, StepKind::Endpoint);
    held.makes(&create, 200, started("ours"));
    let list = endpoint_call(&method::ENDPOINT_OPERATIONS_LIST);
    let listed: Vec<_> = (0..500).map(|number| started(&number.to_string())).collect();
    held.makes(&list, 200, json!({ "operations": listed }));
    let ours: Operation = format!("{ENDPOINT}/operations/ours").parse().unwrap();
    assert!(held.facts.role(&ours).is_some());
    assert!(held.facts.stored().to_string().len() < 16 * 1024);
}

#[test]
fn a_stored_mandate_covers_the_upload_with_the_values_of_its_start_and_no_others() {
    let held = Held::new(uploading());
    let upload = sent(&held.full, StepKind::Model);
    assert!(!serde_json::to_string(&held.mandate.plan).unwrap().contains("info"));
    assert_eq!(held.mandate.fingerprint(), held.full.fingerprint());
    assert_eq!(held.denied(&upload), None);
    let hidden = sent(&held.mandate, StepKind::Model).body.unwrap();
    let print = &hidden["model"]["containerSpec"]["env"][0]["value"]["fingerprint"];
    let others = [json!("debug"), json!(""), print.clone(), json!({ "fingerprint": print }), Value::Null];
    for other in others {
        let mut body = upload.body.clone().unwrap();
        body["model"]["containerSpec"]["env"][0]["value"] = other.clone();
        assert_eq!(held.denied(&upload.clone().body(body)), Some(Code::MandateNotPlanned), "{other}");
    }
    let more = json!({"name": "DEBUG", "value": "1"});
    for env in [json!([]), json!([upload.body.as_ref().unwrap()["model"]["containerSpec"]["env"][0], more])] {
        let mut body = upload.body.clone().unwrap();
        body["model"]["containerSpec"]["env"] = env;
        assert_eq!(held.denied(&upload.clone().body(body)), Some(Code::MandateNotPlanned));
    }
    // Other values are another content.
    let mut target = uploading();
    target.env = vec![EnvVar::new("LOG_LEVEL", "debug").unwrap()];
    assert_ne!(Held::new(target).mandate.fingerprint(), held.mandate.fingerprint());
}
