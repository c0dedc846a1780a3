//! Plans of deployments, and their execution.

use super::request::{DeployRequest, DeploymentRequest};
use super::validate::check;
use crate::conversation::Conversation;
use crate::diagnostic::{Code, Diagnostic};
use crate::name::ModelVersion;
use crate::plan::{self, Plan};
use crate::run::{self, RunReport};
use serde::Serialize;
use ts_rs::TS;

/// A deployment as planned, with its explanation.
#[derive(Clone, Debug, Serialize, TS)]
#[ts(optional_fields)]
pub struct PlanReport {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub plan: Option<Plan>,
    /// The plan in one line, for a log.
    pub summary: String,
    /// The plan in Markdown, for a dry run or a review.
    pub explanation: String,
    pub diagnostics: Vec<Diagnostic>,
}

pub(super) fn make_plan(request: &DeploymentRequest) -> (Option<Plan>, Vec<Diagnostic>) {
    let environment = request.entity.environment.as_deref();
    let (target, mut diagnostics) = match check(&request.entity) {
        Ok((_, checked)) => checked.into_target(environment),
        Err(diagnostics) => (None, diagnostics),
    };
    let Some(mut target) = target else {
        if !diagnostics.iter().any(Diagnostic::is_error) {
            diagnostics.push(
                Diagnostic::new(Code::PlanValueOpen, "a value that the plan requires is a placeholder")
                    .help("plan with the entity as the catalog returns it: the catalog fills placeholders in"),
            );
        }
        return (None, diagnostics);
    };
    if let Some(version) = &request.model_version {
        match version.parse::<ModelVersion>() {
            Ok(version) => target.model.version = Some(version),
            Err(error) => {
                diagnostics.push(
                    Diagnostic::new(Code::RequestMalformed, error.to_string())
                        .help("write the number of a version, or one of the model's aliases"),
                );
                return (None, diagnostics);
            }
        }
    }
    let plan = plan::plan(target);
    diagnostics.extend(plan.remarks());
    (Some(plan), diagnostics)
}

/// Plans a deployment. Calls nothing.
pub fn plan(request: &DeploymentRequest) -> PlanReport {
    let (plan, diagnostics) = make_plan(request);
    let summary = plan.as_ref().map(plan::summary).unwrap_or_default();
    let explanation = plan.as_ref().map(plan::explain).unwrap_or_default();
    PlanReport { plan, summary, explanation, diagnostics }
}

/// Starts the conversation that carries a deployment out.
pub fn deploy(request: &DeployRequest) -> Result<Conversation<RunReport>, Box<RunReport>> {
    match make_plan(&request.deployment) {
        (Some(plan), _) => Ok(run::run(plan, &request.proxy_url, request.reason.clone())),
        (None, diagnostics) => Err(Box::new(RunReport::refused(diagnostics))),
    }
}
