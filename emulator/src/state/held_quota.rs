//! What failed deployments still hold of quotas.

use serde_json::Value;

/// The quota of failed deployments, until a time of the clock.
#[derive(Debug, Default)]
pub struct Held(Vec<(String, Value, f64)>);

impl Held {
    /// The regions below `projects/P/locations/`.
    pub fn regions(&self, start: &str) -> impl Iterator<Item = &str> {
        self.0.iter().filter_map(move |(place, ..)| place.strip_prefix(start))
    }

    /// Keeps what a deployed model uses in a place, `projects/P/locations/L`.
    pub fn keep(&mut self, place: &str, deployed: &Value, until: f64) {
        self.0.push((place.to_owned(), deployed.clone(), until));
    }

    /// The deployed models that hold quota in a place at a time of the clock.
    pub fn held(&self, place: &str, now: f64) -> impl Iterator<Item = &Value> {
        self.0.iter().filter(move |(at, _, until)| at == place && *until > now).map(|(_, one, _)| one)
    }
}
