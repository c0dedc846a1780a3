//! What this portal's own history says of how long a deployment takes.

use serde_json::Value;
use std::fmt::Write as _;

/// Below this many samples, nothing is said.
const MIN_SAMPLES: usize = 5;

/// How long a stage lasted, or a whole deployment.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, ts_rs::TS)]
#[ts(rename = "DeploymentDuration", optional_fields)]
pub struct Duration {
    /// Absent for the whole deployment.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub stage: Option<String>,
    pub millis: u64,
}

/// How long something lasted for half, and for 95 %, of the samples.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize, ts_rs::TS)]
#[ts(rename = "DeploymentExpectation")]
#[serde(rename_all = "camelCase")]
pub struct Expectation {
    pub samples: usize,
    pub p50_seconds: u64,
    pub p95_seconds: u64,
}

/// Returns what deployments must have in common to be compared: the kind of a plan, the model without its version, machine and accelerator.
pub fn kin(plan: &Value) -> String {
    let target = &plan["target"];
    let model = target["model"].as_str().unwrap_or_default();
    let mut kin = model.split('@').next().unwrap_or_default().to_owned();
    for part in [&target["machineType"], &target["accelerator"]] {
        // Writing to a string cannot fail.
        let _ = write!(kin, "|{part}");
    }
    // A promotion lasts as long as another deployment; a rollback most often finds its model deployed.
    if let Some(kind) = plan["kind"].as_str().filter(|kind| !matches!(*kind, "deploy" | "promote")) {
        let _ = write!(kin, "|{kind}");
    }
    kin
}

/// Returns how long each stage lasted, and the whole. `stages` are the names and starts of the stages that a success passed; times are
/// milliseconds since 1970.
pub fn durations(stages: &[(String, u64)], started: u64, ended: u64) -> Vec<Duration> {
    let mut firsts: Vec<&(String, u64)> = Vec::new();
    for stage in stages {
        if firsts.iter().all(|(name, _)| *name != stage.0) {
            firsts.push(stage);
        }
    }
    let ends = firsts.iter().skip(1).map(|(_, start)| *start).chain([ended]);
    let of_stages = firsts
        .iter()
        .zip(ends)
        .map(|((name, start), end)| Duration { stage: Some(name.clone()), millis: end.saturating_sub(*start) });
    of_stages.chain([Duration { stage: None, millis: ended.saturating_sub(started) }]).collect()
}

/// Returns what durations in milliseconds let one expect.
pub fn expectation(mut millis: Vec<u64>) -> Option<Expectation> {
    if millis.len() < MIN_SAMPLES {
        return None;
    }
    millis.sort_unstable();
    let seconds = |percent: usize| {
        let rank = (millis.len() * percent).div_ceil(100).max(1);
        millis.get(rank - 1).map(|millis| millis.div_ceil(1000))
    };
    Some(Expectation { samples: millis.len(), p50_seconds: seconds(50)?, p95_seconds: seconds(95)? })
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_stage_lasts_until_the_next_one_begins() {
        let stages = [("A", 10), ("B", 40), ("A", 50), ("C", 60)].map(|(name, at)| (name.to_owned(), at));
        let lasted: Vec<_> = durations(&stages, 5, 100).into_iter().map(|one| (one.stage, one.millis)).collect();
        let stage = |name: &str, millis| (Some(name.to_owned()), millis);
        assert_eq!(lasted, [stage("A", 30), stage("B", 20), stage("C", 40), (None, 95)]);
        assert_eq!(durations(&[], 5, 100), [Duration { stage: None, millis: 95 }]);
    }

    #[test]
    fn nothing_is_expected_below_five_samples() {
        assert_eq!(expectation(vec![1000; 4]), None);
        let seconds = expectation((1..=100).rev().map(|second| second * 1000).collect());
        assert_eq!(seconds, Some(Expectation { samples: 100, p50_seconds: 50, p95_seconds: 95 }));
        let five = expectation(vec![1, 2000, 3000, 4000, 5000]);
        assert_eq!(five, Some(Expectation { samples: 5, p50_seconds: 3, p95_seconds: 5 }));
    }

    #[test]
    fn versions_of_a_model_are_compared_and_machines_are_not() {
        let plan = |model: &str, machine: &str| json!({"target": {"model": model, "machineType": machine}});
        assert_eq!(kin(&plan("m@3", "n1")), kin(&plan("m@4", "n1")));
        assert_ne!(kin(&plan("m@3", "n1")), kin(&plan("m@3", "n2")));
        assert_ne!(kin(&plan("m@3", "n1")), kin(&plan("o@3", "n1")));
        let mut scale = plan("m@3", "n1");
        scale["kind"] = json!("scale");
        assert_ne!(kin(&plan("m@3", "n1")), kin(&scale));
    }
}
