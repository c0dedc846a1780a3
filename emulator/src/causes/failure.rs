//! How a deployment ends: what a fault or the world's own state has decided for it.

use super::names::Names;
use super::{Strikes, Struck, real, strike};
use crate::cloud::Cloud;
use crate::error::ApiError;
use crate::logging::container::Server;
use crate::state::fault::Kind;
use crate::state::world::World;
use crate::timestamp;
use serde_json::{Value, json};

/// The end of a deployment that has begun.
pub enum Outcome {
    Succeeds,
    /// Ends at this stage with this status.
    FailsAt(String, Value),
    Struck(Struck, Names),
}

impl Outcome {
    /// Decides the end of a deployment to an endpoint (by stored name).
    pub fn of(world: &mut World, endpoint: &str, deployed: &Value) -> Self {
        let mut names = Names::of_deployment(world, endpoint, deployed);
        let struck = match world.faults.strike_deployment(endpoint) {
            Some(Kind::FailAtStage { stage, code, message }) => {
                return Self::FailsAt(stage, ApiError::status(code, &message));
            }
            Some(fault) => fault.cause(),
            None => real::of_deployment(world, deployed, &mut names),
        };
        struck.map_or(Self::Succeeds, |struck| Self::Struck(struck, names))
    }

    /// Writes what the model server tells at the end of a stage; returns the error that the deployment ends with there.
    pub fn strike(&self, cloud: &Cloud, stage: &str, server: &Server) -> Option<Value> {
        match self {
            Self::FailsAt(at, status) if at == stage => Some(status.clone()),
            Self::Struck(struck, names) if struck.cause.strikes == Strikes::Stage(stage_name(stage)) => {
                let mut world = cloud.world();
                let lines: Vec<String> =
                    struck.cause.wording(struck.variant).1.iter().map(|line| names.fill(line)).collect();
                server.fail(&mut world, &lines);
                Some(strike::status(*struck, &mut world, names))
            }
            _ => None,
        }
    }

    /// Notes on a deployed model that fewer replicas serve than are wanted.
    pub fn settle(&self, world: &mut World, endpoint: &str, id: &str) {
        let Self::Struck(struck, names) = self else { return };
        if struck.cause.strikes != Strikes::PartialSuccess {
            return;
        }
        let message = names.fill(struck.cause.wording(struck.variant).0);
        let models = world.endpoints.get_mut(endpoint).map(|state| &mut state.body["deployedModels"]);
        for model in models.and_then(Value::as_array_mut).into_iter().flatten().filter(|model| model["id"] == id) {
            model["status"] =
                json!({"message": message, "availableReplicaCount": 1, "lastUpdateTime": timestamp::now()});
        }
    }
}

/// The stage's name as rows have it.
fn stage_name(stage: &str) -> &'static str {
    crate::state::stage::STAGES.iter().map(|(name, _)| *name).find(|name| *name == stage).unwrap_or_default()
}

/// The status with which a fault ends another operation on a resource (by stored name).
pub fn of_operation(world: &mut World, what: &str, resource: &str) -> Option<Value> {
    match world.faults.strike_operation(what, resource)? {
        Kind::FailOperation { code, message, .. } => Some(ApiError::status(code, &message)),
        fault => {
            let names = Names::of_resource(world, resource);
            fault.cause().map(|struck| strike::status(struck, world, &names))
        }
    }
}
