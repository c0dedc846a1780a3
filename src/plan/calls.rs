//! Every call that a run of a plan may make, and its purpose: access requests are computed from these.

use super::{Plan, StepKind, change};
use crate::method::{self, Call, Method, Permission, Resource};
use crate::name::{Model, Operation, OperationParent};

/// What is known to exist already; `None` where it is unknown.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ts_rs::TS)]
#[ts(optional_fields)]
pub struct Found {
    /// The model, in the version or with the content to deploy.
    pub model: Option<bool>,
    pub endpoint: Option<bool>,
    /// This deployment on the endpoint, with its number of replicas.
    pub deployment: Option<bool>,
}

/// The purpose of a call.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Purpose {
    /// To find what exists already.
    Look,
    /// To make what the plan makes.
    Make,
    /// To follow an operation to its end.
    Follow,
    /// To share the traffic of an endpoint with other models.
    Route,
    /// To cancel an operation when a run is cancelled or fails.
    Cancel,
    /// To remove what a failed run made, or to restore what it changed.
    RollBack,
    /// To change what is deployed already.
    Change,
    /// Not for the plan: requested by name.
    Extra,
}

/// A call on an operation of this parent. Its id does not matter: Google checks the permission on the parent.
fn operation(method: &'static Method, parent: OperationParent) -> Option<Call> {
    let operation = Operation { parent, id: "0".parse().ok()? };
    Some(Call::new(method, Resource::Operation(operation)))
}

/// What was found, completed by what the plan cannot make, which must exist.
pub(super) fn settled(plan: &Plan, found: Found) -> Found {
    let makes = |kind| plan.step(kind).is_some_and(|step| step.call.is_some());
    let mut found = found;
    if !plan.kind.deploys() {
        // What is changed must exist. A deleted endpoint takes its own policy along: the end of the deletion is read with other rights.
        let deletes = plan.step(StepKind::Deletion).is_some();
        return Found { endpoint: if deletes { None } else { Some(true) }, ..found };
    }
    if found.deployment == Some(true) || !makes(StepKind::Model) {
        found.model = Some(true);
    }
    if found.deployment == Some(true) || !makes(StepKind::Endpoint) {
        found.endpoint = Some(true);
    }
    if found.model == Some(false) || found.endpoint == Some(false) {
        found.deployment = Some(false);
    }
    found
}

/// Every call that a run may make, given what was found.
pub(super) fn calls(plan: &Plan, found: Found) -> Vec<(Call, Purpose)> {
    if !plan.kind.deploys() {
        return change::calls(plan);
    }
    let found = settled(plan, found);
    let mut calls = Vec::new();
    let of_endpoint = OperationParent::Endpoint(plan.target.endpoint.clone());
    let model = Model { version: None, ..plan.target.model.clone() };
    // The calls of a run do not depend on the version that it finds.
    let pinned = match &plan.deployed_model_id {
        Some(_) => None,
        None => "1".parse().ok().map(|version| plan.for_version(version)),
    };
    let later = pinned.as_ref().unwrap_or(plan);
    let step = |kind| if kind == StepKind::Model { plan.step(kind) } else { later.step(kind) };

    let made = [
        (StepKind::Model, found.model == Some(true), OperationParent::Model(model.clone())),
        (StepKind::Endpoint, found.endpoint == Some(true), of_endpoint.clone()),
        (StepKind::Deployment, found.deployment == Some(true), of_endpoint.clone()),
    ];
    for (kind, is_there, parent) in made {
        let Some(step) = step(kind) else { continue };
        calls.extend(step.probe.clone().map(|probe| (probe, Purpose::Look)));
        let Some(call) = step.call.clone().filter(|_| !is_there) else { continue };
        calls.push((call, Purpose::Make));
        calls.extend(operation(&method::OPERATIONS_WAIT, parent).map(|wait| (wait, Purpose::Follow)));
        calls.extend(step.undo.clone().map(|undo| (undo, Purpose::RollBack)));
        if kind == StepKind::Model {
            // Other content than that of the default version may be there, or becomes a new version.
            let versions = Call::new(&method::MODELS_LIST_VERSIONS, Resource::Model(model.clone()));
            calls.push((versions, Purpose::Look));
            calls.extend(plan.new_version().map(|upload| (upload, Purpose::Make)));
            let delete = Call::new(&method::MODELS_DELETE_VERSION, Resource::Model(model.clone()));
            calls.push((delete, Purpose::RollBack));
        }
        if kind == StepKind::Deployment {
            let cancel = operation(&method::OPERATIONS_CANCEL, of_endpoint.clone());
            calls.extend(cancel.map(|cancel| (cancel, Purpose::Cancel)));
        }
    }
    if found.deployment.is_none()
        && let Some(scaling) = step(StepKind::Scaling)
    {
        calls.extend(scaling.call.clone().map(|call| (call, Purpose::Change)));
        calls.extend(scaling.undo.clone().map(|undo| (undo, Purpose::RollBack)));
    }
    if let Some(alias) = step(StepKind::Alias) {
        calls.extend(alias.probe.clone().map(|probe| (probe, Purpose::Look)));
        calls.extend(alias.call.clone().map(|call| (call, Purpose::Change)));
        calls.extend(alias.undo.clone().map(|undo| (undo, Purpose::RollBack)));
    }
    // A new endpoint has no other models: the call that deploys sends all traffic.
    if found.endpoint != Some(false) {
        let route = step(StepKind::Traffic).and_then(|step| step.call.clone());
        calls.extend(route.map(|route| (route, Purpose::Route)));
    }
    calls
}

/// Every permission that the plan may need, sorted, with the methods that need it.
pub(super) fn permissions(plan: &Plan) -> Vec<(Permission, Vec<&'static str>)> {
    let mut needed: Vec<(Permission, Vec<&'static str>)> = Vec::new();
    for (call, _) in calls(plan, Found::default()) {
        for permission in call.permissions() {
            let name = call.method.name;
            match needed.iter_mut().find(|(known, _)| *known == permission) {
                Some((_, methods)) if methods.contains(&name) => {}
                Some((_, methods)) => methods.push(name),
                None => {
                    let at = needed.iter().take_while(|(known, _)| *known < permission).count();
                    needed.insert(at, (permission, vec![name]));
                }
            }
        }
    }
    needed
}
