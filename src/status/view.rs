//! Google's `Endpoint` and its operations, read into a [`StatusReport`].

use crate::diagnostic::{Code, Diagnostic, Severity};
use crate::google_error::GoogleError;
use crate::target::Target;
use crate::vertex::stage::{Stage, is_deployment};
use crate::vertex::traffic::Traffic;
use serde::Serialize;
use serde_json::Value;
use std::cmp::Reverse;
use ts_rs::TS;

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, TS)]
#[ts(rename = "StatusState")]
#[serde(rename_all = "kebab-case")]
pub enum State {
    Serving,
    Deploying,
    Failed,
    /// The last deployment was cancelled, and nothing serves.
    Cancelled,
    Idle,
    Absent,
    NotAnnotated,
    Invalid,
    Unavailable,
}

#[derive(Clone, Debug, PartialEq, Serialize, TS)]
#[ts(optional_fields)]
#[serde(rename_all = "camelCase")]
pub struct EndpointView {
    pub name: String,
    pub display_name: String,
    pub location: String,
    /// Absent where the endpoint is not known to exist.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub console_url: Option<String>,
}

#[derive(Clone, Debug, Default, PartialEq, Serialize, TS)]
#[ts(optional_fields)]
pub struct ReplicasView {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub available: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub min: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub max: Option<u64>,
}

#[derive(Clone, Debug, PartialEq, Serialize, TS)]
#[ts(optional_fields)]
#[serde(rename_all = "camelCase")]
pub struct DeployedModelView {
    pub id: String,
    pub display_name: String,
    pub model: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub version: Option<String>,
    /// Percent.
    pub traffic: u64,
    /// Whether it costs money and serves nothing. Unknown, and so `false`, while a deployment runs.
    pub idle: bool,
    pub replicas: ReplicasView,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub machine_type: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub accelerator: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub create_time: Option<String>,
    /// Kinds of runs that can change it now.
    #[ts(type = "RunKind[]")]
    pub changes: Vec<&'static str>,
}

#[derive(Clone, Debug, PartialEq, Serialize, TS)]
#[ts(optional_fields)]
#[serde(rename_all = "camelCase")]
pub struct OperationView {
    pub name: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub stage: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub stage_index: Option<usize>,
    pub stage_count: usize,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub start_time: Option<String>,
}

/// The status of an endpoint, as the card shows it.
#[derive(Clone, Debug, PartialEq, Serialize, TS)]
#[ts(optional_fields)]
#[serde(rename_all = "camelCase")]
pub struct StatusReport {
    pub state: State,
    /// One short sentence, e.g. `Serving version 3`.
    pub headline: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub target: Option<Target>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub endpoint: Option<EndpointView>,
    pub deployed_models: Vec<DeployedModelView>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub operation: Option<OperationView>,
    /// Findings of `validate` in the entity.
    pub findings: Vec<Diagnostic>,
    /// RFC 3339: time of Google's answer.
    pub observed_at: String,
    /// RFC 3339: time from which the report is shown as stale.
    pub stale_at: String,
    /// Milliseconds until the next request makes sense.
    pub refresh_after: u64,
    pub diagnostics: Vec<Diagnostic>,
}

impl StatusReport {
    /// A report with its state only.
    pub fn bare(state: State, headline: impl Into<String>, diagnostics: Vec<Diagnostic>) -> Self {
        Self {
            state,
            headline: headline.into(),
            target: None,
            endpoint: None,
            deployed_models: Vec::new(),
            operation: None,
            findings: Vec::new(),
            observed_at: String::new(),
            stale_at: String::new(),
            refresh_after: 0,
            diagnostics,
        }
    }
}

/// The report if Google or the portal did not answer.
pub fn unavailable(target: &Target, finding: Diagnostic) -> StatusReport {
    StatusReport {
        endpoint: Some(endpoint_view(target, None)),
        ..StatusReport::bare(State::Unavailable, "The status is not available", vec![finding])
    }
}

fn endpoint_view(target: &Target, endpoint: Option<&Value>) -> EndpointView {
    let id = target.endpoint.id.as_str();
    EndpointView {
        name: target.endpoint.to_string(),
        display_name: endpoint.and_then(|e| e["displayName"].as_str()).unwrap_or(id).to_owned(),
        location: target.endpoint.place.location.to_string(),
        console_url: endpoint.map(|_| target.console_url()),
    }
}

fn owned(value: &Value) -> Option<String> {
    value.as_str().map(str::to_owned)
}

fn deployed_model(model: &Value, traffic: &Value) -> DeployedModelView {
    let id = owned(&model["id"]).unwrap_or_default();
    let name = model["model"].as_str().unwrap_or_default();
    let resources = ["dedicatedResources", "automaticResources"].iter().map(|key| &model[key]).find(|r| r.is_object());
    let resources = resources.unwrap_or(&Value::Null);
    let machine = &resources["machineSpec"];
    let min = resources["minReplicaCount"].as_u64();
    let share = traffic[&id].as_u64().unwrap_or(0);
    DeployedModelView {
        display_name: owned(&model["displayName"]).unwrap_or_else(|| id.clone()),
        model: name.split('@').next().unwrap_or(name).to_owned(),
        version: owned(&model["modelVersionId"]).or_else(|| name.split_once('@').map(|(_, v)| v.to_owned())),
        traffic: share,
        idle: false,
        changes: changes(share, model["dedicatedResources"].is_object()),
        replicas: ReplicasView {
            available: model["status"]["availableReplicaCount"].as_u64(),
            min,
            max: resources["maxReplicaCount"].as_u64().or(min),
        },
        machine_type: owned(&machine["machineType"]),
        accelerator: machine["acceleratorType"].as_str().map(|kind| match machine["acceleratorCount"].as_u64() {
            Some(count) => format!("{count} × {kind}"),
            None => kind.to_owned(),
        }),
        create_time: owned(&model["createTime"]),
        id,
    }
}

/// The kinds of runs that can change a deployed model. The only one with traffic keeps all of it: it can share with nobody.
/// Google changes the replicas of dedicated resources only. Source: `endpoints.mutateDeployedModel`, field `updateMask`, in
/// https://cloud.google.com/vertex-ai/docs/reference/rest/v1/projects.locations.endpoints/mutateDeployedModel, read 2026-11-27.
fn changes(share: u64, is_dedicated: bool) -> Vec<&'static str> {
    let kinds = [("traffic", share < u64::from(Traffic::ALL.percent())), ("scale", is_dedicated), ("undeploy", true)];
    kinds.into_iter().filter_map(|(kind, can)| can.then_some(kind)).collect()
}

fn operation_view(operation: &Value) -> OperationView {
    let stage = operation["metadata"]["deploymentStage"].as_str();
    OperationView {
        name: owned(&operation["name"]).unwrap_or_default(),
        stage: stage.map(|name| Stage::parse(name).map_or_else(|| name.to_owned(), |stage| stage.meaning().to_owned())),
        stage_index: stage.and_then(Stage::parse).and_then(Stage::index),
        stage_count: Stage::COUNT,
        start_time: owned(&operation["metadata"]["genericMetadata"]["createTime"]),
    }
}

impl DeployedModelView {
    fn serves(&self) -> bool {
        self.traffic > 0 && self.replicas.available != Some(0)
    }

    /// `fraud-detector@3`
    fn short(&self) -> String {
        let id = self.model.rsplit('/').next().unwrap_or_default();
        self.version.as_ref().map_or_else(|| id.to_owned(), |version| format!("{id}@{version}"))
    }
}

/// The finding for a model without traffic.
fn idle(model: &DeployedModelView) -> Diagnostic {
    Diagnostic::new(
        Code::DeployIdleModel,
        format!("`{}` runs without traffic: it costs money and serves nothing", model.display_name),
    )
    .help("undeploy it, or give it a share of the traffic")
}

/// The finding that other models serve than the annotations name; `None` while nothing serves, or where they name no fixed version.
fn drift(target: &Target, models: &[DeployedModelView]) -> Option<Diagnostic> {
    let named = target.model.short();
    let version = target.model.version.as_ref()?.to_string();
    if !version.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let mut serving = models.iter().filter(|model| model.serves());
    // Environments that share an endpoint serve one model each.
    let first = serving.clone().next()?.short();
    if serving.any(|model| model.short() == named) {
        return None;
    }
    let finding = Diagnostic::new(Code::DeployDrift, format!("the annotations name `{named}`, but `{first}` serves"));
    Some(finding.help("deploy the annotated version, or change the annotation"))
}

/// The status of an endpoint (`None` if it does not exist) and its operations.
pub fn view(target: &Target, endpoint: Option<&Value>, operations: &Value) -> StatusReport {
    let deployments = || operations["operations"].as_array().into_iter().flatten().filter(|o| is_deployment(o));
    let is_done = |o: &&Value| o["done"].as_bool().unwrap_or(false);
    let running = deployments().find(|o| !is_done(o));
    let latest_done = deployments()
        .filter(is_done)
        .max_by_key(|o| o["metadata"]["genericMetadata"]["createTime"].as_str().unwrap_or_default());
    let traffic = endpoint.map_or(&Value::Null, |e| &e["trafficSplit"]);
    // The most traffic first. Inserted in order: `docs/size.md`.
    let mut models: Vec<DeployedModelView> = Vec::new();
    for model in endpoint.and_then(|e| e["deployedModels"].as_array()).into_iter().flatten() {
        let model = deployed_model(model, traffic);
        let at = models.partition_point(|m| (Reverse(m.traffic), &m.id) <= (Reverse(model.traffic), &model.id));
        models.insert(at, model);
    }

    let mut diagnostics = Vec::new();
    // A deployment that runs will change the traffic, and an earlier failure says nothing about it.
    if running.is_none() {
        for model in models.iter_mut().filter(|model| model.traffic == 0) {
            model.idle = true;
            diagnostics.push(idle(model));
        }
        diagnostics.extend(drift(target, &models));
    }
    let serving = models.iter().find(|m| m.serves());
    let ended = latest_done.map(|o| &o["error"]).filter(|error| error.is_object() && running.is_none());
    let ended = ended.map(GoogleError::from_status);
    let cancelled = ended.as_ref().is_some_and(|error| error.status == "CANCELLED");
    if let Some(error) = ended.as_ref().filter(|_| !cancelled) {
        let mut finding = Diagnostic::new(
            Code::DeployOperationFailed,
            format!("the last deployment ended in {}: {}", error.status, error.message),
        );
        if serving.is_some() {
            finding.severity = Severity::Warning;
        }
        diagnostics.insert(0, finding.help("fix the cause and deploy again"));
    }
    let version = |m: &DeployedModelView| m.version.as_ref().map_or(String::new(), |v| format!(" version {v}"));
    let (state, headline) = match (running, serving) {
        (Some(_), Some(serving)) => (State::Deploying, format!("Deploying; still serving{}", version(serving))),
        (Some(_), None) => (State::Deploying, "Deploying".to_owned()),
        (None, Some(serving)) => (State::Serving, format!("Serving{}", version(serving))),
        (None, None) if cancelled => (State::Cancelled, "The last deployment was cancelled".to_owned()),
        (None, None) if ended.is_some() => (State::Failed, "The last deployment failed".to_owned()),
        (None, None) if endpoint.is_some() => (State::Idle, "No model serves at this endpoint".to_owned()),
        (None, None) => (State::Absent, "Not deployed yet".to_owned()),
    };
    StatusReport {
        endpoint: Some(endpoint_view(target, endpoint)),
        deployed_models: models,
        operation: running.map(operation_view),
        ..StatusReport::bare(state, headline, diagnostics)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::plan::tests::target;
    use serde_json::json;

    fn endpoint() -> Value {
        json!({"displayName": "Fraud", "trafficSplit": {"11": 100}, "deployedModels": [
            {"id": "10", "model": "projects/1/locations/us-central1/models/fraud@2", "modelVersionId": "2",
             "dedicatedResources": {"machineSpec": {"machineType": "n1-standard-2"}, "minReplicaCount": 1}},
            {"id": "11", "model": "projects/1/locations/us-central1/models/fraud@3", "displayName": "fraud-3",
             "status": {"availableReplicaCount": 1}, "createTime": "2026-11-24T01:00:00Z",
             "dedicatedResources": {"machineSpec": {"machineType": "g2-standard-4", "acceleratorType": "NVIDIA_L4", "acceleratorCount": 1},
                "minReplicaCount": 1, "maxReplicaCount": 3}}]})
    }

    fn deployment(done: bool, error: Value, stage: &str) -> Value {
        let mut operation = json!({"name": "o", "done": done, "metadata": {"deploymentStage": stage,
            "@type": "type.googleapis.com/google.cloud.aiplatform.v1.DeployModelOperationMetadata",
            "genericMetadata": {"createTime": "2026-11-24T01:00:00Z"}}});
        if !error.is_null() {
            operation["error"] = error;
        }
        json!({"operations": [operation]})
    }

    #[test]
    fn reports_version_traffic_and_replicas() {
        insta::assert_json_snapshot!(view(&target(), Some(&endpoint()), &Value::Null));
    }

    #[test]
    fn reports_the_stage_of_a_running_deployment() {
        let report = view(&target(), Some(&json!({})), &deployment(false, Value::Null, "ADDING_NODES_TO_CLUSTER"));
        assert_eq!(report.state, State::Deploying);
        let operation = report.operation.unwrap();
        assert_eq!((operation.stage.as_deref(), operation.stage_index), (Some("Adding nodes to the cluster"), Some(4)));
    }

    #[test]
    fn reports_a_failed_deployment_until_a_model_serves() {
        let operations = deployment(true, json!({"code": 9, "message": "exited"}), "FAILED_TO_DEPLOY");
        let report = view(&target(), Some(&json!({})), &operations);
        assert_eq!(report.state, State::Failed);
        assert!(report.diagnostics[0].message.contains("exited"));
        let report = view(&target(), Some(&endpoint()), &operations);
        assert_eq!(report.state, State::Serving);
        assert!(!report.diagnostics[0].is_error());
    }

    #[test]
    fn shows_no_earlier_failure_beside_a_running_deployment() {
        let mut operations = deployment(true, json!({"code": 8, "message": "no quota"}), "FAILED_TO_DEPLOY");
        let running = deployment(false, Value::Null, "PREPARING_MODEL")["operations"][0].clone();
        operations["operations"].as_array_mut().unwrap().push(running);
        let report = view(&target(), Some(&endpoint()), &operations);
        assert_eq!((report.state, report.diagnostics), (State::Deploying, Vec::new()));
        assert!(report.deployed_models.iter().all(|model| !model.idle));
    }

    #[test]
    fn a_cancelled_deployment_is_no_failure() {
        let operations = deployment(true, json!({"code": 1, "message": "cancelled"}), "DEPLOYMENT_TERMINATED");
        for endpoint in [None, Some(json!({}))] {
            let report = view(&target(), endpoint.as_ref(), &operations);
            assert_eq!((report.state, report.diagnostics), (State::Cancelled, Vec::new()));
        }
        assert_eq!(view(&target(), Some(&endpoint()), &operations).state, State::Serving);
    }

    fn codes(target: &Target, endpoint: &Value) -> Vec<&'static str> {
        let report = view(target, Some(endpoint), &Value::Null);
        report.diagnostics.iter().map(|finding| finding.code.as_str()).collect()
    }

    #[test]
    fn reports_drift_where_no_serving_model_is_the_annotated_one() {
        let mut endpoint = endpoint();
        let model = |version: &str| format!("projects/1/locations/us-central1/models/fraud-detector@{version}");
        let mut target = target();
        let named = target.model.version.clone().unwrap().to_string();
        for (version, expected) in [(named.as_str(), false), ("99", true)] {
            endpoint["deployedModels"][1]["model"] = model(version).into();
            assert_eq!(codes(&target, &endpoint).contains(&"deploy/drift"), expected, "{version}");
        }
        target.model.version = Some("champion".parse().unwrap());
        assert!(!codes(&target, &endpoint).contains(&"deploy/drift"));
        target.model.version = None;
        assert!(!codes(&target, &endpoint).contains(&"deploy/drift"));
        target.model.version = Some("7".parse().unwrap());
        endpoint["trafficSplit"] = json!({});
        assert!(!codes(&target, &endpoint).contains(&"deploy/drift"));
    }

    #[test]
    fn a_model_without_traffic_costs_money_and_serves_nothing() {
        let report = view(&target(), Some(&endpoint()), &Value::Null);
        let idle: Vec<_> = report.deployed_models.iter().map(|model| (model.id.as_str(), model.idle)).collect();
        assert_eq!(idle, [("11", false), ("10", true)]);
        assert!(report.diagnostics.iter().any(|finding| finding.message.contains("costs money and serves nothing")));
    }

    #[test]
    fn names_the_changes_that_can_succeed() {
        let mut endpoint = endpoint();
        endpoint["deployedModels"][0] = json!({"id": "10", "model": "m", "automaticResources": {"minReplicaCount": 1}});
        let report = view(&target(), Some(&endpoint), &Value::Null);
        let changes: Vec<_> = report.deployed_models.iter().map(|m| (m.id.as_str(), m.changes.join(" "))).collect();
        assert_eq!(changes, [("11", "scale undeploy".into()), ("10", "traffic undeploy".into())]);
    }

    #[test]
    fn every_change_is_a_kind_of_a_plan() {
        for kind in changes(0, true) {
            assert!(crate::plan::undo::of(kind).is_some(), "{kind}");
        }
    }

    #[test]
    fn does_not_serve_without_a_replica() {
        let mut endpoint = endpoint();
        endpoint["deployedModels"][1]["status"]["availableReplicaCount"] = json!(0);
        assert_eq!(view(&target(), Some(&endpoint), &Value::Null).state, State::Idle);
        assert_eq!(view(&target(), None, &Value::Null).state, State::Absent);
    }

    #[test]
    fn links_to_the_console_only_where_the_endpoint_exists() {
        let url =
            |endpoint: Option<Value>| view(&target(), endpoint.as_ref(), &Value::Null).endpoint.unwrap().console_url;
        assert_eq!(url(Some(json!({}))), Some(target().console_url()));
        assert_eq!(url(None), None);
    }
}
