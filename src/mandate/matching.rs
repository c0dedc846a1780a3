//! The match of a call with the calls of a mandate's plan.

use super::facts::{Role, Seen};
use super::{Denied, Effect, Facts, Mandate, Phase, Thing, Use};
use crate::method::{self, Call, Method, Resource};
use crate::plan::{Plan, StepKind};
use crate::vertex::traffic::{Split, Traffic};
use serde_json::{Map, Value};
use std::borrow::Cow;

/// Parameters of reads, which only page, filter or wait.
const READ_QUERY: [&str; 4] = ["timeout", "filter", "pageSize", "pageToken"];
const SPLIT: &str = "trafficSplit";
/// The model of a deployment, in the traffic split of its own call.
const ITSELF: &str = "0";

/// What a call makes, where it is one that makes something.
pub(super) fn thing(call: &Call) -> Option<Thing> {
    if call.method == &method::ENDPOINTS_CREATE {
        Some(Thing::Endpoint)
    } else if call.method == &method::MODELS_UPLOAD {
        Some(Thing::Model)
    } else if call.method == &method::ENDPOINTS_DEPLOY_MODEL {
        let id = call.body.as_ref()?["deployedModel"]["id"].as_str()?;
        Some(Thing::Deployment(id.parse().ok()?))
    } else {
        None
    }
}

impl Mandate {
    /// Whether a call may be made now. The door names the call's project by its id.
    pub fn allows(&self, facts: &Facts, phase: Phase, call: &Call) -> Result<Use, Denied> {
        if phase == Phase::Over {
            return Err(Denied::Over);
        }
        let plan = self.known_plan(facts);
        let effect = if self.is_look(&plan, call) {
            Effect::None
        } else if let Resource::Operation(_) = &call.resource {
            self.check_operation(facts, call)?;
            Effect::None
        } else if let Some(thing) = self.removed(call)? {
            if !facts.made.contains(&thing) {
                return Err(Denied::NotMade(thing.shown(&self.plan)));
            }
            Effect::Removes(thing)
        } else if call.method == &method::ENDPOINTS_PATCH {
            self.check_traffic(facts, &plan, phase, call)?;
            Effect::None
        } else if phase == Phase::UndoOnly {
            return Err(Denied::UndoOnly);
        } else {
            let thing = self.made(facts, &plan, call)?;
            let is_first = !facts.made.contains(&thing);
            Effect::Makes { thing, is_first }
        };
        Ok(Use { call: call.clone(), effect })
    }

    /// The plan, completed by the version that Google has named.
    fn known_plan(&self, facts: &Facts) -> Cow<'_, Plan> {
        match &facts.version {
            Some(version) if self.plan.deployed_model_id.is_none() => {
                Cow::Owned(self.plan.for_version(version.clone()))
            }
            _ => Cow::Borrowed(&self.plan),
        }
    }

    /// Whether a call has the method and resource of a planned one, and its query.
    fn is_at(&self, call: &Call, planned: &Call) -> bool {
        call.method == planned.method
            && call.resource == self.named(planned.resource.clone())
            && call.query == planned.query
    }

    fn not_planned(&self, call: &Call) -> Denied {
        Denied::NotPlanned { method: call.method.name, resource: call.resource.to_string() }
    }

    /// A read of the plan's model or endpoint, or of the endpoint's operations.
    fn is_look(&self, plan: &Plan, call: &Call) -> bool {
        let probes = self.plan.steps.iter().chain(&plan.steps).filter_map(|step| step.probe.as_ref());
        let list = Call::new(&method::ENDPOINT_OPERATIONS_LIST, self.endpoint());
        let lists = call.method == list.method && call.resource == list.resource && reads(call);
        lists || call.body.is_none() && probes.into_iter().any(|probe| self.is_at(call, probe))
    }

    fn endpoint(&self) -> Resource {
        self.named(Resource::Endpoint(self.plan.target.endpoint.clone()))
    }

    /// An operation must be one that Google has named. A cancelled one must be ours, or may be: the answer that named it was lost.
    fn check_operation(&self, facts: &Facts, call: &Call) -> Result<(), Denied> {
        let Resource::Operation(operation) = &call.resource else { return Err(self.not_planned(call)) };
        let follows = call.method == &method::OPERATIONS_WAIT || call.method == &method::OPERATIONS_GET;
        let cancels = call.method == &method::OPERATIONS_CANCEL;
        if !(follows && reads(call) || cancels && call.query.is_empty() && call.body.is_none()) {
            return Err(self.not_planned(call));
        }
        match facts.role(operation) {
            None => Err(Denied::OperationUnknown(operation.to_string())),
            Some(_) if follows => Ok(()),
            Some(Role::Makes(_)) => Ok(()),
            Some(Role::Deploys) if facts.awaits_an_answer() => Ok(()),
            Some(_) => Err(Denied::NotMade(operation.to_string())),
        }
    }

    /// What a call of the plan's undo removes; `None` for other calls.
    fn removed(&self, call: &Call) -> Result<Option<Thing>, Denied> {
        let steps = [StepKind::Model, StepKind::Endpoint].map(|kind| self.plan.step(kind));
        let deletes = |method: &'static Method| {
            let undo = steps.iter().flatten().filter_map(|step| step.undo.as_ref()).find(|undo| undo.method == method);
            undo.is_some_and(|undo| self.is_at(call, undo)) && call.body.is_none()
        };
        if call.method == &method::MODELS_DELETE {
            return if deletes(call.method) { Ok(Some(Thing::Model)) } else { Err(self.not_planned(call)) };
        }
        if call.method == &method::ENDPOINTS_DELETE {
            return if deletes(call.method) { Ok(Some(Thing::Endpoint)) } else { Err(self.not_planned(call)) };
        }
        if call.method != &method::ENDPOINTS_UNDEPLOY_MODEL {
            return Ok(None);
        }
        if call.resource != self.endpoint() || !call.query.is_empty() {
            return Err(self.not_planned(call));
        }
        let fields = fields(call)?;
        if let Some(other) = fields.keys().find(|key| *key != "deployedModelId") {
            return Err(Denied::OtherBody { path: other.clone() });
        }
        let id = fields.get("deployedModelId").and_then(Value::as_str).and_then(|id| id.parse().ok());
        id.map(|id| Some(Thing::Deployment(id))).ok_or_else(|| Denied::OtherBody { path: "deployedModelId".into() })
    }

    /// A traffic write: the plan's share, or none for a model that is removed, computed from a read of the endpoint and with its etag.
    fn check_traffic(&self, facts: &Facts, plan: &Plan, phase: Phase, call: &Call) -> Result<(), Denied> {
        if call.resource != self.endpoint() || call.query != [("updateMask", SPLIT.to_owned())] {
            return Err(self.not_planned(call));
        }
        let fields = fields(call)?;
        if let Some(other) = fields.keys().find(|key| !matches!(key.as_str(), "etag" | SPLIT)) {
            return Err(Denied::OtherBody { path: other.clone() });
        }
        let Some(Seen::There { etag, split, .. }) = &facts.endpoint else { return Err(Denied::Stale) };
        if fields.get("etag").and_then(Value::as_str) != Some(etag.as_str()) {
            return Err(Denied::Stale);
        }
        let written = fields.get(SPLIT);
        let is = |id: &str, share| written == Some(&Value::from(split.with(id, share)));
        let made = || {
            let ids = facts.made.iter().filter(|thing| matches!(thing, Thing::Deployment(_)));
            ids.map(Thing::stored)
        };
        if made().any(|id| is(id, Traffic::NONE)) {
            return Ok(());
        }
        if phase == Phase::UndoOnly {
            return Err(Denied::UndoOnly);
        }
        let Some(id) = &plan.deployed_model_id else { return Err(Denied::VersionUnknown) };
        if is(id.as_str(), plan.target.traffic.unwrap_or(Traffic::ALL)) { Ok(()) } else { Err(Denied::OtherSplit) }
    }

    /// What a call of the plan makes.
    fn made(&self, facts: &Facts, plan: &Plan, call: &Call) -> Result<Thing, Denied> {
        let deploys = call.method == &method::ENDPOINTS_DEPLOY_MODEL;
        // The upload is a step of the plan without a version, everything else of the plan with it.
        let steps = self.plan.steps.iter().filter(|step| step.kind == StepKind::Model).chain(&plan.steps);
        let planned = steps
            .filter(|step| step.kind != StepKind::Traffic)
            .filter_map(|step| step.call.as_ref())
            .find(|planned| self.is_at(call, planned));
        let Some(planned) = planned else { return Err(self.not_planned(call)) };
        if deploys && plan.deployed_model_id.is_none() {
            return Err(Denied::VersionUnknown);
        }
        let mut expected = self.labelled(planned, planned.body.clone().unwrap_or_default());
        let mut given = Value::Object(fields(call)?.clone());
        if deploys {
            check_first_split(facts, given.get(SPLIT))?;
            for body in [&mut expected, &mut given] {
                if let Some(fields) = body.as_object_mut() {
                    fields.remove(SPLIT);
                }
            }
        }
        if let Some(path) = difference(&expected, &given) {
            return Err(Denied::OtherBody { path });
        }
        thing(call).ok_or_else(|| self.not_planned(call))
    }
}

/// A deployment states a traffic split only where no other model serves: it would overwrite the others' shares, without an etag.
fn check_first_split(facts: &Facts, split: Option<&Value>) -> Result<(), Denied> {
    let Some(split) = split else { return Ok(()) };
    if matches!(&facts.endpoint, Some(Seen::There { serves: true, .. })) {
        return Err(Denied::OtherSplit);
    }
    if facts.endpoint.is_none() && !facts.made.contains(&Thing::Endpoint) {
        return Err(Denied::Stale);
    }
    let alone = Split::of(&Value::Null).with(ITSELF, Traffic::ALL);
    if *split == Value::from(alone) { Ok(()) } else { Err(Denied::OtherSplit) }
}

fn reads(call: &Call) -> bool {
    call.body.is_none() && call.query.iter().all(|(name, _)| READ_QUERY.contains(name))
}

fn fields(call: &Call) -> Result<&Map<String, Value>, Denied> {
    let body = call.body.as_ref().and_then(Value::as_object);
    body.ok_or_else(|| Denied::OtherBody { path: String::new() })
}

/// The path of the first value in which two values differ.
fn difference(expected: &Value, given: &Value) -> Option<String> {
    let below = |name: &str, rest: String| if rest.is_empty() { name.to_owned() } else { format!("{name}.{rest}") };
    match (expected, given) {
        (Value::Object(expected), Value::Object(given)) => {
            let names = expected.keys().chain(given.keys());
            names.into_iter().find_map(|name| match (expected.get(name), given.get(name)) {
                (Some(expected), Some(given)) => difference(expected, given).map(|rest| below(name, rest)),
                _ => Some(name.clone()),
            })
        }
        _ => (expected != given).then(String::new),
    }
}

impl Thing {
    fn shown(&self, plan: &Plan) -> String {
        match self {
            Self::Model => plan.target.model.to_string(),
            Self::Endpoint => plan.target.endpoint.to_string(),
            Self::Deployment(id) => format!("deployed model {id}"),
        }
    }
}
