//! The facade: plain requests in, plain reports out. Wasm, tests and tools call this and nothing below it.
//!
//! Shapes: `pkg-js/core/src/index.d.ts` and `server.d.ts`.

pub mod request;

use crate::annotation;
use crate::conversation::{Conversation, Millis};
use crate::diagnostic::{Code, Diagnostic};
use crate::entity::Entity;
use crate::name::ModelVersion;
use crate::plan::{self, Plan};
#[cfg(feature = "server")]
use crate::run::{self, RunReport};
use crate::status::{self, State, StatusReport};
use crate::target::Target;
#[cfg(feature = "server")]
use request::DeployRequest;
use request::{DeploymentRequest, EntityRequest, EntitySource, StatusRequest};
use serde::Serialize;

#[derive(Clone, Debug, Serialize)]
pub struct ValidateReport {
    pub valid: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub target: Option<Target>,
    pub diagnostics: Vec<Diagnostic>,
}

#[derive(Clone, Debug, Serialize)]
pub struct PlanReport {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub plan: Option<Plan>,
    pub explanation: String,
    pub diagnostics: Vec<Diagnostic>,
}

fn entity(source: &EntitySource) -> Result<Entity, Vec<Diagnostic>> {
    match source {
        #[cfg(feature = "server")]
        EntitySource::Text { text, file } => Entity::from_text(text, file.as_deref()),
        #[cfg(not(feature = "server"))]
        EntitySource::Text { .. } => {
            let finding = Diagnostic::error(Code::RequestMalformed, "this build takes entities and reads no texts");
            Err(vec![finding.help("give the `entity` as the catalog hands it out; texts are read in Node")])
        }
        EntitySource::Entity(value) => Entity::from_json(value),
    }
}

/// Reads and checks the annotations of one entity.
pub fn validate(request: &EntityRequest) -> ValidateReport {
    let (target, diagnostics) = match entity(&request.source) {
        Ok(entity) => annotation::read(&entity, request.environment.as_deref()),
        Err(diagnostics) => (None, diagnostics),
    };
    ValidateReport { valid: !diagnostics.iter().any(Diagnostic::is_error), target, diagnostics }
}

fn make_plan(request: &DeploymentRequest) -> (Option<Plan>, Vec<Diagnostic>) {
    let report = validate(&request.entity);
    let mut diagnostics = report.diagnostics;
    let Some(mut target) = report.target else { return (None, diagnostics) };
    if let Some(version) = &request.model_version {
        match version.parse::<ModelVersion>() {
            Ok(version) => target.model.version = Some(version),
            Err(error) => {
                diagnostics.push(
                    Diagnostic::error(Code::RequestMalformed, error.to_string())
                        .help("give the number of a version, or one of the model's aliases"),
                );
                return (None, diagnostics);
            }
        }
    }
    let plan = plan::plan(&target);
    diagnostics.extend(plan.remarks());
    (Some(plan), diagnostics)
}

/// What a deployment would do. Nothing is called.
pub fn plan(request: &DeploymentRequest) -> PlanReport {
    let (plan, diagnostics) = make_plan(request);
    let explanation = plan.as_ref().map(plan::explain).unwrap_or_default();
    PlanReport { plan, explanation, diagnostics }
}

/// What serves. `now` stamps a report that needs no question to Google.
pub fn status(request: &StatusRequest, now: Millis) -> Result<Conversation<StatusReport>, Box<StatusReport>> {
    let bare = |state, headline: &str, diagnostics| {
        Box::new(status::dated(StatusReport::bare(state, headline, diagnostics), now))
    };
    let read =
        entity(&request.entity.source).map_err(|found| bare(State::Invalid, "The entity cannot be read", found))?;
    if !annotation::is_annotated(&read) {
        return Err(bare(State::NotAnnotated, "No Vertex AI annotations", Vec::new()));
    }
    match annotation::read(&read, request.entity.environment.as_deref()) {
        (Some(target), _) => Ok(status::status(target, &request.proxy_url)),
        (None, found) => Err(bare(State::Invalid, "The Vertex AI annotations are wrong", found)),
    }
}

/// Carries a deployment out.
#[cfg(feature = "server")]
pub fn deploy(request: &DeployRequest) -> Result<Conversation<RunReport>, Box<RunReport>> {
    match make_plan(&request.deployment) {
        (Some(plan), _) => Ok(run::run(plan, &request.proxy_url, request.reason.clone())),
        (None, diagnostics) => Err(Box::new(RunReport::refused(diagnostics))),
    }
}
