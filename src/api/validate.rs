//! Validation of one entity's annotations.

use super::request::{EntityRequest, Source};
use crate::annotation::{self, Checked, KEYS, Key, PREFIX};
use crate::diagnostic::Diagnostic;
use crate::entity::Entity;
use crate::rule::{Settings, Waived};
use crate::target::Target;
use serde::Serialize;

/// One annotation of this product, for forms: key, an example of its value, meaning.
#[derive(Clone, Debug, Serialize)]
pub struct Annotation {
    pub key: String,
    pub example: &'static str,
    pub meaning: &'static str,
}

/// Findings in one entity, and the target that its annotations describe.
#[derive(Clone, Debug, Serialize)]
pub struct ValidateReport {
    /// Whether no finding is an error.
    pub valid: bool,
    /// Target of the requested environment; absent when that environment has errors.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub target: Option<Target>,
    /// Findings of all environments, in the order of the text.
    pub diagnostics: Vec<Diagnostic>,
    /// Rules that the entity itself waives, with its reasons.
    pub waived: Vec<Waived>,
}

/// Returns all annotations, in the order of the reference.
pub fn annotations() -> Vec<Annotation> {
    let annotation = |key: &Key| Annotation {
        key: format!("{PREFIX}{}", key.name()),
        example: key.example(),
        meaning: key.meaning(),
    };
    KEYS.iter().map(annotation).collect()
}

/// Reads and checks an entity. Mistakes in the settings come before all other findings of an unreadable entity.
pub(super) fn check<S: Source>(request: &EntityRequest<S>) -> Result<(Entity, Checked), Vec<Diagnostic>> {
    let (settings, wrong) = Settings::read(&request.rules, None);
    match request.source.entity() {
        Ok(entity) => {
            let mut checked = annotation::check(&entity, &settings, request.environment.as_deref());
            checked.findings.extend(wrong);
            Ok((entity, checked))
        }
        Err(found) => Err(wrong.into_iter().chain(found).collect()),
    }
}

/// Reads and checks the annotations of one entity.
pub fn validate<S: Source>(request: &EntityRequest<S>) -> ValidateReport {
    match check(request) {
        Ok((_, checked)) => {
            let (target, diagnostics, waived) = checked.into_report(request.environment.as_deref());
            ValidateReport { valid: !diagnostics.iter().any(Diagnostic::is_error), target, diagnostics, waived }
        }
        Err(diagnostics) => ValidateReport { valid: false, target: None, diagnostics, waived: Vec::new() },
    }
}
