//! The predictions that deployed models have answered, and how the settings let their servers behave.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use std::collections::HashMap;

/// How the replicas of a deployed model serve. It counts for the whole time, also before it was set.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct Behaviour {
    /// Share of predictions that fail, between 0 and 1.
    pub error_ratio: f64,
    /// Latency of a prediction, in milliseconds.
    pub latency_millis: f64,
    /// Predictions per minute by other callers; they are in metrics only.
    pub requests_per_minute: u32,
    /// Between 0 and 1, like the accelerator's.
    pub cpu_utilization: f64,
    pub accelerator_duty_cycle: f64,
    pub memory_bytes_used: i64,
    pub accelerator_memory_bytes_used: i64,
}

impl Default for Behaviour {
    fn default() -> Self {
        Self {
            error_ratio: 0.0,
            latency_millis: 40.0,
            requests_per_minute: 0,
            cpu_utilization: 0.3,
            accelerator_duty_cycle: 0.4,
            memory_bytes_used: 2 << 30,
            accelerator_memory_bytes_used: 8 << 30,
        }
    }
}

impl Behaviour {
    pub fn is_possible(&self) -> bool {
        let is_share = |value: f64| (0.0..=1.0).contains(&value);
        is_share(self.error_ratio)
            && is_share(self.cpu_utilization)
            && is_share(self.accelerator_duty_cycle)
            && self.latency_millis.is_finite()
            && self.latency_millis >= 0.0
    }
}

/// An answered prediction.
#[derive(Clone, Debug)]
pub struct Prediction {
    /// Stored name of the endpoint.
    pub endpoint: String,
    pub deployed_id: String,
    pub time: DateTime<Utc>,
    pub is_error: bool,
    pub millis: f64,
}

/// Numbers of predictions and of failures.
type Counts = (u64, u64);

#[derive(Debug, Default)]
pub struct Traffic {
    pub all: Vec<Prediction>,
    /// By endpoint and deployed model.
    counts: HashMap<(String, String), Counts>,
}

impl Traffic {
    /// Counts a prediction; returns whether it fails by the share of errors.
    pub fn count(&mut self, endpoint: &str, deployed_id: &str, behaviour: &Behaviour) -> bool {
        let (all, failed) = self.counts.entry((endpoint.to_owned(), deployed_id.to_owned())).or_default();
        *all += 1;
        let is_error = *all as f64 * behaviour.error_ratio >= *failed as f64 + 1.0 - 1e-9;
        *failed += u64::from(is_error);
        self.all.push(Prediction {
            endpoint: endpoint.to_owned(),
            deployed_id: deployed_id.to_owned(),
            time: Utc::now(),
            is_error,
            millis: behaviour.latency_millis,
        });
        is_error
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fails_the_share_exactly() {
        let mut traffic = Traffic::default();
        let behaviour = Behaviour { error_ratio: 0.2, ..Behaviour::default() };
        let failed: Vec<bool> = (0..10).map(|_| traffic.count("e", "1", &behaviour)).collect();
        assert_eq!(failed.iter().filter(|failed| **failed).count(), 2, "{failed:?}");
        assert!(!failed[0] && !traffic.count("e", "2", &behaviour));
    }
}
