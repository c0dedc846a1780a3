//! Preflight: what Google shows of a plan before it runs, as checks that answer ok, no or unknown.
//!
//! A check is a function of the answers. What it asks for without an answer is sent in the next round, all at once; so rounds follow from
//! the checks, and nothing repeats a call. An answer that is refused, late or undecided makes a check *unknown*, never *ok*.

mod agent;
mod artifact;
mod caller;
mod check;
mod endpoint;
mod image;
mod key;
mod list;
mod look;
mod machine;
mod organization;
mod quota;
mod services;
#[cfg(test)]
mod tests;

pub use check::{Check, CheckReport, Counts, Entry, Outcome, QuotaRequest, Report, Verdict};
pub use list::{CHECKS, ENTRIES};
pub use look::{Answers, Look, Unknown};

use crate::conversation::Millis;
use crate::method::Call;
use crate::plan::Plan;
use serde::Serialize;
use serde_json::Value;
use ts_rs::TS;

/// What a check comes to; `None` where it does not apply to the plan.
pub type Judged = Result<Option<Verdict>, Unknown>;

/// How long a preflight takes at most, in milliseconds.
const WHOLE: Millis = 4_500;
/// How long one call may take.
const EACH: Millis = 2_000;
/// Less time than this is not worth a call.
const LEAST: Millis = 200;

/// A call to send through the proxy.
#[derive(Clone, Debug, Serialize, TS)]
#[ts(rename = "PreflightAsk", optional_fields)]
pub struct Ask {
    /// Goes back with the answer.
    pub id: String,
    pub verb: &'static str,
    /// Path below the proxy's URL, with the service in front.
    pub path: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[ts(type = "unknown", optional)]
    pub body: Option<Value>,
    /// Milliseconds until the answer counts as late.
    pub within: Millis,
}

/// The calls of the next round, and the report so far.
#[derive(Clone, Debug, Serialize, TS)]
#[ts(rename = "PreflightStep")]
pub struct Step {
    /// Empty at the end.
    pub asks: Vec<Ask>,
    pub report: Report,
}

/// Judges a plan by the answers so far. `at` is the start of the preflight, `now` the present.
pub fn preflight(plan: &Plan, at: Millis, now: Millis, answers: &Answers) -> Step {
    let look = Look::new(plan, at, answers);
    let applying = CHECKS.iter().filter(|check| plan.kind.deploys() || !check.is_for_deployments);
    let judged: Vec<(&Check, Judged)> = applying.map(|check| (check, (check.judge)(&look))).collect();
    let left = WHOLE.saturating_sub(now.saturating_sub(at));
    let wanted = if left < LEAST { Vec::new() } else { look.into_wanted() };
    let asks = wanted.into_iter().map(|(id, call)| ask(id, call, left.min(EACH))).collect();
    let checks = judged.into_iter().filter_map(|(check, judged)| CheckReport::of(check, judged));
    Step { asks, report: Report::of(checks.collect()) }
}

fn ask(id: String, call: Call, within: Millis) -> Ask {
    let path = format!("{}/{}", call.method.service.as_str(), call.path());
    Ask { id, verb: call.method.verb.as_str(), path, body: call.body, within }
}
