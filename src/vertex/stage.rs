//! Stages of a deployment: `DeployModelOperationMetadata.deploymentStage`.
//!
//! Source: the discovery document `aiplatform.v1` of 2026-11-06 (PyPI `google-api-python-client` 2.202.0), read 2026-11-27.

use serde_json::Value;

/// Whether an operation deploys a model.
pub fn is_deployment(operation: &Value) -> bool {
    operation["metadata"]["@type"].as_str().is_some_and(|kind| kind.ends_with(".DeployModelOperationMetadata"))
}

/// One of Google's ten stages.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Stage(usize);

const STAGES: [(&str, &str); 10] = [
    ("STARTING_DEPLOYMENT", "Starting the deployment"),
    ("PREPARING_MODEL", "Preparing the model"),
    ("CREATING_SERVING_CLUSTER", "Creating the serving cluster"),
    ("ADDING_NODES_TO_CLUSTER", "Adding nodes to the cluster"),
    ("GETTING_CONTAINER_IMAGE", "Getting the container image"),
    ("STARTING_MODEL_SERVER", "Starting the model server"),
    ("FINISHING_UP", "Finishing up"),
    ("DEPLOYMENT_TERMINATED", "The deployment has ended"),
    ("SUCCESSFULLY_DEPLOYED", "Successfully deployed"),
    ("FAILED_TO_DEPLOY", "Failed to deploy"),
];

/// The stages that a success passes, in their order.
const SUCCESS: [&str; 8] = [
    "STARTING_DEPLOYMENT",
    "PREPARING_MODEL",
    "CREATING_SERVING_CLUSTER",
    "ADDING_NODES_TO_CLUSTER",
    "GETTING_CONTAINER_IMAGE",
    "STARTING_MODEL_SERVER",
    "FINISHING_UP",
    "SUCCESSFULLY_DEPLOYED",
];

impl Stage {
    /// Number of the stages that a successful deployment passes.
    pub const COUNT: usize = SUCCESS.len();

    /// `None` for an unknown stage, and for `DEPLOYMENT_STAGE_UNSPECIFIED`.
    pub fn parse(name: &str) -> Option<Self> {
        STAGES.iter().position(|(known, _)| *known == name).map(Self)
    }

    pub fn name(self) -> &'static str {
        STAGES[self.0].0
    }

    /// The stage as a phrase for users.
    pub fn meaning(self) -> &'static str {
        STAGES[self.0].1
    }

    /// From 1 to [`Stage::COUNT`]; `None` for the end of a deployment that failed.
    pub fn index(self) -> Option<usize> {
        SUCCESS.iter().position(|name| *name == self.name()).map(|at| at + 1)
    }
}
