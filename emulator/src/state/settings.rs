//! Settings: a limit that Google imposes and that is off unless the seed or `POST /emulator/settings` sets them.

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct Settings {
    /// Time after an undeployment in which its model cannot be deleted, in seconds at Google's pace.
    pub undeployed_model_hold_seconds: f64,
}

impl Settings {
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
        let hold = settings.undeployed_model_hold_seconds;
        if hold.is_finite() && hold >= 0.0 { Ok(settings) } else { Err("A hold is 0 or more seconds.".to_owned()) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn changes_what_is_sent_and_keeps_the_rest() {
        let settings = Settings::default().with(&json!({"undeployedModelHoldSeconds": 60})).unwrap();
        assert!(settings.undeployed_model_hold_seconds > 59.0);
        assert_eq!(settings.with(&json!({"undeployedModelHoldSeconds": null})).unwrap(), Settings::default());
        for wrong in [json!({"surprise": 1}), json!([]), json!({"undeployedModelHoldSeconds": -1})] {
            assert!(settings.with(&wrong).is_err(), "{wrong}");
        }
    }
}
