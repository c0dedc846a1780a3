//! The preflight of a deployment: the calls to make, and the report.

use super::deployment::{DeploymentRequest, make_plan};
use crate::conversation::Millis;
use crate::deployment::failure::{link, quota_url, request_access_url};
use crate::plan::Plan;
use crate::preflight::{self, Answers, CHECKS, CheckReport, Outcome, Report, Step};
use serde_json::Value;

/// Judges a planned deployment by the answers so far. `at` is the start of the preflight, `now` the present.
pub fn preflight(request: &DeploymentRequest, at: Millis, now: Millis, answers: &Value) -> Step {
    match make_plan(request) {
        (Some(plan), _) => {
            let mut step = preflight::preflight(&plan, at, now, &Answers::read(answers));
            step.report.checks.iter_mut().for_each(|check| add_links(check, &plan));
            step
        }
        (None, diagnostics) => Step { asks: Vec::new(), report: Report::refused(diagnostics) },
    }
}

/// Adds the pages that help with what a check found.
fn add_links(check: &mut CheckReport, plan: &Plan) {
    let Some(finding) = check.finding.as_mut().filter(|_| check.outcome == Outcome::No) else { return };
    if check.quota_request.is_some() {
        let url = quota_url(plan, finding);
        finding.links.push(link("Quotas of Vertex AI", url));
    }
    if let Some(agent) = &check.principal {
        finding.links.push(link("Request access for the service agent", request_access_url(plan, agent)));
    }
    if !check.missing.is_empty() {
        finding.links.push(link("Request access", request_access_url(plan, "")));
    }
}

/// Names of all checks, in the order of reports.
pub fn names() -> Vec<&'static str> {
    CHECKS.iter().map(|check| check.name).collect()
}
