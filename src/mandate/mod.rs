//! Mandates: which calls a deployment may make in its user's name after the user has left.
//!
//! A mandate delegates the calls of one plan, their undo included, and no identity. Values that only Google can name, such as the number of a
//! version, an operation or an etag, count only where an answer that passed the door under the same mandate has named them: the [`Facts`].

mod change;
mod denied;
mod evidence;
mod facts;
mod learning;
mod matching;
mod term;
#[cfg(test)]
mod tests;

pub use denied::Denied;
pub use facts::Facts;
pub use term::{Phase, Term};

use crate::method::{self, Call, Resource};
use crate::name::{DeployedModelId, ModelVersion, Project, RunId};
use crate::plan::Plan;
use crate::vertex::deployed_model::Replicas;
use crate::vertex::traffic::Split;

/// The calls that one deployment may make.
#[derive(Clone, Debug)]
pub struct Mandate {
    plan: Plan,
    /// The deployment's id, which is the label of what it creates.
    run: RunId,
    /// The projects of endpoint and model as the plan names them, with their ids.
    projects: [(Project, Project); 2],
}

/// Something that a deployment creates and its undo removes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Thing {
    Model,
    Endpoint,
    Deployment(DeployedModelId),
}

/// One permitted call. It keeps the facts up to date around the call.
#[derive(Clone, Debug, PartialEq)]
pub struct Use {
    call: Call,
    effect: Effect,
}

/// The effect of a permitted call on the facts.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Effect {
    None,
    Makes {
        thing: Thing,
        /// Whether no earlier call under the mandate may have made it.
        is_first: bool,
    },
    Removes(Thing),
    /// Removes one version of the model.
    RemovesVersion,
    /// Writes the plan's share of the traffic for a deployed model.
    Routes(Written),
    /// Removes what the plan is to remove. Such a removal is finished also after the mandate's end.
    Takes {
        thing: Thing,
        /// Whether no earlier call under the mandate may have begun it.
        is_first: bool,
    },
    /// Changes a number of replicas.
    Scales {
        id: DeployedModelId,
        before: Replicas,
        /// Whether no earlier call under the mandate may have changed it.
        is_first: bool,
    },
    /// Lets the plan's alias name the plan's version.
    Aliases {
        before: Option<ModelVersion>,
        /// Whether no earlier call under the mandate may have moved it.
        is_first: bool,
    },
}

/// A traffic split that was written in place of another.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Written {
    id: DeployedModelId,
    before: Split,
    after: Split,
}

impl Mandate {
    /// The mandate for a plan of one deployment. `id_of` returns the id of a project that the plan may name by its number.
    pub fn of(plan: &Plan, run: &RunId, id_of: impl Fn(&Project) -> Project) -> Self {
        let plan = plan.for_run(run);
        let projects = [&plan.target.endpoint.place.project, &plan.target.model.place.project];
        Self { projects: projects.map(|project| (project.clone(), id_of(project))), run: run.clone(), plan }
    }

    /// A fingerprint of the delegated calls. A new version of the core may plan other calls, which are not delegated.
    pub fn fingerprint(&self) -> String {
        self.plan.fingerprint()
    }

    /// The entity, and the model or the endpoint that a permitted call changes for it. A look changes nothing, and what the mandate covers
    /// after its end is the undo of changes.
    pub fn changed(&self, facts: &Facts, call: &Call) -> Option<(&str, Resource)> {
        if self.allows(facts, Phase::UndoOnly, call).is_ok() {
            return None;
        }
        let of_model = call.method == &method::MODELS_UPLOAD || matches!(call.resource, Resource::Model(_));
        let target = &self.plan.target;
        let resource = if of_model { self.plan.whole_model() } else { Resource::Endpoint(target.endpoint.clone()) };
        Some((&target.entity_ref, resource))
    }

    /// The resource with its project named by id, as the door names it.
    fn named(&self, resource: Resource) -> Resource {
        let Some(project) = resource.project() else { return resource };
        match self.projects.iter().find(|(planned, _)| planned == project) {
            Some((_, id)) => resource.in_project(id),
            None => resource,
        }
    }
}
