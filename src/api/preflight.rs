//! The preflight of a deployment: the calls to make, and the report.

use super::deployment::{DeploymentRequest, make_plan};
use crate::conversation::Millis;
use crate::preflight::{self, Answers, CHECKS, Report, Step};
use serde_json::Value;

/// Judges a planned deployment by the answers so far. `at` is the start of the preflight, `now` the present.
pub fn preflight(request: &DeploymentRequest, at: Millis, now: Millis, answers: &Value) -> Step {
    match make_plan(request) {
        (Some(plan), _) => preflight::preflight(&plan, at, now, &Answers::read(answers)),
        (None, diagnostics) => Step { asks: Vec::new(), report: Report::refused(diagnostics) },
    }
}

/// Names of all checks, in the order of reports.
pub fn names() -> Vec<&'static str> {
    CHECKS.iter().map(|check| check.name).collect()
}
