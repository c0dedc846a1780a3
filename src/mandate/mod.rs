//! Mandates: which calls a deployment may make in its user's name after the user has left.
//!
//! A mandate delegates the calls of one plan, their undo included, and no identity. Values that only Google can name, such as the number of a
//! version, an operation or an etag, count only where an answer that passed the door under the same mandate has named them: the [`Facts`].

mod denied;
mod facts;
mod matching;
mod term;
#[cfg(test)]
mod tests;

pub use denied::Denied;
pub use facts::Facts;
pub use term::{Phase, Term};

use crate::fingerprint::fingerprint;
use crate::method::{Call, Resource};
use crate::name::{DeployedModelId, Project};
use crate::plan::{Found, Plan};
use crate::vertex::message;
use serde_json::Value;

/// Label of what a deployment creates; its value is the deployment's id.
pub const RUN_LABEL: &str = "backstage-run";

/// The calls that one deployment may make.
#[derive(Clone, Debug)]
pub struct Mandate {
    plan: Plan,
    /// The deployment's id, which is the label of what it creates.
    run: String,
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
}

impl Mandate {
    /// The mandate for a plan. `id_of` returns the id of a project that the plan may name by its number.
    pub fn of(plan: Plan, run: &str, id_of: impl Fn(&Project) -> Project) -> Self {
        let projects = [&plan.target.endpoint.place.project, &plan.target.model.place.project];
        Self { projects: projects.map(|project| (project.clone(), id_of(project))), run: run.to_owned(), plan }
    }

    pub fn plan(&self) -> &Plan {
        &self.plan
    }

    /// A fingerprint of the delegated calls, in hexadecimal. A new version of the core may plan other calls, which nobody has delegated.
    pub fn fingerprint(&self) -> String {
        let text = |call: &Call| {
            let body = call.body.as_ref().map(|body| message::text(&self.labelled(call, body.clone())));
            format!("{} {} {}", call.method.name, call.path(), body.unwrap_or_default())
        };
        let texts: Vec<String> = self.plan.calls(Found::default()).iter().map(|(call, _)| text(call)).collect();
        let parts: Vec<&str> = [self.run.as_str()].into_iter().chain(texts.iter().map(String::as_str)).collect();
        format!("{:016x}", fingerprint(&parts))
    }

    /// The resource with its project named by id, as the door names it.
    fn named(&self, resource: Resource) -> Resource {
        let Some(project) = resource.project() else { return resource };
        match self.projects.iter().find(|(planned, _)| planned == project) {
            Some((_, id)) => resource.in_project(id),
            None => resource,
        }
    }

    /// The body of a call that creates something, with the label of the deployment.
    fn labelled(&self, call: &Call, mut body: Value) -> Value {
        let labels = match matching::thing(call) {
            Some(Thing::Endpoint) => &mut body["labels"],
            Some(Thing::Model) => &mut body["model"]["labels"],
            _ => return body,
        };
        labels[RUN_LABEL] = self.run.as_str().into();
        body
    }
}
