//! The match of a call with the calls of a mandate's plan.

use super::facts::{Role, Seen};
use super::{Denied, Effect, Facts, Mandate, Phase, Thing, Use, Written};
use crate::method::{self, Call, Method, Resource};
use crate::name::{DeployedModelId, Model};
use crate::plan::{Kind, Plan, Step, StepKind};
use crate::vertex::container::{fill, variables};
use crate::vertex::traffic::{Split, Traffic, Written as Change, deployed, rolled_back};
use serde_json::{Map, Value};
use std::borrow::Cow;

/// Parameters of reads, which only page, filter or wait. What is filtered tells nothing of the rest: the versions are listed whole.
const PAGES: &[&str] = &["pageSize", "pageToken"];
const FILTERED_PAGES: &[&str] = &["filter", "pageSize", "pageToken"];
const WAIT: &[&str] = &["timeout"];
const SPLIT: &str = "trafficSplit";
/// The model of a deployment, in the traffic split of its own call.
const ITSELF: &str = "0";

/// What a call makes, where it is one that makes something.
pub(super) fn thing(call: &Call) -> Option<Thing> {
    if call.method == &method::ENDPOINTS_CREATE {
        Some(Thing::Endpoint)
    } else if call.method == &method::MODELS_UPLOAD {
        Some(Thing::Model)
    } else if call.method.is(&method::ENDPOINTS_DEPLOY_MODEL) {
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
        let plans = self.known_plans(facts);
        let effect = if self.is_look(&plans, call) {
            Effect::None
        } else if call.method == &method::LOG_ENTRIES_LIST {
            self.check_log(facts, call)?;
            Effect::None
        } else if call.method == &method::MODELS_DELETE_VERSION {
            self.check_version(facts, call)?;
            Effect::RemovesVersion
        } else if let Resource::Operation(_) = &call.resource {
            self.check_operation(facts, call)?;
            Effect::None
        } else if matches!(self.plan.kind, Kind::Undeploy(_) | Kind::Scale(..)) {
            self.check_change(facts, phase, call)?
        } else if call.method == &method::MODELS_MERGE_VERSION_ALIASES {
            self.check_alias(&plans, facts, phase, call)?
        } else if call.method == &method::ENDPOINTS_MUTATE_DEPLOYED_MODEL {
            // The plan of each known version has a deployed model of its own.
            let checks = plans.iter().map(|plan| self.check_scaling(plan, facts, phase, call));
            let mut denied = if plans.is_empty() { Denied::VersionUnknown } else { self.not_planned(call) };
            let mut effect = None;
            for check in checks {
                match check {
                    Ok(found) => effect = effect.or(Some(found)),
                    Err(why) => denied = why,
                }
            }
            effect.ok_or(denied)?
        } else if let Some(thing) = self.removed(call)? {
            // Deleting a model removes all of its versions, also those of others.
            let is_shared = thing == Thing::Model && !facts.has_only_ours();
            if !facts.made.contains(&thing) || is_shared {
                return Err(Denied::NotMade(thing.shown(&self.plan)));
            }
            Effect::Removes(thing)
        } else if call.method == &method::ENDPOINTS_PATCH {
            self.check_traffic(facts, &plans, phase, call)?
        } else if phase == Phase::UndoOnly {
            return Err(Denied::UndoOnly);
        } else {
            let thing = self.made(facts, &plans, call)?;
            let is_first = !facts.made.contains(&thing);
            Effect::Makes { thing, is_first }
        };
        Ok(Use { call: call.clone(), effect })
    }

    /// The plan for each version that Google has named and that it may deploy.
    fn known_plans(&self, facts: &Facts) -> Vec<Cow<'_, Plan>> {
        if self.plan.deployed_model_id.is_some() {
            return vec![Cow::Borrowed(&self.plan)];
        }
        facts.versions.iter().map(|version| Cow::Owned(self.plan.for_version(version.clone()))).collect()
    }

    /// Whether a call has the method and resource of a planned one, and its query.
    pub(super) fn is_at(&self, call: &Call, planned: &Call) -> bool {
        call.method == planned.method
            && call.resource == self.named(planned.resource.clone())
            && call.query == planned.query
    }

    pub(super) fn not_planned(&self, call: &Call) -> Denied {
        Denied::NotPlanned { method: call.method.name, resource: call.resource.to_string() }
    }

    /// A read of the plan's model, its versions, the endpoint, or the endpoint's operations.
    fn is_look(&self, plans: &[Cow<'_, Plan>], call: &Call) -> bool {
        let mut probes = self.steps(plans).filter_map(|step| step.probe.as_ref());
        let lists = [
            (&method::ENDPOINT_OPERATIONS_LIST, self.endpoint(), FILTERED_PAGES),
            (&method::MODELS_LIST_VERSIONS, self.named(self.plan.whole_model()), PAGES),
        ];
        let is_list = |(method, resource, query): &(_, Resource, &[&str])| {
            call.method == *method && call.resource == *resource && reads(call, query)
        };
        lists.iter().any(is_list) || call.body.is_none() && probes.any(|probe| self.is_at(call, probe))
    }

    fn steps<'a>(&'a self, plans: &'a [Cow<'_, Plan>]) -> impl Iterator<Item = &'a Step> {
        self.plan.steps.iter().chain(plans.iter().flat_map(|plan| &plan.steps))
    }

    /// A version of the model that is removed was listed with the deployment's label.
    fn check_version(&self, facts: &Facts, call: &Call) -> Result<(), Denied> {
        let Resource::Model(model) = &call.resource else { return Err(self.not_planned(call)) };
        let whole = Model { version: None, ..model.clone() };
        let undo = self.plan.step(StepKind::Model).and_then(|step| step.undo.as_ref());
        let is_planned = undo.is_some_and(|undo| self.named(undo.resource.clone()) == Resource::Model(whole));
        let Some(version) =
            model.version.as_ref().filter(|_| is_planned && call.query.is_empty() && call.body.is_none())
        else {
            return Err(self.not_planned(call));
        };
        let is_ours = facts.ours.contains(version) && facts.made.contains(&Thing::Model);
        if is_ours { Ok(()) } else { Err(Denied::NotMade(model.to_string())) }
    }

    pub(super) fn endpoint(&self) -> Resource {
        self.named(Resource::Endpoint(self.plan.target.endpoint.clone()))
    }

    /// An operation must be one that Google has named. A cancelled one must be ours, or may be: the answer that named it was lost.
    fn check_operation(&self, facts: &Facts, call: &Call) -> Result<(), Denied> {
        let Resource::Operation(operation) = &call.resource else { return Err(self.not_planned(call)) };
        let follows = call.method == &method::OPERATIONS_WAIT || call.method == &method::OPERATIONS_GET;
        let cancels = call.method == &method::OPERATIONS_CANCEL;
        if !(follows && reads(call, WAIT) || cancels && call.query.is_empty() && call.body.is_none()) {
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
    pub(super) fn removed(&self, call: &Call) -> Result<Option<Thing>, Denied> {
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

    /// The last read of the endpoint, and the split that a traffic write puts in the place of its split. The write has the read's etag.
    pub(super) fn split_of<'a>(&self, facts: &'a Facts, call: &'a Call) -> Result<(&'a Value, &'a Value), Denied> {
        if call.resource != self.endpoint() || call.query != [("updateMask", SPLIT.to_owned())] {
            return Err(self.not_planned(call));
        }
        let fields = fields(call)?;
        if let Some(other) = fields.keys().find(|key| !matches!(key.as_str(), "etag" | SPLIT)) {
            return Err(Denied::OtherBody { path: other.clone() });
        }
        let Some(Seen::There { etag, state }) = &facts.endpoint else { return Err(Denied::Stale) };
        if fields.get("etag").and_then(Value::as_str) != Some(etag.as_str()) {
            return Err(Denied::Stale);
        }
        fields.get(SPLIT).map(|split| (state, split)).ok_or_else(|| Denied::OtherBody { path: SPLIT.to_owned() })
    }

    /// A traffic write rests on the last read of the endpoint, and has its etag. It writes the plan's share, or rolls back what was written.
    fn check_traffic(
        &self,
        facts: &Facts,
        plans: &[Cow<'_, Plan>],
        phase: Phase,
        call: &Call,
    ) -> Result<Effect, Denied> {
        let (state, written) = self.split_of(facts, call)?;
        let is = |split: Split| *written == Value::from(split);
        if roll_backs(facts, state).into_iter().any(is) {
            return Ok(Effect::None);
        }
        if phase == Phase::UndoOnly {
            return Err(Denied::UndoOnly);
        }
        if plans.is_empty() {
            return Err(Denied::VersionUnknown);
        }
        let before = Split::among_deployed(state);
        let ids = deployed(state);
        let share = self.plan.target.traffic.unwrap_or(Traffic::ALL);
        let known = plans.iter().filter_map(|plan| plan.deployed_model_id.as_ref());
        let mut routed = known.filter(|id| ids.contains(&id.as_str())).map(|id| {
            let after = before.with(id.as_str(), share);
            Written { id: id.clone(), before: before.clone(), after }
        });
        routed.find(|written| is(written.after.clone())).map(Effect::Routes).ok_or(Denied::OtherSplit)
    }

    /// What a call of the plan makes.
    fn made(&self, facts: &Facts, plans: &[Cow<'_, Plan>], call: &Call) -> Result<Thing, Denied> {
        let deploys = call.method.is(&method::ENDPOINTS_DEPLOY_MODEL);
        let making =
            |step: &&Step| step.kind != StepKind::Traffic && (step.kind != StepKind::Deployment || !plans.is_empty());
        let new_version = self.plan.new_version();
        let planned = self.steps(plans).filter(making).filter_map(|step| step.call.as_ref()).chain(&new_version);
        let mut planned = planned.filter(|planned| self.is_at(call, planned)).peekable();
        if planned.peek().is_none() {
            return Err(if deploys && plans.is_empty() { Denied::VersionUnknown } else { self.not_planned(call) });
        }
        let mut given = Value::Object(fields(call)?.clone());
        if deploys {
            check_first_split(facts, given.get(SPLIT))?;
            remove_split(&mut given);
        }
        let mut other = None;
        let known = given.get("model").map(variables).unwrap_or_default();
        for planned in planned {
            let mut expected = planned.body.clone().unwrap_or_default();
            // A value that has not the stored fingerprint is another one.
            if !expected.get_mut("model").is_none_or(|model| fill(model, &known)) {
                other = other.or(Some("model.containerSpec.env".into()));
                continue;
            }
            if deploys {
                remove_split(&mut expected);
            }
            match difference(&expected, &given) {
                None => return thing(call).ok_or_else(|| self.not_planned(call)),
                Some(path) => other = other.or(Some(path)),
            }
        }
        Err(Denied::OtherBody { path: other.unwrap_or_default() })
    }
}

fn remove_split(body: &mut Value) {
    if let Some(fields) = body.as_object_mut() {
        fields.remove(SPLIT);
    }
}

/// The splits that roll back what was written for each deployed model: one that was made under the mandate leaves, another stays.
pub(super) fn roll_backs(facts: &Facts, state: &Value) -> Vec<Split> {
    let made = facts.made.iter().filter_map(|thing| match thing {
        Thing::Deployment(id) => Some((id, true)),
        _ => None,
    });
    let routed = facts.written.iter().map(|written| (&written.id, false));
    let back = |(id, leaves): (&DeployedModelId, bool)| {
        let ours = facts.written.iter().filter(|written| written.id == *id);
        let written: Vec<Change> =
            ours.map(|Written { before, after, .. }| Change { before: before.clone(), after: after.clone() }).collect();
        rolled_back(state, id.as_str(), &written, leaves)
    };
    let ids = deployed(state);
    made.chain(routed).filter(|(id, _)| ids.contains(&id.as_str())).filter_map(back).collect()
}

/// A deployment states a traffic split only where no other model serves: it would overwrite the others' shares, without an etag.
fn check_first_split(facts: &Facts, split: Option<&Value>) -> Result<(), Denied> {
    let Some(split) = split else { return Ok(()) };
    if matches!(&facts.endpoint, Some(Seen::There { state, .. }) if !deployed(state).is_empty()) {
        return Err(Denied::OtherSplit);
    }
    if facts.endpoint.is_none() && !facts.made.contains(&Thing::Endpoint) {
        return Err(Denied::Stale);
    }
    let alone = Split::of(&Value::Null).with(ITSELF, Traffic::ALL);
    if *split == Value::from(alone) { Ok(()) } else { Err(Denied::OtherSplit) }
}

fn reads(call: &Call, query: &[&str]) -> bool {
    call.body.is_none() && call.query.iter().all(|(name, _)| query.contains(name))
}

fn fields(call: &Call) -> Result<&Map<String, Value>, Denied> {
    let body = call.body.as_ref().and_then(Value::as_object);
    body.ok_or_else(|| Denied::OtherBody { path: String::new() })
}

/// The path of the first value in which two values differ.
pub(super) fn difference(expected: &Value, given: &Value) -> Option<String> {
    let below = |name: &str, rest: String| if rest.is_empty() { name.to_owned() } else { format!("{name}.{rest}") };
    match (expected, given) {
        (Value::Object(expected), Value::Object(given)) => {
            let names = expected.keys().chain(given.keys());
            names.into_iter().find_map(|name| match (expected.get(name), given.get(name)) {
                (Some(expected), Some(given)) => difference(expected, given).map(|rest| below(name, rest)),
                _ => Some(name.clone()),
            })
        }
        // A reader of bodies may keep a fraction as its text.
        (Value::Number(expected), Value::String(given)) => (expected.to_string() != *given).then(String::new),
        _ => (expected != given).then(String::new),
    }
}

impl Thing {
    pub(super) fn shown(&self, plan: &Plan) -> String {
        match self {
            Self::Model => plan.target.model.to_string(),
            Self::Endpoint => plan.target.endpoint.to_string(),
            Self::Deployment(id) => format!("deployed model {id}"),
        }
    }
}
