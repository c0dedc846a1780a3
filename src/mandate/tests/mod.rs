//! Mandates against calls near those of their plan: a mandate with its facts, and the calls that the tests share.

mod judge;
mod law;
mod stories;

use super::*;
use crate::diagnostic::Code;
use crate::method::container_log::LogQuery;
use crate::method::{self, METHODS, Method};
use crate::name::{Model, Operation};
use crate::plan::kind::Deploy;
use crate::plan::{self, Kind, Plan, RUN_LABEL, StepKind, tests::target};
use crate::target::Target;
use crate::vertex::container::EnvVar;
use crate::vertex::deployed_model::Replicas;
use crate::vertex::traffic::{Split, Traffic};
use serde_json::{Value, json};

const RUN: &str = "0f6c2f9e-5a57-4a6e-9d7e-6a1f0d0a7b11";
const ENDPOINT: &str = "projects/acme-ml/locations/us-central1/endpoints/fraud-detector";
const PLACE: &str = "projects/acme-ml/locations/us-central1";

/// A target without a version, whose model is uploaded.
fn uploading() -> Target {
    let mut target = target();
    target.model.version = None;
    target.image = Some("us-central1-docker.pkg.dev/acme-ml/serving/fraud:3".parse().unwrap());
    target.labels.add("team".parse().unwrap(), "fraud".parse().unwrap()).unwrap();
    target.env = vec![EnvVar::new("LOG_LEVEL", "info").unwrap()];
    target
}

/// The target as a stored request has it: without the values of variables.
fn stored(mut target: Target) -> Target {
    target = target.hide();
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

fn log_query(id: &str) -> LogQuery {
    LogQuery::new(ENDPOINT.parse().unwrap(), id.parse().unwrap(), "2026-11-28T04:05:06Z").unwrap()
}

fn log_call(query: &LogQuery) -> Call {
    Call::new(&method::LOG_ENTRIES_LIST, Resource::Nothing).body(query.body())
}

fn id(mandate: &Mandate) -> String {
    mandate.plan.deployed_model_id.clone().unwrap().to_string()
}

/// One mandate with its facts.
struct Held {
    mandate: Mandate,
    /// The mandate with the values of variables, which the calls have.
    full: Mandate,
    facts: Facts,
}

impl Held {
    fn new(target: Target) -> Self {
        Self::of(target, Kind::deploy())
    }

    fn of(target: Target, kind: Kind) -> Self {
        let of = |target| Mandate::of(&plan::plan_for(target, kind.clone()), &RUN.parse().unwrap(), Project::clone);
        Self { mandate: of(stored(target.clone())), full: of(target), facts: Facts::default() }
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
