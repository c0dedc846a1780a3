//! The law: no sequence of calls under a mandate makes a call that its plan does not have.

use super::*;
use crate::vertex::deployed_model;
use proptest::prelude::*;
use proptest::sample::{Index, select};

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
        change in proptest::option::of((0u8..9, any::<Index>())),
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

/// The calls of a plan as it may be sent for each version, with values of Google that may be right or wrong.
fn near(held: &Held, history: &[Passed], trial: &Trial) -> Vec<Call> {
    let mandate = &held.mandate;
    let pinned = mandate.plan.for_version(trial.version.to_string().parse().unwrap());
    let mut calls: Vec<Call> = Vec::new();
    for plan in [&mandate.plan, &pinned] {
        for step in &plan.steps {
            calls.extend(step.probe.clone());
            calls.extend(step.undo.clone());
            calls.extend(step.call.clone());
        }
    }
    let deploys = calls.iter().filter(|call| call.method == &method::ENDPOINTS_DEPLOY_MODEL);
    let deploys: Vec<_> = deploys.cloned().map(unsplit).collect();
    calls.extend(deploys);
    let ours = pinned.deployed_model_id.clone().unwrap();
    let last = history.iter().rev().find(|past| past.call.method == &method::ENDPOINTS_GET && past.status == 200);
    for read in [answer(mandate, trial)].iter().chain(last.map(|past| &past.answer)) {
        let present = Split::among_deployed(read);
        let etag = read["etag"].as_str().unwrap();
        for share in [0, 20, 100] {
            calls.push(patch(etag, present.with(ours.as_str(), Traffic::of(share)).into()));
        }
        calls.extend(matching::roll_backs(&held.facts, read).into_iter().map(|split| patch(etag, split.into())));
    }
    let replicas = Replicas { min: u32::from(trial.etag) + 1, max: u32::from(trial.etag) + 2 };
    calls.push(endpoint_call(&method::ENDPOINTS_MUTATE_DEPLOYED_MODEL).body(plan::scale(&ours, replicas)));
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
    calls.push(model_call(&method::MODELS_LIST_VERSIONS, None));
    calls.push(model_call(&method::MODELS_DELETE_VERSION, Some(&trial.version.to_string())));
    calls
}

/// An answer with every field that facts are learned from.
fn answer(mandate: &Mandate, trial: &Trial) -> Value {
    let mut split: serde_json::Map<_, _> =
        trial.split.iter().map(|(id, share)| (id.to_string(), json!(share))).collect();
    if trial.ours {
        let version = trial.version.to_string().parse().unwrap();
        split.insert(
            mandate.plan.for_version(version).deployed_model_id.unwrap().to_string(),
            json!(trial.version * 10),
        );
    }
    let replicas = json!({"minReplicaCount": trial.etag + 1, "maxReplicaCount": trial.etag + 2});
    let models: Vec<_> = split.keys().map(|id| json!({ "id": id, "dedicatedResources": replicas })).collect();
    let name = format!("{ENDPOINT}/operations/{}", trial.operation);
    let kind = "type.googleapis.com/google.cloud.aiplatform.v1.DeployModelOperationMetadata";
    json!({
        "name": name, "etag": trial.etag.to_string(), "trafficSplit": split, "deployedModels": models,
        "labels": {RUN_LABEL: if trial.done { RUN } else { "another" }}, "versionId": trial.version.to_string(),
        "containerSpec": container(mandate),
        "models": [{
            "versionId": trial.version.to_string(), "containerSpec": container(mandate),
            "labels": {RUN_LABEL: if trial.done { RUN } else { "another" }},
        }],
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

/// The ids of the deployed model for each version.
fn all_ids(mandate: &Mandate) -> Vec<String> {
    let id = |version: u8| mandate.plan.for_version(version.to_string().parse().unwrap()).deployed_model_id;
    (1..4).filter_map(id).map(|id| id.to_string()).collect()
}

/// What passed the door: the history from which a second, simpler judge decides.
struct Passed {
    call: Call,
    status: u16,
    answer: Value,
}

/// The judge: whether the plan has a call, by the answers so far. Written without [`Facts`].
fn has(mandate: &Mandate, history: &[Passed], call: &Call) -> bool {
    let answers = |method: &'static Method| history.iter().filter(move |past| past.call.method == method);
    let endpoint = Resource::Endpoint(ENDPOINT.parse().unwrap());
    let versions: Vec<_> = history
        .iter()
        .filter(|past| past.status == 200)
        .filter_map(|past| match past.call.method.name.rsplit('.').next() {
            Some("get") if past.call.method.on == method::Kind::Model => {
                past.answer["versionId"].as_str().filter(|_| !past.call.resource.to_string().ends_with("@production"))
            }
            Some("listVersions") => past.answer["models"][0]["versionId"].as_str(),
            Some("wait" | "get" | "upload") => past.answer["response"]["modelVersionId"].as_str(),
            _ => None,
        })
        .collect();
    let plans: Vec<Plan> = match mandate.plan.deployed_model_id {
        Some(_) => vec![mandate.plan.clone()],
        None => versions.iter().map(|version| mandate.plan.for_version(version.parse().unwrap())).collect(),
    };
    let steps = || [&mandate.plan].into_iter().chain(&plans).flat_map(|plan| &plan.steps);
    let new_version = mandate.plan.new_version();
    let calls = || steps().filter_map(|step| step.call.as_ref()).chain(&new_version);
    let listed = |version: Option<&str>| {
        answers(&method::MODELS_LIST_VERSIONS).any(|past| {
            let shown = &past.answer["models"][0];
            shown["labels"][RUN_LABEL] == RUN && version.is_none_or(|version| shown["versionId"] == version)
        })
    };
    let uploaded = || answers(&method::MODELS_UPLOAD).any(|past| !matches!(past.status, 404 | 409));
    let bare = |mut body: Value| {
        body.as_object_mut().unwrap().remove("trafficSplit");
        body
    };
    let sent_for = |id: &str| {
        answers(&method::ENDPOINTS_DEPLOY_MODEL)
            .any(|past| past.call.body.as_ref().unwrap()["deployedModel"]["id"].as_str() == Some(id))
    };
    let name = call.method.name.strip_prefix("aiplatform.projects.locations.").unwrap_or_default();
    match name {
        "models.get" | "endpoints.get" => {
            call.body.is_none()
                && steps().filter_map(|step| step.probe.as_ref()).any(|probe| {
                    (probe.method, &probe.resource, &probe.query) == (call.method, &call.resource, &call.query)
                })
        }
        "endpoints.operations.list" => call.resource == endpoint && call.body.is_none(),
        "models.listVersions" => {
            let model = &mandate.plan.target.model;
            call.body.is_none() && call.resource.to_string() == format!("{}/models/{}", model.place, model.id)
        }
        "operations.get" | "operations.wait" | "operations.cancel" => {
            let named = call.resource.to_string();
            call.body.is_none()
                && history.iter().any(|past| {
                    past.status == 200
                        && (past.answer["name"] == named.as_str()
                            || past.answer["operations"][0]["name"] == named.as_str())
                })
        }
        "endpoints.create" | "models.upload" => calls().any(|planned| {
            let body = planned.body.clone().unwrap();
            let labels = if name == "models.upload" { &body["model"]["labels"] } else { &body["labels"] };
            labels["backstage-run"] == RUN
                && planned.method == call.method
                && planned.resource == call.resource
                && planned.query == call.query
                && call.body == Some(body.clone())
        }),
        "endpoints.deployModel" => {
            let Some(body) = call.body.clone() else { return false };
            let split = &body["trafficSplit"];
            let split_is_right = split.is_null() || *split == json!({"0": 100});
            call.resource == endpoint
                && call.query.is_empty()
                && split_is_right
                && plans.iter().any(|plan| {
                    let planned = plan.step(StepKind::Deployment).unwrap().call.clone().unwrap();
                    bare(planned.body.unwrap()) == bare(body.clone())
                })
        }
        "endpoints.patch" => {
            let Some(body) = call.body.clone() else { return false };
            let reads = |past: &Passed| {
                past.call.resource == endpoint
                    && (past.call.method == &method::ENDPOINTS_PATCH && past.status == 200
                        || past.call.method == &method::ENDPOINTS_GET && matches!(past.status, 200 | 404))
            };
            let Some(read) = history.iter().rev().find(|past| reads(past)).filter(|past| past.status == 200) else {
                return false;
            };
            let present = Split::among_deployed(&read.answer);
            let share = mandate.plan.target.traffic.map_or(100, |traffic| traffic.percent());
            let is = |id: &str| body["trafficSplit"] == Value::from(present.with(id, Traffic::of(share)));
            // A roll-back gives a model no more than it had before one of the writes, and names deployed models only.
            let written = Split::of(&body);
            let had = |id: &str| {
                let writes = (0..history.len()).filter(|at| history[*at].call.method == &method::ENDPOINTS_PATCH);
                let before = writes.filter_map(|at| history[..at].iter().rev().find(|past| reads(past)));
                before.map(|past| Split::among_deployed(&past.answer).share(id)).max()
            };
            let gives_back = |id: &str| {
                let most = had(id).unwrap_or(0);
                written.share(id) <= most && written == written.among(&crate::vertex::traffic::deployed(&read.answer))
            };
            call.resource == endpoint
                && call.query == [("updateMask", "trafficSplit".to_owned())]
                && body.as_object().unwrap().len() == 2
                && body["etag"] == read.answer["etag"]
                && all_ids(mandate).iter().any(|id| {
                    plans.iter().any(|plan| plan.deployed_model_id.as_ref().unwrap().as_str() == id) && is(id)
                        || gives_back(id)
                })
        }
        "endpoints.mutateDeployedModel" => {
            let of_plan = plans.iter().filter_map(|plan| plan.step(StepKind::Scaling)?.call.as_ref());
            let is_planned = of_plan.clone().any(|planned| planned.body == call.body);
            // Back to numbers that the endpoint has shown for a deployed model of the plan.
            let shown = history.iter().flat_map(|past| past.answer["deployedModels"].as_array().into_iter().flatten());
            let is_back = shown
                .filter_map(|model| Some((model["id"].as_str()?, deployed_model::replicas(model)?)))
                .any(|(id, replicas)| {
                    all_ids(mandate).iter().any(|own| own == id)
                        && call.body == Some(plan::scale(&id.parse().unwrap(), replicas))
                });
            call.resource == endpoint
                && call.query.is_empty()
                && plans.iter().any(|plan| plan.step(StepKind::Scaling).is_some())
                && (is_planned || is_back)
        }
        "models.mergeVersionAliases" => {
            let alias: crate::name::ModelVersion = "production".parse().unwrap();
            let has_alias = mandate.plan.kind.deploys() && mandate.plan.kind != Kind::deploy();
            let Resource::Model(model) = &call.resource else { return false };
            let number = model.version.as_ref().map(|version| version.as_str()).unwrap_or_default();
            let is_planned = plans.iter().any(|plan| plan.target.model == *model);
            // It goes back to a version that it named before, or is taken from ours where it named none.
            let looks =
                || answers(&method::MODELS_GET).filter(|past| past.call.resource.to_string().ends_with("@production"));
            let named_before = looks().any(|past| past.status == 200 && past.answer["versionId"] == number);
            let named_none = looks().any(|past| past.status == 404);
            let moved = answers(&method::MODELS_MERGE_VERSION_ALIASES).any(|past| past.status != 404);
            let gives = call.body == Some(plan::alias(&alias, true));
            let takes = call.body == Some(plan::alias(&alias, false));
            let is_forward = is_planned && gives && looks().any(|past| matches!(past.status, 200 | 404));
            let is_back = moved && (gives && named_before || takes && is_planned && named_none);
            has_alias && call.query.is_empty() && (is_forward || is_back)
        }
        "endpoints.undeployModel" => {
            let Some(body) = &call.body else { return false };
            let id = body["deployedModelId"].as_str().unwrap_or_default();
            call.resource == endpoint
                && call.query.is_empty()
                && *body == json!({ "deployedModelId": id })
                && sent_for(id)
        }
        "endpoints.delete" => {
            call.resource == endpoint
                && call.query.is_empty()
                && call.body.is_none()
                && answers(&method::ENDPOINTS_CREATE).any(|past| !matches!(past.status, 404 | 409))
        }
        "models.delete" | "models.deleteVersion" => {
            let Resource::Model(model) = &call.resource else { return false };
            let is_planned = Model { version: None, ..model.clone() } == mandate.plan.target.model;
            let has_version = model.version.is_some() == (name == "models.deleteVersion");
            let version = model.version.as_ref().map(|version| version.as_str());
            let is_bare = call.query.is_empty() && call.body.is_none();
            is_planned && has_version && is_bare && uploaded() && listed(version)
        }
        _ => false,
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 600, ..ProptestConfig::default() })]
    /// No sequence of calls under a mandate makes a call that the plan does not have.
    #[test]
    fn no_sequence_makes_a_call_that_the_plan_does_not_have(
        chosen in 0usize..7,
        trials in proptest::collection::vec(trial(), 1..60),
        over in proptest::option::of(0usize..60),
    ) {
        let targets = [target(), alias(), uploading(), with_share(target(), 20), with_share(uploading(), 20), target(), uploading()];
        let mut held = match chosen {
            0..5 => Held::new(targets[chosen].clone()),
            _ => {
                let alias = Some("production".parse().unwrap());
                Held::of(targets[chosen].clone(), Kind::Deploy(Deploy { alias, ..Deploy::default() }))
            }
        };
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
                    prop_assert!(has(&held.mandate, &history, &call), "{call:?}");
                    let making = ["create", "upload", "deployModel"];
                    let makes = making.contains(&call.method.name.rsplit('.').next().unwrap_or_default());
                    prop_assert!(phase == Phase::Whole || !makes, "{call:?}");
                    let answer = answer(&held.mandate, trial);
                    held.facts = held.mandate.learn(&used.before(&held.facts), &used, trial.status, &answer);
                    let stored = Facts::read(&held.facts.stored());
                    prop_assert_eq!(stored.as_ref(), Some(&held.facts));
                    history.push(Passed { call, status: trial.status, answer });
                }
                Err(denied) => prop_assert!(denied.finding().code.as_str().starts_with("mandate/")),
            }
        }
    }
}
