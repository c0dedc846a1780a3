//! The plan of a stored deployment in outline, and the pages of Google's console about it.

use super::deployment::DeploymentRequest;
use super::deployment::make_plan;
use super::request::Request as _;
use crate::method::{Call, percent_encode};
use crate::name::{Model, Project};
use crate::plan::{self, StepKind};
use serde::Serialize;
use serde_json::{Map, Value};
use ts_rs::TS;

/// A deployment's plan in outline: no bodies, which may hold values of environment variables.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, TS)]
#[ts(rename = "DeploymentOutline", optional_fields)]
#[serde(rename_all = "camelCase")]
pub struct Outline {
    /// One line; empty where this version of the core cannot plan the request.
    pub summary: String,
    pub steps: Vec<OutlineStep>,
    pub links: Vec<ConsoleLink>,
    /// The note in Google's audit log.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
}

/// One step of a plan, with the names of its methods in audit logs.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, TS)]
#[ts(optional_fields)]
pub struct OutlineStep {
    pub title: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub call: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub undo: Option<&'static str>,
}

/// A page of Google's console.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, TS)]
pub struct ConsoleLink {
    #[ts(type = "'model' | 'audit-log'")]
    pub about: &'static str,
    pub url: String,
}

/// Outlines a deployment, `{request, mandate?, createdAt, state, model?}`, where `request` is stored.
pub fn outline(deployment: &Value) -> Outline {
    let mut fields = deployment["request"].as_object().cloned().unwrap_or_default();
    let text = |value: Option<Value>| value.as_ref().and_then(Value::as_str).map(str::to_owned);
    let reason = text(fields.remove("reason"));
    let plan = planned(fields);
    let mut outline = Outline { reason, ..Outline::default() };
    let Some(plan) = plan else { return outline };
    outline.summary = plan::summary(&plan);
    let name = |call: &Option<Call>| call.as_ref().map(|call| call.method.audit_name);
    let steps = plan.steps.iter();
    let steps = steps.map(|it| OutlineStep { title: it.title.clone(), call: name(&it.call), undo: name(&it.undo) });
    outline.steps = steps.collect();
    // A run that did not succeed has removed what it uploaded.
    let uploads = plan.step(StepKind::Model).is_some_and(|step| step.call.is_some());
    let model = deployment["model"].as_str().filter(|_| !uploads || deployment["state"] == "succeeded");
    let model = model.and_then(|name| name.parse::<Model>().ok()).map(|model| model_url(&model));
    let log = deployment["mandate"].as_str().map(|mandate| {
        audit_log_url(
            &plan.target.endpoint.place.project,
            mandate,
            deployment["createdAt"].as_str().unwrap_or_default(),
        )
    });
    let links = [("model", model), ("audit-log", log)];
    outline.links = links.into_iter().filter_map(|(about, url)| Some(ConsoleLink { about, url: url? })).collect();
    outline
}

fn planned(mut fields: Map<String, Value>) -> Option<plan::Plan> {
    for of_run in ["runId", "portal"] {
        fields.remove(of_run);
    }
    make_plan(&DeploymentRequest::read(Value::Object(fields)).ok()?).0
}

/// The model's page, of the version where it has a number.
fn model_url(model: &Model) -> String {
    let Model { place, id, version } = model;
    let number = version.as_ref().map(|version| version.as_str());
    let number = number.filter(|version| version.bytes().all(|byte| byte.is_ascii_digit()));
    let version = number.map_or_else(String::new, |number| format!("/versions/{number}"));
    format!(
        "https://console.cloud.google.com/vertex-ai/models/locations/{}/models/{id}{version}?project={}",
        place.location, place.project
    )
}

/// The changes under a mandate in the Logs Explorer. The mandate stands early in the request reason, where its length limit does not
/// reach it.
/// Source: https://cloud.google.com/logging/docs/view/building-queries#audit-logging-queries, read 2026-11-27.
fn audit_log_url(project: &Project, mandate: &str, since: &str) -> String {
    let query = format!(
        "log_id(\"cloudaudit.googleapis.com/activity\")\n\
         protoPayload.requestMetadata.requestAttributes.reason:\"mandate={mandate}\"\n\
         timestamp>=\"{since}\""
    );
    let mut url = "https://console.cloud.google.com/logs/query;query=".to_owned();
    percent_encode(&query, &mut url);
    url + "?project=" + project.as_str()
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn stored(changes: &[(&str, Value)]) -> Value {
        let mut deployment = json!({
            "request": {
                "source": {"entity": {
                    "apiVersion": "backstage.io/v1alpha1", "kind": "Component", "metadata": {"name": "fraud", "annotations": {
                        "google.com/vertex-ai-project": "acme-ml", "google.com/vertex-ai-location": "us-central1",
                        "google.com/vertex-ai-endpoint": "fraud", "google.com/vertex-ai-model": "fraud@3",
                        "google.com/vertex-ai-image": "us-central1-docker.pkg.dev/acme-ml/serving/fraud:3",
                    }}, "spec": {"type": "ml-model", "lifecycle": "production", "owner": "ml-team"},
                }},
                "kind": "deploy", "runId": "run-1", "reason": "deployment run-1",
            },
            "createdAt": "2026-11-27T10:00:00.000Z", "state": "succeeded", "mandate": "m-1",
            "model": "projects/acme-ml/locations/us-central1/models/fraud@3",
        });
        for (name, value) in changes {
            deployment[*name] = value.clone();
        }
        deployment
    }

    fn abouts(outline: &Outline) -> Vec<&'static str> {
        outline.links.iter().map(|link| link.about).collect()
    }

    #[test]
    fn steps_name_their_methods_and_no_body() {
        let outline = outline(&stored(&[]));
        assert_eq!(outline.reason.as_deref(), Some("deployment run-1"));
        assert!(outline.summary.starts_with("deploys `fraud@3`"), "{}", outline.summary);
        let deploy = outline.steps.iter().find(|step| step.call.is_some_and(|call| call.ends_with("DeployModel")));
        assert!(deploy.unwrap().undo.unwrap().ends_with("UndeployModel"));
        assert!(!serde_json::to_string(&outline.steps).unwrap().contains("docker"));
    }

    #[test]
    fn links_lead_to_the_model_and_to_the_entries_of_the_audit_log() {
        let outline = outline(&stored(&[]));
        assert_eq!(abouts(&outline), ["model", "audit-log"]);
        let urls: Vec<_> = outline.links.iter().map(|link| link.url.as_str()).collect();
        let model = "/vertex-ai/models/locations/us-central1/models/fraud/versions/3?project=acme-ml";
        assert!(urls[0].ends_with(model), "{}", urls[0]);
        assert!(urls[1].contains("requestAttributes.reason%3A%22mandate%3Dm-1%22%0Atimestamp%3E%3D%222026-11-27T10"));
        assert!(urls[1].ends_with("?project=acme-ml"), "{}", urls[1]);
    }

    #[test]
    fn what_may_not_exist_has_no_link() {
        let mut upload = stored(&[("mandate", Value::Null)]);
        upload["model"] = json!("projects/acme-ml/locations/us-central1/models/fraud@1");
        upload["request"]["source"]["entity"]["metadata"]["annotations"]["google.com/vertex-ai-model"] = json!("fraud");
        assert_eq!(abouts(&outline(&upload)), ["model"]);
        upload["state"] = json!("failed");
        assert_eq!(abouts(&outline(&upload)), Vec::<&str>::new());
        let alias = "projects/acme-ml/locations/us-central1/models/fraud@champion";
        let outline = outline(&stored(&[("model", json!(alias))]));
        assert!(outline.links[0].url.contains("/models/fraud?project"), "{}", outline.links[0].url);
    }

    #[test]
    fn a_request_of_another_version_of_the_core_keeps_its_reason() {
        let request = json!({"kind": "paint", "reason": "deployment run-1"});
        let outline = outline(&stored(&[("request", request)]));
        assert_eq!((outline.reason.as_deref(), outline.steps), (Some("deployment run-1"), Vec::new()));
    }
}
