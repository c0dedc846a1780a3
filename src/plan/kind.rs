//! Kinds of plans: the change that a run makes to an endpoint.

use crate::name::{DeployedModelId, Model};
use crate::target::Target;
use crate::vertex::deployed_model::Replicas;
use crate::vertex::traffic::Traffic;
use serde_json::Value;

/// The change that a plan makes.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Kind {
    #[default]
    Deploy,
    Undeploy(Undeploy),
    /// Changes the share of one deployed model.
    Traffic(DeployedModelId, Traffic),
    /// Changes the number of replicas of one deployed model, in place.
    Scale(DeployedModelId, Replicas),
}

/// A removal of deployed models.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Undeploy {
    pub which: Which,
    /// Whether the endpoint is deleted, too.
    pub deletes_endpoint: bool,
}

/// The deployed models that a plan removes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Which {
    One(DeployedModelId),
    /// Those of the target's model, in every version.
    All,
}

impl Kind {
    /// Name of the kind in requests.
    pub fn name(&self) -> &'static str {
        match self {
            Self::Deploy => "deploy",
            Self::Undeploy(_) => "undeploy",
            Self::Traffic(..) => "traffic",
            Self::Scale(..) => "scale",
        }
    }
}

impl Which {
    /// The deployed models of an endpoint that are removed, in the endpoint's order.
    pub fn of(&self, endpoint: &Value, target: &Target) -> Vec<DeployedModelId> {
        let models = endpoint["deployedModels"].as_array().into_iter().flatten();
        let picked = models.filter_map(|model| {
            let id: DeployedModelId = model["id"].as_str()?.parse().ok()?;
            let is_meant = match self {
                Self::One(one) => *one == id,
                Self::All => is_version_of(&target.model, model["model"].as_str()?),
            };
            is_meant.then_some(id)
        });
        picked.collect()
    }
}

/// Whether a deployed model's `model` is a version of this one. Google may name its project by number, so only place and id count.
fn is_version_of(model: &Model, name: &str) -> bool {
    name.parse::<Model>().is_ok_and(|other| other.id == model.id && other.place.location == model.place.location)
}
