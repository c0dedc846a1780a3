//! The match of a call with a plan that changes what is deployed already: an undeployment, or another number of replicas.

use super::facts::Seen;
use super::matching::{difference, roll_backs};
use super::{Denied, Effect, Facts, Mandate, Phase, Thing, Written};
use crate::method::{self, Call, Resource};
use crate::name::Model;
use crate::plan::kind::{Deploy, Undeploy, Which};
use crate::plan::{self, Kind, Plan, StepKind};
use crate::vertex::deployed_model;
use crate::vertex::traffic::Split;
use serde_json::Value;
use std::borrow::Cow;

impl Mandate {
    /// Whether a change may be made now under a plan that undeploys or scales.
    pub(super) fn check_change(&self, facts: &Facts, phase: Phase, call: &Call) -> Result<Effect, Denied> {
        match &self.plan.kind {
            Kind::Undeploy(undeploy) if call.method == &method::ENDPOINTS_PATCH && undeploy.takes_traffic() => {
                self.check_leaving(undeploy, facts, phase, call)
            }
            Kind::Undeploy(undeploy) => {
                let thing = self.taken(undeploy, facts, call)?;
                let is_first = !facts.begun.contains(&thing);
                if is_first && phase == Phase::UndoOnly {
                    return Err(Denied::UndoOnly);
                }
                Ok(Effect::Takes { thing, is_first })
            }
            Kind::Scale(..) => self.check_scaling(&self.plan, facts, phase, call),
            _ => Err(self.not_planned(call)),
        }
    }

    /// The deployed model or the endpoint that a call removes, if the plan is to remove it.
    fn taken(&self, undeploy: &Undeploy, facts: &Facts, call: &Call) -> Result<Thing, Denied> {
        if call.method == &method::ENDPOINTS_DELETE {
            let planned = self.plan.step(StepKind::Deletion).and_then(|step| step.call.as_ref());
            let is_planned = planned.is_some_and(|planned| self.is_at(call, planned)) && call.body.is_none();
            return if is_planned { Ok(Thing::Endpoint) } else { Err(self.not_planned(call)) };
        }
        let Some(Thing::Deployment(id)) = self.removed(call)? else { return Err(self.not_planned(call)) };
        let is_planned = match &undeploy.which {
            Which::One(one) => *one == id,
            // Which deployed models are the entity's, and which are idle, only an answer tells.
            Which::All | Which::Idle(_) => match &facts.endpoint {
                Some(Seen::There { state, .. }) => undeploy.which.of(state, &self.plan.target).contains(&id),
                _ => false,
            },
        };
        if is_planned { Ok(Thing::Deployment(id)) } else { Err(Denied::OtherBody { path: "deployedModelId".into() }) }
    }

    /// A traffic write before a removal: a deployed model of the plan gives its share to the others, or takes it back.
    fn check_leaving(&self, undeploy: &Undeploy, facts: &Facts, phase: Phase, call: &Call) -> Result<Effect, Denied> {
        let (state, written) = self.split_of(facts, call)?;
        let is = |split: Split| *written == Value::from(split);
        if roll_backs(facts, state).into_iter().any(is) {
            return Ok(Effect::None);
        }
        if phase == Phase::UndoOnly {
            return Err(Denied::UndoOnly);
        }
        let before = Split::among_deployed(state);
        let ids = undeploy.which.of(state, &self.plan.target).into_iter();
        let mut leaving = ids.map(|id| Written { after: before.leaving(id.as_str()), before: before.clone(), id });
        leaving.find(|leaving| is(leaving.after.clone())).map(Effect::Routes).ok_or(Denied::OtherSplit)
    }

    /// A change of replicas: to those of a plan, or back to those that the first change found.
    pub(super) fn check_scaling(
        &self,
        plan: &Plan,
        facts: &Facts,
        phase: Phase,
        call: &Call,
    ) -> Result<Effect, Denied> {
        let planned = plan.step(StepKind::Scaling).and_then(|step| step.call.as_ref());
        let planned = planned.filter(|planned| self.is_at(call, planned)).zip(plan.deployed_model_id.as_ref());
        let Some((planned, id)) = planned else { return Err(self.not_planned(call)) };
        let earlier = facts.replicas.as_ref();
        if earlier.is_some_and(|(other, _)| other != id) {
            return Err(self.not_planned(call));
        }
        let given = call.body.as_ref().unwrap_or(&Value::Null);
        let present = match &facts.endpoint {
            Some(Seen::There { state, .. }) => deployed_model::find(state, id).and_then(deployed_model::replicas),
            _ => None,
        };
        let before = earlier.map(|(_, before)| *before).or(present);
        // The undo of a change that never arrived writes what is there.
        let is_undo = before.is_some_and(|before| difference(&plan::scale(id, before), given).is_none());
        if !is_undo && phase == Phase::UndoOnly {
            return Err(Denied::UndoOnly);
        }
        let wanted = planned.body.as_ref().unwrap_or(&Value::Null);
        if let Some(path) = difference(wanted, given).filter(|_| !is_undo) {
            return Err(Denied::OtherBody { path });
        }
        let before = before.ok_or(Denied::Stale)?;
        Ok(Effect::Scales { id: id.clone(), before, is_first: earlier.is_none() })
    }
}

impl Mandate {
    /// A write of the plan's alias: to the plan's version, or back to the version that it named before the first write.
    pub(super) fn check_alias(
        &self,
        plans: &[Cow<'_, Plan>],
        facts: &Facts,
        phase: Phase,
        call: &Call,
    ) -> Result<Effect, Denied> {
        let Kind::Deploy(Deploy { alias: Some(alias), .. }) = &self.plan.kind else {
            return Err(self.not_planned(call));
        };
        let steps = plans.iter().filter_map(|plan| plan.step(StepKind::Alias)?.call.as_ref());
        let is_planned = steps.clone().any(|planned| self.is_at(call, planned));
        let is = |gives| call.body.as_ref().is_some_and(|body| difference(&plan::alias(alias, gives), body).is_none());
        let is_undo = match &facts.alias_before {
            Some(None) => is_planned && is(false),
            Some(Some(before)) => {
                let model = Model { version: Some(before.clone()), ..self.plan.target.model.clone() };
                call.resource == self.named(Resource::Model(model)) && call.query.is_empty() && is(true)
            }
            None => false,
        };
        if is_undo {
            return Ok(Effect::None);
        }
        if phase == Phase::UndoOnly {
            return Err(Denied::UndoOnly);
        }
        if plans.is_empty() {
            return Err(Denied::VersionUnknown);
        }
        if !is_planned {
            return Err(self.not_planned(call));
        }
        if !is(true) {
            return Err(Denied::OtherBody { path: "versionAliases".into() });
        }
        let before = facts.alias.clone().ok_or(Denied::Stale)?;
        Ok(Effect::Aliases { before, is_first: facts.alias_before.is_none() })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::diagnostic::Code;
    use crate::name::Project;
    use crate::plan::{plan_for, tests::target};
    use crate::vertex::deployed_model::Replicas;
    use serde_json::json;

    const ENDPOINT: &str = "projects/acme-ml/locations/us-central1/endpoints/fraud-detector";

    fn held(kind: Kind) -> (Mandate, Facts) {
        let mandate = Mandate::of(&plan_for(target(), kind), &"1b2c-run".parse().unwrap(), Project::clone);
        (mandate, Facts::default())
    }

    fn on_endpoint(method: &'static method::Method) -> Call {
        Call::new(method, Resource::Endpoint(ENDPOINT.parse().unwrap()))
    }

    fn patch(split: Value) -> Call {
        let call = on_endpoint(&method::ENDPOINTS_PATCH).query("updateMask", "trafficSplit");
        call.body(json!({"etag": "a", "trafficSplit": split}))
    }

    fn undeploy(id: &str) -> Call {
        on_endpoint(&method::ENDPOINTS_UNDEPLOY_MODEL).body(json!({ "deployedModelId": id }))
    }

    fn scale(id: &str, min: u32, max: u32) -> Call {
        let body = plan::scale(&id.parse().unwrap(), Replicas { min, max });
        on_endpoint(&method::ENDPOINTS_MUTATE_DEPLOYED_MODEL).body(body)
    }

    /// An endpoint with two deployed models of the entity's model, and one of another.
    fn endpoint() -> Value {
        let model = |id: &str, name: &str| {
            json!({"id": id, "model": format!("projects/1/locations/us-central1/models/{name}"),
                "dedicatedResources": {"minReplicaCount": 3, "maxReplicaCount": 4}})
        };
        let models = [model("1", "fraud-detector@2"), model("2", "fraud-detector@3"), model("3", "another@1")];
        json!({"etag": "a", "trafficSplit": {"1": 20, "2": 40, "3": 40}, "deployedModels": models})
    }

    fn makes(held: &mut (Mandate, Facts), call: &Call, answer: Value) {
        let (mandate, facts) = held;
        let used = mandate.allows(facts, Phase::Whole, call).unwrap_or_else(|denied| panic!("{denied}"));
        *facts = mandate.learn(&used.before(facts), &used, 200, &answer);
        assert_eq!(Facts::read(&facts.stored()).as_ref(), Some(&*facts));
    }

    fn denied((mandate, facts): &(Mandate, Facts), phase: Phase, call: &Call) -> Option<Code> {
        mandate.allows(facts, phase, call).err().map(|denied| denied.code())
    }

    fn undeploying(which: Which, deletes_endpoint: bool) -> Kind {
        Kind::Undeploy(Undeploy { which, deletes_endpoint })
    }

    #[test]
    fn an_undeployment_removes_its_model_only() {
        let mut held = held(undeploying(Which::One("1".parse().unwrap()), false));
        makes(&mut held, &on_endpoint(&method::ENDPOINTS_GET), endpoint());
        let right = [patch(json!({"2": 50, "3": 50})), undeploy("1")];
        let wrong = [
            patch(json!({"1": 100})),
            patch(json!({"1": 33, "3": 67})),
            undeploy("2"),
            on_endpoint(&method::ENDPOINTS_DELETE),
            scale("1", 1, 1),
        ];
        for call in &right {
            assert_eq!(denied(&held, Phase::Whole, call), None, "{call:?}");
            assert_eq!(denied(&held, Phase::UndoOnly, call), Some(Code::MandateEnded), "{call:?}");
        }
        for call in &wrong {
            assert_eq!(denied(&held, Phase::Whole, call), Some(Code::MandateNotPlanned), "{call:?}");
        }
    }

    #[test]
    fn all_are_those_of_the_entity_that_an_answer_named() {
        let mut held = held(undeploying(Which::All, true));
        assert_eq!(denied(&held, Phase::Whole, &undeploy("1")), Some(Code::MandateNotPlanned));
        makes(&mut held, &on_endpoint(&method::ENDPOINTS_GET), endpoint());
        for id in ["1", "2"] {
            assert_eq!(denied(&held, Phase::Whole, &undeploy(id)), None);
        }
        assert_eq!(denied(&held, Phase::Whole, &undeploy("3")), Some(Code::MandateNotPlanned));
        assert_eq!(denied(&held, Phase::Whole, &on_endpoint(&method::ENDPOINTS_DELETE)), None);
    }

    #[test]
    fn a_removal_that_has_begun_may_be_finished_and_traffic_returned_after_the_end() {
        let mut held = held(undeploying(Which::All, false));
        makes(&mut held, &on_endpoint(&method::ENDPOINTS_GET), endpoint());
        let mut after = endpoint();
        after["trafficSplit"] = json!({"2": 50, "3": 50});
        makes(&mut held, &patch(json!({"2": 50, "3": 50})), after);
        let back = patch(json!({"1": 20, "2": 40, "3": 40}));
        assert_eq!(denied(&held, Phase::UndoOnly, &back), None);
        makes(&mut held, &undeploy("1"), json!({"name": format!("{ENDPOINT}/operations/1")}));
        assert_eq!(denied(&held, Phase::UndoOnly, &undeploy("1")), None);
        assert_eq!(denied(&held, Phase::UndoOnly, &undeploy("2")), Some(Code::MandateEnded));
    }

    #[test]
    fn replicas_become_those_of_the_plan_or_those_of_before() {
        let mut held = held(Kind::Scale("1".parse().unwrap(), Replicas { min: 1, max: 2 }));
        let wanted = scale("1", 1, 2);
        assert_eq!(denied(&held, Phase::Whole, &wanted), Some(Code::MandateStale));
        makes(&mut held, &on_endpoint(&method::ENDPOINTS_GET), endpoint());
        assert_eq!(denied(&held, Phase::Whole, &scale("1", 4, 4)), Some(Code::MandateNotPlanned));
        makes(&mut held, &wanted, json!({"name": format!("{ENDPOINT}/operations/1")}));
        for call in [scale("1", 9, 9), scale("2", 1, 2), undeploy("1"), patch(json!({"1": 100}))] {
            assert_eq!(denied(&held, Phase::Whole, &call), Some(Code::MandateNotPlanned), "{call:?}");
        }
        assert_eq!(denied(&held, Phase::UndoOnly, &scale("1", 3, 4)), None);
        assert_eq!(denied(&held, Phase::UndoOnly, &wanted), Some(Code::MandateEnded));
    }

    #[test]
    fn a_deployment_scales_its_own_model_to_its_own_numbers_only() {
        let mut held = held(Kind::deploy());
        let plan = plan_for(target(), Kind::deploy());
        let own = plan.deployed_model_id.unwrap().to_string();
        let mut state = endpoint();
        state["deployedModels"][0]["id"] = json!(own);
        makes(&mut held, &on_endpoint(&method::ENDPOINTS_GET), state);
        let replicas = target().replicas.unwrap();
        let wanted = scale(&own, replicas.min, replicas.max);
        for call in [scale(&own, 2, 7), scale("2", replicas.min, replicas.max)] {
            assert_eq!(denied(&held, Phase::Whole, &call), Some(Code::MandateNotPlanned), "{call:?}");
        }
        assert_eq!(denied(&held, Phase::UndoOnly, &wanted), Some(Code::MandateEnded));
        makes(&mut held, &wanted, json!({"name": format!("{ENDPOINT}/operations/1")}));
        assert_eq!(denied(&held, Phase::UndoOnly, &scale(&own, 3, 4)), None);
        assert_eq!(denied(&held, Phase::UndoOnly, &scale(&own, 1, 1)), Some(Code::MandateEnded));
    }
}
