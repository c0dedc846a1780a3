//! Validation of one entity's annotations.

use super::request::request;
use super::source::{EntityRequest, EntitySource, Source};
use crate::annotation::form::{self, Group, Held, group};
use crate::annotation::{self, Checked, Deployment, KEYS, Key, PREFIX};
use crate::diagnostic::Diagnostic;
use crate::entity::Entity;
use crate::name::ModelVersion;
use crate::rule::{Settings, Waived};
use crate::target::Target;
use serde::Serialize;
use ts_rs::TS;

request! {
    /// An entity to validate.
    pub struct ValidateRequest<S: Source = EntitySource> {
        ..entity: EntityRequest<S>,
        /// Whether an entity without annotations misses the required ones. By default it has no findings.
        #[ts(as = "Option<bool>", optional)]
        required: bool,
        /// Whether only the deployment of the environment is validated, or the plain one where none is requested. It is an error that the
        /// entity has no such deployment.
        #[ts(as = "Option<bool>", optional)]
        for_deployment: bool,
        /// Replaces the version of the `-model` annotation in the report's `deployments`.
        model_version: Option<String>,
    }
}

/// One annotation of this product, for forms.
#[derive(Clone, Debug, Serialize, TS)]
#[ts(rename = "AnnotationKey")]
pub struct Annotation {
    pub key: String,
    /// The label of its input.
    pub title: &'static str,
    /// Whether every deployment needs it.
    pub required: bool,
    /// Whether a value may have several lines.
    pub lines: bool,
    pub example: &'static str,
    pub meaning: &'static str,
    /// The group of its input.
    pub group: Group,
    /// Whether a form shows its input at once; it folds the others of the group.
    pub common: bool,
}

/// One of the deployments that the annotations of an entity describe.
#[derive(Clone, Debug, Serialize, TS)]
#[ts(optional_fields)]
pub struct DeploymentChoice {
    /// Absent for the plain annotations.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub environment: Option<String>,
    /// Absent where it has errors.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub target: Option<Target>,
    /// The target in one line.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub summary: Option<String>,
}

/// Findings in one entity, and the target that its annotations describe.
#[derive(Clone, Debug, Serialize, TS)]
#[ts(optional_fields)]
pub struct ValidateReport {
    /// Whether no finding is an error.
    pub valid: bool,
    /// Target of the requested environment; absent when that environment has errors.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub target: Option<Target>,
    /// What the entity deploys: the plain annotations first where they name a deployment, then its environments in the order of the text.
    pub deployments: Vec<DeploymentChoice>,
    /// Findings of the requested environment, or of all where none is requested, in the order of the text.
    pub diagnostics: Vec<Diagnostic>,
    /// Rules that the entity itself waives, with its reasons.
    pub waived: Vec<Waived>,
}

/// Returns all annotations, in the order of the reference. A form has them before the core has loaded (`docs/size.md`).
pub fn annotations() -> Vec<Annotation> {
    let annotation = |key: &Key| Annotation {
        key: format!("{PREFIX}{}", key.name()),
        title: key.title(),
        required: key.is_required(),
        example: key.example(),
        meaning: key.meaning(),
        group: group(*key),
        common: form::is_common(*key),
        lines: key.has_lines(),
    };
    KEYS.iter().map(annotation).collect()
}

/// Returns the values that the input of an annotation offers, by what its form holds. Other values can be right too.
pub fn choices(key: &str, held: Held<'_>) -> Vec<String> {
    let key = key.strip_prefix(PREFIX).and_then(Key::parse);
    key.map(|key| form::choices(key, held)).unwrap_or_default()
}

/// Reads and checks an entity. Mistakes in the settings come before all other findings of an unreadable entity.
pub(super) fn check<S: Source>(request: &EntityRequest<S>) -> Result<(Entity, Checked), Vec<Diagnostic>> {
    check_by(request, annotation::check)
}

fn check_by<S: Source>(
    request: &EntityRequest<S>,
    check: fn(&Entity, &Settings, Option<&str>) -> Checked,
) -> Result<(Entity, Checked), Vec<Diagnostic>> {
    let (settings, wrong) = Settings::read(&request.rules, None);
    match request.source.entity() {
        Ok(entity) => {
            let mut checked = check(&entity, &settings, request.environment.as_deref());
            checked.findings.extend(wrong);
            Ok((entity, checked))
        }
        Err(found) => Err(wrong.into_iter().chain(found).collect()),
    }
}

/// Reads and checks the annotations of one entity.
pub fn validate<S: Source>(request: &ValidateRequest<S>) -> ValidateReport {
    let check = if request.required { annotation::check_required } else { annotation::check };
    match check_by(&request.entity, check) {
        Ok((_, checked)) => {
            let version: Option<ModelVersion> = request.model_version.as_ref().and_then(|text| text.parse().ok());
            let choice = |d: &Deployment| {
                let mut target = d.target.clone();
                if let (Some(target), Some(version)) = (&mut target, &version) {
                    target.model.version = Some(version.clone());
                }
                let summary = target.as_ref().map(Target::summary);
                DeploymentChoice { environment: d.environment.clone(), target, summary }
            };
            let deployments = checked.deployments.iter().map(choice).collect();
            let environment = request.entity.environment.as_deref();
            let (target, diagnostics, waived) = match request.for_deployment {
                true => checked.into_deployment(environment),
                false => checked.into_report(environment),
            };
            let valid = !diagnostics.iter().any(Diagnostic::is_error);
            ValidateReport { valid, target, deployments, diagnostics, waived }
        }
        Err(diagnostics) => {
            ValidateReport { valid: false, target: None, deployments: Vec::new(), diagnostics, waived: Vec::new() }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::api::request::Request as _;
    use serde_json::json;

    #[test]
    fn a_choice_is_summed_up_in_one_line_with_the_version_of_the_request() {
        let summary = |version: Option<&str>| {
            let request = json!({"modelVersion": version, "source": {"entity": {
                "apiVersion": "backstage.io/v1alpha1", "kind": "Component", "metadata": {"name": "fraud", "annotations": {
                    "google.com/vertex-ai-project": "acme-ml", "google.com/vertex-ai-location": "us-central1",
                    "google.com/vertex-ai-endpoint": "fraud", "google.com/vertex-ai-model": "fraud@3",
                    "google.com/vertex-ai-machine-type": "g2-standard-4", "google.com/vertex-ai-accelerator": "NVIDIA_L4:1",
                    "google.com/vertex-ai-replicas": "1-3", "google.com/vertex-ai-traffic": "20",
                }}, "spec": {"type": "ml-model", "lifecycle": "production", "owner": "ml-team"},
            }}});
            let request: ValidateRequest<EntitySource> = ValidateRequest::read(request).unwrap();
            validate(&request).deployments.remove(0).summary.unwrap()
        };
        let rest =
            "to fraud in us-central1, on g2-standard-4, with 1 × NVIDIA_L4, 1 to 3 replicas, 20 % of the traffic";
        assert_eq!(summary(None), format!("fraud@3 {rest}"));
        assert_eq!(summary(Some("champion")), format!("fraud@champion {rest}"));
    }
}
