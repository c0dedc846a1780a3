//! Mandates against calls near those of their plan.

use super::*;
use crate::diagnostic::Code;
use crate::method::{self, METHODS, Method};
use crate::name::{Model, Operation};
use crate::plan::{self, Plan, RUN_LABEL, StepKind, tests::target};
use crate::target::Target;
use crate::vertex::deployed_model::Replicas;
use crate::vertex::traffic::{Split, Traffic};
use proptest::prelude::*;
use proptest::sample::{Index, select};
use serde_json::{Value, json};

const RUN: &str = "0f6c2f9e-5a57-4a6e-9d7e-6a1f0d0a7b11";
const ENDPOINT: &str = "projects/acme-ml/locations/us-central1/endpoints/fraud-detector";
const PLACE: &str = "projects/acme-ml/locations/us-central1";

fn mandate(target: Target) -> Mandate {
    Mandate::of(&plan::plan(target), &RUN.parse().unwrap(), Project::clone)
}

/// A target without a version, whose model is uploaded.
fn uploading() -> Target {
    let mut target = target();
    target.model.version = None;
    target.image = Some("us-central1-docker.pkg.dev/acme-ml/serving/fraud:3".parse().unwrap());
    target.labels.add("team".parse().unwrap(), "fraud".parse().unwrap()).unwrap();
    target
}

fn alias() -> Target {
    let mut target = target();
    target.model.version = Some("champion".parse().unwrap());
    target
}

fn with_share(mut target: Target, percent: u32) -> Target {
    target.traffic = Some(percent.to_string().parse().unwrap());
    target
}

fn operation(id: &str) -> Resource {
    Resource::Operation(format!("{ENDPOINT}/operations/{id}").parse().unwrap())
}

/// What a deployment sends for a step of its plan.
fn sent(mandate: &Mandate, kind: StepKind) -> Call {
    mandate.plan.step(kind).and_then(|step| step.call.clone()).unwrap()
}

/// The call without its traffic split.
fn unsplit(call: Call) -> Call {
    let mut body = call.body.clone().unwrap();
    body.as_object_mut().unwrap().remove("trafficSplit");
    call.body(body)
}

/// The container of the model that the plan uploads.
fn container(mandate: &Mandate) -> Value {
    let upload = mandate.plan.step(StepKind::Model).and_then(|step| step.call.as_ref()?.body.as_ref());
    upload.map(|body| body["model"]["containerSpec"].clone()).unwrap_or_default()
}

fn model_call(method: &'static Method, version: Option<&str>) -> Call {
    let version = version.map(|version| format!("@{version}")).unwrap_or_default();
    Call::new(method, Resource::Model(format!("{PLACE}/models/fraud-detector{version}").parse().unwrap()))
}

fn endpoint_call(method: &'static Method) -> Call {
    Call::new(method, Resource::Endpoint(ENDPOINT.parse().unwrap()))
}

fn patch(etag: &str, split: Value) -> Call {
    endpoint_call(&method::ENDPOINTS_PATCH)
        .query("updateMask", "trafficSplit")
        .body(json!({"etag": etag, "trafficSplit": split}))
}

fn undeploy(id: &str) -> Call {
    endpoint_call(&method::ENDPOINTS_UNDEPLOY_MODEL).body(json!({ "deployedModelId": id }))
}

fn id(mandate: &Mandate) -> String {
    mandate.plan.deployed_model_id.clone().unwrap().to_string()
}

/// One mandate with its facts.
struct Held {
    mandate: Mandate,
    facts: Facts,
}

impl Held {
    fn new(target: Target) -> Self {
        Self { mandate: mandate(target), facts: Facts::default() }
    }

    fn denied(&self, call: &Call) -> Option<Code> {
        self.denied_in(Phase::Whole, call)
    }

    fn denied_in(&self, phase: Phase, call: &Call) -> Option<Code> {
        self.mandate.allows(&self.facts, phase, call).err().map(|denied| denied.code())
    }

    /// Makes a call, and learns from its answer. Facts survive their storage.
    fn makes(&mut self, call: &Call, status: u16, answer: Value) {
        let used = self.mandate.allows(&self.facts, Phase::Whole, call).unwrap_or_else(|denied| panic!("{denied}"));
        self.facts = self.mandate.learn(&used.before(&self.facts), &used, status, &answer);
        assert_eq!(Facts::read(&self.facts.stored()).as_ref(), Some(&self.facts));
    }

    /// Makes a call whose answer is lost.
    fn loses(&mut self, call: &Call) {
        let used = self.mandate.allows(&self.facts, Phase::Whole, call).unwrap_or_else(|denied| panic!("{denied}"));
        self.facts = used.before(&self.facts);
    }

    fn reads(&mut self, endpoint: Value) {
        self.makes(&endpoint_call(&method::ENDPOINTS_GET), 200, endpoint);
    }
}

fn served(etag: &str, split: Value) -> Value {
    let models: Vec<_> = split.as_object().unwrap().keys().map(|id| json!({ "id": id })).collect();
    json!({"name": ENDPOINT, "etag": etag, "trafficSplit": split, "deployedModels": models, "labels": {RUN_LABEL: RUN}})
}

fn started(id: &str) -> Value {
    // Google names the project by its number.
    json!({"name": format!("projects/123456789012/locations/us-central1/endpoints/fraud-detector/operations/{id}")})
}

#[test]
fn covers_a_first_deployment_and_its_undo() {
    let mut held = Held::new(target());
    let [create, deploy] = [StepKind::Endpoint, StepKind::Deployment].map(|kind| sent(&held.mandate, kind));
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
    // Whoever creates the endpoint anew keeps it.
    assert_eq!(held.denied(&delete), Some(Code::MandateNotPlanned));
}

#[test]
fn a_deployment_to_a_serving_endpoint_states_no_split() {
    let mut held = Held::new(target());
    held.reads(served("a", json!({"7": 100})));
    let deploy = sent(&held.mandate, StepKind::Deployment);
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
    // What it wrote is taken back.
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
        held.makes(&probe, 200, json!({"versionId": "3", "containerSpec": container(&held.mandate)}));
        assert_eq!((held.denied(&third), held.denied(&fourth)), (None, Some(Code::MandateNotPlanned)));
    }
}

#[test]
fn an_uploaded_version_comes_from_the_uploads_operation() {
    let mut held = Held::new(uploading());
    held.makes(&endpoint_call(&method::ENDPOINTS_GET), 404, json!({}));
    let upload = sent(&held.mandate, StepKind::Model);
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
    let new_version = held.mandate.plan.new_version().unwrap();
    held.loses(&new_version);
    let delete = [model_call(&method::MODELS_DELETE, None), model_call(&method::MODELS_DELETE_VERSION, Some("5"))];
    let denied = |held: &Held| delete.each_ref().map(|call| held.denied(call).is_some());
    assert_eq!(denied(&held), [true, true], "no version was listed");
    let ours = json!({"versionId": "5", "labels": {RUN_LABEL: RUN}, "containerSpec": container(&held.mandate)});
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
fn removes_nothing_that_it_did_not_make() {
    let mut held = Held::new(target());
    let ours = id(&held.mandate);
    let delete = endpoint_call(&method::ENDPOINTS_DELETE);
    for call in [&delete, &undeploy(&ours), &undeploy("7")] {
        assert_eq!(held.denied(call), Some(Code::MandateNotPlanned));
    }
    // Another caller was first.
    let create = sent(&held.mandate, StepKind::Endpoint);
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
    let deploy = unsplit(sent(&held.mandate, StepKind::Deployment));
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
    let create = sent(&held.mandate, StepKind::Endpoint);
    held.makes(&create, 200, started("1"));
    let deploy = unsplit(sent(&held.mandate, StepKind::Deployment));
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
        calls.extend(matching::takes_back(&held.facts, read).into_iter().map(|split| patch(etag, split.into())));
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
    let models: Vec<_> = split.keys().map(|id| json!({ "id": id })).collect();
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
            Some("get") if past.call.method.on == method::Kind::Model => past.answer["versionId"].as_str(),
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
            // What takes back gives a model no more than it had before one of the writes, and names deployed models only.
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
        chosen in 0usize..5,
        trials in proptest::collection::vec(trial(), 1..60),
        over in proptest::option::of(0usize..60),
    ) {
        let target = [target(), alias(), uploading(), with_share(target(), 20), with_share(uploading(), 20)][chosen].clone();
        let mut held = Held::new(target);
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

#[test]
fn facts_keep_the_operations_of_the_deployment() {
    let mut held = Held::new(target());
    held.makes(&endpoint_call(&method::ENDPOINTS_GET), 404, json!({}));
    let create = sent(&held.mandate, StepKind::Endpoint);
    held.makes(&create, 200, started("ours"));
    let list = endpoint_call(&method::ENDPOINT_OPERATIONS_LIST);
    let listed: Vec<_> = (0..500).map(|number| started(&number.to_string())).collect();
    held.makes(&list, 200, json!({ "operations": listed }));
    let ours: Operation = format!("{ENDPOINT}/operations/ours").parse().unwrap();
    assert!(held.facts.role(&ours).is_some());
    assert!(held.facts.stored().to_string().len() < 16 * 1024);
}
