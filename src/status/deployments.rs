//! The portal's own deployments, as a page shows them: how each ended, what is worth reading, and what the user may do.
//!
//! A deployment comes as JSON, as the backend plugin's API returns it.

use crate::vertex::stage::Stage;
use serde::Serialize;
use serde_json::Value;
use ts_rs::TS;

/// What a sign and its colour tell about a deployment.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, TS)]
#[ts(rename = "DeploymentTone")]
#[serde(rename_all = "kebab-case")]
pub enum Tone {
    Running,
    Success,
    /// It was cancelled, as somebody wished.
    Neutral,
    /// It was cancelled, and left something behind.
    Warning,
    Danger,
}

/// The place of *Deploy model* on a page.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, TS)]
#[ts(rename = "DeployOffer")]
#[serde(rename_all = "kebab-case")]
pub enum Offer {
    /// The main action.
    Primary,
    Secondary,
    /// It would fail at once, or the portal denies it.
    Absent,
}

/// The progress of a deployment that runs.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, TS)]
pub struct DeploymentProgress {
    /// Google's stage as a phrase for users.
    pub stage: String,
    /// From 1 to `count`.
    pub index: u64,
    /// Stages that a success passes.
    pub count: u64,
}

/// One deployment, as a page shows it.
#[derive(Clone, Debug, PartialEq, Serialize, TS)]
#[ts(optional_fields)]
#[serde(rename_all = "camelCase")]
pub struct DeploymentView {
    pub id: String,
    pub tone: Tone,
    pub ended: bool,
    /// Whether it waits for its time.
    pub scheduled: bool,
    /// Whether the user may ask to cancel it now.
    pub may_cancel: bool,
    /// Whether the user may roll back to it now: it succeeded, and another run changed its environment since.
    pub may_roll_back: bool,
    /// Whether it ended for want of a Google permission, which the user may request.
    pub lacks_access: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub progress: Option<DeploymentProgress>,
    /// The reason of a failure in one sentence.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub why: Option<String>,
    /// Its findings, each once.
    #[ts(type = "Diagnostic[]")]
    pub findings: Vec<Value>,
}

/// The deployments of an entity, as a page shows them.
#[derive(Clone, Debug, PartialEq, Serialize, TS)]
pub struct DeploymentsView {
    pub deploy: Offer,
    /// In the order of the request.
    pub deployments: Vec<DeploymentView>,
}

/// What a page knows.
#[derive(TS)]
#[ts(optional_fields, rename_all = "camelCase")]
#[expect(dead_code, reason = "the shape of a JSON value, for TypeScript")]
pub struct DeploymentsViewRequest {
    /// As the backend plugin's API returns them: those of one entity, newest first, without gaps.
    #[ts(type = "object[]")]
    deployments: Value,
    /// State of the endpoint that the page is about; absent until it is known.
    status: Option<super::State>,
    /// The user's access there; absent until it is known.
    access: Option<crate::iam::deliver::access_report::AccessState>,
    /// Whether Backstage's permissions allow to start and to cancel deployments of the entity.
    may_start: bool,
    may_cancel: bool,
}

/// Returns what a page shows; `request` is a `DeploymentsViewRequest`.
pub fn deployments(request: &Value) -> DeploymentsView {
    let may_cancel = request["mayCancel"] == true;
    let may_start = request["mayStart"] == true;
    let all = request["deployments"].as_array().map_or(&[][..], Vec::as_slice);
    let view = |(index, deployment): (usize, &Value)| DeploymentView {
        may_roll_back: may_start && is_former(deployment, &all[..index]),
        ..view(deployment, may_cancel)
    };
    let deployments: Vec<DeploymentView> = all.iter().enumerate().map(view).collect();
    DeploymentsView { deploy: offer(request, &deployments), deployments }
}

fn offer(request: &Value, deployments: &[DeploymentView]) -> Offer {
    let is = |field: &str, values: &[&str]| request[field].as_str().is_some_and(|value| values.contains(&value));
    let known = request["status"].is_string() && request["access"].is_string();
    if request["mayStart"] != true || is("status", &["invalid", "not-annotated"]) {
        Offer::Absent
    } else if !known
        || is("status", &["deploying"])
        || is("access", &["missing"])
        || deployments.iter().any(|d| !d.ended && !d.scheduled)
    {
        Offer::Secondary
    } else {
        Offer::Primary
    }
}

/// Whether a run reached a state that a newer one of the same environment changed.
fn is_former(deployment: &Value, newer: &[Value]) -> bool {
    let succeeded = |run: &Value| run["state"] == "succeeded";
    let deploys = matches!(deployment["kind"].as_str(), Some("deploy" | "rollback" | "promote"));
    let follows = |run: &Value| succeeded(run) && run["environment"] == deployment["environment"];
    deploys && succeeded(deployment) && newer.iter().any(follows)
}

/// Why a deployment that has ended did not do what it was asked to.
pub fn reason(deployment: &Value) -> Option<String> {
    view(deployment, false).why
}

fn view(deployment: &Value, may_cancel: bool) -> DeploymentView {
    let state = deployment["state"].as_str().unwrap_or_default();
    let ended = matches!(state, "succeeded" | "failed" | "cancelled");
    let left = deployment["notUndone"].as_array().is_some_and(|left| !left.is_empty());
    let mut findings: Vec<Value> = Vec::new();
    for finding in deployment["diagnostics"].as_array().into_iter().flatten() {
        // A cancellation is a decision, not a failure.
        let is_wish = state == "cancelled" && finding["code"] == "deploy/cancelled";
        let is_same = |known: &Value| ["code", "message"].iter().all(|field| known[field] == finding[field]);
        if !is_wish && !findings.iter().any(is_same) {
            findings.push(finding.clone());
        }
    }
    let error = findings.iter().find(|finding| finding["severity"] == "error");
    let why = error.and_then(|error| {
        let message = error["message"].as_str()?;
        // Without Google's words the message does not tell the cause.
        let cause = error["diagnosis"]["cause"].as_str().filter(|_| error["evidence"]["text"].is_string());
        Some(cause.map_or_else(|| message.to_owned(), |cause| [message, ": ", cause].concat()))
    });
    let is_needless =
        state == "cancelled" && deployment["cancelRequestedBy"].is_null() && deployment["follows"].is_string();
    let needless = || "the deployment before it did not succeed, so the previous version stays".to_owned();
    let why = why.or_else(|| is_needless.then(needless));
    // A right that another principal lacks is no request of the caller's.
    let lacks = |finding: &Value| {
        (finding["code"] == "google/permission-denied" || finding["code"] == "deploy/operation-failed")
            && finding["permission"].is_string()
            && finding["diagnosis"]["principal"].is_null()
    };
    let lacks_access = ended && findings.iter().any(lacks);
    let stage = &deployment["stage"];
    let progress = match (state, stage["index"].as_u64(), stage["count"].as_u64()) {
        ("running", Some(index), Some(count)) if (1..=count).contains(&index) => {
            let name = stage["name"].as_str().unwrap_or_default();
            let stage = Stage::parse(name).map_or_else(|| name.to_owned(), |stage| stage.meaning().to_owned());
            Some(DeploymentProgress { stage, index, count })
        }
        _ => None,
    };
    DeploymentView {
        id: deployment["id"].as_str().unwrap_or_default().to_owned(),
        tone: match (state, left) {
            ("succeeded", _) => Tone::Success,
            ("failed", _) => Tone::Danger,
            ("cancelled", true) => Tone::Warning,
            ("cancelled", false) | ("scheduled", _) => Tone::Neutral,
            _ => Tone::Running,
        },
        ended,
        scheduled: state == "scheduled",
        may_cancel: may_cancel && matches!(state, "scheduled" | "pending" | "running"),
        may_roll_back: false,
        lacks_access,
        progress,
        why: why.filter(|_| ended),
        findings,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn one(deployment: Value) -> DeploymentView {
        deployments(&json!({"deployments": [deployment], "mayCancel": true})).deployments.remove(0)
    }

    #[test]
    fn only_what_has_not_begun_to_stop_can_be_cancelled() {
        for (state, tone, ended, may_cancel) in [
            ("scheduled", Tone::Neutral, false, true),
            ("pending", Tone::Running, false, true),
            ("running", Tone::Running, false, true),
            ("cancelling", Tone::Running, false, false),
            ("removing", Tone::Running, false, false),
            ("succeeded", Tone::Success, true, false),
            ("failed", Tone::Danger, true, false),
            ("cancelled", Tone::Neutral, true, false),
        ] {
            let view = one(json!({"id": "1", "state": state}));
            assert_eq!((view.tone, view.ended, view.may_cancel), (tone, ended, may_cancel), "{state}");
        }
        let denied = deployments(&json!({"deployments": [{"state": "running"}]}));
        assert!(!denied.deployments[0].may_cancel);
    }

    #[test]
    fn a_success_that_a_newer_one_changed_can_be_restored() {
        let run = |kind: &str, state: &str, environment: Value| json!({"kind": kind, "state": state, "environment": environment});
        let restorable = |newest_first: Value, may_start: bool| -> Vec<bool> {
            let request = json!({"deployments": newest_first, "mayStart": may_start});
            deployments(&request).deployments.iter().map(|view| view.may_roll_back).collect()
        };
        let (none, staging) = (Value::Null, json!("staging"));
        let runs = json!([
            run("deploy", "failed", none.clone()),
            run("deploy", "succeeded", none.clone()),
            run("deploy", "succeeded", staging.clone()),
            run("undeploy", "succeeded", none.clone()),
            run("deploy", "cancelled", none.clone()),
            run("rollback", "succeeded", none.clone()),
        ]);
        assert_eq!(restorable(runs.clone(), true), [false, false, false, false, false, true]);
        assert_eq!(restorable(runs, false), [false; 6]);
        let undeployed = json!([run("undeploy", "succeeded", staging.clone()), run("deploy", "succeeded", staging)]);
        assert_eq!(restorable(undeployed, true), [false, true]);
    }

    #[test]
    fn a_cancelled_deployment_has_no_error_unless_it_left_something() {
        let cancelled = json!({"code": "deploy/cancelled", "severity": "error", "message": "cancelled"});
        let left = json!({"code": "deploy/not-undone", "severity": "error", "message": "model `a`"});
        let view = one(json!({"state": "cancelled", "diagnostics": [cancelled]}));
        assert_eq!((view.tone, view.why, view.findings), (Tone::Neutral, None, Vec::new()));
        let view = one(json!({"state": "cancelled", "diagnostics": [cancelled, left], "notUndone": ["model `a`"]}));
        assert_eq!((view.tone, view.why.as_deref(), view.findings), (Tone::Warning, Some("model `a`"), vec![left]));
    }

    #[test]
    fn a_removal_that_nobody_cancelled_says_why_it_did_not_run() {
        let run = json!({"state": "cancelled", "follows": "1"});
        assert!(one(run.clone()).why.unwrap().starts_with("the deployment before it did not succeed"));
        let wished = json!({"state": "cancelled", "follows": "1", "cancelRequestedBy": "user:default/alice"});
        assert_eq!(one(wished).why, None);
        assert_eq!(one(json!({"state": "cancelled"})).why, None);
    }

    #[test]
    fn access_is_requested_only_where_a_permission_was_missing() {
        let denied = json!({"code": "google/permission-denied", "severity": "error", "permission": "aiplatform.endpoints.deploy"});
        let disabled =
            json!({"code": "google/permission-denied", "severity": "error", "message": "the API is disabled"});
        let mut in_operation = denied.clone();
        in_operation["code"] = json!("deploy/operation-failed");
        let mut of_another = denied.clone();
        of_another["diagnosis"] = json!({"principal": "service-1@gcp-sa-aiplatform.iam.gserviceaccount.com"});
        for (state, finding, lacks) in [
            ("failed", &denied, true),
            ("failed", &in_operation, true),
            ("failed", &disabled, false),
            ("failed", &of_another, false),
            ("running", &denied, false),
        ] {
            let view = one(json!({"state": state, "diagnostics": [finding]}));
            assert_eq!(view.lacks_access, lacks, "{state} {finding}");
        }
    }

    #[test]
    fn a_failure_shows_its_first_error_and_each_finding_once() {
        let note = json!({"code": "plan/version-open", "severity": "info", "message": "alias"});
        let error = json!({"code": "google/quota", "severity": "error", "message": "no quota"});
        let view = one(json!({"state": "failed", "diagnostics": [note, error, error]}));
        assert_eq!((view.why.as_deref(), view.findings), (Some("no quota"), vec![note, error.clone()]));
        let mut explained = error;
        explained["diagnosis"] = json!({"cause": "the quota is used up"});
        explained["evidence"] = json!({"status": "HTTP 429", "text": "Quota exceeded"});
        let view = one(json!({"state": "failed", "diagnostics": [explained]}));
        assert_eq!(view.why.as_deref(), Some("no quota: the quota is used up"));
    }

    #[test]
    fn progress_is_a_share_of_the_stages_of_a_success() {
        let progress = |state: &str, index: u64| {
            one(json!({"state": state, "stage": {"name": "CREATING_SERVING_CLUSTER", "index": index, "count": 8}}))
                .progress
        };
        let stage = "Creating the serving cluster".to_owned();
        assert_eq!(progress("running", 3), Some(DeploymentProgress { stage, index: 3, count: 8 }));
        for (state, index) in [("running", 0), ("running", 9), ("removing", 3), ("failed", 3)] {
            assert_eq!(progress(state, index), None, "{state} {index}");
        }
    }

    #[test]
    fn deploying_is_the_main_action_only_where_it_would_succeed() {
        let offer = |change: Value| {
            let mut request = json!({"status": "serving", "access": "complete", "mayStart": true});
            for (name, value) in change.as_object().unwrap() {
                request[name] = value.clone();
            }
            deployments(&request).deploy
        };
        assert_eq!(offer(json!({})), Offer::Primary);
        assert_eq!(offer(json!({"access": "unavailable"})), Offer::Primary);
        assert_eq!(offer(json!({"deployments": [{"state": "scheduled"}]})), Offer::Primary);
        for change in [
            json!({"status": null}),
            json!({"access": null}),
            json!({"status": "deploying"}),
            json!({"access": "missing"}),
            json!({"deployments": [{"state": "running"}]}),
        ] {
            assert_eq!(offer(change.clone()), Offer::Secondary, "{change}");
        }
        for change in [json!({"mayStart": false}), json!({"status": "invalid"}), json!({"status": "not-annotated"})] {
            assert_eq!(offer(change.clone()), Offer::Absent, "{change}");
        }
    }
}
