//! The facade: plain requests in, plain reports out. Wasm, tests and tools call this and nothing below it.
//!
//! Shapes: `pkg-js/core/src/index.d.ts` and `server.d.ts`.

#[cfg(feature = "server")]
pub mod iam;
pub mod request;

use crate::annotation::{self, Checked, KEYS, Key, PREFIX};
use crate::conversation::{Conversation, Millis};
use crate::diagnostic::{Code, Diagnostic};
use crate::entity::Entity;
use crate::name::ModelVersion;
use crate::plan::{self, Plan};
use crate::rule::{Settings, Waived};
#[cfg(feature = "server")]
use crate::run::{self, RunReport};
use crate::status::{self, State, StatusReport};
use crate::target::Target;
#[cfg(feature = "server")]
use request::DeployRequest;
use request::{DeploymentRequest, EntityRequest, EntitySource, StatusRequest};
use serde::Serialize;

/// One of our annotations, for forms.
#[derive(Clone, Debug, Serialize)]
pub struct Annotation {
    pub key: String,
    pub example: &'static str,
    pub meaning: &'static str,
}

#[derive(Clone, Debug, Serialize)]
pub struct ValidateReport {
    pub valid: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub target: Option<Target>,
    pub diagnostics: Vec<Diagnostic>,
    pub waived: Vec<Waived>,
}

#[derive(Clone, Debug, Serialize)]
pub struct PlanReport {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub plan: Option<Plan>,
    pub explanation: String,
    pub diagnostics: Vec<Diagnostic>,
}

/// The annotations there are, in the order of the reference.
pub fn annotations() -> Vec<Annotation> {
    let annotation = |key: &Key| Annotation {
        key: format!("{PREFIX}{}", key.name()),
        example: key.example(),
        meaning: key.meaning(),
    };
    KEYS.iter().map(annotation).collect()
}

fn entity(source: &EntitySource) -> Result<Entity, Vec<Diagnostic>> {
    match source {
        #[cfg(feature = "server")]
        EntitySource::Text { text, file } => Entity::from_text(text, file.as_deref()),
        #[cfg(not(feature = "server"))]
        EntitySource::Text { .. } => {
            let finding = Diagnostic::new(Code::RequestMalformed, "this build takes entities and reads no texts");
            Err(vec![finding.help("give the `entity` as the catalog hands it out; texts are read in Node")])
        }
        EntitySource::Entity(value) => Entity::from_json(value),
    }
}

/// Reads an entity and checks it; what is wrong with the settings is found before all else.
fn check(request: &EntityRequest) -> Result<(Entity, Checked), Vec<Diagnostic>> {
    let (settings, wrong) = Settings::read(&request.rules, None);
    match entity(&request.source) {
        Ok(entity) => {
            let mut checked = annotation::check(&entity, &settings, request.environment.as_deref());
            checked.findings.extend(wrong);
            Ok((entity, checked))
        }
        Err(found) => Err(wrong.into_iter().chain(found).collect()),
    }
}

/// Reads and checks the annotations of one entity.
pub fn validate(request: &EntityRequest) -> ValidateReport {
    match check(request) {
        Ok((_, checked)) => {
            let waived = checked.waived.clone();
            let target = checked.target(request.environment.as_deref()).cloned();
            let diagnostics = checked.into_findings();
            ValidateReport { valid: !diagnostics.iter().any(Diagnostic::is_error), target, diagnostics, waived }
        }
        Err(diagnostics) => ValidateReport { valid: false, target: None, diagnostics, waived: Vec::new() },
    }
}

fn make_plan(request: &DeploymentRequest) -> (Option<Plan>, Vec<Diagnostic>) {
    let environment = request.entity.environment.as_deref();
    let (target, mut diagnostics) = match check(&request.entity) {
        Ok((_, checked)) => checked.into_target(environment),
        Err(diagnostics) => (None, diagnostics),
    };
    let Some(mut target) = target else {
        if !diagnostics.iter().any(Diagnostic::is_error) {
            diagnostics.push(
                Diagnostic::new(Code::PlanValueOpen, "not everything that is needed is there to plan with")
                    .help("plan with the entity as the catalog has it: a placeholder is filled in only there"),
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
    let bare = |state, headline: &str, findings| {
        Box::new(status::dated(StatusReport { findings, ..StatusReport::bare(state, headline, Vec::new()) }, now))
    };
    let (entity, checked) =
        check(&request.entity).map_err(|found| bare(State::Invalid, "The entity cannot be read", found))?;
    if !annotation::is_annotated(&entity) {
        return Err(bare(State::NotAnnotated, "No Vertex AI annotations", checked.into_findings()));
    }
    let target = checked.target(request.entity.environment.as_deref()).cloned();
    let findings = checked.into_findings();
    match target {
        Some(target) => Ok(status::status(target, findings, &request.proxy_url)),
        None => Err(bare(State::Invalid, "The Vertex AI annotations are wrong", findings)),
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
