//! Runs that take their version from a former deployment: roll back, promote.
//!
//! A rollback has the annotations of the former deployment: those that its request stored, as the backend plugin keeps it. A promotion has
//! the entity's present annotations. Both name the number of the version that the former deployment reached.

use super::change::RunKind;
use super::deployment::DeploymentRequest;
use super::deployment::{PlanReport, plan as plan_of};
use super::request::Request as _;
use crate::diagnostic::{Code, Diagnostic, Words};
use crate::name::Model;
use crate::plan::Plan;
use crate::vertex::message::object;
use serde::Serialize;
use serde_json::Value;
use ts_rs::TS;

/// The former deployment that a request to start one names.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, TS)]
#[ts(rename = "FormerDeployment", optional_fields)]
#[serde(rename_all = "camelCase")]
pub struct Wanted {
    /// Its id. Without one, it is the last of the environment that succeeded.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub id: Option<String>,
    /// Absent for the plain annotations.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub environment: Option<String>,
}

/// A planned request that takes its version from a former deployment.
#[derive(Clone, Debug, Serialize, TS)]
#[ts(rename = "FollowingPlan")]
pub struct Following {
    /// The request with the values of the former deployment.
    #[ts(type = "DeploymentRequest")]
    pub request: Value,
    pub report: PlanReport,
}

/// The kinds of runs that deploy a version.
pub const DEPLOYING: [&str; 3] = ["deploy", "rollback", "promote"];

/// Plans a request that takes its version from a former deployment of an entity. `former` is that deployment as the backend plugin stores it: `{id, kind,
/// entityRef, environment, state, life, request}`, or null where there is none.
pub fn plan_following(request: &Value, entity_ref: &str, former: &Value) -> Following {
    let mut request = request.clone();
    let report =
        following(&mut request, entity_ref, former).unwrap_or_else(|finding| PlanReport::refused(vec![finding]));
    Following { request, report }
}

fn impossible(message: impl Into<Words>, help: &'static str) -> Diagnostic {
    Diagnostic::new(Code::DeployImpossible, message).help(help)
}

fn following(request: &mut Value, entity_ref: &str, former: &Value) -> Result<PlanReport, Diagnostic> {
    let rolls_back = request["kind"] == RunKind::Rollback.name();
    let model: Option<Model> = former["life"]["model"].as_str().and_then(|name| name.parse().ok());
    let version = model.as_ref().and_then(|model| model.version.as_ref()).map(ToString::to_string);
    let (Some(model), Some(version)) = (model, version.filter(|_| deployed(former))) else {
        return Err(match rolls_back {
            true => impossible(
                "the history of the entity has no such deployment that succeeded",
                "name a former deployment of the kind `deploy`, `rollback` or `promote` that succeeded",
            ),
            false => impossible(
                format!("no deployment of the entity has succeeded {}", environment(&request["from"])),
                "deploy the model there first",
            ),
        });
    };
    if former["entityRef"] != entity_ref {
        return Err(impossible("the deployment is of another entity", "name a deployment of this entity"));
    }
    request["modelVersion"] = version.into();
    if rolls_back {
        if !request["environment"].is_null() && request["environment"] != former["environment"] {
            let other = environment(&former["environment"]);
            return Err(impossible(
                format!("the deployment is of another environment: it was {other}"),
                "leave `environment` out, or name a deployment of that environment",
            ));
        }
        request["environment"] = former["environment"].clone();
        request["source"] = former["request"]["source"].clone();
    }
    let report = plan_of(&DeploymentRequest::read(request.clone())?);
    let target = report.plan.as_ref().map(|plan| &plan.target);
    if let Some(target) = target.filter(|_| !rolls_back)
        && (&target.model.place, &target.model.id) != (&model.place, &model.id)
    {
        let whole = |model: &Model| Model { version: None, ..model.clone() }.to_string();
        return Err(impossible(
            format!(
                "a version cannot be promoted to another model: {} it is of `{}`, and the annotations {} name `{}`",
                environment(&request["from"]),
                whole(&model),
                environment(&request["environment"]),
                whole(&target.model)
            ),
            "copy the version to the other model and deploy it there, or let the annotations of both environments name one model",
        ));
    }
    Ok(report)
}

/// Whether a deployment has deployed its version.
fn deployed(former: &Value) -> bool {
    let kind = former["kind"].as_str().unwrap_or_default();
    former["state"] == "succeeded" && DEPLOYING.contains(&kind)
}

/// `in `staging``, or `with the plain annotations`
fn environment(name: &Value) -> String {
    name.as_str().map_or_else(|| "with the plain annotations".to_owned(), |name| format!("in `{name}`"))
}

/// The removal of an entity's previous deployed models, as it is scheduled.
#[derive(Clone, Debug, PartialEq, Serialize, TS)]
#[ts(rename = "ScheduledRemoval")]
pub struct Removal {
    /// Minutes after the end of the deployment that it follows.
    pub minutes: u32,
    #[ts(type = "DeploymentRequest")]
    pub request: Value,
    pub plan: Plan,
}

/// Number of previous deployed models that one run removes: more than Google lets an endpoint have.
const MOST_PREVIOUS: usize = 50;

/// Returns the removal that follows a planned deployment, where its request asks for one and the history has previous deployed models.
///
/// `lives` are those of the entity's former deployments in the environment, which succeeded. Nothing else is removed: what others have
/// deployed is in no history of this portal.
pub fn removal(request: &Value, plan: &Value, lives: &[Value]) -> Option<Removal> {
    let minutes = u32::try_from(request["removePreviousAfterMinutes"].as_u64()?).ok()?;
    let mut ids: Vec<&str> = Vec::new();
    for life in lives.iter().filter(|life| life["endpoint"] == plan["endpoint"]) {
        let id = life["deployedModelId"].as_str().filter(|id| plan["deployedModelId"] != *id && !ids.contains(id));
        ids.extend(id);
    }
    ids.truncate(MOST_PREVIOUS);
    let request = undeploying(request, ids)?;
    let planned = plan_of(&DeploymentRequest::read(request.clone()).ok()?).plan?;
    Some(Removal { minutes, request, plan: planned })
}

/// Returns the request of a scheduled removal once the deployment that it follows has succeeded: without what that one has deployed.
/// `None` where nothing is left to remove.
pub fn removal_due(request: &Value, life: &Value) -> Option<Value> {
    let ids = request["idleModels"].as_array()?.iter().filter_map(Value::as_str);
    undeploying(request, ids.filter(|id| life["deployedModelId"] != *id).collect())
}

/// The request that removes deployed models without traffic, of the same entity and environment as another request.
fn undeploying(request: &Value, ids: Vec<&str>) -> Option<Value> {
    if ids.is_empty() {
        return None;
    }
    let kept = ["source", "environment", "rules", "runId", "portal", "reason"];
    let kept = kept.iter().filter(|name| !request[**name].is_null());
    let fields = kept.fold(object(), |fields, name| fields.with(name, request[*name].clone()));
    Some(fields.with("kind", RunKind::Undeploy.name()).with("idleModels", ids).into())
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    const REF: &str = "component:default/fraud-detector";

    fn entity(machine: &str, production_model: &str) -> Value {
        json!({
            "apiVersion": "backstage.io/v1alpha1", "kind": "Component",
            "metadata": {"name": "fraud-detector", "annotations": {
                "google.com/vertex-ai-project": "acme-ml",
                "google.com/vertex-ai-location": "us-central1",
                "google.com/vertex-ai-endpoint": "fraud-detector",
                "google.com/vertex-ai-model": "fraud-detector",
                "google.com/vertex-ai-image": "us-central1-docker.pkg.dev/acme-ml/serving/fraud:4",
                "google.com/vertex-ai-machine-type": machine,
                "google.com/vertex-ai-traffic": "20",
                "google.com/vertex-ai-endpoint.production": "fraud-production",
                "google.com/vertex-ai-model.production": production_model,
            }},
            "spec": {"type": "service", "lifecycle": "production", "owner": "ml-team"},
        })
    }

    fn former() -> Value {
        json!({
            "id": "f-1", "kind": "deploy", "entityRef": REF, "environment": null,
            "state": "succeeded",
            "life": {"model": "projects/acme-ml/locations/us-central1/models/fraud-detector@3"},
            "request": {"source": {"entity": entity("n1-standard-4", "fraud-detector")}, "runId": "f-1"},
        })
    }

    fn rolling_back() -> Value {
        let source = json!({"entity": entity("g2-standard-8", "fraud-detector")});
        json!({"source": source, "kind": "rollback", "deployment": "f-1"})
    }

    fn promoting(model: &str) -> Value {
        let source = json!({"entity": entity("n1-standard-4", model)});
        json!({"source": source, "kind": "promote", "environment": "production"})
    }

    fn changed(mut value: Value, path: &str, to: Value) -> Value {
        *value.pointer_mut(path).unwrap() = to;
        value
    }

    #[test]
    fn a_rollback_has_the_annotations_and_the_version_of_before_and_all_traffic() {
        let Following { request, report } = plan_following(&rolling_back(), REF, &former());
        let plan = report.plan.unwrap();
        assert_eq!((plan.target.model.short(), plan.kind.name()), ("fraud-detector@3".to_owned(), "rollback"));
        assert_eq!(plan.target.machine_type.as_ref().unwrap().as_str(), "n1-standard-4");
        assert_eq!((plan.target.traffic, plan.kind.former()), (None, Some("f-1")));
        // It deploys what the former deployment did, and uploads nothing.
        let again = DeploymentRequest::read(json!({"source": request["source"], "modelVersion": "3"})).unwrap();
        assert_eq!(crate::api::deployment::plan(&again).plan.unwrap().deployed_model_id, plan.deployed_model_id);
        assert!(plan.deployed_model_id.is_some() && plan.new_version().is_none());
        // The door plans the stored request again.
        let stored = plan_following(&request, REF, &former());
        assert_eq!(stored.report.fingerprint, report.fingerprint);
    }

    #[test]
    fn a_promotion_has_the_present_annotations_and_the_version_of_the_other_environment() {
        let Following { report, .. } = plan_following(&promoting("fraud-detector"), REF, &former());
        let plan = report.plan.unwrap();
        assert_eq!((plan.target.model.short(), plan.kind.name()), ("fraud-detector@3".to_owned(), "promote"));
        assert_eq!(plan.target.endpoint.id.as_str(), "fraud-production");
        assert!(plan.target.traffic.is_some() && plan.new_version().is_none());
    }

    #[test]
    fn a_version_of_another_model_is_not_promoted() {
        let Following { report, .. } = plan_following(&promoting("another-model"), REF, &former());
        let message = report.diagnostics[0].message.to_string();
        for part in ["models/fraud-detector`", "models/another-model`", "in `production`", "plain annotations"] {
            assert!(message.contains(part), "{message}");
        }
        assert!(report.plan.is_none());
    }

    #[test]
    fn previous_models_of_the_same_endpoint_are_removed_and_no_others() {
        let request = json!({
            "source": {"entity": entity("n1-standard-4", "fraud-detector")}, "kind": "deploy", "modelVersion": "3",
            "removePreviousAfterMinutes": 10,
        });
        let plan = plan_of(&DeploymentRequest::read(request.clone()).unwrap()).plan.unwrap();
        let own = plan.deployed_model_id.as_ref().unwrap().to_string();
        let plan = serde_json::to_value(&plan).unwrap();
        let life = |endpoint: &str, id: &str| {
            let endpoint = format!("projects/acme-ml/locations/us-central1/endpoints/{endpoint}");
            json!({"endpoint": endpoint, "deployedModelId": id})
        };
        let here = "fraud-detector";
        let lives = [life(here, "7"), life("other", "8"), life(here, &own), life(here, "7"), life(here, "9")];
        let Removal { minutes, request: removing, plan: planned } = removal(&request, &plan, &lives).unwrap();
        let planned = serde_json::to_value(&planned).unwrap();
        assert_eq!((minutes, &removing["idleModels"]), (10, &json!(["7", "9"])));
        assert_eq!((&planned["kind"], &planned["endpoint"]), (&json!("undeploy"), &plan["endpoint"]));
        // Traffic is never taken: the plan has one call.
        assert_eq!(planned["steps"].as_array().unwrap().len(), 1);
        assert_eq!(removal(&request, &plan, &lives[1..3]), None);
        let without = changed(request, "/removePreviousAfterMinutes", Value::Null);
        assert_eq!(removal(&without, &plan, &lives), None);
        // What the deployment has reached by an alias is known at its end only.
        assert_eq!(removal_due(&removing, &life(here, "7")).unwrap()["idleModels"], json!(["9"]));
        assert_eq!(removal_due(&changed(removing, "/idleModels", json!(["7"])), &life(here, "7")), None);
    }

    #[test]
    fn what_never_served_or_is_not_the_entitys_is_refused() {
        let environment = changed(former(), "/environment", json!("staging"));
        for (request, former, named) in [
            (rolling_back(), Value::Null, "no such deployment"),
            (rolling_back(), changed(former(), "/state", json!("failed")), "no such deployment"),
            (rolling_back(), changed(former(), "/kind", json!("scale")), "no such deployment"),
            (rolling_back(), changed(former(), "/life", json!({})), "no such deployment"),
            (rolling_back(), changed(former(), "/entityRef", json!("component:default/other")), "another entity"),
            (promoting("fraud-detector"), Value::Null, "no deployment of the entity has succeeded with the plain"),
        ] {
            let Following { report, .. } = plan_following(&request, REF, &former);
            assert_eq!(report.diagnostics[0].code, Code::DeployImpossible);
            assert!(report.diagnostics[0].message.contains(named), "{:?}", report.diagnostics);
            assert!(report.plan.is_none());
        }
        let mut request = rolling_back();
        request["environment"] = json!("production");
        let Following { report, .. } = plan_following(&request, REF, &environment);
        assert!(report.diagnostics[0].message.contains("another environment: it was in `staging`"));
    }
}
