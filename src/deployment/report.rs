//! The report of a deployment.

use crate::diagnostic::Diagnostic;
use crate::plan::Plan;
use crate::vertex::deployed_model::Replicas;
use serde::{Deserialize, Serialize};

/// The outcome of a deployment.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ts_rs::TS)]
#[ts(rename = "DeployOutcome")]
#[serde(rename_all = "lowercase")]
pub enum RunOutcome {
    Succeeded,
    Failed,
    Cancelled,
}

/// The results of a successful run.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ts_rs::TS)]
#[ts(rename = "DeployOutputs", optional_fields)]
#[serde(rename_all = "camelCase")]
pub struct Outputs {
    pub endpoint: String,
    /// Absent where the run was about all deployed models of the entity.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub deployed_model_id: Option<String>,
    /// Absent if the deployment existed already, or if its operation is unknown.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub operation: Option<String>,
    pub console_url: String,
    pub model: String,
    /// The model's share of the endpoint's traffic at the end, in percent.
    pub traffic: u32,
    /// The deployed model's replicas, where the run has changed them.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub replicas: Option<Replicas>,
    /// Titles of what the run was asked to remove, and has removed.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[ts(as = "Option<Vec<String>>")]
    pub removed: Vec<String>,
    /// The alias by which the annotations name the version.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub resolved_alias: Option<String>,
    /// The alias that names the version since the run.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub moved_alias: Option<String>,
}

/// The report of a deployment.
#[derive(Clone, Debug, PartialEq, Serialize, ts_rs::TS)]
#[ts(rename = "DeployReport", optional_fields)]
#[serde(rename_all = "camelCase")]
pub struct RunReport {
    pub outcome: RunOutcome,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub plan: Option<Plan>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub outputs: Option<Outputs>,
    /// Titles of the resources that were removed after a failure, newest first.
    pub undone: Vec<String>,
    /// Titles of the resources that could not be removed.
    pub not_undone: Vec<String>,
    pub diagnostics: Vec<Diagnostic>,
}

impl RunReport {
    /// The report of a run that did not start.
    pub fn refused(diagnostics: Vec<Diagnostic>) -> Self {
        Self {
            outcome: RunOutcome::Failed,
            plan: None,
            outputs: None,
            undone: Vec::new(),
            not_undone: Vec::new(),
            diagnostics,
        }
    }
}
