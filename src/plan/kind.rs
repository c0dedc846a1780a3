//! Kinds of plans: the change that a run makes to an endpoint.

use crate::name::{DeployedModelId, Model, ModelVersion};
use crate::target::Target;
use crate::vertex::deployed_model::Replicas;
use crate::vertex::traffic::{Split, Traffic};
use serde_json::Value;

/// The change that a plan makes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Kind {
    Deploy(Deploy),
    Undeploy(Undeploy),
    /// Changes the share of one deployed model.
    Traffic(DeployedModelId, Traffic),
    /// Changes the number of replicas of one deployed model, in place.
    Scale(DeployedModelId, Replicas),
}

/// A deployment of a model version.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Deploy {
    pub origin: Origin,
    /// Whether a new version is uploaded although one with the same content exists.
    pub new_version: bool,
    /// The alias of the model that names the version once it serves.
    pub alias: Option<ModelVersion>,
}

/// Where a deployment has its version and its description from.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Origin {
    /// The entity's present annotations.
    #[default]
    Entity,
    /// A former deployment, by its id: its annotations, and the version that it reached. It receives all traffic.
    Former(String),
    /// The version comes from another environment of the entity, or from its plain annotations.
    Environment(Option<String>),
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
    /// Those of these that receive no traffic when they are looked at.
    Idle(Vec<DeployedModelId>),
    /// Those of the target's model, in every version.
    All,
}

impl Kind {
    /// The deployment of the entity's annotations, without options.
    pub fn deploy() -> Self {
        Self::Deploy(Deploy::default())
    }

    pub fn deploys(&self) -> bool {
        matches!(self, Self::Deploy(_))
    }

    fn origin(&self) -> Option<&Origin> {
        match self {
            Self::Deploy(deploy) => Some(&deploy.origin),
            _ => None,
        }
    }

    /// Id of the deployment that is rolled back to.
    pub fn former(&self) -> Option<&str> {
        match self.origin()? {
            Origin::Former(id) => Some(id),
            _ => None,
        }
    }

    /// The environment whose version is promoted.
    pub fn promoted_from(&self) -> Option<&str> {
        match self.origin()? {
            Origin::Environment(from) => from.as_deref(),
            _ => None,
        }
    }

    /// Name of the kind in requests.
    pub fn name(&self) -> &'static str {
        match self {
            Self::Deploy(Deploy { origin: Origin::Entity, .. }) => "deploy",
            Self::Deploy(Deploy { origin: Origin::Former(_), .. }) => "rollback",
            Self::Deploy(Deploy { origin: Origin::Environment(_), .. }) => "promote",
            Self::Undeploy(_) => "undeploy",
            Self::Traffic(..) => "traffic",
            Self::Scale(..) => "scale",
        }
    }
}

impl Undeploy {
    /// Whether deployed models with traffic are removed, too.
    pub fn takes_traffic(&self) -> bool {
        !matches!(self.which, Which::Idle(_))
    }
}

impl Which {
    /// The deployed models of an endpoint that are removed, in the endpoint's order.
    pub fn of(&self, endpoint: &Value, target: &Target) -> Vec<DeployedModelId> {
        let split = Split::among_deployed(endpoint);
        let models = endpoint["deployedModels"].as_array().into_iter().flatten();
        let picked = models.filter_map(|model| {
            let id: DeployedModelId = model["id"].as_str()?.parse().ok()?;
            let is_meant = match self {
                Self::One(one) => *one == id,
                Self::Idle(ids) => ids.contains(&id) && split.share(id.as_str()) == 0,
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
