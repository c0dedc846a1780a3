//! Plans that change what is deployed already: undeploy, traffic, scale.

use super::kind::{Kind, Undeploy, Which};
use super::{Plan, Purpose, Step, StepKind, body};
use crate::method::{self, Call, Resource};
use crate::name::{DeployedModelId, Operation, OperationParent};
use crate::target::Target;
use crate::vertex::deployed_model::Replicas;
use crate::vertex::traffic::Traffic;
use crate::words;

/// Plans every kind but a deployment.
pub(super) fn plan(mut target: Target, kind: Kind) -> Plan {
    // The version that the annotations name is not the one that is changed.
    target.model.version = None;
    let (id, steps) = match &kind {
        Kind::Deploy(_) => (None, Vec::new()),
        Kind::Undeploy(undeploy) => (undeploy.which.only(), undeployment(&target, undeploy)),
        Kind::Traffic(id, share) => {
            target.traffic = Some(*share);
            (Some(id.clone()), vec![traffic(&target, id, *share)])
        }
        Kind::Scale(id, replicas) => (Some(id.clone()), vec![scaling(&target, id, *replicas)]),
    };
    Plan { target, kind, deployed_model_id: id, steps }
}

impl Which {
    fn only(&self) -> Option<DeployedModelId> {
        match self {
            Self::One(id) => Some(id.clone()),
            Self::Idle(_) | Self::All => None,
        }
    }
}

/// A call on the target's endpoint.
fn on_endpoint(target: &Target, method: &'static method::Method) -> Call {
    Call::new(method, Resource::Endpoint(target.endpoint.clone()))
}

fn step(target: &Target, kind: StepKind, title: String, call: Call) -> Step {
    let probe = Some(on_endpoint(target, &method::ENDPOINTS_GET));
    Step { kind, title, probe, call: Some(call), undo: None }
}

/// The write of a split that only a run can compute, from what it reads.
fn patch(target: &Target) -> Call {
    on_endpoint(target, &method::ENDPOINTS_PATCH).query("updateMask", "trafficSplit")
}

fn undeployment(target: &Target, undeploy: &Undeploy) -> Vec<Step> {
    let endpoint = &target.endpoint.id;
    let call = on_endpoint(target, &method::ENDPOINTS_UNDEPLOY_MODEL);
    let (share, title, call) = match &undeploy.which {
        Which::One(id) => (
            "Give its share of the traffic to the other models".to_owned(),
            format!("Undeploy deployed model {id}"),
            call.body(body::undeploy(id)),
        ),
        Which::Idle(ids) => {
            let ids = words::list(ids.iter().map(|id| id.as_str()), ", ");
            let title = format!("Undeploy those of the deployed models {ids} that receive no traffic");
            return vec![step(target, StepKind::Undeployment, title, call)];
        }
        Which::All => (
            "Give their shares of the traffic to the other models, one by one".to_owned(),
            format!("Undeploy every version of model `{}`", target.model.id),
            call,
        ),
    };
    let write = Step { undo: Some(patch(target)), ..step(target, StepKind::Traffic, share, patch(target)) };
    let mut steps = vec![write, step(target, StepKind::Undeployment, title, call)];
    if undeploy.deletes_endpoint {
        let call = on_endpoint(target, &method::ENDPOINTS_DELETE);
        steps.push(step(target, StepKind::Deletion, format!("Delete endpoint `{endpoint}`"), call));
    }
    steps
}

fn traffic(target: &Target, id: &DeployedModelId, share: Traffic) -> Step {
    let title = format!("Send {} to deployed model {id}", share.words());
    let call = patch(target).body(body::traffic(target, id));
    Step { undo: Some(patch(target)), ..step(target, StepKind::Traffic, title, call) }
}

pub(super) fn scaling(target: &Target, id: &DeployedModelId, replicas: Replicas) -> Step {
    let Replicas { min, max } = replicas;
    let call = on_endpoint(target, &method::ENDPOINTS_MUTATE_DEPLOYED_MODEL);
    let title = format!("Run deployed model {id} with {min} to {max} replicas");
    let step = step(target, StepKind::Scaling, title, call.clone().body(body::scale(id, replicas)));
    Step { undo: Some(call), ..step }
}

/// Every call that a run of the plan may make.
pub(super) fn calls(plan: &Plan) -> Vec<(Call, Purpose)> {
    let mut calls: Vec<(Call, Purpose)> = Vec::new();
    for step in &plan.steps {
        calls.extend(step.probe.clone().map(|probe| (probe, Purpose::Look)));
        let Some(call) = step.call.clone() else { continue };
        let follows = call.method.starts_operation();
        calls.push((call, Purpose::Change));
        if follows {
            let parent = OperationParent::Endpoint(plan.target.endpoint.clone());
            let operation = "0".parse().ok().map(|id| Operation { parent, id });
            let wait = operation.map(|it| Call::new(&method::OPERATIONS_WAIT, Resource::Operation(it)));
            calls.extend(wait.map(|wait| (wait, Purpose::Follow)));
        }
        calls.extend(step.undo.clone().map(|undo| (undo, Purpose::RollBack)));
    }
    calls
}
