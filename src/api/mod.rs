//! The facade: plain requests in, plain reports out. Wasm, tests and tools call this and nothing below it.
//!
//! Shapes: `pkg-js/core/src/index.d.ts` and `server.d.ts`.

#[cfg(feature = "server")]
pub mod access;
#[cfg(feature = "server")]
pub mod deployment;
#[cfg(feature = "server")]
pub mod iam;
pub mod request;

use crate::annotation::{self, Checked, KEYS, Key, PREFIX};
use crate::conversation::{Conversation, Millis};
#[cfg(not(feature = "server"))]
use crate::diagnostic::Code;
use crate::diagnostic::Diagnostic;
use crate::entity::Entity;
use crate::rule::{Settings, Waived};
use crate::status::{self, State, StatusReport};
use crate::target::Target;
use request::{EntityRequest, EntitySource, StatusRequest};
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
            let (target, diagnostics, waived) = checked.into_report(request.environment.as_deref());
            ValidateReport { valid: !diagnostics.iter().any(Diagnostic::is_error), target, diagnostics, waived }
        }
        Err(diagnostics) => ValidateReport { valid: false, target: None, diagnostics, waived: Vec::new() },
    }
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
    let (target, findings, _) = checked.into_report(request.entity.environment.as_deref());
    match target {
        Some(target) => Ok(status::status(target, findings, &request.proxy_url)),
        None => Err(bare(State::Invalid, without_target(&findings), findings)),
    }
}

/// Why annotations describe nothing to deploy.
fn without_target(findings: &[Diagnostic]) -> &'static str {
    match findings.iter().any(Diagnostic::is_error) {
        true => "The Vertex AI annotations are wrong",
        false => "The Vertex AI annotations are for environments only",
    }
}
