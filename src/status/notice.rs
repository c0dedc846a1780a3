//! What a deployment's starter and the owner of its entity are told at its end, in plain text.

use super::deployments::reason;
use serde::Serialize;
use serde_json::Value;
use ts_rs::TS;

/// A notification about the end of a deployment.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, TS)]
#[ts(rename = "DeploymentNotice", optional_fields)]
pub struct Notice {
    pub title: String,
    /// The reason of a failure.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    #[ts(type = "'normal' | 'high'")]
    pub severity: &'static str,
}

/// Returns what to tell about a deployment, as the backend plugin's API returns it; `None` before its end.
pub fn notice(deployment: &Value) -> Option<Notice> {
    let field = |name: &str| deployment[name].as_str();
    let (end, severity) = match field("state")? {
        "succeeded" => ("succeeded", "normal"),
        "failed" => ("failed", "high"),
        "cancelled" => ("was cancelled", "normal"),
        _ => return None,
    };
    let what = match field("kind").unwrap_or_default() {
        "undeploy" => "Undeployment of",
        "traffic" => "Change of the traffic of",
        "scale" => "Change of the replicas of",
        "rollback" => "Rollback to",
        "promote" => "Promotion of",
        _ => "Deployment of",
    };
    let entity = field("entityRef").unwrap_or_default();
    let model = field("model").and_then(|name| name.rsplit('/').next()).unwrap_or(entity);
    let place = field("environment").map_or_else(String::new, |name| format!(" in {name}"));
    Some(Notice {
        title: format!("{what} {model}{place} {end}"),
        description: reason(deployment).map(|message| message.replace('`', "\"")),
        severity,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn told(deployment: Value) -> Option<(String, Option<String>, &'static str)> {
        notice(&deployment).map(|notice| (notice.title, notice.description, notice.severity))
    }

    #[test]
    fn only_an_end_is_told() {
        for state in ["pending", "running", "cancelling", "removing"] {
            assert_eq!(told(json!({"state": state})), None, "{state}");
        }
    }

    #[test]
    fn a_title_names_the_change_the_model_and_the_environment() {
        let model = "projects/acme-ml/locations/us-central1/models/fraud@3";
        let staged = json!({"state": "succeeded", "kind": "deploy", "model": model, "environment": "staging"});
        assert_eq!(told(staged), Some(("Deployment of fraud@3 in staging succeeded".into(), None, "normal")));
        let cancelled = json!({"state": "cancelled", "kind": "undeploy", "entityRef": "component:default/fraud"});
        let title = "Undeployment of component:default/fraud was cancelled";
        assert_eq!(told(cancelled), Some((title.into(), None, "normal")));
    }

    #[test]
    fn a_failure_says_why_in_plain_text() {
        let error = json!({"code": "google/quota", "severity": "error", "message": "no quota for `NVIDIA_L4`"});
        let failed = json!({"state": "failed", "kind": "scale", "model": "models/fraud@3", "diagnostics": [error]});
        let title = "Change of the replicas of fraud@3 failed";
        assert_eq!(told(failed), Some((title.into(), Some("no quota for \"NVIDIA_L4\"".into()), "high")));
    }
}
