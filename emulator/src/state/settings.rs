//! Settings: limits that Google imposes and that are off unless the seed or `POST /emulator/settings` sets them.

use super::traffic::Behaviour;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use std::collections::BTreeMap;

#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct Settings {
    /// Time after an undeployment in which its model cannot be deleted, in seconds at Google's pace.
    pub undeployed_model_hold_seconds: f64,
    /// Duration of a deployment, in seconds at Google's pace: ten minutes by default.
    pub deployment_seconds: Option<f64>,
    /// Time for which a failed deployment holds its quota, in seconds at Google's pace; users report half an hour.
    pub failed_deployment_hold_seconds: f64,
    /// How deployed models serve, by id; `*` is every other one.
    pub servers: BTreeMap<String, Behaviour>,
    /// Time after which metrics become visible, in seconds of the machine.
    pub metrics_delay_seconds: f64,
    /// Whether requests for higher limits are denied.
    pub denies_quota_preferences: bool,
    /// Number of replicas that a deployment can have; as many as it wants by default.
    pub available_replicas: Option<u32>,
    /// Reads of Vertex AI per minute and project.
    pub reads_per_minute: Option<u32>,
    /// Changes of Vertex AI per minute and project.
    pub submissions_per_minute: Option<u32>,
}

impl Settings {
    /// How a deployed model serves.
    pub fn behaviour(&self, deployed_id: &str) -> Behaviour {
        self.servers.get(deployed_id).or_else(|| self.servers.get("*")).cloned().unwrap_or_default()
    }

    /// Returns these settings with those that are sent; null restores the default.
    pub fn with(&self, sent: &Value) -> Result<Self, String> {
        let mut all = json!(self);
        let sent = sent.as_object().ok_or("Settings are an object.")?;
        for (name, value) in sent {
            match (&mut all, value) {
                (Value::Object(all), Value::Null) => drop(all.remove(name)),
                (all, value) => all[name] = value.clone(),
            }
        }
        let settings: Self = serde_json::from_value(all).map_err(|error| format!("Invalid settings: {error}"))?;
        let is_time = |seconds: f64| seconds.is_finite() && seconds >= 0.0;
        let times = [
            settings.undeployed_model_hold_seconds,
            settings.deployment_seconds.unwrap_or_default(),
            settings.failed_deployment_hold_seconds,
            settings.metrics_delay_seconds,
        ];
        if !settings.servers.values().all(Behaviour::is_possible) {
            return Err("A share lies between 0 and 1, a latency is 0 or more.".to_owned());
        }
        if times.into_iter().all(is_time) { Ok(settings) } else { Err("A time is 0 or more seconds.".to_owned()) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn changes_what_is_sent_and_keeps_the_rest() {
        let settings =
            Settings::default().with(&json!({"readsPerMinute": 5, "undeployedModelHoldSeconds": 60})).unwrap();
        let changed = settings.with(&json!({"readsPerMinute": null, "submissionsPerMinute": 2})).unwrap();
        assert_eq!((changed.reads_per_minute, changed.submissions_per_minute), (None, Some(2)));
        assert!(changed.undeployed_model_hold_seconds > 59.0);
        for wrong in [
            json!({"surprise": 1}),
            json!([]),
            json!({"undeployedModelHoldSeconds": -1}),
            json!({"deploymentSeconds": -1}),
        ] {
            assert!(settings.with(&wrong).is_err(), "{wrong}");
        }
    }
}
