//! Plans of deployments, and their execution.

use super::change::{ChangeRequest, RunKind};
use super::request::request;
use super::source::EntityRequest;
use super::validate::check;
use crate::conversation::Conversation;
use crate::deployment::ledger::LedgerEntry;
use crate::deployment::{Identities, RunReport, Start, Want, resume};
use crate::diagnostic::{Code, Diagnostic};
use crate::name::{ModelVersion, RunId};
use crate::plan::{self, Kind, Plan};
use serde::Serialize;
use ts_rs::TS;

request! {
    /// A deployment to plan, or another change of the entity's endpoint.
    pub struct DeploymentRequest {
        ..entity: EntityRequest,
        ..change: ChangeRequest,
        /// Replaces the version of the `-model` annotation.
        model_version: Option<String>,
    }
}

request! {
    /// A deployment to carry out.
    pub struct DeployRequest {
        ..deployment: DeploymentRequest,
        /// e.g. `http://localhost:7007/api/proxy/vertex-ai`
        proxy_url: String,
        /// Appears in Google's audit log, e.g. `scaffolder task 1b2c`.
        reason: Option<String>,
    }
}

request! {
    /// A run of a deployment. It holds no secret, so that it can be stored.
    pub struct RunRequest {
        ..deployment: DeploymentRequest,
        /// A UUID, for example. It becomes the label `backstage-run` of what the run creates.
        #[ts(as = "String")]
        run_id: RunId,
        /// The portal's name. With the entity, it becomes the labels `backstage-portal` and `backstage-entity` of what the run creates.
        portal: Option<String>,
        /// e.g. `http://localhost:7007/api/proxy/vertex-ai`
        proxy_url: String,
        /// Appears in Google's audit log, e.g. `deployment 1b2c`.
        reason: Option<String>,
    }
}

/// A deployment as planned, with its explanation.
#[derive(Clone, Debug, Serialize, TS)]
#[ts(optional_fields)]
pub struct PlanReport {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub plan: Option<Plan>,
    /// Fingerprint of the plan's calls: it changes where a new version of the core plans the deployment in another way.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub fingerprint: Option<String>,
    /// The plan in one line, for a log.
    pub summary: String,
    /// The plan in Markdown, for a dry run or a review.
    pub explanation: String,
    pub diagnostics: Vec<Diagnostic>,
}

impl PlanReport {
    /// The report where no plan is possible.
    pub(super) fn refused(diagnostics: Vec<Diagnostic>) -> Self {
        Self { plan: None, fingerprint: None, summary: String::new(), explanation: String::new(), diagnostics }
    }
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
    let kind = match request.change.read_for(&target) {
        Ok(kind) => kind,
        Err(finding) => {
            diagnostics.push(finding);
            return (None, diagnostics);
        }
    };
    if let Some(version) = &request.model_version {
        if !kind.deploys() {
            let message = format!("`modelVersion` is not an option of the kind `{}`", kind.name());
            diagnostics.push(Diagnostic::new(Code::RequestMalformed, message).help("remove it, or set another `kind`"));
            return (None, diagnostics);
        }
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
    let takes_version = kind.deploys() && request.change.kind() != RunKind::Deploy;
    let plan = plan::plan_for(target, kind);
    if takes_version && plan.deployed_model_id.is_none() {
        let message = format!("the kind `{}` requires the number of a version as `modelVersion`", plan.kind.name());
        let finding = Diagnostic::new(Code::RequestMalformed, message);
        diagnostics.push(finding.help("start it by the portal's deployments, which know the history of the entity"));
        return (None, diagnostics);
    }
    let is_new = matches!(&plan.kind, Kind::Deploy(deploy) if deploy.new_version);
    if is_new && plan.new_version().is_none() {
        let message = "`newVersion` requires a model without a version, and an image to upload";
        let help = "set `google.com/vertex-ai-image`, and leave the version out of `google.com/vertex-ai-model`";
        diagnostics.push(Diagnostic::new(Code::RequestMalformed, message).help(help));
        return (None, diagnostics);
    }
    diagnostics.extend(plan.remarks());
    (Some(plan), diagnostics)
}

/// Plans a deployment, or another change of the endpoint. Calls nothing.
pub fn plan(request: &DeploymentRequest) -> PlanReport {
    let (plan, diagnostics) = make_plan(request);
    let summary = plan.as_ref().map(plan::summary).unwrap_or_default();
    let explanation = plan.as_ref().map(plan::explain).unwrap_or_default();
    let fingerprint = plan.as_ref().map(Plan::fingerprint);
    PlanReport { plan, fingerprint, summary, explanation, diagnostics }
}

fn planned(request: &DeploymentRequest) -> Result<Plan, Vec<Diagnostic>> {
    let (plan, diagnostics) = make_plan(request);
    plan.ok_or(diagnostics)
}

/// The plan with the labels of its owner, where the portal is known.
pub(super) fn of_portal(plan: Plan, portal: Option<&str>) -> Plan {
    match portal {
        Some(portal) => plan.for_portal(portal),
        None => plan,
    }
}

/// Starts a deployment on behalf of a user who stays, without a ledger.
pub fn deploy(request: &DeployRequest) -> Conversation<RunReport, Want> {
    resume(Start {
        plan: planned(&request.deployment),
        run: None,
        proxy_url: request.proxy_url.clone(),
        reason: request.reason.clone(),
        identities: Identities::USER,
        ledger: Vec::new(),
    })
}

/// Starts a run of the portal under a mandate, or goes on with it where its ledger ends.
pub fn run(request: &RunRequest, ledger: Vec<LedgerEntry>) -> Conversation<RunReport, Want> {
    resume(Start {
        plan: planned(&request.deployment).map(|plan| of_portal(plan, request.portal.as_deref())),
        run: Some(request.run_id.clone()),
        proxy_url: request.proxy_url.clone(),
        reason: request.reason.clone(),
        identities: Identities::PORTAL,
        ledger,
    })
}
