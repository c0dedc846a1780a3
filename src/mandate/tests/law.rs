//! The law: no sequence of calls under a mandate makes a call that its plan does not have.

use super::judge::{Passed, Way, ids_of, way};
use super::*;
use crate::plan::kind::{Undeploy, Which};
use proptest::prelude::*;
use proptest::sample::{Index, select};
use std::collections::BTreeMap;

/// One event of a random sequence: a call near the plan, and what came of it.
#[derive(Clone, Debug)]
struct Trial {
    call: Index,
    change: Option<(u8, Index)>,
    status: u16,
    version: u8,
    etag: u8,
    split: Vec<(u8, u8)>,
    operation: u8,
    ours: bool,
    done: bool,
}

prop_compose! {
    fn trial()(
        call in any::<Index>(),
        change in proptest::option::of((0u8..10, any::<Index>())),
        status in select(vec![200u16, 200, 200, 200, 404, 409, 503]),
        version in 1u8..4,
        etag in 0u8..3,
        split in proptest::collection::vec((0u8..3, 0u8..101), 0..3),
        operation in 0u8..6,
        ours in any::<bool>(),
        done in any::<bool>(),
    ) -> Trial {
        Trial { call, change, status, version, etag, split, operation, ours, done }
    }
}

/// The mandates of every kind of run.
fn kinds() -> Vec<(Target, Kind)> {
    let alias = || Kind::Deploy(Deploy { alias: Some("production".parse().unwrap()), ..Deploy::default() });
    let afresh = Kind::Deploy(Deploy { new_version: true, ..Deploy::default() });
    let targets = [target(), self::alias(), uploading(), with_share(target(), 20), with_share(uploading(), 20)];
    let mut kinds: Vec<_> = targets.into_iter().map(|target| (target, Kind::deploy())).collect();
    kinds.extend([(target(), alias()), (uploading(), alias()), (uploading(), afresh)]);
    let ids = || ["0", "1"].map(|id| id.parse().unwrap()).to_vec();
    let [zero, one] = ["0", "1"].map(|id| id.parse().unwrap());
    for which in [Which::One(one), Which::Idle(ids()), Which::All] {
        for deletes_endpoint in [false, true] {
            kinds.push((target(), Kind::Undeploy(Undeploy { which: which.clone(), deletes_endpoint })));
        }
    }
    kinds.push((target(), Kind::Traffic(zero, Traffic::of(20))));
    kinds.push((target(), Kind::Scale("1".parse().unwrap(), Replicas { min: 5, max: 7 })));
    kinds
}

/// The calls of a plan as it may be sent for each version, with values of Google that may be right or wrong, and those of a deployment.
fn near(held: &Held, history: &[Passed], trial: &Trial) -> Vec<Call> {
    let mandate = &held.full;
    let pinned = mandate.plan.for_version(trial.version.to_string().parse().unwrap());
    let mut target = mandate.plan.target.clone();
    target.model.version = Some(trial.version.to_string().parse().unwrap());
    let deploying = plan::plan(target);
    let mut calls: Vec<Call> = Vec::new();
    for plan in [&mandate.plan, &pinned, &deploying] {
        for step in &plan.steps {
            calls.extend(step.probe.clone());
            calls.extend(step.undo.clone());
            calls.extend(step.call.clone());
        }
    }
    let deploys = calls.iter().filter(|call| call.method == &method::ENDPOINTS_DEPLOY_MODEL);
    let deploys: Vec<_> = deploys.cloned().map(unsplit).collect();
    calls.extend(deploys);
    let ours = pinned.deployed_model_id.clone().or(deploying.deployed_model_id.clone()).unwrap();
    let last = history.iter().rev().find(|past| past.call.method == &method::ENDPOINTS_GET && past.status == 200);
    for read in [answer(mandate, trial)].iter().chain(last.map(|past| &past.answer)) {
        let present = Split::among_deployed(read);
        let etag = read["etag"].as_str().unwrap();
        for share in [0, 20, 100] {
            calls.push(patch(etag, present.with(ours.as_str(), Traffic::of(share)).into()));
        }
        calls.extend(ids_of(read).map(|id| patch(etag, present.leaving(id).into())));
        calls.extend(matching::roll_backs(&held.facts, read).into_iter().map(|split| patch(etag, split.into())));
    }
    let replicas = Replicas { min: u32::from(trial.etag) + 1, max: u32::from(trial.etag) + 2 };
    calls.push(endpoint_call(&method::ENDPOINTS_MUTATE_DEPLOYED_MODEL).body(plan::scale(&ours, replicas)));
    calls.extend(["0", "1", "2"].map(undeploy));
    calls.extend(["0", ours.as_str()].map(|id| log_call(&log_query(id))));
    calls.push(endpoint_call(&method::ENDPOINTS_DELETE));
    for gives in [true, false] {
        let merge = model_call(&method::MODELS_MERGE_VERSION_ALIASES, Some(&trial.version.to_string()));
        calls.push(merge.body(plan::alias(&"production".parse().unwrap(), gives)));
    }
    let operation = operation(&trial.operation.to_string());
    for method in [&method::OPERATIONS_GET, &method::OPERATIONS_WAIT, &method::OPERATIONS_CANCEL] {
        calls.push(Call::new(method, operation.clone()));
    }
    calls.push(endpoint_call(&method::ENDPOINT_OPERATIONS_LIST));
    calls.extend(mandate.plan.new_version());
    // A fingerprint is not sent in place of a value.
    calls.extend(held.mandate.plan.step(StepKind::Model).and_then(|step| step.call.clone()));
    let list = model_call(&method::MODELS_LIST_VERSIONS, None);
    calls.extend([list.clone(), list.clone().query("filter", format!("labels.{RUN_LABEL}={RUN}"))]);
    calls.extend(["a", "b"].map(|token| list.clone().query("pageToken", token)));
    calls.push(model_call(&method::MODELS_DELETE_VERSION, Some(&trial.version.to_string())));
    calls
}

/// An answer with every field that facts are learned from.
fn answer(mandate: &Mandate, trial: &Trial) -> Value {
    let mut parts: BTreeMap<String, u32> =
        trial.split.iter().map(|(id, part)| (id.to_string(), u32::from(*part))).collect();
    let ours = mandate.plan.for_version(trial.version.to_string().parse().unwrap()).deployed_model_id;
    if let Some(ours) = ours.filter(|_| trial.ours) {
        parts.insert(ours.to_string(), u32::from(trial.version) * 10);
    }
    // Shares of 100 in all.
    let whole = parts.values().sum::<u32>().max(1);
    let mut split: BTreeMap<_, _> = parts.iter().map(|(id, part)| (id.clone(), part * 100 / whole)).collect();
    let rest = 100 - split.values().sum::<u32>();
    match split.values_mut().find(|share| **share > 0) {
        Some(share) => *share += rest,
        None => split.clear(),
    }
    let replicas = json!({"minReplicaCount": trial.etag + 1, "maxReplicaCount": trial.etag + 2});
    let deployed = |id: &String| {
        let model = if id == "2" { "another@1" } else { "fraud-detector@2" };
        let model = format!("projects/1/locations/us-central1/models/{model}");
        json!({ "id": id, "model": model, "dedicatedResources": replicas })
    };
    let models: Vec<_> = parts.keys().map(deployed).collect();
    let name = format!("{ENDPOINT}/operations/{}", trial.operation);
    let next = ["", "", "", "", "a", "b"][usize::from(trial.operation)];
    let kind = "type.googleapis.com/google.cloud.aiplatform.v1.DeployModelOperationMetadata";
    json!({
        "name": name, "etag": trial.etag.to_string(), "trafficSplit": split, "deployedModels": models,
        "labels": {RUN_LABEL: if trial.done { RUN } else { "another" }}, "versionId": trial.version.to_string(),
        "containerSpec": container(mandate),
        "models": [{
            "versionId": trial.version.to_string(), "containerSpec": container(mandate),
            "labels": {RUN_LABEL: if trial.done { RUN } else { "another" }},
        }],
        "nextPageToken": next,
        "done": trial.done, "response": {"modelVersionId": trial.version.to_string()},
        "operations": [{"name": name, "metadata": {"@type": kind}}],
    })
}

/// Changes one part of a call.
fn changed(mut call: Call, what: u8, at: &Index) -> Call {
    match what {
        0 => {
            let others: Vec<_> = METHODS.into_iter().filter(|other| other.on == call.method.on).collect();
            call.method = others[at.index(others.len())];
        }
        1 => call.resource = call.resource.in_project(&"other-ml".parse().unwrap()),
        2 => {
            let named = call.resource.to_string();
            let moved = named.replace("us-central1", "europe-west4");
            call.resource = Resource::parse(call.method.on, &moved).unwrap();
        }
        3 => {
            let named = call.resource.to_string().replace("fraud-detector", "other-detector");
            call.resource = Resource::parse(call.method.on, &named).unwrap();
        }
        4 => call.query.push(("fields", "name".into())),
        5 => call.query.clear(),
        6 => {
            let body = call.body.get_or_insert_with(|| json!({}));
            let fields = body.as_object_mut().unwrap();
            fields.insert("enablePrivateServiceConnect".into(), true.into());
        }
        7 => {
            if let Some(body) = &mut call.body {
                *leaf(body, at) = json!("changed");
            }
        }
        8 => {
            let value = call.body.as_mut().and_then(|body| body.pointer_mut("/model/containerSpec/env/0/value"));
            if let Some(value) = value {
                *value = json!("another");
            }
        }
        _ => call.body = None,
    }
    call
}

/// Some value within a value.
fn leaf<'a>(value: &'a mut Value, at: &Index) -> &'a mut Value {
    let size = value.as_object().map_or(0, serde_json::Map::len);
    if size == 0 {
        return value;
    }
    let chosen = value.as_object_mut().unwrap().values_mut().nth(at.index(size)).unwrap();
    leaf(chosen, at)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 1200, ..ProptestConfig::default() })]
    /// No sequence of calls under a mandate makes a call that the plan does not have. After the mandate's end, none goes forward.
    #[test]
    fn no_sequence_makes_a_call_that_the_plan_does_not_have(
        kind in select(kinds()),
        trials in proptest::collection::vec(trial(), 1..60),
        over in proptest::option::of(0usize..60),
    ) {
        let (target, kind) = kind;
        let mut held = Held::of(target, kind);
        let mut history: Vec<Passed> = Vec::new();
        for (at, trial) in trials.iter().enumerate() {
            let phase = if over.is_some_and(|over| at >= over) { Phase::UndoOnly } else { Phase::Whole };
            let calls = near(&held, &history, trial);
            let mut call = calls[trial.call.index(calls.len())].clone();
            if let Some((what, place)) = &trial.change {
                call = changed(call, *what, place);
            }
            match held.mandate.allows(&held.facts, phase, &call) {
                Ok(used) => {
                    let way = way(&held.full, &history, &call);
                    prop_assert!(way.is_some(), "{call:?}");
                    prop_assert!(phase == Phase::Whole || way != Some(Way::Forward), "{call:?}");
                    let answer = answer(&held.full, trial);
                    held.facts = held.mandate.learn(&used.before(&held.facts), &used, trial.status, &answer);
                    let stored = Facts::read(&held.facts.stored());
                    prop_assert_eq!(stored.as_ref(), Some(&held.facts));
                    history.push(Passed { call, status: trial.status, answer });
                }
                Err(denied) => prop_assert!(denied.finding().code.as_str().starts_with("mandate/")),
            }
        }
    }

    /// A whole model is deleted only after a list of all of its versions, whatever pages were read.
    #[test]
    fn no_order_of_pages_hides_the_versions_of_others(
        reads in proptest::collection::vec((0usize..4, select(vec!["", "a", "b"]), 0u8..4), 1..16),
    ) {
        let mut held = Held::new(uploading());
        let (upload, delete) = (sent(&held.full, StepKind::Model), model_call(&method::MODELS_DELETE, None));
        held.loses(&upload);
        let mut history = vec![Passed { call: upload, status: 503, answer: Value::Null }];
        let list = model_call(&method::MODELS_LIST_VERSIONS, None);
        for (page, next, of) in reads {
            let call = match page {
                0 => list.clone(),
                page => list.clone().query("pageToken", ["a", "b", "c"][page - 1]),
            };
            let labels = json!({RUN_LABEL: if of == 0 { "another" } else { RUN }});
            let answer = json!({"models": [{"versionId": "1", "labels": labels}], "nextPageToken": next});
            held.makes(&call, 200, answer.clone());
            history.push(Passed { call, status: 200, answer });
            let is_allowed = held.denied(&delete).is_none();
            prop_assert!(!is_allowed || way(&held.full, &history, &delete) == Some(Way::Back));
        }
    }
}
